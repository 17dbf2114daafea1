"""What files of police.uk have in common: one force and month a file, one row a crime, outcome or search.

The rows have no number of their own that could tell a copy from a second crime, so nothing is ever taken
for a duplicate: rows are counted, by area and printed label.
"""

import re
from array import array
from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SetAside, SourceSpec
from crime_data.importers.delimited import same_width
from crime_data.importers.grid import Register, grid_of_cells
from crime_data.importers.opened import Opened
from crime_data.importers.wide import meaning
from crime_data.months import label

PUBLISHER = "Home Office and police forces, through data.police.uk"
LICENCE = "Open Government Licence v3.0"
URL = "https://data.police.uk/data/"
APPROXIMATE = "The publisher moves each place to the nearest of its map points, so the LSOA is approximate."
# The short name of a force, as in the names of the files -> its name, as in their cells.
FORCES = {
    "avon-and-somerset": "Avon and Somerset Constabulary",
    "bedfordshire": "Bedfordshire Police",
    "btp": "British Transport Police",
    "cambridgeshire": "Cambridgeshire Constabulary",
    "cheshire": "Cheshire Constabulary",
    "city-of-london": "City of London Police",
    "cleveland": "Cleveland Police",
    "cumbria": "Cumbria Constabulary",
    "derbyshire": "Derbyshire Constabulary",
    "devon-and-cornwall": "Devon & Cornwall Police",
    "dorset": "Dorset Police",
    "durham": "Durham Constabulary",
    "dyfed-powys": "Dyfed-Powys Police",
    "essex": "Essex Police",
    "gloucestershire": "Gloucestershire Constabulary",
    "greater-manchester": "Greater Manchester Police",
    "gwent": "Gwent Police",
    "hampshire": "Hampshire Constabulary",
    "hertfordshire": "Hertfordshire Constabulary",
    "humberside": "Humberside Police",
    "kent": "Kent Police",
    "lancashire": "Lancashire Constabulary",
    "leicestershire": "Leicestershire Police",
    "lincolnshire": "Lincolnshire Police",
    "merseyside": "Merseyside Police",
    "metropolitan": "Metropolitan Police Service",
    "norfolk": "Norfolk Constabulary",
    "north-wales": "North Wales Police",
    "north-yorkshire": "North Yorkshire Police",
    "northamptonshire": "Northamptonshire Police",
    "northern-ireland": "Police Service of Northern Ireland",
    "northumbria": "Northumbria Police",
    "nottinghamshire": "Nottinghamshire Police",
    "south-wales": "South Wales Police",
    "south-yorkshire": "South Yorkshire Police",
    "staffordshire": "Staffordshire Police",
    "suffolk": "Suffolk Constabulary",
    "surrey": "Surrey Police",
    "sussex": "Sussex Police",
    "thames-valley": "Thames Valley Police",
    "warwickshire": "Warwickshire Police",
    "west-mercia": "West Mercia Police",
    "west-midlands": "West Midlands Police",
    "west-yorkshire": "West Yorkshire Police",
    "wiltshire": "Wiltshire Police",
}
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_LSOA = re.compile(r"[EWNS]\d{8}|95[A-Z]{2}\d\d[SW]\d", re.ASCII)
_LSOA_NAME = re.compile(r"(.+) \d{3}[A-Z]", re.ASCII)
_RANK = re.compile(r"^police service of | (police service|police|constabulary)$")


def slug_of(force: str) -> str:
    """The short name of a force: "Metropolitan Police Service" is "metropolitan"."""
    known = {name.casefold(): slug for slug, name in FORCES.items()}
    plain = _RANK.sub("", force.replace("&", "and").casefold())
    return known.get(force.casefold()) or "-".join(re.findall(r"[a-z0-9]+", plain))


def base_name(file: Opened) -> str:
    """The name of a file, or of a member of a ZIP, without the folders it lay in."""
    return re.split(r"[/\\]|: ", file.name)[-1]


def has_columns(file: Opened, wanted: Iterable[str], never: str = "") -> bool:
    """Whether a text or Parquet file has these columns, in any order and spelling, and not that other one."""
    names = {meaning(name) for name in file.header}
    return names.issuperset(map(meaning, wanted)) and not (never and meaning(never) in names)


def places_of(header: tuple[str, ...], wanted: Iterable[str]) -> list[int]:
    """Where each wanted column stands. Raises BadFile where one stands twice."""
    names = [meaning(name) for name in header]
    for name in wanted:
        if names.count(meaning(name)) != 1:
            raise BadFile(
                f"The header has {names.count(meaning(name))} columns “{name}”; there must be one. "
                "Use the file as it was downloaded."
            )
    return [names.index(meaning(name)) for name in wanted]


def month_of(text: str, *, where: str, today: date) -> date:
    """A month printed as 2023-03. Raises BadFile with `where` it stands."""
    found = _MONTH.fullmatch(text)
    if not found:
        raise BadFile(f"{where}: “{text[:40]}” is not a month such as 2023-03.")
    month = date(int(found.group(1)), int(found.group(2)), 1)
    if month > today:
        raise BadFile(f"{where}: {label(month)} lies in the future.")
    return month


