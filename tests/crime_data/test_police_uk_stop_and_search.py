import csv
import io
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.importers import BadFile, open_file, read_publication
from crime_data.importers.contract import AreaRef, Label, Publication
from crime_data.importers.police_uk_stop_and_search import LINKED, SOURCE
from crime_data.mapping import FOLDER

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 24)
NAME = "2023-03-sussex-stop-and-search.csv"
HEADER = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
).split(",")


def a_row(
    moment: str = "2023-03-30T05:30:28+00:00",
    wanted: str = "Controlled drugs",
    outcome: str = "Arrest",
    linked: str = "True",
    kind: str = "Person search",
) -> list[str]:
    person = ["50.87", "0.01", "Female", "25-34", "", "White", "Misuse of Drugs Act 1971 (section 23)"]
    return [kind, moment, "False", "", *person, wanted, outcome, linked, ""]


def written(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


def read_bytes(content: bytes, name: str, folder: Path) -> Publication:
    path = folder / "received"
    path.write_bytes(content)
    [opened] = open_file(name, path, folder)
    return read_publication(opened, today=TODAY)


@pytest.fixture
def read(tmp_path: Path):
    return lambda *rows, name=NAME: read_bytes(written(*rows), name, tmp_path)


def read_real(path: Path) -> Publication:
    [opened] = open_file(path.name, path, path.parent)
    return read_publication(opened, today=TODAY)


def test_searches_are_counted_by_object_outcome_and_whether_the_two_are_linked(read):
    found = read(a_row(), a_row(), a_row(linked="False"), a_row(linked=""), a_row(wanted="", outcome=""))

    assert found.areas == (AreaRef("pseudo", "Sussex Police (all searches)", "SEARCH-sussex"),)
    assert dict(zip(found.labels, found.grid.values(range(4))[:, 0].tolist(), strict=True)) == {
        Label("Controlled drugs", "Arrest", "Outcome linked to the object"): 2,
        Label("Controlled drugs", "Arrest", "Outcome not linked to the object"): 1,
        Label("Controlled drugs", "Arrest", "Link not stated"): 1,
        Label("Not stated", "Not stated", "Outcome linked to the object"): 1,
    }
    assert (found.part, found.release_key, found.rows) == ("sussex 2023-03", "to-202303", 5)


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        "2023-03.zip: 2023-03/2023-03-sussex-stop-and-search.csv",
        "C:\\Downloads\\2023-03-sussex-stop-and-search (1).csv",
    ],
)
def test_the_name_of_the_file_says_the_force_and_the_month(read, name):
    assert read(a_row(), name=name).part == "sussex 2023-03"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("searches.csv", "does not say whose it is, and its name “searches.csv” does not either"),
        ("2023-03-stop-and-search.csv", "does not say whose it is"),
        ("2023-03-atlantis-stop-and-search.csv", "the force “atlantis”, which is none of police.uk"),
        ("2023-13-sussex-stop-and-search.csv", "The name of the file: “2023-13” is not a month"),
        ("2027-03-sussex-stop-and-search.csv", "The name of the file: March 2027 lies in the future"),
        ("2023-04-sussex-stop-and-search.csv", "says April 2023, but its searches are of March 2023"),
    ],
)
def test_a_file_whose_name_says_nothing_or_something_else_is_refused(read, name, message):
    with pytest.raises(BadFile, match=message):
        read(a_row(), name=name)


def test_in_summer_the_first_hour_of_a_month_is_printed_in_the_month_before(read):
    name = "2017-06-sussex-stop-and-search.csv"
    found = read(a_row("2017-05-31T23:00:00+00:00"), a_row("2017-06-30T22:59:59+00:00"), name=name)

    assert (found.total, found.set_aside) == (2, ())


def test_what_lies_outside_the_month_is_set_aside_by_name(read):
    found = read(
        a_row("2017-05-31T22:59:00+00:00"),
        a_row("2017-06-30T12:00:00+00:00"),
        a_row("2017-06-30T23:00:00+00:00"),
        a_row("2017-06-30T23:30:00+00:00"),
        name="2017-06-sussex-stop-and-search.csv",
    )

    assert [(one.what, one.rows, one.total) for one in found.set_aside] == [
        ("Searches of May 2017", 1, 1),
        ("Searches of July 2017", 2, 2),
    ]
    assert (found.rows, found.total) == (4, 1)


