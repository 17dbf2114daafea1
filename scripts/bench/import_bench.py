"""`make bench-import`: the project's import command against what the two databases can do at most.

Made-up files of the Met's LSOA level are imported by `manage.py import_figures`, with all its checks, its
provenance and its restatements, Django's start included. Beside it, in the same round, PostgreSQL's COPY and
the sqlite3 shell's `.import` load the same counts as ready-made rows into a table without an index. Only the
ratios of one round say something: machines differ. Exit status 1 when a goal is missed.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import psycopg

from scripts.bench import make_files
from scripts.bench.differences import Differences, differences
from scripts.servers import postgres, short_folder

ROOT = Path(__file__).resolve().parents[2]
IMPORT = [sys.executable, "manage.py", "import_figures", "--json"]
COLUMNS = "(series integer, month integer, counted integer)"
SERVER = {"shared_buffers": "512MB", "max_wal_size": "4GB", "jit": "off"}
MIB = 1024 if sys.platform == "linux" else 1024 * 1024  # what getrusage counts in
# By the driver that the portal uses, in large blocks.
COPY = """
import psycopg, sys
with psycopg.connect(sys.argv[1]) as db, open(sys.argv[2], "rb") as file:
    with db.cursor().copy("COPY obs FROM STDIN") as copy:
        while block := file.read(1 << 18):
            copy.write(block)
"""
# Where there is no sqlite3 shell.
EXECUTEMANY = """
import csv, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=normal")
db.execute("create table obs " + sys.argv[3])
with open(sys.argv[2], newline="") as file, db:
    db.executemany("insert into obs values (?, ?, ?)", csv.reader(file, delimiter="\\t"))
