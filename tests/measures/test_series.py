"""Process limits and their signals, seasons, rare events and the end of a year."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from measures.statistics import (
    Rebase,
    Rule,
    days_between,
    g_limit,
    gap_probability,
    gaps,
    prediction_interval,
    process,
    process_limits,
    project,
    season,
    t_limits,
    too_rare,
)

unhurried = settings(deadline=None)
monthly_counts = st.lists(st.one_of(st.none(), st.integers(0, 60)), max_size=60)

# The series by which the NHS's R package shows how its limits differ from those of the workbook.
ONE_OUTSIDE = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


def found(values, **more):
    return [(one.rule, one.first, one.last, one.higher) for one in process(values, **more).findings]


def ordinary(months, mean=50):
    """Months to and fro about the mean: limits of +/- 5.32, and no signal."""
    return [mean + (1 if position % 2 else -1) for position in range(months)]


# Process


def test_all_moving_ranges_count_as_in_the_workbook():
    limits = process_limits(ONE_OUTSIDE)
    assert limits.mean == pytest.approx(1.94, abs=0.005)
    assert limits.upper == pytest.approx(35 / 18 + 2.66 * 32 / 17)
    assert found(ONE_OUTSIDE) == [(Rule.OUTSIDE, 4, 4, True)]


def test_an_ordinary_series_has_no_signal():
    assert found(ordinary(24)) == []


def test_a_month_outside_is_told_on_either_side():
    high, low = ordinary(40), ordinary(40)
    high[20], low[21] = 80, 20
    assert found(high) == [(Rule.OUTSIDE, 20, 20, True)]
    assert found(low) == [(Rule.OUTSIDE, 21, 21, False)]


@pytest.mark.parametrize(("length", "told"), [(6, False), (7, True), (9, True)])
def test_seven_months_on_one_side_of_the_mean_are_a_shift(length, told):
    values = ordinary(40)
    values[20 : 20 + length] = [52 + position % 2 for position in range(length)]
    values[19] = values[20 + length] = 40
    shifts = [one for one in found(values) if one[0] == Rule.SHIFT]
    assert shifts == ([(Rule.SHIFT, 20, 19 + length, True)] if told else [])


@pytest.mark.parametrize(("length", "told"), [(6, False), (7, True), (8, True)])
@pytest.mark.parametrize("step", [1, -1])
def test_seven_months_each_above_the_last_are_a_trend(length, told, step):
    values = [50.0, 53.0, 47.0] * 10
    values[12 : 12 + length] = [50 + step * (0.5 * at - 1.6) for at in range(length)]
    # The months on both sides turn the other way.
    values[11], values[12 + length] = (53, 47) if step > 0 else (47, 53)
    trends = [one for one in found(values) if one[0] == Rule.TREND]
    assert trends == ([(Rule.TREND, 12, 11 + length, step > 0)] if told else [])


def test_equal_neighbours_break_a_trend():
    values = ordinary(30)
    values[10:17] = [49, 49.5, 50, 50, 50.5, 51, 51.5]
    assert Rule.TREND not in {one[0] for one in found(values)}


def test_two_of_three_months_near_one_limit_are_told_only_with_all_three_on_its_side():
    values = ordinary(60)
    values[30:33] = [54.5, 50.5, 54.5]
    limits = process_limits(values)
    assert limits.mean + 2 / 3 * (limits.upper - limits.mean) < 54.5 < limits.upper
    assert (Rule.NEAR_LIMIT, 30, 32, True) in found(values)
    values[31] = 49
    assert Rule.NEAR_LIMIT not in {one[0] for one in found(values)}


def test_a_month_that_was_not_published_ends_a_run():
    values: list[float | None] = [*ordinary(40)]
    values[20:28] = [52, 52, 52, None, 52, 52, 52, 48]
    assert found(values) == []
    assert len(process(values).limits()) == 40


@given(monthly_counts)
def test_no_signal_holds_a_month_that_was_not_published(values):
    for rule, first, last, _ in found(values):
        assert None not in values[first : last + 1], rule


def test_limits_are_worked_out_anew_only_with_a_reason():
    with pytest.raises(ValueError, match="only with a reason"):
        Rebase(12, "  ")
    values = ordinary(24) + ordinary(24, 90)
    plain = process(values)
    assert {one.rule for one in plain.findings} >= {Rule.SHIFT}
    result = process(values, [Rebase(24, "Robbery team from March 2023")])
    assert result.findings == ()
    assert [one.reason for one in result.stretches] == ["", "Robbery team from March 2023"]
    assert [limits.mean for limits in result.limits()[23:25]] == [50, 90]


def test_a_new_stretch_has_no_limits_until_a_year_has_passed():
    result = process(ordinary(24) + [90] * 11, [Rebase(24, "CONNECT")])
    assert result.limits()[23] is not None
    assert result.limits()[24] is None
    assert all(one.last < 24 for one in result.findings)


@pytest.mark.parametrize("positions", [[0], [24], [-1], [5, 5]])
def test_a_rebase_outside_the_series_or_twice_is_refused(positions):
    with pytest.raises(ValueError, match="place of its own"):
        process(ordinary(24), [Rebase(position, "why") for position in positions])


def test_a_series_without_limits_has_no_signals():
    assert process([]).findings == process([3] * 11).findings == ()
    assert process([5, None] * 12).stretches[0].limits is None


def test_the_signals_of_a_month_come_with_the_plainest_rule_first():
    values = ordinary(40)
    values[20:28] = [52, 52, 52, 80, 52, 52, 52, 52]
    result = process(values)
    assert [one.rule for one in result.latest(23)][:2] == [Rule.OUTSIDE, Rule.SHIFT]
    assert process(ordinary(40)).latest(23) == ()


# Seasons


@pytest.mark.parametrize(("count", "periods"), [(0, 3), (12, 3), (171, 4), (2_000, 5)])
def test_a_prediction_interval_holds_what_the_test_does_not_tell_apart(count, periods):
    low, high = prediction_interval(count, periods)

    def p_value(value):
        total, share = count + value, 1 / (1 + periods)
        exactly = stats.binom.pmf(value, total, share)
        return 2 * (
            min(stats.binom.sf(value, total, share), stats.binom.cdf(value - 1, total, share)) + exactly / 2
        )

    assert p_value(high) >= 0.05 > p_value(high + 1)
    assert low == 0 or p_value(low) >= 0.05 > p_value(low - 1)


def test_a_prediction_interval_holds_about_95_of_100_new_months():
    rng = np.random.default_rng(11)
    held = []
    for _ in range(1_500):
        low, high = prediction_interval(int(rng.poisson(30, 5).sum()), 5)
        held.append(low <= rng.poisson(30) <= high)
    assert 0.93 < np.mean(held) < 0.98


def test_a_month_is_held_against_the_same_month_of_five_years():
    values: list[int | None] = [20] * 84
    values[11::12] = [900, 40, 42, 38, 41, 39, 75]
    result = season(values, 83)
    assert (result.now, result.earlier, result.expected) == (75, (39, 41, 38, 42, 40), 40)
    assert result.unusual is True and result.low < 40 < result.high < 75
    assert season(values, 83, dispersion=9).unusual is False


def test_years_that_differ_by_themselves_widen_what_is_usual():
    values: list[int | None] = [20] * 60
    values[11::12] = [30, 60, 25, 70, 66]
    assert season(values, 59).dispersion > 5
    assert season(values, 59).unusual is False


def test_too_few_years_give_no_range_and_a_missing_month_no_season():
    values: list[int | None] = [20] * 48
    values[35] = None
    result = season(values, 47)
    assert (result.earlier, result.low, result.high, result.unusual) == ((20, 20), None, None, None)
    assert season(values, 35) is None
    with pytest.raises(IndexError):
        season(values, 48)
    with pytest.raises(IndexError):
        season(values, -1)


@unhurried
@given(monthly_counts.filter(bool), st.floats(1, 10))
def test_what_is_usual_holds_the_mean_of_the_earlier_years(values, factor):
    result = season(values, len(values) - 1, dispersion=factor)
    if result is None or result.low is None:
        return
    assert result.low <= result.expected <= result.high + 0.5
    plain = season(values, len(values) - 1)
    assert result.low <= plain.low and plain.high <= result.high


# Rare events


def test_gaps_are_the_months_without_an_event_between_those_with_one():
    result = gaps([0, 1, 0, 0, 1, 0, 2, 1, 0, 0, 0])
    assert (result.events, result.months, result.gaps) == (5, 11, (2, 1, 0, 0))
    assert (result.current, result.longest) == (3, 2)
    assert result.chance == pytest.approx((8 / 11) ** 5)
    assert result.unusual is False


def test_a_gap_with_an_unpublished_month_is_of_unknown_length():
    assert gaps([1, 0, None, 0, 1]).gaps == ()
    assert gaps([1, 0, 1, None, 0, 0]).current == 2


def test_a_long_time_without_an_event_is_told():
    result = gaps([0, 1] * 12 + [0] * 12)
    assert result.unusual is True and result.chance < 0.01
    assert gaps([0] * 24).chance is None
    assert gaps([0] * 24).unusual is None
    assert gaps([]).events == 0


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=60))
def test_gaps_and_events_never_make_more_months_than_were_published(values):
    result = gaps(values)
    with_events = sum(bool(value) for value in values)
    assert sum(result.gaps) + (result.current or 0) + with_events <= result.months
    assert result.events == sum(value or 0 for value in values)


@given(st.integers(0, 40), st.floats(0.1, 500), st.floats(0.001, 500))
def test_the_chance_of_a_gap_is_that_of_a_binomial_count_of_nought(events, period, gap):
    expected = stats.binom.pmf(0, events, gap / (period + gap))
    assert gap_probability(events, period, gap) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_for_a_long_period_the_chance_of_a_gap_is_that_of_a_known_rate():
    assert gap_probability(1_000, 12_000, 12) == pytest.approx(math.exp(-1), rel=1e-3)


@pytest.mark.parametrize(("period", "gap"), [(-1, 5), (5, -1), (0, 0)])
def test_times_that_are_none_are_refused(period, gap):
    with pytest.raises(ValueError):
        gap_probability(3, period, gap)


def test_limits_of_a_g_chart_are_those_of_a_geometric_number():
    between = [3, 8, 1, 12, 6]
    mean = np.mean(between)
    deviation = stats.geom(1 / (1 + mean)).std()
    assert g_limit(between) == pytest.approx(mean + 3 * deviation)
    with pytest.raises(ValueError):
        g_limit([])


def test_limits_of_a_t_chart_hold_nearly_every_exponential_time():
    days = np.random.default_rng(5).exponential(90, 4_000)
    limits = t_limits(days.tolist())
    outside = np.mean((days < limits.lower) | (days > limits.upper))
    assert outside < 0.01
    transformed = process_limits([day ** (1 / 3.6) for day in days.tolist()])
    assert limits.upper == pytest.approx(transformed.upper**3.6)
    with pytest.raises(ValueError):
        t_limits([5, -1])


def test_days_are_counted_between_events_in_order():
    assert days_between([date(2024, 3, 1), date(2024, 1, 1), date(2024, 2, 1)]) == (31, 29)


@pytest.mark.parametrize(
    ("monthly", "rare"),
    [([], False), ([None], False), ([0, 1, 2], True), ([2, 1], False), ([1, None, 1], True)],
)
def test_a_series_is_too_rare_below_one_and_a_half_a_month(monthly, rare):
    assert too_rare(monthly) is rare


# The end of the year


def test_a_year_is_projected_by_last_years_pattern():
    result = project(200, 8, last_year_so_far=180, last_year_rest=100)
    assert result.expected == pytest.approx(200 + 200 * 100 / 180)
    assert result.by_pattern is True
    assert result.low < result.expected < result.high
    assert not project(200, 8).by_pattern
    assert project(200, 8).expected == 300
    assert project(200, 8, last_year_so_far=29, last_year_rest=100).expected == 300


@pytest.mark.parametrize("bound", [240, 300, 311, 340, 400])
def test_the_chance_of_a_bound_is_that_of_scipys_negative_binomial(bound):
    result = project(200, 8, last_year_so_far=180, last_year_rest=100, dispersion=1.5)
    mean = result.expected - 200
    variance = 1.5 * (mean + mean**2 * (1 / 200 + 1 / 180 + 1 / 100))
    rest = stats.nbinom(mean**2 / (variance - mean), mean / variance)
    assert result.chance_at_most(bound) == pytest.approx(rest.cdf(bound - 200), abs=1e-9)
    assert result.chance_at_least(bound) == pytest.approx(rest.sf(bound - 201), abs=1e-9)
    assert (result.low, result.high) == (200 + rest.ppf(0.025), 200 + rest.ppf(0.975))


@pytest.mark.parametrize(("a_month", "sigma"), [(20, 1.0), (3, 1.0), (60, 2.0)])
def test_a_projection_holds_about_95_of_100_years(a_month, sigma):
    rng = np.random.default_rng(9)
    held = []
    for _ in range(1_500):
        year = (sigma * rng.poisson(a_month / sigma, (2, 12))).astype(int)
        last, this = year
        result = project(
            int(this[:7].sum()),
            7,
            last_year_so_far=int(last[:7].sum()),
            last_year_rest=int(last[7:].sum()),
            dispersion=sigma,
        )
        held.append(result.low <= this.sum() <= result.high)
    assert 0.92 < np.mean(held) < 0.985


@unhurried
@given(st.integers(0, 3_000), st.integers(1, 12), st.integers(0, 3_000), st.integers(0, 2_000))
def test_a_projection_never_falls_below_what_has_happened(so_far, months, last_so_far, last_rest):
    result = project(so_far, months, last_year_so_far=last_so_far, last_year_rest=last_rest)
    assert so_far <= result.low <= result.high
    assert result.low <= result.expected <= result.high + 1
    assert result.chance_at_most(so_far - 1) == 0
    chances = [result.chance_at_most(bound) for bound in (so_far, result.low, result.high, 10 * result.high)]
    assert chances == sorted(chances)
    assert result.chance_at_most(result.high) + result.chance_at_least(result.high + 1) == pytest.approx(1)
    wider = project(so_far, months, last_year_so_far=last_so_far, last_year_rest=last_rest, dispersion=3)
    # Where next to nothing is expected, more scatter means more years with nothing at all.
    assert wider.high >= result.high or result.expected - so_far < 20 or so_far < 30


def test_a_year_that_is_over_is_no_longer_projected():
    result = project(310, 12)
    assert (result.expected, result.low, result.high, result.months_left) == (310, 310, 310, 0)
    assert (result.chance_at_most(310), result.chance_at_most(309)) == (1, 0)


@pytest.mark.parametrize("months", [0, 13, -1])
def test_a_year_has_twelve_months(months):
    with pytest.raises(ValueError, match="months of a year"):
        project(100, months)
