"""What people did, and the approval that some records pass through."""

from django.conf import settings
from django.db import models

from audit.workflow import Status


class EventQuerySet(models.QuerySet):
    def about(self, *records):
        """Events of these records, which are of one kind."""
        kinds = {record._meta.label_lower for record in records}
        return self.filter(record_type__in=kinds, record_id__in=[str(record.pk) for record in records])


class Event(models.Model):
    """One act of one person, kept as text so that it outlives the records it speaks of."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by_id_text = models.CharField("by (id)", max_length=20, blank=True)
    by_name = models.CharField(max_length=120, help_text="Empty for the portal itself.", blank=True)
    verb = models.CharField(max_length=40)
    record_type = models.CharField(max_length=60)
    record_id = models.CharField(max_length=40)
    record_label = models.CharField(max_length=250)
    partnership = models.CharField("partnership (slug)", max_length=60, blank=True)
    was = models.CharField(max_length=60, blank=True)
    became = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["record_type", "record_id"], name="event_by_record")]

    def __str__(self):
        return f"{self.by_name or 'The portal'} {self.verb} {self.record_label}"


class Approvable(models.Model):
    """A record with an author that somebody else approves before others see it."""

    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, db_index=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        abstract = True
