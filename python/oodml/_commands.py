"""The functions of oodml: one for each command of the program, with its options as keyword arguments."""

from __future__ import annotations

import csv
import inspect
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from . import _options
from ._arrays import is_path
from ._errors import UsageError
from ._run import Answer, Call
from .results import (
    Axis,
    Comparison,
    Distance,
    EmbeddingComparison,
    EmbeddingPair,
    Estimate,
    Evaluation,
    Evaluations,
    Growth,
    GrowthForecast,
    Place,
    PlaceScores,
    Report,
    Scores,
    Store,
    Study,
    Threshold,
    Training,
    Validation,
    Verification,
)
from .splits import Level, Splits

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import (
        AxisOptions,
        CompareOptions,
        Data,
        EmbedOptions,
        EvaluateOptions,
        GrowOptions,
        HoldoutOptions,
        MakeSplitsOptions,
        PathLike,
        PlacesOptions,
        ReportOptions,
        ScoreOptions,
        StudyOptions,
        TrainOptions,
        ValidateOptions,
        VerifyOptions,
    )

_Function = TypeVar("_Function", bound="Callable[..., Any]")


def _command(name: str) -> Callable[[_Function], _Function]:
    """Adds a command's options to a function's signature and documentation, for help and for completion."""

    def add(function: _Function) -> _Function:
        texts = _options.TEXTS[name]
        signature = inspect.signature(function)
        parameters = [item for item in signature.parameters.values() if item.kind is not item.VAR_KEYWORD]
        own = {item.name for item in parameters}
        parameters += [
            inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=None)
            for option in texts
            if option not in own
        ]
        function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        lines = [f"        {option}: {text}" for option, text in texts.items() if option not in own]
        function.__doc__ = f"{function.__doc__}\n    Options:\n" + "\n".join(lines) + "\n    "
        return function

    return add


_DATA = frozenset(
    {
        "features",
        "samples",
        "labels",
        "gallery",
        "gallery_labels",
        "positions",
        "gallery_positions",
        "clusters",
        "distractors",
        "pairs",
        "templates",
    }
)


@_command("study")
def study(**options: Unpack[StudyOptions]) -> Study:
    """From images or features to an answer, as `oodml study`: splits, heads, scores and a page, in one call.

    Features (n × d) and samples may be arrays and tables in memory. Without `out` all is in a temporary folder, which
    lasts as long as what is returned.

        print(oodml.study(features=features, samples=labels))
    """
    call = Call("study")
    place = _place(options)
    _add_options(call, options, place)
    answer = call.run(options.get("quiet"))
    record = answer.json
    gains = {model["name"]: (model["easiest"], model["hardest"]) for model in record["models"]}
    return Study(*_said(answer), place, record["answer"], gains)


@_command("make-splits")
def make_splits(**options: Unpack[MakeSplitsOptions]) -> Splits:
    """Makes a graded series of class-disjoint train/test splits, as `oodml make-splits`.

    Features (n × d) and samples, a label for each row or a table with the columns sample and class, may be arrays and
    tables in memory; otherwise the images of a dataset are embedded. Without `out` the splits are in a temporary
    folder, which lasts as long as what is returned.

        splits = oodml.make_splits(features=features, samples=labels)
        splits = oodml.make_splits(root="photos", backbone="dino.onnx", out="splits/photos")
    """
    call = Call("make-splits")
    place = _place(options)
    _add_options(call, options, place)
    answer = call.run(options.get("quiet"))
    splits = Splits(place.path)
    splits.keep(place, answer.notes, answer.warnings)
    return splits


@_command("holdout")
def holdout(**options: Unpack[HoldoutOptions]) -> Splits:
    """Divides classes once into training, validation and test parts of a chosen difficulty, as `oodml holdout`.

    Features and samples are as in make_splits. The splits that are returned have one level, and `parts` of it:

        splits = oodml.holdout(features=features, samples=labels, ratio="70/10/20")
        splits.parts["test"].rows  # which rows of the features, and so for train and validation
    """
    call = Call("holdout")
    place = _place(options)
    _add_options(call, options, place)
    answer = call.run(options.get("quiet"))
    splits = Splits(place.path)
    splits.keep(place, answer.notes, answer.warnings)
    return splits


