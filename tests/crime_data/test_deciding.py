"""Decisions about a whole release: one flip for all its files, and back."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from audit.models import Event
from crime_data import queries, services
from crime_data.models import CrimeTypeTable, PrintedTable, Release, ReleaseFile
from tests.mps_files import BOROUGHS, make_file, make_historical

pytestmark = pytest.mark.django_db
WHY = {"by": None, "reason": "The publisher said so."}


def states() -> set[str]:
    return set(ReleaseFile.objects.values_list("state", flat=True))


@pytest.fixture
def release(bring_in) -> Release:
    bring_in({"recent.csv": make_file(), "historical.csv": make_historical()})
    return Release.objects.get()


@pytest.fixture
def held(bring_in) -> Release:
    few = {"boroughs": BOROUGHS[1:]}
    bring_in({"recent.csv": make_file(**few), "historical.csv": make_historical(**few)})
    return Release.objects.get()


def test_all_held_files_are_used_at_once(held):
    services.accept_release(release=held, **WHY)

    assert states() == {"current"}
    assert {file.reason for file in held.files.all()} == {"The publisher said so."}
    assert Event.objects.filter(record_id=str(held.pk), became="current", was="held").count() == 1


def test_all_held_files_are_refused_at_once_and_their_figures_go(held):
    services.refuse_release(release=held, **WHY)

    assert states() == {"refused"}
    assert not PrintedTable.objects.exists()
    assert not CrimeTypeTable.objects.exists()


def test_a_release_is_withdrawn_and_used_again_with_its_figures(release):
    services.withdraw_release(release=release, **WHY)
    assert states() == {"withdrawn"}
    assert queries.holdings() == []

    services.restore_release(release=release, **WHY)

    assert states() == {"current"}
    assert len(queries.holdings()[0].files) == 2


def test_the_update_is_one(release, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        services.withdraw_release(release=release, **WHY)


@pytest.mark.parametrize(
    "decide",
    [services.accept_release, services.refuse_release, services.restore_release],
)
def test_a_decision_that_no_file_waits_for_changes_nothing(release, decide):
    with pytest.raises(ValidationError, match="Nothing was changed"):
        decide(release=release, **WHY)

    assert states() == {"current"}


def test_a_decision_needs_a_reason(release):
    with pytest.raises(ValidationError, match="Say why"):
        services.withdraw_release(release=release, by=None, reason="  ")

    assert states() == {"current"}


def test_a_withdrawn_file_whose_figures_came_again_stays_withdrawn(release, bring_in):
    services.withdraw_release(release=release, **WHY)
    bring_in({"again.csv": make_file(), "historical again.csv": make_historical()})

    with pytest.raises(ValidationError, match=r"were imported again since, with .*again.csv"):
        services.restore_release(release=release, **WHY)

    assert ReleaseFile.objects.filter(state="withdrawn").count() == 2


def test_a_withdrawn_file_whose_months_other_figures_hold_stays_withdrawn(bring_in):
    bring_in(make_file(count=lambda row, month: 10))
    file = ReleaseFile.objects.get()
    services.withdraw_file(file=file, **WHY)
    bring_in({"better.csv": make_file(count=lambda row, month: 11)}, published=date(2024, 2, 6))

    with pytest.raises(ValidationError, match=r"better\.csv holds the same months of this release by now"):
        services.restore_file(file=file, **WHY)

    file.refresh_from_db()
    assert file.state == "withdrawn"
