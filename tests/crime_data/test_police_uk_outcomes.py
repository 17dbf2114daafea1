import csv
import io
from datetime import date
from pathlib import Path

import pytest

from crime_data.importers import BadFile, open_file, read_publication
from crime_data.importers.contract import Label, Publication
from crime_data.importers.police_uk_outcomes import SOURCE
from crime_data.mapping import FOLDER

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 24)
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type"
).split(",")


def a_row(crime: str, outcome: str = "Suspect charged", *, month: str = "2023-03") -> list[str]:
    place = ["0.01", "50.87", "On or near Mill Lane", "E01021001", "Lewes 001A"]
    return [crime, month, "Sussex Police", "Sussex Police", *place, outcome]


@pytest.fixture
def read(tmp_path: Path):
    def read(*rows: list[str]) -> Publication:
        text = io.StringIO()
        csv.writer(text).writerows([HEADER, *rows])
        path = tmp_path / "received"
        path.write_text(text.getvalue(), newline="")
        [opened] = open_file("2023-03-sussex-outcomes.csv", path, tmp_path)
        return read_publication(opened, today=TODAY)

    return read


def read_real(path: Path) -> Publication:
    [opened] = open_file(path.name, path, path.parent)
    return read_publication(opened, today=TODAY)


def test_outcomes_are_events_and_identical_rows_are_two_of_them(read):
    found = read(a_row("a1"), a_row("a1"), a_row("a1", "Local resolution"), a_row("b2"))

    assert found.source is SOURCE
    assert (found.rows, found.total, found.set_aside) == (4, 4, ())
    assert found.labels == (
        Label("Suspect charged", "Suspect charged"),
        Label("Local resolution", "Local resolution"),
    )


def test_it_is_said_how_many_crimes_the_outcomes_are_of(read):
    found = read(a_row("a1"), a_row("a1"), a_row("b2"))

    assert "3 outcomes of 2 crimes: a crime can have several" in found.caveats[0]


def test_the_part_is_the_force_and_the_month(read):
    assert read(a_row("a1")).part == "sussex 2023-03"


def test_a_file_that_mixes_months_is_refused(read):
    with pytest.raises(BadFile, match="Line 3, column Month: “2023-04” stands here and “2023-03” further up"):
        read(a_row("a1"), a_row("b2", month="2023-04"))


def test_a_row_without_an_outcome_is_refused(read):
    with pytest.raises(BadFile, match="Line 2, column Outcome type: the cell is blank"):
        read(a_row("a1", ""))


@pytest.mark.parametrize(
    ("name", "rows", "crimes", "nowhere"),
    [
        ("2020-01-metropolitan-outcomes.csv", 8_352, 7_775, 62),
        ("2023-03-city-of-london-outcomes.csv", 618, 606, 43),
    ],
)
def test_real_months_are_counted_whole(real_data, name, rows, crimes, nowhere):
    found = read_real(real_data / "police-uk" / name)
    [place] = [at for at, area in enumerate(found.areas) if area.kind == "pseudo"]
    grid = found.grid
    counts = grid.values(range(len(grid)))[:, 0]

    assert found.rows == found.total == int(counts.sum()) == rows
    assert int(counts[grid.area == place].sum()) == nowhere
    assert f"{rows:,} outcomes of {crimes:,} crimes" in found.caveats[0]


def test_every_outcome_of_the_real_files_is_reviewed_and_none_counts_as_an_offence(real_data):
    with (FOLDER / "categories" / f"{SOURCE.key}.csv").open(newline="") as table:
        reviewed = {(row["major"], row["minor"]): row["crime_type"] for row in csv.DictReader(table)}
    printed = {
        label[:2]
        for path in (real_data / "police-uk").glob("*-outcomes.csv")
        for label in read_real(path).labels
    }

    assert printed <= reviewed.keys()
    assert set(reviewed.values()) == {""}
