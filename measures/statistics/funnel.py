"""Areas of different size beside each other: which rates lie outside what size and chance explain."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from measures.statistics.counts import people, whole
from measures.statistics.tails import deviate

WARNING, ALARM = 0.95, 0.998
"""The two pairs of limits: about two and about three standard deviations."""

WINSORISED = 0.1
"""Share of the areas at each end whose distance is drawn in before the scatter between areas is measured."""

FEWEST_AREAS = 5
"""Areas below which there is no telling what is usual among them."""


class Place(StrEnum):
    """Where an area lies: outside the 99.8% limits (far), outside the 95% limits, or within them."""

    FAR_ABOVE = "far-above"
    ABOVE = "above"
    WITHIN = "within"
    BELOW = "below"
    FAR_BELOW = "far-below"


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One area: its rate, the limits (lower, upper) for an area of its size, and where it lies."""

    rate: float
    population: float
    warning: tuple[float, float]
    alarm: tuple[float, float]
    place: Place


@dataclass(frozen=True, slots=True)
class Funnel:
    """The rate of all areas together, the points in the order given, and how far areas differ anyway.

    `scatter` is the mean squared distance (1 where chance explains all); `between` the standard deviation
    between areas that is added, relative to the rate's square root (0 where chance explains all).
    """

    rate: float
    per: float
    scatter: float
    between: float
    points: tuple[FunnelPoint, ...]

    def limits(self, population: float, level: float = WARNING) -> tuple[float, float]:
        """The limits (lower, upper) that an area of this size stays within, for drawing the funnel."""
        expected = self.rate * people(population) / self.per
        reach = deviate(level) * math.sqrt(1 / (4 * expected) + self.between**2)
        return self.rate * max(0.0, 1 - reach) ** 2, self.rate * (1 + reach) ** 2


def funnel(counts: Sequence[int], populations: Sequence[float], *, per: float = 1_000) -> Funnel:
    """A funnel plot of rates per 1,000 with 95% and 99.8% limits, allowing for over-dispersion.

    The square root of observed over expected has standard deviation 1 / (2 sqrt(expected)), whatever the
    rate. Distances from 1 in that measure, the largest tenth at each end drawn in (winsorised), give the
    scatter; what exceeds chance is a true difference between areas, and is added to the variance of each
    (an additive random effect), so that large areas are not called outliers merely for being large. Limits
    for an expected count below about 5 are rough. Raises `ValueError` for fewer than five areas, lists of
    unequal length, and no offence in any.

    Sources: D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in
    Medicine 24 (2005), 1185-1202; the same, "Handling over-dispersion of performance indicators", Quality and
    Safety in Health Care 14 (2005), 347-351.
    """
    if len(counts) != len(populations) or len(counts) < FEWEST_AREAS:
        raise ValueError(f"a funnel needs a count and a population for each of {FEWEST_AREAS} areas or more")
    observed = np.array([whole(count) for count in counts], dtype=float)
    sizes = np.array([people(size) for size in populations])
    if not observed.any():
        raise ValueError("a funnel needs offences in one area at least")
    rate = per * float(observed.sum() / sizes.sum())
    expected = rate * sizes / per
    scatter, between = _between(observed, expected)
    whole_funnel = Funnel(rate, per, scatter, between, ())
    points = [
        _point(whole_funnel, float(count), float(size)) for count, size in zip(observed, sizes, strict=True)
    ]
    return Funnel(rate, per, scatter, between, tuple(points))


def _point(of: Funnel, count: float, population: float) -> FunnelPoint:
    rate = of.per * count / population
    warning, alarm = of.limits(population), of.limits(population, ALARM)
    if rate > warning[1]:
        place = Place.FAR_ABOVE if rate > alarm[1] else Place.ABOVE
    elif rate < warning[0]:
        place = Place.FAR_BELOW if rate < alarm[0] else Place.BELOW
    else:
        place = Place.WITHIN
    return FunnelPoint(rate, population, warning, alarm, place)


def _between(observed: np.ndarray, expected: np.ndarray) -> tuple[float, float]:
    """Scatter (mean squared distance) and the standard deviation between areas that explains it.

    The estimate by moments: (I scatter - (I - 1)) / (sum w - sum w^2 / sum w), w the inverse variances.
    """
    distances = 2 * (np.sqrt(observed) - np.sqrt(expected))
    low, high = np.quantile(distances, [WINSORISED, 1 - WINSORISED])
    scatter = float(np.mean(np.clip(distances, low, high) ** 2))
    weights = 4 * expected
    excess = len(observed) * scatter - (len(observed) - 1)
    if excess <= 0:
        return scatter, 0.0
    room = float(weights.sum() - (weights**2).sum() / weights.sum())
    return scatter, math.sqrt(excess / room)
