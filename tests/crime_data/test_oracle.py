"""What is stored of the real files, held against pandas, which reads them by itself."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from django.db import transaction

from crime_data import queries, services
from crime_data.importers import IMPORTERS
from crime_data.mapping import crime_type_of
from crime_data.models import Area
from crime_data.services import Received

pytestmark = pytest.mark.django_db
YEAR = {"first": date(2024, 7, 1), "last": date(2025, 6, 1)}
MONTHS = [f"{month}" for month in (*range(202407, 202413), *range(202501, 202507))]
FILES = {
    "mps-borough": "mps-borough/to-202507/recorded-crime-borough.parquet",
    "mps-lsoa": "mps-lsoa/to-202507/recorded-crime-lsoa.parquet",
}


class Undo(Exception):
    pass


@pytest.fixture(scope="module")
def tables(real_data: Path, django_db_setup, django_db_blocker):
    """Source -> its file as pandas reads it; the files are imported for the module, and undone after it."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                received = [Received(Path(name).name, real_data / name) for name in FILES.values()]
                services.import_files(received=received)
                yield {source: pd.read_parquet(real_data / name) for source, name in FILES.items()}
                raise Undo
        except Undo:
            pass


@pytest.mark.parametrize("crime_type", ["all", "residential-burglary", "robbery", "shoplifting"])
def test_boroughs_have_the_offences_that_pandas_counts(tables, crime_type):
    table = tables["mps-borough"]
    major, minor, borough, *_ = table.columns
    kinds = table.apply(lambda row: crime_type_of("mps", row[major], row[minor]), axis=1)
    wanted = {"robbery": {"personal-robbery", "business-robbery", "robbery"}}.get(crime_type, {crime_type})
    counted = table if crime_type == "all" else table[kinds.isin(wanted)]

    expected = counted.groupby(borough)[MONTHS].sum().sum(axis=1)

    for name in ("Bexley", "Bromley", "Westminster", "Unknown"):
        asked = {"area": queries.find_area(name), "crime_type": crime_type, "source_key": "mps-borough"}
        assert queries.figures(**asked, **YEAR).count == expected[name], name


def test_small_areas_have_the_offences_that_pandas_counts(tables):
    table = tables["mps-lsoa"]
    code = table.columns[0]
    expected = table.groupby(code)[MONTHS].sum().sum(axis=1)

    for number in (0, 1_000, 4_987):
        area = Area.objects.get(code=expected.index[number])
        assert queries.figures(area=area, **YEAR).count == expected.iloc[number], area
    assert Area.objects.filter(kind=Area.Kind.LSOA).count() == len(expected)


def test_small_areas_add_up_to_their_boroughs_in_their_own_file_only(tables):
    table = tables["mps-lsoa"]
    borough = table.columns[2]
    expected = table.groupby(borough)[MONTHS].sum().sum(axis=1)
    bexley = queries.find_area("Bexley")

    in_small_areas = queries.figures(area=bexley, source_key="mps-lsoa", **YEAR).count
    in_the_borough = queries.figures(area=bexley, **YEAR).count

    assert in_small_areas == expected["E09000004"]
    assert in_small_areas < in_the_borough
    assert IMPORTERS["mps-lsoa"].SOURCE.partition
