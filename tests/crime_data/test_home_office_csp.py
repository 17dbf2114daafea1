import csv
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile, open_file, read_publication
from crime_data.importers.contract import AreaRef, Label, Publication
from crime_data.importers.grid import NOT_PUBLISHED
from crime_data.importers.home_office_csp import recognises
from tests.workbook_files import make_ods, make_xlsx

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 24)
HEADER = [
    "Financial Year",
    "Financial Quarter",
    "Police Force",
    "CSP Name",
    "Offence Description",
    "Offence Group",
    "Offence Subgroup",
    "Offence Code",
    "Offence Count",
]
SHORT = ["Financial Year", "Financial Quarter", "Police Force", "CSP Name", "Offence Group", "Offence Count"]
ARSON = ("Arson endangering life", "Criminal damage and arson", "Arson", "56A")
DAMAGE = ("Criminal damage to a dwelling", "Criminal damage and arson", "Criminal damage", "58A")
OTHER_DAMAGE = ("Other criminal damage", "Criminal damage and arson", "Criminal damage", "58D")
KENT = ("Medway", "Sevenoaks", "Unassigned Kent")
KENT_NOTE = (
    "Kent: Due to a new system, figures for Medway, Tonbridge and Malling, and Dover are recorded under an "
    "unassigned CSP group from 2025 onwards."
)


def lines_of(
    year: int, csps=(("Kent", "Medway"),), things=(ARSON, DAMAGE), quarters=(1, 2, 3, 4), count=10
) -> list[list]:
    """A line for each CSP, offence and quarter; `count` is a number or a function of CSP and quarter."""
    return [
        [
            f"{year}/{year % 100 + 1:02}",
            quarter,
            force,
            csp,
            *thing,
            count(csp, quarter) if callable(count) else count,
        ]
        for force, csp in csps
        for thing in things
        for quarter in quarters
    ]


def sheets_of(*years: int, notes=(), **given) -> dict[str, list]:
    front = [
        ["Police recorded crime"],
        ["Updated: 23 July 2026"],
        [],
        ["Force Notes"],
        *([note] for note in notes),
    ]
    front += [["Additional Notes"], ["Some areas are unassigned, as for Medway."]]
    return {"Notes": front} | {
        f"{year}_{year % 100 + 1:02}": [[*HEADER], *lines_of(year, **given)] for year in years
    }


def opened(tmp_path, sheets: dict, make=make_ods):
    (file,) = open_file("prc-csp.ods", make(tmp_path / "received", sheets), tmp_path)
    return file


def publication_of(tmp_path, sheets: dict, make=make_ods) -> Publication:
    found = read_publication(opened(tmp_path, sheets, make), today=TODAY)
    assert isinstance(found, Publication)
    return found


def changed(sheets: dict, row: int, column: str, value, sheet: str = "2025_26") -> dict:
    sheets[sheet][row][sheets[sheet][0].index(column)] = value
    return sheets


def series(publication: Publication, csp: str, minor: str) -> list[int]:
    grid = publication.grid
    (row,) = (
        at
        for at in range(len(grid))
        if publication.areas[grid.area[at]].name == csp and publication.labels[grid.label[at]].minor == minor
    )
    return grid.values(np.array([row]))[0].tolist()


def refusal(tmp_path, sheets: dict) -> str:
    with pytest.raises(BadFile) as found:
        publication_of(tmp_path, sheets)
    return str(found.value)


# --- what a sound file gives ---


@pytest.mark.parametrize("make", [make_ods, make_xlsx])
def test_a_sheet_a_year_becomes_a_column_a_quarter(tmp_path, make):
    found = publication_of(tmp_path, sheets_of(2024, 2025, things=(ARSON, DAMAGE, OTHER_DAMAGE)), make)

    assert (found.step, found.first_month, found.last_month) == (3, date(2024, 4, 1), date(2026, 3, 1))
    assert (found.release_month, found.release_key, found.source.rhythm) == (
        date(2026, 3, 1),
        "to-202603",
        "quarterly",
    )
    assert found.areas == (AreaRef("csp", "Medway", "", "Kent"),)
    assert found.labels == (
        Label("Criminal damage and arson", "Arson"),
        Label("Criminal damage and arson", "Criminal damage"),
    )
    assert series(found, "Medway", "Criminal damage") == [20] * 8
    assert (found.rows, found.total, found.missing, found.set_aside) == (24, 240, (), ())


