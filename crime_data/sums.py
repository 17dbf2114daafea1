"""From printed categories to the portal's crime types, and from small areas to those they are part of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from crime_data.importers.contract import Label
from crime_data.importers.grid import NOT_PUBLISHED
from crime_data.mapping import EVERYTHING, ancestors, group_type, rows_for
from crime_data.months import add_months

# What an area adds up to, by its kind: a small area to its borough, and so on. Wards and LSOAs never to each
# other.
ABOVE: dict[str, tuple[str, ...]] = {
    "lsoa": ("borough", "pseudo"),
    "ward": ("borough", "pseudo"),
    "borough": ("bcu",),
    "pseudo": ("force",),
    "bcu": ("force",),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How the labels of one file add up to crime types.

    `types` are the keys that the file knows. `leaves` says which label counts to which type in which columns
    (label, type, from, to); `upwards` which type is then added to which other, children first.
    """

    types: tuple[str, ...]
    leaves: tuple[tuple[int, int, int, int], ...]
    upwards: tuple[tuple[int, int], ...]
    unreviewed: tuple[int, ...]


def plan(
    labels: Sequence[Label], *, table: str, partition: bool, first: date, step: int, columns: int
) -> Plan:
    """The reviewed table applied to the labels of a file.

    In a partition, what has no type of its own still counts to all recorded offences, and what nobody has
    reviewed yet to the type of its printed group; where labels overlap it counts to nothing.
    """
    months = [add_months(first, step * column) for column in range(columns)]
    found: list[tuple[int, str, int, int]] = []
    unreviewed = []
    for at, label in enumerate(labels):
        rows = rows_for(table, *label)
        if not rows:
            unreviewed.append(at)
        spans = [(row.crime_type, *_span(months, row.first, row.last)) for row in rows]
        spans = spans or [(group_type(table, label.major) if partition else "", 0, columns)]
        for key, start, end in spans:
            if start < end and (key or partition):
                found.append((at, key or EVERYTHING, start, end))
    known = {key for _, leaf, _, _ in found for key in ancestors()[leaf]}
    types = tuple(key for key in ancestors() if key in known)  # parents stand above their children
    place = {key: at for at, key in enumerate(types)}
    upwards = [
        (place[chain[0]], place[chain[1]]) for key in reversed(types) if len(chain := ancestors()[key]) > 1
    ]
    leaves = tuple((at, place[key], start, end) for at, key, start, end in found)
    return Plan(types, leaves, tuple(upwards), tuple(unreviewed))


def _span(months: list[date], first: date | None, last: date | None) -> tuple[int, int]:
    holding = [
        at for at, month in enumerate(months) if (not first or month >= first) and (not last or month <= last)
    ]
    return (holding[0], holding[-1] + 1) if holding else (0, 0)


def by_type(plan: Plan, area: np.ndarray, label: np.ndarray, values: np.ndarray, areas: int) -> np.ndarray:
    """Counts a crime type: shape (areas, types, columns), int32.

    `area` (0 to areas - 1) and `label` are one number a row of `values`. A column that is not published in
    any row of an area is not published in its types either.
    """
    columns = values.shape[1]
    sums = np.zeros((areas, len(plan.types), columns), dtype=np.int32)
    missing = values == NOT_PUBLISHED
    gaps = missing.any()
    if gaps:
        values = np.where(missing, 0, values)
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(int(label.max(initial=-1)) + 2))
    for at, kind, start, end in plan.leaves:
        if at + 1 < len(bounds) and bounds[at] < bounds[at + 1]:
            rows = order[bounds[at] : bounds[at + 1]]
            sums[area[rows], kind, start:end] += values[rows, start:end]  # a label stands once an area
    for child, parent in plan.upwards:
        sums[:, parent] += sums[:, child]
    if gaps:
        lacking = np.zeros((areas, columns), dtype=bool)
        np.logical_or.at(lacking, area, missing)
        sums[np.broadcast_to(lacking[:, None, :], sums.shape)] = NOT_PUBLISHED
    return sums


def fed(plan: Plan, labels: Sequence[int]) -> np.ndarray:
    """Which types any of these labels counts to, itself or through a child; shape (types,), bool."""
    there = set(labels)
    found = np.zeros(len(plan.types), dtype=bool)
    for at, kind, _, _ in plan.leaves:
        found[kind] |= at in there
    for child, parent in plan.upwards:
        found[parent] |= found[child]
    return found


def plus(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """The sum of two tables of one shape (int64); what one of them lacks, the whole lacks."""
    total = np.add(one, two, dtype=np.int64)
    for part in (one, two):
        if part.min(initial=0) < 0:
            total[part == NOT_PUBLISHED] = NOT_PUBLISHED
    return total


def add_up(parts: np.ndarray) -> np.ndarray:
    """The sum over the first axis (int64); what one part lacks, the whole lacks."""
    total = parts.sum(axis=0, dtype=np.int64)
    lacking = (parts == NOT_PUBLISHED).any(axis=0)
    if lacking.any():
        total[lacking] = NOT_PUBLISHED
    return total
