"""Stores of embeddings that torch computes: on a GPU, by a module of your own, or by a name of timm or Hugging Face.

import oodml.torch

store = oodml.torch.embed(model, "photos", transform=transform, device="cuda", out="stores/photos")
store = oodml.torch.embed("timm/vit_small_patch14_dinov2.lvd142m", "photos", out="stores/photos")

splits = oodml.make_splits(features=store)
oodml.evaluate(splits, embeddings=lambda level: oodml.torch.embed(trained[level.id], "photos").embeddings)
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._arrays import is_path
from ._errors import Error, OodmlWarning, UsageError
from ._library import version
from ._run import Progress
from .results import Place, Store
from .splits import ImageDataset, Side, Splits

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .splits import PathLike

_IMAGES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


def embed(
    model: Any,
    dataset: Any,
    *,
    root: PathLike | None = None,
    transform: Callable[[Any], Any] | None = None,
    batch_size: int = 64,
    device: Any = None,
    out: PathLike | None = None,
    workers: int = 0,
    name: str | None = None,
    force: bool = False,
    quiet: bool | None = None,
) -> Store:
    """Embeds a dataset by a torch module, and writes a store as `oodml embed` does: whole, or not at all.

    The model returns a row for each image (n × d); it runs in evaluation mode, without gradients. It may be "timm/NAME"
    or "hf:NAME" where these packages are installed. They then load the weights from their cache, and download what is
    not there.

    The dataset is a folder with a folder of images for each class; a data set of torch whose items are pairs of image
    and label; or a Splits or one of its sides, with the images below `root`. Images are read by Pillow as RGB and
    changed by `transform`; a data set of torch has its own.

    The device is that of the model by default, and for names CUDA's where there is one. `workers` is how many processes
    read images. Without `out` the store is in a temporary folder, which lasts as long as what is returned; `force`
    replaces a store that is there. `name` is the dataset's.

    The store records the model's name and the SHA-256 of its weights in store.json, and in torch.json how images were
    prepared, the versions of torch and others, and the device.
    """
    torch = _torch()
    if batch_size < 1:
        raise UsageError(f"batch_size is {batch_size}; expected 1 or more")
    loaded = _loaded(model, torch, device)
    if transform is None:
        transform = loaded.transform
    samples = _samples(dataset, root, transform, name)
    place = Place.of(out)
    target = place.path
    _require_free(target, force)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        dimension = _write_rows(work / "embeddings.npy", loaded, samples, batch_size, workers, bool(quiet), torch)
        record = _write_tables(work, loaded, samples, dimension)
        _write_json(work / "torch.json", _preparation(loaded, transform, samples, torch))
        _write_receipt(work)
        work.chmod(0o755)
        _exchange(work, target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    said = [f"{samples.name}: {len(set(samples.classes))} classes, {len(samples.ids)} samples"]
    return Store(record, said, [], place)


def digest(module: Any) -> str:
    """The SHA-256 of a module's weights and buffers: the name, type, shape and bytes of each, in the order of names."""
    torch = _torch()
    found = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        if not hasattr(value, "detach"):
            continue
        tensor = value.detach().cpu().contiguous()
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        found.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b"")
    return found.hexdigest()


# Models


@dataclass(frozen=True)
class _Model:
    """A module that is ready to run, and what is known of it."""

    name: str
    module: Any
    device: Any
    transform: Callable[[Any], Any] | None
    #: The package that has it by name, and its version.
    source: str | None = None


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise Error("torch is not installed, and embeds here; expected pip install torch, or oodml.embed") from None
    return torch


def _loaded(model: Any, torch: Any, device: Any) -> _Model:
    if not is_path(model):
        if not hasattr(model, "state_dict") or not callable(model):
            raise UsageError(f"found a model of the type {type(model).__name__}; expected a torch module, or its name")
        if device is None:
            device = next((value.device for value in model.state_dict().values() if hasattr(value, "device")), "cpu")
        return _Model(type(model).__name__, model.to(device), torch.device(device), None)
    given = os.fspath(model)
    device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if given.startswith("timm/"):
        return _timm(given[len("timm/") :], device)
    if given.startswith("hf:"):
        return _hugging_face(given[len("hf:") :], device)
    raise UsageError(f"found the model {given!r}; expected a torch module, timm/NAME or hf:NAME")


