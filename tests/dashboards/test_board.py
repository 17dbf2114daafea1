"""The board's pages as a board member reads them: in words, without markup."""

import re
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.workflow import Status
from crime_data.models import Source
from measures.models import Measure, Narrative
from partners.models import Partnership, Role
from priorities.models import Outcome
from tests.factories import (
    as_,
    make_action,
    make_body,
    make_measure,
    make_meeting,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_return,
    make_strategy,
    make_target,
    make_update,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)


@pytest.fixture
def partnership():
    partnership = make_partnership(slug="bexley", place="Bexley")
    make_strategy(partnership=partnership, starts_on=date(2020, 4, 1))
    return partnership


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def board(client, partnership):
    """A board's page as a board member reads it; `path` goes on behind the board's address."""
    as_(client, make_user(Role.BOARD_MEMBER, partnership))

    def read(path="", status=200):
        response = client.get(f"/board/bexley/{path}")
        assert response.status_code == status
        return words(response.content.decode())

    return read


def section(page, heading, until):
    """What stands between two headings."""
    return page.partition(heading)[2].partition(until)[0]


def attention(page):
    return section(page, "Needs the board’s attention", "What changed since the quarter before")


def changed(page):
    return section(page, "What changed since the quarter before", "estated since")


def levels(*years):
    """Twelve months at each of these counts."""
    return [count for count in years for _ in range(12)]


# --- nothing to show yet ---------------------------------------------------------------------


def test_a_board_without_a_strategy_says_so(board):
    page = board()

    assert "The strategy has no priorities yet." in page
    assert "The strategy has no priorities yet." in page
    assert "Next meeting: none planned." in page


def test_a_board_without_figures_and_actions_says_so(board, partnership):
    make_measure(priority=make_priority(partnership=partnership))

    page = board()

    assert "No figures are held for this measure yet." in page
    assert "No figures are held." in page
    assert "No actions yet." in page and "No actions are planned yet." in page
    assert "Of 1 measure, 0 getting worse, 0 improving and 1 not measured yet." in page
    assert "Nothing: no measure gets worse" in attention(page)


def test_a_priority_without_a_measure_says_so(board, partnership):
    make_priority(partnership=partnership)

    assert "No measure has been agreed yet." in board()


# --- the quarter at a glance -----------------------------------------------------------------


def test_the_board_sees_every_priority_its_measures_and_their_targets(board, partnership):
    make_release_with_counts({"Bexley": levels(100, 80)})
    measure = make_measure(
        priority=make_priority(partnership=partnership, title="Burglary"), name="Burglaries"
    )
    make_target(measure, "at_most", 1000, due_on=date(2023, 12, 31))

    page = board()

    assert "Quarter 3 of 2023 to 2024: October to December 2023" in page
    assert "Of 1 measure, 0 getting worse and 1 improving. Of 1 target, 0 missed and 1 met." in page
    assert "1. Burglary Actions" not in page and "1. Burglary No actions yet." in page
    assert "Burglaries January to December 2023" in page
    assert "960 1,200 down 240 (20.0%) Improving" in page
    assert "At most 1,000, by 31 December 2023." in page


def test_a_calendar_year_counts_its_quarters_from_january(board, partnership):
    Partnership.objects.update(year_basis=Partnership.YearBasis.CALENDAR)
    make_release_with_counts({"Bexley": 100})
    make_measure(priority=make_priority(partnership=partnership))

    assert "Quarter 4 of 2023: October to December 2023" in board()


def test_every_verdict_is_counted_in_words(board, partnership):
    make_release_with_counts({"Bexley": levels(50, 100)})
    priority = make_priority(partnership=partnership)
    for polarity in ("lower", "higher", "neutral", "reporting"):
        make_measure(priority=priority, polarity=polarity, crime_type="residential-burglary")
    make_measure(priority=priority, crime_type=None)

    page = board()

    assert (
        "Of 5 measures, 1 getting worse, 1 improving, 1 higher or lower without being better or worse, "
        "1 with more or fewer reports and 1 not measured yet."
    ) in page