@_command("embed")
def embed(**options: Unpack[EmbedOptions]) -> Store:
    """Embeds the images of a dataset by a network, as `oodml embed`.

    Without `out` the store is in a temporary folder, which lasts as long as what is returned.

        store = oodml.embed(root="photos", backbone="dino.onnx", out="stores/photos")
    """
    call = Call("embed")
    place = _place(options)
    _add_options(call, options, place)
    return Store(*_said(call.run(options.get("quiet"))), place)


@_command("train")
def train(splits: Splits | PathLike, features: Data | None = None, **options: Unpack[TrainOptions]) -> Training:
    """Trains heads on frozen features for each level and direction of splits, as `oodml train`.

    The features (a row for each row of splits.samples) may be an array, or a store or file.

        heads = oodml.train(splits, features, objective=["arcface", "triplet"], seeds=[0, 1, 2])
    """
    call = Call("train")
    _exclude(options, "splits", "features")
    call.options({"splits": _folder(splits), "features": features}, _DATA)
    place = _place(options)
    _add_options(call, options, place)
    answer = call.run(options.get("quiet"))
    record = answer.json
    return Training(
        *_said(answer),
        place,
        [objective["name"] for objective in record["objectives"]],
        record["seeds"],
        record["directions"],
    )


@_command("evaluate")
def evaluate(
    splits: Splits | PathLike,
    *,
    embeddings: PathLike | Mapping[tuple[str, str], Data] | Callable[[Level], Data] | None = None,
    heads: Training | PathLike | None = None,
    features: Data | None = None,
    name: str = "embeddings",
    **options: Unpack[EvaluateOptions],
) -> Evaluations:
    """Scores models along a series of splits, as `oodml evaluate`.

    The models are networks (`model`, a path with {level} and {direction}), heads that train returned, or embeddings: a
    path, a mapping from (level, direction) to arrays, or a function that embeds all samples of a Level, and `name` is
    what they are called. The `features` that the splits were made from add the gain over them.

        results = oodml.evaluate(splits, heads=heads, features=features)
        results = oodml.evaluate(splits, embeddings=lambda level: embed(train_on(level.train), level.all))
    """
    if not isinstance(name, str) or set(name) & set("/{}\0") or name.strip() in ("", ".", ".."):
        raise UsageError(f"name: found {name!r}; expected a name without slashes and braces")
    call = Call("evaluate")
    _exclude(options, "splits", "embeddings", "heads", "features")
    call.options({"splits": _folder(splits), "features": features}, _DATA)
    if heads is not None:
        call.options({"heads": heads if is_path(heads) else heads.path})  # type: ignore[union-attr]
    if callable(embeddings):
        if not isinstance(splits, Splits):
            splits = Splits(splits)
        fold, directions = (
            options.get("fold"),
            ("forward",) if options.get("fold") is not None else ("forward", "reverse"),
        )
        embeddings = {(level.id, level.direction): embeddings(level) for level in splits.levels(directions, fold)}
    if isinstance(embeddings, Mapping):
        call.words.append(f"--embeddings={_template(call, embeddings, name)}")
    else:
        call.options({"embeddings": embeddings})
    if isinstance(heads, Training) and embeddings is None:
        # By this name comparisons call a single model.
        name = heads.objectives[0] if len(heads.objectives) == 1 else "heads"
    place = Place.of(options.get("out"), name)
    _add_options(call, options, place)
    answer = call.run(options.get("quiet"))
    records = answer.json if isinstance(answer.json, list) else [answer.json]
    items = [
        Evaluation(record, answer.notes, answer.warnings, own, _title(record), record["dataset"], record.get("seed"))
        for record, own in zip(records, _find(records, place))
    ]
    return Evaluations(*_said(answer), place, items)


@_command("score")
def score(embeddings: Data, labels: Data, **options: Unpack[ScoreOptions]) -> Scores:
    """Scores one set of embeddings (n × d), as `oodml score`: exact ranks, in bounded memory.

    Labels are one for each row, or a table with the column label. Gallery and gallery_labels are searched instead of
    the embeddings themselves. With per_query=True or per_class=True the tables of each query or class come too.

        oodml.score(embeddings, labels)["map@r"]
    """
    if labels is None:
        raise UsageError("labels: found None; expected a label for each row")
    call = Call("score")
    _exclude(options, "labels")
    call.positional("embeddings", embeddings)
    call.options({"labels": labels}, _DATA)
    with tempfile.TemporaryDirectory(prefix="oodml-") as folder:
        tables: dict[str, Path] = {}
        for name in ("per_query", "per_class"):
            value = options.get(name)
            if value is True:
                tables[name] = Path(folder) / f"{name}.csv"
            elif value not in (None, False):
                tables[name] = Path(value)  # type: ignore[arg-type]
        call.options({name: value for name, value in options.items() if name not in (*tables, "quiet")}, _DATA)
        call.options(tables)
        answer = call.run(options.get("quiet"))
        read = {name: _table(path) for name, path in tables.items()}
    return _scores(answer, answer.json, read.get("per_query"), read.get("per_class"))


