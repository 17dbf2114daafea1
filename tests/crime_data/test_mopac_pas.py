import math
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile
from crime_data.importers.contract import AreaRef, Label
from crime_data.importers.mopac_pas import LONDON
from tests.tables import cells_of, csv_of, read, read_path, workbook_of

pytestmark = pytest.mark.once
GOOD_JOB = '"Good Job" local'
ENDS = [date(2022, 12, 31), date(2023, 3, 31), date(2023, 6, 30), date(2023, 9, 30), date(2023, 12, 31)]
BOROUGHS = ["Bexley", "Bromley", "City of Westminster"]
MEASURES = [GOOD_JOB, "Trust MPS"]
HEADER = ["Date", "Survey", "Borough", "Measure", "Proportion", "MPS"]
BRITISH, AMERICAN = "{0.day:02}/{0.month:02}/{0.year}", "{0.month}/{0.day}/{0.year}"


def share(row: int, quarter: int) -> float:
    return round(0.4 + 0.07 * row + 0.01 * quarter, 2)


def borough_rows(*, day=BRITISH.format, number=str) -> list[list]:
    rows: list[list] = [list(HEADER)]
    for quarter, end in enumerate(ENDS):
        for at, measure in enumerate(MEASURES):
            for row, borough in enumerate(BOROUGHS):
                london = number(share(at, quarter))
                rows.append([day(end), "PAS", borough, measure, number(share(row + at, quarter)), london])
    return rows


def mps_rows(*, day=BRITISH.format, number=str) -> list[list]:
    rows: list[list] = [HEADER[:5]]
    for quarter, end in enumerate(ENDS):
        for at, measure in enumerate(MEASURES):
            rows.append([day(end), "PAS", "MPS", measure, number(share(at, quarter))])
    return rows


def with_comma(number: float) -> str:
    return str(number).replace(".", ",")


def changed(row: int, column: int, value: str) -> bytes:
    rows = borough_rows()
    rows[row][column] = value
    return csv_of(rows)


def a_day(end: date) -> datetime:
    return datetime(end.year, end.month, end.day)


# --- what is taken ---------------------------------------------------------------------------


def test_a_quarter_is_given_by_its_last_day_and_kept_by_its_first_month(tmp_path):
    found = read(csv_of(borough_rows()), tmp_path)

    assert (found.source.key, found.part, found.release_key) == ("mopac-pas", "borough", "to-202312")
    assert (found.first_month, found.step, found.grid.columns) == (date(2022, 10, 1), 3, 5)
    assert found.last_month == found.release_month == date(2023, 12, 1)
    assert found.total is None
    assert found.rows == 30
    assert found.missing == ()


def test_shares_stand_by_area_and_measure(tmp_path):
    found = read(csv_of(borough_rows()), tmp_path)

    assert cells_of(found)["Bromley", "Trust MPS"] == [share(2, quarter) for quarter in range(5)]
    assert len(found.grid) == 4 * 2


def test_the_london_column_becomes_the_force(tmp_path):
    found = read(csv_of(borough_rows()), tmp_path)

    assert LONDON in found.areas
    assert cells_of(found)["Metropolitan Police", GOOD_JOB] == [share(0, quarter) for quarter in range(5)]


def test_a_measure_keeps_its_quotation_marks(tmp_path):
    content = csv_of(borough_rows())

    assert b'"""Good Job"" local"' in content
    assert read(content, tmp_path).labels[0] == Label("Public Attitude Survey", GOOD_JOB)


