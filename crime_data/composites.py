"""Composites: what a partnership puts together out of several kinds of offence, such as serious violence.

The parts of a composite can overlap, so they are shown side by side and never added up without its warning.
The table is `reference/composites.csv`, one line a version.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache

from crime_data.mapping import FOLDER


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of offence, and the source whose figures are meant."""

    crime_type: str
    source: str


@dataclass(frozen=True, slots=True)
class Composite:
    """One version of a definition, for figures of months from `valid_from` on.

    `overlap` is the warning that goes with the parts; it is empty when no offence is in two of them.
    """

    key: str
    name: str
    version: str
    valid_from: date
    parts: tuple[Part, ...]
    overlap: str
    note: str
    source: str


@cache
def composites() -> tuple[Composite, ...]:
    """Every version of all of them, in the order of the table."""
    with (FOLDER / "composites.csv").open(newline="", encoding="utf-8") as file:
        return tuple(_composite(row) for row in csv.DictReader(file))


def _composite(row: dict[str, str]) -> Composite:
    return Composite(
        key=row["key"],
        name=row["name"],
        version=row["version"],
        valid_from=date.fromisoformat(row["valid_from"]),
        parts=tuple(Part(*part.split("@")) for part in row["parts"].split("|")),
        overlap=row["overlap"],
        note=row["note"],
        source=row["source"],
    )
