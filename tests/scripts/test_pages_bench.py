"""What `make bench-pages` stands on: its arithmetic, and how it reads answers and queries."""

import csv

import brotli
import pytest

from scripts.bench import make_files
from scripts.bench.browser import weight
from scripts.bench.fill_portal import counted
from scripts.bench.load import Answer, Load, parsed, percentile, ratios
from scripts.bench.pages_bench import Finding, query_findings, spread

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("percent", "value"), [(50, 5), (99, 10), (10, 1), (0, 1), (91, 10), (90, 9)])
def test_a_percentile_is_one_of_the_values(percent, value):
    assert percentile([10, 3, 1, 2, 5, 4, 6, 9, 8, 7], percent) == value


def test_a_ratio_is_taken_inside_a_round():
    ours = [Load(cpu=2, rate=50, p50=1, p99=1), Load(cpu=9, rate=30, p50=1, p99=1)]
    bare = [Load(cpu=1, rate=100, p50=1, p99=1), Load(cpu=3, rate=60, p50=1, p99=1)]

    assert ratios(ours, bare, "cpu") == [2, 3]
    assert ratios(ours, bare, "rate") == [0.5, 0.5]


@pytest.mark.parametrize(
    ("value", "limit", "least", "verdict"),
    [
        (5, 5, False, "met"),
        (5.01, 5, False, "MISSED"),
        (3, 3, True, "met"),
        (2.9, 3, True, "MISSED"),
        (9, None, False, ""),
    ],
)
def test_a_figure_is_held_against_its_limit(value, limit, least, verdict):
    finding = Finding("What", value, limit, least=least)

    assert finding.verdict == verdict
    assert verdict in str(finding)


def test_the_median_counts_and_the_spread_is_told():
    finding = spread("What", [1.0, 9.0, 2.0], 5)

    assert (finding.value, finding.note, finding.verdict) == (2.0, "1.00 to 9.00", "met")


def test_an_answer_in_chunks_is_put_together():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    raw = head + b"3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n"

    assert parsed(raw) == Answer(200, {"content-type": "text/html", "transfer-encoding": "chunked"}, b"abcde")


def test_an_answer_of_known_length_is_its_body():
    answer = parsed(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")

    assert (answer.status, answer.headers["content-length"], answer.body) == (404, "2", b"no")


def test_a_body_weighs_what_brotli_makes_of_it_and_what_was_compressed_weighs_itself():
    words = b"the same words again and again " * 100
    packed = brotli.compress(words)

    assert weight(Answer(200, {}, words)) < len(words) / 10
    assert weight(Answer(200, {"content-encoding": "br"}, packed)) == len(packed)
    assert weight(Answer(200, {}, b"x")) == 1


def test_queries_for_figures_are_told_by_their_tables():
    statements = [
        'SELECT * FROM "django_session"',
        'SELECT * FROM "measures_measure" INNER JOIN "priorities_priority" ON 1 = 1',
        'SELECT * FROM "partners_partnership_areas" INNER JOIN "crime_data_area" ON 1 = 1',
        "PRAGMA data_version",
    ]

    assert counted(statements) == [3, 2]


def test_a_page_whose_queries_grow_misses_its_goal():
    grows = {"one": [5, 2], "ten": [6, 3], "hundred": [9, 6]}
    found = list(query_findings({"priority": grows, "board": {slug: [5, 2] for slug in grows}}))

    assert [finding.value for finding in found] == [9, 6, 4, 5, 2, 0]
    assert [finding.verdict for finding in found] == ["met", "met", "MISSED", "met", "met", "met"]


def rows_of(path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_boroughs_and_wards_are_the_sums_of_the_small_areas(tmp_path):
    make_files.write(tmp_path / "lsoa.csv", months=3)
    for level in ("borough", "ward"):
        make_files.write_summed(tmp_path / f"{level}.csv", level=level, months=3, only="Bexley")

    small = [row for row in rows_of(tmp_path / "lsoa.csv")[1:] if row[1].startswith("Bexley ")]
    sums = {
        level: sum(sum(map(int, row[-3:])) for row in rows_of(tmp_path / f"{level}.csv")[1:])
        for level in ("borough", "ward")
    }
    assert sums["borough"] == sums["ward"] == sum(sum(map(int, row[-3:])) for row in small) > 0
    assert {row[2] for row in rows_of(tmp_path / "borough.csv")[1:]} == {"Bexley"}
    assert len({row[3] for row in rows_of(tmp_path / "ward.csv")[1:]}) > 10