def _timm(name: str, device: Any) -> _Model:
    try:
        import timm
    except ImportError:
        raise Error(f"timm is not installed, which has {name}; expected pip install timm") from None
    module = timm.create_model(name, pretrained=True, num_classes=0)
    settings = timm.data.resolve_model_data_config(module)
    transform = timm.data.create_transform(**settings, is_training=False)
    return _Model(name, module.to(device), device, transform, f"timm {timm.__version__}")


def _hugging_face(name: str, device: Any) -> _Model:
    try:
        import transformers
    except ImportError:
        raise Error(f"transformers is not installed, which has {name}; expected pip install transformers") from None
    processor = transformers.AutoImageProcessor.from_pretrained(name)
    module = transformers.AutoModel.from_pretrained(name)
    if hasattr(module, "vision_model"):
        module = module.vision_model
    short = name.rpartition("/")[2]
    return _Model(short, module.to(device), device, _Processor(processor), f"transformers {transformers.__version__}")


class _Processor:
    """An image processor of transformers, image by image."""

    def __init__(self, processor: Any) -> None:
        self.processor = processor

    def __call__(self, image: Any) -> Any:
        return self.processor(images=image, return_tensors="pt")["pixel_values"][0]

    def __repr__(self) -> str:
        return repr(self.processor)


# Samples


@dataclass(frozen=True)
class _Samples:
    """What is embedded: a data set for torch, and the table of its rows, whose classes may come with the images."""

    name: str
    data: Any
    ids: list[str]
    classes: list[str]
    superclasses: list[str | None]
    paths: list[Path] | None
    #: The labels of classes by the numbers that items have; None where items have labels, or classes are known.
    labels: Sequence[Any] | None = None


class _Images(ImageDataset):
    """Images by their paths."""

    def __init__(self, paths: list[Path], transform: Callable[[Any], Any] | None) -> None:
        self.paths, self.labels = paths, [0] * len(paths)
        self.transform, self.mode = transform, "RGB"

    def __getitem__(self, index: int) -> tuple[Any, int]:
        try:
            return super().__getitem__(index)
        except (OSError, SyntaxError) as error:  # Pillow raises both for broken files
            raise Error(f"{self.paths[index]}: it cannot be read as an image ({error}); expected one") from None


def _samples(dataset: Any, root: PathLike | None, transform: Callable[[Any], Any] | None, name: str | None) -> _Samples:
    if isinstance(dataset, (Splits, Side)):
        if root is None:
            raise UsageError("found splits without a root; expected the folder that their samples' paths lie in")
        side = dataset.all if isinstance(dataset, Splits) else dataset
        own = dataset.name if isinstance(dataset, Splits) else Path(root).resolve().name
        classes = [side.class_labels[number] for number in side.labels]
        paths = side.paths(root)
        data = _Images(paths, transform)
        superclasses: list[str | None] = [None] * len(paths)
        if isinstance(dataset, Splits):
            superclasses = dataset.superclasses
        found = _Samples(name or own, data, side.samples, classes, superclasses, paths)
    elif is_path(dataset):
        found = _folder(Path(dataset), transform, name)
    elif hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__"):
        ids = [str(row) for row in range(len(dataset))]
        labels = getattr(dataset, "classes", None)
        found = _Samples(name or type(dataset).__name__, dataset, ids, [], [None] * len(ids), None, labels)
    else:
        raise UsageError(
            f"found a dataset of the type {type(dataset).__name__}; expected a folder, a data set of torch with a "
            "length, splits or a side of them"
        )
    if not found.ids:
        raise UsageError(f"{found.name}: found no samples; expected one at least")
    if transform is None and found.paths is not None:
        raise UsageError("found no transform, and images cannot go into a network as they are; expected one")
    return found


