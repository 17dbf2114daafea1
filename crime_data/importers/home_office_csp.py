"""Home Office: police recorded crime by Community Safety Partnership, by quarter. A sheet a financial year.

Quarter 1 is April to June. What a force could not allocate stands under “Unassigned <force>”, and a Force
Note says so: such a partnership then has a hundredth of its offences (Medway 107, Unassigned Kent 68,563),
which is no fall. Those quarters are kept as not published, and their counts are set aside by name. Lines may
hold negative counts, for offences recorded earlier and cancelled since: they are added in as they stand.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SetAside, SourceSpec
from crime_data.importers.delimited import CONTROL, MAX_CELL, whole_number
from crime_data.importers.grid import NOT_PUBLISHED, Grid, Register
from crime_data.importers.opened import Opened
from crime_data.importers.wide import meaning
from crime_data.months import add_months, label, months_between, period_label

SOURCE = SourceSpec(
    key="home-office-csp",
    name="Home Office recorded crime by Community Safety Partnership",
    publisher="Home Office",
    licence="Open Government Licence v3.0",
    url="https://www.gov.uk/government/statistical-data-sets/police-recorded-crime-and-outcomes-open-data-tables",
    rhythm="quarterly",
    release_day=23,
    lag=4,
    partition=True,
)

COLUMNS = {
    "financial year": {"financialyear"},
    "financial quarter": {"financialquarter"},
    "police force": {"policeforce", "forcename", "policeforcename"},
    "CSP": {"cspname"},
    "offence group": {"offencegroup"},
    "offence count": {"offencecount", "numberofoffences"},
}
FINER = {  # not in every workbook
    "subgroup": {"offencesubgroup"},
    "description": {"offencedescription"},
    "code": {"offencecode"},
}
WORDS = ("police force", "CSP", "offence group", *FINER)
WANTED = (
    "Upload the Home Office's own workbook instead (prc-csp-….ods or .xlsx): it has the quarters and the "
    "Force Notes, which say for whom figures are not available."
)
NOT_COMPARABLE = (
    "Figures from before 2002/03 cannot be compared with later ones, and each quarterly release restates "
    "the past."
)
HEADER_WITHIN = 30  # rows: a title may stand above the table
MOST_NOTES = 2_000  # rows
TENTH = 0.1
_YEAR = re.compile(r"((?:19|20)\d\d)\s*[_/–-]\s*((?:19|20)?\d\d)", re.ASCII)
_QUARTER = re.compile(r"(?:q|quarter )?([1-4])(?:\.0)?", re.ASCII | re.IGNORECASE)
_UNASSIGNED = re.compile(r"unassigned\b\s*(.*)", re.IGNORECASE)
_MONTHS = {"march": 3, "june": 6, "september": 9, "december": 12}

Row = tuple[int, list[Any]]
Keys = tuple[int, int, int]  # numbers of the area, the label, and what tells its lines apart


def recognises(file: Opened) -> bool:
    if file.form == "workbook":
        return _is_workbook_of_ours(file)
    names = {meaning(name) for name in file.header}
    return names == {"cspname"} or {"financialyear", "cspname", "offencegroup"} <= names


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole workbook. Raises BadFile with words an officer can act on."""
    if file.form != "workbook":
        raise BadFile(_why_not(file))
    found = _Found()
    notes: list[str] = []
    for name in file.sheet_names:
        if start := _year_of(name):
            found.add_year(name, start, file.sheet(name), today)
        else:
            notes += _notes(name, file.sheet(name))
    return _publication(found, notes)


def _is_workbook_of_ours(file: Opened) -> bool:
    """By the header of the first year: the Home Office's other workbooks have sheets of the same names."""
    try:
        name = next(filter(_year_of, file.sheet_names), None)
        return name is not None and _header(file.sheet(name)) is not None
    except BadFile:
        return False


