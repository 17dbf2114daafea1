"""Tails of the Poisson, binomial and normal distributions, and the parameter that gives a tail its size.

Each tail is a function of the logarithm of its parameter and answers a logarithm: on that scale they are
nearly straight lines, and no probability is too small to hold. Each is used only on the far side of its
count, where the terms of its sum shrink from the first one on.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

LEVEL = 0.95
"""Two-sided confidence level of every statement the portal makes."""

_NORMAL = NormalDist()


def deviate(level: float = LEVEL) -> float:
    """How many standard deviations hold this share of a normal distribution: 1.96 for 95%.

    Raises `ValueError` for a level outside 0.5 to 1.
    """
    if not 0.5 <= level < 1:
        raise ValueError(f"a confidence level lies between 0.5 and 1, not at {level!r}")
    return -_NORMAL.inv_cdf((1 - level) / 2)


def log_outside(level: float, dispersion: float) -> float:
    """The logarithm of the probability that each of two limits leaves out.

    A dispersion above 1 leaves out less, so that limits lie `sqrt(dispersion)` times as many standard
    deviations out. Raises `ValueError` for a level outside 0.5 to 1 and a dispersion below 1.
    """
    if not (1 <= dispersion < math.inf):
        raise ValueError(f"a dispersion is a finite number, 1 or more, not {dispersion!r}")
    reach = deviate(level)
    return math.log((1 - level) / 2) if dispersion == 1 else log_normal_tail(math.sqrt(dispersion) * reach)


def log_normal_tail(deviations: float) -> float:
    """The logarithm of the probability of lying more than so many standard deviations above the mean.

    Far out, where the probability itself is below what a float can hold, by the asymptotic series (M.
    Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964), 26.2.12).
    """
    if deviations < 30:
        return math.log(math.erfc(deviations / math.sqrt(2)) / 2)
    inverse = deviations**-2
    series = -inverse + 3 * inverse**2 - 15 * inverse**3 + 105 * inverse**4
    return -(deviations**2) / 2 - math.log(deviations * math.sqrt(2 * math.pi)) + math.log1p(series)


def deviations_of(log_tail: float) -> float:
    """The inverse of `log_normal_tail`, for tails of at most a half."""
    if log_tail > -600:
        return max(0.0, -_NORMAL.inv_cdf(math.exp(log_tail)))
    most = math.sqrt(-2 * log_tail)  # a tail is always below exp(-d * d / 2)
    return root(lambda deviations: log_normal_tail(deviations) - log_tail, 0.9 * most, most)


def log_poisson_at_least(count: int) -> Callable[[float], float]:
    """`count` or more, by the logarithm of the mean."""
    steps = _steps(count)

    def log_tail(log_mean: float) -> float:
        ratios = math.exp(log_mean) / (count + steps)
        return _log_poisson(count, log_mean) + math.log1p(_sum_of_products(ratios))

    return log_tail


def log_poisson_at_most(count: int) -> Callable[[float], float]:
    """`count` or fewer, by the logarithm of the mean."""
    steps = _steps(count, count)

    def log_tail(log_mean: float) -> float:
        ratios = (count + 1 - steps) / math.exp(log_mean)
        return _log_poisson(count, log_mean) + math.log1p(_sum_of_products(ratios))

    return log_tail


def log_mid_tail(count: int, rest: int) -> Callable[[float], float]:
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


def where(log_probability: float, log_tail: Callable[[float], float], start: float, direction: int) -> float:
    """The parameter at which the tail has fallen to this size, going from the logarithm `start`."""

    def excess(log_parameter: float) -> float:
        return log_tail(log_parameter) - log_probability

    near, step = start, direction * 0.05
    far = near + step
    while excess(far) > 0:
        near, step = far, 2 * step
        far = near + step
    return math.exp(root(excess, near, far))


def root(falling: Callable[[float], float], high: float, low: float) -> float:
    """Where `falling` is 0, given it is 0 or more at `high` and below 0 at `low`: Ridders' method.

    C. J. F. Ridders, IEEE Transactions on Circuits and Systems 26 (1979), 979-980. Needs no derivative,
    never leaves the bracket, and doubles its correct digits with every two calls.
    """
    at_high, at_low = falling(high), falling(low)
    found, previous = low, high
    while abs(found - previous) > 1e-13 * (1 + abs(found)) and at_high > 0:
        middle = (high + low) / 2
        at_middle = falling(middle)
        bend = at_middle / math.sqrt(at_middle**2 - at_high * at_low)
        previous, found = found, middle + (low - high) / 2 * bend
        known = ((at_high, high), (at_middle, middle), (falling(found), found), (at_low, low))
        at_high, high = min(point for point in known if point[0] >= 0)
        at_low, low = max(point for point in known if point[0] < 0)
    return high if at_high == 0 else found


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
