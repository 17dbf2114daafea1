"""Imports as real processes on a database of their own: killed half-way, and several at once."""

import hashlib
import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from crime_data.packing import unpack
from tests.mps_files import make_file, make_large_file
from tests.scratch import Scratch, empty_database

# Stops at one function of the import until it is killed.
STOPPING = """
import sys, time, django
from importlib import import_module
django.setup()
from crime_data import services
from crime_data.importers import grid

def stop(*args, **given):
    print("here", flush=True)
    time.sleep(60)

name, place, stage = sys.argv[1:]
grid.CELLS_AT_ONCE = 40 * 24
if stage != "on_progress":
    setattr(import_module(f"crime_data.services.{place}"), stage, stop)
tell = stop if stage == "on_progress" else None
services.import_files(received=[services.Received("new.csv", open(name, "rb").read())], on_progress=tell)
"""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory) -> Path:
    """An SQLite database with all tables, to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    if connection.vendor == "sqlite":
        Scratch(folder, f"sqlite:///{folder}/portal.sqlite3").manage("migrate", "-v0")
    return folder


@pytest.fixture
def scratch(tmp_path, migrated) -> Iterator[Scratch]:
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    with empty_database(tmp_path) as scratch:
        if connection.vendor != "sqlite":
            scratch.manage("migrate", "-v0")
        yield scratch


def a_file(folder: Path, name: str, count: int) -> Path:
    path = folder / name
    path.write_bytes(make_file(count=lambda row, month: count))
    return path


def test_an_import_killed_at_any_stage_leaves_the_old_figures_and_the_next_one_works(scratch, tmp_path):
    scratch.bring_in(a_file(tmp_path, "old.csv", 10))
    new = a_file(tmp_path, "new.csv", 11)
    in_use = "SELECT name, total FROM crime_data_releasefile WHERE state = 'current'"

    stages = "importing._release_for importing._stage storing.store storing.note_categories storing.insert "
    stages += "importing.on_progress storing.type_plan guards.doubts importing._finish importing.record_event"
    for stage in stages.split():
        child = scratch.start("-c", STOPPING, str(new), *stage.split("."))
        assert child.stdout.readline() == "here\n", child.communicate()[1]
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert scratch.ask(in_use) == [("old.csv", 64 * 24 * 10)], stage

    assert scratch.bexley_in_2023() == 2 * 12 * 10
    assert scratch.bring_in(new)["outcome"] == "accepted"
    assert scratch.bexley_in_2023() == 2 * 12 * 11
    assert scratch.ask("SELECT state, count(*) FROM crime_data_releasefile GROUP BY state") == [
        ("current", 2)
    ]
    assert scratch.ask("SELECT count(*) FROM crime_data_printedtable") == [(2 * 32,)]


def test_four_imports_of_one_file_at_once_store_it_once(scratch, tmp_path):
    path = a_file(tmp_path, "new.csv", 10)

    children = [scratch.start("manage.py", "import_figures", str(path), "--json") for _ in range(4)]
    ends = [(child.communicate(timeout=120), child.returncode) for child in children]

    assert [code for _, code in ends] == [0] * 4, ends
    outcomes = sorted(json.loads(output.splitlines()[-1])["outcome"] for (output, _), _ in ends)
    assert outcomes == ["accepted", *["already-held"] * 3]
    assert scratch.ask("SELECT count(*) FROM crime_data_releasefile") == [(1,)]
    assert scratch.bexley_in_2023() == 2 * 12 * 10


def test_two_files_for_the_same_months_at_once_are_stored_whole_side_by_side(scratch, tmp_path):
    paths = [a_file(tmp_path, "one.csv", 100), a_file(tmp_path, "two.csv", 101)]

    children = [scratch.start("manage.py", "import_figures", str(path)) for path in paths]
    for child in children:
        child.communicate(timeout=120)

    assert [child.returncode for child in children] == [0, 0]
    assert sorted(scratch.ask("SELECT key FROM crime_data_release")) == [
        ("to-202401",),
        ("to-202401-issue-2",),
    ]
    assert scratch.bexley_in_2023() in (2 * 12 * 100, 2 * 12 * 101)


# --- killed at random moments ----------------------------------------------------------------

MOMENTS, AREAS, LABELS = 10, 3_000, 8

COMMAND = """
import sys, django
django.setup()
from django.core.management import call_command
print("here", flush=True)
call_command("import_figures", sys.argv[1])
"""

# A worker without its broker: it does the run that waits.
WORKER = """
import django
django.setup()
from crime_data import services
from crime_data.models import ImportRun
run = ImportRun.objects.get(state="queued")
print("here", flush=True)
services.run_import(run)
"""

# A minute and more passes; the sweeper comes; a person looks, and runs again what is said to be stopped.
LATER = """
import sys, django
django.setup()
from datetime import date, timedelta
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from crime_data import queries, services
from crime_data.models import ImportRun, ReleaseFile

