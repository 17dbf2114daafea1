"""Looking for new files by itself: every quarter of an hour the sources that are due are asked, and what they
have is fetched and imported. The same bytes again are no release.
"""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.services import record_event
from crime_data.downloads import fetch_listed, fetch_to
from crime_data.importers import IMPORTERS
from crime_data.models import ImportRun, Source
from crime_data.schedule import next_due, retry_after_failure
from crime_data.services.importing import Outcome

LOOK_AT = time(9, 30)  # publishers put their files out in the morning
UNTIL_TOLD = timedelta(hours=1)  # a look whose run is lost is asked for again after this


def tick(now: datetime | None = None) -> list[ImportRun]:
    """Ask for a look at every source that is due. Safe to call at any time and twice."""
    now = now or timezone.now()
    due = Source.objects.filter(watched=True, due_at__lte=now).values_list("pk", flat=True)
    return [run for pk in due if (run := _ask(pk, by=None, now=now, only_if_due=True))]


def look_now(*, source: Source, by: Any) -> ImportRun | None:
    """Ask for a look at a source whether it is due or not; None when one is under way."""
    return _ask(source.pk, by=by, now=timezone.now(), only_if_due=False)


@transaction.atomic
def _ask(pk: int, *, by: Any, now: datetime, only_if_due: bool) -> ImportRun | None:
    from crime_data.tasks import run_import

    source = Source.objects.select_for_update().get(pk=pk)
    if only_if_due and not (source.watched and source.due_at and source.due_at <= now):
        return None  # another tick was first
    if not source.address or source.runs.going().exists():
        return None
    source.due_at = now + UNTIL_TOLD if source.watched else None
    source.save(update_fields=["due_at"])
    run = ImportRun.objects.create(source=source, by=by)
    transaction.on_commit(lambda: run_import.delay(run.pk), robust=True)
    return run


@transaction.atomic
def edit_source(*, source: Source, by: Any, watched: bool, address: str) -> Source:
    """Say whether and where the portal looks for new files of this source. A source that is newly watched is
    due at once."""
    source = Source.objects.select_for_update().get(pk=source.pk)
    changed = (source.watched, source.address) != (watched, address)
    source.watched, source.address = watched, address
    if changed:
        source.failures, source.due_at = 0, timezone.now() if watched and source.rhythm != "once" else None
        record_event(by=by, verb="changed", record=source, note=f"watched: {watched}; address: {address}")
    source.save(update_fields=["watched", "address", "failures", "due_at"])
    return source


def fetch(source: Source, folder: Path) -> list[Path]:
    """The source's files, in this folder. Raises DownloadFailed."""
    wanted = IMPORTERS[source.key].SOURCE.wanted
    limits: dict[str, Any] = {"hosts": settings.DOWNLOAD_HOSTS, "seconds": settings.LOOK_SECONDS}
    if wanted and source.address == IMPORTERS[source.key].SOURCE.listing:
        return fetch_listed(source.address, wanted, folder, **limits)
    name = Path(source.address.split("?")[0].rstrip("/")).name or "download"
    fetch_to(source.address, folder / name, **limits)
    return [folder / name]


@transaction.atomic
def note_success(source: Source | None, outcomes: list[Outcome]) -> None:
    """Something came. New or not, the source is next due on the publisher's day."""
    if source is None:
        return
    source = Source.objects.select_for_update().get(pk=source.pk)
    new = [outcome for outcome in outcomes if outcome.outcome in ("accepted", "held-for-review")]
    today = timezone.localdate()
    source.looked_at, source.failures = timezone.now(), 0
    source.last_word = (
        " ".join(outcome.message for outcome in new) or "Nothing new: the same files as before."
    )
    if new:
        source.found_new_on = today
    day = next_due(source.rhythm, source.release_day, source.found_new_on, today + timedelta(days=1))
    source.due_at = None
    if source.watched and day:
        source.due_at = timezone.make_aware(datetime.combine(day, LOOK_AT))
    source.save(update_fields=["looked_at", "failures", "last_word", "found_new_on", "due_at"])


@transaction.atomic
def note_failure(source: Source | None, words: str, wait: int) -> None:
    """Nothing came, or nothing that could be taken. The source is asked again after `wait` seconds or later,
    and less and less often."""
    if source is None:
        return
    source = Source.objects.select_for_update().get(pk=source.pk)
    source.looked_at, source.failures, source.last_word = timezone.now(), source.failures + 1, words
    if source.watched:
        source.due_at = timezone.now() + max(timedelta(seconds=wait), retry_after_failure(source.failures))
    source.save(update_fields=["looked_at", "failures", "last_word", "due_at"])
