"""The restatement ledger: what each release says of one figure, and what moved most between two releases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from crime_data.breaks import Break, between_publications
from crime_data.models import Area, CrimeType, CrimeTypeTable, Release
from crime_data.months import add_months, months_between, period_label
from crime_data.packing import NOT_PUBLISHED, unpack, unpack_ids
from crime_data.queries.figures import Holding, MonthlyCounts, NotHeld, holdings, joined, row_of

# The kinds of area that two releases are compared for: few enough to be read as a list.
COMPARED = (Area.Kind.FORCE, Area.Kind.BCU, Area.Kind.BOROUGH, Area.Kind.CSP, Area.Kind.PSEUDO)
SORTS = ("difference", "percent", "area")
PERCENT_FROM = 30  # offences: below it a percentage says nothing


@dataclass(frozen=True, slots=True)
class Said:
    """What one release says of a figure. `value` is None where it holds the months but not this figure.

    `since_before` is against the last release before it that has the figure, `to_current` is what the one
    that answers now says more. `breaks` forbid to compare it with the one before.
    """

    release: Release
    value: int | None
    since_before: int | None
    to_current: int | None
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """One figure through all releases that hold its months, in the order of publication."""

    area: Area
    crime_type: CrimeType
    first: date
    last: date
    said: tuple[Said, ...]
    without_months: int  # releases of the source that do not hold all these months

    @property
    def current(self) -> Said | None:
        """What answers now: the release published last that has the figure."""
        return next((one for one in reversed(self.said) if one.value is not None), None)

    @property
    def first_said(self) -> Said | None:
        return next((one for one in self.said if one.value is not None), None)

    @property
    def period(self) -> str:
        return period_label(self.first, self.last)

    @property
    def breaks(self) -> tuple[Break, ...]:
        return tuple({found.key: found for one in self.said for found in one.breaks}.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "area": self.area.name,
            "area_code": self.area.code,
            "crime_type": self.crime_type.key,
            "from": f"{self.first:%Y-%m}",
            "to": f"{self.last:%Y-%m}",
            "current_release": self.current.release.key if self.current else None,
            "current_value": self.current.value if self.current else None,
            "releases": [
                {
                    "release": one.release.key,
                    "published_on": one.release.published_on.isoformat(),
                    "illustrative": one.release.illustrative,
                    "value": one.value,
                    "difference_to_release_before": one.since_before,
                    "difference_to_current": one.to_current,
                    "breaks": [found.key for found in one.breaks],
                }
                for one in self.said
            ],
            "releases_without_all_months": self.without_months,
        }


def ledger(*, held: Sequence[Holding], area: Area, crime_type: CrimeType, first: date, last: date) -> Ledger:
    """What each of these releases (newest publication first, as `holdings` gives them) says of a figure.

    One query, however many releases. Raises NotHeld when none of them holds the months.
    """
    whole = [holding for holding in reversed(held) if holding.covers(first, last)]
    if not held:
        raise NotHeld("No figures of this source are held yet. Import a file first.")
    if not whole:
        raise NotHeld(
            f"No release holds all the months {first:%Y-%m} to {last:%Y-%m}. The newest, "
            f"{held[0].release.key}, holds {held[0].first_month:%Y-%m} to {held[0].last_month:%Y-%m}."
        )
    rows: dict[int, tuple[int, np.ndarray]] = {}
    files = [file for holding in whole for file in holding.files]
    for table in CrimeTypeTable.objects.filter(file__in=files, area=area):
        counts = row_of(table.crime_types, table.values, [crime_type.pk])
        if counts is not None:
            rows[table.file_id] = (table.file_id, counts)
    values = []
    for holding in whole:
        run = joined(holding, [rows[file.pk] for file in holding.files if file.pk in rows])
        values.append(run.sum(first, last) if run else None)
    current = next((value for value in reversed(values) if value is not None), None)
    said: list[Said] = []
    before: tuple[Holding, int] | None = None
    for holding, value in zip(whole, values, strict=True):
        since: int | None = None
        crossed: tuple[Break, ...] = ()
        if before and value is not None:
            since = value - before[1]
            crossed = _breaks_between(before[0], holding, crime_type.key, area.code)
        to_current = current - value if value is not None and current is not None else None
        said.append(Said(holding.release, value, since, to_current, crossed))
        if value is not None:
            before = (holding, value)
    return Ledger(area, crime_type, first, last, tuple(said), len(held) - len(whole))


def _breaks_between(one: Holding, other: Holding, crime_type: str, area: str = "") -> tuple[Break, ...]:
    source = other.release.source.key
    return between_publications(source, crime_type, one.last_month, other.last_month, area)


# --- what moved most -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """One area's figure for one crime type, over the same months in two releases."""

    area: Area
    crime_type: CrimeType
    before: int
    now: int

    @property
    def difference(self) -> int:
        return self.now - self.before

    @property
    def percent(self) -> float | None:
        """Of the earlier figure; None where that is too small for a percentage to mean anything."""
        return 100 * self.difference / self.before if self.before >= PERCENT_FROM else None

    def as_json(self) -> dict[str, Any]:
        return {
            "area": self.area.name,
            "area_code": self.area.code,
            "area_kind": self.area.kind,
            "crime_type": self.crime_type.key,
            "before": self.before,
            "now": self.now,
            "difference": self.difference,
            "percent": None if self.percent is None else round(self.percent, 2),
        }


