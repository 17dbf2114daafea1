"""Printed labels add up to crime types, month by month, and areas to those above them."""

import shutil
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data import mapping, sums
from crime_data.importers.contract import Label
from crime_data.importers.grid import NOT_PUBLISHED
from crime_data.sums import Plan, add_up, by_type

pytestmark = pytest.mark.once

HOME = Label("BURGLARY", "BURGLARY - RESIDENTIAL")
SHOP = Label("BURGLARY", "BURGLARY BUSINESS AND COMMUNITY")
PERSONAL = Label("ROBBERY", "ROBBERY OF PERSONAL PROPERTY")
UNKNOWN = Label("BURGLARY", "BURGLARY OF A SPACESHIP")
FIRST = date(2024, 1, 1)


def plan(*labels: Label, table: str = "mps", partition: bool = True, step: int = 1, columns: int = 3) -> Plan:
    return sums.plan(labels, table=table, partition=partition, first=FIRST, step=step, columns=columns)


def types(plan: Plan, area: list[int], label: list[int], values: list[list[int]], areas: int = 1) -> dict:
    """Crime type -> a list an area of its months."""
    found = by_type(plan, np.array(area), np.array(label), np.array(values, dtype=np.int32), areas)
    assert found.dtype == np.int32
    return {key: found[:, at].tolist() for at, key in enumerate(plan.types)}


@pytest.fixture
def table(tmp_path, monkeypatch, request):
    """A reviewed table of its own: lines of major, minor, type, first and last month."""

    def table(*lines: tuple[str, str, str, str, str]) -> str:
        (tmp_path / "categories").mkdir()
        shutil.copy(mapping.FOLDER / "crime_types.csv", tmp_path)
        name = f"made-{request.node.name[:30]}"
        rows = [",".join([major, minor, "", *rest, "", ""]) for major, minor, *rest in lines]
        head = "major,minor,counted,crime_type,from_month,to_month,generation,note"
        (tmp_path / "categories" / f"{name}.csv").write_text("\n".join([head, *rows, ""]))
        monkeypatch.setattr(mapping, "FOLDER", tmp_path)
        return name

    return table


# --- which label is which type ---------------------------------------------------------------


def test_a_type_is_the_sum_of_its_labels_and_is_in_each_type_above_it():
    found = types(
        plan(HOME, SHOP, PERSONAL), [0, 0, 0], [0, 1, 2], [[1, 2, 3], [10, 20, 30], [100, 200, 300]]
    )

    assert found["residential-burglary"] == [[1, 2, 3]]
    assert found["burglary"] == [[11, 22, 33]]
    assert found["personal-robbery"] == found["robbery"] == [[100, 200, 300]]
    assert found["all"] == [[111, 222, 333]]


def test_several_labels_of_one_type_add_up():
    dwelling = Label("Burglary", "Burglary in a Dwelling")

    assert types(plan(HOME, dwelling), [0, 0], [0, 1], [[1, 0, 0], [0, 5, 6]])["residential-burglary"] == [
        [1, 5, 6]
    ]


def test_a_label_counts_to_one_type_until_a_month_and_to_another_after(table):
    made = table(
        ("BURGLARY", "SHED", "business-burglary", "", "2024-01"),
        ("BURGLARY", "SHED", "residential-burglary", "2024-02", ""),
    )

    found = types(plan(Label("Burglary", "Shed"), table=made), [0], [0], [[5, 6, 7]])

    assert found["business-burglary"] == [[5, 0, 0]]
    assert found["residential-burglary"] == [[0, 6, 7]]
    assert found["burglary"] == found["all"] == [[5, 6, 7]]


def test_a_label_of_other_months_than_those_of_the_file_makes_no_type(table):
    made = table(("BURGLARY", "SHED", "business-burglary", "2020-01", "2023-12"), ("A", "B", "arson", "", ""))

    assert "business-burglary" not in plan(Label("BURGLARY", "SHED"), Label("A", "B"), table=made).types


def test_months_of_a_quarterly_file_are_the_first_of_each_quarter(table):
    made = table(
        ("A", "B", "arson", "", "2024-06"),
        ("A", "B", "criminal-damage", "2024-07", ""),
    )

    found = types(plan(Label("A", "B"), table=made, step=3), [0], [0], [[5, 6, 7]])

    assert (found["arson"], found["criminal-damage"]) == ([[5, 6, 0]], [[0, 0, 7]])


