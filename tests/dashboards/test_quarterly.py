"""What a board says of a quarter, out of readings and actions made by hand: no request, few rows."""

from dataclasses import replace
from datetime import date

import pytest

from dashboards import quarterly, quarters
from dashboards.quarterly import Block, Board, Row
from dashboards.quarters import Quarter
from delivery_plans.models import Action, Rag
from measures.judgement import Verdict
from measures.models import Measure
from measures.queries import know, measure_list
from measures.queries.readings import Reading
from partners.models import Organisation
from priorities.models import Priority
from tests.factories import make_measure, make_partnership, make_priority, make_release_with_counts

TODAY = date(2026, 5, 20)
HELD = (date(2010, 4, 1), date(2026, 4, 1))
READ = ("latest_rag", "earlier_rag", "latest_period")
NOW = quarters.asked(None, None, held=HELD, today=TODAY)
PRIORITY = Priority(pk=1, number=1, title="Burglary", slug="burglary")


def action(**given):
    """An action as `quarter_actions` reads it."""
    row = Action(
        **{"pk": 7, "title": "Walks", "due_on": date(2027, 3, 31), "priority_id": 1}
        | {
            name: value
            for name, value in given.items()
            if name not in ("latest_rag", "earlier_rag", "latest_period")
        }
    )
    row.lead = Organisation(name="Council")
    row.latest_period = given.get("latest_period", date(2026, 1, 1))
    row.latest_rag, row.earlier_rag = given.get("latest_rag"), given.get("earlier_rag")
    row.latest_narrative = ""
    return row


def standing(asked=NOW, **given):
    return quarterly.standing_of(action(**given), asked)


def block(rows=(), actions=()):
    return Block(PRIORITY, "/priorities/burglary/", (), 0, tuple(rows), tuple(actions))


# --- actions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "stands", "overdue"),
    [
        ({}, None, False),
        ({"latest_rag": Rag.RED}, "red", False),
        ({"due_on": date(2026, 5, 20)}, None, False),
        ({"due_on": date(2026, 5, 19)}, None, True),
        ({"due_on": date(2026, 5, 19), "completed_on": date(2026, 5, 20)}, "complete", False),
        ({"latest_rag": Rag.GREEN, "completed_on": date(2026, 5, 21)}, "green", False),
    ],
)
def test_an_action_stands_as_it_did_on_the_day(given, stands, overdue):
    found = standing(**given)

    assert (found.standing, found.is_overdue) == (stands, overdue)
    assert found.needs_attention == (stands == "red" or overdue)


def test_an_action_that_was_completed_later_was_open_then():
    then = quarters.asked(Quarter(date(2025, 4, 1)), None, held=HELD, today=TODAY)

    found = standing(then, due_on=date(2025, 7, 1), completed_on=date(2025, 9, 1), latest_rag=Rag.AMBER)

    assert (found.standing, found.is_overdue) == ("amber", True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"latest_rag": "red", "earlier_rag": "green"}, "was “on track”, is “off track”"),
        ({"latest_rag": "green", "earlier_rag": "red"}, "was “off track”, is “on track”"),
        ({"latest_rag": "green", "earlier_rag": "green"}, ""),
        ({"latest_rag": "green"}, ""),
        ({"latest_rag": "red", "earlier_rag": "green", "latest_period": date(2026, 4, 1)}, ""),
        ({"completed_on": date(2026, 2, 1), "earlier_rag": "green"}, "was completed"),
        ({"completed_on": date(2025, 12, 31), "earlier_rag": "green"}, ""),
    ],
)
def test_how_an_action_moved_is_said_in_words(given, words):
    assert standing(**given).moved == words


def test_what_has_two_reasons_stands_before_what_has_one():
    both = standing(latest_rag=Rag.RED, due_on=date(2026, 1, 1))
    late, off = standing(due_on=date(2026, 1, 1)), standing(latest_rag=Rag.RED)

    found = quarterly.actions_to_see([block(actions=[late, off, standing(), both])])

    assert [[tag.words for tag in item.tags] for item in found] == [
        ["Off track", "Overdue"],
        ["Off track"],
        ["Overdue"],
    ]
    assert found[0].href == "/priorities/burglary/#action-7"
    assert found[0].sentences == ("No progress was reported yet.",)


# --- measures --------------------------------------------------------------------------------


@pytest.fixture
def reading(db):
    """A figure that fell beyond chance; other verdicts are set by hand."""
    partnership = make_partnership(place="Bexley")
    make_release_with_counts({"Bexley": [100, 101] * 6 + [80, 81] * 6})
    make_measure(priority=make_priority(partnership=partnership))
    measures = list(measure_list(partnership.strategies.get().priorities.all()))
    [known] = know(partnership, measures)
    [found] = quarterly.readings_of(known, measures)
    return replace(found, has_signal=False)


def said(reading: Reading, key: str, words: str = "", **given) -> Reading:
    return replace(reading, verdict=Verdict(key, words or key.capitalize()), **given)


