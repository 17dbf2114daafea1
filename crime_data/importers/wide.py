"""Tables with a row a series and a column a month: the form of the Met's geographic files.

Most files are sound, and are read by `_quick` in blocks of bytes: the counts of a line are its last cells,
and numpy turns them into numbers a million at a time. Whatever `_quick` has the least doubt about is left to
`_strict`, which looks at one cell after the other and says by line, column and value what is wrong, or takes
an oddity that is harmless. So both know the same files; a test holds them together.
"""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SetAside, SourceSpec
from crime_data.importers.delimited import (
    CONTROL,
    MAX_CELL,
    MAX_LINE,
    MAX_ROWS,
    delimiter_of,
    same_width,
    whole_number,
)
from crime_data.importers.grid import NOT_PUBLISHED, Grid, Register
from crime_data.importers.opened import Opened
from crime_data.months import add_months, label, month_range, months_between

RECENT_MONTHS = 24
MOST_IN_A_MONTH = 1_000_000  # ten times what the whole of London records
STUB = 0.1  # a first month with less than this share of the second is no month
BLOCK = 1 << 19
ROWS_AT_ONCE = 2_000
_MONTH = re.compile(r"(20\d\d)(0[1-9]|1[0-2])", re.ASCII)


class _Doubt(Exception):
    """The quick reader leaves the file to the strict one."""


def meaning(name: str) -> str:
    """The name of a column as it is compared: case, spaces and underscores do not matter."""
    return re.sub(r"[\s_]+", "", name).casefold()


@dataclass(frozen=True, slots=True)
class WideForm:
    """What the leading columns mean: a word for each -> the spellings of its header.

    "major" and "minor" are among them; `area_of` makes an area out of the cells of the others, in the order
    in which they stand in `columns`.
    """

    columns: dict[str, set[str]]
    area_of: Callable[..., AreaRef]
    never: set[str] = field(default_factory=set)  # columns of other sources that hold these too

    def fits(self, header: tuple[str, ...]) -> bool:
        """Whether the columns are those of this source, in any order and spelling."""
        names = {meaning(name) for name in header}
        return not names & self.never and all(names & spellings for spellings in self.columns.values())


@dataclass
class _Layout:
    """Where things stand in a line: the leading columns by their word, and the months in order."""

    header: tuple[str, ...]
    places: dict[str, int]
    months: dict[date, int]
    missing: tuple[date, ...]

    @property
    def first(self) -> date:
        return min(self.months)

    @property
    def last(self) -> date:
        return max(self.months)

    @property
    def columns(self) -> int:
        return len(month_range(self.first, self.last))

    def out_of_order(self) -> tuple[str, ...]:
        """A sentence where the columns of the months do not follow each other: no publisher's file is so."""
        places = [self.months[month] for month in sorted(self.months)]
        wrong = next((at for at, (one, two) in enumerate(pairwise(places)) if two < one), None)
        if wrong is None:
            return ()
        one, two = sorted(self.months)[wrong : wrong + 2]
        return (
            f"The column of {label(two)} stands before that of {label(one)}. No file of the publisher's is "
            "so: headings may have been exchanged.",
        )


class _Found:
    """What has been read so far."""

    def __init__(self, form: WideForm, layout: _Layout):
        self.form = form
        self.areas: Register[AreaRef] = Register()
        self.labels: Register[Label] = Register()
        self.grid = Grid(layout.columns)
        self._refs: dict[tuple[str, ...], int] = {}
        words = [word for word in form.columns if word not in ("major", "minor")]
        self.area_at = [layout.places[word] for word in words]
        self.label_at = [layout.places["major"], layout.places["minor"]]
        self.leading = sorted(layout.places.values())

    def area(self, cells: Sequence[str]) -> int:
        """Number of the area, by its cells in the order of the form."""
        place = tuple(cells)
        area = self._refs.get(place)
        if area is None:
            area = self._refs[place] = self.areas.number(self.form.area_of(*place))
        return area

    def label(self, cells: Sequence[str]) -> int:
        """Number of the label, by major and minor."""
        return self.labels.number(Label(*cells))

    @cached_property
    def halves(self) -> "_Halves | None":
        """The two pieces of a line's lead; None where area and label stand mixed."""
        ends = max(self.area_at) < min(self.label_at), max(self.label_at) < min(self.area_at)
        if not any(ends):
            return None
        return _Halves(self, area_first=ends[0])


