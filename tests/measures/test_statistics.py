"""The statistics against scipy, against published figures, and against what they promise."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from crime_data.months import month_range
from measures.statistics import (
    change,
    poisson_interval,
    process_limits,
    ratio_interval,
    ratio_p_value,
    rolling_sum,
)

counts = st.one_of(st.integers(0, 60), st.integers(0, 30_000))
unhurried = settings(deadline=None)

# Printed by the Metropolitan Police for February 2019 to January 2020 in one borough: the count, the rounded
# change in per cent, and whether a plain count test at 95% tells it from chance.
PRINTED_CHANGES = [
    ("all crime", 25_279, 9, True),
    ("antisocial behaviour", 6_772, 16, True),
    ("arson", 99, 18, False),
    ("criminal damage", 1_918, -3, False),
    ("vehicle theft", 977, 10, True),
    ("personal robbery", 428, 14, False),
    ("drugs possession", 1_074, 50, True),
    ("knife possession", 65, -44, True),
    ("public order", 1_637, 7, False),
    ("hate crime", 460, 6, False),
    ("residential burglary", 2_122, -3, False),
    ("violence against the person", 2_185, 2, False),
]


def mid_p_by_scipy(larger, total):
    exactly = stats.binom.pmf(larger, total, 0.5)
    return min(1.0, 2 * (stats.binom.sf(larger, total, 0.5) + exactly / 2))


# Rolling sums


def test_a_rolling_year_is_the_sum_of_its_twelve_months():
    values = list(range(30))
    assert rolling_sum(values) == [None] * 11 + [sum(values[i - 11 : i + 1]) for i in range(11, 30)]


def test_a_rolling_sum_keeps_the_length_of_short_series():
    assert rolling_sum([5, 6], window=12) == [None, None]
    assert rolling_sum([], window=12) == []


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), max_size=40), st.integers(1, 13))
def test_a_rolling_sum_never_covers_a_month_that_was_not_published(values, window):
    for end, total in enumerate(rolling_sum(values, window), start=1):
        covered = values[max(0, end - window) : end]
        complete = len(covered) == window and None not in covered
        assert total == (sum(covered) if complete else None)


def test_a_rolling_sum_over_no_months_is_refused():
    with pytest.raises(ValueError, match="at least one month"):
        rolling_sum([1, 2], window=0)


# Limits for one count


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99, 0.9999])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 20, 99, 428, 2_185, 25_279, 1_000_000])
def test_limits_of_a_count_agree_with_scipy(count, level):
    outside = (1 - level) / 2
    lower = stats.chi2.ppf(outside, 2 * count) / 2 if count else 0.0
    upper = stats.chi2.isf(outside, 2 * count + 2) / 2
    assert poisson_interval(count, level) == pytest.approx((lower, upper), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.6235, 11.668), (10, 4.7954, 18.390), (100, 81.364, 121.627)],
)
def test_limits_of_a_count_are_those_of_the_printed_tables(count, lower, upper):
    assert poisson_interval(count) == pytest.approx((lower, upper), abs=6e-4)


@unhurried
@given(counts)
def test_limits_of_a_count_lie_around_it(count):
    lower, upper = poisson_interval(count)
    assert lower <= count < upper
    assert lower > 0 or count == 0


@pytest.mark.parametrize("bad", [-1, 2.5, math.nan])
def test_a_count_that_is_no_count_is_refused(bad):
    for compute in (
        poisson_interval,
        lambda n: ratio_interval(n, 5),
        lambda n: ratio_p_value(5, n),
        change_to,
    ):
        with pytest.raises(ValueError):
            compute(bad)


def change_to(now):
    return change(now, 5)


@pytest.mark.parametrize("level", [0, 0.4, 1, 95])
def test_a_level_that_is_no_level_is_refused(level):
    with pytest.raises(ValueError, match="confidence level"):
        poisson_interval(5, level)
    with pytest.raises(ValueError, match="confidence level"):
        ratio_interval(5, 6, level)


# The ratio of two counts


def test_robbery_from_226_to_300_rose_by_about_12_to_58_per_cent():
    lower, upper = ratio_interval(300, 226)
    assert (lower, upper) == pytest.approx((1.117330, 1.578683), abs=1e-6)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize(
    ("now", "before"), [(300, 226), (1, 1), (2, 9), (65, 116), (99, 84), (25_279, 23_192), (3, 4_000)]
)
def test_ratio_limits_agree_with_scipy(now, before, level):
    total, outside = now + before, (1 - level) / 2

    def above(odds_log):
        p = 1 / (1 + math.exp(-odds_log))
        return stats.binom.sf(now, total, p) + stats.binom.pmf(now, total, p) / 2 - outside

    def below(odds_log):
        p = 1 / (1 + math.exp(-odds_log))
        return stats.binom.cdf(now - 1, total, p) + stats.binom.pmf(now, total, p) / 2 - outside

    expected = [math.exp(optimize.brentq(tail, -20, 20, xtol=1e-13)) for tail in (above, below)]
    assert ratio_interval(now, before, level) == pytest.approx(expected, rel=1e-8)


def test_ratio_limits_lie_inside_the_fully_exact_ones():
    for now, before in [(1, 3), (12, 30), (300, 226)]:
        exact = stats.binomtest(now, now + before).proportion_ci(0.95, "exact")
        lower, upper = ratio_interval(now, before)
        assert exact.low / (1 - exact.low) < lower < upper < exact.high / (1 - exact.high)


def test_ratio_limits_with_no_earlier_offence_have_no_upper_end():
    lower, upper = ratio_interval(5, 0)
    assert upper == math.inf
    # Half of p ** 5 is 2.5%.
    p = 0.05 ** (1 / 5)
    assert lower == pytest.approx(p / (1 - p), rel=1e-12)


def test_ratio_limits_with_no_offence_now_start_at_nought():
    lower, upper = ratio_interval(0, 5)
    assert lower == 0
    assert upper == pytest.approx(1 / ratio_interval(5, 0)[0])


def test_two_counts_of_nought_say_nothing_about_a_ratio():
    assert ratio_interval(0, 0) == (0.0, math.inf)
    assert ratio_p_value(0, 0) == 1.0


@unhurried
@given(counts, counts)
def test_exchanging_the_periods_turns_the_ratio_round(now, before):
    lower, upper = ratio_interval(now, before)
    other_lower, other_upper = ratio_interval(before, now)
    assert lower == pytest.approx(1 / other_upper if other_upper else math.inf)
    assert other_lower == pytest.approx(1 / upper if upper else math.inf)


@unhurried
@given(counts.filter(bool), counts.filter(bool))
def test_a_higher_level_gives_a_wider_interval(now, before):
    narrow, wide = ratio_interval(now, before, 0.9), ratio_interval(now, before, 0.99)
    assert wide[0] < narrow[0] <= now / before <= narrow[1] < wide[1]


def test_more_offences_with_the_same_ratio_give_a_narrower_interval():
    widths = [upper - lower for lower, upper in (ratio_interval(3 * n, 2 * n) for n in (1, 10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)


# The test of a change


@pytest.mark.parametrize("now", [0, 1, 5, 30, 226, 2_185])
def test_p_values_agree_with_scipy(now):
    for before in [0, 1, 4, 9, 33, 60, 250, 300, 2_000, 2_300]:
        expected = mid_p_by_scipy(max(now, before), now + before)
        assert ratio_p_value(now, before) == pytest.approx(expected, rel=1e-9)


def test_equal_counts_have_a_p_value_of_one():
    assert ratio_p_value(0, 0) == ratio_p_value(1, 1) == ratio_p_value(226, 226) == 1.0


def test_the_test_and_the_interval_never_disagree_for_small_counts():
    for now in range(61):
        for before in range(61):
            lower, upper = ratio_interval(now, before)
            beyond = not lower <= 1 <= upper
            assert change(now, before).beyond_chance == (ratio_p_value(now, before) < 0.05) == beyond


@unhurried
@given(counts, st.floats(-4, 4))
def test_the_test_and_the_interval_never_disagree_near_the_border(before, deviations):
    now = max(0, round(before + deviations * math.sqrt(2 * before + 1)))
    lower, upper = ratio_interval(now, before)
    assert (ratio_p_value(now, before) < 0.05) == (not lower <= 1 <= upper)


@pytest.mark.parametrize("mean", [2, 5, 10, 20, 50, 100, 200])
def test_equal_means_are_called_a_change_in_about_one_case_of_twenty_at_most(mean):
    reach = np.arange(math.floor(max(0, mean - 8 * math.sqrt(mean))), math.ceil(mean + 8 * math.sqrt(mean)))
    chance = stats.poisson.pmf(reach, mean)
    called = [[ratio_p_value(int(a), int(b)) < 0.05 for b in reach] for a in reach]
    assert chance @ np.array(called) @ chance < 0.055


@pytest.mark.parametrize(("name", "now", "printed", "real"), PRINTED_CHANGES)
def test_seven_of_the_twelve_printed_changes_could_be_chance(name, now, printed, real):
    before = round(now / (1 + printed / 100))
    result = change(now, before)
    assert result.beyond_chance is real, name
    assert round(result.percent) == printed
    assert (result.low <= 0 <= result.high) is not real


def test_a_change_carries_the_difference_the_percentage_and_its_limits():
    result = change(300, 226)
    assert (result.now, result.before, result.difference) == (300, 226, 74)
    assert result.percent == pytest.approx(32.74, abs=0.005)
    assert (result.low, result.high) == pytest.approx((11.73, 57.87), abs=0.005)
    assert result.beyond_chance


def test_a_change_from_nought_has_no_percentage():
    result = change(6, 0)
    assert (result.difference, result.percent, result.low, result.high) == (6, None, None, None)
    assert result.beyond_chance
    assert not change(2, 0).beyond_chance


def test_a_change_without_an_earlier_figure_claims_nothing():
    result = change(300, None)
    assert (result.now, result.before, result.difference, result.percent) == (300, None, None, None)
    assert result.beyond_chance is None


def test_a_change_takes_counts_from_arrays():
    strip = np.array([226, 300], dtype="<i4")
    result = change(strip[1], strip[0])
    assert result == change(300, 226)
    assert type(result.now) is type(result.difference) is int


# Limits of a monthly series


def test_natural_limits_are_the_mean_and_2_66_moving_ranges():
    limits = process_limits([10, 12, 11, 13, 9])
    assert limits.mean == 11
    assert limits.upper == pytest.approx(11 + 2.66 * (2 + 1 + 2 + 4) / 4)
    assert limits.lower == pytest.approx(11 - 2.66 * (2 + 1 + 2 + 4) / 4)


def test_natural_limits_never_go_below_nought():
    assert process_limits([0, 5, 0, 4, 1]).lower == 0


def test_a_gap_makes_no_moving_range():
    assert process_limits([10, 12, None, 90, 91]).upper == pytest.approx(203 / 4 + 2.66 * 1.5)


@pytest.mark.parametrize("monthly", [[], [5], [5, None, 7], [None, None]])
def test_natural_limits_need_two_neighbouring_months(monthly):
    with pytest.raises(ValueError, match="two neighbouring months"):
        process_limits(monthly)


def test_natural_limits_of_steady_chance_hold_nearly_every_month():
    series = np.random.default_rng(2024).poisson(60, 4_000)
    limits = process_limits(series.tolist())
    assert np.mean((series < limits.lower) | (series > limits.upper)) < 0.01


def test_a_rolling_year_of_months_ends_with_the_month_it_is_named_after():
    months = month_range(date(2019, 2, 1), date(2020, 1, 1))
    assert rolling_sum([1] * len(months))[-1] == len(months) == 12
