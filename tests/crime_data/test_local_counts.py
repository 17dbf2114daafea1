from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile
from crime_data.importers.contract import AreaRef, Label
from crime_data.importers.grid import NOT_PUBLISHED
from crime_data.importers.local_counts import LONGEST_PART, TEMPLATE
from tests.tables import cells_of, csv_of, read, workbook_of

pytestmark = pytest.mark.once
HEADER = ["area", "month", "category", "count"]
ASB = "Anti-social behaviour"
LINES = [
    ["Bexley", "2024-01", ASB, "12"],
    ["Bexley", "2024-02", ASB, "0"],
    ["Bexley", "2024-03", ASB, "7"],
    ["E05011217", "2024-01", "Fly-tipping", "3"],
    ["E05011217", "2024-03", "Fly-tipping", "1,204"],
]


def table(lines=LINES, *, header=HEADER, **form) -> bytes:
    return csv_of([header, *lines], **form)


def changed(row: int, column: int, value: str) -> bytes:
    lines = [list(line) for line in LINES]
    lines[row][column] = value
    return table(lines)


def one(month: object) -> bytes:
    return table([["Bexley", month, ASB, "1"]])


# --- what is taken ---------------------------------------------------------------------------


def test_counts_stand_by_area_category_and_month(tmp_path):
    found = read(table(), tmp_path)

    assert (found.source.key, found.release_key, found.rows) == ("local-counts", "to-202403", 5)
    assert (found.first_month, found.grid.columns, found.step) == (date(2024, 1, 1), 3, 1)
    assert found.labels[0] == Label("Local counts", ASB, "incidents")
    assert cells_of(found)["Bexley", ASB] == [12, 0, 7]
    assert found.total == 12 + 0 + 7 + 3 + 1_204


def test_a_month_with_no_line_is_not_published_and_not_nought(tmp_path):
    found = read(table(), tmp_path)

    assert cells_of(found)["E05011217", "Fly-tipping"] == [3, NOT_PUBLISHED, 1_204]
    assert found.missing == ()


def test_a_month_nobody_has_a_line_for_is_missing(tmp_path):
    found = read(table([line for line in LINES if line[1] != "2024-02"]), tmp_path)

    assert found.missing == (date(2024, 2, 1),)


@pytest.mark.parametrize(
    ("area", "ref"),
    [
        ("Bexley", AreaRef("borough", "Bexley")),
        ("e09000004", AreaRef("borough", "", "E09000004")),
        ("E07000223", AreaRef("borough", "", "E07000223")),
        ("E05011217", AreaRef("ward", "", "E05011217")),
        ("E01000377", AreaRef("lsoa", "", "E01000377")),
        ("E22000001", AreaRef("csp", "", "E22000001")),
        ("E23000001", AreaRef("force", "", "E23000001")),
    ],
)
def test_an_area_is_a_boroughs_name_or_a_code_that_says_its_kind(area, ref, tmp_path):
    assert read(table([[area, "2024-01", ASB, "1"]]), tmp_path).areas == (ref,)


@pytest.mark.parametrize(
    "month",
    "2024-02|202402|2024-02-01|2024-02-01 00:00:00|Feb-24|Feb 24|feb-2024|FEBRUARY-24|February 2024|02/2024|"
    "2/2024|01/02/2024|1/2/2024".split("|"),
)
def test_a_month_is_read_as_spreadsheets_show_it(month, tmp_path):
    assert read(one(month), tmp_path).first_month == date(2024, 2, 1)


def test_september_has_two_short_names(tmp_path):
    assert read(one("Sep-24"), tmp_path).first_month == read(one("Sept-24"), tmp_path).first_month


def test_days_that_stand_for_months_are_said_to_have_been_read_the_british_way(tmp_path):
    found = read(table([["Bexley", f"01/0{month}/2024", ASB, "1"] for month in (1, 2, 3)]), tmp_path)

    assert "read as day/month/year: 01/03/2024 is March 2024" in found.caveats[1]


def test_the_same_table_is_read_from_a_workbook_of_one_sheet(tmp_path):
    lines = [
        [area, datetime(2024, int(month[-1]), 1), what, int(n.replace(",", ""))]
        for area, month, what, n in LINES
    ]
    found = read(workbook_of({"Sheet1": [HEADER, *lines]}), tmp_path)

    assert cells_of(found) == cells_of(read(table(), tmp_path))


@pytest.mark.parametrize("form", [{"delimiter": ";"}, {"delimiter": "\t"}, {"ends": "\n"}])
def test_however_the_text_was_saved_it_is_the_same(form, tmp_path):
    assert cells_of(read(table(**form), tmp_path)) == cells_of(read(table(), tmp_path))


def test_columns_stand_in_any_order(tmp_path):
    turned = csv_of([row[::-1] for row in [HEADER, *LINES]])

    assert cells_of(read(turned, tmp_path)) == cells_of(read(table(), tmp_path))


def test_who_counted_names_the_part_so_that_two_files_stand_beside_each_other(tmp_path):
    council = read(table([[*line, "Bexley Council"] for line in LINES], header=[*HEADER, "source"]), tmp_path)
    police = read(table([[*line, "Police"] for line in LINES], header=[*HEADER, "source"]), tmp_path)

    assert (council.part, police.part) == ("bexley-council", "police")
    assert council.source.side_by_side
    assert council.caveats == ("Counted by Bexley Council.",)


