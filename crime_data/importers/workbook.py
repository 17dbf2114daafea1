"""Workbooks (XLSX and ODS), a sheet at a time and a row at a time, straight out of their ZIP file.

Written against files that lie. The Home Office's ODS unpacks to 1.4 GB, so nothing is unpacked to disk or
held in memory: blocks go through expat, and sheets before the wanted one are skipped as bytes. A sheet's own
word about its size is not believed (it lost rows elsewhere), a lone cell at XFD1048576 costs nothing, a
document type is refused in any part (entities could make gigabytes out of a line), and what is unpacked is
counted. openpyxl is not used: it keeps an element for every row it has read, and pads rows to the last cell.
"""

import re
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.parsers import expat

from crime_data.importers.contract import BadFile

XLSX, ODS = "xl/workbook.xml", "content.xml"
RELATIONS, MANIFEST = "xl/_rels/workbook.xml.rels", "META-INF/manifest.xml"

MAX_STREAMED = 2 * 1024**3  # bytes of one part that is read as a stream
MAX_STRINGS = 64 * 1024 * 1024  # of the texts that the cells of an XLSX share, which are held
MAX_SMALL = 8 * 1024 * 1024  # of any other part: styles, the list of sheets
MAX_DEPTH = 100  # of elements in each other; expat remembers them all
MAX_TOKEN = 1024 * 1024  # of one tag or comment, which expat holds whole
MAX_TEXT = 100_000  # characters in a cell
MAX_ROWS = 1_048_576  # as many as a spreadsheet has
MAX_COLUMNS = 1_000
MAX_SHEETS = 1_000
BLOCK = 1 << 18

DAMAGED = "The workbook is damaged or was cut short. Download it again."
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE_URI = f"{_ODF}table:1.0"
_TABLE, _TABLE_NAME, _ROW = f"{_TABLE_URI} table", f"{_TABLE_URI} name", f"{_TABLE_URI} table-row"
_CELLS = {f"{_TABLE_URI} table-cell", f"{_TABLE_URI} covered-table-cell"}
_ROWS_REPEATED = f"{_TABLE_URI} number-rows-repeated"
_COLUMNS_REPEATED = f"{_TABLE_URI} number-columns-repeated"
_KIND, _VALUE = f"{_ODF}office:1.0 value-type", f"{_ODF}office:1.0 value"
_DATE, _STRING = f"{_ODF}office:1.0 date-value", f"{_ODF}office:1.0 string-value"
_BOOLEAN = f"{_ODF}office:1.0 boolean-value"
_PARAGRAPH, _BLANKS, _HOW_MANY = f"{_ODF}text:1.0 p", f"{_ODF}text:1.0 s", f"{_ODF}text:1.0 c"
_BREAKS = {f"{_ODF}text:1.0 tab": "\t", f"{_ODF}text:1.0 line-break": "\n"}
_BESIDE = (f"{_ODF}office:1.0 annotation", f"{_ODF}drawing:1.0 ")  # on a cell, but no part of its content
_PREFIX = re.compile(rb"xmlns:([A-Za-z_][\w.-]*)\s*=\s*[\"']%s[\"']" % _TABLE_URI.encode())
_TAG = rb"""<(/?)%s:table(?=[\s/>])(?:[^>"']++|"[^"]*+"|'[^']*+')*+>"""
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPACES = re.compile(r"[ \t\r\n]{2,}|[\t\r\n]")
_NOT_A_DATE_PART = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}

Row = tuple[int, list[Any]]
Found = tuple[int, int, dict[int, Any]]  # number of the row, how often it stands there, column -> value
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def is_workbook(path: Path) -> bool:
    """Whether this ZIP file is an XLSX or ODS workbook."""
    with _opened(path, "The file is damaged or was cut short. Download it again.") as archive:
        return not {XLSX, ODS}.isdisjoint(archive.namelist())


