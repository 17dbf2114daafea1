"""Which months a period has, and that a sum never covers one that was not published."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.months import add_months, month_range
from measures.statistics import (
    CALENDAR,
    FINANCIAL,
    beside_last_year,
    last_whole_quarter,
    quarter,
    rolling_year,
    total,
    whole_year,
    year_before,
    year_to_date,
)

FIRST = date(2019, 1, 1)


def months_of(positions, first=FIRST):
    return [add_months(first, position) for position in positions]


@pytest.mark.parametrize(
    ("period", "end", "starts", "first", "last"),
    [
        (year_to_date, date(2024, 3, 1), FINANCIAL, date(2023, 4, 1), date(2024, 3, 1)),
        (year_to_date, date(2024, 4, 1), FINANCIAL, date(2024, 4, 1), date(2024, 4, 1)),
        (year_to_date, date(2024, 3, 1), CALENDAR, date(2024, 1, 1), date(2024, 3, 1)),
        (whole_year, date(2009, 6, 1), FINANCIAL, date(2009, 4, 1), date(2010, 3, 1)),
        (whole_year, date(2024, 12, 1), CALENDAR, date(2024, 1, 1), date(2024, 12, 1)),
        (quarter, date(2024, 5, 1), FINANCIAL, date(2024, 4, 1), date(2024, 6, 1)),
        (quarter, date(2024, 2, 1), FINANCIAL, date(2024, 1, 1), date(2024, 3, 1)),
        (quarter, date(2024, 12, 1), 3, date(2024, 12, 1), date(2025, 2, 1)),
        (last_whole_quarter, date(2024, 5, 1), FINANCIAL, date(2024, 1, 1), date(2024, 3, 1)),
        (last_whole_quarter, date(2024, 6, 1), FINANCIAL, date(2024, 4, 1), date(2024, 6, 1)),
    ],
)
def test_a_period_has_the_months_of_the_partnerships_year(period, end, starts, first, last):
    start = date(2008, 7, 1)
    position = (end.year - start.year) * 12 + end.month - start.month
    found = months_of(period(position, start, starts), start)
    assert tuple(found) == month_range(first, last)


def test_a_rolling_year_stands_beside_the_twelve_months_before():
    positions = rolling_year(len(month_range(FIRST, date(2020, 1, 1))) - 1)
    assert months_of(positions)[0] == date(2019, 2, 1)
    assert months_of(positions)[-1] == date(2020, 1, 1)
    values = list(range(24))
    assert beside_last_year(values, rolling_year(23)) == (sum(range(12, 24)), sum(range(12)))


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 500)), max_size=40),
    st.integers(-15, 45),
    st.integers(0, 14),
)
def test_a_sum_covers_every_month_or_is_none(values, start, length):
    months = range(start, start + length)
    found = [values[at] if 0 <= at < len(values) else None for at in months]
    assert total(values, months) == (sum(found) if found and None not in found else None)


@given(st.lists(st.integers(0, 9), min_size=24, max_size=40), st.integers(0, 39), st.integers(1, 12))
def test_the_same_period_a_year_earlier_is_twelve_months_back(values, end, starts):
    months = year_to_date(end, FIRST, starts)
    assert [month.month for month in months_of(months)] == [
        month.month for month in months_of(year_before(months))
    ]
    now, before = beside_last_year(values, months)
    assert (now is None) == (months.start < 0 or end >= len(values))
    if months.start < 12:
        assert before is None


def test_a_year_starts_with_a_month():
    with pytest.raises(ValueError, match="month 1 to 12"):
        year_to_date(5, FIRST, 0)