#: What the JSON of scores counts.
_COUNTS = frozenset(
    {
        "queries",
        "lone_queries",
        "queries_in_gallery",
        "samples",
        "classes",
        "cameras",
        "groups",
        "clusters",
        "dimensions",
        "gallery",
        "distractors",
    }
)


def _scores(answer: Answer, record: Any, per_query: Any = None, per_class: Any = None) -> Scores:
    """The scores of one set of embeddings."""
    values = {
        name: float(value)
        for name, value in record.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and name not in _COUNTS
    }
    return Scores(
        record,
        *_said(answer)[1:],
        values,
        record["class_averaged"],
        {name: Estimate.of(value) for name, value in record.get("intervals", {}).items()},
        record["queries"],
        record["lone_queries"],
        per_query,
        per_class,
    )


@_command("score")
def compare_embeddings(
    embeddings: Mapping[str, Data], labels: Data, **options: Unpack[ScoreOptions]
) -> EmbeddingComparison:
    """Scores several embeddings of the same rows, named by the keys of a mapping, as `oodml score a.npy b.npy`.

    Each has all metrics with 95 % intervals over other labels, and each pair the paired difference with a p-value
    adjusted for all pairs. With gallery or distractors, mappings of the same keys, each searches its own.

        oodml.compare_embeddings({"dino": a, "clip": b}, labels).to_frame()
    """
    if not isinstance(embeddings, Mapping) or len(embeddings) < 2:
        raise UsageError(
            "embeddings: expected a mapping from two names or more to embeddings, as {'dino': a, 'clip': b}"
        )
    call = Call("score")
    _exclude(options, "labels", "name")
    names = [str(name) for name in embeddings]
    for number, value in enumerate(embeddings.values()):
        call.words.append(call.data("embeddings", value, f"model-{number}.npy"))
    for name in names:
        call.words.append(f"--name={name}")
    call.options({"labels": labels}, _DATA)
    for option, values in (("gallery", options.get("gallery")), ("distractors", options.get("distractors"))):
        if values is None:
            continue
        if not isinstance(values, Mapping) or list(map(str, values)) != names:
            raise UsageError(f"{option}: expected a mapping with the keys of embeddings, in their order")
        for number, value in enumerate(values.values()):
            call.words += [f"--{option}", call.data(option, value, f"{option}-{number}.npy")]
    with tempfile.TemporaryDirectory(prefix="oodml-") as folder:
        chart = Path(folder) / "chart.svg"
        if not options.get("no_intervals"):
            call.options({"chart": chart})
        wants_classes = options.get("per_class")
        table = Path(folder) / "per_class.csv" if wants_classes in (None, False, True) else Path(wants_classes)  # type: ignore[arg-type]
        if wants_classes:
            call.options({"per_class": table})
        own = {"quiet", "per_class", "gallery", "distractors"}
        call.options({name: value for name, value in options.items() if name not in own}, _DATA)
        answer = call.run(options.get("quiet"))
        drawing = chart.read_text(encoding="utf-8") if chart.is_file() else ""
        classes = _table(table) if wants_classes else None
    record = answer.json
    return EmbeddingComparison(
        *_said(answer),
        {model["name"]: _scores(answer, model) for model in record["models"]},
        [
            EmbeddingPair(
                pair["first"],
                pair["second"],
                {metric: Estimate.of(item["difference"]) for metric, item in pair["differences"].items()},
                {metric: item.get("p_adjusted") for metric, item in pair["differences"].items()},
            )
            for pair in record["pairs"]
        ],
        classes,
        drawing,
    )


