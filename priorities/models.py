"""What a partnership has set out to do: strategies, their priorities and outcomes."""

from django.db import models
from django.db.models import F, Q

from audit.workflow import Status
from partners.models import Partnership


class StrategyQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=Status.PUBLISHED)


class Strategy(models.Model):
    """One edition of a partnership's strategy, for a span of years."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="strategies")
    slug = models.SlugField(max_length=40)
    title = models.CharField(max_length=160)
    starts_on = models.DateField()
    ends_on = models.DateField()
    vision = models.CharField(max_length=300, blank=True)
    summary = models.TextField(blank=True, help_text="Paragraphs apart by a blank line.")
    audience = models.JSONField(default=list, blank=True)
    objectives = models.JSONField(default=list, blank=True)
    principles = models.JSONField(default=list, blank=True)
    source_document = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, db_index=True)

    objects = StrategyQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        verbose_name_plural = "strategies"
        constraints = [
            models.UniqueConstraint(fields=["partnership", "slug"], name="strategy_slug_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="strategy_days"),
        ]

    def __str__(self):
        return self.title


class Priority(models.Model):
    """One of the things a strategy puts first."""

    class High(models.TextChoices):
        VOLUME = "volume", "High volume"
        HARM = "harm", "High harm"

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="priorities")
    number = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=160)
    high = models.CharField(max_length=6, choices=High, blank=True)
    statement = models.TextField(blank=True)
    aim = models.TextField(blank=True)
    tackle = models.JSONField("what we will tackle", default=list, blank=True)
    approach = models.JSONField("how we will do it", default=list, blank=True)
    tracking = models.JSONField("how we know we are on track", default=list, blank=True)

    class Meta:
        ordering = ["strategy", "number"]
        verbose_name_plural = "priorities"
        constraints = [
            models.UniqueConstraint(fields=["strategy", "number"], name="priority_number_once"),
            models.UniqueConstraint(fields=["strategy", "slug"], name="priority_slug_once"),
        ]

    def __str__(self):
        return self.title


class Outcome(models.Model):
    """How people will know that the priorities make a difference."""

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="outcomes")
    priorities = models.ManyToManyField(Priority, related_name="outcomes")
    statement = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self):
        return self.statement


class LocalVolumePriority(models.Model):
    """A high-volume crime that a borough agreed with the Mayor's office, or chose for itself."""

    class Origin(models.TextChoices):
        MANDATORY = "mandatory", "Mandatory for every borough"
        AGREED = "agreed", "Agreed with the Mayor's office"
        LOCAL = "local", "Added locally"

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="local_volume_priorities")
    name = models.CharField(max_length=120)
    origin = models.CharField(max_length=10, choices=Origin)
    note = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "local volume priorities"

    def __str__(self):
        return self.name
