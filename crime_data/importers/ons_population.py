"""Office for National Statistics: mid-year population estimates of districts, regions and countries.

The table stands below a title and notes, and a sheet of median ages has the very same header. An estimate is
of one day, 30 June; it is kept as the year that begins with that June.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SetAside, SourceSpec
from crime_data.importers.delimited import whole_number
from crime_data.importers.grid import NOT_PUBLISHED, Grid, Register
from crime_data.importers.ons_codes import is_code, kind_of
from crime_data.importers.opened import Opened
from crime_data.importers.tabular import words
from crime_data.importers.wide import meaning

SOURCE = SourceSpec(
    key="ons-population",
    name="Mid-year population estimates",
    publisher="Office for National Statistics",
    licence="Open Government Licence v3.0",
    url="https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/populationestimates",
    rhythm="yearly",
    release_day=30,
    lag=13,
    unit="people",
    sums_from="borough",
)
SHEET = "MYE4"
HEADER_WITHIN = 30  # rows
LEADING = ("code", "name", "geography")
POPULATION = Label("Population", "All ages")
_YEAR = re.compile(r"mid-?(20\d\d)", re.ASCII)
_Rows = Iterator[tuple[int, list[Any]]]


def recognises(file: Opened) -> bool:
    return SHEET in file.sheet_names


def read(file: Opened, *, today: date) -> Publication:
    """Read the sheet of all years: people, a row an area, a column a year. Raises BadFile."""
    rows = file.sheet(SHEET)
    places, years = _header(rows, today)
    first, last = min(years), max(years)
    areas: Register[AreaRef] = Register()
    seen: dict[str, int] = {}
    notes: list[int] = []
    lines: list[int] = []
    values: list[np.ndarray] = []
    for line, cells in rows:
        code, name = (_text(cells, places[word]) for word in ("code", "name"))
        figures = [(year, _text(cells, at)) for year, at in years.items()]
        if not code and not any(cell for _, cell in figures):
            notes.append(line)
            continue
        if not is_code(code):
            raise BadFile(f"Sheet {SHEET}, row {line}: “{code[:40]}” is no ONS code such as E09000004.")
        if code in seen:
            raise BadFile(f"Sheet {SHEET}, row {line} repeats row {seen[code]}: {code} stands there already.")
        seen[code] = line
        name = words(name, place=f"Sheet {SHEET}, row {line}", column="Name")
        areas.number(AreaRef(kind_of(code), name, code))
        lines.append(line)
        row = np.full(last - first + 1, NOT_PUBLISHED, dtype=np.int32)
        for year, cell in figures:
            row[year - first] = _people(cell, line, year)
        values.append(row)
    if not values:
        raise BadFile(f"Sheet {SHEET} has a header but no figures below it.")
    grid = Grid(last - first + 1)
    grid.append(range(len(values)), np.zeros(len(values), dtype=int), lines, np.array(values))
    return Publication(
        source=SOURCE,
        release_month=date(last, 6, 1),
        first_month=date(first, 6, 1),
        part="districts",
        areas=tuple(areas),
        labels=(POPULATION,),
        grid=grid,
        rows=len(values) + len(notes),
        step=12,
        set_aside=_aside(notes),
        missing=tuple(date(year, 6, 1) for year in range(first, last) if year not in years),
        key=f"mid-{last}",
    )


def _header(rows: _Rows, today: date) -> tuple[dict[str, int], dict[int, int]]:
    """Where the leading columns and the years stand, in the first row that begins like the table's header."""
    for line, cells in rows:
        names = [meaning(str(cell)) if cell is not None else "" for cell in cells]
        # Older editions print the number of a footnote behind it: "Geography1".
        plain = [name.rstrip("0123456789") for name in names]
        if all(plain.count(word) == 1 for word in LEADING):
            places = {word: plain.index(word) for word in LEADING}
            return places, _years(names, set(places.values()), line, today)
        if line >= HEADER_WITHIN:
            break
    raise BadFile(
        f"Sheet {SHEET}: none of the first {HEADER_WITHIN} rows has the headings Code, Name and Geography."
    )


def _years(names: list[str], taken: set[int], line: int, today: date) -> dict[int, int]:
    years: dict[int, int] = {}
    for at, name in enumerate(names):
        if at in taken or not name:
            continue
        found = _YEAR.fullmatch(name)
        if not found:
            raise BadFile(
                f"Sheet {SHEET}, row {line}: column {at + 1}, “{name[:40]}”, is no year such as Mid-2023."
            )
        year = int(found.group(1))
        if year in years:
            raise BadFile(f"Sheet {SHEET}, row {line}: Mid-{year} stands twice.")
        if date(year, 6, 30) > today:
            raise BadFile(f"Sheet {SHEET}, row {line}: Mid-{year} lies in the future.")
        years[year] = at
    if not years:
        raise BadFile(f"Sheet {SHEET}, row {line}: the header has no year such as Mid-2023.")
    return dict(sorted(years.items()))


def _text(cells: list[Any], at: int) -> str:
    cell = cells[at] if at < len(cells) else None
    return "" if cell is None else str(cell).strip()


def _people(cell: str, line: int, year: int) -> int:
    """Up to 100 million: whole_number stops at ten, where a district's or region's figure would."""
    if cell.isascii() and cell.isdigit() and len(cell) < 9:
        return int(cell)
    try:
        return whole_number(cell, line=line, column=f"Mid-{year}")
    except BadFile:
        raise BadFile(
            f"Sheet {SHEET}, row {line}, column Mid-{year}: “{cell[:40]}” is not a whole number of people."
        ) from None


def _aside(notes: list[int]) -> tuple[SetAside, ...]:
    if not notes:
        return ()
    return (
        SetAside(
            f"Row {notes[0]} and what follows", "notes below the table: no code, no figures", len(notes)
        ),
    )
