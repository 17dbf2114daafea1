"""Meetings as signed-in people see them."""

from datetime import date

from meetings.models import Meeting
from partners.models import Partnership


def next_meeting(partnership: Partnership, today: date) -> Meeting | None:
    """The next planned meeting of any of the partnership's bodies that is not restricted."""
    return (
        Meeting.objects.filter(
            body__partnership=partnership, body__restricted=False, stage=Meeting.Stage.PLANNED, on__gte=today
        )
        .select_related("body")
        .order_by("on", "starts_at")
        .first()
    )
