"""What makes a file wait for a person, and what does not; the evidence is a sentence with its figures."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from crime_data import queries, services
from crime_data.importers.contract import Label
from crime_data.models import ReleaseFile
from crime_data.services import guards
from tests import samples
from tests.mps_files import (
    BOROUGHS,
    BURGLARY,
    ROBBERY,
    changed,
    make_file,
    make_historical,
    make_table,
    written,
)

OLD = ("BURGLARY", "BURGLARY IN A DWELLING")
SPACESHIP = ("BURGLARY", "BURGLARY OF A SPACESHIP")
SHOP = ("BURGLARY", "BURGLARY BUSINESS AND COMMUNITY")
WARDS = ["MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName"]
NEXT = date(2022, 3, 1)
db = pytest.mark.django_db
once = pytest.mark.once


def evidence() -> str:
    return " ".join(words for file in ReleaseFile.objects.filter(state="held") for words in file.evidence)


def of_each(number: int) -> Callable[[int, int], int]:
    return lambda row, month: number


# --- a new name ------------------------------------------------------------------------------


def renamed(new: tuple[str, str], *, level: int = 20, overlap: int = 0) -> bytes:
    """A label stops after twelve months in all boroughs, and another begins."""
    old = make_table(labels=[OLD], count=lambda row, month: level if month < 12 else 0)
    later = make_table(labels=[new], count=lambda row, month: level if month >= 12 - overlap else 0)
    rest = make_table(labels=[ROBBERY], count=of_each(20))
    return written([*old, *later[1:], *rest[1:]])


@db
@pytest.mark.parametrize("overlap", [0, 1])
def test_an_unknown_label_that_begins_where_a_sibling_falls_to_nought_waits_for_a_person(bring_in, overlap):
    outcome = bring_in(renamed(SPACESHIP, overlap=overlap))

    assert outcome.outcome == "held-for-review"
    assert (
        "“BURGLARY / BURGLARY IN A DWELLING” falls to nought in February 2023, when “BURGLARY / BURGLARY OF "
        "A SPACESHIP” begins"
    ) in evidence()


@db
def test_a_new_name_that_our_table_counts_to_the_same_crime_type_is_understood(bring_in):
    assert bring_in(renamed(BURGLARY)).outcome == "accepted"


@db
def test_a_new_name_that_our_table_counts_to_another_crime_type_waits_for_a_person(bring_in):
    assert bring_in(renamed(SHOP)).outcome == "held-for-review"
    assert "BURGLARY BUSINESS AND COMMUNITY" in evidence()


@db
@pytest.mark.parametrize(
    "content",
    [
        renamed(("THEFT", "THEFT OF A SPACESHIP")),
        renamed(SPACESHIP, level=0),
        renamed(SPACESHIP, overlap=3),
        make_file(labels=[OLD, SPACESHIP], count=of_each(5)),
    ],
    ids=["of another major", "of hardly any offences", "side by side for months", "both all the time"],
)
def test_what_is_no_new_name_does_not_wait(bring_in, content):
    assert bring_in(content).outcome == "accepted"


@once
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([50, 50, 0, 0], [0, 0, 50, 50], [(0, 1, 2)]),
        ([50, 50, 0, 0], [0, 50, 50, 50], [(0, 1, 2)]),
        ([50, 50, 0, 0], [0, 0, 0, 50], []),
        ([50, 50, 0, 50], [0, 0, 50, 50], []),
        ([29, 29, 0, 0], [0, 0, 50, 50], []),
        ([50, 50, 0, 0], [0, 0, 20, 20], []),
        ([0, 0, 0, 0], [0, 0, 50, 50], []),
        ([50, 50, 50, 50], [0, 0, 50, 50], []),
    ],
)
def test_a_label_is_a_new_name_where_the_other_stops_for_good_and_as_many_begin(old, new, found):
    labels = [Label("BURGLARY", "OLD"), Label("Burglary", "new")]

    assert guards.renames(labels, np.array([old, new])) == found


# --- gaps and boroughs -----------------------------------------------------------------------


@db
def test_a_month_without_a_column_waits_and_is_not_published_when_it_is_used(bring_in):
    table = make_table(count=of_each(10))
    outcome = bring_in(written([[*row[:10], *row[11:]] for row in table]))
    assert outcome.outcome == "held-for-review"
    assert "recent.csv has no column for September 2022" in evidence()

    services.accept_file(file=ReleaseFile.objects.get(), by=None, reason="The Met left it out.")

    bexley = queries.find_area("Bexley")
    with pytest.raises(queries.NotHeld):
        queries.figures(area=bexley, first=date(2022, 9, 1), last=date(2022, 9, 1))
    assert queries.figures(area=bexley, first=date(2022, 10, 1), last=date(2022, 10, 1)).count == 20


@db
def test_boroughs_without_a_row_are_named_and_those_that_are_no_boroughs_are_not(bring_in):
    bring_in(make_file(boroughs=[*BOROUGHS[6:], "Unknown"]))

    assert (
        "recent.csv has no row for Barking and Dagenham, Barnet, Bexley, Brent, Bromley and 1 more"
        in evidence()
    )
    assert "Heathrow" not in evidence()


# --- against the release before --------------------------------------------------------------


@db
def test_no_more_than_three_months_are_named_and_the_others_counted(bring_in):
    bring_in(make_file(count=of_each(100)))
    bring_in({"later.csv": make_file(first=NEXT, count=lambda row, month: 50 if month < 8 else 100)})

    assert (
        "Metropolitan Police, March 2022: 3,200 offences, but 6,400 in release to-202401: a fall of 50%"
        in evidence()
    )
    assert "The same is so for" in evidence()


@db
def test_a_borough_that_falls_while_the_force_does_not_is_named(bring_in):
    bring_in(make_file(count=of_each(100)))
    bexley = BOROUGHS.index("Bexley") + 1
    fallen = make_file(first=NEXT, count=lambda row, month: 85 if row in (bexley, bexley + 32) else 100)

    assert bring_in({"later.csv": fallen}).outcome == "held-for-review"
    assert "Bexley, All months together: 3,910 offences, but 4,600 in release to-202401" in evidence()


@db
@pytest.mark.parametrize("before", ["withdrawn", "illustrative"])
def test_a_file_is_held_against_nothing_that_is_not_in_use_or_was_made_up(bring_in, before):
    bring_in(make_file(count=of_each(100)), illustrative=before == "illustrative")
    if before == "withdrawn":
        services.withdraw_file(file=ReleaseFile.objects.get(), by=None, reason="It was wrong.")

    assert bring_in({"later.csv": make_file(first=NEXT, count=of_each(10))}).outcome == "accepted"


@db
def test_an_older_file_that_comes_late_is_held_against_the_nearest_one(bring_in):
    bring_in({"later.csv": make_file(first=NEXT, count=of_each(100))})

    assert bring_in({"earlier.csv": make_file(count=of_each(50))}).outcome == "held-for-review"
    assert "but 6,400 in release to-202402" in evidence()


def ward_file(first: date, *wards: tuple[str, str, str], count: int = 20) -> bytes:
    header = make_table(header=WARDS, first=first)[0]
    return written(
        [header, *([*label, *ward, *[str(count)] * 24] for label in (BURGLARY, ROBBERY) for ward in wards)]
    )


BELVEDERE, ERITH = ("Belvedere", "E05011217", "Bexley"), ("Erith", "E05011223", "Bexley")
REDRAWN = [(f"New {at}", f"E0509900{at}", "Bexley") for at in range(9)]


@db
def test_wards_that_vanish_with_their_offences_are_named(bring_in):
    bring_in(ward_file(date(2022, 2, 1), BELVEDERE, ERITH))

    assert bring_in({"new.csv": ward_file(NEXT, BELVEDERE, REDRAWN[0])}).outcome == "held-for-review"
    assert (
        "1 area is in release to-202401 and not in new.csv: Erith; 1 new. Where boundaries were redrawn"
        in evidence()
    )


@db
def test_more_than_five_that_vanish_are_counted(bring_in):
    bring_in(ward_file(date(2022, 2, 1), BELVEDERE, *REDRAWN))

    bring_in({"new.csv": ward_file(NEXT, BELVEDERE, count=200)})

    assert "9 areas are in release to-202401 and not in new.csv: New 0" in evidence()
    assert "New 0, New 1, New 2, New 3, New 4 (and 4 more); 0 new" in evidence()


@db
def test_a_ward_of_hardly_any_offences_may_come_and_go(bring_in):
    quiet = ward_file(date(2022, 2, 1), BELVEDERE).decode()
    line = ",".join([*BURGLARY, *ERITH, "1", *["0"] * 22, "1"])
    bring_in((quiet + line + "\r\n").encode())

    assert bring_in({"new.csv": ward_file(NEXT, BELVEDERE)}).outcome == "accepted"


@db
def test_a_source_without_a_force_is_held_against_its_own_part_only(bring_in):
    """police.uk: March of one force against March of the same one, not of another."""
    header, *rows = samples.street()
    name = "2023-03-metropolitan-street.csv"
    bring_in({name: samples.as_csv([header, *rows * 10])}, published=date(2023, 5, 28))
    kent = [[*row[:2], "Kent Police", "Kent Police", *row[4:]] for row in rows]

    assert bring_in({"2023-03-kent-street.csv": samples.as_csv([header, *kent])}).outcome == "accepted"
    outcome = bring_in({name: samples.as_csv([header, *rows])}, published=date(2023, 6, 28))
    assert (outcome.outcome, outcome.release) == ("held-for-review", "to-202303-issue-2")
    assert "The whole file, March 2023: 6 crimes, but 60 in release to-202303: a fall of 90%" in evidence()


# --- the first month -------------------------------------------------------------------------


@db
@pytest.mark.parametrize(
    ("first", "outcome"), [(59, "held-for-review"), (60, "accepted"), (100, "accepted"), (300, "accepted")]
)
def test_a_first_month_that_is_half_empty_waits_for_a_person(bring_in, first, outcome):
    assert bring_in(make_file(count=lambda row, month: 100 if month else first)).outcome == outcome
    if outcome != "accepted":
        assert "February 2022 adds up to 3,776 offences in recent.csv, March 2022 to 6,400" in evidence()


# --- what a fresh reader found ---------------------------------------------------------------

THEFT = ("THEFT", "SHOPLIFTING")


def test_a_label_that_a_new_one_has_replaced_since_the_release_before_waits(bring_in):
    bring_in(make_file(labels=[BURGLARY, THEFT]))

    outcome = bring_in(make_file(first=date(2022, 3, 1), labels=[BURGLARY, ("THEFT", "SHOP THEFT")]))

    assert outcome.outcome == "held-for-review"
    assert "“THEFT / SHOPLIFTING” had" in outcome.message
    assert "“THEFT / SHOP THEFT” is new" in outcome.message


def test_a_label_that_our_table_knows_by_both_names_does_not_wait(bring_in):
    bring_in(make_file(labels=[BURGLARY]))

    renamed = make_file(first=date(2022, 3, 1), labels=[("BURGLARY", "DOMESTIC BURGLARY")])

    assert bring_in(renamed).outcome == "accepted"


def test_a_last_month_that_is_half_empty_waits(bring_in):
    outcome = bring_in(make_file(count=lambda row, month: 30 if month == 23 else 100))

    assert outcome.outcome == "held-for-review"
    assert "the last column may be a part of a month only" in outcome.message


def test_months_that_stand_in_another_order_wait(bring_in):
    def exchange(table):
        table[0][10], table[0][11] = table[0][11], table[0][10]

    outcome = bring_in(changed(exchange))

    assert outcome.outcome == "held-for-review"
    assert "headings may have been exchanged" in outcome.message


def test_each_month_is_compared_with_the_release_that_had_it_last(bring_in):
    bring_in(make_historical(first=date(2019, 1, 1), months=37, count=lambda row, month: 100))
    bring_in(make_file(first=date(2022, 1, 1), count=lambda row, month: 100))

    bring_in({"new.csv": make_file(first=date(2020, 2, 1), months=49, count=lambda row, month: 101)})

    restated = ReleaseFile.objects.get(name="new.csv").restated
    assert restated["cells"] == restated["changed"] == 47 * 64
    assert restated["against"] == "to-202401, to-202312"
