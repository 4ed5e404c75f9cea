"""What the functions of oodml return."""

from __future__ import annotations

import html
import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ._errors import Error, UsageError
from .splits import Splits

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


class _TemporaryFolder:
    """A folder that goes with this object, or when Python ends. That of tempfile warns of it, as if it were a fault."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="oodml-"))
        weakref.finalize(self, _remove, self.path, os.getpid())

    def __deepcopy__(self, _memo: object) -> _TemporaryFolder:
        return self

    def __reduce__(self) -> str:
        raise TypeError(
            f"a result in the temporary folder {self.path} cannot be pickled, since it goes with this process; "
            "expected one that was made with out="
        )


def _remove(folder: Path, process: int) -> None:
    """Removes a folder, unless this is a process that was forked from the one that made it."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Place:
    """Where a result is: at a path of the user's, or in a temporary folder that lasts as long as a place within it."""

    path: Path
    _owner: _TemporaryFolder | None = None

    @classmethod
    def of(cls, out: str | os.PathLike[str] | None, name: str = "result") -> Place:
        """The place at a path; without one, that name in a new temporary folder."""
        if out is not None:
            if not isinstance(out, (str, os.PathLike)) or not os.fspath(out) or "\0" in str(out):
                raise UsageError(f"out: found {out!r}; expected a folder")
            return cls(Path(out))
        owner = _TemporaryFolder()
        return cls(owner.path / name, owner)

    def at(self, path: Path) -> Place:
        """Another path at the same place."""
        return Place(path, self._owner)


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error and confidence interval; these are None where not estimated."""

    value: float
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any] | float) -> Estimate:
        """Reads an estimate of a result's JSON."""
        if isinstance(record, (int, float)):
            return cls(float(record))
        return cls(record["value"], record.get("low"), record.get("high"), record.get("standard_error"))

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        """The number with half of its interval, as in 0.164 ± 0.015."""
        if self.low is None or self.high is None:
            return f"{self.value:.4g}"
        return f"{self.value:.3f} ± {(self.high - self.low) / 2:.3f}"


@dataclass(frozen=True, eq=False)
class Result:
    """What all results have: the program's JSON value, by its published schema, and what was said of the input."""

    #: The result as the program prints it with --format json.
    json: Any = field(repr=False)
    #: What was understood of the input, line by line.
    notes: list[str] = field(repr=False)
    #: What makes the result less reliable than it looks; each was also given to warnings.warn.
    warnings: list[str] = field(repr=False)


@dataclass(frozen=True, eq=False)
class StoredResult(Result):
    """A result that is a file or folder."""

    _place: Place = field(repr=False)

    @property
    def path(self) -> Path:
        """The file or folder. A temporary one lasts as long as this object does: name `out` to keep it."""
        return self._place.path

    def _svg(self, name: str) -> str:
        path = self.path / name
        return f'<div style="max-width: 50em">{path.read_text(encoding="utf-8")}</div>' if path.is_file() else ""


@dataclass(frozen=True, eq=False)
class Distance(Result):
    """The Fréchet distance between two sets of embeddings."""

    #: The squared distance, known as FID; it grows with d / n, so compare sets of equal sizes only.
    frechet: float
    #: Its part that comes from the means, and that from the covariances.
    mean_part: float
    covariance_part: float
    #: The numbers of rows; None where only their statistics are known.
    n_a: int | None
    n_b: int | None
    #: The number of columns.
    d: int

    def to_frame(self) -> pd.DataFrame:
        """One row: the distance, its parts, and the sizes."""
        import pandas as pd

        names = ("frechet", "mean_part", "covariance_part", "n_a", "n_b", "d")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


