"""Arrays and tables in memory, as the library takes them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


#: The options whose data are vectors, so that whole numbers stand for themselves.
VECTORS = frozenset({"features", "embeddings", "gallery", "query", "reference", "a", "b"})


#: The columns of tables that no row may lack.
NAMES = frozenset({"sample", "class", "label", "cluster"})


@dataclass(frozen=True)
class InMemory:
    """An array that stands for a file of that name, or the bytes of one."""

    name: str
    array: npt.NDArray[np.generic] | bytes

    @property
    def type(self) -> str:
        """The type of its elements, as NumPy writes it."""
        return "bytes" if isinstance(self.array, bytes) else str(self.array.dtype.str)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.array),) if isinstance(self.array, bytes) else tuple(self.array.shape)


def is_path(value: object) -> bool:
    """Whether a value names a file rather than being data."""
    return isinstance(value, (str, os.PathLike))


def in_memory(option: str, value: Any) -> InMemory:
    """An array, tensor, list or table as a file in memory, named after the option that takes it."""
    if hasattr(value, "to_csv") and hasattr(value, "columns"):
        return _table(option, value)
    if isinstance(value, Mapping):
        return _columns(option, value)
    import numpy as np

    if value is None:
        raise UsageError(f"{option}: found None; expected data or a path")
    try:
        array = _array(option, value)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        # RuntimeError: of torch, for tensors that have no values as NumPy knows them.
        if isinstance(error, UsageError):
            raise
        if "inhomogeneous" in str(error):
            raise UsageError(f"{option}: found rows of different lengths; expected an array") from None
        raise UsageError(f"{option}: it cannot be read as an array ({error}); expected numbers or text") from None
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8")
    if array.dtype.kind not in "fiubU":
        raise UsageError(f"{option}: found elements of the type {array.dtype}; expected numbers or text")
    if option in VECTORS:
        if array.dtype.kind == "U":
            raise UsageError(f"{option}: found text; expected numbers")
        if array.dtype.kind != "f":
            array = array.astype(np.float64)
    elif array.dtype.kind == "b":
        array = array.astype(np.int64)
    elif array.dtype.kind == "f" and np.isnan(array).any():
        row = int(np.argmax(np.isnan(array.reshape(len(array), -1)).any(axis=1)))
        raise UsageError(f"{option}: found NaN in row {row}; expected a value for each row")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return InMemory(f"{option}.npy", np.ascontiguousarray(array).reshape(array.shape))


def _array(option: str, value: Any) -> npt.NDArray[Any]:
    """Data as an array of NumPy, of numbers or of text."""
    import numpy as np

    if hasattr(value, "detach") and hasattr(value, "cpu"):
        value = value.detach().cpu()
        # NumPy has no bfloat16; float32 holds all of its values.
        value = (value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy()
    elif hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if isinstance(value, np.ma.MaskedArray):
        raise UsageError(f"{option}: found a masked array; expected one without gaps")
    if isinstance(value, (list, tuple)) and all(
        isinstance(item, str) or not hasattr(item, "__len__") for item in value
    ):
        # NumPy would turn numbers beside text into text, and so a gap into the label "nan".
        return _values(option, np.array(list(value) or [0.0], dtype=object)[: len(value)])
    array = np.asarray(value)
    return _values(option, array) if array.dtype.kind == "O" else array


def _values(option: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Python objects as text, or as numbers if they are."""
    import numpy as np

    kinds = {type(value) for value in array.flat}

    def are(*expected: type) -> bool:
        return all(issubclass(kind, expected) for kind in kinds)

    if not kinds:
        return array.astype(np.float64)
    if are(str):
        return array.astype(np.str_)
    if are(int, np.integer):
        return array.astype(np.int64)
    if are(int, np.integer, float, np.floating):
        return array.astype(np.float64)
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    if len(kinds) == 1:
        raise UsageError(f"{option}: found elements of the Python types {names}; expected numbers alone or text alone")
    row = next(number for number, value in enumerate(array.flat) if type(value) is not type(array.flat[0]))
    raise UsageError(
        f"{option}: found elements of the Python types {names}, another than the first in row {row}; expected numbers "
        "alone or text alone"
    )


def _table(option: str, table: Any) -> InMemory:
    """A table of pandas; one without names of columns is an array."""
    if all(isinstance(column, int) for column in table.columns):
        return in_memory(option, table.to_numpy())
    for name in NAMES & set(table.columns):
        gaps = table[name].isna().to_numpy()
        if gaps.any():
            raise UsageError(f"{option}: found no {name} in row {int(gaps.argmax())}; expected one in each row")
    return InMemory(f"{option}.csv", str(table.to_csv(index=False)).encode())


def _columns(option: str, columns: Mapping[str, Any]) -> InMemory:
    """A mapping from the names of columns to their values."""
    values = [list(column.tolist() if hasattr(column, "tolist") else column) for column in columns.values()]
    if len({len(column) for column in values}) > 1:
        lengths = ", ".join(f"{name} has {len(column)}" for name, column in zip(columns, values))
        raise UsageError(
            f"{option}: found columns of different lengths ({lengths}); expected one value for each sample"
        )
    for name, column in zip(columns, values):
        gaps = [number for number, value in enumerate(column) if _is_missing(value)]
        if name in NAMES and gaps:
            raise UsageError(f"{option}: found no {name} in row {gaps[0]}; expected one in each row")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if _is_missing(value) else value for value in row] for row in zip(*values))
    return InMemory(f"{option}.csv", text.getvalue().encode())


def _is_missing(value: object) -> bool:
    """Whether a value of a table is None, NaN or pandas' NA."""
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):
        return True
