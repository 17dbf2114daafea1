"""Who may change a measure, and that nobody overwrites what somebody else has just saved."""

from typing import Any

from django.core.exceptions import ValidationError

from audit import services as audit
from audit.workflow import StaleEdit
from measures.models import Measure
from partners.models import Partnership
from partners.permissions import Permission, allowed, require


def partnership_of(measure: Measure) -> Partnership:
    partnership: Partnership = measure.priority.strategy.partnership
    return partnership


def may_enter_returns(user: Any, measure: Measure) -> bool:
    """Those who look after measures, and those who report for the organisation that owns this one."""
    partnership = partnership_of(measure)
    if allowed(user, Permission.EDIT_MEASURES, partnership):
        return True
    owner = measure.owner
    return owner is not None and allowed(user, Permission.SUBMIT_UPDATES, partnership, owner)


def require_returns(user: Any, measure: Measure) -> None:
    """Raise NotAllowed unless `may_enter_returns`."""
    if not may_enter_returns(user, measure):
        require(user, Permission.EDIT_MEASURES, partnership_of(measure))


def take_version(measure: Measure, version: int) -> Measure:
    """The measure as stored, with its version counted on; raises StaleEdit when `version` has passed."""
    mine = audit.take_version(measure, version)
    current = Measure.objects.select_related(
        "priority__strategy__partnership", "crime_type", "of_crime_type", "owner", "replaced_by"
    ).get(pk=measure.pk)
    if not mine:
        raise StaleEdit("Somebody else changed this measure while you were editing it.", current)
    return current


def refuse_retired(measure: Measure) -> None:
    if measure.retired_on:
        raise ValidationError("This measure is retired. Reinstate it first.")


def say(measure: Measure, by: Any, verb: str, note: str = "") -> None:
    audit.record_event(
        by=by, verb=verb, record=measure, partnership=partnership_of(measure).slug, note=note[:2000]
    )
