"""What is promised of a measure: baselines, targets, and from when its usual range is worked out anew."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crime_data.months import label
from measures import promises
from measures.models import Baseline, Measure, Rebase, Target
from measures.queries.readings import standing_of
from measures.queries.upkeep import baseline_words, target_words
from measures.services.access import partnership_of, refuse_retired, say, take_version
from partners.permissions import Permission, require

BASELINE = ("name", "value", "first_month", "last_month", "note")
TARGET = ("kind", "value", "baseline", "set_on", "starts_on", "due_on", "note")


def _mine(measure: Measure, by: Any, version: int) -> Measure:
    require(by, Permission.EDIT_MEASURES, partnership_of(measure))
    current = take_version(measure, version)
    refuse_retired(current)
    if current.kind == Measure.Kind.NONE:
        raise ValidationError("No measure is agreed yet, so there is nothing to promise. Change that first.")
    return current


# --- baselines -------------------------------------------------------------------------------


@transaction.atomic
def save_baseline(
    *, measure: Measure, by: Any, version: int, baseline: Baseline | None = None, **given: Any
) -> Baseline:
    """Add a baseline, or change the one that is named. Raises StaleEdit, ValidationError."""
    current = _mine(measure, by, version)
    kept = _own(current, baseline) if baseline else Baseline(measure=current)
    was = baseline_words(kept) if baseline else ""
    for name in BASELINE:
        if name in given:
            setattr(kept, name, given[name])
    if kept.first_month and kept.last_month and kept.last_month < kept.first_month:
        raise ValidationError({"last_month": "The last month must be the same as or after the first"})
    if current.unit == "percent" and kept.value is not None and not 0 <= kept.value <= 100:
        raise ValidationError({"value": "The baseline of a percentage is between 0 and 100"})
    kept.full_clean()
    kept.save()
    say(
        current,
        by,
        "changed a baseline" if baseline else "added a baseline",
        _told(was, baseline_words(kept)),
    )
    return kept


@transaction.atomic
def remove_baseline(*, baseline: Baseline, by: Any, version: int) -> None:
    """Raises ValidationError when a target counts from it."""
    current = _mine(baseline.measure, by, version)
    kept = _own(current, baseline)
    if kept.targets.exists():
        raise ValidationError("A target counts from this baseline. Change or remove that target first.")
    words = baseline_words(kept)
    kept.delete()
    say(current, by, "removed a baseline", words)


# --- targets ---------------------------------------------------------------------------------


@transaction.atomic
def save_target(
    *, measure: Measure, by: Any, version: int, target: Target | None = None, **given: Any
) -> Target:
    """Add a target, or change the one that is named. Raises StaleEdit, ValidationError."""
    current = _mine(measure, by, version)
    kept: Any = _own(current, target) if target else Target(measure=current)
    was = target_words(kept) if target else ""
    for name in TARGET:
        if name in given:
            setattr(kept, name, given[name])
    _check_target(current, kept)
    kept._history_user = by  # read by django-simple-history
    kept.save()
    say(current, by, "changed a target" if target else "added a target", _told(was, target_words(kept)))
    return kept


def _check_target(measure: Measure, target: Target) -> None:
    wrong: dict[str, Any] = promises.problems(
        target=target.kind,
        kind=measure.kind,
        unit=measure.unit,
        source_key=measure.source_key,
        value=target.value,
        has_baseline=target.baseline is not None,
        standing=standing_of(measure),
    )
    if target.baseline and target.baseline.measure_id != measure.pk:
        wrong["baseline"] = "Choose a baseline of this measure"
    if target.starts_on and target.due_on and target.due_on < target.starts_on:
        wrong["due_on"] = "The day it is judged must be the same as or after its start"
    if target.set_on and target.set_on > timezone.localdate():
        wrong["set_on"] = "The day it was agreed must be today or in the past"
    elif target.set_on and target.due_on and target.due_on < target.set_on:
        wrong["due_on"] = "The day it is judged must be the same as or after the day it was agreed"
    if wrong:
        raise ValidationError(wrong)
    target.full_clean()


@transaction.atomic
def remove_target(*, target: Target, by: Any, version: int) -> None:
    current = _mine(target.measure, by, version)
    kept = _own(current, target)
    words = target_words(kept)
    kept._history_user = by  # read by django-simple-history
    kept.delete()
    say(current, by, "removed a target", words)


# --- the usual range -------------------------------------------------------------------------


@transaction.atomic
def add_rebase(*, measure: Measure, by: Any, version: int, month: date, reason: str) -> Rebase:
    """Work out the usual range anew from a month on. Raises StaleEdit, ValidationError."""
    current = _mine(measure, by, version)
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": "Say why: the reason is shown beside the chart"})
    if month > timezone.localdate():
        raise ValidationError({"month": "The month must have begun"})
    if current.rebases.filter(month=month).exists():
        raise ValidationError({"month": "The usual range is worked out anew from this month already"})
    rebase = Rebase(measure=current, month=month, reason=reason)
    rebase.full_clean()
    rebase.save()
    say(current, by, "re-based the usual range", f"from {label(month)}: {reason}")
    return rebase


@transaction.atomic
def remove_rebase(*, rebase: Rebase, by: Any, version: int) -> None:
    current = _mine(rebase.measure, by, version)
    kept = _own(current, rebase)
    words = f"from {label(kept.month)}: {kept.reason}"
    kept.delete()
    say(current, by, "took back a re-base", words)


def _own(measure: Measure, record: Any) -> Any:
    """The record as it is stored now, of this measure."""
    found = type(record).objects.select_for_update(of=("self",)).filter(pk=record.pk, measure=measure).first()
    if found is None:
        raise ValidationError("Somebody has removed this in the meantime. Reload the page.")
    found.measure = measure
    return found


def _told(was: str, now: str) -> str:
    return f"“{was}” to “{now}”" if was and was != now else now
