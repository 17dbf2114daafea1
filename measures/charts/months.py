"""The axis of months that trends and small multiples share."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import ceil

from crime_data.months import MONTH_NAMES, months_between


def check(months: Sequence[date], lengths: Sequence[tuple[str, int]]) -> None:
    """Raises `ValueError` when there are no months, a month is missing or a series has another length."""
    if not months:
        raise ValueError("a chart needs at least one month")
    if any(months_between(a, b) != 1 for a, b in pairwise(months)):
        raise ValueError("the months of a chart follow one another without a gap")
    for name, length in lengths:
        if length != len(months):
            raise ValueError(f"{name}: {length} values, {len(months)} months")


def named(months: Sequence[date]) -> list[tuple[int, str]]:
    """Position and name of the few months named below the axis: each quarter, half year or January."""
    count = len(months)
    if count <= 15:
        places = list(range(0, count, 3))
    elif count <= 24:
        places = list(range((1 - months[0].month) % 6, count, 6))
    else:
        places = list(range((1 - months[0].month) % 12, count, 12))
    if count > 60:
        return [(place, str(months[place].year)) for place in places[:: ceil(len(places) / 8)]]
    return [(place, short(months[place])) for place in places]


def short(month: date) -> str:
    """`Jan 2024`."""
    return f"{MONTH_NAMES[month.month - 1][:3]} {month.year}"
