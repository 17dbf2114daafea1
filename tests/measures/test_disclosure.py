"""Withheld counts: an attacker with linear programs against tables made by chance."""

from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures import disclosure
from tests.disclosure_attack import Attacker

#           all  sexual  rape  other  theft  shops  bicycles  robbery
PARENTS = (-1, 0, 1, 1, 0, 4, 4, 0)
SENSITIVE = (False, True, True, True, False, False, False, False)
LEAVES = (2, 3, 5, 6, 7)


def table_of(leaves) -> np.ndarray:
    """Counts of all types out of those of the smallest; what is of no part is in the parents too."""
    counts = np.zeros((len(leaves), len(PARENTS)), dtype=int)
    counts[:, LEAVES] = leaves
    for kind in reversed(range(len(PARENTS))):
        if PARENTS[kind] >= 0:
            counts[:, PARENTS[kind]] += counts[:, kind]
    return counts


@st.composite
def tables(draw):
    areas = draw(st.integers(2, 6))
    rare = st.integers(0, 7)
    common = st.integers(0, 40)
    row = st.tuples(rare, rare, common, common, rare)
    return table_of(draw(st.lists(row, min_size=areas, max_size=areas)))


def attack(counts, hidden, parents=PARENTS) -> dict:
    """All that a reader knows of one table, and what follows for the cells withheld."""
    attacker = Attacker()
    areas, types = counts.shape
    for area in range(areas):
        for kind in range(types):
            attacker.learns((area, kind), None if hidden[area, kind] else int(counts[area, kind]))
    for kind in range(types):
        attacker.adds_up([(area, kind) for area in range(areas)], to=int(counts[:, kind].sum()))
        parts = [part for part in range(types) if parents[part] == kind]
        for area in range(areas):
            if parts:
                beside = int(counts[area, kind] - counts[area, parts].sum())
                attacker.known[area, "beside", kind] = beside
                attacker.adds_up([*((area, part) for part in parts), (area, "beside", kind)], to=(area, kind))
    return attacker.ranges()


@settings(max_examples=30, deadline=None)
@given(tables())
def test_no_withheld_count_is_known_better_than_the_rule_allows(counts):
    hidden = disclosure.withheld(counts, PARENTS, SENSITIVE)

    needed = disclosure.required_width(counts, PARENTS)
    for (area, kind), (low, high) in attack(counts, hidden).items():
        assert low <= counts[area, kind] <= high
        assert high - low >= needed[kind] >= 1


@settings(max_examples=25, deadline=None)
@given(tables())
def test_the_flow_says_exactly_what_the_attacker_finds(counts):
    hidden = disclosure.small(counts, SENSITIVE)

    low, high = disclosure.feasible(counts, PARENTS, hidden)

    assert attack(counts, hidden) == {
        (int(area), int(kind)): (low[area, kind], high[area, kind]) for area, kind in np.argwhere(hidden)
    }


