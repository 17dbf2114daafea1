"""Meetings that may be read by anyone: their day, place and the open items of their agenda."""

from dataclasses import dataclass
from datetime import date, time

from django.db.models import Prefetch

from meetings.models import AgendaItem, Meeting
from partners.models import Partnership


@dataclass(frozen=True, slots=True)
class PublicItem:
    number: int
    title: str
    kind: str
    presenter: str


@dataclass(frozen=True, slots=True)
class PublicMeeting:
    body: str
    title: str
    on: date
    starts_at: time | None
    place: str
    stage: str
    note: str
    illustrative: bool
    items: tuple[PublicItem, ...]


def meetings(partnership: Partnership, limit: int = 40) -> list[PublicMeeting]:
    """Public meetings, newest first."""
    open_items = AgendaItem.objects.filter(restricted=False).select_related("presenter").order_by("number")
    found = (
        Meeting.objects.filter(public=True, body__partnership=partnership, body__restricted=False)
        .select_related("body")
        .prefetch_related(Prefetch("items", open_items, to_attr="shown"))[:limit]
    )
    return [
        PublicMeeting(
            meeting.body.name,
            meeting.title,
            meeting.on,
            meeting.starts_at,
            meeting.place,
            meeting.get_stage_display(),
            meeting.note,
            meeting.illustrative,
            tuple(
                PublicItem(
                    item.number,
                    item.title,
                    item.get_kind_display(),
                    item.presenter.name if item.presenter else "",
                )
                for item in meeting.shown
            ),
        )
        for meeting in found
    ]