def test_figures_of_a_month_after_the_quarter_wait_for_the_next_board(board, partnership):
    make_release_with_counts({"Bexley": [*levels(100, 80), 5000]}, months=25, last_month=date(2024, 1, 1))
    make_measure(priority=make_priority(partnership=partnership))

    page = board()

    assert "960 1,200" in page and "5,000" not in page


def test_the_next_meeting_stands_at_the_top(board, partnership):
    make_priority(partnership=partnership)
    make_meeting(
        body=make_body(partnership=partnership, restricted=True), title="Panel", on=date(2026, 5, 30)
    )
    make_meeting(
        body=make_body(partnership=partnership, name="Community Board"),
        title="Summer board",
        on=date(2026, 6, 10),
    )

    page = board()

    assert "Next meeting: Community Board on 10 June 2026." in page and "Panel" not in page


# --- exceptions ------------------------------------------------------------------------------


def test_what_gets_worse_misses_or_signals_stands_first_with_a_sentence(board, partnership):
    make_release_with_counts({"Bexley": levels(50, 100)})
    priority = make_priority(partnership=partnership)
    make_measure(priority=priority, name="Burglaries")
    missing = make_measure(priority=priority, name="Promised", polarity="higher")
    make_target(missing, "at_most", 1000, due_on=date(2023, 12, 31))
    make_measure(priority=priority, name="Wanted", polarity="higher")

    found = attention(board())

    assert found.index("Burglaries") < found.index("Promised")
    assert "There were 1,200 residential burglaries in Bexley in January to December 2023" in found
    assert "more than we would expect by chance" in found
    assert "200 above it. It was due by 31 December 2023." in found
    assert "Wanted" not in found


def test_a_target_is_not_missed_before_the_figures_reach_its_day(board, partnership):
    make_release_with_counts({"Bexley": 100})
    measure = make_measure(priority=make_priority(partnership=partnership))
    make_target(measure, "at_most", 1000, due_on=date(2024, 3, 31))

    page = board()

    assert "Of 1 target, 0 missed, 0 met and 1 not met yet." in page
    assert "Target missed" not in page


def test_a_signal_is_new_once(board, partnership):
    one = [100, 101] * 12
    make_measure(priority=make_priority(partnership=partnership), name="Burglaries", polarity="neutral")
    make_release_with_counts({"Bexley": [*one[:-1], 400]})

    page = board()
    assert "December 2023 (400) is above the usual range" in attention(page)
    assert "Burglaries : its newest month is a new signal" in changed(page) or (
        "Burglaries : was" in changed(page) and "its newest month is a new signal" in changed(page)
    )

    make_release_with_counts(
        {"Bexley": [*one[:-1], 400, 400, 400, 400]},
        months=27,
        last_month=date(2024, 3, 1),
        published_on=date(2024, 4, 8),
    )
    assert "New signal" not in attention(board())


def test_what_is_off_track_or_overdue_needs_attention(board, partnership):
    off_track = make_action(partnership=partnership, title="Off track")
    make_update(action=off_track, rag="red", status=Status.APPROVED, narrative="The funding was cut.")
    make_action(partnership=partnership, title="Late", due_on=date(2026, 5, 19))
    make_action(partnership=partnership, title="Fine")
    waiting = make_action(partnership=partnership, title="Only said to be off track")
    make_update(action=waiting, rag="red", status=Status.SUBMITTED)

    page = board()

    found = attention(page)
    assert "Off track" in found and "The funding was cut." in found and "Late" in found
    assert "Fine" not in found and "Only said" not in found
    assert "Of 4 actions, 1 off track and 3 not yet rated. 1 action is overdue." in page


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


# --- what changed ----------------------------------------------------------------------------


