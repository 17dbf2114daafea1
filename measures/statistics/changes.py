"""One figure beside an earlier one: the difference, its limits, and whether it could be chance.

A count, a rate and a share each have a test of their own; a mean, a maximum, days, hours and pounds have
none, because nothing is known here of the values behind them.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from measures.statistics.counts import people, ratio_interval, ratio_p_value, whole
from measures.statistics.shares import gap_interval, share
from measures.statistics.tails import LEVEL


class ChanceTest(StrEnum):
    """How a change was held against chance; `NONE` where no test is possible."""

    COUNT = "count"
    RATE = "rate"
    SHARE = "share"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Change:
    """One figure beside the figure for an equal period before it.

    `now`, `before` and `difference` are in the unit of the figure: offences, offences per 1,000, per cent
    (and then the difference in points), days. `percent` is the difference in per cent of `before`; it is
    None for shares, and where there is nothing to take a percentage of (`before` is None or 0).

    `low` and `high` are the limits of the 95% interval: around `percent` for counts and rates, around
    `difference` (points) for shares; None where there is none. `beyond_chance` is the answer of a two-sided
    test at 5%, and None where there was nothing to test. `counts` and `bases` are what stands behind a rate
    or a share, (now, before): offences and people, those who said yes and those asked.
    """

    now: float
    before: float | None
    difference: float | None
    percent: float | None
    low: float | None
    high: float | None
    beyond_chance: bool | None
    dispersion: float = 1.0
    test: ChanceTest = ChanceTest.COUNT
    counts: tuple[int, int] | None = None
    bases: tuple[float, float] | None = None


def change(now: int, before: int | None, *, dispersion: float = 1.0) -> Change:
    """Compare `now` with the count for the equal period before it; `before` is None when that is not held.

    Limits and test are those of `ratio_interval`, widened by `dispersion`. Raises `ValueError` for negative
    or fractional counts and a dispersion below 1.
    """
    now = whole(now)
    if before is None:
        return Change(now, None, None, None, None, None, None, dispersion)
    before = whole(before)
    difference = now - before
    beyond_chance = ratio_p_value(now, before, dispersion) < 1 - LEVEL
    if before == 0:
        return Change(now, before, difference, None, None, None, beyond_chance, dispersion)
    low, high = ratio_interval(now, before, dispersion=dispersion)
    percent = 100 * difference / before
    return Change(
        now, before, difference, percent, 100 * (low - 1), 100 * (high - 1), beyond_chance, dispersion
    )


def rate_change(
    now: int,
    population_now: float,
    before: int | None,
    population_before: float | None,
    *,
    per: float = 1_000,
    dispersion: float = 1.0,
) -> Change:
    """Compare two rates per 1,000, given the counts and the populations behind them.

    The test is that of two counts whose exposures differ: given their total, `now` is binomial with the odds
    of the populations. Raises `ValueError` as `change` does and for a population that is not above 0.

    Source: as `ratio_interval`; the conditional test with unequal exposures is the same one (Przyborowski
    and Wilenski 1940).
    """
    now, people_now = whole(now), people(population_now)
    rate_now = per * now / people_now
    if before is None or population_before is None:
        return Change(rate_now, None, None, None, None, None, None, dispersion, ChanceTest.RATE)
    before, people_before = whole(before), people(population_before)
    rate_before = per * before / people_before
    exposure = people_now / people_before
    beyond_chance = ratio_p_value(now, before, dispersion, exposure) < 1 - LEVEL
    percent = low = high = None
    if before:
        low, high = (
            100 * (limit / exposure - 1) for limit in ratio_interval(now, before, dispersion=dispersion)
        )
        percent = 100 * (rate_now / rate_before - 1)
    return Change(
        rate_now,
        rate_before,
        rate_now - rate_before,
        percent,
        low,
        high,
        beyond_chance,
        dispersion,
        ChanceTest.RATE,
        (now, before),
        (people_now, people_before),
    )


def share_change(
    now_count: int,
    now_base: int,
    before_count: int | None,
    before_base: int | None,
    *,
    design_effect: float = 1.0,
) -> Change:
    """Compare two shares of a whole, in percentage points.

    Beyond chance when the interval of `gap_interval` leaves out 0. Raises `ValueError` as `share_interval`
    does. Two shares of the same people (a panel asked twice) are closer than this test assumes.
    """
    now = 100 * share(now_count, now_base)
    if before_count is None or before_base is None:
        return Change(now, None, None, None, None, None, None, design_effect, ChanceTest.SHARE)
    before = 100 * share(before_count, before_base)
    counts = (whole(now_count), whole(before_count))
    return _share_change(now, now_base, before, before_base, design_effect, counts)


def survey_change(
    now_percent: float,
    now_base: int,
    before_percent: float | None,
    before_base: int | None,
    *,
    design_effect: float = 1.0,
) -> Change:
    """Compare two printed percentages, given how many people answered each time; in points.

    As `share_change`, for documents that print percentages and bases but no counts.
    """
    if before_percent is None or before_base is None:
        gap_interval(now_percent, now_base, now_percent, now_base)  # refuses what is no percentage
        return Change(float(now_percent), None, None, None, None, None, None, design_effect, ChanceTest.SHARE)
    return _share_change(float(now_percent), now_base, float(before_percent), before_base, design_effect)


def plain_change(now: float, before: float | None) -> Change:
    """Compare two means, medians or maxima, days, hours or pounds: a difference, and no test.

    Raises `ValueError` for what is no finite number.
    """
    now = _number(now)
    if before is None:
        return Change(now, None, None, None, None, None, None, test=ChanceTest.NONE)
    before = _number(before)
    percent = 100 * (now - before) / before if before > 0 else None
    return Change(now, before, now - before, percent, None, None, None, test=ChanceTest.NONE)


def _share_change(
    now: float,
    now_base: int,
    before: float,
    before_base: int,
    design_effect: float,
    counts: tuple[int, int] | None = None,
) -> Change:
    low, high = gap_interval(now, now_base, before, before_base, design_effect=design_effect)
    return Change(
        now,
        before,
        now - before,
        None,
        low,
        high,
        not low <= 0 <= high,
        design_effect,
        ChanceTest.SHARE,
        counts,
        (now_base, before_base),
    )


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is no number that can be compared")
    return float(value)
