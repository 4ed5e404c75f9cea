"""Reads splits that `oodml make-splits` and `oodml import` write, and writes embeddings that `oodml evaluate` reads.

One file without dependencies: where oodml cannot be installed, it may be copied next to your training code. With torch and
Pillow it also makes data sets of images.

    from oodml import Splits
    level = Splits("splits/photos").level("level-3")
    train = level.train.dataset("photos", transform)   # images and class numbers from 0

    level.write_embeddings("runs/{level}-{direction}.npy", vectors)   # a row for each of level.all.samples

A whole run, for all levels and both directions:

    Splits("splits/photos").write_run("runs/{level}-{direction}.npy", embed)

where embed(level) trains on level.train and returns a row for each of level.all.samples, the whole data set. `oodml
evaluate` searches all of them; rows of level.test.samples alone give the paper's protocol, without gain and cost of
shift.
"""

import array
import csv
import hashlib
import io
import json
import math
import os
import pathlib
import sys
import tempfile

DIRECTIONS = ("forward", "reverse")


class Splits:
    """A folder of splits: its samples in the order of samples.csv, and its levels from easy to hard."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self._receipt = _receipt(self.folder)
        self.manifest = json.loads(self._read("manifest.json"))
        version = self.manifest.get("schema_version")
        if version != 2:
            raise ValueError(f"{self.folder / 'manifest.json'}: its schema version is {version}; expected 2")
        rows = self._table("samples.csv", ("sample", "class"))
        self.samples = [row["sample"] for row in rows]
        self.classes = [row["class"] for row in rows]
        self.superclasses = [row.get("superclass") or None for row in rows]
        #: "query" or "gallery", as `oodml evaluate` divides them; None for samples that are both.
        self.roles = [row.get("role") or None for row in rows]
        # Of bytes, as code points sort: whoever listed the samples in another order has the same digest.
        lines = sorted(
            "\t".join([row["sample"], row["class"], *filter(None, [row.get("role")])]).encode() + b"\n" for row in rows
        )
        digest = hashlib.sha256(b"".join(lines)).hexdigest()
        if digest != self.manifest["dataset"]["sha256"]:
            raise ValueError(
                f"{self.folder / 'samples.csv'}: its samples are not those of manifest.json, to go by "
                f"the digest {digest[:12]}…; expected {self.manifest['dataset']['sha256'][:12]}…"
            )

        #: All samples as one side.
        self.all = Side(self, self.classes)

    @property
    def level_ids(self):
        """The ids of the levels, from easy to hard."""
        return [level["id"] for level in self.manifest["levels"]]

    def level(self, id, direction="forward", fold=None):
        """One task of a level.

        Forward trains on the level's train classes and tests on its test classes; reverse the other way round.
        With a fold, that validation fold of the train classes is the test side, and the other train classes are
        what is trained on; so models can be tuned without a look at the test classes.
        """
        if direction not in DIRECTIONS:
            raise ValueError(f"the direction is {direction!r}; expected forward or reverse")
        found = [level for level in self.manifest["levels"] if level["id"] == id]
        if not found:
            raise KeyError(f"no level {id!r} in {self.folder}; expected one of {', '.join(self.level_ids)}")
        return Level(self, found[0], direction, fold)

    def levels(self, directions=DIRECTIONS, fold=None, ids=None):
        """All tasks, level after level; with a fold forward ones only, since folds are of the train classes."""
        directions = ("forward",) if fold is not None else directions
        for id in self.level_ids if ids is None else ids:
            for direction in directions:
                yield self.level(id, direction, fold)

    def write_run(self, template, embed, directions=DIRECTIONS, fold=None, ids=None):
        """Writes embed(level) for all tasks, and returns the paths.

        {level}, {direction} and {fold} in the template stand for those of the task, as in `oodml evaluate`.
        """
        levels = list(self.levels(directions, fold, ids))
        paths = [level.path(template) for level in levels]
        for path in paths:
            if paths.count(path) > 1:
                raise ValueError(
                    f"{template} names {path} for several tasks; expected {{level}} in it, and "
                    "{direction} for both directions"
                )
        return [level.write_embeddings(template, embed(level)) for level in levels]

    def episodes(self, id, shots):
        """The few-shot episodes of a level: for each, the ids of each test class's support samples, by its label."""
        file = json.loads(self._read(f"episodes-{shots}.json"))
        # Imported splits have episodes of their own for each level.
        episodes = file["episodes_by_level"].get(id, []) if "episodes_by_level" in file else file["episodes"]
        test = set(self.level(id).test.class_labels)
        return [{label: support for label, support in episode.items() if label in test} for episode in episodes]

    def matched_samples(self, id):
        """The ids of a level's matched training samples: equally many at every level, of the train classes."""
        rows = self._table("train-matched.csv", ("level", "sample"))
        return [row["sample"] for row in rows if row["level"] == id]

    def _read(self, name):
        """The text of a file, which must be the one that was written with the others, if the folder has a receipt."""
        path = self.folder / name
        data = path.read_bytes()
        expected = self._receipt.get(name)
        if expected is not None and hashlib.sha256(data).hexdigest() != expected:
            raise ValueError(
                f"{path}: it was changed or replaced since receipt.csv was read, which lists what belongs together; "
                "read the folder again, or remove receipt.csv to take the files as they are"
            )
        return data.decode("utf-8-sig")

    def _table(self, name, columns):
        """The rows of a table, each as a dictionary."""
        rows = csv.DictReader(io.StringIO(self._read(name), newline=""), strict=True)
        missing = [column for column in columns if column not in (rows.fieldnames or [])]
        if missing:
            raise ValueError(
                f"{self.folder / name}: found the columns {', '.join(rows.fieldnames or [])}; "
                f"expected {' and '.join(columns)}"
            )
        return list(rows)


