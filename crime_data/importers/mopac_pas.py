"""Mayor's Office for Policing and Crime: Public Attitude Survey, what Londoners think of the police.

The dashboard's workbook is passed on as it is, or as CSV of one of its sheets, saved wherever: with decimal
commas or points, semicolons or commas, and the days of quarters in British or American order.
"""

import re
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SetAside, SourceSpec
from crime_data.importers.grid import Register, grid_of_cells
from crime_data.importers.opened import Opened
from crime_data.importers.tabular import Table, table_of, words
from crime_data.importers.wide import meaning
from crime_data.months import add_months, label, months_between

SOURCE = SourceSpec(
    key="mopac-pas",
    name="Public Attitude Survey",
    publisher="Mayor's Office for Policing and Crime, through the London Datastore",
    licence="UK Open Government Licence",
    url="https://data.london.gov.uk/dataset/mopac-surveys",
    rhythm="quarterly",
    release_day=28,
    lag=2,
    unit="people asked",
    values="shares",
    side_by_side=True,
)
MEASURED = "Public Attitude Survey"
LONDON = AreaRef("force", "Metropolitan Police", "E23000001")
COLUMNS = {"date", "survey", "borough", "measure", "proportion"}
SHEETS = {"borough", "mps"}
CAVEAT = (
    "A survey: some 400 to 600 people are asked in a borough in twelve months, so a borough's quarter can be "
    "several percentage points off by chance. Show the mean of four quarters, or say so beside the figure."
)
_SHARE = re.compile(r"\d{1,3}(?:[.,]\d{1,17})?|[.,]\d{1,17}", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?: 00:00:00)?", re.ASCII)
_SLASHED = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
ORDERS = ("day/month/year", "month/day/year")


class _Answer(NamedTuple):
    """One line of the table; `london` is the force's share printed beside a borough's."""

    place: str
    line: int
    day: Any
    area: AreaRef
    measure: str
    share: float
    london: float | None


class _Cell(NamedTuple):
    share: float
    place: str
    line: int


_Key = tuple[AreaRef, str, date]


def recognises(file: Opened) -> bool:
    if file.form == "workbook":
        return any(_fits(table_of(file, name).header) for name in _sheets(file))
    return _fits(file.header)


def _fits(header: tuple[str, ...]) -> bool:
    return {meaning(name) for name in header} >= COLUMNS


def _sheets(file: Opened) -> list[str]:
    return [name for name in file.sheet_names if meaning(name) in SHEETS]


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file: shares of one, a row an area and measure, a column a quarter. Raises BadFile."""
    found = _Found()
    names = _sheets(file) if file.form == "workbook" else [""]
    for name in names:
        table = table_of(file, name)
        if not _fits(table.header):
            raise BadFile(f"Sheet {name} lacks one of the columns {', '.join(sorted(COLUMNS))}.")
        found.take(table, today)
    return found.publication(several=len(names) > 1)


class _Found:
    """What has been read so far."""

    def __init__(self) -> None:
        self.cells: dict[_Key, _Cell] = {}
        self.rows = 0
        self.boroughs = False
        self.set_aside: list[SetAside] = []
        self._areas: dict[str, AreaRef] = {}
        self._measures: dict[str, str] = {}

    def take(self, table: Table, today: date) -> None:
        answers = list(self._answers(table))
        days: dict[Any, str] = {}
        for answer in answers:
            days.setdefault(answer.day, answer.place)
        quarters = _quarters(days, today)
        seen: dict[_Key, str] = {}
        for answer in answers:
            key = (answer.area, answer.measure, quarters[answer.day])
            if key in seen:
                raise BadFile(
                    f"{answer.place} repeats {_inside(seen[key])}: {answer.area.name}, {answer.measure}, "
                    f"{_words(key[2])}, stands there already."
                )
            seen[key] = answer.place
            self._put(key, _Cell(answer.share, answer.place, answer.line))
            if answer.london is not None:
                london = (LONDON, answer.measure, key[2])
                self._put(london, _Cell(answer.london, answer.place, answer.line))

    def _put(self, key: _Key, cell: _Cell) -> None:
        """London's share is printed again and again: it must be the same each time, to two decimals."""
        before = self.cells.setdefault(key, cell)
        if abs(before.share - cell.share) > 0.0051:
            area, measure, quarter = key
            raise BadFile(
                f"{cell.place}: {area.name}, {measure}, {_words(quarter)}: the share is {cell.share:g}, but "
                f"{before.share:g} on {_inside(before.place)}. One of the two was changed."
            )

    def _answers(self, table: Table) -> list[_Answer]:
        day, survey, borough, measure, share = (
            _must(table, word) for word in ("date", "survey", "borough", "measure", "proportion")
        )
        london = table.column("mps")
        used = {day, survey, borough, measure, share, london}
        stray: dict[int, list[tuple[str, str]]] = {}
        others: dict[str, int] = {}
        answers = []
        for line, cells in table.lines:
            place = table.place(line)
            self.rows += 1
            for at, cell in enumerate(cells):
                if cell != "" and at not in used:
                    stray.setdefault(at, []).append((place, str(cell)[:40]))
            kind = words(cells[survey], place=place, column="Survey")
            if kind.casefold() != "pas":
                others[kind] = others.get(kind, 0) + 1
                continue
            area = words(cells[borough], place=place, column="Borough")
            asked = words(cells[measure], place=place, column="Measure")
            answers.append(
                _Answer(
                    place,
                    line,
                    cells[day],
                    self._area(area),
                    self._measures.setdefault(_same(asked), asked),
                    _share(cells[share], place=place, column="Proportion"),
                    None if london is None else _share(cells[london], place=place, column="MPS"),
                )
            )
        self._aside(table, stray, others)
        return answers

    def _area(self, name: str) -> AreaRef:
        if _same(name) == "mps":
            return LONDON
        self.boroughs = True
        # "Richmond Upon Thames" and "Richmond upon Thames" stand in one file.
        return self._areas.setdefault(_same(name), AreaRef("borough", name))

    def _aside(self, table: Table, stray: dict[int, list[tuple[str, str]]], others: dict[str, int]) -> None:
        sheet = f"Sheet {table.sheet}: " if table.sheet else ""
        for at, cells in sorted(stray.items()):
            name = table.header[at] if at < len(table.header) else ""
            place, value = cells[0]
            self.set_aside.append(
                SetAside(
                    what=f"{sheet}column {at + 1} ({f'“{name}”' if name else 'without a heading'})",
                    why=f"{len(cells):,} cell(s), first “{value}” on {_inside(place)}: none of the survey's "
                    "columns. The lines themselves were read.",
                )
            )
        for kind, count in others.items():
            self.set_aside.append(
                SetAside(f"{sheet}Survey “{kind}”", "only the Public Attitude Survey (PAS) is read", count)
            )

    def publication(self, *, several: bool) -> Publication:
        if not self.cells:
            raise BadFile("The file has a header but no answers of the Public Attitude Survey below it.")
        quarters = {quarter for _, _, quarter in self.cells}
        first, last = min(quarters), max(quarters)
        areas: Register[AreaRef] = Register()
        labels: Register[Label] = Register()
        table = [
            (
                areas.number(area),
                labels.number(Label(MEASURED, measure)),
                months_between(first, quarter) // 3,
                cell.line,
            )
            for (area, measure, quarter), cell in self.cells.items()
        ]
        shares = np.array([cell.share for cell in self.cells.values()], dtype="<f8")
        columns = months_between(first, last) // 3 + 1
        area_at, label_at, column_at, line_at = np.array(table, dtype=np.int64).T
        every = (add_months(first, 3 * n) for n in range(columns))
        return Publication(
            source=SOURCE,
            release_month=add_months(last, 2),
            first_month=first,
            part="workbook" if several else "borough" if self.boroughs else "mps",
            areas=tuple(areas),
            labels=tuple(labels),
            grid=grid_of_cells(
                columns, area_at, label_at, column_at, line_at, shares, dtype="<f8", empty=np.nan
            ),
            rows=self.rows,
            step=3,
            set_aside=tuple(self.set_aside),
            missing=tuple(quarter for quarter in every if quarter not in quarters),
            caveats=(CAVEAT,),
        )


