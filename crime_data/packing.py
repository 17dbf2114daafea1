"""Months of counts as fixed-width bytes: little-endian int32, one number a month."""

import numpy as np

# As the two databases hand the bytes back.
Packed = bytes | memoryview

# Not published is not nought: a sentinel keeps the two apart.
NOT_PUBLISHED = np.iinfo(np.int32).min


def pack(counts: np.ndarray) -> bytes:
    """One-dimensional whole numbers -> 4 bytes each. Raises OverflowError when one does not fit."""
    packed = np.ascontiguousarray(counts, dtype="<i4")
    if not np.array_equal(packed, counts):
        raise OverflowError("a count does not fit into four bytes")
    return packed.tobytes()


def unpack(packed: Packed) -> np.ndarray:
    """4 bytes each -> one-dimensional int32 array (read-only)."""
    return np.frombuffer(packed, dtype="<i4")
