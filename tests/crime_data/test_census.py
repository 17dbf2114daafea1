from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile
from crime_data.importers.contract import AreaRef, Label
from tests.tables import cells_of, csv_of, read, read_path

pytestmark = pytest.mark.once
AGES = ["Age: Total", "Age: Aged 4 years and under", "Age: Aged 5 to 9 years"]
HOMES = [
    "Accommodation type: Total: All households",
    "Accommodation type: Detached",
    "Accommodation type: Part of another converted building, for example, former school, church or warehouse",
]
LEADING = ["date", "geography", "geography code"]
DISTRICTS = [
    ["2021", "Bexley", "E09000004", "30", "10", "20"],
    ["2021", "Kingston upon Hull, City of", "E06000010", "7", "7", "0"],
    ["2021", "Cardiff", "W06000015", "5", "2", "3"],
]
SMALL = [
    ["2021", "Bexley 001A", "E01000377", "3", "1", "2"],
    ["2021", "Cardiff 001A", "W01001690", "2", "2", "0"],
]


def table(*, groups=AGES, lines=DISTRICTS) -> bytes:
    return csv_of([[*LEADING, *groups], *lines])


def changed(row: int, column: int, value: str) -> bytes:
    lines = [list(line) for line in DISTRICTS]
    lines[row][column] = value
    return table(lines=lines)


def test_residents_are_kept_by_age_with_their_total(tmp_path):
    found = read(table(), tmp_path)

    assert (found.source.key, found.source.unit) == ("ons-census-residents", "people")
    assert (found.release_key, found.part, found.rows) == ("census-2021", "ltla", 3)
    assert (found.first_month, found.last_month, found.step) == (date(2021, 3, 1), date(2021, 3, 1), 1)
    assert found.labels == (
        Label("Residents", "Total"),
        Label("Residents", "Aged 4 years and under"),
        Label("Residents", "Aged 5 to 9 years"),
    )
    assert cells_of(found)["Bexley", "Aged 5 to 9 years"] == [20]


def test_households_are_another_source_in_another_unit(tmp_path):
    found = read(table(groups=HOMES), tmp_path)

    assert (found.source.key, found.source.unit) == ("ons-census-households", "households")
    assert cells_of(found)["Bexley", "Total"] == [30]
    assert found.labels[2].minor.endswith("former school, church or warehouse")


def test_a_name_with_a_comma_is_one_name(tmp_path):
    assert read(table(), tmp_path).areas[1] == AreaRef("borough", "Kingston upon Hull, City of", "E06000010")


def test_small_areas_are_a_part_beside_the_districts(tmp_path):
    found = read(table(lines=SMALL), tmp_path)

    assert found.part == "lsoa"
    assert found.areas[0] == AreaRef("lsoa", "Bexley 001A", "E01000377")
    assert found.source.side_by_side


def test_many_areas_are_written_in_several_goes(tmp_path):
    lines = [["2021", f"Place {at}", f"E01{at:06}", str(at), str(at), "0"] for at in range(2_345)]
    found = read(table(lines=lines), tmp_path)
    cells = cells_of(found)

    assert len(found.grid) == 2_345 * 3
    assert all(cells[f"Place {at}", "Aged 4 years and under"] == [at] for at in range(2_345))
    assert found.total == 2 * sum(range(2_345))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (changed(0, 3, "31"), "Line 2: the groups add up to 30, but the total says 31"),
        (
            changed(1, 4, ""),
            "Line 3, column Age: Aged 4 years and under: the cell is blank, and blank is not 0",
        ),
        (changed(1, 4, "7.5"), "“7.5” is not a whole number"),
        (changed(1, 4, "-7"), "“-7” is not a whole number"),
        (changed(1, 0, "2011"), "Line 3, column date: “2011” is not 2021"),
        (changed(1, 1, ""), "Line 3, column geography: the cell is blank"),
        (
            changed(1, 2, "E12000007"),
            "Line 3, column geography code: “E12000007” is not the code of a district",
        ),
        (changed(1, 2, "Hull"), "“Hull” is not the code"),
        (changed(1, 2, "E09000004"), "Line 3 repeats line 2: E09000004"),
        (changed(1, 2, "E01000377"), "Line 3: E01000377 .* is another kind of area"),
        (table(lines=[DISTRICTS[0][:5]]), "Line 2 has 5 cells, fewer than the 6 columns"),
        (table(lines=[[*DISTRICTS[0], "1"]]), "Line 2 has more cells than the 6 columns"),
        (table(lines=[]), "a header but no figures"),
        (table(groups=[AGES[1], AGES[2], AGES[0]]), "must have the total first"),
        (table(groups=[AGES[0], AGES[1], AGES[1]]), "each of its groups once"),
    ],
)
def test_what_is_doubtful_is_refused_by_line_column_and_value(content, message, tmp_path):
    with pytest.raises(BadFile, match=message):
        read(content, tmp_path)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_a_damaged_file_is_refused_or_adds_up(tmp_path, data):
    content = bytearray(table())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(content), tmp_path)
    except BadFile:
        return
    cells = cells_of(found)
    total, *groups = (label.minor for label in found.labels)
    for area in found.areas:
        assert cells[area.name, total][0] == sum(cells[area.name, group][0] for group in groups)


@pytest.mark.parametrize(
    ("name", "source", "rows", "labels", "total"),
    [
        ("census2021-ts007a-ltla.csv", "ons-census-residents", 331, 19, 59_597_539),
        ("census2021-ts007a-lsoa.csv.gz", "ons-census-residents", 35_672, 19, 59_597_611),
        ("census2021-ts044-ltla.csv", "ons-census-households", 331, 9, 24_783_191),
        ("census2021-ts044-lsoa.csv.gz", "ons-census-households", 35_672, 9, 24_783_316),
    ],
)
def test_the_published_tables_are_read_whole(name, source, rows, labels, total, real_data, tmp_path):
    found = read_path(real_data / "population" / name, tmp_path)

    assert (found.source.key, found.rows, len(found.labels)) == (source, rows, labels)
    assert found.total == 2 * total  # the total, and the groups that add up to it


@pytest.mark.parametrize(
    ("name", "bexley", "bromley"),
    [("census2021-ts007a-ltla.csv", 246_472, 329_989), ("census2021-ts044-ltla.csv", 95_298, 135_827)],
)
def test_the_published_figures_of_two_boroughs(name, bexley, bromley, real_data, tmp_path):
    cells = cells_of(read_path(real_data / "population" / name, tmp_path))

    assert (cells["Bexley", "Total"], cells["Bromley", "Total"]) == ([bexley], [bromley])
