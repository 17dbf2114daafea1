import gzip
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.importers import BadFile, delimited
from crime_data.importers import opened as opening
from crime_data.importers.delimited import read_delimited, same_width, whole_number
from tests.mps_files import make_file, packed
from tests.publications import opened

pytestmark = pytest.mark.once


@pytest.fixture
def saved(tmp_path):
    def saved(content: bytes) -> Path:
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        return path

    return saved


def rows_of(path: Path) -> list[list[str]]:
    table = read_delimited(path)
    return [list(table.header), *(cells for _, cells in table.lines)]


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\r\n1,2\r\n",
        b"a,b\n1,2\n",
        b"a,b\r1,2\r",
        b"a,b\n1,2",
        b"\xef\xbb\xbfa,b\n1,2\n",
        b"\xef\xbb\xbf\r\na,b\n1,2\n",
        b"a;b\n1;2\n",
        b"a\tb\n1\t2\n",
        b'"a","b"\n"1","2"\n',
        b" a , b \n 1 ,\t2 \n",
        b"a,b,,\n1,2,,\n",
        b"\n\na,b\n\n1,2\n,\n\n",
    ],
)
def test_the_same_table_is_read_however_it_was_saved(content, saved):
    assert [row[:2] for row in rows_of(saved(content))] == [["a", "b"], ["1", "2"]]


def test_a_comma_inside_quotes_is_part_of_the_name(saved):
    assert rows_of(saved(b'a,b\n"Disclosure, Obstruction",2\n'))[1] == ["Disclosure, Obstruction", "2"]


def test_lines_are_numbered_as_a_text_editor_shows_them(saved):
    lines = [line for line, _ in read_delimited(saved(b"a,b\n\n1,2\n\n\n3,4\n")).lines]

    assert lines == [3, 6]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \r\n \n", "is empty"),
        (b"PK\x03\x04\x14\x00", "damaged or was cut short"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
        (b"%PDF-1.7\n", "This is a PDF"),
        (b"PAR1\x15\x04", "The Parquet file is damaged"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "a web page"),
        (b"\n  <?xml version='1.0'?>", "a web page or XML"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b\x08\x00garbage", "damaged or was cut short"),
        (packed(make_file())[:-40], "damaged or was cut short"),
        (packed(make_file())[:200] + b"\x00" * 8 + packed(make_file())[208:], "damaged or was cut short"),
    ],
)
def test_what_is_no_table_is_refused_by_its_right_name(content, message, tmp_path):
    with pytest.raises(BadFile, match=message):
        opened(content, tmp_path).header  # noqa: B018


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,Caf\xe9\n", "Line 2 holds a byte that is not UTF-8"),
        (b"a,b\n1,2\n3,\x004\n", r"Line 3 holds a control character \('\\x00'\)"),
        (b"a,b\n1,\x1b[31m\n", "Line 2 holds a control character"),
        ("a,b\n1,2\n".encode("utf-16-le"), "Line 1 holds a control character"),
        ("a,b\n1,\u20282\n".encode(), "Line 2 holds a control character"),
        (b'a,b\n"1,2\n3,4\n', "Line 3: a quotation mark is not closed"),
        (b'a,b\n"1"x,2\n', "Line 2: a quotation mark is not closed or a cell is broken"),
        (b"a,b\n" + b"x" * 200_000 + b",2\n", "Line 2 is longer than 100,000 characters"),
        (b"a,b\n" + b'"' + b"x\n" * 90_000 + b'",2\n', "cell is broken"),
        (b"a,b\n" + b"," * 200_000, "Line 2 is longer than 100,000 characters"),
        (b",,\n,\n", "has no header line"),
        (b",".join(b"c%d" % n for n in range(10_000)) + b"\n1,2\n", "10,000 columns"),
    ],
)
def test_damage_is_refused_by_line(content, message, saved):
    with pytest.raises(BadFile, match=message):
        rows_of(saved(content))


def test_a_file_of_endless_lines_is_refused(monkeypatch, saved):
    monkeypatch.setattr(delimited, "MAX_ROWS", 100)

    with pytest.raises(BadFile, match="more than 100 lines"):
        rows_of(saved(b"a,b\n" + b"1,2\n" * 101))


def test_a_gzip_bomb_is_refused_in_little_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(opening, "MAX_BYTES", 8 * 1024 * 1024)
    bomb = gzip.compress(bytes(50_000_000))

    tracemalloc.start()
    with pytest.raises(BadFile, match="unpacks to more than 8 MB"):
        opened(bomb, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 16 * 1024 * 1024


def test_reading_takes_less_memory_than_the_file(saved):
    content = b"a,b\n" + b"12345678,12345678\n" * 400_000
    path = saved(content)

    tracemalloc.start()
    for _ in read_delimited(path).lines:
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < len(content)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("12.0", 12),
        ("12.00", 12),
        ("1,234", 1_234),
        ("1,234,567", 1_234_567),
        ("007", 7),
    ],
)
def test_a_whole_number_is_read_in_its_usual_spellings(cell, number):
    assert whole_number(cell, line=2, column="202401") == number


@pytest.mark.parametrize(
    "cell",
    "-1 −1 +1 12.5 1e3 0x10 1_000 1,23 12,34 0,123 1.234 10000000 99,999,999 123456789012 NaN inf n/a - … £5 "
    "１２ ١٢ ² ½ 1O TRUE =1+1 1;2 #REF!".split(),
)
def test_what_is_no_whole_number_is_refused_with_line_column_and_value(cell):
    with pytest.raises(BadFile) as refusal:
        whole_number(cell, line=7, column="202401")

    assert str(refusal.value) == f"Line 7, column 202401: “{cell}” is not a whole number of offences."


def test_a_blank_cell_is_refused_and_not_taken_for_nought():
    with pytest.raises(BadFile, match="Line 7, column 202401: the cell is blank"):
        whole_number("", line=7, column="202401")


def test_a_very_long_value_is_shown_by_its_beginning():
    with pytest.raises(BadFile) as refusal:
        whole_number("9" * 100_000, line=7, column="202401")

    assert len(str(refusal.value)) < 200


@given(st.text(max_size=12) | st.floats().map(str) | st.integers().map(str))
def test_any_text_is_a_number_from_0_to_9999999_or_refused(cell):
    try:
        assert 0 <= whole_number(cell, line=2, column="202401") < 10_000_000
    except BadFile as refusal:
        assert "Line 2, column 202401" in str(refusal)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["1"], "Line 5 has 1 cells, fewer than the 2 columns"),
        (["1", "2", "3"], "Line 5 has 3 cells, more than the 2 columns"),
        (["x" * 121, "2"], "Line 5: a cell of 121 characters"),
    ],
)
def test_a_line_that_does_not_fit_the_header_is_refused(cells, message):
    with pytest.raises(BadFile, match=message):
        same_width(cells, ("a", "b"), line=5)


def test_empty_cells_behind_the_last_column_are_dropped():
    assert same_width(["1", "2", "", ""], ("a", "b"), line=5) == ["1", "2"]