def test_a_verdict_that_is_another_than_a_quarter_ago_is_told(board, partnership):
    make_release_with_counts({"Bexley": [*levels(100), *[100] * 9, *[250] * 3]})
    priority = make_priority(partnership=partnership)
    make_measure(priority=priority, name="Burglaries")
    make_measure(priority=priority, name="Nothing", crime_type=None)

    found = changed(board())

    # The quarter before had twenty-one months only: there was nothing to compare with.
    assert "Burglaries : was “no earlier figure”, is “getting worse”" in found
    assert "Nothing" not in found


def test_an_action_that_moved_is_told(board, partnership):
    moved = make_action(partnership=partnership, title="Moved")
    make_update(action=moved, rag="amber", period=date(2025, 10, 1), status=Status.PUBLISHED)
    make_update(action=moved, rag="red", period=date(2026, 1, 1), status=Status.PUBLISHED)
    stayed = make_action(partnership=partnership, title="Stayed")
    make_update(action=stayed, rag="red", period=date(2025, 10, 1), status=Status.PUBLISHED)
    make_action(
        partnership=partnership, title="Done", starts_on=date(2026, 1, 1), completed_on=date(2026, 3, 2)
    )

    page = board()

    assert (
        "Quarter 1 of 2026 to 2027" not in page
    )  # without figures the calendar's last whole quarter is shown
    assert "Moved : was “at risk”, is “off track”." in changed(page)
    assert "Done : was completed." in changed(page)
    assert "Stayed" not in changed(page)


def test_where_nothing_changed_it_is_said(board, partnership):
    make_release_with_counts({"Bexley": 100}, months=36)
    make_measure(priority=make_priority(partnership=partnership))

    assert "No verdict, signal or action stands otherwise than in July to September 2023." in board()


# --- past quarters, past days ----------------------------------------------------------------


@pytest.fixture
def restated(partnership):
    """Two publications: the second a quarter later, with 3 more a month."""
    measure = make_measure(priority=make_priority(partnership=partnership), name="Burglaries")
    make_release_with_counts({"Bexley": 100}, months=36, published_on=date(2024, 1, 4))
    make_release_with_counts(
        {"Bexley": 103}, months=39, last_month=date(2024, 3, 1), published_on=date(2024, 4, 8)
    )
    return measure


def test_the_newest_board_tells_what_was_restated_since_the_last_one(board, restated):
    page = board()

    assert "Quarter 4 of 2023 to 2024: January to March 2024" in page
    assert "2 of the figures that the board of October to December 2023 showed read differently" in page
    assert "Shown on 31 Jan 2024 Now" in page
    assert "Burglaries January to December 2023 1,200 1,236" in page
    assert "Burglaries January to December 2022 1,200 1,236" in page


def test_where_nothing_was_restated_it_is_said(board, partnership):
    make_measure(priority=make_priority(partnership=partnership))
    make_release_with_counts({"Bexley": 100}, published_on=date(2023, 10, 4), last_month=date(2023, 9, 1))

    assert "All figures that the board of April to June 2023 showed still read the same." in board()


def test_a_past_quarter_looks_as_it_did_and_tells_what_moved_since(board, restated):
    page = board("?quarter=2023-10")

    assert "Quarter 3 of 2023 to 2024: October to December 2023" in page
    assert "as it looked when the quarter closed, on 31 January 2024" in page
    assert "1,200 1,200 no change" in page and "data to December 2023, published 4 January 2024" in page
    moved = section(page, "What has moved since", "Each priority")
    assert "2 of the figures that this page shows read differently now." in moved
    assert "Burglaries January to December 2023 1,200 1,236" in moved


def test_a_past_quarter_shows_actions_as_they_were_reported_then(board, restated, partnership):
    action = make_action(
        priority=restated.priority, title="Walks", starts_on=date(2023, 4, 1), due_on=date(2024, 3, 31)
    )
    make_update(action=action, rag="red", period=date(2023, 10, 1), status=Status.PUBLISHED)
    make_update(action=action, rag="green", period=date(2024, 1, 1), status=Status.PUBLISHED)

    page = board("?quarter=2023-10")

    assert "Of 1 action, 1 off track." in page and "overdue" not in attention(page).lower()
    assert "Of 1 action, 0 off track and 1 on track. 1 action is overdue." in board()


