"""All that the readings of some measures need of the database, read in a fixed number of queries.

At most seven, for one measure or a hundred and for one day or two: the partnership's areas and what they are
part of (one), the releases that answer and their counts (two), what is printed that is no crime (two, only
for rates and surveys), the crime types of composites (one), the partnership's own returns (one).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from django.db.models import Count, Exists, OuterRef, Subquery

from crime_data import composites
from crime_data.models import Area, AreaLink, CrimeType
from crime_data.packing import NOT_PUBLISHED
from crime_data.queries import Held, MonthlyCounts, held_on, source_for
from measures.models import LocalReturn, Measure, Target
from partners.models import Partnership

POPULATION = {
    Measure.Per.PEOPLE: ("ons-population", "Population / All ages"),
    Measure.Per.HOUSEHOLDS: ("ons-census-households", "Households / Total"),
}
SURVEY = "mopac-pas"
RETURNED = (Measure.Kind.LOCAL, Measure.Kind.GAP, Measure.Kind.STANDARD, Measure.Kind.RECURRING)
MONTHLY = (Measure.Kind.COUNT, Measure.Kind.RATE, Measure.Kind.SHARE)


@dataclass(frozen=True)
class Places:
    """A partnership's own areas, and the command unit and force that all of them are part of."""

    own: tuple[Area, ...]
    wholes: tuple[Area, ...]  # nearest first
    parts: dict[int, frozenset[int]]  # an area of any level down to boroughs -> the boroughs in it
    boroughs: tuple[Area, ...]  # all of the same force

    @property
    def all(self) -> list[Area]:
        return [*self.own, *self.wholes]


def places_of(partnership: Partnership) -> Places:
    """One query; a second one when an area of the partnership is part of nothing. The links of wards and
    LSOAs are not read: there are thousands."""
    chosen = Partnership.areas.through.objects.filter(partnership=partnership).order_by()
    counted = chosen.values("partnership").annotate(number=Count("pk"))
    number = counted.values("number")  # type: ignore[misc]  # the annotation is not seen
    links = list(
        AreaLink.objects.filter(file=None, whole__kind__in=[Area.Kind.BCU, Area.Kind.FORCE])
        .select_related("part", "whole")
        .annotate(is_own=Exists(chosen.filter(area=OuterRef("part"))), number=Subquery(number))
    )
    linked = {link.part_id: link.part for link in links if link.is_own}
    if not links or len(linked) != links[0].number:
        linked = {area.pk: area for area in partnership.areas.all()}
    own = tuple(sorted(linked.values(), key=lambda area: area.name))
    above: dict[int, list[Area]] = {}
    for link in links:
        above.setdefault(link.part_id, []).append(link.whole)
    chains = [_chain(area.pk, above) for area in own]
    wholes = [area for area in chains[0] if all(area in chain for chain in chains)] if chains else []
    boroughs = {link.part_id: link.part for link in links if link.part.kind == Area.Kind.BOROUGH}
    parts = {area.pk: {area.pk} for area in (*own, *boroughs.values())}
    for pk in boroughs:
        for whole in _chain(pk, above):
            parts.setdefault(whole.pk, set()).add(pk)
    force = parts[wholes[-1].pk] if wholes else set()
    return Places(
        own,
        tuple(wholes),
        {pk: frozenset(inside) for pk, inside in parts.items()},
        tuple(sorted((boroughs[pk] for pk in force), key=lambda area: area.name)),
    )


def _chain(pk: int, above: dict[int, list[Area]]) -> list[Area]:
    chain: list[Area] = []
    step = above.get(pk, [])
    while step:
        chain += step
        step = [whole for part in step for whole in above.get(part.pk, [])]
    return chain


@dataclass(frozen=True)
class Known:
    """What was read, as it stood on a day (None is today). A figure of None is "not held"."""

    partnership: Partnership
    places: Places
    held: Held
    returns: dict[int, tuple[LocalReturn, ...]]
    type_ids: dict[str, int]
    day: date | None = None

    @cached_property
    def usual_source(self) -> str:
        return source_for(self.places.own[0]) if self.places.own else "mps-borough"

    def source_of(self, measure: Measure) -> str:
        return measure.source_key or self.usual_source

    def counts(self, source: str, crime_type: int, areas: Sequence[Area]) -> MonthlyCounts | None:
        """The sum over these areas; None when one of them has no figures."""
        return added_up([self.held.counts.get((source, area.pk, crime_type)) for area in areas])

    def composite_counts(self, source: str, key: str, areas: Sequence[Area]) -> MonthlyCounts | None:
        kind = self.type_ids.get(key)
        return None if kind is None else self.counts(source, kind, areas)

    def survey(self, question: str, area: Area) -> MonthlyCounts | None:
        return self.held.printed.get((SURVEY, area.pk, question))

    def population(self, per: str, areas: Sequence[Area], year: int) -> tuple[int, int] | None:
        """(people or households, year they are of): of that year, else the nearest before, else the first."""
        source, label = POPULATION[Measure.Per(per)]
        boroughs = {pk for area in areas for pk in self.places.parts.get(area.pk, {area.pk})}
        series = [self.held.printed.get((source, pk, label)) for pk in boroughs]
        found = added_up(series)
        if found is None or not boroughs:
            return None
        years = [
            found.first_month.year + at for at, value in enumerate(found.values) if value != NOT_PUBLISHED
        ]
        if not years:
            return None
        of = max((known for known in years if known <= year), default=years[0])
        return int(found.values[of - found.first_month.year]), of


