"""How each kind of measure is worked out of what is known: one function a kind, the same answer from all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from crime_data import breaks
from crime_data.breaks import Break, Period
from crime_data.composites import composites
from crime_data.models import Area
from crime_data.months import add_months, month_range, months_between, period_label
from crime_data.packing import NOT_PUBLISHED
from crime_data.queries import Holding, MonthlyCounts
from measures import statistics
from measures.judgement import Polarity
from measures.models import LocalReturn, Measure
from measures.queries.known import Known, asks_locally, has_rank_target
from measures.statistics import Change, Incomparable, Rank, Statistic, StatisticType, Unit
from partners.models import Partnership

SCATTER = 60
"""Months whose scatter is looked at: what the statistics use at most."""

ASKED_A_YEAR = 400
"""People asked in a borough in twelve months, at least: 12,800 and later 19,200 a year over 32 boroughs
(Mayor's Office for Policing and Crime, survey pages). The base itself is not published with the figures."""

NO_FIGURES = "No figures are held for this measure yet."
NOT_ALL = "The last twelve months are not all published yet."
NOT_AGREED = "No measure has been agreed yet."


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same figure of another area, beside the partnership's own."""

    area: str
    change: Change


@dataclass(frozen=True, slots=True)
class Worked:
    """What a measure comes to. Without figures `why_not` says why and everything else is empty.

    `periods` and `values` are its history, one value for each `step` months from `periods[0]` on; None where
    nothing was published. `counts` are the same as counts of offences, where the measure is made of them.
    `base` is what a rate or a share is taken of, in words. `parts` are a composite's own figures; where
    they share offences it `overlaps`, and its sum has no change.
    """

    why_not: str = ""
    change: Change | Incomparable | None = None
    statistics: tuple[Statistic, Statistic] | None = None
    now: Period | None = None
    before: Period | None = None
    periods: tuple[date, ...] = ()
    values: tuple[float | int | None, ...] = ()
    step: int = 1
    interval: tuple[float, float] | None = None
    base: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()
    parts: tuple[tuple[str, "Worked"], ...] = ()
    overlaps: bool = False
    caveats: tuple[str, ...] = ()
    across: tuple[Break, ...] = ()
    beside: tuple[Break, ...] = ()
    holding: Holding | None = None
    returns: tuple[LocalReturn, ...] = ()
    dispersion: float = 1.0
    rank: Rank | None = None


def worked(measure: Measure, known: Known, until: date | None = None) -> Worked:
    """What the measure comes to with what is known; `until` is the last month that counts."""
    return BY_KIND[Measure.Kind(measure.kind)](measure, known, until)


# --- periods ---------------------------------------------------------------------------------


def year_start(partnership: Partnership) -> int:
    """The month that the partnership's year begins with."""
    financial = partnership.year_basis == Partnership.YearBasis.FINANCIAL
    return statistics.FINANCIAL if financial else statistics.CALENDAR


def period_of(measure: Measure, first: date, last: date, partnership: Partnership) -> Period:
    """The months that the measure speaks of when `last` is the newest one held of a series from `first`."""
    end = months_between(first, last)
    if measure.period == Measure.Period.YEAR:
        months = statistics.year_to_date(end, first, year_start(partnership))
    elif measure.period == Measure.Period.QUARTER:
        months = statistics.last_whole_quarter(end, first, year_start(partnership))
    else:
        months = statistics.rolling_year(end)
    return add_months(first, months.start), add_months(first, months.stop - 1)


def year_before(period: Period) -> Period:
    return add_months(period[0], -12), add_months(period[1], -12)


# --- counts ----------------------------------------------------------------------------------


def count(measure: Measure, known: Known, until: date | None) -> Worked:
    assert measure.crime_type is not None  # noqa: S101  (a constraint of the table)
    source = known.source_of(measure)
    counts = known.counts(source, measure.crime_type.pk, known.places.own)
    if counts is None:
        return Worked(why_not=NO_FIGURES)
    found = _counted(measure, known, counts, until)
    if found.now is None:
        return found
    across, beside = _breaks(source, measure, known, found)
    elsewhere = () if across else _elsewhere(known, source, measure, found)
    return replace(found, elsewhere=elsewhere, across=across, beside=beside)


def rate(measure: Measure, known: Known, until: date | None) -> Worked:
    """Per 1,000 people or households, of the year that the period ends in or the nearest before."""
    found = count(measure, known, until)
    if found.now is None or not isinstance(found.change, Change):
        return found
    people = _population(measure, known, known.places.own, found)
    if people is None:
        of = Measure.Per(measure.per).label.lower()
        return Worked(why_not=f"The number of {of} is not held, so no rate can be given.")
    (now, year), (before, _) = people
    change = statistics.rate_change(
        int(found.change.now),
        now,
        None if found.change.before is None else int(found.change.before),
        before,
        dispersion=found.dispersion,
    )
    elsewhere = []
    for other in found.elsewhere:
        area = next(area for area in known.places.wholes if _called(area) == other.area)
        theirs = _population(measure, known, [area], found)
        if theirs and other.change.before is not None:
            (there, _), (there_before, _) = theirs
            elsewhere.append(
                Elsewhere(
                    other.area,
                    statistics.rate_change(
                        int(other.change.now),
                        there,
                        int(other.change.before),
                        there_before,
                        dispersion=other.change.dispersion,
                    ),
                )
            )
    scaled = tuple(None if value is None else 1_000 * value / now for value in found.values)
    interval = statistics.rate_interval(int(found.change.now), now, dispersion=found.dispersion)
    words = f"{now:,} {Measure.Per(measure.per).label.lower()} ({year})"
    return replace(
        found,
        change=change,
        values=scaled,
        interval=interval,
        base=words,
        elsewhere=tuple(elsewhere),
        rank=_rank(measure, known, found),
    )


def _rank(measure: Measure, known: Known, found: Worked) -> Rank | None:
    """The place among the boroughs of the force, where a target asks for one; the best place is the first."""
    assert measure.crime_type and found.now  # noqa: S101
    if len(known.places.own) > 1 or not has_rank_target(measure):
        return None
    source, counts, people, scatter = known.source_of(measure), [], [], []
    for area in known.places.boroughs:
        monthly = known.counts(source, measure.crime_type.pk, [area])
        population = known.population(measure.per, [area], found.now[1].year)
        if monthly is None or population is None or (total := monthly.sum(*found.now)) is None:
            return None
        counts.append(total)
        people.append(float(population[0]))
        scatter.append(scatter_until(monthly, found.now[1]))
    here = known.places.boroughs.index(known.places.own[0])
    highest_first = measure.polarity == Polarity.HIGHER
    usual = sum(scatter) / len(scatter)  # as the page that compares boroughs has it
    return statistics.ranks(counts, people, dispersion=usual, highest_first=highest_first)[here]


def share(measure: Measure, known: Known, until: date | None) -> Worked:
    """The offences of one kind among all those of a wider one."""
    assert measure.of_crime_type is not None  # noqa: S101  (a constraint of the table)
    found = count(measure, known, until)
    source = known.source_of(measure)
    whole = known.counts(source, measure.of_crime_type.pk, known.places.own)
    if found.now is None or not isinstance(found.change, Change):
        return found
    if whole is None or not (of_now := whole.sum(*found.now)):
        return Worked(why_not=NO_FIGURES)
    of_before = whole.sum(*found.before) if found.before else None
    before = None if not of_before or found.change.before is None else int(found.change.before)
    change = statistics.share_change(
        int(found.change.now), of_now, before, of_before if before is not None else None
    )
    totals = [whole.sum(month, month) for month in found.periods]
    values = tuple(
        100 * value / total if value is not None and total else None
        for value, total in zip(found.values, totals, strict=True)
    )
    return replace(
        found,
        change=change,
        values=values,
        interval=statistics.share_interval(int(found.change.now), of_now),
        base=f"{of_now:,} {measure.of_crime_type.noun}",
        elsewhere=(),
    )


def _counted(measure: Measure, known: Known, counts: MonthlyCounts, until: date | None) -> Worked:
    last = min(counts.last_month, until) if until else counts.last_month
    if last < counts.first_month:
        return Worked(why_not=NO_FIGURES)
    now = period_of(measure, counts.first_month, last, known.partnership)
    total = counts.sum(*now)
    if total is None:
        return Worked(why_not=NOT_ALL)
    before = year_before(now)
    months = month_range(counts.first_month, last)
    values = tuple(
        None if value == NOT_PUBLISHED else int(value) for value in counts.values[: len(months)].tolist()
    )
    scatter = scatter_until(counts, now[1])
    return Worked(
        change=statistics.change(total, counts.sum(*before), dispersion=scatter),
        now=now,
        before=before,
        periods=months,
        values=values,
        interval=None,
        holding=counts.holding,
        dispersion=scatter,
    )


def scatter_until(counts: MonthlyCounts, last: date) -> float:
    """The scatter of an area's own months up to the last one that is judged."""
    kept = counts.values[: months_between(counts.first_month, last) + 1].tolist()
    return scatter_of([None if value == NOT_PUBLISHED else int(value) for value in kept])


def scatter_of(values: Sequence[int | None]) -> float:
    """How much more the months scatter than single, independent offences would; 1 when that is not known."""
    if any(value is not None and value < 0 for value in values[-SCATTER:]):
        return 1.0  # a correction of the publisher below nought is no count
    return statistics.dispersion(values[-SCATTER:]).factor


def _elsewhere(known: Known, source: str, measure: Measure, found: Worked) -> tuple[Elsewhere, ...]:
    """The command unit and the force, each tested with the scatter of its own months."""
    assert found.now and found.before  # noqa: S101
    others = []
    for area in known.places.wholes:
        counts = known.counts(source, measure.crime_type_id or 0, [area])
        now, before = (counts.sum(*found.now), counts.sum(*found.before)) if counts else (None, None)
        if counts and now is not None and before is not None:
            scatter = scatter_until(counts, found.now[1])
            others.append(Elsewhere(_called(area), statistics.change(now, before, dispersion=scatter)))
    return tuple(others)


def _called(area: Area) -> str:
    if area.kind == Area.Kind.BCU:
        return f"{area.name} command unit"
    return "All of the Met's area" if area.code == "E23000001" else area.name


def _breaks(
    source: str, measure: Measure, known: Known, found: Worked
) -> tuple[tuple[Break, ...], tuple[Break, ...]]:
    """Those that forbid the comparison, and those that only go with it in words."""
    assert measure.crime_type and found.now and found.before  # noqa: S101
    kind, code = measure.crime_type.key, known.places.own[0].code
    across = breaks.crossed(source, kind, found.before, found.now, code)
    touched = breaks.that_apply(source, kind, found.before[0], found.now[1], code)
    return across, tuple(one for one in touched if one not in across)


def _population(
    measure: Measure, known: Known, areas: Sequence[Area], found: Worked
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    assert found.now and found.before  # noqa: S101
    now = known.population(measure.per, areas, found.now[1].year)
    before = known.population(measure.per, areas, found.before[1].year)
    return (now, before) if now and before and now[0] and before[0] else None


# --- composites ------------------------------------------------------------------------------


def composite(measure: Measure, known: Known, until: date | None) -> Worked:
    """Several kinds of offence side by side. Where they overlap, their sum is not
    compared: an offence in two parts would move it twice."""
    versions = [one for one in composites() if one.key == measure.composite]
    if not versions:
        return Worked(why_not=NOT_AGREED)
    definition = versions[-1]
    parts = []
    for part in definition.parts:
        counts = known.composite_counts(part.source, part.crime_type, known.places.own)
        if counts is None:
            continue
        parts.append((part.crime_type, _counted(measure, known, counts, until)))
    if len(parts) < len(definition.parts):
        return Worked(
            why_not=f"Figures are held for {len(parts)} of its {len(definition.parts)} parts.",
            parts=tuple(parts),
            caveats=tuple(filter(None, (definition.overlap, definition.note))),
        )
    periods = {found.now for _, found in parts}
    if None in periods:
        return Worked(why_not=NOT_ALL)
    if len(periods) > 1:  # one source is a month ahead of the other
        return composite(measure, known, min(found.now[1] for _, found in parts if found.now))
    changes = [found.change for _, found in parts if isinstance(found.change, Change)]
    total, scatter = sum(int(change.now) for change in changes), max(found.dispersion for _, found in parts)
    befores = [change.before for change in changes]
    before = None if None in befores else sum(int(value) for value in befores if value is not None)
    return replace(
        parts[0][1],
        change=statistics.plain_change(total, None)
        if definition.overlap
        else statistics.change(total, before, dispersion=scatter),
        overlaps=bool(definition.overlap),
        periods=(),
        values=(),
        parts=tuple(parts),
        caveats=tuple(filter(None, (definition.overlap, definition.note))),
        dispersion=1.0 if definition.overlap else scatter,
    )


# --- surveys ---------------------------------------------------------------------------------


def survey(measure: Measure, known: Known, until: date | None) -> Worked:
    """The mean of the newest four quarters of London's survey, beside that of the four before; a survey of
    the partnership's own is a return."""
    if asks_locally(measure):
        return standard(measure, known, until)
    own = known.survey(measure.question, known.places.own[0]) if len(known.places.own) == 1 else None
    if own is None:
        return Worked(why_not=NO_FIGURES)
    kept = len(own.values)
    while kept and (np.isnan(own.values[kept - 1]) or (until and _ends(own, kept - 1) > until)):
        kept -= 1
    if kept < 4 or np.isnan(own.values[kept - 4 : kept]).any():
        return Worked(why_not="Four quarters in a row are not published yet.")
    now = (add_months(own.first_month, (kept - 4) * own.step), _ends(own, kept - 1))
    change = _surveyed(own, kept)
    elsewhere = []
    for area in known.places.wholes[-1:]:
        theirs = known.survey(measure.question, area)
        at = months_between(theirs.first_month, now[1]) // theirs.step + 1 if theirs else 0
        if theirs and 4 <= at <= len(theirs.values) and not np.isnan(theirs.values[at - 4 : at]).any():
            elsewhere.append(Elsewhere("London", _surveyed(theirs, at, people=ASKED_A_YEAR * 32)))
    values = tuple(None if np.isnan(value) else 100 * float(value) for value in own.values[:kept])
    return Worked(
        change=change,
        now=now,
        before=year_before(now),
        periods=tuple(add_months(own.first_month, at * own.step) for at in range(kept)),
        values=values,
        step=own.step,
        interval=statistics.percent_interval(change.now, ASKED_A_YEAR),
        base=f"at least {ASKED_A_YEAR} people asked in twelve months",
        elsewhere=tuple(elsewhere),
        caveats=tuple(dict.fromkeys(text for file in own.holding.files for text in file.caveats)),
        holding=own.holding,
    )


def _ends(series: MonthlyCounts, at: int) -> date:
    return add_months(series.first_month, (at + 1) * series.step - 1)


def _surveyed(series: MonthlyCounts, stop: int, people: int = ASKED_A_YEAR) -> Change:
    earlier = series.values[max(0, stop - 8) : stop - 4]
    held = len(earlier) == 4 and not np.isnan(earlier).any()
    now = round(100 * float(series.values[stop - 4 : stop].mean()), 10)
    before = round(100 * float(earlier.mean()), 10) if held else None
    return statistics.survey_change(now, people, before, people if held else None)


# --- the partnership's own figures -----------------------------------------------------------


def local(measure: Measure, known: Known, until: date | None) -> Worked:
    """The newest return, beside the one for the same months a year earlier, else the one before it."""
    rows = _returned(measure, known, until)
    if not rows:
        return Worked(why_not="No figure has been returned yet.")
    newest = rows[-1]
    if newest.value is None:
        return Worked(
            why_not=f"For {period_label(newest.first_month, newest.last_month)}: "
            f"{newest.get_absence_display().lower()}."
        )
    earlier = _earlier(rows, newest)
    unit = Unit(measure.unit)
    stands = Statistic(StatisticType(newest.statistic), unit)
    stood = Statistic(StatisticType(earlier.statistic), unit) if earlier else stands
    return Worked(
        change=statistics.comparable(stood, stands) or _compared(measure, newest, earlier),
        statistics=(stood, stands),
        now=(newest.first_month, newest.last_month),
        before=(earlier.first_month, earlier.last_month) if earlier else None,
        **_history(rows),
    )


def standard(measure: Measure, known: Known, until: date | None) -> Worked:
    found = local(measure, known, until)
    newest = found.returns[-1] if found.returns else None
    if newest is None or newest.base is None or newest.numerator is None:
        return found
    interval = statistics.share_interval(newest.numerator, newest.base)
    return replace(found, base=f"{newest.numerator:,} of {newest.base:,}", interval=interval)


def gap(measure: Measure, known: Known, until: date | None) -> Worked:
    """The first group's percentage less the second's, in points."""
    groups: dict[Period, dict[str, LocalReturn]] = {}
    for row in _returned(measure, known, until):
        if row.value is not None:
            groups.setdefault((row.first_month, row.last_month), {})[row.group] = row
    pairs = {
        months: (rows[measure.group_a], rows[measure.group_b])
        for months, rows in groups.items()
        if {measure.group_a, measure.group_b} <= set(rows)
    }
    if not pairs:
        return Worked(why_not="Figures of both groups have not been returned yet.")
    now = max(pairs, key=lambda months: months[1])
    before = year_before(now) if year_before(now) in pairs else None
    widths = {months: _percent(a) - _percent(b) for months, (a, b) in pairs.items()}
    one, other = pairs[now]
    interval = None
    if one.base and other.base:
        interval = statistics.gap_interval(_percent(one), one.base, _percent(other), other.base)
    return Worked(
        change=statistics.plain_change(widths[now], widths[before] if before else None),
        now=now,
        before=before,
        interval=interval,
        base=f"{measure.group_a} {_percent(one):g}%, {measure.group_b} {_percent(other):g}%",
        returns=(one, other),
        **_run({months[0]: width for months, width in widths.items()}, [*widths]),
    )


def _percent(row: LocalReturn) -> float:
    return float(row.value or 0)


def recurring(measure: Measure, known: Known, until: date | None) -> Worked:
    """What was done in the partnership's year so far; months without a return count as none yet."""
    rows = [row for row in _returned(measure, known, until) if row.value is not None]
    if not rows:
        return Worked(why_not=f"None of the {measure.times_a_year} a year has been returned yet.")
    last = rows[-1].last_month
    starts = date(last.year - (last.month < year_start(known.partnership)), year_start(known.partnership), 1)
    done = sum(int(row.value or 0) for row in rows if row.first_month >= starts)
    return Worked(
        change=statistics.plain_change(done, None),
        now=(starts, last),
        base=f"{measure.times_a_year} planned a year",
        **_history(rows),
    )


def none(measure: Measure, known: Known, until: date | None) -> Worked:
    return Worked(why_not=NOT_AGREED)


def _returned(measure: Measure, known: Known, until: date | None) -> tuple[LocalReturn, ...]:
    rows = known.returns.get(measure.pk, ())
    return tuple(row for row in rows if not until or row.last_month <= until)


def _earlier(rows: Sequence[LocalReturn], newest: LocalReturn) -> LocalReturn | None:
    known = [row for row in rows if row is not newest and row.value is not None]
    a_year = year_before((newest.first_month, newest.last_month))
    same = [row for row in known if (row.first_month, row.last_month) == a_year]
    found = same or known
    return found[-1] if found else None


def _compared(measure: Measure, newest: LocalReturn, earlier: LocalReturn | None) -> Change:
    """By the test that its kind of figure has; a mean or a maximum has none."""
    if measure.unit == Measure.Unit.PERCENT and newest.base and newest.numerator is not None:
        both = earlier is not None and earlier.base and earlier.numerator is not None
        return statistics.share_change(
            newest.numerator,
            newest.base,
            earlier.numerator if earlier and both else None,
            earlier.base if earlier and both else None,
        )
    now, before = float(newest.value or 0), float(earlier.value or 0) if earlier else None
    counted = measure.unit == Measure.Unit.COUNT and newest.statistic == Measure.Statistic.COUNT
    if counted and now.is_integer() and (before is None or before.is_integer()):
        return statistics.change(int(now), None if before is None else int(before))
    return statistics.plain_change(now, before)


def _history(rows: Sequence[LocalReturn]) -> dict[str, Any]:
    values = {row.first_month: None if row.value is None else float(row.value) for row in rows}
    return {"returns": tuple(rows)} | _run(values, [(row.first_month, row.last_month) for row in rows])


def _run(values: Mapping[date, float | None], periods: Sequence[Period]) -> dict[str, Any]:
    """One value a period, where all of them have one length; else nothing, as there is no line to draw."""
    lengths = {months_between(*months) + 1 for months in periods}
    if len(lengths) > 1:
        return {}
    [step] = lengths
    starts = month_range(min(values), max(values))[::step]
    if not set(values) <= set(starts):
        return {}
    return {"periods": starts, "values": tuple(values.get(start) for start in starts), "step": step}


BY_KIND: dict[Measure.Kind, Callable[[Measure, Known, date | None], Worked]] = {
    Measure.Kind.COUNT: count,
    Measure.Kind.RATE: rate,
    Measure.Kind.SHARE: share,
    Measure.Kind.COMPOSITE: composite,
    Measure.Kind.SURVEY: survey,
    Measure.Kind.LOCAL: local,
    Measure.Kind.GAP: gap,
    Measure.Kind.STANDARD: standard,
    Measure.Kind.RECURRING: recurring,
    Measure.Kind.NONE: none,
}
