"""Exact metrics in place of those of pytorch-metric-learning: the same names, arguments and keys.

    from oodml.pml import AccuracyCalculator  # instead of pytorch_metric_learning.utils.accuracy_calculator

    calculator = AccuracyCalculator(include=("precision_at_1", "mean_average_precision_at_r"), k="max_bin_count")
    calculator.get_accuracy(embeddings, labels)
    tester = testers.GlobalEmbeddingSpaceTester(accuracy_calculator=calculator)

It needs neither torch nor faiss, and never holds the neighbours of all queries: memory stays at a block of queries.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Union

from ._arrays import in_memory
from ._commands import score
from ._errors import Error, OodmlWarning, UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: What get_accuracy returns for a metric: a mean, or with return_per_class one for each class.
Accuracy = Union[float, "list[float]"]

_PML = "pytorch_metric_learning.utils.accuracy_calculator.AccuracyCalculator"
_CLUSTERING = ("AMI", "NMI")
_RANKING = (
    "mean_average_precision",
    "mean_average_precision_at_r",
    "mean_reciprocal_rank",
    "precision_at_1",
    "r_precision",
)


class AccuracyCalculator:
    """A drop-in for the AccuracyCalculator of pytorch-metric-learning 2.9: exact ranks, in bounded memory.

    It takes the same arguments, and returns the same keys: AMI, NMI, mean_average_precision,
    mean_average_precision_at_r, mean_reciprocal_rank, precision_at_1 and r_precision. `include` and `exclude`
    choose among them. Means are over queries, over classes with avg_of_avgs, or with return_per_class a list with
    one for each class, in the order of the labels. Queries without any item of their label do not count; if that is
    all of them, metrics are NaN. `k` is how many neighbours count: all (None), as many as the largest class has
    items ("max_bin_count"), or a number.

    Items rank by Euclidean distance of the embeddings as they are. `knn_func` may be "cosine" or "inner-product"
    instead, or an object of pytorch-metric-learning that means one of the three: FaissKNN with a flat index, or
    CustomKNN with LpDistance (p = 2), CosineSimilarity or DotProductSimilarity. `kmeans_func(query, count)` returns
    the clusters of NMI and AMI. `device` is not used: all work is on the processor's cores.

    What differs:

    - Ranks are those of the exact distances of the numbers given. In float32, as faiss computes them, near
      neighbours may change places; float64 embeddings are not rounded to float32.
    - Items at equal distances rank in the order of their rows; in faiss they have no certain order.
    - Labels are whole numbers or text. They are not rounded to float32, where 16777216 and 16777217 are one label.
    - With a k above the number of items, all items count once. PML fills up with copies of the last one.
    - The clusters of NMI and AMI come from the k-means of oodml, from a fixed seed. Those of faiss are others, so
      the values differ unless kmeans_func is given.
    - mean_reciprocal_rank can be asked for alone, which fails in PML 2.9.
    - NaN and infinities are errors.
    - The rows of queries that the reference includes are taken from the reference, where both differ by rounding.

    A label_comparison_fn, labels of several columns, other distances, and calculate_… functions of one's own, which
    need the neighbours of all queries, are left to PML's class; they raise NotImplementedError.

    Of the 19 cases that PML's repository has for its class and for the testers that use it, 15 pass with this one. The
    others ask for a label_comparison_fn, for the class's own get_function_dict, for the index within faiss, and for a
    warning through logging, which here is an OodmlWarning.
    """

    def __init__(
        self,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        avg_of_avgs: bool = False,
        return_per_class: bool = False,
        k: int | Literal["max_bin_count"] | None = None,
        label_comparison_fn: Callable[[Any, Any], Any] | None = None,
        device: Any = None,
        knn_func: Any = None,
        kmeans_func: Callable[[Any, int], Any] | None = None,
    ) -> None:
        own = [name for name in dir(self) if name.startswith("calculate_")]
        if own:
            raise NotImplementedError(
                f"{type(self).__name__} has a metric of its own, {own[0]}, which needs the neighbours of all queries; "
                f"expected a subclass of {_PML} for it"
            )
        for given in (include, exclude):
            if not isinstance(given, (tuple, list)):
                raise TypeError(f"Arguments must be of type tuple, not {type(given)}.")
            if not set(given) <= {*_CLUSTERING, *_RANKING}:
                raise ValueError(f"Primary metrics must be one or more of: {[*_CLUSTERING, *_RANKING]}.")
        self._metrics = _chosen((*_CLUSTERING, *_RANKING), include, exclude)
        self._current = self._metrics
        if avg_of_avgs and return_per_class:
            raise ValueError("avg_of_avgs and return_per_class are mutually exclusive")
        self.avg_of_avgs, self.return_per_class = avg_of_avgs, return_per_class
        is_count = isinstance(k, int) and not isinstance(k, bool) and k > 0
        if not is_count and k is not None and k != "max_bin_count":
            raise ValueError("k must be an integer greater than 0, or None, or 'max_bin_count'")
        self.k = k
        if label_comparison_fn is not None and not _is_equality(label_comparison_fn):
            raise NotImplementedError(
                f"found a label_comparison_fn, and oodml compares labels for equality; expected {_PML} for it"
            )
        self.device, self.knn_func, self.kmeans_func = device, knn_func, kmeans_func
        self._distance = _distance(knn_func)

    def get_accuracy(
        self,
        query: Any,
        query_labels: Any,
        reference: Any = None,
        reference_labels: Any = None,
        ref_includes_query: bool = False,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> dict[str, Accuracy]:
        """The metrics of queries (n × d) among reference embeddings (m × d), by default the queries themselves.

        With ref_includes_query the first n rows of the reference are the queries, which do not find themselves. Arrays
        are NumPy's, torch's or lists. Complexity: O(n m d) time.
        """
        self._current = _chosen(self._metrics, include, exclude)
        has_reference = reference is not None
        rows, classes = _embeddings("query", query), _labels("query_labels", query_labels)
        if has_reference:
            items, item_classes = _embeddings("reference", reference), _labels("reference_labels", reference_labels)
        else:
            items, item_classes, ref_includes_query = rows, classes, True
        if len(rows) != len(classes) or len(items) != len(item_classes):
            raise ValueError("embeddings and labels must have the same length")
        if has_reference and ref_includes_query:
            rows = _included(rows, classes, items, item_classes)
        return self._accuracy(query, rows, classes, items, item_classes, has_reference, ref_includes_query)

    def _accuracy(
        self,
        query: Any,
        rows: npt.NDArray[Any],
        classes: npt.NDArray[Any],
        items: npt.NDArray[Any],
        item_classes: npt.NDArray[Any],
        has_reference: bool,
        includes_query: bool,
    ) -> dict[str, Accuracy]:
        import numpy as np

        labels, numbers = np.unique(np.concatenate([classes, item_classes]), return_inverse=True)
        numbers = numbers.reshape(-1)
        own, others = numbers[: len(classes)], numbers[len(classes) :]
        own_labels = np.unique(own)
        counts = np.bincount(others, minlength=len(labels)) - int(includes_query)
        answerable = own_labels[counts[own_labels] > 0]
        rankings = [name for name in self._current if name in _RANKING]
        clusterings = [name for name in self._current if name in _CLUSTERING]
        if rankings and len(answerable) == 0:
            warnings.warn(
                "none of the queries has an item of its label in the reference set, so ranks say nothing of them",
                OodmlWarning,
                stacklevel=3,
            )
        ranked = rankings if len(answerable) > 0 else []
        largest = int(counts[own_labels].max())
        k = self._count(largest, rankings)
        # The table of classes costs time, and most calls need means alone.
        by_class = bool(ranked) and (
            self.return_per_class
            or (k is not None and k < largest and not {"precision_at_1", "mean_reciprocal_rank"}.issuperset(ranked))
        )
        options: dict[str, Any] = {
            "similarity": self._distance,
            "no_intervals": True,
            # Clusters can be judged where no query can be answered.
            "lone_queries": "exclude" if ranked else "zero",
            "no_structure": True,
            "no_clusters": not clusterings,
            "per_class": by_class,
            "quiet": True,
        }
        if ranked and k is not None:
            options |= {"map_at": k, "mrr_at": k, "precision_at": k}
        if clusterings and self.kmeans_func is not None:
            clusters = in_memory("kmeans_func", self.kmeans_func(_tensor(query, rows), len(own_labels))).array
            options["clusters"] = {"cluster": clusters}
        query_table: Any = own
        if has_reference and ranked:
            options |= {"gallery": items, "gallery_labels": others}
            # Names say which items are the queries themselves: here the first ones or, as the calculator has it, none.
            first = 0 if includes_query else len(own)
            query_table = {"label": own, "sample": np.arange(len(own))}
            options["gallery_labels"] = {"label": others, "sample": np.arange(first, first + len(others))}
        values: dict[str, Accuracy] = {name: self._none(len(own_labels)) for name in rankings}
        if ranked or clusterings:
            try:
                found = score(rows, query_table, **options)
            except Error as error:
                raise type(error)(_in_words(str(error))) from None
            values |= {name: found[name.lower()] for name in clusterings}
            means = found.class_averaged if self.avg_of_avgs else found
            for name in ranked:
                if by_class and found.per_class is not None:
                    values[name] = self._of_classes(name, found.per_class, counts, k)
                else:
                    values[name] = float(means[_metric(name, k)])
        return {name: values[name] for name in self._current}

    def _of_classes(
        self, name: str, table: dict[str, list[Any]], counts: npt.NDArray[np.intp], k: int | None
    ) -> Accuracy:
        """A metric from the table of classes, whose labels are the numbers of our own."""
        import numpy as np

        order = np.argsort([int(label) for label in table["label"]])
        numbers = np.array([int(label) for label in table["label"]])[order]
        sizes = np.array(table["queries"], float)[order]
        values = np.array(table[_metric(name, k)], float)[order]
        if k is not None and name not in ("precision_at_1", "mean_reciprocal_rank"):
            # PML divides map@k by R, oodml by min(R, k). At R, PML takes no more than k neighbours.
            relevant = counts[numbers].astype(float)
            within = np.array(table[f"map@{k}"], float)[order] * np.minimum(relevant, k) / relevant
            if name == "r_precision":
                values = np.where(relevant > k, np.array(table[f"precision@{k}"], float)[order], values)
            else:
                values = np.where(relevant > k, within, values)
        if self.return_per_class:
            return [float(value) for value in values]
        return float(values.mean() if self.avg_of_avgs else (values * sizes).sum() / sizes.sum())

    def _count(self, largest: int, rankings: Sequence[str]) -> int | None:
        """How many neighbours count; None for all. The largest class has that many items, less the query."""
        if self.k is None or not isinstance(self.k, int):
            return None if self.k is None else max(largest, 1)
        cut = {"r_precision", "mean_average_precision_at_r"}.intersection(rankings)
        if self.k < largest and cut:
            warnings.warn(
                f"{' and '.join(sorted(cut))} end at k = {self.k}, below the {largest} items of the largest class, so "
                "their values are not those at R; k='max_bin_count' gives these, and mean_average_precision is MAP@k",
                OodmlWarning,
                stacklevel=4,
            )
        return self.k

    def _none(self, class_count: int) -> Accuracy:
        return [math.nan] * class_count if self.return_per_class else math.nan

    def get_curr_metrics(self) -> list[str]:
        """The metrics of the last get_accuracy; before the first, those chosen at the start."""
        return list(self._current)

    def requires_clustering(self) -> list[str]:
        """The metrics that need clusters."""
        return list(_CLUSTERING)

    def requires_knn(self) -> list[str]:
        """The metrics that need ranks."""
        return list(_RANKING)

    def description(self) -> str:
        """What PML's testers add to the names of metrics."""
        return "avg_of_avgs" if self.avg_of_avgs else ""


