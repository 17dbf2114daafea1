"""Imports as real processes on a database of their own: killed half-way, and several at once."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from tests.mps_files import make_file

# Stops at one function of the import until it is killed.
STOPPING = """
import sys, time, django
django.setup()
from crime_data import services

def stop(*args, **given):
    print("here", flush=True)
    time.sleep(60)

name, stage = sys.argv[1:]
services.CHUNK = 40
if stage != "on_progress":
    setattr(services, stage, stop)
tell = stop if stage == "on_progress" else None
services.import_files(received=[services.Received("new.csv", open(name, "rb").read())], on_progress=tell)
"""


@dataclass
class Scratch:
    """A database of its own, for child processes."""

    folder: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "DATABASE_URL": self.url,
            "DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "csp_portal.settings",
        }
        return {**os.environ, **ours}

    def start(self, *command: str) -> subprocess.Popen:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    def manage(self, *command: str) -> str:
        child = self.start("manage.py", *command)
        output, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors
        return output

    def bring_in(self, path: Path) -> dict[str, Any]:
        return json.loads(self.manage("import_figures", str(path), "--json").splitlines()[-1])

    def bexley_in_2023(self) -> int:
        asked = ("--area", "Bexley", "--from", "2023-01", "--to", "2023-12", "--json")
        return json.loads(self.manage("figures", *asked))["count"]

    def ask(self, sql: str) -> list[tuple]:
        if connection.vendor == "postgresql":
            import psycopg

            with psycopg.connect(**server(urlsplit(self.url).path[1:])) as found:
                return found.execute(sql).fetchall()
        import sqlite3

        found = sqlite3.connect(self.folder / "portal.sqlite3")
        try:
            return found.execute(sql).fetchall()
        finally:
            found.close()


def server(database: str) -> dict[str, Any]:
    kept = {**connection.get_connection_params(), "dbname": database}
    return {name: kept[name] for name in ("dbname", "user", "password", "host", "port") if kept.get(name)}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory) -> Path:
    """An SQLite database with all tables, to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    if connection.vendor == "sqlite":
        Scratch(folder, f"sqlite:///{folder}/portal.sqlite3").manage("migrate", "-v0")
    return folder


@pytest.fixture
def scratch(tmp_path, migrated) -> Iterator[Scratch]:
    if connection.vendor == "sqlite":
        shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
        yield Scratch(tmp_path, f"sqlite:///{tmp_path}/portal.sqlite3")
        return
    import psycopg

    name = f"scratch_{uuid4().hex}"
    with psycopg.connect(**server("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            scratch = Scratch(
                tmp_path, urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
            )
            scratch.manage("migrate", "-v0")
            yield scratch
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def a_file(folder: Path, name: str, count: int) -> Path:
    path = folder / name
    path.write_bytes(make_file(count=lambda row, month: count))
    return path


def test_an_import_killed_at_any_stage_leaves_the_old_figures_and_the_next_one_works(scratch, tmp_path):
    scratch.bring_in(a_file(tmp_path, "old.csv", 10))
    new = a_file(tmp_path, "new.csv", 11)
    in_use = "SELECT name, total FROM crime_data_releasefile WHERE state = 'current'"

    for stage in ("_release_for", "_stage", "_store", "on_progress", "_sums", "_doubts", "record_event"):
        child = scratch.start("-c", STOPPING, str(new), stage)
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
    assert scratch.ask("SELECT count(*) FROM crime_data_series") == [(2 * 64,)]


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
