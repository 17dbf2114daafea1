"""What the figures of one publication's file say otherwise than those of the one before, read cell by cell.

Deliberately simple, and nothing of the portal's own: it is what the importer is held against.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

Series = tuple[str, str, str]  # code of the area, major, minor


@dataclass(frozen=True, slots=True)
class Differences:
    """`cells` are compared and `changed` differ; `gone` are series that only the earlier file lists, and what
    they added up to in it, over the shared months."""

    months: tuple[str, ...]
    cells: int
    changed: int
    gone: dict[Series, int]


def differences(before: Path, now: Path) -> Differences:
    """A series that one of the two does not list is nought in it: the publisher leaves out what is nought."""
    old, new = _read(before), _read(now)
    months = tuple(sorted(_months(old) & _months(new)))
    gone = {key: sum(counts[month] for month in months) for key, counts in old.items() if key not in new}
    pairs = [(old.get(key, {}), new.get(key, {})) for key in old.keys() | new.keys()]
    changed = sum(a.get(month, 0) != b.get(month, 0) for a, b in pairs for month in months)
    return Differences(months, len(pairs) * len(months), changed, gone)


def _months(series: dict[Series, dict[str, int]]) -> set[str]:
    return set(next(iter(series.values())))


def _read(path: Path) -> dict[Series, dict[str, int]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        months = next(lines)[5:]
        return {
            (code, major, minor): dict(zip(months, map(int, counts), strict=True))
            for code, _, _, major, minor, *counts in lines
        }