def test_a_past_day_shows_the_figures_of_that_day_and_says_so(board, partnership):
    make_measure(priority=make_priority(partnership=partnership))
    make_release_with_counts({"Bexley": 100}, published_on=date(2024, 1, 4))
    make_release_with_counts({"Bexley": 102}, published_on=date(2024, 2, 6))

    assert "1,224 1,224 no change" in board()
    page = board("?as_at=2024-02-05")
    assert "1,200 1,200 no change" in page
    assert "as it would have looked on 5 February 2024" in page
    assert "No figures had been published by 31 December 2023." in board("?as_at=2023-12-31", 422)


@pytest.mark.parametrize("asked", ["yesterday", "2024-02-30", "2024", "%00", "99999-01-01"])
def test_a_day_that_is_none_is_asked_again(board, asked):
    assert "Enter a real day, such as 30 June 2024" in board(f"?as_at={asked}", 422)


@pytest.mark.parametrize("asked", ["2023", "2023-02", "2031-01", "1999-01", "x", "%00", "2024-04"])
def test_a_quarter_that_is_not_offered_is_asked_again(board, restated, asked):
    page = board(f"?quarter={asked}", 422)

    assert "Choose one of the quarters in the list" in page
    assert "Quarter 4 of 2023 to 2024: January to March 2024" in page


def test_quarters_are_offered_from_the_first_year_that_is_held_on(board, partnership):
    make_measure(priority=make_priority(partnership=partnership))
    make_release_with_counts({"Bexley": 100}, months=20, published_on=date(2023, 10, 4))
    make_release_with_counts({"Bexley": 100}, months=12)

    page = section(board(), "Next meeting", "At a glance")

    # Held from May 2022 on: a year of it is first there in April 2023.
    assert re.findall(r"Quarter \d of \d{4} to \d{4}:", page) == [
        "Quarter 3 of 2023 to 2024:", "Quarter 2 of 2023 to 2024:", "Quarter 1 of 2023 to 2024:"
    ]  # fmt: skip
    assert "Choose one of the quarters in the list" in board("?quarter=2023-01", 422)


def test_the_address_of_a_quarter_goes_on_to_its_priorities(client, board, restated):
    board()
    html = client.get("/board/bexley/?quarter=2023-10&as_at=2024-04-10").content.decode()

    assert '"/board/bexley/priorities/priority-1/?quarter=2023-10&amp;as_at=2024-04-10"' in html


# --- where from ------------------------------------------------------------------------------


def test_every_source_says_how_far_it_reaches_and_since_when(board, partnership):
    priority = make_priority(partnership=partnership)
    make_measure(priority=priority)
    make_release_with_counts({"Bexley": 100}, key="first")
    local = make_measure(
        priority=priority, crime_type=None, kind="local", unit="number", source_note="Council's own counts"
    )
    make_return(local, date(2023, 10, 1), 12)

    page = board()

    assert "data to December 2023, published 4 January 2024 (release first). 1 measure." in page
    assert "Council's own counts, data to October 2023, known since 1 November 2023. 1 measure." in page


def test_made_up_figures_are_called_so(board, partnership):
    make_release_with_counts({"Bexley": 100}, illustrative=True)
    make_measure(priority=make_priority(partnership=partnership))

    page = board()

    assert "The figures on this page are made up" in page
    assert "Made up for this demonstration." in page


def test_made_up_figures_among_published_ones_are_marked_one_by_one(board, partnership):
    make_release_with_counts({"Bexley": 100})
    make_release_with_counts(
        {"Bexley": 100},
        illustrative=True,
        crime_types=("robbery",),
        source=Source.objects.get(key="mps-dashboard"),
    )
    priority = make_priority(partnership=partnership)
    make_measure(priority=priority, name="Published")
    make_measure(priority=priority, name="Invented", crime_type="robbery", source_key="mps-dashboard")

    page = board()

    assert "Some of the figures on this page are made up" in page
    assert "Invented January to December 2023. Made up" in page
    assert "Published January to December 2023. Made up" not in page


