"""Reading delimited text strictly: what is doubtful is refused by line, column and value.

pandas reads such a file faster and forgives more than a publisher of statistics may: it fills short
rows, cuts long ones and turns "n/a" into nothing. A figure lost without a word is the fault this
project exists to avoid, so the text is split by the csv module and every cell is looked at.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crime_data.importers.contract import BadFile

MAX_BYTES = 100 * 1024 * 1024
MAX_COLUMNS = 1_000
MAX_ROWS = 500_000
MAX_LINE = 100_000
MAX_CELL = 120  # as wide as a label is stored

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ufffe\uffff]")
_WHOLE = re.compile(r"(\d{1,9}|[1-9]\d{0,2}(?:,\d{3}){1,2})(?:\.0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Delimited:
    """A header and the lines below it, each with its number as a text editor shows it."""

    header: tuple[str, ...]
    lines: Iterator[tuple[int, list[str]]]


def unpacked(content: bytes) -> bytes:
    """The bytes of the file itself, out of gzip where it is packed; refuse what is no text file."""
    if content.startswith(b"\x1f\x8b"):
        content = _gunzip(content)
    if len(content) > MAX_BYTES:
        raise BadFile(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    if not content.strip():
        raise BadFile("The file is empty. Download it again and check its size.")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadFile("This is a workbook or a ZIP file. Open it and save the sheet as CSV (UTF-8) first.")
    if content.startswith(b"%PDF"):
        raise BadFile("This is a PDF. The publisher offers the same table as CSV: download that.")
    if content.startswith(b"PAR1"):
        raise BadFile("This is a Parquet file. Upload the publisher's CSV instead.")
    if content.lstrip()[:1] == b"<":
        raise BadFile("This is a web page or XML, not a CSV file. The download link may have moved.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile("The file is in UTF-16. Save it as CSV (UTF-8) and upload it again.")
    return content


def _gunzip(content: bytes) -> bytes:
    # Counted while unpacking: a gzip header may say anything about the size to come.
    parts, size = [], 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            while part := packed.read(1 << 20):
                size += len(part)
                if size > MAX_BYTES:
                    raise BadFile(f"The file unpacks to more than {MAX_BYTES // 1024 // 1024} MB.")
                parts.append(part)
    except (OSError, EOFError, zlib.error):
        raise BadFile("The .gz file is damaged or was cut short. Download it again.") from None
    return b"".join(parts)


def read_delimited(content: bytes) -> Delimited:
    """Split text into cells. Comma, semicolon and tab are told apart by the header."""
    _check_text(content)
    header = content.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n", 1)[0].decode()
    delimiter = max(",;\t", key=header.count)
    # Decoded line by line: a whole text held at once takes five times the bytes of the file.
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    reader = csv.reader(_short_lines(text), delimiter=delimiter, strict=True)
    lines = _lines(reader)
    try:
        _, names = next(lines)
    except StopIteration:
        raise BadFile("The file has no header line.") from None
    while names and not names[-1]:
        names.pop()  # a spreadsheet leaves empty columns at the end
    if len(names) > MAX_COLUMNS:
        raise BadFile(f"The header has {len(names):,} columns; no publication has more than {MAX_COLUMNS:,}.")
    return Delimited(tuple(names), lines)


def _check_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise BadFile(
            f"Line {line} holds a byte that is not UTF-8. Save the file as CSV (UTF-8) and upload it again."
        ) from None
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise BadFile(f"Line {line} holds a control character ({found.group()!r}). The file is damaged.")


def _short_lines(text: io.TextIOBase) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise BadFile(f"Line {number} is longer than {MAX_LINE:,} characters: this is no table.")
        yield line


def _lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    rows = 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise BadFile(
                f"Line {reader.line_num}: a quotation mark is not closed or a cell is broken ({problem})."
            ) from None
        rows += 1
        if rows > MAX_ROWS:
            raise BadFile(f"The file has more than {MAX_ROWS:,} lines.")
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue  # blank lines, and lines of bare commas that spreadsheets add
        yield reader.line_num, cells


def whole_number(cell: str, *, line: int, column: str) -> int:
    """A count of offences. Raises BadFile naming line, column and value."""
    if cell.isascii() and cell.isdigit() and len(cell) < 8:
        return int(cell)
    if not cell:
        raise BadFile(
            f"Line {line}, column {column}: the cell is blank. "
            "The publisher writes 0 where nothing was recorded, so a figure is missing."
        )
    if (found := _WHOLE.fullmatch(cell)) and (value := int(found.group(1).replace(",", ""))) < 10_000_000:
        return value
    shown = cell if len(cell) <= 40 else cell[:40] + "…"
    raise BadFile(f"Line {line}, column {column}: “{shown}” is not a whole number of offences.")


def same_width(cells: list[str], header: tuple[str, ...], *, line: int) -> list[str]:
    """The cells, one for each column. Raises BadFile when there are more or fewer."""
    while len(cells) > len(header) and not cells[-1]:
        cells = cells[:-1]
    if len(cells) != len(header):
        more = "more" if len(cells) > len(header) else "fewer"
        raise BadFile(
            f"Line {line} has {len(cells)} cells, {more} than the {len(header)} columns of the header. "
            "The file may have been cut short or edited."
        )
    if too_long := next((cell for cell in cells if len(cell) > MAX_CELL), None):
        raise BadFile(
            f"Line {line}: a cell of {len(too_long):,} characters (“{too_long[:30]}…”) is no label."
        )
    return cells
