"""`manage.py demo` as a person runs it: a process of its own, a port, Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings

pytestmark = [pytest.mark.services, pytest.mark.once]
START_SECONDS = 120


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator:
    """Starts the demo with its own data folder; gives the process and the file it writes to."""
    started = []

    def start_demo() -> tuple[subprocess.Popen, Path]:
        environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "DEMO": "1"}
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
            environment.pop(name, None)
        output = tmp_path / f"output-{len(started)}.txt"
        with output.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(port)],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        return process, output

    yield start_demo
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(20)


def wait_for(process: subprocess.Popen, output: Path, words: str) -> str:
    until = time.monotonic() + START_SECONDS
    while words not in (text := output.read_text()):
        assert process.poll() is None, text
        assert time.monotonic() < until, text
        time.sleep(0.1)
    return text


def status_of(address: str) -> int:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=20) as response:
        return response.status


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def everyone_under(process: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Without those that have ended and wait for the system to clear them away."""
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_it_starts_serves_and_leaves_nothing_behind(start, port: int, tmp_path: Path) -> None:
    process, output = start()
    text = wait_for(process, output, "Ctrl-C stops everything")
    address = f"http://127.0.0.1:{port}"
    assert f"{address}/" in text
    assert status_of(f"{address}/") == 200
    assert status_of(f"{address}/healthz/") == 200
    children = everyone_under(process)
    assert len(children) >= 4  # gunicorn and its two workers; the Celery worker
    assert (tmp_path / "data" / "logs" / "web.log").exists()

    process.send_signal(signal.SIGINT)

    assert process.wait(15) == 0, output.read_text()
    assert not alive(children)
    assert not is_open(port)


def test_a_dead_child_stops_the_demo_and_is_named(start, port: int) -> None:
    process, output = start()
    wait_for(process, output, "Ctrl-C stops everything")
    children = everyone_under(process)
    worker = next(child for child in children if "celery" in child.cmdline())

    worker.kill()

    assert process.wait(15) == 1
    assert "The worker process ended by itself" in output.read_text()
    assert not alive(children)
    assert not is_open(port)


def test_a_taken_port_is_refused_before_anything_starts(start, port: int, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        process, output = start()
        assert process.wait(START_SECONDS) == 1
    assert f"Port {port} is taken" in output.read_text()
    assert not (tmp_path / "data" / "portal.sqlite3").exists()


def test_it_refuses_to_touch_a_database_that_is_not_the_demos(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DEMO": "0"}
    done = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "make demo" in done.stderr
