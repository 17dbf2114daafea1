import csv
import io
import tempfile
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile, Publication, mps_vawg, open_file, read_publication
from crime_data.importers.contract import AreaRef, Label
from crime_data.importers.mps_vawg import ALL_FLAGGED, CLASSIFICATION, FORCE, LOCATION
from crime_data.mapping import FOLDER

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 24)
BY_PLACE = (
    "BCU Location",
    "Borough Name",
    "Ward Name Clean 2",
    "Recorded Date (Months)",
    "Date Committed From Date (Months)",
    "Count",
)
BY_OFFENCE = (
    "CRIMSEC Group",
    "CRIMSECCodeExpansion",
    "CRIMSEC Offences",
    "VAWG Offence",
    "Recorded Date (Months)",
    "Date Committed From Date (Months)",
    "Count",
)
PARQUET = (
    "bcu_location",
    "borough_name",
    "ward_name_clean_2",
    "recorded_date_months",
    "date_committed_from_date_months",
    "count",
    "sheet",
    "crimsec_group",
    "crimseccodeexpansion",
    "crimsec_offences",
    "vawg_offence",
)
STALKING = ("Stalking and Harassment", "Stalking", "Stalking.", "Stalking")
FLAGGED = (
    "Other flagged offences outside of VAWG",
    "Non-Vawg Crime",
    "Non-Vawg Crime",
    "Non-VaWG Classification",
)
JANUARY, FEBRUARY = "2026-01-01", "2026-02-01"


def placed(borough="Bexley", ward="Erith", month=JANUARY, committed=JANUARY, count=2, unit="South East"):
    return [unit, borough, ward, month, committed, str(count)]


def classified(offence=STALKING, month=JANUARY, committed=JANUARY, count=2):
    return [*offence, month, committed, str(count)]


PLACES = [
    placed(count=2),
    placed(committed="2015-01-01", count=1),
    placed(ward="Sidcup", count=5),
    placed(month=FEBRUARY, count=4),
    placed("Bromley", "Penge & Cator", month=FEBRUARY, count=3, unit="South Area"),
]
OFFENCES = [
    classified(count=7),
    classified(FLAGGED, count=1),
    classified(month=FEBRUARY, count=6),
    classified(month=FEBRUARY, committed="", count=1),
]


def as_csv(lines, header):
    text = io.StringIO()
    csv.writer(text).writerows([header, *lines])
    return text.getvalue().encode()


