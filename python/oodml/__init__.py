"""oodml: graded class-disjoint splits of any labelled dataset, and how retrieval models degrade along them.

    import oodml

    splits = oodml.make_splits(features=features, samples=labels)  # from easy to hard
    heads = oodml.train(splits, features, objective=["arcface", "triplet"])  # in seconds, on frozen features
    results = oodml.evaluate(splits, heads=heads, features=features)
    oodml.compare(results, backbone=True)  # what training adds, level by level
    oodml.score(embeddings, labels)["map@r"]  # exact, of any embeddings

Functions take the options of the program's commands as keyword arguments: `oodml COMMAND --help` documents them. Arrays
are NumPy's, torch's or lists, tables pandas' or mappings from columns to values; either may be a path. What works on
arrays runs in this process, on its own threads and its own BLAS; images are left to the program. Progress is shown in
terminals and notebooks (quiet=True: nowhere), warnings come as OodmlWarning, notes go to the logger "oodml", and errors
are oodml.Error.
"""

from __future__ import annotations

from ._commands import (
    axis,
    compare,
    compare_embeddings,
    distance,
    embed,
    evaluate,
    grow,
    holdout,
    make_splits,
    places,
    report,
    score,
    study,
    train,
    validate,
    verify,
)
from ._errors import Error, OodmlWarning, UsageError
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
    Head,
    PlaceScores,
    Point,
    Report,
    Scores,
    Store,
    Study,
    Threshold,
    Training,
    Validation,
    Verification,
)
from .splits import Level, Side, Splits

__all__ = [
    "Axis",
    "Comparison",
    "Distance",
    "EmbeddingComparison",
    "EmbeddingPair",
    "Error",
    "Estimate",
    "Evaluation",
    "Evaluations",
    "Growth",
    "GrowthForecast",
    "Head",
    "Level",
    "OodmlWarning",
    "PlaceScores",
    "Point",
    "Report",
    "Scores",
    "Side",
    "Splits",
    "Store",
    "Study",
    "Threshold",
    "Training",
    "UsageError",
    "Validation",
    "Verification",
    "axis",
    "compare",
    "compare_embeddings",
    "distance",
    "embed",
    "evaluate",
    "grow",
    "holdout",
    "make_splits",
    "places",
    "report",
    "score",
    "study",
    "train",
    "validate",
    "verify",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from ._library import version

        return version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
