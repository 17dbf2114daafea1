"""Returns: the partnership's own figures. They are added, never changed; a correction is another return."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crime_data.months import period_label
from measures import kinds, periods
from measures.models import LocalReturn, Measure
from measures.services.access import refuse_retired, require_returns, say

PLACES = Decimal("0.0001")
WHOLE = ("count",)
LARGEST = Decimal(10) ** 10

Key = tuple[date, date, str]
"""First month, last month, group."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure as it was entered: a value, or number and base, or why there is none."""

    first_month: date
    last_month: date
    group: str = ""
    value: Decimal | None = None
    numerator: int | None = None
    base: int | None = None
    statistic: str = ""
    absence: str = ""
    as_printed: str = ""
    note: str = ""
    published_on: date | None = None

    @property
    def key(self) -> Key:
        return self.first_month, self.last_month, self.group

    @property
    def label(self) -> str:
        words = period_label(self.first_month, self.last_month)
        return f"{words}, {self.group}" if self.group else words


@dataclass(frozen=True, slots=True)
class Planned:
    """An entry checked: `was` is the return that it corrects, `changes` whether it says anything new."""

    entry: Entry
    was: LocalReturn | None
    changes: bool

    @property
    def standing(self) -> str:
        if not self.changes:
            return "As entered already"
        return "Correction" if self.was else "New"


class StaleReturns(Exception):
    """Somebody else has entered figures for the same periods since the page was opened."""

    def __init__(self, rows: list[LocalReturn]) -> None:
        super().__init__("Somebody else entered figures for these periods after you opened the page.")
        self.rows = rows


