"""What a printed percentage says about a number that was not printed.

A document gives 99 offences, "up 18%". The earlier count is not in it, but rounding leaves only a small
range. Such a number is derived: it is shown as such and never mixed with imported counts.
"""

import math
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Derived:
    """A number worked out from rounded print: its limits, and `low` to `high`, the limits as whole numbers.

    They are rounded to the nearest whole number (a half inwards), so that a base which the publisher's own
    rounding just misses is not ruled out: 65 at -44% has limits 115.04 and 117.12 and gives 115 to 117.
    """

    lower: float
    upper: float
    low: int
    high: int
    formula: str


def derived_base(count: int, percent: float | str, decimals: int = 0) -> Derived:
    """The earlier count behind a count and its printed change: 99 at +18% gives 84.

    `percent` has its sign; `decimals` is how many it was printed with. Raises `ValueError` for a fall of
    100% or more, from which no base follows.
    """
    low, high = _rounded(percent, decimals)
    if 100 + low <= 0:
        raise ValueError("no base follows from a fall of 100%")
    return _derived(100 * count / (100 + high), 100 * count / (100 + low), "count / (1 + change)")


def derived_base_of_difference(difference: int, percent: float | str, decimals: int = 1) -> Derived:
    """The earlier count behind a printed difference and its percentage: 120 or 8.4% gives 1,420 to 1,437.

    Without signs, or both with theirs. Raises `ValueError` when rounding may have hidden a change of 0.
    """
    low, high = sorted(abs(limit) for limit in _rounded(percent, decimals))
    if Fraction(str(percent)) == 0 or low * high == 0:
        raise ValueError("no base follows from a change that was printed as 0")
    size = abs(difference)
    return _derived(100 * size / high, 100 * size / low, "difference / change")


def derived_count(percent: float | str, base: int, decimals: int = 0) -> Derived:
    """The count behind a printed share of a known whole: 36% of 300 gives 107 to 109."""
    low, high = _rounded(percent, decimals)
    return _derived(max(Fraction(0), low) * base / 100, min(Fraction(100), high) * base / 100, "share x base")


def _rounded(percent: float | str, decimals: int) -> tuple[Fraction, Fraction]:
    """What a percentage may have been before it was rounded; exact, so that halves stay halves."""
    printed, half = Fraction(str(percent)), Fraction(1, 2 * 10**decimals)
    return printed - half, printed + half


def _derived(lower: Fraction, upper: Fraction, formula: str) -> Derived:
    half = Fraction(1, 2)
    return Derived(float(lower), float(upper), math.floor(lower + half), math.ceil(upper - half), formula)
