"""Areas of one level side by side: changes and rates with intervals, a funnel over all of them, places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from crime_data.breaks import Break, Period
from crime_data.models import Area, CrimeType
from crime_data.months import months_between
from crime_data.queries import OPEN, Answer
from measures import charts, judgement, statistics
from measures.charts import ChartSpec
from measures.figures import drawings
from measures.figures.ground import NOWHERE, From, Ground, ground, where_from, with_people
from measures.figures.lines import COLUMNS, NO_RATE, Kind, Line, breaks_of, cells_of, line_of
from measures.figures.periods import Unclear
from measures.figures.places import called, level, where
from measures.figures.question import Asked, Choices, Question, areas_offered, ask, kinds_offered
from measures.queries.drawings import Chart
from measures.statistics import Place
from measures.statistics.funnel import FEWEST_AREAS
from partners.models import Partnership

MOST = 6
"""Areas beside the partnership's own: more dots than that are a list."""

OUTSIDE = {
    Place.FAR_ABOVE: "above the 99.8% limit",
    Place.ABOVE: "above the 95% limit",
    Place.BELOW: "below the 95% limit",
    Place.FAR_BELOW: "below the 99.8% limit",
}
CURVE = 24
"""Points of each limit of the funnel."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The areas asked for, the partnership's own first, or the `problem` that there is no answer.

    `warnings` say which of them do not compare; `sentences` what the funnel and the places say of the own
    area among all of its level."""

    choices: Choices
    asked: dict[str, Any]
    problem: tuple[str, str] | None = None
    warnings: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    charts: Mapping[str, Chart] | None = None
    sentences: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()
    origin: From = NOWHERE

    @property
    def own(self) -> Line | None:
        return next((line for line in self.lines if line.kind == "own"), None)

    @property
    def with_rates(self) -> bool:
        return any(line.rate is not None for line in self.lines)

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in self.asked.items() if value}, doseq=True)

    def chart_rows(self, chart: str) -> list[list[Any]]:
        return drawings.rows_of((self.charts or {})[chart])

    def csv_rows(self) -> list[list[Any]]:
        return [list(COLUMNS), *map(cells_of, self.lines)]


def compare(partnership: Partnership, asked: Asked, codes: Sequence[str] = ()) -> Compared | None:
    """The areas with these codes beside the partnership's own; None where it has no area. Eleven queries."""
    stand = ground(partnership)
    if stand is None:
        return None
    own = stand.places.own[0]
    question = ask(stand, asked, own)
    found = question.found
    choices = Choices(
        kinds_offered(stand, found),
        areas_offered(stand, tuple(area for area in found.areas if area != own)),
    )
    codes = list(dict.fromkeys(code for code in codes if code))
    usual = [] if codes else _usual(stand, found)
    known: dict[str, Any] = question.known | {"area": codes or [area.code for area in usual]}
    if not question.held_at_all and not question.problem:
        return Compared(choices, known)
    try:
        chosen = [own, *(usual or _chosen(stand, found, codes))]
        return _compared(stand, question, chosen, choices, known)
    except Unclear as unclear:
        return Compared(choices, known, problem=(unclear.field, unclear.words))


def _usual(stand: Ground, found: Answer) -> list[Area]:
    """Where nothing is chosen: the areas that the partnership finds similar, else the boroughs of the same
    command unit; at most six."""
    own = stand.places.own[0]
    similar = {area.pk for area in stand.partnership.compared_with.all()}
    if near := [area for area in found.areas if area.pk in similar and area != own][:MOST]:
        return near
    if not stand.places.wholes:
        return []
    around = stand.places.parts.get(stand.places.wholes[0].pk, frozenset())
    return [area for area in found.areas if area.pk in around and area != own and area.kind == own.kind][
        :MOST
    ]


def _chosen(stand: Ground, found: Answer, codes: Sequence[str]) -> list[Area]:
    own = {area.code for area in stand.places.own[:1]}
    codes = [code for code in codes if code not in own]
    if len(codes) > MOST:
        raise Unclear("area", f"Choose up to {MOST} areas. {len(codes)} are chosen.")
    by_code = {area.code: area for area in found.areas}
    missing = [code[:40] for code in codes if code not in by_code]
    if missing:
        smaller = list(Area.objects.filter(code__in=missing).exclude(kind__in=OPEN)[:1])
        if smaller:
            mine = stand.places.own[0]
            raise Unclear(
                "area",
                f"{smaller[0].name} is smaller than {mine.name}: a {smaller[0].get_kind_display().lower()} "
                f"and a {level(mine)} are no pair to compare. Wards are compared on the page for wards.",
            )
        raise Unclear("area", f"No figures are held for the area “{missing[0]}”. Choose areas from the list.")
    return [by_code[code] for code in codes]