def test_a_part_is_short_and_stays_the_same_from_month_to_month(tmp_path):
    name = "The Environmental Protection and Neighbourhoods Team"
    lines = [[*line, name] for line in LINES]
    january = read(table(lines[:1], header=[*HEADER, "source"]), tmp_path)
    march = read(table(lines, header=[*HEADER, "source"]), tmp_path)

    assert january.part == march.part
    assert len(january.part) <= LONGEST_PART
    assert january.part != read(table([[*LINES[0], name + " 2"]], header=[*HEADER, "source"]), tmp_path).part


def test_a_file_that_does_not_say_who_counted_is_named_by_its_categories(tmp_path):
    found = read(table(LINES[:3]), tmp_path)

    assert found.part.startswith("anti-social")
    assert found.caveats == ("The file does not say who counted.",)


def test_a_unit_of_its_own_is_kept(tmp_path):
    found = read(table([[*LINES[0], "Calls"]], header=[*HEADER, "unit"]), tmp_path)

    assert found.labels == (Label("Local counts", ASB, "calls"),)


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (changed(1, 3, ""), "Line 3, column count: the cell is blank. Write 0 where none was counted"),
        (changed(1, 3, "<5"), "Line 3, column count: “<5” is not a whole number"),
        (changed(1, 3, "2.5"), "“2.5” is not a whole number"),
        (changed(1, 3, "-2"), "“-2” is not a whole number"),
        (changed(1, 0, ""), "Line 3, column area: the cell is blank"),
        (changed(1, 2, ""), "Line 3, column category: the cell is blank"),
        (changed(1, 1, ""), "Line 3, column month: the cell is blank. Write a month such as 2024-01"),
        (changed(1, 1, "2024-01"), "Line 3 repeats line 2: Bexley, Anti-social behaviour, January 2024"),
        (table([LINES[0], ["BEXLEY", "Jan-24", "ASB incidents", "1"]]), "Line 3 repeats line 2"),
        (changed(1, 0, "E0900004"), "Line 3, column area: “E0900004” is no ONS code"),
        (changed(1, 0, "E12000007"), "Line 3, column area: E12000007 is not the code of a borough"),
        (one("24-Jan"), "Line 2, column month: “24-Jan” is no month that can be told without doubt"),
        (one("Jan"), "“Jan” is no month"),
        (one("01/24"), "“01/24” is no month"),
        (one("45292"), "“45292” is no month"),
        (one("13/2024"), "“13/2024” is no month"),
        (one("Foo-24"), "“Foo-24” is no month"),
        (one("２０２４-01"), "is no month"),
        (one("02/01/2024"), "“02/01/2024” is not the first of a month in British order"),
        (one("31/01/2024"), "“31/01/2024” is not the first of a month"),
        (one("2024-01-31"), "“2024-01-31” is a day, not a month"),
        (one("2027-01"), "“2027-01” lies in the future"),
        (
            workbook_of({"S": [HEADER, ["Bexley", datetime(2024, 1, 15), ASB, 1]]}),
            "Sheet S, row 2.* is a day",
        ),
        (workbook_of({"S": [HEADER, ["Bexley", 45292, ASB, 1]]}), "“45292” is no month"),
        (workbook_of({"S": [HEADER, ["Bexley", "2024-01", ASB, True]]}), "“True” is not a whole number"),
        (
            table([[*LINES[0], "x"]], header=[*HEADER, "notes"]),
            "Column 5 of the header, “notes”, is not one of",
        ),
        (table([[*LINES[0], "x"]]), "Line 2 has more cells than the 4 columns"),
        (table([LINES[0][:3]]), "Line 2 has 3 cells, fewer than the 4 columns"),
        (table([]), "a header but no counts"),
        (table(header=["area", "area", "month", "category", "count"]), "2 columns called “area”"),
    ],
)
def test_what_is_doubtful_is_refused_by_line_column_and_value(content, message, tmp_path):
    with pytest.raises(BadFile, match=message):
        read(content, tmp_path)


@pytest.mark.parametrize("other", ["Police", ""])
def test_two_bodies_in_one_file_are_refused_for_they_would_be_added_up(other, tmp_path):
    lines = [[*LINES[0], "Council"], [*LINES[1], other]]

    with pytest.raises(BadFile, match=f"Line 3, column source: “{other}”, but “Council” on line 2"):
        read(table(lines, header=[*HEADER, "source"]), tmp_path)


def test_the_template_is_refused_until_its_examples_are_replaced(tmp_path):
    with pytest.raises(BadFile, match="Line 2 is an example of the template"):
        read(TEMPLATE.read_bytes(), tmp_path)


def test_the_template_with_real_areas_is_read(tmp_path):
    header, *lines = TEMPLATE.read_text().splitlines()
    filled = [line.replace(line.split(",")[0], "Bexley") for line in lines]
    found = read("\r\n".join([header, *filled]).encode(), tmp_path)

    assert found.rows == len(lines)
    assert found.part == "example-council"


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_a_damaged_file_is_refused_or_every_line_is_counted(tmp_path, data):
    content = bytearray(table())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(content), tmp_path)
    except BadFile:
        return
    counted = [value for row in cells_of(found).values() for value in row if value != NOT_PUBLISHED]
    assert len(counted) == found.rows
    assert sum(counted) == found.total


@given(text=st.text(max_size=12) | st.dates().map(str) | st.integers(0, 99999).map(str))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_one_month_or_refused(tmp_path, text):
    try:
        found = read(one(text), tmp_path)
    except BadFile:
        return
    assert date(2000, 1, 1) <= found.first_month <= date(2026, 11, 1)
