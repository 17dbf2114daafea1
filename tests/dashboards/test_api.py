"""/api/v1/: what anyone may ask."""

import json
from datetime import date

import pytest

from crime_data.models import ReleaseFile
from crime_data.services import Received, import_files
from dashboards.urls import urlpatterns
from partners.models import Role
from tests.factories import (
    as_,
    make_measure,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_user,
)
from tests.ward_files import ward_file

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


def test_what_is_made_up_is_listed_as_such_and_what_waits_is_not(client, two_releases):
    make_release_with_counts({"Bexley": 10}, illustrative=True, key="invented", published_on=date(2024, 3, 1))
    make_release_with_counts({"Bexley": 10}, state=ReleaseFile.State.HELD, key="waits")

    [source] = ask(client, "sources/")["sources"]

    assert [(one["key"], one["illustrative"]) for one in source["releases"]] == [
        ("to-202401", False),
        ("to-202312", False),
        ("invented", True),
    ]


@pytest.mark.parametrize("invited", [False, True])
def test_every_example_of_the_index_is_answered_for_anyone(client, two_releases, invited):
    partnership = make_partnership(slug="bexley", place="Bexley")
    make_measure(priority=make_priority(partnership=partnership))
    if invited:
        as_(client, make_user(Role.OFFICER, partnership))

    index = client.get("/api/v1/").json()
    # Of wards nothing is held here; that has its own test.
    answers = {name: client.get(index[name]) for name in index if name not in ("about", "wards")}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert answers["measures"].json()["measures"][0]["value"] == 132


def test_the_example_of_wards_names_a_year_that_is_held(client):
    make_partnership(slug="bexley", place="Bexley")
    ward = ("Ward A", "E05011210", "Bexley")
    content = ward_file({(ward, "shoplifting"): [9] * 24}, date(2021, 4, 1))
    import_files(received=[Received("wards.csv", content)])

    index = client.get("/api/v1/").json()

    assert "year=2022" in index["wards"]
    assert client.get(index["wards"]).status_code == 200


def test_every_address_of_the_api_is_open_to_anyone():
    views = [route.callback for route in urlpatterns if str(route.pattern).startswith("api/v1/")]

    assert len(views) == 8
    assert all(view.login_required is False for view in views)


def test_what_is_not_there_is_answered_in_json(client, db):
    answer = client.get("/api/v1/measures/999/")

    assert answer.status_code == 404
    assert answer.json() == {"error": "No measure that is published has the number 999."}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("measures/?partnership=bexley&as_at=2024-01-31", "“as_at”. What can be asked: partnership."),
        ("measures/1/?as_at=2024-01-31", "“as_at”. Ask without anything behind the address."),
        ("sources/?area=Bexley", "“area”"),
        (f"figures/?{BEXLEY}&crimetype=robbery", "“crimetype”. What can be asked: area, crime_type, from"),
    ],
)
def test_a_name_that_is_not_known_is_refused_and_not_left_out(client, two_releases, address, words):
    answer = client.get(f"/api/v1/{address}")

    assert answer.status_code == 422
    assert words in answer.json()["error"]


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