def _metric(name: str, k: int | None) -> str:
    """The metric as oodml names it; of R-precision and MAP@R for classes of at most k items."""
    return {
        "mean_average_precision": "map" if k is None else f"map@{k}",
        "mean_average_precision_at_r": "map@r",
        "mean_reciprocal_rank": "mrr" if k is None else f"mrr@{k}",
        "precision_at_1": "recall@1",
        "r_precision": "r_precision",
    }[name]


def _chosen(known: Sequence[str], include: Sequence[str], exclude: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in known if (not include or name in include) and name not in exclude)


def _is_equality(function: Any) -> bool:
    """Whether labels are compared as they are anyway."""
    torch = sys.modules.get("torch")
    return torch is not None and function is torch.eq


def _distance(knn_func: Any) -> str:
    """The distance that an object of PML's ranks by, as `oodml score` names it."""
    if knn_func is None:
        return "euclidean"
    if isinstance(knn_func, str) and knn_func in ("euclidean", "cosine", "inner-product"):
        return knn_func
    kind = type(knn_func).__name__
    if kind == "FaissKNN":
        index = getattr(getattr(knn_func, "index_init_fn", None), "__name__", "")
        if index in ("IndexFlatL2", "IndexFlatIP"):
            return "euclidean" if index == "IndexFlatL2" else "inner-product"
        kind = f"{kind} with {index or 'an index of its own'}"
    elif kind == "CustomKNN":
        measure = knn_func.distance
        measure = getattr(measure, "distance", measure)  # within BatchedDistance
        name, normalises = type(measure).__name__, getattr(measure, "normalize_embeddings", False)
        if name == "CosineSimilarity" or (name == "DotProductSimilarity" and normalises):
            return "cosine"
        if name == "DotProductSimilarity":
            return "inner-product"
        if name == "LpDistance" and getattr(measure, "p", None) == 2:
            # On rows of length 1 both rank alike.
            return "cosine" if normalises else "euclidean"
        kind = f"{kind} with {name}"
    raise NotImplementedError(
        f"found the knn_func {knn_func if isinstance(knn_func, str) else kind}, and oodml ranks by euclidean, cosine "
        f"or inner-product; expected {_PML} for others"
    )