def look():
    month = date(2023, 6, 1)
    area = queries.find_area("Bexley")
    print(queries.figures(area=area, first=month, last=month, source_key="mps-lsoa").count)

look()
before = timezone.now() - timedelta(minutes=5)
ImportRun.objects.filter(state="running").update(heartbeat_at=before)
ReleaseFile.objects.filter(state="staged").update(imported_at=before)
services.sweep_imports()
look()
for run in ImportRun.objects.filter(state="stopped"):
    print(run.message)
    services.run_again(run=run, by=None)
for file in ReleaseFile.objects.filter(state="current", name="new.csv"):
    services.withdraw_file(file=file, by=None, reason="It was too quick to be killed. Once more.")
if len(sys.argv) > 1 and not ImportRun.objects.going().exists():
    content = open(sys.argv[1], "rb").read()
    services.ask_for_import(uploads=[SimpleUploadedFile("new.csv", content)], by=None)
"""


def a_large_file(folder: Path, name: str, first: date, count: int) -> Path:
    path = folder / name
    path.write_bytes(make_large_file(areas=AREAS, labels=LABELS, first=first, count=count))
    return path


def in_use(scratch: Scratch) -> tuple:
    """All that is shown: the files in use, and their tables to the last byte."""
    files = scratch.ask(
        "SELECT id, name, state, total FROM crime_data_releasefile WHERE state = 'current' ORDER BY id"
    )
    digest, total = hashlib.sha256(), 0
    for kind in ("printedtable", "crimetypetable"):
        keys = "categories" if kind == "printedtable" else "crime_types"
        tables = scratch.ask(
            f'SELECT t.file_id, t.area_id, t.{keys}, t."values" FROM crime_data_{kind} t '  # noqa: S608
            "JOIN crime_data_releasefile f ON f.id = t.file_id WHERE f.state = 'current' ORDER BY 1, 2"
        )
        digest.update(repr([(a, b, bytes(c), bytes(d)) for a, b, c, d in tables]).encode())
        if kind == "printedtable":
            total = sum(int(unpack(bytes(table[3])).sum()) for table in tables)
            assert len(tables) == AREAS * len(files)
    assert total == sum(file[3] for file in files)
    return files, digest.hexdigest()


def is_old_or_new(scratch: Scratch, before: tuple) -> bool:
    """Whether the old figures are in use to the last byte. If not, the new ones are, whole: the child was
    killed after its last step, before it could say so."""
    now = in_use(scratch)
    if now != before:
        assert [file[1:] for file in now[0]] == [
            ("old.csv", "current", AREAS * LABELS * 24 * 10),
            ("new.csv", "current", AREAS * LABELS * 24 * 11),
        ]
    return now == before


def kill(scratch: Scratch, moment: Callable[[float], float], took: float, *command: str) -> bool:
    """Start a child and kill it some time into its import. False when it was done before."""
    child = scratch.start("-c", *command)
    assert child.stdout.readline() == "here\n", child.communicate()[1]
    time.sleep(moment(took))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    return child.returncode == -signal.SIGKILL


def whole(scratch: Scratch, *command: str) -> float:
    """Let a child come to its end; how many seconds its import took."""
    child = scratch.start("-c", *command)
    assert child.stdout.readline() == "here\n", child.communicate()[1]
    started = time.monotonic()
    _, errors = child.communicate(timeout=120)
    assert child.returncode == 0, errors
    return time.monotonic() - started


def later(scratch: Scratch, *given: str) -> list[str]:
    child = scratch.start("-c", LATER, *given)
    output, errors = child.communicate(timeout=120)
    assert child.returncode == 0, errors
    return output.splitlines()


def nothing_is_left_behind(scratch: Scratch) -> None:
    assert scratch.ask("SELECT count(*) FROM crime_data_releasefile WHERE state = 'staged'") == [(0,)]
    kept = "SELECT id FROM crime_data_releasefile WHERE state IN ('current', 'withdrawn')"
    for table in ("printedtable", "crimetypetable"):
        orphans = f"SELECT count(*) FROM crime_data_{table} WHERE file_id NOT IN ({kept})"  # noqa: S608
        assert scratch.ask(orphans) == [(0,)]
    empty = "SELECT count(*) FROM crime_data_release WHERE id NOT IN (SELECT release_id FROM {})"
    assert scratch.ask(empty.format("crime_data_releasefile")) == [(0,)]


@pytest.fixture
def moment() -> Callable[[float], float]:
    """A random part of what an import takes. The seed is printed, and can be given in KILL_SEED."""
    seed = int(os.environ.get("KILL_SEED") or random.randrange(10**6))
    print(f"KILL_SEED={seed}")
    chance = random.Random(seed)
    return lambda took: chance.uniform(0, 0.95) * took


@pytest.fixture
def large(scratch, tmp_path) -> Path:
    """A release in use, and the file of the next one, which restates every figure of it."""
    scratch.bring_in(a_large_file(tmp_path, "old.csv", date(2022, 1, 1), 10))
    return a_large_file(tmp_path, "new.csv", date(2022, 2, 1), 11)


def test_a_command_killed_at_random_moments_leaves_the_old_release_whole(scratch, large, moment):
    took = whole(scratch, COMMAND, str(large))
    later(scratch)  # the new figures are withdrawn again
    before, killed = in_use(scratch), 0

    for _ in range(MOMENTS):
        killed += kill(scratch, moment, took, COMMAND, str(large))
        if not is_old_or_new(scratch, before):
            later(scratch)

    assert killed
    assert later(scratch) == [str(AREAS * LABELS * 10)] * 2
    nothing_is_left_behind(scratch)
    whole(scratch, COMMAND, str(large))
    assert later(scratch)[0] == str(AREAS * LABELS * 11)


def test_a_run_killed_at_random_moments_is_said_to_be_stopped_and_ends_well_the_next_time(
    scratch, large, moment
):
    later(scratch, str(large))
    took = whole(scratch, WORKER)
    later(scratch, str(large))
    before, killed = in_use(scratch), 0
    old, new = (str(AREAS * LABELS * count) for count in (10, 11))

    for _ in range(MOMENTS):
        dead = kill(scratch, moment, took, WORKER)
        stopped = is_old_or_new(scratch, before) and dead
        killed += stopped
        taken = scratch.ask("SELECT count(*) FROM crime_data_importrun WHERE state = 'running'") == [(1,)]
        seen, after, *words = later(scratch, str(large))
        if stopped:
            assert (seen, after) == (old, old)
            # Killed before it had taken the run, the run waits as before, and there is nothing to say.
            assert ["No release is half stored" in said for said in words] == [True] * taken
        assert in_use(scratch) == before
        nothing_is_left_behind(scratch)

    assert killed
    whole(scratch, WORKER)
    assert later(scratch)[0] == new
    assert scratch.ask("SELECT count(*) FROM crime_data_importrun WHERE state IN ('queued', 'running')") == [
        (0,)
    ]
    assert not any((scratch.folder / "uploads").iterdir())
