"""Two readers know the same wide files: whatever the quick one takes, the strict one reads alike."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile, mps_borough, mps_lsoa, mps_ward, wide
from crime_data.importers.wide import WideForm
from tests.mps_files import packed, written
from tests.publications import TODAY, opened

pytestmark = pytest.mark.once

# Labels of all generations: with commas, with two spaces, in capitals.
LABELS = (
    ("Burglary", "Burglary - Residential"),
    ("Drug Offences", "Possession of  Drugs"),
    ("Miscellaneous Crimes Against Society", "Disclosure, Obstruction, False or Misleading State"),
    ("VIOLENCE AGAINST THE PERSON", "STALKING AND HARASSMENT"),
    ("Theft and Handling", "Theft From M/V"),
)
MONTHS = ["202311", "202312", "202401", "202402"]


def borough_table() -> list[list[str]]:
    rows = [[*label, name] for label in LABELS for name in ("Bexley", "Bromley", "Richmond upon Thames")]
    return with_counts(["MajorText", "MinorText", "LookUp_BoroughName"], rows)


def oldest_table() -> list[list[str]]:
    rows = [[name, *label] for name in ("Bexley", "Bromley") for label in LABELS]
    return with_counts(["Borough", "Major Category", "Minor Category"], rows)


def ward_table() -> list[list[str]]:
    wards = (("Abbey", "E05014053", "Barking and Dagenham"), ("Heathrow Villages", "E05013570", "Hillingdon"))
    rows = [[*label, *ward] for label in LABELS for ward in wards]
    return with_counts(["MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName"], rows)


def historical_ward_table() -> list[list[str]]:
    """Its borough stands behind the label: the columns of the area are not together."""
    rows = [["Abbey", "E05014053", *label, "Barking and Dagenham"] for label in LABELS]
    return with_counts(["WardName", "WardCode", "MajorText", "MinorText", "LookUp_BoroughName"], rows)


def lsoa_table() -> list[list[str]]:
    lsoas = (
        ("E01000027", "Barking and Dagenham 001A", "E09000002"),
        ("E01000378", "Bexley 001B", "E09000004"),
    )
    rows = [[*lsoa, *label] for lsoa in lsoas for label in LABELS]
    return with_counts(["LSOA Code", "LSOA Name", "Borough", "Major Category", "Minor Category"], rows)


def with_counts(header: list[str], rows: list[list[str]]) -> list[list[str]]:
    counts = [0, 1, 7, 10, 99, 123, 4_567, 1_000]
    return [
        [*header, *MONTHS],
        *([*row, *(str(counts[(at + 3 * month) % 8]) for month in range(4))] for at, row in enumerate(rows)),
    ]


FORMS: dict[str, tuple[WideForm, Callable[[], list[list[str]]]]] = {
    "borough": (mps_borough.FORM, borough_table),
    "oldest": (mps_borough.FORM, oldest_table),
    "ward": (mps_ward.FORM, ward_table),
    "historical ward": (mps_ward.FORM, historical_ward_table),
    "LSOA": (mps_lsoa.FORM, lsoa_table),
}
SPELLINGS: dict[str, Callable[[list[list[str]]], bytes]] = {
    "as published": written,
    "line feeds": lambda table: written(table, ends="\n"),
    "carriage returns": lambda table: written(table, ends="\r"),
    "byte order mark": lambda table: b"\xef\xbb\xbf" + written(table),
    "no newline at the end": lambda table: written(table).rstrip(),
    "blank lines at the end": lambda table: written(table) + b"\r\n\r\n",
    "bare commas at the end": lambda table: written(table) + b",,,,,,\r\n",
    "all quoted": lambda table: b"\r\n".join(
        b",".join(b'"' + cell.encode() + b'"' for cell in row) for row in table
    ),
    "semicolons": lambda table: written(table, delimiter=";"),
    "tabs": lambda table: written(table, delimiter="\t"),
    "gzip": lambda table: packed(written(table)),
    "gzip with a byte order mark": lambda table: packed(b"\xef\xbb\xbf" + written(table, ends="\n")),
}


def everything(found: wide._Found) -> tuple:
    """All that a reader found; its values last."""
    grid = found.grid
    keys = tuple(part.tolist() for part in (grid.area, grid.label, grid.line, grid.totals))
    return tuple(found.areas), tuple(found.labels), *keys, grid.values(np.arange(len(grid))).tolist()


def both(content: bytes, form: WideForm, *, block: int = 64) -> str:
    """What became of a file: "quick" or "strict" took it, or it was "refused". The two never disagree."""
    before, wide.BLOCK = wide.BLOCK, block
    try:
        with tempfile.TemporaryDirectory() as folder:
            try:
                file = opened(content, Path(folder))
                if file.form != "text" or not form.fits(file.header):
                    return "refused"
                layout = wide._layout(file.header, form, TODAY)
            except BadFile:
                return "refused"
            try:
                quick = everything(wide._quick(file, form, layout))
            except wide._Doubt:
                quick = None
            try:
                strict = everything(wide._strict(file, form, layout))
            except BadFile as refusal:
                assert quick is None, f"the strict reader says: {refusal}"
                return "refused"
            assert quick in (None, strict)
            return "quick" if quick else "strict"
    finally:
        wide.BLOCK = before


forms = st.sampled_from(sorted(FORMS))
often = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# --- sound files -----------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", FORMS)
def test_a_sound_file_is_read_alike_however_it_is_written(name, spelling):
    form, table = FORMS[name]

    assert both(SPELLINGS[spelling](table()), form) in ("quick", "strict")


@pytest.mark.parametrize(
    "spelling",
    ["as published", "line feeds", "byte order mark", "no newline at the end", "gzip"],
)
@pytest.mark.parametrize("name", FORMS)
def test_the_quick_reader_takes_what_the_publisher_writes(name, spelling):
    form, table = FORMS[name]

    assert both(SPELLINGS[spelling](table()), form) == "quick"


@pytest.mark.parametrize("block", [1, 7, 64, 65, 97, 128, 1_000, 1 << 19])
@pytest.mark.parametrize("name", FORMS)
def test_the_border_of_a_block_may_lie_anywhere(name, block):
    form, table = FORMS[name]

    assert both(written(table()), form, block=block) == "quick"


# --- one odd cell or line --------------------------------------------------------------------

ODD_CELLS = [
    "",
    " ",
    "+5",
    "-5",
    "-0",
    " 5",
    "5 ",
    "\t5",
    "5\t",
    "05",
    "007",
    "0000000",
    "00000000",
    "9999999",
    "12345678",
    "123456789012345678901234567890",
    "1,234",
    "1,23",
    "1,234,567",
    "5.0",
    "5.00",
    "5.5",
    "1e3",
    "0x10",
    "1_000",
    "٣",
    "４２",
    "५",
    "²",
    "NaN",
    "n/a",
    "=5",
    "5;6",
    '"5"',
    "5\x00",
    "\x005",
    "5\r",
    "\r5",
    "5\n6",
    "5\u2028",
    "5\u00a0",
    "\ufeff5",
    "\x0b5",
    "\x1f5",
    "\x7f5",
    "x" * 121,
    "x" * 119,
    "Bexley, Kent",
    'the "old" one',
    "caf\u00e9",
]


@pytest.mark.parametrize("column", [0, 1, 2, -4, -2, -1])
@pytest.mark.parametrize("cell", ODD_CELLS, ids=ascii)
@pytest.mark.parametrize("name", ["borough", "historical ward", "LSOA"])
def test_an_odd_cell_is_read_alike(name, cell, column):
    form, make = FORMS[name]
    table = make()
    table[3][column] = cell

    both(written(table), form)
    both(written(table, ends="\n"), form)
    # As it stands, without the quotation marks that would keep it one cell.
    both(b"\r\n".join(b",".join(cell.encode() for cell in row) for row in table), form)


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        (b"", "strict"),
        (b"   ", "strict"),
        (b",,,,,,", "strict"),
        (b'"', "refused"),
        (b"x" * 100_001, "refused"),
        (b"Burglary,Burglary - Residential,Bexley," + b"0" * 100_001 + b",2,3,4", "refused"),
        (b"Burglary,Burglary - Residential,Bexley,1,2,3,4", "refused"),
        (b"BURGLARY,Burglary - Residential,Bexley,1,2,3,4", "refused"),
        (b"Burglary,burglary -  residential,Bexley,1,2,3,4", "refused"),
        (b"Burglary,Burglary - Residential,BEXLEY,1,2,3,4", "refused"),
        (b"Burglary,Burglary - Residential,Croydon,1,2,3,4", "quick"),
        (b"Burglary,Burglary - Residential,CROYDON,1,2,3,4", "quick"),
        (b"burglary,Burglary - Commercial,Bexley,1,2,3,4", "quick"),
        (b"BURGLARY,Burglary - Residential,Croydon,1,2,3,4", "strict"),
        (b'Burglary,"Burglary, Residential",Croydon,1,2,3,4', "quick"),
        (b'Burglary,"Burglary ""Residential""",Croydon,1,2,3,4', "quick"),
        (b"Burglary,Burglary - Residential,Croydon,1,2,3,4,", "strict"),
        (b"Burglary,Burglary - Residential,Croydon,1,2,3,4,5", "refused"),
        (b"Burglary,Burglary - Residential,Croydon,1,2,3", "refused"),
        (b'Burglary,"Burglary\n Residential",Croydon,1,2,3,4', "strict"),
        (b'Burglary,"Burglary\n1,2,3,4\n",Croydon,1,2,3,4', "strict"),
        (b"Burglary,Burglary - Residential,Croydon\r,1,2,3,4", "refused"),
        (b"Burglary,Burglary\tResidential,Croydon,1,2,3,4", "quick"),
    ],
    ids=lambda given: ascii(given[:50]),
)
@pytest.mark.parametrize("place", [1, 5, 15])
def test_an_odd_line_is_read_alike_or_refused_by_both(line, becomes, place):
    lines = written(borough_table()).splitlines()
    lines.insert(place, line)

    for ends in (b"\r\n", b"\n"):
        assert both(ends.join([*lines, b""]), mps_borough.FORM) == becomes


