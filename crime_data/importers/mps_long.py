"""Long tables of the Met's dashboards: one line a month, place and category, as CSV, Parquet or a sheet.

Lines are kept as small whole numbers, so that half a million of them take a few megabytes.
"""

import re
from array import array
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from crime_data.importers.contract import BadFile
from crime_data.importers.delimited import CONTROL, MAX_CELL, MAX_ROWS, Delimited, same_width, whole_number
from crime_data.importers.opened import Opened
from crime_data.months import label

_ISO = re.compile(r"(20\d\d)-(\d\d)-(\d\d)(?:[ T]00:00:00(?:\.0+)?)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d\d?)/(\d\d?)/(20\d\d)(?: 00:00(?::00)?)?", re.ASCII)
_SERIAL = re.compile(r"[34]\d{4}", re.ASCII)
_SERIAL_NOUGHT = date(1899, 12, 30)  # day 0 of a spreadsheet that has lost the format of its dates


def meaning(name: str) -> str:
    """The name of a column as it is compared: only letters and digits matter, and not their case."""
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


def folded(name: str) -> str:
    """A label as it is compared: case and doubled spaces do not matter."""
    return " ".join(name.casefold().split())


def positions(header: tuple[str, ...], columns: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Where each column stands: a word for it -> its place; words that are not there are left out.

    `columns` has the spellings of each word, as `meaning` gives them. Raises BadFile when one stands twice.
    """
    found = {}
    for word, spellings in columns.items():
        at = [place for place, name in enumerate(header) if meaning(name) in spellings]
        if len(at) > 1:
            names = ", ".join(f"“{header[place]}”" for place in at)
            raise BadFile(f"The header has {len(at)} columns for the {word} ({names}); there must be one.")
        if at:
            found[word] = at[0]
    return found


def sheet_header(file: Opened, name: str) -> tuple[str, ...]:
    """The first row of a sheet that is not blank."""
    return _header(next(file.sheet(name), (0, []))[1])


def sheet_table(file: Opened, name: str) -> Delimited:
    """The header and the lines of one sheet, every cell as text."""
    rows = file.sheet(name)
    header = _header(next(rows, (0, []))[1])
    return Delimited(header, _sheet_lines(rows, name, len(header)))


def _header(cells: list[Any]) -> tuple[str, ...]:
    names = [_text(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _sheet_lines(
    rows: Iterator[tuple[int, list[Any]]], name: str, width: int
) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows:
        if number > MAX_ROWS:
            raise BadFile(f"The sheet “{name}” has more than {MAX_ROWS:,} rows.")
        texts = [_text(cell) for cell in cells]
        if any(texts):
            # A sheet does not store the empty cells at the end of a row.
            yield number, texts + [""] * (width - len(texts))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell).strip()


def month_of(cell: str, *, line: int, column: str, today: date) -> date:
    """The month a line is about, printed as its first day. Raises BadFile naming line, column and value."""
    shown = cell if len(cell) <= 40 else cell[:40] + "…"
    where = f"Line {line}, column {column}"
    day = _day(cell)
    if day is None:
        raise BadFile(
            f"{where}: “{shown}” is not a month. "
            "It is printed as its first day, such as 2025-07-01 or 01/07/2025."
        )
    if day.day != 1:
        raise BadFile(
            f"{where}: “{shown}” is not the first day of a month. "
            "A spreadsheet may have turned day and month round: use the file as it was downloaded."
        )
    if day > today:
        raise BadFile(f"{where}: {label(day)} lies in the future.")
    return day


def _day(cell: str) -> date | None:
    try:
        if found := _ISO.fullmatch(cell):
            return date(*map(int, found.groups()))
        if found := _DAY_FIRST.fullmatch(cell):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
    except ValueError:
        return None
    return _SERIAL_NOUGHT + timedelta(int(cell)) if _SERIAL.fullmatch(cell) else None


def day_in_words(cell: str) -> str:
    """`2 August 2025`; what is no day is given back as it is printed."""
    day = _day(cell)
    return f"{day.day} {label(day.replace(day=1))}" if day else cell


def count_of(cell: str, *, line: int, column: str) -> int:
    """A count of offences; unlike elsewhere the publisher leaves out lines of nought, so none is blank."""
    if not cell:
        raise BadFile(f"Line {line}, column {column}: the cell is blank, so a figure is missing.")
    return whole_number(cell, line=line, column=column)


def check_words(cells: Collection[str], *, line: int) -> None:
    """Raises BadFile where words of a line are too long for labels or hold a control character."""
    for cell in cells:
        if len(cell) > MAX_CELL:
            raise BadFile(f"Line {line}: a cell of {len(cell):,} characters (“{cell[:30]}…”) is no label.")
        if found := CONTROL.search(cell):
            raise BadFile(f"Line {line} holds a control character ({found.group()!r}). The file is damaged.")


class Lines:
    """The lines of a table: for each the number of what it is about, of its month, and its count.

    Months are numbered from the year 0. `other` is a further number that tells lines apart.
    """

    def __init__(self) -> None:
        self._numbers = {name: array("i") for name in ("thing", "month", "count", "line")}
        self._numbers["other"] = array("q")
        self._append = [numbers.append for numbers in self._numbers.values()]

    def add(self, thing: int, month: int, count: int, line: int, other: int = 0) -> None:
        for append, number in zip(self._append, (thing, month, count, line, other), strict=True):
            append(number)

    def __len__(self) -> int:
        return len(self._numbers["line"])

    def __getattr__(self, name: str) -> np.ndarray:
        try:
            numbers = self.__dict__["_numbers"][name]
        except KeyError:
            raise AttributeError(name) from None
        return np.frombuffer(numbers, dtype=numbers.typecode)

    def repeat(self) -> tuple[int, int] | None:
        """The places of two lines that are about the same thing and month; None if there are none."""
        order = np.lexsort((self.line, self.other, self.month, self.thing))
        keys = np.stack([self.thing[order], self.month[order], self.other[order]])
        same = np.flatnonzero((keys[:, 1:] == keys[:, :-1]).all(axis=0))
        return (int(order[same[0]]), int(order[same[0] + 1])) if len(same) else None

    def months(self) -> tuple[date, int]:
        """The first month and how many there are. Raises BadFile when one in between has no line."""
        if not len(self):
            raise BadFile("The file has a header but no figures below it.")
        found = np.unique(self.month)
        gaps = np.flatnonzero(np.diff(found) > 1)
        if len(gaps):
            raise BadFile(
                f"The file has no line for {label(month_numbered(int(found[gaps[0]]) + 1))}, though it has "
                "some before and after. Part of it is missing: download it again."
            )
        return month_numbered(int(found[0])), len(found)


def month_number(month: date) -> int:
    return month.year * 12 + month.month - 1


def month_numbered(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def fitted(cells: list[str], header: tuple[str, ...], *, line: int) -> list[str]:
    """The cells, one a column; only a line of another width is looked at closely."""
    return cells if len(cells) == len(header) else same_width(cells, header, line=line)
