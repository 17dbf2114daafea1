"""One table, as CSV or as a sheet of a workbook: for files that people pass on in both forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crime_data.importers.contract import BadFile
from crime_data.importers.delimited import CONTROL, MAX_CELL
from crime_data.importers.opened import Opened
from crime_data.importers.wide import meaning

MOST_LINES = 200_000


@dataclass(frozen=True, slots=True)
class Table:
    """`lines` are (number, cells), at least as many cells as the header has; cells are text, or, in a
    workbook, also numbers and dates. A blank cell is ""."""

    sheet: str  # "" for text
    header: tuple[str, ...]
    lines: Iterator[tuple[int, list[Any]]]

    def column(self, *spellings: str) -> int | None:
        """Where the column stands that has one of these names; None where there is none. Raises BadFile."""
        at = [i for i, name in enumerate(self.header) if meaning(name) in spellings]
        if len(at) > 1:
            raise BadFile(
                f"The header has {len(at)} columns called “{self.header[at[0]]}”; there must be one."
            )
        return at[0] if at else None

    def place(self, line: int) -> str:
        """Where a line stands, as a message begins."""
        return f"Sheet {self.sheet}, row {line}" if self.sheet else f"Line {line}"


def table_of(file: Opened, sheet: str = "") -> Table:
    """The table of a text file, or of one sheet, whose first row with anything in it is the header."""
    if file.form != "workbook":
        text = file.table()
        return Table("", text.header, _checked(text.lines, len(text.header)))
    rows = file.sheet(sheet)
    _, first = next(rows, (0, []))
    header = [str(_plain(cell)) for cell in first]
    while header and not header[-1]:
        header.pop()
    return Table(sheet, tuple(header), _filled(rows, len(header), sheet))


def words(cell: Any, *, place: str, column: str) -> str:
    """A name or label. Raises BadFile where it is blank, too long or holds a control character."""
    text = str(cell)
    if not text:
        raise BadFile(f"{place}, column {column}: the cell is blank.")
    if len(text) > MAX_CELL or CONTROL.search(text):
        raise BadFile(f"{place}, column {column}: {text[:30]!r} ({len(text):,} characters) is no label.")
    return text


def _checked(lines: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[Any]]]:
    for count, (line, cells) in enumerate(lines, start=1):
        _not_endless(count)
        if len(cells) < width:
            raise BadFile(
                f"Line {line} has {len(cells)} cells, fewer than the {width} columns of the header. "
                "The file may have been cut short or edited."
            )
        yield line, list(cells)


def _filled(rows: Iterator[tuple[int, list[Any]]], width: int, sheet: str) -> Iterator[tuple[int, list[Any]]]:
    """A sheet leaves out the blank cells at the end of a row."""
    count = 0
    for number, row in rows:
        cells = [_plain(cell) for cell in row]
        if not any(cell != "" for cell in cells):
            continue
        count += 1
        _not_endless(count)
        yield number, cells + [""] * (width - len(cells))


def _not_endless(count: int) -> None:
    if count > MOST_LINES:
        raise BadFile(f"The table has more than {MOST_LINES:,} lines; no such publication has.")


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    return cell.strip() if isinstance(cell, str) else cell
