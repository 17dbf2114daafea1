"""Events too rare for monthly limits: the time between them instead of the number in a month."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from measures.statistics.counts import whole
from measures.statistics.process import Limits, process_limits
from measures.statistics.tails import LEVEL

RARE_BELOW = 1.5
"""Mean count a month below which an XmR chart misleads: most months are 0 or 1, and no month can be low."""

T_POWER = 1 / 3.6
"""Turns exponential times into nearly normal ones (Nelson 1994)."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Rare events in a series of months, by the months between them.

    `gaps` are the whole months without an event between one month with events and the next (0: the very next
    month, or two events in one month); `current` the months without one since the last, None when there was
    no event. `chance` is the probability of a current gap at least this long if nothing has changed;
    `limit` the upper limit of a g chart, None with fewer than two gaps; `unusual` whether `chance` is below
    5%, and None when there was no event.
    """

    events: int
    months: int
    gaps: tuple[int, ...]
    current: int | None
    longest: int | None
    limit: float | None
    chance: float | None
    unusual: bool | None


def too_rare(monthly: Sequence[int | None]) -> bool:
    """Whether the published months hold fewer than 1.5 events on average; False when none is published."""
    published = [value for value in monthly if value is not None]
    return bool(published) and sum(published) < RARE_BELOW * len(published)


def gaps(monthly: Sequence[int | None]) -> Gaps:
    """The gaps in a series of months and how unusual the present one is.

    A gap with an unpublished month in it is of unknown length and left out; when the present gap has one,
    `current` is counted from the month after it. Raises `ValueError` for what is no count.
    """
    found: list[int] = []
    events = run = 0
    known = False  # whether the start of the running gap was seen
    for value in monthly:
        if value is None:
            run, known = 0, False
            continue
        count = whole(value)
        events += count
        if not count:
            run += 1
            continue
        if known:
            found.append(run)
        found += [0] * (count - 1)
        run, known = 0, True
    months = sum(value is not None for value in monthly)
    if not events:
        return Gaps(0, months, (), None, None, None, None, None)
    chance = gap_probability(events, months - run, run)
    limit = g_limit(found) if len(found) > 1 else None
    longest = max(found) if found else None
    return Gaps(events, months, tuple(found), run, longest, limit, chance, chance < 1 - LEVEL)


def gap_probability(events: int, period: float, gap: float) -> float:
    """The probability that a gap at least this long follows, when `events` happened in `period` before it.

    Both in the same unit (months, days). Given that all happened in `period + gap`, each lies in the first
    part with probability `period / (period + gap)`: no rate has to be guessed. For a long period this is
    exp(-events x gap / period). Raises `ValueError` for negative times and no time at all.

    Source: Przyborowski and Wilenski (1940), as `counts.ratio_interval`, with no event in the second period.
    """
    if period < 0 or gap < 0 or not period + gap > 0:
        raise ValueError("a period and a gap are 0 or more, and not both 0")
    return (period / (period + gap)) ** whole(events)


def g_limit(between: Sequence[int]) -> float:
    """Upper limit of a g chart: mean + 3 sqrt(mean (mean + 1)) of the months (or cases) between events.

    Raises `ValueError` when there are none.

    Source: J. C. Benneyan, "Number-between g-type statistical quality control charts for monitoring adverse
    events", Health Care Management Science 4 (2001), 305-318.
    """
    if not between:
        raise ValueError("a g chart needs at least one gap")
    mean = sum(whole(one) for one in between) / len(between)
    return mean + 3 * math.sqrt(mean * (mean + 1))


def t_limits(days: Sequence[float]) -> Limits:
    """Centre and limits of a t chart: of the days between events, in days.

    The limits of an XmR chart of days to the power 1/3.6, turned back. Raises `ValueError` for fewer than two
    gaps and negative ones.

    Source: L. S. Nelson, "A control chart for parts-per-million nonconforming items", Journal of Quality
    Technology 26 (1994), 239-240.
    """
    if any(not 0 <= one < math.inf for one in days):
        raise ValueError("days between events are numbers, 0 or more")
    limits = process_limits([one**T_POWER for one in days])
    return Limits(*(bound ** (1 / T_POWER) for bound in (limits.mean, limits.lower, limits.upper)))


def days_between(on: Sequence[date]) -> tuple[int, ...]:
    """The days from each event to the next, in order of time."""
    ordered = sorted(on)
    return tuple((after - before).days for before, after in itertools.pairwise(ordered))
