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
VECTORS = frozenset({"features", "embeddings", "gallery", "a", "b"})


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

    if hasattr(value, "detach"):
        value = value.detach().cpu()
        # NumPy has no bfloat16; float32 holds all of its values.
        value = (value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy()
    elif hasattr(value, "to_numpy"):
        value = value.to_numpy()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise UsageError(f"{option}: found rows of different lengths; expected an array ({error})") from None
    if array.dtype.kind == "O":
        array = _texts(option, array)
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
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return InMemory(f"{option}.npy", np.ascontiguousarray(array).reshape(array.shape))


def _texts(option: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Python objects as text, or as numbers if they are."""
    import numpy as np

    kinds = {type(value) for value in array.flat}
    if kinds and all(issubclass(kind, str) for kind in kinds):
        return array.astype(np.str_)
    if kinds and all(issubclass(kind, (int, np.integer)) for kind in kinds):
        return array.astype(np.int64)
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise UsageError(f"{option}: found elements of the Python types {names}; expected numbers alone or text alone")


def _table(option: str, table: Any) -> InMemory:
    """A table of pandas; one without names of columns is an array."""
    if all(isinstance(column, int) for column in table.columns):
        return in_memory(option, table.to_numpy())
    return InMemory(f"{option}.csv", str(table.to_csv(index=False)).encode())


def _columns(option: str, columns: Mapping[str, Any]) -> InMemory:
    """A mapping from the names of columns to their values."""
    values = [list(column.tolist() if hasattr(column, "tolist") else column) for column in columns.values()]
    if len({len(column) for column in values}) > 1:
        lengths = ", ".join(f"{name} has {len(column)}" for name, column in zip(columns, values))
        raise UsageError(
            f"{option}: found columns of different lengths ({lengths}); expected one value for each sample"
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if value is None else value for value in row] for row in zip(*values))
    return InMemory(f"{option}.csv", text.getvalue().encode())
