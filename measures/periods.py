"""Periods of returns: months, quarters and years, as they are offered for entry and as people write them.

Pure: no Django. A period is (first month, last month), each the first day of its month. A step is its length
in months: 1, 3 or 12. The year begins in April on the financial basis and in January on the calendar one.
"""

import calendar
import re
from datetime import date

from crime_data.months import MONTH_NAMES, add_months, months_between

Period = tuple[date, date]

FINANCIAL, CALENDAR = 4, 1
"""The month in which the year begins."""

STEPS = {1: "Month", 3: "Quarter", 12: "Year"}
_STEP_OF = {"rolling": 1, "quarter": 3, "year": 12}

_MONTHS = {name.lower(): at for at, name in enumerate(MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: at for name, at in list(_MONTHS.items())} | {"sept": 9}
_RANGE = re.compile(r"\s+(?:to|[-–—])\s+|\s*[–—]\s*", re.IGNORECASE)
_NAMED = re.compile(r"([a-z]+)\.?[ \-/]*([0-9]{4}|[0-9]{2})", re.IGNORECASE)
_QUARTER = re.compile(
    r"(?:q([1-4])[ ,]*([0-9]{4})(?:[/\-–]([0-9]{2,4}))?|([0-9]{4})(?:[/\-–]([0-9]{2,4}))?[ ,]*q([1-4]))", re.I
)
_YEAR = re.compile(r"(?:year |fy ?)?([0-9]{4})(?:[/\-–]([0-9]{2}|[0-9]{4}))?", re.IGNORECASE)
EARLIEST, LATEST = 1990, 2200
"""Years; others are slips."""


class NotAPeriod(ValueError):
    """The text is no period; the message says what to write instead."""


def usual_step(period: str) -> int:
    """How long the periods are that a measure judged this way (rolling, quarter, year) is entered for."""
    return _STEP_OF[period]


def year_start(day: date, begins: int) -> date:
    """The first day of the year that `day` lies in."""
    return date(day.year if day.month >= begins else day.year - 1, begins, 1)


def year_end(day: date, begins: int) -> date:
    """The last day of the year that `day` lies in."""
    return last_day(add_months(year_start(day, begins), 11))


def last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def has_ended(period: Period, today: date) -> bool:
    return last_day(period[1]) < today


def newest_first(today: date, step: int, begins: int, number: int) -> list[Period]:
    """The last `number` periods of this length that have ended before `today`."""
    start = today.replace(day=1) if step == 1 else _start(today, step, begins)
    return [
        (add_months(start, -step * at), add_months(start, -step * at + step - 1))
        for at in range(1, number + 1)
    ]


def _start(day: date, step: int, begins: int) -> date:
    return add_months(
        year_start(day, begins), months_between(year_start(day, begins), day.replace(day=1)) // step * step
    )


def read_period(text: str, *, step: int, begins: int) -> Period:
    """The period that a text names; raises NotAPeriod.

    A month or a day stands for the period of `step` months that begins with it: 01/04/2024 in a table of
    quarters is April to June. Known are 01/04/2024, 2024-04, 04/2024, Apr 2024, Apr-24, April 2023 to March
    2024, Q1 2024/25 (of the year from April), Q1 2024 (of the calendar year), 2024/25 and 2024.
    """
    words = " ".join(text.replace("\u00a0", " ").split())
    if not words:
        raise NotAPeriod("The period is missing. Write a month, such as Apr 2024")
    ends = _RANGE.split(words)
    if len(ends) == 2:
        return _between(words, *ends)
    if found := _quarter(words):
        return found
    if found := _year(words, begins):
        return found
    first = _month(words)
    if first is None:
        raise _unknown(words)
    if step > 1 and months_between(year_start(first, begins), first) % step:
        raise NotAPeriod(
            f"“{words}” does not begin a {STEPS[step].lower()}. Write its first month, or from and to"
        )
    return first, add_months(first, step - 1)


def _between(words: str, start: str, end: str) -> Period:
    last = _month(end)
    if last is None:
        raise _unknown(words)
    first = _month(start)
    if first is None and (month := _MONTHS.get(start.lower().rstrip("."))):
        first = _day(words, last.year if month <= last.month else last.year - 1, month, 1)
    if first is None:
        raise _unknown(words)
    if last < first:
        raise NotAPeriod(f"“{words}” ends before it begins")
    return first, last


def _quarter(words: str) -> Period | None:
    if not (found := _QUARTER.fullmatch(words)):
        return None
    number = int(found[1] or found[6])
    year, second = int(found[2] or found[4]), found[3] or found[5]
    if second and not _follows(year, second):
        raise NotAPeriod(f"“{words}” names two years that do not follow each other. Write Q1 2024/25")
    first = add_months(_day(words, year, FINANCIAL if second else CALENDAR, 1), 3 * (number - 1))
    return first, add_months(first, 2)


def _year(words: str, begins: int) -> Period | None:
    if not (found := _YEAR.fullmatch(words)):
        return None
    year, second = int(found[1]), found[2]
    is_month = "-" in words and len(second or "") == 2 and 1 <= int(second) <= 12
    if is_month and not _follows(year, second):
        return None
    if is_month:
        raise NotAPeriod(f"“{words}” can be a month or a year. Write {year}/{second} or 01/{second}/{year}")
    if second and not _follows(year, second):
        raise NotAPeriod(f"“{words}” names two years that do not follow each other. Write 2024/25")
    if not second and begins != CALENDAR:
        raise NotAPeriod(
            f"“{words}” can be two years. Write {year}/{(year + 1) % 100:02} or Jan {year} to Dec {year}"
        )
    first = _day(words, year, FINANCIAL if second else CALENDAR, 1)
    return first, add_months(first, 11)


def _follows(year: int, second: str) -> bool:
    return int(second) == (year + 1 if len(second) == 4 else (year + 1) % 100)


def _month(words: str) -> date | None:
    """The month that is named, by a day of it or by itself."""
    if found := re.fullmatch(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})", words):
        day, month, year = map(int, found.groups())
        return _day(words, year, month, day)
    if found := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?", words):
        year, month, day = map(int, found.groups())
        return _day(words, year, month, day)
    if found := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", words):
        return _day(words, int(found[1]), int(found[2]), 1)
    if found := re.fullmatch(r"([0-9]{1,2})/([0-9]{4})", words):
        return _day(words, int(found[2]), int(found[1]), 1)
    found = _NAMED.fullmatch(words)
    if found and (named := _MONTHS.get(found[1].lower())):
        return _day(words, int(found[2]) if len(found[2]) == 4 else 2000 + int(found[2]), named, 1)
    return None


def _day(words: str, year: int, month: int, day: int) -> date:
    """The first of the month of a day. Raises NotAPeriod."""
    if not EARLIEST <= year <= LATEST:
        raise NotAPeriod(f"“{words}” is too long ago or too far ahead. Check the year")
    try:
        return date(year, month, day).replace(day=1)
    except ValueError:
        raise NotAPeriod(f"“{words}” is no day. Write it as day/month/year, such as 01/04/2024") from None


def _unknown(words: str) -> NotAPeriod:
    return NotAPeriod(
        f"“{words}” is no period. Write 01/04/2024, Apr 2024, Q1 2024/25, 2024/25 or Apr 2023 to Mar 2024"
    )
