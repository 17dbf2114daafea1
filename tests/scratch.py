"""Databases of their own, for tests that start, stop and kill real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import connection


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


@contextmanager
def empty_database(folder: Path) -> Iterator[Scratch]:
    """A database without a table, of the kind that the tests run on. The folder holds its data."""
    if connection.vendor == "sqlite":
        yield Scratch(folder, f"sqlite:///{folder}/portal.sqlite3")
        return
    import psycopg

    name = f"scratch_{uuid4().hex}"
    with psycopg.connect(**server("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield Scratch(folder, urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl())
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