@dataclass(frozen=True, eq=False)
class Scores(Result, Mapping[str, float]):
    """The scores of one set of embeddings: a mapping from metrics, as "map@r", to means over queries."""

    values_by_metric: dict[str, float]
    #: The means of the classes' means.
    class_averaged: dict[str, float]
    #: The means of the metrics with their 95 % intervals over other labels; empty where there are too few labels.
    intervals: dict[str, Estimate]
    #: The numbers of queries, and of those without any item of their label.
    queries: int
    lone_queries: int
    #: The tables of per_query and per_class, by their columns; None if not asked for.
    per_query: dict[str, list[Any]] | None = field(repr=False)
    per_class: dict[str, list[Any]] | None = field(repr=False)

    def __getitem__(self, metric: str) -> float:
        try:
            return self.values_by_metric[metric]
        except KeyError:
            raise KeyError(f"{metric}; expected one of {', '.join(self.values_by_metric)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_metric)

    def __len__(self) -> int:
        return len(self.values_by_metric)

    def to_frame(self) -> pd.DataFrame:
        """A row for each metric: its mean over queries with its interval, and over classes where it has one."""
        import pandas as pd

        return pd.DataFrame(
            {
                "mean": pd.Series(self.values_by_metric, dtype=float),
                "low": pd.Series({name: estimate.low for name, estimate in self.intervals.items()}, dtype=float),
                "high": pd.Series({name: estimate.high for name, estimate in self.intervals.items()}, dtype=float),
                "class_averaged": pd.Series(self.class_averaged, dtype=float),
            },
            index=pd.Index(list(self.values_by_metric), name="metric"),
        )

    def _repr_html_(self) -> str:
        rows = [
            f"<tr><td>{html.escape(name)}</td><td>{value:.4f}</td>"
            f"<td>{_margin(self.intervals.get(name))}</td>"
            f"<td>{f'{self.class_averaged[name]:.4f}' if name in self.class_averaged else ''}</td></tr>"
            for name, value in self.values_by_metric.items()
        ]
        return (
            "<table><thead><tr><th>metric</th><th>mean</th><th>±</th><th>of classes</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody><caption>{self.queries} queries</caption></table>"
        )


@dataclass(frozen=True)
class Threshold:
    """Where a false accept rate is kept: pairs of this similarity or a higher one are accepted."""

    #: The largest part of the impostors that may be accepted.
    far: float
    threshold: float
    #: The part of the genuine pairs that is accepted, and the part that is refused.
    tar: float
    fnmr: float
    accepted_impostors: int


@dataclass(frozen=True, eq=False)
class Verification(Result, Mapping[str, float]):
    """How well one set of embeddings verifies: a mapping from metrics, as "tar@0.001" or "eer", to values.

    A false accept rate that so few impostors cannot tell from 0 is not among them.
    """

    #: The values with their 95 % intervals over other labels.
    intervals: dict[str, Estimate]
    thresholds: list[Threshold]
    genuine_pairs: int
    impostor_pairs: int
    #: The best accuracy, and that over folds, of a list of pairs; None without one.
    accuracy: dict[str, Any] | None = field(repr=False)
    #: How queries are identified in the gallery; None without unknown queries.
    open_set: dict[str, Any] | None = field(repr=False)

    def __getitem__(self, metric: str) -> float:
        try:
            return self.intervals[metric].value
        except KeyError:
            raise KeyError(f"{metric}; expected one of {', '.join(self.intervals)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.intervals)

    def __len__(self) -> int:
        return len(self.intervals)

    def to_frame(self) -> pd.DataFrame:
        """A row for each metric: its value with its interval."""
        import pandas as pd

        estimates = self.intervals.values()
        return pd.DataFrame(
            {
                "value": [estimate.value for estimate in estimates],
                "low": pd.Series([estimate.low for estimate in estimates], dtype=float).to_numpy(),
                "high": pd.Series([estimate.high for estimate in estimates], dtype=float).to_numpy(),
            },
            index=pd.Index(list(self.intervals), name="metric"),
        )

    def _repr_html_(self) -> str:
        rows = [
            f"<tr><td>{html.escape(name)}</td><td>{estimate.value:.4f}</td><td>{_margin(estimate)}</td></tr>"
            for name, estimate in self.intervals.items()
        ]
        return (
            "<table><thead><tr><th>metric</th><th>value</th><th>±</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody><caption>{self.genuine_pairs} genuine pairs, "
            f"{self.impostor_pairs} impostors</caption></table>"
        )


def _margin(estimate: Estimate | None) -> str:
    """Half of an interval; nothing without one."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{(estimate.high - estimate.low) / 2:.4f}"


@dataclass(frozen=True)
class EmbeddingPair:
    """The scores of the first of two embeddings minus those of the second, by metric."""

    first: str
    second: str
    #: The differences with their 95 % intervals, which are of the paired difference.
    differences: dict[str, Estimate]
    #: Their p-values adjusted for all pairs (Holm); None where the error is unknown.
    p_adjusted: dict[str, float | None]


@dataclass(frozen=True, eq=False)
class EmbeddingComparison(Result):
    """The scores of several embeddings of the same items, and the paired differences between them."""

    #: The scores of each, by the name that it was given.
    models: dict[str, Scores]
    #: Every pair, each in the given order.
    pairs: list[EmbeddingPair]
    #: Each label's mean of MAP@R with each of the models, and which is best there, by columns; None if not asked for.
    per_class: dict[str, list[Any]] | None = field(repr=False)
    _chart: str = field(repr=False)

    def to_frame(self, metric: str = "map@r") -> pd.DataFrame:
        """A row for each model: its mean of a metric with its 95 % interval."""
        import pandas as pd

        rows = []
        for name, scores in self.models.items():
            estimate = scores.intervals.get(metric) or Estimate(scores[metric])
            rows.append({"model": name, metric: estimate.value, "low": estimate.low, "high": estimate.high})
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        return f'<div style="max-width: 50em">{self._chart}</div>'


@dataclass(frozen=True)
class GrowthForecast:
    """Recall@1 in a gallery of more classes than there are."""

    value: float
    #: The root of the mean square over draws of a part of the classes; None where that cannot be tried.
    error: float | None
    #: How many times as many classes were forecast there as were seen.
    tried_by: int


@dataclass(frozen=True, eq=False)
class Growth(Result):
    """Recall@1 by the number of classes in the gallery."""

    #: Recall@1 for as many classes as there are, or fewer, with 95 % intervals over other classes.
    known: dict[int, Estimate]
    #: Recall@1 for more.
    forecasts: dict[int, GrowthForecast]
    #: How many classes the gallery has.
    class_count: int
    _chart: str = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """A row for each size; of a forecast the ends are twice its error away."""
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {"classes": size, "kind": "known", "recall@1": at.value, "low": at.low, "high": at.high}
            for size, at in self.known.items()
        ]
        for size, found in self.forecasts.items():
            ends = (
                (None, None) if found.error is None else (found.value - 2 * found.error, found.value + 2 * found.error)
            )
            rows.append({"classes": size, "kind": "forecast", "recall@1": found.value, "low": ends[0], "high": ends[1]})
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        return f'<div style="max-width: 50em">{self._chart}</div>'


@dataclass(frozen=True, eq=False)
class PlaceScores(Result):
    """Recall@N of places: of the queries of which any of the first N images was taken within a radius."""

    #: By N, of all queries; those without an image within the radius are misses.
    recall: dict[int, Estimate]
    #: By N, of the queries that have an image within the radius; empty if none has.
    recall_with_positives: dict[int, Estimate]
    query_count: int
    item_count: int
    #: How many queries have no image within the radius.
    lone_query_count: int
    #: The median distance on the ground from queries to the first image, in metres; None without any.
    median_error: float | None
    #: The Fréchet distance between the sides of a level; None without splits.
    fid: float | None
    #: With splits, the scores of each level by its id; what is beside them is the last level's.
    levels: dict[str, PlaceScores] = field(repr=False)
    #: What each query found, by columns; None if not asked for.
    per_query: dict[str, list[Any]] | None = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """A row for each N, or for each level and N: both kinds of recall, and the interval of the first."""
        import pandas as pd

        rows = []
        for level, scores in self.levels.items() or [(None, self)]:
            for n, found in scores.recall.items():
                row: dict[str, Any] = {} if level is None else {"level": level, "fid": scores.fid}
                rest = scores.recall_with_positives.get(n)
                row.update(n=n, recall=found.value, low=found.low, high=found.high)
                row["recall_with_positives"] = None if rest is None else rest.value
                rows.append(row)
        return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class Axis(StoredResult):
    """The levels of splits by several measures and embeddings."""

    #: What was found, in sentences.
    answer: list[str]

    def to_frame(self) -> pd.DataFrame:
        """A row for each of the embeddings, level and measure: the value, beside that of random sides."""
        import pandas as pd

        rows = []
        for embeddings in self.json["embeddings"]:
            for level, recorded in zip(embeddings["levels"], self.json["levels"]):
                for measure, found in level["measures"].items():
                    random = found.get("random") or {}
                    rows.append(
                        {
                            "embeddings": embeddings["name"],
                            "level": level["id"],
                            "fid": recorded["fid"],
                            "measure": measure,
                            "value": found["value"],
                            "random_mean": random.get("mean"),
                            "random_sd": random.get("sd"),
                            "position": found.get("position"),
                        }
                    )
        return pd.DataFrame(rows)

    def agreement(self) -> pd.DataFrame:
        """A row for each two measures, by the same or by different embeddings: Kendall's tau and Spearman's rho."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "embeddings": pair["first"]["embeddings"],
                    "measure": pair["first"]["measure"],
                    "other_embeddings": pair["second"]["embeddings"],
                    "other_measure": pair["second"]["measure"],
                    "kendall": pair.get("kendall"),
                    "spearman": pair.get("spearman"),
                }
                for pair in self.json["agreement"]
            ]
        )

    def slopes(self) -> pd.DataFrame:
        """A row for each model, subject and embeddings: how scores change with the novelty of classes."""
        import pandas as pd

        rows = []
        for model in self.json["models"]:
            for curve in model["curves"]:
                row = {"model": model["name"], "subject": curve["subject"], "embeddings": curve["embeddings"]}
                for name in ("slope", "slope_within_classes"):
                    estimate = Estimate.of(curve[name]) if name in curve else None
                    row[name] = None if estimate is None else estimate.value
                    row[f"{name}_low"] = None if estimate is None else estimate.low
                    row[f"{name}_high"] = None if estimate is None else estimate.high
                rows.append(row)
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        """What was found."""
        return "\n".join(self.answer)

    def _repr_html_(self) -> str:
        return self._svg("axis.svg") + self._svg("novelty.svg")


