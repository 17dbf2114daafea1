from datetime import date

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.utils import timezone

from audit.models import Event
from crime_data import queries, services
from crime_data.importers import BadFile, grid
from crime_data.models import (
    Area,
    AreaLink,
    Category,
    CrimeType,
    CrimeTypeTable,
    PrintedTable,
    Release,
    ReleaseFile,
)
from crime_data.packing import NOT_PUBLISHED, pack, unpack, unpack_ids
from crime_data.queries import NotHeld
from crime_data.services import Received
from tests.mps_files import (
    BOROUGHS,
    BURGLARY,
    RAPE,
    ROBBERY,
    changed,
    make_file,
    make_historical,
    make_table,
    packed,
    total_of,
    written,
)

pytestmark = pytest.mark.django_db
AIRPORTS = "London Heathrow and London City Airports"


def count_of(area: str = "Bexley", crime_type: str = "all", **asked) -> int:
    months = {"first": date(2023, 1, 1), "last": date(2023, 12, 1)}
    return queries.figures(area=queries.find_area(area), crime_type=crime_type, **months | asked).count


def month_of(area: str, crime_type: str, month: date = date(2023, 1, 1)) -> int:
    return count_of(area, crime_type, first=month, last=month)


def bexley_on_the_page() -> int | None:
    """All offences of Bexley in the newest month, as pages read them."""
    area, kind = Area.objects.get(name="Bexley").pk, CrimeType.objects.get(key="all").pk
    [held] = queries.held_on([None], areas=[area], counts={"mps-borough": [kind]})
    counts = held.counts.get(("mps-borough", area, kind))
    return counts and counts.sum(counts.last_month, counts.last_month)


def of_each(number: int):
    return lambda row, month: number


# --- what is stored --------------------------------------------------------------------------


def test_rows_in_are_rows_stored_and_the_total_is_kept(bring_in):
    table = make_table()

    outcome = bring_in(written(table))

    assert (outcome.outcome, outcome.source, outcome.release) == ("accepted", "mps-borough", "to-202401")
    assert (outcome.observations, outcome.total, outcome.set_aside) == (64 * 24, total_of(table), 0)
    tables = PrintedTable.objects.all()
    assert sum(len(unpack_ids(table.categories)) for table in tables) == 64
    assert sum(unpack(table.values).sum() for table in tables) == outcome.total


def test_the_file_is_kept_with_where_it_came_from(bring_in):
    bring_in({"MPS Borough Level Crime (most recent 24 months).csv": make_file()})

    file = ReleaseFile.objects.get()
    assert (file.state, file.part, file.rows, file.size) == ("current", "recent", 64, len(make_file()))
    assert (file.first_month, file.last_month) == (date(2022, 2, 1), date(2024, 1, 1))
    assert file.release.published_on == date(2024, 2, 6)
    assert Event.objects.about(file.release).get().verb == "imported"


def test_a_release_is_never_known_before_it_was_imported(bring_in):
    today = timezone.localdate()

    bring_in(make_file(first=today.replace(day=1), months=1))

    assert Release.objects.get().published_on == today


def test_a_label_nobody_has_reviewed_is_kept_and_counts_to_its_printed_group(bring_in):
    outcome = bring_in(make_file(labels=[ROBBERY, ("ROBBERY", "ROBBERY OF THE FUTURE")], count=of_each(5)))

    assert "ROBBERY / ROBBERY OF THE FUTURE" in outcome.message
    assert ReleaseFile.objects.get().unreviewed == ["ROBBERY / ROBBERY OF THE FUTURE"]
    assert not Category.objects.get(minor="ROBBERY OF THE FUTURE").reviewed
    assert (month_of("Bexley", "all"), month_of("Bexley", "robbery")) == (10, 10)
    assert month_of("Bexley", "personal-robbery") == 5


# --- crime types -----------------------------------------------------------------------------


def test_packing_keeps_every_count():
    counts = np.array([0, 1, 255, 2**31 - 1, NOT_PUBLISHED])

    assert unpack(pack(counts)).tolist() == [counts.tolist()]


def test_a_count_that_does_not_fit_is_never_stored_wrong():
    with pytest.raises(OverflowError):
        pack(np.array([2**31]))


