"""Outlines of areas: simplified, packed into bytes, and drawn as the path of an SVG.

A shape is rings of points (longitude, latitude) in degrees, WGS84, each ring closed: its last point is its
first. Outer rings and holes stand alike; a fill rule of "evenodd" tells them apart.
"""

import heapq
import zlib
from collections.abc import Iterable, Sequence
from math import cos, radians
from typing import NamedTuple

import numpy as np

Rings = Sequence[Sequence[tuple[float, float]] | np.ndarray]

STEPS = 100_000  # in a degree: five decimals, about a metre
METRES = 111_320  # in a degree of latitude
FEWEST = 4  # points of a closed ring


class Bounds(NamedTuple):
    """Degrees, WGS84."""

    west: float
    south: float
    east: float
    north: float


def bounds_of(shapes: Iterable[Rings]) -> Bounds:
    """The smallest box that holds all shapes. Raises ValueError when there is no point."""
    corners = [(points.min(axis=0), points.max(axis=0)) for shape in shapes for points in _arrays(shape)]
    if not corners:
        raise ValueError("no shape, no bounds")
    (west, south), (east, north) = (
        np.min([low for low, _ in corners], axis=0).tolist(),
        np.max([high for _, high in corners], axis=0).tolist(),
    )
    return Bounds(west, south, east, north)


def _arrays(rings: Rings) -> list[np.ndarray]:
    """Each ring as an array of shape (points, 2)."""
    return [np.asarray(ring, dtype=np.float64).reshape(-1, 2) for ring in rings if len(ring)]


# --- fewer points ----------------------------------------------------------------------------


def simplify(rings: Rings, tolerance: float) -> list[np.ndarray]:
    """The rings with fewer of the same points, by Visvalingam's method; `tolerance` is in metres.

    The point goes first that makes the smallest triangle with its two neighbours, until no triangle is
    smaller than half a square of the tolerance. Where a ring begins and which way it runs does not matter, so
    two areas lose the same points of a border they share; near a point where three areas meet they may differ
    by about the tolerance. Islands and holes smaller than that disappear, but never the largest ring.
    """
    least = tolerance * tolerance / 2
    thinned = [_thinned(ring, least) for ring in _arrays(rings)]
    kept = [ring for ring in thinned if len(ring) > FEWEST or _square_metres(ring) >= least]
    return kept or ([max(thinned, key=_square_metres)] if thinned else [])


def _thinned(ring: np.ndarray, least: float) -> np.ndarray:
    if len(ring) <= FEWEST:
        return ring
    points = [(x, y) for x, y in ring[:-1].tolist()]
    count = len(points)
    before = [(at - 1) % count for at in range(count)]
    after = [(at + 1) % count for at in range(count)]
    size = [_triangle(points[before[at]], points[at], points[after[at]]) for at in range(count)]
    # Equal triangles go in the order of their points, not of their places in the ring.
    queue = [(size[at], points[at], at) for at in range(count) if size[at] < least]
    heapq.heapify(queue)
    left = count
    while queue and left > FEWEST - 1:
        area, _, at = heapq.heappop(queue)
        if area != size[at]:
            continue  # it was measured anew since, or has gone
        size[at] = -1
        left -= 1
        one, other = before[at], after[at]
        after[one], before[other] = other, one
        for near in (one, other):
            size[near] = _triangle(points[before[near]], points[near], points[after[near]])
            if size[near] < least:
                heapq.heappush(queue, (size[near], points[near], near))
    kept = [point for point, area in zip(points, size, strict=True) if area >= 0]
    return np.array([*kept, kept[0]])


