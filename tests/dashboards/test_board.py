import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.workflow import Status
from measures.models import Target
from partners.models import Role
from tests.factories import (
    as_,
    make_action,
    make_body,
    make_measure,
    make_meeting,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_strategy,
    make_update,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)


@pytest.fixture
def partnership():
    return make_partnership(slug="bexley", place="Bexley")


@pytest.fixture
def board(client, partnership):
    """The board's page as a board member reads it."""
    as_(client, make_user(Role.BOARD_MEMBER, partnership))

    def read(query=""):
        response = client.get(f"/board/bexley/{query}")
        assert response.status_code == 200
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())

    return read


# --- nothing to show yet ---------------------------------------------------------------------


def test_a_board_without_a_strategy_says_so(board):
    page = board()

    assert "No strategy yet" in page
    assert "The strategy has no priorities yet." in page
    assert "None planned" in page


def test_a_board_without_figures_and_actions_says_so(board, partnership):
    make_measure(priority=make_priority(partnership=partnership))

    page = board()

    assert "No figures are held for this measure yet." in page
    assert "No figures are held." in page
    assert "None yet" in page
    assert "Needs the board's attention" not in page


def test_a_priority_without_a_measure_says_so(board, partnership):
    make_priority(partnership=partnership)

    assert "No measure has been agreed yet." in board()


# --- what it shows ---------------------------------------------------------------------------


def test_the_board_sees_every_priority_its_measures_and_their_targets(board, partnership):
    make_release_with_counts({"Bexley": [100] * 12 + [80] * 12})
    measure = make_measure(
        priority=make_priority(partnership=partnership, title="Burglary"), name="Burglaries"
    )
    Target.objects.create(measure=measure, kind="at_most", value=1000, due_on=date(2026, 3, 31))

    page = board()

    assert "1. Burglary" in page
    assert "Burglaries: improving (1,200 to 960)" in page
    assert "Burglaries 960 1,200 Improving Met" in page


def test_the_board_sees_approved_words_only(board, partnership):
    action = make_action(partnership=partnership, due_on=date(2026, 4, 30))
    for month, status in enumerate(Status, start=1):
        make_update(
            action=action, status=status, period=date(2025, month, 1), narrative=f"In {status} words."
        )

    page = board()

    assert "In published words." in page
    for status in ("draft", "submitted", "withdrawn"):
        assert f"In {status} words." not in page


def test_what_is_off_track_or_overdue_needs_attention(board, partnership):
    off_track = make_action(partnership=partnership, title="Off track")
    make_update(action=off_track, rag="red", status=Status.APPROVED, narrative="The funding was cut.")
    make_action(partnership=partnership, title="Late", due_on=date(2026, 5, 19))
    make_action(partnership=partnership, title="Fine")
    waiting = make_action(partnership=partnership, title="Only said to be off track")
    make_update(action=waiting, rag="red", status=Status.SUBMITTED)

    attention = board().partition("Needs the board's attention")[2].partition("Each priority")[0]

    assert "Off track" in attention and "The funding was cut." in attention and "Late" in attention
    assert "Fine" not in attention and "Only said" not in attention


def test_a_past_day_shows_the_figures_of_that_day_and_says_so(board, partnership):
    make_measure(priority=make_priority(partnership=partnership))
    make_release_with_counts({"Bexley": 100}, published_on=date(2024, 1, 4))
    make_release_with_counts({"Bexley": 102}, published_on=date(2024, 2, 6))

    assert "1,224" in board()
    page = board("?as_at=2024-02-05")
    assert "1,224" not in page and "1,200" in page
    assert "Figures as they were published by 5 February 2024." in page
    assert "No figures are held that were published by that day." in board("?as_at=2023-12-31")


@pytest.mark.parametrize("asked", ["yesterday", "2024-02-30", "2024", "%00", "99999-01-01"])
def test_a_day_that_is_none_is_asked_again(board, asked):
    assert "Enter a real day, such as 30 June 2024" in board(f"?as_at={asked}")


def test_the_next_meeting_stands_at_the_top(board, partnership):
    make_meeting(
        body=make_body(partnership=partnership, restricted=True), title="Panel", on=date(2026, 5, 30)
    )
    make_meeting(body=make_body(partnership=partnership), title="Summer board", on=date(2026, 6, 10))

    page = board()

    assert "10 Jun 2026 Summer board" in page and "Panel" not in page


def test_another_partnership_s_actions_are_not_on_the_board(board):
    make_action(partnership=make_partnership(areas=("Bromley",)), title="Elsewhere", due_on=date(2026, 4, 2))

    assert "Elsewhere" not in board()


def test_a_draft_of_the_next_strategy_is_not_the_board_s(board, partnership):
    make_priority(partnership=partnership, title="This one")
    make_priority(
        strategy=make_strategy(partnership=partnership, status="draft", starts_on=date(2027, 4, 1)),
        title="Next one",
    )

    assert "This one" in board() and "Next one" not in board()


def test_made_up_figures_are_called_so(board, partnership):
    make_release_with_counts({"Bexley": 100}, illustrative=True)
    make_measure(priority=make_priority(partnership=partnership))

    assert "Illustrative figures" in board()


def test_ten_priorities_cost_the_queries_of_one(board, partnership):
    make_release_with_counts({"Bexley": 100})
    counts = []
    for number in (1, 9):
        for _ in range(number):
            priority = make_priority(partnership=partnership)
            make_measure(priority=priority)
            make_update(action=make_action(priority=priority), status=Status.APPROVED)
        with CaptureQueriesContext(connection) as queries_made:
            board()
        counts.append(len(queries_made))

    assert counts[0] == counts[1] <= 20
