"""Reading delimited text strictly: what is doubtful is refused by line, column and value.

Others read such a file faster and forgive more than a publisher of statistics may: it fills short
rows, cuts long ones and turns "n/a" into nothing. A figure lost without a word is the fault this
project exists to avoid, so the text is split by the csv module and every cell is looked at.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crime_data.importers.contract import BadFile

MAX_COLUMNS = 1_000
MAX_ROWS = 2_000_000
MAX_LINE = 100_000
MAX_CELL = 120  # as wide as a label is stored

# Half of a pair of surrogates cannot stand in UTF-8, but JSON can spell it.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_WHOLE = re.compile(r"(\d{1,9}|[1-9]\d{0,2}(?:,\d{3}){1,2})(?:\.0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Delimited:
    """A header and the lines below it, each with its number as a text editor shows it."""

    header: tuple[str, ...]
    lines: Iterator[tuple[int, list[str]]]


def read_delimited(path: Path) -> Delimited:
    """Split text into cells. Comma, semicolon and tab are told apart by the header."""
    check_text(path)
    lines = _records(path)
    return Delimited(_header(lines), lines)


def read_header(path: Path) -> tuple[str, ...]:
    """The names of the columns, without looking at the lines below them."""
    try:
        header = _header(_records(path))
    except UnicodeDecodeError:
        check_text(path)
        raise
    if any(CONTROL.search(name) for name in header):
        check_text(path)
    return header


def _header(lines: Iterator[tuple[int, list[str]]]) -> tuple[str, ...]:
    try:
        _, names = next(lines)
    except StopIteration:
        raise BadFile("The file has no header line.") from None
    while names and not names[-1]:
        names.pop()  # a spreadsheet leaves empty columns at the end
    if len(names) > MAX_COLUMNS:
        raise BadFile(f"The header has {len(names):,} columns; no publication has more than {MAX_COLUMNS:,}.")
    return tuple(names)


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    # Decoded line by line: a whole text held at once takes five times the bytes of the file.
    return _lines(csv.reader(_short_lines(path), delimiter=delimiter_of(path), strict=True))


def delimiter_of(path: Path) -> str:
    """Comma, semicolon or tab: whichever the first line has most of."""
    with path.open("rb") as file:
        first = file.read(MAX_LINE).lstrip(b"\xef\xbb\xbf\r\n").split(b"\n", 1)[0]
    return max(",;\t", key=first.decode(errors="replace").count)


def check_text(path: Path) -> None:
    """Raises BadFile where the file is not UTF-8 or holds a control character; read in parts."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 0
    with path.open("rb") as file:
        while True:
            part = file.read(1 << 20)
            try:
                text = decoder.decode(part, final=not part)
            except UnicodeDecodeError as problem:
                lines += problem.object.count(b"\n", 0, problem.start)
                raise BadFile(
                    f"Line {lines + 1} holds a byte that is not UTF-8. "
                    "Save the file as CSV (UTF-8) and upload it again."
                ) from None
            if found := CONTROL.search(text):
                lines += text.count("\n", 0, found.start())
                raise BadFile(
                    f"Line {lines + 1} holds a control character ({found.group()!r}). The file is damaged."
                )
            if not part:
                return
            lines += text.count("\n")


def _short_lines(path: Path) -> Iterator[str]:
    number = 0
    with path.open(encoding="utf-8-sig", newline="") as text:
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
