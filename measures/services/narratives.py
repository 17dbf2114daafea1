"""Everything that changes commentary. One function is one act of one person: all of it or nothing."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import services as audit
from audit.models import Event
from audit.workflow import NotAllowed, StaleEdit, Status, WrongMove
from measures import narrative as texts
from measures.models import Narrative
from measures.queries import bound_figures
from partners.models import Partnership
from partners.permissions import Permission, require
from priorities.models import Priority

FIRST_MONTHS = (1, 4, 7, 10)


def partnership_of(priority: Priority) -> Partnership:
    partnership: Partnership = priority.strategy.partnership
    return partnership


@transaction.atomic
def save_narrative(*, priority: Priority, quarter: date, text: str, by: Any, version: int = 0) -> Narrative:
    """Write the commentary of a priority on a quarter, or write it anew while it is a draft.

    `version` is the one that was on the screen, 0 for a new one. Raises StaleEdit when it is no longer the
    stored one, WrongMove when it is no draft any more, ValidationError when the text names what is not there.
    """
    partnership = partnership_of(priority)
    require(by, Permission.SUBMIT_UPDATES, partnership)
    if quarter.day != 1 or quarter.month not in FIRST_MONTHS:
        raise ValidationError({"quarter": "Choose the first day of a quarter."})
    text = "\n".join(text.split("\r\n")).strip()
    if not text:
        raise ValidationError({"text": "Write the commentary."})
    _refuse_mistakes(text, priority)
    current = _standing(priority, quarter)
    if current is None and version:
        raise WrongMove("This commentary was withdrawn while you were writing. Write a new one.")
    if current and current.version != version:
        raise _stale(current)
    if current and current.status != Status.DRAFT:
        raise WrongMove(
            f"This is “{current.get_status_display()}” now. An approver must return it before you change it."
        )
    record = current or Narrative(priority=priority, quarter=quarter, version=0)
    record.text, record.author, record.version = text, by, record.version + 1
    record._history_user = by  # type: ignore[attr-defined]  # read by django-simple-history
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError:
        # Two people wrote the first version at once; the other one was faster.
        if stored := _standing(priority, quarter):
            raise _stale(stored) from None
        raise
    audit.record_event(by=by, verb="saved", record=record, partnership=partnership.slug)
    return record


def _standing(priority: Priority, quarter: date) -> Narrative | None:
    """The one commentary of the quarter that was not withdrawn."""
    found = Narrative.objects.select_for_update(of=("self",)).filter(priority=priority, quarter=quarter)
    return found.exclude(status=Status.WITHDRAWN).select_related("author").first()


def _refuse_mistakes(text: str, priority: Priority) -> None:
    wrong = texts.mistakes(text, bound_figures(partnership_of(priority), priority))
    if wrong:
        raise ValidationError({"text": [str(mistake) for mistake in wrong]})


@transaction.atomic
def submit_narrative(*, narrative: Narrative, by: Any, version: int) -> Narrative:
    """Send the draft that was on the screen for approval. Raises StaleEdit, WrongMove, ValidationError."""
    partnership = partnership_of(narrative.priority)
    require(by, Permission.SUBMIT_UPDATES, partnership)
    now = _locked(narrative)
    if now.version != version:
        raise _stale(now)
    _refuse_mistakes(now.text, now.priority)
    moved: Narrative = audit.move(now, to=Status.SUBMITTED, by=by, partnership=partnership.slug)
    return moved


@transaction.atomic
def approve_narrative(*, narrative: Narrative, by: Any, seen: str = "", note: str = "") -> Narrative:
    """Approve the text and keep its figures as they are now.

    `seen` is the `narrative.fingerprint` of the page that was read: raises WrongMove when the text or one of
    its figures is another by now. Raises NotAllowed for anyone who wrote part of it.
    """
    partnership = partnership_of(narrative.priority)
    require(by, Permission.APPROVE_UPDATES, partnership)
    now = _locked(narrative)
    if wrote(now, by):
        raise NotAllowed("Somebody who did not write this must approve it.")
    figures = bound_figures(partnership, now.priority)
    if seen and texts.fingerprint(now.text, figures) != seen:
        raise WrongMove(
            "The text or one of its figures changed since you opened the page. Read it again first."
        )
    if wrong := texts.mistakes(now.text, figures):
        raise WrongMove(f"Return it to its author: a figure it names is not there. {wrong[0]}")
    moved: Narrative = audit.move(now, to=Status.APPROVED, by=by, partnership=partnership.slug, note=note)
    moved.frozen, moved.frozen_at = texts.freeze(moved.text, figures), timezone.now()
    moved.save(update_fields=["frozen", "frozen_at"])
    return moved


def wrote(narrative: Narrative, by: Any) -> bool:
    """Whether this person saved any of its text, however much others changed since."""
    if narrative.author_id == by.pk:
        return True
    return Event.objects.about(narrative).filter(verb="saved", by_id_text=str(by.pk)).exists()


@transaction.atomic
def return_narrative(*, narrative: Narrative, by: Any, note: str) -> Narrative:
    """Send it back to its author, whether submitted or approved already; what was frozen thaws.

    Raises ValidationError without a note.
    """
    partnership = partnership_of(narrative.priority)
    require(by, Permission.APPROVE_UPDATES, partnership)
    if not note.strip():
        raise ValidationError({"note": "Say what should be changed, so that the author knows."})
    moved: Narrative = audit.move(
        narrative, to=Status.DRAFT, by=by, partnership=partnership.slug, note=note.strip()
    )
    moved.frozen, moved.frozen_at = {}, None
    moved.save(update_fields=["frozen", "frozen_at"])
    return moved


@transaction.atomic
def publish_narrative(*, narrative: Narrative, by: Any, note: str = "") -> Narrative:
    """Show it on the public page of its priority."""
    partnership = partnership_of(narrative.priority)
    require(by, Permission.PUBLISH_UPDATES, partnership)
    moved: Narrative = audit.move(
        narrative, to=Status.PUBLISHED, by=by, partnership=partnership.slug, note=note
    )
    return moved


@transaction.atomic
def withdraw_narrative(*, narrative: Narrative, by: Any, note: str = "") -> Narrative:
    """Take it off the public page and the board's. A new one can be written for the quarter."""
    partnership = partnership_of(narrative.priority)
    require(by, Permission.PUBLISH_UPDATES, partnership)
    moved: Narrative = audit.move(
        narrative, to=Status.WITHDRAWN, by=by, partnership=partnership.slug, note=note
    )
    return moved


def _stale(current: Narrative) -> StaleEdit:
    return StaleEdit("Somebody else changed this commentary while you were writing it.", current)


def _locked(narrative: Narrative) -> Narrative:
    found: Narrative = (
        Narrative.objects.select_for_update(of=("self",))
        .select_related("priority__strategy__partnership", "author")
        .get(pk=narrative.pk)
    )
    return found
