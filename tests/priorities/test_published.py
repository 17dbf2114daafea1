from datetime import date

import pytest

from audit.workflow import Status
from priorities.models import LocalVolumePriority, Outcome
from priorities.published import priority, strategy
from priorities.queries import current_strategy, priority_list
from tests.factories import make_partnership, make_priority, make_strategy

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership():
    return make_partnership()


@pytest.mark.parametrize("status", Status)
def test_the_public_reads_a_published_strategy_and_no_other(partnership, status):
    make_strategy(partnership=partnership, title="Safer together", status=status)

    found = strategy(partnership)

    assert (found.title if found else None) == ("Safer together" if status == Status.PUBLISHED else None)


def test_of_several_published_editions_the_newest_is_read(partnership):
    make_strategy(partnership=partnership, title="New", starts_on=date(2026, 4, 1))
    make_strategy(partnership=partnership, title="Old", starts_on=date(2020, 4, 1))
    make_strategy(partnership=partnership, title="Draft", starts_on=date(2027, 4, 1), status="draft")

    assert strategy(partnership).title == "New"


def test_a_priority_is_that_of_the_newest_published_edition(partnership, django_assert_num_queries):
    old = make_strategy(partnership=partnership, starts_on=date(2020, 4, 1), ends_on=date(2024, 3, 31))
    new = make_strategy(partnership=partnership)
    draft = make_strategy(
        partnership=partnership, status=Status.DRAFT, starts_on=date(2027, 4, 1), ends_on=date(2030, 3, 31)
    )
    for edition, title in ((old, "Old"), (new, "New"), (draft, "Draft")):
        make_priority(strategy=edition, slug="burglary", title=title)

    with django_assert_num_queries(2):
        found = priority(partnership, "burglary")

    assert found.title == "New"
    assert priority(partnership, "robbery") is None
    assert priority(make_partnership(), "burglary") is None


def test_another_partnership_s_strategy_is_not_read(partnership):
    make_strategy()

    assert strategy(partnership) is None


def test_a_strategy_comes_whole_and_in_order(partnership):
    row = make_strategy(
        partnership=partnership, summary="One.\n\n  \n\nTwo.\n", objectives=["First", "Second"]
    )
    second, first = (
        make_priority(strategy=row, number=2, title="B"),
        make_priority(strategy=row, number=1, title="A"),
    )
    for order, (words, served) in enumerate([("Fewer burglaries", [first]), ("More trust", [first, second])]):
        Outcome.objects.create(strategy=row, statement=words, order=order).priorities.set(served)
    LocalVolumePriority.objects.create(strategy=row, name="Burglary", origin="agreed", note="2024")

    found = strategy(partnership)

    assert found.paragraphs == ("One.", "Two.")
    assert found.objectives == ("First", "Second")
    assert [p.title for p in found.priorities] == ["A", "B"]
    assert found.outcomes == ("Fewer burglaries", "More trust")
    assert [p.outcomes for p in found.priorities] == [("Fewer burglaries", "More trust"), ("More trust",)]
    assert [(v.name, v.origin) for v in found.volume_priorities] == [
        ("Burglary", "Agreed with the Mayor's office")
    ]


def test_what_a_priority_tackles_keeps_its_titles_and_texts(partnership):
    row = make_strategy(partnership=partnership)
    make_priority(
        strategy=row, tackle=[{"title": "Sheds", "text": "Locks."}], tracking=["Each quarter"], high="harm"
    )

    [priority] = strategy(partnership).priorities

    assert [(block.title, block.text) for block in priority.tackle] == [("Sheds", "Locks.")]
    assert (priority.tracking, priority.high) == (("Each quarter",), "High harm")


def test_ten_priorities_cost_the_queries_of_one(partnership, django_assert_max_num_queries):
    row = make_strategy(partnership=partnership)
    for number in (1, 9):
        for _ in range(number):
            Outcome.objects.create(strategy=row, statement="Less").priorities.set(
                [make_priority(strategy=row)]
            )
        with django_assert_max_num_queries(5):
            strategy(partnership)


# --- signed in -------------------------------------------------------------------------------


def test_people_who_work_on_a_first_strategy_see_its_draft(partnership):
    draft = make_strategy(partnership=partnership, status="draft")

    assert current_strategy(partnership) == draft
    assert list(priority_list(current_strategy(partnership))) == []


def test_once_a_strategy_is_published_it_is_the_one_they_work_to(partnership):
    published = make_strategy(partnership=partnership)
    make_strategy(
        partnership=partnership, status="draft", starts_on=date(2027, 4, 1), ends_on=date(2030, 3, 31)
    )
    first = make_priority(strategy=published)

    assert current_strategy(partnership) == published
    assert list(priority_list(current_strategy(partnership))) == [first]


def test_without_a_strategy_there_is_none(partnership):
    assert current_strategy(partnership) is None
    assert list(priority_list(current_strategy(partnership))) == []
