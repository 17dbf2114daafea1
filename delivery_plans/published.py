"""What the public may read of delivery plans: actions of published strategies, published updates only."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from audit.workflow import Status
from delivery_plans.models import Action, ProgressUpdate
from partners.models import Partnership


@dataclass(frozen=True, slots=True)
class PublicUpdate:
    period: date
    rag: str
    narrative: str


@dataclass(frozen=True, slots=True)
class PublicAction:
    priority_id: int
    title: str
    detail: str
    lead: str
    due_on: date
    completed_on: date | None
    is_overdue: bool
    illustrative: bool
    latest: PublicUpdate | None

    @property
    def standing(self) -> str | None:
        """How it stands in a word: complete, or the RAG of the newest published update."""
        if self.completed_on:
            return "complete"
        return self.latest.rag if self.latest else None


def actions(partnership: Partnership, priority_ids: list[int]) -> list[PublicAction]:
    """Actions for these priorities with the newest published update of each."""
    published = ProgressUpdate.objects.published().order_by("-period", "-id")
    found = (
        Action.objects.for_partnership(partnership)
        .filter(priority__in=priority_ids, plan__strategy__status=Status.PUBLISHED)
        .select_related("lead")
        .prefetch_related(Prefetch("updates", published, to_attr="shown"))
        .order_by("priority__number", "due_on", "id")
    )
    return [
        PublicAction(
            action.priority_id,
            action.title,
            action.detail,
            action.lead.name,
            action.due_on,
            action.completed_on,
            action.is_overdue,
            action.illustrative,
            next((PublicUpdate(u.period, u.rag, u.narrative) for u in action.shown), None),
        )
        for action in found
    ]