def _folder(folder: Path, transform: Callable[[Any], Any] | None, name: str | None) -> _Samples:
    """The images of class folders, in the order of their names' bytes; the folders above a class are superclasses."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: it is no folder; expected one with a folder of images for each class")
    paths = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in _IMAGES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    ids = [path.relative_to(folder).as_posix() for path in paths]
    order = sorted(range(len(ids)), key=lambda row: os.fsencode(ids[row]))
    ids, paths = [ids[row] for row in order], [paths[row] for row in order]
    if not ids:
        raise UsageError(f"{folder}: found no images; expected a folder of images for each class")
    flat = [id for id in ids if "/" not in id]
    if flat:
        raise UsageError(f"{folder / flat[0]}: it is in no class folder; expected images as CLASS/IMAGE")
    classes = [id.rpartition("/")[0] for id in ids]
    superclasses = [label.partition("/")[0] if "/" in label else None for label in classes]
    return _Samples(name or folder.resolve().name, _Images(paths, transform), ids, classes, superclasses, paths)


# Rows


def _write_rows(
    path: Path, model: _Model, samples: _Samples, batch_size: int, workers: int, is_quiet: bool, torch: Any
) -> int:
    """Writes the embeddings as they come, and returns their dimension; takes the classes that come with the images."""
    import numpy as np

    count = len(samples.ids)
    rows: npt.NDArray[np.float32] | None = None
    done = 0
    with _Evaluation(model.module):
        progress = Progress(is_quiet)
        try:
            for images, labels in _batches(samples.data, batch_size, workers, torch):
                with torch.inference_mode():
                    output = _vectors(model.module(images.to(model.device)), model.name)
                block = output.float().cpu().numpy()
                if len(block) != len(images):
                    raise UsageError(
                        f"{model.name}: found {len(block)} rows for {len(images)} images; expected one each"
                    )
                if not np.isfinite(block).all():
                    row = int(np.argmin(np.isfinite(block).all(axis=1)))
                    raise Error(
                        f"{model.name}: found NaN or an infinity for {samples.ids[done + row]}; expected numbers"
                    )
                if rows is None:
                    rows = np.lib.format.open_memmap(path, "w+", np.float32, (count, block.shape[1]), version=(1, 0))
                rows[done : done + len(block)] = block
                if not samples.paths:
                    samples.classes.extend(_label(label, samples.labels) for label in labels)
                done += len(block)
                progress.show(f"embedding: {done} of {count}")
        finally:
            progress.close()
    if rows is None or done != count:
        raise Error(f"{samples.name}: found {done} images; expected {count}, the length of the data set")
    dimension = int(rows.shape[1])
    del rows  # which puts what is left into the file
    return dimension


def _batches(data: Any, batch_size: int, workers: int, torch: Any) -> Iterator[tuple[Any, list[Any]]]:
    """The images and labels of each batch."""
    for batch in torch.utils.data.DataLoader(data, batch_size=batch_size, num_workers=workers):
        if not isinstance(batch, (tuple, list)) or len(batch) < 2:
            raise UsageError(f"found items of the type {type(batch).__name__}; expected pairs of image and label")
        images, labels = batch[0], batch[1]
        yield images, list(labels.tolist() if hasattr(labels, "tolist") else labels)


def _label(label: Any, names: Sequence[Any] | None) -> str:
    return str(names[label] if names is not None and isinstance(label, int) else label)


def _vectors(output: Any, name: str) -> Any:
    """The rows of what a module returns."""
    for key in ("pooler_output", "image_embeds", "last_hidden_state"):
        value = output.get(key) if isinstance(output, dict) else getattr(output, key, None)
        if value is not None:
            output = value[:, 0] if key == "last_hidden_state" else value
            break
    if not hasattr(output, "detach") or output.ndim != 2:
        what = f"the shape {tuple(output.shape)}" if hasattr(output, "shape") else f"the type {type(output).__name__}"
        raise UsageError(f"{name}: found an output of {what}; expected a row for each image, so pool it in the module")
    return output


class _Evaluation:
    """Runs a module in evaluation mode, and leaves each part of it as it was."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.modes: list[tuple[Any, bool]] = []

    def __enter__(self) -> None:
        parts = self.module.modules() if hasattr(self.module, "modules") else []
        self.modes = [(part, part.training) for part in parts]
        if hasattr(self.module, "eval"):
            self.module.eval()

    def __exit__(self, *_: object) -> None:
        for part, is_training in self.modes:
            part.training = is_training


# Files


