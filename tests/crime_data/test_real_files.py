"""The Met's own files, all of them, in the order in which they were published."""

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from crime_data import queries, services
from crime_data.models import Category, PrintedTable, Release, ReleaseFile
from crime_data.months import months_between
from crime_data.packing import unpack, unpack_ids
from crime_data.services import Received

pytestmark = pytest.mark.django_db
BROMLEY = {"area": "Bromley", "first": date(2019, 2, 1), "last": date(2020, 1, 1)}


class Undo(Exception):
    pass


@pytest.fixture(scope="module")
def outcomes(real_data: Path, django_db_setup, django_db_blocker):
    """Folder -> what became of its files. All are imported once for the module, and undone after it."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                found = {}
                for folder in sorted((real_data / "mps-borough").iterdir()):
                    files = [Received(path.name, path.read_bytes()) for path in sorted(folder.glob("*.csv*"))]
                    [found[folder.name]] = services.import_files(received=files)
                yield found
                raise Undo
        except Undo:
            pass


def figures(area: str, first: date = date(2023, 1, 1), last: date = date(2023, 12, 1), **asked):
    return queries.figures(area=queries.find_area(area), first=first, last=last, **asked)


def test_every_folder_is_taken_and_makes_its_own_release(outcomes):
    assert {folder: found.release for folder, found in outcomes.items()} == {name: name for name in outcomes}
    assert {found.outcome for found in outcomes.values()} == {"accepted"}
    assert len(outcomes) == Release.objects.count()


def test_no_file_is_stored_twice(outcomes):
    digests = list(ReleaseFile.objects.values_list("digest", flat=True))

    assert len(set(digests)) == len(digests)


def test_every_category_is_mapped_or_named_as_having_no_crime_type(outcomes):
    assert list(Category.objects.filter(reviewed=False)) == []
    assert [found.details["unreviewed"] for found in outcomes.values()] == [[]] * len(outcomes)


def test_no_count_is_lost_on_the_way(outcomes, real_data):
    for file in ReleaseFile.objects.filter(release__key__in=["to-201812", "to-202401", "to-202603"]):
        path = real_data / "mps-borough" / file.release.key / file.name
        lines = path.read_text().splitlines()[1:]
        months = months_between(file.first_month, file.last_month) + 1
        stored = PrintedTable.objects.filter(file=file)
        assert sum(len(unpack_ids(table.categories)) for table in stored) == len(lines)
        assert sum(int(unpack(table.values).sum()) for table in stored) == file.total
        # Names hold commas, counts do not: the last cells of a line are its months.
        assert file.total == sum(int(cell) for line in lines for cell in line.split(",")[-months:])


@pytest.mark.parametrize(
    ("release", "before", "count", "percent"), [("to-202401", 226, 300, 32.7), ("to-202603", 222, 296, 33.3)]
)
def test_robbery_in_bexley_rose_by_74_in_both_releases(outcomes, release, before, count, percent):
    found = figures("Bexley", crime_type="personal-robbery", release_key=release)

    assert (found.previous, found.count, found.difference, found.percent) == (before, count, 74, percent)


def test_the_later_release_answers_and_the_earlier_one_still_does_as_at_its_time(outcomes):
    now = figures("Bexley", crime_type="personal-robbery")
    then = figures("Bexley", crime_type="personal-robbery", as_at=date(2024, 6, 30))

    assert (now.release.key, now.previous, now.count) == ("to-202603", 222, 296)
    assert (then.release.key, then.previous, then.count) == ("to-202401", 226, 300)


@pytest.mark.parametrize(
    ("crime_type", "count"),
    [
        ("all", 25_376),
        ("arson", 99),
        ("personal-robbery", 428),
        ("residential-burglary", 2_121),
        ("public-order", 1_641),
    ],
)
def test_bromley_has_the_figures_it_printed(outcomes, crime_type, count):
    assert figures(**BROMLEY, crime_type=crime_type, release_key="to-202210").count == count


def test_bromley_by_the_publishers_own_label(outcomes):
    found = figures(**BROMLEY, category="Robbery / Robbery of Personal Property", release_key="to-202210")

    assert found.count == 428


@pytest.mark.parametrize(
    ("release", "count"), [("to-202307", 16_011), ("to-202401", 16_019), ("to-202603", 15_659)]
)
def test_a_year_of_bexley_is_restated_from_release_to_release(outcomes, release, count):
    found = figures("Bexley", first=date(2022, 1, 1), last=date(2022, 12, 1), release_key=release)

    assert found.count == count


def test_all_files_a_second_time_are_already_held(outcomes, real_data):
    for folder in ("to-202307", "to-202507"):
        files = sorted((real_data / "mps-borough" / folder).glob("*.csv*"))
        received = [Received(path.name, path.read_bytes()) for path in files]
        [again] = services.import_files(received=received)
        assert (again.outcome, again.release) == ("already-held", folder)


def test_a_spoiled_copy_of_the_newest_file_waits_for_a_person(outcomes, real_data):
    path = next((real_data / "mps-borough" / "to-202603").glob("*recent*"))
    lines = path.read_bytes().splitlines(keepends=True)

    with transaction.atomic():
        [outcome] = services.import_files(received=[Received("half.csv", b"".join(lines[: len(lines) // 2]))])
        transaction.set_rollback(True)

    assert outcome.outcome == "held-for-review"