def _why_not(file: Opened) -> str:
    names = {meaning(name) for name in file.header}
    if names == {"cspname"}:
        return f"This is a list of names without figures. {WANTED}"
    if COLUMNS["financial quarter"] & names:
        return f"This is one sheet of the workbook, saved as text without its notes. {WANTED}"
    return f"This is a summary: somebody has added up the quarters of the workbook. {WANTED}"


def _year_of(text: str) -> int | None:
    """The calendar year in which a financial year such as “2025_26” or “2002-03” begins."""
    found = _YEAR.fullmatch(text.strip())
    if found and int(found.group(2)) % 100 == (int(found.group(1)) + 1) % 100:
        return int(found.group(1))
    return None


def _header(rows: Iterator[Row]) -> tuple[int, list[str]] | None:
    """(row, names of the columns): the first row that has a column for the CSP."""
    for at, (row, cells) in enumerate(rows):
        if any(isinstance(cell, str) and meaning(cell) in COLUMNS["CSP"] for cell in cells):
            return row, [_text(cell) for cell in cells]
        if at >= HEADER_WITHIN:
            break
    return None


def _text(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split())


# --- the sheets of figures -------------------------------------------------------------------


@dataclass
class _Year:
    """Counts of one sheet: (area, label) -> four quarters, and how many lines each area has in each."""

    name: str
    start: int
    counts: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    first_line: dict[tuple[int, int], int] = field(default_factory=dict)
    lines: dict[int, list[int]] = field(default_factory=dict)
    _quarters: dict[tuple[Any, Any], int] = field(default_factory=dict)

    def quarter(self, year: Any, quarter: Any, row: int) -> int:
        """The quarter of a line, 0 to 3, after a look at its year. Raises BadFile."""
        found = self._quarters.get((year, quarter))
        if found is not None:
            return found
        if _year_of(_text(year)) != self.start:
            raise BadFile(
                f"Sheet {self.name}, row {row}: the financial year is “{_text(year)[:40]}”, which is not "
                "that of the sheet."
            )
        fits = _QUARTER.fullmatch(_text(quarter))
        if not fits:
            raise BadFile(
                f"Sheet {self.name}, row {row}: “{_text(quarter)[:40]}” is no financial quarter; they go "
                "from 1 to 4."
            )
        self._quarters[year, quarter] = int(fits.group(1)) - 1
        return int(fits.group(1)) - 1

    def month(self, quarter: int) -> date:
        """First day of quarter 0 to 3."""
        return add_months(date(self.start, 4, 1), 3 * quarter)

    def held(self) -> list[int]:
        """The quarters that have figures."""
        return [quarter for quarter in range(4) if any(lines[quarter] for lines in self.lines.values())]

    def check_is_over(self, today: date) -> None:
        for quarter in self.held():
            first = self.month(quarter)
            if add_months(first, 3) > today:
                months = period_label(first, add_months(first, 2))
                raise BadFile(
                    f"Sheet {self.name} has figures for quarter {quarter + 1} ({months}), which is not over."
                )


