"""Commentary from draft to public page: four eyes, figures frozen at approval, nobody's text lost."""

import threading
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts.models import User
from audit.models import Event
from audit.workflow import NotAllowed, Status, WrongMove
from measures import narrative as texts
from measures import published_narratives
from measures.models import Narrative
from measures.queries import commentaries as queries
from measures.services import narratives as services
from partners.models import Role
from tests.factories import (
    grant,
    make_measure,
    make_narrative,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_target,
    make_user,
)

pytestmark = pytest.mark.django_db

QUARTER = date(2023, 10, 1)
TEXT = "Burglary is {{ figure:burglary.change }} over {{ figure:burglary.period }}."
PRINTED = {"burglary.change": "up 120 (33.3%)", "burglary.period": "January to December 2023"}


@pytest.fixture
def partnership():
    return make_partnership()


@pytest.fixture
def priority(partnership):
    """With one measure: 360 in 2022, 480 in 2023."""
    priority = make_priority(partnership=partnership)
    make_measure(priority=priority, key="burglary", name="Burglary")
    make_release_with_counts({"Bexley": [30] * 12 + [40] * 12}, published_on=date(2024, 1, 4))
    return priority


@pytest.fixture
def officer(partnership):
    return make_user(Role.OFFICER, partnership)


@pytest.fixture
def approver(partnership):
    return make_user(Role.APPROVER, partnership)


def save(priority, by, text=TEXT, version=0):
    return services.save_narrative(priority=priority, quarter=QUARTER, text=text, by=by, version=version)


def approved(priority, officer, approver):
    record = save(priority, officer)
    record = services.submit_narrative(narrative=record, by=officer, version=record.version)
    return services.approve_narrative(narrative=record, by=approver)


def restate():
    """The same months published again, with one more a month in 2023."""
    make_release_with_counts({"Bexley": [30] * 12 + [41] * 12}, published_on=date(2024, 2, 4))


def acts():
    return list(Event.objects.order_by("id").values_list("verb", "was", "became"))


# --- writing ---------------------------------------------------------------------------------


def test_a_commentary_goes_from_draft_to_the_public_page(priority, officer, approver, partnership):
    record = approved(priority, officer, approver)
    assert published_narratives.commentaries(partnership, [priority.pk]) == {}

    services.publish_narrative(narrative=record, by=officer)

    shown = published_narratives.commentaries(partnership, [priority.pk])[priority.pk]
    assert shown.period == "October to December 2023"
    assert '<span class="narrative__figure">up 120 (33.3%)</span>' in shown.html
    assert shown.plain == "Burglary is up 120 (33.3%) over January to December 2023."
    assert acts() == [
        ("saved", "", ""),
        ("submitted", "draft", "submitted"),
        ("approved", "submitted", "approved"),
        ("published", "approved", "published"),
    ]

    services.withdraw_narrative(narrative=record, by=officer)
    assert published_narratives.commentaries(partnership, [priority.pk]) == {}
    assert save(priority, officer, "Written anew.").pk != record.pk


def test_an_unpublished_strategy_s_commentary_is_not_public(priority, officer, approver, partnership):
    record = services.publish_narrative(narrative=approved(priority, officer, approver), by=officer)
    record.priority.strategy.status = Status.DRAFT
    record.priority.strategy.save()

    assert published_narratives.commentaries(partnership, [priority.pk]) == {}


@pytest.mark.parametrize("text", ["", " \n ", "{{ figure:burglry.change }}", "{{ figure:burglary", "![x](y)"])
def test_a_text_that_cannot_be_shown_is_not_stored(priority, officer, text):
    with pytest.raises(ValidationError) as problem:
        save(priority, officer, text)

    assert set(problem.value.message_dict) == {"text"}
    assert not Narrative.objects.exists()
    assert acts() == []


def test_only_quarters_have_commentary(priority, officer):
    with pytest.raises(ValidationError):
        services.save_narrative(priority=priority, quarter=date(2023, 11, 1), text="x", by=officer)


