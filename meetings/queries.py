"""Meetings as signed-in people see them."""

from datetime import date

from django.db.models import QuerySet

from meetings.models import Meeting
from partners.models import Partnership


def coming_meetings(partnership: Partnership, today: date) -> QuerySet[Meeting]:
    """The planned meetings of the partnership's bodies that are not restricted, the next one first."""
    return (
        Meeting.objects.filter(
            body__partnership=partnership, body__restricted=False, stage=Meeting.Stage.PLANNED, on__gte=today
        )
        .select_related("body")
        .order_by("on", "starts_at")
    )
