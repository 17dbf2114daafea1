"""The worker as it runs: a process of its own, told by a folder or by Redis, and killed half-way."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from csp_portal.demo.figures import write_demo_figures
from tests.mps_files import make_large_file

pytestmark = [pytest.mark.services, pytest.mark.once]

SERVICE_SETTINGS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
ASK = """
from pathlib import Path
from django.core.files.uploadedfile import SimpleUploadedFile
from accounts.models import User
from crime_data.services import ask_for_import
by = User.objects.create_user("data@portal.example", name="Data Manager")
paths = sorted(Path({folder!r}).glob("*.csv"))
ask_for_import(uploads=[SimpleUploadedFile(path.name, path.read_bytes()) for path in paths], by=by)
"""
STATE = """
from crime_data.models import ImportRun, ReleaseFile
run = ImportRun.objects.latest("id")
print(run.state, ReleaseFile.objects.filter(state="current").count(), ReleaseFile.objects.count())
"""
LET_TIME_PASS = """
from datetime import timedelta
from django.utils import timezone
from crime_data.models import ImportRun, ReleaseFile
from crime_data.services import run_again, sweep_imports
long_ago = timezone.now() - timedelta(minutes=5)
ImportRun.objects.filter(state="running").update(heartbeat_at=long_ago)
ReleaseFile.objects.filter(state="staged").update(imported_at=long_ago)
sweep_imports()
run = ImportRun.objects.latest("id")
print(run.state, ReleaseFile.objects.count())
run_again(run=run, by=run.by)
"""


class Portal:
    """One portal with its own data folder, driven from outside as an operator would."""

    def __init__(self, data: Path, redis: str) -> None:
        kept = {k: v for k, v in os.environ.items() if k not in SERVICE_SETTINGS}
        self.environment = {**kept, "DATA_DIR": str(data)} | ({"REDIS_URL": redis} if redis else {})
        self.database = data / "portal.sqlite3"
        self.log = data.parent / "worker.log"
        self.workers: list[subprocess.Popen] = []
        self.manage("migrate", "-v0")

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def run(self, code: str) -> str:
        return self.manage("shell", "-v0", "-c", code)

    def start_worker(self) -> subprocess.Popen:
        with self.log.open("ab") as out:
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "csp_portal", "worker", "--pool=threads", "-c1"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def wait_until(self, wanted: str, seconds: float = 60) -> str:
        until = time.monotonic() + seconds
        while not (state := self.run(STATE)).startswith(wanted):
            assert time.monotonic() < until, f"{state}\n{self.log.read_text()}"
        return state

    def wait_for_rows(self) -> None:
        """Until the import has stored its first rows: asked of the database itself, to be quick enough."""
        until = time.monotonic() + 60
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            while not connection.execute("SELECT count(*) FROM crime_data_printedtable").fetchone()[0]:
                assert time.monotonic() < until, self.log.read_text()
                time.sleep(0.005)

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    folder = tmp_path / "figures"
    folder.mkdir()
    write_demo_figures(folder)
    return folder


@pytest.fixture(params=["folder", "redis"])
def portal(request, tmp_path: Path) -> Iterator[Portal]:
    redis = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    found = Portal(tmp_path / "data", redis)
    yield found
    found.stop()


def test_the_worker_imports_what_was_uploaded(portal, figures):
    portal.start_worker()

    portal.run(ASK.format(folder=str(figures)))

    assert portal.wait_until("accepted") == "accepted 2 2"


def test_an_import_whose_worker_is_killed_changes_nothing_and_can_be_run_again(portal, tmp_path):
    (tmp_path / "large.csv").write_bytes(make_large_file(areas=15_000, labels=6))
    worker = portal.start_worker()
    portal.run(ASK.format(folder=str(tmp_path)))
    portal.wait_for_rows()
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert portal.run(STATE).startswith("running 0 ")

    assert portal.run(LET_TIME_PASS) == "stopped 0"
    portal.start_worker()

    assert portal.wait_until("accepted") == "accepted 1 1"