def test_quarter_1_is_april_to_june_and_the_last_year_can_be_part_of_one(tmp_path):
    sheets = sheets_of(2024, quarters=(3, 4)) | {"2025_26": [[*HEADER], *lines_of(2025, quarters=(1,))]}
    found = publication_of(tmp_path, sheets)

    assert (found.first_month, found.last_month, found.grid.columns) == (
        date(2024, 10, 1),
        date(2025, 6, 1),
        3,
    )


@pytest.mark.parametrize("name", ["2002_03", "2002-03", "2002/03", "2002-2003", " 2002–03 "])
def test_older_workbooks_spell_years_forces_and_counts_otherwise(tmp_path, name):
    header = [*SHORT]
    header[2], header[-1] = "Force Name", "Number of  Offences"
    rows = [["2002/03", f"Q{quarter}", "Kent", "Medway", "Robbery", "1,234"] for quarter in range(1, 5)]
    found = publication_of(tmp_path, {name: [["A title"], [], header, *rows]})

    assert found.labels == (Label("Robbery", ""),)
    assert series(found, "Medway", "") == [1234] * 4
    assert (found.first_month, found.total) == (date(2002, 4, 1), 4936)
    assert "before 2002/03 cannot be compared" in found.caveats[-1]


def test_what_no_csp_could_be_found_for_is_no_place_and_stays_in_the_file(tmp_path):
    csps = [("Devon and Cornwall", "Unassigned Devon & Cornwall"), ("Metropolitan Police", "Unassigned")]
    found = publication_of(tmp_path, sheets_of(2025, csps=csps))

    assert [(area.kind, area.code) for area in found.areas] == [
        ("pseudo", "HO-UNASSIGNED-devon-and-cornwall"),
        ("pseudo", "HO-UNASSIGNED-metropolitan-police"),
    ]
    assert found.total == 160


def test_names_spelt_with_other_case_blanks_or_ampersands_are_one_area(tmp_path):
    sheets = sheets_of(2024, csps=[("Avon & Somerset", "North Somerset")])
    sheets |= {"2025_26": [[*HEADER], *lines_of(2025, csps=[("Avon and Somerset", "NORTH  Somerset")])]}
    found = publication_of(tmp_path, sheets)

    assert found.areas == (AreaRef("csp", "North Somerset", "", "Avon & Somerset"),)
    assert series(found, "North Somerset", "Arson") == [10] * 8


def test_an_area_without_a_line_in_a_quarter_is_not_published_and_a_missing_offence_is_nought(tmp_path):
    sheets = sheets_of(2024)
    sheets["2025_26"] = [[*HEADER], *lines_of(2025, csps=[("Kent", "Dover")], things=(ARSON,))]
    found = publication_of(tmp_path, sheets)

    assert series(found, "Medway", "Arson") == [10] * 4 + [NOT_PUBLISHED] * 4
    assert series(found, "Dover", "Arson") == [NOT_PUBLISHED] * 4 + [10] * 4

    sheets["2025_26"] += lines_of(2025, things=(DAMAGE,))
    found = publication_of(tmp_path, sheets)
    assert series(found, "Medway", "Arson") == [10] * 4 + [0] * 4


def test_a_year_that_is_missing_between_two_is_missing_by_its_quarters(tmp_path):
    found = publication_of(tmp_path, sheets_of(2023, 2025))

    assert found.missing == tuple(date(2024 + (month < 4), month, 1) for month in (4, 7, 10, 1))
    assert series(found, "Medway", "Arson") == [10] * 4 + [NOT_PUBLISHED] * 4 + [10] * 4


def test_a_negative_count_is_added_in_and_told(tmp_path):
    found = publication_of(
        tmp_path, changed(sheets_of(2025, things=(DAMAGE, OTHER_DAMAGE)), 1, "Offence Count", -3)
    )

    assert series(found, "Medway", "Criminal damage") == [7, 20, 20, 20]
    assert any("1 lines hold negative counts, -3 in all" in caveat for caveat in found.caveats)
    assert found.total == 67


