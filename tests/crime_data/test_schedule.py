"""When sources are looked for, day by day."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.schedule import is_stale, next_due, retry_after_failure

pytestmark = pytest.mark.once
DAY = timedelta(days=1)
days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
rhythms = st.sampled_from(["monthly", "quarterly", "yearly"])
release_days = st.integers(1, 31)


def tries(rhythm: str, release_day: int, last_success: date, until: date) -> list[date]:
    """The days on which a worker looks that runs each day and never finds anything newer."""
    found, today = [], last_success + DAY
    while (due := next_due(rhythm, release_day, last_success, today)) and due <= until:
        found.append(due)
        today = due + DAY
    return found


def of_november(*numbers: int) -> list[date]:
    return [date(2026, 11, number) for number in numbers]


def test_the_mets_files_are_looked_for_on_the_6th():
    assert next_due("monthly", 6, date(2026, 10, 6), date(2026, 10, 6)) == date(2026, 11, 6)
    assert next_due("monthly", 6, date(2026, 10, 6), date(2026, 11, 6)) == date(2026, 11, 6)


def test_after_a_success_nothing_is_looked_for_before_the_next_usual_day():
    assert tries("monthly", 6, date(2026, 10, 9), date(2026, 11, 5)) == []


def test_what_is_late_is_looked_for_daily_for_ten_days_and_then_weekly():
    expected = of_november(*range(6, 17), 23, 30)

    assert tries("monthly", 6, date(2026, 10, 6), date(2026, 12, 5)) == expected


def test_the_next_usual_day_begins_anew_when_a_month_was_left_out():
    late = tries("monthly", 6, date(2026, 10, 6), date(2026, 12, 8))

    assert late[-4:] == [date(2026, 11, 30), date(2026, 12, 6), date(2026, 12, 7), date(2026, 12, 8)]


def test_a_publication_that_was_a_month_late_does_not_hide_the_next():
    assert next_due("monthly", 6, date(2026, 11, 3), date(2026, 11, 3)) == date(2026, 11, 6)


def test_weekends_and_holidays_are_days_like_others():
    assert next_due("monthly", 6, date(2026, 5, 20), date(2026, 6, 1)) == date(2026, 6, 6)  # a Saturday
    assert next_due("monthly", 25, date(2026, 11, 26), date(2026, 12, 1)) == date(2026, 12, 25)


@pytest.mark.parametrize(
    ("last_success", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 2, 28), date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_the_31st_is_the_last_day_of_a_shorter_month(last_success, due):
    assert next_due("monthly", 31, last_success, last_success) == due


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)])
def test_the_days_on_which_clocks_and_calendars_change_are_tried_once(change):
    looked = tries("monthly", change.day - 2, change - 3 * DAY, change + 3 * DAY)

    assert looked == [change + n * DAY for n in range(-2, 4)]


def test_a_quarterly_source_comes_in_the_month_after_a_quarter():
    for month, due in ((1, 4), (3, 4), (5, 7), (8, 10)):
        assert next_due("quarterly", 23, date(2026, month, 25), date(2026, month, 26)) == date(2026, due, 23)
    assert next_due("quarterly", 23, date(2026, 10, 23), date(2026, 10, 23)) == date(2027, 1, 23)


def test_a_late_quarter_is_looked_for_weekly_until_the_next():
    late = tries("quarterly", 23, date(2026, 4, 23), date(2026, 10, 31))

    assert late[:13] == [date(2026, 7, 23) + n * DAY for n in (*range(11), 17, 24)]
    assert late[-9:] == [date(2026, 10, 23) + n * DAY for n in range(9)]
    assert all(before < date(2026, 10, 23) for before in late[:-9])


def test_a_yearly_source_is_looked_for_from_the_eleventh_month():
    assert next_due("yearly", 15, date(2025, 7, 16), date(2025, 8, 1)) == date(2026, 6, 15)
    looked = tries("yearly", 15, date(2025, 7, 16), date(2026, 7, 31))
    assert date(2026, 7, 15) in looked
    assert len(looked) == 24


def test_what_comes_once_is_never_due():
    assert next_due("once", 1, None, date(2026, 11, 6)) is None
    assert next_due("once", 1, date(2020, 1, 1), date(2026, 11, 6)) is None


def test_what_was_never_found_is_due_now():
    assert next_due("monthly", 6, None, date(2026, 11, 24)) == date(2026, 11, 24)


def test_an_unknown_rhythm_is_a_mistake():
    with pytest.raises(ValueError, match="“weekly” is not a rhythm"):
        next_due("weekly", 6, date(2026, 11, 6), date(2026, 11, 6))
    with pytest.raises(ValueError, match="“weekly” is not a rhythm"):
        is_stale(date(2026, 11, 6), "weekly", date(2026, 11, 6))


@given(rhythms, release_days, days, days)
def test_nothing_is_due_before_today_or_the_day_after_a_success(rhythm, release_day, last_success, today):
    due = next_due(rhythm, release_day, last_success, today)

    assert due >= today
    assert due > last_success


@given(rhythms, release_days, days, st.integers(0, 800))
def test_asking_later_never_gives_an_earlier_day(rhythm, release_day, last_success, later):
    today = last_success + later * DAY

    due = next_due(rhythm, release_day, last_success, today)

    assert next_due(rhythm, release_day, last_success, due) == due
    assert due <= next_due(rhythm, release_day, last_success, today + DAY)


@given(rhythms, release_days, days)
def test_a_publisher_is_never_asked_often(rhythm, release_day, last_success):
    looked = tries(rhythm, release_day, last_success, last_success + 500 * DAY)

    months: dict[tuple[int, int], int] = {}
    for day in looked:
        months[day.year, day.month] = months.get((day.year, day.month), 0) + 1
    assert max(months.values()) <= 16
    assert max(later - earlier for earlier, later in pairwise(looked)) <= 7 * DAY


@given(release_days, days)
def test_no_monthly_publication_waits_longer_than_a_week(release_day, last_success):
    looked = tries("monthly", release_day, last_success, last_success + 400 * DAY)

    assert looked[0] - last_success <= 31 * DAY


@given(st.integers(0, 50))
def test_failures_are_tried_again_ever_more_slowly(failures):
    assert retry_after_failure(failures) <= retry_after_failure(failures + 1) <= DAY


def test_the_waits_after_failures():
    waits = [retry_after_failure(failures) for failures in range(6)]

    assert [wait.total_seconds() / 60 for wait in waits] == [0, 15, 60, 240, 1440, 1440]


def test_an_hours_wait_is_an_hour_in_the_night_of_the_clocks():
    london = ZoneInfo("Europe/London")
    failed = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 01:30, for the first time

    again = (failed + retry_after_failure(2)).astimezone(london)

    assert (again.hour, again.minute, again.fold) == (1, 30, 1)


@pytest.mark.parametrize(("rhythm", "most"), [("monthly", 40), ("quarterly", 110), ("yearly", 400)])
def test_a_source_grows_stale(rhythm, most):
    last = date(2026, 2, 6)

    assert not is_stale(last, rhythm, last + most * DAY)
    assert is_stale(last, rhythm, last + (most + 1) * DAY)
    assert is_stale(None, rhythm, last)
    assert not is_stale(last, rhythm, last - DAY)


def test_what_comes_once_does_not_grow_stale():
    assert not is_stale(None, "once", date(2026, 11, 6))
    assert not is_stale(date(2011, 3, 27), "once", date(2026, 11, 6))


@given(rhythms, release_days, days)
def test_a_publisher_on_time_is_never_stale(rhythm, release_day, last_success):
    due = next_due(rhythm, release_day, last_success, last_success)

    assert not is_stale(last_success, rhythm, due)