def test_a_save_over_a_newer_text_is_refused_and_shows_it(priority, officer, partnership):
    record = save(priority, officer, "First.")
    other = make_user(Role.OFFICER, partnership)
    save(priority, other, "Theirs.", version=1)

    for version in (0, 1):  # written as new, or from the first text
        with pytest.raises(services.StaleEdit) as stale:
            save(priority, officer, "Mine.", version=version)
        assert (stale.value.current.text, stale.value.current.version) == ("Theirs.", 2)
    with pytest.raises(services.StaleEdit):
        services.submit_narrative(narrative=record, by=officer, version=1)

    assert Narrative.objects.get().text == "Theirs."
    assert [version.text for version in queries.text_versions(record)] == ["Theirs.", "First."]
    assert [version.by for version in queries.text_versions(record)] == [str(other), str(officer)]


def test_what_waits_or_is_approved_cannot_be_written_over(priority, officer, approver):
    record = save(priority, officer)
    services.submit_narrative(narrative=record, by=officer, version=1)
    with pytest.raises(WrongMove, match="Awaiting approval"):
        save(priority, officer, "Changed.", version=1)
    services.approve_narrative(narrative=record, by=approver)
    with pytest.raises(WrongMove, match="Approved"):
        save(priority, officer, "Changed.", version=1)

    assert Narrative.objects.get().text == TEXT


# --- who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.DATA_MANAGER, Role.ADMINISTRATOR)]
)
def test_roles(priority, partnership, role):
    """Partner leads report on their own actions and write no commentary."""
    may = {
        "save": role == Role.OFFICER,
        "submit": role == Role.OFFICER,
        "approve": role == Role.APPROVER,
        "return": role == Role.APPROVER,
        "publish": role in (Role.OFFICER, Role.APPROVER),
        "withdraw": role in (Role.OFFICER, Role.APPROVER),
    }
    person = make_user(role, partnership)

    def made(status, month):
        return make_narrative(priority=priority, status=status, quarter=date(2024, month, 1))

    draft, sent = made(Status.DRAFT, 1), made(Status.SUBMITTED, 4)
    agreed, public = made(Status.APPROVED, 7), made(Status.PUBLISHED, 10)
    calls = {
        "save": lambda: save(priority, person),
        "submit": lambda: services.submit_narrative(narrative=draft, by=person, version=1),
        "return": lambda: services.return_narrative(narrative=sent, by=person, note="More."),
        "approve": lambda: services.approve_narrative(narrative=draft, by=person),
        "publish": lambda: services.publish_narrative(narrative=agreed, by=person),
        "withdraw": lambda: services.withdraw_narrative(narrative=public, by=person),
    }
    Narrative.objects.filter(pk=draft.pk).update(status=Status.DRAFT)
    for name, call in calls.items():
        if name == "approve":
            Narrative.objects.filter(pk=draft.pk).update(status=Status.SUBMITTED)
        if may[name]:
            call()
        else:
            with pytest.raises(PermissionDenied):
                call()


def test_nobody_approves_what_they_wrote_however_little_of_it(priority, partnership, officer, approver):
    both = make_user(Role.OFFICER, partnership)
    grant(both, Role.APPROVER, partnership)
    save(priority, both, "First half.")
    record = save(priority, officer, "First half, and the rest.", version=1)
    services.submit_narrative(narrative=record, by=officer, version=2)
    grant(officer, Role.APPROVER, partnership)

    for author in (both, officer):
        with pytest.raises(NotAllowed, match="did not write this"):
            services.approve_narrative(narrative=record, by=User.objects.get(pk=author.pk))

    assert services.approve_narrative(narrative=record, by=approver).status == Status.APPROVED


def test_people_of_another_partnership_may_do_nothing(priority):
    stranger = make_user(Role.OFFICER, make_partnership(areas=("Bromley",)))

    with pytest.raises(PermissionDenied):
        save(priority, stranger)


# --- figures at approval and after -----------------------------------------------------------


