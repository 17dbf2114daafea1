"""A recent file that begins with a stub of a month never lowers the month the Historical file holds."""

import csv
import gzip
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from crime_data import queries, services
from crime_data.models import CrimeType, ReleaseFile
from crime_data.services import Received
from tests.mps_files import BURGLARY, ROBBERY, make_table, written

pytestmark = pytest.mark.django_db

Table = list[list[str]]
WARDS = (
    ("Belvedere", "E05011217", "Bexley"),
    ("Erith", "E05011223", "Bexley"),
    ("Bickley", "E05013988", "Bromley"),
    ("Heathrow Villages", "E05013570", "Aviation Security (SO18)"),
)
HEADER = ["MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName"]
HISTORICAL = ["WardName", "WardCode", "MajorText", "MinorText", "LookUp_BoroughName"]
STUB_MONTH = date(2024, 2, 1)
ORDERS = {
    "historical first": [["historical.csv"], ["recent.csv"]],
    "recent first": [["recent.csv"], ["historical.csv"]],
    "both at once": [["recent.csv", "historical.csv"]],
}


def recent(*, share: float, months: int = 25) -> Table:
    """From February 2024 on. Its first month has this share of the offences that it really had."""
    header = make_table(header=HEADER, first=STUB_MONTH, months=months)[0]
    rows = [[*label, *ward] for label in (BURGLARY, ROBBERY) for ward in WARDS]
    return [header, *([*row, str(round(100 * share)), *["100"] * (months - 1)] for row in rows)]


def historical(*, months: int = 38) -> Table:
    """To February 2024, which it holds in full. Its columns stand in another order."""
    header = make_table(header=HISTORICAL, first=date(2021, 1, 1), months=months)[0]
    rows = [[*ward[:2], *label, ward[2]] for label in (BURGLARY, ROBBERY) for ward in WARDS]
    return [header, *([*row, *["100"] * months] for row in rows)]


def bring(tables: dict[str, Table], order: list[list[str]]) -> list[str]:
    return [
        outcome.outcome
        for names in order
        for outcome in services.import_files(
            received=[Received(name, written(tables[name])) for name in names]
        )
    ]


def count_of(area: str, month: date = STUB_MONTH, source: str = "mps-ward") -> int:
    return queries.figures(area=queries.find_area(area), first=month, last=month, source_key=source).count


def on_the_page(area: str, month: date = STUB_MONTH, source: str = "mps-ward") -> int | None:
    place, kind = queries.find_area(area).pk, CrimeType.objects.get(key="all").pk
    [held] = queries.held_on([None], areas=[place], counts={source: [kind]})
    return held.counts[source, place, kind].sum(month, month)


# --- a stub ----------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_stub_never_lowers_the_month_whichever_file_comes_first(order):
    outcomes = bring({"recent.csv": recent(share=0.01), "historical.csv": historical()}, order)

    assert set(outcomes) == {"accepted"}
    for area, offences in (("London", 800), ("Bexley", 400), ("Bromley", 200), ("Erith", 200)):
        place = area if area != "Erith" else "E05011223"
        assert count_of(place) == offences
        assert on_the_page(place) == offences
    assert {file.release.key for file in ReleaseFile.objects.all()} == {"to-202602"}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_what_the_stub_held_is_set_aside_by_name_and_in_the_control_totals(order):
    bring({"recent.csv": recent(share=0.01), "historical.csv": historical()}, order)

    file = ReleaseFile.objects.get(part="recent")
    [entry] = file.set_aside
    assert (entry["what"], entry["total"]) == ("Column 202402", 8)
    assert "February 2024 adds up to 8 offences, March 2024 to 800" in entry["why"]
    assert file.first_month == date(2024, 3, 1)
    printed = sum(int(cell) for row in recent(share=0.01)[1:] for cell in row[5:])
    assert file.total + entry["total"] == printed
    assert sum(file.totals) == file.total


