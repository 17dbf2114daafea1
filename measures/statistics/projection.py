"""Where a year will end: the count so far, what last year's remaining months added, and how sure that is."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from measures.statistics.counts import whole
from measures.statistics.tails import LEVEL

SMALLEST_PATTERN = 30
"""Last year's count in the same months below which its pattern is not used: the months left count alike."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A year's total if the rest of it goes on as it began.

    `expected` is the mean of the total, `low` to `high` the whole numbers that hold it in 95% of cases.
    `by_pattern` says whether last year's pattern was used (else the months left count like those past).
    """

    so_far: int
    months_so_far: int
    months_left: int
    expected: float
    low: int
    high: int
    by_pattern: bool
    dispersion: float
    variance: float

    def chance_at_most(self, bound: float) -> float:
        """The probability (0 to 1) that the year ends with this many at most."""
        left = math.floor(bound) - self.so_far
        if left < 0 or not self.months_left:
            return float(left >= 0)
        cumulative = _cumulative(self.expected - self.so_far, self.variance)
        return float(cumulative[min(left, len(cumulative) - 1)])

    def chance_at_least(self, bound: float) -> float:
        """The probability (0 to 1) that the year ends with this many at least."""
        return 1.0 - self.chance_at_most(math.ceil(bound) - 1)


def project(
    so_far: int,
    months_so_far: int,
    *,
    last_year_so_far: int | None = None,
    last_year_rest: int | None = None,
    dispersion: float = 1.0,
) -> Projection:
    """Project a year of twelve months from the count of its first ones.

    With last year's counts for the same months and for the remaining ones, the rest is
    `so_far x last_year_rest / last_year_so_far`; where they are not held or too few for a pattern,
    `so_far x months left / months past`. The remaining count is taken as negative binomial with that mean
    and variance: its own scatter (dispersion x mean) and the uncertainty of the mean (mean^2 x dispersion x
    the sum of 1 / count for the counts it is made of; a half stands for a count of 0). What changes the rest
    of the year - a new way of recording, a new operation - is in no interval. Raises `ValueError` for
    months outside 1 to 12, what is no count, and a dispersion below 1.

    Source: the delta method for a product of counts, P. McCullagh and J. A. Nelder (1989), section 6.2;
    negative binomial predictions, J. M. Hilbe, "Negative Binomial Regression" (2nd edition 2011), chapter 8.
    """
    so_far = whole(so_far)
    if not 1 <= months_so_far <= 12:
        raise ValueError(f"1 to 12 months of a year can be past, not {months_so_far!r}")
    if not 1 <= dispersion < math.inf:
        raise ValueError(f"a dispersion is a finite number, 1 or more, not {dispersion!r}")
    months_left = 12 - months_so_far
    if not months_left:
        return Projection(so_far, 12, 0, float(so_far), so_far, so_far, False, dispersion, 0.0)
    ratio, known = months_left / months_so_far, [so_far]
    by_pattern = (
        last_year_so_far is not None
        and last_year_rest is not None
        and whole(last_year_so_far) >= SMALLEST_PATTERN
        and whole(last_year_rest) > 0
    )
    if by_pattern and last_year_so_far and last_year_rest:
        ratio, known = last_year_rest / last_year_so_far, [so_far, last_year_so_far, last_year_rest]
    mean = max(so_far, 0.5) * ratio
    variance = dispersion * (mean + mean**2 * sum(1 / max(count, 0.5) for count in known))
    low, high = _middle(mean, variance)
    return Projection(
        so_far,
        months_so_far,
        months_left,
        so_far + mean,
        so_far + low,
        so_far + high,
        by_pattern,
        dispersion,
        variance,
    )


def _middle(mean: float, variance: float) -> tuple[int, int]:
    cumulative = _cumulative(mean, variance)
    outside = (1 - LEVEL) / 2
    return int(np.searchsorted(cumulative, outside)), int(np.searchsorted(cumulative, 1 - outside))


@lru_cache(maxsize=64)
def _cumulative(mean: float, variance: float) -> np.ndarray:
    """Probabilities of 0 up to k for a negative binomial count, to far beyond its last likely value."""
    size = mean**2 / (variance - mean)
    success = mean / variance
    most = int(mean + 12 * math.sqrt(variance) + 40)
    steps = np.arange(1, most + 1, dtype=float)
    logs = np.cumsum(np.log1p((size - 1) / steps) + math.log1p(-success))
    log_none = size * math.log(success)
    return np.minimum(1.0, np.cumsum(np.exp(log_none + np.concatenate(([0.0], logs)))))