@_command("grow")
def grow(embeddings: Data, labels: Data, **options: Unpack[GrowOptions]) -> Growth:
    """Tells how Recall@1 falls as the gallery grows, as `oodml grow`: exactly for fewer classes, a forecast for more.

    oodml.grow(embeddings, labels, forecast=[10_000]).to_frame()
    """
    call = Call("grow")
    _exclude(options, "labels")
    call.positional("embeddings", embeddings)
    call.options({"labels": labels}, _DATA)
    with tempfile.TemporaryDirectory(prefix="oodml-") as folder:
        chart = Path(folder) / "chart.svg"
        call.options({"chart": chart})
        call.options({name: value for name, value in options.items() if name != "quiet"}, _DATA)
        answer = call.run(options.get("quiet"))
        drawing = chart.read_text(encoding="utf-8")
    record = answer.json
    return Growth(
        *_said(answer),
        {item["classes"]: Estimate.of(item["recall@1"]) for item in record["known"]},
        {
            item["classes"]: GrowthForecast(item["recall@1"], item.get("error"), item["tried_by"])
            for item in record["forecasts"]
        },
        record["classes"],
        drawing,
    )


@_command("places")
def places(
    embeddings: Data, positions: Data, splits: Splits | PathLike | None = None, **options: Unpack[PlacesOptions]
) -> PlaceScores:
    """Scores embeddings of places (n × d) by where images were taken, as `oodml places`: exact, in bounded memory.

    Positions are a table with x and y in metres, or lat and lon in degrees, and optionally sample and role. With splits
    by areas (`make_splits(positions=…)`) the test images of each level are scored, in `levels`. With per_query=True the
    table of each query comes too.

        oodml.places(embeddings, {"lat": latitudes, "lon": longitudes}, radius=25).recall[5].value
    """
    call = Call("places")
    _exclude(options, "positions")
    call.positional("embeddings", embeddings)
    call.options({"positions": positions}, _DATA)
    if splits is not None:
        call.options({"splits": _folder(splits)})
    with tempfile.TemporaryDirectory(prefix="oodml-") as folder:
        table = options.get("per_query")
        path = Path(folder) / "per-query.csv" if table is True else Path(table) if table else None
        own = ("per_query", "quiet")
        call.options({name: value for name, value in options.items() if name not in own}, _DATA)
        if path is not None:
            call.options({"per_query": path})
        answer = call.run(options.get("quiet"))
        per_query = None if path is None else _table(path)
    model = answer.json["models"][0]
    if "scores" in model:
        return _place_scores(answer, model["scores"], per_query)
    levels = {part["level"]: _place_scores(answer, part, None) for part in model["levels"]}
    return replace(list(levels.values())[-1], levels=levels)


def _place_scores(answer: Answer, record: Any, per_query: Any) -> PlaceScores:
    def estimates(name: str) -> dict[int, Estimate]:
        found = {int(key.removeprefix("recall@")): Estimate.of(value) for key, value in record[name].items()}
        return dict(sorted(found.items()))

    return PlaceScores(
        *_said(answer),
        estimates("recall"),
        estimates("recall_with_positives"),
        record["queries"],
        record["items"],
        record["lone_queries"],
        record.get("median_error"),
        record.get("fid"),
        {},
        per_query,
    )


@_command("verify")
def verify(embeddings: Data, labels: Data, **options: Unpack[VerifyOptions]) -> Verification:
    """Measures how well one set of embeddings (n × d) verifies identities, as `oodml verify`: exact, in bounded memory.

    Every pair of rows counts, or of a row and one of the gallery, or those of a list of pairs: a table with the columns
    a, b and same, or a file in the form of LFW's pairs.txt.

        oodml.verify(embeddings, labels)["tar@0.001"]
    """
    if labels is None:
        raise UsageError("labels: found None; expected a label for each row")
    call = Call("verify")
    _exclude(options, "labels")
    call.positional("embeddings", embeddings)
    call.options({"labels": labels}, _DATA)
    call.options({name: value for name, value in options.items() if name != "quiet"}, _DATA)
    answer = call.run(options.get("quiet"))
    model = answer.json["models"][0]
    open_set = model.get("open_set")
    estimates = {f"tar@{_rate(item['far'])}": Estimate.of(item["tar"]) for item in model["thresholds"] if "tar" in item}
    estimates.update({name: Estimate.of(model[name]) for name in ("eer", "auroc")})
    if open_set is not None:
        estimates.update(
            {f"dir@{_rate(item['far'])}": Estimate.of(item["dir"]) for item in open_set["thresholds"] if "dir" in item}
        )
        estimates.update({name: Estimate.of(open_set[name]) for name in ("rejection_auroc", "fpr95")})
    return Verification(
        answer.json,
        *_said(answer)[1:],
        estimates,
        [
            Threshold(item["far"], item["threshold"], item["tar"]["value"], item["fnmr"], item["accepted_impostors"])
            for item in model["thresholds"]
            if "threshold" in item
        ],
        model["genuine_pairs"],
        model["impostor_pairs"],
        model.get("accuracy"),
        open_set,
    )