class _Found:
    """All that has been read. Areas and labels are the same however they are spelt."""

    def __init__(self) -> None:
        self.years: dict[int, _Year] = {}
        self.areas: list[AreaRef] = []
        self.labels: list[Label] = []
        self.rows = 0
        self.negative = self.negative_total = self.alike = 0
        self._area_of: Register[tuple[str, str]] = Register()
        self._label_of: Register[tuple[str, str]] = Register()
        self._things: Register[tuple[int, tuple[str, ...]]] = Register()
        self._forces: dict[str, str] = {}
        self._known: dict[tuple[Any, ...], Keys] = {}
        self._texts: dict[Any, Any] = {}

    def add_year(self, name: str, start: int, rows: Iterator[Row], today: date) -> None:
        """Read one sheet. Raises BadFile."""
        if start in self.years:
            raise BadFile(
                f"Two sheets are about {start}/{(start + 1) % 100:02}. Only one of them can be right."
            )
        header = _header(rows)
        if header is None:
            raise BadFile(f"Sheet {name} has no column CSP Name in its first {HEADER_WITHIN} rows.")
        year, columns = _Year(name, start), _places(name, header)
        words = [word for word in WORDS if word in columns]
        leading = [columns[word] for word in words]
        when, count = (columns["financial year"], columns["financial quarter"]), columns["offence count"]
        width = max(columns.values()) + 1
        seen, seen_at = array("q"), array("q")
        for row, cells in rows:
            if len(cells) < width:
                cells += [None] * (width - len(cells))
            quarter = year.quarter(cells[when[0]], cells[when[1]], row)
            same = tuple([cells[at] for at in leading])
            keys = self._known.get(same) or self._keys(name, row, words, same)
            self._add(year, keys, quarter, _count(cells[count], name, row), row)
            seen.append((keys[0] * 4 + quarter) << 32 | keys[2])
            seen_at.append(row)
        if not seen:
            raise BadFile(f"Sheet {name} has a header but no figures below it.")
        year.check_is_over(today)
        self.rows += len(seen)
        self.alike += _alike(name, seen, seen_at, told_apart=bool({"description", "code"} & columns.keys()))
        self.years[start] = year

    def _add(self, year: _Year, keys: Keys, quarter: int, count: int, row: int) -> None:
        area, of, _ = keys
        if count < 0:
            self.negative += 1
            self.negative_total += count
        counts = year.counts.get((area, of))
        if counts is None:
            counts = year.counts[area, of] = [0, 0, 0, 0]
            year.first_line[area, of] = row
        counts[quarter] += count
        year.lines.setdefault(area, [0, 0, 0, 0])[quarter] += 1

    def _keys(self, name: str, row: int, words: list[str], same: tuple[Any, ...]) -> Keys:
        """Numbers for cells that have not been seen together before."""
        texts = {word: _text(cell) for word, cell in zip(words, same, strict=True)}
        for word, text in texts.items():
            if not text and word not in FINER:
                raise BadFile(f"Sheet {name}, row {row}: the cell for the {word} is blank.")
            if len(text) > MAX_CELL or CONTROL.search(text):
                raise BadFile(f"Sheet {name}, row {row}: “{text[:30]}…” is no {word}.")
        csp, group = texts["CSP"], texts["offence group"]
        force = self._forces.setdefault(_plain(texts["police force"]), texts["police force"])
        area = self._area_of.number((_plain(force), _plain(csp)))
        if area == len(self.areas):
            self.areas.append(_area(csp, force))
        minor = texts.get("subgroup") or texts.get("description", "")
        of = self._label_of.number((_plain(group), _plain(minor)))
        if of == len(self.labels):
            self.labels.append(Label(group, minor))
        thing = self._things.number((of, tuple([_plain(texts.get(word, "")) for word in FINER])))
        same = tuple([self._texts.setdefault(cell, cell) for cell in same])  # each text is kept once
        found = self._known[same] = (area, of, thing)
        return found


def _places(name: str, header: tuple[int, list[str]]) -> dict[str, int]:
    row, names = header
    meanings = [meaning(text) for text in names]
    places: dict[str, int] = {}
    for word, spellings in (COLUMNS | FINER).items():
        at = [i for i, text in enumerate(meanings) if text in spellings]
        if len(at) > 1 or (not at and word in COLUMNS):
            shown = ", ".join(filter(None, names))[:200]
            raise BadFile(
                f"Sheet {name}, row {row}: the header has {len(at)} columns for the {word}; there must be "
                f"one. The columns are {shown}."
            )
        if at:
            places[word] = at[0]
    return places


def _alike(name: str, seen: array, seen_at: array, told_apart: bool) -> int:
    """How many lines repeat another. Where offences have codes, that is a fault: raises BadFile."""
    lines = np.frombuffer(seen, dtype=np.int64)
    order = np.argsort(lines, kind="stable")
    repeats = np.flatnonzero(np.diff(lines[order]) == 0)
    if len(repeats) and told_apart:
        rows = np.frombuffer(seen_at, dtype=f"i{seen_at.itemsize}")
        first, second = rows[order[repeats[0]]], rows[order[repeats[0] + 1]]
        raise BadFile(
            f"Sheet {name}, row {second}: the same CSP, offence and quarter stand in row {first} already "
            f"({len(repeats):,} such rows). Rows may have been pasted twice."
        )
    return len(repeats)


