"""What each release says of one figure, and what moved most between two."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crime_data import queries
from crime_data.models import CrimeType
from crime_data.queries import NotHeld
from tests.mps_files import BURGLARY, RAPE, ROBBERY, changed, make_file

pytestmark = pytest.mark.django_db
YEAR = {"first": date(2023, 1, 1), "last": date(2023, 12, 1)}


def of_each(number: int):
    return lambda row, month: number


def told(area="Bexley", crime_type="all", **months) -> queries.Ledger:
    return queries.ledger(
        held=queries.holdings(),
        area=queries.find_area(area),
        crime_type=CrimeType.objects.get(key=crime_type),
        **YEAR | months,
    )


@pytest.fixture
def three(bring_in):
    """Publications to January, February and March 2024, of 20, 21 and 19 offences a line and month."""
    for at, number in enumerate((20, 21, 19)):
        bring_in(make_file(first=date(2022, 2 + at, 1), count=of_each(number)))


# --- the ledger ------------------------------------------------------------------------------


def test_releases_stand_in_the_order_of_publication_with_their_differences(three):
    ledger = told()

    assert [(one.release.key, one.value, one.since_before, one.to_current) for one in ledger.said] == [
        ("to-202401", 480, None, -24),
        ("to-202402", 504, 24, -48),
        ("to-202403", 456, -48, 0),
    ]
    assert ledger.current.release.key == "to-202403"
    assert ledger.without_months == 0


def test_a_release_that_does_not_hold_all_the_months_is_counted_and_left_out(three):
    ledger = told(last=date(2024, 2, 1))

    assert [one.release.key for one in ledger.said] == ["to-202402", "to-202403"]
    assert ledger.without_months == 1


def test_a_release_that_does_not_publish_the_figure_says_so(bring_in):
    bring_in(make_file(labels=(BURGLARY, RAPE), count=of_each(10)))
    bring_in(make_file(first=date(2022, 3, 1), labels=(BURGLARY, ROBBERY), count=of_each(10)))

    ledger = told(crime_type="personal-robbery")

    assert [(one.value, one.since_before, one.to_current) for one in ledger.said] == [
        (None, None, None),
        (120, None, 0),
    ]


def test_two_releases_that_meet_across_a_break_are_marked(bring_in):
    bring_in(make_file(count=of_each(10)))
    bring_in(make_file(first=date(2022, 6, 1), count=of_each(10)))

    before, after = told().said

    assert not before.breaks
    assert "connect-geography" in {one.key for one in after.breaks}


def test_months_that_nothing_holds_are_said_so(three):
    with pytest.raises(
        NotHeld, match=r"No release holds all the months 2015-01 to 2023-12. The newest, to-2024"
    ):
        told(first=date(2015, 1, 1))


def test_as_json_the_ledger_has_every_release(three):
    said = told().as_json()

    assert (said["current_release"], said["current_value"]) == ("to-202403", 456)
    assert [one["value"] for one in said["releases"]] == [480, 504, 456]
    assert [one["difference_to_release_before"] for one in said["releases"]] == [None, 24, -48]


def test_a_ledger_takes_one_query_however_many_releases(three):
    held = queries.holdings()
    area, kind = queries.find_area("Bexley"), CrimeType.objects.get(key="all")

    with CaptureQueriesContext(connection) as made:
        queries.ledger(held=held, area=area, crime_type=kind, **YEAR)

    assert len(made) == 1


# --- what moved most -------------------------------------------------------------------------


def moved(**given) -> queries.Moves:
    before, now = queries.newest_two(queries.holdings())
    return queries.moves(before=before, now=now, **given)


@pytest.fixture
def one_cell(bring_in):
    """Two publications that differ in one cell: Bexley's burglary of March 2023, by five."""
    bring_in(make_file(count=of_each(10)))
    bring_in(
        changed(
            lambda table: table[3].__setitem__(3 + 12, "15"),
            first=date(2022, 3, 1),
            count=of_each(10),
        )
    )


def test_what_moved_is_found_up_to_the_force_and_over_the_shared_months(one_cell):
    moves = moved()

    assert moves.period == "March 2022 to January 2024"
    assert {(str(move.area), move.crime_type.key) for move in moves.moved} == {
        (area, kind)
        for area in ("Bexley", "South East", "Metropolitan Police")
        for kind in ("all", "burglary", "residential-burglary")
    }
    assert {move.difference for move in moves.moved} == {5}


def test_what_moved_agrees_with_the_ledger(one_cell):
    [move] = [m for m in moved(kinds=["borough"]).moved if m.crime_type.key == "burglary"]

    ledger = told(crime_type="burglary", first=date(2022, 3, 1), last=date(2024, 1, 1))

    assert [one.value for one in ledger.said] == [move.before, move.now]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("difference", "Metropolitan Police"), ("percent", "Bexley"), ("area", "Bexley")],
)
def test_the_list_is_sorted_as_asked(bring_in, sort, first):
    bring_in(make_file(count=of_each(10)))
    more = {3: 12, 5: 11}  # Bexley and Bromley
    bring_in(make_file(first=date(2022, 3, 1), count=lambda row, month: more.get(row % 32, 10)))

    assert str(moved(kinds=["force", "borough"], sort=sort).moved[0].area) == first


def test_a_percentage_of_next_to_nothing_is_not_given(bring_in):
    bring_in(make_file(count=lambda row, month: int(month < 3)))
    bring_in(make_file(first=date(2022, 3, 1), count=lambda row, month: int(month < 4)))

    assert {move.percent for move in moved(kinds=["borough"]).moved} == {None}


def test_types_that_only_one_of_the_two_publishes_are_named_and_not_compared(bring_in):
    bring_in(make_file(labels=(BURGLARY, RAPE), count=of_each(10)))
    bring_in(make_file(first=date(2022, 3, 1), labels=(BURGLARY, ROBBERY), count=of_each(10)))

    moves = moved()

    assert {kind.key for kind in moves.only_before} == {"sexual-offences", "rape"}
    assert {kind.key for kind in moves.only_now} == {"robbery", "personal-robbery"}
    assert moves.moved == ()


def test_releases_without_a_month_in_common_have_nothing_to_compare(bring_in):
    bring_in(make_file(count=of_each(10)))
    bring_in(make_file(first=date(2024, 2, 1), count=of_each(10)))
    one, other = queries.holdings()

    assert queries.newest_two([one, other]) is None
    assert queries.moves(before=other, now=one).period == ""


def test_moves_take_as_many_queries_however_many_areas(one_cell):
    before, now = queries.newest_two(queries.holdings())

    with CaptureQueriesContext(connection) as made:
        queries.moves(before=before, now=now)

    assert len(made) == 3