def _rate(rate: float) -> str:
    """A rate as the program has it in names."""
    return repr(float(rate))


def distance(a: Data, b: Data, *, quiet: bool | None = None) -> Distance:
    """The Fréchet distance (FID) between two sets of embeddings, n_a × d and n_b × d, as `oodml distance`.

    oodml.distance(train, test).frechet
    """
    call = Call("distance")
    call.positional("a", a)
    call.positional("b", b)
    answer = call.run(quiet)
    record = answer.json
    # The command has its warnings in its JSON alone.
    notes, warnings = answer.notes, [*answer.warnings, *record["warnings"]]
    _warn(record["warnings"])
    return Distance(
        record,
        notes,
        warnings,
        record["frechet"],
        record["mean_part"],
        record["covariance_part"],
        record["n_a"],
        record["n_b"],
        record["d"],
    )


@_command("compare")
def compare(*results: Evaluation | Evaluations | PathLike, **options: Unpack[CompareOptions]) -> Comparison:
    """Compares models along the same series, as `oodml compare`; `backbone=True` adds the frozen features.

    oodml.compare(*results, backbone=True)
    """
    call = Call("compare")
    for folder in _folders(results):
        call.positional("results", folder)
    place = _place(options)
    _add_options(call, options, place)
    answer = call.run(options.get("quiet"))
    return Comparison(*_said(answer), place, [model["name"] for model in answer.json["models"]])


@_command("axis")
def axis(
    splits: Splits | PathLike,
    features: Data | None = None,
    *,
    also: Mapping[str, Data] | None = None,
    results: Sequence[Evaluation | Evaluations | PathLike] = (),
    **options: Unpack[AxisOptions],
) -> Axis:
    """Asks whether the axis of splits is real, as `oodml axis`: by other measures, and by other embeddings.

    The features (a row for each row of splits.samples) are those that made the splits; `also` maps names to others of
    the same rows, and results are what evaluate returned or its folders.

        oodml.axis(splits, dino, also={"clip": clip}, results=[scored]).to_frame()
    """
    call = Call("axis")
    _exclude(options, "splits", "features", "also", "results")
    call.positional("splits", _folder(splits))
    call.options({"features": features}, _DATA)
    if also is not None and not isinstance(also, Mapping):
        raise UsageError("also: expected a mapping from names to embeddings, as {'clip': b}")
    for name, value in (also or {}).items():
        if not str(name).strip(".") or set(str(name)) & set("/\0"):
            raise UsageError(f"also: found the name {name!r}; expected one without slashes")
        call.words += ["--also", call.data("embeddings", value, str(name))]
    for folder in _folders(tuple(results)):
        call.words += ["--results", call.data("results", folder)]
    place = _place(options)
    _add_options(call, options, place)
    answer = call.run(options.get("quiet"))
    return Axis(*_said(answer), place, answer.json["answer"])


@_command("report")
def report(
    splits: Splits | PathLike, *results: Evaluation | Evaluations | PathLike, **options: Unpack[ReportOptions]
) -> Report:
    """Writes one page about splits and results, as `oodml report`; a notebook shows it.

    oodml.report(splits, results, out="report.html")
    """
    call = Call("report")
    call.positional("splits", _folder(splits))
    for folder in _folders(results):
        call.positional("results", folder)
    place = Place.of(options.get("out"), "report.html")
    _add_options(call, options, place)
    return Report(*_said(call.run(options.get("quiet"))), place)


@_command("validate")
def validate(splits: Splits | PathLike, **options: Unpack[ValidateOptions]) -> Validation:
    """Checks a folder of splits against its manifest, as `oodml validate`.

    assert oodml.validate("splits/photos")
    """
    call = Call("validate")
    call.positional("splits", _folder(splits))
    call.options({name: value for name, value in options.items() if name != "quiet"}, _DATA)
    answer = call.run(options.get("quiet"))
    return Validation(*_said(answer), answer.json["violations"])


