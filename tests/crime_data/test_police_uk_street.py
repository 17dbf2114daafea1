import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.importers import IMPORTERS, BadFile, open_file, police_uk, read_publication
from crime_data.importers.contract import AreaRef, Label, Publication
from crime_data.mapping import FOLDER

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 24)
HEADER = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type"
HEADER = [*HEADER.split(","), "Last outcome category", "Context"]
OUTCOMES = [*HEADER[:9], "Outcome type"]
SEARCHES = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
).split(",")
LEWES = ("E01021001", "Lewes 001A")
WARD = "crime_month_2018_06_area_E05000999_0.json"


def a_row(
    kind: str = "Burglary",
    *,
    lsoa: tuple[str, str] = LEWES,
    month: str = "2023-03",
    force: str = "Sussex Police",
    crime: str = "",
    place: str = "On or near Mill Lane",
) -> list[str]:
    where = ["0.01", "50.87", place] if lsoa[0] else ["", "", "No Location"]
    return [crime, month, force, force, *where, *lsoa, kind, "Under investigation", ""]


def written(rows: list[list[str]], header: list[str] = HEADER, *, ends: str = "\r\n") -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=ends).writerows([header, *rows])
    return text.getvalue().encode()


def a_crime(number: int, category: str = "burglary", **changes: object) -> dict:
    place = {"latitude": "51.4", "longitude": "0.02", "street": {"id": 9, "name": "On or near Hill Road"}}
    crime = {"category": category, "location_type": "Force", "location": place, "context": ""}
    crime |= {"outcome_status": None, "persistent_id": "", "id": number, "location_subtype": ""}
    return {**crime, "month": "2018-06", **changes}


@pytest.fixture
def read(tmp_path: Path):
    def read(content: bytes, name: str = "2023-03-sussex-street.csv") -> Publication:
        path = tmp_path / "received"
        path.write_bytes(content)
        [opened] = open_file(name, path, tmp_path)
        return read_publication(opened, today=TODAY)

    return read


@pytest.fixture
def read_rows(read):
    return lambda *rows: read(written(list(rows)))


def counts_of(publication: Publication) -> dict[tuple[str, str], int]:
    """(name of the area, printed label) -> count."""
    grid = publication.grid
    values = grid.values(range(len(grid)))[:, 0].tolist()
    areas = [publication.areas[at].name or publication.areas[at].code for at in grid.area]
    labels = [publication.labels[at].minor for at in grid.label]
    return dict(zip(zip(areas, labels, strict=True), values, strict=True))


def test_rows_are_counted_by_lsoa_and_crime_type(read_rows):
    other = ("E01021002", "Lewes 001B")
    found = read_rows(a_row(), a_row(lsoa=other), a_row("Drugs"), a_row(crime="f" * 64))

    assert counts_of(found) == {
        ("Lewes 001A", "Burglary"): 2,
        ("Lewes 001A", "Drugs"): 1,
        ("Lewes 001B", "Burglary"): 1,
    }
    assert (found.source.key, found.part, found.release_key) == (
        "police-uk-street",
        "sussex 2023-03",
        "to-202303",
    )
    assert found.first_month == found.last_month == date(2023, 3, 1)


def test_an_identical_row_is_another_crime(read_rows):
    found = read_rows(*[a_row("Anti-social behaviour")] * 7)

    assert (found.rows, found.total, len(found.grid), found.set_aside) == (7, 7, 1, ())


def test_the_first_words_of_the_lsoa_give_the_borough_and_not_the_force(read_rows):
    found = read_rows(a_row(lsoa=("E01000999", "Kingston upon Thames 016A"), force="Sussex Police"))

    assert found.areas == (AreaRef("lsoa", "Kingston upon Thames 016A", "E01000999", "Kingston upon Thames"),)


def test_a_name_that_is_no_borough_and_number_gives_no_borough(read_rows):
    assert read_rows(a_row(lsoa=("95GG01S1", "Whitehill"))).areas[0].within == ""


def test_what_has_no_location_belongs_to_the_force_and_to_no_area(read_rows):
    found = read_rows(a_row(lsoa=("", "")), a_row(lsoa=("", "")), a_row())

    assert AreaRef("pseudo", "No location (Sussex Police)", "NOLOC-sussex") in found.areas
    assert counts_of(found)["No location (Sussex Police)", "Burglary"] == 2


