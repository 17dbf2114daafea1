"""Serious violence: its parts side by side for the partnership's area, its command unit and its force.

The parts overlap, so they are never added up without the warning that they do; people hurt are counted apart
from offences; homicides are told as counts, without a percentage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from audit.workflow import Status
from crime_data.breaks import Break, Period
from crime_data.composites import Composite, composites
from crime_data.models import Area
from crime_data.months import add_months, month_range, period_label
from crime_data.queries import Held, held_on
from measures import charts
from measures.charts import ChartSpec
from measures.figures import drawings, periods
from measures.figures.ground import NOWHERE, VICTIMS, From, Ground, ground, where_from
from measures.figures.lines import (
    COLUMNS,
    NEVER_A_PERCENTAGE,
    Kind,
    Line,
    breaks_of,
    cells_of,
    gap_words,
    line_of,
    newest_of,
)
from measures.figures.periods import Unclear
from measures.figures.places import called, where
from measures.models import Measure
from measures.queries.drawings import Chart
from measures.queries.known import added_up
from measures.queries.readings import Reading, readings, with_promises
from measures.queries.usual import SHOWN
from partners.models import Partnership

KEY = "serious-violence"
VICTIM_MEASURE = "knife-crime-victims"

ACTIVITY = {
    "weapons-possession": "Possession is found by looking: more stops and searches find more of it.",
    "knife-crime": "Part of it is found by stop and search, so it follows police activity as well.",
}


@dataclass(frozen=True, slots=True)
class Component:
    """One part: a line for each area, the own first. `chart` compares their changes."""

    name: str
    lines: tuple[Line, ...]
    note: str
    chart: Chart | None

    @property
    def own(self) -> Line | None:
        return next((line for line in self.lines if line.kind == "own"), None)

    @property
    def key(self) -> str:
        return self.lines[0].key

    @property
    def rare(self) -> bool:
        return bool(self.lines) and self.lines[0].key in NEVER_A_PERCENTAGE

    @property
    def rare_words(self) -> str:
        """What is said of so few in the partnership's own area in place of a usual range."""
        own = self.own
        if own is None or not (self.rare or own.rare):
            return ""
        return own.sentence if self.rare else gap_words(own)


@dataclass(frozen=True, slots=True)
class Together:
    """What the parts come to in an area if they are added up, which counts some offences twice."""

    name: str
    count: int
    earlier: int | None


@dataclass(frozen=True, slots=True)
class SeriousViolence:
    """The parts of the composite over one period. `problem` says what is wrong with what was asked."""

    place: str
    definition: Composite
    components: tuple[Component, ...]
    missing: tuple[str, ...]
    together: tuple[Together, ...]
    overlap: str
    months: Period | None
    newest: date | None
    asked: dict[str, str]
    problem: tuple[str, str] | None
    multiples: Chart | None
    charts: Mapping[str, Chart]
    victims: tuple[Component, ...]
    victim_measure: Reading | None
    breaks: tuple[Break, ...]
    origin: From

    @property
    def period(self) -> str:
        return period_label(*self.months) if self.months else ""

    @property
    def period_before(self) -> str:
        before = periods.before(self.months) if self.months else None
        return period_label(*before) if before else ""

    @property
    def query(self) -> str:
        """The question as it stands in an address."""
        return urlencode({name: value for name, value in self.asked.items() if value})

    def chart_rows(self, chart: str) -> list[list[Any]]:
        return drawings.rows_of(self.charts[chart])

    def csv_rows(self) -> list[list[Any]]:
        """Every line says what it counts, and those of offences that they overlap."""
        lines = [line for one in self.components for line in one.lines]
        rows: list[list[Any]] = [["Counts", *COLUMNS, "Take care"]]
        rows += (["Offences", *cells_of(line), self.overlap] for line in lines)
        people = [line for one in self.victims for line in one.lines]
        rows += (["People", *cells_of(line), line.crime_type.note] for line in people)
        return rows


def serious_violence(
    partnership: Partnership, *, span: str = "", to: date | None = None, since: date | None = None
) -> SeriousViolence | None:
    """The parts in the months asked for, else the newest twelve that all of them are held for. None where
    the partnership has no area or the portal no definition."""
    stand = ground(partnership)
    definition = next((one for one in reversed(composites()) if one.key == KEY), None)
    if stand is None or definition is None:
        return None
    span = span or periods.ROLLING
    problem, months = None, None
    try:
        if to or span not in (periods.ROLLING, *periods.SPANS):
            months = periods.months_of(span, to or date(2000, 1, 1), since)
    except Unclear as unclear:
        problem = (unclear.field, unclear.words)
    held = _held(stand, definition, months)
    newest = _newest(stand, definition, held)
    if newest and months is None and not problem:
        months = periods.months_of(periods.ROLLING, newest)
    months = periods.so_far(months, newest) if months and newest else months
    components, missing = [], []
    for part in definition.parts:
        kind = stand.crime_type(part.crime_type)
        lines = _lines(stand, held, part.source, part.crime_type, months) if months else ()
        if not lines or lines[0].kind != "own":
            missing.append(kind.name)
            continue
        components.append(_component(kind.name, lines))
    if months and not components and not problem:
        problem = ("to", _not_held(months, newest))
    end = to or (months[1] if months else None)
    victims = [
        Component(lines[0].crime_type.name, lines, "", None)
        for key in VICTIMS
        if (lines := _lines(stand, held, "mps-dashboard", key, months) if months else ())
    ]
    found = [line for one in (*components, *victims) for line in one.lines]
    origin = _origin(found)
    multiples = _multiples(stand, components, months, origin) if months and components else None
    drawn = {"parts": multiples, **{one.key: one.chart for one in components}}
    return SeriousViolence(
        place=partnership.place,
        definition=definition,
        components=tuple(components),
        missing=tuple(missing),
        together=_together(stand, components) if not missing else (),
        overlap=definition.overlap,
        months=months,
        newest=newest,
        asked={
            "period": span,
            "from": f"{since:%Y-%m}" if since else "",
            "to": f"{end:%Y-%m}" if end else "",
        },
        problem=problem,
        multiples=multiples,
        charts={key: chart for key, chart in drawn.items() if chart},
        victims=tuple(victims),
        victim_measure=_victim_measure(partnership),
        breaks=breaks_of(found),
        origin=origin,
    )


