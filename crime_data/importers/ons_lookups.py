"""Office for National Statistics: which area is part of which, from LSOA to police force.

A look-up has a line for each of its smallest areas and the areas above it beside it. The vintage stands in
the names of the columns and differs from level to level (`LSOA21CD`, `WD25CD`). Files begin with a byte order
mark. A district can lie in several partnerships and a partnership take in several districts; everything else
lies in one whole. Names are kept as printed: the City of London's force area is "London, City of" while its
partnership is "City of London".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from crime_data.importers.contract import AreaRef, BadFile, Gazetteer, LinkRow, SetAside, SourceSpec
from crime_data.importers.delimited import same_width
from crime_data.importers.grid import Register
from crime_data.importers.ons_codes import (
    LEVELS,
    Column,
    Level,
    column,
    country_elsewhere,
    edition_month,
    level_of,
    outside,
)
from crime_data.importers.opened import Opened
from crime_data.importers.wide import meaning

SOURCE = SourceSpec(
    key="ons-lookups",
    name="ONS look-ups of areas",
    publisher="Office for National Statistics, Open Geography Portal",
    licence="Open Government Licence v3.0",
    url="https://geoportal.statistics.gov.uk/",
    rhythm="yearly",
    release_day=31,
    unit="areas",
)

_WITHOUT_MEANING = {"objectid", "fid", "globalid", "oid"}  # row numbers of the portal's software
_MANY_TO_MANY = ("LAD", "CSP")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a level stands in a line."""

    level: Level
    vintage: str
    code_at: int
    name_at: int
    code_column: str
    name_column: str

    @property
    def edition(self) -> str:
        return f"{self.level.letters}{self.vintage}"


def recognises(file: Opened) -> bool:
    """Whether every column is a code, a name or a row number, and two levels or more have codes."""
    columns = [column(name) for name in file.header]
    for name, found in zip(file.header, columns, strict=True):
        if found is None and meaning(name) not in _WITHOUT_MEANING:
            return False
    return len({c.letters for c in columns if c and c.level and c.what == "code" and c.vintage}) > 1


def read(file: Opened, *, today: date) -> Gazetteer:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    table = file.table()
    places = _places(table.header)
    reader = _Reader(places)
    for line, cells in table.lines:
        reader.take(line, same_width(cells, table.header, line=line))
    if not reader.areas:
        raise BadFile("The file has a header but no area of England or Wales below it.")
    newest = max(place.vintage for place in places)
    return Gazetteer(
        source=SOURCE,
        key="-".join(place.edition.lower() for place in places),
        month=edition_month(newest, file.name, today=today),
        rows=reader.rows,
        areas=tuple(reader.areas.values()),
        links=tuple(reader.links()),
        set_aside=(
            *(outside(country, rows) for country, rows in reader.elsewhere.items()),
            *_columns_set_aside(table.header),
        ),
    )


def _places(header: tuple[str, ...]) -> tuple[_Place, ...]:
    """The levels of the file, from the smallest to the largest."""
    columns = [(at, found) for at, name in enumerate(header) if (found := column(name))]
    places = []
    for level in LEVELS:
        here = [(at, c) for at, c in columns if c.level == level]
        codes = [(at, c.vintage) for at, c in here if c.what == "code"]
        if not codes:
            continue
        code_at, vintage = codes[0]
        if len(codes) > 1:
            raise BadFile(
                f"The header has {len(codes)} columns of codes for {level.words}: "
                f"{', '.join(header[at] for at, _ in codes)}. A look-up between editions is not read."
            )
        if not vintage:
            raise BadFile(f"Column {header[code_at]} does not say of which year its codes are.")
        name_at = _name_of(level, vintage, here, header)
        places.append(_Place(level, vintage, code_at, name_at, header[code_at], header[name_at]))
    return tuple(places)


def _name_of(level: Level, vintage: str, here: list[tuple[int, Column]], header: tuple[str, ...]) -> int:
    names = [at for at, c in here if c.what == "name" and c.vintage in (vintage, "")]
    if len(names) != 1:
        raise BadFile(
            f"The header has {len(names)} columns for the name of {level.words}; there must be one, such as "
            f"{level.letters}{vintage}NM."
        )
    return names[0]


