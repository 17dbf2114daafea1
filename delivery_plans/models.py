"""What partners have agreed to do, and how it goes."""

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from simple_history.models import HistoricalRecords

from audit.models import Approvable
from audit.workflow import DECIDED, Status
from partners.models import GovernanceBody, Organisation
from priorities.models import Priority, Strategy


class Rag(models.TextChoices):
    GREEN = "green", "On track"
    AMBER = "amber", "At risk"
    RED = "red", "Off track"


class DeliveryPlan(models.Model):
    """The actions that carry a strategy forward, owned by one body and reviewed by another."""

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="delivery_plans")
    title = models.CharField(max_length=160)
    starts_on = models.DateField()
    ends_on = models.DateField()
    owner = models.ForeignKey(GovernanceBody, models.PROTECT, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey(GovernanceBody, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-starts_on"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="plan_days")]

    def __str__(self):
        return self.title


class ActionQuerySet(models.QuerySet):
    def for_partnership(self, partnership):
        return self.filter(plan__strategy__partnership=partnership)

    def overdue(self, today):
        return self.filter(completed_on=None, due_on__lt=today)

    def with_latest_rag(self, until=None):
        """Add `latest_rag` and `latest_period` of the newest approved progress update, or None.

        `until` is the first day of the last quarter that counts.
        """
        decided = _decided() if until is None else _decided().filter(period__lte=until)
        return self.annotate(
            latest_rag=Subquery(decided.values("rag")[:1]),
            latest_period=Subquery(decided.values("period")[:1]),
            latest_narrative=Subquery(decided.values("narrative")[:1]),
        )

    def with_earlier_rag(self, quarter):
        """Add `earlier_rag`, how it stood in the quarters before the one that begins on that day, or None."""
        return self.annotate(earlier_rag=Subquery(_decided().filter(period__lt=quarter).values("rag")[:1]))


def _decided():
    return ProgressUpdate.objects.decided().filter(action=OuterRef("pk")).order_by("-period", "-id")


class Action(models.Model):
    """One thing a partner has agreed to do for a priority, by a day."""

    plan = models.ForeignKey(DeliveryPlan, models.PROTECT, related_name="actions")
    priority = models.ForeignKey(Priority, models.PROTECT, related_name="actions")
    reference = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    lead = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    due_on = models.DateField()
    completed_on = models.DateField(null=True, blank=True)
    illustrative = models.BooleanField(default=False, help_text="Made for demonstration; nobody promised it.")
    version = models.PositiveIntegerField(default=1, editable=False)

    history = HistoricalRecords(related_name="changes")
    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "reference"], name="action_reference_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("starts_on")), name="action_due_after_start"),
            models.CheckConstraint(
                condition=Q(completed_on=None) | Q(completed_on__gte=F("starts_on")),
                name="action_done_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.title}"

    @property
    def standing(self):
        """How it stands in a word: complete, or else the RAG that `with_latest_rag` added."""
        return "complete" if self.completed_on else self.latest_rag

    @property
    def is_overdue(self):
        return self.completed_on is None and self.due_on < timezone.localdate()


class ProgressUpdateQuerySet(models.QuerySet):
    def decided(self):
        return self.filter(status__in=DECIDED)

    def published(self):
        return self.filter(status=Status.PUBLISHED)


class ProgressUpdate(Approvable):
    """How an action stands in one quarter, in the words of those who do it."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="updates")
    period = models.DateField("quarter", help_text="The first day of the quarter it reports on.")
    rag = models.CharField("how it stands", max_length=5, choices=Rag)
    narrative = models.TextField("what happened")
    submitted_at = models.DateTimeField(default=timezone.now)
    submission = models.UUIDField(
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="The form it came from: sent twice, it is one.",
    )

    objects = ProgressUpdateQuerySet.as_manager()

    class Meta:
        ordering = ["-period", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "period"],
                condition=~Q(status=Status.WITHDRAWN),
                name="one_update_an_action_and_quarter",
            )
        ]

    def __str__(self):
        return f"{self.action.reference}, {self.period:%B %Y}"