def test_lines_without_offence_codes_are_added_up_and_told(tmp_path):
    rows = [["2025/26", 1, "Kent", "Medway", "Robbery", count] for count in (1, 2, 3)]
    found = publication_of(tmp_path, {"2025_26": [SHORT, *rows]})

    assert (found.rows, found.total) == (3, 6)
    assert any("2 lines of the same CSP, group and quarter" in caveat for caveat in found.caveats)


# --- force notes ---


def of_kent(csp: str, quarter: int) -> int:
    return {"Medway": 1, "Unassigned Kent": 500}.get(csp, 100)


def kent(*years: int, notes=(KENT_NOTE,), count=of_kent) -> dict:
    sound = sheets_of(2023, csps=[("Kent", csp) for csp in KENT], count=100, notes=notes)
    return sound | {
        f"{year}_{year % 100 + 1:02}": [
            HEADER,
            *lines_of(year, csps=[("Kent", csp) for csp in KENT], count=count),
        ]
        for year in years
    }


def test_a_csp_named_in_a_force_note_is_not_available_and_its_counts_are_set_aside_by_name(tmp_path):
    found = publication_of(tmp_path, kent(2024, 2025))

    # The note says “from 2025 onwards”: the quarter from January 2025 is the first.
    assert series(found, "Medway", "Arson") == [100] * 4 + [1] * 3 + [NOT_PUBLISHED] * 5
    assert series(found, "Sevenoaks", "Arson") == [100] * 12
    assert series(found, "Unassigned Kent", "Arson") == [100] * 4 + [500] * 8
    (aside,) = found.set_aside
    assert (aside.what, aside.why) == ("Medway, January 2025 to March 2026", KENT_NOTE)
    assert (aside.rows, aside.total) == (10, 10)
    assert f"Force Note of the Home Office: {KENT_NOTE}" in found.caveats
    assert "Medway is not available for January 2025 to March 2026, by a Force Note." in found.caveats


def test_every_line_is_in_the_figures_or_set_aside(tmp_path):
    sheets = kent(2024, 2025)
    found = publication_of(tmp_path, sheets)
    lines = [row for name, rows in sheets.items() if name != "Notes" for row in rows[1:]]

    assert found.rows == len(lines)
    assert found.total + sum(aside.total for aside in found.set_aside) == sum(row[-1] for row in lines)


@pytest.mark.parametrize(
    "front",
    [
        [["Force Notes", KENT_NOTE]],
        [["FORCE NOTES:"], [KENT_NOTE]],
        [[f"Force Notes\n{KENT_NOTE}\nAdditional Notes\nMore."]],
        [["Force Notes"], ["Kent:", KENT_NOTE.removeprefix("Kent: ")]],
    ],
)
def test_a_force_note_is_found_however_the_sheet_is_laid_out(tmp_path, front):
    found = publication_of(tmp_path, kent(2025) | {"Notes": front})

    assert series(found, "Medway", "Arson")[-1] == NOT_PUBLISHED


def test_a_note_under_another_heading_takes_nothing_away(tmp_path):
    found = publication_of(tmp_path, kent(2025, notes=()))

    assert found.set_aside == ()
    assert series(found, "Medway", "Arson")[-1] == 1


def test_a_note_that_says_nothing_of_missing_figures_is_only_told(tmp_path):
    note = "Kent: the CSP of Medway has been renamed."
    found = publication_of(tmp_path, kent(2025, notes=(note,)))

    assert found.set_aside == ()
    assert f"Force Note of the Home Office: {note}" in found.caveats


def test_a_note_about_some_areas_of_a_force_takes_away_those_that_lost_nine_tenths(tmp_path):
    note = "For the year ending March 2026, data for some areas withinKenthave been recorded as unassigned."
    found = publication_of(tmp_path, kent(2024, 2025, notes=(note,)))

    assert series(found, "Medway", "Arson") == [100] * 4 + [1] * 4 + [NOT_PUBLISHED] * 4
    assert series(found, "Sevenoaks", "Arson") == [100] * 12


def test_without_a_year_before_a_tenth_of_the_unassigned_group_is_the_measure(tmp_path):
    sheets = kent(2025, notes=("Kent: some areas are recorded as unassigned.",))
    del sheets["2023_24"]
    found = publication_of(tmp_path, sheets)

    assert series(found, "Medway", "Arson") == [NOT_PUBLISHED] * 4
    assert series(found, "Sevenoaks", "Arson") == [100] * 4


