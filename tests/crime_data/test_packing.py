"""Tables of counts and shares as bytes, and back without a loss."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.packing import NOT_PUBLISHED, pack, pack_ids, pack_parts, unpack, unpack_ids

pytestmark = pytest.mark.once

MOST = 2**31 - 1
counts = (
    st.integers(0, 200)
    | st.sampled_from([127, 128, 32_767, 32_768, MOST, NOT_PUBLISHED])
    | st.integers(0, MOST)
)


@st.composite
def tables(draw) -> np.ndarray:
    columns = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(counts, min_size=columns, max_size=columns), min_size=1, max_size=8))
    return np.array(rows, dtype=np.int32)


@given(tables(), st.data())
def test_parts_come_back_as_they_were(table, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(table)), max_size=3)))
    bounds = [0, *cuts, len(table)]

    packed = pack_parts(table, bounds)

    assert len(packed) == len(bounds) - 1
    for part, (start, end) in zip(packed, pairwise(bounds), strict=True):
        if start < end:
            assert unpack(part, end - start).tolist() == table[start:end].tolist()


@given(tables())
def test_what_a_database_hands_back_as_a_view_is_read_alike(table):
    [packed] = pack_parts(table, [0, len(table)])

    assert unpack(memoryview(packed), len(table)).tolist() == table.tolist()


@pytest.mark.parametrize(("most", "width"), [(0, 1), (127, 1), (128, 2), (32_767, 2), (32_768, 4), (MOST, 4)])
def test_a_table_takes_as_few_bytes_as_its_largest_count_needs(most, width):
    packed = pack(np.array([[0, NOT_PUBLISHED, most]]))

    assert len(packed) == 1 + 3 * width
    assert unpack(packed).tolist() == [[0, NOT_PUBLISHED, most]]


def test_each_part_has_a_width_of_its_own():
    table = np.array([[1, 2], [70_000, 3], [5, 300]], dtype=np.int32)

    assert [len(part) for part in pack_parts(table, [0, 1, 2, 3])] == [3, 9, 5]


def test_nought_is_never_taken_for_not_published():
    assert unpack(pack(np.zeros((2, 3), dtype=np.int32)), 2).tolist() == [[0] * 3] * 2
    assert unpack(pack(np.full((1, 3), NOT_PUBLISHED)), 1).tolist() == [[NOT_PUBLISHED] * 3]


@pytest.mark.parametrize("count", [-1, -127, -128, -32_768, -MOST])
def test_a_correction_below_nought_is_kept(count):
    assert unpack(pack(np.array([[count, 5, NOT_PUBLISHED]])), 1).tolist() == [[count, 5, NOT_PUBLISHED]]


@pytest.mark.parametrize("count", [-MOST - 2, MOST + 1, 10**12])
def test_a_count_that_cannot_be_held_is_never_stored_as_another(count):
    with pytest.raises(OverflowError):
        pack_parts(np.array([[1, count]], dtype=np.int64), [0, 1])


def test_shares_come_back_to_the_last_bit_and_a_lacking_one_as_no_number():
    shares = np.array([[0.1, np.nan], [1 / 3, 1.0]])

    first, second = pack_parts(shares, [0, 1, 2])

    assert unpack(first)[0, 0] == 0.1
    assert np.isnan(unpack(first)[0, 1])
    assert unpack(second).tolist() == [[1 / 3, 1.0]]


def test_an_empty_table_is_one_byte():
    assert [len(part) for part in pack_parts(np.zeros((0, 4), dtype=np.int32), [0, 0])] == [1]


@given(st.lists(st.integers(0, MOST)))
def test_numbers_of_rows_come_back(ids):
    assert unpack_ids(pack_ids(np.array(ids, dtype=np.int64))).tolist() == ids