def _compared(
    stand: Ground, question: Question, chosen: Sequence[Area], choices: Choices, known: dict[str, Any]
) -> Compared:
    own, kind, found = question.area, question.kind, question.found
    months, newest = question.answered()
    counts = question.counts
    assert counts is not None  # noqa: S101  (or there would be no answer)
    lines = {area.pk: _line(stand, found, area, kind, months) for area in found.areas}
    mine = lines.get(own.pk)
    if mine is None:
        raise Unclear("to", question.not_held(months, (counts.first_month, newest)))
    shown = tuple(line for area in chosen if (line := lines.get(area.pk)))
    origin = where_from([counts.holding], (mine.before or mine.now)[0], mine.now[1])
    with_rates = with_people(origin, stand, found.held) if mine.population else origin
    peers = [line for area in found.areas if area.kind == own.kind and (line := lines.get(area.pk))]
    funnel, sentences = _among(own, mine, peers, with_rates) if mine.rate is not None else (None, ())
    what = kind.name[:1].lower() + kind.name[1:]
    drawn = {
        "changes": drawings.changes(
            shown,
            title=f"How {what} changed in {mine.where} and elsewhere",
            subtitle=f"{mine.period}, compared with {mine.period_before}",
            source=origin.line,
            illustrative=origin.illustrative,
        )
        if not mine.across
        else None,
        "rates": drawings.rates(
            shown,
            title=f"{kind.name} per 1,000 people in {mine.where} and elsewhere",
            subtitle=f"{mine.period}, by the people who lived there in {mine.population[1]}"
            if mine.population
            else mine.period,
            source=with_rates.line,
            illustrative=with_rates.illustrative,
        ),
        "funnel": funnel,
    }
    return Compared(
        choices,
        known | {"to": f"{(question.asked.to or months[1]):%Y-%m}"},
        warnings=tuple(_warnings(chosen, shown)),
        lines=shown,
        charts={key: chart for key, chart in drawn.items() if chart},
        sentences=sentences,
        breaks=breaks_of(shown),
        origin=with_rates,
    )


def _line(stand: Ground, found: Answer, area: Area, kind: CrimeType, months: Period) -> Line | None:
    mine = stand.places.own[:1]
    standing: Kind = "own" if area in mine else "whole" if area in stand.places.wholes else "other"
    return line_of(
        kind,
        found.held.counts.get((found.source, area.pk, kind.pk)),
        months,
        source=found.source,
        name=called(area),
        where=where(area),
        code=area.code,
        kind=standing,
        population=stand.people(found.held, [area], months[1].year)
        if months_between(*months) == 11 and kind.key not in NO_RATE
        else None,
    )


def _warnings(chosen: Sequence[Area], shown: Sequence[Line]) -> list[str]:
    found = []
    own = chosen[0]
    others = [area for area in chosen if area.kind != own.kind]
    if others:
        names = judgement.joined([f"{called(area)} ({level(area)})" for area in others])
        found.append(
            f"{own.name} is a {level(own)}, and these are not: {names}. Their counts do not compare, as one "
            "is part of the other or many times larger. Compare the changes and the rates only."
        )
    if len(shown) > 1 and not all(line.population for line in shown):
        found.append(
            "Areas differ in size, and no rate can be given here: the number of people is not held, or the "
            "months are not a year. Compare the changes and not the counts."
        )
    missing = [called(area) for area in chosen if area.code not in {line.code for line in shown}]
    if missing:
        found.append(f"Not all of these months are published for {judgement.joined(missing)}.")
    return found


def _among(
    own: Area, mine: Line, peers: Sequence[Line], origin: From
) -> tuple[Chart | None, tuple[str, ...]]:
    """The funnel over all areas of one level, and what it and the place say of the own one."""
    peers = [line for line in peers if line.population and line.count >= 0]
    if len(peers) < FEWEST_AREAS or mine not in peers:
        return None, ()
    people = [line.population[0] for line in peers if line.population]
    counts = [line.count for line in peers]
    if not any(counts):
        return None, ()
    worked = statistics.funnel(counts, people)
    at = peers.index(mine)
    scatter = sum(line.change.dispersion for line in peers) / len(peers)
    rank = statistics.ranks(counts, people, dispersion=scatter)[at]
    among = level(own, plural=True)
    sentences = (
        judgement.funnel_sentence(worked.points[at], area=mine.name, areas=among),
        judgement.rank_sentence(rank, area=mine.name, areas=among),
    )
    places = tuple(
        charts.Place(
            line.name,
            size,
            round(point.rate, 2),
            kind="own" if line is mine else "other",
            outside=OUTSIDE.get(point.place, ""),
            far=point.place in (Place.FAR_ABOVE, Place.FAR_BELOW),
        )
        for line, size, point in zip(peers, people, worked.points, strict=True)
    )
    smallest, largest = min(people), max(people)
    sizes = [smallest + (largest - smallest) * n / CURVE for n in range(CURVE + 1)]
    curves = tuple(
        charts.FunnelLimits(
            size,
            round(worked.limits(size, 0.998)[0], 2),
            round(worked.limits(size)[0], 2),
            round(worked.limits(size)[1], 2),
            round(worked.limits(size, 0.998)[1], 2),
        )
        for size in sizes
    )
    body = charts.Funnel("Per 1,000 people", "People", places, round(worked.rate, 2), curves)
    what = mine.crime_type.name
    spec = ChartSpec(
        f"{what} in {mine.where} beside all {len(peers)} {among}",
        f"Per 1,000 people, {mine.period}, by how many people live there",
        "Per 1,000 people",
        body,
        source=origin.line,
        summary=" ".join(sentences),
        notes=(
            "The limits allow for the size of an area and for the spread there is among them anyway. "
            "People who visit or work in a place are not counted as living there.",
        ),
    )
    return Chart(spec, origin.illustrative), sentences
