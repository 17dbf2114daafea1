"""What `make bench-import` stands on: its made-up files, and what two of them differ in."""

from pathlib import Path

import pytest

from scripts.bench import make_files
from scripts.bench.differences import differences

pytestmark = pytest.mark.once
AREAS = 40


def made(folder: Path, name: str, **wanted) -> Path:
    path = folder / f"{name}.csv"
    make_files.write(path, areas=AREAS, **wanted)
    return path


def lines_of(path: Path) -> list[list[str]]:
    """Small files have no comma inside quotes."""
    return [line.split(",") for line in path.read_text().splitlines()]


def test_one_seed_makes_the_same_bytes_again_and_another_seed_others(tmp_path):
    first, again = made(tmp_path, "first"), made(tmp_path, "again")
    other = made(tmp_path, "other", seed=2)

    assert first.read_bytes() == again.read_bytes() != other.read_bytes()


def test_the_bytes_are_those_of_every_machine(tmp_path):
    header, _, line, *_ = lines_of(made(tmp_path, "first", months=6))

    assert header[-6:] == ["202304", "202305", "202306", "202307", "202308", "202309"]
    assert line == [
        "E01000001",
        "Barking and Dagenham 001A",
        "E09000002",
        "ARSON AND CRIMINAL DAMAGE",
        "CRIMINAL DAMAGE",
        *"201002",
    ]


def test_files_of_different_length_agree_where_they_overlap(tmp_path):
    short, long = made(tmp_path, "short"), made(tmp_path, "long", months=60)

    found = differences(long, short)

    assert len(found.months) == 24
    assert found.changed == 0
    assert set(found.gone.values()) == {0}


def test_every_listed_series_has_an_offence(tmp_path):
    counts = [list(map(int, line[5:])) for line in lines_of(made(tmp_path, "first"))[1:]]

    assert all(map(any, counts))


def test_long_rows_hold_every_count_of_the_file(tmp_path):
    wide = made(tmp_path, "wide")

    make_files.write_long(wide, tmp_path / "long.tsv")

    rows = [tuple(map(int, line.split("\t"))) for line in (tmp_path / "long.tsv").read_text().splitlines()]
    counts = [list(map(int, line[5:])) for line in lines_of(wide)[1:]]
    assert rows == [(at, m, n) for at, line in enumerate(counts, 1) for m, n in enumerate(line)]


def test_a_changed_cell_a_gone_series_and_a_new_one_are_told_apart(tmp_path):
    before = made(tmp_path, "before")
    header, first, second, third, *rest = lines_of(before)
    first[-1] = str(int(first[-1]) + 1)
    new = [*second[:4], "A NEW LABEL", *["0"] * 23, "5"]
    now = tmp_path / "now.csv"
    now.write_text("\n".join(",".join(line) for line in (header, first, second, new, *rest)) + "\n")

    found = differences(before, now)

    was = [int(cell) for cell in third[5:]]
    assert found.gone == {(third[0], third[3], third[4]): sum(was)}
    assert found.changed == 1 + sum(count > 0 for count in was) + 1
    assert found.cells == (len(rest) + 4) * 24


def test_the_next_publication_restates_some_of_the_past_and_moves_a_month_on(tmp_path):
    before, now = made(tmp_path, "before"), made(tmp_path, "now", last="202310", restated=1)

    found = differences(before, now)

    assert (found.months[0], found.months[-1], len(found.months)) == ("202111", "202309", 23)
    assert 0 < found.changed < 0.02 * found.cells
    assert found.gone