@dataclass(frozen=True, slots=True)
class Moves:
    """Two releases over the months that both hold. `moved` are the figures that differ, sorted as asked.

    `only_before` and `only_now` are crime types that one of the two does not publish.
    """

    before: Holding
    now: Holding
    first: date | None
    last: date | None
    figures: int
    moved: tuple[Move, ...]
    only_before: tuple[CrimeType, ...] = ()
    only_now: tuple[CrimeType, ...] = ()
    breaks: tuple[Break, ...] = ()

    @property
    def period(self) -> str:
        return period_label(self.first, self.last) if self.first and self.last else ""

    def as_json(self, most: int) -> dict[str, Any]:
        return {
            "before": self.before.release.key,
            "now": self.now.release.key,
            "from": f"{self.first:%Y-%m}" if self.first else None,
            "to": f"{self.last:%Y-%m}" if self.last else None,
            "figures_compared": self.figures,
            "figures_changed": len(self.moved),
            "breaks": [found.key for found in self.breaks],
            "only_before": [kind.key for kind in self.only_before],
            "only_now": [kind.key for kind in self.only_now],
            "moved": [move.as_json() for move in self.moved[:most]],
        }


def moves(
    *, before: Holding, now: Holding, kinds: Iterable[str] = COMPARED, sort: str = "difference"
) -> Moves:
    """How the figures of two releases of one source differ over the months that both hold, by area of these
    kinds and crime type. Two queries."""
    first = max(before.first_month, now.first_month)
    last = min(before.last_month, now.last_month)
    breaks = _breaks_between(before, now, "")
    then, here = _all_types(before, kinds, first, last), _all_types(now, kinds, first, last)
    span = _shared(then.values(), here.values(), first, last)
    if span is None:
        return Moves(before, now, None, None, 0, (), breaks=breaks)
    first, last = span
    types = CrimeType.objects.in_bulk()
    old, new = _sums(then, first, last), _sums(here, first, last)
    both = old.keys() & new.keys()
    moved = [
        Move(found.area, types[kind], old[area, kind], new[area, kind])
        for area, kind in both
        for found in (here[area],)
        if old[area, kind] != new[area, kind]
    ]
    gone = {kind for _, kind in old} - {kind for _, kind in new}
    come = {kind for _, kind in new} - {kind for _, kind in old}
    return Moves(
        before,
        now,
        first,
        last,
        len(both),
        tuple(sorted(moved, key=_ORDER[sort])),
        tuple(types[kind] for kind in sorted(gone)),
        tuple(types[kind] for kind in sorted(come)),
        breaks,
    )


_ORDER = {
    "difference": lambda move: (-abs(move.difference), move.area.name, move.crime_type.pk),
    "percent": lambda move: (-abs(move.percent or 0), -abs(move.difference), move.area.name),
    "area": lambda move: (move.area.name, move.crime_type.pk),
}


@dataclass(frozen=True, slots=True)
class _AreaTypes:
    """All crime types of an area in one release: row i of `counts` is about `types[i]`."""

    area: Area
    types: np.ndarray
    counts: MonthlyCounts


def _all_types(holding: Holding, kinds: Iterable[str], first: date, last: date) -> dict[int, _AreaTypes]:
    files = [file for file in holding.files if file.first_month <= last and file.last_month >= first]
    tables = CrimeTypeTable.objects.filter(file__in=files, area__kind__in=list(kinds)).select_related("area")
    by_area: dict[int, list[CrimeTypeTable]] = {}
    for table in tables.order_by("file__first_month", "file_id"):
        by_area.setdefault(table.area_id, []).append(table)
    found = {}
    for area, parts in by_area.items():
        ids = [unpack_ids(table.crime_types) for table in parts]
        types = np.unique(np.concatenate(ids))
        rows = []
        for table, own in zip(parts, ids, strict=True):
            values = unpack(table.values, len(own))
            wide = np.full((len(types), values.shape[1]), NOT_PUBLISHED, dtype=np.int32)
            wide[np.searchsorted(types, own)] = values
            rows.append((table.file_id, wide))
        if counts := joined(holding, rows):
            found[area] = _AreaTypes(parts[0].area, types, counts)
    return found


def _shared(
    then: Iterable[_AreaTypes], here: Iterable[_AreaTypes], first: date, last: date
) -> tuple[date, date] | None:
    """The whole periods between two months; both releases must count in periods of one length."""
    one, other = next(iter(then), None), next(iter(here), None)
    if not one or not other or first > last or one.counts.step != other.counts.step:
        return None
    step = other.counts.step
    late = months_between(other.counts.first_month, first) % step
    first = add_months(first, (step - late) % step)
    last = add_months(last, -((months_between(first, last) + 1) % step))
    spans = one.counts.span(first, last), other.counts.span(first, last)
    return (first, last) if all(spans) else None


def _sums(areas: dict[int, _AreaTypes], first: date, last: date) -> dict[tuple[int, int], int]:
    """(area, crime type) -> the sum of these months, where all of them are published."""
    found = {}
    for area, known in areas.items():
        part = known.counts.values[:, known.counts.span(first, last)]
        whole = (part != NOT_PUBLISHED).all(axis=1)
        sums = part.sum(axis=1, dtype=np.int64)
        for at in np.flatnonzero(whole).tolist():
            found[area, int(known.types[at])] = int(sums[at])
    return found


def newest_two(held: Sequence[Holding]) -> tuple[Holding, Holding] | None:
    """(the one before, the newest) of releases newest publication first; None where there are not two that
    share a month."""
    for other in held[1:]:
        if other.first_month <= held[0].last_month and held[0].first_month <= other.last_month:
            return other, held[0]
    return None


def release_before(release: Release) -> Holding | None:
    """The release in use that was published last before this one, of the same source."""
    held = holdings(source_key=release.source.key)
    order = (release.published_on, release.pk)
    return next((h for h in held if (h.release.published_on, h.release.pk) < order), None)