def test_a_command_unit_is_the_sum_of_its_boroughs(bring_in):
    bring_in(make_file())

    for unit in Area.objects.filter(kind=Area.Kind.BCU):
        boroughs = AreaLink.objects.filter(whole=unit).values_list("part__name", flat=True)
        assert month_of(unit.code, "all") == sum(month_of(borough, "all") for borough in boroughs)


def test_the_force_is_the_sum_of_all_rows_pseudo_areas_included(bring_in):
    table = make_table(boroughs=[*BOROUGHS, AIRPORTS, "Unknown"])
    bring_in(written(table))

    assert month_of("London", "all", date(2022, 2, 1)) == sum(int(row[3]) for row in table[1:])
    assert month_of("Unknown", "all", date(2022, 2, 1)) > 0


def test_a_type_holds_the_types_below_it(bring_in):
    business = ("ROBBERY", "ROBBERY OF BUSINESS PROPERTY")
    bring_in(make_file(labels=[ROBBERY, business, BURGLARY], count=of_each(4)))

    assert month_of("Bexley", "personal-robbery") == 4
    assert month_of("Bexley", "robbery") == 8
    assert month_of("Bexley", "all") == 12


def test_a_missing_row_is_nought_for_a_type_the_file_knows(bring_in):
    bring_in(changed(lambda table: table.__delitem__(3)))  # Bexley's residential burglary

    assert month_of("Bexley", "residential-burglary") == 0


def test_a_type_that_the_file_does_not_know_has_no_figure(bring_in):
    bring_in(make_file())

    with pytest.raises(NotHeld, match="publishes the crime type “rape”"):
        count_of("Bexley", "rape")
    rape = CrimeType.objects.get(key="rape").pk
    assert not any(rape in unpack_ids(table.crime_types) for table in CrimeTypeTable.objects.all())


# --- several files, and the same once more ---------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("apart", [True, False])
def test_two_files_make_one_release_in_any_order_and_apart(bring_in, order, apart):
    files = dict([("recent.csv", make_file()), ("historical.csv", make_historical())][::order])

    for part in [{name: files[name]} for name in files] if apart else [files]:
        assert bring_in(part).release == "to-202401"

    found = queries.figures(area=queries.find_area("Bexley"), first=date(2022, 1, 1), last=date(2022, 12, 1))
    assert found.files == ("historical.csv", "recent.csv")
    assert found.previous is not None
    assert Release.objects.count() == 1


def test_a_historical_file_alone_does_not_take_the_pages_back_two_years(bring_in):
    bring_in(make_file(first=date(2022, 1, 1), count=of_each(7)))

    bring_in(make_historical(count=of_each(9)))

    assert bexley_on_the_page() == 14


@pytest.mark.parametrize(
    "again",
    [
        written(make_table()),
        packed(make_file()),
        written(make_table(), ends="\n"),
        b"\xef\xbb\xbf" + written(make_table(), delimiter=";"),
        written([make_table()[0], *reversed(make_table()[1:])]),
    ],
)
def test_the_same_figures_again_are_already_held_whatever_the_file(bring_in, stored, again):
    bring_in(make_file())
    before = stored()

    outcome = bring_in({"again.csv": again})

    assert outcome.outcome == "already-held"
    assert "recent.csv" in outcome.message
    assert stored() == before


def test_the_same_file_twice_at_once_is_stored_once(bring_in):
    assert bring_in({"one.csv": make_file(), "two.csv.gz": packed(make_file())}).outcome == "accepted"
    assert ReleaseFile.objects.count() == 1


def test_other_figures_for_the_same_months_are_a_new_issue_known_from_its_day(bring_in):
    bring_in(make_file(count=of_each(10)), published=date(2024, 2, 6))

    outcome = bring_in(make_file(count=of_each(11)), published=date(2024, 3, 1))

    assert outcome.release == "to-202401-issue-2"
    assert month_of("Bexley", "all") == 22
    assert count_of(as_at=date(2024, 2, 29)) == 240
    assert count_of(release_key="to-202401") == 240
    assert count_of(as_at=date(2024, 3, 1)) == 264