def test_approval_freezes_the_figures_with_their_months_release_and_moment(
    priority, officer, approver, time_machine
):
    time_machine.move_to("2024-01-20 12:00", tick=False)
    record = approved(priority, officer, approver)

    assert {name: kept["words"] for name, kept in record.frozen.items()} == PRINTED
    assert {kept["period"] for kept in record.frozen.values()} == {"January to December 2023"}
    assert all(kept["release"].startswith("release-") for kept in record.frozen.values())
    assert f"{record.frozen_at:%Y-%m-%d %H:%M}" == "2024-01-20 12:00"
    assert Narrative.objects.get().frozen == record.frozen


def test_a_restated_figure_is_told_and_the_text_goes_on_to_say_what_was_printed(
    priority, officer, approver, partnership
):
    record = services.publish_narrative(narrative=approved(priority, officer, approver), by=officer)
    assert queries.narratives_moved(partnership) == []

    restate()

    [found] = queries.narratives_moved(partnership)
    assert found.narrative == record
    assert [(m.name, m.printed, m.now, m.restated) for m in found.moved] == [
        ("burglary.change", "up 120 (33.3%)", "up 132 (36.7%)", True)
    ]
    live = {priority.pk: queries.bound_figures(partnership, priority)}
    shown = published_narratives.commentaries(partnership, [priority.pk], live)[priority.pk]
    assert "up 120 (33.3%)" in shown.html and "up 132" not in shown.html
    assert [figure.now for figure in shown.restated] == ["up 132 (36.7%)"]
    assert not shown.outdated


def test_newer_months_are_no_restatement(priority, officer, approver, partnership):
    approved(priority, officer, approver)
    make_release_with_counts(
        {"Bexley": [30] * 12 + [40] * 12}, published_on=date(2024, 3, 4), last_month=date(2024, 2, 1)
    )

    [found] = queries.narratives_moved(partnership)

    assert found.restated == 0
    assert {m.name: m.now for m in found.moved} == {"burglary.period": "March 2023 to February 2024"}
    shown = queries.board_commentaries(
        [priority], figures={priority.pk: queries.bound_figures(partnership, priority)}
    )
    assert shown[priority.pk].outdated and not shown[priority.pk].restated


def test_what_was_not_seen_is_not_approved(priority, officer, approver, partnership):
    record = save(priority, officer)
    services.submit_narrative(narrative=record, by=officer, version=1)
    seen = texts.fingerprint(record.text, queries.bound_figures(partnership, priority))
    restate()

    with pytest.raises(WrongMove, match="changed since you opened the page"):
        services.approve_narrative(narrative=record, by=approver, seen=seen)

    again = texts.fingerprint(record.text, queries.bound_figures(partnership, priority))
    assert services.approve_narrative(narrative=record, by=approver, seen=again).frozen


def test_a_figure_that_is_gone_keeps_the_text_from_approval(priority, officer, approver):
    record = save(priority, officer)
    services.submit_narrative(narrative=record, by=officer, version=1)
    priority.measures.update(key="break-ins")

    with pytest.raises(WrongMove, match="No measure of this priority is called “burglary”"):
        services.approve_narrative(narrative=record, by=approver)

    assert Narrative.objects.get().status == Status.SUBMITTED


def test_returning_needs_a_note_and_thaws_the_figures(priority, officer, approver):
    record = approved(priority, officer, approver)
    with pytest.raises(ValidationError):
        services.return_narrative(narrative=record, by=approver, note=" ")

    returned = services.return_narrative(narrative=record, by=approver, note="Say by how many.")

    assert (returned.status, returned.frozen, returned.frozen_at) == (Status.DRAFT, {}, None)
    events = queries.narrative_events(record)
    assert queries.return_note(events) == "Say by how many."
    saved = save(priority, officer, "By 120.", version=1)
    assert saved.version == 2


