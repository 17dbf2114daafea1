"""What kinds of measure need and what a target promises, in words."""

from datetime import date
from decimal import Decimal

import pytest

from measures import kinds, promises
from measures.library import load
from measures.models import Measure, Target

pytestmark = pytest.mark.once

DUE = date(2027, 3, 31)
WHOLE = {
    "crime_type": "a", "of_crime_type": "b", "composite": "c", "source_key": "mps-borough", "per": "people",
    "question": "q", "group_a": "A", "group_b": "B", "standard_hours": 48, "times_a_year": 12, "why": "w",
}  # fmt: skip


def test_the_tables_are_those_of_the_models():
    assert set(kinds.KINDS) == set(Measure.Kind)
    assert set(kinds.ALL_UNITS) == set(kinds.STATISTICS_OF_UNIT) == set(Measure.Unit) == set(promises.AMOUNTS)
    assert set(kinds.ALL_STATISTICS) == set(Measure.Statistic)
    assert set(promises.PROMISES) == set(Target.Kind)


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_kind_asks_for_what_it_needs_and_refuses_the_rest(kind):
    own = {name: WHOLE[name] for name in (*kinds.fields_of(kind), "why")}

    assert kinds.problems(kind, own) == {}
    for name in kinds.KINDS[kind].needs:
        assert kinds.problems(kind, own | {name: None}) == {name: kinds.MISSING[name]}
    for name in kinds.fields_not_of(kind):
        assert set(kinds.problems(kind, own | {name: WHOLE[name]})) == {name}


@pytest.mark.parametrize("unit", kinds.ALL_UNITS)
def test_a_local_figure_has_a_statistic_that_goes_with_its_unit(unit):
    for statistic in kinds.ALL_STATISTICS:
        fits = statistic in kinds.STATISTICS_OF_UNIT[unit]
        found = kinds.problems("local", {"unit": unit, "statistic": statistic})
        assert (found == {}) == fits, (unit, statistic, found)


def test_parts_that_are_one_and_the_same_are_refused():
    same = {"crime_type": "a", "of_crime_type": "a"}
    assert "of_crime_type" in kinds.problems("share", same)
    assert "group_b" in kinds.problems("gap", {"group_a": "Men", "group_b": " men "})
    assert "standard_hours" in kinds.problems("standard", {"standard_hours": -1})


def test_every_measure_of_the_library_is_one_that_can_be_kept():
    wrong = {}
    for one in load():
        given = {name: getattr(one, name, "") for name in (*kinds.SPECIAL, "unit", "statistic", "why")}
        given["source_key"] = one.source
        if one.kind == "composite":
            given |= {"composite": one.crime_type, "crime_type": "", "source_key": ""}
        if found := kinds.problems(one.kind, given):
            wrong[one.key] = found
    assert wrong == {}


@pytest.mark.parametrize("target", promises.PROMISES)
def test_every_target_is_worded_with_and_without_a_number_and_a_baseline(target):
    for value in (None, Decimal("10.50")):
        for baseline in (None, Decimal(400)):
            words = promises.in_words(target, value, "count", due_on=DUE, baseline=baseline)
            assert words.endswith("by 31 March 2027")
            assert promises.judged(target, value, "count", baseline).endswith(".")
            assert "10.50" not in words


