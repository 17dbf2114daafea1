"""Readings: a measure joined to the figures of the partnership's areas, and what they mean in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import QuerySet
from django.utils.safestring import mark_safe

from crime_data.models import Area, AreaLink
from crime_data.months import add_months, month_range, period_label
from crime_data.packing import NOT_PUBLISHED
from crime_data.queries import Holding, MonthlyCounts, current_counts
from measures import charts, judgement, statistics
from measures.charts import ChartSpec
from measures.judgement import Polarity, TargetKind, TargetVerdict, Verdict
from measures.models import Measure
from measures.statistics import Change
from partners.models import Partnership
from priorities.models import Priority


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as `components/figure.html` shows it: picture, words and table from one spec."""

    spec: ChartSpec
    headline: str
    subtitle: str
    summary: str
    source: str
    illustrative: bool

    @property
    def svg(self) -> str:
        # charts.svg escapes every word it is given; nothing else in the portal is marked safe.
        return mark_safe(charts.svg(self.spec))  # noqa: S308

    @property
    def table(self) -> charts.Table:
        return charts.table(self.spec)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same change in another area, to hold the partnership's own against."""

    area: str
    now: int
    before: int
    percent: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a figure came from."""

    publisher: str
    source: str
    source_url: str
    licence: str
    release: str
    published_on: date
    illustrative: bool
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a measure says now. Without figures `change` and `chart` are None and `sentence` says why."""

    measure_id: int
    priority_id: int
    name: str
    definition: str
    why: str
    caveat: str
    polarity: str
    sentence: str
    verdict: Verdict
    change: Change | None
    target: str
    target_verdict: TargetVerdict | None
    period: str
    chart: Chart | None
    comparisons: tuple[Comparison, ...]
    provenance: Provenance | None

    @property
    def illustrative(self) -> bool:
        return bool(self.provenance and self.provenance.illustrative)

    def csv_rows(self) -> list[list[str | int | float]]:
        """The chart's figures, one row a month; each row says what it counts and where it came from."""
        if not self.chart or not self.provenance:
            return []
        source = self.provenance
        columns = {
            "Measure": self.name,
            "Source": "Illustrative: not real" if source.illustrative else source.source,
            "Release": source.release,
            "Files": "; ".join(f"{name} (sha256 {sha256})" for name, sha256 in source.files),
            "Licence": "" if source.illustrative else source.licence,
        }
        header, *rows = charts.csv_rows(self.chart.spec)
        cells = [charts.harmless(words) for words in columns.values()]
        return [[*header, *columns], *([*row, *cells] for row in rows)]


def measure_list(priorities: Iterable[Priority] | Iterable[int]) -> QuerySet[Measure]:
    """The measures of these priorities with all that a reading needs of them."""
    return Measure.objects.filter(priority__in=list(priorities)).select_related(
        "crime_type", "target", "baseline"
    )


def readings(
    partnership: Partnership, measures: Sequence[Measure], as_at: date | None = None
) -> list[Reading]:
    """What each measure says, in the same number of queries for one measure or a hundred.

    `as_at` answers with the releases that were published by that day.
    """
    own = list(partnership.areas.all())
    wholes = _wholes(own)
    kinds = {measure.crime_type_id for measure in measures if measure.crime_type_id}
    areas = [*own, *wholes]
    counts = (
        current_counts(areas=[area.pk for area in areas], crime_types=kinds, as_at=as_at) if kinds else {}
    )
    return [_reading(partnership, measure, own, wholes, counts) for measure in measures]


def _wholes(own: Sequence[Area]) -> list[Area]:
    """Command unit and force that the areas are all part of, nearest first."""
    links = AreaLink.objects.select_related("whole")
    above: dict[int, list[Area]] = {}
    for link in links:
        above.setdefault(link.part_id, []).append(link.whole)
    chains = []
    for area in own:
        chain: list[Area] = []
        step = above.get(area.pk, [])
        while step:
            chain += step
            step = [whole for part in step for whole in above.get(part.pk, [])]
        chains.append(chain)
    return [area for area in chains[0] if all(area in chain for chain in chains)] if chains else []


