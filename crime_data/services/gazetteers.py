"""Storing areas: which there are, what they are part of, how they lie."""

import hashlib
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from crime_data.importers import Gazetteer
from crime_data.importers.contract import AreaRef
from crime_data.mapping import AreaRow, area_rows, normal
from crime_data.models import AreaLink, AreaShape, ReleaseFile
from crime_data.services.places import Identity, area_ids, identity
from crime_data.shapes import pack_rings

AT_ONCE = 2_000


def fingerprint(gazetteer: Gazetteer) -> str:
    """Of the areas, links and outlines, in any order."""
    parts = sorted(repr(part) for part in (*gazetteer.areas, *gazetteer.links, *gazetteer.shapes))
    start = f"{gazetteer.source.key} {gazetteer.key}\n"
    return hashlib.sha256((start + "\n".join(parts)).encode()).hexdigest()


def store(row: ReleaseFile, gazetteer: Gazetteer) -> Iterator[int]:
    """Write the areas, links and outlines of a staged file; yield how many lines are done."""
    listed = {name: area for area in area_rows() for name in area.spellings}
    refs = [*gazetteer.areas, *(shape.area for shape in gazetteer.shapes)]
    refs += [end for link in gazetteer.links for end in (link.part, link.whole)]
    first: dict[Identity, AreaRef] = {}
    for ref in refs:
        first.setdefault(_identity(ref, listed), ref)
    with transaction.atomic():
        ids = area_ids(first)
        links = {
            (ids[_identity(link.part, listed)], ids[_identity(link.whole, listed)], link.edition): link
            for link in gazetteer.links
        }
    made = [
        AreaLink(
            part_id=part,
            whole_id=whole,
            edition=edition,
            starts_on=link.starts_on,
            ends_on=link.ends_on,
            file=row,
        )
        for (part, whole, edition), link in links.items()
    ]
    for start in range(0, len(made), AT_ONCE):
        AreaLink.objects.bulk_create(made[start : start + AT_ONCE], batch_size=500)
        ReleaseFile.objects.filter(pk=row.pk).update(imported_at=timezone.now())
        yield min(gazetteer.rows, start + AT_ONCE)
    shapes = [
        AreaShape(
            file=row,
            area_id=ids[_identity(shape.area, listed)],
            edition=shape.edition,
            rings=pack_rings(shape.rings),
        )
        for shape in gazetteer.shapes
    ]
    AreaShape.objects.bulk_create(shapes, batch_size=200)
    yield gazetteer.rows


def _identity(ref: AreaRef, listed: dict[str, AreaRow]) -> Identity:
    """Areas of a gazetteer have codes; the rare one without is known by its name."""
    return identity(ref, listed) or (normal(ref.name)[:40].upper(), "")