@pytest.mark.parametrize(
    ("given", "words", "judged"),
    [
        (("at_most", 500, "count", None), "At most 500 by", "Met when the figure is 500 or lower."),
        (("at_least", 60, "percent", None), "At least 60% by", "Met when the figure is 60% or higher."),
        (
            ("reduce_by_percent", 10, "count", 400),
            "Reduce by 10% from 400 by",
            "Met when the figure is 360 or lower.",
        ),
        (
            ("increase_by", 5, "percent", 60),
            "Increase by 5 percentage points from 60% by",
            "Met when the figure is 65% or higher.",
        ),
        (
            ("hold_steady", None, "count", None),
            "Hold steady by",
            "Met while there is no change beyond chance from a year before.",
        ),
        (
            ("hold_steady", 20, "count", 400),
            "Hold steady from 400, within 20, by",
            "Met while the figure is between 380 and 420.",
        ),
        (
            ("gap_at_most", "3.8", "points", None),
            "Gap of at most 3.8 percentage points by",
            "Met when the two groups are 3.8 percentage points apart or less.",
        ),
        (
            ("standard", 90, "percent", None),
            "Within the standard, at least 90% by",
            "Met when 90 in 100 or more were within the standard.",
        ),
        (
            ("rank_at_most", 10, "count", None),
            "Among the first 10 areas by",
            "Met when at most 9 of the areas compared with do better.",
        ),
        (
            ("rank_at_most", 1, "count", None),
            "The first of the areas by",
            "Met when none of the areas compared with does better.",
        ),
        (("at_least", 1, "yes-no", None), "Yes by", "Met when the answer is yes."),
        (("at_most", 1500, "pounds", None), "At most £1,500 by", "Met when the figure is £1,500 or lower."),
    ],
)
def test_a_target_says_what_is_promised_and_how_it_is_judged(given, words, judged):
    target, value, unit, baseline = given
    number = None if value is None else Decimal(str(value))
    start = None if baseline is None else Decimal(baseline)

    assert promises.in_words(target, number, unit, due_on=DUE, baseline=start) == f"{words} 31 March 2027"
    assert promises.judged(target, number, unit, start) == judged


def test_a_promise_without_a_number_says_so():
    assert promises.in_words("reduce_by", None, "count", due_on=DUE) == (
        "Reduce by a number, promised without a number, by 31 March 2027"
    )


PROBLEMS = [
    (("at_most", "count", "count", -1, False), "value"),
    (("at_most", "local", "percent", 101, False), "value"),
    (("at_most", "count", "count", 5, True), "baseline"),
    (("reduce_by_percent", "count", "count", 10, False), "baseline"),
    (("reduce_by_percent", "count", "count", 101, True), "value"),
    (("reduce_by", "count", "count", 0, True), "value"),
    (("gap_at_most", "count", "count", 4, False), "kind"),
    (("standard", "standard", "percent", 101, False), "value"),
    (("rank_at_most", "local", "count", 3, False), "kind"),
    (("rank_at_most", "count", "count", Decimal("2.5"), False), "value"),
    (("at_least", "recurring", "count", Decimal("2.5"), False), "value"),
    (("at_least", "local", "yes-no", 2, False), "value"),
    (("at_most", "none", "count", 2, False), "kind"),
]
FINE = [
    ("at_most", "count", "count", None, False),
    ("reduce_by_percent", "count", "count", None, False),
    ("reduce_by_percent", "count", "count", 100, True),
    ("hold_steady", "count", "count", None, False),
    ("hold_steady", "count", "count", 0, True),
    ("gap_at_most", "gap", "points", Decimal("3.8"), False),
    ("standard", "standard", "percent", 90, False),
    ("at_least", "recurring", "count", 12, False),
    ("rank_at_most", "rate", "rate", 1, False),
]


def problems(target, kind, unit, value, has_baseline):
    number = None if value is None else Decimal(value)
    return promises.problems(
        target=target, kind=kind, unit=unit, source_key="", value=number, has_baseline=has_baseline
    )


@pytest.mark.parametrize(("given", "field"), PROBLEMS)
def test_a_promise_that_cannot_be_judged_is_refused(given, field):
    assert set(problems(*given)) == {field}


@pytest.mark.parametrize("given", FINE)
def test_a_promise_that_can_be_kept_is_taken(given):
    assert problems(*given) == {}


@pytest.mark.parametrize(
    ("target", "value", "words"),
    [
        ("rank_at_most", 33, "32 areas are compared, so the place must be 32 or less"),
        ("rank_at_most", 32, None),
        ("at_most", 20_001, "The newest figure is 900 (2023). Check the number: it is many times as large"),
        ("at_most", 20_000, None),
        ("at_least", 90_001, "The newest figure is 900 (2023). Check the number: it is many times as large"),
    ],
)
def test_a_number_far_from_every_figure_is_refused(target, value, words):
    found = promises.problems(
        target=target,
        kind="count",
        unit="count",
        source_key="",
        value=Decimal(value),
        has_baseline=False,
        standing=promises.Standing(Decimal(900), "2023", Decimal(1000), 32),
    )

    assert found == ({"value": words} if words else {})
