"""What was promised for a measure, and where its figure stands against that."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone

from crime_data.breaks import Period
from crime_data.months import add_months, label, months_between, period_label
from measures import judgement, statistics
from measures.judgement import Polarity, TargetKind, TargetVerdict
from measures.models import Baseline, Measure, Target
from measures.queries import wording
from measures.queries.kinds import Worked, worked, year_start
from measures.queries.known import Known
from measures.statistics import Change


@dataclass(frozen=True, slots=True)
class TargetReading:
    """What was promised, whether it is met, and where the year will end; in words.

    `period` is that of the figure it is held against, `bound` the value that meets the target and `baseline`
    what it counts from, for drawing."""

    words: str
    due_on: date
    period: str
    verdict: TargetVerdict
    outlook: str
    note: str
    bound: float | None
    baseline: float | None


NOT_YET = "No figure for the target's own period yet"
COUNTED_TWICE = "Its parts overlap, so the change of their sum is not tested."


def targets(
    measure: Measure, found: Worked, known: Known, until: date | None = None
) -> tuple[TargetReading, ...]:
    """Every target of the measure; `until` is the last month that counts, where that is not the newest."""
    rows = [_target(measure, target, found, known, until) for target in measure.targets.all()]
    if measure.kind == Measure.Kind.RECURRING and found.now:
        rows.append(_planned(measure, found))
    return tuple(rows)


def _target(
    measure: Measure, target: Target, found: Worked, known: Known, until: date | None
) -> TargetReading:
    """A target whose day has passed is held against the figure of that day, and one that has not against the
    newest; it is missed only when the figures reach its day, and judged only by months of its own."""
    kind, unit = TargetKind(target.kind), wording.unit_of(measure)
    due = target.due_on.replace(day=1)
    if found.now and found.now[1] > due:
        found = worked(measure, known, until=due)
    reached = bool(found.now and found.now[1] >= due)
    baseline = target.baseline
    change = found.change if isinstance(found.change, Change) and not found.across else None
    verdict = judgement.target_verdict(
        _against(kind, found),
        kind,
        target.value,
        baseline.value if baseline else None,
        _since(measure, baseline, found) or change,
        unit=unit,
        closed=reached,
        label=period_label(*found.now) if found.now else "",
    )
    if found.overlaps:
        verdict = replace(verdict, note=COUNTED_TWICE)
    if found.now and verdict.key in JUDGED:
        why = _too_early(target, found.now, reached)
        if why:
            verdict = TargetVerdict("not-measured", NOT_YET, "", why)
        elif verdict.key == "not-met" and _has_passed(target, known, until):
            held = f"Its day has passed; the figures held end in {label(found.now[1])}"
            verdict = replace(verdict, words=held)
    words = judgement.target_words(kind, target.value, unit)
    if baseline:
        months = period_label(baseline.first_month, baseline.last_month)
        words += f", from {judgement.value_words(float(baseline.value), unit)} ({months})"
    bound = _bound(target)
    outlook = _outlook(measure, found, known, target, bound)
    if found.rank and kind == TargetKind.RANK_AT_MOST:
        outlook = judgement.rank_sentence(
            found.rank,
            area=known.partnership.place,
            areas="boroughs",
            highest_first=measure.polarity == Polarity.HIGHER,
        )
    return TargetReading(
        words=f"{words[:1].upper()}{words[1:]}, by {target.due_on:%-d %B %Y}",
        due_on=target.due_on,
        period=period_label(*found.now) if found.now else "",
        verdict=verdict,
        outlook=outlook,
        note=target.note,
        bound=bound,
        baseline=float(baseline.value) if baseline else None,
    )


JUDGED = ("exceeded", "met", "not-met", "missed")


def _too_early(target: Target, now: Period, reached: bool) -> str:
    """Why the figure of these months says nothing of the target yet; empty when it does."""
    months = period_label(*now)
    baseline = target.baseline
    if baseline and baseline.first_month <= now[1] and now[0] <= baseline.last_month:
        return f"the newest figure, of {months}, holds months of its baseline"
    begins = target.starts_on.replace(day=1) if target.starts_on else None
    if begins is None and baseline:
        begins = add_months(target.due_on.replace(day=1), -11)
    if begins and now[0] < begins and not reached:
        return f"the newest figure is of {months}, and the target's period begins in {label(begins)}"
    return ""


def _has_passed(target: Target, known: Known, until: date | None) -> bool:
    """Whether the day lies in the past of the page, and the months that it was asked for are no reason."""
    if until and until < target.due_on.replace(day=1):
        return False
    return (known.day or timezone.localdate()) > target.due_on


def _against(kind: TargetKind, found: Worked) -> float | None:
    """What is held against the target: the figure, or the place among others."""
    if kind == TargetKind.RANK_AT_MOST:
        return found.rank.place if found.rank else None
    return round(found.change.now, 6) if isinstance(found.change, Change) else None


def _since(measure: Measure, baseline: Baseline | None, found: Worked) -> Change | None:
    """The change of a count from the baseline; None where that is no whole count of as many months."""
    change = found.change
    if baseline is None or found.now is None or not isinstance(change, Change) or found.across:
        return None
    same = months_between(*found.now) == months_between(baseline.first_month, baseline.last_month)
    if measure.kind != Measure.Kind.COUNT or not same or baseline.value != int(baseline.value):
        return None
    return statistics.change(int(change.now), int(baseline.value), dispersion=found.dispersion)


def _bound(target: Target) -> float | None:
    """The value that meets the target; None when it is no single value."""
    if target.value is None:
        return None
    size = float(target.value)
    if target.kind in (Target.Kind.AT_MOST, Target.Kind.AT_LEAST):
        return size
    if target.baseline is None:
        return None
    start = float(target.baseline.value)
    return {
        Target.Kind.REDUCE_BY_PERCENT: start * (1 - size / 100),
        Target.Kind.INCREASE_BY_PERCENT: start * (1 + size / 100),
        Target.Kind.REDUCE_BY: start - size,
        Target.Kind.INCREASE_BY: start + size,
    }.get(Target.Kind(target.kind))


def _outlook(measure: Measure, found: Worked, known: Known, target: Target, bound: float | None) -> str:
    """Where the partnership's year will end, when the target falls due with it; else empty."""
    if measure.kind != Measure.Kind.COUNT or bound is None or not found.periods or found.across:
        return ""
    first, end = found.periods[0], len(found.periods) - 1
    starts = year_start(known.partnership)
    year = statistics.whole_year(end, first, starts)
    closes = add_months(first, year.stop - 1)
    if (target.due_on.year, target.due_on.month) != (closes.year, closes.month):
        return ""
    so_far = statistics.year_to_date(end, first, starts)
    total = statistics.total(found.values, so_far)  # type: ignore[arg-type]  # counts
    before = statistics.total(found.values, statistics.year_before(so_far))  # type: ignore[arg-type]
    rest = range(so_far.stop - 12, year.stop - 12)
    later = statistics.total(found.values, rest) if rest else 0  # type: ignore[arg-type]
    if total is None:
        return ""
    projection = statistics.project(
        total, len(so_far), last_year_so_far=before, last_year_rest=later, dispersion=found.dispersion
    )
    return judgement.projection_sentence(
        projection,
        what=wording.what_of(measure),
        where=known.partnership.place,
        year=f"the year {period_label(add_months(first, year.start), closes)}",
        target_kind=TargetKind(target.kind),
        bound=bound,
    )


def _planned(measure: Measure, found: Worked) -> TargetReading:
    """What recurs is promised by its number a year."""
    assert found.now and isinstance(found.change, Change)  # noqa: S101
    ends = add_months(found.now[0], 11)
    verdict = judgement.target_verdict(
        found.change.now,
        TargetKind.AT_LEAST,
        measure.times_a_year,
        None,
        None,
        closed=found.now[1] >= ends,
        label=period_label(*found.now),
    )
    return TargetReading(
        words=f"{measure.times_a_year} in the year {period_label(found.now[0], ends)}",
        due_on=add_months(ends, 1) - timedelta(days=1),
        period=period_label(*found.now),
        verdict=verdict,
        outlook="",
        note="",
        bound=float(measure.times_a_year or 0),
        baseline=None,
    )
