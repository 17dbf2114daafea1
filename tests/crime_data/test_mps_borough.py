import random
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile
from crime_data.importers.contract import Label
from crime_data.importers.grid import NOT_PUBLISHED
from tests.mps_files import BURGLARY, ROBBERY, changed, make_file, make_table, packed, total_of, written
from tests.publications import figures_of, read

pytestmark = pytest.mark.once


def put(row: int, column: int, value: str):
    return lambda table: table[row].__setitem__(column, value)


def columns(order: list[int]):
    def change(table):
        table[:] = [[row[at] for at in order] for row in table]

    return change


# --- what is taken ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        ("MajorText", "MinorText", "BoroughName"),
        ("MajorText", "MinorText", "LookUp_BoroughName"),
        ("Major Category", "Minor Category", "Borough"),
        ("MAJORTEXT", "minor text", " borough_name "),
    ],
)
def test_every_spelling_of_the_header_is_known(header):
    assert figures_of(read(make_file(header=header))) == figures_of(read(make_file()))


def test_the_oldest_files_have_the_borough_first():
    table = make_table(header=("Major Category", "Minor Category", "Borough"))
    columns([2, 0, 1, *range(3, 27)])(table)

    assert table[0][:3] == ["Borough", "Major Category", "Minor Category"]
    assert figures_of(read(written(table))) == figures_of(read(make_file()))


@pytest.mark.parametrize("seed", range(3))
def test_columns_are_matched_by_meaning_in_any_order(seed):
    order = random.Random(seed).sample(range(27), 27)

    assert figures_of(read(changed(columns(order)))) == figures_of(read(make_file()))


@pytest.mark.parametrize(
    "label",
    [
        ("Theft and Handling", "Theft From M/V"),
        ("Drug Offences", "Possession of  Drugs"),
        ("Burglary", "Burglary - Residential"),
        ("Burglary", "Domestic Burglary"),
        ("Miscellaneous Crimes Against Society", "Disclosure, Obstruction, False or Misleading State"),
        ("VIOLENCE AGAINST THE PERSON", "STALKING AND HARASSMENT"),
    ],
)
def test_the_labels_of_each_generation_are_kept_as_printed(label):
    assert read(make_file(labels=[label])).labels[0] == Label(*label)


@pytest.mark.parametrize(
    "spell",
    [
        lambda table: b"\xef\xbb\xbf" + written(table),
        lambda table: written(table, ends="\n"),
        lambda table: written(table, ends="\r"),
        lambda table: written(table)[:-2],
        lambda table: written(table, delimiter=";"),
        lambda table: written(table, delimiter="\t"),
        lambda table: packed(written(table)),
        lambda table: written(table) + b"\r\n\r\n,,,,\r\n",
        lambda table: written([[*row, "", ""] for row in table]),
        lambda table: written(
            [table[0], *(row[:3] + [f"{cell}.0" for cell in row[3:]] for row in table[1:])]
        ),
        lambda table: written([[f" {cell} " for cell in row] for row in table]),
        lambda table: b"\r\n".join(
            b'"' + b'","'.join(line.split(b",")) + b'"' for line in written(table).split()
        ),
    ],
)
def test_what_a_spreadsheet_does_to_a_file_changes_no_figure(spell):
    table = make_table(labels=[("BURGLARY", "RESIDENTIAL")], boroughs=["Bexley", "Bromley"])

    publication = read(spell(table))

    assert figures_of(publication) == figures_of(read(written(table)))
    assert publication.total == total_of(table)


def test_thousands_may_be_set_apart_by_commas():
    assert figures_of(read(changed(put(1, 3, "1,234"))))["Barking and Dagenham", *BURGLARY][0] == 1_234


def test_counts_are_int32_in_the_order_of_the_months():
    publication = read(make_file(count=lambda row, month: month, months=13))

    values = publication.grid.values(np.array([0]))
    assert values.dtype == np.int32
    assert values[0].tolist() == list(range(13))
    assert (publication.first_month, publication.last_month) == (date(2022, 2, 1), date(2023, 2, 1))


def test_a_recent_file_names_its_release_by_its_last_month():
    publication = read(make_file())

    assert (publication.part, publication.release_key) == ("recent", "to-202401")


def test_a_historical_file_belongs_to_the_release_that_ends_two_years_later():
    publication = read(make_file(first=date(2010, 4, 1), months=142))

    assert (publication.part, publication.release_key) == ("historical", "to-202401")


def test_a_long_file_up_to_now_is_no_release_of_the_years_to_come():
    publication = read(make_file(first=date(2023, 4, 1), months=36))

    assert (publication.part, publication.release_key) == ("recent", "to-202603")