def _embeddings(name: str, value: Any) -> npt.NDArray[Any]:
    """Embeddings as the library takes them: float16, float32 or float64."""
    import numpy as np

    array = in_memory(name, value).array
    if isinstance(array, bytes) or array.dtype.kind == "U":
        raise UsageError(f"{name}: found a table or text; expected an array of numbers")
    if array.ndim != 2 or 0 in array.shape:
        raise UsageError(f"{name}: found an array of the shape {array.shape}; expected rows and columns")
    return array if array.dtype.kind == "f" else array.astype(np.float32)


def _labels(name: str, value: Any) -> npt.NDArray[Any]:
    """Labels as one column."""
    import numpy as np

    if value is None:
        raise UsageError(f"{name}: found none; expected a label for each row")
    array = in_memory(name, value).array
    if isinstance(array, bytes):
        raise UsageError(f"{name}: found a table; expected an array of labels")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise NotImplementedError(
            f"{name}: found labels of the shape {array.shape}, and oodml takes one for each row; expected {_PML} for "
            "others"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise UsageError(f"{name}: found NaN or an infinity; expected labels")
    return array


def _included(
    rows: npt.NDArray[Any], classes: npt.NDArray[Any], items: npt.NDArray[Any], item_classes: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """The queries as the reference has them."""
    import numpy as np

    first = items[: len(rows)]
    if (
        first.shape != rows.shape
        or not np.allclose(rows, first, equal_nan=True)
        or not np.array_equal(classes, item_classes[: len(rows)])
    ):
        raise ValueError(
            "When ref_includes_query is True, the first len(query) elements of reference must be equal to query.\n"
            "Likewise, the first len(query_labels) elements of reference_labels must be equal to query_labels.\n"
        )
    return first


def _tensor(query: Any, rows: npt.NDArray[Any]) -> Any:
    """The queries for a kmeans_func: a tensor of float32 wherever there is torch, as PML's functions expect."""
    torch = sys.modules.get("torch")
    if torch is None:
        return rows
    return (query.detach() if hasattr(query, "detach") else torch.from_numpy(rows.copy())).float()


def _in_words(sentence: str) -> str:
    """An error's sentence, by the names of our arguments."""
    for file, name in (
        ("gallery_labels.npy", "reference_labels"),
        ("gallery_labels.csv", "reference_labels"),
        ("gallery.npy", "reference"),
        ("embeddings.npy", "query"),
        ("labels.npy", "query_labels"),
        ("labels.csv", "query_labels"),
        ("clusters.csv", "kmeans_func"),
    ):
        sentence = sentence.replace(file, name)
    return sentence
