"""Which months are asked for: a rolling year, a year of either kind, a quarter, or a range of months."""

from datetime import date

from crime_data.breaks import Period
from crime_data.months import add_months, months_between

ROLLING, FINANCIAL, CALENDAR, QUARTER, RANGE = "rolling", "financial", "calendar", "quarter", "range"

SPANS = {
    ROLLING: "Twelve months",
    FINANCIAL: "Financial year",
    CALENDAR: "Calendar year",
    QUARTER: "Quarter",
    RANGE: "Range of months",
}


class Unclear(Exception):
    """A question that cannot be answered: the field that is at fault, and what to do about it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field, self.words = field, words


def months_of(span: str, to: date, since: date | None = None) -> Period:
    """The first and the last month of what is asked for; `since` counts for a range only. Raises Unclear."""
    for field, month in (("from", since), ("to", to)):
        if month and not 1900 <= month.year <= 2100:
            raise Unclear(field, "Enter a month between 1900 and 2100, such as 2024-03")
    if span == RANGE:
        if since is None:
            raise Unclear("from", "Enter the first month, such as 2024-03")
        if since > to:
            raise Unclear("to", "The last month must be the same as or after the first")
        return since, to
    months = {ROLLING: 12, FINANCIAL: 12, CALENDAR: 12, QUARTER: 3}.get(span)
    if months is None:
        raise Unclear("period", "Choose a period from the list")
    passed = {
        ROLLING: 11,
        FINANCIAL: (to.month - 4) % 12,
        CALENDAR: to.month - 1,
        QUARTER: (to.month - 1) % 3,
    }
    first = add_months(to, -passed[span])
    return first, add_months(first, months - 1)


def so_far(months: Period, newest: date) -> Period:
    """A year or quarter that is not over ends with the newest month held."""
    first, last = months
    return (first, newest) if first <= newest < last else months


def before(months: Period) -> Period | None:
    """The months that these are held against: the same a year earlier, for whole years the years before.
    None for other periods of more than a year, which would overlap with them."""
    first, last = months
    length = months_between(first, last) + 1
    if length > 12 and length % 12:
        return None
    back = max(12, length)
    return add_months(first, -back), add_months(last, -back)