@pytest.mark.parametrize(
    "content",
    [
        csv_of(borough_rows(day=BRITISH.format, number=with_comma), ends="\n")[:-1],
        csv_of(borough_rows(day=BRITISH.format, number=with_comma), delimiter=";"),
        csv_of(borough_rows(day=AMERICAN.format), ends="\n"),
        csv_of(borough_rows(day="{0.day}/{0.month}/{0.year}".format)),
        csv_of(borough_rows(day="{0}".format)),
        workbook_of({"Borough": borough_rows(day=a_day, number=float)}),
        workbook_of({"Cover": [["PAS"]], "Borough": borough_rows(number=with_comma)}),
    ],
    ids=[
        "decimal comma",
        "semicolons",
        "American days",
        "no zero",
        "ISO days",
        "workbook",
        "text in workbook",
    ],
)
def test_every_form_it_is_passed_on_in_gives_the_same_shares(content, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()

    assert cells_of(read(content, tmp_path)) == cells_of(read(csv_of(borough_rows()), plain))


def test_the_sheet_of_london_alone_is_a_part_of_its_own(tmp_path):
    found = read(csv_of(mps_rows(number=with_comma), delimiter=";"), tmp_path)

    assert (found.part, found.areas, found.rows) == ("mps", (LONDON,), 10)


def test_a_workbook_with_both_sheets_is_read_as_one(tmp_path):
    sheets = {
        "MPS": mps_rows(day=a_day, number=float),
        "Borough": borough_rows(day=a_day, number=float),
    }
    found = read(workbook_of(sheets), tmp_path)

    assert (found.part, found.rows, len(found.grid)) == ("workbook", 40, 8)
    assert not found.grid.repeats()


def test_two_spellings_of_richmond_are_one_borough(tmp_path):
    rows = borough_rows()
    for at, row in enumerate(rows):
        if row[2] == "Bexley":
            row[2] = "Richmond Upon Thames" if at > 20 else "Richmond upon Thames"
    found = read(csv_of(rows), tmp_path)

    assert [area for area in found.areas if "Richmond" in area.name] == [
        AreaRef("borough", "Richmond upon Thames")
    ]
    assert not any(map(math.isnan, cells_of(found)["Richmond upon Thames", GOOD_JOB]))


def test_a_measure_asked_only_later_is_not_published_before(tmp_path):
    rows = [row for row in borough_rows() if row[3] != "Trust MPS" or row[0].endswith("2023")]
    found = cells_of(read(csv_of(rows), tmp_path))["Bexley", "Trust MPS"]

    assert math.isnan(found[0])
    assert found[1:] == [share(1, quarter) for quarter in range(1, 5)]


def test_a_quarter_without_a_line_is_missing(tmp_path):
    found = read(csv_of([row for row in borough_rows() if row[0] != "30/06/2023"]), tmp_path)

    assert found.missing == (date(2023, 4, 1),)
    assert math.isnan(cells_of(found)["Bexley", GOOD_JOB][2])


def test_the_stray_block_is_set_aside_by_name_and_its_line_is_kept(tmp_path):
    rows = [[*row, "", "", "", ""] for row in borough_rows()]
    rows[9][8:10] = ["Trust", "0,71"]
    found = read(csv_of(rows), tmp_path)

    assert [aside.what for aside in found.set_aside] == [
        "column 9 (without a heading)",
        "column 10 (without a heading)",
    ]
    assert "“0,71” on line 10" in found.set_aside[1].why
    assert [aside.rows for aside in found.set_aside] == [0, 0]
    assert cells_of(found) == cells_of(read(csv_of(borough_rows()), tmp_path))


def test_another_survey_is_set_aside_with_its_lines(tmp_path):
    rows = borough_rows()
    rows.append(["31/12/2023", "USS", "Bexley", "Satisfied", "0.7", "0.66"])
    found = read(csv_of(rows), tmp_path)

    assert [(aside.what, aside.rows) for aside in found.set_aside] == [("Survey “USS”", 1)]
    assert found.rows == 31


def test_the_margin_of_error_is_said(tmp_path):
    assert "several percentage points off by chance" in read(csv_of(borough_rows()), tmp_path).caveats[0]


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (changed(2, 4, "56"), r"Line 3, column Proportion: 56 is more than one\. MOPAC writes 56% as 0\.56"),
        (changed(2, 5, "56"), "Line 3, column MPS: 56 is more than one"),
        (changed(2, 4, "56%"), "Line 3, column Proportion: “56%” is no share of one"),
        (changed(2, 4, "-0.5"), "“-0.5” is no share"),
        (changed(2, 4, "1.5e-1"), "is no share"),
        (changed(2, 4, "nan"), "is no share"),
        (changed(2, 4, "1.234,5"), "is no share"),
        (changed(2, 4, "٠.٥"), "is no share"),
        (changed(2, 4, ""), "Line 3, column Proportion: the cell is blank, and blank is not 0"),
        (changed(2, 2, ""), "Line 3, column Borough: the cell is blank"),
        (
            changed(2, 0, "12/31/2022"),
            "Line 3, column Date: “12/31/2022”, read as day/month/year like the other",
        ),
        (changed(2, 0, "30/12/2022"), "Line 3, column Date: “30/12/2022”"),
        (changed(2, 0, "01/10/2022"), "is not the last day of a quarter"),
        (changed(2, 0, "31/12/22"), "is not the last day of a quarter"),
        (changed(2, 0, "44926"), "is not the last day of a quarter"),
        (changed(2, 0, ""), "is not the last day of a quarter"),
        (changed(2, 0, "31/12/2026"), "Line 3, column Date: “31/12/2026” lies in the future"),
        (changed(3, 2, "bexley"), 'Line 4 repeats line 2: Bexley, "Good Job" local, October 2022 to Decem'),
        (changed(3, 5, "0.42"), "Line 4: Metropolitan Police, .*: the share is 0.42, but 0.4 on line 2"),
        (csv_of([*borough_rows(), ["31/12/2023", "PAS"]]), "Line 32 has 2 cells, fewer than the 6"),
        (csv_of([HEADER]), "a header but no answers"),
        (
            csv_of([[*HEADER, "mps"], ["31/12/2022", "PAS", "Bexley", "x", "1", "1", "1"]]),
            "The header has 2 columns called “MPS”",
        ),
    ],
)
def test_what_is_doubtful_is_refused_by_line_column_and_value(content, message, tmp_path):
    with pytest.raises(BadFile, match=message):
        read(content, tmp_path)