def as_workbook(places=PLACES, offences=OFFENCES, names=(CLASSIFICATION, LOCATION)):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["Published every month"])
    for name, header, lines in ((names[0], BY_OFFENCE, offences), (names[1], BY_PLACE, places)):
        sheet = book.create_sheet(name)
        sheet.append(header)
        for line in lines:
            sheet.append([_typed(cell) for cell in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(cell):
    if cell[:2] in ("19", "20") and cell[4:5] == "-":
        return datetime.fromisoformat(cell)
    return int(cell) if cell.isdigit() else cell or None


def parquet_lines(places=PLACES, offences=OFFENCES):
    lines = [[*line, LOCATION, "", "", "", ""] for line in places]
    return [*lines, *(["", "", "", *line[4:], CLASSIFICATION, *line[:4]] for line in offences)]


def as_parquet(places=PLACES, offences=OFFENCES):
    columns = [
        [_typed(cell) for cell in column] for column in zip(*parquet_lines(places, offences), strict=True)
    ]
    out = io.BytesIO()
    pq.write_table(pa.table(dict(zip(PARQUET, columns, strict=True))), out)
    return out.getvalue()


def read(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "received"
        path.write_bytes(content)
        [opened] = open_file("vawg", path, Path(folder))
        publication = read_publication(opened, today=TODAY)
    assert isinstance(publication, Publication)
    assert publication.source.key == "mps-vawg"
    return publication


def figures(publication):
    values = publication.grid.values(np.arange(len(publication.grid)))
    return {
        (publication.areas[area], publication.labels[label]): row
        for area, label, row in zip(
            publication.grid.area.tolist(), publication.grid.label.tolist(), values.tolist(), strict=True
        )
    }


def refusal(content):
    with pytest.raises(BadFile) as problem:
        read(content)
    return str(problem.value)


# --- two tables of the same offences ----------------------------------------------------------


def test_the_two_tables_are_kept_apart_and_never_added():
    found = figures(read(as_parquet()))

    assert found == {
        (FORCE, Label(STALKING[0], STALKING[3], CLASSIFICATION)): [7, 7],
        (FORCE, Label(FLAGGED[0], FLAGGED[3], CLASSIFICATION)): [1, 0],
        (AreaRef("borough", "Bexley"), ALL_FLAGGED): [8, 4],
        (AreaRef("ward", "Erith", within="Bexley"), ALL_FLAGGED): [3, 4],
        (AreaRef("ward", "Sidcup", within="Bexley"), ALL_FLAGGED): [5, 0],
        (AreaRef("borough", "Bromley"), ALL_FLAGGED): [0, 3],
        (AreaRef("ward", "Penge & Cator", within="Bromley"), ALL_FLAGGED): [0, 3],
    }
    assert mps_vawg.SOURCE.sums_from == "borough" and not mps_vawg.SOURCE.partition


def test_the_workbook_and_the_parquet_copy_and_a_csv_of_it_read_the_same():
    found = figures(read(as_parquet()))

    assert figures(read(as_workbook())) == found
    assert figures(read(as_workbook(names=(CLASSIFICATION.upper(), LOCATION.title())))) == found
    assert figures(read(as_csv(parquet_lines(), PARQUET))) == found
    without_sheet = [[*line[:6], *line[7:]] for line in parquet_lines()]
    assert figures(read(as_csv(without_sheet, [name for name in PARQUET if name != "sheet"]))) == found


def test_one_table_alone_is_a_part_of_the_release():
    places, offences = read(as_csv(PLACES, BY_PLACE)), read(as_csv(OFFENCES, BY_OFFENCE))

    assert (places.part, offences.part, read(as_parquet()).part) == ("location", "classification", "both")
    assert figures(places) | figures(offences) == figures(read(as_parquet()))
    assert {places.release_key, offences.release_key} == {"to-202602"}


def test_the_months_in_which_offences_were_committed_are_added_up():
    publication = read(as_parquet())

    assert publication.rows == 9
    assert (publication.first_month, publication.last_month) == (date(2026, 1, 1), date(2026, 2, 1))
    assert any("in which they were recorded" in caveat for caveat in publication.caveats)


def test_tables_with_different_totals_are_told():
    assert not any("in a whole file" in caveat for caveat in read(as_parquet()).caveats)
    cut = read(as_parquet(offences=OFFENCES[:-1]))
    assert any("has 14 offences and the one by location 15" in caveat for caveat in cut.caveats)


def test_offences_outside_the_classification_are_told():
    assert any(
        caveat.startswith("1 of 15 offences are flagged although") for caveat in read(as_parquet()).caveats
    )


# --- areas ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("borough", "name"), [("Other", "Other"), ("Unknown", "Unknown"), ("", "Unknown")])
def test_what_has_no_borough_counts_to_the_force_alone(borough, name):
    lines = [placed(), placed(borough, "Heathrow Villages", count=9), placed(borough, "", count=4, unit="")]

    found = figures(read(as_csv(lines, BY_PLACE)))

    assert found[AreaRef("pseudo", name), ALL_FLAGGED] == [13]
    assert not [area for area, _ in found if area.name == "Heathrow Villages"]


@pytest.mark.parametrize("ward", ["", "N/K", "Non MET police force"])
def test_what_has_a_borough_and_no_ward_counts_to_the_borough(ward):
    publication = read(as_csv([placed(count=2), placed(ward=ward, count=5)], BY_PLACE))

    assert figures(publication)[AreaRef("borough", "Bexley"), ALL_FLAGGED] == [7]
    assert [area.name for area in publication.areas if area.kind == "ward"] == ["Erith"]
    assert any(caveat.startswith("5 offences have a borough and no ward") for caveat in publication.caveats)


def test_a_ward_in_two_spellings_is_one_ward_with_its_usual_name():
    usual, other = "St Mary's & St James", "St. Mary's & St. James"
    lines = [placed(ward=other), placed(ward=usual, month=FEBRUARY), placed(ward=usual, month=JANUARY)]

    assert figures(read(as_csv(lines, BY_PLACE)))[AreaRef("ward", usual, within="Bexley"), ALL_FLAGGED] == [
        4,
        2,
    ]


def test_wards_of_one_name_in_two_boroughs_stay_apart():
    areas = read(as_csv([placed(ward="Abbey"), placed("Merton", "Abbey")], BY_PLACE)).areas

    assert [area.within for area in areas if area.name == "Abbey"] == ["Bexley", "Merton"]


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "header", "message"),
    [
        ([], BY_PLACE, "a header but no figures"),
        ([placed(count="")], BY_PLACE, "Line 2, column Count: the cell is blank"),
        ([placed(count="1.5")], BY_PLACE, "“1.5” is not a whole number"),
        ([placed(month="January 2026")], BY_PLACE, "“January 2026” is not a month"),
        ([placed(month="2026-01-31")], BY_PLACE, "is not the first day of a month"),
        ([placed(month="2026-12-01")], BY_PLACE, "lies in the future"),
        ([placed(), placed(month="2026-03-01")], BY_PLACE, "no line for February 2026"),
        ([placed(), placed()], BY_PLACE, "Line 3 repeats line 2: “Bexley / Erith”, recorded in January 2026"),
        ([placed()[:-1]], BY_PLACE, "fewer than the 6 columns"),
        ([classified(("", "", "", ""))], BY_OFFENCE, "Line 2: the group or the offence is blank"),
        ([[*placed(), "Notes", *STALKING]], PARQUET, "the sheet “Notes” is not known"),
        ([[*placed(), LOCATION, *STALKING]], PARQUET, "an offence as well as a place"),
        ([[*placed(), CLASSIFICATION, *STALKING]], PARQUET, "a place as well as an offence"),
        ([placed("x" * 121)], BY_PLACE, "a cell of 121 characters"),
    ],
)
def test_a_line_that_cannot_be_right_is_refused(lines, header, message):
    assert message in refusal(as_csv(lines, header))


def test_a_fault_in_a_workbook_names_its_sheet():
    assert refusal(as_workbook([placed(count="n/a")])).startswith(
        f"Sheet “{LOCATION}”: Line 2, column Count: “n/a”"
    )


def test_a_sheet_without_its_columns_is_refused():
    message = refusal(as_workbook(names=(LOCATION, CLASSIFICATION)))

    assert "The header has no column for the" in message


def test_the_table_of_victims_is_not_taken_for_this_one():
    lines = [[*placed(), "18-24"]]

    assert "The header is not known" in refusal(as_csv(lines, [*BY_PLACE, "Victim Age Group"]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255), st.booleans())
def test_a_changed_byte_is_refused_or_changes_no_sum_unseen(at, byte, place):
    content = bytearray(as_csv(PLACES, BY_PLACE) if place else as_csv(OFFENCES, BY_OFFENCE))
    content[at % len(content)] = byte
    try:
        publication = read(bytes(content))
    except BadFile:
        return
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert publication.rows == len(lines) - 1
    whole = sum(
        sum(row)
        for (area, _), row in figures(publication).items()
        if area.kind in ("borough", "pseudo", "force")
    )
    assert whole == sum(int(line[-1]) for line in lines[1:])


# --- the real file ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_data):
    path = real_data / "mps-dashboard" / "vawg-to-202602" / "vawg-offences.parquet"
    with tempfile.TemporaryDirectory() as folder:
        [opened] = open_file(path.name, path, Path(folder))
        return read_publication(opened, today=TODAY)


def test_the_real_file_has_the_same_total_by_classification_and_by_location(real):
    sums = dict.fromkeys(("force", "borough", "pseudo", "ward"), 0)
    for (area, _), row in figures(real).items():
        sums[area.kind] += sum(row)

    assert (real.rows, real.first_month, real.release_key) == (411_341, date(2014, 1, 1), "to-202602")
    assert sums["force"] == sums["borough"] + sums["pseudo"] == 1_612_003
    assert sums["borough"] - sums["ward"] == 4_072
    assert not real.grid.repeats()


def test_bexley_in_the_real_file(real):
    assert sum(figures(real)[AreaRef("borough", "Bexley"), ALL_FLAGGED]) == 38_201
    assert len([area for area in real.areas if area.within == "Bexley"]) == 17


def test_every_label_of_the_real_file_was_reviewed(real):
    with (FOLDER / "categories" / "mps-vawg.csv").open(newline="") as file:
        reviewed = {(row["major"], row["minor"], row["counted"]) for row in csv.DictReader(file)}

    assert set(real.labels) == reviewed
