from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.months import add_months, label, month_range, months_between, period_label

months = st.builds(date, st.integers(1900, 2100), st.integers(1, 12), st.just(1))


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2024, 1, 1), 0, date(2024, 1, 1)),
        (date(2024, 1, 1), -1, date(2023, 12, 1)),
        (date(2024, 12, 1), 1, date(2025, 1, 1)),
        (date(2024, 2, 1), -12, date(2023, 2, 1)),
        (date(2019, 2, 1), 11, date(2020, 1, 1)),
    ],
)
def test_months_are_added_across_years(start, n, expected):
    assert add_months(start, n) == expected


@given(months, st.integers(-600, 600))
def test_adding_and_counting_months_undo_each_other(month, n):
    assert months_between(month, add_months(month, n)) == n


def test_a_range_holds_its_first_and_its_last_month():
    assert month_range(date(2023, 11, 1), date(2024, 1, 1)) == (
        date(2023, 11, 1),
        date(2023, 12, 1),
        date(2024, 1, 1),
    )


def test_a_range_of_one_month_holds_it_once():
    assert month_range(date(2024, 6, 1), date(2024, 6, 1)) == (date(2024, 6, 1),)


def test_a_range_that_ends_before_it_starts_is_empty():
    assert month_range(date(2024, 6, 1), date(2024, 5, 1)) == ()


@pytest.mark.parametrize(
    "call",
    [
        lambda day: add_months(day, 1),
        lambda day: months_between(day, date(2024, 1, 1)),
        lambda day: month_range(date(2024, 1, 1), day),
        lambda day: period_label(day, date(2024, 12, 1)),
    ],
)
def test_a_day_inside_a_month_is_refused(call):
    with pytest.raises(ValueError, match="not the first day of a month"):
        call(date(2024, 1, 15))


def test_a_month_is_named_in_english_with_its_year():
    assert label(date(2024, 1, 1)) == "January 2024"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2023, 1, 1), date(2023, 12, 1), "January to December 2023"),
        (date(2019, 2, 1), date(2020, 1, 1), "February 2019 to January 2020"),
        (date(2024, 6, 1), date(2024, 6, 1), "June 2024"),
        (date(2026, 4, 1), date(2026, 6, 1), "April to June 2026"),
    ],
)
def test_a_period_says_a_shared_year_once(first, last, expected):
    assert period_label(first, last) == expected


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="before it starts"):
        period_label(date(2024, 6, 1), date(2024, 5, 1))
