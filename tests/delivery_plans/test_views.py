"""The journeys of officers and approvers, in the browser's way and in htmx's."""

import re
import uuid
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from audit.workflow import Status
from delivery_plans.forms import ProgressUpdateForm
from delivery_plans.models import ProgressUpdate
from partners.models import Role
from tests.factories import as_, make_action, make_organisation, make_partnership, make_update, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
BOTH_WAYS = pytest.mark.parametrize("headers", [{}, HTMX], ids=["full page", "htmx"])


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)


@pytest.fixture
def partnership():
    return make_partnership()


@pytest.fixture
def action(partnership):
    return make_action(partnership=partnership, title="Walks at dusk", detail="Every Friday")


@pytest.fixture
def officer(client, partnership):
    return as_(client, make_user(Role.OFFICER, partnership))


@pytest.fixture
def approver(partnership):
    return as_(Client(), make_user(Role.APPROVER, partnership))


def to(name, partnership, record):
    return reverse(name, kwargs={"partnership": partnership.slug, "pk": record.pk})


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def is_whole(response):
    return "<html" in response.content.decode()


def facts(action, **given):
    """What the form of an action sends."""
    sent = {"title": action.title, "detail": action.detail, "lead": action.lead_id, "version": action.version}
    for name in ("starts_on", "due_on"):
        day = given.pop(name, getattr(action, name))
        sent |= {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}
    return sent | given


def report(**given):
    return {"period": "2026-04-01", "rag": "green", "narrative": "Ten walks were held."} | given


# --- editing ---------------------------------------------------------------------------------


def test_the_form_names_of_a_day_are_those_that_the_page_has(officer, partnership, action):
    page = officer.get(to("edit_action", partnership, action)).content.decode()

    assert set(facts(action)) <= set(re.findall(r'name="(\w+)"', page))


@BOTH_WAYS
def test_an_officer_changes_an_action_and_sees_it(officer, partnership, action, headers):
    response = officer.post(
        to("edit_action", partnership, action),
        facts(action, title="Walks at dawn"),
        headers=headers,
        follow=True,
    )

    assert response.status_code == 200
    assert "Walks at dawn" in text(response)
    assert "Action saved." in text(response)
    assert is_whole(response) != bool(headers)
    action.refresh_from_db()
    assert (action.title, action.version) == ("Walks at dawn", 2)


@BOTH_WAYS
def test_a_form_with_errors_comes_back_with_what_was_typed(officer, partnership, action, headers):
    response = officer.post(
        to("edit_action", partnership, action),
        facts(action, title="", detail="Every Saturday", due_on=date(2026, 3, 31)),
        headers=headers,
    )

    assert response.status_code == 422
    assert "Say what will be done" in text(response)
    assert "Due date must be the same as or after the start" in text(response)
    assert "Every Saturday" in response.content.decode()
    assert is_whole(response) != bool(headers)
    action.refresh_from_db()
    assert action.detail == "Every Friday"


@BOTH_WAYS
def test_who_saves_second_sees_both_texts_and_loses_nothing(officer, partnership, action, headers):
    url = to("edit_action", partnership, action)
    mine = facts(action, title="Mine", detail="My detail")
    other = as_(Client(), make_user(Role.OFFICER, partnership))
    other.post(url, facts(action, title="Theirs", detail="Their detail"))

    response = officer.post(url, mine, headers=headers)

    assert response.status_code == 409
    page = response.content.decode()
    assert "Somebody else changed this action" in page
    assert 'value="Mine"' in page and "My detail" in page
    assert "Theirs" in text(response) and "Their detail" in text(response)
    assert is_whole(response) != bool(headers)
    action.refresh_from_db()
    assert action.title == "Theirs"

    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, "the form knows what stands there now"
    again = officer.post(url, mine | {"version": version[1]}, headers=headers)
    assert again.status_code == (200 if headers else 302)
    action.refresh_from_db()
    assert (action.title, action.detail) == ("Mine", "My detail")


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_spoilt_version_is_no_way_around_the_check(officer, partnership, action, version):
    response = officer.post(
        to("edit_action", partnership, action), facts(action, title="Mine", version=version)
    )

    assert response.status_code in (409, 422)
    action.refresh_from_db()
    assert action.title == "Walks at dusk"