class Level:
    """One task: what to train on and what to embed."""

    def __init__(self, splits, record, direction, fold):
        self.splits, self.record, self.id = splits, record, record["id"]
        self.direction, self.fold, self.fid = direction, fold, record["fid"]
        train, test = record["train"], record["test"]
        if direction == "reverse":
            train, test = test, train
        if fold is not None:
            folds = record["folds"]
            if direction == "reverse":
                raise ValueError("a fold in reverse; expected forward, since folds are of the train classes")
            if not 0 <= fold < len(folds):
                raise ValueError(f"{self.id} has {len(folds)} validation folds; expected a fold {fold}, from 0")
            test = folds[fold]
            train = [label for label in train if label not in set(test)]
        self.train, self.test = Side(splits, train), Side(splits, test)
        #: The whole data set, in the order of samples.csv, which is what to embed.
        self.all = splits.all

    def path(self, template):
        """The template with the level's id, direction and fold in place of {level}, {direction} and {fold}."""
        path = str(template).replace("{level}", self.id).replace("{direction}", self.direction)
        if "{fold}" in path:
            if self.fold is None:
                raise ValueError(f"{template} names a {{fold}}; expected a level with one")
            path = path.replace("{fold}", str(self.fold))
        return pathlib.Path(path)

    def write_embeddings(self, template, embeddings, samples=None):
        """Writes a .npy file with embeddings, in the order that `oodml evaluate` expects.

        Embeddings are a dictionary from sample ids to vectors, or rows: lists, a NumPy array or a tensor. Rows are
        those of self.all.samples or of self.test.samples, unless `samples` names the sample of each. Where samples of
        the data set are missing, those of the test side alone are written.
        """
        wanted = self.test.samples
        if isinstance(embeddings, dict):
            samples, embeddings = list(embeddings), list(embeddings.values())
        rows = _rows(embeddings)
        if samples is None:
            if len(rows) not in (len(wanted), len(self.all)):
                raise ValueError(
                    f"{len(rows)} rows of embeddings; expected {len(self.all)}, one for each sample, or {len(wanted)}, "
                    f"one for each sample of the test side of {self.id}, {self.direction}"
                )
        else:
            samples = list(samples)
            if len(samples) != len(rows):
                raise ValueError(f"{len(samples)} samples for {len(rows)} rows of embeddings")
            place = {sample: row for row, sample in enumerate(samples)}
            if len(place) != len(samples):
                raise ValueError("a sample has two rows of embeddings; expected one")
            if all(sample in place for sample in self.all.samples):
                wanted = self.all.samples
            missing = [sample for sample in wanted if sample not in place]
            if missing:
                raise ValueError(
                    f"{len(missing)} samples of the test side of {self.id}, {self.direction}, have no "
                    f"embedding, as {missing[0]!r}"
                )
            order = [place[sample] for sample in wanted]
            # Lists know no indexing by lists.
            rows = [rows[row] for row in order] if isinstance(rows, list) else rows[order]
        path = self.path(template)
        write_npy(path, rows)
        return path


