import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crime_data.models import Release
from tests.mps_files import (
    BOROUGHS,
    BURGLARY,
    changed,
    make_file,
    make_historical,
    make_table,
    packed,
    total_of,
)

pytestmark = pytest.mark.django_db
BEXLEY = ("--area", "Bexley", "--from", "2023-01", "--to", "2023-12")


@pytest.fixture
def run(capsys) -> Callable[..., tuple[int, str, str]]:
    """Exit status, output and errors of a command."""

    def run(*command: str | Path) -> tuple[int, str, str]:
        try:
            call_command(*map(str, command))
            status = 0
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def saved(tmp_path) -> Callable[..., Path]:
    def saved(content: bytes, name: str = "recent.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return saved


# --- import_figures --------------------------------------------------------------------------


def test_an_import_ends_with_what_it_stored(run, saved):
    table = make_table()

    status, output, errors = run("import_figures", saved(make_file()))

    assert status == 0
    assert "Release to-202401: 64 rows, February 2022 to January 2024, published 6 February 2024." in output
    for line in (
        "months      24",
        "areas       32",
        "categories  2 (0 not yet reviewed)",
        "figures     1,536",
    ):
        assert line in output
    assert "rows        64 in, 64 stored, 0 set aside" in output
    assert f"total       {total_of(table):,} offences" in output
    assert "64 of 64 rows stored (100%)" in errors


def test_the_same_file_again_is_already_held(run, saved):
    run("import_figures", saved(make_file()))

    status, output, _ = run("import_figures", saved(packed(make_file()), "again.csv.gz"))

    assert status == 0
    assert "Already held: the figures of recent.csv are in release to-202401" in output


def test_a_bad_file_is_refused_with_column_row_and_value(run, saved):
    bad = changed(lambda table: table[5].__setitem__(7, "n/a"))

    status, output, errors = run("import_figures", saved(bad))

    assert (status, output) == (2, "")
    assert "Refused. recent.csv: Line 6, column 202206: “n/a” is not a whole number" in errors
    assert "Nothing was changed." in errors
    assert not Release.objects.exists()


def test_what_waits_for_a_person_has_an_exit_status_of_its_own(run, saved):
    status, output, _ = run("import_figures", saved(make_file(boroughs=BOROUGHS[1:])))

    assert status == 3
    assert "Stored, but not used until a person has looked" in output


def test_a_file_name_may_be_any_bytes(run, saved):
    status, output, _ = run("import_figures", saved(make_file(), "b\udcff.csv"))

    assert status == 0
    assert "files       b?.csv" in output


@pytest.mark.parametrize("missing", ["nowhere.csv", "."])
def test_a_file_that_cannot_be_read_is_refused(run, tmp_path, missing):
    status, _, errors = run("import_figures", tmp_path / missing)

    assert status == 2
    assert "No such file or directory" in errors or "Is a directory" in errors


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        (make_file(), 0, {"outcome": "accepted", "source": "mps-borough", "release": "to-202401"}),
        (make_file(boroughs=BOROUGHS[1:]), 3, {"outcome": "held-for-review", "release": "to-202401"}),
        (b"<html>", 2, {"outcome": "rejected", "source": "", "release": "", "observations": 0, "total": 0}),
    ],
)
def test_the_last_line_is_one_json_object(run, saved, content, status, expected):
    end, output, _ = run("import_figures", saved(content), "--json")

    said = json.loads(output.splitlines()[-1])
    assert list(said) == ["outcome", "source", "release", "observations", "total", "set_aside", "message"]
    assert end == status
    assert {name: said[name] for name in expected} == expected
    assert said["message"]


def test_several_releases_end_with_one_object_for_all(run, saved):
    other = make_file(first=date(2020, 1, 1), labels=[BURGLARY])

    _, output, _ = run("import_figures", saved(make_file()), saved(other, "other.csv"), "--json")

    *each, together = map(json.loads, output.splitlines())
    assert [one["release"] for one in each] == ["to-202112", "to-202401"]
    assert together["release"] == "to-202112, to-202401"
    assert together["total"] == sum(one["total"] for one in each)


def test_the_day_of_publication_can_be_said(run, saved):
    run("import_figures", saved(make_file()), "--published", "2024-02-09")

    assert str(Release.objects.get().published_on) == "2024-02-09"


@pytest.mark.parametrize("day", ["9 February", "2024-02-30", "2999-01-01"])
def test_a_day_of_publication_that_cannot_be_is_refused(run, saved, day):
    with pytest.raises(CommandError, match=r"is not a day|lies in the future"):
        run("import_figures", saved(make_file()), "--published", day)


# --- figures ---------------------------------------------------------------------------------


@pytest.fixture
def held(run, saved):
    recent = saved(make_file(count=lambda row, month: 15))
    historical = saved(make_historical(count=lambda row, month: 10), "historical.csv")
    run("import_figures", recent, historical)


def test_figures_say_the_count_the_year_before_and_the_files(held, run):
    asked = (
        "--area",
        "E09000004",
        "--crime-type",
        "personal-robbery",
        "--from",
        "2022-02",
        "--to",
        "2023-01",
    )

    status, output, _ = run("figures", *asked)

    assert status == 0
    assert output.splitlines() == [
        "Bexley, personal-robbery, February 2022 to January 2023: 180",
        "A year before: 120 (+60, +50.0%)",
        "Release to-202401: historical.csv, recent.csv",
    ]


def test_figures_as_json_have_exactly_these_keys(held, run):
    _, output, _ = run("figures", "--area", "bexley", "--from", "2022-02", "--to", "2023-01", "--json")

    assert json.loads(output) == {
        "area": "Bexley",
        "crime_type": "all",
        "from": "2022-02",
        "to": "2023-01",
        "count": 360,
        "previous": 240,
        "difference": 120,
        "percent": 50.0,
        "release": "to-202401",
        "files": ["historical.csv", "recent.csv"],
    }


def test_figures_by_the_publishers_label(held, run):
    _, output, _ = run("figures", *BEXLEY, "--category", "Robbery / Robbery of Personal Property", "--json")

    assert json.loads(output)["count"] == 180


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("--area", "Atlantis"), "No area is called “Atlantis”"),
        (("--crime-type", "piracy"), "No crime type is called “piracy”. There are: all, "),
        (("--crime-type", "rape"), "publishes the crime type “rape” for Bexley"),
        (("--from", "2024-01"), "--from lies after --to"),
        (("--from", "1999-01"), "No release holds all the months 1999-01 to 2023-12"),
        (("--from", "2023-13"), "“2023-13” is not a month. Write it as 2019-02."),
        (("--to", "Dec 2023"), "“Dec 2023” is not a month"),
        (("--as-at", "30/06/2024"), "“30/06/2024” is not a day. Write it as 2024-06-30."),
        (("--as-at", "2024-01-31"), "No release was published by 31 January 2024"),
        (("--release", "to-202402"), "No release “to-202402” is in use. Releases held: to-202401."),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(held, run, asked, message):
    with pytest.raises(CommandError) as refusal:
        run("figures", *BEXLEY, *asked)

    assert message in str(refusal.value)


def test_before_any_import_the_answer_says_how_to_begin(db, run):
    with pytest.raises(CommandError, match=r"No figures are held yet. Import a file first"):
        run("figures", *BEXLEY)
