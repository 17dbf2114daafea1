"""Every sentence of the grammar, and what none of them may ever say."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.judgement import (
    Comparator,
    Figure,
    Polarity,
    StatisticType,
    Unit,
    beside_sentence,
    break_sentence,
    caveats,
    change_sentence,
    comparators_sentence,
    direction_word,
    funnel_sentence,
    groups_sentence,
    headline,
    incomparable_sentence,
    interval_sentence,
    likelihood_words,
    ordinal,
    overlap_warning,
    printed_change_words,
    process_sentence,
    projection_sentence,
    rank_sentence,
    rare_sentence,
    season_sentence,
    survey_sentence,
    value_words,
)
from measures.statistics import (
    FunnelPoint,
    Incomparable,
    Limits,
    Place,
    Process,
    Rebase,
    Rule,
    Signal,
    Statistic,
    Stretch,
    change,
    comparable,
    derived_base,
    dispersion,
    gap_interval,
    gaps,
    percent_interval,
    plain_change,
    process,
    project,
    ranks,
    rate_change,
    season,
    survey_change,
)

NEVER = re.compile(
    r"signific|because|due to|caused|thanks to|blame|fault|fail|poor|alarming|worrying|soar|plummet|-\d"
    r"|nan\b|\binf\b|None|good|bad\b|  | ,|\.\.|<|>",
)
YEARS = {"where": "Bexley", "now_label": "2023", "before_label": "2022"}


def said(a_change, what, unit, **more):
    return change_sentence(a_change, what=what, unit=unit, **YEARS, **more)


# Units


@pytest.mark.parametrize(
    ("value", "unit", "statistic", "words"),
    [
        (1_300, "count", None, "1,300"),
        (12.34, "rate", None, "12.3 per 1,000 people"),
        (0.123, "rate", None, "0.12 per 1,000 people"),
        (88.0, "percent", None, "88%"),
        (53.1, "percent", None, "53.1%"),
        (1.7, "points", None, "1.7 points"),
        (1, "points", None, "1 point"),
        (500, "days", "maximum", "500 days (maximum)"),
        (53, "days", "mean", "53 days (mean)"),
        (1, "days", "median", "1 day (median)"),
        (1.5, "hours", None, "1.5 hours"),
        (226_000, "pounds", None, "£226,000"),
        (12.5, "pounds", None, "£12.50"),
        (1, "yes-no", None, "yes"),
        (0, "yes-no", "yes-no", "no"),
        (12, "number", "count", "12"),
        (22, "rank", None, "22nd"),
    ],
)
def test_a_value_is_printed_with_its_unit_and_type(value, unit, statistic, words):
    assert value_words(value, unit, statistic) == words


@pytest.mark.parametrize(
    ("place", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (23, "23rd"), (111, "111th")],
)
def test_places_are_ordinals(place, words):
    assert ordinal(place) == words


def test_a_rate_says_per_what_and_of_which_year():
    words = said(rate_change(300, 250e3, 226, 245e3), "robberies", "rate", population_year="mid-2022")
    assert words == (
        "There were 1.20 robberies per 1,000 people (population of mid-2022) in Bexley in 2023, 0.28 more "
        "than in 2022 (0.92), a rise of 30.1%. This is more than we would expect by chance."
    )
    small = said(rate_change(30, 250e3, 26, 245e3), "burglaries", "rate", per="households")
    assert "0.12 burglaries per 1,000 households in Bexley in 2023, 0.01 more than in 2022 (0.11). " in small


def test_a_share_moves_in_points_and_never_in_per_cent():
    words = said(survey_change(53.1, 12_000, 51.4, 12_000), "public confidence", "percent")
    assert words == (
        "In 2023, public confidence in Bexley stood at 53.1%, 1.7 points higher than in 2022 (51.4%). "
        "This is more than we would expect by chance."
    )
    unclear = survey_change(53.1, 1_200, 51.4, 1_200)
    assert "not a clear change" in said(unclear, "public confidence", "percent")
    assert headline(unclear, what="confidence", where="Bexley", unit="percent") == (
        "No clear change in confidence in Bexley"
    )


def test_what_cannot_be_tested_says_so_and_its_title_claims_no_movement():
    shorter = plain_change(53, 60)
    assert said(shorter, "the time to a decision", "days", statistic="mean") == (
        "In 2023, the time to a decision in Bexley stood at 53 days (mean), 7 days fewer than in 2022 "
        "(60 days). These figures do not tell whether a difference of this size could be chance."
    )
    assert headline(shorter, what="time to a decision", where="Bexley", unit="days", statistic="mean") == (
        "Time to a decision in Bexley: 53 days (mean), 60 days before"
    )
    assert direction_word(shorter, Polarity.LOWER).words == "Lower, not tested"
    assert direction_word(plain_change(53, 53), Polarity.LOWER).key == "no-clear-change"


def test_pounds_yes_and_places_have_words_of_their_own():
    assert "stood at £226,000, £26,000 more than in 2022 (£200,000), a rise of 13.0%." in said(
        plain_change(226_000, 200_000), "money for the programme", "pounds"
    )
    assert said(plain_change(1, 0), "a protocol", "yes-no") == (
        "In 2023, a protocol in Bexley was yes. In 2022 it was no."
    )
    assert said(plain_change(7, 9), "the place among boroughs", "rank").endswith(
        "was 7th. In 2022 it was 9th."
    )
    assert said(plain_change(12, None), "the number of impact days", "number").endswith(
        "stood at 12. No earlier figure is held."
    )


# Figures that do not compare


def test_500_days_and_53_days_are_printed_with_their_types_and_no_percentage():
    why = comparable(Statistic("mean", "days"), Statistic("maximum", "days"))
    words = incomparable_sentence(
        why,
        what="time to a decision",
        where="Bexley",
        now=Figure(53, Unit.DAYS, "2023", StatisticType.MEAN),
        before=Figure(500, Unit.DAYS, "2022", StatisticType.MAXIMUM),
    )
    assert words == (
        "Time to a decision in Bexley stood at 53 days (mean) in 2023 and 500 days (maximum) in 2022. "
        "They do not compare, so no change is given: one figure is a mean and the other a maximum."
    )
    assert "%" not in words
    assert direction_word(why, Polarity.LOWER).key == "not-comparable"
    assert headline(why, what="time to a decision", where="Bexley", unit="days") == (
        "Time to a decision in Bexley: figures that do not compare"
    )


def test_a_break_is_named_and_no_change_is_given():
    words = break_sentence(
        change(460, 400),
        ["Crime is recorded in a system called CONNECT since 28 February 2024"],
        what="hate crime offences",
        where="Bexley",
        now_label="2024",
        before_label="2023",
    )
    assert words == (
        "There were 460 hate crime offences in Bexley in 2024, and 400 in 2023. They do not compare, so no "
        "change is given: Crime is recorded in a system called CONNECT since 28 February 2024."
    )
    two = break_sentence(change(460, 400), ["One reason.", "Another."], what="offences", **YEARS)
    assert two.endswith("so no change is given. One reason. Another.")
    for text in (words, two):
        assert not re.search(r"\b60\b|15\.0%|more than|rise", text)
    with pytest.raises(ValueError, match="only with a reason"):
        break_sentence(change(460, 400), [], what="offences", **YEARS)


# Limits, gaps and surveys


def test_the_limits_of_a_change_are_told_where_a_percentage_is_allowed():
    assert interval_sentence(change(300, 226)) == (
        "Allowing for chance, the change lies between a rise of 11.7% and a rise of 57.9%."
    )
    assert "between a fall of 11.9% and a rise of 57.9%" in interval_sentence(change(99, 84))
    assert "between a fall of 2.3 points and a rise of 5.7 points" in interval_sentence(
        survey_change(53.1, 1_200, 51.4, 1_200)
    )
    assert interval_sentence(change(9, 4)) == interval_sentence(plain_change(53, 60)) == ""


def test_a_gap_is_in_points_and_held_against_chance_where_the_bases_are_known():
    groups = {
        "what": "satisfaction",
        "first": ("White victims", 78.8),
        "second": ("BME victims", 73.9),
        "label": "2009 to 2010",
    }
    opening = "Satisfaction: 78.8% for White victims and 73.9% for BME victims in 2009 to 2010,"
    assert groups_sentence(**groups).startswith(f"{opening} a gap of 4.9 points.")
    assert groups_sentence(**groups).endswith("so this cannot be held against chance.")
    large, small = gap_interval(78.8, 2_000, 73.9, 800), gap_interval(78.8, 200, 73.9, 80)
    assert "between 1.4 points and 8.5 points" in groups_sentence(**groups, interval=large)
    assert "could be chance" in groups_sentence(**groups, interval=small)


@pytest.mark.parametrize(
    ("self_selected", "ending"),
    [
        (True, "People chose to take part, so they may not stand for everybody in Bromley."),
        (False, "Allowing for chance, the figure for Bromley lies between 86% and 89.8%."),
        (None, "were chosen, so they may not stand for everybody in Bromley."),
    ],
)
def test_a_survey_gives_its_base_its_limits_and_whom_it_stands_for(self_selected, ending):
    words = survey_sentence(
        percent=88,
        base=1_118,
        what="felt safe by day",
        label="2019 to 2020",
        interval=percent_interval(88, 1_118),
        self_selected=self_selected,
        where="Bromley",
    )
    assert words.startswith("In 2019 to 2020, 88% of the 1,118 people who answered felt safe by day.")
    assert "between 86% and 89.8%" in words
    assert words.endswith(ending)


# A month, a season, a gap, the rest of a year


def ordinary(months, mean=50):
    return [mean + (1 if position % 2 else -1) for position in range(months)]


def test_a_month_in_its_usual_range_and_one_outside():
    values = ordinary(24)
    result = process(values)
    assert process_sentence(result, 23, values, label="May 2023") == (
        "May 2023 (51) is within the usual range of 45 to 55 a month."
    )
    values[23] = 90
    words = process_sentence(process(values), 23, values, label="May 2023")
    assert words.startswith("May 2023 (90) is above the usual range of ")


def test_a_count_just_outside_is_not_printed_as_one_within():
    stretch = Stretch(0, 1, Limits(3.3, 0.0, 6.95), "")
    result = Process((stretch,), (Signal(Rule.OUTSIDE, 0, 0, True),))
    assert process_sentence(result, 0, [7], label="May 2023") == (
        "May 2023 (7) is above the usual range of 0 to 6 a month."
    )


def test_runs_are_told_with_their_length():
    shifted = [*ordinary(24), 52, 53, 52, 53, 52, 53, 52]
    shifted[23] = 49
    assert process_sentence(process(shifted), 30, shifted, label="July 2023").startswith(
        "July 2023 is one of 7 months in a row above the mean of "
    )
    rising = [50.0, 53.0, 47.0] * 10
    rising[12:19] = [48 + 0.5 * step for step in range(7)]
    words = process_sentence(process(rising), 15, rising, label="July 2023")
    assert "July 2023 is part of a run of" in words and "rose every month" in words


def test_a_new_range_says_why_and_a_short_one_that_it_is_short():
    values = ordinary(24) + ordinary(12, 90)
    result = process(values, [Rebase(24, "recording moved to CONNECT.")])
    assert process_sentence(result, 30, values, label="July 2023", since="January 2023") == (
        "July 2023 (89) is within the usual range of 85 to 95 a month. The usual range is worked out anew "
        "from January 2023 on: recording moved to CONNECT."
    )
    short = process(values[:30], [Rebase(24, "recording moved to CONNECT.")])
    assert process_sentence(short, 29, values[:30], label="June 2023", since="January 2023").startswith(
        "Fewer than 12 months are held since January 2023, too few to say what is usual."
    )
    assert process_sentence(short, 0, [None] * 30, label="June 2021") == (
        "The figure for June 2021 was not published."
    )


def test_a_month_beside_the_same_month_of_earlier_years():
    values = [20] * 84
    values[11::12] = [900, 40, 42, 38, 41, 39, 75]
    more = {"what": "burglaries", "where": "Bexley", "label": "December 2023", "month": "December"}
    assert season_sentence(season(values, 83), **more) == (
        "December 2023 had 75 burglaries in Bexley, more than the 28 to 54 that the last 5 years make usual "
        "for December."
    )
    assert season_sentence(season(values, 23), **more).endswith("is held for 1 earlier year only.")


def test_rare_events_are_told_by_their_time_and_never_in_per_cent():
    more = {"what": "homicides", "where": "Bexley", "label": "March 2023"}
    assert rare_sentence(gaps([0, 1, 0, 0, 1, 0, 2, 1, 0, 0, 0]), **more) == (
        "There were 5 homicides in Bexley in the 11 months to March 2023; the last 3 months had no homicide. "
        "A time this long without one is not a clear change: chance alone makes one in about 20 in 100 cases."
    )
    long = rare_sentence(gaps([0, 1] * 12 + [0] * 12), **more)
    assert long.endswith("the last 12 months had no homicide. This is longer than we would expect by chance.")
    assert rare_sentence(gaps([0, 1]), **more) == (
        "There was 1 homicide in Bexley in the 2 months to March 2023, the last in March 2023."
    )
    assert rare_sentence(gaps([0] * 12), **more) == (
        "There were no homicides in Bexley in the 12 months to March 2023."
    )


def test_a_projection_gives_its_range_and_the_chance_of_the_target():
    result = project(200, 8, last_year_so_far=180, last_year_rest=100, dispersion=1.5)
    more = {"what": "robberies", "where": "Bexley", "year": "2024 to 2025"}
    assert projection_sentence(result, **more, target_kind="at_most", bound=300) == (
        "If the rest of 2024 to 2025 follows last year's pattern, it ends with about 311 robberies in "
        "Bexley: between 270 and 361 in 95 of 100 cases. It is unlikely (about 35 in 100) that it ends with "
        "at most 300."
    )
    assert "There is a remote chance (fewer than 5 in 100)" in projection_sentence(
        result, **more, target_kind="reduce_by_percent", bound=250
    )
    assert "It is likely" in projection_sentence(result, **more, target_kind="at_least", bound=301)
    assert projection_sentence(project(310, 12), **more) == (
        "2024 to 2025 ended with 310 robberies in Bexley."
    )


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "there is a remote chance (fewer than 5 in 100)"),
        (0.15, "it is highly unlikely (about 15 in 100)"),
        (0.45, "there is a realistic possibility (about 45 in 100)"),
        (0.6, "it is likely (about 60 in 100)"),
        (0.85, "it is highly likely (about 85 in 100)"),
        (1.0, "it is almost certain (more than 95 in 100)"),
    ],
)
def test_chances_have_the_words_of_the_yardstick(chance, words):
    assert likelihood_words(chance) == words


# Areas


def test_comparators_stand_with_both_their_figures():
    words = comparators_sentence(
        [
            Comparator("London", change(11_700, 10_000)),
            Comparator("the South East command unit", change(2_120, 2_100)),
            Comparator("Sutton", change(12, None)),
            Comparator("Croydon", Incomparable("one figure is of offences and the other of victims")),
        ]
    )
    assert words == (
        "Over the same periods there was a rise of 17.0% in London (10,000 to 11,700), no clear change in "
        "the South East command unit (2,100 to 2,120), no earlier figure for Sutton (now 12) and nothing to "
        "compare in Croydon (one figure is of offences and the other of victims)."
    )
    assert comparators_sentence([]) == ""
    assert beside_sentence([("Bexley", 1.2), ("London", 3.4)], label="2023") == (
        "In 2023, Bexley stood at 1.2 per 1,000 people and London at 3.4."
    )
    with pytest.raises(ValueError):
        beside_sentence([], label="2023")


def test_a_printed_percentage_never_stands_alone():
    assert printed_change_words(22.9) == "a rise of 22.9% (counts not published)"
    assert printed_change_words(-2.2, (1_000, 978)) == "a fall of 2.2% (1,000 to 978)"
    assert printed_change_words(17, decimals=0) == "a rise of 17% (counts not published)"


def test_a_place_is_given_with_the_places_that_it_could_be():
    result = ranks([1_000, 500, 505, 100], [1e5] * 4)
    assert rank_sentence(result[1], area="Bexley", areas="boroughs") == (
        "Bexley had the 3rd highest figure of 4 boroughs; allowing for chance its place lies between 2nd and "
        "3rd. 1 is clearly higher and 1 is clearly lower."
    )
    assert rank_sentence(result[0], area="Croydon", areas="boroughs") == (
        "Croydon had the highest figure of 4 boroughs, and that place is clear."
    )


def test_a_rate_is_printed_on_the_side_of_the_limit_that_it_lies_on():
    point = FunnelPoint(2.849, 1e5, (0.8, 2.8461), (0.5, 3.5), Place.ABOVE)
    assert funnel_sentence(point, area="Bexley", areas="boroughs") == (
        "Bexley stood at 2.849 per 1,000 people, above the 0.800 to 2.846 that is usual for one of its size "
        "among the boroughs."
    )


def test_parts_that_overlap_are_not_added_up():
    words = overlap_warning(["antisocial behaviour", "hate crime", "arson"], total="all 25,279 offences")
    assert words == (
        "Antisocial behaviour, hate crime and arson overlap and do not make up all 25,279 offences: one "
        "offence can be in several, so they are not added up."
    )
    assert overlap_warning(["a", "b"], "knife crime overlaps robbery").endswith(
        "Knife crime overlaps robbery."
    )


def test_caveats_that_apply_are_said_once_and_in_order():
    found = caveats(change(12, 8, dispersion=2), Polarity.REPORTING, ["as printed", "As printed."])
    assert found[0] == "As printed."
    assert [text.split()[0] for text in found] == ["As", "More", "The", "The"]
    assert caveats(change(300, 226), Polarity.LOWER) == ()
    assert len(caveats(None, Polarity.NEUTRAL)) == 1
    short = caveats(change(300, 226), Polarity.LOWER, dispersion=dispersion([20] * 13))
    assert short == ("Fewer than 24 months are held, so the test takes offences as unconnected.",)


# A borough's table as the Metropolitan Police printed it for February 2019 to January 2020


PRINTED = [
    ("crime of all types", 25_279, 9, "rose"),
    ("antisocial behaviour", 6_772, 16, "rose"),
    ("arson", 99, 18, ""),
    ("criminal damage", 1_918, -3, ""),
    ("vehicle theft", 977, 10, "rose"),
    ("personal robbery", 428, 14, ""),
    ("possession of drugs", 1_074, 50, "rose"),
    ("possession of a knife", 65, -44, "fell"),
    ("public order", 1_637, 7, ""),
    ("race and religious hate crime", 460, 6, ""),
    ("residential burglary", 2_122, -3, ""),
    ("violence against the person", 2_185, 2, ""),
]


@pytest.mark.parametrize(("what", "now", "printed", "verb"), PRINTED)
def test_seven_of_twelve_printed_rows_are_no_clear_change(what, now, printed, verb):
    base = derived_base(now, printed)
    a_change = change(now, (base.low + base.high) // 2)
    title = headline(a_change, what=what, where="Bromley")
    assert title.startswith("No clear change in") is not bool(verb)
    assert f" {verb} by " in title or not verb
    verdict = direction_word(a_change, Polarity.NEUTRAL)
    assert verdict.key == {"rose": "higher", "fell": "lower", "": "no-clear-change"}[verb]


def test_seven_rows_of_the_twelve():
    assert sum(not verb for *_, verb in PRINTED) == 7


# The whole grammar


counts = st.one_of(st.integers(0, 60), st.integers(0, 30_000))
populations = st.floats(1_000, 9e6)
every_change = st.one_of(
    st.tuples(
        st.just(Unit.COUNT), st.builds(change, counts, st.none() | counts, dispersion=st.floats(1, 300))
    ),
    st.tuples(
        st.just(Unit.RATE), st.builds(rate_change, counts, populations, st.none() | counts, populations)
    ),
    st.tuples(
        st.just(Unit.PERCENT),
        st.builds(
            survey_change,
            st.floats(0, 100),
            st.integers(1, 5_000),
            st.none() | st.floats(0, 100),
            st.integers(1, 5_000),
        ),
    ),
    st.tuples(
        st.sampled_from([Unit.DAYS, Unit.HOURS, Unit.POUNDS, Unit.NUMBER]),
        st.builds(plain_change, st.floats(0, 1e6), st.none() | st.floats(0, 1e6)),
    ),
    st.tuples(st.just(Unit.YES_NO), st.builds(plain_change, st.integers(0, 1), st.integers(0, 1))),
)


@settings(deadline=None, max_examples=400)
@given(every_change, st.sampled_from(Polarity))
def test_no_sentence_of_any_unit_claims_a_cause_or_contradicts_another(unit_and_change, polarity):
    unit, a_change = unit_and_change
    sentences = [
        said(a_change, "robbery offences", unit),
        headline(a_change, what="robbery", where="Bexley", unit=unit),
        direction_word(a_change, polarity).words,
        interval_sentence(a_change, unit),
        comparators_sentence([Comparator("London", a_change)], unit),
        *caveats(a_change, polarity, unit=unit),
    ]
    together = "|".join(sentences)
    assert not NEVER.search(together), together
    assert len(sentences[1].split()) <= 15
    clear = a_change.beyond_chance is True
    assert clear == (" rose by " in sentences[1] or " fell by " in sentences[1])
    assert clear == ("than we would expect by chance" in sentences[0])
    assert clear == (direction_word(a_change, Polarity.NEUTRAL).words in ("Higher", "Lower"))
    assert (a_change.before is None) == ("held" in sentences[0])


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=1, max_size=60),
    st.integers(0, 59),
)
def test_a_sentence_is_found_for_every_month_of_every_series(values, position):
    position %= len(values)
    words = [
        process_sentence(process(values), position, values, label="May 2023"),
        rare_sentence(gaps(values), what="homicides", where="Bexley", label="May 2023"),
    ]
    found = season(values, position)
    if found:
        words.append(season_sentence(found, what="burglaries", where="Bexley", label="May 2023", month="May"))
    assert not NEVER.search(" | ".join(words)), words
    assert all(text.endswith(".") for text in words)