def sheet_names(path: Path) -> tuple[str, ...]:
    """The names of the sheets in their order, hidden ones too. Raises BadFile."""
    with _opened(path) as archive:
        names = tuple(_ods_names(archive) if ODS in archive.namelist() else _xlsx_sheets(archive))
    if not names:
        raise BadFile("The workbook has no sheets.")
    if len(names) > MAX_SHEETS or len(set(names)) != len(names):
        raise BadFile(f"The workbook has more than {MAX_SHEETS:,} sheets, or two of one name.")
    return names


def rows(path: Path, name: str) -> Iterator[Row]:
    """(row number, cells) of one sheet, hidden rows too. Blank rows are left out.

    Cells are text as printed, int, float, bool, `datetime`, or None; a formula is its saved value. A row is
    as long as the longest above it, filled up with None. Raises BadFile, also after some rows.
    """
    with _opened(path) as archive:
        found = _ods_rows(archive, name) if ODS in archive.namelist() else _xlsx_rows(archive, name)
        yield from _bounded(found, name)


def _bounded(found: Iterable[Found], name: str) -> Iterator[Row]:
    """Rows as lists."""
    width = 0
    for number, times, cells in found:
        if number + times - 1 > MAX_ROWS:
            raise BadFile(f"Sheet {name}: row {number:,} lies below the {MAX_ROWS:,} rows that a sheet has.")
        last = max(cells)
        if last > MAX_COLUMNS:
            raise BadFile(
                f"Sheet {name}, row {number:,}: there is a value in column {last:,}. No publication has more "
                f"than {MAX_COLUMNS:,} columns; a stray value may stand far to the right."
            )
        width = max(width, last)
        values = [None] * width
        for column, value in cells.items():
            values[column - 1] = value
        for again in range(times):
            yield number + again, list(values)


# --- the ZIP file and its parts --------------------------------------------------------------


@contextmanager
def _opened(path: Path, words: str = DAMAGED) -> Iterator[zipfile.ZipFile]:
    """The archive. Whatever the ZIP module says against it becomes a BadFile."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise BadFile(words) from None
    with archive:
        names = archive.namelist()
        if len(set(names)) != len(names) and {XLSX, ODS} & set(names):
            raise BadFile("The workbook holds two parts of one name: it is damaged.")
        yield archive


def _blocks(archive: zipfile.ZipFile, name: str, most: int) -> Iterator[bytes]:
    """One part, unpacked a block at a time and counted: the archive may say anything about its size."""
    size = 0
    try:
        info = archive.getinfo(name)
        if info.flag_bits & 0x1:
            raise BadFile("The workbook is encrypted. Save it without a password and upload it again.")
        with archive.open(info) as part:
            while block := part.read(BLOCK):
                size += len(block)
                if size > most:
                    raise BadFile(f"{name} in the workbook unpacks to more than {most // 1024**2:,} MB.")
                yield block
    except KeyError:
        raise BadFile(f"The workbook has no {name}: it is damaged or was not saved whole.") from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise BadFile(DAMAGED) from None


class _Parser:
    """expat, made strict: UTF-8, no document type, no token without end. Names come as "uri local"."""

    def __init__(self, what: str):
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = self._refuse
        self._expat.EntityDeclHandler = self._refuse
        self._what = what
        self._fed = self._depth = 0

    def handle(self, start: Start, end: End, text: End) -> None:
        def opened(tag: str, attrs: dict[str, str]) -> None:
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise BadFile(f"{self._what} nests more than {MAX_DEPTH} elements: this is no table.")
            start(tag, attrs)

        def closed(tag: str) -> None:
            self._depth -= 1
            end(tag)

        self._expat.StartElementHandler = opened
        self._expat.EndElementHandler = closed
        self._expat.CharacterDataHandler = text

    def feed(self, block: bytes, *, last: bool = False) -> None:
        if not self._fed:
            declared = _ENCODING.search(block, 0, 200)
            if declared and declared.group(1).lower() not in (b"utf-8", b"us-ascii", b"ascii"):
                raise BadFile(f"{self._what} is not in UTF-8. Open the workbook, save it, upload it again.")
        self._fed += len(block)
        try:
            self._expat.Parse(block, last)
        except expat.ExpatError as problem:
            raise BadFile(f"{self._what} is damaged or was cut short ({problem}).") from None
        if self._fed - self._expat.CurrentByteIndex > MAX_TOKEN:
            raise BadFile(
                f"{self._what} holds a tag of more than {MAX_TOKEN // 1024:,} kB: this is no table."
            )

    def _refuse(self, *_: Any) -> None:
        raise BadFile(f"{self._what} declares a document type, which no spreadsheet program writes.")


def _nothing(_: str) -> None:
    pass


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _elements(archive: zipfile.ZipFile, name: str, *wanted: str) -> list[tuple[str, dict[str, str]]]:
    """(name, attributes) of the wanted elements of a small part, all names without their namespace."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, attrs: dict[str, str]) -> None:
        if _local(tag) in wanted:
            found.append((_local(tag), {_local(key): value for key, value in attrs.items()}))

    parser = _Parser(name)
    parser.handle(start, _nothing, _nothing)
    for block in _blocks(archive, name, MAX_SMALL):
        parser.feed(block)
    parser.feed(b"", last=True)
    return found


