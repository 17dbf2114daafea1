"""What the releases in use say of figures that documents print."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crime_data.mapping import normal
from crime_data.models import Area, AreaName, CrimeTypeTable, Release, ReleaseFile
from crime_data.months import add_months
from crime_data.queries import Holding, MonthlyCounts
from crime_data.queries.figures import joined, row_of
from measures.models import PrintedFigure
from measures.statistics import Unit

SOURCES = ("mps-borough", "mps-dashboard", "mps-vawg", "local-counts")
"""Which sources are asked for a printed figure, the usual one first."""

OPEN = (Area.Kind.FORCE, Area.Kind.BCU, Area.Kind.BOROUGH, Area.Kind.CSP)


@dataclass(frozen=True, slots=True)
class Said:
    """What one release says of a figure, and of the same months a year before."""

    count: int
    previous: int | None
    release: str
    published_on: date
    publisher: str
    source: str
    licence: str
    illustrative: bool


# --- what is held ----------------------------------------------------------------------------


def said_of(figures: Iterable[PrintedFigure]) -> dict[int, list[Said]]:
    """Printed figure id -> what each release in use says of it, in the order of publication.

    Only counts of an area, a crime type and months that are all named. Three queries, and one for the names.
    """
    asked = [
        one
        for one in figures
        if one.crime_type_id and one.first_month and one.last_month and one.unit == Unit.COUNT
    ]
    if not asked:
        return {}
    places = _places({one.area for one in asked})
    first = add_months(min(one.first_month for one in asked if one.first_month), -12)
    last = max(one.last_month for one in asked if one.last_month)
    held = _holdings(first, last)
    counts = _counts(held, set(places.values()), {one.crime_type_id for one in asked if one.crime_type_id})
    found: dict[int, list[Said]] = {}
    for one in asked:
        area = places.get(one.area)
        if area is not None and one.first_month and one.last_month and one.crime_type_id:
            found[one.pk] = _of_one_source(held, counts, area, one)
    return found


def _of_one_source(
    held: Mapping[str, Sequence[Holding]],
    counts: Mapping[tuple[int, int, int], MonthlyCounts],
    area: int,
    figure: PrintedFigure,
) -> list[Said]:
    """From the first source that has the figure at all; two sources never answer for one figure."""
    first, last = figure.first_month, figure.last_month
    if not first or not last:
        return []
    for source in SOURCES:
        found = []
        for holding in held.get(source, ()):
            monthly = counts.get((holding.release.pk, area, figure.crime_type_id or 0))
            count = monthly.sum(first, last) if monthly else None
            if monthly and count is not None:
                before = monthly.sum(add_months(first, -12), add_months(last, -12))
                found.append(_as_said(holding.release, count, before))
        if found:
            return found
    return []


def _as_said(release: Release, count: int, previous: int | None) -> Said:
    source = release.source
    return Said(
        count, previous, release.key, release.published_on, source.publisher, source.name, source.licence,
        release.illustrative,
    )  # fmt: skip


def _places(names: Iterable[str]) -> dict[str, int]:
    """Area as a document writes it -> the area's id, where it is one of those whose figures are open."""
    wanted = {normal(name): name for name in names if name}
    rows = AreaName.objects.filter(
        name__in=wanted, scope=AreaName.Scope.BOROUGHS, area__kind__in=OPEN
    ).values_list("name", "area_id")
    return {wanted[name]: area for name, area in rows}


def _holdings(first: date, last: date) -> dict[str, list[Holding]]:
    """Source key -> its releases that hold any of these months, in the order of publication.

    Illustrative ones only where nothing published is held.
    """
    files = ReleaseFile.objects.current().filter(
        release__source__key__in=SOURCES, first_month__lte=last, last_month__gte=first
    )
    by_release: dict[int, list[ReleaseFile]] = {}
    for file in files.select_related("release__source").order_by("first_month", "pk"):
        by_release.setdefault(file.release_id, []).append(file)
    held = [Holding(parts[0].release, tuple(parts)) for parts in by_release.values()]
    held.sort(key=lambda one: (one.release.published_on, one.release.pk))
    found: dict[str, list[Holding]] = {}
    for holding in held:
        found.setdefault(holding.release.source.key, []).append(holding)
    for source, releases in found.items():
        if any(not one.release.illustrative for one in releases):
            found[source] = [one for one in releases if not one.release.illustrative]
    return found


def _counts(
    held: Mapping[str, Sequence[Holding]], areas: Iterable[int], kinds: Iterable[int]
) -> dict[tuple[int, int, int], MonthlyCounts]:
    """(release id, area id, crime type id) -> its months. One query."""
    holdings = {holding.release.pk: holding for releases in held.values() for holding in releases}
    release_of = {file.pk: pk for pk, holding in holdings.items() for file in holding.files}
    tables: dict[tuple[int, int], list[CrimeTypeTable]] = {}
    for table in CrimeTypeTable.objects.filter(file__in=list(release_of), area__in=list(areas)).order_by(
        "pk"
    ):
        tables.setdefault((release_of[table.file_id], table.area_id), []).append(table)
    found = {}
    for (release, area), parts in tables.items():
        for kind in kinds:
            rows = [(part.file_id, row_of(part.crime_types, part.values, [kind])) for part in parts]
            monthly = joined(holdings[release], [(file, row) for file, row in rows if row is not None])
            if monthly is not None:
                found[release, area, kind] = monthly
    return found
