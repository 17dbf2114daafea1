"""What the public may see of measures: those of a published strategy's priorities, with their figures."""

from dataclasses import dataclass

from django.db.models import QuerySet

from audit.workflow import Status
from measures.models import Measure
from measures.queries import Reading, readings
from partners.models import Partnership


@dataclass(frozen=True, slots=True)
class PublicMeasures:
    """The readings of one priority, in order."""

    priority_id: int
    readings: tuple[Reading, ...]


def measures(partnership: Partnership, priority_ids: list[int]) -> list[PublicMeasures]:
    """Readings for each of these priorities; a priority of an unpublished strategy gets none."""
    found = _published(partnership).filter(priority__in=priority_ids)
    by_priority: dict[int, list[Reading]] = {pk: [] for pk in priority_ids}
    for reading in readings(partnership, list(found)):
        by_priority[reading.priority_id].append(reading)
    return [PublicMeasures(pk, tuple(rows)) for pk, rows in by_priority.items()]


def measure(partnership: Partnership, measure_id: int) -> Reading | None:
    """One published measure's reading, or None."""
    found = _published(partnership).filter(pk=measure_id)
    return next(iter(readings(partnership, list(found))), None)


def _published(partnership: Partnership) -> QuerySet[Measure]:
    return Measure.objects.filter(
        priority__strategy__partnership=partnership, priority__strategy__status=Status.PUBLISHED
    ).select_related("crime_type", "target", "baseline")
