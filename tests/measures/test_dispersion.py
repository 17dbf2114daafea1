"""Scatter beyond chance: what it is, and that it widens every interval and test."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from measures.statistics import change, dispersion, poisson_interval, ratio_interval, ratio_p_value
from measures.statistics.tails import deviations_of, log_normal_tail

counts = st.one_of(st.integers(0, 60), st.integers(0, 30_000))
factors = st.floats(1, 400)
unhurried = settings(deadline=None)


def steady(years, mean=40, seed=1):
    return np.random.default_rng(seed).poisson(mean, 12 * years).tolist()


# The factor


@pytest.mark.parametrize("years", [2, 3, 5])
def test_whole_years_give_pearsons_chi_square_of_the_table_over_its_degrees_of_freedom(years):
    monthly = [int(n * (1 + 0.5 * (i % 5 == 0))) for i, n in enumerate(steady(years))]
    table = np.array(monthly).reshape(years, 12)
    chi_square, _, free, _ = stats.chi2_contingency(table, correction=False)
    found = dispersion(monthly)
    assert found.degrees_of_freedom == free
    assert found.factor == pytest.approx(max(1, chi_square / free), rel=1e-9)
    assert found.estimated and found.months == 12 * years


def test_missing_months_are_left_out_of_fit_and_count():
    monthly: list[int | None] = [(40 + 3 * (i % 12)) * (1 + i // 12) for i in range(48)]
    for gap in (5, 17, 18, 40):
        monthly[gap] = None
    found = dispersion(monthly)
    # Level times season fits without remainder, so nothing may be read into the gaps.
    assert (found.factor, found.months) == (1.0, 44)
    assert found.degrees_of_freedom == 44 - 4 - 12 + 1
    monthly[30] = 3 * monthly[30]
    assert dispersion(monthly).factor > 5


def test_a_fit_with_gaps_has_the_totals_of_the_published_months():
    rng = np.random.default_rng(7)
    monthly = [None if rng.random() < 0.15 else int(n) for n in rng.negative_binomial(5, 0.1, 60)]
    table = np.array([[np.nan if v is None else v for v in monthly]], dtype=float).reshape(5, 12)
    seen = ~np.isnan(table)

    def minus_likelihood(parameters):
        mean = np.exp(parameters[:5, None] + np.concatenate(([0.0], parameters[5:]))[None, :])
        return float((mean - np.nan_to_num(table) * np.log(mean))[seen].sum())

    best = optimize.minimize(minus_likelihood, np.full(16, 1.0), method="BFGS", options={"gtol": 1e-6})
    mean = np.exp(best.x[:5, None] + np.concatenate(([0.0], best.x[5:]))[None, :])
    expected = float((((table - mean) ** 2) / mean)[seen].sum()) / (int(seen.sum()) - 16)
    assert dispersion(monthly).factor == pytest.approx(expected, rel=1e-4)


def test_seasons_and_yearly_levels_are_not_scatter():
    season = [60, 50, 40, 30, 20, 20, 30, 40, 50, 60, 70, 80]
    assert dispersion([level * month for level in (1, 3, 2) for month in season]).factor == 1.0


def test_independent_offences_scatter_by_about_one_and_clusters_by_more():
    plain = [dispersion(steady(5, seed=seed)).factor for seed in range(40)]
    assert 1 <= np.mean(plain) < 1.2
    rng = np.random.default_rng(3)
    clusters = [dispersion((3 * rng.poisson(20, 60)).tolist()).factor for _ in range(40)]
    assert np.mean(clusters) == pytest.approx(3, rel=0.15)


@pytest.mark.parametrize("monthly", [[], [5] * 23, [5] * 23 + [None] * 30, [0] * 24])
def test_too_short_a_history_is_said_to_be_so(monthly):
    found = dispersion(monthly)
    assert (found.factor, found.estimated) == (1.0, False)


def test_only_the_newest_five_years_are_used():
    assert dispersion([0, 900] * 60 + [40] * 60) == dispersion([40] * 60)


def test_a_negative_month_is_refused():
    with pytest.raises(ValueError, match="0 or more"):
        dispersion([5] * 30 + [-1])


# What it does


@unhurried
@given(counts, counts, factors)
def test_dispersion_widens_the_ratio_and_never_makes_a_change_clear(now, before, factor):
    plain, wide = ratio_interval(now, before), ratio_interval(now, before, dispersion=factor)
    nearly = 1 + 1e-9
    assert wide[0] <= plain[0] * nearly and plain[1] <= wide[1] * nearly
    if change(now, before, dispersion=factor).beyond_chance:
        assert change(now, before).beyond_chance


@unhurried
@given(counts, st.floats(-4, 4), factors)
def test_test_and_interval_agree_whatever_the_dispersion(before, deviations, factor):
    now = max(0, round(before + deviations * math.sqrt(factor * (2 * before + 1))))
    lower, upper = ratio_interval(now, before, dispersion=factor)
    assert (ratio_p_value(now, before, factor) < 0.05) == (not lower <= 1 <= upper)


@unhurried
@given(counts, factors)
def test_limits_of_a_count_widen_around_it(count, factor):
    lower, upper = poisson_interval(count, dispersion=factor)
    plain = poisson_interval(count)
    nearly = 1 + 1e-9
    assert lower <= plain[0] * nearly and plain[1] <= upper * nearly
    assert lower <= count < upper


@pytest.mark.parametrize("factor", [1.0, 2.5, 9.0])
def test_for_large_counts_the_interval_is_the_quasi_likelihood_one(factor):
    now, before = 25_279, 23_192
    reach = 1.959964 * math.sqrt(factor * (1 / now + 1 / before))
    expected = [now / before * math.exp(side * reach) for side in (-1, 1)]
    assert ratio_interval(now, before, dispersion=factor) == pytest.approx(expected, rel=2e-3)


def test_a_rise_that_monthly_scatter_explains_is_no_longer_clear():
    assert change(300, 226).beyond_chance is True
    assert change(300, 226, dispersion=3).beyond_chance is False
    assert change(300, 226, dispersion=3).percent == change(300, 226).percent


@pytest.mark.parametrize("bad", [0.99, 0, -1, math.nan, math.inf])
def test_a_dispersion_below_one_is_refused(bad):
    for compute in (lambda: change(5, 6, dispersion=bad), lambda: poisson_interval(5, dispersion=bad)):
        with pytest.raises(ValueError, match="dispersion"):
            compute()


@pytest.mark.parametrize("deviations", [0.0, 0.3, 1.959964, 8, 29.9, 30.1, 37, 60, 500])
def test_the_normal_tail_agrees_with_scipy_however_far_out(deviations):
    log_tail = log_normal_tail(deviations)
    assert log_tail == pytest.approx(stats.norm.logsf(deviations), rel=1e-9)
    assert deviations_of(log_tail) == pytest.approx(deviations, rel=1e-9, abs=1e-9)
