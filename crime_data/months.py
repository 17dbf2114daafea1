"""Months, held as the `datetime.date` of their first day.

Pure helpers: no Django, no locale (month names are English whatever the server's setting). A date that is
not the first of a month raises `ValueError`, so that a day never slips into a monthly series unseen.
"""

from datetime import date
from functools import lru_cache

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def add_months(month: date, n: int) -> date:
    """The month `n` months after `month`; a negative `n` goes back."""
    return _month(_number(month) + n)


def months_between(first: date, last: date) -> int:
    """How many months `last` lies after `first`: 0 for the same month, 11 from January to December.

    Negative when `last` is the earlier one.
    """
    return _number(last) - _number(first)


@lru_cache(maxsize=512)  # pages ask for the same months of every measure
def month_range(first: date, last: date) -> tuple[date, ...]:
    """Every month from `first` to `last`, both included; empty when `last` is before `first`."""
    return tuple(_month(number) for number in range(_number(first), _number(last) + 1))


def label(month: date) -> str:
    """`January 2024`."""
    return f"{MONTH_NAMES[month.month - 1]} {month.year}"


def period_label(first: date, last: date) -> str:
    """The months from `first` to `last`, both included, in words; a year that they share is said once.

    `June 2024`, `January to December 2023`, `February 2019 to January 2020`. Raises `ValueError` when `last`
    is before `first`.
    """
    length = months_between(first, last)
    if length < 0:
        raise ValueError(f"the period ends ({last}) before it starts ({first})")
    if length == 0:
        return label(first)
    start = MONTH_NAMES[first.month - 1] if first.year == last.year else label(first)
    return f"{start} to {label(last)}"


def _number(month: date) -> int:
    """Months since year 0, so that arithmetic is plain subtraction."""
    if month.day != 1:
        raise ValueError(f"{month} is not the first day of a month")
    return month.year * 12 + month.month - 1


def _month(number: int) -> date:
    year, index = divmod(number, 12)
    return date(year, index + 1, 1)
