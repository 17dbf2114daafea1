"""A month beside the same month of earlier years."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from measures.statistics.counts import ratio_p_value, whole
from measures.statistics.tails import LEVEL

FEWEST_YEARS = 3
"""Earlier years that a range of the usual is given for."""

MOST_YEARS = 5
"""Earlier years that are looked at: what was usual before that may not be so any more."""


@dataclass(frozen=True, slots=True)
class Season:
    """A month's count, the counts of the same month in earlier years (newest first), and what is usual.

    `expected` is their mean; `low` and `high` hold 95% of such months, both included. These three are None,
    and `unusual` too, with fewer than three earlier years.
    """

    now: int
    earlier: tuple[int, ...]
    expected: float | None
    low: int | None
    high: int | None
    unusual: bool | None
    dispersion: float


def season(
    monthly: Sequence[int | None], position: int, *, years: int = MOST_YEARS, dispersion: float = 1.0
) -> Season | None:
    """Hold the month at `position` against the same month of the `years` before; None if not published.

    `low` to `high` are the counts that the two-sided mid-P test at 5% would not tell from the earlier ones,
    given as one count over that many years: a prediction interval, wider than the limits of the mean. The
    larger of `dispersion` and the scatter among the earlier counts themselves widens it, so that a series
    which moves from year to year is not called unusual for moving again. Raises `IndexError` for a position
    outside the series and `ValueError` for what is no count.

    Source: W. Nelson, "Confidence intervals for the ratio of two Poisson means and Poisson predictor
    intervals", IEEE Transactions on Reliability 19 (1970), 42-49.
    """
    if not 0 <= position < len(monthly):
        raise IndexError(f"the series has no month {position}")
    value = monthly[position]
    if value is None:
        return None
    now = whole(value)
    held = (monthly[place] for place in range(position - 12, max(-1, position - 12 * years - 1), -12))
    earlier = tuple(whole(count) for count in held if count is not None)
    if len(earlier) < FEWEST_YEARS:
        return Season(now, earlier, None, None, None, None, dispersion)
    spread = max(dispersion, _scatter(earlier))
    low, high = prediction_interval(sum(earlier), len(earlier), spread)
    return Season(now, earlier, sum(earlier) / len(earlier), low, high, not low <= now <= high, spread)


def prediction_interval(count: int, periods: float, dispersion: float = 1.0) -> tuple[int, int]:
    """The whole numbers (low, high) that one more period may have, after `count` in that many periods.

    The ends of what the two-sided test of two rates at 5% does not tell apart from the earlier ones.
    """
    middle = round(count / periods)

    def told_apart(value: int) -> bool:
        return ratio_p_value(value, count, dispersion, 1 / periods) < 1 - LEVEL

    step = 1
    while not told_apart(middle + step):
        step *= 2
    high = _last(lambda value: not told_apart(value), middle, middle + step)
    if not told_apart(0):
        return 0, high
    low = -_last(lambda value: not told_apart(-value), -middle, 0)
    return low, high


def _last(holds: Callable[[int], bool], at: int, beyond: int) -> int:
    """The last whole number for which `holds`, given that it does `at` and does not `beyond`."""
    while beyond - at > 1:
        between = (at + beyond) // 2
        at, beyond = (between, beyond) if holds(between) else (at, between)
    return at


def _scatter(counts: Sequence[int]) -> float:
    mean = sum(counts) / len(counts)
    if not mean:
        return 1.0
    return max(1.0, sum((count - mean) ** 2 for count in counts) / mean / (len(counts) - 1))
