"""Adding, adopting, changing, ordering and retiring measures. One function is one act of one person."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from crime_data.models import CrimeType
from measures import kinds
from measures.library import ReadyMeasure
from measures.models import Measure
from measures.queries.upkeep import printed_question
from measures.services.access import StaleEdit, partnership_of, say, take_version
from partners.models import Organisation
from partners.permissions import Permission, require
from priorities.models import Outcome, Priority

__all__ = [
    "StaleEdit",
    "add_measure",
    "adopt_measure",
    "edit_measure",
    "move_measure",
    "reinstate_measure",
    "retire_measure",
    "undo_adoption",
]

COMMON = (
    "name",
    "definition",
    "why",
    "caveat",
    "source_note",
    "owner",
    "polarity",
    "period",
    "unit",
    "statistic",
)
EDITABLE = (*COMMON, *kinds.SPECIAL)
NAMES = {field.name: str(field.verbose_name) for field in Measure._meta.fields}


@transaction.atomic
def add_measure(
    *, priority: Priority, kind: str, by: Any, outcomes: list[Outcome] | None = None, **given: Any
) -> Measure:
    """Add a measure of the partnership's own. Raises ValidationError in words for the form."""
    partnership = priority.strategy.partnership
    require(by, Permission.EDIT_MEASURES, partnership)
    return _added(priority, kind, by, "added", outcomes or [], given)


@transaction.atomic
def adopt_measure(*, ready: ReadyMeasure, priority: Priority, by: Any) -> Measure:
    """Take a measure of the shared library for a priority. Raises ValidationError when it has it already."""
    require(by, Permission.EDIT_MEASURES, priority.strategy.partnership)
    if Measure.objects.filter(priority=priority, library_key=ready.key).exists():
        raise ValidationError(f"“{ready.name}” is adopted for this priority already.")
    composite = ready.kind == "composite"
    given = {
        name: getattr(ready, name)
        for name in ("name", "definition", "why", "source_note", "polarity", "period", "unit", "statistic")
    } | {
        "caveat": ready.caveats,
        "crime_type": None if composite else _crime_type(ready.crime_type),
        "of_crime_type": _crime_type(ready.of_crime_type),
        "composite": ready.crime_type if composite else "",
        "source_key": ready.source,
        "per": ready.per,
        "question": printed_question(ready.source, ready.question),
        "group_a": ready.group_a,
        "group_b": ready.group_b,
        "standard_hours": ready.standard_hours or None,
        "times_a_year": ready.times_a_year or None,
        "owner": _only_owner(priority, ready.owner_sector),
        "library_key": ready.key,
    }
    return _added(priority, ready.kind, by, "adopted", [], given)


def _crime_type(key: str) -> CrimeType | None:
    if not key:
        return None
    found = CrimeType.objects.filter(key=key).first()
    if found is None:
        raise ValidationError(f"The crime type “{key}” is not known here. Load the reference data first.")
    return found


def _only_owner(priority: Priority, sector: str) -> Organisation | None:
    """The partner of this sector, where there is one and no more."""
    partners = Organisation.objects.filter(
        memberships__partnership=priority.strategy.partnership, sector=sector
    ).distinct()[:2]
    return partners[0] if len(partners) == 1 else None


def _added(
    priority: Priority, kind: str, by: Any, verb: str, outcomes: list[Outcome], given: dict[str, Any]
) -> Measure:
    measure = Measure(priority=priority, kind=kind, **(_fixed(kind) | given))
    measure.name = " ".join(measure.name.split())
    measure.key = _free_key(priority, measure.name)
    last = Measure.objects.filter(priority=priority).aggregate(last=Max("order"))["last"]
    measure.order = 0 if last is None else last + 1
    _check(measure, outcomes)
    measure._history_user = by  # type: ignore[attr-defined]  # read by django-simple-history
    measure.save()
    measure.outcomes.set(outcomes)
    say(measure, by, verb, f"{measure.get_kind_display()}, for {priority.title}")
    return measure


def _fixed(kind: str) -> dict[str, str]:
    """Unit and statistic of the kinds that have no choice; a caller's own go before."""
    rule = kinds.KINDS[kind]
    return {} if kind == "local" else {"unit": rule.units[0], "statistic": rule.statistics[0]}


def _free_key(priority: Priority, name: str) -> str:
    base = slugify(name)[:52].strip("-") or "measure"
    taken = set(Measure.objects.filter(priority=priority).values_list("key", flat=True))
    return next(
        key for at in range(1, len(taken) + 2) if (key := base if at == 1 else f"{base}-{at}") not in taken
    )


def _check(measure: Measure, outcomes: list[Outcome]) -> None:
    """Raise ValidationError with every field's problem in words."""
    named = {name: getattr(measure, name) for name in (*EDITABLE, "name")}
    wrong: dict[str, Any] = kinds.problems(measure.kind, named)
    if (
        Measure.objects.filter(priority=measure.priority_id, name=measure.name)
        .exclude(pk=measure.pk)
        .exists()
    ):
        wrong["name"] = "This priority has a measure of this name already. Choose another name"
    if any(outcome.strategy_id != measure.priority.strategy_id for outcome in outcomes):
        wrong["outcomes"] = "Choose outcomes of the same strategy"
    partnership = partnership_of(measure)
    if measure.owner and not measure.owner.memberships.filter(partnership=partnership).exists():
        wrong["owner"] = "Choose an organisation of this partnership"
    if wrong:
        raise ValidationError(wrong)
    measure.full_clean(exclude=["version"])


