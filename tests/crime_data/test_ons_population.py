from datetime import date

import pytest

from crime_data.importers import BadFile
from crime_data.importers.contract import AreaRef, Label
from tests.tables import cells_of, read, read_path, workbook_of

pytestmark = pytest.mark.once
TITLE = [
    ["MYE4: Population estimates: Summary"],
    ["This worksheet contains one table."],
    ["This is not what I need at all (please specify)"],
]
HEADER = ["Code", "Name", "Geography", "Mid-2023", "Mid-2022", "Mid-2021"]
AREAS = [
    ["K04000001", "ENGLAND AND WALES", "Country", 60_000_300, 60_000_200, 60_000_100],
    ["E12000007", "LONDON", "Region", 8_900_000, 8_800_000, 8_700_000],
    ["E09000004", "Bexley", "London Borough", 250_003, 250_002, 250_001],
    ["E10000016", "Kent", "County", 1_600_000, 1_590_000, 1_580_000],
    ["W06000015", "Cardiff", "Unitary Authority", 380_000, 370_000, 360_000],
]


def book(*, header=HEADER, areas=AREAS, above=TITLE, sheet="MYE4") -> bytes:
    ages = [["Code", "Name", "Geography", "Mid-2023"], ["E09000004", "Bexley", "London Borough", 39.5]]
    return workbook_of({"Cover sheet": [["x"]], sheet: [*above, header, *areas], "MYE6": ages})


def changed(row: int, column: int, value: object) -> bytes:
    areas = [list(area) for area in AREAS]
    areas[row][column] = value
    return book(areas=areas)


def test_an_estimate_is_kept_in_the_year_that_begins_with_its_june(tmp_path):
    found = read(book(), tmp_path)

    assert (found.source.key, found.release_key, found.source.unit) == (
        "ons-population",
        "mid-2023",
        "people",
    )
    assert (found.first_month, found.step, found.grid.columns) == (date(2021, 6, 1), 12, 3)
    assert found.release_month == date(2023, 6, 1)
    assert found.labels == (Label("Population", "All ages"),)
    assert cells_of(found)["Bexley", "All ages"] == [250_001, 250_002, 250_003]
    assert (found.rows, found.set_aside, found.missing) == (5, (), ())


def test_areas_keep_their_codes_and_only_districts_are_boroughs(tmp_path):
    assert read(book(), tmp_path).areas == (
        AreaRef("other", "ENGLAND AND WALES", "K04000001"),
        AreaRef("other", "LONDON", "E12000007"),
        AreaRef("borough", "Bexley", "E09000004"),
        AreaRef("other", "Kent", "E10000016"),
        AreaRef("borough", "Cardiff", "W06000015"),
    )


@pytest.mark.parametrize("above", [[], TITLE, TITLE * 4])
def test_the_header_is_found_by_what_it_says_wherever_it_stands(above, tmp_path):
    assert cells_of(read(book(above=above), tmp_path))["Bexley", "All ages"] == [250_001, 250_002, 250_003]


def test_a_footnote_mark_behind_a_heading_does_no_harm(tmp_path):
    found = read(book(header=["Code", "Name", "Geography1", *HEADER[3:]]), tmp_path)

    assert len(found.grid) == 5


def test_a_year_without_a_column_is_missing(tmp_path):
    found = read(book(header=[*HEADER[:5], "Mid-2020"]), tmp_path)

    assert found.missing == (date(2021, 6, 1),)
    assert found.grid.columns == 4


def test_notes_below_the_table_are_set_aside_by_name(tmp_path):
    found = read(book(areas=[*AREAS, [None, "Source: a note"], [None, "Another"]]), tmp_path)

    assert [(aside.what, aside.rows) for aside in found.set_aside] == [("Row 10 and what follows", 2)]
    assert found.rows == 7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (changed(2, 3, 39.5), "Sheet MYE4, row 7, column Mid-2023: “39.5” is not a whole number of people"),
        (changed(2, 3, None), "row 7, column Mid-2023: “” is not a whole number"),
        (changed(2, 3, "No data"), "“No data” is not"),
        (changed(2, 3, -1), "“-1” is not"),
        (changed(2, 0, None), "row 7: “” is no ONS code"),
        (changed(2, 0, "Bexley"), "row 7: “Bexley” is no ONS code"),
        (changed(2, 1, None), "row 7, column Name: the cell is blank"),
        (changed(3, 0, "E09000004"), "row 8 repeats row 7: E09000004"),
        (book(header=["Code", "Name", "Area", *HEADER[3:]]), "none of the first 30 rows has the headings"),
        (book(header=[*HEADER[:5], "2021"]), "column 6, “2021”, is no year such as Mid-2023"),
        (book(header=[*HEADER[:5], "Mid-2022"]), "Mid-2022 stands twice"),
        (book(header=[*HEADER[:5], "Mid-2027"]), "Mid-2027 lies in the future"),
        (book(header=HEADER[:3]), "the header has no year"),
        (book(areas=[]), "a header but no figures"),
        (book(sheet="MYE5"), "The workbook is not known"),
    ],
)
def test_what_is_doubtful_is_refused_by_row_column_and_value(content, message, tmp_path):
    with pytest.raises(BadFile, match=message):
        read(content, tmp_path)


def test_the_published_estimates_add_up(real_data, tmp_path):
    found = read_path(real_data / "population" / "mye23tablesew.xlsx", tmp_path)
    values = {found.areas[area].code: row for (area, row) in enumerate(cells_of(found).values())}

    assert (found.rows, found.grid.columns, found.first_month) == (357, 13, date(2011, 6, 1))
    assert (values["E09000004"][-1], values["E09000006"][-1]) == (250_853, 331_162)
    for year in range(13):
        districts = [row[year] for code, row in values.items() if code[:3] in "E06 E07 E08 E09 W06".split()]
        assert sum(districts) == values["K04000001"][year]