def _must(table: Table, word: str) -> int:
    at = table.column(word)
    if at is None:
        raise BadFile(f"The header has no column {word.capitalize()}.")
    return at


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


def _inside(place: str) -> str:
    """A place within a sentence."""
    return place[0].lower() + place[1:]


def _words(quarter: date) -> str:
    return f"{label(quarter)} to {label(add_months(quarter, 2))}"


def _share(cell: Any, *, place: str, column: str) -> float:
    """A share of one. Raises BadFile naming the value."""
    if cell == "":
        raise BadFile(
            f"{place}, column {column}: the cell is blank, and blank is not 0. "
            "Leave the line out where nothing was published."
        )
    value = cell
    if isinstance(cell, str) and _SHARE.fullmatch(cell):
        value = float(cell.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise BadFile(f"{place}, column {column}: “{str(cell)[:40]}” is no share of one such as 0.56.")
    if value > 1:
        raise BadFile(
            f"{place}, column {column}: {str(cell)[:40]} is more than one. MOPAC writes 56% as 0.56: "
            "use the file as it was downloaded."
        )
    return float(value)


def _quarters(days: dict[Any, str], today: date) -> dict[Any, date]:
    """Last day of a quarter as printed -> first month of the quarter. `days` has the first place of each.

    A quarter ends on a 30th or 31st, so no day has two readings; but all days must have the same one.
    """
    read = {order: {day: _quarter(day, order) for day in days} for order in ORDERS}
    order = max(ORDERS, key=lambda order: sum(found is not None for found in read[order].values()))
    for day, place in days.items():
        quarter = read[order][day]
        if quarter is None:
            raise BadFile(
                f"{place}, column Date: “{str(day)[:40]}”, read as {order} like the other dates, is not the "
                "last day of a quarter. Use the file as it was downloaded."
            )
        if add_months(quarter, 2) > today:
            raise BadFile(f"{place}, column Date: “{str(day)[:40]}” lies in the future.")
    return {day: quarter for day, quarter in read[order].items() if quarter}


def _quarter(day: Any, order: str) -> date | None:
    try:
        if isinstance(day, datetime | date):
            end = date(day.year, day.month, day.day)
        elif found := _ISO.fullmatch(str(day)):
            end = date(*(int(part) for part in found.groups()))
        elif found := _SLASHED.fullmatch(str(day)):
            one, two, year = (int(part) for part in found.groups())
            end = date(year, two, one) if order == ORDERS[0] else date(year, one, two)
        else:
            return None
    except ValueError:
        return None
    month = end.replace(day=1)
    if end.month % 3 or end.year < 2000 or (add_months(month, 1) - end).days != 1:
        return None
    return add_months(month, -2)
