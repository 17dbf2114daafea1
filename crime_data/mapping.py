"""Reviewed tables of the repository: areas, crime types, and which printed label is which type, when."""

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "reference"
EVERYTHING = "all"  # the type of all recorded offences


@lru_cache(maxsize=20_000)
def normal(name: str) -> str:
    """A name as it is compared: case, doubled spaces and '&' do not matter."""
    return " ".join(name.replace("&", " and ").casefold().split())


@dataclass(frozen=True, slots=True)
class AreaRow:
    code: str
    name: str
    kind: str
    parent: str
    since: str
    also: tuple[str, ...]

    @property
    def spellings(self) -> set[str]:
        """All the names it answers to, as they are compared."""
        return {normal(name) for name in (self.name, self.code, *self.also)}


@dataclass(frozen=True, slots=True)
class CrimeTypeRow:
    key: str
    name: str
    noun: str
    parent: str
    note: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One printed label: its crime type ("" when it was reviewed and has none), from one month to another."""

    major: str
    minor: str
    counted: str
    crime_type: str
    first: date | None
    last: date | None
    generation: str
    note: str

    @property
    def label(self) -> tuple[str, str, str]:
        return normal(self.major), normal(self.minor), normal(self.counted)

    def holds(self, month: date) -> bool:
        """Whether the row is about this month."""
        return (not self.first or self.first <= month) and (not self.last or month <= self.last)


def rows_of(name: str) -> list[dict[str, str]]:
    """The lines of a reviewed table, column -> text."""
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def area_rows() -> tuple[AreaRow, ...]:
    return tuple(
        AreaRow(
            r["code"],
            r["name"],
            r["kind"],
            r["parent"],
            r["since"],
            tuple(filter(None, r["also"].split("|"))),
        )
        for r in rows_of("areas.csv")
    )


@cache
def crime_type_rows() -> tuple[CrimeTypeRow, ...]:
    return tuple(
        CrimeTypeRow(r["key"], r["name"], r["noun"], r["parent"], r["note"])
        for r in rows_of("crime_types.csv")
    )


def tables() -> tuple[str, ...]:
    """Names of the tables of printed labels."""
    return tuple(sorted(path.stem for path in (FOLDER / "categories").glob("*.csv")))


@cache
def category_rows(table: str) -> tuple[CategoryRow, ...]:
    """The printed labels of a source; none where nobody has made a table yet."""
    if table not in tables():
        return ()
    return tuple(
        CategoryRow(
            r["major"],
            r["minor"],
            r["counted"],
            r["crime_type"],
            _month(r["from_month"]),
            _month(r["to_month"]),
            r["generation"],
            r["note"],
        )
        for r in rows_of(f"categories/{table}.csv")
    )


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None


@cache
def _by_label(table: str) -> dict[tuple[str, str, str], tuple[CategoryRow, ...]]:
    found: dict[tuple[str, str, str], tuple[CategoryRow, ...]] = {}
    for row in category_rows(table):
        found[row.label] = (*found.get(row.label, ()), row)
    return found


def rows_for(table: str, major: str, minor: str, counted: str = "") -> tuple[CategoryRow, ...]:
    """What the reviewed table says of a printed label; nothing when nobody has reviewed it yet."""
    return _by_label(table).get((normal(major), normal(minor), normal(counted)), ())


def crime_type_of(
    table: str, major: str, minor: str, counted: str = "", month: date | None = None
) -> str | None:
    """The portal's crime type of a printed label in a month (or in the newest): its key, "" when it is named
    as having none, None when nobody has reviewed it yet."""
    rows = rows_for(table, major, minor, counted)
    return next((row.crime_type for row in reversed(rows) if not month or row.holds(month)), None)


@cache
def group_type(table: str, major: str) -> str:
    """The crime type of a printed group as a whole: what all its reviewed labels have in common; "" for none.
    A label that nobody has reviewed yet counts to it, so that the group does not fall."""
    chains = [
        ancestors()[row.crime_type][::-1]
        for row in category_rows(table)
        if normal(row.major) == normal(major) and row.crime_type
    ]
    shared = ""
    for kinds in zip(*chains, strict=False):  # from the top down
        if len(set(kinds)) > 1:
            break
        shared = kinds[0]
    return shared


@cache
def version(table: str) -> str:
    """Twelve letters that change when the reviewed tables change which label counts to which type."""
    path = FOLDER / "categories" / f"{table}.csv"
    parts = [(FOLDER / "crime_types.csv").read_bytes(), path.read_bytes() if path.exists() else b""]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:12]


@cache
def ancestors() -> dict[str, tuple[str, ...]]:
    """Each crime type -> itself and everything above it."""
    parent = {row.key: row.parent for row in crime_type_rows()}

    def upwards(key: str) -> tuple[str, ...]:
        return (key, *upwards(parent[key])) if key else ()

    return {key: upwards(key) for key in parent}
