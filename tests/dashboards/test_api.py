"""/api/v1/: what anyone may ask."""

import json
from datetime import date

import pytest

from crime_data.models import ReleaseFile
from tests.factories import make_release_with_counts

pytestmark = pytest.mark.django_db
BEXLEY = "area=Bexley&crime_type=residential-burglary&from=2023-01&to=2023-12"


def ask(client, what: str) -> dict:
    return json.loads(client.get(f"/api/v1/{what}").content)


@pytest.fixture
def two_releases(db):
    make_release_with_counts({"Bexley": 10}, key="to-202312", published_on=date(2024, 1, 6))
    make_release_with_counts(
        {"Bexley": 11}, key="to-202401", published_on=date(2024, 2, 6), last_month=date(2024, 1, 1), months=36
    )


def test_a_figure_says_its_release_its_file_and_the_year_before(client, two_releases):
    found = ask(client, f"figures/?{BEXLEY}")

    assert (found["count"], found["previous"], found["release"]) == (132, 132, "to-202401")
    assert (found["area_code"], found["from"], found["to"]) == ("E09000004", "2023-01", "2023-12")
    [file] = found["files"]
    assert file["sha256"] == ReleaseFile.objects.get(name=file["name"]).sha256


def test_a_past_day_has_the_figure_of_its_time(client, two_releases):
    assert ask(client, f"figures/?{BEXLEY}&as_at=2024-01-31")["count"] == 120


def test_every_release_says_what_it_said(client, two_releases):
    found = ask(client, f"restatements/?{BEXLEY}")["releases"]

    assert [(one["release"], one["count"], one["difference"]) for one in found] == [
        ("to-202312", 120, None),
        ("to-202401", 132, 12),
    ]
    assert {one["source"] for one in found} == {"mps-borough"}


def test_the_sources_and_their_releases_are_listed(client, two_releases):
    [source] = ask(client, "sources/")["sources"]

    assert source["key"] == "mps-borough"
    assert [release["key"] for release in source["releases"]] == ["to-202401", "to-202312"]


def test_what_is_made_up_or_waits_is_not_listed(client):
    make_release_with_counts({"Bexley": 10}, illustrative=True)
    make_release_with_counts({"Bexley": 10}, state=ReleaseFile.State.HELD)

    assert ask(client, "sources/")["sources"] == []


def test_an_answer_may_be_kept_by_any_cache_and_touches_no_session(client, two_releases):
    answer = client.get(f"/api/v1/figures/?{BEXLEY}")

    assert answer["Cache-Control"] == "public, max-age=600"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "Name an area"),
        ("area=Bexley", "from= is no month. Write it as from=2023-01."),
        ("area=Bexley&from=2023-13&to=2024-01", "from=2023-13 is no month"),
        ("area=Bexley&from=2024-02&to=2024-01", "from lies after to"),
        ("area=Atlantis&from=2023-01&to=2023-12", "No area is called “Atlantis”"),
        ("area=Bexley&from=2023-01&to=2023-12&crime_type=piracy", "No crime type is called “piracy”"),
        ("area=Bexley&from=2023-01&to=2023-12&source=mine", "No source is called “mine”"),
        ("area=Bexley&from=2023-01&to=2023-12&as_at=yesterday", "as_at=yesterday is no day"),
        ("area=Bexley&from=1999-01&to=1999-12", "No release holds all the months"),
    ],
)
def test_a_question_that_cannot_be_answered_is_answered_in_words(client, two_releases, asked, words):
    answer = client.get(f"/api/v1/figures/?{asked}")

    assert answer.status_code == 422
    assert words in json.loads(answer.content)["error"]


def test_small_areas_are_not_given_away(client, two_releases):
    from crime_data.models import Area

    Area.objects.create(code="E05011217", name="Barnehurst", kind=Area.Kind.WARD)

    answer = client.get("/api/v1/figures/?area=E05011217&from=2023-01&to=2023-12")

    assert "not given here" in json.loads(answer.content)["error"]