def _columns_set_aside(header: tuple[str, ...]) -> Iterator[SetAside]:
    known = [(name, found) for name in header if (found := column(name))]
    if welsh := [name for name, c in known if c.what == "Welsh name" and c.level]:
        yield SetAside(f"Columns {', '.join(welsh)}", "Areas are kept under one name, not the Welsh one.")
    if other := [name for name, c in known if not c.level]:
        yield SetAside(f"Columns {', '.join(other)}", "The portal keeps no figures of such areas.")


@dataclass
class _Pair:
    """Two levels that are linked: what has been read of them so far."""

    part: int  # which of the places
    whole: int
    many: bool  # whether a part may lie in several wholes
    links: Register[tuple[str, str]] = field(default_factory=Register)
    whole_of: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Takes line after line, and remembers each area by its code and each link by its two codes."""

    def __init__(self, places: tuple[_Place, ...]):
        self.places = places
        self.rows = 0
        self.areas: dict[str, AreaRef] = {}
        self.elsewhere: dict[str, int] = {}
        self._seen: dict[tuple[str, ...], int] = {}
        at = {place.level.letters: i for i, place in enumerate(places)}
        self._district = at.get("LAD")
        pairs = [*pairwise(range(len(places)))]
        if "WD" in at and "LSOA" in at and "LAD" in at:
            pairs.append((at["LSOA"], at["LAD"]))
        self._pairs = [
            _Pair(part, whole, (places[part].level.letters, places[whole].level.letters) == _MANY_TO_MANY)
            for part, whole in pairs
        ]

    def take(self, line: int, cells: list[str]) -> None:
        self.rows += 1
        codes = tuple([cells[place.code_at] for place in self.places])
        if codes in self._seen:
            raise BadFile(f"Line {line} repeats line {self._seen[codes]}: {', '.join(codes)} stand there.")
        self._seen[codes] = line
        countries = {country_elsewhere(code) for code in codes}
        if len(countries) == 1 and (country := countries.pop()):
            self.elsewhere[country] = self.elsewhere.get(country, 0) + 1
            return
        for place, code in zip(self.places, codes, strict=True):
            self._area(line, place, code, cells[place.name_at], codes)
        for pair in self._pairs:
            self._link(line, pair, codes[pair.part], codes[pair.whole])

    def _area(self, line: int, place: _Place, code: str, name: str, codes: tuple[str, ...]) -> None:
        known = self.areas.get(code)
        if known is None:
            if level_of(code) is not place.level:
                raise BadFile(
                    f"Line {line}, column {place.code_column}: “{code}” is not the code of "
                    f"{place.level.words} in England or Wales. {_codes_begin(place.level)}"
                )
            if not name:
                raise BadFile(f"Line {line}, column {place.name_column}: the cell is blank.")
            inside = self._district is not None and place.level.kind in ("lsoa", "ward")
            within = codes[self._district or 0] if inside else ""
            self.areas[code] = AreaRef(place.level.kind, name, code, within)
        elif known.name != name:
            raise BadFile(
                f"Line {line}, column {place.name_column}: {code} is called “{name}” here and “{known.name}” "
                "above. One code has one name."
            )

    def _link(self, line: int, pair: _Pair, part: str, whole: str) -> None:
        known = pair.whole_of.setdefault(part, whole)
        if known != whole and not pair.many:
            words = self.places[pair.part].level.words
            raise BadFile(
                f"Line {line}: {part} lies in {whole} here and in {known} above. "
                f"{words[0].upper()}{words[1:]} lies in one only."
            )
        pair.links.number((part, whole))

    def links(self) -> Iterator[LinkRow]:
        """In the edition of the newer of the two levels: it is the one that the next look-up changes."""
        for pair in self._pairs:
            newer = max(self.places[pair.part], self.places[pair.whole], key=lambda place: place.vintage)
            for part, whole in pair.links:
                yield LinkRow(self.areas[part], self.areas[whole], newer.edition)


def _codes_begin(level: Level) -> str:
    return f"Such codes begin with {' or '.join(sorted(level.prefixes))} and have six digits after that."
