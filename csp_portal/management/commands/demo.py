"""`make demo`: the whole portal on one machine, filled with a worked example.

It needs no other server: SQLite, a folder as the queue, and two child processes, the web server and the
worker. Ctrl-C stops both. Everything is kept under DATA_DIR (var/demo), so a second start is quick.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from csp_portal.demo.load import DEMO_SIGN_INS, FIRST_LOOKS

START_SECONDS = 60
STOP_SECONDS = 8
LOG_LINES = 20


class Stop(BaseException):
    """Ctrl-C, or a request to end: not an error."""


class Child:
    def __init__(self, name: str, arguments: list[str], logs: Path) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, so that nothing it started is left behind
            )

    def last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_LINES:])

    def kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # already gone; macOS says the latter
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Command(BaseCommand):
    help = "Starts the portal with a worked example, and stops it on Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--figures", type=Path, help="a folder of published figures to show")

    def handle(self, *args: Any, port: int, figures: Path | None, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo has its own database. Start it with: make demo")
        if figures and not figures.is_dir():
            raise CommandError(f"There is no folder {figures}.")
        refuse_taken_port(port)

        children: list[Child] = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, raise_stop)
        try:
            self.tell("Preparing the database …")
            call_command("migrate", verbosity=0, interactive=False)
            call_command("load_demo", figures=str(figures.resolve()) if figures else None)
            self.tell("Starting the web server and the worker …")
            start(children, port)
            wait_until_up(children, port)
            self.welcome(port)
            while True:
                time.sleep(0.5)
                refuse_dead_child(children)
        except Stop:
            self.tell("\nStopping …")
        finally:
            # A second Ctrl-C must not interrupt the stopping: it takes STOP_SECONDS at most.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            stop(children)
        self.tell("Stopped.")

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def welcome(self, port: int) -> None:
        address = f"http://127.0.0.1:{port}"
        width = max((len(text) for text, *_ in [*FIRST_LOOKS, *DEMO_SIGN_INS]), default=0)
        mails = max((len(email) for _, email, _ in DEMO_SIGN_INS), default=0)
        lines = ["", f"The portal is at {address}/", "", "What to look at first:"]
        lines += [f"  {what:<{width}}  {address}{path}" for what, path in FIRST_LOOKS]
        lines += ["", "People of the example to sign in as (role, email address, password):"]
        lines += [f"  {role:<{width}}  {email:<{mails}}  {word}" for role, email, word in DEMO_SIGN_INS]
        lines += ["", f"Logs are in {settings.DATA_DIR / 'logs'}. Ctrl-C stops everything."]
        self.tell("\n".join(lines))


def raise_stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def refuse_taken_port(port: int) -> None:
    taken = CommandError(f"Port {port} is taken by another program. Try: make demo PORT={port + 1}")
    with socket.socket() as probe:  # macOS lets a second program bind beside one that listens everywhere
        probe.settimeout(1)
        if 0 < port < 65536 and probe.connect_ex(("127.0.0.1", port)) == 0:
            raise taken
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise CommandError(f"Port {port} may not be used here. Choose one from 1024 to 65535.") from error
        except OverflowError as error:
            raise CommandError(f"{port} is not a port. Choose one from 1024 to 65535.") from error
        except OSError as error:
            raise taken from error


def start(children: list[Child], port: int) -> None:
    logs = settings.DATA_DIR / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    web = f"-m gunicorn csp_portal.wsgi -b 127.0.0.1:{port} -k gthread --workers 2 --threads 4"
    worker = "-m celery -A csp_portal worker -B --pool threads -c 2 --loglevel info --schedule"
    children.append(Child("web", [*web.split(), "--no-control-socket", "--graceful-timeout", "4"], logs))
    children.append(Child("worker", [*worker.split(), str(settings.DATA_DIR / "beat-schedule")], logs))


def wait_until_up(children: list[Child], port: int) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    answer = "no answer"
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        refuse_dead_child(children)
        try:
            with opener.open(f"http://127.0.0.1:{port}/healthz/", timeout=5) as response:
                if response.status == 200:
                    return
                answer = f"answer {response.status}"
        except urllib.error.HTTPError as error:
            answer = f"answer {error.code}"
        except OSError:
            pass
        time.sleep(0.1)
    raise CommandError(
        f"The portal did not come up in {START_SECONDS} seconds ({answer}).\n{children[0].last_lines()}"
    )


def refuse_dead_child(children: list[Child]) -> None:
    for child in children:
        code = child.process.poll()
        if code is not None:
            raise CommandError(
                f"The {child.name} process ended by itself (exit code {code}). The end of {child.log}:\n"
                f"{child.last_lines()}"
            )


def stop(children: list[Child]) -> None:
    for child in children:
        child.process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, until - time.monotonic()))
        child.kill_group()  # also what the child itself may have left
