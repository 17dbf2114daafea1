"""`make bench-pages`: the portal's dashboards against a bare Django view, an empty Wagtail home and Dash.

All of them are served at the same time by the same gunicorn with two workers, and asked in turn. Only ratios
of one round, bytes and numbers of queries say something about the portal: machines differ. Exit status 1 when
a goal is missed.
"""

import argparse
import gzip
import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from measures import charts
from scripts.bench import chart_bench, make_files, peers
from scripts.bench.browser import chromium, first_chart_ms, first_load
from scripts.bench.import_bench import run
from scripts.bench.load import Load, Page, ask, drive, ratios
from scripts.servers import free_port, running, short_folder

ROOT = Path(__file__).resolve().parents[2]
FILL = "from scripts.bench.fill_portal import main; main()"
BARE, PRIORITY, BOARD = "Bare Django view", "Priority page", "Board page"
SMALL, NOTHING_KEPT = ", small store", ", nothing kept"
WAGTAIL, DASH = "Empty Wagtail home", "Six charts in Dash"
KIB = 1024
YEARS = 16
CHARTS = 200
# Goals.
MOST_CPU, LEAST_OF_WAGTAIL, MOST_GROWTH = 5.0, 3.0, 1.10
MOST_KIB, MOST_CHART_MS = 40.0, 200.0
MOST_QUERIES, MOST_FIGURE_QUERIES = 15, 8


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure beside its limit. `least` turns the limit round; without a limit it is only told."""

    what: str
    value: float
    limit: float | None = None
    note: str = ""
    least: bool = False

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        met = self.value >= self.limit if self.least else self.value <= self.limit
        return "met" if met else "MISSED"

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"{'at least' if self.least else 'at most'} {self.limit:g}"
        return f"  {self.what:<58} {self.value:>8.2f}  {limit:<13} {self.verdict:<7} {self.note}".rstrip()


def spread(what: str, found: Sequence[float], limit: float | None = None, least: bool = False) -> Finding:
    """The median of the rounds, with the lowest and the highest beside it."""
    return Finding(what, median(found), limit, f"{min(found):.2f} to {max(found):.2f}", least)


@contextmanager
def served(
    name: str, python: Path | str, application: str, environment: Mapping[str, str], folder: Path
) -> Iterator[Page]:
    """gunicorn with two workers for as long as the block runs: its first page."""
    port = free_port()
    log = folder / f"{name.lower().replace(' ', '-')}.log"
    command = [str(python), "-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    command += ["--no-control-socket", application]

    def ready() -> bool:
        with suppress(ConnectionRefusedError):
            return ask(Page(port, "/", 0)).status < 500
        return False

    with running(name, command, log, ready, env=environment, cwd=ROOT) as server:
        yield Page(port, "/", server)


@dataclass(frozen=True, slots=True)
class Portal:
    """A filled portal, as scripts/bench/fill_portal.py tells of it."""

    environment: dict[str, str]
    session: str
    pages: dict[str, str]
    queries: dict[str, dict[str, list[int]]]


def filled(folder: Path, files: Sequence[Path]) -> Portal:
    """A portal of its own in this folder, with the figures of these files."""
    static = folder.parent / "static"  # of all portals
    folder.mkdir()
    settings = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "scripts.bench.portal_settings"}
    environment = {**os.environ, **settings}
    manage = [sys.executable, "manage.py"]
    run([*manage, "migrate", "--verbosity", "0"], environment)
    if not static.exists():
        run([*manage, "collectstatic", "--noinput", "--verbosity", "0"], environment)
    given = json.dumps([str(file) for file in files])
    _, said = run([*manage, "shell", "--no-imports", "-c", FILL], environment, given)
    return Portal(environment, **json.loads(said.splitlines()[-1]))


def small_store(folder: Path) -> list[Path]:
    """One borough and two years."""
    file = folder / "small-borough.csv"
    make_files.write_summed(file, level="borough", only="Bexley")
    return [file]


def full_store(folder: Path) -> list[Path]:
    """Every borough, ward and small area, sixteen years."""
    borough, ward, lsoa = (folder / f"full-{level}.csv" for level in ("borough", "ward", "lsoa"))
    make_files.write_summed(borough, level="borough", months=YEARS * 12)
    make_files.write_summed(ward, level="ward", months=YEARS * 12)
    make_files.write(lsoa, months=YEARS * 12)
    return [borough, ward, lsoa]


def measure(pages: Mapping[str, Page], rounds: int, seconds: float) -> dict[str, list[Load]]:
    """The pages in turn, so often. The first visits are not counted."""
    for page in pages.values():
        drive(page, seconds=0.5)
    loads: dict[str, list[Load]] = {name: [] for name in pages}
    for _ in range(rounds):
        for name, page in pages.items():
            loads[name].append(drive(page, seconds=seconds))
    return loads


def cost_findings(loads: Mapping[str, Sequence[Load]]) -> Iterator[Finding]:
    for name in (PRIORITY, BOARD):
        cpu = ratios(loads[name], loads[BARE], "cpu")
        yield spread(f"{name}: CPU to that of a bare view", cpu, MOST_CPU)
        if WAGTAIL in loads:
            rate = ratios(loads[name], loads[WAGTAIL], "rate")
            yield spread(f"{name}: rate to that of an empty Wagtail home", rate, LEAST_OF_WAGTAIL, True)
        forgotten = ratios(loads[f"{name}{NOTHING_KEPT}"], loads[BARE], "cpu")
        yield spread(f"{name}: the same, nothing kept of what was read", forgotten)
        growth = ratios(loads[name], loads[f"{name}{SMALL}"], "cpu")
        yield spread(f"{name}: CPU, full store to small store", growth, MOST_GROWTH)


def query_findings(queries: Mapping[str, Mapping[str, Sequence[int]]]) -> Iterator[Finding]:
    for name, page in ((PRIORITY, "priority"), (BOARD, "board")):
        asked = queries[page]
        counted = {slug: found[0] for slug, found in asked.items()}
        yield Finding(f"{name}: queries", max(counted.values()), MOST_QUERIES)
        yield Finding(f"{name}: queries for figures", max(f[1] for f in asked.values()), MOST_FIGURE_QUERIES)
        more = counted["hundred"] - counted["one"]
        note = ", ".join(f"{slug} {number}" for slug, number in counted.items())
        yield Finding(f"{name}: more queries for 100 measures than for one", more, 0, note)


def browser_findings(pages: Mapping[str, Page]) -> Iterator[Finding]:
    with chromium() as browser:
        for name in (PRIORITY, BOARD):
            weights = first_load(browser, pages[name])
            own = {path: size for path, size in weights.items() if "plotly" not in path}
            note = f"{len(own)} files; the page itself {weights[pages[name].path] / KIB:.1f}"
            yield Finding(f"{name}: first load in KB of brotli", sum(own.values()) / KIB, MOST_KIB, note)
            yield Finding(
                f"{name}: ms to the first chart", first_chart_ms(browser, pages[name]), MOST_CHART_MS
            )
        for name in (WAGTAIL, DASH):
            if name in pages:
                total = sum(first_load(browser, replace(pages[name], path="/")).values()) / KIB
                yield Finding(f"{name}: first load in KB of brotli", total)
        if DASH in pages:
            page = replace(pages[DASH], path="/")
            shown = first_chart_ms(browser, page, "svg.main-svg", scripts=True)
            yield Finding(f"{DASH}: ms to the first chart", shown)


def chart_findings() -> Iterator[Finding]:
    """The drawing of scripts/bench/chart_bench.py: three lines of 48 months."""
    spec = chart_bench.spec()
    took = []
    for _ in range(CHARTS):
        started = time.process_time()
        drawing = charts.svg(spec)
        took.append(1000 * (time.process_time() - started))
    yield Finding("One chart's SVG: ms of processor time", median(took), chart_bench.MOST_MILLISECONDS)
    packed = len(gzip.compress(drawing.encode(), 6))
    yield Finding("One chart's SVG: bytes of gzip", packed, chart_bench.MOST_BYTES)


def table(loads: Mapping[str, Sequence[Load]]) -> Iterator[str]:
    yield f"  {'':<30}{'CPU ms':>8}{'to bare':>9}{'a second':>10}{'p50 ms':>8}{'p99 ms':>8}"
    for name, turns in loads.items():
        cpu, rate, p50, p99 = (
            median(getattr(t, part) for t in turns) for part in ("cpu", "rate", "p50", "p99")
        )
        to_bare = median(ratios(turns, loads[BARE], "cpu"))
        yield f"  {name:<30}{cpu:>8.2f}{to_bare:>9.2f}{rate:>10.0f}{p50:>8.2f}{p99:>8.2f}"


def tell(heading: str, findings: Iterable[Finding]) -> list[Finding]:
    print(f"\n{heading}")
    told = []
    for finding in findings:
        print(finding, flush=True)
        told.append(finding)
    return told


def bench(folder: Path, rounds: int, seconds: float) -> list[Finding]:
    """Everything in one run. Returns what was found beside its limits."""
    missing = peers.install()
    if missing:
        print(f"Wagtail and Dash could not be installed ({missing}): nothing is held against them.")
    full = filled(folder / "full", full_store(folder))
    small = filled(folder / "small", small_store(folder))
    with ExitStack() as stack:

        def serve(name: str, python: Path | str, application: str, environment: Mapping[str, str]) -> Page:
            return stack.enter_context(served(name, python, application, environment, folder))

        bare = serve("bare", sys.executable, "scripts.bench.bare_site:application", os.environ)
        pages = {BARE: bare}
        forgetful = replace(full, environment={**full.environment, "NOTHING_KEPT": "1"})
        for suffix, portal in (("", full), (SMALL, small), (NOTHING_KEPT, forgetful)):
            at = serve(f"portal{suffix}", sys.executable, "csp_portal.wsgi", portal.environment)
            pages[PRIORITY + suffix] = replace(at, path=portal.pages["priority"])
            pages[BOARD + suffix] = replace(at, path=portal.pages["board"], cookie=portal.session)
        if not missing:
            home = peers.wagtail_home(folder)
            pages[WAGTAIL] = serve("wagtail", peers.PYTHON, "home_of_nothing.wsgi", home)
            dash = serve("dash", peers.PYTHON, "scripts.bench.dash_site:application", os.environ)
            pages[DASH] = replace(dash, path="/_dash-layout")  # the charts; the page itself has none
            print(f"Beside the portal: {peers.versions()}")
        loads = measure(pages, rounds, seconds)
        print("\n".join(["", f"Medians of {rounds} rounds, {seconds:g} s a page", *table(loads)]))
        findings = tell("Cost", cost_findings(loads))
        findings += tell("Charts", chart_findings())
        findings += tell("Database", query_findings(full.queries))
        findings += tell("In Chromium", browser_findings(pages))
    return findings


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    parser = argparse.ArgumentParser(description="Measure the dashboards against other pages.")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="a page and round (%(default)s)")
    wanted = parser.parse_args()
    own = ("PYTHONDONTWRITEBYTECODE", "DATABASE_URL", "REDIS_URL", "DEMO", "DEBUG", "HTTPS", "SECRET_KEY")
    for name in (*own, "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE"):
        os.environ.pop(name, None)
    with short_folder("csp-bench-") as folder:
        findings = bench(folder, wanted.rounds, wanted.seconds)
    missed = [finding.what for finding in findings if finding.verdict == "MISSED"]
    print(f"\nMissed: {'; '.join(missed)}." if missed else "\nAll goals met.")
    return bool(missed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