@pytest.mark.parametrize(
    ("force", "slug"),
    [
        ("Metropolitan Police Service", "metropolitan"),
        ("Devon & Cornwall Police", "devon-and-cornwall"),
        ("British Transport Police", "btp"),
        ("Police Service of Northern Ireland", "northern-ireland"),
        ("Dyfed-Powys Police", "dyfed-powys"),
        ("Severn Valley Constabulary", "severn-valley"),
    ],
)
def test_a_force_has_the_short_name_that_its_files_have(force, slug):
    assert police_uk.slug_of(force) == slug


def test_every_force_of_the_list_has_its_short_name_by_the_rule_too():
    assert all(police_uk.slug_of(name) == slug for slug, name in police_uk.FORCES.items())


def test_the_outcome_known_today_is_not_kept(read_rows):
    changed = a_row()
    changed[10] = "Status update unavailable"

    assert read_rows(a_row(), changed).labels == (Label("Burglary", "Burglary"),)


def test_a_file_cut_to_one_crime_type_says_so(read_rows):
    whole = read_rows(*(a_row(kind) for kind in IMPORTERS["police-uk-street"].SINCE_MAY_2013))
    cut = read_rows(a_row("Burglary"))

    assert not any("No row is of the crime type" in words for words in whole.caveats)
    assert any("No row is of the crime type Anti-social behaviour, Bicycle" in words for words in cut.caveats)


def test_before_may_2013_there_were_fewer_crime_types(read_rows):
    found = read_rows(a_row("Violent crime", month="2011-01"))

    assert not any("No row" in words for words in found.caveats)


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_columns_are_known_by_name_in_any_order(read, ends):
    rows = [list(reversed(a_row())), list(reversed(a_row("Drugs")))]
    header = [name.upper().replace(" ", "_") for name in reversed(HEADER)]

    assert read(written(rows, header, ends=ends)).total == 2


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [a_row(), a_row(month="2023-04")],
            "Line 3, column Month: “2023-04” stands here and “2023-03” further",
        ),
        ([a_row(), a_row(force="Kent Police")], "Line 3, column Reported by: “Kent Police” stands here"),
        ([a_row(month="March 2023")], "Line 2, column Month: “March 2023” is not a month"),
        ([a_row(month="2027-01")], "Line 2, column Month: January 2027 lies in the future"),
        ([a_row(month="")], "Line 2, column Month: “” is not a month"),
        ([a_row(force="")], "Line 2, column Reported by: the cell is blank"),
        ([a_row("")], "Line 2, column Crime type: the cell is blank"),
        ([a_row(lsoa=("E0102100", "Lewes 001A"))], "Line 2, column LSOA code: “E0102100” is not the code"),
        ([a_row(lsoa=("E01021001", ""))], "Line 2 has an LSOA code without a name"),
        (
            [a_row(), a_row(lsoa=(LEWES[0], "Hove 002B"))],
            "Line 3: the LSOA E01021001 is “Hove 002B” here and “Le",
        ),
        ([a_row()[:-3]], "Line 2 has 9 cells, fewer than the 12 columns"),
        ([], "has a header but no rows below it. The publisher answers with nothing"),
    ],
)
def test_what_is_doubtful_is_refused_by_line_and_value(read_rows, rows, message):
    with pytest.raises(BadFile, match=message.replace("(", r"\(")):
        read_rows(*rows)


def test_a_column_that_stands_twice_is_refused(read):
    with pytest.raises(BadFile, match="The header has 2 columns “Crime type”; there must be one"):
        read(written([[*a_row(), "Drugs"]], [*HEADER, "Crime type"]))


