"""/data/: the pages that show what is held, what was restated, and where a figure comes from."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crime_data import services
from crime_data.models import ImportRun, Release, ReleaseFile, Source
from partners.models import Role
from tests.factories import as_, make_release_with_counts, make_user
from tests.mps_files import BOROUGHS, BURGLARY, make_file

pytestmark = pytest.mark.django_db
YEAR = {"area": "Bexley", "crime_type": "all", "from": "2023-01", "to": "2023-12"}


@pytest.fixture
def manager(client) -> Client:
    return as_(client, make_user(Role.DATA_MANAGER))


@pytest.fixture
def two(bring_in):
    """Publications to January and to February 2024, of 10 and 11 offences a line and month."""
    bring_in(make_file(count=lambda row, month: 10))
    bring_in(make_file(first=date(2022, 3, 1), count=lambda row, month: 11))


def text(answer) -> str:
    """What a person reads, without tags and double spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def source() -> Source:
    return Source.objects.get(key="mps-borough")


# --- nothing held ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["data_home", "coverage", "restatements", "figure"])
def test_an_empty_portal_says_what_to_do(manager, name):
    answer = manager.get(reverse(name))

    assert answer.status_code == 200
    assert "No figures are held yet." in text(answer)
    assert "mport" in text(answer)


def test_an_empty_portal_has_no_levels_and_answers_no_json(manager):
    assert "No publication is held with two of its levels" in text(manager.get(reverse("levels")))
    for name in ("restatements_json", "figure_json"):
        answer = manager.get(reverse(name))
        assert (answer.status_code, answer.json()) == (422, {"errors": {"": ["No figures are held yet."]}})


def test_every_source_has_a_page_before_anything_is_held_of_it(manager):
    services.load_reference()

    for one in Source.objects.all():
        for name in ("source", "categories"):
            assert manager.get(reverse(name, args=[one.pk])).status_code == 200, one.key


# --- what needs a person ---------------------------------------------------------------------


def test_what_needs_a_person_stands_first(manager, bring_in):
    bring_in(make_file(boroughs=BOROUGHS[1:]))
    Source.objects.filter(key="mps-ward").update(
        watched=True, failures=2, looked_at=timezone.now(), last_word="The publisher was too slow."
    )

    shown = text(manager.get(reverse("data_home")))

    places = [
        shown.index(words)
        for words in ("has no row for Barking and Dagenham", "The publisher was too slow.", "Months held")
    ]
    assert places == sorted(places)
    assert "Failed 2 times in a row" in shown


def test_a_look_that_was_refused_is_shown_until_a_later_one_is_not(manager):
    services.load_reference()
    run = ImportRun.objects.create(source=source(), state="rejected", message="The header is not known.")

    assert "The header is not known." in text(manager.get(reverse("data_home")))

    ImportRun.objects.create(source=source(), state="already-held")
    assert "The header is not known." not in text(manager.get(reverse("data_home")))
    assert "The header is not known." in text(manager.get(reverse("import_run", args=[run.pk])))


def test_a_source_that_has_had_nothing_new_for_long_is_marked(manager, two, time_machine):
    time_machine.move_to("2024-03-20")
    assert "Nothing new for long" not in text(manager.get(reverse("data_home")))

    time_machine.move_to("2024-06-20")
    as_(manager, make_user(Role.DATA_MANAGER))  # the session of March has run out
    assert "Nothing new for long" in text(manager.get(reverse("data_home")))


# --- sources and releases --------------------------------------------------------------------


def test_a_source_says_what_it_is_and_lists_its_releases(manager, two):
    shown = text(manager.get(reverse("source", args=[source().pk])))

    for words in (
        "February 2022 to February 2024",
        "Contains public sector information licensed under the Open Government Licence v3.0.",
        "Monthly, usually about day 6",
        "to-202401",
        "to-202402",
        "Publications before and after CONNECT count places in different ways",
    ):
        assert words in shown


def test_many_releases_come_in_pages(manager):
    for _ in range(26):
        make_release_with_counts({"Bexley": 40})

    address = reverse("source", args=[source().pk])

    assert "Page 1 of 2" in text(manager.get(address))
    assert "Page 2 of 2" in text(manager.get(address, {"page": 2}))


def test_local_counts_have_a_template(manager):
    services.load_reference()
    local = Source.objects.get(key="local-counts")

    page = manager.get(reverse("source", args=[local.pk]))
    answer = manager.get(reverse("local_counts_template"))

    assert reverse("local_counts_template") in page.content.decode()
    assert answer.content.decode().startswith("area,month,category,count,source,unit")
    assert "local-counts-template.csv" in answer["Content-Disposition"]


