"""The quarters that a board reads: how they are called, which one is shown, and as at which day."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crime_data.months import add_months, period_label
from measures.queries import quarters_with_figures

CLOSES_AFTER = 1
"""Months after a quarter's end until its board page stands still. Police and councils publish a month's
figures in the course of the next one, and boards meet after that: an earlier day would miss a month."""

APRIL = 4

Months = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months, of any of which the first is January, April, July or October."""

    first_month: date

    @classmethod
    def parse(cls, written: str) -> "Quarter | None":
        """Out of an address, `2025-04`; None for what names no quarter's first month."""
        found = re.fullmatch(r"(20\d\d)-(01|04|07|10)", written)
        return cls(date(int(found[1]), int(found[2]), 1)) if found else None

    @property
    def key(self) -> str:
        return f"{self.first_month:%Y-%m}"

    @property
    def last_month(self) -> date:
        return add_months(self.first_month, 2)

    @property
    def closes_on(self) -> date:
        """The day as at which its page is shown once it is past."""
        return add_months(self.last_month, CLOSES_AFTER + 1) - timedelta(days=1)

    def holds(self, day: date) -> bool:
        return self.first_month <= day < add_months(self.first_month, 3)

    def back(self, quarters: int) -> "Quarter":
        return Quarter(add_months(self.first_month, -3 * quarters))

    @property
    def months(self) -> str:
        """`April to June 2025`."""
        return period_label(self.first_month, self.last_month)

    def name(self, year_starts: int) -> str:
        """`Quarter 1 of 2025/26` for years from April on (4), `Quarter 2 of 2025` for calendar years (1)."""
        if year_starts != APRIL:
            return f"Quarter {(self.first_month.month + 2) // 3} of {self.first_month.year}"
        number = (self.first_month.month - APRIL) % 12 // 3 + 1
        year = self.first_month.year - (self.first_month.month < APRIL)
        return f"Quarter {number} of {year} to {year + 1}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which quarter and day a page is of.

    `day` is None for today; `given` says whether the reader chose it. `choices` are the quarters that can be
    asked for, the newest first. A past quarter stands still as at the day that it closed; the newest shows
    what is known. `refused` says why a day that was asked for is not shown.
    """

    quarter: Quarter
    choices: tuple[Quarter, ...]
    day: date | None
    given: bool
    today: date
    refused: str = ""

    @property
    def newest(self) -> Quarter:
        return self.choices[0]

    @property
    def judged_on(self) -> date:
        """The day on which actions are due or not: that of a past quarter's close, and no later one than the
        day shown."""
        day = self.day or self.today
        return min(day, self.quarter.closes_on) if self.is_past else day

    @property
    def is_past(self) -> bool:
        return self.quarter < self.newest

    @property
    def last(self) -> Quarter:
        """The quarter before the one that is shown."""
        return self.quarter.back(1)

    @property
    def then(self) -> date:
        """The earlier of the two days whose figures are read, the other one being today: the day shown, else
        the one that the last board was shown as at."""
        return self.day or self.last.closes_on

    @property
    def query(self) -> str:
        """What stands behind the address of another page about the same quarter and day."""
        parts = [f"quarter={self.quarter.key}"] if self.is_past else []
        parts += [f"as_at={self.day:%Y-%m-%d}"] if self.given and self.day else []
        return f"?{'&'.join(parts)}" if parts else ""


def asked(
    quarter: Quarter | None,
    day: date | None,
    *,
    held: Months,
    held_today: Months | None = None,
    adopted_on: date | None = None,
    today: date,
) -> Asked:
    """What to show when these are in the address. `held` are the first and the last month that figures are
    held of on that day, `held_today` those of today; `adopted_on` is the day from which there are measures.

    The newest quarter answers for one that is not offered. On a day before any figures or before the measures
    were adopted there was no page: today's answers, and says so."""
    refused = _refused(day, held, held_today or held, adopted_on)
    if refused:
        day, held = None, held_today or held
    found = [Quarter(first) for first in quarters_with_figures(held, day or today)]
    newest, *earlier = found
    if adopted_on:
        earlier = [one for one in earlier if one.closes_on >= adopted_on]
    given = day is not None
    page = Asked(newest, (newest, *earlier), day if day != today else None, given, today, refused)
    if quarter not in page.choices:
        return page
    if day is None and quarter < newest and quarter.closes_on < today:
        day = quarter.closes_on
    return replace(page, quarter=quarter, day=day if day != today else None)


def _refused(day: date | None, held: Months, held_today: Months, adopted_on: date | None) -> str:
    if day is None:
        return ""
    if adopted_on and day < adopted_on:
        return f"The strategy and its measures began on {adopted_on:%-d %B %Y}. Enter that day or a later one"
    if held[1] is None and held_today[1] is not None:
        return f"No figures had been published by {day:%-d %B %Y}. Enter a later day"
    return ""
