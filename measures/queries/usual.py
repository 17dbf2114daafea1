"""The usual range of a measure's months, and what its newest month says against it."""

from collections.abc import Sequence
from datetime import date

from crime_data.months import add_months, label, months_between
from measures import judgement, statistics
from measures.models import Measure
from measures.queries import wording
from measures.queries.kinds import Worked
from measures.statistics import Process, Rule

SHOWN = 36
"""Months of a trend: two years show little of what is usual, sixteen hide the last one."""

RULES = {
    Rule.OUTSIDE: "Outside the usual range",
    Rule.SHIFT: "Part of a run on one side of the mean",
    Rule.TREND: "Part of a run of rises or falls",
    Rule.NEAR_LIMIT: "One of several close to the limit",
}


def process(measure: Measure, found: Worked) -> Process | None:
    if found.step != 1 or measure.kind == Measure.Kind.RECURRING:
        return None
    periods, values = found.periods[-SHOWN:], found.values[-SHOWN:]
    return _process_of(measure, periods, values, break_months(found, periods))


def break_months(found: Worked, months: Sequence[date]) -> tuple[tuple[date, str], ...]:
    named = []
    for one in (*found.across, *found.beside):
        if one.forbids == "across" and one.on:
            month = one.on.replace(day=1) if one.on.day == 1 else add_months(one.on.replace(day=1), 1)
            if months and months[0] < month <= months[-1]:
                named.append((month, one.title))
    return tuple(dict(named).items())


def signal(measure: Measure, found: Worked, process: Process | None, place: str) -> tuple[str, bool]:
    """What the newest month says against the usual range, or how long ago the last one was when they are
    rare; and whether that is a signal."""
    if process is None or not found.periods:
        return "", False
    periods, values = found.periods[-SHOWN:], found.values[-SHOWN:]
    last = label(periods[-1])
    whole = [None if value is None else int(value) for value in values]
    if measure.kind == Measure.Kind.COUNT and statistics.too_rare(whole):
        gaps = statistics.gaps(whole)
        return judgement.rare_sentence(gaps, what=wording.what_of(measure), where=place, label=last), bool(
            gaps.unusual
        )
    at = len(values) - 1
    stretch = next(one for one in process.stretches if one.start <= at < one.stop)
    sentence = judgement.process_sentence(
        process,
        at,
        values,
        label=last,
        since=label(periods[stretch.start]),
        unit=wording.unit_of(measure),
        per=wording.per_of(measure),
    )
    return sentence, bool(process.latest(at))


def _process_of(
    measure: Measure,
    periods: Sequence[date],
    values: Sequence[float | None],
    breaks: Sequence[tuple[date, str]],
) -> Process | None:
    """Usual range and signals of the months shown; None where there are too few of them."""
    if len(values) < 2 or all(value is None for value in values):
        return None
    reasons = {month: reason for month, reason in breaks}
    reasons |= {rebase.month: rebase.reason for rebase in measure.rebases.all()}
    places = {months_between(periods[0], month): reason for month, reason in reasons.items()}
    rebases = [statistics.Rebase(at, reason) for at, reason in sorted(places.items()) if 0 < at < len(values)]
    return statistics.process(values, rebases)
