"""A question about a crime type, an area and months, as it stands in an address, and what is held of it."""

from dataclasses import dataclass
from datetime import date

from crime_data.breaks import Period
from crime_data.models import Area, CrimeType
from crime_data.months import period_label
from crime_data.queries import Answer, MonthlyCounts, answer
from measures.figures import periods
from measures.figures.ground import PEOPLE_PRINTED, Ground
from measures.figures.lines import ended, ended_words, newest_of
from measures.figures.periods import Unclear
from measures.figures.places import called, level, where

Group = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, as it stands in the address; empty words stand for the usual."""

    crime_type: str = ""
    area: str = ""
    span: str = ""
    to: date | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen, in groups with a name: keys of crime types and codes of areas, each with a name."""

    kinds: tuple[Group, ...]
    areas: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and what is held of it; with the `problem` (field, words) that it is not clear."""

    asked: Asked
    area: Area
    kind: CrimeType
    months: Period | None
    found: Answer
    problem: tuple[str, str] | None

    @property
    def known(self) -> dict[str, str]:
        """The question as it stands in an address, with the usual where nothing was said."""
        asked = self.asked
        return {
            "crime_type": asked.crime_type or self.kind.key,
            "area": asked.area or self.area.code,
            "period": asked.span or periods.ROLLING,
            "from": f"{asked.since:%Y-%m}" if asked.since else "",
            "to": f"{asked.to:%Y-%m}" if asked.to else "",
        }

    @property
    def held_at_all(self) -> bool:
        return bool(self.asked.crime_type or self.found.offered)

    @property
    def counts(self) -> MonthlyCounts | None:
        return self.found.held.counts.get((self.found.source, self.area.pk, self.kind.pk))

    def answered(self) -> tuple[Period, date]:
        """The months that are meant and the newest that is held. Raises Unclear where none is."""
        if self.problem:
            raise Unclear(*self.problem)
        newest = newest_of([self.counts]) if self.counts else None
        if newest is None:
            raise Unclear("crime_type", self.not_held(self.months))
        span = self.asked.span or periods.ROLLING
        months = self.months or periods.months_of(span, newest, self.asked.since)
        months = periods.so_far(months, newest)
        assert self.counts is not None  # noqa: S101  (newest is one of its months)
        if found := ended(self.counts, months):
            raise Unclear("crime_type", ended_words(self.kind, where(self.area), months, found))
        return months, newest

    def not_held(self, months: Period | None, held: Period | None = None) -> str:
        """That these months are not held, and which are."""
        name = self.kind.name[:1].lower() + self.kind.name[1:]
        when = f" for all of {period_label(*months)}" if months else ""
        words = f"No release held has {name} in {where(self.area)}{when}."
        return f"{words} Held are {period_label(*held)}." if held else words


def ask(stand: Ground, asked: Asked, area: Area, problem: tuple[str, str] | None = None) -> Question:
    """Read the question, and what is held of it for this area. Five queries."""
    kind, months = stand.crime_type("all"), None
    try:
        if asked.crime_type:
            kind = stand.crime_type(asked.crime_type)
        if asked.to:
            months = periods.months_of(asked.span or periods.ROLLING, asked.to, asked.since)
        elif asked.span and asked.span not in periods.SPANS:
            raise Unclear("period", "Choose a period from the list")
    except Unclear as unclear:
        problem = problem or (unclear.field, unclear.words)
    found = answer(
        sources=stand.sources,
        area=area.pk,
        crime_type=kind.pk,
        over=months,
        printed=PEOPLE_PRINTED,
        or_any=not asked.crime_type,
    )
    return Question(asked, area, stand.crime_types[found.crime_type], months, found, problem)


def kinds_offered(stand: Ground, found: Answer) -> tuple[Group, ...]:
    """Crime types to choose from: those in the newest publications, by the tree, then those that older ones
    alone have for the area. What none has is not offered."""
    offered = found.offered
    held = [kind for pk, kind in stand.crime_types.items() if pk in offered]
    tree = [kind for kind in held if kind.parent_id or kind.key == "all"]
    apart = [kind for kind in held if kind not in tree]
    others = [kind for pk, kind in stand.crime_types.items() if pk in found.ever and pk not in offered]
    groups = (
        ("Recorded offences", [(kind.key, "– " * stand.depth(kind) + kind.name) for kind in tree]),
        ("Counted across them, and incidents", [(kind.key, kind.name) for kind in apart]),
        ("Not in the newest publications", [(kind.key, kind.name) for kind in others]),
    )
    return tuple((name, tuple(kinds)) for name, kinds in groups if kinds)


def areas_offered(stand: Ground, areas: tuple[Area, ...]) -> tuple[Group, ...]:
    """Areas to choose from, the partnership's own and what it is part of first, then by level."""
    near = [area for area in stand.places.all if area in areas]
    groups: list[Group] = [
        (f"{stand.partnership.place} and around it", tuple((area.code, called(area)) for area in near))
    ]
    for kind in (Area.Kind.BOROUGH, Area.Kind.CSP, Area.Kind.BCU, Area.Kind.FORCE):
        rest = [area for area in areas if area.kind == kind and area not in near]
        if rest:
            words = level(rest[0], plural=True)
            groups.append((words.capitalize(), tuple((area.code, called(area)) for area in rest)))
    return tuple(group for group in groups if group[1])
