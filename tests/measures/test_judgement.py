import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.judgement import (
    Polarity,
    TargetKind,
    change_sentence,
    direction_word,
    headline,
    percent_words,
    target_verdict,
)
from measures.statistics import change

NEVER = re.compile(
    r"signific|because|due to|caused|thanks to|blame|fault|fail|poor|alarming|worrying|soar|plummet|-\d"
    r"|nan|inf\b|None|good|bad\b",
    re.IGNORECASE,
)

OFFENCES = [
    "violence against the person",
    "antisocial behaviour",
    "possession of drugs with intent to supply",
    "theft of a motor vehicle",
    "race and religious hate crime",
    "robbery of personal property",
]
PLACES = ["Bexley", "Richmond upon Thames", "Kensington and Chelsea", "Hammersmith and Fulham"]

counts = st.one_of(st.integers(0, 60), st.integers(0, 30_000))
changes = st.builds(change, counts, st.one_of(st.none(), counts))


def sentence(now, before, what="personal robbery offences", where="Bexley", **more):
    return change_sentence(
        change(now, before),
        what=what,
        where=where,
        now_label="January to December 2023",
        before_label="January to December 2022",
        **more,
    )


# The sentence


def test_a_real_rise_gives_both_figures_the_difference_first_and_its_verdict():
    assert sentence(300, 226) == (
        "There were 300 personal robbery offences in Bexley in January to December 2023, 74 more than in "
        "January to December 2022 (226), a rise of 32.7%. This is more than we would expect by chance."
    )


def test_a_real_fall_is_not_called_more():
    assert sentence(226, 300) == (
        "There were 226 personal robbery offences in Bexley in January to December 2023, 74 fewer than in "
        "January to December 2022 (300), a fall of 24.7%. This fall is larger than we would expect by chance."
    )


def test_a_difference_that_could_be_chance_says_so():
    assert sentence(99, 84, "arson offences", "Bromley") == (
        "There were 99 arson offences in Bromley in January to December 2023, 15 more than in January to "
        "December 2022 (84), a rise of 17.9%. This is not a clear change: a difference of this size could be "
        "chance."
    )


def test_an_equal_count_is_said_plainly():
    assert sentence(12, 12) == (
        "There were 12 personal robbery offences in Bexley in January to December 2023, the same number as "
        "in January to December 2022."
    )


def test_a_missing_earlier_figure_is_said_plainly():
    assert sentence(300, None) == (
        "There were 300 personal robbery offences in Bexley in January to December 2023. Figures for the "
        "same months a year earlier are not held."
    )


def test_thousands_are_separated():
    words = sentence(25_279, 23_192, "offences")
    assert "There were 25,279 offences" in words
    assert "2,087 more than in January to December 2022 (23,192), a rise of 9.0%" in words


@pytest.mark.parametrize(("before", "given_percent"), [(0, False), (29, False), (30, True), (31, True)])
def test_a_percentage_is_given_on_a_base_of_30_or_more(before, given_percent):
    assert ("%" in sentence(60, before)) is given_percent
    assert ("%" in headline(change(60, before), what="arson", where="Bromley")) is given_percent


def test_one_offence_is_singular():
    assert sentence(1, 3).startswith("There was 1 personal robbery offence in Bexley")
    assert sentence(1, 3, "domestic burglaries").startswith("There was 1 domestic burglary in")
    assert sentence(1, 3, "people killed", singular="person killed").startswith(
        "There was 1 person killed in"
    )


def test_no_offence_is_said_in_words():
    assert sentence(0, 3).startswith("There were no personal robbery offences in Bexley in")


def test_a_difference_too_small_for_a_decimal_is_not_nought_per_cent():
    assert "a rise of less than 0.1%" in sentence(30_001, 30_000)


@pytest.mark.parametrize(
    ("percent", "decimals", "words"),
    [
        (32.743, 1, "32.7%"),
        (-2.98, 0, "3%"),
        (8.998, 0, "9%"),
        (1234.5, 0, "1,234%"),
        (0.01, 1, "less than 0.1%"),
    ],
)
def test_percentages_are_written_without_sign(percent, decimals, words):
    assert percent_words(percent, decimals) == words


@pytest.mark.parametrize(("now", "printed"), [(25_279, 9), (6_772, 16), (99, 18), (65, -44), (2_122, -3)])
def test_printed_percentages_come_back_from_the_numbers(now, printed):
    before = round(now / (1 + printed / 100))
    assert percent_words(change(now, before).percent, 0) == f"{abs(printed)}%"


# The headline


def test_a_headline_states_a_real_change():
    assert headline(change(300, 226), what="personal robbery", where="Bexley") == (
        "Personal robbery in Bexley rose by 74 (32.7%)"
    )
    assert headline(change(65, 116), what="knife possession", where="Bexley") == (
        "Knife possession in Bexley fell by 51 (44.0%)"
    )


def test_a_headline_claims_no_change_that_could_be_chance():
    assert headline(change(99, 84), what="arson", where="Bromley") == "No clear change in arson in Bromley"
    assert headline(change(84, 84), what="arson", where="Bromley") == "No clear change in arson in Bromley"


def test_a_headline_without_comparison_states_the_figure():
    assert headline(change(1_300, None), what="ASB", where="Bexley") == "ASB in Bexley stood at 1,300"


def test_a_headline_leaves_out_a_place_that_makes_it_too_long():
    what = "possession of an article with a blade or point in a public place"
    assert headline(change(300, 200), what=what, where="Kensington and Chelsea") == (
        "Possession of an article with a blade or point in a public place rose by 100 (50.0%)"
    )


