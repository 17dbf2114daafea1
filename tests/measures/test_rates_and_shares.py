"""Rates, shares, survey answers and what has no test, against scipy and printed examples."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from measures.statistics import (
    ChanceTest,
    Incomparable,
    Statistic,
    StatisticType,
    Unit,
    comparable,
    gap_interval,
    percent_interval,
    plain_change,
    rate,
    rate_change,
    rate_interval,
    ratio_p_value,
    share_change,
    share_interval,
    survey_change,
)

unhurried = settings(deadline=None)
counts = st.integers(0, 3_000)
populations = st.floats(1_000, 1e6)
bases = st.integers(1, 5_000)
percents = st.floats(0, 100)

# Newcombe 1998, Table II, method 10: both shares and the limits of their difference.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


# Rates


@unhurried
@given(counts, populations)
def test_a_rate_lies_within_its_limits_and_they_are_those_of_its_count(count, population):
    lower, upper = rate_interval(count, population)
    assert lower <= rate(count, population) <= upper
    exact = stats.chi2.isf(0.025, 2 * count + 2) / 2
    assert upper == pytest.approx(1_000 * exact / population, rel=1e-9)


@pytest.mark.parametrize("population", [0, -1, math.nan, math.inf])
def test_a_rate_without_a_population_is_refused(population):
    for compute in (
        lambda: rate(5, population),
        lambda: rate_interval(5, population),
        lambda: rate_change(5, population, 4, 100),
    ):
        with pytest.raises(ValueError, match="population"):
            compute()


@pytest.mark.parametrize(
    ("now", "people_now", "before", "people_before"),
    [(300, 250e3, 226, 245e3), (12, 3e5, 30, 2e5), (0, 1e5, 6, 1e5), (44, 1e5, 80, 2e5), (7, 9e4, 3, 1e4)],
)
def test_the_test_of_two_rates_is_the_binomial_one_of_scipy(now, people_now, before, people_before):
    total, share = now + before, people_now / (people_now + people_before)
    exactly = stats.binom.pmf(now, total, share)
    tails = stats.binom.sf(now, total, share), stats.binom.cdf(now - 1, total, share)
    expected = min(1.0, 2 * (min(tails) + exactly / 2))
    assert ratio_p_value(now, before, exposure=people_now / people_before) == pytest.approx(
        expected, rel=1e-9
    )


def test_equal_rates_have_a_p_value_of_one():
    assert ratio_p_value(40, 80, exposure=0.5) == ratio_p_value(0, 0, exposure=3) == 1.0


@unhurried
@given(counts, populations, counts, populations, st.floats(1, 20))
def test_the_test_of_two_rates_and_its_interval_never_disagree(
    now, people_now, before, people_before, factor
):
    result = rate_change(now, people_now, before, people_before, dispersion=factor)
    if result.low is None:
        assert before == 0
        return
    assert result.low <= result.percent + 1e-9 and result.percent <= result.high + 1e-9
    assert result.beyond_chance is (not result.low <= 0 <= result.high)


def test_a_rate_that_rose_only_because_people_left_is_told():
    result = rate_change(100, 100_000, 100, 200_000)
    assert (result.now, result.before, result.difference) == (1.0, 0.5, 0.5)
    assert result.percent == pytest.approx(100)
    assert result.beyond_chance is True
    assert (result.test, result.counts, result.bases) == (ChanceTest.RATE, (100, 100), (100_000, 200_000))


def test_a_rate_without_an_earlier_one_or_from_nought_has_no_percentage():
    assert rate_change(100, 1e5, None, 1e5).beyond_chance is None
    assert rate_change(100, 1e5, 90, None).difference is None
    from_nought = rate_change(10, 1e5, 0, 1e5)
    assert (from_nought.percent, from_nought.low, from_nought.beyond_chance) == (None, None, True)


# Shares


@pytest.mark.parametrize(("count", "base"), [(0, 10), (1, 29), (81, 263), (15, 148), (984, 1_118), (10, 10)])
def test_limits_of_a_share_agree_with_scipy(count, base):
    expected = stats.binomtest(count, base).proportion_ci(0.95, "wilson")
    assert share_interval(count, base) == pytest.approx((100 * expected.low, 100 * expected.high), abs=1e-9)


@pytest.mark.parametrize(("percent", "low", "high"), [(88, 86, 90), (54, 51, 57), (72, 69, 75)])
def test_the_crime_survey_of_1118_people_has_the_limits_of_its_size(percent, low, high):
    lower, upper = percent_interval(percent, 1_118)
    assert (round(lower), round(upper)) == (low, high)


@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), NEWCOMBE)
def test_the_gap_of_two_shares_has_the_printed_limits(a, m, b, n, low, high):
    assert gap_interval(100 * a / m, m, 100 * b / n, n) == pytest.approx((100 * low, 100 * high), abs=0.0051)
    result = share_change(a, m, b, n)
    assert (result.low, result.high) == gap_interval(100 * a / m, m, 100 * b / n, n)
    assert result.beyond_chance is (low > 0)
    assert (result.percent, result.test, result.counts, result.bases) == (
        None,
        ChanceTest.SHARE,
        (a, b),
        (m, n),
    )


def test_wilsons_limits_are_the_shares_that_a_score_test_does_not_reject():
    lower, upper = (limit / 100 for limit in share_interval(81, 263))
    for limit in (lower, upper):
        deviation = (81 / 263 - limit) / math.sqrt(limit * (1 - limit) / 263)
        assert abs(deviation) == pytest.approx(1.959964, abs=1e-6)
    root = optimize.brentq(
        lambda p: (81 / 263 - p) / math.sqrt(p * (1 - p) / 263) - 1.959963984540054, 0.01, 81 / 263
    )
    assert lower == pytest.approx(root, rel=1e-9)


@given(percents, bases, percents, bases, st.floats(1, 5))
def test_intervals_hold_their_estimate_and_a_design_effect_widens_them(one, m, other, n, effect):
    for narrow, wide, value in (
        (percent_interval(one, m), percent_interval(one, m, design_effect=effect), one),
        (gap_interval(one, m, other, n), gap_interval(one, m, other, n, design_effect=effect), one - other),
    ):
        assert wide[0] - 1e-9 <= narrow[0] <= value + 1e-9
        assert value - 1e-9 <= narrow[1] <= wide[1] + 1e-9
    result = survey_change(one, m, other, n, design_effect=effect)
    assert result.beyond_chance is (not result.low <= 0 <= result.high)


def test_a_satisfaction_gap_needs_large_groups_to_be_told_from_chance():
    assert survey_change(78.8, 2_000, 73.9, 800).beyond_chance is True
    assert survey_change(78.8, 200, 73.9, 80).beyond_chance is False
    assert survey_change(78.8, 200, 73.9, 80).difference == pytest.approx(4.9)


@pytest.mark.parametrize(
    "compute",
    [
        lambda: share_interval(5, 4),
        lambda: share_interval(0, 0),
        lambda: share_interval(-1, 4),
        lambda: share_interval(1.5, 4),
        lambda: percent_interval(101, 10),
        lambda: percent_interval(-1, 10),
        lambda: percent_interval(math.nan, 10),
        lambda: percent_interval(50, 0),
        lambda: percent_interval(50, 10, design_effect=0),
        lambda: survey_change(101, 10, None, None),
        lambda: share_change(5, 4, None, None),
        lambda: plain_change(math.nan, 5),
        lambda: plain_change(5, math.inf),
    ],
)
def test_what_is_no_share_or_number_is_refused(compute):
    with pytest.raises(ValueError):
        compute()


def test_a_missing_earlier_share_is_no_share_of_nought():
    for result in (share_change(5, 10, None, None), survey_change(50, 10, None, None), plain_change(5, None)):
        assert (result.before, result.difference, result.beyond_chance) == (None, None, None)


# What has no test


def test_days_and_pounds_have_a_difference_and_no_test():
    result = plain_change(53, 60)
    assert (result.now, result.before, result.difference) == (53, 60, -7)
    assert (result.low, result.high, result.beyond_chance, result.test) == (None, None, None, ChanceTest.NONE)
    assert plain_change(5, 0).percent is None


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (("mean", "days"), ("maximum", "days"), "one figure is a mean and the other a maximum"),
        (("mean", "days"), ("mean", "hours"), "one figure is in days and the other in hours"),
        (
            ("count", "count", "offences"),
            ("count", "count", "victims"),
            "one figure is of offences and the other of victims",
        ),
        (("mean", "days", "Bexley"), ("mean", "days", "Bexley"), None),
    ],
)
def test_figures_of_another_kind_are_not_compared(one, other, reason):
    expected = Incomparable(reason) if reason else None
    assert comparable(Statistic(*one), Statistic(*other)) == expected


def test_a_type_or_unit_that_is_none_is_refused():
    assert Statistic("mean", "days") == Statistic(StatisticType.MEAN, Unit.DAYS)
    with pytest.raises(ValueError):
        Statistic("mode", "days")
