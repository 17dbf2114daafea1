"""Shares of a whole and answers to a survey: limits for one share and for the gap between two.

A share is a number from 0 to 1 here and a percentage where the name says so. `design_effect` says how many
times larger the variance is than in a simple random sample of the same size: weighting and clustering make a
survey of 1,000 people worth 1,000 / design effect.
"""

import math

from measures.statistics.counts import whole
from measures.statistics.tails import LEVEL, deviate


def share_interval(
    count: int, base: int, level: float = LEVEL, design_effect: float = 1.0
) -> tuple[float, float]:
    """Limits (lower, upper), in per cent, for the share that `count` of `base` stands for.

    Raises `ValueError` for a count above its base, a base of 0 and what is no count, and for a design effect
    not above 0.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927), 209-212; recommended by R. G. Newcombe, Statistics in
    Medicine 17 (1998), 857-872.
    """
    lower, upper = wilson_interval(share(count, base), sample(base, design_effect), deviate(level))
    return 100 * lower, 100 * upper


def percent_interval(
    percent: float, base: int, level: float = LEVEL, design_effect: float = 1.0
) -> tuple[float, float]:
    """Limits (lower, upper), in per cent, for a printed percentage of `base` answers.

    88% of 1,118 gives 86.0% to 89.8%. Raises `ValueError` for a percentage outside 0 to 100.
    """
    lower, upper = wilson_interval(fraction(percent), sample(base, design_effect), deviate(level))
    return 100 * lower, 100 * upper


def gap_interval(
    first: float,
    first_base: int,
    second: float,
    second_base: int,
    level: float = LEVEL,
    design_effect: float = 1.0,
) -> tuple[float, float]:
    """Limits (lower, upper), in percentage points, for `first - second`, two percentages of separate groups.

    Raises `ValueError` as `percent_interval` does.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions:
    comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890, method 10 (hybrid score).
    """
    one, other = fraction(first), fraction(second)
    reach = deviate(level)
    one_low, one_high = wilson_interval(one, sample(first_base, design_effect), reach)
    other_low, other_high = wilson_interval(other, sample(second_base, design_effect), reach)
    down = math.hypot(one - one_low, other_high - other)
    up = math.hypot(one_high - one, other - other_low)
    return 100 * (one - other - down), 100 * (one - other + up)


def wilson_interval(proportion: float, size: float, deviations: float) -> tuple[float, float]:
    """Limits for a proportion (0 to 1) seen in a sample of this effective size."""
    weight = deviations**2 / size
    middle = (proportion + weight / 2) / (1 + weight)
    reach = deviations / (1 + weight) * math.sqrt(proportion * (1 - proportion) / size + weight / size / 4)
    # Rounding may leave a limit a hair inside the value it must hold, or outside 0 to 1.
    return max(0.0, min(middle - reach, proportion)), min(1.0, max(middle + reach, proportion))


def share(count: int, base: int) -> float:
    """`count` of `base` as a number from 0 to 1; `ValueError` when it is none."""
    count, base = whole(count), whole(base)
    if not 0 < base >= count:
        raise ValueError(f"{count} of {base} is no share")
    return count / base


def fraction(percent: float) -> float:
    """A percentage as a number from 0 to 1; `ValueError` outside 0 to 100."""
    if not 0 <= percent <= 100:
        raise ValueError(f"a percentage of a whole lies between 0 and 100, not at {percent!r}")
    return float(percent) / 100


def sample(base: int, design_effect: float) -> float:
    """The size of the simple random sample that would say as much; `ValueError` for an empty one."""
    if not 0 < design_effect < math.inf:
        raise ValueError(f"a design effect is a number above 0, not {design_effect!r}")
    if whole(base) == 0:
        raise ValueError("nobody was asked: a share needs a base")
    return base / design_effect
