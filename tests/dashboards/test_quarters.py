"""Quarters: their names, which one is shown, and as at which day."""

from datetime import date

import pytest

from dashboards.quarters import Quarter, asked
from measures.queries.newest import OFFERED, quarters_with_figures

TODAY = date(2026, 5, 20)
HELD = (date(2010, 4, 1), date(2026, 4, 1))
NEWEST = Quarter(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("first", "financial", "calendar"),
    [
        (date(2025, 4, 1), "Quarter 1 of 2025 to 2026", "Quarter 2 of 2025"),
        (date(2025, 7, 1), "Quarter 2 of 2025 to 2026", "Quarter 3 of 2025"),
        (date(2025, 10, 1), "Quarter 3 of 2025 to 2026", "Quarter 4 of 2025"),
        (date(2026, 1, 1), "Quarter 4 of 2025 to 2026", "Quarter 1 of 2026"),
        (date(2000, 1, 1), "Quarter 4 of 1999 to 2000", "Quarter 1 of 2000"),
    ],
)
def test_a_quarter_is_called_after_the_partnership_s_year(first, financial, calendar):
    assert Quarter(first).name(4) == financial
    assert Quarter(first).name(1) == calendar


def test_a_quarter_knows_its_months_and_when_it_closes():
    quarter = Quarter(date(2025, 10, 1))

    assert (quarter.last_month, quarter.closes_on) == (date(2025, 12, 1), date(2026, 1, 31))
    assert (quarter.months, quarter.key) == ("October to December 2025", "2025-10")
    assert quarter.back(3) == Quarter(date(2025, 1, 1)) and quarter.back(-1) == NEWEST


@pytest.mark.parametrize(
    ("month", "first"),
    [
        (date(2026, 3, 1), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 1, 1)),
        (date(2026, 5, 1), date(2026, 1, 1)),
        (date(2026, 6, 1), date(2026, 4, 1)),
        (date(2026, 1, 1), date(2025, 10, 1)),
    ],
)
def test_a_quarter_has_ended_when_its_last_month_is_held(month, first):
    assert quarters_with_figures((None, month), TODAY)[0] == first


@pytest.mark.parametrize(
    "written", ["", "2025", "2025-4", "2025-05", "2025-13", "25-04", "2025-04-01", "٢٠٢٥-04"]
)
def test_what_names_no_quarter_is_none(written):
    assert Quarter.parse(written) is None


def test_an_address_names_a_quarter():
    assert Quarter.parse("2025-04") == Quarter(date(2025, 4, 1))
    assert Quarter.parse(NEWEST.key) == NEWEST


def test_without_a_question_the_newest_quarter_shows_what_is_held_today():
    page = asked(None, None, held=HELD, today=TODAY)

    assert (page.quarter, page.day, page.query) == (NEWEST, None, "")
    assert page.then == date(2026, 1, 31)  # the last board's day
    assert not page.is_past


def test_a_past_quarter_stands_still_as_at_the_day_it_closed():
    page = asked(Quarter(date(2025, 4, 1)), None, held=HELD, today=TODAY)

    assert page.is_past and not page.given
    assert page.day == page.then == date(2025, 7, 31)
    assert page.query == "?quarter=2025-04"


def test_a_quarter_that_has_not_closed_yet_is_not_shown_as_at_a_coming_day():
    page = asked(Quarter(date(2026, 1, 1)), None, held=(HELD[0], date(2026, 6, 1)), today=date(2026, 4, 10))

    assert page.is_past and page.day is None


def test_a_day_that_was_asked_for_counts_for_any_quarter():
    page = asked(Quarter(date(2025, 4, 1)), date(2026, 2, 1), held=HELD, today=TODAY)

    assert (page.day, page.given) == (date(2026, 2, 1), True)
    assert page.query == "?quarter=2025-04&as_at=2026-02-01"
    assert asked(None, TODAY, held=HELD, today=TODAY).day is None


def test_the_newest_quarters_are_offered():
    page = asked(None, None, held=HELD, today=TODAY)

    assert page.choices[0] == NEWEST and len(page.choices) == OFFERED
    assert list(page.choices) == sorted(page.choices, reverse=True)


def test_quarters_are_offered_by_whose_end_a_year_is_held():
    page = asked(None, None, held=(date(2025, 1, 1), date(2026, 4, 1)), today=TODAY)

    assert page.choices == (NEWEST, Quarter(date(2025, 10, 1)))


def test_with_less_than_a_year_held_the_newest_quarter_is_still_shown():
    page = asked(None, None, held=(date(2026, 2, 1), date(2026, 4, 1)), today=TODAY)

    assert page.choices == (NEWEST,) == (page.quarter,)


@pytest.mark.parametrize("first", [date(2026, 4, 1), date(2023, 1, 1)])
def test_a_quarter_that_is_not_offered_is_answered_with_the_newest(first):
    assert asked(Quarter(first), None, held=HELD, today=TODAY).quarter == NEWEST


def test_without_figures_the_calendar_says_which_quarter_is_the_newest():
    assert asked(None, None, held=(None, None), today=TODAY).quarter == NEWEST
    assert asked(None, None, held=(None, None), today=date(2026, 4, 1)).quarter == NEWEST
    assert asked(None, None, held=(None, None), today=date(2026, 3, 31)).quarter == NEWEST.back(1)