def test_the_board_reads_the_newest_approved_or_that_of_a_quarter_or_of_a_day(
    priority, officer, approver, time_machine
):
    time_machine.move_to("2024-01-20 12:00", tick=False)
    first = approved(priority, officer, approver)
    time_machine.move_to("2024-04-20 12:00", tick=False)
    second = services.save_narrative(priority=priority, quarter=date(2024, 1, 1), text="Quiet.", by=officer)
    assert queries.board_commentaries([priority])[priority.pk].pk == first.pk
    services.submit_narrative(narrative=second, by=officer, version=1)
    services.approve_narrative(narrative=second, by=approver)

    assert queries.board_commentaries([priority])[priority.pk].pk == second.pk
    assert queries.board_commentaries([priority], quarter=QUARTER)[priority.pk].pk == first.pk
    assert queries.board_commentaries([priority], as_at=date(2024, 2, 1))[priority.pk].pk == first.pk
    assert queries.board_commentaries([priority], as_at=date(2024, 1, 1)) == {}


@pytest.mark.parametrize("number", [1, 8])
def test_commentary_of_many_priorities_is_read_in_one_query(django_assert_num_queries, number):
    strategy = make_priority().strategy
    priorities = [make_priority(strategy=strategy) for _ in range(number)]
    for priority in priorities:
        make_narrative(priority=priority, status=Status.PUBLISHED)

    with django_assert_num_queries(1):
        found = queries.board_commentaries(priorities)
        assert [bool(one.html) for one in found.values()] == [True] * number


def test_of_two_first_texts_at_once_one_is_kept_and_the_other_is_told(on_disk):
    partnership = make_partnership()
    priority = make_priority(partnership=partnership)
    people = [make_user(Role.OFFICER, partnership) for _ in range(2)]
    saved, told, faults = [], [], []

    def write(person, month, barrier):
        try:
            barrier.wait(timeout=10)
            services.save_narrative(
                priority=priority,
                quarter=date(2024 + month // 4, 1 + 3 * (month % 4), 1),
                text="x",
                by=person,
            )
            saved.append(month)
        except services.StaleEdit as stale:
            told.append((month, stale.current.text))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    for month in range(8):
        barrier = threading.Barrier(2)
        threads = [threading.Thread(target=write, args=(person, month, barrier)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert not faults
    assert saved == list(range(8))
    assert told == [(month, "x") for month in range(8)]
    assert Narrative.objects.count() == 8


def test_quarters_and_their_names():
    assert queries.quarter_label(date(2025, 10, 1)) == "October to December 2025"


# --- the figures that a text may name --------------------------------------------------------


def test_every_field_of_a_measure_with_a_year_before(priority, partnership):
    make_target(priority.measures.get(), value=500)

    found = queries.bound_figures(partnership, priority)

    assert {name.partition(".")[2]: words for name, words in found.items() if "sentence" not in name} == {
        "value": "480",
        "before": "360",
        "difference": "120 more",
        "change": "up 120 (33.3%)",
        "percent": "33.3%",
        "period": "January to December 2023",
        "verdict": "getting worse",
        "target": found["burglary.target"],
        "release": found["burglary.release"],
    }
    assert found["burglary.sentence"].startswith("There were 480 residential burglaries in Bexley in January")
    assert "500" in found["burglary.target"]
    assert set(found) == {f"burglary.{field}" for field in texts.FIELDS}


def test_a_change_that_could_be_chance_says_so_wherever_it_is_put(partnership):
    priority = make_priority(partnership=partnership)
    make_measure(priority=priority, key="burglary")
    make_release_with_counts({"Bexley": [30] * 12 + [31] * 12})

    found = queries.bound_figures(partnership, priority)

    assert found["burglary.change"] == "up 12 (3.3%), which is no clear change"
    assert found["burglary.percent"] == "3.3%, which is no clear change"


def test_a_measure_without_figures_has_none_to_name(partnership):
    priority = make_priority(partnership=partnership)
    make_measure(priority=priority, key="confidence", crime_type=None)

    assert "confidence.value" not in queries.bound_figures(partnership, priority)
    assert "confidence.change" not in queries.bound_figures(partnership, priority)