def _count(cell: Any, name: str, row: int) -> int:
    """A whole number, below nought too. Raises BadFile."""
    if type(cell) is int and abs(cell) < 10_000_000:
        return cell
    text = "" if cell is None else str(cell).strip().replace("−", "-")
    value = whole_number(text.removeprefix("-"), line=row, column=f"Offence Count of sheet {name}")
    return -value if text.startswith("-") else value


def _area(csp: str, force: str) -> AreaRef:
    found = _UNASSIGNED.fullmatch(csp)
    if found is None:
        return AreaRef("csp", csp, "", force)
    slug = re.sub(r"[^a-z]+", "-", _plain(found.group(1) or force)).strip("-")
    return AreaRef("pseudo", csp, f"HO-UNASSIGNED-{slug}", force)


def _plain(text: str) -> str:
    return text.casefold().replace("&", "and")


# --- the notes -------------------------------------------------------------------------------


def _notes(name: str, rows: Iterator[Row]) -> list[str]:
    """The Force Notes of a sheet without figures, word for word."""
    notes: list[str] = []
    inside = False
    for row, cells in islice(rows, MOST_NOTES):
        texts = [str(cell).strip() for cell in cells if cell is not None]
        meanings = set(map(meaning, texts))
        if meanings & COLUMNS["CSP"] and meanings & COLUMNS["offence count"]:
            raise BadFile(
                f"Sheet {name}, row {row}, begins a table of figures, but the sheet is not named after its "
                "financial year, such as 2025_26."
            )
        # A heading can stand in a row of its own, beside its first note, or above it in one cell.
        first, rest = texts[0], texts[1:]
        pieces = [first, " ".join(rest)] if _is_heading(first) else [" ".join(texts)]
        for line in filter(None, (line.strip() for piece in pieces for line in piece.splitlines())):
            if _is_heading(line):
                inside = meaning(line).rstrip(":") == "forcenotes"
            elif inside:
                notes.append(line)
    return notes


def _is_heading(line: str) -> bool:
    return len(line) < 40 and meaning(line).rstrip(":").endswith("notes")


@dataclass(frozen=True)
class _Gap:
    """Columns of one area for which the publisher has no figures, by this note."""

    area: int
    columns: tuple[int, ...]
    note: str


_GLUED = r"(?:and|are|at|data|for|from|has|have|in|is|since|was|were|will)\b"
_MISSING = re.compile(
    r"unassigned|unavailable|unable|incomplete|missing|excluded|IT issues"
    r"|not (?:been |be |yet )*(?:available|possible|supplied|provided|submitted|allocated|assigned|included)",
    re.IGNORECASE,
)
_ENDING = re.compile(r"years? ending (march|june|september|december) ((?:20\d\d[,\s]*(?:and|to)?\s*)+)", re.I)
_SINCE = re.compile(r"\b(?:from|since) (?:(?:\d{1,2} )?([a-z]+) )?(20\d\d)\b(?![/-])(?! to)", re.IGNORECASE)
_FINANCIAL = re.compile(r"\b(20\d\d)\s?[/–-]\s?(\d\d)\b")
_MONTH_NAMES = {label(date(2000, at, 1)).split()[0].casefold(): at for at in range(1, 13)}


def _pattern(name: str) -> re.Pattern[str]:
    """A name in a note, where blanks can be missing: “withinDerbyshirehave” has Derbyshire, not Derby."""
    words = r"\s*".join("(?:and|&)" if word in ("and", "&") else re.escape(word) for word in name.split())
    return re.compile(rf"(?:(?<![A-Za-z])|(?<=[a-z])){words}(?:(?![A-Za-z])|(?={_GLUED}))")


