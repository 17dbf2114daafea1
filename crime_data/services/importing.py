"""Importing: whole files are read and checked before a row is written; rows are stored staged, in short
transactions so that other writers are never kept waiting; one update makes them current. Killed anywhere, an
import leaves the figures as they were.
"""

import fcntl
import hashlib
import tempfile
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.services import record_event
from crime_data.importers import BadFile, Gazetteer, Opened, Publication, open_file, read_publication
from crime_data.importers.contract import SetAside
from crime_data.models import PrintedTable, Release, ReleaseFile, Source
from crime_data.months import add_months, label, months_between, period_label
from crime_data.services import gazetteers, guards, places, storing
from crime_data.services.reference import load_reference

LOST_AFTER = timedelta(seconds=60)
MOST = 2**31 - 1  # what a column may add up to: no sum over areas or labels is then too large to be packed
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
    """A file as it came: its name, and its bytes or where they lie."""

    name: str
    content: bytes | Path


@dataclass(frozen=True, slots=True)
class _Sound:
    """A file that was read without fault, with its two fingerprints."""

    name: str
    size: int
    sha256: str
    digest: str
    publication: Publication | Gazetteer
    found: places.Identified | None

    @property
    def key(self) -> tuple[str, str]:
        return self.publication.source.key, self.publication.release_key

    @property
    def rows(self) -> int:
        return (
            len(self.publication.grid) if isinstance(self.publication, Publication) else self.publication.rows
        )


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
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        held: list[ReleaseFile] = []
        sound: list[_Sound] = []
        for opened in _opened(received, Path(folder)):
            if known := _kept(illustrative).filter(sha256=opened.sha256).first():
                held.append(known)
            else:
                sound.append(_read(opened, illustrative))
        _refuse_overlaps(sound)
        return _import_all(
            sound, held, by, published, illustrative, on_progress or (lambda done, to_do: None)
        )


def _import_all(
    sound: list[_Sound],
    held: list[ReleaseFile],
    by: Any,
    published: date | None,
    illustrative: bool,
    say: Progress,
) -> list[Outcome]:
    groups: dict[tuple[str, str], list[_Sound]] = {}
    for file in sound:
        groups.setdefault(file.key, []).append(file)
    outcomes: dict[tuple[str, str], list[Outcome]] = {}
    stored, to_do = 0, sum(file.rows for file in sound)
    if sound:
        with _one_at_a_time():
            load_reference()
            sweep_staged(idle_for=timedelta(0))
            if published:
                _refuse_another_day(groups, published)
            for key, files in sorted(groups.items(), key=lambda group: (group[0][1], group[0][0])):

                def step(done: int, before: int = stored) -> None:
                    say(before + done, to_do)

                day = published or _usual_day(files[0].publication)
                outcomes.setdefault(key, []).append(
                    _import_release(key[1], files, by, day, illustrative, step)
                )
                stored += sum(file.rows for file in files)
    by_release: dict[int, list[ReleaseFile]] = {}
    for row in held:
        by_release.setdefault(row.release_id, []).append(row)
    for rows in by_release.values():
        release = rows[0].release
        outcomes.setdefault((release.source.key, release.key), []).append(_already_held(release.source, rows))
    return [
        outcome for key in sorted(outcomes, key=lambda key: (key[1], key[0])) for outcome in outcomes[key][:1]
    ]


def _kept(illustrative: bool) -> QuerySet[ReleaseFile]:
    """Files whose figures are stored whole, of what is published or of what is made up."""
    return (
        ReleaseFile.objects.kept()
        .exclude(state=ReleaseFile.State.STAGED)
        .filter(release__illustrative=illustrative)
        .select_related("release__source")
    )


# --- reading ---------------------------------------------------------------------------------


def _opened(received: Sequence[Received], folder: Path) -> list[Opened]:
    found: list[Opened] = []
    for at, file in enumerate(received):
        path = file.content
        if isinstance(path, bytes):
            path = folder / f"received-{at:03}"
            path.write_bytes(file.content)  # type: ignore[arg-type]
        inside = folder / f"inside-{at:03}"
        inside.mkdir()
        try:
            found += open_file(Path(file.name).name[:200], path, inside)
        except BadFile as problem:
            raise BadFile(f"{file.name}: {problem}") from None
    return found


