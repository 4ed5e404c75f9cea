"""Exact metrics of retrieval at the end of each validation epoch of Lightning.

    from oodml.lightning import RetrievalMetrics

    best = ModelCheckpoint(monitor="val/mean_average_precision_at_r", mode="max")
    trainer = Trainer(callbacks=[RetrievalMetrics(), best])

The module's validation_step returns the embeddings and labels of its batch:

    return {"embeddings": embeddings, "labels": labels}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._errors import Error, UsageError
from .pml import AccuracyCalculator

try:
    from lightning.pytorch import Callback
except ImportError:
    try:
        from pytorch_lightning import Callback
    except ImportError:
        raise Error("Lightning is not installed, which calls this; expected pip install lightning") from None


class RetrievalMetrics(Callback):  # type: ignore[misc, unused-ignore]
    """Logs the metrics of a calculator over all embeddings of a validation epoch, each as prefix and name.

    The calculator is by default one of precision_at_1, r_precision and mean_average_precision_at_r. Embeddings stay in
    memory until the epoch ends: n × d in float32. Several dataloaders are scored each for itself, with their number
    behind the name. Training on several processes is refused, since each has but a part of the embeddings.
    """

    def __init__(self, calculator: AccuracyCalculator | None = None, prefix: str = "val/") -> None:
        super().__init__()
        self.calculator = calculator or AccuracyCalculator(
            include=("precision_at_1", "r_precision", "mean_average_precision_at_r")
        )
        if self.calculator.return_per_class:
            raise UsageError("found a calculator with return_per_class; expected one number for each metric")
        self.prefix = prefix
        self._parts: dict[int, list[tuple[Any, Any]]] = {}

    def on_validation_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Forgets the embeddings of the epoch before."""
        if trainer.world_size > 1:
            raise UsageError(f"found {trainer.world_size} processes; expected one, which has all embeddings")
        self._parts = {}

    def on_validation_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Keeps the embeddings and labels of a batch."""
        if not isinstance(outputs, Mapping) or not {"embeddings", "labels"} <= set(outputs):
            raise UsageError(
                f"validation_step returned a value of the type {type(outputs).__name__} without embeddings and labels; "
                "expected a dictionary with both"
            )
        embeddings, labels = outputs["embeddings"], outputs["labels"]
        self._parts.setdefault(dataloader_idx, []).append((embeddings.detach().float().cpu(), labels.detach().cpu()))

    def on_validation_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Scores all of them, but for Lightning's check of a few batches before the training."""
        import torch

        parts, self._parts = self._parts, {}
        if trainer.sanity_checking:
            return
        for loader, pairs in parts.items():
            embeddings, labels = (torch.cat(column) for column in zip(*pairs))
            suffix = f"/{loader}" if len(parts) > 1 else ""
            found = self.calculator.get_accuracy(embeddings, labels)
            pl_module.log_dict({f"{self.prefix}{name}{suffix}": value for name, value in found.items()})
