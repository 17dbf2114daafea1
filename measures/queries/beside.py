"""What a measure's own page sets beside its reading: the change from each baseline, and its returns with what
they said before they were corrected."""

from dataclasses import dataclass
from datetime import date

from crime_data import breaks
from crime_data.months import months_between, period_label
from measures import judgement, kinds, statistics
from measures.judgement import Polarity
from measures.models import Baseline, Measure
from measures.queries.readings import Reading
from measures.queries.upkeep import figure_words, return_rows
from measures.statistics import Change

SUMS = (Measure.Kind.COUNT, Measure.Kind.RATE, Measure.Kind.COMPOSITE, Measure.Kind.RECURRING)
"""Kinds whose figure grows with the months it is of."""


@dataclass(frozen=True, slots=True)
class Since:
    """An earlier figure and the change from it to the newest one. `words` say what the change means, or why
    none is given; `note` is of the one who set the baseline."""

    name: str
    period: str
    value: str
    difference: str
    words: str
    note: str = ""


def since_each(reading: Reading) -> tuple[Since, ...]:
    """The year before, then every baseline of the measure, newest first; empty without a figure of today."""
    if not reading.value:
        return ()
    rows = [_since(reading, baseline) for baseline in reading.measure.baselines.all()]
    if reading.before:
        words = (reading.before, reading.difference, reading.verdict.words)
        rows.insert(0, Since(_name_of_before(reading), reading.period_before, *words))
    return tuple(rows)


def _name_of_before(reading: Reading) -> str:
    now, before = reading.worked.now, reading.worked.before
    a_year = now and before and months_between(before[0], now[0]) == 12
    return "The year before" if a_year else "The figure before"


def _since(reading: Reading, baseline: Baseline) -> Since:
    change = _change(reading, baseline)
    difference, words = "", "Not comparable"
    now = reading.worked.now
    if now and baseline.first_month <= now[1] and now[0] <= baseline.last_month:
        words = "Not comparable: both hold some of the same months"
    if change:
        difference = reading.difference_of(change)
        words = judgement.direction_word(change, Polarity(reading.measure.polarity)).words
    return Since(
        name=baseline.name or "Baseline",
        period=period_label(baseline.first_month, baseline.last_month),
        value=reading.in_words(float(baseline.value)),
        difference=difference,
        words=words,
        note=baseline.note,
    )


def _change(reading: Reading, baseline: Baseline) -> Change | None:
    """None where the two do not compare: other lengths of what grows with time, or a break between them."""
    found, measure = reading.worked, reading.measure
    if reading.change is None or found.now is None or found.overlaps:
        return None
    months = (baseline.first_month, baseline.last_month)
    if months[0] <= found.now[1] and found.now[0] <= months[1]:
        return None
    if measure.kind in SUMS and months_between(*months) != months_between(*found.now):
        return None
    if measure.crime_type and reading.provenance:
        source = reading.provenance.source_key
        if breaks.crossed(source, measure.crime_type.key, months, found.now, reading.area_code):
            return None
    now, before = reading.change.now, float(baseline.value)
    if measure.kind == Measure.Kind.COUNT and before.is_integer():
        return statistics.change(int(now), int(before), dispersion=found.dispersion)
    return statistics.plain_change(now, before)


@dataclass(frozen=True, slots=True)
class Said:
    """What a return says, and since when that is known."""

    words: str
    known_on: date


@dataclass(frozen=True, slots=True)
class Returned:
    """One period, and for a gap one group: what answers, and what it corrected, newest first."""

    period: str
    group: str
    now: Said
    was: tuple[Said, ...]


def returned(measure: Measure) -> tuple[Returned, ...]:
    """The partnership's own figures, newest period first. One query; none for a publisher's figures."""
    if not kinds.has_returns(measure.kind, measure.source_key):
        return ()
    return tuple(
        Returned(
            row.label,
            row.now.group,
            Said(figure_words(measure, row.now), row.now.published_on),
            tuple(Said(figure_words(measure, one), one.published_on) for one in row.was),
        )
        for row in return_rows(measure)
    )
