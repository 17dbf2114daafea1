"""Reviewed tables of the repository: areas, crime types, and which printed category is which type."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "reference"


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


def _rows(name: str) -> list[dict[str, str]]:
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
        for r in _rows("areas.csv")
    )


@cache
def crime_type_rows() -> tuple[CrimeTypeRow, ...]:
    return tuple(
        CrimeTypeRow(r["key"], r["name"], r["noun"], r["parent"], r["note"]) for r in _rows("crime_types.csv")
    )


@cache
def _types_by_label() -> dict[tuple[str, str], str]:
    return {(normal(r["major"]), normal(r["minor"])): r["crime_type"] for r in _rows("categories.csv")}


def crime_type_of(major: str, minor: str) -> str | None:
    """The portal's crime type of a printed category: its key, "" when it is named as having none
    (it then counts towards all offences only), None when nobody has reviewed it yet."""
    return _types_by_label().get((normal(major), normal(minor)))


@cache
def ancestors() -> dict[str, tuple[str, ...]]:
    """Each crime type -> itself and everything above it."""
    parent = {row.key: row.parent for row in crime_type_rows()}

    def upwards(key: str) -> tuple[str, ...]:
        return (key, *upwards(parent[key])) if key else ()

    return {key: upwards(key) for key in parent}
