"""Reading figures: which release answers, and what it says.

A figure is always read from one release. Of the releases published by the day asked about, the newest
that holds all the months (and publishes the category) answers; illustrative figures answer only where
no published ones are held.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from crime_data.mapping import normal
from crime_data.models import (
    Area,
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
from crime_data.months import add_months, month_range, months_between
from crime_data.packing import NOT_PUBLISHED, Packed, unpack


class NotHeld(Exception):
    """No release held can answer; the message says what is held instead."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A release and those of its files that are in use, oldest months first."""

    release: Release
    files: tuple[ReleaseFile, ...]

    @property
    def first_month(self) -> date:
        return self.files[0].first_month

    @property
    def last_month(self) -> date:
        return max(file.last_month for file in self.files)

    def covers(self, first: date, last: date) -> bool:
        wanted = set(month_range(first, last))
        for file in self.files:
            wanted -= set(month_range(file.first_month, file.last_month))
        return not wanted

    def spans(self, first: date, last: date) -> tuple[ReleaseFile, ...]:
        """The files that hold any of these months."""
        return tuple(file for file in self.files if file.first_month <= last and file.last_month >= first)


@dataclass(frozen=True, slots=True)
class MonthlyCounts:
    """Counts of one area, month by month from `first_month`, out of one release.

    `values` is int32; NOT_PUBLISHED marks a month the release does not hold.
    """

    holding: Holding
    first_month: date
    values: np.ndarray

    @property
    def last_month(self) -> date:
        return add_months(self.first_month, len(self.values) - 1)

    def sum(self, first: date, last: date) -> int | None:
        """The sum of these months, or None when one of them is not held."""
        start = months_between(self.first_month, first)
        end = months_between(self.first_month, last) + 1
        if start < 0 or end > len(self.values):
            return None
        part = self.values[start:end]
        return None if (part == NOT_PUBLISHED).any() else int(part.sum(dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Figures:
    """The answer of `manage.py figures`: a count, the same months a year before, and where they stand."""

    area: Area
    crime_type: str
    first: date
    last: date
    count: int
    previous: int | None
    release: Release
    files: tuple[str, ...]
    newer: tuple[str, int] | None = None  # a newer release that holds the count but not the year before

    @property
    def difference(self) -> int | None:
        return None if self.previous is None else self.count - self.previous

    @property
    def percent(self) -> float | None:
        if not self.previous:
            return None
        return round(100 * (self.count - self.previous) / self.previous, 1)

    def as_json(self) -> dict[str, Any]:
        return {
            "area": self.area.name,
            "crime_type": self.crime_type,
            "from": f"{self.first:%Y-%m}",
            "to": f"{self.last:%Y-%m}",
            "count": self.count,
            "previous": self.previous,
            "difference": self.difference,
            "percent": self.percent,
            "release": self.release.key,
            "files": list(self.files),
        }


def find_area(name_or_code: str) -> Area:
    """The area with this name, known spelling or ONS code. Raises NotHeld."""
    found = AreaName.objects.select_related("area").filter(name=normal(name_or_code)).first()
    if not found and not AreaName.objects.exists():
        raise NotHeld(_nothing_held("", None))
    if not found:
        raise NotHeld(
            f"No area is called “{name_or_code}”. Use a borough's name or its ONS code, such as E09000004."
        )
    return found.area


def holdings(
    *,
    as_at: date | None = None,
    release_key: str = "",
    source_key: str = "mps-borough",
    newest: int | None = None,
) -> list[Holding]:
    """Releases in use, newest publication first; `newest` says how many at most."""
    releases = Release.objects.filter(source__key=source_key, files__state=ReleaseFile.State.CURRENT)
    if as_at:
        releases = releases.filter(published_on__lte=as_at)
    if release_key:
        releases = releases.filter(key=release_key)
    # Illustrative releases sort last: they answer only where nothing that was published is held.
    ordered = releases.distinct().order_by("illustrative", "-published_on", "-id").select_related("source")
    found = list(ordered[:newest] if newest else ordered)
    files: dict[int, list[ReleaseFile]] = {}
    for file in ReleaseFile.objects.current().filter(release__in=found):
        files.setdefault(file.release_id, []).append(file)
    result = [Holding(release, tuple(files[release.pk])) for release in found]
    if not release_key and any(not holding.release.illustrative for holding in result):
        result = [holding for holding in result if not holding.release.illustrative]
    return result


def figures(
    *,
    area: Area,
    crime_type: str = "all",
    category: str = "",
    first: date,
    last: date,
    release_key: str = "",
    as_at: date | None = None,
) -> Figures:
    """A count of offences and that of the same months a year before, both out of one release.

    `category` is the publisher's own "MAJOR / MINOR" and goes before `crime_type`. Raises NotHeld.
    """
    before_first, before_last = add_months(first, -12), add_months(last, -12)
    held = holdings(as_at=as_at, release_key=release_key)
    if not held:
        raise NotHeld(_nothing_held(release_key, as_at))
    whole = [holding for holding in held if holding.covers(first, last)]
    both = [holding for holding in whole if holding.covers(before_first, before_last)]
    if not whole:
        months = f"{held[0].first_month:%Y-%m} to {held[0].last_month:%Y-%m}"
        raise NotHeld(
            f"No release holds all the months {first:%Y-%m} to {last:%Y-%m}. "
            f"The newest asked, {held[0].release.key}, holds {months}."
        )
    found = {}  # in the order of publication, newest first
    for holding in whole:
        counts = (
            _category_counts(holding, area, category) if category else _type_counts(holding, area, crime_type)
        )
        count = counts.sum(first, last) if counts else None
        if counts is None or count is None:
            continue
        previous = counts.sum(before_first, before_last) if holding in both else None
        found[holding.release.pk] = (holding, count, previous)
        if previous is not None:
            break
    if found:
        newest, newest_count, _ = next(iter(found.values()))
        # The last one looked at has the year before, if any has; else the newest answers alone.
        holding, count, previous = list(found.values())[-1]
        if previous is None:
            holding, count = newest, newest_count
        files = holding.spans(before_first if previous is not None else first, last)
        return Figures(
            area=area,
            crime_type=category or crime_type,
            first=first,
            last=last,
            count=count,
            previous=previous,
            release=holding.release,
            files=tuple(file.name for file in files),
            newer=None if newest is holding else (newest.release.key, newest_count),
        )
    what = f"the category “{category}”" if category else f"the crime type “{crime_type}”"
    raise NotHeld(
        f"No release that holds {first:%Y-%m} to {last:%Y-%m} publishes {what} for {area}.{_near(category)}"
    )


def _nothing_held(release_key: str, as_at: date | None) -> str:
    if release_key:
        keys = ", ".join(holding.release.key for holding in holdings(newest=12)) or "none"
        return f"No release “{release_key}” is in use. Releases held: {keys}."
    if as_at:
        return f"No release was published by {as_at:%-d %B %Y} that is held here."
    return "No figures are held yet. Import a file first: manage.py import_figures FILE."


def _near(category: str) -> str:
    if not category:
        return ""
    word = normal(category).split(" / ")[-1].split(" ")[0]
    near = [str(c) for c in Category.objects.filter(Q(minor__icontains=word) | Q(major__icontains=word))[:5]]
    return f" Labels near it: {'; '.join(near)}." if near else ""


def crime_type_or_not_held(key: str) -> CrimeType:
    """The crime type of this key. Raises NotHeld with the keys there are."""
    found = CrimeType.objects.filter(key=key).first()
    if not found:
        keys = ", ".join(CrimeType.objects.values_list("key", flat=True)) or "none yet: import a file first"
        raise NotHeld(f"No crime type is called “{key}”. There are: {keys}.")
    return found


def _type_counts(holding: Holding, area: Area, key: str) -> MonthlyCounts | None:
    found = CrimeTypeSeries.objects.filter(file__in=holding.files, area=area, crime_type__key=key)
    return _joined(holding, [(row.file_id, row.counts) for row in found])


def _category_counts(holding: Holding, area: Area, category: str) -> MonthlyCounts | None:
    """Counts under a printed label; a label that a file prints for other areas only counts as none here."""
    wanted = normal(category)
    ids = [
        c.pk for c in Category.objects.filter(source_id=holding.release.source_id) if normal(str(c)) == wanted
    ]
    printed = Series.objects.filter(file__in=holding.files, category__in=ids)
    if not printed.exists():
        return None
    rows = [(row.file_id, row.counts) for row in printed.filter(area=area)]
    with_zeros = set(printed.values_list("file_id", flat=True)) - {file_id for file_id, _ in rows}
    for file in holding.files:
        if file.pk in with_zeros:
            length = months_between(file.first_month, file.last_month) + 1
            rows.append((file.pk, np.zeros(length, dtype="<i4").tobytes()))
    return _joined(holding, rows)


def _joined(holding: Holding, rows: Sequence[tuple[int, Packed]]) -> MonthlyCounts | None:
    """One run of months out of the packed rows of several files of a release."""
    if not rows:
        return None
    first = holding.first_month
    values = np.full(months_between(first, holding.last_month) + 1, NOT_PUBLISHED, dtype=np.int32)
    starts = {file.pk: months_between(first, file.first_month) for file in holding.files}
    for file_id, packed in rows:
        counts, at = unpack(packed), starts[file_id]
        values[at : at + len(counts)] = counts  # files of one release never share a month
    return MonthlyCounts(holding, first, values)


def current_counts(
    *, areas: Iterable[int], crime_types: Iterable[int], as_at: date | None = None
) -> dict[tuple[int, int], MonthlyCounts]:
    """(area id, crime type id) -> all months of the newest release that has both of the last two years.

    Three queries, however long the history and however many measures.
    """
    held = holdings(as_at=as_at, newest=6)
    held = [h for h in held if h.covers(add_months(h.last_month, -23), h.last_month)]
    if not held:
        return {}
    # A Historical file that came before its recent one must not take the pages back two years.
    holding = max(held, key=lambda h: h.last_month)
    rows: dict[tuple[int, int], list[tuple[int, Packed]]] = {}
    found = CrimeTypeSeries.objects.filter(
        file__in=holding.files, area__in=list(areas), crime_type__in=list(crime_types)
    )
    for file_id, area, kind, counts in found.values_list("file_id", "area_id", "crime_type_id", "counts"):
        rows.setdefault((area, kind), []).append((file_id, counts))
    joined = {key: _joined(holding, parts) for key, parts in rows.items()}
    return {key: counts for key, counts in joined.items() if counts is not None}


Totals = dict[tuple[str, str], dict[date, int]]


def area_totals(files: Iterable[ReleaseFile]) -> Totals:
    """(name, kind) of the force and each borough -> month -> all offences, pseudo-areas in the force's."""
    totals: Totals = {}
    rows = CrimeTypeSeries.objects.filter(
        file__in=list(files), area__kind__in=[Area.Kind.FORCE, Area.Kind.BOROUGH], crime_type__key="all"
    ).select_related("file", "area")
    for row in rows.order_by("-area__kind", "area__name"):
        months = totals.setdefault((row.area.name, row.area.kind), {})
        for at, count in enumerate(unpack(row.counts)):
            months[add_months(row.file.first_month, at)] = int(count)
    return totals


def nearest_holding(release: Release) -> Holding | None:
    """The release in use published nearest to this one, the earlier first: what it is held against."""
    held = [
        h
        for h in holdings(source_key=release.source.key)
        if h.release.pk != release.pk and h.release.illustrative == release.illustrative
    ]
    earlier = [h for h in held if h.release.published_on <= release.published_on]
    return next(iter(earlier or reversed(held)), None)


# --- pages under /data/ ----------------------------------------------------------------------


def source_list() -> QuerySet[Source]:
    return Source.objects.all()


def release_list() -> QuerySet[Release]:
    """Releases with any file, newest publication first."""
    return (
        Release.objects.select_related("source")
        .prefetch_related("files")
        .annotate(number_of_files=Count("files"))
        .filter(number_of_files__gt=0)
        .order_by("-published_on", "-id")
    )


def published_held() -> bool:
    """Whether figures that were really published are in use; illustrative ones are then shown nowhere."""
    return ReleaseFile.objects.current().filter(release__illustrative=False).exists()


def files_waiting() -> QuerySet[ReleaseFile]:
    return ReleaseFile.objects.waiting().select_related("release__source")


def run_list() -> QuerySet[ImportRun]:
    return ImportRun.objects.select_related("by").prefetch_related("releases")


def file_categories(file: ReleaseFile) -> QuerySet[Category]:
    """The printed categories of a file with their crime types."""
    return Category.objects.filter(pk__in=Series.objects.filter(file=file).values("category")).select_related(
        "crime_type"
    )


def oldest_waiting_seconds() -> int:
    """How long the longest-waiting import has waited for the worker."""
    oldest = ImportRun.objects.filter(state=ImportRun.State.QUEUED).order_by("asked_at").first()
    return int((timezone.now() - oldest.asked_at).total_seconds()) if oldest else 0
