"""What a measure comes to, in words: value, difference, sentence, headline, verdict, caveats."""

from crime_data.months import months_between, period_label
from measures import judgement, statistics
from measures.judgement import Polarity, Unit, Verdict
from measures.models import LocalReturn, Measure
from measures.queries.kinds import Worked
from measures.statistics import Change, Incomparable


def unit_of(measure: Measure) -> Unit:
    if measure.kind == Measure.Kind.RATE:
        return Unit.RATE
    if measure.kind in (Measure.Kind.SHARE, Measure.Kind.SURVEY, Measure.Kind.STANDARD):
        return Unit.PERCENT
    if measure.kind == Measure.Kind.GAP:
        return Unit.POINTS
    if measure.kind in (Measure.Kind.COUNT, Measure.Kind.COMPOSITE, Measure.Kind.RECURRING):
        return Unit.COUNT
    return Unit(measure.unit)


def per_of(measure: Measure) -> str:
    return measure.get_per_display().lower() if measure.per else "people"


def statistic_of(measure: Measure, found: Worked, which: str) -> statistics.StatisticType | None:
    if found.statistics is None:
        return None
    return found.statistics[which == "now"].type


def value_of(measure: Measure, found: Worked, which: str) -> str:
    """The figure with its unit; empty without one."""
    if isinstance(found.change, Incomparable):
        row = found.returns[-1] if which == "now" else stood_of(found)
        value = None if row is None or row.value is None else float(row.value)
    else:
        value = getattr(found.change, which) if found.change else None
    if value is None:
        return ""
    per = per_of(measure)
    return judgement.value_words(value, unit_of(measure), statistic_of(measure, found, which), per=per)


def stood_of(found: Worked) -> LocalReturn | None:
    """The earlier return that the newest is held against."""
    rows = [row for row in found.returns if (row.first_month, row.last_month) == found.before]
    return rows[-1] if rows else None


def difference_of(measure: Measure, found: Worked) -> str:
    """`up 74 (32.7%)`, `no change`; empty where two figures are not compared."""
    change = found.change
    if not isinstance(change, Change) or change.difference is None or found.across:
        return ""
    if not change.difference:
        return "no change"
    way = "up" if change.difference > 0 else "down"
    words = f"{way} {judgement.difference_words(change.difference, unit_of(measure))}"
    percent = percent_of(change)
    return f"{words} ({percent})" if percent else words


def what_of(measure: Measure) -> str:
    """What is counted, as it stands in the middle of a sentence."""
    if measure.kind in (Measure.Kind.COUNT, Measure.Kind.RATE) and measure.crime_type:
        return measure.crime_type.noun
    name = _named(measure)
    return f"{name} offences" if measure.kind == Measure.Kind.COMPOSITE else name


def _named(measure: Measure) -> str:
    return measure.name if measure.name[:2].isupper() else measure.name[:1].lower() + measure.name[1:]


def sentence_of(measure: Measure, found: Worked, place: str) -> str:
    if found.why_not or found.now is None or found.change is None:
        return found.why_not
    now = period_label(*found.now)
    before = period_label(*found.before) if found.before else ""
    unit, what = unit_of(measure), what_of(measure)
    per = per_of(measure)
    if isinstance(found.change, Incomparable):
        return _not_compared(measure, found, found.change, place)
    if found.across:
        return judgement.break_sentence(
            found.change,
            [f"{one.title}. {one.text}" for one in found.across],
            what=what,
            where=place,
            now_label=now,
            before_label=before,
            unit=unit,
            per=per,
        )
    if measure.kind == Measure.Kind.GAP:
        one, other = found.returns
        return judgement.groups_sentence(
            what=measure.name,
            first=(measure.group_a, float(one.value or 0)),
            second=(measure.group_b, float(other.value or 0)),
            label=now,
            interval=found.interval,
        )
    if measure.kind == Measure.Kind.RECURRING:
        return judgement.recurring_sentence(
            int(found.change.now),
            measure.times_a_year or 1,
            months_between(*found.now) + 1,
            what=measure.name,
            label=now,
        )
    if found.overlaps:
        return judgement.parts_sentence(
            int(found.change.now),
            len(found.parts),
            what=_named(measure),
            where=place,
            label=now,
        )
    sentence = judgement.change_sentence(
        found.change,
        what=what,
        where=place,
        now_label=now,
        before_label=before,
        unit=unit,
        statistic=statistic_of(measure, found, "now"),
        per=per,
        population_year=found.base.rpartition("(")[2].rstrip(")")
        if measure.kind == Measure.Kind.RATE
        else "",
    )
    return " ".join(filter(None, (sentence, _of_whom(measure, found))))


