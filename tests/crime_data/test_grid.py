"""The figures of one file while they are read: in memory or on disk, in any order, nothing lost."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crime_data.importers import grid as module
from crime_data.importers.grid import NOT_PUBLISHED, Grid, Register, grid_of_cells

pytestmark = pytest.mark.once
alike = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def a_grid(rows: int = 12, columns: int = 3, at_once: int = 5) -> Grid:
    """Row r, column c holds 10 r + c; areas and labels go round."""
    grid = Grid(columns)
    for start in range(0, rows, at_once):
        at = np.arange(start, min(start + at_once, rows))
        grid.append(at // 4, at % 4, at + 2, 10 * at[:, None] + np.arange(columns))
    return grid


def rows_of(grid: Grid) -> list[list[int]]:
    return grid.values(np.arange(len(grid))).tolist()


@pytest.fixture
def small(monkeypatch):
    """Few values at once, and hardly any in memory."""
    monkeypatch.setattr(module, "IN_MEMORY", 64)
    monkeypatch.setattr(module, "CELLS_AT_ONCE", 9)


def test_things_are_numbered_in_the_order_they_are_first_seen():
    seen: Register[str] = Register()

    assert [seen.number(thing) for thing in "abacb"] == [0, 1, 0, 2, 1]
    assert list(seen) == ["a", "b", "c"]


def test_rows_come_back_as_they_were_from_memory_and_from_disk(small):
    on_disk, in_memory = a_grid(200), Grid(3)
    in_memory.append(on_disk.area, on_disk.label, on_disk.line, np.array(rows_of(on_disk)))

    assert on_disk._values._rolled
    assert rows_of(on_disk) == [[10 * row, 10 * row + 1, 10 * row + 2] for row in range(200)]
    assert on_disk.totals.tolist() == [sum(10 * row + column for row in range(200)) for column in range(3)]
    assert on_disk.line.tolist() == list(range(2, 202))


@alike
@given(order=st.permutations(range(12)), take=st.integers(0, 12))
def test_any_rows_in_any_order(small, order, take):
    rows = np.array(order[:take], dtype=np.int64)

    assert a_grid().values(rows).tolist() == [[10 * row + column for column in range(3)] for row in rows]


def test_rows_can_be_added_after_some_were_read():
    grid = a_grid(5)
    assert len(grid.area) == 5

    grid.append([9], [9], [9], np.array([[1, 2, 3]]))

    assert (grid.area.tolist()[-1], rows_of(grid)[-1]) == (9, [1, 2, 3])


def test_values_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="2 rows of 3 columns"):
        Grid(3).append([1, 2], [1, 2], [1, 2], np.zeros((2, 4), dtype=np.int32))


def test_what_is_not_published_is_in_no_total():
    grid = Grid(2)
    grid.append([0, 1], [0, 0], [2, 3], np.array([[5, NOT_PUBLISHED], [1, 2]]))

    assert grid.totals.tolist() == [6, 2]


def test_chunks_are_all_rows_once_in_the_order_of_the_file(small):
    chunks = list(a_grid(20).chunks())

    assert np.concatenate(chunks).tolist() == list(range(20))
    assert max(map(len, chunks)) == 3
    assert list(Grid(3).chunks()) == []


@alike
@given(groups=st.lists(st.integers(0, 6), min_size=1, max_size=40))
def test_batches_hold_all_rows_once_in_order_and_keep_groups_together(small, groups):
    grid = Grid(3)
    grid.append(groups, range(len(groups)), range(len(groups)), np.zeros((len(groups), 3), dtype=np.int32))
    group = np.array(groups)
    order = np.lexsort((np.arange(len(groups)), group))

    batches = list(grid.batches(order, group))

    assert np.concatenate(batches).tolist() == order.tolist()
    held = [set(group[batch].tolist()) for batch in batches]
    assert sum(map(len, held)) == len(set(groups))
    for batch, those in zip(batches, held, strict=True):
        assert len(batch) <= 3 or len(those) == 1


def test_an_empty_grid_has_no_batches():
    grid = Grid(3)

    assert list(grid.batches(np.array([], dtype=int), np.array([], dtype=int))) == []
    assert not grid.repeats()
    assert grid.area.tolist() == []


@pytest.mark.parametrize(
    ("area", "label", "repeats"),
    [([0, 0], [0, 1], False), ([0, 1], [1, 0], False), ([0, 0], [1, 1], True), ([3, 1, 3], [2, 2, 2], True)],
)
def test_an_area_and_label_in_two_rows_is_found(area, label, repeats):
    grid = Grid(1)
    grid.append(area, label, range(len(area)), np.zeros((len(area), 1), dtype=np.int32))

    assert grid.repeats() is repeats


def test_without_its_first_column_the_rest_is_the_same(small):
    grid = a_grid()

    rest = grid.without_first_column()

    assert rows_of(rest) == [row[1:] for row in rows_of(grid)]
    assert rest.totals.tolist() == grid.totals.tolist()[1:]
    assert (rest.area.tolist(), rest.line.tolist()) == (grid.area.tolist(), grid.line.tolist())


# --- out of a long table ---------------------------------------------------------------------

cells = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3), st.integers(0, 99)), min_size=1
)


@alike
@given(given_cells=cells)
def test_cells_add_up_wherever_they_stand(small, given_cells):
    columns = np.array([(*cell[:3], at, cell[3]) for at, cell in enumerate(given_cells)], dtype=np.int64).T

    grid = grid_of_cells(4, *columns)

    wanted: dict[tuple[int, int], list[int]] = {}
    lines: dict[tuple[int, int], int] = {}
    for at, (area, label, column, value) in enumerate(given_cells):
        wanted.setdefault((area, label), [0] * 4)[column] += value
        lines.setdefault((area, label), at)
    keys = list(zip(grid.area.tolist(), grid.label.tolist(), strict=True))
    assert dict(zip(keys, rows_of(grid), strict=True)) == wanted
    assert dict(zip(keys, grid.line.tolist(), strict=True)) == lines
    assert not grid.repeats()


def test_a_cell_that_is_not_there_is_what_the_source_means_by_it():
    one = [np.array([number]) for number in (0, 0, 1, 2, 7)]

    assert rows_of(grid_of_cells(3, *one)) == [[0, 7, 0]]
    assert rows_of(grid_of_cells(3, *one, empty=NOT_PUBLISHED)) == [[NOT_PUBLISHED, 7, NOT_PUBLISHED]]


def test_two_shares_in_one_cell_are_refused_and_one_is_kept():
    keys = [np.array([0, 0]), np.array([0, 0]), np.array([1, 1]), np.array([2, 3])]
    with pytest.raises(ValueError, match="two shares"):
        grid_of_cells(2, *keys, np.array([0.5, 0.6]), dtype="<f8", empty=np.nan)

    single = grid_of_cells(2, *[key[:1] for key in keys], np.array([0.5]), dtype="<f8", empty=np.nan)
    assert np.isnan(single.values(np.array([0]))[0, 0])
    assert single.values(np.array([0]))[0, 1] == 0.5


def test_cells_that_add_up_to_too_much_are_refused():
    keys = [np.array([0, 0]), np.array([0, 0]), np.array([0, 0]), np.array([2, 3])]

    with pytest.raises(OverflowError):
        grid_of_cells(1, *keys, np.array([2**31 - 1, 1]))


def test_a_table_without_cells_is_a_grid_without_rows():
    assert len(grid_of_cells(3, *[np.array([], dtype=np.int64)] * 5)) == 0
