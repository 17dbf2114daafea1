"""What a person decides about files: use, refuse, withdraw, use again; each with a reason, kept. A release is
decided as a whole, by one update of its files.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record_event
from crime_data.models import AreaLink, AreaShape, CrimeTypeTable, PrintedTable, Release, ReleaseFile

State = ReleaseFile.State


def accept_file(*, file: ReleaseFile, by: Any, reason: str) -> ReleaseFile:
    """Use a file that was held for a person. Raises ValidationError without a reason."""
    return _decide_file(file, State.HELD, State.CURRENT, by, reason)


def refuse_file(*, file: ReleaseFile, by: Any, reason: str) -> ReleaseFile:
    """Refuse a file that was held. Its row and the reason stay; its figures go."""
    return _decide_file(file, State.HELD, State.REFUSED, by, reason)


def withdraw_file(*, file: ReleaseFile, by: Any, reason: str) -> ReleaseFile:
    """Stop using a file that is in use. Its figures are kept, and shown nowhere."""
    return _decide_file(file, State.CURRENT, State.WITHDRAWN, by, reason)


def restore_file(*, file: ReleaseFile, by: Any, reason: str) -> ReleaseFile:
    """Use a withdrawn file again. Raises ValidationError when other figures have taken its place."""
    return _decide_file(file, State.WITHDRAWN, State.CURRENT, by, reason)


def accept_release(*, release: Release, by: Any, reason: str) -> list[ReleaseFile]:
    """Use all files of a release that were held. Raises ValidationError."""
    return _decide_release(release, State.HELD, State.CURRENT, by, reason)


def refuse_release(*, release: Release, by: Any, reason: str) -> list[ReleaseFile]:
    """Refuse all files of a release that were held; their figures go. Raises ValidationError."""
    return _decide_release(release, State.HELD, State.REFUSED, by, reason)


def withdraw_release(*, release: Release, by: Any, reason: str) -> list[ReleaseFile]:
    """Stop using all files of a release at once. Raises ValidationError."""
    return _decide_release(release, State.CURRENT, State.WITHDRAWN, by, reason)


def restore_release(*, release: Release, by: Any, reason: str) -> list[ReleaseFile]:
    """Use all withdrawn files of a release again, or none of them. Raises ValidationError."""
    return _decide_release(release, State.WITHDRAWN, State.CURRENT, by, reason)


@transaction.atomic
def _decide_file(file: ReleaseFile, before: str, after: str, by: Any, reason: str) -> ReleaseFile:
    found = ReleaseFile.objects.select_for_update().select_related("release").get(pk=file.pk)
    if found.state != before and reason.strip():
        raise ValidationError(f"This file is “{found.get_state_display()}” by now. Nothing was changed.")
    _decide([found], before, after, by, reason)
    return found


@transaction.atomic
def _decide_release(release: Release, before: str, after: str, by: Any, reason: str) -> list[ReleaseFile]:
    files = list(
        ReleaseFile.objects.select_for_update()
        .select_related("release")
        .filter(release=release, state=before)
    )
    if not files and reason.strip():
        raise ValidationError(
            f"No file of this release is “{State(before).label}” by now. Nothing was changed."
        )
    _decide(files, before, after, by, reason)
    return files


def _decide(files: Sequence[ReleaseFile], before: str, after: str, by: Any, reason: str) -> None:
    """One flip for all of them; they are locked, and in the state `before`."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Say why, in a sentence. It is kept with the file."})
    if before == State.WITHDRAWN:
        _refuse_what_was_replaced(files)
    now = timezone.now()
    numbers = [file.pk for file in files]
    ReleaseFile.objects.filter(pk__in=numbers, state=before).update(
        state=after, decided_by=by, decided_at=now, reason=reason
    )
    for file in files:
        file.state, file.decided_by, file.decided_at, file.reason = after, by, now, reason
    if after == State.REFUSED:
        for model in (PrintedTable, CrimeTypeTable, AreaLink, AreaShape):
            model.objects.filter(file__in=numbers).delete()
    record_event(by=by, verb=after, record=files[0].release, was=before, became=after, note=reason)


def _refuse_what_was_replaced(files: Sequence[ReleaseFile]) -> None:
    """A withdrawn file whose figures, or other figures for its months, came again since stays withdrawn."""
    for file in files:
        again = ReleaseFile.objects.kept().filter(digest=file.digest).select_related("release").first()
        if again:
            raise ValidationError(
                f"The figures of {file.name} were imported again since, with {again.name} (release "
                f"{again.release.key}). Nothing was changed."
            )
        other = file.release.files.kept().in_the_way_of(file).first() if file.observations else None
        if other:
            raise ValidationError(
                f"{other.name} holds the same months of this release by now. Withdraw it first. Nothing was "
                "changed."
            )
