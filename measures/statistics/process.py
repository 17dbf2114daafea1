"""Process limits of a monthly series (XmR chart) and the signals that it has changed.

The rules are those of NHS England's Making Data Count. All limits of a stretch come from its own months; a
new stretch starts only where somebody gives a reason, or where the way of counting has a declared break.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

XMR_FACTOR = 2.66
"""3 / 1.128: from a mean moving range of two neighbours to three standard deviations (Wheeler 1993)."""

RUN = 7
"""Neighbouring months that make a shift (all on one side of the mean) or a trend (each above the last)."""

SHORTEST_STRETCH = 12
"""Published months that limits are shown for; fewer make limits that the next month would move."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean of a monthly series and the limits its ordinary months stay within, in the unit of the series."""

    mean: float
    lower: float
    upper: float


class Rule(StrEnum):
    """What makes a signal. A single month outside, seven on one side of the mean, seven each above (or below)
    the one before, two of three in the outer third towards one limit with all three on that side."""

    OUTSIDE = "outside"
    SHIFT = "shift"
    TREND = "trend"
    NEAR_LIMIT = "near-limit"


@dataclass(frozen=True, slots=True)
class Rebase:
    """A position from which limits are worked out anew, and why: a reason given, or the name of a break."""

    position: int
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("limits are re-based only with a reason")


@dataclass(frozen=True, slots=True)
class Signal:
    """Months `first` to `last` (positions, both included) that chance alone would rarely make.

    `higher` says on which side: above the mean or rising.
    """

    rule: Rule
    first: int
    last: int
    higher: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Months `start` up to `stop` (not included) that share limits; `limits` is None where they are too few.

    `reason` says why it starts here; it is empty for the first one.
    """

    start: int
    stop: int
    limits: Limits | None
    reason: str


@dataclass(frozen=True, slots=True)
class Process:
    """A series' stretches, and what was found in them, in order of time."""

    stretches: tuple[Stretch, ...]
    findings: tuple[Signal, ...]

    def limits(self) -> tuple[Limits | None, ...]:
        """The limits of each month, one for each position of the series."""
        return tuple(one.limits for one in self.stretches for _ in range(one.start, one.stop))

    def latest(self, position: int) -> tuple[Signal, ...]:
        """The signals that the month at `position` is part of, in the order of the rules."""
        order = list(Rule)
        found = [signal for signal in self.findings if signal.first <= position <= signal.last]
        return tuple(sorted(found, key=lambda signal: order.index(signal.rule)))


def process_limits(monthly: Sequence[float | None]) -> Limits:
    """Natural process limits of an individuals (XmR) chart: mean +/- 2.66 mean moving range, never below 0.

    Moving ranges are taken between neighbouring published months only. All of them count: as in NHS
    England's own workbook, and other than in L. S. Nelson, Journal of Quality Technology 14 (1982), 172-173,
    large ones are not screened out. Raises `ValueError` when there is no such pair.

    Source: D. J. Wheeler, "Understanding Variation: the key to managing chaos" (1993).
    """
    months = np.array([math.nan if value is None else value for value in monthly], dtype=float)
    ranges = np.abs(np.diff(months))
    ranges = ranges[~np.isnan(ranges)]
    if not ranges.size:
        raise ValueError("limits need at least two neighbouring months")
    mean = float(np.nanmean(months))
    reach = XMR_FACTOR * float(ranges.mean())
    return Limits(mean, max(0.0, mean - reach), mean + reach)


def process(
    monthly: Sequence[float | None], rebases: Sequence[Rebase] = (), *, shortest: int = SHORTEST_STRETCH
) -> Process:
    """Limits for each stretch of the series and the signals inside it.

    `rebases` may come in any order; two at one position, or one outside the series, raise `ValueError`. A
    stretch with fewer than `shortest` published months gets neither limits nor signals. A run ends where a
    month was not published, at a month that equals the mean (shift) or the month before (trend), and at the
    end of its stretch. Counts have a skew that the limits do not know: below about 1.5 a month use `rare.py`.

    Source: NHS England, "Making data count: strengthening your decisions" (2019), and its XmR workbook: one
    point outside the limits, seven on one side of the mean, seven consecutively rising or falling, two of
    three close to a limit.
    """
    starts = [0, *sorted(rebase.position for rebase in rebases)]
    if any(not 0 < position < len(monthly) for position in starts[1:]) or len({*starts}) < len(starts):
        raise ValueError("each re-basing has a place of its own inside the series, after its first month")
    reasons = {rebase.position: rebase.reason for rebase in rebases}
    stretches: list[Stretch] = []
    findings: list[Signal] = []
    for start, stop in zip(starts, [*starts[1:], len(monthly)], strict=True):
        months = monthly[start:stop]
        limits = _limits(months, shortest)
        stretches.append(Stretch(start, stop, limits, reasons.get(start, "")))
        if limits:
            reach = XMR_FACTOR * _mean_range(months)
            findings += sorted(_signals(months, start, limits.mean, reach), key=lambda one: one.first)
    return Process(tuple(stretches), tuple(findings))


def _limits(months: Sequence[float | None], shortest: int) -> Limits | None:
    if sum(value is not None for value in months) < shortest:
        return None
    try:
        return process_limits(months)
    except ValueError:  # no two neighbours
        return None


def _mean_range(months: Sequence[float | None]) -> float:
    pairs = itertools.pairwise(months)
    return float(np.mean([abs(b - a) for a, b in pairs if a is not None and b is not None]))


def _signals(months: Sequence[float | None], start: int, mean: float, reach: float) -> Iterator[Signal]:
    sides = [0 if value is None else (value > mean) - (value < mean) for value in months]
    for position, value in enumerate(months):
        if value is not None and abs(value - mean) > reach:
            yield Signal(Rule.OUTSIDE, start + position, start + position, value > mean)
    for first, last in _runs(sides):
        if last - first + 1 >= RUN:
            yield Signal(Rule.SHIFT, start + first, start + last, sides[first] > 0)
    steps = [0 if a is None or b is None else (b > a) - (b < a) for a, b in itertools.pairwise(months)]
    for first, last in _runs(steps):
        if last - first + 2 >= RUN:  # one step fewer than months
            yield Signal(Rule.TREND, start + first, start + last + 1, steps[first] > 0)
    yield from _near_limit(months, sides, start, mean, reach)


def _near_limit(
    months: Sequence[float | None], sides: Sequence[int], start: int, mean: float, reach: float
) -> Iterator[Signal]:
    near = [
        side if value is not None and 2 / 3 * reach < abs(value - mean) <= reach else 0
        for value, side in zip(months, sides, strict=True)
    ]
    threes = [
        first
        for first in range(len(months) - 2)
        if abs(sum(sides[first : first + 3])) == 3 and abs(sum(near[first : first + 3])) >= 2
    ]
    for first in threes:
        if first - 1 in threes and sides[first - 1] == sides[first]:
            continue  # told with the three before
        last = first
        while last + 1 in threes and sides[last + 1] == sides[first]:
            last += 1
        yield Signal(Rule.NEAR_LIMIT, start + first, start + last + 2, sides[first] > 0)


def _runs(signs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last positions of each unbroken run of +1 or of -1."""
    first = 0
    for position in range(1, len(signs) + 1):
        if position == len(signs) or signs[position] != signs[first]:
            if signs[first]:
                yield first, position - 1
            first = position
