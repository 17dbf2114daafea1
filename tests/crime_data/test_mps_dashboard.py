import csv
import io
import tempfile
import tracemalloc
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile, Publication, mps_dashboard, open_file, read_publication
from crime_data.importers.contract import AreaRef, Label
from crime_data.importers.grid import NOT_PUBLISHED
from crime_data.mapping import FOLDER

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 24)
PLACES = ("Month_Year", "Area Type", "Borough_SNT", "Area name", "Area code")
REST = ("Measure", "Financial Year", "FY_FYIndex", "Count", "Refresh Date")
OTHER = (*PLACES, "Crime Type", "Crime Subtype", *REST)
TNO = (*PLACES, "Offence Group", "Offence Subgroup", *REST)
BEXLEY = ("Borough", "Bexley", "Bexley", "E09000004")
BROMLEY = ("Borough", "Bromley", "Bromley", "E09000006")
ERITH = ("Safer Neighbourhood Teams", "Bexley Erith", "Erith", "E05011222")
NOT_KNOWN = ("Borough", "Other / NK", "N/K (Legacy Only)", "")
KNIFE = ("Knife Crime", "Knife Crime")
HATE = ("Hate crime", "Hate crime")
MONTHS = ("2025-05-01", "2025-06-01", "2025-07-01")


def line(place=BEXLEY, month="2025-07-01", label=KNIFE, count=3, measure="Offences", refreshed="2025-08-02"):
    year = "fy25-26" if month >= "2025-04" else "fy24-25"
    return [month, *place, *label, measure, year, f"{year[2:]}_01", str(count), refreshed]


