"""Which months are held of which source, and how: the grid of sources and months."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from django.db.models import Min

from crime_data.models import PrintedTable, ReleaseFile, Source
from crime_data.months import add_months, month_range
from crime_data.packing import NOT_PUBLISHED, unpack


class Held(StrEnum):
    """How a month of a source is held; what comes first is shown where several are true."""

    NEWEST = "newest"
    OLDER = "older"
    WAITING = "waiting"
    GAP = "gap"
    ASIDE = "aside"
    NOTHING = "nothing"


# The sign in the cell, and what it means: for the legend and for screen readers.
SIGNS = {
    Held.NEWEST: ("■", "in the newest release"),
    Held.OLDER: ("◧", "only in an older release"),
    Held.WAITING: ("!", "waits for a person"),
    Held.GAP: ("○", "not published"),
    Held.ASIDE: ("×", "refused or withdrawn"),
    Held.NOTHING: ("·", "nothing held"),
}
_PLURAL = {Held.WAITING: "wait for a person"}


@dataclass(frozen=True, slots=True)
class Month:
    """One cell."""

    month: date
    held: Held

    @property
    def sign(self) -> str:
        return SIGNS[self.held][0]

    @property
    def words(self) -> str:
        return SIGNS[self.held][1]


@dataclass(frozen=True, slots=True)
class Row:
    """One source and its months, the oldest first."""

    source: Source
    months: tuple[Month, ...]
    newest: str  # key of the newest release in use

    def count(self, *held: Held) -> int:
        return sum(month.held in held for month in self.months)

    @property
    def has_any(self) -> bool:
        return self.count(Held.NOTHING) < len(self.months)

    @property
    def summary(self) -> str:
        """One sentence, such as "36 of 36 months, 24 of them in the newest release (to-202603)"."""
        total, newest, older = len(self.months), self.count(Held.NEWEST), self.count(Held.OLDER)
        if not newest + older:
            words = "No month of these is in use"
        elif not older:
            words = f"{newest} of {total} months, all in the newest release ({self.newest})"
        elif not newest:
            words = f"{older} of {total} months, only in older releases"
        else:
            words = (
                f"{newest + older} of {total} months, {newest} in the newest release ({self.newest}) and "
                f"{older} only in older ones"
            )
        for held in (Held.WAITING, Held.GAP, Held.ASIDE):
            if number := self.count(held):
                words += f"; {number} {_PLURAL.get(held, SIGNS[held][1]) if number > 1 else SIGNS[held][1]}"
        return words + "."


@dataclass(frozen=True, slots=True)
class Coverage:
    """The grid."""

    first: date
    last: date
    months: tuple[date, ...]
    rows: tuple[Row, ...]

    @property
    def with_any(self) -> list[Row]:
        return [row for row in self.rows if row.has_any]

    @property
    def without(self) -> list[Row]:
        return [row for row in self.rows if not row.has_any]

    @property
    def years(self) -> list[tuple[int, int]]:
        """(year, how many of the months lie in it), for the head of the table."""
        found: dict[int, int] = {}
        for month in self.months:
            found[month.year] = found.get(month.year, 0) + 1
        return list(found.items())


def newest_month() -> date | None:
    """The newest month that any file in use or waiting is about."""
    held = ReleaseFile.objects.filter(state__in=[ReleaseFile.State.CURRENT, ReleaseFile.State.HELD])
    return held.order_by("-last_month").values_list("last_month", flat=True).first()


def coverage(*, last: date, months: int) -> Coverage:
    """The months up to `last`, of all sources. Three queries, a fourth where a month has none."""
    first = add_months(last, 1 - months)
    shown = month_range(first, last)
    files = list(
        ReleaseFile.objects.exclude(state=ReleaseFile.State.STAGED)
        .filter(first_month__lte=last, last_month__gte=first)
        .select_related("release")
        .defer("evidence", "restated", "caveats", "set_aside", "categories", "unreviewed")
    )
    by_source: dict[int, list[ReleaseFile]] = {}
    for file in _shown(files):
        by_source.setdefault(file.release.source_id, []).append(file)
    gaps = _gaps(files, first, last)
    newest = _newest_releases()
    rows = []
    for source in Source.objects.all():
        cells = _cells(by_source.get(source.pk, []), shown, gaps, newest.get(source.pk, (0, ""))[0])
        rows.append(Row(source, cells, newest.get(source.pk, (0, ""))[1]))
    rows.sort(key=lambda row: not row.has_any)
    return Coverage(first, last, shown, tuple(rows))


def _shown(files: Sequence[ReleaseFile]) -> list[ReleaseFile]:
    """Illustrative figures answer only where a source has no published ones."""
    published = {file.release.source_id for file in files if not file.release.illustrative}
    return [
        file for file in files if not file.release.illustrative or file.release.source_id not in published
    ]


def _newest_releases() -> dict[int, tuple[int, str]]:
    """Source -> (number, key) of its release in use that was published last."""
    current = ReleaseFile.objects.current().order_by(
        "-release__illustrative", "release__published_on", "release_id"
    )
    rows = current.values_list("release__source_id", "release_id", "release__key").distinct()
    return {source: (pk, key) for source, pk, key in rows}


def _cells(
    files: Iterable[ReleaseFile], shown: Sequence[date], gaps: dict[int, set[date]], newest: int
) -> tuple[Month, ...]:
    best: dict[date, Held] = {}
    order = list(Held)
    for file in files:
        how = _how(file, newest)
        missing = gaps.get(file.pk, set())
        start, end = max(file.first_month, shown[0]), min(file.last_month, shown[-1])
        for month in month_range(start, end):
            here = Held.GAP if month in missing and how in (Held.NEWEST, Held.OLDER) else how
            best[month] = min(best.get(month, here), here, key=order.index)
    return tuple(Month(month, best.get(month, Held.NOTHING)) for month in shown)


def _how(file: ReleaseFile, newest: int) -> Held:
    if file.state == ReleaseFile.State.CURRENT:
        return Held.NEWEST if file.release_id == newest else Held.OLDER
    return Held.WAITING if file.state == ReleaseFile.State.HELD else Held.ASIDE


def _gaps(files: Sequence[ReleaseFile], first: date, last: date) -> dict[int, set[date]]:
    """File -> its months that the publisher left out. They are marked in every row of the file, so one row
    tells; only files with a total of nought in some month are looked at."""
    suspect = [file for file in files if file.state == ReleaseFile.State.CURRENT and 0 in file.totals]
    if not suspect:
        return {}
    tables = PrintedTable.objects.filter(file__in=suspect)
    firsts = tables.values("file").annotate(first=Min("pk")).values("first")
    found = {}
    by_pk = {file.pk: file for file in suspect}
    for table in PrintedTable.objects.filter(pk__in=firsts):
        file = by_pk[table.file_id]
        values = unpack(table.values, len(table.categories) // 4)
        out = np.flatnonzero((values == NOT_PUBLISHED).all(axis=0)).tolist()
        found[file.pk] = {
            add_months(file.first_month, file.step * at + month) for at in out for month in range(file.step)
        }
    return found
