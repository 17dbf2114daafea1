"""The borough, ward and LSOA files of one publication side by side: what each level leaves out.

Levels are never added to each other, and one is never made of another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from crime_data.models import Area, CrimeType, CrimeTypeTable, Release, ReleaseFile
from crime_data.months import period_label
from crime_data.packing import unpack, unpack_ids
from crime_data.queries.figures import Holding, holdings, joined

LEVELS = {"mps-borough": "Borough file", "mps-ward": "Ward file", "mps-lsoa": "LSOA file"}


@dataclass(frozen=True, slots=True)
class Level:
    """One of the three files."""

    source: str
    name: str
    release: Release

    @property
    def lower_name(self) -> str:
        """As it stands in a sentence."""
        return self.name if self.name[1].isupper() else self.name.lower()


@dataclass(frozen=True, slots=True)
class Cell:
    """A total of one level. `share` is percent of the borough file's total, where both are known."""

    total: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One area or one crime type, a cell a level."""

    what: Area | CrimeType
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """All recorded offences by level, over the months that all of them hold."""

    key: str
    levels: tuple[Level, ...]
    first: date
    last: date
    force: Row
    everything: Row  # the same cells, named by what they count
    boroughs: tuple[Row, ...]
    types: tuple[Row, ...]

    @property
    def period(self) -> str:
        return period_label(self.first, self.last)

    @property
    def force_by_level(self) -> list[tuple[Level, Cell]]:
        return list(zip(self.levels, self.force.cells, strict=True))

    @property
    def missing_types(self) -> list[tuple[Level, list[CrimeType]]]:
        """Each level with the kinds of offence it does not print although the first one does."""
        found = []
        for at, level in enumerate(self.levels):
            gone = [row.what for row in self.types if row.cells[at].total is None and row.cells[0].total]
            if gone:
                found.append((level, gone))
        return found  # type: ignore[return-value]


def publications() -> list[Release]:
    """Releases of the borough file of which other levels are held too: most levels first, then the newest."""
    held = Release.objects.filter(
        source__key__in=LEVELS, files__state=ReleaseFile.State.CURRENT, illustrative=False
    )
    rows = held.distinct().order_by("-published_on", "-id").select_related("source")
    by_key: dict[str, dict[str, Release]] = {}
    for release in rows:
        by_key.setdefault(release.key, {})[release.source.key] = release
    found = [held for held in by_key.values() if "mps-borough" in held and len(held) > 1]
    # Those with most levels first: a page without a choice opens on the first.
    return [held["mps-borough"] for held in sorted(found, key=lambda held: -len(held))]


def levels(key: str) -> Levels | None:
    """The levels of the publication of this name; None where fewer than two are held. Ten queries at most."""
    held = {}
    for source in LEVELS:
        for holding in holdings(source_key=source, release_key=key)[:1]:
            held[source] = holding
    if "mps-borough" not in held or len(held) < 2:
        return None
    first = max(holding.first_month for holding in held.values())
    last = min(holding.last_month for holding in held.values())
    if first > last:
        return None
    types = CrimeType.objects.in_bulk()
    tops = [pk for pk, kind in types.items() if kind.key == "all" or _stands_below_all(kind, types)]
    sums = {source: _sums(holding, first, last) for source, holding in held.items()}
    everything = next(pk for pk, kind in types.items() if kind.key == "all")
    areas = {area.pk: area for found in sums.values() for area in found.areas}
    force = next((area for area in areas.values() if area.kind == Area.Kind.FORCE), None)
    if force is None:
        return None
    boroughs = sorted(
        (area for area in areas.values() if area.kind == Area.Kind.BOROUGH), key=lambda area: area.name
    )
    return Levels(
        key,
        tuple(Level(source, LEVELS[source], holding.release) for source, holding in held.items()),
        first,
        last,
        Row(force, _cells(sums.values(), force.pk, everything)),
        Row(types[everything], _cells(sums.values(), force.pk, everything)),
        tuple(Row(area, _cells(sums.values(), area.pk, everything)) for area in boroughs),
        tuple(Row(types[pk], _cells(sums.values(), force.pk, pk)) for pk in tops if pk != everything),
    )


def _stands_below_all(kind: CrimeType, types: dict[int, CrimeType]) -> bool:
    return kind.parent_id in types and types[kind.parent_id].key == "all"


@dataclass(frozen=True, slots=True)
class _Sums:
    areas: tuple[Area, ...]
    of: dict[tuple[int, int], int]  # (area, crime type)


def _sums(holding: Holding, first: date, last: date) -> _Sums:
    tables = CrimeTypeTable.objects.filter(
        file__in=holding.spans(first, last), area__kind__in=[Area.Kind.FORCE, Area.Kind.BOROUGH]
    )
    rows: dict[tuple[int, int], list[tuple[int, np.ndarray]]] = {}
    areas = {}
    for table in tables.select_related("area"):
        areas[table.area_id] = table.area
        ids = unpack_ids(table.crime_types)
        for kind, counts in zip(ids.tolist(), unpack(table.values, len(ids)), strict=True):
            rows.setdefault((table.area_id, kind), []).append((table.file_id, counts))
    found = {}
    for key, parts in rows.items():
        counts = joined(holding, parts)
        total = counts.sum(first, last) if counts else None
        if total is not None:
            found[key] = total
    return _Sums(tuple(areas.values()), found)


def _cells(levels: Iterable[_Sums], area: int, kind: int) -> tuple[Cell, ...]:
    totals = [level.of.get((area, kind)) for level in levels]
    return tuple(
        Cell(total, 100 * total / totals[0] if total is not None and totals[0] else None) for total in totals
    )