def _gaps(note: str, areas: list[AreaRef], figures: "_Figures") -> list[_Gap]:
    """What a Force Note takes away: the CSPs it names, or those of its force whose figures have gone."""
    if not _MISSING.search(note):
        return []
    forces = {area.within for area in areas}
    left, named = note, []
    for at in sorted(range(len(areas)), key=lambda at: -len(areas[at].name)):
        if areas[at].kind == "csp" and areas[at].name not in forces:
            rest = _pattern(areas[at].name).sub(" # ", left)  # so that no shorter name is found in it
            if rest != left:
                named.append(at)
                left = rest
    of_force = {force for force in forces if _pattern(force).search(left)}
    columns = figures.columns_in(_periods(note))
    named = [at for at in named if areas[at].within in of_force] or named
    if named:
        return [_Gap(at, columns, note) for at in sorted(named)]
    return [
        _Gap(at, gone, note)
        for at, area in enumerate(areas)
        if area.kind == "csp" and area.within in of_force and (gone := figures.gone(at, columns))
    ]


def _periods(note: str) -> list[tuple[date, date | None]]:
    """The months a note is about, first and last; the whole file where it does not say."""
    periods: list[tuple[date, date | None]] = []
    for month, years in _ENDING.findall(note):
        for year in re.findall(r"20\d\d", years):
            last = date(int(year), _MONTHS[month.casefold()], 1)
            periods.append((add_months(last, -11), last))
    for start, end in _FINANCIAL.findall(note):
        if _year_of(f"{start}/{end}"):
            periods.append((date(int(start), 4, 1), date(int(start) + 1, 3, 1)))
    for month, year in _SINCE.findall(note):
        periods.append((date(int(year), _MONTH_NAMES.get(month.casefold(), 1), 1), None))
    return periods or [(date.min, None)]


# --- the publication -------------------------------------------------------------------------


class _Figures:
    """All years side by side: a column a quarter, from the first that has figures to the last."""

    def __init__(self, found: _Found):
        self.areas = found.areas
        held = [year.month(quarter) for year in found.years.values() for quarter in year.held()]
        self.first, self.last = min(held), max(held)
        self.columns = months_between(self.first, self.last) // 3 + 1
        self.missing = tuple(month for month in map(self.month, range(self.columns)) if month not in held)
        self.lines = np.zeros((len(found.areas), self.columns), dtype=np.int64)
        self.rows: dict[tuple[int, int], np.ndarray] = {}
        self.first_line: dict[tuple[int, int], int] = {}
        for _, year in sorted(found.years.items()):
            self._add(year)
        self.totals = np.zeros_like(self.lines)
        for (area, _), counts in self.rows.items():
            self.totals[area] += counts

    def _add(self, year: _Year) -> None:
        at = months_between(self.first, year.month(0)) // 3
        quarters = [quarter for quarter in range(4) if 0 <= at + quarter < self.columns]
        columns = [at + quarter for quarter in quarters]
        for area, lines in year.lines.items():
            self.lines[area, columns] = [lines[quarter] for quarter in quarters]
        for key, counts in year.counts.items():
            if key not in self.rows:
                self.rows[key] = np.zeros(self.columns, dtype=np.int64)
                self.first_line[key] = year.first_line[key]
            self.rows[key][columns] = [counts[quarter] for quarter in quarters]

    def month(self, column: int) -> date:
        return add_months(self.first, 3 * column)

    def columns_in(self, periods: list[tuple[date, date | None]]) -> tuple[int, ...]:
        """The quarters that share a month with one of the periods."""
        return tuple(
            column
            for column in range(self.columns)
            if any(
                add_months(self.month(column), 2) >= first and (last is None or self.month(column) <= last)
                for first, last in periods
            )
        )

    def gone(self, area: int, columns: tuple[int, ...]) -> tuple[int, ...]:
        """Those of the columns, a financial year at a time, in which an area has lost its figures.

        That is: less than a tenth, a quarter, of the last year before that had not lost them, or, where the
        file holds none, less than a tenth of what is unassigned in its force.
        """
        unassigned = [
            at
            for at, other in enumerate(self.areas)
            if other.kind == "pseudo" and other.within == self.areas[area].within
        ]
        sound, gone = None, []
        for year in self._financial_years():
            held = [column for column in year if self.lines[area, column]]
            if not held:
                continue
            within = [column for column in held if column in columns]
            looked_at = within or held
            mean = float(self.totals[area, looked_at].mean())
            against = float(self.totals[np.ix_(unassigned, looked_at)].sum(axis=0).mean())
            if mean >= TENTH * (against if sound is None else sound):
                sound = mean
            else:
                gone += within
        return tuple(gone)

    def _financial_years(self) -> list[list[int]]:
        years: dict[int, list[int]] = {}
        for column in range(self.columns):
            years.setdefault(add_months(self.month(column), -3).year, []).append(column)
        return list(years.values())


