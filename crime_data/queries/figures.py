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
from django.db.models import Q

from crime_data.importers import IMPORTERS
from crime_data.mapping import normal
from crime_data.models import (
    Area,
    AreaName,
    Category,
    CrimeType,
    CrimeTypeTable,
    PrintedTable,
    Release,
    ReleaseFile,
)
from crime_data.months import add_months, month_range, months_between
from crime_data.packing import NOT_PUBLISHED, Packed, unpack, unpack_ids


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
    """Counts of one area, period by period from `first_month`, out of one release.

    A period is `step` months. `values` is int32; NOT_PUBLISHED marks a period the release does not hold. Its
    last axis are the periods; where several rows were joined at once, the first are the rows. `files` has the
    number of the file that answers, and nought where none does or several are added up;
    same shape; None for what was put together out of several areas.
    """

    holding: Holding
    first_month: date
    values: np.ndarray
    files: np.ndarray | None = None
    step: int = 1

    @property
    def last_month(self) -> date:
        return add_months(self.first_month, self.step * self.values.shape[-1] - 1)

    def span(self, first: date, last: date) -> slice | None:
        """The periods that make up these months, or None when they are not held or cut a period in two."""
        start, before = divmod(months_between(self.first_month, first), self.step)
        end, after = divmod(months_between(self.first_month, last) + 1, self.step)
        if before or after or start < 0 or end > self.values.shape[-1] or start >= end:
            return None
        return slice(start, end)

    def sum(self, first: date, last: date) -> int | None:
        """The sum of these months of a single row, or None when one of them is not held."""
        span = self.span(first, last)
        if span is None:
            return None
        part = self.values[span]
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


# Which source answers for an area when none is named: a level is never made of another.
SOURCE_OF = {Area.Kind.WARD: "mps-ward", Area.Kind.LSOA: "mps-lsoa", Area.Kind.CSP: "home-office-csp"}


def source_for(area: Area) -> str:
    """The key of the source whose figures are about areas of this kind."""
    return SOURCE_OF.get(Area.Kind(area.kind), "mps-borough")


def find_area(name_or_code: str) -> Area:
    """The area with this name, known spelling or ONS code. Raises NotHeld."""
    named = AreaName.objects.select_related("area").filter(
        name=normal(name_or_code), scope=AreaName.Scope.BOROUGHS
    )
    found = named.first()
    if not found and (
        area := Area.objects.filter(code__iexact=name_or_code.strip()).order_by("within").first()
    ):
        return area
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
    source_key: str = "",
    as_at: date | None = None,
) -> Figures:
    """A count of offences and that of the same months a year before, both out of one release.

    `source_key` is the source that is to answer, else the one for areas of this kind. `category` is the
    publisher's own "MAJOR / MINOR" and goes before `crime_type`. Raises NotHeld.
    """
    before_first, before_last = add_months(first, -12), add_months(last, -12)
    source_key = source_key or source_for(area)
    if source_key not in IMPORTERS:
        raise NotHeld(f"No source is called “{source_key}”. There are: {', '.join(IMPORTERS)}.")
    held = holdings(as_at=as_at, release_key=release_key, source_key=source_key)
    if not held:
        raise NotHeld(_nothing_held(release_key, as_at, source_key))
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
            category_counts(holding, area, category) if category else type_counts(holding, area, crime_type)
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


def _nothing_held(release_key: str, as_at: date | None, source_key: str = "mps-borough") -> str:
    if release_key:
        held = holdings(newest=12, source_key=source_key)
        keys = ", ".join(holding.release.key for holding in held) or "none"
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


def type_counts(holding: Holding, area: Area, key: str) -> MonthlyCounts | None:
    """All that a release says of a crime type in an area; None when it does not publish it."""
    kind = CrimeType.objects.filter(key=key).values_list("pk", flat=True).first()
    found = CrimeTypeTable.objects.filter(file__in=holding.files, area=area)
    rows = [(table.file_id, row_of(table.crime_types, table.values, [kind])) for table in found if kind]
    return joined(holding, [(file, counts) for file, counts in rows if counts is not None])


def row_of(keys: Packed, values: Packed, wanted: Sequence[int]) -> np.ndarray | None:
    """The sum of the wanted rows of a packed table; None when it has none of them."""
    ids = unpack_ids(keys)
    at = np.flatnonzero(np.isin(ids, wanted))
    return unpack(values, len(ids))[at].sum(axis=0, dtype=np.int32) if len(at) else None