@given(changes, st.sampled_from(OFFENCES), st.sampled_from(PLACES))
@settings(deadline=None)
def test_a_headline_has_at_most_15_words(a_change, what, where):
    words = headline(a_change, what=what, where=where)
    assert len(words.split()) <= 15
    assert words[0].isupper()


# What the change means


RISE, FALL, CHANCE = change(300, 226), change(226, 300), change(99, 84)


@pytest.mark.parametrize(
    ("polarity", "rise", "fall"),
    [
        (Polarity.LOWER, ("worse", "Getting worse"), ("improving", "Improving")),
        (Polarity.HIGHER, ("improving", "Improving"), ("worse", "Getting worse")),
        (Polarity.NEUTRAL, ("higher", "Higher"), ("lower", "Lower")),
        (Polarity.REPORTING, ("more-reports", "More reports"), ("fewer-reports", "Fewer reports")),
    ],
)
def test_the_polarity_decides_what_a_real_change_means(polarity, rise, fall):
    for a_change, expected in ((RISE, rise), (FALL, fall)):
        verdict = direction_word(a_change, polarity)
        assert (verdict.key, verdict.words) == expected


@pytest.mark.parametrize("polarity", Polarity)
def test_a_difference_that_could_be_chance_means_nothing_whatever_the_polarity(polarity):
    assert direction_word(CHANCE, polarity).words == "No clear change"
    assert direction_word(None, polarity).words == "Not measured yet"
    assert direction_word(change(300, None), polarity).words == "No earlier figure"


def test_polarities_and_kinds_may_come_as_the_text_a_database_holds():
    assert direction_word(RISE, "lower").key == "worse"
    assert target_verdict(200, "reduce_by_percent", 10, 226, None).key == "exceeded"
    assert [polarity.value for polarity in Polarity] == ["lower", "higher", "neutral", "reporting"]


# Targets


@pytest.mark.parametrize(
    ("value", "kind", "target", "baseline", "words"),
    [
        (250, TargetKind.AT_MOST, 250, None, "Met"),
        (249, TargetKind.AT_MOST, 250, None, "Better than asked"),
        (251, TargetKind.AT_MOST, 250, None, "Not met yet"),
        (80, TargetKind.AT_LEAST, 80, None, "Met"),
        (79, TargetKind.AT_LEAST, 80, None, "Not met yet"),
        (900, TargetKind.REDUCE_BY_PERCENT, 10, 1_000, "Met"),
        (901, TargetKind.REDUCE_BY_PERCENT, 10, 1_000, "Not met yet"),
        (1_100, TargetKind.INCREASE_BY_PERCENT, 10, 1_000, "Met"),
        (1_099, TargetKind.INCREASE_BY_PERCENT, 10, 1_000, "Not met yet"),
        (0, TargetKind.REDUCE_BY_PERCENT, 100, 5, "Met"),
        (None, TargetKind.AT_MOST, 250, None, "Not measured yet"),
        (250, None, None, None, "No target set"),
        (250, TargetKind.AT_MOST, None, None, "Target without a number"),
        (250, TargetKind.REDUCE_BY_PERCENT, 10, None, "No baseline set"),
    ],
)
def test_a_value_is_held_against_its_target(value, kind, target, baseline, words):
    assert target_verdict(value, kind, target, baseline, None).words == words


@pytest.mark.parametrize(
    ("value", "target", "baseline"),
    [(667, 33.3, 1_000), (Decimal("66.7"), Decimal("33.30"), 100), (93.5, Decimal("6.5"), 100.0)],
)
def test_a_target_reached_to_the_digit_is_met(value, target, baseline):
    assert target_verdict(value, TargetKind.REDUCE_BY_PERCENT, target, baseline, None).key == "met"
    assert target_verdict(0.1, TargetKind.AT_MOST, Decimal("0.10"), None, None).key == "met"


@pytest.mark.parametrize(
    ("a_change", "note"),
    [
        (RISE, "The rise from 226 to 300 is more than we would expect by chance."),
        (FALL, "The fall from 300 to 226 is more than we would expect by chance."),
        (CHANCE, "The rise from 84 to 99 could be chance."),
        (change(84, 84), "There is no change from 84."),
        (change(84, None), ""),
        (None, ""),
    ],
)
def test_a_target_verdict_says_whether_the_change_could_be_chance(a_change, note):
    verdict = target_verdict(100, TargetKind.AT_MOST, 100, None, a_change)
    assert (verdict.words, verdict.note) == ("Met", note)


# The whole grammar


@settings(deadline=None, max_examples=300)
@given(
    changes,
    st.sampled_from(Polarity),
    st.one_of(st.none(), st.sampled_from(TargetKind)),
    st.one_of(st.none(), st.integers(0, 100)),
    st.one_of(st.none(), counts),
)
def test_no_sentence_claims_a_cause_blames_or_shows_a_sign(a_change, polarity, kind, target, baseline):
    verdict = target_verdict(a_change.now, kind, target, baseline, a_change)
    said = [
        change_sentence(
            a_change, what="arson offences", where="Bromley", now_label="June 2024", before_label="June 2023"
        ),
        headline(a_change, what="arson", where="Bromley"),
        direction_word(a_change, polarity).words,
        verdict.words,
        verdict.note,
    ]
    assert not NEVER.search(" | ".join(said))


@settings(deadline=None)
@given(changes)
def test_sentence_headline_and_word_never_contradict_each_other(a_change):
    words = change_sentence(
        a_change, what="arson offences", where="Bromley", now_label="June 2024", before_label="June 2023"
    )
    title = headline(a_change, what="arson", where="Bromley")
    moved = direction_word(a_change, Polarity.NEUTRAL).key in ("higher", "lower")
    assert (
        moved == ("than we would expect by chance" in words) == (" rose by " in title or " fell by " in title)
    )
