"""A partnership's own counts, such as anti-social behaviour incidents, in a plain table that we document.

One line is one area, month and category. The traps are those of spreadsheets, which turn "2024-01" into
"Jan-24" or a day, and of blank cells, which may mean none counted or nobody counted. Here 0 is written where
none was counted, and where nobody counted there is no line.
"""

import hashlib
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SourceSpec
from crime_data.importers.delimited import whole_number
from crime_data.importers.grid import NOT_PUBLISHED, Register, grid_of_cells
from crime_data.importers.ons_codes import is_code, kind_of
from crime_data.importers.opened import Opened
from crime_data.importers.tabular import Table, table_of, words
from crime_data.importers.wide import meaning
from crime_data.months import MONTH_NAMES, label, month_range, months_between

SOURCE = SourceSpec(
    key="local-counts",
    name="Local counts",
    publisher="The partnership and whoever counted for it",
    licence="As agreed with whoever counted",
    url="",
    rhythm="monthly",
    release_day=28,
    unit="incidents",
    sums_from="borough",
    side_by_side=True,
)
TEMPLATE = Path(__file__).parent.parent / "reference" / "local-counts-template.csv"
COLUMNS = ("area", "month", "category", "count")
OPTIONAL = ("source", "unit")
MAJOR = "Local counts"
LONGEST_PART = 20

_LONE_ISO = re.compile(r"(20\d\d)-?(0[1-9]|1[0-2])(?:-(\d\d))?(?: 00:00:00)?", re.ASCII)
_NAMED = re.compile(r"([a-z]{3,9})[ -](20)?(\d\d)", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"(\d\d?)/(\d\d?)/(20\d\d)", re.ASCII)
_SLASHED = re.compile(r"(\d\d?)[/-](20\d\d)", re.ASCII)
_CODELIKE = re.compile(r"[A-Za-z]\d{4,}", re.ASCII)


class _Count(NamedTuple):
    area: AreaRef
    month: date
    category: str
    unit: str
    number: int
    line: int
    place: str
    written: str  # the month as it stands in the file


def recognises(file: Opened) -> bool:
    if file.form == "workbook":
        # Somebody's table saved as a workbook has one sheet; a publisher's workbook of many is not opened.
        return len(file.sheet_names) == 1 and _fits(table_of(file, file.sheet_names[0]).header)
    return _fits(file.header)


