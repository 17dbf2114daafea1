"""Summing held releases anew, after the reviewed table of categories has changed. What was printed stays."""

import numpy as np
from django.db import transaction

from crime_data import mapping
from crime_data.importers.contract import Label
from crime_data.models import Category, CrimeTypeTable, PrintedTable, ReleaseFile
from crime_data.packing import unpack, unpack_ids
from crime_data.services.bulk import insert
from crime_data.services.storing import TYPED, Typed, note_categories, spec_of

AREAS_AT_ONCE = 250


def outdated_files() -> list[ReleaseFile]:
    """Files of figures whose sums were made with another version of the table than today's."""
    kept = ReleaseFile.objects.kept().exclude(mapping="").select_related("release__source")
    return [file for file in kept if file.mapping != mapping.version(spec_of(file).table)]


@transaction.atomic
def remap_file(*, file: ReleaseFile) -> None:
    """Make the tables by crime type of one file anew: all of them or none."""
    categories = {
        category.pk: Label(category.major, category.minor, category.counted)
        for category in Category.objects.filter(pk__in=file.categories)
    }
    ids = np.array(sorted(categories), dtype=np.int64)
    labels = [categories[pk] for pk in ids.tolist()]
    note_categories(file, spec_of(file), labels)
    typed = Typed(file, labels)
    CrimeTypeTable.objects.filter(file=file).delete()
    tables = PrintedTable.objects.filter(file=file)
    ordered = list(tables.order_by("area_id").values_list("area_id", flat=True))
    for start in range(0, len(ordered), AREAS_AT_ONCE):
        some = list(tables.filter(area__in=ordered[start : start + AREAS_AT_ONCE]).order_by("area_id"))
        keys = [unpack_ids(table.categories) for table in some]
        values = np.concatenate(
            [unpack(table.values, len(key)) for table, key in zip(some, keys, strict=True)]
        )
        number = np.repeat(np.arange(len(some)), [len(key) for key in keys])
        areas = np.array([table.area_id for table in some], dtype=np.int64)
        label = np.searchsorted(ids, np.concatenate(keys))
        insert(CrimeTypeTable, TYPED, typed.rows(areas, number, label, values))
    insert(CrimeTypeTable, TYPED, typed.rows_above())