@settings(max_examples=25, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_what_was_withheld_before_stays_so_and_is_protected_too(counts, chance):
    before = np.array([[chance.random() < 0.1 for _ in PARENTS] for _ in counts])

    hidden = disclosure.withheld(counts, PARENTS, SENSITIVE, before=before)

    assert not (before & ~hidden).any()
    low, high = disclosure.feasible(counts, PARENTS, hidden)
    assert (
        (high - low)[hidden]
        >= np.broadcast_to(disclosure.required_width(counts, PARENTS), hidden.shape)[hidden]
    ).all()


@settings(max_examples=25, deadline=None)
@given(tables())
def test_a_table_with_nothing_small_is_shown_whole(counts):
    counts = np.where(counts == 0, 0, counts + 5)

    assert not disclosure.withheld(table_of(counts[:, LEAVES]), PARENTS, SENSITIVE).any()


SMALL_TABLE = table_of([(3, 12, 80, 20, 2), (9, 15, 70, 25, 3), (11, 8, 60, 30, 1), (0, 14, 50, 35, 4)])


def test_without_a_second_count_beside_it_a_small_one_is_worked_out_by_subtraction():
    alone = disclosure.small(SMALL_TABLE, SENSITIVE)

    assert attack(SMALL_TABLE, alone) == {(0, 2): (3, 3)}


def test_counts_beside_it_are_taken_from_sensitive_types_and_no_more_than_a_circle():
    hidden = disclosure.withheld(SMALL_TABLE, PARENTS, SENSITIVE)

    assert hidden[0, 2] and hidden.sum() == 4
    assert hidden[:, (2, 3)].sum() == 4


def test_a_small_count_of_another_type_and_a_nought_are_shown():
    hidden = disclosure.withheld(SMALL_TABLE, PARENTS, SENSITIVE)

    assert not hidden[:, 7].any()
    assert not hidden[3, 2]


def test_a_type_and_all_it_consists_of_can_be_small_in_one_area():
    counts = table_of([(1, 2, 80, 20, 6), (9, 15, 70, 25, 7), (11, 8, 60, 30, 8)])

    hidden = disclosure.withheld(counts, PARENTS, SENSITIVE)

    assert hidden[0, 1:4].all()
    assert all(high - low >= 5 for low, high in attack(counts, hidden).values())


def test_low_counts_of_the_same_family_are_withheld_with_a_small_one():
    counts = table_of([(3, 5, 80, 20, 6), (9, 15, 70, 25, 7), (11, 8, 60, 30, 8), (14, 9, 50, 35, 9)])

    hidden = disclosure.withheld(counts, PARENTS, SENSITIVE)

    assert hidden[0, 1:4].all() and counts[0, 1:4].tolist() == [8, 3, 5]
    more = table_of(counts[:, LEAVES] + np.array([0, 2, 0, 0, 0]))
    assert not disclosure.withheld(more, PARENTS, SENSITIVE)[0, 1]


def possible(counts, hidden, parents, sensitive) -> list[np.ndarray]:
    """Every table that agrees with what is shown of a total and its two parts, and of which the same would
    have been withheld: what a reader is left with who tries this module on every guess."""

    def ways(area: int, left: tuple[int, int]):
        if area == len(counts):
            if left == (0, 0):
                yield ()
            return
        for one in range(left[0] + 1) if hidden[area, 1] else (counts[area, 1],):
            for two in range(left[1] + 1) if hidden[area, 2] else (counts[area, 2],):
                fits = hidden[area, 0] or one + two == counts[area, 0]
                if fits and one <= left[0] and two <= left[1]:
                    for rest in ways(area + 1, (left[0] - one, left[1] - two)):
                        yield ((one + two, one, two), *rest)

    totals = (int(counts[:, 1].sum()), int(counts[:, 2].sum()))
    guesses = (np.array(way) for way in ways(0, totals))
    return [guess for guess in guesses if (disclosure.withheld(guess, parents, sensitive) == hidden).all()]


@pytest.mark.parametrize(
    "parts",
    [
        [(3, 12), (9, 15), (11, 8)],
        [(1, 5), (8, 6), (7, 9)],
        [(2, 6), (5, 7), (9, 0)],
        [(4, 4), (6, 8), (0, 7)],
    ],
)
def test_a_reader_who_tries_every_guess_on_this_module_does_not_find_a_count_either(parts):
    counts = np.array([(one + two, one, two) for one, two in parts])
    hidden = disclosure.withheld(counts, (-1, 0, 0), (True, True, True))

    tables = possible(counts, hidden, (-1, 0, 0), (True, True, True))

    assert hidden.any()
    for area, kind in np.argwhere(hidden):
        assert len({int(table[area, kind]) for table in tables}) > 1


def test_what_is_of_no_part_hides_nothing_and_is_hidden_itself():
    """A total with more in it than its parts: unknown to all, until it can be worked out."""
    parts = table_of([(0, 0, 80, 20, 6), (0, 0, 70, 25, 7), (0, 0, 60, 30, 8)])
    counts = parts + np.array([[3, 3], [20, 20], [30, 30]]) @ np.eye(2, 8, dtype=int)

    hidden = disclosure.withheld(counts, PARENTS, SENSITIVE)

    low, high = disclosure.feasible(counts, PARENTS, hidden)
    assert hidden[0, 1]
    assert ((high - low)[hidden] >= 5).all()
    alone = disclosure.small(counts, SENSITIVE)
    low, high = disclosure.feasible(counts, PARENTS, alone)
    assert (low == high).all()


def test_parts_that_are_more_than_their_total_are_refused():
    with pytest.raises(ValueError, match="not more than their total"):
        disclosure.withheld(np.array([[1, 2]]), (-1, 0), (True, True))


def test_where_the_borough_has_few_an_area_can_have_any_number_of_them():
    counts = table_of([(2, 12, 80, 20, 2), (0, 15, 70, 25, 3), (1, 8, 60, 30, 1)])

    ranges = attack(counts, disclosure.withheld(counts, PARENTS, SENSITIVE))

    assert ranges[0, 2] == ranges[2, 2] == (0, 3)


def test_a_type_that_is_part_of_nothing_needs_other_areas_only():
    counts = np.array([[3], [20], [30]])

    hidden = disclosure.withheld(counts, (-1,), (True,))

    assert hidden.ravel().tolist() == [True, True, False]


def test_one_area_is_its_borough_and_has_no_secrets_beside_it():
    assert disclosure.required_width(SMALL_TABLE[:1], PARENTS).tolist() == [0] * 8
    assert disclosure.withheld(SMALL_TABLE[:1], PARENTS, SENSITIVE).sum() == 1


def test_a_borough_of_25_wards_and_50_types_is_decided_at_once():
    rng = np.random.default_rng(7)
    parents = (-1, *(0 if kind % 5 == 0 else kind - kind % 5 for kind in range(5, 54)))
    parents = tuple(above if above < 5 else above - 4 for above in parents)
    counts = rng.poisson(3, (25, 50))
    for kind in reversed(range(50)):
        if parents[kind] >= 0:
            counts[:, parents[kind]] += counts[:, kind]
    started = process_time()

    hidden = disclosure.withheld(counts, parents, [kind % 3 == 0 for kind in range(50)])

    assert process_time() - started < 2
    low, high = disclosure.feasible(counts, parents, hidden)
    assert ((high - low)[hidden] >= 5).all()


@pytest.mark.parametrize("parents", [(0,) * 8, (1, 0, -1, -1, -1, -1, -1, -1), (9,) * 8, (-1,) * 7])
def test_a_tree_that_is_none_is_refused(parents):
    with pytest.raises(ValueError, match="part of one other"):
        disclosure.withheld(SMALL_TABLE, parents, SENSITIVE)


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="not negative"):
        disclosure.withheld(-SMALL_TABLE, PARENTS, SENSITIVE)