def test_a_second_lost_year_is_held_against_the_last_sound_one(tmp_path):
    note = "Kent: some areas are recorded as unassigned from April 2024."
    found = publication_of(tmp_path, kent(2024, 2025, notes=(note,)))

    assert series(found, "Medway", "Arson") == [100] * 4 + [NOT_PUBLISHED] * 8


def test_two_notes_about_one_csp_set_its_counts_aside_once(tmp_path):
    again = "For the year ending March 2026, Medway is unassigned."
    found = publication_of(tmp_path, kent(2025, notes=(KENT_NOTE, again)))

    assert sum(aside.total for aside in found.set_aside) == 8
    assert [aside.why for aside in found.set_aside] == [KENT_NOTE]


@pytest.mark.parametrize(
    ("note", "gone"),
    [
        ("Figures for South Derbyshire are unassigned.", {"South Derbyshire"}),
        ("Figures forSouth Derbyshirehave been unassigned.", {"South Derbyshire"}),
        ("Derbyshire: Derby and High Peak are unassigned.", {"Derby", "High Peak"}),
        ("Some areas withinDerbyshirehave been unassigned.", set()),
        ("Dorset: data are unassigned.", set()),
        ("Canterbury is unassigned.", {"Canterbury"}),
        ("Tonbridge & Malling is unassigned.", {"Tonbridge and Malling"}),
        ("London, City of is unavailable.", set()),
    ],
)
def test_names_in_notes_are_whole_names(tmp_path, note, gone):
    csps = [
        ("Derbyshire", "Derby"),
        ("Derbyshire", "South Derbyshire"),
        ("Derbyshire", "High Peak"),
        ("Dorset", "Dorset"),
        ("Greater Manchester", "Bury"),
        ("Kent", "Canterbury"),
        ("Kent", "Tonbridge and Malling"),
        ("London, City of", "London, City of"),
    ]
    found = publication_of(tmp_path, sheets_of(2025, csps=csps, notes=(note,)))

    assert {aside.what.removesuffix(", April 2025 to March 2026") for aside in found.set_aside} == gone


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("from 2025 onwards", range(7, 12)),
        ("since July 2025", range(9, 12)),
        ("from 1 October 2025", range(10, 12)),
        ("for the year ending March 2025", range(4, 8)),
        ("for the years ending March 2024 and 2025", range(8)),
        ("for the year ending December 2024", range(3, 7)),
        ("in 2024/25", range(4, 8)),
        ("", range(12)),
    ],
)
def test_a_note_is_about_the_time_it_says(tmp_path, words, columns):
    found = publication_of(tmp_path, kent(2024, 2025, notes=(f"Medway is unassigned {words}.",)))
    values = series(found, "Medway", "Arson")

    assert [at for at, value in enumerate(values) if value == NOT_PUBLISHED] == list(columns)


# --- what is refused ---


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("Offence Count", None, "Line 2, column Offence Count of sheet 2025_26: the cell is blank"),
        ("Offence Count", " ", "the cell is blank"),
        ("Offence Count", "n/a", "“n/a” is not a whole number"),
        ("Offence Count", 12.5, "“12.5” is not a whole number"),
        ("Offence Count", "1,23", "“1,23” is not a whole number"),
        ("Offence Count", 10**9, "is not a whole number"),
        ("Offence Count", True, "“True” is not a whole number"),
        ("Financial Quarter", 5, "Sheet 2025_26, row 2: “5” is no financial quarter"),
        ("Financial Quarter", 0, "“0” is no financial quarter"),
        ("Financial Quarter", None, "“” is no financial quarter"),
        ("Financial Year", "2024/25", "the financial year is “2024/25”, which is not that of the sheet"),
        ("Financial Year", "2025/27", "which is not that of the sheet"),
        ("Financial Year", 2025, "which is not that of the sheet"),
        ("Financial Year", datetime(2025, 4, 1), "which is not that of the sheet"),
        ("CSP Name", None, "row 2: the cell for the CSP is blank"),
        ("Police Force", "", "the cell for the police force is blank"),
        ("Offence Group", None, "the cell for the offence group is blank"),
        ("CSP Name", "x" * 200, "is no CSP"),
    ],
)
def test_a_doubtful_cell_is_refused_by_its_place_and_value(tmp_path, column, value, words):
    assert words in refusal(tmp_path, changed(sheets_of(2025), 1, column, value))