class WrongEntries(ValidationError):
    """Nothing was written. `problems` are (index of the entry, what is wrong)."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__([words for _, words in problems])
        self.problems = problems


def newest(returns: Iterable[LocalReturn]) -> dict[Key, LocalReturn]:
    """Of the returns for the same months and group, the one that answers: known last, then entered last."""
    found: dict[Key, LocalReturn] = {}
    for row in sorted(returns, key=lambda row: (row.published_on, row.pk)):
        found[row.first_month, row.last_month, row.group] = row
    return found


def plan_returns(*, measure: Measure, entries: Sequence[Entry]) -> list[Planned]:
    """What would be written, checked as a whole and written nowhere. Raises WrongEntries."""
    held = newest(measure.returns.all())
    planned, problems = [], []
    for at, entry in enumerate(entries):
        try:
            whole = _whole(measure, entry)
            was = held.get(whole.key)
            _check_against(measure, whole, was, held.values())
            planned.append(Planned(whole, was, was is None or _differs(whole, was)))
        except ValueError as problem:
            problems.append((at, f"{problem}."))
    problems += _clashes(measure, [one.entry for one in planned], entries) if not problems else []
    if problems:
        raise WrongEntries(problems)
    return planned


@transaction.atomic
def enter_returns(
    *, measure: Measure, by: Any, entries: Sequence[Entry], seen: int | None = None
) -> list[LocalReturn]:
    """Write them all or none. What is entered already is passed over, so that a form sent twice is one.

    `seen` is the newest return's id when the page was made; raises StaleReturns when a newer one is about one
    of the same periods and says something else. Raises WrongEntries.
    """
    require_returns(by, measure)
    # Held while we write: two people who enter for one measure do so after each other.
    locked = Measure.objects.select_for_update(of=("self",)).select_related("priority__strategy__partnership")
    current = locked.get(pk=measure.pk)
    refuse_retired(current)
    if not kinds.has_returns(current.kind, current.source_key):
        raise ValidationError("The figures of this measure come from a publisher. None are entered here.")
    planned = [one for one in plan_returns(measure=current, entries=entries) if one.changes]
    if seen is not None:
        newer = [one.was for one in planned if one.was and one.was.pk > seen]
        if newer:
            raise StaleReturns(newer)
    written = []
    for one in planned:
        row = LocalReturn(measure=current, by=by, **_fields(one.entry))
        row.full_clean()
        row.save()
        written.append(row)
    if written:
        labels = [f"{one.entry.label} (corrected)" if one.was else one.entry.label for one in planned]
        say(current, by, "entered figures", "; ".join(labels))
    return written


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__dataclass_fields__}


def _whole(measure: Measure, entry: Entry) -> Entry:
    """The entry with its value worked out and its defaults put in. Raises ValueError in words."""
    today = timezone.localdate()
    if measure.kind == "gap" and entry.group not in (measure.group_a, measure.group_b):
        raise ValueError(f"{entry.label}: say whose figure it is, {measure.group_a} or {measure.group_b}")
    if measure.kind != "gap" and entry.group:
        raise ValueError(f"{entry.label}: this measure has no groups")
    statistic = entry.statistic or measure.statistic
    if statistic not in kinds.statistics_of(measure.kind, measure.unit):
        raise ValueError(f"{entry.label}: this measure cannot have the statistic “{statistic}”")
    published_on = entry.published_on or today
    if published_on > today:
        raise ValueError(f"{entry.label}: known since must be today or in the past")
    if published_on < entry.first_month:
        raise ValueError(f"{entry.label}: known since is before the period began")
    value = _value(measure, entry)
    if value is None and not entry.absence:
        raise ValueError(f"{entry.label}: enter a figure, or why there is none")
    if value is not None and entry.absence:
        raise ValueError(
            f"{entry.label}: there is a figure and a reason why there is none. Keep one of the two"
        )
    if value is not None and not periods.has_ended((entry.first_month, entry.last_month), today):
        raise ValueError(f"{entry.label}: the period has not ended yet")
    if value is not None:
        _check_value(measure, entry, value, statistic)
    return replace(
        entry, value=value, statistic=statistic, published_on=published_on, note=" ".join(entry.note.split())
    )


def _value(measure: Measure, entry: Entry) -> Decimal | None:
    """The figure, worked out from number and base where they are given."""
    number, base, given = entry.numerator, entry.base, entry.value
    if number is None:
        return None if given is None else given.quantize(PLACES, ROUND_HALF_UP)
    if not kinds.is_share(measure.kind, measure.unit):
        raise ValueError(f"{entry.label}: a number and its base are only entered for shares")
    if base is None:
        raise ValueError(f"{entry.label}: enter of how many")
    if number > base:
        raise ValueError(f"{entry.label}: the number ({number:,}) is more than of how many ({base:,})")
    if base == 0:
        raise ValueError(f"{entry.label}: there were none, so there is no share. Choose not applicable")
    worked_out = (Decimal(100) * number / base).quantize(PLACES, ROUND_HALF_UP)
    if given is not None and abs(given - worked_out) > Decimal("0.5"):
        raise ValueError(
            f"{entry.label}: {number:,} of {base:,} is {worked_out:.1f}%, not {given.normalize():f}%"
        )
    return worked_out


def _check_value(measure: Measure, entry: Entry, value: Decimal, statistic: str) -> None:
    whole = value == value.to_integral_value()
    if kinds.is_share(measure.kind, measure.unit):
        if not 0 <= value <= 100:
            raise ValueError(f"{entry.label}: a percentage is between 0 and 100")
    elif measure.unit == "yes-no":
        if value not in (0, 1):
            raise ValueError(f"{entry.label}: answer yes or no")
    elif measure.unit != "points" and value < 0:
        raise ValueError(f"{entry.label}: the figure must be 0 or more")
    elif measure.unit in ("count", "number") and statistic in WHOLE and not whole:
        raise ValueError(f"{entry.label}: a count is a whole number")
    if abs(value) >= LARGEST:
        raise ValueError(f"{entry.label}: the figure is too large. Check it")


def _check_against(
    measure: Measure, entry: Entry, was: LocalReturn | None, held: Iterable[LocalReturn]
) -> None:
    if was and _differs(entry, was) and entry.published_on and entry.published_on < was.published_on:
        raise ValueError(
            f"{entry.label}: the figure entered is known since {was.published_on:%d/%m/%Y}. "
            "Its correction cannot have been known before"
        )
    if entry.value is None or entry.statistic not in WHOLE:
        return
    for other in held:
        if other.value is not None and other.statistic in WHOLE and _cuts(entry, other):
            raise ValueError(
                f"{entry.label}: a figure is entered for {_label(other)}, which holds some of the same "
                "months. Enter periods of that length"
            )


def _label(row: Any) -> str:
    return period_label(row.first_month, row.last_month)


def _cuts(entry: Entry, other: Any) -> bool:
    """Whether two periods of different length share months: their counts would be told twice."""
    overlap = entry.first_month <= other.last_month and other.first_month <= entry.last_month
    length = _months(entry.first_month, entry.last_month) == _months(other.first_month, other.last_month)
    return overlap and not length and entry.group == other.group


def _months(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month


def _clashes(measure: Measure, whole: Sequence[Entry], entries: Sequence[Entry]) -> list[tuple[int, str]]:
    """Entries that are twice among themselves, or count the same months in two lengths."""
    found = []
    seen: dict[Key, int] = {}
    for at, entry in enumerate(whole):
        if entry.key in seen:
            found.append((at, f"{entry.label} is entered twice. Keep one of the two."))
        seen.setdefault(entry.key, at)
        counted = entry.value is not None and entry.statistic in WHOLE
        for other in whole[:at]:
            if counted and other.value is not None and other.statistic in WHOLE and _cuts(entry, other):
                found.append((at, f"{entry.label} and {other.label} hold some of the same months. Keep one."))
                break
    return found


def _differs(entry: Entry, was: LocalReturn) -> bool:
    """Whether it says something else than the return; a new note alone is not a new figure, but is kept."""
    same = (
        entry.value == was.value
        and entry.absence == was.absence
        and (entry.statistic or was.statistic) == was.statistic
        and (entry.numerator is None or entry.numerator == was.numerator)
        and (entry.base is None or entry.base == was.base)
        and (not entry.note or entry.note == was.note)
    )
    return not same