def _triangle(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Square metres. The same to the last bit when the ring runs the other way."""
    cross = (a[0] - b[0]) * (c[1] - b[1]) - (a[1] - b[1]) * (c[0] - b[0])
    return abs(cross) / 2 * METRES * METRES * cos(radians(b[1]))


def _square_metres(ring: np.ndarray) -> float:
    x, y = (ring - ring[0]).T
    area = abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2
    return area * METRES * METRES * cos(radians(ring[0, 1]))


# --- bytes -----------------------------------------------------------------------------------


def pack_rings(rings: Rings) -> bytes:
    """Rings to five decimals, one to three bytes a number.

    Steps from point to point are small, so their high bytes are nought: these are put together and compress
    to nothing.
    """
    arrays = _arrays(rings)
    points = np.rint(np.concatenate([*arrays, np.zeros((0, 2))]) * STEPS).astype(np.int32)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int32)).ravel()
    folded = (steps << 1) ^ (steps >> 31)  # small negative numbers become small ones
    numbers = np.concatenate([[len(arrays)], [len(ring) for ring in arrays], folded]).astype("<u4")
    return zlib.compress(numbers.view(np.uint8).reshape(-1, 4).T.tobytes(), 9)


def unpack_rings(packed: bytes | memoryview) -> list[np.ndarray]:
    """The rings, each of shape (points, 2). Raises ValueError for bytes that `pack_rings` did not make."""
    try:
        plain = np.frombuffer(zlib.decompress(packed), dtype=np.uint8)
        numbers = np.ascontiguousarray(plain.reshape(4, -1).T).view("<u4").ravel()
        lengths = numbers[1 : 1 + int(numbers[0])].astype(np.int64)
        folded = numbers[1 + int(numbers[0]) :].reshape(int(lengths.sum()), 2).astype(np.int64)
    except (zlib.error, ValueError, IndexError):
        raise ValueError("these bytes are no packed rings") from None
    points = np.cumsum((folded >> 1) ^ -(folded & 1), axis=0) / STEPS
    return np.split(points, np.cumsum(lengths)[:-1]) if len(lengths) else []


# --- a drawing -------------------------------------------------------------------------------


def svg_path(rings: Rings, *, bounds: Bounds, width: int, height: int) -> str:
    """The `d` of an SVG path, in units of the box, to one decimal; north is up.

    `bounds` fill the box as far as they can without being stretched, in its middle; degrees of longitude are
    as wide as they are half way up. Points that fall together are drawn once; of a shape too small to be seen
    a single point is left.
    """
    across = cos(radians((bounds.south + bounds.north) / 2))
    wide, high = max((bounds.east - bounds.west) * across, 1e-9), max(bounds.north - bounds.south, 1e-9)
    scale = min(width / wide, height / high)
    left, top = (width - wide * scale) / 2, (height - high * scale) / 2
    drawn = []
    for ring in _arrays(rings):
        x = left + (ring[:, 0] - bounds.west) * across * scale
        y = top + (bounds.north - ring[:, 1]) * scale
        drawn.append(_without_repeats(np.rint(np.column_stack([x, y]) * 10).astype(np.int64)))
    seen = [ring for ring in drawn if len(ring) > 2] or [ring[:1] for ring in drawn[:1]]
    return "".join(_path(ring) for ring in seen)


def _without_repeats(ring: np.ndarray) -> np.ndarray:
    """Tenths of a unit; the closing point goes too, since the path closes itself."""
    moved = np.any(ring != np.roll(ring, 1, axis=0), axis=1)
    return ring[moved] if moved.any() else ring[:1]


def _path(ring: np.ndarray) -> str:
    """Whole tenths are added up, so that roundings do not."""
    steps = np.diff(ring, axis=0).tolist()
    return f"M{_pair(*ring[0].tolist())}{'l' if steps else ''}{_joined(steps)}z"


def _joined(steps: list[list[int]]) -> str:
    text = ""
    for x, y in steps:
        pair = _pair(x, y)
        text += pair if not text or pair.startswith("-") else f" {pair}"
    return text


def _pair(x: int, y: int) -> str:
    first, second = _tenths(x), _tenths(y)
    return first + second if second.startswith("-") else f"{first} {second}"


def _tenths(number: int) -> str:
    """12 -> "1.2", -5 -> "-.5", 30 -> "3"."""
    whole, tenth = divmod(abs(number), 10)
    digits = f"{whole or ''}.{tenth}" if tenth else str(whole)
    return f"-{digits}" if number < 0 else digits
