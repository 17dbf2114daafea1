"""Breaks and caveats: which figures may not be compared, or not without a word, and where that is known from.

Three kinds, by what they forbid:

- "across": figures of months before the day do not compare with figures of months after it.
- "within": figures of these months compare with others only together with the caveat.
- "publications": the publisher restated or regrouped all months at once, so figures from one publication do
  not compare with figures from another. Inside either publication there is no break.

Anything else is a caveat only. The table is `reference/breaks.csv`. Months are the first day of theirs.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from crime_data.mapping import FOLDER
from crime_data.months import MONTH_NAMES, add_months, label, period_label

Period = tuple[date, date]  # first and last month, both included


@dataclass(frozen=True, slots=True)
class Break:
    """One break or caveat, in words that can be shown, and the pages that it is known from.

    `on` is the day of the change: the first that is counted the new way. `first_month` and `last_month` are
    the months it concerns, without end where there is no last one. For "publications" they are the newest
    months of the last publication known to be of the old form and of the first known to be of the new one.
    No sources, crime types or areas means all of them; an area ending in * means all codes that begin so.
    """

    key: str
    sources: tuple[str, ...]
    on: date | None
    first_month: date | None
    last_month: date | None
    crime_types: tuple[str, ...]
    areas: tuple[str, ...]
    forbids: str
    title: str
    text: str
    source_urls: tuple[str, ...]

    @property
    def when(self) -> str:
        """`28 February 2024`, `March 2020 to December 2021`, or `from January 2024 on`."""
        if self.forbids == "publications" and self.first_month and self.last_month:
            return f"between the publications to {label(self.first_month)} and to {label(self.last_month)}"
        if self.first_month and self.last_month:
            return period_label(self.first_month, self.last_month)
        if self.first_month:
            return f"from {label(self.first_month)} on"
        return f"{self.on.day} {MONTH_NAMES[self.on.month - 1]} {self.on.year}" if self.on else ""

    def concerns(self, source: str, crime_type: str, area: str = "") -> bool:
        """Whether it is about these figures; an empty crime type or area stands for any."""
        return (
            (not self.sources or source in self.sources)
            and (not self.crime_types or not crime_type or crime_type in self.crime_types)
            and (not self.areas or not area or any(_is(area, code) for code in self.areas))
        )

    def touches(self, first: date, last: date) -> bool:
        """Whether it concerns one of these months, or its day has months on both sides."""
        if self.first_month:
            return self.first_month <= last and (self.last_month is None or first <= self.last_month)
        return self.on is not None and first < self.on < add_months(last, 1)


def _is(area: str, code: str) -> bool:
    return area.startswith(code[:-1]) if code.endswith("*") else area == code


@cache
def breaks() -> tuple[Break, ...]:
    """All of them, in the order of the table."""
    with (FOLDER / "breaks.csv").open(newline="", encoding="utf-8") as file:
        return tuple(_break(row) for row in csv.DictReader(file))


def that_apply(source: str, crime_type: str, first: date, last: date, area: str = "") -> tuple[Break, ...]:
    """Those to be shown beside these figures of one publication, from the first to the last month."""
    return tuple(one for one in _about_months(source, crime_type, area) if one.touches(first, last))


def crossed(source: str, crime_type: str, before: Period, now: Period, area: str = "") -> tuple[Break, ...]:
    """Those that forbid to compare two periods of one publication, whichever of the two is the earlier."""
    first, last = min(before[0], now[0]), max(before[1], now[1])
    return tuple(
        one
        for one in _about_months(source, crime_type, area)
        if one.forbids == "across" and one.on and first < one.on < add_months(last, 1)
    )


def between_publications(
    source: str, crime_type: str, one: date, other: date, area: str = ""
) -> tuple[Break, ...]:
    """Those that forbid to compare figures of two publications, each named by its newest month.

    A publication of which it is not known whether it is of the old or the new form counts as both.
    """
    earlier, later = sorted((one, other))
    return tuple(
        found
        for found in breaks()
        if found.forbids == "publications"
        and found.concerns(source, crime_type, area)
        and found.first_month
        and found.last_month
        and earlier < found.last_month
        and later > found.first_month
        and earlier != later
    )


def _about_months(source: str, crime_type: str, area: str) -> Iterator[Break]:
    return (
        one for one in breaks() if one.forbids != "publications" and one.concerns(source, crime_type, area)
    )


def _break(row: dict[str, str]) -> Break:
    return Break(
        key=row["key"],
        sources=_keys(row["source"]),
        on=date.fromisoformat(row["on"]) if row["on"] else None,
        first_month=_month(row["first_month"]),
        last_month=_month(row["last_month"]),
        crime_types=_keys(row["crime_types"]),
        areas=_keys(row["areas"]),
        forbids=row["forbids"],
        title=row["title"],
        text=row["text"],
        source_urls=_keys(row["source_url"]),
    )


def _keys(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))


def _month(cell: str) -> date | None:
    return date.fromisoformat(f"{cell}-01") if cell else None