def _reading(
    partnership: Partnership,
    measure: Measure,
    own: Sequence[Area],
    wholes: Sequence[Area],
    counts: dict[tuple[int, int], MonthlyCounts],
) -> Reading:
    kind = measure.crime_type
    monthly = _added_up([counts.get((area.pk, kind.pk)) for area in own]) if kind else None
    if kind is None or monthly is None:
        why_not = (
            "No measure has been agreed yet, or its figures are not published by borough."
            if kind is None
            else "No figures are held for this measure yet."
        )
        return _without_figures(measure, why_not)
    last = monthly.last_month
    first = add_months(last, -11)
    before = (add_months(first, -12), add_months(last, -12))
    now_count = monthly.sum(first, last)
    if now_count is None:
        return _without_figures(measure, "The last twelve months are not all published yet.")
    change = statistics.change(now_count, monthly.sum(*before))
    period, period_before = period_label(first, last), period_label(*before)
    sentence = judgement.change_sentence(
        change, what=kind.noun, where=partnership.place, now_label=period, before_label=period_before
    )
    polarity = Polarity(measure.polarity)
    spec = ChartSpec(
        title=judgement.headline(change, what=kind.name[:1].lower() + kind.name[1:], where=partnership.place),
        subtitle=f"{kind.name}, {partnership.place}, {period}, and the same months a year before",
        unit=f"{kind.noun[:1].upper()}{kind.noun[1:]} a month",
        months=month_range(first, last),
        series=(
            charts.Series(f"Year to {last:%b %Y}", _values(monthly, first, last)),
            charts.Series("Year before", _values(monthly, *before), "previous"),
        ),
        source=_source_line(monthly.holding),
        summary=sentence,
    )
    provenance = _provenance(monthly.holding, before[0] if change.before is not None else first, last)
    target, verdict = _target(measure, change)
    return Reading(
        measure_id=measure.pk,
        priority_id=measure.priority_id,
        name=measure.name,
        definition=measure.definition,
        why=measure.why,
        caveat=" ".join(filter(None, (measure.caveat, kind.note))),
        polarity=measure.get_polarity_display(),
        sentence=sentence,
        verdict=judgement.direction_word(change, polarity),
        change=change,
        target=target,
        target_verdict=verdict,
        period=period,
        chart=Chart(spec, spec.title, spec.subtitle, sentence, spec.source, provenance.illustrative),
        comparisons=tuple(_comparisons(wholes, kind.pk, counts, first, last)),
        provenance=provenance,
    )


def _without_figures(measure: Measure, why_not: str) -> Reading:
    return Reading(
        measure_id=measure.pk,
        priority_id=measure.priority_id,
        name=measure.name,
        definition=measure.definition,
        why=measure.why,
        caveat=measure.caveat,
        polarity=measure.get_polarity_display(),
        sentence=why_not,
        verdict=judgement.direction_word(None, Polarity(measure.polarity)),
        change=None,
        target="",
        target_verdict=None,
        period="",
        chart=None,
        comparisons=(),
        provenance=None,
    )


def _added_up(parts: Sequence[MonthlyCounts | None]) -> MonthlyCounts | None:
    """The sum over a partnership's areas; None when one of them has no figures."""
    found = [part for part in parts if part is not None]
    if not found or len(found) != len(parts):
        return None
    values = np.stack([part.values for part in found])
    missing = (values == NOT_PUBLISHED).any(axis=0)
    total = np.where(missing, NOT_PUBLISHED, np.where(values == NOT_PUBLISHED, 0, values).sum(axis=0))
    return MonthlyCounts(found[0].holding, found[0].first_month, total)


def _values(monthly: MonthlyCounts, first: date, last: date) -> tuple[int | None, ...]:
    return tuple(monthly.sum(month, month) for month in month_range(first, last))


def _comparisons(
    wholes: Sequence[Area],
    kind: int,
    counts: dict[tuple[int, int], MonthlyCounts],
    first: date,
    last: date,
) -> Iterable[Comparison]:
    for area in wholes:
        monthly = counts.get((area.pk, kind))
        if monthly is None:
            continue
        now, before = monthly.sum(first, last), monthly.sum(add_months(first, -12), add_months(last, -12))
        if now is None or before is None:
            continue
        change = statistics.change(now, before)
        verdict = judgement.direction_word(change, Polarity.NEUTRAL)
        name = f"{area.name} command unit" if area.kind == Area.Kind.BCU else "All of the Met's area"
        yield Comparison(name, now, before, change.percent, verdict.words)


def _target(measure: Measure, change: Change) -> tuple[str, TargetVerdict | None]:
    target = getattr(measure, "target", None)
    if target is None:
        return "", None
    baseline = getattr(measure, "baseline", None)
    verdict = judgement.target_verdict(
        change.now, TargetKind(target.kind), target.value, baseline.value if baseline else None, change
    )
    return f"{target}, by {target.due_on:%-d %B %Y}", verdict


def _provenance(holding: Holding, first: date, last: date) -> Provenance:
    release, source = holding.release, holding.release.source
    return Provenance(
        publisher=source.publisher,
        source=source.name,
        source_url=source.url,
        licence=source.licence,
        release=release.key,
        published_on=release.published_on,
        illustrative=release.illustrative,
        files=tuple((file.name, file.sha256) for file in holding.spans(first, last)),
    )


def _source_line(holding: Holding) -> str:
    release = holding.release
    if release.illustrative:
        return (
            "illustrative figures, made for this demonstration in the publisher's format. They are not real."
        )
    return (
        f"{release.source.publisher}, {release.source.name}, "
        f"release {release.key}, published {release.published_on:%-d %B %Y}."
    )
