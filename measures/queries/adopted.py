"""Which measures and targets there were on a past day.

What a person entered was there from that day on; what was loaded with a strategy, from the strategy's start.
A target counts from the day that it was agreed, where somebody said which that is.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from measures.models import Measure, Target
from measures.queries.readings import measure_list
from priorities.models import Priority


def measures_on(priorities: Iterable[Priority], day: date | None) -> QuerySet[Measure]:
    """The measures in use on that day (None is today) with the targets that were set by then, and all else
    that a reading needs. Three queries."""
    if day is None:
        return measure_list(priorities)
    standing = Measure.objects.filter(priority__in=list(priorities)).filter(
        Q(retired_on=None) | Q(retired_on__gt=day)
    )
    starts_on = F("priority__strategy__starts_on")
    there = standing.alias(there_from=Coalesce(_entered(Measure), starts_on)).filter(there_from__lte=day)
    agreed = Coalesce("set_on", _entered(Target), F("measure__priority__strategy__starts_on"))
    targets = Target.objects.alias(there_from=agreed).filter(there_from__lte=day)
    agreed_by_then = Prefetch("targets", targets.select_related("baseline"))
    return there.select_related("crime_type", "of_crime_type", "owner").prefetch_related(
        agreed_by_then, "rebases"
    )


def _entered(model: Any) -> TruncDate:
    """The day on which a person entered the record; none for what was loaded."""
    made = model.history.filter(id=OuterRef("pk"), history_type="+", history_user__isnull=False)
    return TruncDate(Subquery(made.order_by("history_date").values("history_date")[:1]))