def _of_whom(measure: Measure, found: Worked) -> str:
    """The limits of a survey's percentage, with what it rests on."""
    if measure.kind != Measure.Kind.SURVEY or not found.interval:
        return ""
    low, high = (judgement.value_words(round(limit, 1), Unit.PERCENT) for limit in found.interval)
    if found.holding:
        return f"It rests on {found.base}, so chance alone leaves it between {low} and {high}."
    sample = "in a random sample of this size chance alone would leave it"
    return f"It rests on {found.base} answers; {sample} between {low} and {high}."


def _not_compared(measure: Measure, found: Worked, why: Incomparable, place: str) -> str:
    newest, stood = found.returns[-1], stood_of(found)
    assert stood is not None  # noqa: S101  (there are two figures, or there is nothing to compare)
    figures = [
        judgement.Figure(
            float(row.value or 0),
            unit_of(measure),
            period_label(row.first_month, row.last_month),
            statistics.StatisticType(row.statistic),
        )
        for row in (newest, stood)
    ]
    return judgement.incomparable_sentence(
        why, what=what_of(measure), where=place, now=figures[0], before=figures[1]
    )


def headline_of(measure: Measure, found: Worked, place: str) -> str:
    if found.change is None:
        return measure.name
    if found.across:
        return f"{measure.name}: not compared with the year before"
    if found.overlaps:
        changes = [part.change for _, part in found.parts if isinstance(part.change, Change)]
        return judgement.parts_headline(changes, what=_named(measure), where=place)
    return judgement.headline(
        found.change,
        what=what_of(measure)
        if measure.kind not in (Measure.Kind.COUNT, Measure.Kind.RATE)
        else _short(measure),
        where=place,
        unit=unit_of(measure),
        statistic=statistic_of(measure, found, "now"),
        per=per_of(measure),
    )


def _short(measure: Measure) -> str:
    """The crime type without "offences": `residential burglary`."""
    assert measure.crime_type is not None  # noqa: S101
    return measure.crime_type.name[:1].lower() + measure.crime_type.name[1:]


def verdict_of(found: Worked, polarity: Polarity) -> Verdict:
    if found.across:
        return Verdict("not-comparable", "Not comparable")
    if found.overlaps:
        return Verdict("not-comparable", "Not compared as a sum")
    return judgement.direction_word(found.change, polarity)


def caveats_of(measure: Measure, found: Worked, polarity: Polarity) -> tuple[str, ...]:
    kind = measure.crime_type.note if measure.crime_type else ""
    texts = [measure.caveat, kind, *found.caveats, *(one.text for one in found.beside)]
    change = found.change if isinstance(found.change, Change) and not found.across else None
    return judgement.caveats(change, polarity, texts, unit_of(measure))


def within(area: str) -> str:
    """An area's name in the middle of a sentence."""
    if area.startswith("All of "):
        return f"all{area[3:]}"
    return f"the {area}" if area.endswith(" command unit") else area


def percent_of(change: Change) -> str:
    """`32.7%` where a percentage may be given, else empty."""
    return judgement.percent_words(change.percent or 0.0) if judgement.percentage_allowed(change) else ""
