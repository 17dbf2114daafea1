"""The portal as a person meets it: the demonstration, served by gunicorn, with a real worker."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

PASSWORD = "safer-together-demo"
REPORT_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", found => {
  window.violations.push(`${found.violatedDirective} ${found.blockedURI}`);
});
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[str]:
    """The address of a demonstration of its own."""
    data: Path = tmp_path_factory.mktemp("site")
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    environment = {**kept, "DATA_DIR": str(data), "DEMO": "1", "DOWNLOAD_SECONDS": "1"}
    port = free_port()

    def start(*arguments: str) -> subprocess.Popen:
        with (data / f"{arguments[1]}.log").open("wb") as out:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=settings.BASE_DIR, env=environment, stdout=out, stderr=out
            )

    for command in ("migrate", "load_demo"):
        assert start("manage.py", command).wait(120) == 0, (data / f"{command}.log").read_text()
    processes = [
        start(
            "-m",
            "gunicorn",
            "csp_portal.wsgi",
            "-b",
            f"127.0.0.1:{port}",
            "--no-control-socket",
            "--threads=4",
        ),
        start("-m", "celery", "-A", "csp_portal", "worker", "--pool=threads", "-c2"),
    ]
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/healthz/", timeout=2).close()  # noqa: S310
            break
        time.sleep(0.2)
    yield address
    for process in processes:
        process.terminate()
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()


@pytest.fixture
def visit(browser, site) -> Iterator:
    """Opens a page as somebody: visit(path, who="officer@bexley.example", script=False, width=390)."""
    contexts = []

    def open_page(path: str, *, who: str = "", script: bool = True, width: int = 1280):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script, base_url=site
        )
        contexts.append(context)
        context.add_init_script(REPORT_VIOLATIONS)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda m: page.problems.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        if who:
            page.goto("/sign-in/")
            page.get_by_label("Email address").fill(who)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