def category_counts(holding: Holding, area: Area, category: str) -> MonthlyCounts | None:
    """Counts under a printed label; a label that a file prints for other areas only counts as none here."""
    wanted = normal(category)
    ids = [
        c.pk for c in Category.objects.filter(source_id=holding.release.source_id) if normal(str(c)) == wanted
    ]
    rows = []
    printed = {
        table.file_id: table for table in PrintedTable.objects.filter(file__in=holding.files, area=area)
    }
    for file in holding.files:
        if not set(ids) & set(file.categories):
            continue
        table = printed.get(file.pk)
        counts = row_of(table.categories, table.values, ids) if table else None
        rows.append((file.pk, np.zeros(file.periods, dtype=np.int32) if counts is None else counts))
    return joined(holding, rows)


def joined(holding: Holding, rows: Sequence[tuple[int, np.ndarray]]) -> MonthlyCounts | None:
    """One run of periods out of several files of a release: (number of the file, counts of its periods).

    Where two files hold a period, the one that holds it more fully answers (a 24-month file can begin with a
    stub of a month), or both are added up where the source's parts are made for that. The counts of all files
    have the same rows, or are one row each. Files with periods of another length than the first are left out.
    """
    if not rows:
        return None
    files = {file.pk: file for file in holding.files}
    step = files[rows[0][0]].step
    rows = [(pk, counts) for pk, counts in rows if files[pk].step == step]
    first = min(file.first_month for file in holding.files if file.step == step)
    last = max(file.last_month for file in holding.files if file.step == step)
    shape = (*rows[0][1].shape[:-1], (months_between(first, last) + 1) // step)
    values = np.full(shape, NOT_PUBLISHED, dtype=np.int32)
    fullness, answers = np.full(shape, -1, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    adds = IMPORTERS[holding.release.source.key].SOURCE.parts_add
    for pk, counts in rows:
        at = months_between(first, files[pk].first_month) // step
        here = (..., slice(at, at + counts.shape[-1]))
        published = counts != NOT_PUBLISHED
        if adds:
            known = np.where(values[here] == NOT_PUBLISHED, 0, values[here])
            values[here] = np.where(published, known + counts, values[here])
            continue
        totals = np.array(files[pk].totals or [0] * counts.shape[-1], dtype=np.int64)
        fuller = (totals > fullness[here]) & published
        values[here] = np.where(fuller, counts, values[here])
        fullness[here] = np.where(fuller, totals, fullness[here])
        answers[here] = np.where(fuller, pk, answers[here])
    return MonthlyCounts(holding, first, values, answers, step)


Totals = dict[tuple[str, str], dict[date, int]]


def area_totals(files: Iterable[ReleaseFile]) -> Totals:
    """(name, kind) of the force and each borough -> month -> all offences, pseudo-areas in the force's."""
    totals: Totals = {}
    kind = CrimeType.objects.filter(key="all").values_list("pk", flat=True).first()
    tables = CrimeTypeTable.objects.filter(
        file__in=list(files), area__kind__in=[Area.Kind.FORCE, Area.Kind.BOROUGH]
    ).select_related("file", "area")
    for table in tables.order_by("-area__kind", "area__name"):
        counts = row_of(table.crime_types, table.values, [kind] if kind else [])
        months = totals.setdefault((table.area.name, table.area.kind), {})
        for at, count in enumerate(counts if counts is not None else ()):
            if count != NOT_PUBLISHED:
                month = add_months(table.file.first_month, at)
                months[month] = max(int(count), months.get(month, 0))
    return totals


def earlier_holdings(release: Release) -> list[Holding]:
    """The releases in use that this one restates, the one published last before it first; where there is
    none, the nearest one after it."""
    held = [
        h
        for h in holdings(source_key=release.source.key)
        if h.release.pk != release.pk and h.release.illustrative == release.illustrative
    ]
    earlier = [h for h in held if h.release.published_on <= release.published_on]
    return earlier or held[-1:]


def nearest_holding(release: Release) -> Holding | None:
    """The release in use published nearest to this one, the earlier first: what it is held against."""
    return next(iter(earlier_holdings(release)), None)