def test_two_files_at_once_that_disagree_are_refused(bring_in, stored):
    before = stored()

    with pytest.raises(BadFile, match=r"two.csv and one.csv .* months \(February 2022 to January 2024\)"):
        bring_in({"one.csv": make_file(), "two.csv": make_file(count=of_each(9))})

    assert stored() == before


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (changed(lambda table: table[9].__setitem__(2, "Atlantis")), "Line 10, borough column: “Atlantis”"),
        (changed(lambda table: table[9].__setitem__(2, "City of London")), "“City of London”"),
        (
            changed(lambda table: table.append([*BURGLARY, "London", *["9"] * 24])),
            "Line 66, borough column: “London”",
        ),
        (changed(lambda table: table.append([*BURGLARY, "Central East", *["9"] * 24])), "“Central East”"),
        (
            changed(lambda table: table.append([*BURGLARY, "City of Westminster", *["9"] * 24])),
            "Line 66 repeats “BURGLARY / .* which stands there already as Westminster",
        ),
        (
            changed(
                lambda table: table.append(["Burglary", "burglary  - residential", "E09000033", *["9"] * 24])
            ),
            "for E09000033, which stands there already as Westminster",
        ),
        (b"<html>404</html>", "a web page"),
    ],
)
def test_a_bad_file_changes_nothing_and_takes_the_good_one_beside_it_along(bring_in, stored, bad, message):
    bring_in(make_file(count=of_each(10)))
    before = stored()

    with pytest.raises(BadFile, match=f"bad.csv: .*{message}"):
        bring_in({"good.csv": make_historical(), "bad.csv": bad})

    assert stored() == before


# --- held for a person -----------------------------------------------------------------------


@pytest.fixture
def held(bring_in):
    """Figures in use, and a later release that fell by half and waits for a person."""
    bring_in(make_file(count=of_each(10)))
    outcome = bring_in({"half.csv": make_file(first=date(2022, 3, 1), count=of_each(5))})
    assert outcome.outcome == "held-for-review"
    return ReleaseFile.objects.get(name="half.csv")


def test_a_file_without_a_borough_waits_for_a_person(bring_in):
    outcome = bring_in(make_file(boroughs=[name for name in BOROUGHS if name not in ("Bexley", "Sutton")]))

    assert outcome.outcome == "held-for-review"
    assert "no row for Bexley, Sutton" in outcome.message
    with pytest.raises(NotHeld, match="No figures are held yet"):
        count_of("Bromley")


@pytest.mark.parametrize(
    ("now", "becomes"),
    [(90, "accepted"), (89, "held-for-review"), (124, "accepted"), (150, "held-for-review")],
)
def test_a_month_that_falls_by_a_tenth_or_rises_by_a_quarter_waits_for_a_person(bring_in, now, becomes):
    bring_in(make_file(count=of_each(100)))

    later = make_file(first=date(2022, 3, 1), count=lambda row, month: now if month == 3 else 100)

    assert bring_in(later).outcome == becomes


def test_a_file_that_was_cut_between_two_lines_waits_for_a_person(bring_in):
    """The force hardly falls, and each borough still has a row; one borough has lost half its offences."""
    bring_in(make_file(count=of_each(100)))
    whole = make_file(first=date(2022, 3, 1), count=of_each(100))
    cut = whole.rstrip().rpartition(b"\n")[0]

    outcome = bring_in({"cut.csv": cut})

    assert outcome.outcome == "held-for-review"
    assert "All months together" in outcome.message


def test_what_waits_is_not_shown_anywhere(held):
    assert "Metropolitan Police, March 2022: 320 offences, but 640 in release to-202401" in " ".join(
        held.evidence
    )
    assert bexley_on_the_page() == 20
    assert count_of() == 240
    with pytest.raises(NotHeld, match="No release “to-202402” is in use"):
        count_of(release_key="to-202402")


def test_what_waits_still_waits_when_the_file_comes_again(held, bring_in):
    again = bring_in({"again.csv": make_file(first=date(2022, 3, 1), count=of_each(5))})

    assert again.outcome == "held-for-review"
    assert ReleaseFile.objects.count() == 2


def test_an_accepted_file_is_used_from_then_on(held):
    services.accept_file(file=held, by=None, reason=" The Met confirmed the fall. ")

    held.refresh_from_db()
    assert (held.state, held.reason) == ("current", "The Met confirmed the fall.")
    assert bexley_on_the_page() == 10
    assert Event.objects.about(held.release).filter(verb="current", note=held.reason).exists()


def test_a_refused_file_keeps_its_reason_and_loses_its_figures(held):
    services.refuse_file(file=held, by=None, reason="Half of the file is missing.")

    held.refresh_from_db()
    assert (held.state, held.reason) == ("refused", "Half of the file is missing.")
    assert not held.printed_tables.exists()
    assert not held.crime_type_tables.exists()
    assert bexley_on_the_page() == 20