@dataclass(frozen=True)
class Point:
    """A model's score at one level."""

    level: str
    #: The level's Fréchet distance between its two sides.
    fid: float
    #: The score, or the gain over the frozen features.
    value: Estimate
    #: How far the level is along the axis of ordered splits; None for splits that follow the distance.
    axis_value: float | None = None


@dataclass(frozen=True, eq=False)
class Evaluation(StoredResult):
    """A model's scores along a series of splits."""

    model: str
    dataset: str
    seed: str | None

    @property
    def axis(self) -> Mapping[str, Any] | None:
        """What the levels follow in place of the distance, as name and kind; None where they follow the distance."""
        axis: Mapping[str, Any] | None = self.json.get("axis")
        return axis

    def curve(
        self,
        metric: str = "map@r",
        gallery: str | None = None,
        direction: str = "mean",
        subject: str = "model",
    ) -> list[Point]:
        """The scores at each level, from easy to hard, or in the order of ordered splits.

        The gallery is "catalogue" (all classes; the default where it was searched), "full" (the test classes) or
        "matched" (galleries of equal size); the
        direction "forward", "reverse" or "mean"; the subject "model" or "backbone".
        """
        points = []
        for level in self.json["levels"]:
            record = level["scores"]
            place = []
            for key in [gallery or ("catalogue" if "catalogue" in record else "full"), subject, direction]:
                place.append(key)
                if key not in record:
                    names = ", ".join(record)
                    raise UsageError(f"found no {' / '.join(place)} at {level['id']}; expected one of {names}")
                record = record[key]
            estimates = record.get("confidence") or {}
            # Counts are whole numbers in the same record.
            means = {
                name: value for name, value in record.items() if not name.endswith("_count") and name != "confidence"
            }
            if metric not in means:
                raise UsageError(f"found no {metric} at {level['id']}; expected one of {', '.join(means)}")
            value = Estimate.of(estimates[metric]) if metric in estimates else Estimate(means[metric])
            points.append(Point(level["id"], level["fid"], value, level.get("axis_value")))
        return points

    def gains(self, metric: str = "map@r") -> list[Point]:
        """The gains over the frozen features at each level, in the gallery of all classes; means of directions."""
        levels = {level["id"]: level for level in self.json["levels"]}
        found = [gain for gain in self.json.get("gains") or [] if gain["metric"] == metric]
        if not found:
            raise UsageError(
                f"found no gains of {metric}; expected an evaluation with features or a backbone to gain over"
            )
        places = [(gain, levels[gain["level"]]) for gain in found]
        return [
            Point(level["id"], level["fid"], Estimate.of(gain["gain"]), level.get("axis_value"))
            for gain, level in places
        ]

    def to_frame(self) -> pd.DataFrame:
        """All scores as one long table, as results.csv has them."""
        import pandas as pd

        return pd.read_csv(self.path / "results.csv")

    def _repr_html_(self) -> str:
        return self._svg("curve.svg")