def test_cancelling_brings_the_facts_back(officer, partnership, action):
    response = officer.get(to("edit_action", partnership, action) + "?cancel=1", headers=HTMX)

    assert response.status_code == 200
    assert 'id="facts"' in response.content.decode()
    assert "<form" not in response.content.decode()


def test_only_partners_can_be_chosen_as_lead(officer, partnership, action):
    stranger = make_organisation(name="Stranger")

    response = officer.post(to("edit_action", partnership, action), facts(action, lead=stranger.pk))

    assert response.status_code == 422


def test_what_the_form_does_not_ask_for_cannot_be_set(officer, partnership, action):
    sent = facts(action, title="Changed") | {
        "reference": "X9",
        "illustrative": "on",
        "plan": "99",
        "id": "99",
    }

    officer.post(to("edit_action", partnership, action), sent)

    action.refresh_from_db()
    assert (action.title, action.illustrative) == ("Changed", False)
    assert action.reference != "X9"


def test_the_page_tells_in_words_what_was_changed(officer, partnership, action):
    police = make_organisation(name="Police")
    police.memberships.create(partnership=partnership, kind="responsible-authority")
    officer.post(to("edit_action", partnership, action), facts(action, lead=police.pk))

    page = text(officer.get(to("action", partnership, action)))

    assert f"Lead from “{action.lead.name}” to “Police”" in page


# --- progress --------------------------------------------------------------------------------


def test_the_whole_way_of_a_progress_update(officer, approver, partnership, action):
    page = to("action", partnership, action)
    public = reverse("priority", kwargs={"partnership": partnership.slug, "priority": action.priority.slug})

    assert "sent for approval" in text(officer.post(page, report(), follow=True))
    update = ProgressUpdate.objects.get()

    returned = approver.post(to("return_update", partnership, update), {"note": "Say how many."}, follow=True)
    assert "Returned to its author" in text(returned)

    officer.post(page, report(narrative="Ten walks, 140 people."))
    assert "Ten walks" not in text(Client().get(public))

    assert "approved" in text(approver.post(to("approve_update", partnership, update), follow=True))
    assert "Ten walks" not in text(Client().get(public))

    assert "Published" in text(officer.post(to("publish_update", partnership, update), follow=True))
    assert "Ten walks, 140 people." in text(Client().get(public))

    asked = officer.get(to("withdraw_update", partnership, update))
    assert "Take this progress update off the public page?" in text(asked)
    assert "Taken off" in text(officer.post(to("withdraw_update", partnership, update), follow=True))
    assert "Ten walks" not in text(Client().get(public))


@BOTH_WAYS
def test_a_report_that_is_sent_answers_in_the_way_it_was_asked(officer, partnership, action, headers):
    response = officer.post(to("action", partnership, action), report(), headers=headers)

    if headers:
        assert response.status_code == 200
        assert "Progress update sent for approval." in text(response)
        assert not is_whole(response)
    else:
        assert response.status_code == 302
    assert ProgressUpdate.objects.get().narrative == "Ten walks were held."


@BOTH_WAYS
def test_a_form_that_is_sent_twice_is_one_update_and_no_error(officer, partnership, action, headers):
    sent = report(submission=str(uuid.uuid4()))

    answers = [officer.post(to("action", partnership, action), sent, headers=headers) for _ in range(2)]

    assert [response.status_code for response in answers] == ([200] * 2 if headers else [302] * 2)
    assert ProgressUpdate.objects.count() == 1


@BOTH_WAYS
def test_a_second_update_for_a_quarter_is_refused_in_words(officer, partnership, action, headers):
    make_update(action=action, period=date(2026, 4, 1))

    response = officer.post(to("action", partnership, action), report(narrative="Another."), headers=headers)

    assert response.status_code == 422
    assert "there is a progress update for this one already" in text(response)
    assert "Another." in response.content.decode()
    assert ProgressUpdate.objects.count() == 1


def test_when_somebody_else_reported_while_the_form_was_checked_it_is_said_too(
    officer, partnership, action, monkeypatch
):
    """The form saw the quarter free; the database did not."""
    make_update(action=action, period=date(2026, 4, 1))
    before = ProgressUpdateForm.__init__
    monkeypatch.setattr(ProgressUpdateForm, "__init__", lambda self, *args, action: before(self, *args))

    response = officer.post(to("action", partnership, action), report())

    assert response.status_code == 422
    assert "There is a progress update for this quarter already" in text(response)


