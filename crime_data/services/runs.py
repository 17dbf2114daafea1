"""Runs: imports as rows, done by the worker. The row, not the broker, is the truth about where one stands."""

import shutil
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.services import record_event
from crime_data.downloads import DownloadFailed
from crime_data.importers import BadFile
from crime_data.models import ImportRun, Release
from crime_data.services import looking
from crime_data.services.importing import (
    LOST_AFTER,
    Outcome,
    Received,
    import_files,
    sweep_staged,
    worst,
)

BEAT = 10.0  # seconds between two signs of life
ONE_DAY = 24 * 60 * 60  # a file that was refused is not better in a quarter of an hour


def ask_for_import(*, uploads: Sequence[Any], by: Any, published: date | None = None) -> ImportRun:
    """Keep uploaded files and queue their import. The row is there before the worker is told."""
    from crime_data.tasks import run_import

    spool = uuid.uuid4().hex
    folder = settings.UPLOAD_DIR / spool
    folder.mkdir(parents=True, mode=0o700)
    for at, upload in enumerate(uploads):
        with (folder / f"{at:03}").open("wb") as kept:
            for part in upload.chunks():
                kept.write(part)
    run = ImportRun.objects.create(
        file_names=[Path(upload.name).name for upload in uploads], spool=spool, by=by, published_on=published
    )
    transaction.on_commit(lambda: run_import.delay(run.pk), robust=True)
    return run


def run_import(run: ImportRun) -> ImportRun:
    """Do a queued import, telling its progress on its row.

    A second worker that is told the same finds it taken.
    """
    now = timezone.now()
    taken = ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.QUEUED).update(
        state=ImportRun.State.RUNNING, started_at=now, heartbeat_at=now
    )
    run.refresh_from_db()
    if not taken:
        return run
    with _heartbeat(run):
        try:
            if run.source_id and not run.file_names:
                _fetch(run)
            outcomes = _import(run)
        except DownloadFailed as problem:
            _end(run, ImportRun.State.FAILED, str(problem))
            looking.note_failure(run.source, str(problem), problem.retry_after or 0)
        except BadFile as problem:
            _end(run, ImportRun.State.REJECTED, str(problem))
            looking.note_failure(run.source, str(problem), ONE_DAY)
        except FileNotFoundError:
            _end(run, ImportRun.State.STOPPED, "The uploaded file is no longer there. Upload it again.")
        except Exception:
            words = "Something went wrong in the portal. The figures are as they were."
            _end(run, ImportRun.State.STOPPED, words)
            raise
        else:
            _end(run, worst(outcomes), " ".join(outcome.message for outcome in outcomes), outcomes)
            looking.note_success(run.source, outcomes)
    shutil.rmtree(settings.UPLOAD_DIR / run.spool, ignore_errors=True)
    return run


def _fetch(run: ImportRun) -> None:
    """Download the files of the run's source into its folder. Raises DownloadFailed."""
    assert run.source is not None  # noqa: S101  (asked by the caller)
    run.spool = uuid.uuid4().hex
    folder = settings.UPLOAD_DIR / run.spool
    folder.mkdir(parents=True, mode=0o700)
    try:
        paths = looking.fetch(run.source, folder)
        for at, path in enumerate(paths):
            path.rename(folder / f"{at:03}")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    run.file_names = [path.name for path in paths]
    run.save(update_fields=["spool", "file_names"])


def _import(run: ImportRun) -> list[Outcome]:
    folder = settings.UPLOAD_DIR / run.spool
    received = [Received(name, _spooled(folder, at)) for at, name in enumerate(run.file_names)]

    def tell(done: int, to_do: int) -> None:
        ImportRun.objects.filter(pk=run.pk).update(done=done, to_do=to_do, heartbeat_at=timezone.now())

    return import_files(received=received, by=run.by, published=run.published_on, on_progress=tell)


@contextmanager
def _heartbeat(run: ImportRun) -> Iterator[None]:
    """A second thread says that the worker lives, however long a step takes. It dies with the process."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT):
            with suppress(DatabaseError):  # the next beat will do
                ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.RUNNING).update(
                    heartbeat_at=timezone.now()
                )
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat of import {run.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _spooled(folder: Path, at: int) -> Path:
    path = folder / f"{at:03}"
    if not path.is_file():
        raise FileNotFoundError(path)
    return path


def _end(run: ImportRun, state: str, message: str, outcomes: Sequence[Outcome] = ()) -> None:
    run.state, run.message, run.finished_at = state, message, timezone.now()
    run.results = [outcome.as_json() | outcome.details for outcome in outcomes if outcome.details]
    with transaction.atomic():
        run.save(update_fields=["state", "message", "finished_at", "results"])
        for outcome in outcomes:
            run.releases.add(*Release.objects.filter(source__key=outcome.source, key=outcome.release))


def sweep_imports() -> None:
    """Queue again what the broker lost; mark as stopped what died with its worker; throw away its remains."""
    from crime_data.tasks import run_import

    late = timezone.now() - LOST_AFTER
    ImportRun.objects.filter(state=ImportRun.State.RUNNING, heartbeat_at__lt=late).update(
        state=ImportRun.State.STOPPED,
        finished_at=timezone.now(),
        message="The worker stopped before the end. No release is half stored. Run it again: what had been "
        "stored by then will be said to be held.",
    )
    sweep_staged()
    for pk in ImportRun.objects.filter(state=ImportRun.State.QUEUED, asked_at__lt=late).values_list(
        "pk", flat=True
    ):
        run_import.delay(pk)


@transaction.atomic
def run_again(*, run: ImportRun, by: Any) -> ImportRun:
    """Queue a stopped run once more. Raises ValidationError when its files are gone."""
    from crime_data.tasks import run_import

    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state not in (ImportRun.State.STOPPED, ImportRun.State.FAILED):
        raise ValidationError("Only a stopped import can be run again.")
    if run.source_id:
        run.file_names = []  # fetched anew: the publisher may have changed them
    elif not (settings.UPLOAD_DIR / run.spool).is_dir():
        raise ValidationError("The uploaded file is no longer there. Upload it again.")
    run.state, run.done, run.message, run.asked_at = ImportRun.State.QUEUED, 0, "", timezone.now()
    run.save(update_fields=["state", "done", "message", "asked_at", "file_names"])
    record_event(by=by, verb="ran again", record=run)
    transaction.on_commit(lambda: run_import.delay(run.pk), robust=True)
    return run
