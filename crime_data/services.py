"""Everything that changes figures: importing, accepting, refusing, withdrawing.

An import reads and checks whole files before it writes a row; stores them staged, in short transactions
so that other writers are never kept waiting; and makes them current by one update. Killed anywhere it
leaves the figures as they were.
"""

import fcntl
import hashlib
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.services import record_event
from crime_data import mapping, queries
from crime_data.importers import IMPORTERS, BadFile, Publication, read_publication
from crime_data.models import (
    Area,
    AreaLink,
    AreaName,
    Category,
    CrimeType,
    CrimeTypeSeries,
    ImportRun,
    Release,
    ReleaseFile,
    Series,
    Source,
)
from crime_data.months import add_months, label, month_range
from crime_data.packing import pack

CHUNK = 2_000
FALL_TO_HOLD, RISE_TO_HOLD = 0.10, 0.25
LOST_AFTER = timedelta(seconds=60)
IMPORT_LOCK = 7_301_973  # any number that nothing else in the database locks
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the files of one release, in the words of the command and the pages."""

    outcome: str
    source: str = ""
    release: str = ""
    observations: int = 0
    total: int = 0
    set_aside: int = 0
    message: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        names = ("outcome", "source", "release", "observations", "total", "set_aside", "message")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it came: its name and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Sound:
    """A file that was read without fault, with its two fingerprints."""

    name: str
    size: int
    sha256: str
    digest: str
    publication: Publication


# --- reference tables ------------------------------------------------------------------------


@transaction.atomic
def load_reference() -> None:
    """Bring areas, crime types and sources in line with the repository's reviewed tables."""
    rows = mapping.area_rows()
    Area.objects.bulk_create(
        [Area(code=row.code, name=row.name, kind=row.kind) for row in rows],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "kind"],
    )
    areas = Area.objects.in_bulk(field_name="code")
    AreaName.objects.bulk_create(
        [AreaName(area=areas[row.code], name=name) for row in rows for name in row.spellings],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["area"],
    )
    AreaLink.objects.bulk_create(
        [
            AreaLink(part=areas[row.code], whole=areas[row.parent], starts_on=row.since or None)
            for row in rows
            if row.parent
        ],
        update_conflicts=True,
        unique_fields=["part", "whole"],
        update_fields=["starts_on"],
    )
    types: dict[str, CrimeType] = {}
    for row in mapping.crime_type_rows():  # parents stand above their children
        types[row.key], _ = CrimeType.objects.update_or_create(
            key=row.key,
            defaults={"name": row.name, "noun": row.noun, "note": row.note, "parent": types.get(row.parent)},
        )
    for importer in IMPORTERS.values():
        spec = importer.SOURCE
        Source.objects.update_or_create(
            key=spec.key,
            defaults={
                "name": spec.name,
                "publisher": spec.publisher,
                "licence": spec.licence,
                "url": spec.url,
                "rhythm": spec.rhythm,
            },
        )


# --- importing -------------------------------------------------------------------------------


def import_files(
    *,
    received: Sequence[Received],
    by: Any = None,
    published: date | None = None,
    illustrative: bool = False,
    on_progress: Progress | None = None,
) -> list[Outcome]:
    """Read, check and store files: one Outcome a release, oldest release first.

    All files are read before anything is written. Raises BadFile, and nothing has changed, when one of
    them cannot be taken. `published` is the day of publication; without it a release counts as known
    from the source's usual day after its last month.
    """
    sound = [_read(file) for file in received]
    _refuse_overlaps(sound)
    _check_areas(sound)
    groups: dict[tuple[str, str], list[_Sound]] = {}
    for file in sound:
        groups.setdefault((file.publication.source.key, file.publication.release_key), []).append(file)
    say = on_progress or (lambda done, to_do: None)
    stored, to_do = 0, sum(len(file.publication.areas) for file in sound)
    outcomes = []
    with _one_at_a_time():
        load_reference()
        sweep_staged(idle_for=timedelta(0))
        if published:
            _refuse_another_day(groups, published)
        for (_, key), files in sorted(groups.items(), key=lambda group: group[0][1]):

            def step(done: int, before: int = stored) -> None:
                say(before + done, to_do)

            day = published or _usual_day(files[0].publication)
            outcomes.append(_import_release(key, files, by, day, illustrative, step))
            stored += sum(len(file.publication.areas) for file in files)
    return outcomes


