"""What monthly counts can and cannot say: sums, exact intervals, and whether a change could be chance.

Everything here assumes that offences are counted one by one and independently (a Poisson count). Real crime
comes in clusters and seasons, which widens every interval: a change called "beyond chance" here has passed
the least that can be asked of it, and one that is not called so would not pass a stricter test either.

Plain numbers in, plain numbers out. `None` is a month that was not published; it is never read as 0.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

LEVEL = 0.95
"""Two-sided confidence level of every statement the portal makes."""

XMR_FACTOR = 2.66
"""3 / 1.128: from a mean moving range of two neighbours to three standard deviations (Wheeler 1993)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One count beside the count for an equal period before it.

    `now`, `before` and `difference` are counts; `percent`, `low` and `high` are per cent of `before`, with
    `low` and `high` the limits of the 95% interval around `percent`. All three are None when there is nothing
    to take a percentage of (`before` is None or 0). `beyond_chance` is the answer of a two-sided test at 5%.
    """

    now: int
    before: int | None
    difference: int | None
    percent: float | None
    low: float | None
    high: float | None
    beyond_chance: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean of a monthly series and the limits its ordinary months stay within, in the unit of the series."""

    mean: float
    lower: float
    upper: float


def rolling_sum(values: Sequence[int | None], window: int = 12) -> list[int | None]:
    """For each month the sum of the `window` months ending with it; same length as `values`.

    None where fewer than `window` months have passed or one of them was not published: a sum over eleven
    months must never stand beside one over twelve. Raises `ValueError` when `window` is below 1.
    """
    if window < 1:
        raise ValueError("the window is at least one month")
    sums: list[int | None] = []
    total = missing = 0
    for position, entering in enumerate(values):
        leaving = values[position - window] if position >= window else 0
        total += (entering or 0) - (leaving or 0)
        missing += (entering is None) - (leaving is None)
        sums.append(total if position >= window - 1 and not missing else None)
    return sums


def poisson_interval(count: int, level: float = LEVEL) -> tuple[float, float]:
    """Exact limits (lower, upper) for the mean behind one observed count.

    Each limit leaves out (1 - level) / 2. The lower limit of 0 is 0. Raises `ValueError` for a negative or
    fractional count and for a level outside 0.5 to 1.

    Source: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936), 437-442.
    """
    count = _count(count)
    outside = _outside(level)
    lower = 0.0 if count == 0 else _where(outside, _log_poisson_at_least(count), math.log(count), -1)
    upper = _where(outside, _log_poisson_at_most(count), math.log(count + 0.5), +1)
    return lower, upper


def ratio_interval(now: int, before: int, level: float = LEVEL) -> tuple[float, float]:
    """Limits (lower, upper) for the ratio of the two means behind counts over periods of equal length.

    226 then 300 gives 1.117 to 1.579: a rise of 11.7% to 57.9%. The lower limit is 0 when `now` is 0, the
    upper one infinite when `before` is 0; two zeros say nothing (0 to infinity). Raises `ValueError` as
    `poisson_interval` does.

    Given their total, `now` is binomial, and its odds are the ratio sought. The tails are mid-P: half of the
    probability of the count itself. The fully exact (Clopper-Pearson) limits, 11.3% to 58.5% in the example,
    cover more than 95% of cases and so miss real changes in the small counts of one borough; mid-P
    keeps close to 95% on average, at the price of no strict guarantee for each single mean.

    Sources: J. Przyborowski and H. Wilenski, "Homogeneity of results in testing samples from Poisson series",
    Biometrika 31 (1940), 313-323 (the conditional test); C. J. Clopper and E. S. Pearson, Biometrika 26
    (1934), 404-413 (limits by turning a test round); G. Berry and P. Armitage, "Mid-P confidence intervals: a
    brief review", The Statistician 44 (1995), 417-423.
    """
    now, before = _count(now), _count(before)
    outside = _outside(level)
    inverse = _lower_ratio(before, now, outside)
    return _lower_ratio(now, before, outside), (1 / inverse if inverse else math.inf)


def ratio_p_value(now: int, before: int) -> float:
    """Two-sided mid-P value for "both periods had the same mean"; 1 when the counts are equal.

    The test behind `ratio_interval`: below 0.05 exactly when the 95% interval leaves out 1.
    """
    now, before = _count(now), _count(before)
    if now == before:
        return 1.0
    larger, smaller = max(now, before), min(now, before)
    return min(1.0, 2 * math.exp(_log_mid_tail(larger, smaller)(0.0)))


def change(now: int, before: int | None) -> Change:
    """Compare `now` with the count for the equal period before it; `before` is None when that is not held.

    Raises `ValueError` for negative or fractional counts.
    """
    now = _count(now)
    if before is None:
        return Change(now, None, None, None, None, None, False)
    before = _count(before)
    difference = now - before
    beyond_chance = ratio_p_value(now, before) < 1 - LEVEL
    if before == 0:
        return Change(now, before, difference, None, None, None, beyond_chance)
    low, high = ratio_interval(now, before)
    percent = 100 * difference / before
    return Change(now, before, difference, percent, 100 * (low - 1), 100 * (high - 1), beyond_chance)