def ordinary():
    """Three months of two boroughs and a ward that has all of Bexley; knife and hate crime."""
    return [
        line(place, month, label, 2 + 3 * at + len(place[1]) // 7)
        for at, month in enumerate(MONTHS)
        for label in (KNIFE, HATE)
        for place in (BEXLEY, ERITH)
    ]


def as_csv(lines, header=OTHER, ends="\r\n"):
    text = io.StringIO()
    csv.writer(text, lineterminator=ends).writerows([header, *lines])
    return text.getvalue().encode()


def as_workbook(rows, sheet="MPS_MonthlyCrimeDashboard_Other"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_parquet(lines, header=OTHER):
    names = [name.lower().replace(" ", "_") for name in header]
    columns = {name: [row[at] or None for row in lines] for at, name in enumerate(names)}
    columns["month_year"] = [datetime.fromisoformat(cell) for cell in columns["month_year"]]
    columns["refresh_date"] = [datetime.fromisoformat(cell) for cell in columns["refresh_date"]]
    columns["count"] = [int(cell) for cell in columns["count"]]
    columns["sheet"] = ["MPS_MonthlyCrimeDashboard_Other"] * len(lines)
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def read(content, name="M1045_MonthlyCrimeDashboard_OtherCrimeData.csv"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "received"
        path.write_bytes(content)
        [opened] = open_file(name, path, Path(folder))
        publication = read_publication(opened, today=TODAY)
    assert isinstance(publication, Publication)
    assert publication.source.key == "mps-dashboard"
    return publication


def figures(publication):
    """Area name, subtype, measure -> its months."""
    values = publication.grid.values(np.arange(len(publication.grid)))
    return {
        (
            publication.areas[area].name,
            publication.labels[label].minor,
            publication.labels[label].counted,
        ): row
        for area, label, row in zip(
            publication.grid.area.tolist(), publication.grid.label.tolist(), values.tolist(), strict=True
        )
    }


def same(one, other):
    return figures(one) == figures(other) and (one.areas, one.labels, one.rows, one.part) == (
        other.areas,
        other.labels,
        other.rows,
        other.part,
    )


def refusal(content):
    with pytest.raises(BadFile) as problem:
        read(content)
    return str(problem.value)


# --- the three files and what they come in ----------------------------------------------------


def test_a_line_a_month_becomes_a_row_a_series():
    publication = read(as_csv(ordinary()))

    assert publication.first_month == date(2025, 5, 1)
    assert (publication.release_key, publication.last_month) == ("to-202507", date(2025, 7, 1))
    assert publication.rows == 12
    assert figures(publication)["Bexley", "Knife Crime", "Offences"] == [2, 5, 8]
    assert Label("Hate crime", "Hate crime", "Offences") in publication.labels


@pytest.mark.parametrize(
    "header",
    [
        OTHER,
        TNO,
        [name.replace("Area name", "Area Name").replace("Area code", "Area Code") for name in OTHER],
        [name.lower().replace(" ", "_") for name in OTHER],
        [*OTHER[:-1], "Refresh Date "],
    ],
)
def test_every_spelling_of_the_header_is_the_same_table(header):
    publication = read(as_csv(ordinary(), header))

    assert figures(publication) == figures(read(as_csv(ordinary())))


def test_columns_may_stand_in_any_order_and_the_last_four_may_be_missing():
    lines = [[row[at] for at in (10, 7, 6, 5, 4, 3, 2, 1, 0)] for row in ordinary()]
    header = [OTHER[at] for at in (10, 7, 6, 5, 4, 3, 2, 1, 0)]

    assert same(read(as_csv(lines, header)), read(as_csv(ordinary())))


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_day_may_come_first_in_a_date(ends):
    lines = [["{2}/{1}/{0}".format(*row[0].split("-")), *row[1:]] for row in ordinary()]

    assert same(read(as_csv(lines, ends=ends)), read(as_csv(ordinary())))


def test_the_parquet_copy_reads_the_same_as_the_csv():
    lines = [*ordinary(), line(NOT_KNOWN), line(("Safer Neighbourhood Teams", "Other / NK", "", "-1"))]

    one, other = read(as_parquet(lines)), read(as_csv(lines))

    assert same(one, other)
    assert (one.set_aside, one.caveats) == (other.set_aside, other.caveats)


@pytest.mark.parametrize("dates", ["dates", "text", "numbers"])
@pytest.mark.parametrize("counts", [int, float, str])
def test_the_workbook_reads_the_same_as_the_csv(dates, counts):
    def date_cell(cell):
        day = datetime.fromisoformat(cell)
        return {"dates": day, "text": f"{day:%d/%m/%Y}", "numbers": (day - datetime(1899, 12, 30)).days}[
            dates
        ]

    lines = [*ordinary(), line(NOT_KNOWN)]
    rows = [
        [date_cell(row[0]), *(cell or None for cell in row[1:10]), counts(row[10]), None] for row in lines
    ]
    content = as_workbook([OTHER, *rows], "MPS_MonthlyCrimeDashboard_TNOCr")

    assert same(read(content), read(as_csv(lines)))


def test_a_workbook_of_another_table_is_not_taken_for_this_one():
    assert "The workbook is not known" in refusal(as_workbook([["Borough", "Count"], ["Bexley", 3]]))


@pytest.mark.parametrize(
    ("label", "header", "part"),
    [
        (HATE, OTHER, "other"),
        (KNIFE, OTHER, "knife"),
        (("BURGLARY", "BURGLARY - RESIDENTIAL"), TNO, "tno"),
        (("Violence Against the Person", "Homicide"), OTHER, "tno"),
    ],
)
def test_the_three_files_are_parts_of_one_release_side_by_side(label, header, part):
    publication = read(as_csv([line(label=label)], header))

    assert (publication.part, publication.release_key) == (part, "to-202507")
    assert mps_dashboard.SOURCE.side_by_side and not mps_dashboard.SOURCE.partition


# --- areas ------------------------------------------------------------------------------------


def test_boroughs_and_wards_are_kept_and_never_added():
    publication = read(as_csv(ordinary()))

    assert publication.areas == (
        AreaRef("borough", "Bexley", "E09000004"),
        AreaRef("ward", "Erith", "E05011222", "Bexley"),
    )
    assert mps_dashboard.SOURCE.sums_from == "borough"


def test_the_borough_of_a_ward_is_the_beginning_of_its_long_name():
    places = [
        ("Borough", "Barking and Dagenham", "Barking and Dagenham", "E09000002"),
        ("Safer Neighbourhood Teams", "Barking and Dagenham Abbey", "Abbey (KG)", "E05014053"),
        ("Safer Neighbourhood Teams", "Bexley Longl&s", "Longlands", "E05011227"),
        BEXLEY,
    ]

    areas = read(as_csv([line(place) for place in places])).areas

    assert AreaRef("ward", "Abbey (KG)", "E05014053", "Barking and Dagenham") in areas
    assert AreaRef("ward", "Longlands", "E05011227", "Bexley") in areas


def test_the_spellings_of_a_ward_are_one_ward_with_its_usual_name():
    ward = ("Safer Neighbourhood Teams", "Bexley St Marys", "St Mary's", "E05011229")
    variant = ("Safer Neighbourhood Teams", "Bexley St Marys", "St. Mary's", "E05011229")
    lines = [
        line(BEXLEY, count=9),
        line(variant, count=2),
        line(ward, count=3),
        line(ward, "2025-06-01", count=4),
    ]

    publication = read(as_csv(lines))

    assert publication.areas[1] == AreaRef("ward", "St Mary's", "E05011229", "Bexley")
    assert figures(publication)["St Mary's", "Knife Crime", "Offences"] == [4, 5]


def test_one_ward_code_under_two_boroughs_stays_apart():
    lines = [line(BEXLEY), line(BROMLEY), line(ERITH), line((ERITH[0], "Bromley Erith", *ERITH[2:]))]

    assert [area.within for area in read(as_csv(lines)).areas] == ["", "", "Bexley", "Bromley"]


def test_what_has_no_borough_counts_to_the_force_by_its_printed_name():
    lines = [
        line(),
        line(NOT_KNOWN, count=5),
        line(("Borough", "Other / NK", "", ""), count=7),
        line(("Borough", "Aviation Security", "Aviation Security (SO18) (Legacy Only)", "SO18"), count=11),
        line(("Borough", "Other / NK", "Aviation Security (SO18) (Legacy Only)", ""), count=13),
        line(("Borough", "Other / NK", "Non MET police force", ""), count=17),
    ]

    publication = read(as_csv(lines))
    found = figures(publication)

    assert [area.name for area in publication.areas if area.kind == "pseudo"] == [
        "N/K (Legacy Only)",
        "Other / NK",
        "Aviation Security (SO18) (Legacy Only)",
        "Non MET police force",
    ]
    assert found["Aviation Security (SO18) (Legacy Only)", "Knife Crime", "Offences"] == [24]
    assert publication.total == 56 and not publication.set_aside


@pytest.mark.parametrize("code", ["", "-1", "N/K", "NON ATHENA FORCE", "SO18", "E05", "E0501122X"])
def test_ward_lines_without_a_ward_are_set_aside_by_name_and_number(code):
    odd = ("Safer Neighbourhood Teams", "Other / NK", "", code)

    publication = read(as_csv([line(), line(odd, count=5), line(odd, label=HATE, count=6), line(label=HATE)]))

    [aside] = publication.set_aside
    assert (aside.rows, aside.total) == (2, 11)
    assert "Other / NK" in aside.what and f"“{code}”" in aside.what
    assert publication.rows == 4
    assert publication.total == 6


def test_a_ward_of_no_borough_of_the_file_is_set_aside():
    airport = ("Safer Neighbourhood Teams", "Aviation Security", "Heathrow Villages", "E05013570")

    assert read(as_csv([line(), line(airport, count=5)])).set_aside[0].total == 5


def test_another_level_of_areas_is_set_aside_and_not_added():
    publication = read(as_csv([line(), line(("BCU", "South East", "South East", "SE"), count=50)]))

    assert publication.total == 3
    assert publication.set_aside[0].what == "Area type “BCU”"


def test_a_file_of_wards_alone_is_refused():
    assert "no line of area type Borough" in refusal(as_csv([line(ERITH)]))


def test_a_code_beside_two_boroughs_is_refused_by_both_lines():
    swapped = ("Borough", "Bromley", "Bromley", "E09000004")

    message = refusal(as_csv([line(), line(swapped)]))

    assert message.startswith(
        "Line 3: the code E09000004 stands beside “Bromley”, and in line 2 beside “Bexley”"
    )


def test_levels_that_do_not_agree_are_told():
    whole = [line(count=3), line(ERITH, count=3)]
    cut = [line(count=3), line(ERITH, count=2)]

    assert not any("do not agree" in caveat for caveat in read(as_csv(whole)).caveats)
    assert any("(3 in all)" in caveat and "(2)" in caveat for caveat in read(as_csv(cut)).caveats)


# --- categories -------------------------------------------------------------------------------


def test_offences_and_positive_outcomes_are_two_things():
    publication = read(as_csv([line(count=9), line(count=2, measure="Positive Outcomes")]))

    assert figures(publication) == {
        ("Bexley", "Knife Crime", "Offences"): [9],
        ("Bexley", "Knife Crime", "Positive Outcomes"): [2],
    }


def test_a_label_in_two_spellings_is_one_label():
    small = ("Domestic Abuse", "Domestic Abuse violence with injury")
    large = ("Domestic Abuse", "Domestic Abuse Violence with Injury")

    publication = read(as_csv([line(label=small, count=9), line(label=large, measure="Positive Outcomes")]))

    assert [label.minor for label in publication.labels] == [small[1], small[1]]


def test_the_same_line_in_another_spelling_is_a_repetition():
    lines = [line(label=("Hate crime", "Racist Crime")), line(label=("HATE CRIME", "Racist  crime"), count=4)]

    message = refusal(as_csv(lines))

    assert message == "Line 3 repeats line 2: Racist Crime, Offences, in “Bexley” in July 2025."


def test_the_part_of_no_notifiable_crime_is_told_and_counts_to_no_total():
    label = ("Other Accepted Crime", "Other Accepted Crime")

    publication = read(as_csv([line(label=("BURGLARY", "RES BURGLARY OF A HOME")), line(label=label)], TNO))

    assert any("Other Accepted Crime" in caveat for caveat in publication.caveats)
    assert {row["crime_type"] for row in table("mps-dashboard") if row["major"] == label[0]} == {""}


# --- months -----------------------------------------------------------------------------------


def test_a_month_without_a_line_is_nought():
    lines = [line(month=month, label=HATE) for month in MONTHS]
    lines += [line(month=month, label=("Hate crime", "Transphobic Crime"), count=1) for month in MONTHS[:1]]

    assert figures(read(as_csv(lines)))["Bexley", "Transphobic Crime", "Offences"] == [1, 0, 0]


def test_a_crime_type_that_ends_before_the_others_was_not_published():
    lines = [row for row in ordinary() if row[0] != MONTHS[2] or row[5] != "Knife Crime"]
    publication = read(as_csv(lines))

    assert figures(publication)["Bexley", "Knife Crime", "Offences"] == [2, 5, NOT_PUBLISHED]
    assert figures(publication)["Erith", "Knife Crime", "Offences"] == [3, 6, NOT_PUBLISHED]
    assert publication.total == sum(int(row[10]) for row in lines)
    assert any(
        caveat.startswith("Knife Crime has no line at all for July 2025") for caveat in publication.caveats
    )


def test_a_crime_type_without_a_line_in_between_had_none():
    lines = [row for row in ordinary() if row[0] != MONTHS[1] or row[5] != "Knife Crime"]

    assert figures(read(as_csv(lines)))["Bexley", "Knife Crime", "Offences"] == [2, 0, 8]


def test_a_month_that_is_missing_altogether_is_refused():
    message = refusal(as_csv([row for row in ordinary() if row[0] != MONTHS[1]]))

    assert message.startswith("The file has no line for June 2025")


@pytest.mark.parametrize(
    ("month", "message"),
    [
        ("", "Line 2, column Month_Year: “” is not a month"),
        ("Jul-25", "“Jul-25” is not a month"),
        ("2025-13-01", "“2025-13-01” is not a month"),
        ("31/02/2025", "“31/02/2025” is not a month"),
        ("2025-07-02", "is not the first day of a month"),
        ("07/01/2025", "turned day and month round"),
        ("2027-01-01", "January 2027 lies in the future"),
        ("1925-07-01", "is not a month"),
    ],
)
def test_a_month_that_is_none_is_refused(month, message):
    assert message in refusal(as_csv([line(month=month)]))


def test_incomplete_financial_years_are_told():
    caveats = read(as_csv(ordinary())).caveats

    assert "The first financial year is incomplete: the file begins with May 2025." in caveats
    assert "The last financial year is incomplete: the file ends with July 2025." in caveats


def test_a_whole_financial_year_needs_no_such_words():
    months = [f"2021-{month:02}-01" for month in range(4, 13)] + [
        f"2022-{month:02}-01" for month in range(1, 4)
    ]

    assert not any(
        "incomplete" in text for text in read(as_csv([line(month=month) for month in months])).caveats
    )


@pytest.mark.parametrize(
    ("label", "told"), [(HATE, True), (("Domestic Abuse", "Domestic Abuse"), True), (KNIFE, False)]
)
def test_the_break_of_march_2024_is_told_where_it_matters(label, told):
    caveats = read(as_csv([line(month=month, label=label) for month in ("2024-02-01", "2024-03-01")])).caveats

    assert any("are not comparable" in caveat for caveat in caveats) is told


def test_different_days_of_refreshing_are_told():
    lines = [line(refreshed="2025-08-21"), line(label=HATE, refreshed="02/08/2025")]

    assert (
        "Not all crime types were refreshed on one day: "
        "Hate crime on 2 August 2025; Knife Crime on 21 August 2025." in read(as_csv(lines)).caveats
    )


def test_victims_are_said_to_be_people():
    label = ("Knife Crime", "Knife Injury Victims (1-24)")

    assert any("counts people" in caveat for caveat in read(as_csv([line(label=label)])).caveats)


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "message"),
    [
        ("", "Line 2, column Count: the cell is blank"),
        ("n/a", "Line 2, column Count: “n/a” is not a whole number"),
        ("-1", "“-1” is not a whole number"),
        ("1.5", "“1.5” is not a whole number"),
        ("10000000", "is not a whole number"),
    ],
)
def test_a_count_that_is_none_is_refused(count, message):
    assert message in refusal(as_csv([line(count=count)]))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "a header but no figures"),
        ([line()[:-2]], "Line 2 has 10 cells, fewer than the 12 columns"),
        ([[*line(), "x"]], "Line 2 has 13 cells, more than the 12 columns"),
        (
            [line(("", "Bexley", "Bexley", "E09000004"))],
            "Line 2: the area type or the name of the area is blank",
        ),
        ([line(("Borough", "", "", ""))], "Line 2: the area type or the name of the area is blank"),
        ([line(label=("Knife Crime", ""))], "Line 2: the crime type, the subtype or the measure is blank"),
        ([line(measure="")], "Line 2: the crime type, the subtype or the measure is blank"),
        ([line(label=("Knife Crime", "x" * 121))], "a cell of 121 characters"),
        ([line(), line()], "Line 3 repeats line 2"),
    ],
)
def test_a_line_that_cannot_be_right_is_refused(lines, message):
    assert message in refusal(as_csv(lines))


