"""When governance bodies meet and what is on their agenda."""

from django.db import models

from partners.models import GovernanceBody, Organisation
from priorities.models import Priority


class Meeting(models.Model):
    """One sitting of a governance body."""

    class Stage(models.TextChoices):
        PLANNED = "planned", "Planned"
        HELD = "held", "Held"
        CANCELLED = "cancelled", "Cancelled"

    body = models.ForeignKey(GovernanceBody, models.PROTECT, related_name="meetings")
    title = models.CharField(max_length=160)
    on = models.DateField()
    starts_at = models.TimeField(null=True, blank=True)
    place = models.CharField(max_length=160, blank=True)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.PLANNED)
    public = models.BooleanField(default=False, help_text="Its day and agenda may be read by anyone.")
    illustrative = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["body", "on", "title"], name="meeting_once")]

    def __str__(self):
        return f"{self.title}, {self.on:%-d %B %Y}"


class AgendaItem(models.Model):
    """One thing a meeting talks about."""

    class Kind(models.TextChoices):
        SUBSTANTIVE = "substantive", "Theme in depth"
        STANDING = "standing", "Standing item"
        YEAR_END = "year-end", "End of year update"
        OTHER = "other", "Other"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OTHER)
    priority = models.ForeignKey(Priority, models.SET_NULL, null=True, blank=True, related_name="+")
    presenter = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    restricted = models.BooleanField(default=False, help_text="Not shown in public.")

    class Meta:
        ordering = ["meeting", "number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="agenda_number_once")]

    def __str__(self):
        return f"{self.number}. {self.title}"
