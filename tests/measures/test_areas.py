"""Areas beside each other: funnels and ranks; and what print says about numbers it leaves out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from measures.statistics import (
    Place,
    derived_base,
    derived_base_of_difference,
    derived_count,
    funnel,
    ranks,
)

areas = st.lists(
    st.tuples(st.integers(0, 3_000), st.floats(5_000, 4e5)), min_size=5, max_size=33
).filter(lambda rows: any(count for count, _ in rows))  # fmt: skip


def simulated(seed, between=0.0, number=33):
    rng = np.random.default_rng(seed)
    sizes = rng.uniform(5e4, 4e5, number)
    rates = 0.002 * np.exp(rng.normal(0, between, number))
    return rng.poisson(rates * sizes).tolist(), sizes.tolist()


# Funnel


def test_without_scatter_the_limits_are_about_those_of_a_poisson_count():
    result = funnel([200] * 6, [100_000] * 6)
    assert (result.rate, result.between) == (2.0, 0.0)
    for level, outside in ((0.95, 0.025), (0.998, 0.001)):
        low, high = result.limits(100_000, level)
        expected = stats.poisson(200).ppf([outside, 1 - outside])
        assert (100 * low, 100 * high) == pytest.approx(expected, abs=1.5)


def test_chance_alone_leaves_one_area_in_twenty_outside():
    places = [point.place for seed in range(60) for point in funnel(*simulated(seed)).points]
    outside = np.mean([place != Place.WITHIN for place in places])
    far = np.mean([place in (Place.FAR_ABOVE, Place.FAR_BELOW) for place in places])
    assert 0.02 < outside < 0.07
    assert far < 0.006


def test_areas_that_differ_anyway_widen_the_funnel_instead_of_all_being_outliers():
    results = [funnel(*simulated(seed, between=0.3)) for seed in range(60)]
    outside = np.mean([point.place != Place.WITHIN for result in results for point in result.points])
    assert outside < 0.12
    assert all(result.scatter > 5 for result in results)
    # The square root of a rate spreads half as far as its logarithm.
    assert np.mean([result.between for result in results]) == pytest.approx(0.15, rel=0.25)


def test_a_real_outlier_is_told_in_spite_of_its_own_weight():
    counts, sizes = simulated(4)
    counts[0] = 5 * counts[0]
    result = funnel(counts, sizes)
    assert result.points[0].place == Place.FAR_ABOVE


@given(areas)
def test_a_funnel_is_wider_for_smaller_areas_and_its_limits_hold_its_rate(rows):
    counts, sizes = zip(*rows, strict=True)
    result = funnel(counts, sizes)
    assert len(result.points) == len(rows)
    small, large = result.limits(min(sizes)), result.limits(max(sizes))
    assert small[0] <= large[0] <= result.rate <= large[1] <= small[1]
    for point in result.points:
        assert 0 <= point.alarm[0] <= point.warning[0] <= point.warning[1] <= point.alarm[1]
        inside = point.warning[0] <= point.rate <= point.warning[1]
        assert (point.place == Place.WITHIN) is inside


@pytest.mark.parametrize(
    ("counts", "sizes"),
    [([1] * 4, [1e5] * 4), ([1] * 5, [1e5] * 6), ([0] * 5, [1e5] * 5), ([1] * 5, [1e5] * 4 + [0])],
)
def test_what_makes_no_funnel_is_refused(counts, sizes):
    with pytest.raises(ValueError):
        funnel(counts, sizes)


# Ranks


def test_two_areas_are_told_apart_by_the_square_roots_of_their_rates():
    sizes = [1e5, 2e5]
    for counts in ([100, 260], [100, 270], [100, 280], [100, 300]):
        apart = np.diff(np.sqrt((np.array(counts) + 0.375) / sizes))[0] / np.sqrt(1 / 4e5 + 1 / 8e5)
        told = 2 * stats.norm.sf(abs(apart)) < 0.05
        assert (ranks(counts, sizes)[0].best == 2) is bool(told)


def test_clear_differences_give_clear_places_and_others_a_range():
    result = ranks([1_000, 500, 505, 100], [1e5] * 4)
    assert [(one.place, one.best, one.worst) for one in result] == [
        (1, 1, 1),
        (3, 2, 3),
        (2, 2, 3),
        (4, 4, 4),
    ]
    assert result[1].higher == (0,) and result[1].lower == (3,)
    lowest_first = ranks([1_000, 500, 505, 100], [1e5] * 4, highest_first=False)
    assert [one.place for one in lowest_first] == [4, 2, 3, 1]
    assert lowest_first[1].higher == (0,) and lowest_first[1].lower == (3,)


def test_equal_areas_share_the_better_place():
    assert [(one.place, one.best, one.worst) for one in ranks([50, 50, 50])] == [(1, 1, 3)] * 3


def test_the_true_place_lies_in_the_range_in_more_than_95_of_100_cases():
    rng = np.random.default_rng(2)
    true_rates = np.linspace(0.002, 0.004, 12)
    sizes = rng.uniform(5e4, 4e5, 12)
    held = []
    for _ in range(300):
        places = ranks(rng.poisson(true_rates * sizes).tolist(), sizes.tolist())
        held += [one.best <= 12 - at <= one.worst for at, one in enumerate(places)]
    assert np.mean(held) > 0.95


@settings(deadline=None)
@given(areas, st.floats(1, 9))
def test_a_place_lies_in_its_range_and_dispersion_widens_it(rows, factor):
    counts, sizes = zip(*rows, strict=True)
    for plain, wide in zip(ranks(counts, sizes), ranks(counts, sizes, dispersion=factor), strict=True):
        assert wide.best <= plain.best <= plain.worst <= wide.worst
        assert set(wide.higher) <= set(plain.higher)
        assert 1 <= plain.place <= plain.areas == len(rows)


@pytest.mark.parametrize(
    "compute", [lambda: ranks([5]), lambda: ranks([5, 6], [1e5]), lambda: ranks([5, 6], dispersion=0.5)]
)
def test_what_cannot_be_ranked_is_refused(compute):
    with pytest.raises(ValueError):
        compute()


# Print


@pytest.mark.parametrize(
    ("count", "percent", "low", "high"),
    [(99, 18, 84, 84), (65, -44, 115, 117), (25_279, 9, 23_086, 23_299)],
)
def test_an_earlier_count_follows_from_a_count_and_its_printed_change(count, percent, low, high):
    found = derived_base(count, percent)
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("difference", "percent", "low", "high"),
    [("120", "8.4", 1_420, 1_437), ("3", "0.4", 667, 857), ("15", "30.0", 50, 50), ("30", "25.6", 117, 117)],
)
def test_an_earlier_count_follows_from_a_difference_and_its_percentage(difference, percent, low, high):
    found = derived_base_of_difference(int(difference), percent)
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("percent", "low", "high"), [(36, 107, 109), (30, 89, 91), (0, 0, 1), (100, 299, 300)]
)
def test_a_count_follows_from_a_share_of_a_known_whole(percent, low, high):
    found = derived_count(percent, 300)
    assert (found.low, found.high) == (low, high)


@given(st.integers(1, 30_000), st.integers(1, 30_000), st.integers(0, 2))
def test_the_true_base_always_lies_in_the_derived_range(now, before, decimals):
    percent = round(100 * (now / before - 1), decimals)
    if percent <= -100:
        return
    found = derived_base(now, f"{percent:.{decimals}f}", decimals)
    assert found.lower - 1e-6 <= before <= found.upper + 1e-6
    assert found.low <= before <= found.high


@pytest.mark.parametrize(
    "compute",
    [lambda: derived_base(5, -100), lambda: derived_base_of_difference(5, 0), lambda: derived_base(5, "x")],
)
def test_no_base_is_made_of_what_gives_none(compute):
    with pytest.raises(ValueError):
        compute()