def test_a_column_that_stands_twice_is_refused():
    header = [*OTHER[:-1], "Area Name"]

    assert "2 columns for the area name (“Area name”, “Area Name”)" in refusal(as_csv(ordinary(), header))


def test_a_file_without_one_of_the_columns_is_not_known():
    assert "The header is not known" in refusal(as_csv([row[:-2] for row in ordinary()], OTHER[:-2]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_changes_no_sum_unseen(at, byte):
    content = bytearray(as_csv(ordinary()))
    content[at % len(content)] = byte
    try:
        publication = read(bytes(content))
    except BadFile:
        return
    assert_whole(publication, bytes(content))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_swapped_cells_are_refused_or_change_no_sum_unseen(data):
    lines = ordinary()
    row, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    one, two = (data.draw(st.integers(0, len(OTHER) - 1)) for _ in range(2))
    lines[row][one], lines[other][two] = lines[other][two], lines[row][one]
    try:
        publication = read(as_csv(lines))
    except BadFile:
        return
    assert_whole(publication, as_csv(lines))


def assert_whole(publication, content):
    """Every line is in the grid or set aside, and so is every count."""
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    name = next(name for name in lines[0] if name and name.casefold().strip() == "count")
    total = sum(int(float(row[name])) for row in lines)
    assert publication.rows == len(lines)
    assert publication.total + sum(aside.total for aside in publication.set_aside) == total


# --- the reviewed table and the real file -----------------------------------------------------


def table(source):
    with (FOLDER / "categories" / f"{source}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def crime_types():
    with (FOLDER / "crime_types.csv").open(newline="") as file:
        known = {row["key"]: row for row in csv.DictReader(file)}
    for path in FOLDER.glob("crime_types.add.*.csv"):
        with path.open(newline="") as file:
            known |= {
                row["key"]: row for row in csv.DictReader(file, ["key", "name", "noun", "parent", "note"])
            }
    return known


@pytest.mark.parametrize("source", ["mps-dashboard", "mps-vawg"])
def test_the_reviewed_table_names_each_label_once_and_known_crime_types(source):
    rows = table(source)
    keys = [
        tuple(" ".join(row[word].casefold().split()) for word in ("major", "minor", "counted"))
        for row in rows
    ]

    assert len(set(keys)) == len(keys)
    assert {row["crime_type"] for row in rows} - {""} <= crime_types().keys()


def test_positive_outcomes_count_to_no_crime_type():
    assert {row["crime_type"] for row in table("mps-dashboard") if row["counted"] == "Positive Outcomes"} == {
        ""
    }


def test_what_overlaps_other_crime_types_rolls_up_to_nothing():
    known = crime_types()
    names = {row["crime_type"] for row in table("mps-dashboard") if row["generation"] in ("other", "knife")}

    assert {known[name]["parent"] for name in names - {"", "all"}} == {""}


@pytest.fixture(scope="module")
def real(real_data):
    folder = real_data / "mps-dashboard" / "other-to-202507"
    return {kind: next(folder.glob(f"*{kind}")) for kind in (".csv.gz", ".parquet")}


def read_path(path):
    with tempfile.TemporaryDirectory() as folder:
        [opened] = open_file(path.name, path, Path(folder))
        return read_publication(opened, today=TODAY)


@pytest.fixture(scope="module")
def august_2025(real):
    return read_path(real[".csv.gz"])


def test_the_real_file_gives_the_total_of_the_borough_file(august_2025):
    counted = {
        tuple(row[word].casefold() for word in ("major", "minor", "counted"))
        for row in table("mps-dashboard")
        if row["crime_type"] == "all"
    }
    totals: dict[str, int] = defaultdict(int)
    values = august_2025.grid.values(np.arange(len(august_2025.grid)))
    for area, label, row in zip(august_2025.grid.area, august_2025.grid.label, values, strict=True):
        if tuple(map(str.casefold, august_2025.labels[label])) in counted:
            totals[august_2025.areas[area].code] += int(row[-24:].sum())

    assert august_2025.first_month == date(2021, 8, 1) and august_2025.grid.columns == 48
    assert (totals["E09000004"], totals["E09000006"]) == (33_163, 48_251)


def test_every_line_of_the_real_file_is_kept_or_set_aside(august_2025):
    assert august_2025.rows == 472_354
    assert sum(aside.rows for aside in august_2025.set_aside) == 2_450
    assert august_2025.total + sum(aside.total for aside in august_2025.set_aside) == 2 * 5_176_654
    assert august_2025.part == "other"
    assert not august_2025.grid.repeats()


def test_knife_crime_of_the_real_file_is_not_doubled(august_2025):
    kinds = defaultdict(int)
    values = august_2025.grid.values(np.arange(len(august_2025.grid)))
    for area, label, row in zip(august_2025.grid.area, august_2025.grid.label, values, strict=True):
        if august_2025.labels[label] == Label("Knife Crime", "Knife Crime", "Offences"):
            kinds[august_2025.areas[area].kind] += int(row.sum())

    assert kinds["borough"] + kinds["pseudo"] == 57_014
    assert kinds["ward"] <= 57_014


def test_both_copies_of_the_real_file_read_the_same(real, august_2025):
    assert same(read_path(real[".parquet"]), august_2025)


def test_every_label_of_the_real_file_was_reviewed(august_2025):
    reviewed = {
        tuple(row[word].casefold() for word in ("major", "minor", "counted"))
        for row in table("mps-dashboard")
    }

    assert {tuple(map(str.casefold, label)) for label in august_2025.labels} <= reviewed


def test_many_lines_take_little_memory():
    lines = [
        line(("Borough", f"Place {place}", f"Place {place}", f"E09{place:06}"), month, label)
        for month in MONTHS
        for label in (KNIFE, HATE)
        for place in range(5_000)
    ]
    content = as_csv(lines)
    del lines

    tracemalloc.start()
    publication = read(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert publication.rows == 30_000
    assert peak < 25 * 1024 * 1024
