"""Writing, previewing, approving and reading commentary, with and without htmx."""

import re
from datetime import date
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from audit.workflow import Status
from measures.models import Narrative
from measures.queries import commentaries as queries
from measures.queries.newest import commentary_quarters
from partners.models import Role
from tests.factories import (
    as_,
    grant,
    make_measure,
    make_narrative,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_user,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
TEXT = "Burglary is {{ figure:burglary.change }}."


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2024-01-20 12:00", tick=False)


@pytest.fixture
def partnership():
    return make_partnership()


@pytest.fixture
def priority(partnership):
    priority = make_priority(partnership=partnership, title="Fewer burglaries")
    make_measure(priority=priority, key="burglary", name="Burglary")
    make_measure(priority=priority, key="confidence", name="Confidence", crime_type=None)
    make_release_with_counts({"Bexley": [30] * 12 + [40] * 12})
    return priority


@pytest.fixture
def officer(client, partnership):
    return as_(client, make_user(Role.OFFICER, partnership))


@pytest.fixture
def approver(partnership):
    return as_(Client(), make_user(Role.APPROVER, partnership))


def to(name, partnership, **kwargs):
    return reverse(name, kwargs={"partnership": partnership.slug, **kwargs})


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def field(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def place(priority, **given):
    return {"priority": priority.slug, "quarter": "2023-10-01", "version": 0, "text": TEXT} | given


def test_from_the_choice_of_a_quarter_to_the_public_page(officer, approver, partnership, priority):
    listed = officer.get(to("narratives", partnership))
    assert "No commentary yet." in text(listed)
    assert '<option value="2023-10-01" selected>' in listed.content.decode()  # the quarter just ended

    editor = officer.get(
        to("new_narrative", partnership), {"priority": priority.slug, "quarter": "2023-10-01"}
    )
    assert "{{ figure:burglary.change }} the difference and the percentage up 120 (33.3%)" in text(editor)
    assert "Confidence" in text(editor)

    saved = officer.post(to("new_narrative", partnership), place(priority), follow=True)
    assert "Commentary saved as a draft." in text(saved)
    assert "Burglary is up 120 (33.3%) ." in text(saved)
    record = Narrative.objects.get()
    pk = {"pk": record.pk}

    officer.post(to("submit_narrative", partnership, **pk), {"version": field(saved, "version")})
    page = approver.get(to("narrative", partnership, **pk))
    done = approver.post(
        to("approve_narrative", partnership, **pk), {"seen": field(page, "seen")}, follow=True
    )
    assert "Approved. Its figures stay as they are now." in text(done)
    assert "Published on the public page." in text(
        officer.post(to("publish_narrative", partnership, **pk), follow=True)
    )
    record.refresh_from_db()
    assert (record.status, record.frozen["burglary.change"]["words"]) == (Status.PUBLISHED, "up 120 (33.3%)")


def test_a_preview_shows_the_text_and_stores_nothing(officer, partnership, priority):
    address = to("new_narrative", partnership)
    sent = place(priority, preview="1")

    whole = officer.post(address, sent)
    part = officer.post(address, sent, headers=HTMX)

    assert (whole.status_code, part.status_code) == (200, 200)
    for answer in (whole, part):
        assert '<span class="narrative__figure">up 120 (33.3%)</span>' in answer.content.decode()
    assert "<html" in whole.content.decode() and "<html" not in part.content.decode()
    assert TEXT in unescape(whole.content.decode())  # and the form still holds what was typed
    assert not Narrative.objects.exists()


def test_mistakes_are_said_at_the_field_and_nothing_is_lost(officer, partnership, priority):
    typed = "It is {{ figure:burglry.change }}, {{ figure:burglary.chnge }} and {{ more"
    answer = officer.post(to("new_narrative", partnership), place(priority, text=typed))

    assert answer.status_code == 422
    said = text(answer)
    assert "Line 1: No measure of this priority is called “burglry”. Did you mean “burglary”?" in said
    assert "Did you mean “burglary.change”?" in said
    assert "“{{” has no “}}” after it" in said
    assert typed in unescape(answer.content.decode())
    assert "<title>Error: " in answer.content.decode()
    preview = officer.post(
        to("new_narrative", partnership), place(priority, text=typed, preview="1"), headers=HTMX
    )
    assert "This cannot be shown yet" in text(preview)


def test_two_who_write_at_once_see_both_texts(officer, partnership, priority):
    other = as_(Client(), make_user(Role.OFFICER, partnership))
    other.post(to("new_narrative", partnership), place(priority, text="Theirs."))

    answer = officer.post(to("new_narrative", partnership), place(priority, text="Mine."))

    assert answer.status_code == 409
    assert "Theirs." in text(answer) and "Mine." in text(answer)
    assert Narrative.objects.get().text == "Theirs."

    again = place(priority, text="Both.", version=field(answer, "version"))
    assert officer.post(to("new_narrative", partnership), again).status_code == 302
    assert Narrative.objects.get().text == "Both."


def test_what_waits_cannot_be_saved_over_and_the_text_stays_in_the_form(officer, partnership, priority):
    record = make_narrative(priority=priority, quarter=date(2023, 10, 1), status=Status.SUBMITTED)

    answer = officer.post(to("edit_narrative", partnership, pk=record.pk), place(priority, version=1))

    assert answer.status_code == 409
    assert "An approver must return it before you change it." in text(answer)
    assert TEXT in unescape(answer.content.decode())


def test_a_quarter_that_has_commentary_leads_to_it(officer, partnership, priority):
    asked = {"priority": priority.slug, "quarter": "2023-10-01"}
    record = make_narrative(priority=priority, quarter=date(2023, 10, 1))
    found = officer.get(to("new_narrative", partnership), asked)
    assert found["Location"] == to("edit_narrative", partnership, pk=record.pk)

    Narrative.objects.update(status=Status.PUBLISHED)
    found = officer.get(to("new_narrative", partnership), asked)
    assert found["Location"] == to("narrative", partnership, pk=record.pk)


@pytest.mark.parametrize("asked", [{"priority": "none", "quarter": "2023-10-01"}, {"priority": "x"}])
def test_a_place_that_is_none_is_asked_for_again(officer, partnership, priority, asked):
    assert officer.get(to("new_narrative", partnership), asked).status_code == 422
    assert officer.get(to("new_narrative", partnership)).status_code == 200


def test_an_author_is_offered_no_approval_and_gets_none(partnership, priority):
    person = make_user(Role.OFFICER, partnership)
    record = make_narrative(priority=priority, author=person, status=Status.SUBMITTED)
    grant(person, Role.APPROVER, partnership)
    author = as_(Client(), person)

    assert "Somebody who did not write this must approve it." in text(
        author.get(to("narrative", partnership, pk=record.pk))
    )
    assert author.post(to("approve_narrative", partnership, pk=record.pk)).status_code == 403


def test_a_return_needs_a_note_and_shows_it_to_the_author(officer, approver, partnership, priority):
    record = make_narrative(priority=priority, status=Status.SUBMITTED)
    address = to("return_narrative", partnership, pk=record.pk)

    assert approver.post(address, {"note": ""}).status_code == 422
    assert approver.post(address, {"note": "Say by how many."}).status_code == 302

    assert "Returned with this note: Say by how many." in text(
        officer.get(to("narrative", partnership, pk=record.pk))
    )


def test_a_restated_figure_is_told_in_the_workspace_and_beside_the_text(officer, partnership, priority):
    record = make_narrative(
        priority=priority,
        text=TEXT,
        status=Status.PUBLISHED,
        frozen={
            "burglary.change": {
                "words": "up 99 (27.5%)",
                "period": "January to December 2023",
                "release": "older",
            }
        },
    )

    page = text(officer.get(to("narrative", partnership, pk=record.pk)))
    assert "1 figure has moved since approval" in page
    assert "Printed: up 99 (27.5%) (January to December 2023)" in page
    assert "The figures held now for the same months say: up 120 (33.3%)" in page
    assert "1 figure was restated for the same months." in text(officer.get(to("narratives", partnership)))
    assert "1 figure it names was restated since it was approved" in text(
        officer.get(to("workspace", partnership))
    )

    shown = queries.commentary(record, queries.bound_figures(partnership, priority))
    html = render_to_string("components/narrative.html", {"narrative": shown})
    assert 'Burglary is <span class="narrative__figure">up 99 (27.5%)</span>.' in html
    assert "Printed here: “up 99 (27.5%)”." in html
    assert "The figures held now for January to December 2023 say: “up 120 (33.3%)”." in html


def test_earlier_texts_are_kept(officer, partnership, priority):
    officer.post(to("new_narrative", partnership), place(priority, text="First."))
    record = Narrative.objects.get()
    officer.post(to("edit_narrative", partnership, pk=record.pk), place(priority, text="Second.", version=1))

    page = text(officer.get(to("narrative", partnership, pk=record.pk)))
    assert "Earlier texts" in page and "First." in page and "Second." in page


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_asks_as_much_for_one_as_for_many(
    officer, partnership, priority, django_assert_max_num_queries, number
):
    for quarter in range(number):
        make_narrative(priority=priority, quarter=date(2020 + quarter // 4, 1 + 3 * (quarter % 4), 1))

    with django_assert_max_num_queries(11):
        assert officer.get(to("narratives", partnership)).status_code == 200


def test_figures_older_than_the_quarter_are_told_to_author_approver_and_reader(
    officer, partnership, priority
):
    note = "The figures in it are of January to December 2023."
    address = to("new_narrative", partnership)
    asked = {"priority": priority.slug, "quarter": "2024-01-01"}
    assert note in text(officer.get(address, asked))
    assert note not in text(officer.get(address, asked | {"quarter": "2023-10-01"}))

    saved = officer.post(address, place(priority, quarter="2024-01-01"), follow=True)
    assert note in text(saved)

    said = Narrative.objects.get()
    said.frozen = {"burglary.change": {"words": "up", "period": "January to December 2023", "release": ""}}
    assert queries.commentary(said).figures_note == note


def test_commentary_is_offered_on_this_quarter_and_those_of_the_board(partnership, priority):
    assert commentary_quarters(partnership) == [
        date(2024, 1, 1), date(2023, 10, 1), date(2023, 7, 1),
        date(2023, 4, 1), date(2023, 1, 1), date(2022, 10, 1),
    ]  # fmt: skip
