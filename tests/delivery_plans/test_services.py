import threading
import uuid
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from audit.models import Event
from audit.workflow import NotAllowed, Status, WrongMove
from delivery_plans import queries, services
from delivery_plans.models import Action, ProgressUpdate
from delivery_plans.published import actions as public_actions
from partners.models import Role
from tests.factories import make_action, make_organisation, make_partnership, make_update, make_user

pytestmark = pytest.mark.django_db

QUARTER = date(2026, 1, 1)
IN_A_PARTNERSHIP = set(Role) - {Role.DATA_MANAGER, Role.ADMINISTRATOR}


@pytest.fixture
def partnership():
    return make_partnership()


@pytest.fixture
def action(partnership):
    return make_action(partnership=partnership, title="Walks at dusk")


@pytest.fixture
def officer(partnership):
    return make_user(Role.OFFICER, partnership)


@pytest.fixture
def approver(partnership):
    return make_user(Role.APPROVER, partnership)


def submit(action, by, **given):
    words = {"period": QUARTER, "rag": "green", "narrative": "Ten walks were held."}
    return services.submit_progress_update(action=action, by=by, **words | given)


def acts():
    return list(Event.objects.order_by("id").values_list("verb", "was", "became"))


# --- editing ---------------------------------------------------------------------------------


def test_editing_changes_the_fields_and_counts_the_version(action, officer):
    services.edit_action(
        action=action, by=officer, version=1, title="Walks at dawn", due_on=date(2027, 1, 31)
    )

    action.refresh_from_db()
    assert (action.title, action.due_on, action.version) == ("Walks at dawn", date(2027, 1, 31), 2)
    assert acts() == [("edited", "", "")]


def test_an_edit_of_an_old_version_is_refused_and_shows_what_stands_there(action, officer, partnership):
    other = make_user(Role.OFFICER, partnership)
    services.edit_action(action=action, by=other, version=1, title="Theirs")

    with pytest.raises(services.StaleEdit) as stale:
        services.edit_action(action=action, by=officer, version=1, title="Mine")

    assert stale.value.current.title == "Theirs"
    action.refresh_from_db()
    assert (action.title, action.version) == ("Theirs", 2)
    assert len(acts()) == 1


def test_an_edit_that_is_not_valid_changes_nothing(action, officer):
    with pytest.raises(ValidationError):
        services.edit_action(action=action, by=officer, version=1, title="", due_on=date(2027, 1, 31))

    action.refresh_from_db()
    assert (action.title, action.version) == ("Walks at dusk", 1)
    assert not acts()
    assert action.history.count() == 1


def test_what_is_no_fact_of_the_action_cannot_be_edited(action, officer):
    with pytest.raises(TypeError, match="not editable: plan, reference"):
        services.edit_action(action=action, by=officer, version=1, reference="A0", plan=action.plan)


@pytest.mark.parametrize("role", sorted(IN_A_PARTNERSHIP - {Role.OFFICER}))
def test_only_an_officer_edits(action, partnership, role):
    with pytest.raises(PermissionDenied):
        services.edit_action(action=action, by=make_user(role, partnership), version=1, title="Changed")


def test_an_officer_of_another_partnership_does_not_edit(action):
    with pytest.raises(PermissionDenied):
        services.edit_action(
            action=action, by=make_user(Role.OFFICER, make_partnership(areas=())), version=1, title="Changed"
        )


def test_the_history_says_in_words_who_changed_what(action, officer):
    police = make_organisation(name="Police")
    was = action.lead.name
    services.edit_action(action=action, by=officer, version=1, detail="From the station.", lead=police)
    services.edit_action(action=action, by=officer, version=2, completed_on=date(2026, 5, 1))

    [(_, by, last), (_, _, first)] = queries.change_list(action)

    assert by == officer.name
    assert last == [("Completed on", "nothing", "1 May 2026")]
    assert first == [("Detail", "nothing", "From the station."), ("Lead", was, "Police")]


def test_an_edit_that_changes_nothing_is_no_change_in_the_history(action, officer):
    services.edit_action(action=action, by=officer, version=1, title=action.title)

    assert queries.change_list(action) == []