def read_wide(file: Opened, *, source: SourceSpec, form: WideForm, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    layout = _layout(file.header, form, today)
    found = None
    if file.form == "text":
        try:
            found = _quick(file, form, layout)
        except _Doubt:
            found = None
    found = found or _strict(file, form, layout)
    if not len(found.grid):
        raise BadFile("The file has a header but no figures below it.")
    for month, total in zip(month_range(layout.first, layout.last), found.grid.totals.tolist(), strict=True):
        if total > MOST_IN_A_MONTH:
            raise BadFile(
                f"Column {month:%Y%m} adds up to {total:,} offences, more than ten times what London records "
                "in a month. A number in it is wrong, or a row of totals was added."
            )
    return _publication(source, found, layout, today)


def _publication(source: SourceSpec, found: _Found, layout: _Layout, today: date) -> Publication:
    first, last, grid = layout.first, layout.last, found.grid
    set_aside: tuple[SetAside, ...] = ()
    # The Historical file ends in the month before the recent ones of the same publication begin, or in the
    # first of them, which the recent file then holds as a stub.
    recent = len(layout.months) <= RECENT_MONTHS + 1 or add_months(last, RECENT_MONTHS) > today
    if recent and grid.columns > 2 and 0 < grid.totals[0] < STUB * grid.totals[1]:
        set_aside = (
            SetAside(
                what=f"Column {first:%Y%m}",
                why=f"{label(first)} adds up to {int(grid.totals[0]):,} offences, "
                f"{label(add_months(first, 1))} to {int(grid.totals[1]):,}: "
                "the first column is a stub, not a month. The publisher's Historical "
                "file holds such a month in full.",
                total=int(grid.totals[0]),
            ),
        )
        grid, first = grid.without_first_column(), add_months(first, 1)
    return Publication(
        source=source,
        release_month=last if recent else add_months(last, RECENT_MONTHS),
        first_month=first,
        part="recent" if recent else "historical",
        areas=tuple(found.areas),
        labels=tuple(found.labels),
        grid=grid,
        rows=len(grid),
        set_aside=set_aside,
        missing=tuple(month for month in layout.missing if month >= first),
        doubts=layout.out_of_order(),
    )


# --- the header ------------------------------------------------------------------------------


def _layout(header: tuple[str, ...], form: WideForm, today: date) -> _Layout:
    places = {word: _place(header, word, spellings) for word, spellings in form.columns.items()}
    months = _months(header, set(places.values()), today)
    missing = tuple(month for month in month_range(min(months), max(months)) if month not in months)
    return _Layout(header, places, months, missing)


def _place(header: tuple[str, ...], word: str, spellings: set[str]) -> int:
    at = [i for i, name in enumerate(header) if meaning(name) in spellings]
    if len(at) != 1:
        names = ", ".join(f"“{header[i]}”" for i in at)
        raise BadFile(f"The header has {len(at)} columns for the {word} ({names}); there must be one.")
    return at[0]


def _months(header: tuple[str, ...], taken: set[int], today: date) -> dict[date, int]:
    """First day of each month -> its column. Months are YYYYMM, and none stands twice."""
    months: dict[date, int] = {}
    for at, name in enumerate(header):
        if at in taken:
            continue
        found = _MONTH.fullmatch(name)
        if not found:
            raise BadFile(
                f"Column {at + 1} of the header is “{name}”, which is not a month such as 202401. "
                "A spreadsheet may have changed or added it: use the file as it was downloaded."
            )
        month = date(int(found.group(1)), int(found.group(2)), 1)
        if month in months:
            raise BadFile(
                f"The month {name} stands twice in the header (columns {months[month] + 1} and {at + 1})."
            )
        if month > today:
            raise BadFile(f"Column {at + 1} is {label(month)}, which lies in the future.")
        months[month] = at
    if not months:
        raise BadFile("The header has no month columns such as 202401.")
    return months


# --- one cell after the other ----------------------------------------------------------------


def _strict(file: Opened, form: WideForm, layout: _Layout) -> _Found:
    found = _Found(form, layout)
    table = file.table()
    header = table.header
    first = layout.first
    columns = [(at, header[at], months_between(first, month)) for month, at in sorted(layout.months.items())]
    seen: dict[tuple[str, ...], int] = {}
    keys: list[tuple[int, int, int]] = []
    values = np.full((ROWS_AT_ONCE, layout.columns), NOT_PUBLISHED, dtype=np.int32)

    def flush() -> None:
        if keys:
            areas, labels, lines = zip(*keys, strict=True)
            found.grid.append(areas, labels, lines, values[: len(keys)])
            keys.clear()

    for line, cells in table.lines:
        cells = same_width(cells, header, line=line)
        for at in found.leading:
            if not cells[at]:
                raise BadFile(f"Line {line}, column {header[at]}: the cell is blank.")
        same = tuple(_folded(cells[at]) for at in found.leading)
        if same in seen:
            words = " / ".join(cells[at] for at in found.leading)
            raise BadFile(f"Line {line} repeats line {seen[same]}: “{words}” stands there already.")
        seen[same] = line
        row = values[len(keys)]
        for at, name, column in columns:
            row[column] = whole_number(cells[at], line=line, column=name)
        area = found.area([cells[at] for at in found.area_at])
        keys.append((area, found.label([cells[at] for at in found.label_at]), line))
        if len(keys) == ROWS_AT_ONCE:
            flush()
    flush()
    return found


def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()


# --- a million cells at a time ---------------------------------------------------------------


def _quick(file: Opened, form: WideForm, layout: _Layout) -> _Found:
    """The same as `_strict` for a plain file: commas, whole numbers, months last and in order.

    Raises _Doubt.
    """
    header, width = layout.header, len(layout.months)
    ordered = [layout.months[month] for month in sorted(layout.months)]
    leading = len(header) - width
    if layout.missing or ordered != list(range(leading, len(header))) or delimiter_of(file.path) != ",":
        raise _Doubt
    found = _Found(form, layout)
    line = 1
    with file.path.open("rb") as bytes_:
        if not _is_plain_header(bytes_.readline(MAX_LINE), header):
            raise _Doubt
        rest = b""
        while block := bytes_.read(BLOCK):
            block = rest + block
            end = block.rfind(b"\n") + 1
            block, rest = block[:end], block[end:]
            if len(rest) > MAX_LINE:
                raise _Doubt
            if block:
                line = _block(block, leading, width, line, found)
        if rest:
            line = _block(rest + b"\n", leading, width, line, found)
    if line > MAX_ROWS or found.grid.repeats() or _spelled_twice(found.labels) or _spelled_twice(found.areas):
        raise _Doubt
    return found


def _spelled_twice(things: Iterable[tuple[str, ...]]) -> bool:
    """Whether two of them differ in case and blanks only."""
    all_ = list(things)
    return len({_folded("|".join(thing)) for thing in all_}) < len(all_)


def _is_plain_header(first: bytes, header: tuple[str, ...]) -> bool:
    text = first.removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
    text = text.removesuffix("\n").removesuffix("\r")
    # A lone carriage return ends a line for the strict reader, and it counts on from there.
    return "\r" not in text and tuple(name.strip().strip('"') for name in text.split(",")) == header


def _block(block: bytes, leading: int, width: int, line: int, found: _Found) -> int:
    """Read whole lines; gives back the number of the last one."""
    raw = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(raw == 10)
    commas = np.flatnonzero(raw == 44)
    starts = np.concatenate(([0], ends[:-1] + 1))
    first, last = np.searchsorted(commas, starts), np.searchsorted(commas, ends)
    plain = last - first == leading + width - 1  # no comma inside quotes
    # The comma before each count: they follow the last `width` commas of a line.
    if plain.all():
        before = commas.reshape(len(ends), -1)[:, leading - 1 :]
    elif (last - width < first).any():
        raise _Doubt
    else:
        before = commas[(last - width)[:, None] + np.arange(width)]
    after = np.empty_like(before)
    after[:, :-1] = before[:, 1:]
    after[:, -1] = ends - (raw[ends - 1] == 13)
    counts = _counts(raw, after.ravel(), (after - before - 1).ravel()).reshape(before.shape)
    halves = found.halves
    if halves is None:
        spans = zip(starts.tolist(), before[:, 0].tolist(), strict=True)
        areas, labels = _columns(_whole_lead(block[start:end], leading, found) for start, end in spans)
    else:
        # The columns of the area are counted from the edge they stand at: names of categories hold commas.
        edge = first - 1 if halves.area_first else last - width
        at = edge + halves.columns if halves.area_first else edge - halves.columns
        if (at < 0).any() or (at >= len(commas)).any():
            raise _Doubt
        cut = commas[at]
        if (cut <= starts).any() or (cut >= before[:, 0]).any():
            raise _Doubt
        areas, labels = halves.numbers(block, starts, cut, before[:, 0])
    found.grid.append(areas, labels, np.arange(line + 1, line + 1 + len(ends)), counts)
    return line + len(ends)


def _counts(raw: np.ndarray, after: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The whole numbers that end before `after` and have `size` digits, int32. Raises _Doubt."""
    longest = int(size.max())
    if int(size.min()) < 1 or longest > 7:
        raise _Doubt
    units = raw[after - 1] - np.uint8(48)
    if (units > 9).any():
        raise _Doubt
    counts = units.astype(np.int32)
    long = np.flatnonzero(size > 1)  # few: most counts of a small area have one digit
    for place in range(1, longest):  # tens, hundreds, ...
        long = long[size[long] > place]
        digits = raw[after[long] - 1 - place] - np.uint8(48)
        if (digits > 9).any():
            raise _Doubt
        counts[long] += digits.astype(np.int32) * 10**place
    return counts


def _cells(text: bytes, number: int) -> list[str]:
    """The cells of a piece of a line. Raises _Doubt."""
    try:
        words = text.decode()
        [cells] = csv.reader([words], strict=True) if '"' in words else [words.split(",")]
    except (UnicodeDecodeError, csv.Error, ValueError):
        raise _Doubt from None
    if len(cells) != number or CONTROL.search(words) or "\r" in words:
        raise _Doubt
    for cell in cells:
        if not cell or cell != cell.strip() or len(cell) > MAX_CELL or "\n" in cell:
            raise _Doubt
    return cells


def _whole_lead(text: bytes, leading: int, found: _Found) -> tuple[int, int]:
    cells = _cells(text, leading)
    return found.area([cells[at] for at in found.area_at]), found.label([cells[at] for at in found.label_at])


def _columns(pairs: Iterable[tuple[int, int]]) -> tuple[Sequence[int], Sequence[int]]:
    areas, labels = zip(*pairs, strict=True)
    return areas, labels


class _Seen(dict[bytes, int]):
    """A piece of a line as it stands -> its number, found by `number` when it is first seen."""

    def __init__(self, number: Callable[[bytes], int]):
        super().__init__()
        self._number = number

    def __missing__(self, text: bytes) -> int:
        found = self[text] = self._number(text)
        return found


class _Halves:
    """Where the columns of the area stand together, and those of the label, a line's lead is two pieces, and
    each piece was mostly seen before: two look-ups a line."""

    def __init__(self, found: _Found, area_first: bool):
        self.found, self.columns, self.area_first = found, len(found.area_at), area_first
        self._areas, self._labels = _Seen(self._area), _Seen(self._label)

    def numbers(
        self, block: bytes, starts: np.ndarray, cuts: np.ndarray, ends: np.ndarray
    ) -> tuple[Sequence[int], Sequence[int]]:
        """The area and the label of each line."""
        spans = list(zip(starts.tolist(), cuts.tolist(), ends.tolist(), strict=True))
        one, two = (self._areas, self._labels) if self.area_first else (self._labels, self._areas)
        first = [one[block[start:cut]] for start, cut, _ in spans]
        second = [two[block[cut + 1 : end]] for _, cut, end in spans]
        return (first, second) if self.area_first else (second, first)

    def _area(self, text: bytes) -> int:
        cells = _cells(text, len(self.found.area_at))
        least = min(self.found.area_at)
        return self.found.area([cells[at - least] for at in self.found.area_at])

    def _label(self, text: bytes) -> int:
        cells = _cells(text, 2)
        least = min(self.found.label_at)
        return self.found.label([cells[at - least] for at in self.found.label_at])
