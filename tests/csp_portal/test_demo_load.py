"""Loading the demonstration: measures with all that belongs to them, figures marked, nothing twice."""

from pathlib import Path

import pytest

from accounts.models import User
from crime_data.models import Release, ReleaseFile
from csp_portal.demo import load
from csp_portal.demo.figures import write_demo_figures
from csp_portal.demo.other_figures import OTHER_FIGURES
from csp_portal.demo.people import write_survey
from measures.models import Baseline, LocalReturn, Measure, Rebase, Target
from partners.models import Partnership

pytestmark = pytest.mark.django_db
COUNTED = (Partnership, Measure, LocalReturn, Target, Baseline, Rebase, Release, ReleaseFile, User)


@pytest.fixture(autouse=True)
def no_network(settings) -> None:
    settings.MPS_DATASET_URL = "https://127.0.0.1:9/"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder of files that are taken for published ones: boroughs and the survey."""
    folder = tmp_path / "published"
    folder.mkdir()
    write_demo_figures(folder)
    write_survey(folder)
    return folder


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in COUNTED}


def said(folder: Path | None = None) -> list[str]:
    words: list[str] = []
    load.load_demo(folder=folder, say=words.append)
    return words


def test_everything_is_loaded_once_whole_and_marked():
    words = said()
    assert sum("made up for this demonstration" in line.casefold() for line in words) == 2
    assert set(Release.objects.values_list("illustrative", flat=True)) == {True}
    held = {"mps-borough", *(source.source_key for source in OTHER_FIGURES)}
    assert set(Release.objects.values_list("source__key", flat=True)) >= held
    assert set(ReleaseFile.objects.values_list("state", flat=True)) == {ReleaseFile.State.CURRENT}
    assert not any(ReleaseFile.objects.values_list("unreviewed", flat=True))
    assert set(Measure.objects.values_list("kind", flat=True)) == set(Measure.Kind.values)
    for measure in Measure.objects.all():
        measure.full_clean()
        for related in (measure.returns, measure.targets, measure.baselines, measure.rebases):
            for one in related.all():
                one.full_clean()
    first = counts()
    assert "Figures: those held already." in said()
    assert counts() == first


def test_a_measure_brings_all_that_its_table_says():
    said()
    bexley, bromley = (
        Measure.objects.filter(priority__strategy__partnership__slug=slug) for slug in ("bexley", "bromley")
    )
    gap = bexley.get(key="satisfaction-gap")
    assert (gap.group_a, gap.group_b) == ("White victims", "BME victims")
    assert {one.group: float(one.value) for one in gap.returns.all()} == {
        "White victims": 78.8,
        "BME victims": 73.9,
    }
    robbery = bexley.get(key="personal-robbery")
    target = robbery.targets.get()
    assert (target.baseline.name, target.baseline.value) == ("2023", 300)
    assert target.note.startswith("Illustrative: ")
    assert [one.statement for one in robbery.outcomes.all()] == [
        "The people most at risk have what they need to avoid becoming victims of violence."
    ]
    share = bexley.get(key="trafficking-share")
    assert (share.crime_type.key, share.of_crime_type.key) == ("drug-trafficking", "drug-offences")
    statistics = bexley.get(key="nrm-decision-time").returns.values_list("statistic", "value")
    assert list(statistics) == [("maximum", 500), ("mean", 53)]
    days = bromley.get(key="community-impact-days").returns.all()
    assert {one.note.split(":")[0] for one in days} == {"Illustrative"}
    assert sum(one.value for one in days if one.first_month.year == 2022) == 12
    assert {one.by.email for one in days} == {"officer@bromley.example"}
    assert all(one.published_on > one.last_month for one in days)
    assert bromley.get(key="hate-crime").targets.get().value is None
    assert str(bexley.get(key="residential-burglary").rebases.get().month) == "2022-01-01"


def test_with_published_files_only_the_sources_they_lack_are_made_up(published):
    said(published)
    marked = dict.fromkeys(Release.objects.values_list("source__key", flat=True))
    for key in marked:
        marked[key] = set(Release.objects.filter(source__key=key).values_list("illustrative", flat=True))
    assert marked["mps-borough"] == marked["mopac-pas"] == {False}
    assert marked["mps-dashboard"] == marked["ons-population"] == marked["local-counts"] == {True}


def test_published_files_that_come_later_stand_beside_what_was_made_up(published):
    said()
    said(published)
    assert Release.objects.filter(source__key="mopac-pas", illustrative=False).exists()
    assert Release.objects.filter(source__key="mopac-pas", illustrative=True).exists()