def _write_tables(work: Path, model: _Model, samples: _Samples, dimension: int) -> dict[str, Any]:
    """Writes all but the embeddings and how they were prepared, and returns the record."""
    columns: dict[str, Sequence[str | None]] = {"sample": samples.ids, "class": samples.classes}
    if any(samples.superclasses):
        columns["superclass"] = samples.superclasses
    table = _table(columns)
    digests = None if samples.paths is None else [_file_digest(path) for path in samples.paths]
    groups: dict[str, list[int]] = {}
    for row, value in enumerate(digests or []):
        groups.setdefault(value, []).append(row)
    repeated = [rows for rows in groups.values() if len(rows) > 1]
    across = sum(len({samples.classes[row] for row in rows}) > 1 for rows in repeated)
    members = [(str(number), row) for number, rows in enumerate(repeated, 1) for row in rows]
    duplicates: dict[str, Sequence[str | None]] = {
        "group": [number for number, _ in members],
        "sample": [samples.ids[row] for _, row in members],
        "class": [samples.classes[row] for _, row in members],
    }
    (work / "samples.csv").write_bytes(table if digests is None else _table(columns | {"sha256": digests}))
    (work / "skipped.csv").write_bytes(_table({"sample": [], "reason": []}))
    (work / "duplicates.csv").write_bytes(_table(duplicates))
    if across:
        warnings.warn(
            f"{samples.name}: {across} groups of files with the same bytes are in several classes, as duplicates.csv "
            "lists",
            OodmlWarning,
            stacklevel=3,
        )
    record = {
        "duplicate_group_across_classes_count": across,
        "duplicate_group_count": len(repeated),
        "identity": {
            "dataset": samples.name,
            "embeddings": {
                "dimension": dimension,
                "file": model.name,
                "sha256": digest(model.module),
                "source": "backbone",
            },
            "generator": f"oodml {version()}",
            "sample_count": len(samples.ids),
            "samples_sha256": hashlib.sha256(table).hexdigest(),
        },
        "row_count": len(samples.ids),
        "skipped_count": 0,
    }
    _write_json(work / "store.json", record)
    return record


def _preparation(
    model: _Model, transform: Callable[[Any], Any] | None, samples: _Samples, torch: Any
) -> dict[str, Any]:
    """How the embeddings were made, in words."""
    if samples.paths is None:
        transform = getattr(samples.data, "transform", None)
    return {
        "device": str(model.device),
        "model": model.name,
        "module": str(type(model.module).__module__) + "." + type(model.module).__qualname__,
        "source": model.source,
        "torch": str(torch.__version__),
        # Without addresses in memory, which functions have and every run has others of.
        "transform": None if transform is None else re.sub(r" at 0x[0-9a-f]+", "", repr(transform)),
    }


def _table(columns: dict[str, Sequence[str | None]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if value is None else value for value in row] for row in zip(*columns.values()))
    return text.getvalue().encode()


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_receipt(work: Path) -> None:
    """Lists the files, as all results of oodml have it, and puts all of them on the disk."""
    rows = []
    for path in sorted(work.iterdir()):
        rows.append(("store", path.name, str(path.stat().st_size), _file_digest(path), ""))
        _sync(path)
    columns = ("result", "path", "size", "sha256", "link")
    (work / "receipt.csv").write_bytes(_table(dict(zip(columns, zip(*rows)))))
    _sync(work / "receipt.csv")
    _sync(work)


def _file_digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            found.update(block)
    return found.hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_free(target: Path, force: bool) -> None:
    """Refuses to replace anything but a store, and that only if told to."""
    if not target.exists() and not target.is_symlink():
        return
    if not force:
        raise UsageError(f"{target}: it exists; expected a new folder, or force=True to replace a store")
    if target.is_symlink() or not (target / "store.json").is_file():
        raise UsageError(f"{target}: it is no store; expected a new folder, or a store to replace")
    listed = {
        "receipt.csv",
        "torch.json",
        "embeddings.npy",
        "samples.csv",
        "skipped.csv",
        "duplicates.csv",
        "store.json",
    }
    other = [path.name for path in target.iterdir() if path.name not in listed]
    if other:
        raise UsageError(
            f"{target / other[0]}: it is no file of the store; expected it elsewhere, since force replaces all"
        )


def _exchange(work: Path, target: Path) -> None:
    """Puts the new store in its place; for a moment neither is there, where an old one was."""
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
        target.replace(old)
        try:
            work.replace(target)
        except BaseException:
            old.replace(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        work.replace(target)
    _sync(target.parent)