# --- anything else that can happen to a file -------------------------------------------------


@often
@given(forms, st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=3))
def test_flipped_bytes_are_read_alike(name, flips):
    form, table = FORMS[name]
    content = bytearray(written(table()))
    for at, byte in flips:
        content[at % len(content)] = byte

    both(bytes(content), form)


@often
@given(
    forms,
    st.integers(0, 10_000),
    st.sampled_from(
        [b",", b'"', b"\n", b"\r", b"\r\n", b'""', b" ", b"\t", b"0", b"\x00", b";", b"\xef\xbb\xbf", b'",'],
    ),
)
@example("LSOA", 0, b"\r")  # a blank line above the header, by which all lines below have another number
@example("borough", len(",".join([*borough_table()[0], ""])) - 1, b"\r")  # and one below it
def test_a_mark_that_was_put_in_is_read_alike(name, at, mark):
    form, table = FORMS[name]
    content = written(table())
    at %= len(content)

    both(content[:at] + mark + content[at:], form)


@often
@given(forms, st.integers(0, 10_000), st.integers(1, 200))
def test_a_file_with_a_piece_cut_out_is_read_alike(name, start, length):
    form, table = FORMS[name]
    content = written(table())
    start %= len(content)

    both(content[:start] + content[start + length :], form)


