"""Periods of a monthly series: which months they are, and their sums.

A period is a `range` of positions in the series. `first` is the month that position 0 stands for, `starts`
the calendar month that the partnership's year begins with: 4 for the financial year, 1 for the calendar year.
`None` is a month that was not published: a sum with one in it is None, never a smaller number.
"""

from collections.abc import Sequence
from datetime import date

FINANCIAL, CALENDAR = 4, 1
"""The month that a year begins with."""


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


def total(values: Sequence[int | None], months: range) -> int | None:
    """The sum over these months; None when one was not published or lies outside the series."""
    if not months or months.start < 0 or months.stop > len(values):
        return None
    found = [value for value in values[months.start : months.stop] if value is not None]
    return sum(found) if len(found) == len(months) else None


def rolling_year(end: int) -> range:
    """The twelve months that end with position `end`."""
    return range(end - 11, end + 1)


def year_to_date(end: int, first: date, starts: int = FINANCIAL) -> range:
    """From the start of the partnership's year to position `end`; twelve months in its last month."""
    return range(end - _month_of_year(end, first, starts), end + 1)


def whole_year(end: int, first: date, starts: int = FINANCIAL) -> range:
    """The partnership's year that position `end` lies in, to its last month."""
    start = year_to_date(end, first, starts).start
    return range(start, start + 12)


def quarter(end: int, first: date, starts: int = FINANCIAL) -> range:
    """The quarter that position `end` lies in, to its last month, published or not."""
    start = end - _month_of_year(end, first, starts) % 3
    return range(start, start + 3)


def last_whole_quarter(end: int, first: date, starts: int = FINANCIAL) -> range:
    """The newest quarter that is over with position `end`."""
    here = quarter(end, first, starts)
    return here if here.stop == end + 1 else range(here.start - 3, here.stop - 3)


def year_before(months: range) -> range:
    """The same months a year earlier. For twelve months, the twelve before them."""
    return range(months.start - 12, months.stop - 12)


def beside_last_year(values: Sequence[int | None], months: range) -> tuple[int | None, int | None]:
    """The sums (now, before) over these months and over the same months of the year before."""
    return total(values, months), total(values, year_before(months))


def _month_of_year(position: int, first: date, starts: int) -> int:
    """0 for the first month of the partnership's year."""
    if not 1 <= starts <= 12:
        raise ValueError(f"a year starts with month 1 to 12, not {starts!r}")
    return (first.month - starts + position) % 12