@dataclass(frozen=True, eq=False)
class Evaluations(StoredResult, Sequence[Evaluation]):
    """The evaluations of one call: one for each model, objective and seed."""

    items: list[Evaluation] = field(repr=False)

    @overload
    def __getitem__(self, place: int) -> Evaluation: ...
    @overload
    def __getitem__(self, place: slice) -> list[Evaluation]: ...
    def __getitem__(self, place: int | slice) -> Evaluation | list[Evaluation]:
        return self.items[place]

    def __repr__(self) -> str:
        models = ", ".join(
            item.model + (f" (seed {item.seed})" if item.seed is not None else "") for item in self.items
        )
        return f"Evaluations({models})"

    def __len__(self) -> int:
        return len(self.items)

    @property
    def folders(self) -> list[Path]:
        """The folders of the results, as compare and report take them."""
        return list(dict.fromkeys(item.path for item in self.items))

    def to_frame(self) -> pd.DataFrame:
        """All scores of all models as one long table, with the columns model and seed."""
        import pandas as pd

        frames = [item.to_frame().assign(model=item.model, seed=item.seed) for item in self.items]
        return pd.concat(frames, ignore_index=True)

    def _repr_html_(self) -> str:
        return "".join(f"<h4>{html.escape(item.model)}</h4>{item._repr_html_()}" for item in self.items)


