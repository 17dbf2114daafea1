"""A row a series becomes a row an area: the same counts, packed as a table."""

from itertools import groupby

import numpy as np
from django.db import migrations


def tables(apps, schema_editor):
    model = apps.get_model
    for file in model("crime_data", "ReleaseFile").objects.all():
        printed = model("crime_data", "Series").objects.filter(file=file).order_by("area_id", "category_id")
        totals = convert(file, printed, "category_id", model("crime_data", "PrintedTable"), "categories")
        typed = model("crime_data", "CrimeTypeSeries").objects.filter(file=file)
        typed = typed.order_by("area_id", "crime_type_id")
        convert(file, typed, "crime_type_id", model("crime_data", "CrimeTypeTable"), "crime_types")
        file.categories = sorted(set(printed.values_list("category_id", flat=True)))
        file.totals = totals
        file.save(update_fields=["categories", "totals"])
    for source in model("crime_data", "Source").objects.all():
        source.release_day = 6
        source.save(update_fields=["release_day"])


def convert(file, series, key, table, keys):
    """Lines of the file were not kept before: they stand as nought."""
    totals = 0
    made = []
    for area, rows in groupby(series.iterator(chunk_size=2_000), key=lambda row: row.area_id):
        rows = list(rows)
        ids = np.array([getattr(row, key) for row in rows], dtype="<i4")
        counts = np.array([np.frombuffer(row.counts, dtype="<i4") for row in rows], dtype="<i4")
        given = {keys: ids.tobytes()}
        if keys == "categories":
            given["lines"] = np.zeros(len(rows), dtype="<i4").tobytes()
        made.append(table(file=file, area_id=area, values=bytes([4]) + counts.tobytes(), **given))
        totals = totals + counts.sum(axis=0, dtype=np.int64)
    table.objects.bulk_create(made, batch_size=200)
    return totals.tolist() if made else []


class Migration(migrations.Migration):
    dependencies = [
        ("crime_data", "0002_tables_an_area"),
    ]

    operations = [migrations.RunPython(tables, migrations.RunPython.noop)]
