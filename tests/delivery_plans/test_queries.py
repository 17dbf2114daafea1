from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delivery_plans import published, queries
from delivery_plans.models import Action
from partners.models import Role
from tests.factories import (
    as_,
    make_action,
    make_partnership,
    make_priority,
    make_strategy,
    make_update,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership():
    return make_partnership()


def test_actions_come_by_priority_and_then_by_day(partnership):
    strategy = make_strategy(partnership=partnership)
    first, second = (make_priority(strategy=strategy) for _ in range(2))
    for title, priority, due_on in [
        ("third", second, date(2026, 6, 1)),
        ("second", first, date(2026, 9, 1)),
        ("first", first, date(2026, 7, 1)),
    ]:
        make_action(priority=priority, title=title, due_on=due_on)

    assert [action.title for action in queries.action_list(partnership)] == ["first", "second", "third"]
    assert [a.title for a in published.actions(partnership, [first.pk, second.pk])] == [
        "first",
        "second",
        "third",
    ]


def test_another_partnership_s_actions_are_not_listed(partnership):
    elsewhere = make_action(partnership=make_partnership(areas=("Bromley",)))

    assert not queries.action_list(partnership)
    assert published.actions(partnership, [elsewhere.priority_id]) == []


def test_actions_of_an_unpublished_strategy_are_not_public(partnership):
    action = make_action(
        priority=make_priority(strategy=make_strategy(partnership=partnership, status="draft"))
    )

    assert published.actions(partnership, [action.priority_id]) == []


def test_an_action_is_overdue_the_day_after_its_day(partnership, time_machine):
    time_machine.move_to("2026-05-20 12:00")
    late = make_action(partnership=partnership, due_on=date(2026, 5, 19))
    make_action(partnership=partnership, due_on=date(2026, 5, 20))
    make_action(partnership=partnership, due_on=date(2026, 5, 19), completed_on=date(2026, 5, 30))

    assert list(Action.objects.overdue(date(2026, 5, 20))) == [late]
    assert [action for action in Action.objects.all() if action.is_overdue] == [late]


def test_what_waits_longest_for_approval_comes_first(partnership):
    action = make_action(partnership=partnership)
    new = make_update(action=action, period=date(2026, 1, 1))
    old = make_update(action=action, period=date(2026, 4, 1))
    type(old).objects.filter(pk=old.pk).update(submitted_at="2026-01-02T10:00Z")
    make_update(action=make_action(partnership=partnership), status="approved")
    make_update()

    assert list(queries.updates_awaiting(partnership)) == [old, new]


def with_history(partnership, number):
    """Actions with two updates and one change each."""
    for _ in range(number):
        action = make_action(partnership=partnership, due_on=date(2026, 4, 30))
        make_update(action=action, period=date(2025, 10, 1), status="published")
        make_update(action=action)
        action.title = "Changed"
        action.save()


@pytest.mark.parametrize(
    "read",
    [
        lambda partnership: list(queries.action_list(partnership)),
        lambda partnership: [list(action.updates.all()) for action in queries.action_page(partnership)],
        lambda partnership: [update.author.name for update in queries.updates_awaiting(partnership)],
        lambda partnership: published.actions(partnership, list(range(100))),
    ],
    ids=["action_list", "action_page", "updates_awaiting", "public actions"],
)
def test_twenty_actions_cost_the_queries_of_one(partnership, read):
    counts = []
    for number in (1, 19):
        with_history(partnership, number)
        with CaptureQueriesContext(connection) as queries_made:
            read(partnership)
        counts.append(len(queries_made))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("address", ["/workspace/{}/", "/workspace/{}/priorities/priority-1/", "/board/{}/"])
def test_a_page_with_twenty_actions_costs_the_queries_of_one(partnership, client, address):
    as_(client, make_user(Role.OFFICER, partnership))
    counts = []
    for number in (1, 19):
        with_history(partnership, number)
        with CaptureQueriesContext(connection) as queries_made:
            assert client.get(address.format(partnership.slug)).status_code == 200
        counts.append(len(queries_made))

    assert counts[0] == counts[1]


def test_a_page_of_an_action_with_many_updates_and_changes_costs_the_same(partnership, client):
    as_(client, make_user(Role.OFFICER, partnership))
    action = make_action(partnership=partnership)
    counts = []
    for year in (2000, 2020):
        for month in (1, 4, 7, 10):
            make_update(action=action, period=date(year, month, 1))
            action.title = f"Changed {month} {year}"
            action.save()
        with CaptureQueriesContext(connection) as queries_made:
            assert client.get(f"/workspace/{partnership.slug}/actions/{action.pk}/").status_code == 200
        counts.append(len(queries_made))

    assert counts[0] == counts[1]
