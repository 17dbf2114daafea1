from typing import Any

from django.db import models, transaction
from django.db.models import F

from audit.models import Event
from audit.workflow import FOUR_EYES, NotAllowed, Status, check


def record_event(
    *,
    by: Any,
    verb: str,
    record: models.Model,
    partnership: str = "",
    was: str = "",
    became: str = "",
    note: str = "",
) -> Event:
    """Keep who did what. `by` is a user, or None for the portal itself."""
    return Event.objects.create(
        by_id_text=str(by.pk) if by else "",
        by_name=by.name if by else "",
        verb=verb,
        record_type=record._meta.label_lower,
        record_id=str(record.pk),
        record_label=str(record)[:250],
        partnership=partnership,
        was=was,
        became=became,
        note=note,
    )


def take_version(record: Any, version: int) -> bool:
    """Count the stored version of a record on; False when it is no longer the one that was on the screen."""
    stored = type(record).objects.filter(pk=record.pk, version=version)
    return bool(stored.update(version=F("version") + 1))


@transaction.atomic
def move(record: Any, *, to: str, by: Any, partnership: str = "", note: str = "") -> Any:
    """Move an Approvable to a new status and write the audit event, or do neither.

    Raises WrongMove when the table has no such move, NotAllowed when the author would decide.
    """
    locked = type(record).objects.select_for_update().get(pk=record.pk)
    check(locked.status, to)
    if Status(to) in FOUR_EYES and locked.author_id == by.pk:
        raise NotAllowed("Somebody other than the author must approve this.")
    was, locked.status = locked.status, Status(to)
    locked.save(update_fields=["status"])
    record_event(by=by, verb=to, record=locked, partnership=partnership, was=was, became=to, note=note)
    return locked
