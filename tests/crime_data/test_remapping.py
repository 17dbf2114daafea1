from datetime import date

import pytest

from crime_data import mapping, queries, services
from crime_data.models import CrimeTypeTable, ReleaseFile
from tests.mps_files import BURGLARY, ROBBERY, make_file

pytestmark = pytest.mark.django_db
JANUARY = {"first": date(2023, 1, 1), "last": date(2023, 1, 1)}
NEW = ("ROBBERY", "ROBBERY OF THE FUTURE")


def count_of(area: str, crime_type: str) -> int:
    return queries.figures(area=queries.find_area(area), crime_type=crime_type, **JANUARY).count


@pytest.fixture
def reviewed(monkeypatch):
    """The table of categories, after somebody has reviewed the new label."""

    def review() -> None:
        row = mapping.CategoryRow(*NEW, "", "business-robbery", None, None, "G6", "")
        table = {**mapping._by_label("mps"), row.label: (row,)}
        monkeypatch.setattr(mapping, "_by_label", lambda name: table)
        monkeypatch.setattr(mapping, "version", lambda name: "after-review")

    return review


def test_a_label_that_was_reviewed_later_counts_after_the_figures_are_summed_anew(bring_in, reviewed):
    bring_in(make_file(labels=[BURGLARY, ROBBERY, NEW], count=lambda row, month: 5))
    assert (count_of("Bexley", "robbery"), count_of("Bexley", "personal-robbery")) == (10, 5)

    reviewed()
    [file] = services.outdated_files()
    services.remap_file(file=file)

    assert (count_of("Bexley", "robbery"), count_of("Bexley", "all")) == (10, 15)
    assert count_of("Bexley", "business-robbery") == 5
    assert count_of("London", "robbery") == 32 * 10
    file.refresh_from_db()
    assert (file.unreviewed, file.mapping) == ([], "after-review")
    assert services.outdated_files() == []


def test_summing_anew_with_the_same_table_changes_nothing(bring_in):
    bring_in(make_file())
    before = sorted(CrimeTypeTable.objects.values_list("area", "crime_types", "values"))

    services.remap_file(file=ReleaseFile.objects.get())

    assert sorted(CrimeTypeTable.objects.values_list("area", "crime_types", "values")) == before
    assert services.outdated_files() == []