def test_a_refused_file_may_come_again(held, bring_in):
    services.refuse_file(file=held, by=None, reason="Half of the file is missing.")

    again = bring_in(make_file(first=date(2022, 3, 1), count=of_each(5)))

    assert (again.outcome, again.release) == ("held-for-review", "to-202402")


def test_a_withdrawn_file_is_kept_and_shown_nowhere(bring_in):
    bring_in(make_file())

    services.withdraw_file(file=ReleaseFile.objects.get(), by=None, reason="The publisher withdrew it.")

    assert PrintedTable.objects.count() == 32
    assert bexley_on_the_page() is None
    with pytest.raises(NotHeld):
        count_of()


@pytest.mark.parametrize("decide", [services.accept_file, services.refuse_file])
def test_a_decision_needs_a_reason(held, decide):
    with pytest.raises(ValidationError, match="Say why"):
        decide(file=held, by=None, reason="  ")

    held.refresh_from_db()
    assert held.state == "held"


def test_a_file_is_decided_once(held):
    services.accept_file(file=held, by=None, reason="It is right.")

    with pytest.raises(ValidationError, match="“In use” by now"):
        services.refuse_file(file=held, by=None, reason="It is wrong.")
    assert PrintedTable.objects.filter(file=held).exists()


# --- failures --------------------------------------------------------------------------------


class FailAt:
    """The database fails at one statement after the reference tables, and works again after it."""

    def __init__(self, number: int):
        self.left, self.counting = number, False

    def __call__(self, execute, sql, params, many, context):
        self.counting |= "crime_data_releasefile" in sql
        self.left -= self.counting and "advisory" not in sql
        if self.left == 0 and self.counting and "advisory" not in sql:
            self.counting = False
            raise OperationalError("the connection was lost")
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_at_any_statement_leaves_figures_as_they_were(bring_in, stored, monkeypatch):
    monkeypatch.setattr(grid, "CELLS_AT_ONCE", 40 * 24)
    bring_in(make_file(count=of_each(10)))
    before, page, failed = stored(), bexley_on_the_page(), []

    for number in range(1, 1_000):
        fail = FailAt(number)
        try:
            with connection.execute_wrapper(fail):
                bring_in(make_file(first=date(2022, 3, 1), count=of_each(10)), published=date(2024, 3, 1))
        except OperationalError:
            failed.append(number)
            assert stored() == before, f"statement {number}"
            assert bexley_on_the_page() == page
        if fail.left > 0:
            break  # it had fewer statements than that

    assert len(failed) > 20
    assert Release.objects.get(key="to-202402").files.current().count() == 1


@pytest.mark.parametrize("number", [1, 2])
def test_a_progress_that_fails_leaves_figures_as_they_were(bring_in, stored, monkeypatch, number):
    monkeypatch.setattr(grid, "CELLS_AT_ONCE", 40 * 24)
    bring_in(make_file(count=of_each(10)))
    before, calls = stored(), []

    def tell(done, to_do):
        calls.append((done, to_do))
        if len(calls) == number:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_in(make_file(first=date(2022, 3, 1)), on_progress=tell)

    assert calls == [(40, 64), (64, 64)][:number]
    assert stored() == before


def test_what_a_killed_import_left_behind_is_thrown_away_by_the_next(bring_in):
    bring_in(make_file())
    ReleaseFile.objects.update(state=ReleaseFile.State.STAGED)

    assert bring_in(make_file()).outcome == "accepted"

    assert [file.state for file in ReleaseFile.objects.all()] == ["current"]
    assert PrintedTable.objects.count() == 32


def test_the_sweeper_leaves_an_import_alone_that_is_under_way(bring_in):
    bring_in(make_file())
    ReleaseFile.objects.update(state=ReleaseFile.State.STAGED)

    assert services.sweep_staged() == 0
    ReleaseFile.objects.update(imported_at=timezone.now() - 2 * services.LOST_AFTER)
    assert services.sweep_staged() == 1
    assert not Release.objects.exists()


def test_several_releases_are_imported_oldest_first(db):
    later, earlier = make_file(first=date(2022, 3, 1), labels=[RAPE]), make_file(labels=[RAPE])

    outcomes = services.import_files(received=[Received("b.csv", later), Received("a.csv", earlier)])

    assert [outcome.release for outcome in outcomes] == ["to-202401", "to-202402"]