def _areas(stand: Ground) -> list[tuple[tuple[Area, ...], str, str, str, Kind]]:
    """(areas that are added up, name, in a sentence, code, kind), the partnership's own first."""
    own, place = stand.places.own, stand.partnership.place
    return [
        (own, place, place, own[0].code, "own"),
        *(((area,), called(area), where(area), area.code, "whole") for area in stand.places.wholes),
    ]


def _held(stand: Ground, definition: Composite, months: Period | None) -> Held:
    wanted: dict[str, set[int]] = {}
    for part in definition.parts:
        wanted.setdefault(part.source, set()).add(stand.crime_type(part.crime_type).pk)
    for kind in stand.crime_types.values():
        if kind.key in VICTIMS:
            wanted.setdefault("mps-dashboard", set()).add(kind.pk)
    areas = [area.pk for area in stand.places.all]
    [held] = held_on([None], areas=areas, counts=wanted, over=months)
    return held


def _newest(stand: Ground, definition: Composite, held: Held) -> date | None:
    """The last month that every part that is held at all is held for."""
    ends = []
    for part in definition.parts:
        pk = stand.crime_type(part.crime_type).pk
        series = [held.counts.get((part.source, area.pk, pk)) for area in stand.places.own]
        end = newest_of(one for one in series if one is not None)
        if end:
            ends.append(end)
    return min(ends, default=None)


def _lines(stand: Ground, held: Held, source: str, key: str, months: Period) -> tuple[Line, ...]:
    kind = next((one for one in stand.crime_types.values() if one.key == key), None)
    if kind is None:
        return ()
    found = (
        line_of(
            kind,
            added_up([held.counts.get((source, area.pk, kind.pk)) for area in areas]),
            months,
            source=source,
            name=name,
            where=there,
            code=code,
            kind=standing,
        )
        for areas, name, there, code, standing in _areas(stand)
    )
    return tuple(line for line in found if line)


def _component(name: str, lines: tuple[Line, ...]) -> Component:
    own, origin = lines[0], _origin(lines)
    chart = drawings.changes(
        lines,
        title=f"{name}: the change in {own.where} beside wider areas",
        subtitle=f"{own.period}, compared with {own.period_before}",
        source=origin.line,
        illustrative=origin.illustrative,
        notes=[ACTIVITY[own.key]] if own.key in ACTIVITY else [],
    )
    return Component(name, lines, ACTIVITY.get(own.key, ""), chart)


def _together(stand: Ground, components: Sequence[Component]) -> tuple[Together, ...]:
    found = []
    for _, name, *_ in _areas(stand):
        lines = [line for one in components for line in one.lines if line.name == name]
        if len(lines) != len(components):
            continue
        earlier = [line.earlier for line in lines]
        before = None if None in earlier else sum(value for value in earlier if value is not None)
        found.append(Together(name, sum(line.count for line in lines), before))
    return tuple(found)


def _multiples(stand: Ground, components: Sequence[Component], months: Period, origin: From) -> Chart | None:
    """The parts month by month in the partnership's area, each on a scale of its own."""
    axis = month_range(add_months(months[1], 1 - SHOWN), months[1])
    panels = []
    for component in components:
        line = component.own
        if line is None or not line.history:
            continue
        known = dict(zip(*line.months(SHOWN), strict=True))
        note = "" if component.rare else line.verdict.words
        panels.append(charts.Panel(component.name, tuple(known.get(month) for month in axis), note))
    if not panels:
        return None
    place = stand.partnership.place
    summary = " ".join(_short(component.own) for component in components if component.own)
    spec = ChartSpec(
        f"The parts of serious violence in {place}, month by month",
        f"{period_label(axis[0], axis[-1])}. Each has a scale of its own, as they are not added up",
        "Offences a month",
        charts.Multiples(axis, tuple(panels), shared=False),
        source=origin.line,
        summary=summary,
    )
    return Chart(spec, origin.illustrative)


def _short(line: Line) -> str:
    """`Personal robbery: 222 to 296, higher.`"""
    counts = f"{line.count:,}" if line.earlier is None else f"{line.earlier:,} to {line.count:,}"
    verdict = "" if line.key in NEVER_A_PERCENTAGE else f", {line.verdict.words.lower()}"
    return f"{line.crime_type.name}: {counts}{verdict}."


def _victim_measure(partnership: Partnership) -> Reading | None:
    """The partnership's own count of people hurt with knives, where it has published such a measure."""
    own = Measure.objects.in_use().filter(
        priority__strategy__partnership=partnership,
        priority__strategy__status=Status.PUBLISHED,
        key=VICTIM_MEASURE,
    )
    found = list(with_promises(own)[:1])
    return readings(partnership, found)[0] if found else None


def _origin(lines: Sequence[Line]) -> From:
    if not lines:
        return NOWHERE
    holdings = {line.counts.holding.release.pk: line.counts.holding for line in lines}
    return where_from(holdings.values(), (lines[0].before or lines[0].now)[0], lines[0].now[1])


def _not_held(months: Period, newest: date | None) -> str:
    words = f"Figures for {period_label(*months)} are not all held."
    return f"{words} The newest month held is {newest:%B %Y}." if newest else words