def test_members_of_the_monthly_archive_go_each_to_their_own_importer(tmp_path):
    search = ["Person search", "2023-03-01T05:30:28+00:00", *[""] * 8, "Section 23", "Controlled drugs"]
    members = {
        "2023-03/2023-03-sussex-street.csv": written([a_row(), a_row()]),
        "2023-03/2023-03-kent-street.csv": written([a_row(force="Kent Police")]),
        "2023-03/2023-03-sussex-outcomes.csv": written([[*a_row()[:9], "Suspect charged"]], OUTCOMES),
        "2023-03/2023-03-sussex-stop-and-search.csv": written([[*search, "Arrest", "True", ""]], SEARCHES),
    }
    received = tmp_path / "2023-03.zip"
    with zipfile.ZipFile(received, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)

    found = [read_publication(file, today=TODAY) for file in open_file("2023-03.zip", received, tmp_path)]

    assert [(one.source.key, one.part, one.total) for one in found] == [
        ("police-uk-street", "sussex 2023-03", 2),
        ("police-uk-street", "kent 2023-03", 1),
        ("police-uk-outcomes", "sussex 2023-03", 1),
        ("police-uk-stop-and-search", "sussex 2023-03", 1),
    ]
    assert {one.release_key for one in found} == {"to-202303"}


def test_only_one_importer_knows_each_form(tmp_path):
    for content in (written([], HEADER), written([], OUTCOMES), written([], SEARCHES), b"[]", b'{"a": 1}'):
        path = tmp_path / "received"
        path.write_bytes(content)
        [opened] = open_file("x", path, tmp_path)
        knowing = [key for key, importer in IMPORTERS.items() if importer.recognises(opened)]

        assert len(knowing) == (0 if content.startswith(b"{") else 1), knowing


# --- answers of the API ----------------------------------------------------------------------


@pytest.fixture
def read_answer(read):
    return lambda crimes, name=WARD: read(json.dumps(crimes).encode(), name)


def test_an_answer_of_the_api_is_about_the_ward_that_its_name_says(read_answer):
    found = read_answer([a_crime(1), a_crime(2), a_crime(3, "violent-crime", location_type="BTP")])

    assert found.areas == (AreaRef("ward", "", "E05000999"),)
    assert counts_of(found) == {("E05000999", "burglary"): 2, ("E05000999", "violent-crime"): 1}
    assert (found.part, found.release_key, found.rows) == ("E05000999 polygon 0 2018-06", "to-201806", 3)
    assert any("1 of 3 crimes are of the British Transport Police" in words for words in found.caveats)


def test_the_polygons_of_a_ward_are_parts_of_their_own(read_answer):
    parts = [read_answer([a_crime(1)], WARD.replace("_0", number)).part for number in ("_0", "_1", "")]

    assert len(set(parts)) == 3


@pytest.mark.parametrize("content", [b"[]", b" [ ]\n"])
def test_an_empty_list_is_no_figure_and_never_nought(read, content):
    with pytest.raises(BadFile, match=r"an empty list.*this is no figure"):
        read(content, WARD)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("crimes.json", "holds 0 area codes. Name it by its ward"),
        ("E05000998_to_E05000999.json", "holds 2 area codes"),
        ("area_E01021001_0.json", "the area E01021001, which is no ward"),
        ("area_E050009991.json", "holds 0 area codes"),
    ],
)
def test_an_answer_without_a_ward_in_its_name_is_refused(read_answer, name, message):
    with pytest.raises(BadFile, match=message):
        read_answer([a_crime(1)], name)


