"""Everything that changes a delivery plan. One function is one act of one person: all of it or nothing."""

import uuid
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import services as audit
from audit.workflow import StaleEdit, Status, WrongMove
from delivery_plans.models import Action, ProgressUpdate
from partners.models import Partnership
from partners.permissions import Permission, require

EDITABLE = ("title", "detail", "lead", "starts_on", "due_on", "completed_on")


def partnership_of(action: Action) -> Partnership:
    partnership: Partnership = action.plan.strategy.partnership
    return partnership


@transaction.atomic
def edit_action(*, action: Action, by: Any, version: int, **changes: Any) -> Action:
    """Change an action's fields. Raises StaleEdit when `version` is no longer the stored one."""
    partnership = partnership_of(action)
    require(by, Permission.EDIT_ACTIONS, partnership)
    if unknown := set(changes) - set(EDITABLE):
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    mine = audit.take_version(action, version)
    current = Action.objects.select_related("lead", "priority", "plan").get(pk=action.pk)
    if not mine:
        raise StaleEdit("Somebody else changed this action while you were editing it.", current)
    for name, value in changes.items():
        setattr(current, name, value)
    current.full_clean(exclude=["version"])
    current._history_user = by  # type: ignore[attr-defined]  # read by django-simple-history
    current.save()
    audit.record_event(by=by, verb="edited", record=current, partnership=partnership.slug)
    return current


@transaction.atomic
def submit_progress_update(
    *, action: Action, by: Any, period: date, rag: str, narrative: str, submission: uuid.UUID | None = None
) -> ProgressUpdate:
    """Report on an action for a quarter. A report that was returned is written anew; one that was sent
    twice by the same form is one."""
    partnership = partnership_of(action)
    require(by, Permission.SUBMIT_UPDATES, partnership, action.lead)
    if sent := _sent(action, submission):
        return sent
    returned = (
        ProgressUpdate.objects.select_for_update()
        .filter(action=action, period=period, status=Status.DRAFT)
        .first()
    )
    update = returned or ProgressUpdate(action=action, period=period)
    update.rag, update.narrative, update.author = rag, narrative.strip(), by
    update.status, update.submitted_at, update.submission = Status.SUBMITTED, timezone.now(), submission
    update.full_clean(
        validate_unique=False, validate_constraints=False
    )  # the database says it without a race
    try:
        with transaction.atomic():
            update.save()
    except IntegrityError:
        if sent := _sent(action, submission):
            return sent
        raise ValidationError(
            {"period": "There is a progress update for this quarter already. Choose another quarter."}
        ) from None
    audit.record_event(
        by=by, verb="submitted", record=update, partnership=partnership.slug, became=Status.SUBMITTED
    )
    return update


def _sent(action: Action, submission: uuid.UUID | None) -> ProgressUpdate | None:
    """What this form has sent already, unless it was returned or withdrawn since: then it is written anew."""
    if not submission:
        return None
    over = (Status.DRAFT, Status.WITHDRAWN)
    return (
        ProgressUpdate.objects.filter(action=action, submission=submission).exclude(status__in=over).first()
    )


@transaction.atomic
def approve_progress_update(
    *, update: ProgressUpdate, by: Any, note: str = "", seen: datetime | None = None
) -> ProgressUpdate:
    """Approve the words that were sent at `seen`. Raises WrongMove when they were rewritten since."""
    partnership = partnership_of(update.action)
    require(by, Permission.APPROVE_UPDATES, partnership)
    now = ProgressUpdate.objects.select_for_update().get(pk=update.pk)
    if seen and now.submitted_at != seen:
        raise WrongMove("The author has rewritten this since you opened the page. Read it again first.")
    moved: ProgressUpdate = audit.move(
        update, to=Status.APPROVED, by=by, partnership=partnership.slug, note=note
    )
    return moved


@transaction.atomic
def return_progress_update(*, update: ProgressUpdate, by: Any, note: str) -> ProgressUpdate:
    """Send a submitted update back to its author. Raises ValidationError without a note."""
    partnership = partnership_of(update.action)
    require(by, Permission.APPROVE_UPDATES, partnership)
    if not note.strip():
        raise ValidationError({"note": "Say what should be changed, so that the author knows."})
    moved: ProgressUpdate = audit.move(
        update, to=Status.DRAFT, by=by, partnership=partnership.slug, note=note
    )
    return moved


@transaction.atomic
def publish_progress_update(*, update: ProgressUpdate, by: Any, note: str = "") -> ProgressUpdate:
    partnership = partnership_of(update.action)
    require(by, Permission.PUBLISH_UPDATES, partnership)
    moved: ProgressUpdate = audit.move(
        update, to=Status.PUBLISHED, by=by, partnership=partnership.slug, note=note
    )
    return moved


@transaction.atomic
def withdraw_progress_update(*, update: ProgressUpdate, by: Any, note: str = "") -> ProgressUpdate:
    """Take a published update back from the public."""
    partnership = partnership_of(update.action)
    require(by, Permission.PUBLISH_UPDATES, partnership)
    moved: ProgressUpdate = audit.move(
        update, to=Status.WITHDRAWN, by=by, partnership=partnership.slug, note=note
    )
    return moved
