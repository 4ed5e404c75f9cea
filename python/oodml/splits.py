"""Reads splits that `oodml make-splits` and `oodml import` write, and writes embeddings that `oodml evaluate` reads.

One file without dependencies: where oodml cannot be installed, it may be copied next to your training code. With
torch and Pillow it also makes data sets and batches of images.

    from oodml import Splits

    splits = Splits("splits/photos")
    level = splits.level("level-3")
    train = level.train.dataset("photos", transform)  # images and class numbers from 0
    loader = DataLoader(train, batch_sampler=level.train.batches(classes=8, samples=4))

    features[level.train.rows], level.train.labels  # where features have a row for each of splits.samples
    level.write_embeddings("runs/{level}-{direction}.npy", vectors)  # a row for each of level.all.samples

A whole run, for all levels and both directions:

    splits.write_run("runs/{level}-{direction}.npy", embed)

where embed(level) trains on level.train and returns a row for each of level.all.samples, the whole data set. `oodml
evaluate` searches all of them; rows of level.test.samples alone give the paper's protocol, without gain and cost of
shift.
"""

from __future__ import annotations

import array
import base64
import csv
import hashlib
import html
import io
import json
import math
import os
import pathlib
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Union

if TYPE_CHECKING:
    import pandas as pd

    from ._errors import Error, UsageError
else:
    try:
        from ._errors import Error, UsageError
    except ImportError:  # this file alone was copied

        class Error(Exception):
            """The data or the machine failed."""

        class UsageError(Error, ValueError):
            """An argument is wrong."""


DIRECTIONS = ("forward", "reverse")

#: A file or folder.
PathLike = Union[str, "os.PathLike[str]"]


class SplitsError(Error, ValueError):
    """A file of a folder of splits cannot be read, or does not belong to the others."""


class UnknownLevelError(UsageError, KeyError):
    """The splits have no level of that id."""

    def __str__(self) -> str:
        # That of KeyError has quotes around it.
        return str(self.args[0])