def _read(file: Opened, illustrative: bool) -> _Sound:
    name = file.name[:200]
    try:
        publication = read_publication(file, today=timezone.localdate())
    except BadFile as problem:
        raise BadFile(f"{name}: {problem}") from None
    except OverflowError:
        raise BadFile(f"{name}: a count is too large to be one.") from None
    found = None
    if isinstance(publication, Publication):
        if publication.source.values == "counts" and int(publication.grid.totals.max(initial=0)) > MOST:
            raise BadFile(
                f"{name}: the counts of one period add up to {int(publication.grid.totals.max()):,}. "
                "A number in the file is wrong."
            )
        found = places.identify(name, publication)
        digest = storing.fingerprint(publication, found)
    else:
        digest = gazetteers.fingerprint(publication)
    if illustrative:
        digest = hashlib.sha256(f"illustrative {digest}".encode()).hexdigest()
    return _Sound(name, file.size, file.sha256, digest, publication, found)


def _refuse_another_day(groups: dict[tuple[str, str], list[_Sound]], published: date) -> None:
    """A release has one day of publication: a second file of it cannot bring another, a new issue can."""
    for (source, key), files in groups.items():
        current = ReleaseFile.objects.current().filter(release__source__key=source, release__key=key)
        held = Release.objects.filter(files__in=current).first()
        issue = any(current.in_the_way_of(file.publication).exists() for file in files)
        if held and not issue and held.published_on != published:
            raise BadFile(
                f"Release {key} is held as published on {held.published_on:%-d %B %Y}. Leave the day of "
                "publication out, or give that one."
            )


def _refuse_overlaps(sound: Sequence[_Sound]) -> None:
    """Two different files for the same months of one release: nobody but a person can say which is right."""
    for at, one in enumerate(sound):
        for two in sound[at + 1 :]:
            a, b = one.publication, two.publication
            if one.key != two.key or one.digest == two.digest:
                continue
            if isinstance(a, Gazetteer) or isinstance(b, Gazetteer):
                raise BadFile(
                    f"{two.name} and {one.name} are one edition and differ. Import only one of them."
                )
            if a.part == b.part and a.first_month <= b.last_month and b.first_month <= a.last_month:
                raise BadFile(
                    f"{two.name} and {one.name} hold different figures for the same months "
                    f"({label(max(a.first_month, b.first_month))} to "
                    f"{label(min(a.last_month, b.last_month))}). Import only the one you trust."
                )


def _usual_day(publication: Publication | Gazetteer) -> date:
    month = publication.release_month if isinstance(publication, Publication) else publication.month
    spec = publication.source
    if not spec.url:
        return timezone.localdate()  # nobody publishes a partnership's own counts but itself
    first = add_months(month.replace(day=1), spec.lag)
    day = first.replace(day=min(spec.release_day, monthrange(first.year, first.month)[1]))
    return min(day, timezone.localdate())


# --- storing ---------------------------------------------------------------------------------


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


def _import_release(
    key: str, files: list[_Sound], by: Any, published: date, illustrative: bool, step: Callable[[int], None]
) -> Outcome:
    source = Source.objects.get(key=files[0].publication.source.key)
    fresh, held = [], []
    for file in {file.digest: file for file in files}.values():
        known = ReleaseFile.objects.kept().filter(digest=file.digest).select_related("release").first()
        if known:
            held.append(known)
        else:
            fresh.append(file)
    if not fresh:
        return _already_held(source, held, [entry for file in files for entry in file.publication.set_aside])

    staged: list[ReleaseFile] = []
    try:
        with transaction.atomic():
            release = _release_for(source, key, fresh, published, illustrative)
            staged = [_stage(release, file, by) for file in fresh]
        done = 0
        for row, file in zip(staged, fresh, strict=True):
            for written in _store(row, file):
                step(done + written)
            done += file.rows
        evidence = [
            why
            for row, file in zip(staged, fresh, strict=True)
            if isinstance(file.publication, Publication)
            for why in guards.doubts(release, row, file.publication)
        ]
        return _finish(release, staged, evidence, by)
    except BaseException:
        _discard(staged)
        raise


