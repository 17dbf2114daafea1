"""What the public may see of measures: those of a published strategy's priorities, with their figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import QuerySet

from audit.workflow import Status
from crime_data.queries import NotHeld
from measures.figures import (
    MOST,
    SORTS,
    SPANS,
    Asked,
    Compared,
    Explored,
    Profile,
    SeriousViolence,
    compare,
    explore,
    profile,
    profile_called,
    serious_violence,
)
from measures.models import Measure
from measures.queries import (
    Reading,
    Returned,
    Since,
    readings,
    returned,
    since_each,
    with_promises,
    words_of,
)
from measures.wards import PublicWards, wards, wards_called
from partners.models import Partnership

__all__ = [
    "MOST",
    "SORTS",
    "SPANS",
    "Asked",
    "Compared",
    "Explored",
    "NotHeld",
    "Profile",
    "PublicMeasure",
    "PublicMeasures",
    "PublicWards",
    "SeriousViolence",
    "compare",
    "explore",
    "measure",
    "measure_numbered",
    "measures",
    "measures_called",
    "profile",
    "profile_called",
    "serious_violence",
    "wards",
    "wards_called",
]


@dataclass(frozen=True, slots=True)
class PublicMeasures:
    """The readings of one priority, in order."""

    priority_id: int
    readings: tuple[Reading, ...]

    @property
    def words(self) -> dict[str, str]:
        """What commentary that names these figures would say of them now."""
        return words_of(self.readings)

    def by_outcome(self, statements: Iterable[str]) -> list[tuple[str, list[Reading]]]:
        """Each outcome with the measures that show it; those not agreed yet are none."""
        return [
            (
                statement,
                [
                    reading
                    for reading in self.readings
                    if reading.kind != Measure.Kind.NONE and statement in _outcomes(reading.measure)
                ],
            )
            for statement in statements
        ]


@dataclass(frozen=True, slots=True)
class Restated:
    """Where every release's word on one count can be read: the query of the API's restatements."""

    what: str
    query: str


@dataclass(frozen=True, slots=True)
class Successor:
    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class PublicMeasure:
    """One measure with all that its page shows. `retired_on` is None while it is in use."""

    reading: Reading
    priority_slug: str
    priority_title: str
    strategy: str
    outcomes: tuple[str, ...]
    since: tuple[Since, ...]
    returns: tuple[Returned, ...]
    restated: tuple[Restated, ...]
    retired_on: date | None
    successor: Successor | None


def measures(partnership: Partnership, priority_ids: list[int]) -> list[PublicMeasures]:
    """Readings for each of these priorities; a priority of an unpublished strategy gets none."""
    found = _published(partnership).filter(retired_on=None, priority__in=priority_ids)
    by_priority: dict[int, list[Reading]] = {pk: [] for pk in priority_ids}
    for reading in readings(partnership, list(found.prefetch_related("outcomes"))):
        by_priority[reading.priority_id].append(reading)
    return [PublicMeasures(pk, tuple(rows)) for pk, rows in by_priority.items()]


def measure(partnership: Partnership, measure_id: int) -> PublicMeasure | None:
    """One published measure, in use or retired, or None."""
    found = _published(partnership).filter(pk=measure_id)
    found = found.select_related(
        "crime_type", "of_crime_type", "owner", "priority__strategy", "replaced_by__priority__strategy"
    ).prefetch_related("outcomes", "baselines")
    return next((_whole(reading) for reading in readings(partnership, list(found))), None)


def measure_numbered(measure_id: int) -> PublicMeasure | None:
    """The same, of whichever partnership it is."""
    partnership = Partnership.objects.filter(strategies__priorities__measures=measure_id).first()
    return measure(partnership, measure_id) if partnership else None


def measures_called(slug: str) -> list[Reading]:
    """The measures in use of the partnership with this short name. Raises NotHeld in words."""
    partnership = Partnership.objects.filter(slug=slug).first()
    if not partnership:
        known = ", ".join(Partnership.objects.values_list("slug", flat=True)) or "none yet"
        raise NotHeld(f"Name a partnership: partnership=bexley. There are: {known}.")
    return readings(partnership, list(_published(partnership).filter(retired_on=None)))


def _published(partnership: Partnership) -> QuerySet[Measure]:
    return with_promises(
        Measure.objects.filter(
            priority__strategy__partnership=partnership, priority__strategy__status=Status.PUBLISHED
        )
    )


def _outcomes(measure: Measure) -> list[str]:
    return [outcome.statement for outcome in measure.outcomes.all()]


def _whole(reading: Reading) -> PublicMeasure:
    measure = reading.measure
    priority = measure.priority
    return PublicMeasure(
        reading=reading,
        priority_slug=priority.slug,
        priority_title=priority.title,
        strategy=priority.strategy.title,
        outcomes=tuple(_outcomes(measure)),
        since=since_each(reading),
        returns=returned(measure),
        restated=tuple(_restated(reading)),
        retired_on=measure.retired_on,
        successor=_successor(measure),
    )


def _successor(measure: Measure) -> Successor | None:
    """What replaced it, where the public may know of that."""
    found = measure.replaced_by
    if found is None:
        return None
    theirs, own = found.priority.strategy, measure.priority.strategy
    if theirs.status != Status.PUBLISHED or theirs.partnership_id != own.partnership_id:
        return None
    return Successor(found.pk, found.name)


def _restated(reading: Reading) -> Iterable[Restated]:
    """For each count that the figure is made of; none where it is no count of a publisher's."""
    found, crime_type = reading.worked, reading.measure.crime_type
    counts = [(part.name, key, of) for part, (key, of) in zip(reading.parts, found.parts, strict=True)]
    if crime_type:
        counts.append((reading.name, crime_type.key, found))
    for what, key, worked in counts:
        if worked.holding and worked.now:
            first, last = worked.now
            asked = {
                "area": reading.area_code,
                "crime_type": key,
                "from": f"{first:%Y-%m}",
                "to": f"{last:%Y-%m}",
                "source": worked.holding.release.source.key,
            }
            yield Restated(what, urlencode(asked))
