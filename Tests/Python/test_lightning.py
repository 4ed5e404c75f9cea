"""Tests of oodml.lightning by a training of a few steps.

Run by

    python3 Tests/Python/test_lightning.py

with lightning (or pytorch-lightning) and torch, on a tree of the package with its library.
"""

import importlib.util
import logging
import pathlib
import sys
import tempfile
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import oodml
from oodml.pml import AccuracyCalculator

FOUND = [name for name in ["lightning", "pytorch_lightning"] if importlib.util.find_spec(name)]

if FOUND and importlib.util.find_spec("torch"):
    import torch

    from oodml.lightning import RetrievalMetrics

    pl = importlib.import_module("lightning.pytorch" if FOUND[0] == "lightning" else "pytorch_lightning")

    class Module(pl.LightningModule):
        def __init__(self, returned="both"):
            super().__init__()
            torch.manual_seed(0)
            self.map = torch.nn.Linear(6, 4)
            self.returned = returned

        def training_step(self, batch, index):
            return self.map(batch[0]).square().mean()

        def validation_step(self, batch, index, dataloader_idx=0):
            return {"embeddings": self.map(batch[0]), "labels": batch[1]} if self.returned == "both" else None

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.01)


@unittest.skipUnless(FOUND and importlib.util.find_spec("torch"), "there is no Lightning")
class CallbackTests(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")
        self.addCleanup(warnings.resetwarnings)
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)
        generator = torch.Generator().manual_seed(1)
        rows = torch.randn(50, 6, generator=generator)
        self.data = torch.utils.data.TensorDataset(rows, torch.arange(50) % 7)

    def fit(self, module, callback, loaders=1):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        loader = torch.utils.data.DataLoader(self.data, batch_size=13)
        trainer = pl.Trainer(
            max_epochs=2,
            accelerator="cpu",
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
            default_root_dir=folder.name,
            callbacks=[callback],
        )
        trainer.fit(module, loader, loader if loaders == 1 else [loader] * loaders)
        return trainer

    def test_metrics_are_logged(self):
        module = Module()
        trainer = self.fit(module, RetrievalMetrics())
        rows, labels = self.data.tensors
        names = ("precision_at_1", "r_precision", "mean_average_precision_at_r")
        expected = AccuracyCalculator(include=names).get_accuracy(module.map(rows), labels)
        for name in names:
            self.assertAlmostEqual(trainer.callback_metrics[f"val/{name}"].item(), expected[name], places=6)

    def test_dataloaders_are_scored_apart(self):
        calculator = AccuracyCalculator(include=("r_precision",))
        trainer = self.fit(Module(), RetrievalMetrics(calculator, prefix="test_"), loaders=2)
        self.assertEqual(
            {name for name in trainer.callback_metrics if name.startswith("test_")},
            {"test_r_precision/0", "test_r_precision/1"},
        )

    def test_wrong_steps_are_pointed_out(self):
        with self.assertRaisesRegex(oodml.UsageError, "a value of the type NoneType without embeddings and labels"):
            self.fit(Module("nothing"), RetrievalMetrics())
        with self.assertRaisesRegex(oodml.UsageError, "return_per_class"):
            RetrievalMetrics(AccuracyCalculator(return_per_class=True))


if __name__ == "__main__":
    unittest.main()
