"""Tables of the Census of 21 March 2021 as Nomis hands them out: a row an area, a column a group.

The first figure is the total of the others, and is checked. Figures of small areas are changed a little on
purpose, so that they add up to a few more or fewer than those of the district.
"""

from datetime import date

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SourceSpec
from crime_data.importers.grid import Grid, Register
from crime_data.importers.ons_codes import is_code, kind_of
from crime_data.importers.opened import Opened
from crime_data.importers.tabular import Table, table_of, words
from crime_data.importers.wide import meaning

CENSUS = date(2021, 3, 1)
LEADING = ("date", "geography", "geographycode")
PARTS = {"lsoa": "lsoa", "borough": "ltla"}
CAVEAT = (
    "Census figures are changed a little on purpose to protect people: small areas add up to a few more or "
    "fewer than their district."
)
AT_ONCE = 1_000  # areas


def is_census(file: Opened, variable: str) -> bool:
    """Whether all columns but the leading three are of this variable ("Age", "Accommodation type")."""
    if file.form not in ("text", "parquet"):
        return False
    names = file.header
    return tuple(meaning(name) for name in names[:3]) == LEADING and all(
        name.casefold().startswith(f"{variable}: ".casefold()) for name in names[3:]
    )


def read_census(file: Opened, *, source: SourceSpec, variable: str, major: str) -> Publication:
    """Read a whole table: its groups are the labels, March 2021 the only column. Raises BadFile."""
    table = table_of(file)
    groups = [_group(name, variable) for name in table.header[3:]]
    if len(groups) < 3 or len(set(groups)) != len(groups) or not groups[0].casefold().startswith("total"):
        raise BadFile("The header must have the total first and each of its groups once after it.")
    groups[0] = "Total"
    areas: Register[AreaRef] = Register()
    grid = Grid(1)
    lines: list[int] = []
    counts: list[list[int]] = []

    def flush() -> None:
        at = np.arange(len(areas) - len(lines), len(areas))
        width = len(groups)
        grid.append(
            np.repeat(at, width),
            np.tile(np.arange(width), len(lines)),
            np.repeat(lines, width),
            np.array(counts, dtype=np.int32).reshape(-1, 1),
        )
        lines.clear()
        counts.clear()

    seen: dict[str, int] = {}
    for line, cells in table.lines:
        area = _area(cells, line)
        if area.code in seen:
            raise BadFile(f"Line {line} repeats line {seen[area.code]}: {area.code} stands there already.")
        seen[area.code] = line
        if areas and area.kind != next(iter(areas)).kind:
            raise BadFile(
                f"Line {line}: {area.code} ({area.name}) is another kind of area than the lines above."
            )
        areas.number(area)
        lines.append(line)
        counts.append(_counts(table, cells, line))
        if len(lines) == AT_ONCE:
            flush()
    if not areas:
        raise BadFile("The file has a header but no figures below it.")
    if lines:
        flush()
    return Publication(
        source=source,
        release_month=CENSUS,
        first_month=CENSUS,
        part=PARTS[next(iter(areas)).kind],
        areas=tuple(areas),
        labels=tuple(Label(major, group) for group in groups),
        grid=grid,
        rows=len(areas),
        caveats=(CAVEAT,),
        key="census-2021",
    )


def _group(name: str, variable: str) -> str:
    """ "Age: Aged 5 to 9 years" -> "Aged 5 to 9 years"."""
    return " ".join(name[len(variable) + 1 :].split())


def _area(cells: list[str], line: int) -> AreaRef:
    place = f"Line {line}"
    if cells[0] != "2021":
        raise BadFile(f"{place}, column date: “{cells[0][:40]}” is not 2021, the year of this census.")
    name = words(cells[1], place=place, column="geography")
    code = words(cells[2], place=place, column="geography code")
    kind = kind_of(code) if is_code(code) else ""
    if kind not in PARTS:
        raise BadFile(
            f"{place}, column geography code: “{code[:40]}” is not the code of a district or of an LSOA. "
            "Take the file whose name ends in ltla or lsoa."
        )
    return AreaRef(kind, name, code)


def _counts(table: Table, cells: list[str], line: int) -> list[int]:
    if any(cells[len(table.header) :]):
        raise BadFile(f"Line {line} has more cells than the {len(table.header)} columns of the header.")
    counts = [_count(cell, line, name) for cell, name in zip(cells[3:], table.header[3:], strict=False)]
    if counts[0] != sum(counts[1:]):
        raise BadFile(
            f"Line {line}: the groups add up to {sum(counts[1:]):,}, but the total says {counts[0]:,}. "
            "A figure was changed or a column is missing."
        )
    return counts


def _count(cell: str, line: int, column: str) -> int:
    if cell.isascii() and cell.isdigit() and len(cell) < 8:
        return int(cell)
    problem = f"“{cell[:40]}” is not a whole number." if cell else "the cell is blank, and blank is not 0."
    raise BadFile(f"Line {line}, column {column}: {problem}")
