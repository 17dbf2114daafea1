"""Everything that a page of measures needs out of the releases, of several sources and two days at once.

The same number of queries for one measure or a hundred, and for one year of history or sixteen: which
releases answer (one), their counts by crime type (one), and what is printed but is no crime, such as a
population or a survey's answers (two, and only when asked for).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from django.db.models import BooleanField, Case, F, Value, When, Window
from django.db.models.functions import DenseRank

from crime_data.breaks import Period
from crime_data.models import Category, CrimeTypeTable, PrintedTable, ReleaseFile
from crime_data.months import add_months, months_between
from crime_data.packing import NOT_PUBLISHED, Packed, unpack, unpack_ids
from crime_data.queries.figures import Holding, MonthlyCounts, joined

NEWEST = 6
"""Releases of a source that are looked at: enough to find one that holds two years."""


@dataclass(frozen=True, slots=True)
class Held:
    """What answered on a day: source key -> release, and its figures.

    `counts` is keyed by (source, area id, crime type id), `printed` by (source, area id, printed label).
    A survey's values are float64 shares of one with NaN for what was not published.
    """

    releases: dict[str, Holding]
    counts: dict[tuple[str, int, int], MonthlyCounts]
    printed: dict[tuple[str, int, str], MonthlyCounts]


def held_on(
    days: Sequence[date | None],
    *,
    areas: Collection[int],
    counts: Mapping[str, Collection[int]] | None = None,
    printed: Mapping[str, Collection[str]] | None = None,
    over: Period | None = None,
) -> list[Held]:
    """What answers on each of the days (None is today), the newest first: two of them at most.

    `counts` names the crime types wanted of each source, `printed` the labels, as "MAJOR / MINOR". Of a
    source that release answers which holds the newest months among those that hold two years in one; where
    none does, the newest months. Illustrative releases answer only where nothing published is held. With
    `over` that release answers which was published last among those that hold these months.
    """
    counts, printed = counts or {}, printed or {}
    answering = _answering({*counts, *printed}, days, over)
    places = list(areas)
    typed = _typed_rows(_files_of(answering, counts), places)
    labelled, labels = printed_rows(_files_of(answering, printed), places, printed)
    return [
        Held(releases, counts_of(releases, counts, typed), printed_of(releases, labelled, labels))
        for releases in answering
    ]


# --- which releases answer -------------------------------------------------------------------


def _answering(
    sources: Collection[str], days: Sequence[date | None], over: Period | None
) -> list[dict[str, Holding]]:
    if not sources:
        return [{} for _ in days]
    latest = None if None in days else max(day for day in days if day)
    earlier = min((day for day in days if day), default=None)
    files = ReleaseFile.objects.current().filter(release__source__key__in=list(sources))
    if latest:
        files = files.filter(release__published_on__lte=latest)
    by_then: Case | Value = Value(True)
    if earlier:
        by_then = Case(When(release__published_on__lte=earlier, then=True), default=False)
    place = Window(
        DenseRank(),
        partition_by=[F("release__source_id"), F("by_then")],
        order_by=[
            F("release__illustrative").asc(),
            F("release__published_on").desc(),
            F("release_id").desc(),
        ],
    )
    found = files.annotate(by_then=_boolean(by_then)).annotate(place=place)
    if over is None:
        found = found.filter(place__lte=NEWEST)
    releases: dict[int, list[ReleaseFile]] = {}
    for file in found.select_related("release__source").order_by("first_month", "pk"):
        releases.setdefault(file.release_id, []).append(file)
    held = [Holding(of_one[0].release, tuple(of_one)) for of_one in releases.values()]
    held.sort(key=lambda one: (one.release.published_on, one.release.pk), reverse=True)
    by_day = ([one for one in held if not day or one.release.published_on <= day] for day in days)
    return [_of_each(by_then, over) for by_then in by_day]


def _boolean(expression: Case | Value) -> Case | Value:
    expression.output_field = BooleanField()
    return expression


def _of_each(held: Iterable[Holding], over: Period | None) -> dict[str, Holding]:
    sources: dict[str, list[Holding]] = {}
    for holding in held:
        sources.setdefault(holding.release.source.key, []).append(holding)
    return {source: chosen(holdings, over) for source, holdings in sources.items()}


def chosen(held: list[Holding], over: Period | None = None) -> Holding:
    """`held` is the newest first. Of those that hold the months `over` the newest, best with the year before.
    Where none is asked for or held: a Historical file that came before its recent one must not take the pages
    back two years, nor a file of a single month hide the year before it."""
    if any(not holding.release.illustrative for holding in held):
        held = [holding for holding in held if not holding.release.illustrative]
    if over:
        asked = [holding for holding in held if holding.covers(*over)]
        both = [holding for holding in asked if holding.covers(add_months(over[0], -12), over[1])]
        if both or asked:
            return (both or asked)[0]
    whole = [h for h in held if h.covers(add_months(h.last_month, -23), h.last_month)]
    return max(whole or held, key=lambda holding: holding.last_month)


def _files_of(answering: Iterable[Mapping[str, Holding]], sources: Collection[str]) -> set[int]:
    return {
        file.pk
        for releases in answering
        for source, holding in releases.items()
        if source in sources
        for file in holding.files
    }


# --- counts ----------------------------------------------------------------------------------

_Typed = dict[int, list[tuple[int, Packed, Packed]]]  # file -> (area, crime types, values)


def _typed_rows(files: Collection[int], areas: Collection[int]) -> _Typed:
    rows: _Typed = {}
    if files:
        tables = CrimeTypeTable.objects.filter(file__in=files, area__in=areas)
        for file, area, types, values in tables.values_list("file_id", "area_id", "crime_types", "values"):
            rows.setdefault(file, []).append((area, types, values))
    return rows


def counts_of(
    releases: Mapping[str, Holding], wanted: Mapping[str, Collection[int]], rows: _Typed
) -> dict[tuple[str, int, int], MonthlyCounts]:
    found: dict[tuple[str, int, int], MonthlyCounts] = {}
    for source, kinds in wanted.items():
        if source not in releases:
            continue
        of_files = {file.pk: rows[file.pk] for file in releases[source].files if file.pk in rows}
        areas = sorted({area for tables in of_files.values() for area, _, _ in tables})
        ordered = np.array(sorted(kinds), dtype=np.int64)
        parts = [(pk, _table_of(tables, areas, ordered)) for pk, tables in of_files.items()]
        counts = joined(releases[source], parts)
        if counts is None:
            continue
        published = (counts.values != NOT_PUBLISHED).any(axis=-1)
        for place, at in np.argwhere(published).tolist():
            found[source, areas[place], int(ordered[at])] = MonthlyCounts(
                counts.holding,
                counts.first_month,
                counts.values[place, at],
                None if counts.files is None else counts.files[place, at],
                counts.step,
            )
    return found


def _table_of(
    tables: Sequence[tuple[int, Packed, Packed]], areas: Sequence[int], wanted: np.ndarray
) -> np.ndarray:
    """The counts of one file: shape (areas, wanted crime types, periods). What it does not have of an area is
    not published by it."""
    places = {area: at for at, area in enumerate(areas)}
    found: np.ndarray | None = None
    for area, types, values in tables:
        ids = bytes(types)
        rows, there = _places(ids, wanted.tobytes())
        table = unpack(values, len(ids) // 4)
        if found is None:
            shape = (len(areas), len(wanted), table.shape[-1])
            found = np.full(shape, NOT_PUBLISHED, dtype=np.int32)
        found[places[area], there] = table[rows]
    assert found is not None  # noqa: S101  (only files that have tables are asked)
    return found


@lru_cache(maxsize=256)  # the areas of a file have the same crime types
def _places(types: bytes, wanted: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Which rows of a table are wanted, and which places among the wanted they take."""
    ids = unpack_ids(types)
    asked = np.frombuffer(wanted, dtype=np.int64)
    _, rows, there = np.intersect1d(ids, asked, return_indices=True)
    return rows, there