def test_only_what_changed_is_told(reading):
    calm = said(reading, "no-clear-change", "No clear change")
    worse = said(reading, "worse", "Getting worse")
    rows = [Row(worse, calm), Row(calm, calm), Row(calm), Row(said(worse, "worse"), worse)]

    [item] = quarterly.changes([block(rows)])

    assert item.sentences == ("was “no clear change”, is “getting worse”.",)


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        (False, True, "its newest month is a new signal."),
        (True, False, "its newest month is no signal any more."),
    ],
)
def test_a_signal_that_came_or_went_is_told(reading, then, now, words):
    row = Row(replace(reading, has_signal=now), replace(reading, has_signal=then))

    [item] = quarterly.changes([block([row])])

    assert item.sentences == (words,)
    assert bool(quarterly.measures_to_see([block([row])])) == now


def test_a_signal_that_goes_on_is_not_new(reading):
    again = replace(reading, has_signal=True)

    assert quarterly.changes([block([Row(again, again)])]) == ()
    assert quarterly.measures_to_see([block([Row(again, again)])]) == ()


def test_a_measure_that_is_measured_for_the_first_time_is_told(reading):
    row = Row(said(reading, "no-comparison", "No earlier figure"), said(reading, "not-measured"))

    [item] = quarterly.changes([block([row])])

    assert item.sentences == ("is measured for the first time: “no earlier figure”.",)


def test_neutral_movements_are_no_exceptions(reading):
    rows = [Row(said(reading, key)) for key in ("higher", "lower", "more-reports", "fewer-reports")]

    assert quarterly.measures_to_see([block(rows)]) == ()


# --- the summary -----------------------------------------------------------------------------


def test_the_summary_counts_every_verdict_once(reading):
    keys = (
        "worse worse improving higher lower more-reports no-clear-change not-comparable no-comparison "
        "not-measured"
    ).split()
    board = Board(NOW, (block([Row(said(reading, key)) for key in keys]),))

    assert board.summary[0] == (
        "Of 10 measures, 2 getting worse, 1 improving, 1 without a clear change, 2 higher or lower without "
        "being better or worse, 1 with more or fewer reports, 2 not comparable with the year before and "
        "1 not measured yet."
    )
    assert sum(int(number) for number in board.summary[0].split() if number.isdigit()) == 20
    assert ("Getting worse", 2, "of 10 measures") in board.figures


def test_the_summary_of_actions_names_the_overdue_apart():
    late = standing(due_on=date(2026, 1, 1), latest_rag=Rag.GREEN)
    board = Board(NOW, (block(actions=[late, standing(completed_on=date(2026, 1, 1))]),))

    assert board.summary == [
        "No targets are set.",
        "Of 2 actions, 0 off track, 1 on track and 1 complete. 1 action is overdue.",
    ]


@pytest.mark.parametrize(("number", "warned"), [(9, False), (10, True)])
def test_many_comparisons_are_warned_of(reading, number, warned):
    note = Board(NOW, (block([Row(reading)] * number),)).chance_note

    assert note.startswith("A change is called clear when it is more than we would expect by chance, at 95%.")
    assert ("about one would look clear" in note) == warned


# --- restated --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_reads_the_same_is_not_told():
    partnership = make_partnership(place="Bexley")
    make_release_with_counts({"Bexley": 100}, published_on=date(2024, 1, 4))
    measure = make_measure(priority=make_priority(partnership=partnership))
    asked = quarters.asked(None, None, held=(date(2022, 1, 1), date(2023, 12, 1)), today=TODAY)
    measures = list(measure_list([measure.priority]))
    known = know(partnership, measures, [None, date(2024, 2, 1)])

    found = quarterly.put_together(
        asked, [measure.priority], measures, known, [], {measure.priority_id: "/p/"}
    )

    assert found.restated == ()
    assert found.rows[0].reading.value == "1,200"


@pytest.mark.django_db
def test_a_verdict_that_moved_with_its_figures_is_told():
    partnership = make_partnership(place="Bexley")
    make_release_with_counts({"Bexley": [100] * 12 + [80] * 12}, published_on=date(2024, 1, 4))
    make_release_with_counts({"Bexley": [100] * 12 + [100] * 12}, published_on=date(2024, 2, 6))
    measure = make_measure(priority=make_priority(partnership=partnership), kind=Measure.Kind.COUNT)
    asked = quarters.asked(None, date(2024, 2, 1), held=(date(2022, 1, 1), date(2023, 12, 1)), today=TODAY)
    measures = list(measure_list([measure.priority]))
    known = know(partnership, measures, [None, asked.then])

    board = quarterly.put_together(
        asked, [measure.priority], measures, known, [], {measure.priority_id: "/p/"}, whole=False
    )

    [one] = board.restated
    assert (one.period, one.then, one.now) == ("January to December 2023", "960", "1,200")
    assert one.verdict_moved and one.verdicts == ("Improving", "No clear change")
    assert one.href == f"/p/#measure-{measure.pk}"
    assert board.measures_to_see == board.changes == ()
