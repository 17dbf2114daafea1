"""From a figure to its files, lines, categories and areas; and the parts add up to it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crime_data import queries, services
from crime_data.models import CrimeType, Release
from crime_data.queries import NotHeld
from tests.mps_files import BURGLARY, RAPE, ROBBERY, make_file, make_historical

pytestmark = pytest.mark.django_db
YEAR = {"first": date(2023, 1, 1), "last": date(2023, 12, 1)}
OLD_LABEL, NEW_LABEL = ("BURGLARY", "DOMESTIC BURGLARY"), ("BURGLARY", "RES BURGLARY OF A HOME")


def comes_from(area="Bexley", crime_type="all", *, release="", **months) -> queries.Provenance:
    return queries.provenance(
        held=queries.holdings(release_key=release),
        area=queries.find_area(area),
        crime_type=CrimeType.objects.get(key=crime_type),
        **YEAR | months,
    )


def test_a_borough_s_figure_names_its_file_lines_and_printed_categories(bring_in):
    bring_in(make_file(count=lambda row, month: row))

    found = comes_from()

    # The third borough of the first and of the second label: lines 4 and 36, after the header.
    assert [(str(part.category), part.lines, part.count) for part in found.parts] == [
        ("ROBBERY / ROBBERY OF PERSONAL PROPERTY", (36,), 12 * 35),
        ("BURGLARY / BURGLARY - RESIDENTIAL", (4,), 12 * 3),
    ]
    assert found.value == 12 * 38
    [file] = found.files
    assert (file.name, len(file.sha256), file.rows) == ("recent.csv", 64, 64)


@pytest.mark.parametrize("area", ["Bexley", "South East", "Metropolitan Police"])
@pytest.mark.parametrize("crime_type", ["all", "burglary", "residential-burglary", "personal-robbery"])
@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2023, 1, 1), date(2023, 12, 1)),
        (date(2021, 6, 1), date(2022, 5, 1)),  # out of both files
        (date(2019, 1, 1), date(2024, 1, 1)),
        (date(2022, 2, 1), date(2022, 2, 1)),
    ],
)
def test_the_parts_add_up_to_the_figure(bring_in, area, crime_type, first, last):
    bring_in(
        {
            "recent.csv": make_file(labels=(BURGLARY, NEW_LABEL, ROBBERY, RAPE)),
            "historical.csv": make_historical(labels=(OLD_LABEL, ROBBERY)),
        }
    )

    found = comes_from(area, crime_type, first=first, last=last)

    assert found.value > 0
    assert found.differs == 0
    for together in (found.categories, found.areas):
        assert sum(one.count for one in together) == found.value


def test_a_command_unit_says_which_boroughs_are_added_up(bring_in):
    bring_in(make_file())

    found = comes_from("South East")

    assert sorted(one.what.name for one in found.areas) == ["Bexley", "Greenwich", "Lewisham"]
    assert found.is_sum_of_areas
    assert not comes_from("Bexley").is_sum_of_areas


def test_only_the_file_that_answers_for_a_month_is_named(bring_in):
    """The recent file begins with a stub month that the Historical one holds in full."""
    stub = make_file(first=date(2022, 1, 1), months=25, count=lambda row, month: 20 if month else 0)
    bring_in({"recent.csv": stub, "historical.csv": make_historical(count=lambda row, month: 20)})
    release = Release.objects.get()
    if release.files.waiting():
        services.accept_release(release=release, by=None, reason="The first month is a stub.")

    january = comes_from(first=date(2022, 1, 1), last=date(2022, 1, 1))

    assert (january.value, [file.name for file in january.files]) == (40, ["historical.csv"])
    assert january.differs == 0


def test_the_release_asked_for_answers_else_the_newest(bring_in):
    bring_in(make_file(count=lambda row, month: 10))
    bring_in(make_file(first=date(2022, 3, 1), count=lambda row, month: 11))

    assert comes_from().value == 264
    assert comes_from(release="to-202401").value == 240


def test_a_figure_that_is_nought_has_no_parts(bring_in):
    bring_in(make_file(count=lambda row, month: 0 if 33 <= row <= 64 else 5))

    found = comes_from(crime_type="personal-robbery")

    assert (found.value, found.parts, found.differs) == (0, (), 0)


def test_labels_nobody_has_reviewed_are_among_the_parts_of_all_offences(bring_in):
    bring_in(make_file(labels=(BURGLARY, ("NEW THINGS", "NEVER SEEN"))))

    assert "NEW THINGS / NEVER SEEN" in {str(one.what) for one in comes_from().categories}


def test_a_figure_that_no_release_has_is_said_so(bring_in):
    with pytest.raises(NotHeld, match="No figures of this source are held yet"):
        queries.provenance(held=[], area=None, crime_type=None, **YEAR)
    bring_in(make_file())
    with pytest.raises(NotHeld, match=r"No release has a figure for homicide in Bexley .* months: to-202401"):
        comes_from(crime_type="homicide")
    with pytest.raises(NotHeld, match="Releases that hold these months: none"):
        comes_from(first=date(2015, 1, 1))


def test_as_json_everything_is_there(bring_in):
    bring_in(make_file(count=lambda row, month: 1))

    said = comes_from("South East", "residential-burglary").as_json()

    assert (said["value"], said["release"], said["source"]) == (36, "to-202401", "mps-borough")
    assert said["files"][0]["sha256"]
    assert said["files"][0]["mapping"]
    assert sum(part["count"] for part in said["parts"]) == 36
    assert said["parts_differ_from_value_by"] == said["parts_left_out"] == 0
    assert "unplaced-2021-to-2024" in [one["key"] for one in said["breaks"]]


def test_it_takes_as_many_queries_however_long_the_history(bring_in):
    bring_in(make_file())
    held = queries.holdings()
    area, kind = queries.find_area("South East"), CrimeType.objects.get(key="all")
    with CaptureQueriesContext(connection) as before:
        queries.provenance(held=held, area=area, crime_type=kind, **YEAR)
    for month in range(3, 7):
        bring_in(make_file(first=date(2022, month, 1), count=lambda row, at, month=month: 20 + month))
    held = queries.holdings()

    with CaptureQueriesContext(connection) as after:
        queries.provenance(held=held, area=area, crime_type=kind, **YEAR)

    assert len(after) == len(before) <= 7
