"""What follows from a printed figure, and what is left alone because it does not."""

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.judgement import Polarity, TargetKind
from measures.printed import (
    Printed,
    derived_base,
    derived_words,
    not_compared,
    printed_twice,
    sum_sentence,
    told,
)
from measures.statistics import StatisticType, Unit

# Bromley, February 2019 to January 2020: label, crime type, count, change in per cent, among all offences.
BROMLEY = [
    ("All crime types", "all", 25279, 9, True),
    ("Anti-social behaviour", "asb-incidents", 6772, 16, False),
    ("Arson", "arson", 99, 18, True),
    ("Criminal damage", "criminal-damage", 1918, -3, True),
    ("Motor vehicle theft", "motor-vehicle-theft", 977, 10, True),
    ("Personal robbery", "personal-robbery", 428, 14, True),
    ("Possession of drugs", "drug-possession", 1074, 50, True),
    ("Possession of a knife", "blade-possession", 65, -44, True),
    ("Public order offences", "public-order", 1637, 7, True),
    ("Race and religious hate crime", "racist-and-religious-hate-crime", 460, 6, False),
    ("Residential burglary", "residential-burglary", 2122, -3, True),
    ("Violence against the person", "violence-with-injury", 2185, 2, True),
]
UNCLEAR = {
    "Arson", "Criminal damage", "Personal robbery", "Public order offences", "Race and religious hate crime",
    "Residential burglary", "Violence against the person",
}  # fmt: skip


def bromley() -> list[Printed]:
    return [
        Printed(
            label,
            as_printed=f"{count:,} ({'up' if percent > 0 else 'down'} {abs(percent)}%)",
            area="Bromley",
            crime_type=kind,
            value=D(count),
            change_percent=D(percent),
            direction="up" if percent > 0 else "down",
            part_of_all=part,
        )
        for label, kind, count, percent, part in BROMLEY
    ]


# --- a count and its percentage --------------------------------------------------------------


def test_seven_of_the_twelve_changes_are_no_clear_change():
    verdicts = {row.label: told(row).verdict for row in bromley()}

    assert {label for label, verdict in verdicts.items() if verdict.key == "no-clear-change"} == UNCLEAR
    assert {verdicts[label].words for label in verdicts.keys() - UNCLEAR} == {"Higher", "Lower"}
    assert verdicts["Possession of a knife"].words == "Lower"


@pytest.mark.parametrize(
    ("label", "before", "difference"),
    [
        ("All crime types", "23,086 to 23,299", "1,980 to 2,193 more"),
        ("Arson", "84", "15 more"),
        ("Possession of a knife", "115 to 117", "50 to 52 fewer"),
    ],
)
def test_the_earlier_count_is_derived_with_the_range_that_rounding_leaves(label, before, difference):
    [row] = [row for row in bromley() if row.label == label]

    assert (told(row).before, told(row).difference) == (before, difference)
    assert told(row).formula == "count / (1 + change)"


def test_no_total_is_made_of_what_overlaps():
    words = sum_sentence(bromley())

    assert "the other 11 figures come to 17,737 of the 25,279" in words
    assert "Anti-social behaviour and race and religious hate crime are no part of that count" in words
    assert sum_sentence([row for row in bromley() if row.crime_type != "all"]) == ""


def test_polarity_gives_better_and_worse_to_clear_changes_only():
    robbery, drugs = (replace(row, polarity=Polarity.LOWER) for row in (bromley()[5], bromley()[6]))

    assert told(robbery).verdict.key == "no-clear-change"
    assert told(drugs).verdict.key == "worse"


@given(before=st.integers(31, 50_000), now=st.integers(1, 50_000), decimals=st.sampled_from([0, 1]))
def test_the_true_earlier_count_is_always_in_the_derived_range(before, now, decimals):
    percent = round(D(100 * (now - before)) / before, decimals)
    if percent == 0 or percent <= -100 or abs(percent) > 500:
        return
    words = f"{now:,} ({'up' if percent > 0 else 'down'} {abs(percent):.{decimals}f}%)"
    row = Printed(
        "x",
        as_printed=words,
        value=D(now),
        change_percent=percent,
        direction="up" if percent > 0 else "down",
    )

    base = derived_base(row)

    assert base.low <= before <= base.high


