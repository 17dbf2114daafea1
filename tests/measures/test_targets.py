"""Targets: the source documents' verdicts, every kind at its border, and chance beside each."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.judgement import TargetKind, Unit, target_verdict, target_words
from measures.statistics import change, plain_change, survey_change

DUE = date(2025, 3, 31)


# London's results of 2009 to 2010 as they were published


@pytest.mark.parametrize(
    ("value", "kind", "target", "baseline", "unit", "key", "detail"),
    [
        (  # serious acquisitive crime: 6,919 fewer, or 3.5%
            197_686 - 6_919, "reduce_by_percent", "2.5", 197_686, Unit.COUNT, "exceeded",
            "a fall of 3.5% against a target of a fall of at least 2.5%",
        ),
        (
            "53.1", "at_least", "51.4", None, Unit.PERCENT, "exceeded",
            "53.1% against a target of at least 51.4%: 1.7 points above it",
        ),
        (  # theft from a motor vehicle: 6,195 fewer, or 7.9%
            78_418 - 6_195, "reduce_by_percent", "2.5", 78_418, Unit.COUNT, "exceeded",
            "a fall of 7.9% against a target of a fall of at least 2.5%",
        ),
        (  # gun crime: 429 more, or 14.2%
            3_021 + 429, "reduce_by_percent", "4.2", 3_021, Unit.COUNT, "missed",
            "a rise of 14.2% against a target of a fall of at least 4.2%",
        ),
        (
            Decimal("78.8") - Decimal("73.9"), "gap_at_most", "3.8", None, Unit.PERCENT, "missed",
            "4.9 points against a target of a gap of at most 3.8 points: 1.1 points above it",
        ),
    ],
)  # fmt: skip
def test_published_results_get_their_published_verdicts(value, kind, target, baseline, unit, key, detail):
    verdict = target_verdict(Decimal(value), kind, Decimal(target), baseline, None, unit=unit, closed=True)
    assert (verdict.key, verdict.detail) == (key, detail)


def test_serious_youth_violence_missed_its_target_by_what_could_be_chance():
    before = 6_562
    now = before + 105
    verdict = target_verdict(
        now, "reduce_by_percent", Decimal("4.7"), before, change(now, before), closed=True
    )
    assert (verdict.key, verdict.words) == ("missed", "Missed")
    assert verdict.note == "The rise from 6,562 to 6,667 could be chance."
    assert verdict.detail == "a rise of 1.6% against a target of a fall of at least 4.7%"


def test_confidence_is_exceeded_by_points():
    assert target_verdict(53.1, "at_least", 51.4, None, None, unit=Unit.PERCENT).margin == Decimal("1.7")


def test_a_target_without_a_number_is_no_missing_target():
    assert target_verdict(100, "increase_by", None, None, None).key == "no-value"
    assert target_verdict(100, None, None, None, None).key == "no-target"


# Every kind


@pytest.mark.parametrize(
    ("kind", "target", "baseline", "better", "reached", "short"),
    [
        (TargetKind.AT_MOST, 250, None, 249, 250, 251),
        (TargetKind.AT_LEAST, 80, None, 81, 80, 79),
        (TargetKind.REDUCE_BY_PERCENT, 10, 1_000, 899, 900, 901),
        (TargetKind.INCREASE_BY_PERCENT, 10, 1_000, 1_101, 1_100, 1_099),
        (TargetKind.REDUCE_BY, 20, 100, 79, 80, 81),
        (TargetKind.INCREASE_BY, 20, 100, 121, 120, 119),
        (TargetKind.GAP_AT_MOST, "3.8", None, "3.7", "3.8", "3.9"),
        (TargetKind.GAP_AT_MOST, "3.8", None, "-3.7", "-3.8", "-3.9"),
        (TargetKind.STANDARD, 90, None, 91, 90, "89.9"),
        (TargetKind.RANK_AT_MOST, 10, None, 9, 10, 11),
    ],
)
def test_each_kind_is_exceeded_met_not_yet_met_or_missed(kind, target, baseline, better, reached, short):
    def key(value, **more):
        return target_verdict(Decimal(value), kind, Decimal(target), baseline, None, **more).key

    assert (key(better), key(reached), key(short)) == ("exceeded", "met", "not-met")
    assert key(short, closed=True) == key(short, due=DUE, as_at=date(2025, 4, 1)) == "missed"
    assert key(short, due=DUE, as_at=DUE) == key(short, due=DUE) == "not-met"
    assert key(reached, closed=True) == "met"


@pytest.mark.parametrize("kind", [kind for kind in TargetKind if "by" in kind.value])
def test_what_counts_from_a_baseline_needs_one(kind):
    assert target_verdict(5, kind, 5, None, None).key == "no-baseline"


@pytest.mark.parametrize("kind", [TargetKind.REDUCE_BY_PERCENT, TargetKind.INCREASE_BY_PERCENT])
def test_nothing_is_a_percentage_of_nought(kind):
    assert target_verdict(5, kind, 5, 0, None).key == "no-baseline"


def test_a_target_missed_by_a_hair_is_not_printed_as_reached():
    verdict = target_verdict(97_505, "reduce_by_percent", 2.5, 100_000, None)
    assert verdict.key == "not-met"
    assert verdict.detail == "a fall of 2.495% against a target of a fall of at least 2.5%"


@pytest.mark.parametrize(
    ("value", "tolerance", "baseline", "a_change", "key"),
    [
        (99, None, None, change(99, 84), "met"),
        (300, None, None, change(300, 226), "not-met"),
        (84, None, None, change(84, 84), "met"),
        (99, None, None, None, "no-baseline"),
        (99, None, 84, change(99, None), "no-baseline"),
        (53, None, None, plain_change(53, 60), "no-value"),
        (53, None, None, plain_change(53, 53), "met"),
        (52, 2, 50, None, "met"),
        (53, 2, 50, None, "not-met"),
        (47, 2, 50, None, "not-met"),
        (52, 2, None, survey_change(52, 900, 51, 900), "met"),
        (52, 2, None, None, "no-baseline"),
    ],
)
def test_hold_steady_asks_for_no_change_beyond_chance_or_a_tolerance(
    value, tolerance, baseline, a_change, key
):
    assert target_verdict(value, TargetKind.HOLD_STEADY, tolerance, baseline, a_change).key == key


@given(
    st.sampled_from(TargetKind),
    st.decimals(0, 1_000, places=1),
    st.decimals(0, 1_000, places=1),
    st.decimals(1, 1_000, places=1),
    st.booleans(),
)
def test_margin_and_verdict_agree(kind, value, target, baseline, closed):
    verdict = target_verdict(value, kind, target, baseline, None, closed=closed)
    if kind == TargetKind.HOLD_STEADY:
        assert verdict.key in ("met", "missed" if closed else "not-met")
        assert (verdict.key == "met") == (verdict.margin >= 0)
        return
    assert (verdict.key == "exceeded") == (verdict.margin > 0)
    assert (verdict.key == "met") == (verdict.margin == 0)
    assert (verdict.key == ("missed" if closed else "not-met")) == (verdict.margin < 0)
    assert verdict.detail


@pytest.mark.parametrize(
    ("kind", "value", "unit", "words"),
    [
        ("at_most", 1_250, "count", "at most 1,250"),
        ("at_least", Decimal("51.40"), "percent", "at least 51.4%"),
        ("reduce_by_percent", Decimal("2.50"), "count", "a fall of at least 2.5%"),
        ("increase_by", 2, "percent", "a rise of at least 2 points"),
        ("reduce_by", 5, "days", "a fall of at least 5 days"),
        ("gap_at_most", Decimal("3.8"), "percent", "a gap of at most 3.8 points"),
        ("standard", 90, "percent", "at least 90% within the standard"),
        ("rank_at_most", 10, "rank", "10th place or better"),
        ("hold_steady", None, "count", "no change beyond chance"),
        ("hold_steady", 2, "percent", "within 2 points of the baseline"),
        ("at_most", None, "count", "a target without a number"),
    ],
)
def test_a_target_is_worded_in_its_unit(kind, value, unit, words):
    assert target_words(kind, value, unit) == words


@pytest.mark.parametrize(
    ("a_change", "unit", "note"),
    [
        (
            survey_change(53.1, 1_200, 51.4, 1_200),
            Unit.PERCENT,
            "The rise from 51.4% to 53.1% could be chance.",
        ),
        (
            plain_change(53, 60),
            Unit.DAYS,
            "Whether the fall from 60 days to 53 days could be chance cannot be told.",
        ),
    ],
)
def test_the_note_on_chance_knows_units_and_what_cannot_be_tested(a_change, unit, note):
    assert target_verdict(53, TargetKind.AT_MOST, 53, None, a_change, unit=unit).note == note
