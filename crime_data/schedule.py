"""When a source is due. Days only: no clock, no time zone, no database.

A publication is expected on a usual day and is often late. So a source is tried on that day, then daily for
ten days, then weekly, until something newer is found or its next usual day has come.
"""

from calendar import monthrange
from datetime import date, timedelta

from crime_data.months import add_months

DAILY_FOR = 10  # days after the usual day
THEN_EVERY = 7  # days
QUARTERS = (1, 4, 7, 10)  # the months after the last month of a quarter
STALE_AFTER = {"monthly": 40, "quarterly": 110, "yearly": 400}  # days
WAITS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))


def next_due(rhythm: str, release_day: int, last_success: date | None, today: date) -> date | None:
    """The first day from `today` on, itself included, on which to look for something newer.

    `last_success` is the day on which something newer was last found; a source that never had one is due
    today. After one it is not due before its next usual day: the next `release_day` of a month (its last day,
    when it is shorter); of January, April, July or October for a quarterly source; of the eleventh month
    after for a yearly one, which may be early. A source that comes "once" is never due. When a try was made
    today, ask with tomorrow as `today`. Raises ValueError for a rhythm that is not known.
    """
    if rhythm == "once":
        return None
    if rhythm not in STALE_AFTER:
        raise ValueError(f"“{rhythm}” is not a rhythm")
    if last_success is None:
        return today
    first = _usual_day_after(last_success, rhythm, release_day)
    if today <= first:
        return first
    opened = _usual_day_up_to(today, rhythm, release_day)
    return min(_try_from(today, opened), _later(opened, rhythm, release_day))


def retry_after_failure(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 15 minutes, an hour, four hours, then a day.

    To be added to a time in UTC, where an hour is always one.
    """
    if failures <= 0:
        return timedelta(0)
    return WAITS[failures - 1] if failures <= len(WAITS) else timedelta(days=1)


def is_stale(last_success: date | None, rhythm: str, today: date) -> bool:
    """Whether nothing newer was found for so long that people should know.

    Never having found anything counts; a source that comes "once" does not grow stale.
    """
    if rhythm == "once":
        return False
    if rhythm not in STALE_AFTER:
        raise ValueError(f"“{rhythm}” is not a rhythm")
    return last_success is None or (today - last_success).days > STALE_AFTER[rhythm]


def _usual_day_after(day: date, rhythm: str, release_day: int) -> date:
    """The first usual day on which something newer than what was found on `day` may come."""
    if rhythm == "yearly":
        return _in_month(add_months(day.replace(day=1), 11), release_day)
    return _later(day, rhythm, release_day)


def _later(day: date, rhythm: str, release_day: int) -> date:
    """The first usual day after this one."""
    month = day.replace(day=1)
    while not (_has_one(month, rhythm) and _in_month(month, release_day) > day):
        month = add_months(month, 1)
    return _in_month(month, release_day)


def _usual_day_up_to(day: date, rhythm: str, release_day: int) -> date:
    """The last usual day that is not after this one."""
    month = day.replace(day=1)
    while not (_has_one(month, rhythm) and _in_month(month, release_day) <= day):
        month = add_months(month, -1)
    return _in_month(month, release_day)


def _has_one(month: date, rhythm: str) -> bool:
    """Whether a month has a usual day. What is yearly is looked for monthly, once it is expected."""
    return rhythm != "quarterly" or month.month in QUARTERS


def _in_month(month: date, release_day: int) -> date:
    return month.replace(day=min(release_day, monthrange(month.year, month.month)[1]))


def _try_from(day: date, opened: date) -> date:
    """The first day of the tries that began on `opened` which is not before `day`."""
    passed = (day - opened).days
    if passed <= DAILY_FOR:
        return day
    weeks = -(-(passed - DAILY_FOR) // THEN_EVERY)
    return opened + timedelta(days=DAILY_FOR + weeks * THEN_EVERY)
