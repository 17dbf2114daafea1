"""Invented counts for the demonstration: a size a borough, a level, a drift, a season, and chance.

The stream of `RandomState` is frozen by its makers, so the same seed gives the same counts everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from crime_data.mapping import area_rows
from csp_portal.demo.figures import AIRPORTS, BOROUGH_SIZES

CONNECT = date(2024, 3, 1)  # the first whole month in the Met's new recording system
_LEVEL_YEAR = 2023

SUMMER = (0.93, 0.92, 1.0, 1.0, 1.05, 1.07, 1.08, 1.03, 1.0, 1.0, 0.97, 0.95)
EVEN = (1.0,) * 12

Counts = np.ndarray  # int64, a row a borough in the order of BOROUGHS, a column a month


@dataclass(frozen=True)
class Borough:
    """`size` is 100 for a borough of middling recorded crime."""

    name: str
    code: str
    size: int


_CODES = {area.name: area.code for area in area_rows() if area.kind == "borough"}
BOROUGHS = tuple(
    Borough(name, _CODES[name], size) for name, size in BOROUGH_SIZES.items() if name != AIRPORTS
)
ROW = {borough.name: at for at, borough in enumerate(BOROUGHS)}


@dataclass(frozen=True)
class Level:
    """What is counted in a year in a borough of size 100, how it moves from year to year, and how far the new
    recording system moves it at once."""

    yearly: float
    drift: float = 1.0
    season: tuple[float, ...] = EVEN
    after_connect: float = 1.0


def scattered(level: Level, months: Sequence[date], *, seed: int) -> Counts:
    """Counts that scatter about a level as independent events do."""
    chance = np.random.RandomState(seed)
    tilts = 0.85 + 0.3 * chance.random_sample(len(BOROUGHS))
    sizes = np.array([borough.size for borough in BOROUGHS]) / 100
    shape = np.array([_shape(level, month) for month in months])
    return chance.poisson(np.outer(sizes * tilts, shape))


def _shape(level: Level, month: date) -> float:
    years = month.year + (month.month - 0.5) / 12 - _LEVEL_YEAR
    step = level.after_connect if month >= CONNECT else 1.0
    return level.yearly / 12 * level.drift**years * level.season[month.month - 1] * step


def part_of(whole: Counts, share: float, *, seed: int) -> Counts:
    """How many of what was counted are of one kind; never more than the whole."""
    return np.random.RandomState(seed).binomial(whole, share)


def bring_to_total(counts: Counts, rows: Sequence[int], columns: slice, total: int) -> None:
    """Scale the cells of these boroughs and months to an exact total, the remainder by largest fraction."""
    cells = counts[rows, columns]
    if not cells.sum():
        raise ValueError(f"Nothing to scale to {total}.")
    exact = cells * (total / cells.sum())
    scaled = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - scaled), axis=None, kind="stable")
    scaled.ravel()[order[: total - int(scaled.sum())]] += 1
    counts[rows, columns] = scaled


def columns_of(months: Sequence[date], first: date, last: date) -> slice:
    return slice(months.index(first), months.index(last) + 1)