@often
@given(forms, *[st.integers(0, 14)] * 2, st.booleans())
def test_swapped_and_repeated_lines_are_read_alike(name, one, two, again):
    form, make = FORMS[name]
    table = make()
    one, two = one % len(table), two % len(table)
    table[one], table[two] = table[two], (table[two] if again else table[one])

    both(written(table), form)


@often
@given(forms, *[st.integers(0, 14), st.integers(0, 8)] * 2)
def test_swapped_cells_are_read_alike(name, row, column, other_row, other_column):
    form, make = FORMS[name]
    table = make()
    row, other_row = row % len(table), other_row % len(table)
    column, other_column = column % len(table[0]), other_column % len(table[0])
    table[row][column], table[other_row][other_column] = table[other_row][other_column], table[row][column]

    both(written(table), form)


@often
@given(
    forms,
    st.lists(st.lists(st.sampled_from(ODD_CELLS) | st.text(max_size=8), min_size=1, max_size=9), max_size=4),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from([1, 33, 64, 200]),
)
def test_lines_of_odd_cells_are_read_alike(name, lines, ends, block):
    form, make = FORMS[name]

    try:
        content = written([*make()[:4], *lines], ends=ends)
    except UnicodeEncodeError:  # half of a pair of surrogates cannot stand in a file
        return
    both(content, form, block=block)


def test_the_oracle_sees_a_reader_that_loses_a_count(monkeypatch):
    whole = wide._block

    def losing(*given) -> int:
        line = whole(*given)
        found = given[-1]
        found.grid.totals += 1
        return line

    monkeypatch.setattr(wide, "_block", losing)
    with pytest.raises(AssertionError):
        both(written(borough_table()), mps_borough.FORM)