def _store(row: ReleaseFile, file: _Sound) -> Iterator[int]:
    if isinstance(file.publication, Gazetteer):
        return gazetteers.store(row, file.publication)
    assert file.found is not None  # noqa: S101  (every file of figures has been identified)
    return storing.store(row, file.publication, file.found)


def _already_held(source: Source, held: list[ReleaseFile], set_aside: Sequence[SetAside] = ()) -> Outcome:
    waiting = [row for row in held if row.state == ReleaseFile.State.HELD]
    release = held[0].release.key
    names = " and ".join(row.name for row in held)
    words = (
        f"These figures wait for a person to accept or refuse them ({names}, release {release})."
        if waiting
        else f"Already held: the figures of {names} are in release {release}. Nothing was changed."
    )
    for entry in set_aside:
        words += f" Set aside: {entry.what}. {entry.why}"
    return Outcome(
        "held-for-review" if waiting else "already-held",
        source.key,
        release,
        sum(row.observations for row in held),
        sum(row.total or 0 for row in held),
        sum(row.rows_set_aside for row in held),
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
        if not any(taken.in_the_way_of(file.publication).exists() for file in files):
            return release
        issue += 1
        name = f"{base}-issue-{issue}"


def _stage(release: Release, file: _Sound, by: Any) -> ReleaseFile:
    found = file.publication
    about: dict[str, Any] = {"part": "areas", "observations": 0, "first_month": found_month(found)}
    about["last_month"] = about["first_month"]
    if isinstance(found, Publication):
        about = {
            "part": found.part[:80],
            "observations": found.observations,
            "total": found.total,
            "totals": found.grid.totals.tolist() if found.source.values == "counts" else [],
            "caveats": list(found.caveats),
            "first_month": found.first_month,
            "last_month": found.last_month,
            "step": found.step,
        }
    return ReleaseFile.objects.create(
        release=release,
        name=file.name,
        sha256=file.sha256,
        digest=file.digest,
        size=file.size,
        rows=found.rows,
        set_aside=[asdict(entry) for entry in found.set_aside],
        imported_by=by,
        **about,
    )


def found_month(found: Publication | Gazetteer) -> date:
    """The first month that a file is about."""
    return found.first_month if isinstance(found, Publication) else found.month.replace(day=1)


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
    details = {
        "files": [row.name for row in staged],
        "rows": rows,
        "months": months_between(first, last) + 1,
        "areas": PrintedTable.objects.filter(file__in=files).values("area").distinct().count(),
        "categories": len({pk for row in staged for pk in row.categories}),
        "unreviewed": unreviewed,
        "caveats": [words for row in staged for words in row.caveats],
        "set_aside": [entry for row in staged for entry in row.set_aside],
        "restated": [row.restated for row in staged if row.restated],
    }
    return Outcome(
        "held-for-review" if evidence else "accepted",
        release.source.key,
        release.key,
        sum(row.observations for row in staged),
        sum(row.total or 0 for row in staged),
        sum(row.rows_set_aside for row in staged),
        _words(release, first, last, rows, details, evidence),
        details,
    )


def _words(
    release: Release, first: date, last: date, rows: int, details: dict[str, Any], evidence: list[str]
) -> str:
    if evidence:
        return "Stored, but not used until a person has looked: " + " ".join(evidence)
    words = (
        f"Release {release.key}: {rows:,} {'row' if rows == 1 else 'rows'}, {period_label(first, last)}, "
        f"published {release.published_on:%-d %B %Y}."
    )
    for entry in details["set_aside"]:
        words += f" Set aside: {entry['what']}. {entry['why']}"
    for restated in details["restated"]:
        words += (
            f" Against release {restated['against']}, {restated['changed']:,} of {restated['cells']:,} "
            "figures that both print have changed."
        )
    if details["unreviewed"]:
        words += " Not yet in the table of categories, kept as printed: "
        words += f"{', '.join(details['unreviewed'])}."
    return words


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
    if left:
        _discard(left)
    return len(left)


def worst(outcomes: Iterable[Outcome]) -> str:
    """One word for several releases: the one that most needs a person."""
    order = ("rejected", "held-for-review", "accepted", "already-held")
    return min((outcome.outcome for outcome in outcomes), key=order.index)
