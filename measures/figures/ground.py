"""What every page of figures begins with: the areas, the crime types, and how many people live where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from crime_data.models import Area, CrimeType
from crime_data.queries import Held, Holding, source_for
from measures.figures.periods import Unclear
from measures.models import Measure
from measures.queries.known import POPULATION, Known, Places, places_of
from measures.queries.provenances import Provenance, provenance_of, source_line
from partners.models import Partnership

OTHER_SOURCES = ("mps-dashboard", "local-counts", "police-uk-street", "mps-vawg")
"""Where crime types are looked for that the usual source of an area does not publish, in this order."""

NOT_OFFENCES = ("asb-incidents", "asb-incidents-police-uk")
VICTIMS = ("knife-injury-victims", "knife-injury-victims-not-domestic", "knife-crime-victims")

PEOPLE_SOURCE, PEOPLE = POPULATION[Measure.Per.PEOPLE]
PEOPLE_PRINTED = {PEOPLE_SOURCE: {PEOPLE}}


@dataclass(frozen=True, slots=True)
class Ground:
    """A partnership's areas and all crime types, in the order of the tree. Three queries."""

    partnership: Partnership
    places: Places
    crime_types: dict[int, CrimeType]

    @property
    def sources(self) -> tuple[str, ...]:
        """The usual source of the partnership's areas first."""
        return (source_for(self.places.own[0]), *OTHER_SOURCES)

    def crime_type(self, key: str) -> CrimeType:
        """Raises Unclear."""
        found = next((kind for kind in self.crime_types.values() if kind.key == key), None)
        if found is None:
            raise Unclear("crime_type", f"No crime type is called “{key[:40]}”. Choose one from the list.")
        return found

    def depth(self, kind: CrimeType) -> int:
        """Crime types above it, without all recorded offences."""
        above = 0
        while kind.parent_id and self.crime_types[kind.parent_id].parent_id:
            kind = self.crime_types[kind.parent_id]
            above += 1
        return above

    def people(self, held: Held, areas: Sequence[Area], year: int) -> tuple[int, int] | None:
        """(people, year that they were counted), where it is held for all of these areas."""
        known = Known(self.partnership, self.places, held, {}, {})
        found = known.population(Measure.Per.PEOPLE, areas, year)
        return found if found and found[0] > 0 else None

    def people_from(self, held: Held) -> Provenance:
        """Where the numbers of people are from, where they are held."""
        holding = held.releases[PEOPLE_SOURCE]
        return provenance_of(holding, holding.first_month, holding.last_month)


def ground(partnership: Partnership) -> Ground | None:
    """None for a partnership without an area."""
    places = places_of(partnership)
    if not places.own:
        return None
    return Ground(partnership, places, {kind.pk: kind for kind in CrimeType.objects.order_by("pk")})


@dataclass(frozen=True, slots=True)
class From:
    """Where the figures of a page are from: each source's line and what stands behind it."""

    provenances: tuple[Provenance, ...] = ()

    @property
    def illustrative(self) -> bool:
        return any(one.illustrative for one in self.provenances)

    @property
    def line(self) -> str:
        return " ".join(dict.fromkeys(source_line(one) for one in self.provenances))


NOWHERE = From()


def with_people(origin: From, stand: Ground, held: Held) -> From:
    """The same with where the numbers of people are from."""
    return From((*origin.provenances, stand.people_from(held)))


def where_from(holdings: Iterable[Holding], first: date, last: date) -> From:
    return From(tuple(provenance_of(one, first, last) for one in holdings))
