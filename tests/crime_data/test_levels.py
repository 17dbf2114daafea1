"""The borough, ward and LSOA files of one publication side by side."""

from datetime import date

import pytest

from crime_data import queries
from crime_data.months import add_months
from tests.mps_files import BOROUGHS, BURGLARY, RAPE, make_file, written

pytestmark = pytest.mark.django_db
MONTHS = [f"{add_months(date(2022, 2, 1), at):%Y%m}" for at in range(24)]


def smaller_file(header: list[str], where: list[str], counts: dict[tuple[str, str], int]) -> bytes:
    rows = [[*label, *where, *[str(count)] * 24] for label, count in counts.items()]
    return written([[*header, *MONTHS], *rows])


@pytest.fixture
def three_levels(bring_in):
    """Ten burglaries and two rapes a month in each borough; of Bexley's, a ward has eight and two, an LSOA
    seven and no rape at all."""
    bring_in(make_file(labels=(BURGLARY, RAPE), count=lambda row, month: 10 if row <= len(BOROUGHS) else 2))
    ward = ["MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName"]
    bring_in({"ward.csv": smaller_file(ward, ["Sidcup", "E05011231", "Bexley"], {BURGLARY: 8, RAPE: 2})})
    lsoa = ["MajorText", "MinorText", "LSOA Code", "LSOA Name", "Borough"]
    bring_in({"lsoa.csv": smaller_file(lsoa, ["E01000447", "Bexley 001A", "Bexley"], {BURGLARY: 7})})


def test_each_level_is_held_against_the_borough_file(three_levels):
    found = queries.levels("to-202401")

    assert [level.name for level in found.levels] == ["Borough file", "Ward file", "LSOA file"]
    [bexley] = [row for row in found.boroughs if str(row.what) == "Bexley"]
    assert [cell.total for cell in bexley.cells] == [24 * 12, 24 * 10, 24 * 7]
    assert [round(cell.share, 1) for cell in bexley.cells] == [100.0, 83.3, 58.3]
    assert found.force.cells[0].total == 24 * 12 * 32
    assert found.period == "February 2022 to January 2024"


def test_what_a_level_does_not_publish_is_named_and_is_not_nought(three_levels):
    found = queries.levels("to-202401")

    assert [(level.name, [kind.key for kind in kinds]) for level, kinds in found.missing_types] == [
        ("LSOA file", ["sexual-offences"])
    ]
    [sexual] = [row for row in found.types if row.what.key == "sexual-offences"]
    assert sexual.cells[2].total is None


def test_a_borough_without_a_smaller_area_has_no_figure_at_that_level(three_levels):
    [bromley] = [row for row in queries.levels("to-202401").boroughs if str(row.what) == "Bromley"]

    assert [cell.total for cell in bromley.cells] == [24 * 12, None, None]


def test_a_publication_with_one_level_is_not_offered(bring_in):
    bring_in(make_file())

    assert queries.publications() == []
    assert queries.levels("to-202401") is None


def test_publications_with_two_levels_are_offered(three_levels):
    assert [one.key for one in queries.publications()] == ["to-202401"]