def test_a_label_nobody_has_reviewed_counts_to_its_printed_group_and_is_named():
    made = plan(HOME, UNKNOWN)

    assert made.unreviewed == (1,)
    assert types(made, [0, 0], [0, 1], [[1, 1, 1], [2, 2, 2]])["all"] == [[3, 3, 3]]
    assert "burglary" in made.types
    assert types(made, [0, 0], [0, 1], [[1, 1, 1], [2, 2, 2]])["burglary"] == [[3, 3, 3]]
    assert types(made, [0, 0], [0, 1], [[1, 1, 1], [2, 2, 2]])["residential-burglary"] == [[1, 1, 1]]


def test_where_labels_overlap_an_unknown_one_counts_to_nothing():
    made = plan(HOME, UNKNOWN, partition=False)

    assert made.unreviewed == (1,)
    assert types(made, [0, 0], [0, 1], [[1, 1, 1], [2, 2, 2]])["all"] == [[1, 1, 1]]


def test_a_label_that_was_reviewed_and_has_no_type_counts_to_all_offences_in_a_partition_only(table):
    made = table(("A", "B", "", "", ""), ("BURGLARY", "SHED", "burglary", "", ""))
    labels = Label("A", "B"), Label("BURGLARY", "SHED")

    whole, overlapping = plan(*labels, table=made), plan(*labels, table=made, partition=False)

    assert whole.unreviewed == overlapping.unreviewed == ()
    assert types(whole, [0, 0], [0, 1], [[1, 1, 1], [2, 2, 2]])["all"] == [[3, 3, 3]]
    assert types(overlapping, [0, 0], [0, 1], [[1, 1, 1], [2, 2, 2]])["all"] == [[2, 2, 2]]


def test_types_stand_below_those_they_are_part_of():
    made = plan(HOME, SHOP, PERSONAL)
    place = {key: at for at, key in enumerate(made.types)}

    assert all(parent < child for child, parent in made.upwards)
    assert place["all"] == 0
    assert set(made.types) == {
        "all", "burglary", "residential-burglary", "business-burglary", "robbery", "personal-robbery",
    }  # fmt: skip


def test_a_file_without_labels_has_no_types():
    assert plan() == Plan((), (), (), ())


# --- adding up -------------------------------------------------------------------------------


def test_areas_are_kept_apart_and_one_without_a_row_is_nought():
    found = types(plan(HOME), [0, 2], [0, 0], [[1, 2, 3], [4, 5, 6]], areas=3)

    assert found["residential-burglary"] == [[1, 2, 3], [0, 0, 0], [4, 5, 6]]


def test_a_month_that_is_lacking_in_one_row_of_an_area_is_lacking_in_all_its_types():
    values = [[1, NOT_PUBLISHED, 3], [10, 20, 30], [7, 8, 9]]

    found = types(plan(HOME, PERSONAL), [0, 0, 1], [0, 1, 1], values, areas=2)

    assert found["all"] == [[11, NOT_PUBLISHED, 33], [7, 8, 9]]
    assert found["robbery"] == [[10, NOT_PUBLISHED, 30], [7, 8, 9]]


def test_what_one_part_lacks_the_whole_lacks():
    parts = np.array([[[1, NOT_PUBLISHED]], [[5, 6]]], dtype=np.int32)

    assert add_up(parts).tolist() == [[6, NOT_PUBLISHED]]
    assert add_up(parts).dtype == np.int64


def test_a_whole_of_wholes_does_not_overflow():
    parts = np.full((40, 1, 1), 2**31 - 1, dtype=np.int32)

    assert add_up(parts).tolist() == [[40 * (2**31 - 1)]]


counts = st.integers(0, 5_000)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), counts, counts), unique_by=lambda row: row[:2])
)
def test_all_offences_are_all_rows_and_a_type_is_its_parts(rows):
    made = plan(HOME, SHOP, PERSONAL, UNKNOWN, columns=2)
    area, label = [row[0] for row in rows], [row[1] for row in rows]
    values = np.array([row[2:] for row in rows], dtype=np.int32).reshape(-1, 2)

    found = types(made, area, label, values, areas=5)

    for place in range(5):
        here = [row[2] for row in rows if row[0] == place]
        assert found["all"][place][0] == sum(here)
        for month in range(2):
            unknown = sum(row[2 + month] for row in rows if row[:2] == (place, 3))
            known = sum(found[part][place][month] for part in ("residential-burglary", "business-burglary"))
            assert found["burglary"][place][month] == known + unknown