def _fits(header: tuple[str, ...]) -> bool:
    return {meaning(name) for name in header} >= set(COLUMNS)


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file: counts, a row an area and category, a column a month. Raises BadFile."""
    table = table_of(file, file.sheet_names[0] if file.form == "workbook" else "")
    at = _places(table)
    counts: dict[tuple[AreaRef, str, str, date], _Count] = {}
    areas: dict[str, AreaRef] = {}
    categories: dict[str, str] = {}
    sources: dict[str, tuple[str, str]] = {}
    for line, cells in table.lines:
        place = table.place(line)
        if any(cell != "" for cell in cells[len(table.header) :]):
            raise BadFile(f"{place} has more cells than the {len(table.header)} columns of the header.")
        found = _count(cells, at, line, place, today)
        found = found._replace(
            area=areas.setdefault(_same(found.area.name or found.area.code), found.area),
            category=categories.setdefault(_same_category(found.category), found.category),
        )
        key = (found.area, found.category, found.unit, found.month)
        if key in counts:
            before = counts[key]
            raise BadFile(
                f"{place} repeats {_inside(before.place)}: {found.area.name or found.area.code}, "
                f"{found.category}, {label(found.month)}, stands there already. Leave one of the two out."
            )
        counts[key] = found
        _one_source(sources, str(cells[at["source"]]) if "source" in at else "", place)
    if not counts:
        raise BadFile("The file has a header but no counts below it.")
    [(source, _)] = sources.values()
    return _publication(list(counts.values()), source)


def _places(table: Table) -> dict[str, int]:
    """Where each column of the template stands; no other is taken, for what it holds would be lost."""
    at = {word: found for word in (*COLUMNS, *OPTIONAL) if (found := table.column(word)) is not None}
    for number, name in enumerate(table.header):
        if number not in at.values():
            raise BadFile(
                f"Column {number + 1} of the header, “{name[:40]}”, is not one of the template's "
                f"({', '.join((*COLUMNS, *OPTIONAL))}). Take the column out, or use its name in the template."
            )
    return at


def _publication(counts: list[_Count], source: str) -> Publication:
    months = {found.month for found in counts}
    first, last = min(months), max(months)
    areas: Register[AreaRef] = Register()
    labels: Register[Label] = Register()
    cells = [
        (
            areas.number(found.area),
            labels.number(Label(MAJOR, found.category, found.unit)),
            months_between(first, found.month),
            found.line,
            found.number,
        )
        for found in counts
    ]
    area, label_at, column, line, value = np.array(cells, dtype=np.int64).T
    every = month_range(first, last)
    return Publication(
        source=SOURCE,
        release_month=last,
        first_month=first,
        part=_part(source or " ".join(sorted({found.category for found in counts}))),
        areas=tuple(areas),
        labels=tuple(labels),
        grid=grid_of_cells(len(every), area, label_at, column, line, value, empty=NOT_PUBLISHED),
        rows=len(counts),
        missing=tuple(month for month in every if month not in months),
        caveats=_caveats(counts, source),
    )


def _caveats(counts: list[_Count], source: str) -> tuple[str, ...]:
    said = [f"Counted by {source}."] if source else ["The file does not say who counted."]
    if days := [found for found in counts if _DAY.fullmatch(found.written)]:
        shown = max(days, key=lambda found: found.month.month)
        said.append(
            f"Months were written as days, read as day/month/year: {shown.written} is {label(shown.month)}."
        )
    return tuple(said)


def _part(words_: str) -> str:
    """A short name that stays the same from month to month, so that a newer file follows the older one."""
    slug = re.sub(r"[^a-z0-9]+", "-", words_.casefold()).strip("-")
    if 0 < len(slug) <= LONGEST_PART:
        return slug
    digest = hashlib.sha256(_same(words_).encode()).hexdigest()[:6]
    return f"{slug[: LONGEST_PART - 7].strip('-')}-{digest}".strip("-")


# --- one line --------------------------------------------------------------------------------


def _count(cells: list[Any], at: dict[str, int], line: int, place: str, today: date) -> _Count:
    area = words(cells[at["area"]], place=place, column="area")
    if area.casefold().startswith("example"):
        raise BadFile(f"{place} is an example of the template (“{area}”). Take the examples out.")
    month = cells[at["month"]]
    counted = str(cells[at["count"]])
    if not counted:
        raise BadFile(
            f"{place}, column count: the cell is blank. Write 0 where none was counted; leave the whole line "
            "out where nobody counted."
        )
    unit = str(cells[at["unit"]] if "unit" in at else "") or SOURCE.unit
    return _Count(
        area=_area(area, place),
        month=_month(month, place, today),
        category=words(cells[at["category"]], place=place, column="category"),
        unit=_same(words(unit, place=place, column="unit")),
        number=_whole(counted, place),
        line=line,
        place=place,
        written=str(month),
    )


def _whole(counted: str, place: str) -> int:
    try:
        return whole_number(counted, line=0, column="count")
    except BadFile:
        raise BadFile(
            f"{place}, column count: “{counted[:40]}” is not a whole number. Write the number itself; "
            "where it is withheld, leave the line out."
        ) from None


def _area(text: str, place: str) -> AreaRef:
    if not _CODELIKE.fullmatch(text):
        return AreaRef("borough", " ".join(text.split()))
    code = text.upper()
    if not is_code(code):
        raise BadFile(f"{place}, column area: “{text}” is no ONS code: a code is a letter and eight digits.")
    kind = kind_of(code)
    if kind == "other":
        raise BadFile(
            f"{place}, column area: {code} is not the code of a borough, ward, LSOA, community safety "
            "partnership or police force."
        )
    return AreaRef(kind, "", code)


def _one_source(sources: dict[str, tuple[str, str]], source: str, place: str) -> None:
    """Two bodies that count the same thing in one file would be added up."""
    if source:
        words(source, place=place, column="source")
    sources.setdefault(_same(source), (source, place))
    if len(sources) > 1:
        (one, there), (other, here) = sources.values()
        raise BadFile(
            f"{here}, column source: “{other}”, but “{one}” on {_inside(there)}. Make one file for each "
            "body that counted, and name it on every line."
        )


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()


def _same_category(category: str) -> str:
    """A category as it is compared: "ASB incidents" and "Anti-social behaviour" are one."""
    text = re.sub(r"\basb\b", "anti social behaviour", category.casefold())
    return re.sub(r"\W|\bincidents?$", "", text) or _same(category)


def _inside(place: str) -> str:
    """A place within a sentence."""
    return place[0].lower() + place[1:]


# --- months ----------------------------------------------------------------------------------


def _month(cell: Any, place: str, today: date) -> date:
    """The first day of the month a cell names. Raises BadFile where it could be another one."""
    shown = f"{place}, column month: “{str(cell)[:40]}”"
    if cell == "":
        raise BadFile(f"{place}, column month: the cell is blank. Write a month such as 2024-01.")
    month = _of_date(cell, shown) if isinstance(cell, datetime | date) else _of_text(str(cell), shown)
    if month > today:
        raise BadFile(f"{shown} lies in the future.")
    return month


def _of_date(cell: date | datetime, shown: str) -> date:
    if cell.day != 1 or cell.year < 2000:
        raise BadFile(f"{shown} is a day, not a month. Count the whole month and write it as 2024-01.")
    return date(cell.year, cell.month, 1)


def _of_text(text: str, shown: str) -> date:
    if found := _LONE_ISO.fullmatch(text):
        if found.group(3) not in (None, "01"):
            raise BadFile(f"{shown} is a day, not a month. Count the whole month and write it as 2024-01.")
        return date(int(found.group(1)), int(found.group(2)), 1)
    if found := _SLASHED.fullmatch(text):
        if 1 <= int(found.group(1)) <= 12:
            return date(int(found.group(2)), int(found.group(1)), 1)
    elif found := _DAY.fullmatch(text):
        day, month = int(found.group(1)), int(found.group(2))
        if day != 1 or not 1 <= month <= 12:
            raise BadFile(
                f"{shown} is not the first of a month in British order (01/02/2024 is February 2024). It may "
                "be a day of a daily count, or in American order. Write months as 2024-01."
            )
        return date(int(found.group(3)), month, 1)
    elif (found := _NAMED.fullmatch(text)) and (number := _number(found.group(1))):
        return date(2000 + int(found.group(3)), number, 1)
    raise BadFile(
        f"{shown} is no month that can be told without doubt (24-Jan, 01/24 and 45292 are none either). "
        "Write it as 2024-01, or format the column as text before typing."
    )


def _number(name: str) -> int:
    """1 for "Jan" or "January", 9 for "Sept" too; 0 for what is no month."""
    short = name.casefold()
    if short == "sept":
        return 9
    for number, month in enumerate(MONTH_NAMES, start=1):
        if short in (month.casefold(), month[:3].casefold()):
            return number
    return 0