class Side:
    """The samples of some classes, in the order of samples.csv, and their classes numbered from 0."""

    def __init__(self, splits, labels):
        members = set(labels)
        #: The labels of the classes in the order of their numbers.
        self.class_labels = sorted(members, key=str.encode)
        numbers = {label: number for number, label in enumerate(self.class_labels)}
        #: The rows of samples.csv.
        self.rows = [row for row, label in enumerate(splits.classes) if label in members]
        #: The ids of the samples: for images, their paths below the folder of the images.
        self.samples = [splits.samples[row] for row in self.rows]
        #: The number of each sample's class.
        self.labels = [numbers[splits.classes[row]] for row in self.rows]
        present = set(self.labels)
        for number, label in enumerate(self.class_labels):
            if number not in present:
                raise ValueError(f"the class {label!r} has no sample in {splits.folder / 'samples.csv'}")

    def __len__(self):
        return len(self.samples)

    def paths(self, root):
        """The paths of the images."""
        return [pathlib.Path(root) / sample for sample in self.samples]

    def dataset(self, root, transform=None, mode="RGB"):
        """A torch data set of images in a mode of Pillow's, changed by `transform`, with their class numbers."""
        return ImageDataset(self, root, transform, mode)


def _dataset_base():
    try:
        from torch.utils.data import Dataset

        return Dataset
    except ImportError:
        return object


class ImageDataset(_dataset_base()):
    """The images of a side with their class numbers; a torch Dataset where there is torch."""

    def __init__(self, side, root, transform=None, mode="RGB"):
        self.paths, self.labels = side.paths(root), side.labels
        self.transform, self.mode = transform, mode

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        from PIL import Image

        with Image.open(self.paths[index]) as file:
            image = file.convert(self.mode)
        return (image if self.transform is None else self.transform(image)), self.labels[index]


def write_npy(path, rows):
    """Writes rows (lists, a NumPy array or a tensor) as a .npy file of float32, whole or not at all."""
    rows = _rows(rows)
    if isinstance(rows, list):
        values = array.array("f")
        width = len(rows[0]) if rows else 0
        for number, row in enumerate(rows):
            if len(row) != width:
                raise ValueError(f"row {number} has {len(row)} values; expected {width}, as row 0")
            for value in row:
                if not math.isfinite(value):
                    raise ValueError(f"row {number} holds {value}; expected finite numbers")
            values.extend(row)
        if sys.byteorder == "big":
            values.byteswap()
        data = values.tobytes()
        shape = (len(rows), width)
    else:
        import numpy

        if rows.ndim != 2:
            raise ValueError(f"embeddings of the shape {tuple(rows.shape)}; expected rows and columns")
        rows = rows.astype("<f4")
        if not numpy.isfinite(rows).all():
            raise ValueError("embeddings hold NaN or an infinity; expected finite numbers")
        data, shape = rows.tobytes(order="C"), rows.shape
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape[0]}, {shape[1]}), }}"
    # The header ends in a line feed, and the data begin at a multiple of 64 bytes.
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = pathlib.Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise


def _rows(embeddings):
    """Lists of numbers, or a NumPy array."""
    if hasattr(embeddings, "detach"):
        return embeddings.detach().cpu().float().numpy()
    if hasattr(embeddings, "astype"):
        return embeddings
    embeddings = list(embeddings)
    if embeddings and hasattr(embeddings[0], "detach"):
        return [row.detach().cpu().float().tolist() for row in embeddings]
    return [row.tolist() if hasattr(row, "tolist") else list(row) for row in embeddings]


def _receipt(folder):
    """The digests of the files that oodml wrote into a folder of splits, by their names; empty without a receipt."""
    for place, prefix in [(folder, ""), (folder.parent, folder.name + "/")]:
        path = place / "receipt.csv"
        if path.is_file():
            with path.open(newline="", encoding="utf-8") as file:
                rows = [row for row in csv.DictReader(file, strict=True) if row.get("result") == "splits"]
            digests = {row["path"]: row["sha256"] for row in rows}
            found = {name[len(prefix) :]: digest for name, digest in digests.items() if name.startswith(prefix)}
            if found:
                return found
    return {}