def test_a_release_shows_its_control_totals_what_it_restates_and_what_moved(manager, two):
    shown = text(manager.get(reverse("release", args=[Release.objects.get(key="to-202402").pk])))

    assert "64 rows in = 64 stored + 0 set aside" in shown
    assert "1,472 of 1,472 figures of the months that both hold have changed" in shown
    assert "What moved most against release to-202401" in shown
    assert "February 2024 704" in shown  # a total by month
    assert "Nothing: every row of its files is stored." in shown


def test_the_first_release_has_nothing_to_compare_with(manager, two):
    shown = text(manager.get(reverse("release", args=[Release.objects.get(key="to-202401").pk])))

    assert "No earlier release of this source is in use" in shown


def test_labels_nobody_has_reviewed_stand_first(manager, bring_in):
    bring_in(make_file(labels=(BURGLARY, ("NEW THINGS", "NEVER SEEN"))))

    release = text(manager.get(reverse("release", args=[Release.objects.get().pk])))
    categories = text(manager.get(reverse("categories", args=[source().pk])))

    assert "Not in our table of categories yet, kept as printed: NEW THINGS / NEVER SEEN" in release
    assert "Printed, and not in our table yet NEW THINGS / NEVER SEEN" in categories
    assert "Knife crime overlaps robbery" in categories


@pytest.mark.parametrize(("decision", "state"), [("accept", "current"), ("refuse", "refused")])
def test_a_held_release_is_decided_as_a_whole_with_a_reason(manager, bring_in, decision, state):
    bring_in(make_file(boroughs=BOROUGHS[1:]))
    address = reverse("decide_release", args=[Release.objects.get().pk, decision])

    assert manager.post(address, {"reason": ""}).status_code == 422
    answer = manager.post(address, {"reason": "Asked the publisher."}, follow=True)

    assert ReleaseFile.objects.get().state == state
    assert "Asked the publisher." in text(answer)


def test_a_release_is_withdrawn_and_used_again(manager, two):
    release = Release.objects.get(key="to-202402")

    for decision, state in (("withdraw", "withdrawn"), ("restore", "current")):
        manager.post(reverse("decide_release", args=[release.pk, decision]), {"reason": "Because."})
        assert release.files.get().state == state

    late = manager.post(
        reverse("decide_release", args=[release.pk, "accept"]), {"reason": "Because."}, follow=True
    )
    assert "Nothing was changed" in text(late)


# --- coverage --------------------------------------------------------------------------------


def test_the_grid_says_each_cell_in_words(manager, two):
    answer = manager.get(reverse("coverage"), {"to": "2024-03", "months": "12"})

    shown = text(answer)
    assert "April 2023 to March 2024" in shown
    assert "11 of 12 months, all in the newest release (to-202402)." in shown
    assert shown.count("■ in the newest release") == 11
    assert "?to=2023-03&amp;months=12" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"to": "2024-13"}, "Enter a month, such as 2024-03"),
        ({"months": "5"}, "Enter a number of months from 12 to 60"),
        ({"months": "many"}, "Enter a number of months from 12 to 60"),
    ],
)
def test_months_that_cannot_be_are_said_so_and_kept(manager, two, asked, words):
    answer = manager.get(reverse("coverage"), asked)

    assert answer.status_code == 422
    assert words in text(answer)
    assert f'value="{next(iter(asked.values()))}"' in answer.content.decode()


# --- restatements ----------------------------------------------------------------------------


def test_restatements_begin_with_a_figure_that_two_releases_have(manager, two):
    shown = text(manager.get(reverse("restatements")))

    assert "All recorded offences in Metropolitan Police, February 2023 to January 2024" in shown
    assert "What moved most between two releases" in shown


def test_what_each_release_says_as_a_page_and_as_json(manager, two):
    shown = text(manager.get(reverse("restatements"), YEAR))
    said = manager.get(reverse("restatements_json"), YEAR).json()

    assert "240 in release to-202401, 264 in the newest that has it." in shown
    assert [one["value"] for one in said["figure"]["releases"]] == [240, 264]
    assert (said["moves"]["before"], said["moves"]["now"]) == ("to-202401", "to-202402")
    assert said["moves"]["figures_changed"] == len(said["moves"]["moved"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"source": "nobody"}, "source"),
        ({"area": "Atlantis"}, "area"),
        ({"area": ""}, "area"),
        ({"crime_type": "witchcraft"}, "crime_type"),
        ({"from": "2023"}, "from"),
        ({"from": "2024-01", "to": "2023-01"}, "to"),
        ({"from": "1999-01", "to": "1999-02"}, ""),
    ],
)
@pytest.mark.parametrize("name", ["restatements", "figure"])
def test_what_cannot_be_asked_is_said_so_and_nothing_is_lost(manager, two, name, wrong, field):
    asked = YEAR | wrong

    page = manager.get(reverse(name), asked)
    said = manager.get(reverse(f"{name}_json"), asked)

    assert (page.status_code, said.status_code) == (422, 422)
    assert list(said.json()["errors"]) == [field]
    assert said.json()["errors"][field][0] in page.content.decode().replace("&#x27;", "'")
    if field in ("area", "from", "to"):
        assert all(f'value="{asked[key]}"' in page.content.decode() for key in ("from", "to"))


