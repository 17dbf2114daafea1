"""Which counts of small areas are withheld in public, so that nobody is recognised by a number.

One table is one borough and one year: areas below the borough by crime types, whose sub-types add to their
parents. What the public knows besides is assumed to be everything else: the borough's total of every type to
the unit, that every parent is the sum of its parts (and of what is of no part), that counts are whole and not
negative, and how this module works.

Withheld are

- the small counts (1 to 4) of sensitive types. A nought stays: it is about nobody, and a map on which
  noughts were withheld too could not say that anything is rare;
- with a small count what is below ten (`FEW`) in the same area of the same family, such as all sexual
  offences: a total of 5 leaves few ways to divide it, most of them with a small part;
- every other count that is needed so that no withheld one can be worked out by subtraction, along the areas,
  along the types, or around both. A withheld count is one thing whatever the reason: a mark for "this one is
  small" would say between which numbers it lies.

The rule that is kept: from all that is shown, every withheld count can still be any of at least six
neighbouring numbers (`WIDTH`), so that it never is known to be from 1 to 4; where the borough's own total is
below five, anything from nought to that total.

Years are tables of their own because public years do not overlap. Rolling years would: two of them differ by
two months, and a chain of them gives every month away, whatever is withheld in each.

How it is computed: a table is a flow, from the borough as a whole through the types of each area to the
borough's totals of the smallest types. A count can be changed without any shown number noticing where it lies
on a circle of withheld counts, one more here, one less there. How far it can be changed is a maximum flow, in
whole numbers and exact; a count that cannot be changed far enough gets the cheapest circle that is wide
enough. See M. Fischetti and J.J. Salazar, Mathematical Programming 84 (1999), 283-312, for the problem, and
L.R. Ford and D.R. Fulkerson (1956) for the flow.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from math import inf

import numpy as np

SMALL = (1, 4)
FEW = 10
WIDTH = 5

HELD_ALREADY, SENSITIVE, OTHER, NOUGHT = 0.001, 1.0, 10.0, 5.0
"""Prices of a count on a circle: free where it is withheld anyway, sensitive types before others, and not
gladly a nought, which can only be changed upwards."""


def small(counts: np.ndarray, sensitive: Sequence[bool]) -> np.ndarray:
    """True for the counts that are withheld for their own sake; shape (areas, types)."""
    low, high = SMALL
    return (counts >= low) & (counts <= high) & np.asarray(sensitive, dtype=bool)


def withheld(
    counts: np.ndarray,
    parents: Sequence[int],
    sensitive: Sequence[bool],
    *,
    before: np.ndarray | None = None,
) -> np.ndarray:
    """True for every count that may not be shown; shape (areas, types), as `counts`.

    `parents` says of each type the place of the one it is part of, -1 for none. `before` are counts to be
    withheld in any case: those that an earlier publication withheld, since what was restated since is still
    near to what was. Raises ValueError for negative counts, for parts that are more than their total and
    for a tree that is none.
    """
    shown = len(parents)
    counts, parents = _with_rests(counts, parents)
    sensitive = [*sensitive, *(sensitive[above] for above in parents[shown:])]
    if before is not None:
        before = np.pad(before, ((0, 0), (0, len(parents) - shown)))
    table = _Table(counts, parents)
    hidden = small(table.counts, sensitive)
    hidden |= _few(table.counts, parents, sensitive, hidden)
    if before is not None:
        hidden |= before
    prices = np.where(np.asarray(sensitive, dtype=bool), SENSITIVE, OTHER)
    prices = prices + np.log10(1.0 + table.counts) + np.where(table.counts == 0, NOUGHT, 0)
    price = prices.ravel()
    price[hidden.ravel()] = HELD_ALREADY
    waiting = np.flatnonzero(hidden).tolist()
    for cell in waiting:  # grows while it is gone through
        for found in table.cover(cell, price):
            price[found] = HELD_ALREADY
            waiting.append(found)
    return (price == HELD_ALREADY).reshape(hidden.shape)[:, :shown]


def feasible(counts: np.ndarray, parents: Sequence[int], hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest number that each count can be for a reader who sees all but the hidden ones.

    Both of shape (areas, types), exact; what is not hidden is known. Raises ValueError as `withheld`.
    """
    shown = len(parents)
    counts, parents = _with_rests(counts, parents)
    hidden = np.pad(hidden, ((0, 0), (0, len(parents) - shown)), constant_values=True)
    table = _Table(counts, parents)
    price = np.where(hidden.ravel(), HELD_ALREADY, inf)
    low, high = table.counts.copy(), table.counts.copy()
    for cell in np.flatnonzero(hidden).tolist():
        low.flat[cell] -= table.moved(cell, price, upwards=False)[0]
        high.flat[cell] += table.moved(cell, price, upwards=True)[0]
    return low[:, :shown], high[:, :shown]


def required_width(counts: np.ndarray, parents: Sequence[int]) -> np.ndarray:
    """How far apart the least and the greatest possible number of a withheld count must be, for each type."""
    shown = len(parents)
    return np.minimum(WIDTH, _Table(*_with_rests(counts, parents)).room[:shown])


