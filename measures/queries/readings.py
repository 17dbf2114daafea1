"""Readings: a measure joined to the figures of the partnership's areas, and what they mean in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from crime_data.months import period_label
from measures import charts, judgement, statistics
from measures.judgement import Polarity
from measures.models import Measure, Target
from measures.promises import Standing
from measures.queries import drawings, usual, wording
from measures.queries.drawings import Chart
from measures.queries.kinds import Worked, worked
from measures.queries.known import Known, know
from measures.queries.provenances import provenance
from measures.queries.said import Comparison, Part, Said
from measures.queries.targets import targets
from measures.statistics import Change
from partners.models import Partnership
from priorities.models import Priority


@dataclass(frozen=True, slots=True)
class Reading(Said):
    """What a measure says, and its charts."""

    @property
    def chart(self) -> Chart | None:
        return drawings.main(self)

    @property
    def charts(self) -> list[tuple[str, Chart]]:
        return drawings.all_of(self)

    @property
    def sparkline(self) -> Chart | None:
        return drawings.sparkline(self)

    def csv_rows(self, chart: Chart | None = None) -> list[list[str | int | float]]:
        """A chart's figures, one row a period; each row says what it counts and where it came from."""
        shown = chart or self.chart
        if not shown or not self.provenance:
            return []
        source = self.provenance
        columns = {
            "Measure": self.name,
            "Source": "Illustrative: not real" if source.illustrative else source.source,
            "Release": source.release,
            "Files": "; ".join(f"{name} (sha256 {sha256})" for name, sha256 in source.files),
            "Licence": "Illustrative" if source.illustrative else source.licence or "Not stated",
        }
        header, *rows = charts.csv_rows(shown.spec)
        cells = [charts.harmless(words) for words in columns.values()]
        kinds = zip(rows, self.statistics_of(len(rows)), strict=True)
        return [[*header, "Statistic", *columns], *([*row, kind, *cells] for row, kind in kinds)]


def measure_list(priorities: Iterable[Priority] | Iterable[int]) -> QuerySet[Measure]:
    """The measures in use of these priorities with all that a reading needs of them. Three queries."""
    return with_promises(Measure.objects.in_use().filter(priority__in=list(priorities)))


def with_promises(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    targets = Target.objects.select_related("baseline")
    return measures.select_related("crime_type", "of_crime_type", "owner").prefetch_related(
        Prefetch("targets", targets), "rebases"
    )


def readings(
    partnership: Partnership,
    measures: Sequence[Measure],
    as_at: date | None = None,
    until: date | None = None,
) -> list[Reading]:
    """What each measure says, in the same number of queries for one measure or a hundred.

    `as_at` answers with what was published by that day, `until` with the months up to that one.
    """
    [known] = know(partnership, measures, [as_at])
    return readings_of(known, measures, until=until)


def readings_of(known: Known, measures: Sequence[Measure], *, until: date | None = None) -> list[Reading]:
    """The readings with what is known already, up to the month `until`; no query."""
    return [reading_of(measure, known, until=until) for measure in measures]


def reading_of(measure: Measure, known: Known, *, until: date | None = None) -> Reading:
    found = worked(measure, known, until)
    place = known.partnership.place
    polarity = Polarity(measure.polarity)
    process = usual.process(measure, found)
    signal, has_signal = usual.signal(measure, found, process, place)
    verdict = wording.verdict_of(found, polarity)
    return Reading(
        measure=measure,
        place=place,
        area_code=known.places.own[0].code if known.places.own else "",
        worked=found,
        process=process,
        value=wording.value_of(measure, found, "now"),
        before=wording.value_of(measure, found, "before"),
        difference=wording.difference_of(measure, found),
        period=period_label(*found.now) if found.now else "",
        period_before=period_label(*found.before) if found.before else "",
        sentence=wording.sentence_of(measure, found, place),
        headline=wording.headline_of(measure, found, place),
        verdict=verdict,
        signal=signal,
        has_signal=has_signal,
        targets=targets(measure, found, known, until),
        comparisons=tuple(_comparison(measure, one.area, one.change) for one in found.elsewhere),
        parts=_parts(measure, found),
        caveats=wording.caveats_of(measure, found, polarity),
        provenance=provenance(measure, found),
    )


def standing_of(measure: Measure) -> Standing | None:
    """What a target of the measure is sized up against; None without a figure."""
    partnership = measure.priority.strategy.partnership
    [known] = know(partnership, [measure])
    found = worked(measure, known)
    if found.now is None or not isinstance(found.change, Change):
        return None
    held: list[float] = [found.change.now, found.change.before or 0.0]
    held += [value for value in found.values if value is not None]
    if measure.kind == Measure.Kind.COUNT and found.step == 1:
        sums = statistics.rolling_sum(found.values)  # type: ignore[arg-type]  # counts
        held += [value for value in sums if value is not None]
    newest, largest = (Decimal(str(round(value, 2))) for value in (found.change.now, max(held)))
    return Standing(newest, period_label(*found.now), largest, len(known.places.boroughs))


def _comparison(measure: Measure, area: str, change: Change) -> Comparison:
    unit, per = wording.unit_of(measure), wording.per_of(measure)
    verdict = judgement.direction_word(change, Polarity.NEUTRAL)
    return Comparison(
        area=area,
        now=judgement.value_words(change.now, unit, per=per),
        before="" if change.before is None else judgement.value_words(change.before, unit, per=per),
        difference=wording.difference_of(measure, Worked(change=change)),
        change=change,
        words=verdict.words,
    )


def _parts(measure: Measure, found: Worked) -> tuple[Part, ...]:
    rows = []
    for key, part in found.parts:
        verdict = judgement.direction_word(part.change, Polarity.NEUTRAL)
        name = key.replace("-", " ").capitalize()
        rows.append(
            Part(
                name,
                wording.value_of(measure, part, "now"),
                wording.value_of(measure, part, "before"),
                wording.difference_of(measure, part),
                part.why_not or verdict.words,
            )
        )
    return tuple(rows)