@pytest.mark.parametrize(
    ("value", "count"), [("1,234", 1234), ("-1,234", -1234), ("−5", -5), ("12", 12), (12.0, 12)]
)
def test_a_count_is_read_in_its_usual_spellings(tmp_path, value, count):
    found = publication_of(tmp_path, changed(sheets_of(2025), 1, "Offence Count", value))

    assert series(found, "Medway", "Arson")[0] == count


@pytest.mark.parametrize(
    "column", [name for name in HEADER if name not in ("CSP Name", *HEADER[4:5], *HEADER[6:8])]
)
def test_a_column_that_is_missing_is_named(tmp_path, column):
    words = refusal(tmp_path, changed(sheets_of(2025), 0, column, "Remarks"))

    assert "the header has 0 columns for" in words and "Remarks" in words


def test_a_column_that_stands_twice_is_refused(tmp_path):
    assert "the header has 2 columns for the CSP" in refusal(
        tmp_path, changed(sheets_of(2025), 0, "Offence Code", "CSP Name")
    )


def test_a_later_sheet_without_its_header_is_refused_by_name(tmp_path):
    sheets = sheets_of(2024, 2025)
    sheets["2025_26"] = sheets["2025_26"][1:]

    assert "Sheet 2025_26 has no column CSP Name" in refusal(tmp_path, sheets)


def test_columns_can_stand_in_another_order_in_each_sheet(tmp_path):
    sheets = sheets_of(2024, 2025)
    sheets["2025_26"] = [row[::-1] for row in sheets["2025_26"]]

    assert series(publication_of(tmp_path, sheets), "Medway", "Arson") == [10] * 8


def test_rows_pasted_twice_are_refused(tmp_path):
    sheets = sheets_of(2025)
    sheets["2025_26"] += sheets["2025_26"][1:3]

    assert "row 10: the same CSP, offence and quarter stand in row 2 already (2 such rows)" in refusal(
        tmp_path, sheets
    )


def test_two_sheets_about_one_year_are_refused(tmp_path):
    sheets = sheets_of(2025)

    assert "Two sheets are about 2025/26" in refusal(tmp_path, sheets | {"2025-26": sheets["2025_26"]})


def test_figures_under_a_sheet_that_is_no_year_are_not_passed_over(tmp_path):
    sheets = sheets_of(2024, 2025)

    assert "Sheet Sheet1, row 1, begins a table of figures" in refusal(
        tmp_path, {"Sheet1": sheets.pop("2025_26")} | sheets
    )


def test_a_sheet_without_figures_is_refused(tmp_path):
    assert "has a header but no figures" in refusal(tmp_path, sheets_of(2024) | {"2025_26": [HEADER]})


def test_a_quarter_that_is_not_over_is_refused(tmp_path):
    assert "quarter 3 (October to December 2026), which is not over" in refusal(
        tmp_path, sheets_of(2026, quarters=(3,))
    )


# --- what is another file ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Financial Year,Police Force,CSP Name,Offence Group,Offences (sum of quarters 1 to 4)\n",
            "a summary",
        ),
        ("CSP Name\nAdur\n", "a list of names"),
        (f"{','.join(HEADER)}\n", "one sheet of the workbook"),
    ],
)
def test_what_somebody_made_of_the_workbook_is_refused_with_the_reason(tmp_path, text, words):
    path = tmp_path / "extract.csv"
    path.write_text(text)
    (file,) = open_file("extract.csv", path, tmp_path)

    assert recognises(file)
    with pytest.raises(BadFile, match=words) as found:
        read_publication(file, today=TODAY)
    assert "Upload the Home Office's own workbook" in str(found.value)


def test_the_home_offices_tables_by_force_are_not_taken_for_those_by_csp(tmp_path):
    by_force = [[cell for at, cell in enumerate(row) if at != 3] for row in sheets_of(2025)["2025_26"]]

    assert not recognises(opened(tmp_path, {"2025_26": by_force}))
    assert not recognises(opened(tmp_path, {"MYE4": [["Code", "Name"]]}))