"""
LOAD_REFERENCE = "from crime_data.services import load_reference; load_reference()"
# Reads [code, category] pairs; prints what the release has for each, and what it says it restated.
ASK = """
import json, sys
from datetime import date
from crime_data import queries
from crime_data.models import ReleaseFile
asked = json.load(sys.stdin)
first, last = (date(int(month[:4]), int(month[4:]), 1) for month in asked["months"])
found = [
    queries.figures(area=queries.find_area(code), category=category, first=first, last=last,
                    release_key=asked["release"]).count
    for code, category in asked["series"]
]
restated = ReleaseFile.objects.get(release__key=asked["release"]).restated
print(json.dumps({"counts": found, "restated": restated}))
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One file, and the goals: at most so many times the time of COPY and of .import, and bytes a count."""

    name: str
    file: str
    start: str  # the state the database is in
    of_copy: float
    of_import: float | None
    bytes_each: float | None
    turns: int = 2  # a round; a short run is disturbed more easily
    made: dict[str, Any] = field(default_factory=dict)


CASES = (
    Case("24 months", "recent", "empty", 1.5, 0.6, 8.0),
    Case("16 years", "long", "empty", 0.5, 0.2, 5.0, 1, {"months": 192}),
    Case("The next publication, over a loaded one", "next", "loaded", 2.0, None, None, 2,
         {"last": "202310", "restated": 1}),
)  # fmt: skip
MOST_MIB, MOST_GROWTH = 200, 1.25


@dataclass(frozen=True, slots=True)
class Took:
    seconds: float
    mib: float


def run(command: Sequence[str | Path], environment: dict[str, str], given: str = "") -> tuple[Took, str]:
    """Run it to its end: the seconds, its most memory, and what it printed. A failure ends the measuring."""
    os.sync()  # what was written before is not to be paid for now
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    with process.stdin as into, process.stdout as out:  # type: ignore[union-attr]
        into.write(given)
        into.close()
        said = out.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: exit status {process.returncode}\n{said}")
    return Took(seconds, usage.ru_maxrss / MIB), said


class Database(Protocol):
    """A database that can be put back to a state it was kept in."""

    name: str
    limit_name: str
    environment: dict[str, str]

    def create(self) -> None: ...
    def keep(self, state: str) -> None: ...
    def put_back(self, state: str) -> None: ...
    def bytes_used(self) -> int: ...
    def limit(self, rows: Path) -> Took: ...


class PostgreSQL:
    name, limit_name = "PostgreSQL", "COPY"

    def __init__(self, address: str, environment: dict[str, str]):
        self.address = address
        self.environment = {**environment, "DATABASE_URL": self._named("portal")}

    def _named(self, name: str) -> str:
        return self.address.replace("/postgres?", f"/{name}?")

    def _libpq(self, name: str) -> str:
        return self._named(name).replace("postgres://", "postgresql://")

    def _ask(self, name: str, *questions: str) -> Any:
        with psycopg.connect(self._libpq(name), autocommit=True) as to:
            for question in questions:
                answer = to.execute(question)
            return answer.fetchone() if answer.description else None

    def create(self) -> None:
        self._ask("postgres", "CREATE DATABASE portal")

    def keep(self, state: str) -> None:
        self._ask("postgres", f"CREATE DATABASE {state} TEMPLATE portal")

    def put_back(self, state: str) -> None:
        drop = "DROP DATABASE IF EXISTS portal"
        self._ask("postgres", drop, f"CREATE DATABASE portal TEMPLATE {state}", "CHECKPOINT")

    def bytes_used(self) -> int:
        [size] = self._ask(
            "portal",
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
            "WHERE relkind = 'r' AND relname LIKE 'crime_data_%'",
        )
        return int(size)

    def limit(self, rows: Path) -> Took:
        drop = "DROP DATABASE IF EXISTS bare"
        self._ask("postgres", drop, "CREATE DATABASE bare", "CHECKPOINT")
        self._ask("bare", f"CREATE TABLE obs {COLUMNS}")
        return run([sys.executable, "-c", COPY, self._libpq("bare"), rows], self.environment)[0]


class SQLite:
    name, limit_name = "SQLite", ".import"

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.folder = folder
        self.file = folder / "portal.sqlite3"
        self.environment = environment
        self.shell = shutil.which("sqlite3")
        if not self.shell:
            print("The sqlite3 shell is not installed: Python's executemany stands in for its .import.")
            self.limit_name = "executemany"

    def create(self) -> None:
        pass

    def _whole(self) -> None:
        """Everything in the one file, as it is when the last connection goes."""
        with sqlite3.connect(self.file) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    def keep(self, state: str) -> None:
        self._whole()
        shutil.copy(self.file, self.folder / f"{state}.sqlite3")

    def put_back(self, state: str) -> None:
        self._remove("portal.sqlite3")
        shutil.copy(self.folder / f"{state}.sqlite3", self.file)

    def _remove(self, name: str) -> None:
        for path in self.folder.glob(f"{name}*"):
            path.unlink()

    def bytes_used(self) -> int:
        self._whole()
        return self.file.stat().st_size

    def limit(self, rows: Path) -> Took:
        self._remove("bare.sqlite3")
        bare = self.folder / "bare.sqlite3"
        if not self.shell:
            return run([sys.executable, "-c", EXECUTEMANY, bare, rows, COLUMNS], self.environment)[0]
        lines = (
            "PRAGMA journal_mode=WAL;",
            "PRAGMA synchronous=NORMAL;",
            f"CREATE TABLE obs {COLUMNS};",
            ".mode tabs",
            f'.import "{rows}" obs',
        )
        return run([self.shell, "-batch", bare], self.environment, "\n".join(lines) + "\n")[0]


class Bench:
    def __init__(self, folder: Path, databases: Sequence[Database], rounds: int):
        self.folder, self.databases, self.rounds = folder, databases, rounds
        self.missed: list[str] = []
        self.about = ""  # the heading under which goals are told
        self.mib: dict[tuple[str, str], float] = {}  # file, database -> peak

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.csv"

    def make_files(self) -> None:
        """By a process of its own: what we hold ourselves would count as memory of the processes we start."""
        for case in CASES:
            options = [part for name, value in case.made.items() for part in (f"--{name}", str(value))]
            make = [sys.executable, "-m", "scripts.bench.make_files", self.file(case.file), *options]
            _, said = run(make, dict(os.environ))
            make_files.write_long(self.file(case.file), self.file(case.file).with_suffix(".tsv"))
            print(f"{case.name}: {said.strip()}", flush=True)

    def make_databases(self) -> None:
        """Migrated, with the reference tables, and once with the first publication. It also leaves the
        compiled modules behind that an installed portal has."""
        manage = [sys.executable, "manage.py"]
        for database in self.databases:
            database.create()
            run([*manage, "migrate"], database.environment)
            run([*manage, "shell", "--no-imports", "-c", LOAD_REFERENCE], database.environment)
            database.keep("empty")
            run([*IMPORT, self.file("recent")], database.environment)
            database.keep("loaded")

    def measure(self, case: Case) -> None:
        limits: dict[str, list[Took]] = {database.name: [] for database in self.databases}
        ours: dict[str, list[Took]] = {database.name: [] for database in self.databases}
        each: dict[str, float] = {}
        for _ in range(self.rounds * case.turns):
            for database in self.databases:
                limits[database.name].append(database.limit(self.file(case.file).with_suffix(".tsv")))
                database.put_back(case.start)
                before = database.bytes_used()
                took, said = run([*IMPORT, self.file(case.file)], database.environment)
                ours[database.name].append(took)
                outcome = json.loads(said.splitlines()[-1])
                if outcome["outcome"] != "accepted":
                    raise SystemExit(f"{case.name}, {database.name}: {outcome['message']}")
                each[database.name] = (database.bytes_used() - before) / outcome["observations"]
        self.head(case.name)
        for database in self.databases:
            self.judge(case, database, limits[database.name], ours[database.name], each[database.name])

    def judge(
        self, case: Case, database: Database, limits: list[Took], ours: list[Took], each: float
    ) -> None:
        ratios = [our.seconds / limit.seconds for our, limit in zip(ours, limits, strict=True)]
        mib = max(took.mib for took in ours)
        self.mib[case.file, database.name] = mib
        seconds, limit = (median(took.seconds for took in took_) for took_ in (ours, limits))
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}; {seconds:.2f} s to {limit:.2f} s"
        most = case.of_copy if database.name == "PostgreSQL" else case.of_import
        self.tell(f"{database.name}, time to that of {database.limit_name}", median(ratios), most, spread)
        self.tell(f"{database.name}, peak memory in MiB", mib, MOST_MIB, digits=0)
        if case.bytes_each:
            self.tell(f"{database.name}, bytes a count", each, case.bytes_each)

    def head(self, about: str) -> None:
        self.about = about
        print(f"\n{about}")

    def tell(self, what: str, value: float, most: float | None, note: str = "", digits: int = 2) -> None:
        verdict = ""
        if most is not None:
            verdict = f"{'PASS' if value <= most else 'MISSED'}, at most {most:g}"
            if value > most:
                self.missed.append(f"{self.about}: {what}")
        print(f"  {what:<46} {value:>7.{digits}f}  {verdict:<22} {note}".rstrip(), flush=True)

    def check(self, what: str, right: bool, note: str) -> None:
        print(f"  {what:<46} {'PASS' if right else 'MISSED':>7}  {note}", flush=True)
        if not right:
            self.missed.append(f"{self.about}: {what}")

    def growth(self) -> None:
        self.head("Memory for 16 years to that for 24 months")
        for database in self.databases:
            more = self.mib["long", database.name] / self.mib["recent", database.name]
            self.tell(database.name, more, MOST_GROWTH)

    def restatements(self, database: Database, wanted: Differences) -> None:
        """The databases still hold what the last case stored."""
        asked = {
            "release": "to-202310",
            "months": [wanted.months[0], wanted.months[-1]],
            "series": [[code, f"{major} / {minor}"] for code, major, minor in wanted.gone],
        }
        ask = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ASK]
        found = json.loads(run(ask, database.environment, json.dumps(asked))[1].splitlines()[-1])
        told = found["restated"]
        self.check(
            f"{database.name}, the cells that differ",
            (told["changed"], told["cells"]) == (wanted.changed, wanted.cells),
            f"{told['changed']:,} of {told['cells']:,}; of the files {wanted.changed:,} of {wanted.cells:,}",
        )
        self.check(
            f"{database.name}, series that are gone are nought",
            told["series_gone"] == len(wanted.gone) == len(found["counts"]) and not any(found["counts"]),
            f"{len(wanted.gone):,} series, {sum(wanted.gone.values()):,} offences in the publication before",
        )


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    parser = argparse.ArgumentParser(description="Measure the import command against COPY and .import.")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    rounds = parser.parse_args().rounds
    own = ("PYTHONDONTWRITEBYTECODE", "DATABASE_URL", "REDIS_URL", "DEMO", "DEBUG", "HTTPS", "SECRET_KEY")
    for name in (*own, "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    with short_folder("csp-bench-") as folder, postgres(folder, SERVER) as address:
        data = folder / "data"
        data.mkdir()
        environment = {**os.environ, "DATA_DIR": str(data)}
        databases = [PostgreSQL(address, environment), SQLite(data, environment)]
        bench = Bench(folder, databases, rounds)
        bench.make_files()
        bench.make_databases()
        for case in CASES:
            bench.measure(case)
        wanted = differences(bench.file("recent"), bench.file("next"))
        for database in databases:
            bench.restatements(database, wanted)
        bench.growth()
    print(f"\nMissed: {'; '.join(bench.missed)}." if bench.missed else "\nAll goals met.")
    return bool(bench.missed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