class _Table:
    """Counts as a flow. Cell number `area * types + type` leads from `tail` to `head`."""

    def __init__(self, counts: np.ndarray, parents: Sequence[int]) -> None:
        self.counts = np.array(counts, dtype=np.int64)
        areas, types = self.counts.shape
        leaf = [kind not in parents for kind in range(types)]
        self.tail: list[int] = []
        self.head: list[int] = []
        for area in range(areas):
            inner = 1 + types + area * types
            self.tail += [0 if above < 0 else inner + above for above in parents]
            self.head += [1 + kind if leaf[kind] else inner + kind for kind in range(types)]
        self.touching: dict[int, list[int]] = {}
        for cell, ends in enumerate(zip(self.tail, self.head, strict=True)):
            for node in ends:
                self.touching.setdefault(node, []).append(cell)
        self.room = _totals_below(self.counts, parents, leaf) if areas > 1 else np.zeros(types, np.int64)

    def cover(self, cell: int, price: np.ndarray) -> list[int]:
        """The cells to withhold as well so that this one is protected; none if it is already."""
        needed = min(WIDTH, int(self.room[cell % self.counts.shape[1]]))
        free = np.where(price == HELD_ALREADY, price, inf)
        down, _ = self.moved(cell, free, upwards=False, limit=needed)
        up, _ = self.moved(cell, free, upwards=True, limit=needed - down)
        if up + down >= needed:
            return []
        up, found = self.moved(cell, price, upwards=True, limit=needed - down)
        if up + down < needed:
            found |= self.moved(cell, price, upwards=False, limit=needed - up)[1]
        return sorted(one for one in found if price[one] != HELD_ALREADY)

    def moved(
        self, cell: int, price: np.ndarray, *, upwards: bool, limit: float = inf
    ) -> tuple[int, set[int]]:
        """How far the cell can be raised or lowered, at most `limit`, and the cells that move with it."""
        ends = (self.head[cell], self.tail[cell]) if upwards else (self.tail[cell], self.head[cell])
        values = self.counts.ravel().tolist()
        if not upwards:
            limit = min(limit, values[cell])
        far, touched = 0, set()
        while far < limit:
            wide = limit - far if limit < inf else 1
            path = self._path(*ends, cell, values, price, wide)
            if path is None and wide > 1:
                path = self._path(*ends, cell, values, price, 1)
            if path is None:
                break
            step = int(min(limit - far, *(values[one] for one, way in path if way < 0), inf))
            for one, way in path:
                values[one] += way * step
                touched.add(one)
            far += step
        return far, touched

    def _path(
        self, start: int, end: int, without: int, values: list[int], price: np.ndarray, least: float
    ) -> list[tuple[int, int]] | None:
        """The cheapest way that is `least` wide: (cell, 1 to raise it or -1 to lower it)."""
        came: dict[int, tuple[int, int, int]] = {}
        costs = {start: 0.0}
        queue = [(0.0, start)]
        while queue:
            cost, node = heappop(queue)
            if node == end:
                return self._back(came, start, end)
            if cost > costs[node]:
                continue
            for cell in self.touching[node]:
                way = 1 if self.tail[cell] == node else -1
                if cell == without or price[cell] == inf or (way < 0 and values[cell] < least):
                    continue
                there = self.head[cell] if way > 0 else self.tail[cell]
                if (dearer := cost + float(price[cell])) < costs.get(there, inf):
                    costs[there] = dearer
                    came[there] = (node, cell, way)
                    heappush(queue, (dearer, there))
        return None

    @staticmethod
    def _back(came: dict[int, tuple[int, int, int]], start: int, end: int) -> list[tuple[int, int]]:
        path: list[tuple[int, int]] = []
        while end != start:
            end, cell, way = came[end]
            path.append((cell, way))
        return path


def _with_rests(counts: np.ndarray, parents: Sequence[int]) -> tuple[np.ndarray, list[int]]:
    """The table with what is of no part as one more part of its total: it is never shown, but can be worked
    out like any other. Raises ValueError for what is no such table."""
    counts = np.array(counts, dtype=np.int64)
    if (counts < 0).any():
        raise ValueError("counts are not negative")
    if len(parents) != counts.shape[1] or not _is_forest(parents):
        raise ValueError("every type is part of one other at most, and none of itself")
    whole = list(parents)
    for kind in range(len(parents)):
        parts = [part for part, above in enumerate(parents) if above == kind]
        rest = counts[:, kind] - counts[:, parts].sum(axis=1)
        if parts and (rest < 0).any():
            raise ValueError("parts are not more than their total")
        if parts and rest.any():
            counts = np.column_stack([counts, rest])
            whole.append(kind)
    return counts, whole


def _is_forest(parents: Sequence[int]) -> bool:
    for kind in range(len(parents)):
        at, steps = kind, 0
        while at >= 0:
            if not -1 <= parents[at] < len(parents) or steps > len(parents):
                return False
            at, steps = parents[at], steps + 1
    return True


def _few(
    counts: np.ndarray, parents: Sequence[int], sensitive: Sequence[bool], small_ones: np.ndarray
) -> np.ndarray:
    """True for the low counts of a family (a sensitive type and all its parts) that has a small one."""
    family = []
    for kind in range(len(parents)):
        top = kind
        while parents[top] >= 0 and sensitive[parents[top]]:
            top = parents[top]
        family.append(top)
    of_one = np.equal.outer(family, family) & np.logical_and.outer(sensitive, sensitive)
    touched = (small_ones[:, :, None] & of_one[None]).any(axis=1)
    # Where the borough has none at all, everybody knows.
    return touched & (counts < FEW) & (counts.sum(axis=0) > 0)


def _totals_below(counts: np.ndarray, parents: Sequence[int], leaf: Sequence[bool]) -> np.ndarray:
    """The borough's total of the smallest types that each type consists of: how far one area could vary if
    nothing of any area was shown."""
    room = np.where(leaf, counts.sum(axis=0), 0)
    for kind in np.flatnonzero(leaf).tolist():
        at = parents[kind]
        while at >= 0:
            room[at] += room[kind]
            at = parents[at]
    return room
