"""The invented figures look like the publisher's files and hold the totals that the documents print."""

import csv
import time
import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

import csp_portal.demo
from csp_portal.demo.figures import EXPECTED, ExpectedTotal, write_demo_figures

FOLDER = Path(csp_portal.demo.__file__).parent


class Publication(NamedTuple):
    paths: list[Path]
    seconds: float
    counts: dict[tuple[str, str, str], dict[str, int]]

    def total(self, wanted: ExpectedTotal) -> int:
        return sum(
            count
            for row, months in self.counts.items()
            if wanted.covers(row)
            for month, count in months.items()
            if wanted.first_month <= month <= wanted.last_month
        )


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    started = time.process_time()
    paths = write_demo_figures(tmp_path_factory.mktemp("figures") / "new")
    seconds = time.process_time() - started
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    for path in paths:
        for row in table(path)[1:]:
            months = counts.setdefault((row[0], row[1], row[2]), {})
            months.update(zip(table_header(path)[3:], map(int, row[3:]), strict=True))
    return Publication(paths, seconds, counts)


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="ascii", newline="") as file:
        return list(csv.reader(file))


def table_header(path: Path) -> list[str]:
    with path.open(encoding="ascii", newline="") as file:
        return next(csv.reader(file))


def label(total: ExpectedTotal) -> str:
    return f"{total.borough} {total.minor or total.major or 'all'} {total.first_month}-{total.last_month}"


@pytest.mark.parametrize("expected", EXPECTED, ids=label)
def test_a_printed_total_comes_out_exactly(publication, expected):
    assert publication.total(expected) == expected.count


def test_printed_changes_come_out_when_rounded_as_printed():
    by_key = {(row.borough, row.major, row.minor, row.last_month): row.count for row in EXPECTED}
    changed = [row for row in EXPECTED if row.change_percent is not None]
    assert len(changed) == 11
    for row in changed:
        year_before = f"{int(row.last_month[:4]) - 1}{row.last_month[4:]}"
        before = by_key[row.borough, row.major, row.minor, year_before]
        decimals = 0 if isinstance(row.change_percent, int) else 1
        assert round(100 * (row.count / before - 1), decimals) == row.change_percent, label(row)


def test_bromley_arson_of_the_year_before_is_the_only_count_that_fits_its_percentage():
    (before,) = (
        row.count for row in EXPECTED if (row.borough, row.minor) == ("Bromley", "Arson") and not row.printed
    )
    assert before == 84
    assert [n for n in range(1, 200) if round(100 * (99 / n - 1)) == 18] == [84]


def test_expected_totals_are_those_of_the_printed_figures():
    printed = {(row.borough, row.last_month, row.count) for row in EXPECTED if row.printed}
    for slug in ("bexley", "bromley"):
        content = tomllib.loads((FOLDER / f"{slug}.toml").read_text(encoding="utf-8"))
        for figure in content["printed_figures"]:
            if figure["crime_type"]:
                month: date = figure["last_month"]
                assert (content["partnership"]["borough"], f"{month:%Y%m}", figure["count"]) in printed


def test_files_have_the_publisher_s_names_and_columns(publication):
    historical, recent = publication.paths
    assert historical.name == "MPS Borough Level Crime (Historical).csv"
    assert recent.name == "MPS Borough Level Crime (most recent 24 months).csv"
    for path, first, last, length in (
        (historical, "201004", "202201", 142),
        (recent, "202202", "202401", 24),
    ):
        header = table_header(path)
        assert header[:3] == ["MajorText", "MinorText", "LookUp_BoroughName"]
        assert (header[3], header[-1], len(header) - 3) == (first, last, length)
        assert header[3:] == sorted(set(header[3:]))


def test_files_have_the_publisher_s_bytes(publication):
    for path in publication.paths:
        data = path.read_bytes()
        assert data.isascii()
        assert data.endswith(b"\r\n")
        assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
        assert b"\r\n\r\n" not in data
        assert b'"Disclosure, Obstruction, False or Misleading State"' in data
        assert b'"Arson"' not in data


def test_rows_are_sorted_unique_complete_and_never_all_zero(publication):
    for path in publication.paths:
        header, *rows = table(path)
        keys = [tuple(row[:3]) for row in rows]
        assert keys == sorted(set(keys))
        for row in rows:
            assert len(row) == len(header)
            assert all(cell.isdecimal() for cell in row[3:])
            assert any(cell != "0" for cell in row[3:])


def test_labels_are_those_of_the_publisher_s_generation(publication):
    majors = {row[0] for row in publication.counts}
    minors = {row[1] for row in publication.counts}
    assert len(majors) == 12
    assert {"Domestic Burglary", "Burglary Business and Community", "Theft from Person"} <= minors
    assert max(len(minor) for minor in minors) == 50
    old = {
        month
        for row, months in publication.counts.items()
        if "Fraud and Forgery" in row[0]
        for month in months
    }
    assert max(old) == "202201"


def test_there_are_thirty_two_boroughs_and_the_airports(publication):
    boroughs = {row[2] for row in publication.counts}
    assert len(boroughs) == 33
    assert "London Heathrow and London City Airports" in boroughs
    assert "City of London" not in boroughs


def test_the_files_are_small_and_quick_to_make(publication):
    assert sum(path.stat().st_size for path in publication.paths) < 1_500_000
    assert publication.seconds < 2


def test_the_files_come_out_the_same_every_time(publication, tmp_path):
    again = write_demo_figures(tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in publication.paths]


def test_no_series_breaks_off_where_a_fixed_total_begins_or_ends(publication):
    bromley = {
        month: sum(months.get(month, 0) for row, months in publication.counts.items() if row[2] == "Bromley")
        for month in table_header(publication.paths[0])[3:]
    }
    for before, after in (("201801", "201802"), ("201901", "201902"), ("202001", "202002")):
        assert 0.8 < bromley[after] / bromley[before] < 1.25