# How results are told apart


def _said(answer: Answer) -> tuple[Any, list[str], list[str]]:
    return answer.json, answer.notes, answer.warnings


def _warn(lines: list[str]) -> None:
    import warnings

    from ._errors import OodmlWarning

    for line in lines:
        warnings.warn(line, OodmlWarning, stacklevel=3)


def _place(options: Mapping[str, Any]) -> Place:
    """Where to write: in the folder of `out`, or in a temporary one."""
    return Place.of(options.get("out"))


def _add_options(call: Call, options: Mapping[str, Any], place: Place) -> None:
    """Adds the options of a command that writes a folder."""
    call.options({"out": place.path})
    call.options({name: value for name, value in options.items() if name not in ("out", "quiet")}, _DATA)


def _exclude(options: Mapping[str, Any], *names: str) -> None:
    twice = [name for name in names if name in options]
    if twice:
        raise UsageError(f"found {', '.join(twice)} twice; expected one value")


def _folder(splits: Splits | PathLike) -> PathLike:
    return splits.path if isinstance(splits, Splits) else splits


def _folders(results: tuple[Evaluation | Evaluations | PathLike, ...]) -> list[PathLike]:
    """The folders of results, each once."""
    found: list[PathLike] = []
    for result in results:
        if isinstance(result, Evaluations):
            found += result.folders
        elif isinstance(result, Evaluation):
            found.append(result.path)
        else:
            found.append(result)
    return list(dict.fromkeys(found))


def _template(call: Call, embeddings: Mapping[tuple[str, str], Data], name: str) -> str:
    """Adds the embeddings of each task, all in memory under names of one form, and returns that form."""
    forms: dict[str, str] = {}
    for task, value in embeddings.items():
        if not isinstance(task, tuple) or len(task) != 2 or not all(isinstance(part, str) for part in task):
            raise UsageError(
                f"embeddings: found the key {task!r}; expected (level, direction), as ('level-1', 'forward')"
            )
        file = f"{name}/{task[0]}-{task[1]}"
        # Files may have any names and kinds: those that are not NumPy's own travel as they are.
        word = call.data("embeddings", _contents(value), file)
        forms.setdefault(word[: word.rindex("/") + 1] + "{level}-{direction}" + word[word.rindex(".") :], str(task))
    if len(forms) != 1:
        found = "none" if not forms else "files of different kinds (" + " and ".join(forms.values()) + ")"
        raise UsageError(f"embeddings: found {found}; expected an array for each (level, direction)")
    return next(iter(forms))


def _contents(value: Data) -> Any:
    """Embeddings as they are, or those of a NumPy file."""
    if not is_path(value):
        return value
    path = Path(value)  # type: ignore[arg-type]
    if path.suffix.lower() != ".npy":
        raise UsageError(
            f"embeddings: found the file {path}; expected arrays or .npy files, or one path with {{level}} and "
            "{direction}"
        )
    import numpy as np

    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: it cannot be read as an array ({error}); expected a .npy file") from None


def _title(record: Mapping[str, Any]) -> str:
    """What a model is called: heads by their objectives, others by where they are."""
    training = (record.get("provenance") or {}).get("training")
    return " + ".join(objective["title"] for objective in training["objectives"]) if training else record["model"]


def _find(records: list[Any], place: Place) -> list[Place]:
    """Where the results of each model are, below the folder of all."""
    written = {path.parent: json.loads(path.read_text(encoding="utf-8")) for path in place.path.rglob("results.json")}
    found = []
    for record in records:
        own = next((folder for folder, result in written.items() if result == record), place.path)
        found.append(place.at(own))
    return found


def _table(path: Path) -> dict[str, list[Any]]:
    """A table of scores, by its columns; all but names are numbers, or None where there is none."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    columns: dict[str, list[Any]] = {}
    for name, values in zip(header, zip(*rows) if rows else [()] * len(header)):
        if name in ("sample", "label", "best", "first"):
            columns[name] = list(values)
        elif name in ("row", "queries", "rank"):
            columns[name] = [int(value) if value else None for value in values]
        else:
            columns[name] = [float(value) if value else None for value in values]
    return columns