def _publication(found: _Found, notes: list[str]) -> Publication:
    figures = _Figures(found)
    gaps = _one_an_area([gap for note in notes for gap in _gaps(note, found.areas, figures)])
    set_aside, caveats = [], [f"Force Note of the Home Office: {note}" for note in notes]
    for gap in gaps:
        columns = [column for column in gap.columns if figures.lines[gap.area, column]]
        if not columns:
            continue
        name = found.areas[gap.area].name
        set_aside.append(
            SetAside(
                what=f"{name}, {_spans(figures, columns)}",
                why=gap.note,
                rows=int(figures.lines[gap.area, columns].sum()),
                total=int(figures.totals[gap.area, columns].sum()),
            )
        )
        caveats.append(f"{name} is not available for {_spans(figures, columns)}, by a Force Note.")
    if found.negative:
        caveats.append(
            f"{found.negative:,} lines hold negative counts, {found.negative_total:,} in all: offences "
            "recorded earlier and cancelled since. They are added in as they stand."
        )
    if found.alike:
        caveats.append(
            f"The workbook has no offence codes: {found.alike:,} lines of the same CSP, group and quarter as "
            "another line were added to it."
        )
    last_month = add_months(figures.last, 2)
    return Publication(
        source=SOURCE,
        release_month=last_month,
        first_month=figures.first,
        part="whole",
        areas=tuple(found.areas),
        labels=tuple(found.labels),
        grid=_grid(figures, gaps),
        rows=found.rows,
        step=3,
        set_aside=tuple(set_aside),
        missing=figures.missing,
        caveats=(*caveats, NOT_COMPARABLE),
    )


def _one_an_area(gaps: list[_Gap]) -> list[_Gap]:
    """Two notes about one area and time take it away once."""
    taken: dict[int, set[int]] = {}
    one = []
    for gap in gaps:
        columns = tuple(column for column in gap.columns if column not in taken.get(gap.area, ()))
        taken.setdefault(gap.area, set()).update(columns)
        if columns:
            one.append(_Gap(gap.area, columns, gap.note))
    return one


def _spans(figures: _Figures, columns: list[int]) -> str:
    """Columns as periods in words."""
    spans: list[list[int]] = []
    for column in columns:
        if spans and column == spans[-1][-1] + 1:
            spans[-1].append(column)
        else:
            spans.append([column])
    return " and ".join(
        period_label(figures.month(span[0]), add_months(figures.month(span[-1]), 2)) for span in spans
    )


def _grid(figures: _Figures, gaps: list[_Gap]) -> Grid:
    """An area without any line in a quarter has nothing published; without a line of one offence, none."""
    published = figures.lines > 0
    for gap in gaps:
        published[gap.area, list(gap.columns)] = False
    grid = Grid(figures.columns)
    for (area, of), counts in figures.rows.items():
        if abs(counts).max() > np.iinfo(np.int32).max:
            raise BadFile(f"{figures.areas[area].name} has a count too large to be one.")
        values = np.where(published[area], counts, NOT_PUBLISHED)
        grid.append([area], [of], [figures.first_line[area, of]], values[None, :])
    return grid