def test_two_printed_counts_get_the_whole_sentence_with_its_limits():
    robbery = Printed(
        "Personal robbery",
        as_printed="+32.7% from 226 to 300",
        area="Bexley",
        period="January to December 2023",
        period_before="January to December 2022",
        noun="personal robberies",
        value=D(300),
        before=D(226),
        change_percent=D("32.70"),
        direction="up",
    )

    found = told(robbery)

    assert found.sentences == (
        "There were 300 personal robberies in Bexley in January to December 2023, 74 more than in January to "
        "December 2022 (226), a rise of 32.7%. This is more than we would expect by chance. Allowing for "
        "chance, the change lies between a rise of 11.7% and a rise of 57.9%.",
    )
    assert (found.before, found.difference, found.verdict.key) == ("", "74 more", "higher")


def test_a_percentage_without_counts_is_not_tested():
    found = told(Printed("Knife crime", as_printed="+17%", change_percent=D(17), direction="up"))

    assert found.verdict is None
    assert (found.before, found.difference) == ("", "")
    assert found.chance.startswith("The numbers behind the percentage are not printed")


# --- lost arrows -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "percent", "printed", "before"),
    [
        (120, "8.4", "120 offences or 8.4%", "1,420 to 1,437"),
        (89, "23.7", "89 offences or 23.7%", "375 to 376"),
        (274, "16.6", "274 offences or 16.6%", "1,646 to 1,656"),
        (3, "0.4", "3 offences or 0.4%", "667 to 857"),
        (30, "25.6", "30 offences or 25.6%", "117"),
        (57, "29.5", "57 offences or 29.5%", "193 to 194"),
        (15, "30.00", "15 offences or 30.0%", "50"),
    ],
)
def test_of_a_change_whose_arrow_is_lost_nothing_is_guessed(count, percent, printed, before):
    found = told(
        Printed("x", printed, change_count=count, change_percent=D(percent), direction="not-legible")
    )

    assert found.before == before
    assert (found.direction, found.verdict, found.difference) == ("Direction not legible", None, "")
    assert "not legible" in found.chance


def test_what_a_document_prints_twice_stands_twice():
    rows = [
        Printed(
            "Serious youth violence", "25% drop", "Bexley", "2009/10", change_percent=D(25), direction="down"
        ),
        Printed("Robbery", "89 or 23.7%", "Bexley", "2009/10", change_percent=D("23.7")),
        Printed("Serious youth violence", "30 or 25.6%", "Bexley", "2009/10", change_percent=D("25.6")),
        Printed("Serious youth violence", "+1.6%", "London", "2009/10", change_percent=D("1.6")),
    ]

    found = printed_twice(rows)

    assert set(found) == {0, 2}
    assert "“30 or 25.6%”" in found[0] and "“25% drop”" in found[2]


# --- targets ---------------------------------------------------------------------------------