@pytest.mark.parametrize(("words", "status"), [(9, 422), (10, 302)])
def test_off_track_needs_ten_words(officer, partnership, action, words, status):
    response = officer.post(to("action", partnership, action), report(rag="red", narrative="word " * words))

    assert response.status_code == status
    if status == 422:
        assert "Say why the action is off track and what will be done" in text(response)


def test_the_form_offers_the_last_six_quarters_that_are_not_reported_yet(officer, partnership, action):
    make_update(action=action, period=date(2026, 1, 1), status=Status.APPROVED)
    make_update(action=action, period=date(2025, 10, 1), status=Status.DRAFT)
    page = officer.get(to("action", partnership, action)).content.decode()

    offered = re.findall(r'<option value="(\d{4}-\d\d-\d\d)"', page)

    assert offered == ["2026-04-01", "2025-10-01", "2025-07-01", "2025-04-01", "2025-01-01"]


@pytest.mark.parametrize(
    "sent", [{}, report(), report(rag="")], ids=["nothing", "a report", "a spoilt report"]
)
def test_who_may_not_report_is_told_so_whatever_is_sent(approver, partnership, action, sent):
    assert approver.post(to("action", partnership, action), sent).status_code == 403
    assert not ProgressUpdate.objects.exists()


def test_who_may_not_report_is_not_asked(approver, partnership, action):
    assert "Report progress" not in text(approver.get(to("action", partnership, action)))


def test_a_decision_on_what_has_moved_on_is_refused_in_words(approver, partnership, action):
    update = make_update(action=action, status=Status.PUBLISHED)

    response = approver.post(to("approve_update", partnership, update), follow=True)

    assert "This is “Published” now and cannot become “Approved”." in text(response)
    update.refresh_from_db()
    assert update.status == Status.PUBLISHED


def test_the_author_is_told_that_somebody_else_must_approve(partnership, action, client):
    author = make_user(Role.APPROVER, partnership)
    update = make_update(action=action, author=author)
    as_(client, author)

    assert "Somebody else must approve what you wrote." in text(client.get(to("action", partnership, action)))
    assert client.post(to("approve_update", partnership, update)).status_code == 403


def test_a_return_without_a_note_is_asked_again(approver, partnership, action):
    update = make_update(action=action)

    response = approver.post(to("return_update", partnership, update), {"note": " "})

    assert response.status_code == 422
    assert "Say what should be changed" in text(response)


@pytest.mark.parametrize("name", ["action", "edit_action"])
def test_an_action_of_another_partnership_is_not_there(officer, partnership, name):
    assert officer.get(to(name, partnership, make_action())).status_code == 404


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", "{{ 7|add:7 }}", "<img src=x onerror=alert(1)>"]
)
def test_what_people_write_is_shown_as_they_wrote_it(officer, partnership, action, payload):
    officer.post(to("edit_action", partnership, action), facts(action, title=payload, detail=payload))
    officer.post(to("action", partnership, action), report(narrative=payload))

    page = officer.get(to("action", partnership, action)).content.decode()

    assert "<script>alert" not in page and "<img src=x" not in page and "\n14\n" not in page
    assert unescape(page).count(payload) >= 4  # title, details, progress and the history of changes


def test_a_returned_update_shows_the_note_and_fills_the_form_with_its_words(
    officer, approver, partnership, action
):
    update = make_update(action=action, status=Status.SUBMITTED, narrative="My own words.")
    approver.post(to("return_update", partnership, update), {"note": "Say what comes next."})

    page = officer.get(to("action", partnership, action)).content.decode()

    assert "Returned with this note: Say what comes next." in page
    assert "My own words.</textarea>" in page


def test_an_approver_cannot_approve_words_that_were_rewritten_after_the_page_was_opened(
    approver, partnership, action
):
    update = make_update(action=action, status=Status.SUBMITTED)
    page = approver.get(to("action", partnership, action)).content.decode()
    [seen] = re.findall(r'name="seen" value="([^"]+)"', page)
    ProgressUpdate.objects.update(
        narrative="Other words.", submitted_at=update.submitted_at + timedelta(hours=1)
    )

    answer = approver.post(to("approve_update", partnership, update), {"seen": seen}, follow=True)

    update.refresh_from_db()
    assert "The author has rewritten this" in text(answer)
    assert update.status == Status.SUBMITTED