def test_many_comparisons_come_with_a_warning_about_chance(board, partnership):
    make_release_with_counts({"Bexley": 100})
    priority = make_priority(partnership=partnership)
    for _ in range(20):
        make_measure(priority=priority)

    assert "Of 20 comparisons, about one would look clear by chance alone." in board()


# --- one page a priority ---------------------------------------------------------------------


def test_a_priority_has_a_page_with_charts_targets_actions_and_outcomes(board, partnership):
    make_release_with_counts({"Bexley": levels(100, 80), "Bromley": levels(200, 200)})
    priority = make_priority(partnership=partnership, title="Burglary")
    measure = make_measure(priority=priority, name="Burglaries", caveat="Sheds count too.")
    make_target(measure, "at_most", 1000, due_on=date(2023, 12, 31))
    make_update(action=make_action(priority=priority, title="Walks"), rag="amber", status=Status.APPROVED)
    shown = Outcome.objects.create(strategy=priority.strategy, statement="Homes are safe")
    unmeasured = Outcome.objects.create(strategy=priority.strategy, statement="People feel heard")
    for outcome in (shown, unmeasured):
        outcome.priorities.add(priority)
    measure.outcomes.add(shown)

    page = board("priorities/priority-1/")

    assert "Residential burglary in Bexley fell by 240 (20.0%)" in page
    assert "At most 1,000, by 31 December 2023" in page and "The fall from 1,200 to 960 is more" in page
    assert "All of the Met's area: 3,600 to 3,360, down 240 (6.7%)." in page
    assert "Sheds count too." in page
    assert "Walks Ten walks were held." in page and "At risk" in page
    assert "Homes are safe Burglaries" in page and "People feel heard No measure agreed yet" in page


def test_an_outcome_that_another_priority_measures_says_so(board, partnership):
    here, there = make_priority(partnership=partnership), make_priority(partnership=partnership)
    make_release_with_counts({"Bexley": 100})
    outcome = Outcome.objects.create(strategy=here.strategy, statement="Homes are safe")
    outcome.priorities.add(here, there)
    make_measure(priority=there, name="Burglaries").outcomes.add(outcome)
    make_measure(priority=there, name="To be agreed", crime_type=None).outcomes.add(outcome)

    assert "Homes are safe Burglaries (of another priority)" in board("priorities/priority-1/")


def test_from_a_priority_one_goes_on_to_its_neighbours(board, partnership):
    for title in ("First", "Second", "Third"):
        make_priority(partnership=partnership, title=title)

    page = board("priorities/priority-2/")

    assert "Previous priority : 1. First" in page and "Next priority : 3. Third" in page
    assert "Previous priority" not in board("priorities/priority-1/")
    assert "Next priority" not in board("priorities/priority-3/")


def test_a_past_quarter_of_a_priority_shows_that_day(board, restated):
    page = board("priorities/priority-1/?quarter=2023-10")

    assert "as it looked when the quarter closed, on 31 January 2024" in page
    assert "1,200 1,200 no change" in page
    assert "What has moved since" in page and "1,200 1,236" in page


@pytest.mark.parametrize("path", ["", "priorities/priority-1/"])
def test_the_lead_s_commentary_of_the_quarter_is_shown_once_it_is_approved(board, partnership, path):
    make_release_with_counts({"Bexley": 100})
    priority = make_priority(partnership=partnership)
    make_measure(priority=priority)
    said = Narrative.objects.create(
        priority=priority, quarter=date(2023, 10, 1), text="Locks were fitted.", author=make_user()
    )

    assert "Locks were fitted." not in board(path)
    said.status = Status.APPROVED
    said.save()
    assert "What we say about October to December 2023 Locks were fitted." in board(path)
    assert "Locks were fitted." not in board(f"{path}?quarter=2023-07")


