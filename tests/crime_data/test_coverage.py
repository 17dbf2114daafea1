"""The grid of sources and months."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crime_data import queries, services
from crime_data.models import Release, ReleaseFile
from tests.mps_files import BOROUGHS, make_file

pytestmark = pytest.mark.django_db


def row_of(last: date, months: int = 12):
    grid = queries.coverage(last=last, months=months)
    return next(row for row in grid.rows if row.source.key == "mps-borough")


def signs(last: date, months: int = 12) -> str:
    return "".join(month.sign for month in row_of(last, months).months)


def test_months_of_the_newest_release_of_older_ones_and_of_none_differ(bring_in):
    bring_in(make_file(count=lambda row, month: 10))
    bring_in(make_file(first=date(2022, 5, 1), count=lambda row, month: 10))

    row = row_of(date(2024, 6, 1), 36)

    # Nothing to January 2022, then three months that only the older release has.
    assert "".join(month.sign for month in row.months) == "·" * 7 + "◧" * 3 + "■" * 24 + "·" * 2
    assert row.summary == ("27 of 36 months, 24 in the newest release (to-202404) and 3 only in older ones.")


def test_what_waits_for_a_person_is_marked_and_not_counted_as_held(bring_in):
    bring_in(make_file(boroughs=BOROUGHS[1:]))

    assert signs(date(2024, 1, 1)) == "!" * 12
    assert row_of(date(2024, 1, 1)).summary == "No month of these is in use; 12 wait for a person."


def test_what_was_withdrawn_is_marked(bring_in):
    bring_in(make_file())
    services.withdraw_release(release=Release.objects.get(), by=None, reason="Wrong months.")

    assert signs(date(2024, 1, 1)) == "×" * 12


def test_a_month_that_the_publisher_left_out_is_marked(bring_in):
    """A file without a column for a month is used only after a person has looked."""
    lines = make_file().decode().splitlines()
    without = "\r\n".join(",".join(c for at, c in enumerate(line.split(",")) if at != 20) for line in lines)
    bring_in(without.encode() + b"\r\n")
    services.accept_file(file=ReleaseFile.objects.get(), by=None, reason="It was never published.")

    assert signs(date(2024, 1, 1)) == "■" * 5 + "○" + "■" * 6
    assert row_of(date(2024, 1, 1)).summary.endswith("; 1 not published.")


def test_sources_with_something_in_these_months_come_first_and_all_are_there(bring_in):
    bring_in(make_file())

    grid = queries.coverage(last=date(2024, 1, 1), months=12)

    assert grid.rows[0].source.key == "mps-borough"
    assert len(grid.rows) == queries.source_list().count()
    assert grid.years == [(2023, 11), (2024, 1)]


def test_it_takes_four_queries_at_most(bring_in):
    for month in range(2, 6):
        bring_in(make_file(first=date(2022, month, 1), count=lambda row, at: 0 if at == 3 else 10))

    with CaptureQueriesContext(connection) as made:
        queries.coverage(last=date(2024, 5, 1), months=36)

    assert len(made) <= 4
