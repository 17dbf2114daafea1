from datetime import date, time

import pytest

from meetings.models import Meeting
from meetings.published import meetings
from meetings.queries import coming_meetings
from tests.factories import make_body, make_meeting, make_organisation, make_partnership, make_priority

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 20)


@pytest.fixture
def partnership():
    return make_partnership()


def test_a_public_meeting_says_when_where_and_what_about(partnership):
    make_meeting(
        body=make_body(partnership=partnership, name="Board"),
        title="Summer board",
        on=date(2026, 6, 10),
        starts_at=time(14, 30),
        place="Civic Offices",
        items=[
            {"title": "Burglary", "kind": "substantive", "presenter": make_organisation(name="Police")},
            "Any other",
        ],
    )

    [found] = meetings(partnership)

    assert (found.body, found.title, found.stage) == ("Board", "Summer board", "Planned")
    assert (found.on, found.starts_at, found.place) == (date(2026, 6, 10), time(14, 30), "Civic Offices")
    assert [(item.number, item.title, item.kind, item.presenter) for item in found.items] == [
        (1, "Burglary", "Theme in depth", "Police"),
        (2, "Any other", "Other", ""),
    ]


def test_a_meeting_is_not_public_until_somebody_says_so(partnership):
    make_meeting(partnership=partnership, public=False)

    assert meetings(partnership) == []


def test_a_restricted_body_s_meetings_are_not_public_whatever_they_say(partnership):
    make_meeting(body=make_body(partnership=partnership, restricted=True), public=True)

    assert meetings(partnership) == []


def test_a_restricted_item_is_left_out_of_the_agenda(partnership):
    make_meeting(partnership=partnership, items=["Open", {"title": "A case", "restricted": True}, "Open too"])

    [found] = meetings(partnership)

    assert [(item.number, item.title) for item in found.items] == [(1, "Open"), (3, "Open too")]


def test_another_partnership_s_meetings_are_not_shown(partnership):
    make_meeting()

    assert meetings(partnership) == []


def test_meetings_come_newest_first_and_not_without_end(partnership):
    for day in (3, 5, 4):
        make_meeting(partnership=partnership, on=date(2026, 6, day))

    assert [found.on.day for found in meetings(partnership)] == [5, 4, 3]
    assert [found.on.day for found in meetings(partnership, limit=2)] == [5, 4]


def test_twenty_meetings_cost_the_queries_of_one(partnership, django_assert_num_queries):
    for number in (1, 19):
        for _ in range(number):
            make_meeting(
                partnership=partnership,
                items=[{"title": "Burglary", "presenter": make_organisation()}, "Other"],
            )
        with django_assert_num_queries(2):
            meetings(partnership)


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"on": TODAY}, True),
        ({"on": date(2026, 5, 19)}, False),
        ({"stage": Meeting.Stage.HELD}, False),
        ({"stage": Meeting.Stage.CANCELLED}, False),
        ({"public": False}, True),
    ],
)
def test_the_next_meeting_is_a_planned_one_from_today_on(partnership, given, counts):
    meeting = make_meeting(partnership=partnership, **given)

    assert coming_meetings(partnership, TODAY).first() == (meeting if counts else None)


def test_the_next_meeting_is_the_first_and_of_no_restricted_body(partnership):
    make_meeting(body=make_body(partnership=partnership, restricted=True), on=date(2026, 5, 21))
    make_meeting(partnership=partnership, on=date(2026, 6, 2))
    first = make_meeting(partnership=partnership, on=date(2026, 6, 1))

    assert coming_meetings(partnership, TODAY).first() == first


def test_an_item_outlives_its_priority(partnership):
    meeting = make_meeting(
        partnership=partnership, items=[{"title": "Burglary", "priority": make_priority()}]
    )
    meeting.items.get().priority.delete()

    assert meetings(partnership)[0].items[0].title == "Burglary"