@transaction.atomic
def edit_measure(
    *, measure: Measure, by: Any, version: int, outcomes: list[Outcome] | None = None, **changes: Any
) -> Measure:
    """Change a measure's definition. Raises StaleEdit when `version` is no longer the stored one."""
    require(by, Permission.EDIT_MEASURES, partnership_of(measure))
    if unknown := set(changes) - set(EDITABLE):
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    current = take_version(measure, version)
    before = {name: _shown(current, name) for name in changes}
    was_linked = sorted(map(str, current.outcomes.all()))
    for name, value in changes.items():
        setattr(current, name, value)
    current.name = " ".join(current.name.split())
    linked = list(current.outcomes.all()) if outcomes is None else outcomes
    _check(current, linked)
    _refuse_lost_returns(current)
    current._history_user = by  # type: ignore[attr-defined]  # read by django-simple-history
    current.save()
    current.outcomes.set(linked)
    told = [
        f"{NAMES[name]}: “{was}” to “{_shown(current, name)}”"
        for name, was in before.items()
        if was != _shown(current, name)
    ]
    if was_linked != sorted(map(str, linked)):
        told.append(f"outcomes: {len(linked)} linked")
    say(current, by, "changed", "\n".join(told))
    return current


def _shown(measure: Measure, name: str) -> str:
    value = getattr(measure, f"get_{name}_display", lambda: getattr(measure, name))()
    return "" if value is None else f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)


def _refuse_lost_returns(measure: Measure) -> None:
    """Figures that were entered must go on to mean what they meant."""
    if measure.kind == "gap":
        groups = {measure.group_a, measure.group_b}
        kept = set(measure.returns.values_list("group", flat=True))
        if lost := sorted(kept - groups):
            message = (
                f"Figures are entered for “{lost[0]}”. Keep its name, or retire this measure and add another"
            )
            raise ValidationError({"group_a": message})
    before = Measure.objects.get(pk=measure.pk)
    if (before.unit != measure.unit or before.source_key != measure.source_key) and measure.returns.exists():
        field = "unit" if before.unit != measure.unit else "source_key"
        message = "Figures are entered already. Retire this measure and add another one instead"
        raise ValidationError({field: message})


@transaction.atomic
def undo_adoption(*, measure: Measure, by: Any) -> None:
    """Take back an adoption that nothing hangs on yet. Raises ValidationError when something does."""
    require(by, Permission.EDIT_MEASURES, partnership_of(measure))
    current = Measure.objects.select_for_update().select_related(None).get(pk=measure.pk)
    if not can_be_undone(current):
        raise ValidationError("This measure has been worked on since. Retire it instead.")
    say(measure, by, "took back")
    current.delete()


def can_be_undone(measure: Measure) -> bool:
    """Whether it was adopted from the library and nothing has been added to it or changed since."""
    parts = (measure.returns, measure.targets, measure.baselines, measure.rebases, measure.replaces)
    fresh = measure.version == 1 and not measure.retired_on
    return bool(measure.library_key) and fresh and not any(part.exists() for part in parts)


@transaction.atomic
def move_measure(*, measure: Measure, by: Any, up: bool) -> bool:
    """Change places with the neighbour in the priority; False when there is none on that side."""
    require(by, Permission.EDIT_MEASURES, partnership_of(measure))
    rows = list(
        Measure.objects.select_for_update()
        .in_use()
        .filter(priority=measure.priority_id)
        .order_by("order", "id")
    )
    here = next((at for at, row in enumerate(rows) if row.pk == measure.pk), None)
    there = None if here is None else here - 1 if up else here + 1
    if here is None or there is None or not 0 <= there < len(rows):
        return False
    rows[here], rows[there] = rows[there], rows[here]
    for order, row in enumerate(rows):
        if row.order != order:
            Measure.objects.filter(pk=row.pk).update(order=order)
    say(measure, by, "moved", "up" if up else "down")
    return True


@transaction.atomic
def retire_measure(
    *, measure: Measure, by: Any, version: int, retired_on: date, replaced_by: Measure | None = None
) -> Measure:
    """Take a measure out of use from a day on; what was read of it stays."""
    require(by, Permission.EDIT_MEASURES, partnership_of(measure))
    current = take_version(measure, version)
    if current.retired_on:
        raise ValidationError("This measure is retired already.")
    if retired_on > timezone.localdate():
        raise ValidationError({"retired_on": "The day must be today or in the past"})
    if replaced_by and (
        replaced_by.pk == current.pk
        or replaced_by.retired_on
        or partnership_of(replaced_by) != partnership_of(current)
    ):
        raise ValidationError({"replaced_by": "Choose another measure of this partnership that is in use"})
    current.retired_on, current.replaced_by = retired_on, replaced_by
    current._history_user = by  # type: ignore[attr-defined]  # read by django-simple-history
    current.save()
    say(current, by, "retired", f"replaced by {replaced_by}" if replaced_by else "")
    return current


@transaction.atomic
def reinstate_measure(*, measure: Measure, by: Any, version: int) -> Measure:
    """Take a retired measure into use again, at the end of its priority."""
    require(by, Permission.EDIT_MEASURES, partnership_of(measure))
    current = take_version(measure, version)
    if not current.retired_on:
        raise ValidationError("This measure is in use.")
    last = Measure.objects.filter(priority=current.priority_id).aggregate(last=Max("order"))["last"] or 0
    current.retired_on, current.replaced_by, current.order = None, None, last + 1
    current._history_user = by  # type: ignore[attr-defined]  # read by django-simple-history
    current.save()
    say(current, by, "reinstated")
    return current
