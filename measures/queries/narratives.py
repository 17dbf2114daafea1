"""The figures that commentary may name."""

from collections.abc import Iterable
from datetime import date

from measures import judgement
from measures.judgement import Unit
from measures.queries.readings import Reading, measure_list, readings
from measures.statistics import Change
from partners.models import Partnership
from priorities.models import Priority

NO_CLEAR = ", which is no clear change"


def bound_figures(partnership: Partnership, priority: Priority, as_at: date | None = None) -> dict[str, str]:
    """`KEY.FIELD` -> the words that stand for it, for all measures of a priority that have a figure."""
    found = readings(partnership, list(measure_list([priority])), as_at)
    return words_of(found)


def words_of(found: Iterable[Reading]) -> dict[str, str]:
    """The same of readings that are at hand already."""
    return dict(_words(found))


def _words(found: Iterable[Reading]) -> Iterable[tuple[str, str]]:
    for reading in found:
        fields = {
            "value": reading.value,
            "before": reading.before,
            "change": _change(reading),
            "period": reading.period,
            "sentence": reading.sentence,
            "verdict": reading.verdict.words.lower() if reading.value else "",
            "target": _target(reading),
            "release": reading.provenance.release if reading.provenance else "",
            **_apart(reading),
        }
        for field, words in fields.items():
            if words:
                yield f"{reading.key}.{field}", words


def _change(reading: Reading) -> str:
    """`up 74 (32.7%)`; a text that says no more than this must not claim what could be chance."""
    change = reading.worked.change
    unclear = isinstance(change, Change) and change.difference and change.beyond_chance is False
    return f"{reading.difference}{NO_CLEAR}" if reading.difference and unclear else reading.difference


def _apart(reading: Reading) -> dict[str, str]:
    """The two parts of a change: `74 more`, and `32.7%` where a percentage is allowed."""
    change, unit = reading.worked.change, Unit(reading.measure.unit)
    if not reading.difference or not isinstance(change, Change) or not change.difference:
        return {}
    rose = change.difference > 0
    counted = unit in (Unit.COUNT, Unit.NUMBER, Unit.RATE)
    way = ("more" if rose else "fewer") if counted else ("higher" if rose else "lower")
    allowed = judgement.percentage_allowed(change, unit)
    unclear = NO_CLEAR if change.beyond_chance is False else ""
    return {
        "difference": f"{judgement.difference_words(change.difference, unit)} {way}",
        "percent": judgement.percent_words(change.percent or 0.0) + unclear if allowed else "",
    }


def _target(reading: Reading) -> str:
    target = reading.target
    return f"{target.words}: {target.verdict.in_sentence}" if target else ""