# --- who may read it -------------------------------------------------------------------------

ADDRESSES = ("/board/bexley/", "/board/bexley/priorities/priority-1/")
DASHBOARD = "/workspace/bexley/priorities/priority-1/dashboard/"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("role", "status"), [(Role.BOARD_MEMBER, 200), (Role.OFFICER, 200), (Role.PARTNER_LEAD, 403)]
)
def test_the_board_is_for_its_roles(client, partnership, address, role, status):
    make_priority(partnership=partnership)

    assert as_(client, make_user(role, partnership)).get(address).status_code == status


@pytest.mark.parametrize(
    ("role", "status"), [(Role.BOARD_MEMBER, 403), (Role.OFFICER, 200), (Role.PARTNER_LEAD, 200)]
)
def test_the_dashboard_of_a_priority_is_for_those_who_work_in_it(client, partnership, role, status):
    make_priority(partnership=partnership)

    assert as_(client, make_user(role, partnership)).get(DASHBOARD).status_code == status


@pytest.mark.parametrize("address", [*ADDRESSES, DASHBOARD])
def test_another_partnership_s_pages_do_not_exist(client, partnership, address):
    make_priority(partnership=partnership)
    stranger = make_user(Role.OFFICER, make_partnership(areas=("Bromley",)))

    assert as_(client, stranger).get(address).status_code == 404


@pytest.mark.parametrize("slug", ["priority-2", "no-such"])
def test_a_priority_that_is_not_the_partnership_s_does_not_exist(client, partnership, slug):
    make_priority(partnership=partnership)
    make_priority(partnership=make_partnership(areas=("Bromley",)), number=2)

    member = make_user(Role.BOARD_MEMBER, partnership)
    assert as_(client, member).get(f"/board/bexley/priorities/{slug}/").status_code == 404


# --- for everybody ---------------------------------------------------------------------------