@dataclass(frozen=True, eq=False)
class Comparison(StoredResult):
    """Models compared along the same series."""

    #: The names of the models.
    models: list[str]

    def to_frame(self) -> pd.DataFrame:
        """The comparison as comparison.csv has it."""
        import pandas as pd

        return pd.read_csv(self.path / "comparison.csv")

    def _repr_html_(self) -> str:
        return self._svg("gains.svg") or self._svg("changes.svg")


@dataclass(frozen=True, eq=False)
class Head:
    """A trained head: standardises features, and turns them into embeddings of length 1."""

    path: Path
    #: What it was trained with: objective, level, direction, seed and settings, all as text.
    metadata: dict[str, str] = field(repr=False)
    mean: npt.NDArray[np.float32] = field(repr=False)
    scale: npt.NDArray[np.float32] = field(repr=False)
    #: The weights (outputs × inputs) and biases of its layers, with ReLU between them.
    layers: list[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Head:
        """Reads a head from its .safetensors file."""
        import numpy as np

        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        metadata = header.pop("__metadata__", {})
        if not metadata.get("format", "").startswith("oodml-head-"):
            raise Error(f"{path}: found no head that oodml train wrote; expected one")
        tensors = {
            name: np.frombuffer(
                data,
                "<f4",
                (item["data_offsets"][1] - item["data_offsets"][0]) // 4,
                8 + size + item["data_offsets"][0],
            ).reshape(item["shape"])
            for name, item in header.items()
        }
        count = sum(name.endswith(".weight") for name in tensors)
        layers = [(tensors[f"layers.{n}.weight"], tensors[f"layers.{n}.bias"]) for n in range(count)]
        return cls(path, metadata, tensors["mean"], tensors["scale"], layers)

    def __call__(self, features: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """The embeddings (n × d') of features (n × d)."""
        import numpy as np

        rows = (np.asarray(features, np.float32) - self.mean) * self.scale
        for number, (weight, bias) in enumerate(self.layers):
            rows = rows @ weight.T + bias
            if number + 1 < len(self.layers):
                rows = np.maximum(rows, 0)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Training(StoredResult):
    """Heads trained along a series of splits; evaluate takes them as heads."""

    objectives: list[str]
    seeds: list[int]
    directions: list[str]

    def head(
        self, level: str, direction: str = "forward", objective: str | None = None, seed: int | None = None
    ) -> Head:
        """The head of one task; the objective and the seed may be left out where there is only one."""
        objective = _only(objective, self.objectives, "objective")
        seed = _only(seed, self.seeds, "seed")
        # Objectives and seeds have folders of their own only where there are several.
        base = self.path / objective if len(self.objectives) > 1 else self.path
        for folder in [base / f"seed-{seed}", base]:
            path = folder / f"{level}-{direction}.safetensors"
            if path.is_file():
                return Head.read(path)
        raise UsageError(f"found no head of {objective}, seed {seed}, at {level}, {direction} in {self.path}")

    def to_frame(self) -> pd.DataFrame:
        """The losses of all heads, as losses.csv has them."""
        import pandas as pd

        return pd.read_csv(self.path / "losses.csv")


@dataclass(frozen=True, eq=False)
class Store(StoredResult):
    """Embeddings of a dataset's images, with how they were made."""

    @property
    def embeddings(self) -> npt.NDArray[np.float32]:
        """The embeddings (n × d), mapped from their file."""
        import numpy as np

        rows: npt.NDArray[np.float32] = np.load(self.path / "embeddings.npy", mmap_mode="r")
        return rows

    def to_frame(self) -> pd.DataFrame:
        """The samples in the order of the rows: sample, class and what else is known of them."""
        import pandas as pd

        return pd.read_csv(self.path / "samples.csv")


@dataclass(frozen=True, eq=False)
class Study(StoredResult):
    """What a study found; `str` of it is the answer."""

    #: The answer, sentence by sentence.
    answer: list[str]
    #: What the heads of each objective add to the frozen features, at the easiest and at the hardest level.
    gains: dict[str, tuple[float, float]]

    def __str__(self) -> str:
        return "\n".join(self.answer)

    def to_frame(self) -> pd.DataFrame:
        """The comparison of the objectives with the frozen features, as comparison.csv has it."""
        import pandas as pd

        return pd.read_csv(self.path / "comparison/comparison.csv")

    @property
    def splits(self) -> Splits:
        """The splits."""
        splits = Splits(self.path / "splits")
        # A temporary folder lasts as long as they do, too.
        splits.keep(self._place, self.notes, self.warnings)
        return splits

    def _repr_html_(self) -> str:
        sentences = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.answer)
        return sentences + self._svg("comparison/gains.svg")


@dataclass(frozen=True, eq=False)
class Validation(Result):
    """What was found in a folder of splits."""

    #: What contradicts the manifest, sentence by sentence; empty if nothing does.
    violations: list[str]

    def __bool__(self) -> bool:
        """Whether nothing contradicts the manifest."""
        return not self.violations

    def to_frame(self) -> pd.DataFrame:
        """A row for each violation."""
        import pandas as pd

        return pd.DataFrame({"violation": self.violations})


@dataclass(frozen=True, eq=False)
class Report(StoredResult):
    """A page about splits and results, in one file."""

    def _repr_html_(self) -> str:
        page = html.escape(self.path.read_text(encoding="utf-8"))
        return f'<iframe srcdoc="{page}" style="width: 100%; height: 60em; border: 0"></iframe>'


def _only(given: Any, known: Sequence[Any], what: str) -> Any:
    if given is None and len(known) == 1:
        return known[0]
    if given not in known:
        names = ", ".join(map(str, known))
        raise UsageError(f"the {what} is {given!r}; expected one of {names}")
    return given