def test_days_in_both_orders_are_refused(tmp_path):
    rows = borough_rows()
    rows[1:7] = borough_rows(day=AMERICAN.format)[1:7]

    with pytest.raises(
        BadFile, match="Line 2, column Date: “12/31/2022”, read as day/month/year like the other"
    ):
        read(csv_of(rows), tmp_path)


def test_a_sheet_of_london_that_disagrees_with_the_boroughs_column_is_refused(tmp_path):
    london = mps_rows(number=float)
    london[1][4] = 0.9
    sheets = {"MPS": london, "Borough": borough_rows(number=float)}

    with pytest.raises(
        BadFile, match=r"Sheet Borough, row 2: Metropolitan Police, .* but 0.9 on sheet MPS, row 2"
    ):
        read(workbook_of(sheets), tmp_path)


def test_another_workbook_with_a_borough_sheet_is_not_taken_for_it(tmp_path):
    with pytest.raises(BadFile, match="The workbook is not known"):
        read(workbook_of({"Borough": [["Code", "Area name"], ["E09000004", "Bexley"]]}), tmp_path)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_a_damaged_file_is_refused_or_read_whole(tmp_path, data):
    content = bytearray(csv_of(borough_rows()))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(content), tmp_path)
    except BadFile:
        return
    answers = sum(1 for row in cells_of(found).values() for value in row if not math.isnan(value))
    assert found.rows == 30
    assert all(0 <= value <= 1 for row in cells_of(found).values() for value in row if not math.isnan(value))
    assert answers >= 30 - sum(aside.rows for aside in found.set_aside)


# --- the real files --------------------------------------------------------------------------


def test_the_published_borough_sheet_is_read_whole(real_data, tmp_path):
    found = read_path(real_data / "mopac-pas" / "PAS_Dashboard_Borough.csv", tmp_path)
    cells = cells_of(found)

    assert (found.rows, found.grid.columns, len(found.labels), len(found.areas)) == (9_312, 37, 8, 33)
    assert (found.first_month, found.release_key) == (date(2014, 10, 1), "to-202312")
    assert len(found.set_aside) == 2
    answers = {key: sum(not math.isnan(value) for value in row) for key, row in cells.items()}
    assert sum(count for (area, _), count in answers.items() if area != LONDON.name) == 9_312
    assert {count for (_, measure), count in answers.items() if measure == "Trust MPS"} == {32}
    assert {count for (_, measure), count in answers.items() if measure != "Trust MPS"} == {37}


def test_the_two_published_sheets_agree_on_london(real_data, tmp_path):
    boroughs = cells_of(read_path(real_data / "mopac-pas" / "PAS_Dashboard_Borough.csv", tmp_path))
    london = cells_of(read_path(real_data / "mopac-pas" / "PAS_Total.csv", tmp_path))

    assert len(london) == 8
    for key, row in london.items():
        assert [*map(str, row)] == [*map(str, boroughs[key])]
