"""The figures of one file while they are being read: a row a series, a column a period.

Rows go to a temporary file once they are many, so that memory does not grow with the file.
"""

import tempfile
import weakref
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

IN_MEMORY = 8 * 1024 * 1024  # bytes of values; more are written to a temporary file
CELLS_AT_ONCE = 500_000
NOT_PUBLISHED = int(np.iinfo(np.int32).min)  # not published is not nought: a sentinel keeps the two apart

Key = TypeVar("Key", bound=Hashable)


class Register(dict[Key, int]):
    """Things in the order they were first seen -> their number."""

    def number(self, thing: Key) -> int:
        found = self.get(thing)
        if found is None:
            found = self[thing] = len(self)
        return found


class Grid:
    """`area`, `label` and `line` are int32, one a row: the number of the area and of the label in the
    publication, and the line of the file the row begins at. Values are int32 counts or float64 shares."""

    def __init__(self, columns: int, dtype: str = "<i4"):
        self.columns, self.dtype = columns, np.dtype(dtype)
        self.totals = np.zeros(columns, dtype=np.int64 if self.dtype.kind == "i" else np.float64)
        self._keys: list[np.ndarray] = []
        self._joined: np.ndarray | None = None
        self._values: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        weakref.finalize(self, self._values.close)
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def append(
        self,
        area: Sequence[int] | np.ndarray,
        label: Sequence[int] | np.ndarray,
        line: Sequence[int] | np.ndarray,
        values: np.ndarray,
    ) -> None:
        """Add rows: three sequences of the same length, and values of shape (rows, columns)."""
        values = np.ascontiguousarray(values, dtype=self.dtype)
        if values.shape != (len(area), self.columns):
            raise ValueError(f"{values.shape} values for {len(area)} rows of {self.columns} columns")
        self._keys.append(np.array([area, label, line], dtype=np.int32))
        self._joined = None
        self._values.seek(0, 2)
        self._values.write(values.data if values.size else b"")
        if self.dtype.kind == "i":
            self.totals += np.where(values == NOT_PUBLISHED, 0, values).sum(axis=0, dtype=np.int64)
        self._rows += len(area)

    def _key(self, at: int) -> np.ndarray:
        if self._joined is None:
            self._joined = (
                np.concatenate(self._keys, axis=1) if self._keys else np.zeros((3, 0), dtype=np.int32)
            )
            self._keys = [self._joined]
        return self._joined[at]

    @property
    def area(self) -> np.ndarray:
        return self._key(0)

    @property
    def label(self) -> np.ndarray:
        return self._key(1)

    @property
    def line(self) -> np.ndarray:
        return self._key(2)

    def values(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """The values of these rows, in their order: shape (rows, columns)."""
        rows = np.asarray(rows, dtype=np.int64)
        if not len(rows):
            return np.empty((0, self.columns), dtype=self.dtype)
        lowest, highest = int(rows.min()), int(rows.max())
        if highest - lowest < 2 * len(rows):  # they stand close to each other: one read
            return self._run(lowest, highest + 1)[rows - lowest]
        found = np.empty((len(rows), self.columns), dtype=self.dtype)
        starts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        ends = np.append(starts[1:], len(rows))[: len(starts)]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            found[start:end] = self._run(int(rows[start]), int(rows[start]) + end - start)
        return found

    def _run(self, start: int, end: int) -> np.ndarray:
        width = self.columns * self.dtype.itemsize
        self._values.seek(start * width)
        part = self._values.read((end - start) * width)
        return np.frombuffer(part, dtype=self.dtype).reshape(end - start, self.columns)

    def chunks(self) -> Iterator[np.ndarray]:
        """Row numbers in the order of the file, some at a time."""
        most = max(1, CELLS_AT_ONCE // max(1, self.columns))
        for start in range(0, len(self), most):
            yield np.arange(start, min(start + most, len(self)))

    def repeats(self) -> bool:
        """Whether an area and label stand in two rows."""
        pairs = np.sort(self.area.astype(np.int64) << 32 | self.label)
        return bool((pairs[1:] == pairs[:-1]).any())

    def without_first_column(self) -> "Grid":
        """The same rows without their first period."""
        rest = Grid(self.columns - 1, str(self.dtype))
        for rows in self.chunks():
            rest.append(self.area[rows], self.label[rows], self.line[rows], self.values(rows)[:, 1:])
        return rest

    def batches(self, order: np.ndarray, group: np.ndarray) -> Iterator[np.ndarray]:
        """Row numbers in this order, some at a time; rows of one group (a number a row) stay together."""
        groups = group[order]
        ends = np.append(np.flatnonzero(np.diff(groups)) + 1, len(order)) if len(order) else np.array([], int)
        most = max(1, CELLS_AT_ONCE // max(1, self.columns))
        start = last = 0
        for end in ends.tolist():
            if end - start > most and last > start:
                yield order[start:last]
                start = last
            last = end
        if last > start:
            yield order[start:last]


def grid_of_cells(
    columns: int,
    area: np.ndarray,
    label: np.ndarray,
    column: np.ndarray,
    line: np.ndarray,
    value: np.ndarray,
    *,
    dtype: str = "<i4",
    empty: float = 0,
) -> Grid:
    """A grid out of a long table: one entry a cell, all arrays of the same length.

    Cells of one area, label and column are added up (counts) or must be single (shares: ValueError). `empty`
    stands where the table has no cell. The line of a row is the first one it is made of.
    """
    grid = Grid(columns, dtype)
    if not len(area):
        return grid
    labels = int(label.max()) + 1
    rows, first, of_row = np.unique(
        area.astype(np.int64) * labels + label, return_index=True, return_inverse=True
    )
    per_chunk = max(1, CELLS_AT_ONCE // columns)
    order = np.argsort(of_row, kind="stable")
    bounds = np.searchsorted(of_row[order], np.arange(0, len(rows) + per_chunk, per_chunk))
    for at, (start, end) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        here = order[start:end]
        these = rows[at * per_chunk : (at + 1) * per_chunk]
        values = np.full((len(these), columns), empty, dtype=grid.dtype)
        where = (of_row[here] - at * per_chunk, column[here])
        if grid.dtype.kind == "i":
            filled = np.zeros((len(these), columns), dtype=np.int64)
            np.add.at(filled, where, value[here])
            if filled.max(initial=0) > np.iinfo(np.int32).max:
                raise OverflowError("a count does not fit into four bytes")
            seen = np.zeros((len(these), columns), dtype=bool)
            seen[where] = True
            values[seen] = filled[seen]
        else:
            if len(np.unique(where[0].astype(np.int64) * columns + where[1])) != len(here):
                raise ValueError("two shares stand in one cell")
            values[where] = value[here]
        lines = line[first[at * per_chunk : (at + 1) * per_chunk]]
        grid.append(these // labels, these % labels, lines, values)
    return grid