def test_two_releases_that_are_one_are_not_compared(manager, two):
    answer = manager.get(reverse("restatements"), {"before": "to-202401", "now": "to-202401"})

    assert answer.status_code == 422
    assert "Choose two different releases" in text(answer)


@pytest.mark.parametrize("sort", ["difference", "percent", "area"])
def test_the_list_of_what_moved_is_sorted_by_links(manager, two, sort):
    answer = manager.get(reverse("restatements"), YEAR | {"sort": sort, "kind": "borough"})

    assert answer.status_code == 200
    assert answer.content.decode().count("aria-sort") == 1
    assert f"sort={sort}#moved" not in answer.content.decode()
    assert "from=2023-01" in answer.content.decode()


# --- where a figure comes from ---------------------------------------------------------------


def test_where_a_figure_comes_from_as_a_page_and_as_json(manager, two):
    file = ReleaseFile.objects.get(release__key="to-202402")

    shown = text(manager.get(reverse("figure"), YEAR))
    said = manager.get(reverse("figure_json"), YEAR).json()

    for words in ("264", file.sha256, file.mapping, "BURGLARY / BURGLARY - RESIDENTIAL", "Together"):
        assert words in shown
    assert said["value"] == 264 == sum(part["count"] for part in said["parts"])
    assert said["files"][0]["page"] == reverse("release_file", args=[file.pk])


def test_the_release_in_the_address_answers(manager, two):
    said = manager.get(reverse("figure_json"), YEAR | {"release": "to-202401"}).json()

    assert (said["release"], said["value"]) == ("to-202401", 240)
    wrong = manager.get(reverse("figure_json"), YEAR | {"release": "to-199901"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["release"])


def test_areas_are_asked_by_code_and_months_as_people_write_them(manager, two):
    asked = YEAR | {"area": "E09000004", "from": "January 2023", "to": "dec 2023"}

    assert manager.get(reverse("figure_json"), asked).json()["value"] == 264


def test_levels_of_a_publication_that_is_not_held_are_said_so(manager, two):
    answer = manager.get(reverse("levels"), {"release": "to-199901"})

    assert answer.status_code == 422
    assert "No publication “to-199901” is held" in text(answer)


def test_breaks_are_listed_with_where_they_are_known_from(manager):
    shown = text(manager.get(reverse("breaks")))

    assert "Covid-19 restrictions" in shown
    assert "Known from data.london.gov.uk" in shown


# --- a run -----------------------------------------------------------------------------------


def test_a_run_asked_of_a_source_says_so_and_how_far_it_is(manager):
    services.load_reference()
    run = ImportRun.objects.create(source=source(), state="running", done=50, to_do=200)

    shown = text(manager.get(reverse("import_run", args=[run.pk])))

    assert "Look for new files: MPS recorded crime by borough" in shown
    assert "50 of 200 rows stored (25%)" in shown


# --- a fixed number of queries ---------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Pagination may yield inconsistent results")
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("data_home", 16),
        ("coverage", 12),
        ("restatements", 24),
        ("restatements_json", 22),
        ("figure", 24),
        ("figure_json", 22),
        ("levels", 8),
        ("breaks", 8),
        ("source", 20),
        ("release", 28),
    ],
)
def test_a_page_takes_as_many_queries_however_long_the_history(manager, bring_in, two, name, most):
    def queries_of() -> int:
        about = {"source": [source().pk], "release": [Release.objects.get(key="to-202402").pk]}
        with CaptureQueriesContext(connection) as made:
            assert manager.get(reverse(name, args=about.get(name))).status_code == 200
        return len(made)

    before = queries_of()
    for at in range(4, 8):
        bring_in(make_file(first=date(2022, at, 1), count=lambda row, month, at=at: 10 + at % 2))

    assert queries_of() == before <= most


def test_json_of_a_figure_is_sound_json(manager, two):
    answer = manager.get(reverse("figure_json"), YEAR)

    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content)["from"] == "2023-01"