def _number(text: str, sheet: str, row: int, column: int) -> int | float:
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf") or "_" in text:
        raise BadFile(f"Sheet {sheet}, row {row:,}, column {column:,}: “{text[:40]}” is no number.")
    return value


class _Text:
    """The text of a cell, put together from its pieces."""

    def __init__(self, name: str):
        self._name = name
        self.clear()

    def clear(self) -> None:
        self._pieces: list[str] = []
        self._size = 0

    def add(self, piece: str) -> None:
        self._size += len(piece)
        if self._size > MAX_TEXT:
            raise BadFile(f"Sheet {self._name}: a cell holds more than {MAX_TEXT:,} characters.")
        self._pieces.append(piece)

    def __str__(self) -> str:
        return "".join(self._pieces)


# --- ODS -------------------------------------------------------------------------------------


def _ods_tables(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """content.xml in pieces: ("outside", bytes), ("open", start tag), ("inside", bytes), ("close", end tag).

    "open" and "close" are about sheets, not about tables inside them. The bytes together are the whole part.
    """
    if MANIFEST in archive.namelist() and _elements(archive, MANIFEST, "encryption-data"):
        raise BadFile("The workbook is encrypted. Save it without a password and upload it again.")
    prefix = None
    depth, held = 0, b""
    for block in _blocks(archive, ODS, MAX_STREAMED):
        held += block
        if prefix is None:
            if not (found := _PREFIX.search(held)):
                if len(held) > MAX_TOKEN:
                    break
                continue
            prefix = found.group(1)
            tag = re.compile(_TAG % re.escape(prefix))
        at = 0
        for found in tag.finditer(held):
            before, mark = held[at : found.start()], found.group()
            at = found.end()
            if before:
                yield ("inside" if depth else "outside"), before
            opens, closed = not found.group(1), mark.endswith(b"/>")
            if opens:
                yield ("inside" if depth else "open"), mark
                depth += not closed
            else:
                depth = max(0, depth - 1)
                yield ("inside" if depth else "close"), mark
        # What begins with the last "<" may be half a tag.
        cut = max(at, held.rfind(b"<"))
        if cut > at:
            yield ("inside" if depth else "outside"), held[at:cut]
        held = held[cut:]
        if len(held) > MAX_TOKEN:
            raise BadFile("The workbook holds a text or tag of more than 1 MB: this is no table.")
    if prefix is None:
        raise BadFile("The workbook holds no tables that can be read. Open it and save it as .xlsx.")
    yield "outside", held


def _ods_names(archive: zipfile.ZipFile) -> list[str]:
    names: list[str] = []

    def start(tag: str, attrs: dict[str, str]) -> None:
        if tag == _TABLE:
            names.append(attrs.get(_TABLE_NAME, ""))

    parser = _Parser(ODS)
    parser.handle(start, _nothing, _nothing)
    for kind, piece in _ods_tables(archive):
        if kind != "inside":
            parser.feed(piece)
    parser.feed(b"", last=True)
    return names


def _ods_rows(archive: zipfile.ZipFile, name: str) -> Iterator[Found]:
    sheet = _OdsSheet(name)
    for kind, piece in _ods_tables(archive):
        if kind != "inside" or sheet.wanted:
            sheet.parser.feed(piece)
            while sheet.found:
                yield sheet.found.popleft()
        if sheet.ended:
            return
    if sheet.wanted:
        raise BadFile(f"The workbook ends in the middle of sheet {name}. Download it again.")
    raise BadFile(f"The workbook has no sheet {name}.")


class _OdsSheet:
    """Rows of one table. Repeated rows are kept as one and a number: a million blanks cost nothing."""

    def __init__(self, name: str):
        self.name = name
        self.wanted = self.ended = False
        self.found: deque[Found] = deque()
        self.parser = _Parser(ODS)
        self.parser.handle(self._start, self._end, self._characters)
        self._text = _Text(name)
        self._row = self._times = self._column = self._width = 0
        self._cells: dict[int, Any] = {}
        self._attrs: dict[str, str] = {}  # of the cell that was last begun
        self._paragraphs = 0
        self._in_paragraph = False
        self._skipped = 0  # how deep in something that is no part of the cells

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        if self._skipped:
            self._skipped += 1
        elif tag == _TABLE:
            if self.wanted:  # a table in a cell
                self._skipped = 1
            self.wanted = self.wanted or attrs.get(_TABLE_NAME, "") == self.name
        elif not self.wanted:
            return
        elif tag in _CELLS:
            self._attrs = attrs
            self._width = self._times_of(attrs, _COLUMNS_REPEATED) if _COLUMNS_REPEATED in attrs else 1
            self._paragraphs = 0
            self._text.clear()
        elif tag == _ROW:
            self._times = self._times_of(attrs, _ROWS_REPEATED) if _ROWS_REPEATED in attrs else 1
            self._cells, self._column = {}, 0
        elif tag == _PARAGRAPH:
            if self._paragraphs:
                self._text.add("\n")
            self._paragraphs += 1
            self._in_paragraph = True
        elif tag == _BLANKS:
            self._text.add(" " * min(self._times_of(attrs, _HOW_MANY), MAX_TEXT + 1))
        elif tag in _BREAKS:
            self._text.add(_BREAKS[tag])
        elif tag.startswith(_BESIDE):
            self._skipped = 1

    def _characters(self, text: str) -> None:
        if self._in_paragraph and not self._skipped:
            self._text.add(_SPACES.sub(" ", text))

    def _end(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif not self.wanted:
            return
        elif tag in _CELLS:
            self._end_cell()
        elif tag == _PARAGRAPH:
            self._in_paragraph = False
        elif tag == _ROW:
            if self._cells:
                self.found.append((self._row + 1, self._times, self._cells))
            self._row += self._times
        elif tag == _TABLE:
            self.ended = True

    def _end_cell(self) -> None:
        value = self._value(self._attrs)
        first = self._column + 1
        self._column += self._width
        if value is None:
            return
        if self._column > MAX_COLUMNS:  # refused by its place; a repeat of ten thousand is not written out
            first = self._column
        for column in range(first, self._column + 1):
            self._cells[column] = value

    def _value(self, attrs: dict[str, str]) -> Any:
        kind = attrs.get(_KIND)
        if kind in ("float", "percentage", "currency"):
            return _number(attrs.get(_VALUE, ""), self.name, self._row + 1, self._column + 1)
        if kind == "boolean":
            return attrs.get(_BOOLEAN) == "true"
        if kind == "date" and (day := _day(attrs.get(_DATE, ""))):
            return day
        return attrs.get(_STRING) or str(self._text) or None

    def _times_of(self, attrs: dict[str, str], word: str) -> int:
        text = attrs.get(word, "1")
        if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
            words = _local(word)
            raise BadFile(f"Sheet {self.name}, row {self._row + 1:,}: {words} is “{text[:40]}”.")
        return int(text)


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


# --- XLSX ------------------------------------------------------------------------------------


def _xlsx_parts(archive: zipfile.ZipFile, kind: str) -> dict[str, str]:
    """Id -> name of the parts of this kind, as the workbook relates to them."""
    parts: dict[str, str] = {}
    for _, attrs in _elements(archive, RELATIONS, "Relationship"):
        if attrs.get("Type", "").endswith(f"/{kind}"):
            target = attrs.get("Target", "")
            parts[attrs.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    return parts


def _xlsx_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet -> its part, charts left out."""
    parts = _xlsx_parts(archive, "worksheet")
    sheets = [(attrs.get("name", ""), attrs.get("id", "")) for _, attrs in _elements(archive, XLSX, "sheet")]
    found = {name: parts[at] for name, at in sheets if at in parts}
    if len(found) != sum(at in parts for _, at in sheets):
        raise BadFile("The workbook has two sheets of one name: it is damaged.")
    return found


def _xlsx_rows(archive: zipfile.ZipFile, name: str) -> Iterator[Found]:
    part = _xlsx_sheets(archive).get(name)
    if part is None:
        raise BadFile(f"The workbook has no sheet {name}.")
    sheet = _XlsxSheet(
        name,
        [text for at in _xlsx_parts(archive, "sharedStrings").values() for text in _shared(archive, at)],
        frozenset(style for at in _xlsx_parts(archive, "styles").values() for style in _dates(archive, at)),
        any(attrs.get("date1904") in ("1", "true") for _, attrs in _elements(archive, XLSX, "workbookPr")),
    )
    for block in _blocks(archive, part, MAX_STREAMED):
        sheet.parser.feed(block)
        while sheet.found:
            yield sheet.found.popleft()
    sheet.parser.feed(b"", last=True)
    yield from sheet.found


def _shared(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The texts that cells share, by their number."""
    found: list[str] = []
    text = _Text("(shared texts)")
    state = {"text": False, "phonetic": 0}

    def start(tag: str, attrs: dict[str, str]) -> None:
        local = _local(tag)
        if local == "si":
            text.clear()
        elif local == "rPh":  # how a Japanese word is spoken
            state["phonetic"] += 1
        elif local == "t":
            state["text"] = not state["phonetic"]

    def end(tag: str) -> None:
        local = _local(tag)
        state["text"] = False
        if local == "si":
            found.append(_unescaped(str(text)))
        elif local == "rPh":
            state["phonetic"] -= 1

    parser = _Parser(part)
    parser.handle(start, end, lambda piece: text.add(piece) if state["text"] else None)
    for block in _blocks(archive, part, MAX_STRINGS):
        parser.feed(block)
    parser.feed(b"", last=True)
    return found


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def _dates(archive: zipfile.ZipFile, part: str) -> list[int]:
    """Numbers of the cell styles that show a number as a date."""
    dates, formats, inside = set(_DATE_FORMATS), [], False
    for tag, attrs in _elements(archive, part, "numFmt", "cellXfs", "cellStyles", "xf"):
        if tag == "numFmt" and attrs.get("numFmtId", "").isdigit():
            shown = _NOT_A_DATE_PART.sub("", attrs.get("formatCode", "").split(";")[0]).casefold()
            (dates.add if re.search("[ymdhs]", shown) else dates.discard)(int(attrs["numFmtId"]))
        elif tag in ("cellXfs", "cellStyles"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            formats.append(attrs.get("numFmtId", "0"))
    return [at for at, number in enumerate(formats) if number.isdigit() and int(number) in dates]


@dataclass
class _XlsxSheet:
    """Rows of one sheet, by what is in it: cells say where they are, or follow each other."""

    name: str
    strings: list[str]
    dates: frozenset[int]
    since_1904: bool
    found: deque[Found] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.parser = _Parser(f"Sheet {self.name}")
        self.parser.handle(self._start, self._end, self._characters)
        self._text = _Text(self.name)
        self._row = self._column = 0
        self._cells: dict[int, Any] = {}
        self._kind, self._style = "n", "0"
        self._listening = False
        self._phonetic = 0
        self._columns: dict[str, int] = {}

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        local = _local(tag)
        if local == "c":
            self._kind, self._style = attrs.get("t", "n"), attrs.get("s", "0")
            self._place(attrs.get("r"))
            self._text.clear()
        elif local == "v":
            self._listening = self._kind != "inlineStr"
        elif local == "t":
            self._listening = self._kind == "inlineStr" and not self._phonetic
        elif local == "rPh":
            self._phonetic += 1
        elif local == "row":
            self._begin_row(attrs.get("r"))

    def _begin_row(self, given: str | None) -> None:
        row = self._row + 1
        if given is not None:
            row = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
        if row <= self._row:
            raise BadFile(f"Sheet {self.name}: row “{(given or '')[:20]}” follows row {self._row:,}.")
        self._row, self._column, self._cells = row, 0, {}

    def _place(self, given: str | None) -> None:
        column = self._column + 1
        if given is not None:
            found = _CELL.fullmatch(given)
            column = self._column_of(found.group(1)) if found and int(found.group(2)) == self._row else 0
        if column <= self._column:
            shown = (given or "")[:20]
            raise BadFile(f"Sheet {self.name}, row {self._row:,}: cell “{shown}” is out of its place.")
        self._column = column

    def _column_of(self, letters: str) -> int:
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter) - 64
            self._columns[letters] = column
        return column

    def _characters(self, text: str) -> None:
        if self._listening:
            self._text.add(text)

    def _end(self, tag: str) -> None:
        local = _local(tag)
        self._listening = False
        if local == "c":
            value = self._value(str(self._text))
            if value is not None:
                self._cells[self._column] = value
        elif local == "rPh":
            self._phonetic -= 1
        elif local == "row" and self._cells:
            self.found.append((self._row, 1, self._cells))
            self._cells = {}

    def _value(self, text: str) -> Any:
        if not text:
            return None
        if self._kind == "n":
            number = _number(text, self.name, self._row, self._column)
            return self._date(number) if self._style != "0" and self._dated else number
        if self._kind == "s":
            if not _WHOLE.fullmatch(text) or not 0 <= int(text) < len(self.strings):
                raise BadFile(f"{self._where}: the text of the cell is missing from the workbook.")
            return self.strings[int(text)] or None
        if self._kind == "b":
            return text.strip() in ("1", "true")
        if self._kind == "d" and (day := _day(text)):
            return day
        return _unescaped(text)

    @property
    def _where(self) -> str:
        return f"Sheet {self.name}, row {self._row:,}, column {self._column:,}"

    @property
    def _dated(self) -> bool:
        return self._style.isdigit() and len(self._style) < 9 and int(self._style) in self.dates

    def _date(self, number: float) -> Any:
        """A day number as a date. Excel thinks that 1900 was a leap year."""
        start = datetime(1904, 1, 1) if self.since_1904 else datetime(1899, 12, 30 + (number < 60))
        try:
            return start + timedelta(milliseconds=round(number * 86_400_000))
        except (OverflowError, ValueError):
            raise BadFile(f"{self._where}: {number} is shown as a date, but no date is that large.") from None