def test_of_two_people_who_save_at_once_nobody_loses_anything(on_disk):
    """Twenty rounds, two threads. Each either saves or is told; every save is in the text that remains."""
    partnership = make_partnership()
    action = make_action(partnership=partnership, detail="")
    people = [make_user(Role.OFFICER, partnership) for _ in range(2)]
    saved, told, faults = [], [], []

    def edit(person, word, barrier):
        try:
            read = Action.objects.get(pk=action.pk)
            barrier.wait(timeout=10)
            services.edit_action(
                action=read, by=person, version=read.version, detail=f"{read.detail} {word}".strip()
            )
            saved.append(word)
        except services.StaleEdit:
            told.append(word)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    for round_ in range(20):
        barrier = threading.Barrier(2)
        threads = [
            threading.Thread(target=edit, args=(person, f"{round_}-{at}", barrier))
            for at, person in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    action.refresh_from_db()
    assert not faults
    assert (len(saved), len(told)) == (20, 20)
    assert action.detail.split() == saved
    assert action.version == 21


# --- progress --------------------------------------------------------------------------------


def test_from_the_first_word_to_the_public_and_back(action, partnership, officer, approver):
    """Sent, returned with a note, written anew, approved, published, withdrawn, and reported again."""

    def public():
        return [
            found.latest and found.latest.narrative
            for found in public_actions(partnership, [action.priority_id])
        ]

    def board():
        return queries.action_list(partnership).get().latest_narrative

    update = submit(action, officer)
    assert (public(), board()) == ([None], None)

    services.return_progress_update(update=update, by=approver, note="Say how many came.")
    assert (public(), board()) == ([None], None)

    again = submit(action, officer, narrative="Ten walks were held; 140 people came.")
    assert again.pk == update.pk

    services.approve_progress_update(update=update, by=approver)
    assert (public(), board()) == ([None], "Ten walks were held; 140 people came.")

    services.publish_progress_update(update=update, by=officer)
    assert (public(), board()) == (
        ["Ten walks were held; 140 people came."],
        "Ten walks were held; 140 people came.",
    )

    services.withdraw_progress_update(update=update, by=officer, note="The number was wrong.")
    assert (public(), board()) == ([None], None)

    assert submit(action, officer, narrative="Ten walks were held; 104 people came.").pk != update.pk
    assert acts() == [
        ("submitted", "", "submitted"),
        ("draft", "submitted", "draft"),
        ("submitted", "", "submitted"),
        ("approved", "submitted", "approved"),
        ("published", "approved", "published"),
        ("withdrawn", "published", "withdrawn"),
        ("submitted", "", "submitted"),
    ]
    assert set(Event.objects.values_list("partnership", flat=True)) == {partnership.slug}


@pytest.mark.parametrize(("status", "public", "board"), [
    ("draft", False, False),
    ("submitted", False, False),
    ("approved", False, True),
    ("published", True, True),
    ("withdrawn", False, False),
])  # fmt: skip
def test_the_public_sees_what_is_published_and_the_board_what_is_approved(
    action, partnership, status, public, board
):
    make_update(action=action, status=status, rag="amber")

    [shown] = public_actions(partnership, [action.priority_id])
    assert (shown.latest is not None) == public
    assert (queries.action_list(partnership).get().latest_rag == "amber") == board


def test_the_newest_quarter_counts_and_not_the_one_that_was_written_last(action, partnership):
    make_update(action=action, status=Status.PUBLISHED, period=date(2026, 1, 1), rag="red")
    make_update(action=action, status=Status.PUBLISHED, period=date(2025, 10, 1), rag="green")

    assert queries.action_list(partnership).get().latest_rag == "red"
    assert public_actions(partnership, [action.priority_id])[0].latest.rag == "red"


def test_a_form_that_is_sent_twice_is_one_update(action, officer):
    form = uuid.uuid4()

    first, second = (submit(action, officer, submission=form) for _ in range(2))

    assert first == second
    assert ProgressUpdate.objects.count() == 1
    assert len(acts()) == 1


def test_a_form_that_is_sent_again_after_its_update_was_returned_is_written_anew(action, officer, approver):
    """The browser's way back leads to the old form; what is typed there must not be lost without a word."""
    form = uuid.uuid4()
    update = submit(action, officer, submission=form)
    services.return_progress_update(update=update, by=approver, note="Say how many.")

    submit(action, officer, submission=form, narrative="Ten walks, 140 people.")

    update.refresh_from_db()
    assert (update.status, update.narrative) == (Status.SUBMITTED, "Ten walks, 140 people.")


def test_the_same_form_is_another_matter_for_another_action(action, officer, partnership):
    form = uuid.uuid4()
    submit(action, officer, submission=form)

    with pytest.raises(ValidationError):
        submit(make_action(partnership=partnership), officer, submission=form)


def test_a_second_update_for_a_quarter_is_refused_in_words(action, officer):
    submit(action, officer)

    with pytest.raises(ValidationError, match="There is a progress update for this quarter already"):
        submit(action, officer, narrative="Eleven walks.")

    assert ProgressUpdate.objects.get().narrative == "Ten walks were held."
    assert len(acts()) == 1


def test_the_author_does_not_approve(action, partnership):
    both = make_user(Role.OFFICER, partnership)
    both.role_grants.create(role=Role.APPROVER, partnership=partnership)
    update = submit(action, both)

    with pytest.raises(NotAllowed, match="other than the author"):
        services.approve_progress_update(update=update, by=both)


def test_a_return_needs_a_note(action, officer, approver):
    update = submit(action, officer)

    with pytest.raises(ValidationError, match="Say what should be changed"):
        services.return_progress_update(update=update, by=approver, note="  ")


def test_nothing_goes_public_unapproved(action, officer):
    with pytest.raises(WrongMove):
        services.publish_progress_update(update=submit(action, officer), by=officer)


def test_a_partner_lead_reports_on_the_own_organisation_s_actions_only(action, partnership):
    own = make_user(Role.PARTNER_LEAD, partnership, organisation=action.lead)
    other = make_user(Role.PARTNER_LEAD, partnership)

    with pytest.raises(NotAllowed):
        submit(action, other)
    assert submit(action, own).author == own


@pytest.mark.parametrize(("act", "roles"), [
    (services.approve_progress_update, {Role.APPROVER}),
    (services.return_progress_update, {Role.APPROVER}),
    (services.publish_progress_update, {Role.OFFICER, Role.APPROVER}),
    (services.withdraw_progress_update, {Role.OFFICER, Role.APPROVER}),
])  # fmt: skip
def test_a_decision_is_for_its_roles_only(action, partnership, act, roles):
    update = make_update(action=action)

    for role in sorted(IN_A_PARTNERSHIP - roles):
        with pytest.raises(NotAllowed):
            act(update=update, by=make_user(role, partnership), note="No.")
    update.refresh_from_db()
    assert update.status == Status.SUBMITTED