def know(
    partnership: Partnership,
    measures: Sequence[Measure],
    days: Sequence[date | None] = (None,),
    *,
    wide: bool = False,
) -> list[Known]:
    """What these measures need, as it stood on each of the days, the newest first (None is today).

    `wide` reads the counts of every borough too; a target that asks for a place among them does so anyway.
    """
    places = places_of(partnership)
    usual = source_for(places.own[0]) if places.own else "mps-borough"
    parts = _composite_parts(measures)
    types = _type_ids(parts)
    printed = _printed_labels(measures)
    boroughs = {area.pk for area in places.boroughs}
    wide = wide or any(has_rank_target(measure) for measure in measures)
    areas = {area.pk for area in places.all} | (boroughs if wide or printed else set())
    held = held_on(days, areas=areas, counts=_wanted(measures, usual, parts, types), printed=printed)
    rows = _returns(measures)
    return [
        Known(partnership, places, on_day, _newest(rows, day), types, day)
        for on_day, day in zip(held, days, strict=True)
    ]


def asks_london(measure: Measure) -> bool:
    """Whether its answers come from the Mayor's office's survey of all London, and not from returns."""
    return measure.kind == Measure.Kind.SURVEY and measure.source_key == SURVEY and bool(measure.question)


def asks_locally(measure: Measure) -> bool:
    return measure.kind == Measure.Kind.SURVEY and not asks_london(measure)


def has_rank_target(measure: Measure) -> bool:
    return any(target.kind == Target.Kind.RANK_AT_MOST for target in measure.targets.all())


def _composite_parts(measures: Iterable[Measure]) -> set[composites.Part]:
    keys = {measure.composite for measure in measures if measure.kind == Measure.Kind.COMPOSITE}
    return {part for one in composites.composites() if one.key in keys for part in one.parts}


def _type_ids(parts: Collection[composites.Part]) -> dict[str, int]:
    if not parts:
        return {}
    return dict(
        CrimeType.objects.filter(key__in={part.crime_type for part in parts}).values_list("key", "pk")
    )


def _wanted(
    measures: Iterable[Measure], usual: str, parts: Iterable[composites.Part], types: dict[str, int]
) -> dict[str, set[int]]:
    wanted: dict[str, set[int]] = {}
    for measure in measures:
        if measure.kind in MONTHLY:
            kinds = {measure.crime_type_id, measure.of_crime_type_id} - {None}
            wanted.setdefault(measure.source_key or usual, set()).update(kinds)  # type: ignore[arg-type]
    for part in parts:
        if part.crime_type in types:
            wanted.setdefault(part.source, set()).add(types[part.crime_type])
    return wanted


def _printed_labels(measures: Iterable[Measure]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for measure in measures:
        if measure.kind == Measure.Kind.RATE:
            source, label = POPULATION[Measure.Per(measure.per)]
            wanted.setdefault(source, set()).add(label)
        elif asks_london(measure):
            wanted.setdefault(SURVEY, set()).add(measure.question)
    return wanted


def _returns(measures: Iterable[Measure]) -> list[LocalReturn]:
    wanted = [measure.pk for measure in measures if measure.kind in RETURNED or asks_locally(measure)]
    if not wanted:
        return []
    return list(LocalReturn.objects.filter(measure__in=wanted).order_by("published_on", "pk"))


def _newest(rows: Iterable[LocalReturn], day: date | None) -> dict[int, tuple[LocalReturn, ...]]:
    """The newest return of each measure, period and group by that day, the oldest period first."""
    newest = {
        (row.measure_id, row.first_month, row.last_month, row.group): row
        for row in rows
        if day is None or row.published_on <= day
    }
    found: dict[int, tuple[LocalReturn, ...]] = {}
    for row in sorted(newest.values(), key=lambda row: (row.last_month, row.first_month, row.group)):
        found[row.measure_id] = (*found.get(row.measure_id, ()), row)
    return found


def added_up(parts: Sequence[MonthlyCounts | None]) -> MonthlyCounts | None:
    """The sum of counts over several areas; None when one of them has none."""
    found = [part for part in parts if part is not None]
    if not found or len(found) != len(parts):
        return None
    if len(found) == 1:
        return found[0]
    values = np.stack([part.values for part in found])
    missing = (values == NOT_PUBLISHED).any(axis=0)
    total = np.where(missing, NOT_PUBLISHED, np.where(values == NOT_PUBLISHED, 0, values).sum(axis=0))
    return MonthlyCounts(found[0].holding, found[0].first_month, total, None, found[0].step)