def nothing_in(file: str) -> BadFile:
    """The refusal of an answer or file without a row."""
    return BadFile(
        f"{file} The publisher answers with nothing where it has nothing from a force: this is no figure, "
        "and it does not mean that there was no crime."
    )


class Tally:
    """Rows counted by area and label. The whole file is one period: a month."""

    def __init__(self) -> None:
        self.areas: Register[AreaRef] = Register()
        self.labels: Register[Label] = Register()
        self._area, self._label, self._line = array("i"), array("i"), array("i")

    def __len__(self) -> int:
        return len(self._line)

    def add(self, line: int, area: AreaRef, printed: Label) -> None:
        """Count one row. `line` is where it stands in the file."""
        self._area.append(self.areas.number(area))
        self._label.append(self.labels.number(printed))
        self._line.append(line)

    def publication(
        self,
        source: SourceSpec,
        month: date,
        part: str,
        caveats: Iterable[str],
        set_aside: tuple[SetAside, ...] = (),
    ) -> Publication:
        """What was counted, as the one month of a release."""
        ones = np.ones(len(self), dtype=np.int32)
        area, printed, line = (np.array(c, dtype=np.int32) for c in (self._area, self._label, self._line))
        return Publication(
            source=source,
            release_month=month,
            first_month=month,
            part=part,
            areas=tuple(self.areas),
            labels=tuple(self.labels),
            grid=grid_of_cells(1, area, printed, np.zeros_like(ones), line, ones),
            rows=len(self) + sum(entry.rows for entry in set_aside),
            set_aside=set_aside,
            caveats=tuple(caveats),
        )


class _Places:
    """The areas of a file's rows. A row without an LSOA belongs to its force and to no area."""

    def __init__(self, force: str) -> None:
        self._nowhere = AreaRef("pseudo", f"No location ({force})", f"NOLOC-{slug_of(force)}")
        self._known: dict[str, AreaRef] = {}

    def area(self, code: str, name: str, line: int) -> AreaRef:
        if not code and not name:
            return self._nowhere
        if not code or not name:
            raise BadFile(
                f"Line {line} has an LSOA code without a name, or a name without a code “{code}{name}”."
            )
        found = self._known.get(code)
        if found is None:
            if not _LSOA.fullmatch(code):
                raise BadFile(f"Line {line}, column LSOA code: “{code[:40]}” is not the code of an LSOA.")
            inside = _LSOA_NAME.fullmatch(name)
            found = self._known[code] = AreaRef("lsoa", name, code, inside.group(1) if inside else "")
        elif found.name != name:
            raise BadFile(
                f"Line {line}: the LSOA {code} is “{name}” here and “{found.name}” further up. "
                "The file is damaged or was edited."
            )
        return found


def read_recorded(
    file: Opened,
    *,
    source: SourceSpec,
    printed: str,
    today: date,
    caveats: Callable[[date, Tally, int], list[str]],
) -> Publication:
    """Read a street or outcomes file, whose labels stand in the column `printed`.

    `caveats` is asked at the end, with the month, what was counted, and how many different crime IDs there
    are. Raises BadFile where the file mixes months or forces, or a row cannot be read.
    """
    table = file.table()
    columns = ("Month", "Reported by", "LSOA code", "LSOA name", "Crime ID", printed)
    month_at, force_at, code_at, name_at, id_at, printed_at = places_of(table.header, columns)
    tally, ids = Tally(), array("q")
    first: tuple[str, str] | None = None
    for line, cells in table.lines:
        cells = same_width(cells, table.header, line=line)
        if (cells[month_at], cells[force_at]) != first:
            if first:
                raise _mixed(first, (cells[month_at], cells[force_at]), line)
            first = cells[month_at], cells[force_at]
            month = month_of(first[0], where=f"Line {line}, column Month", today=today)
            if not first[1]:
                raise BadFile(f"Line {line}, column Reported by: the cell is blank.")
            places = _Places(first[1])
        if not cells[printed_at]:
            raise BadFile(f"Line {line}, column {printed}: the cell is blank.")
        area = places.area(cells[code_at], cells[name_at], line)
        tally.add(line, area, Label(cells[printed_at], cells[printed_at]))
        if cells[id_at]:
            ids.append(hash(cells[id_at]))  # eight bytes a row where the ID itself takes a hundred
    if not first:
        raise nothing_in("The file has a header but no rows below it.")
    part = f"{slug_of(first[1])} {month:%Y-%m}"
    different = len(np.unique(np.array(ids, dtype=np.int64)))
    return tally.publication(source, month, part, caveats(month, tally, different))


def _mixed(first: tuple[str, str], here: tuple[str, str], line: int) -> BadFile:
    column, was, now = (
        ("Month", first[0], here[0]) if first[0] != here[0] else ("Reported by", first[1], here[1])
    )
    return BadFile(
        f"Line {line}, column {column}: “{now[:60]}” stands here and “{was[:60]}” further up. A file of the "
        "publisher is about one month and one force: use the files as they were downloaded."
    )