def process_limits(monthly: Sequence[float | None]) -> Limits:
    """Natural process limits of an individuals (XmR) chart: mean +/- 2.66 mean moving range, never below 0.

    Moving ranges are taken between neighbouring published months only. Raises `ValueError` when there is no
    such pair; twelve months or more make limits worth showing.

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


def _count(value: int) -> int:
    count = int(value)
    if count != value or count < 0:
        raise ValueError(f"a count is a whole number, 0 or more, not {value!r}")
    return count


def _outside(level: float) -> float:
    """The probability that each of two limits leaves out."""
    if not 0.5 <= level < 1:
        raise ValueError(f"a confidence level lies between 0.5 and 1, not at {level!r}")
    return (1 - level) / 2


@lru_cache(maxsize=16_384)  # the same pairs come back on every page that shows a table of changes
def _lower_ratio(now: int, before: int, outside: float) -> float:
    if now == 0:
        return 0.0
    return _where(outside, _log_mid_tail(now, before), math.log(now / (before + 0.5)), -1)


# Tails. Each is a function of the logarithm of its parameter and answers a logarithm: on that scale they are
# nearly straight lines, and no probability is too small to hold. Each is used only on the far side of its
# count, where the terms of its sum shrink from the first one on.


def _log_poisson_at_least(count: int) -> Callable[[float], float]:
    steps = _steps(count)

    def log_tail(log_mean: float) -> float:
        ratios = math.exp(log_mean) / (count + steps)
        return _log_poisson(count, log_mean) + math.log1p(_sum_of_products(ratios))

    return log_tail


def _log_poisson_at_most(count: int) -> Callable[[float], float]:
    steps = _steps(count, count)

    def log_tail(log_mean: float) -> float:
        ratios = (count + 1 - steps) / math.exp(log_mean)
        return _log_poisson(count, log_mean) + math.log1p(_sum_of_products(ratios))

    return log_tail


def _log_mid_tail(count: int, rest: int) -> Callable[[float], float]:
    """More than `count` of `count + rest` trials and half of just `count`, by the logarithm of the odds."""
    total = count + rest
    log_ways = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(rest + 1)
    steps = _steps(min(count, rest), rest)
    falling = (rest + 1 - steps) / (count + steps)

    def log_tail(log_odds: float) -> float:
        odds = math.exp(log_odds)
        log_exactly = log_ways + count * log_odds - total * math.log1p(odds)
        return log_exactly + math.log(0.5 + _sum_of_products(falling * odds))

    return log_tail


def _log_poisson(count: int, log_mean: float) -> float:
    return count * log_mean - math.exp(log_mean) - math.lgamma(count + 1)


def _steps(count: int, most: int | None = None) -> np.ndarray:
    """1, 2, 3 ... for as long as a tail that starts at `count` still adds to a float.

    The terms fall at least as fast as a normal curve with standard deviation sqrt(count): ten of those, and
    60 more for the smallest counts.
    """
    enough = 60 + int(10 * math.sqrt(count))
    return np.arange(1, 1 + (enough if most is None else min(enough, most)), dtype=float)


def _sum_of_products(ratios: np.ndarray) -> float:
    """a + ab + abc + ..."""
    return float(np.cumprod(ratios).sum())


def _where(probability: float, log_tail: Callable[[float], float], start: float, direction: int) -> float:
    """The parameter at which the tail has fallen to `probability`, going from `start` in `direction`."""
    goal = math.log(probability)

    def excess(log_parameter: float) -> float:
        return log_tail(log_parameter) - goal

    near, step = start, direction * 0.05
    far = near + step
    while excess(far) > 0:
        near, step = far, 2 * step
        far = near + step
    return math.exp(_root(excess, near, far))


def _root(falling: Callable[[float], float], high: float, low: float) -> float:
    """Where `falling` is 0, given it is 0 or more at `high` and below 0 at `low`: Ridders' method.

    C. J. F. Ridders, IEEE Transactions on Circuits and Systems 26 (1979), 979-980. Needs no derivative,
    never leaves the bracket, and doubles its correct digits with every two calls.
    """
    at_high, at_low = falling(high), falling(low)
    root, previous = low, high
    while abs(root - previous) > 1e-13 * (1 + abs(root)) and at_high > 0:
        middle = (high + low) / 2
        at_middle = falling(middle)
        bend = at_middle / math.sqrt(at_middle**2 - at_high * at_low)
        previous, root = root, middle + (low - high) / 2 * bend
        known = ((at_high, high), (at_middle, middle), (falling(root), root), (at_low, low))
        at_high, high = min(point for point in known if point[0] >= 0)
        at_low, low = max(point for point in known if point[0] < 0)
    return high if at_high == 0 else root
