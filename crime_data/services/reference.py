"""The repository's own tables, brought into the database."""

from django.db import transaction

from crime_data import mapping
from crime_data.importers import IMPORTERS
from crime_data.models import Area, AreaLink, AreaName, CrimeType, Source

SPEC_FIELDS = ("name", "publisher", "licence", "url", "rhythm", "unit", "release_day")


@transaction.atomic
def load_reference() -> None:
    """Bring areas, crime types and sources in line with the repository's reviewed tables.

    Writes only what differs: an import calls it each time.
    """
    _load_areas()
    _load_crime_types()
    _load_sources()


def _load_areas() -> None:
    rows = mapping.area_rows()
    held = {area.code: area for area in Area.objects.filter(code__in=[row.code for row in rows], within="")}
    wanted = [
        row for row in rows if (a := held.get(row.code)) is None or (a.name, a.kind) != (row.name, row.kind)
    ]
    if wanted:
        Area.objects.bulk_create(
            [Area(code=row.code, name=row.name, kind=row.kind) for row in wanted],
            update_conflicts=True,
            unique_fields=["code", "within"],
            update_fields=["name", "kind"],
        )
        held = {
            area.code: area for area in Area.objects.filter(code__in=[row.code for row in rows], within="")
        }
    names = dict(AreaName.objects.filter(scope=AreaName.Scope.BOROUGHS).values_list("name", "area_id"))
    spelled = [
        AreaName(area=held[row.code], name=name)
        for row in rows
        for name in row.spellings
        if names.get(name) != held[row.code].pk
    ]
    AreaName.objects.bulk_create(
        spelled, update_conflicts=True, unique_fields=["scope", "name"], update_fields=["area"]
    )
    links = set(AreaLink.objects.filter(file=None, edition="").values_list("part_id", "whole_id"))
    AreaLink.objects.bulk_create(
        [
            AreaLink(part=held[row.code], whole=held[row.parent], starts_on=row.since or None)
            for row in rows
            if row.parent and (held[row.code].pk, held[row.parent].pk) not in links
        ]
    )


def _load_crime_types() -> None:
    held = CrimeType.objects.in_bulk(field_name="key")
    for row in mapping.crime_type_rows():  # parents stand above their children
        parent = held.get(row.parent)
        kind = held.get(row.key) or CrimeType(key=row.key)
        if kind.pk and (kind.name, kind.noun, kind.note, kind.parent_id) == (
            row.name,
            row.noun,
            row.note,
            parent.pk if parent else None,
        ):
            continue
        kind.name, kind.noun, kind.note, kind.parent = row.name, row.noun, row.note, parent
        kind.save()
        held[row.key] = kind


def _load_sources() -> None:
    held = Source.objects.in_bulk(field_name="key")
    for importer in IMPORTERS.values():
        spec = importer.SOURCE
        source = held.get(spec.key) or Source(key=spec.key, address=spec.listing)
        wanted = [getattr(spec, name) for name in SPEC_FIELDS]
        if source.pk and [getattr(source, name) for name in SPEC_FIELDS] == wanted:
            continue
        for name, value in zip(SPEC_FIELDS, wanted, strict=True):
            setattr(source, name, value)
        source.save()