class Splits:
    """A folder of splits: its samples in the order of samples.csv, and its levels from easy to hard."""

    def __init__(self, path: PathLike) -> None:
        #: The folder. A temporary one lasts as long as this object does: name `out` of make_splits to keep it.
        self.path = pathlib.Path(path)
        #: What make_splits understood of its input, line by line; empty where the folder was only read.
        self.notes: list[str] = []
        #: What makes the splits less reliable than they look; each was also given to warnings.warn.
        self.warnings: list[str] = []
        self._place: object = None
        self._receipt = _receipt(self.path)
        #: manifest.json, by its published schema.
        self.manifest: dict[str, Any] = self._json("manifest.json")
        version = self.manifest.get("schema_version")
        if version != 2:
            raise SplitsError(f"{self.path / 'manifest.json'}: its schema version is {version}; expected 2")
        self._rows = self._table("samples.csv", ("sample", "class"))
        #: The ids of the samples: for images, their paths below the folder of the images.
        self.samples: list[str] = [row["sample"] for row in self._rows]
        #: The label of each sample's class.
        self.classes: list[str] = [row["class"] for row in self._rows]
        self.superclasses = self.column("superclass")
        #: "query" or "gallery", as `oodml evaluate` divides them; None for samples that are both.
        self.roles = self.column("role")
        # Of bytes, as code points sort: whoever listed the samples in another order has the same digest.
        lines = sorted(
            "\t".join([row["sample"], row["class"], *filter(None, [row.get("role")])]).encode() + b"\n"
            for row in self._rows
        )
        digest = hashlib.sha256(b"".join(lines)).hexdigest()
        dataset = self.manifest.get("dataset")
        expected = str(dataset.get("sha256")) if isinstance(dataset, Mapping) else "one"
        if digest != expected:
            raise SplitsError(
                f"{self.path / 'samples.csv'}: its samples are not those of manifest.json, to go by "
                f"the digest {digest[:12]}…; expected {expected[:12]}…"
            )

        self._source = _Source(self.samples, self.classes, self.path / "samples.csv")
        #: All samples as one side.
        self.all = Side(self._source, self.classes)

    @property
    def name(self) -> str:
        """The name of the dataset."""
        return str(self.manifest["dataset"]["name"])

    @property
    def level_ids(self) -> list[str]:
        """The ids of the levels, from easy to hard."""
        return [level["id"] for level in self.manifest["levels"]]

    def column(self, name: str) -> list[str | None]:
        """A column of samples.csv, as camera, domain or group; None where a sample has none."""
        return [row.get(name) or None for row in self._rows]

    def level(self, id: str, direction: str = "forward", fold: int | None = None) -> Level:
        """One task of a level.

        Forward trains on the level's train classes and tests on its test classes; reverse the other way round.
        With a fold, that validation fold of the train classes is the test side, and the other train classes are
        what is trained on; so models can be tuned without a look at the test classes.
        """
        if direction not in DIRECTIONS:
            raise UsageError(f"the direction is {direction!r}; expected forward or reverse")
        found = [level for level in self.manifest["levels"] if level["id"] == id]
        if not found:
            raise UnknownLevelError(f"no level {id!r} in {self.path}; expected one of {', '.join(self.level_ids)}")
        return Level(self, found[0], direction, fold)

    def levels(
        self, directions: Iterable[str] = DIRECTIONS, fold: int | None = None, ids: Iterable[str] | None = None
    ) -> Iterator[Level]:
        """All tasks, level after level; with a fold forward ones only, since folds are of the train classes."""
        directions = ("forward",) if fold is not None else tuple(directions)
        for id in self.level_ids if ids is None else ids:
            for direction in directions:
                yield self.level(id, direction, fold)

    @property
    def parts(self) -> dict[str, Side]:
        """The parts of a hold-out: train, validation where there is one, and test.

        The classes of each are numbered among themselves. Those of train leave out the validation classes, which
        level("holdout").train has.
        """
        if self.manifest["protocol"]["name"] != "holdout":
            raise UsageError(f"found the parts of {self!r}; expected a hold-out, that oodml holdout made")
        record = self.manifest["levels"][0]
        validation, train = record["folds"] or (None, record["train"])
        found = {"train": train, "validation": validation, "test": record["test"]}
        return {part: Side(self._source, labels) for part, labels in found.items() if labels is not None}

    def write_run(
        self,
        template: PathLike,
        embed: Callable[[Level], Any],
        directions: Iterable[str] = DIRECTIONS,
        fold: int | None = None,
        ids: Iterable[str] | None = None,
    ) -> list[pathlib.Path]:
        """Writes embed(level) for all tasks, and returns the paths.

        {level}, {direction} and {fold} in the template stand for those of the task, as in `oodml evaluate`.
        """
        levels = list(self.levels(directions, fold, ids))
        paths = [level.path(template) for level in levels]
        for path in paths:
            if paths.count(path) > 1:
                raise UsageError(
                    f"{template} names {path} for several tasks; expected {{level}} in it, and "
                    "{direction} for both directions"
                )
        return [level.write_embeddings(template, embed(level)) for level in levels]

    def episodes(self, id: str, shots: int) -> list[dict[str, list[str]]]:
        """The few-shot episodes of a level: for each, the ids of each test class's support samples, by its label.

        Level.episodes has them as sides, with the queries.
        """
        return self._episodes(id, shots, self.level(id).test)

    def _episodes(self, id: str, shots: int, side: Side) -> list[dict[str, list[str]]]:
        """The episodes of a level among the classes of a side."""
        name = f"episodes-{shots}.json"
        if not (self.path / name).is_file():
            known = sorted(int(path.stem[9:]) for path in self.path.glob("episodes-*.json") if path.stem[9:].isdigit())
            raise UsageError(
                f"{self.path} has no episodes of {shots} shots; expected "
                + (f"one of {', '.join(map(str, known))}" if known else "splits made with shots")
            )
        file = self._json(name)
        # Imported splits have episodes of their own for each level.
        episodes = file["episodes_by_level"].get(id, []) if "episodes_by_level" in file else file["episodes"]
        wanted = set(side.class_labels)
        return [{label: support for label, support in episode.items() if label in wanted} for episode in episodes]

    def matched_samples(self, id: str) -> list[str]:
        """The ids of a level's matched training samples: equally many at every level, of the train classes.

        Level.matched has them as a side.
        """
        self.level(id)
        rows = self._table("train-matched.csv", ("level", "sample"))
        return [row["sample"] for row in rows if row["level"] == id]

    def keep(self, place: object, notes: Iterable[str], warnings: Iterable[str]) -> None:
        """Holds what make_splits knows of the folder: what keeps a temporary one alive, and what was said."""
        self._place, self.notes, self.warnings = place, list(notes), list(warnings)

    def to_frame(self) -> pd.DataFrame:
        """A row for each level, from easy to hard, or along the axis of ordered splits, indexed by its id.

        fid is its distance, and axis_value how far an ordered level is along its axis; null_mean, null_q95 and null_p
        tell how it stands to random sides; is_shift says whether a shift is shown. What a level was not tested for is
        missing.
        """
        import pandas as pd

        rows = self._summary()
        frame = pd.DataFrame({name: [row[name] for row in rows] for name in rows[0] if name != "level"})
        frame.index = pd.Index([row["level"] for row in rows], name="level")
        frame["is_shift"] = frame["is_shift"].astype("boolean")
        numbers = ["fid", "excess", "null_mean", "null_q95", "null_p", "holdout_p"]
        frame[numbers] = frame[numbers].astype(float)
        return frame

    def _summary(self) -> list[dict[str, Any]]:
        rows = []
        for level in self.manifest["levels"]:
            place = {"axis_value": level["axis"]["value"]} if "axis" in level else {}
            null, holdout = level.get("null") or {}, level.get("holdout") or {}
            rows.append(
                {
                    "level": level["id"],
                    **place,
                    "fid": level["fid"],
                    "origin": level["origin"],
                    "excess": level.get("excess"),
                    "null_mean": null.get("mean"),
                    "null_q95": null.get("q95"),
                    "null_p": null.get("p"),
                    "position": level.get("position"),
                    "holdout_p": holdout.get("p"),
                    "is_shift": level.get("is_shift"),
                    "train_classes": len(level["train"]),
                    "test_classes": len(level["test"]),
                    "removed_classes": len(level["removed"]),
                    "train_samples": level["train_sample_count"],
                    "test_samples": level["test_sample_count"],
                }
            )
        return rows

    def __repr__(self) -> str:
        distances = [level["fid"] for level in self.manifest["levels"]]
        return (
            f"<Splits of {self.name}: {len(distances)} levels from fid {min(distances):.4g} to {max(distances):.4g}, "
            f"{len(self.all.class_labels)} classes, {len(self.samples)} samples, in {self.path}>"
        )

    def _repr_html_(self) -> str:
        if (self.path / "progression.svg").is_file():
            # As an image, so that its styles and ids stay its own, and notebooks that are not trusted show it too.
            data = base64.b64encode(self._bytes("progression.svg")).decode()
            title = html.escape(repr(self)[1:-1])
            return f'<img src="data:image/svg+xml;base64,{data}" alt="{title}" style="width: 100%; max-width: 48em">'
        shown = {"level": "level", "fid": "fid", "train_classes": "train classes", "test_classes": "test classes"}
        header = "".join(f"<th>{title}</th>" for title in shown.values())
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(row[name]))}</td>" for name in shown) + "</tr>"
            for row in self._summary()
        )
        return f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"

    def _bytes(self, name: str) -> bytes:
        """The contents of a file, which must be the one that receipt.csv lists, if the folder has a receipt."""
        path = self.path / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SplitsError(
                f"{path}: it cannot be read ({error.strerror}); expected a folder that oodml make-splits or oodml "
                "import wrote"
            ) from None
        expected = self._receipt.get(name)
        if expected is not None and hashlib.sha256(data).hexdigest() != expected:
            raise SplitsError(
                f"{path}: it was changed or replaced since receipt.csv was read, which lists what belongs together; "
                "read the folder again, or remove receipt.csv to take the files as they are"
            )
        return data

    def _read(self, name: str) -> str:
        """The text of a file."""
        try:
            return self._bytes(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise SplitsError(f"{self.path / name}: byte {error.start} is not UTF-8; expected text") from None

    def _json(self, name: str) -> dict[str, Any]:
        """The object in a file of JSON."""
        try:
            value = json.loads(self._read(name))
        except (json.JSONDecodeError, RecursionError) as error:
            raise SplitsError(f"{self.path / name}: it is not JSON ({error}); expected what oodml wrote") from None
        if not isinstance(value, dict):
            raise SplitsError(
                f"{self.path / name}: found a JSON value of the type {type(value).__name__}; expected an object"
            )
        return value

    def _table(self, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
        """The rows of a table, each as a dictionary."""
        rows = csv.DictReader(io.StringIO(self._read(name), newline=""), strict=True)
        try:
            missing = [column for column in columns if column not in (rows.fieldnames or [])]
            if missing:
                raise SplitsError(
                    f"{self.path / name}: found the columns {', '.join(rows.fieldnames or [])}; "
                    f"expected {' and '.join(columns)}"
                )
            found = list(rows)
        except csv.Error as error:
            raise SplitsError(f"{self.path / name}: line {rows.line_num}: {error}; expected a table in CSV") from None
        for number, row in enumerate(found, 2):
            if any(row[column] is None for column in columns):
                raise SplitsError(f"{self.path / name}: row {number} ends early; expected as many fields as columns")
        return found


class Episode(NamedTuple):
    """A few-shot task: a support set of as many samples for each test class, and the other samples of these classes."""

    support: Side
    query: Side


class Level:
    """One task: what to train on and what to embed."""

    def __init__(self, splits: Splits, record: Mapping[str, Any], direction: str, fold: int | None) -> None:
        self.splits, self.record = splits, record
        self.id: str = record["id"]
        self.direction, self.fold = direction, fold
        #: The squared Fréchet distance between the level's two sides, also where the test side is a fold.
        self.fid: float = record["fid"]
        #: Where the level is along a column or the nearest classes; None where levels follow the distance.
        self.axis: Mapping[str, Any] | None = record.get("axis")
        train, test = record["train"], record["test"]
        if direction == "reverse":
            train, test = test, train
        if fold is not None:
            folds = record["folds"]
            if direction == "reverse":
                raise UsageError("a fold in reverse; expected forward, since folds are of the train classes")
            if not 0 <= fold < len(folds):
                raise UsageError(
                    f"{self.id} has {len(folds)} validation folds; found the fold {fold}, expected one from 0"
                )
            test = folds[fold]
            train = [label for label in train if label not in set(test)]
        self.train, self.test = Side(splits._source, train), Side(splits._source, test)
        #: The whole data set, in the order of samples.csv, which is what to embed.
        self.all = splits.all

    def __repr__(self) -> str:
        fold = "" if self.fold is None else f", fold {self.fold}"
        return (
            f"<Level {self.id}, {self.direction}{fold}: fid {self.fid:.4g}, "
            f"{len(self.train.class_labels)} classes to train on, {len(self.test.class_labels)} to test on>"
        )

    @property
    def folds(self) -> list[Level]:
        """The validation folds of the train classes, each as a task of its own."""
        if self.direction == "reverse" or self.fold is not None:
            raise UsageError(f"found folds of {self!r}; expected a forward level, since folds are of its train classes")
        return [Level(self.splits, self.record, self.direction, fold) for fold in range(len(self.record["folds"]))]

    @property
    def matched(self) -> Side:
        """A part of the train side that is equally large at every level, with classes numbered among themselves.

        With it, models of different levels have seen equally much.
        """
        if self.direction == "reverse" or self.fold is not None:
            raise UsageError(
                f"found matched samples of {self!r}; expected a forward level, since they are of its train side"
            )
        return self.train.subset(self.splits.matched_samples(self.id))

    def episodes(self, shots: int) -> list[Episode]:
        """The few-shot episodes of the test side: those of its classes that have more samples than shots.

        Both sides of an episode have the same numbers of classes.
        """
        found = []
        for episode in self.splits._episodes(self.id, shots, self.test):
            labels = list(episode)
            support = {sample for samples in episode.values() for sample in samples}
            queries = [
                sample
                for sample, number in zip(self.test.samples, self.test.labels)
                if sample not in support and self.test.class_labels[number] in episode
            ]
            if labels:
                found.append(Episode(self.test.subset(support, labels), self.test.subset(queries, labels)))
        return found

    def path(self, template: PathLike) -> pathlib.Path:
        """The template with the level's id, direction and fold in place of {level}, {direction} and {fold}."""
        path = os.fspath(template).replace("{level}", self.id).replace("{direction}", self.direction)
        if "{fold}" in path:
            if self.fold is None:
                raise UsageError(f"{template} names a {{fold}}; expected a level with one")
            path = path.replace("{fold}", str(self.fold))
        return pathlib.Path(path)

    def write_embeddings(
        self, template: PathLike, embeddings: Any, samples: Iterable[str] | None = None
    ) -> pathlib.Path:
        """Writes a .npy file with embeddings, in the order that `oodml evaluate` expects.

        Embeddings are a dictionary from sample ids to vectors, or rows: lists, a NumPy array or a tensor. Rows are
        those of self.all.samples or of self.test.samples, unless `samples` names the sample of each. Where samples of
        the data set are missing, those of the test side alone are written.
        """
        wanted = self.test.samples
        if isinstance(embeddings, Mapping):
            samples, embeddings = list(embeddings), list(embeddings.values())
        rows = _rows(embeddings)
        if samples is None:
            if len(rows) not in (len(wanted), len(self.all)):
                raise UsageError(
                    f"{len(rows)} rows of embeddings; expected {len(self.all)}, one for each sample, or {len(wanted)}, "
                    f"one for each sample of the test side of {self.id}, {self.direction}"
                )
        else:
            samples = list(samples)
            if len(samples) != len(rows):
                raise UsageError(f"{len(samples)} samples for {len(rows)} rows of embeddings")
            place = {sample: row for row, sample in enumerate(samples)}
            if len(place) != len(samples):
                raise UsageError("a sample has two rows of embeddings; expected one")
            if all(sample in place for sample in self.all.samples):
                wanted = self.all.samples
            missing = [sample for sample in wanted if sample not in place]
            if missing:
                raise UsageError(
                    f"{len(missing)} samples of the test side of {self.id}, {self.direction}, have no "
                    f"embedding, as {missing[0]!r}"
                )
            order = [place[sample] for sample in wanted]
            # Lists know no indexing by lists.
            rows = [rows[row] for row in order] if isinstance(rows, list) else rows[order]
        path = self.path(template)
        write_npy(path, rows)
        return path


class _Source(NamedTuple):
    """The columns that sides are parts of. Sides do not hold the splits, so that a temporary folder goes with these."""

    samples: list[str]
    classes: list[str]
    path: pathlib.Path


class Side:
    """The samples of some classes, in the order of samples.csv, and their classes numbered from 0."""

    def __init__(self, source: _Source, labels: Iterable[str], rows: Iterable[int] | None = None) -> None:
        self._source = source
        members = set(labels)
        #: The labels of the classes in the order of their numbers.
        self.class_labels: list[str] = sorted(members, key=str.encode)
        numbers = {label: number for number, label in enumerate(self.class_labels)}
        #: The rows of samples.csv, which index features in that order.
        self.rows: list[int] = (
            [row for row, label in enumerate(source.classes) if label in members] if rows is None else sorted(rows)
        )
        #: The ids of the samples: for images, their paths below the folder of the images.
        self.samples: list[str] = [source.samples[row] for row in self.rows]
        #: The number of each sample's class.
        self.labels: list[int] = [numbers[source.classes[row]] for row in self.rows]
        if rows is None:
            present = set(self.labels)
            for number, label in enumerate(self.class_labels):
                if number not in present:
                    raise SplitsError(f"the class {label!r} has no sample in {source.path}")

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        return f"<Side: {len(self.class_labels)} classes, {len(self)} samples>"

    def subset(self, samples: Iterable[str], class_labels: Iterable[str] | None = None) -> Side:
        """Some of the samples, by their ids, as a side of its own.

        Its classes are numbered among themselves, unless the labels of more are given.
        """
        row_of = dict(zip(self.samples, self.rows))
        chosen = list(samples)
        unknown = [sample for sample in chosen if sample not in row_of]
        if unknown:
            raise UsageError(f"the sample {unknown[0]!r} is not on this side; expected some of its {len(self)} samples")
        rows = {row_of[sample] for sample in chosen}
        present = {self._source.classes[row] for row in rows}
        return Side(self._source, present if class_labels is None else class_labels, rows)

    def paths(self, root: PathLike) -> list[pathlib.Path]:
        """The paths of the images."""
        return [pathlib.Path(root) / sample for sample in self.samples]

    def dataset(self, root: PathLike, transform: Callable[[Any], Any] | None = None, mode: str = "RGB") -> ImageDataset:
        """A data set for torch: images in a mode of Pillow's, changed by `transform`, with their class numbers."""
        return ImageDataset(self, root, transform, mode)

    def batches(self, classes: int, samples: int, seed: int = 0) -> Batches:
        """Batches of so many samples of so many classes, as a batch_sampler for torch's DataLoader."""
        return Batches(self.labels, classes, samples, seed)


class ImageDataset:
    """The images of a side with their class numbers, as a data set of torch with a length and items by number."""

    # It has no base class of torch's, which does not ask for one: to import torch takes seconds.

    def __init__(
        self, side: Side, root: PathLike, transform: Callable[[Any], Any] | None = None, mode: str = "RGB"
    ) -> None:
        self.paths, self.labels = side.paths(root), side.labels
        self.transform, self.mode = transform, mode

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        from PIL import Image

        with Image.open(self.paths[index]) as file:
            image: Any = file.convert(self.mode)
        return (image if self.transform is None else self.transform(image)), self.labels[index]


class Batches:
    """Batches in which some classes have equally many samples each: lists of positions, as a batch_sampler.

    No class comes twice in a batch. Classes, and the samples of each, come in a random order, and none a second time
    before all have come once; a class with fewer samples than a batch takes repeats them. Each pass draws anew, as the
    seed and the number of the pass decide.
    """

    def __init__(self, labels: Sequence[Any], classes: int, samples: int, seed: int = 0) -> None:
        self.positions: dict[Any, list[int]] = {}
        for position, label in enumerate(labels):
            self.positions.setdefault(label, []).append(position)
        if not 1 <= classes <= len(self.positions):
            raise UsageError(f"batches of {classes} classes from {len(self.positions)}; expected from 1 to that many")
        if samples < 1:
            raise UsageError(f"batches of {samples} samples a class; expected 1 or more")
        self.classes, self.samples, self.seed = classes, samples, seed
        self.length = max(1, len(labels) // (classes * samples))
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Sets the number of the next pass, from 0, where a stopped run goes on."""
        self.epoch = epoch

    def __len__(self) -> int:
        """The batches of a pass: as many as the samples fill."""
        return self.length

    def __iter__(self) -> Iterator[list[int]]:
        # Text as a seed means the same on every machine.
        draw = random.Random(f"batches {self.seed} {self.epoch}")
        self.epoch += 1
        classes = _Deck(list(self.positions), draw)
        samples = {label: _Deck(positions, draw) for label, positions in self.positions.items()}
        for _ in range(self.length):
            yield [position for label in classes.take(self.classes) for position in samples[label].take(self.samples)]


class _Deck:
    """Cards that are dealt in a random order, shuffled anew whenever all are dealt."""

    def __init__(self, cards: Sequence[Any], draw: random.Random) -> None:
        self.cards, self.draw = cards, draw
        self.left: list[Any] = []

    def take(self, count: int) -> list[Any]:
        """The next cards: different ones as long as there are so many."""
        taken: list[Any] = []
        while len(taken) < count:
            if not self.left:
                # Those that are taken already come last, so that the others come first.
                fresh = [card for card in self.cards if card not in taken]
                again = [card for card in self.cards if card in taken]
                self.draw.shuffle(fresh)
                self.draw.shuffle(again)
                self.left = again + fresh
            taken.append(self.left.pop())
        return taken


def write_npy(path: PathLike, rows: Any) -> None:
    """Writes rows (lists, a NumPy array or a tensor) as a .npy file of float32, whole or not at all."""
    rows = _rows(rows)
    if isinstance(rows, list):
        values = array.array("f")
        width = len(rows[0]) if rows else 0
        for number, row in enumerate(rows):
            if len(row) != width:
                raise UsageError(f"row {number} has {len(row)} values; expected {width}, as row 0")
            for value in row:
                if not math.isfinite(value):
                    raise UsageError(f"row {number} holds {value}; expected finite numbers")
            values.extend(row)
        if sys.byteorder == "big":
            values.byteswap()
        data = values.tobytes()
        shape = (len(rows), width)
    else:
        import numpy

        if rows.ndim != 2:
            raise UsageError(f"embeddings of the shape {tuple(rows.shape)}; expected rows and columns")
        rows = rows.astype("<f4")
        if not numpy.isfinite(rows).all():
            raise UsageError("embeddings hold NaN or an infinity; expected finite numbers")
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


def _rows(embeddings: Any) -> Any:
    """Lists of numbers, or a NumPy array."""
    if hasattr(embeddings, "detach"):
        return embeddings.detach().cpu().float().numpy()
    if hasattr(embeddings, "astype"):
        return embeddings
    embeddings = list(embeddings)
    if embeddings and hasattr(embeddings[0], "detach"):
        return [row.detach().cpu().float().tolist() for row in embeddings]
    return [row.tolist() if hasattr(row, "tolist") else list(row) for row in embeddings]


def _receipt(folder: pathlib.Path) -> dict[str, str]:
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