LESS = {"target_kind": TargetKind.REDUCE_BY_PERCENT}
POLICING = [
    (
        Printed(
            "Acquisitive",
            "3.5% or 6919 fewer",
            change_count=-6919,
            change_percent=D("-3.5"),
            direction="down",
            target_value=D("2.5"),
            target_printed="exceeded",
            **LESS,
        ),
        "exceeded",
        "lower",
    ),
    (
        Printed(
            "Confidence",
            "53.1%",
            unit=Unit.PERCENT,
            statistic=StatisticType.SHARE,
            value=D("53.1"),
            target_kind=TargetKind.AT_LEAST,
            target_value=D("51.4"),
            target_printed="exceeded",
        ),
        "exceeded",
        None,
    ),
    (
        Printed(
            "Theft from vehicle",
            "7.9% or 6195 fewer",
            change_count=-6195,
            change_percent=D("-7.9"),
            direction="down",
            target_value=D("2.5"),
            target_printed="exceeded",
            **LESS,
        ),
        "exceeded",
        "lower",
    ),
    (
        Printed(
            "Gun crime",
            "429 more, a 14.2% increase",
            change_count=429,
            change_percent=D("14.2"),
            direction="up",
            target_value=D("4.2"),
            target_printed="missed",
            **LESS,
        ),
        "missed",
        "higher",
    ),
    (
        Printed(
            "Youth violence",
            "105 more, a 1.6% increase",
            change_count=105,
            change_percent=D("1.6"),
            direction="up",
            target_value=D("4.7"),
            target_printed="missed",
            **LESS,
        ),
        "missed",
        "no-clear-change",
    ),
    (
        Printed(
            "Gap",
            "4.9 points",
            unit=Unit.POINTS,
            statistic=StatisticType.SHARE,
            value=D("4.9"),
            target_kind=TargetKind.GAP_AT_MOST,
            target_value=D("3.8"),
            target_printed="missed",
        ),
        "missed",
        None,
    ),
]


@pytest.mark.parametrize(
    ("row", "target", "verdict"), POLICING, ids=lambda value: getattr(value, "label", None)
)
def test_a_target_and_chance_are_two_verdicts(row, target, verdict):
    found = told(row)

    assert found.target.key == target
    assert (found.verdict and found.verdict.key) == verdict
    assert not any("The document says" in words for words in found.sentences)


def test_the_gap_of_4_9_points_misses_3_8():
    assert told(POLICING[-1][0]).target.detail.startswith(
        "4.9 points against a target of a gap of at most 3.8"
    )


def test_a_document_s_own_verdict_that_its_figures_deny_is_said():
    row = replace(POLICING[0][0], target_printed="missed")

    assert "The document says of the target: missed." in told(row).sentences


def test_a_target_without_a_result_or_a_number_has_no_verdict():
    assert (
        told(Printed("Knife crime", "5.0% reduction", target_value=D(5), **LESS)).target.key == "not-measured"
    )
    assert told(Printed("Detections", target_kind=TargetKind.AT_LEAST)).target.key == "no-value"


# --- other kinds -----------------------------------------------------------------------------


def test_a_maximum_and_a_mean_are_refused_a_percentage():
    wait = {"unit": Unit.DAYS, "area": "Bexley"}
    longest = Printed("Wait, before", value=D(500), statistic=StatisticType.MAXIMUM, **wait)
    mean = Printed("Wait, after", value=D(53), statistic=StatisticType.MEAN, **wait)
    both = replace(mean, before=D(500), before_statistic=StatisticType.MAXIMUM)

    found = not_compared([longest, mean, Printed("Other", value=D(3), **wait)])

    assert set(found) == {0, 1}
    for words in (*found.values(), *told(both).sentences):
        assert "500 days (maximum)" in words and "53 days (mean)" in words
        assert "do not compare" in words and "%" not in words and "447" not in words


@pytest.mark.parametrize(
    ("percent", "low", "high"), [(88, "86.0%", "89.8%"), (54, "51.1%", "56.9%"), (72, "69.3%", "74.6%")]
)
def test_a_survey_s_percentage_has_its_base_and_limits(percent, low, high):
    [words] = told(Printed("Safe", unit=Unit.PERCENT, value=D(percent), base=1118, surveyed=True)).sentences

    assert "Of 1,118 people" in words
    assert f"between {low} and {high}" in words
    assert "In a random sample" in words


def test_a_share_of_counted_offences_is_a_range_of_counts():
    found = told(Printed("Knife-enabled", unit=Unit.PERCENT, value=D(36), base=300))

    assert found.sentences == ("That is 107 to 109 of 300.",)


def test_words_of_a_range():
    assert derived_words(derived_base(bromley()[2])) == "84"
