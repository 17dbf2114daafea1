"""What a month, a season, a gap and the rest of a year say: sentences about a series."""

import math
from collections.abc import Sequence

from measures.judgement.kinds import TargetKind
from measures.judgement.words import (
    capital,
    hundred_words,
    likelihood_words,
    number_words,
    singular_of,
    value_words,
)
from measures.statistics import Gaps, Limits, Process, Projection, Rule, Season, Unit
from measures.statistics.process import SHORTEST_STRETCH


def process_sentence(
    process: Process,
    position: int,
    values: Sequence[float | None],
    *,
    label: str,
    since: str = "",
    unit: Unit = Unit.COUNT,
    per: str = "people",
) -> str:
    """Where the month at `position` lies in its usual range, or what signal it is part of.

    `label` names the month, `since` the month that its stretch starts with; the reason for a new stretch is
    told. Raises `IndexError` for a position outside the series.
    """
    value = values[position]
    stretch = next(one for one in process.stretches if one.start <= position < one.stop)
    if value is None:
        return f"The figure for {label} was not published."
    if stretch.limits is None:
        after = f" since {since}" if since else ""
        return (
            f"Fewer than {SHORTEST_STRETCH} months are held{after}, too few to say what is usual."
            f"{_why(stretch.reason, since)}"
        )
    signals = process.latest(position)
    value_label = f"{label} ({_monthly(value, unit).removesuffix(' a month')})"
    if not signals:
        return f"{value_label} is within {_range(stretch.limits, unit, per)}.{_why(stretch.reason, since)}"
    first = signals[0]
    side = "above" if first.higher else "below"
    months = first.last - first.first + 1
    words = {
        Rule.OUTSIDE: f"{value_label} is {side} {_range(stretch.limits, unit, per)}.",
        Rule.SHIFT: (
            f"{label} is one of {months} months in a row {side} the mean of "
            f"{_monthly(stretch.limits.mean, unit)}, a longer run than we would expect by chance."
        ),
        Rule.TREND: (
            f"{label} is part of a run of {months} months in which the figure "
            f"{'rose' if first.higher else 'fell'} every month, longer than we would expect by chance."
        ),
        Rule.NEAR_LIMIT: (
            f"Two of three months in a row, {label} among them, are close to the "
            f"{'upper' if first.higher else 'lower'} end of {_range(stretch.limits, unit, per)}."
        ),
    }[first.rule]
    return f"{words}{_why(stretch.reason, since)}"


def season_sentence(season: Season, *, what: str, where: str, label: str, month: str) -> str:
    """A month beside the same month of earlier years; `label` is "December 2023", `month` "December"."""
    opening = f"{label} had {number_words(season.now)} {_noun(season.now, what)} in {where}"
    if season.low is None or season.high is None:
        held = len(season.earlier)
        return (
            f"{opening}. The same month is held for {held} earlier {'year' if held == 1 else 'years'} only."
        )
    if season.now > season.high:
        verdict = "more than"
    elif season.now < season.low:
        verdict = "fewer than"
    else:
        verdict = "within"
    usual = f"{season.low:,} to {season.high:,}"
    return (
        f"{opening}, {verdict} the {usual} that the last {len(season.earlier)} years make usual for {month}."
    )


def rare_sentence(gaps: Gaps, *, what: str, where: str, label: str, singular: str | None = None) -> str:
    """How many there were in how many months, how long ago the last one is, and how unusual that is.

    `label` names the last month; `what` is a plural. Never a percentage.
    """
    one = singular or singular_of(what)
    months = f"in the {gaps.months} months to {label}"
    if not gaps.events:
        return f"There were no {what} in {where} {months}."
    count = f"was 1 {one}" if gaps.events == 1 else f"were {gaps.events:,} {what}"
    words = f"There {count} in {where} {months}"
    if not gaps.current:
        return f"{words}, the last in {label}."
    months_without = f"{gaps.current} {'month' if gaps.current == 1 else 'months'}"
    words = f"{words}; the last {months_without} had no {one}."
    if gaps.unusual:
        return f"{words} This is longer than we would expect by chance."
    return (
        f"{words} A time this long without one is not a clear change: chance alone makes one in "
        f"{hundred_words(gaps.chance or 0.0)} cases."
    )


def projection_sentence(
    projection: Projection,
    *,
    what: str,
    where: str,
    year: str,
    target_kind: TargetKind | None = None,
    bound: float | None = None,
) -> str:
    """Where the year will end, how sure that is, and the chance of meeting an at-most or at-least bound.

    `bound` is the value that meets the target, worked out for targets that count from a baseline.
    """
    if not projection.months_left:
        return f"{year} ended with {projection.so_far:,} {_noun(projection.so_far, what)} in {where}."
    pattern = "follows last year's pattern" if projection.by_pattern else "goes on as it began"
    words = (
        f"If the rest of {year} {pattern}, it ends with about {round(projection.expected):,} {what} in "
        f"{where}: between {projection.low:,} and {projection.high:,} in 95 of 100 cases."
    )
    if target_kind is None or bound is None:
        return words
    at_most = TargetKind(target_kind) in (
        TargetKind.AT_MOST,
        TargetKind.REDUCE_BY,
        TargetKind.REDUCE_BY_PERCENT,
    )
    chance = projection.chance_at_most(bound) if at_most else projection.chance_at_least(bound)
    goal = f"{'at most' if at_most else 'at least'} {number_words(bound)}"
    return f"{words} {capital(likelihood_words(chance))} that it ends with {goal}."


def _monthly(value: float, unit: Unit) -> str:
    """`12 a month`; a percentage is of a month and not a month's amount."""
    return value_words(value, unit) if unit == Unit.PERCENT else f"{number_words(value, unit)} a month"


def _range(limits: Limits, unit: Unit, per: str) -> str:
    lower, upper = limits.lower, limits.upper
    if unit == Unit.COUNT:
        # The whole numbers inside: rounded outwards, a month outside would be printed as one within.
        lower, upper = math.ceil(lower), math.floor(upper)
    if unit == Unit.PERCENT:
        return f"the usual range of {value_words(lower, unit)} to {value_words(upper, unit)}"
    ends = f"{number_words(lower, unit)} to {value_words(upper, unit, per=per)}"
    return f"the usual range of {ends} a month"


def _why(reason: str, since: str) -> str:
    if not reason:
        return ""
    start = f" from {since} on" if since else ""
    return f" The usual range is worked out anew{start}: {reason.rstrip('.')}."


def _noun(count: float, plural: str) -> str:
    return singular_of(plural) if count == 1 else plural
