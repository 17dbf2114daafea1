"""Actions and progress as signed-in people see them."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from django.db.models import Prefetch, QuerySet

from audit.models import Event
from audit.workflow import Status
from delivery_plans.models import Action, ProgressUpdate
from partners.models import Partnership
from priorities.models import Priority


def action_list(partnership: Partnership) -> QuerySet[Action]:
    """Actions of the partnership with lead, priority and the RAG of the newest approved update."""
    return (
        Action.objects.for_partnership(partnership)
        .select_related("lead", "priority", "plan")
        .with_latest_rag()
        .order_by("priority__number", "due_on", "id")
    )


def quarter_actions(
    priorities: Iterable[Priority], quarter: date, *, reported_by_then: bool = False
) -> QuerySet[Action]:
    """Actions of these priorities as they stand, and as they stood before the quarter that begins on that
    day. `reported_by_then` leaves out what was reported for later quarters."""
    return (
        Action.objects.filter(priority__in=list(priorities))
        .select_related("lead")
        .with_latest_rag(until=quarter if reported_by_then else None)
        .with_earlier_rag(quarter)
        .order_by("priority__number", "due_on", "id")
    )


def action_page(partnership: Partnership) -> QuerySet[Action]:
    """Actions with all their progress updates and who wrote them."""
    updates = ProgressUpdate.objects.select_related("author").order_by("-period", "-id")
    return action_list(partnership).prefetch_related(Prefetch("updates", updates))


def updates_awaiting(partnership: Partnership) -> QuerySet[ProgressUpdate]:
    """Submitted updates that wait for an approver, oldest first."""
    return (
        ProgressUpdate.objects.filter(
            status=Status.SUBMITTED, action__plan__strategy__partnership=partnership
        )
        .select_related("action__priority", "author")
        .order_by("submitted_at")
    )


def return_notes(action: Action) -> dict[int, str]:
    """Progress update id -> what its approver asked to change, for updates that were returned."""
    returned = [update for update in action.updates.all() if update.status == Status.DRAFT]
    if not returned:
        return {}
    events = Event.objects.about(*returned).filter(became=Status.DRAFT).order_by("at", "id")
    return {int(event.record_id): event.note for event in events}


def change_list(action: Action, limit: int = 20) -> list[tuple[object, str, list[tuple[str, str, str]]]]:
    """The last changes to an action: (moment, person, [(field, before, after)])."""
    records = list(action.history.select_related("history_user")[: limit + 1])
    names = {field.name: field.verbose_name for field in Action._meta.fields}
    changes = []
    for new, old in pairwise(records):
        difference = new.diff_against(old, excluded_fields=["version"], foreign_keys_are_objs=True)
        fields = [
            (str(names[c.field]).capitalize(), _shown(c.old), _shown(c.new)) for c in difference.changes
        ]
        if fields:
            changes.append((new.history_date, str(new.history_user or ""), fields))
    return changes[:limit]


def _shown(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    return f"{value:%-d %B %Y}" if isinstance(value, date) else str(value)
