"""Tables of values as fixed-width bytes: one byte that names the width, then the rows one after the other.

Counts take as few bytes as the largest of them needs (one, two or four, little-endian), shares take eight.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from crime_data.importers.grid import NOT_PUBLISHED

__all__ = ["NOT_PUBLISHED", "Packed", "pack", "pack_ids", "pack_parts", "unpack", "unpack_ids"]

# As the two databases hand the bytes back.
Packed = bytes | memoryview

_WIDTHS: dict[int, np.dtype[Any]] = {
    width: np.dtype(kind) for width, kind in ((1, "<i1"), (2, "<i2"), (4, "<i4"), (8, "<f8"))
}
_MOST = {1: 127, 2: 32_767, 4: 2_147_483_647}
_MISSING = {1: -128, 2: -32_768, 4: NOT_PUBLISHED}


def pack(values: np.ndarray) -> bytes:
    """Counts (whole numbers of any shape, or NOT_PUBLISHED; a correction can be below nought) or shares
    (float64, NaN).

    Raises OverflowError when a count does not fit into four bytes.
    """
    [packed] = pack_parts(values.reshape(1, -1), [0, 1])
    return packed


def pack_parts(values: np.ndarray, bounds: Sequence[int]) -> list[bytes]:
    """Each part values[bounds[i]:bounds[i + 1]] packed by itself. Raises OverflowError."""
    spans = list(pairwise(bounds))
    if values.dtype.kind == "f":
        return [b"\x08" + np.ascontiguousarray(values[a:b], dtype="<f8").tobytes() for a, b in spans]
    if values.ndim != 2:
        values = values.reshape(len(values), -1)
    missing = values == NOT_PUBLISHED
    gaps = bool(missing.any())
    known = np.where(missing, 0, values) if gaps else values
    if known.size and (known.min() < -_MOST[4] or known.max() > _MOST[4]):
        raise OverflowError("a count does not fit into four bytes")
    highest = np.maximum(known.max(axis=1, initial=0), -known.min(axis=1, initial=0))
    small = known.astype("<i1")
    if gaps:
        small[missing] = _MISSING[1]
    packed = []
    for a, b in spans:
        most = highest[a:b].max(initial=0)
        if most <= _MOST[1]:
            packed.append(b"\x01" + small[a:b].tobytes())
            continue
        width = 2 if most <= _MOST[2] else 4
        part = known[a:b].astype(_WIDTHS[width])
        if gaps:
            part[missing[a:b]] = _MISSING[width]
        packed.append(bytes([width]) + part.tobytes())
    return packed


def unpack(packed: Packed, rows: int = 1) -> np.ndarray:
    """A table of this many rows: int32 with NOT_PUBLISHED, or float64 with NaN. Shape (rows, columns)."""
    kind = _WIDTHS[packed[0]]
    values = np.frombuffer(packed, dtype=kind, offset=1)
    if kind.kind == "i":
        wide = values.astype(np.int32)
        if kind.itemsize < 4:
            wide[values == _MISSING[kind.itemsize]] = NOT_PUBLISHED
        values = wide
    return values.reshape(rows, -1)


def pack_ids(ids: np.ndarray) -> bytes:
    """Row numbers of the database or lines of a file, 4 bytes each."""
    return np.ascontiguousarray(ids, dtype="<i4").tobytes()


def unpack_ids(packed: Packed) -> np.ndarray:
    """4 bytes each -> one-dimensional int32 array (read-only)."""
    return np.frombuffer(packed, dtype="<i4")
