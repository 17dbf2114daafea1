"""A database of the first version, with figures, says the same figures after the upgrade."""

import json
from pathlib import Path

import pytest

from tests.mps_files import make_file
from tests.scratch import Scratch, empty_database

# A row a series, as the first version kept them: two boroughs, two labels, 24 months; one month is lacking.
FIRST_VERSION = """
import numpy as np, django
django.setup()
from datetime import date
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

executor = MigrationExecutor(connection)
executor.migrate([("crime_data", "0001_initial")])
apps = MigrationExecutor(connection).loader.project_state([("crime_data", "0001_initial")]).apps
model = lambda name: apps.get_model("crime_data", name).objects

source = model("Source").create(key="mps-borough", name="MPS", publisher="MPS", licence="OGL")
kinds = {key: model("CrimeType").create(key=key, name=key, noun=key) for key in ("all", "robbery")}
labels = [
    model("Category").create(source=source, major="ROBBERY", minor=minor, crime_type=kinds["robbery"])
    for minor in ("ROBBERY OF PERSONAL PROPERTY", "ROBBERY OF BUSINESS PROPERTY")
]
places = [
    model("Area").create(code=code, name=name, kind=kind)
    for code, name, kind in (
        ("E09000004", "Bexley", "borough"),
        ("E09000006", "Bromley", "borough"),
        ("E23000001", "Metropolitan Police", "force"),
    )
]
for place in places:
    model("AreaName").create(area=place, name=place.name.lower())
release = model("Release").create(source=source, key="to-202401", published_on=date(2024, 2, 6))
file = model("ReleaseFile").create(
    release=release, name="recent.csv", part="recent", sha256="a" * 64, digest="b" * 64, size=1_000, rows=4,
    observations=96, total=0, first_month=date(2022, 2, 1), last_month=date(2024, 1, 1), state="current",
)
counts = lambda number: np.arange(number, number + 24, dtype="<i4")
total = 0
for at, place in enumerate(places[:2]):
    for by, label in enumerate(labels):
        row = counts(100 * at + 10 * by)
        model("Series").create(file=file, area=place, category=label, counts=row.tobytes())
        total += int(row.sum())
    for kind in kinds.values():
        both = counts(100 * at) + counts(100 * at + 10)
        both[0] = np.iinfo(np.int32).min
        model("CrimeTypeSeries").create(file=file, area=place, crime_type=kind, counts=both.tobytes())
model("CrimeTypeSeries").create(
    file=file, area=places[2], crime_type=kinds["all"], counts=np.full(24, 70_000, dtype="<i4").tobytes()
)
file.total = total
file.save()
"""

AFTERWARDS = """
import json, django
django.setup()
from datetime import date
from crime_data import queries
from crime_data.models import CrimeType, ReleaseFile

def count(area, first=date(2023, 1, 1), last=date(2023, 12, 1), **asked):
    return queries.figures(area=queries.find_area(area), first=first, last=last, **asked).count

def refused(**asked):
    try:
        count("Bexley", date(2022, 2, 1), date(2022, 2, 1), **asked)
    except queries.NotHeld:
        return True

label = "ROBBERY / ROBBERY OF BUSINESS PROPERTY"
file = ReleaseFile.objects.get()
bexley, kind = queries.find_area("Bexley"), CrimeType.objects.get(key="robbery")
[held] = queries.held_on([None], areas=[bexley.pk], counts={"mps-borough": [kind.pk]})
[page] = held.counts.values()
print(json.dumps({
    "robbery in Bexley": count("Bexley", crime_type="robbery"),
    "robbery in Bromley": count("Bromley", crime_type="robbery"),
    "of business property": count("Bromley", category=label),
    "in London": count("Metropolitan Police"),
    "on the page": page.sum(date(2023, 1, 1), date(2023, 12, 1)),
    "the lacking month is still lacking": refused(crime_type="robbery"),
    "total": file.total == sum(file.totals),
    "totals": len(file.totals),
    "tables": [file.printed_tables.count(), file.crime_type_tables.count()],
    "categories": len(file.categories),
}))
"""


@pytest.fixture
def first_version(tmp_path: Path, db):
    with empty_database(tmp_path) as scratch:
        run(scratch, FIRST_VERSION)
        yield scratch


def run(scratch: Scratch, script: str) -> str:
    child = scratch.start("-c", script)
    output, errors = child.communicate(timeout=120)
    assert child.returncode == 0, errors
    return output


def year(start: int) -> int:
    """Of counts that begin with `start` in February 2022 and grow by one a month: the year 2023."""
    return sum(start + month for month in range(11, 23))


def test_figures_of_the_first_version_are_the_same_after_the_upgrade(first_version):
    first_version.manage("migrate", "-v0")

    assert json.loads(run(first_version, AFTERWARDS)) == {
        "robbery in Bexley": year(0) + year(10),
        "robbery in Bromley": year(100) + year(110),
        "of business property": year(110),
        "in London": 12 * 70_000,
        "on the page": year(0) + year(10),
        "the lacking month is still lacking": True,
        "total": True,
        "totals": 24,
        "tables": [2, 3],
        "categories": 2,
    }


def test_the_upgraded_database_takes_the_next_file(first_version, tmp_path):
    first_version.manage("migrate", "-v0")
    path = tmp_path / "next.csv"
    path.write_bytes(make_file(count=lambda row, month: 9))

    # Two boroughs became 32, and nearly all figures are others: a person must look.
    child = first_version.start("manage.py", "import_figures", str(path), "--json")
    output, errors = child.communicate(timeout=120)

    assert child.returncode == 3, errors
    assert json.loads(output.splitlines()[-1])["outcome"] == "held-for-review"


def test_going_back_with_figures_is_refused_in_words_and_changes_nothing(first_version):
    first_version.manage("migrate", "-v0")
    before = run(first_version, AFTERWARDS)

    child = first_version.start("manage.py", "migrate", "crime_data", "0001")
    _, errors = child.communicate(timeout=120)

    assert child.returncode == 1
    assert "restore the backup made before the upgrade" in errors
    assert run(first_version, AFTERWARDS) == before
    assert first_version.manage("migrate", "--check", "-v0") == ""


def test_going_back_without_figures_is_possible(tmp_path, db):
    with empty_database(tmp_path) as scratch:
        scratch.manage("migrate", "-v0")

        scratch.manage("migrate", "crime_data", "0001", "-v0")
        scratch.manage("migrate", "-v0")

        assert scratch.ask("SELECT count(*) FROM crime_data_printedtable") == [(0,)]