def test_a_damaged_workbook_is_not_recognised_and_says_why(tmp_path):
    path = make_ods(tmp_path / "received", sheets_of(2025))
    path.write_bytes(path.read_bytes().replace(b"content.xml", b"kontent.xml", 1))
    (file,) = open_file("a.ods", path, tmp_path)

    assert not recognises(file)
    with pytest.raises(BadFile, match="damaged"):
        read_publication(file, today=TODAY)


@pytest.mark.parametrize("name", ["ho-csp-2025-26-extract.csv", "ho-csp-names.csv"])
def test_the_second_hand_files_are_refused(real_data, tmp_path, name):
    (file,) = open_file(name, real_data / "home-office-csp" / name, tmp_path)

    with pytest.raises(BadFile, match="Upload the Home Office's own workbook"):
        read_publication(file, today=TODAY)


def test_the_real_note_about_kent_takes_away_the_five_it_names_and_no_other_of_315(real_data, tmp_path):
    folder = real_data / "home-office-csp"
    (file,) = open_file("names", folder / "ho-csp-names.csv", tmp_path)
    names = [cells[0] for _, cells in file.table().lines]
    kent = {
        "Ashford",
        "Canterbury",
        "Dartford and Gravesham",
        "Dover",
        "Folkestone and Hythe",
        "Maidstone",
        "Medway",
    }
    kent |= {"Sevenoaks", "Swale", "Thanet", "Tonbridge and Malling", "Tunbridge Wells", "Unassigned Kent"}
    derbyshire = {
        name for name in names if "Derby" in name or name in ("Amber Valley", "Bolsover", "High Peak")
    }
    csps = [("Kent" if n in kent else "Derbyshire" if n in derbyshire else "Elsewhere", n) for n in names]
    front = [[line] for line in (folder / "ho-notes.txt").read_text().splitlines()]
    sheets = sheets_of(2023, 2024, 2025, csps=csps, things=(ARSON,))
    found = publication_of(tmp_path, sheets | {"Notes": front})

    assert len(found.areas) == 357
    assert sum(area.kind == "csp" for area in found.areas) == 315
    assert {aside.what.split(", January")[0] for aside in found.set_aside} == {
        "Maidstone",
        "Medway",
        "Tonbridge and Malling",
        "Dartford and Gravesham",
        "Tunbridge Wells",
    }
    assert all("January 2024 to March 2026" in aside.what for aside in found.set_aside)
    assert sum("Force Note of the Home Office" in caveat for caveat in found.caveats) == 2


# --- whatever else ---

ANYTHING = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING |= st.sampled_from([*HEADER, "Medway", "2025/26", "1,000", "-4", "Unassigned Kent", "é"])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_cells_swapped_or_overwritten_are_refused_or_add_up(tmp_path, data):
    sheets = kent(2024, 2025)
    for _ in range(data.draw(st.integers(1, 3))):
        sheet = sheets[data.draw(st.sampled_from(sorted(sheets)))]
        row = sheet[data.draw(st.integers(0, len(sheet) - 1))]
        if row:
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(ANYTHING)
    try:
        found = read_publication(opened(tmp_path, sheets, make_ods), today=TODAY)
    except BadFile as refused:
        assert str(refused)
        return
    lines = [row for name, rows in sheets.items() if name != "Notes" for row in rows[1:]]
    counts = [
        int(str(row[HEADER.index("Offence Count")]).replace(",", "").removesuffix(".0")) for row in lines
    ]
    assert found.rows == len(lines)
    assert found.total + sum(aside.total for aside in found.set_aside) == sum(counts)


def test_every_group_of_the_publisher_has_been_reviewed(settings):
    reference = settings.BASE_DIR / "crime_data" / "reference"
    with (reference / "categories" / "home-office-csp.csv").open(encoding="utf-8") as file:
        reviewed = list(csv.DictReader(file))
    with (reference / "crime_types.csv").open(encoding="utf-8") as file:
        types = {row["key"] for row in csv.DictReader(file)}

    assert {row["crime_type"] for row in reviewed} <= types | {""}
    assert len({(row["major"], row["minor"]) for row in reviewed}) == len(reviewed)
    groups = {row["major"]: row["crime_type"] for row in reviewed if not row["minor"]}
    assert len(groups) == 10
    assert groups["Theft offences"] == ""  # burglary and vehicle offences are in it