class Headings(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.levels, self.ids = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.ids += [value for name, value in attributes if name == "id"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_headings_go_down_step_by_step_and_places_are_named_once(client, restated, partnership, address):
    make_action(priority=restated.priority, due_on=date(2026, 4, 2))
    make_target(restated, "at_most", 1000, due_on=date(2024, 3, 31))
    html = as_(client, make_user(Role.BOARD_MEMBER, partnership)).get(address).content.decode()

    found = Headings(html)

    assert found.levels[0] == 1 and found.levels.count(1) == 1
    assert all(below - above <= 1 for above, below in zip(found.levels, found.levels[1:], strict=False))
    assert len(found.ids) == len(set(found.ids))
    assert html.count("<table") == html.count("<caption") > 0


# --- queries ---------------------------------------------------------------------------------


def queries_of(client, address):
    with CaptureQueriesContext(connection) as made:
        assert client.get(address).status_code == 200
    asked = [query["sql"] for query in made.captured_queries]
    return len(asked), sum('FROM "crime_data_' in sql or 'FROM "measures_' in sql for sql in asked)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_hundred_measures_cost_the_queries_of_one(client, partnership, address):
    kinds = ("residential-burglary", "robbery", "criminal-damage", "arson")
    make_release_with_counts({"Bexley": 100}, crime_types=kinds)
    make_release_with_counts({"Bexley": 90}, crime_types=kinds, published_on=date(2023, 9, 4))
    as_(client, make_user(Role.BOARD_MEMBER, partnership))
    priorities = [make_priority(partnership=partnership) for _ in range(6)]
    for at in range(60):
        make_update(action=make_action(priority=priorities[at % 6]), status=Status.APPROVED)
    found = []
    for number in (1, 9, 90):
        for at in range(number):
            make_measure(priority=priorities[at % 6], crime_type=kinds[at % 4])
        found.append(queries_of(client, address))

    assert found[0] == found[1] == found[2]
    assert found[0][0] <= 15 and found[0][1] <= 8


def test_a_board_of_every_kind_of_measure_keeps_to_its_number_of_queries(client, partnership):
    priority = make_priority(partnership=partnership)
    make_action(priority=priority)
    make_release_with_counts({"Bexley": 100})
    make_release_with_counts({"Bexley": 90}, published_on=date(2023, 9, 4))
    given = {
        "share": {"of_crime_type": "burglary"},
        "rate": {"per": "households"},
        "composite": {"crime_type": None, "composite": "serious-violence"},
        "survey": {"crime_type": None, "question": "Trust MPS"},
        "gap": {"crime_type": None, "group_a": "White", "group_b": "Black"},
        "recurring": {"crime_type": None, "times_a_year": 12},
    }
    for kind in Measure.Kind:
        fields = given.get(kind, {} if kind == "count" else {"crime_type": None})
        make_target(make_measure(priority=priority, kind=kind, **fields), "at_most", 1000)
    as_(client, make_user(Role.BOARD_MEMBER, partnership))

    asked, _ = queries_of(client, ADDRESSES[0])

    assert asked <= 16


# --- as at a day, and for one minute ----------------------------------------------------------


def test_what_was_entered_or_agreed_later_is_not_on_a_past_board(board, partnership):
    make_release_with_counts({"Bexley": 100}, months=48, published_on=date(2023, 10, 4))
    priority = make_priority(partnership=partnership)
    loaded = make_measure(priority=priority, name="Loaded")
    make_target(loaded, "at_most", 1111, set_on=date(2024, 4, 1))
    make_target(loaded, "at_most", 2222, set_on=date(2023, 4, 1))
    by_hand = make_measure(priority=priority, name="By hand")
    by_hand.history.update(history_user=make_user())

    page = board("?quarter=2023-07")

    assert "Loaded" in page and "By hand" not in page
    assert "2,222" in page and "1,111" not in page
    assert "By hand" in board()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2020-03-31", "The strategy and its measures began on 1 April 2020."),
        ("2021-01-01", "No figures had been published by 1 January 2021."),
    ],
)
def test_a_day_before_the_board_had_anything_is_refused_in_words(board, restated, day, words):
    page = board(f"?as_at={day}", 422)

    assert words in page
    assert "Quarter 4 of 2023 to 2024: January to March 2024" in page
    assert "as it would have looked" not in page


def test_a_past_day_offers_no_quarter_after_it(board, restated):
    page = board("?as_at=2024-02-05")

    assert "Quarter 3 of 2023 to 2024: October to December 2023" in page
    assert "January to March 2024" not in page


def test_each_priority_says_in_a_line_how_it_goes(board, partnership):
    make_release_with_counts({"Bexley": levels(50, 100)})
    priority = make_priority(partnership=partnership, title="Burglary")
    missing = make_measure(priority=priority, name="Burglaries")
    make_target(missing, "at_most", 1000, due_on=date(2023, 12, 31))
    make_target(missing, "at_most", 900, due_on=date(2021, 12, 30))
    make_measure(priority=priority, name="Knives", polarity="neutral")

    page = board()

    assert (
        "Burglary : 1 of 2 measures is getting worse, 0 improving and "
        "1 higher or lower without being better or worse; 1 target missed."
    ) in page
    found = attention(page)
    assert "Changed beyond chance, neither better nor worse in itself Knives" in found
    assert "31 December 2023" in found and "30 December 2021" not in found
    assert "30 December 2021" in board("priorities/priority-1/")
    assert "The newest figures end in December 2023, more than two years ago." in page


def test_what_came_due_or_was_done_after_a_past_quarter_is_not_in_it(board, restated):
    make_action(
        priority=restated.priority, title="Later", starts_on=date(2023, 4, 1), due_on=date(2024, 2, 20)
    )
    make_action(
        priority=restated.priority, title="Done", starts_on=date(2023, 4, 1), completed_on=date(2024, 2, 10)
    )

    page = board("?quarter=2023-10&as_at=2024-05-01")

    assert "is overdue" not in page and "was completed" not in page