def test_a_file_of_24_months_of_which_the_first_is_a_stub_holds_23():
    """The Historical file is then of another publication, by its last month; the month is its in any case."""
    bring(
        {"recent.csv": recent(share=0.01, months=24), "historical.csv": historical()}, ORDERS["recent first"]
    )

    file = ReleaseFile.objects.get(part="recent")
    assert (file.first_month, file.periods, file.release.key) == (date(2024, 3, 1), 23, "to-202601")
    assert (count_of("London"), count_of("Bexley")) == (800, 400)


def test_a_stub_alone_is_no_month_at_all():
    bring({"recent.csv": recent(share=0.01)}, [["recent.csv"]])

    with pytest.raises(queries.NotHeld, match="2024-03 to 2026-02"):
        count_of("London")
    assert count_of("London", date(2024, 3, 1)) == 800


def test_a_stub_of_the_next_publication_leaves_the_month_to_the_one_before():
    before = written(make_table(header=HEADER, first=date(2024, 1, 1), months=24)[:1] + full(24))
    services.import_files(received=[Received("before.csv", before)])

    bring({"recent.csv": recent(share=0.01)}, [["recent.csv"]])

    assert count_of("London") == 800
    assert on_the_page("London", date(2024, 3, 1)) == 800


def full(months: int) -> Table:
    return [[*label, *ward, *["100"] * months] for label in (BURGLARY, ROBBERY) for ward in WARDS]


# --- half a month ----------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_half_a_month_waits_for_a_person_and_the_fuller_file_answers_even_when_it_is_accepted(order):
    outcomes = bring({"recent.csv": recent(share=0.4), "historical.csv": historical()}, order)
    assert "held-for-review" in outcomes

    for file in ReleaseFile.objects.filter(state="held"):
        words = " ".join(file.evidence)
        assert "February 2024" in words
        assert "320" in words
        services.accept_file(file=file, by=None, reason="The Historical file holds the month in full.")

    for area, offences in (("London", 800), ("Bexley", 400), ("Bromley", 200), ("E05011223", 200)):
        assert count_of(area) == offences
        assert on_the_page(area) == offences
        assert count_of(area, date(2024, 3, 1)) == offences
        assert count_of(area, date(2024, 1, 1)) == offences


def test_a_month_that_both_files_hold_in_full_is_counted_once():
    bring({"recent.csv": recent(share=1), "historical.csv": historical()}, ORDERS["historical first"])

    assert count_of("London") == on_the_page("London") == 800


# --- the Met's own files ---------------------------------------------------------------------


@pytest.fixture
def real(real_data: Path) -> Callable[[str], tuple[str, Table]]:
    """Name and table of a ward file of the publication to July 2025."""

    def real(kind: str) -> tuple[str, Table]:
        [path] = (real_data / "mps-ward" / "to-202507").glob(f"*{kind}*.csv.gz")
        return path.name, list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))

    return real


def with_stub(table: Table, offences: int) -> Table:
    """July 2023 put in front: this many offences in all of London, as in the files of 2026."""
    rows = [[*row[:5], "1" if at < offences else "0", *row[5:]] for at, row in enumerate(table[1:])]
    return [[*table[0][:5], "202307", *table[0][5:]], *rows]


@pytest.mark.parametrize("stub_first", [True, False])
def test_a_stub_made_of_a_real_file_never_lowers_the_month_of_the_historical_file(real, stub_first):
    july = date(2023, 7, 1)
    (name, table), (historical_name, whole) = real("recent"), real("Historical")
    files = [Received(name, written(with_stub(table, 40))), Received(historical_name, written(whole))]

    for file in files if stub_first else reversed(files):
        [outcome] = services.import_files(received=[file])
        assert (outcome.outcome, outcome.release) == ("accepted", "to-202507")

    at = whole[0].index("202307")
    expected = {"London": 0, "Bromley": 0}
    for row in whole[1:]:
        expected["London"] += int(row[at])
        expected["Bromley"] += int(row[at]) * ("Bromley" in row[:5])
    assert expected["London"] > 70_000
    for area, offences in expected.items():
        assert count_of(area, july) == on_the_page(area, july) == offences
    file = ReleaseFile.objects.get(name=name)
    assert [(entry["what"], entry["total"]) for entry in file.set_aside] == [("Column 202307", 40)]
    assert file.total == 1_802_640