@pytest.mark.parametrize(
    ("crimes", "message"),
    [
        (
            [a_crime(1), a_crime(2, month="2018-07")],
            "Record 2 is of 2018-07, those further up of another month",
        ),
        ([a_crime(1), a_crime(2), a_crime(1)], "Record 3 has the id 1 of record 1"),
        ([a_crime(1), a_crime(2, "")], "Record 2 has no category"),
        ([a_crime(1, month=None)], "Record 1 has no month"),
        ([a_crime(1, month="2018-13")], "Record 1, month: “2018-13” is not a month"),
        ([a_crime(1, id=None)], "Record 1 has no id"),
        ([a_crime(1), "burglary"], "Record 2 of the list is no crime"),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_by_number(read_answer, crimes, message):
    with pytest.raises(BadFile, match=message):
        read_answer(crimes)


def test_an_answer_that_was_cut_short_is_refused(read):
    with pytest.raises(BadFile, match="cut short"):
        read(json.dumps([a_crime(number) for number in range(9)]).encode()[:-40], WARD)


# --- whatever comes --------------------------------------------------------------------------

SOUND = written(
    [a_row(), a_row("Drugs"), a_row(lsoa=("", "")), a_row("Drugs", lsoa=("W01000999", "Barry 010C"))]
)
ANSWER = json.dumps([a_crime(1), a_crime(2, "drugs")]).encode()


@given(st.data(), st.sampled_from([(SOUND, "x.csv"), (ANSWER, WARD)]))
def test_whatever_byte_is_changed_the_file_is_refused_or_every_row_counted(tmp_path_factory, data, sample):
    content, name = bytearray(sample[0]), sample[1]
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("changed")
    (folder / "received").write_bytes(content)
    try:
        [opened] = open_file(name, folder / "received", folder)
        found = read_publication(opened, today=TODAY)
    except BadFile:
        return
    assert found.rows == found.total + sum(entry.rows for entry in found.set_aside)


@given(st.tuples(*[st.tuples(st.integers(1, 4), st.integers(0, 11))] * 2))
def test_swapped_cells_are_refused_or_every_row_counted(tmp_path_factory, places):
    table = list(csv.reader(io.StringIO(SOUND.decode())))
    (row, column), (other_row, other_column) = places
    here, there = table[row][column], table[other_row][other_column]
    table[row][column], table[other_row][other_column] = there, here
    folder = tmp_path_factory.mktemp("swapped")
    (folder / "received").write_bytes(written(table[1:]))
    [opened] = open_file("x.csv", folder / "received", folder)
    try:
        found = read_publication(opened, today=TODAY)
    except BadFile:
        return
    assert found.rows == found.total == 4


# --- the publisher's own files ---------------------------------------------------------------


def read_real(path: Path) -> Publication:
    [opened] = open_file(path.name, path, path.parent)
    return read_publication(opened, today=TODAY)


@pytest.mark.parametrize(
    ("name", "rows", "nowhere", "asb"),
    [
        ("2023-03-bedfordshire-street.csv", 4_887, 185, 729),
        ("2023-03-city-of-london-street.csv", 709, 59, 38),
        ("2023-12-metropolitan-street.burglary-only.csv", 4_990, 27, 0),
        ("2024-03-metropolitan-street.burglary-only.csv", 4_618, 0, 0),
    ],
)
def test_real_months_are_counted_whole(real_data, name, rows, nowhere, asb):
    found = read_real(real_data / "police-uk" / name)
    counts = counts_of(found)

    assert found.rows == found.total == sum(counts.values()) == rows
    assert sum(number for (area, _), number in counts.items() if area.startswith("No location")) == nowhere
    assert sum(number for (_, kind), number in counts.items() if kind == "Anti-social behaviour") == asb


def test_real_files_hold_places_of_other_forces(real_data):
    found = read_real(real_data / "police-uk" / "2023-03-city-of-london-street.csv")

    assert {area.within for area in found.areas} >= {"City of London", "Hackney", "Tower Hamlets"}


def test_real_answers_of_the_api_overlap_at_the_edges_of_wards(real_data):
    folder = real_data / "police-uk" / "api-ward-json" / "2018-06-Bromley"
    found = [read_real(path) for path in sorted(folder.glob("*.json"))]
    ids = {crime["id"] for path in folder.glob("*.json") for crime in json.loads(path.read_bytes())}

    assert len({one.part for one in found}) == len(found) == 22
    assert (sum(one.total for one in found), len(ids)) == (2_492, 2_451)


def test_every_crime_type_of_the_real_files_is_reviewed_and_only_anti_social_behaviour_has_a_type(real_data):
    folder = real_data / "police-uk"
    with (FOLDER / "categories" / "police-uk-street.csv").open(newline="") as table:
        reviewed = {Label(row["major"], row["minor"]): row["crime_type"] for row in csv.DictReader(table)}
    paths = [*folder.glob("*street*.csv"), *folder.rglob("*.json")]

    assert {printed for path in paths for printed in read_real(path).labels} <= reviewed.keys()
    assert {printed.major for printed, key in reviewed.items() if key} == {
        "Anti-social behaviour",
        "anti-social-behaviour",
    }