def test_in_winter_the_first_hour_of_a_month_is_its_own(read):
    found = read(a_row("2022-12-31T23:30:00+00:00"), name="2022-12-sussex-stop-and-search.csv")

    assert found.total == 1


@pytest.mark.parametrize(("last", "says"), [("28", True), ("29", False), ("17", True), ("31", False)])
def test_a_month_that_seems_to_end_early_says_so(read, last, says):
    found = read(a_row("2023-03-02T10:00:00+00:00"), a_row(f"2023-03-{last}T10:00:00+00:00"))
    said = f"The searches run from 2 to {last} March 2023; of the last {31 - int(last)} days there is none"

    assert any(said in words for words in found.caveats) is says


def test_searches_of_a_vehicle_alone_are_told(read):
    found = read(a_row(), a_row(kind="Vehicle search"), a_row(kind="Person and Vehicle search"))

    assert "1 of 3 searches were of a vehicle alone." in found.caveats


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (a_row("2023-03-01"), "Line 2, column Date: “2023-03-01” is not a time such as"),
        (a_row("2023-03-01T05:30:28"), "Line 2, column Date: “2023-03-01T05:30:28” is not a time such as"),
        (a_row("0001-01-01T00:00:00+00:00"), "Line 2, column Date"),
        (a_row("9999-12-31T23:59:59+00:00"), "Line 2, column Date: .* lies too far off|but its searches are"),
        (a_row(""), "Line 2, column Date: “” is not a time"),
        (a_row(linked="maybe"), "Line 2, column Outcome linked.*“maybe” is neither True nor False"),
        (a_row()[:9], "Line 2 has 9 cells, fewer than the 15 columns"),
    ],
)
def test_what_is_doubtful_is_refused_by_line_and_value(read, row, message):
    with pytest.raises(BadFile, match=message):
        read(row)


def test_a_file_without_a_search_is_no_figure(read):
    with pytest.raises(BadFile, match=r"no searches below it.*this is no figure"):
        read()


SOUND = written(a_row(), a_row(linked=""), a_row("2023-03-31T23:30:00+00:00"), a_row(wanted="Fireworks"))


@given(st.data())
def test_whatever_byte_is_changed_the_file_is_refused_or_every_row_counted(tmp_path_factory, data):
    content = bytearray(SOUND)
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_bytes(bytes(content), NAME, tmp_path_factory.mktemp("changed"))
    except BadFile:
        return
    assert found.rows == found.total + sum(entry.rows for entry in found.set_aside)


def reviewed() -> dict[Label, str]:
    with (FOLDER / "categories" / f"{SOURCE.key}.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    return {Label(row["major"], row["minor"], row["counted"]): row["crime_type"] for row in rows}


def test_the_reviewed_table_knows_every_object_with_every_outcome_and_link():
    table = reviewed()
    objects, outcomes = {label.major for label in table}, {label.minor for label in table}

    assert set(table) == {Label(*parts) for parts in product(objects, outcomes, LINKED.values())}
    assert all(len({table[label] for label in table if label.major == wanted}) == 1 for wanted in objects)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("2022-12-metropolitan-stop-and-search.csv", 5_706),
        ("2023-03-city-of-london-stop-and-search.csv", 197),
    ],
)
def test_real_months_are_counted_whole_and_every_label_is_reviewed(real_data, name, rows):
    found = read_real(real_data / "police-uk" / name)

    assert (found.rows, found.total, found.set_aside) == (rows, rows, ())
    assert set(found.labels) <= set(reviewed())


def test_the_real_december_2022_of_the_met_ends_on_the_17th(real_data):
    found = read_real(real_data / "police-uk" / "2022-12-metropolitan-stop-and-search.csv")

    assert any("from 1 to 17 December 2022; of the last 14 days" in words for words in found.caveats)