# --- what is printed and no crime --------------------------------------------------------------

_Labelled = dict[int, list[tuple[int, int, np.ndarray]]]  # file -> (area, category, values)


def printed_rows(
    files: Collection[int], areas: Collection[int], wanted: Mapping[str, Collection[str]]
) -> tuple[_Labelled, dict[int, str]]:
    if not files:
        return {}, {}
    labels = {
        category.pk: str(category)
        for category in Category.objects.filter(source__key__in=list(wanted)).select_related("source")
        if str(category) in wanted[category.source.key]
    }
    rows: _Labelled = {}
    for table in PrintedTable.objects.filter(file__in=files, area__in=areas).order_by("file_id"):
        ids = unpack_ids(table.categories)
        values = unpack(table.values, len(ids))
        for at in np.flatnonzero(np.isin(ids, list(labels))).tolist():
            rows.setdefault(table.file_id, []).append((table.area_id, int(ids[at]), values[at]))
    return rows, labels


def printed_of(
    releases: Mapping[str, Holding], rows: _Labelled, labels: Mapping[int, str]
) -> dict[tuple[str, int, str], MonthlyCounts]:
    found: dict[tuple[str, int, str], MonthlyCounts] = {}
    for source, holding in releases.items():
        series: dict[tuple[int, int], list[tuple[int, np.ndarray]]] = {}
        for file in holding.files:
            for area, category, values in rows.get(file.pk, ()):
                series.setdefault((area, category), []).append((file.pk, values))
        for (area, category), parts in series.items():
            shares = parts[0][1].dtype.kind == "f"
            run = joined_shares(holding, parts) if shares else joined(holding, parts)
            if run is not None:
                found[source, area, labels[category]] = run
    return found


def joined_shares(holding: Holding, rows: Sequence[tuple[int, np.ndarray]]) -> MonthlyCounts:
    """One run of periods of a survey out of several files of a release; the file that was read last answers
    where two hold a period."""
    files = {file.pk: file for file in holding.files}
    step = files[rows[0][0]].step
    rows = sorted(row for row in rows if files[row[0]].step == step)
    first = min(files[pk].first_month for pk, _ in rows)
    last = max(files[pk].last_month for pk, _ in rows)
    values = np.full((months_between(first, last) + 1) // step, np.nan)
    for pk, shares in rows:
        at = months_between(first, files[pk].first_month) // step
        here = slice(at, at + len(shares))
        values[here] = np.where(np.isnan(shares), values[here], shares)
    return MonthlyCounts(holding, first, values, None, step)
