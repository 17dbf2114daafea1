"""The table of moves, and the one act that makes them, on a progress update."""

from itertools import product

import pytest
from django.db import IntegrityError

from audit.models import Event
from audit.services import move, record_event
from audit.workflow import DECIDED, FOUR_EYES, MOVES, NotAllowed, Status, WrongMove, check
from delivery_plans.models import ProgressUpdate
from tests.factories import make_update, make_user

# Written out by hand a second time.
ALLOWED = {
    ("draft", "submitted"),
    ("submitted", "draft"),
    ("submitted", "approved"),
    ("approved", "draft"),
    ("approved", "published"),
    ("published", "withdrawn"),
    ("withdrawn", "draft"),
}
PAIRS = [(was.value, to.value) for was, to in product(Status, Status)]


def stored(record) -> str:
    return ProgressUpdate.objects.get(pk=record.pk).status


@pytest.mark.once
def test_every_status_says_where_it_can_go():
    assert set(MOVES) == set(Status)
    assert {(was.value, to.value) for was, goals in MOVES.items() for to in goals} == ALLOWED


@pytest.mark.once
def test_nothing_is_published_that_was_not_approved():
    before_published = {was for was, goals in MOVES.items() if Status.PUBLISHED in goals}

    assert before_published == {Status.APPROVED}
    assert Status.APPROVED in FOUR_EYES
    assert {Status.APPROVED, Status.PUBLISHED} == DECIDED


@pytest.mark.once
@pytest.mark.parametrize(("was", "to"), PAIRS)
def test_a_move_is_allowed_only_if_it_is_in_the_table(was, to):
    if (was, to) in ALLOWED:
        check(was, to)
    else:
        with pytest.raises(
            WrongMove, match=f"“{Status(was).label}” now and cannot become “{Status(to).label}”"
        ):
            check(was, to)


@pytest.mark.django_db
@pytest.mark.parametrize(("was", "to"), PAIRS)
def test_a_move_writes_status_and_event_or_neither(was, to):
    update, somebody = make_update(status=was), make_user(name="Head of Community Safety")

    if (was, to) in ALLOWED:
        moved = move(update, to=to, by=somebody, partnership="bexley", note="Agreed.")
        event = Event.objects.get()
        assert stored(update) == moved.status == to
        assert (event.was, event.became, event.verb) == (was, to, to)
        assert (event.by_name, event.by_id_text) == ("Head of Community Safety", str(somebody.pk))
        assert (event.partnership, event.note) == ("bexley", "Agreed.")
        assert list(Event.objects.about(update)) == [event]
    else:
        with pytest.raises(WrongMove):
            move(update, to=to, by=somebody)
        assert stored(update) == was
        assert not Event.objects.exists()


@pytest.mark.django_db
def test_approving_needs_a_second_pair_of_eyes():
    author = make_user()
    update = make_update(author=author, status=Status.SUBMITTED)

    with pytest.raises(NotAllowed, match="other than the author"):
        move(update, to=Status.APPROVED, by=author)

    assert stored(update) == Status.SUBMITTED
    assert not Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("was", "to"), sorted(pair for pair in ALLOWED if pair[1] not in FOUR_EYES))
def test_the_author_may_make_every_other_move(was, to):
    author = make_user()
    update = make_update(author=author, status=was)

    assert move(update, to=to, by=author).status == to


@pytest.mark.django_db
def test_when_the_audit_fails_the_status_stays():
    """No pretence: the event has no partnership, which the database refuses after the status was written."""
    update = make_update(status=Status.SUBMITTED)

    with pytest.raises(IntegrityError):
        move(update, to=Status.APPROVED, by=make_user(), partnership=None)

    assert stored(update) == Status.SUBMITTED
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_move_goes_by_what_is_stored_and_not_by_what_somebody_read_before():
    update = make_update(status=Status.SUBMITTED)
    read_before = ProgressUpdate.objects.get(pk=update.pk)
    move(update, to=Status.DRAFT, by=make_user())

    with pytest.raises(WrongMove):
        move(read_before, to=Status.APPROVED, by=make_user())

    assert stored(update) == Status.DRAFT


@pytest.mark.django_db
def test_a_move_saves_the_status_and_no_other_field():
    update = make_update(status=Status.SUBMITTED, narrative="As it was approved.")
    update.narrative = "Something else, not saved."

    move(update, to=Status.APPROVED, by=make_user())

    assert ProgressUpdate.objects.get().narrative == "As it was approved."


@pytest.mark.django_db
def test_an_event_outlives_its_record_and_its_person():
    update, person = make_update(), make_user(name="Officer")
    event = record_event(by=person, verb="submitted", record=update)
    person.delete()
    update.delete()

    event.refresh_from_db()
    assert str(event).startswith("Officer submitted A")


@pytest.mark.django_db
def test_the_portal_itself_has_no_name():
    event = record_event(by=None, verb="imported", record=make_update())

    assert (event.by_id_text, event.by_name) == ("", "")
    assert str(event).startswith("The portal imported ")


@pytest.mark.django_db
def test_a_long_label_is_cut_and_not_refused():
    person = make_user(name="Somebody")
    update = make_update()
    update.action.reference = "A" * 400

    assert len(record_event(by=person, verb="submitted", record=update).record_label) == 250
