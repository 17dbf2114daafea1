"""What counts of offences can and cannot say: exact limits for one count, a rate, and the ratio of two.

Offences are taken to be counted one by one and independently (a Poisson count). Real crime comes in clusters
and seasons. `dispersion` says by how much its monthly scatter exceeds that of a Poisson count (see
`dispersion.py`); the limits then lie `sqrt(dispersion)` times as far out on the normal scale: they are the
exact limits for a level higher than asked. With 1 they are the exact ones. That keeps interval and test of
one mind, keeps limits above 0, and for large counts is the quasi-likelihood interval, whose variance is the
Poisson one times the dispersion.

Source: P. McCullagh and J. A. Nelder, "Generalized Linear Models" (2nd edition 1989), sections 6.2.3 and 9.2.
"""

import math
from functools import lru_cache

from measures.statistics.tails import (
    LEVEL,
    deviations_of,
    log_mid_tail,
    log_normal_tail,
    log_outside,
    log_poisson_at_least,
    log_poisson_at_most,
    where,
)


def poisson_interval(count: int, level: float = LEVEL, dispersion: float = 1.0) -> tuple[float, float]:
    """Exact limits (lower, upper) for the mean behind one observed count.

    Each limit leaves out (1 - level) / 2. The lower limit of 0 is 0. Raises `ValueError` for a negative or
    fractional count, for a level outside 0.5 to 1 and for a dispersion below 1.

    Source: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936), 437-442.
    """
    count = whole(count)
    outside = log_outside(level, dispersion)
    lower = 0.0 if count == 0 else where(outside, log_poisson_at_least(count), math.log(count), -1)
    upper = where(outside, log_poisson_at_most(count), math.log(count + 0.5), +1)
    return lower, upper


def rate(count: int, population: float, per: float = 1_000) -> float:
    """Offences per 1,000 people (or households, or another number); `ValueError` without a population."""
    return per * whole(count) / people(population)


def rate_interval(
    count: int, population: float, per: float = 1_000, level: float = LEVEL, dispersion: float = 1.0
) -> tuple[float, float]:
    """Limits (lower, upper) for a rate per 1,000: those of its count. The population is taken as known.

    Raises `ValueError` as `poisson_interval` does and for a population that is not above 0.

    Source: the exact method of "Technical briefing 3: Commonly used public health statistics and their
    confidence intervals", Association of Public Health Observatories (2008).
    """
    size = people(population)
    lower, upper = poisson_interval(count, level, dispersion)
    return per * lower / size, per * upper / size


def ratio_interval(
    now: int, before: int, level: float = LEVEL, dispersion: float = 1.0
) -> tuple[float, float]:
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
    now, before = whole(now), whole(before)
    outside = log_outside(level, dispersion)
    inverse = _lower_ratio(before, now, outside)
    return _lower_ratio(now, before, outside), (1 / inverse if inverse else math.inf)


def ratio_p_value(now: int, before: int, dispersion: float = 1.0, exposure: float = 1.0) -> float:
    """Two-sided mid-P value for "both periods had the same mean"; 1 when the counts are equal.

    The test behind `ratio_interval`: below 0.05 exactly when the 95% interval leaves out 1. `exposure` is
    how much larger the population or the length of the period behind `now` is than that behind `before`; the
    question is then whether both had the same rate.
    """
    now, before = whole(now), whole(before)
    log_outside(LEVEL, dispersion)  # refuses a dispersion below 1
    if not 0 < exposure < math.inf:
        raise ValueError(f"an exposure is a number above 0, not {exposure!r}")
    if now == exposure * before:
        return 1.0
    more_now = now > exposure * before
    larger, smaller = (now, before) if more_now else (before, now)
    log_tail = log_mid_tail(larger, smaller)(math.log(exposure) * (1 if more_now else -1))
    if dispersion > 1:
        log_tail = log_normal_tail(deviations_of(min(log_tail, -math.log(2))) / math.sqrt(dispersion))
    return min(1.0, 2 * math.exp(log_tail))


def whole(value: float) -> int:
    """A count as a plain `int`; `ValueError` for a negative, fractional or missing one."""
    count = int(value)
    if count != value or count < 0:
        raise ValueError(f"a count is a whole number, 0 or more, not {value!r}")
    return count


def people(population: float) -> float:
    """A population; `ValueError` unless it is a finite number above 0."""
    if not 0 < population < math.inf:
        raise ValueError(f"a population is a number above 0, not {population!r}")
    return float(population)


@lru_cache(maxsize=16_384)  # the same pairs come back on every page that shows a table of changes
def _lower_ratio(now: int, before: int, log_outside: float) -> float:
    if now == 0:
        return 0.0
    return where(log_outside, log_mid_tail(now, before), math.log(now / (before + 0.5)), -1)