def _refuse_another_day(groups: dict[tuple[str, str], list[_Sound]], published: date) -> None:
    """A release has one day of publication: a second file of it cannot bring another, a new issue can."""
    for (source, key), files in groups.items():
        current = ReleaseFile.objects.current().filter(release__source__key=source, release__key=key)
        held = Release.objects.filter(files__in=current).first()
        issue = any(current.overlapping(file.publication).exists() for file in files)
        if held and not issue and held.published_on != published:
            raise BadFile(
                f"Release {key} is held as published on {held.published_on:%-d %B %Y}. Leave the day of "
                "publication out, or give that one."
            )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Imports wait for each other, over all processes. The lock dies with the process that holds it, so
    whatever is staged while we hold it was left behind."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [IMPORT_LOCK])
            try:
                yield
            finally:
                with suppress(DatabaseError):  # a lost connection has lost its locks
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORT_LOCK])
    else:
        with (settings.DATA_DIR / "import.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _read(file: Received) -> _Sound:
    try:
        publication = read_publication(file.content, today=timezone.localdate())
    except BadFile as problem:
        raise BadFile(f"{file.name}: {problem}") from None
    return _Sound(
        name=Path(file.name).name[:200],
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        digest=_digest(publication),
        publication=publication,
    )


def _digest(publication: Publication) -> str:
    """A fingerprint of the figures: the same for .csv and .csv.gz, LF and CRLF, any order of rows."""
    lines = sorted(
        f"{major}|{minor}|{area}|".encode() + pack(counts)
        for (major, minor, area), counts in zip(
            (
                (*map(mapping.normal, (lab.major, lab.minor)), mapping.normal(area))
                for lab, area in zip(publication.labels, publication.areas, strict=True)
            ),
            publication.counts,
            strict=True,
        )
    )
    start = (
        f"{publication.source.key} {publication.first_month:%Y%m}-{publication.last_month:%Y%m}\n".encode()
    )
    return hashlib.sha256(start + b"\n".join(lines)).hexdigest()


def _refuse_overlaps(sound: Sequence[_Sound]) -> None:
    """Two different files for the same months of one release: nobody but a person can say which is right."""
    for at, one in enumerate(sound):
        for two in sound[at + 1 :]:
            a, b = one.publication, two.publication
            same_release = (a.source.key, a.release_key) == (b.source.key, b.release_key)
            overlap = a.first_month <= b.last_month and b.first_month <= a.last_month
            if same_release and overlap and one.digest != two.digest:
                raise BadFile(
                    f"{two.name} and {one.name} hold different figures for the same months "
                    f"({label(max(a.first_month, b.first_month))} to "
                    f"{label(min(a.last_month, b.last_month))}). Import only the one you trust."
                )


def _check_areas(sound: Sequence[_Sound]) -> None:
    known = {
        name: row.code
        for row in mapping.area_rows()
        if row.kind in (Area.Kind.BOROUGH, Area.Kind.PSEUDO)  # the rest are sums of these
        for name in row.spellings
    }
    for file in sound:
        seen: dict[tuple[str, str, str], str] = {}
        publication = file.publication
        for line, area, lab in zip(publication.lines, publication.areas, publication.labels, strict=True):
            code = known.get(mapping.normal(area))
            if code is None:
                raise BadFile(
                    f"{file.name}: Line {line}, borough column: “{area[:60]}” is not a London borough we "
                    "know. Check its spelling, and take out rows of totals."
                )
            same = (code, mapping.normal(lab.major), mapping.normal(lab.minor))
            if same in seen:
                raise BadFile(
                    f"{file.name}: Line {line} repeats “{lab.major} / {lab.minor}” for {area}, which "
                    f"stands there already as {seen[same]}."
                )
            seen[same] = area


def _usual_day(publication: Publication) -> date:
    day = add_months(publication.release_month, 1).replace(day=publication.source.release_day)
    return min(day, timezone.localdate())


def _import_release(
    key: str, files: list[_Sound], by: Any, published: date, illustrative: bool, step: Callable[[int], None]
) -> Outcome:
    source = Source.objects.get(key=files[0].publication.source.key)
    fresh, held = [], []
    for file in {file.digest: file for file in files}.values():
        known = (
            ReleaseFile.objects.kept()
            .filter(digest=_stored_digest(file, illustrative))
            .select_related("release")
            .first()
        )
        if known:
            held.append(known)
        else:
            fresh.append(file)
    if not fresh:
        return _already_held(source, held)

    staged: list[ReleaseFile] = []
    try:
        with transaction.atomic():
            release = _release_for(source, key, fresh, published, illustrative)
            staged = [_stage(release, file, by, illustrative) for file in fresh]
        done = 0
        for row, file in zip(staged, fresh, strict=True):
            for written in _store(row, file.publication):
                step(done + written)
            done += len(file.publication.areas)
        evidence = [why for row in staged for why in _doubts(release, row)]
        return _finish(release, staged, evidence, by)
    except BaseException:
        _discard(staged)
        raise


def _stored_digest(file: _Sound, illustrative: bool) -> str:
    return hashlib.sha256(f"illustrative {file.digest}".encode()).hexdigest() if illustrative else file.digest


def _already_held(source: Source, held: list[ReleaseFile]) -> Outcome:
    waiting = [row for row in held if row.state == ReleaseFile.State.HELD]
    release = held[0].release.key
    names = " and ".join(row.name for row in held)
    words = (
        f"These figures wait for a person to accept or refuse them ({names}, release {release})."
        if waiting
        else f"Already held: the figures of {names} are in release {release}. Nothing was changed."
    )
    return Outcome(
        "held-for-review" if waiting else "already-held",
        source.key,
        release,
        sum(row.observations for row in held),
        sum(row.total for row in held),
        sum(len(row.set_aside) for row in held),
        words,
    )


def _release_for(
    source: Source, key: str, files: list[_Sound], published: date, illustrative: bool
) -> Release:
    """The release these files belong to: the one of that name, or a new issue of it when it already
    holds other figures for the same months."""
    base = f"illustrative-{key}" if illustrative else key
    issue, name = 1, base
    while True:
        release, _ = Release.objects.select_for_update().get_or_create(
            source=source, key=name, defaults={"published_on": published, "illustrative": illustrative}
        )
        taken = release.files.kept()
        if not any(taken.overlapping(file.publication).exists() for file in files):
            return release
        issue += 1
        name = f"{base}-issue-{issue}"


def _stage(release: Release, file: _Sound, by: Any, illustrative: bool) -> ReleaseFile:
    publication = file.publication
    return ReleaseFile.objects.create(
        release=release,
        name=file.name,
        part=publication.part,
        sha256=file.sha256,
        digest=_stored_digest(file, illustrative),
        size=file.size,
        rows=len(publication.areas),
        observations=publication.observations,
        total=publication.total,
        set_aside=list(publication.set_aside),
        first_month=publication.first_month,
        last_month=publication.last_month,
        imported_by=by,
    )


def _store(row: ReleaseFile, publication: Publication) -> Iterable[int]:
    """Write the staged rows in short transactions; yield how many rows of the file are written."""
    areas = {name.name: name.area_id for name in AreaName.objects.all()}
    area_ids = [areas[mapping.normal(area)] for area in publication.areas]
    categories = _categories(row, publication)
    series = [
        Series(file=row, area_id=area_id, category=categories[lab.major, lab.minor], counts=pack(counts))
        for area_id, lab, counts in zip(area_ids, publication.labels, publication.counts, strict=True)
    ]
    for start in range(0, len(series), CHUNK):
        Series.objects.bulk_create(series[start : start + CHUNK])
        ReleaseFile.objects.filter(pk=row.pk).update(imported_at=timezone.now())
        yield min(start + CHUNK, len(series))
    CrimeTypeSeries.objects.bulk_create(_sums(row, publication, area_ids), batch_size=CHUNK)


def _categories(row: ReleaseFile, publication: Publication) -> dict[tuple[str, str], Category]:
    source = row.release.source
    types = {kind.key: kind for kind in CrimeType.objects.all()}
    wanted = {(lab.major, lab.minor) for lab in publication.labels}
    Category.objects.bulk_create(
        [
            Category(
                source=source,
                major=major,
                minor=minor,
                crime_type=types.get(mapping.crime_type_of(major, minor) or ""),
                reviewed=mapping.crime_type_of(major, minor) is not None,
            )
            for major, minor in sorted(wanted)
        ],
        update_conflicts=True,
        unique_fields=["source", "major", "minor"],
        update_fields=["crime_type", "reviewed"],
    )
    found = {(c.major, c.minor): c for c in Category.objects.filter(source=source)}
    row.unreviewed = sorted(str(found[key]) for key in wanted if not found[key].reviewed)
    row.save(update_fields=["unreviewed"])
    return found


def _sums(row: ReleaseFile, publication: Publication, area_ids: list[int]) -> list[CrimeTypeSeries]:
    """Each crime type of the file, with all above it, for each area of the file and all it is part of.

    A type the file knows gets a row for every area, also where nothing was recorded: no row means that
    the file does not publish the type.
    """
    types = {kind.key: kind.pk for kind in CrimeType.objects.all()}
    wholes: dict[int, list[int]] = {}
    for part, whole in AreaLink.objects.values_list("part_id", "whole_id"):
        wholes.setdefault(part, []).append(whole)

    def upwards(area: int) -> list[int]:
        return [area, *(above for whole in wholes.get(area, []) for above in upwards(whole))]

    rows, in_area, of_kind = [], [], []
    for at, (area_id, lab) in enumerate(zip(area_ids, publication.labels, strict=True)):
        leaf = mapping.crime_type_of(lab.major, lab.minor) or "all"
        for kind in mapping.ancestors()[leaf]:
            for area in upwards(area_id):
                rows.append(at)
                in_area.append(area)
                of_kind.append(types[kind])
    frame = pd.DataFrame(publication.counts.astype(np.int64)[rows])
    sums = frame.groupby([np.array(in_area), np.array(of_kind)]).sum()
    sums = sums.reindex(pd.MultiIndex.from_product(sums.index.levels), fill_value=0)
    return [
        CrimeTypeSeries(file=row, area_id=area, crime_type_id=kind, counts=pack(counts))
        for (area, kind), counts in zip(sums.index, sums.to_numpy(), strict=True)
    ]


def _doubts(release: Release, row: ReleaseFile) -> list[str]:
    """Why a person should look before these figures are used: boroughs are missing, or figures leap against
    the nearest release held."""
    doubts: list[str] = []
    boroughs = Area.objects.filter(kind=Area.Kind.BOROUGH)
    missing = boroughs.exclude(pk__in=Series.objects.filter(file=row).values("area"))
    if names := [area.name for area in missing]:
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        doubts.append(f"{row.name} has no row for {shown}. The Met's file has all 32 boroughs.")
    other = queries.nearest_holding(release)
    if other:
        then, now = queries.area_totals(other.files), queries.area_totals([row])
        doubts += _leaps(then, now, other.release.key)
    return doubts


def _leaps(then: queries.Totals, now: queries.Totals, key: str) -> list[str]:
    """Sentences for months of the force, and for boroughs over all shared months, that fell by more than a
    tenth or rose by more than a quarter: a month not yet whole, a file cut between two lines, a number with
    a digit too many. Restatement moves them by a few per cent."""
    leaps = []
    for (area, kind), months in now.items():
        before = then.get((area, kind), {})
        shared = sorted(months.keys() & before.keys())
        if kind == Area.Kind.FORCE:
            pairs = [(label(month), months[month], before[month]) for month in shared]
        else:
            pairs = [("All months together", sum(months[m] for m in shared), sum(before[m] for m in shared))]
        leaps += [
            f"{area}, {when}: {new:,} offences, but {old:,} in release {key}: "
            f"a {'fall' if new < old else 'rise'} of {abs(100 - 100 * new / old):.0f}%."
            for when, new, old in pairs
            if old and not (1 - FALL_TO_HOLD) * old <= new <= (1 + RISE_TO_HOLD) * old
        ]
    more = [f"The same is so for {len(leaps) - 3} further months or boroughs."] if len(leaps) > 3 else []
    return leaps[:3] + more


@transaction.atomic
def _finish(release: Release, staged: list[ReleaseFile], evidence: list[str], by: Any) -> Outcome:
    """The flip: all staged files of the release become current in one update, or are held."""
    state = ReleaseFile.State.HELD if evidence else ReleaseFile.State.CURRENT
    files = ReleaseFile.objects.filter(pk__in=[row.pk for row in staged])
    files.update(state=state, imported_at=timezone.now(), evidence=evidence)
    unreviewed = sorted({name for row in staged for name in row.unreviewed})
    verb = "held" if evidence else "imported"
    record_event(by=by, verb=verb, record=release, became=state, note="; ".join(row.name for row in staged))
    first, last = min(row.first_month for row in staged), max(row.last_month for row in staged)
    rows = sum(row.rows for row in staged)
    words = (
        f"Release {release.key}: {rows:,} rows, {label(first)} to {label(last)}, "
        f"published {release.published_on:%-d %B %Y}."
    )
    if unreviewed:
        words += " Not yet in the table of categories, kept and counted to all offences only: "
        words += f"{', '.join(unreviewed)}."
    if evidence:
        words = "Stored, but not used until a person has looked: " + " ".join(evidence)
    return Outcome(
        "held-for-review" if evidence else "accepted",
        release.source.key,
        release.key,
        sum(row.observations for row in staged),
        sum(row.total for row in staged),
        sum(len(row.set_aside) for row in staged),
        words,
        {
            "files": [row.name for row in staged],
            "rows": rows,
            "months": len(list(month_range(first, last))),
            "areas": Area.objects.filter(pk__in=Series.objects.filter(file__in=files).values("area")).count(),
            "categories": Category.objects.filter(
                pk__in=Series.objects.filter(file__in=files).values("category")
            ).count(),
            "unreviewed": unreviewed,
        },
    )


def _discard(staged: Iterable[ReleaseFile]) -> None:
    ids = [row.pk for row in staged]
    with transaction.atomic():
        gone = ReleaseFile.objects.filter(pk__in=ids, state=ReleaseFile.State.STAGED)
        releases = set(gone.values_list("release_id", flat=True))
        gone.delete()
        Release.objects.filter(pk__in=releases, files=None, runs=None).delete()


def sweep_staged(*, idle_for: timedelta = LOST_AFTER) -> int:
    """Throw away what imports left behind that were killed half-way. Nothing of it was ever visible."""
    old = ReleaseFile.objects.filter(
        state=ReleaseFile.State.STAGED, imported_at__lt=timezone.now() - idle_for
    )
    left = list(old)
    _discard(left)
    return len(left)


# --- a person decides ------------------------------------------------------------------------


@transaction.atomic
def accept_file(*, file: ReleaseFile, by: Any, reason: str) -> ReleaseFile:
    """Use a file that was held for a person. Raises ValidationError without a reason."""
    return _decide(file, ReleaseFile.State.HELD, ReleaseFile.State.CURRENT, by, reason)


@transaction.atomic
def refuse_file(*, file: ReleaseFile, by: Any, reason: str) -> ReleaseFile:
    """Refuse a file that was held. Its row and the reason stay; its figures go."""
    file = _decide(file, ReleaseFile.State.HELD, ReleaseFile.State.REFUSED, by, reason)
    file.series.all().delete()
    file.crime_type_series.all().delete()
    return file


@transaction.atomic
def withdraw_file(*, file: ReleaseFile, by: Any, reason: str) -> ReleaseFile:
    """Stop using a file that is in use. Its figures are kept, and shown nowhere."""
    return _decide(file, ReleaseFile.State.CURRENT, ReleaseFile.State.WITHDRAWN, by, reason)


def _decide(file: ReleaseFile, before: str, after: str, by: Any, reason: str) -> ReleaseFile:
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence. It is kept with the file."})
    file = ReleaseFile.objects.select_for_update().select_related("release").get(pk=file.pk)
    if file.state != before:
        raise ValidationError(f"This file is “{file.get_state_display()}” by now. Nothing was changed.")
    file.state, file.decided_by, file.decided_at, file.reason = after, by, timezone.now(), reason.strip()
    file.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    record_event(by=by, verb=after, record=file.release, was=before, became=after, note=reason.strip())
    return file


# --- runs ------------------------------------------------------------------------------------


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
    folder = settings.UPLOAD_DIR / run.spool

    def tell(done: int, to_do: int) -> None:
        ImportRun.objects.filter(pk=run.pk).update(done=done, to_do=to_do, heartbeat_at=timezone.now())

    try:
        received = [
            Received(name, (folder / f"{at:03}").read_bytes()) for at, name in enumerate(run.file_names)
        ]
        outcomes = import_files(received=received, by=run.by, published=run.published_on, on_progress=tell)
    except BadFile as problem:
        _end(run, ImportRun.State.REJECTED, str(problem))
    except FileNotFoundError:
        _end(run, ImportRun.State.STOPPED, "The uploaded file is no longer there. Upload it again.")
    except Exception:
        _end(
            run, ImportRun.State.STOPPED, "Something went wrong in the portal. The figures are as they were."
        )
        raise
    else:
        _end(run, worst(outcomes), " ".join(outcome.message for outcome in outcomes), outcomes)
    shutil.rmtree(folder, ignore_errors=True)
    return run


def _end(run: ImportRun, state: str, message: str, outcomes: Sequence[Outcome] = ()) -> None:
    run.state, run.message, run.finished_at = state, message, timezone.now()
    run.results = [outcome.as_json() | outcome.details for outcome in outcomes if outcome.details]
    with transaction.atomic():
        run.save(update_fields=["state", "message", "finished_at", "results"])
        keys = [outcome.release for outcome in outcomes]
        run.releases.set(Release.objects.filter(key__in=keys))


def worst(outcomes: Iterable[Outcome]) -> str:
    """One word for several releases: the one that most needs a person."""
    order = ("rejected", "held-for-review", "accepted", "already-held")
    return min((outcome.outcome for outcome in outcomes), key=order.index)


def sweep_imports() -> None:
    """Queue again what the broker lost; mark as stopped what died with its worker; throw away its remains."""
    from crime_data.tasks import run_import

    late = timezone.now() - LOST_AFTER
    ImportRun.objects.filter(state=ImportRun.State.RUNNING, heartbeat_at__lt=late).update(
        state=ImportRun.State.STOPPED,
        finished_at=timezone.now(),
        message="The worker stopped before the end. The figures are as they were. Run it again.",
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
    if run.state != ImportRun.State.STOPPED:
        raise ValidationError("Only a stopped import can be run again.")
    if not (settings.UPLOAD_DIR / run.spool).is_dir():
        raise ValidationError("The uploaded file is no longer there. Upload it again.")
    run.state, run.done, run.message, run.asked_at = ImportRun.State.QUEUED, 0, "", timezone.now()
    run.save(update_fields=["state", "done", "message", "asked_at"])
    record_event(by=by, verb="ran again", record=run)
    transaction.on_commit(lambda: run_import.delay(run.pk), robust=True)
    return run