def test_a_month_without_a_column_is_not_published_and_not_nought():
    publication = read(changed(columns([*range(10), *range(11, 27)])))

    assert publication.missing == (date(2022, 9, 1),)
    assert figures_of(publication)["Bexley", *ROBBERY][7] == NOT_PUBLISHED
    assert publication.total == total_of(make_table()) - sum(int(row[10]) for row in make_table()[1:])


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(0, 3, "2022"), "Column 4 of the header is “2022”, which is not a month such as 202401"),
        (put(0, 3, "Feb-22"), "Column 4 of the header is “Feb-22”"),
        (put(0, 3, "202213"), "Column 4 of the header is “202213”"),
        (put(0, 3, "２０２２０２"), "Column 4 of the header is “２０２２０２”"),
        (put(0, 3, ""), "Column 4 of the header is “”"),
        (put(0, 4, "202202"), r"The month 202202 stands twice in the header \(columns 4 and 5\)"),
        (put(0, 26, "202612"), "Column 27 is December 2026, which lies in the future"),
        (columns([0, 1, 2]), "no month columns such as 202401"),
        (columns([1, 2, *range(3, 27)]), "The header is not known"),
        (columns([0, 0, 1, 2, *range(3, 27)]), "2 columns for the major"),
        (lambda table: [row.append("sum") for row in table], "Column 28 of the header is “sum”"),
        (lambda table: table[0].insert(3, "WardName"), "The header is not known: its first columns are"),
        (put(0, 0, "Kategorie"), "“Kategorie, MinorText, BoroughName, 202202, 202203”"),
    ],
)
def test_a_doubtful_header_is_refused_with_the_column_that_is_wrong(change, message):
    with pytest.raises(BadFile, match=message):
        read(changed(change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(5, 7, ""), "Line 6, column 202206: the cell is blank"),
        (put(5, 7, "-3"), "Line 6, column 202206: “-3” is not a whole number"),
        (put(5, 7, "12.5"), "Line 6, column 202206: “12.5”"),
        (put(5, 7, "n/a"), "Line 6, column 202206: “n/a”"),
        (put(5, 7, "NaN"), "Line 6, column 202206: “NaN”"),
        (put(5, 7, "１２"), "Line 6, column 202206: “１２”"),
        (put(5, 7, "9" * 30), "Line 6, column 202206: “9999"),
        (put(5, 7, "9999999"), "Column 202206 adds up to 10,00.,... offences"),
        (put(5, 0, ""), "Line 6, column MajorText: the cell is blank"),
        (put(5, 2, "  "), "Line 6, column BoroughName: the cell is blank"),
        (put(5, 1, "x" * 5_000), "Line 6: a cell of 5,000 characters"),
        (lambda table: table[5].pop(), "Line 6 has 26 cells, fewer than the 27 columns"),
        (lambda table: table[5].append("4"), "Line 6 has 28 cells, more than the 27 columns"),
        (
            lambda table: table.append(table[5]),
            "Line 66 repeats line 6: “BURGLARY / BURGLARY - RESIDENTIAL / Bromley”",
        ),
        (lambda table: table.append(["burglary", *table[5][1:]]), "Line 66 repeats line 6"),
        (lambda table: table.append([*table[5][:2], "BROMLEY ", *table[5][3:]]), "Line 66 repeats line 6"),
        (lambda table: table.__delitem__(slice(1, None)), "a header but no figures below it"),
    ],
)
def test_a_doubtful_line_is_refused_with_line_column_and_value(change, message):
    with pytest.raises(BadFile, match=message):
        read(changed(change))


def test_a_file_cut_off_inside_a_line_is_refused():
    with pytest.raises(BadFile, match="Line 65 has 20 cells, fewer than the 27 columns"):
        read(make_file().rstrip().rsplit(b",", 7)[0])


def test_counts_too_large_to_add_up_are_refused():
    with pytest.raises(BadFile, match="Column 202202 adds up to 639,999,936 offences"):
        read(make_file(count=lambda row, month: 9_999_999))


# --- anything else that can happen to a file -------------------------------------------------

SMALL = {"months": 5, "boroughs": ("Bexley", "Bromley", "Croydon"), "labels": (BURGLARY, ROBBERY)}


def sums_up_or_is_refused(content: bytes) -> None:
    """The oracle: refused in words, or each line below the header became a row and no count was lost."""
    try:
        publication = read(content)
    except BadFile as refusal:
        assert 20 < len(str(refusal)) < 600
        return
    text = content.decode("utf-8-sig").replace('"', "")
    lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip(" ,;\t")]
    months = [at for at, name in enumerate(lines[0].split(",")) if name.strip()[:2] == "20"]
    assert len(publication.grid) == publication.rows == len(lines) - 1
    assert publication.total == sum(int(line.split(",")[at]) for line in lines[1:] for at in months)


mutations = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@mutations
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4))
def test_flipped_bytes_are_refused_or_counted_in_full(flips):
    content = bytearray(make_file(**SMALL))
    for at, byte in flips:
        content[at % len(content)] = byte

    sums_up_or_is_refused(bytes(content))


@mutations
@given(st.integers(0, 600), st.integers(0, 600))
def test_a_piece_cut_out_is_refused_or_counted_in_full(start, length):
    content = make_file(**SMALL)

    sums_up_or_is_refused(content[:start] + content[start + length :])


@mutations
@given(st.integers(0, 6), st.integers(0, 6))
def test_swapped_lines_are_refused_or_counted_in_full(one, two):
    table = make_table(**SMALL)
    table[one], table[two] = table[two], table[one]

    sums_up_or_is_refused(written(table))


@mutations
@given(*[st.integers(0, 6), st.integers(0, 7)] * 2)
def test_swapped_cells_are_refused_or_counted_in_full(row, column, other_row, other_column):
    table = make_table(**SMALL)
    one, two = table[row][column], table[other_row][other_column]
    table[row][column], table[other_row][other_column] = two, one

    sums_up_or_is_refused(written(table))


@mutations
@given(st.binary(max_size=60))
def test_any_bytes_at_all_are_refused(content):
    with pytest.raises(BadFile):
        read(content)
