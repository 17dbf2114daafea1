"""Writing the tables of a staged file: what it prints, what that adds up to, and what it restates."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils import timezone

from crime_data import mapping, queries, sums
from crime_data.importers import IMPORTERS, Publication
from crime_data.importers.contract import Label, SourceSpec
from crime_data.importers.grid import NOT_PUBLISHED
from crime_data.mapping import normal
from crime_data.models import (
    Area,
    AreaLink,
    Category,
    CrimeType,
    CrimeTypeTable,
    PrintedTable,
    Release,
    ReleaseFile,
)
from crime_data.months import months_between
from crime_data.packing import pack_ids, pack_parts, unpack, unpack_ids
from crime_data.services.bulk import insert, unseen
from crime_data.services.places import Identified, area_ids

TYPED = ("file_id", "area_id", "crime_types", "values")


def fingerprint(publication: Publication, found: Identified) -> str:
    """Of the figures: the same for CSV, gzip and Parquet, any line ends, any order of rows and columns."""
    grid = publication.grid
    labels = ["|".join(map(normal, label)) for label in publication.labels]
    areas = ["|".join(one) for one in found.identities]
    area_rank, label_rank = _ranks(areas), _ranks(labels)
    digest = hashlib.blake2b(digest_size=32)
    digest.update(
        f"{publication.source.key} {publication.part} {publication.first_month:%Y%m} "
        f"{publication.step} {grid.columns}\n".encode()
    )
    digest.update("\n".join([*sorted(set(areas)), "", *sorted(set(labels))]).encode())
    of_area, of_label = area_rank[grid.area], label_rank[grid.label]
    for rows in grid.batches(np.lexsort((of_label, of_area)), of_area):
        for part in (of_area[rows], of_label[rows], grid.values(rows)):
            digest.update(part.data)
    return digest.hexdigest()


def _ranks(names: list[str]) -> np.ndarray:
    ordered = {name: at for at, name in enumerate(sorted(set(names)))}
    return np.array([ordered[name] for name in names], dtype=np.int64)


@dataclass
class Restated:
    """How a file differs from the release before, cell by cell of what both print."""

    against: str = ""
    release: int = 0
    cells: int = 0
    changed: int = 0
    before: int = 0
    after: int = 0
    series_gone: int = 0
    series_new: int = 0
    areas_gone: int = 0
    total_gone: int = 0
    labels_gone: dict[str, int] = field(default_factory=dict)  # number of the category -> its total then
    areas: set[int] = field(default_factory=set, repr=False)

    def as_json(self) -> dict[str, Any]:
        names = (
            "against",
            "release",
            "cells",
            "changed",
            "before",
            "after",
            "series_gone",
            "series_new",
            "areas_gone",
            "total_gone",
            "labels_gone",
        )
        return {name: getattr(self, name) for name in names} if self.against else {}


def spec_of(file: ReleaseFile) -> SourceSpec:
    spec: SourceSpec = IMPORTERS[file.release.source.key].SOURCE
    return spec


def store(row: ReleaseFile, publication: Publication, found: Identified) -> Iterator[int]:
    """Write the staged tables in short transactions; yield how many rows of the file are written."""
    writer = _Writer(row, publication, found)
    done = 0
    for rows in publication.grid.batches(writer.order, writer.area_of_row):
        writer.write(rows)
        done += len(rows)
        yield done
    writer.finish()


class _Writer:
    def __init__(self, row: ReleaseFile, publication: Publication, found: Identified):
        self.row, self.publication, self.grid = row, publication, publication.grid
        with unseen():
            ids = area_ids(found.first)
            self.categories = note_categories(row, publication.source, publication.labels)
        self.area_of_row = np.array([ids[one] for one in found.identities], dtype=np.int64)[self.grid.area]
        self.category_of_row = np.array(self.categories, dtype=np.int64)[self.grid.label]
        # Areas in the order of their numbers, and their categories in the order of theirs: rows are then
        # written where the index expects them, and two releases compare without a search.
        self.order = np.lexsort((self.category_of_row, self.area_of_row))
        self.typed = Typed(row, publication.labels)
        self.before = _Before(row, publication)

    def write(self, rows: np.ndarray) -> None:
        values = self.grid.values(rows)
        areas, start, number = np.unique(self.area_of_row[rows], return_index=True, return_inverse=True)
        bounds = [*start.tolist(), len(rows)]
        categories, lines = self.category_of_row[rows], self.grid.line[rows]
        spans = list(zip(areas.tolist(), bounds[:-1], bounds[1:], strict=True))
        printed = [
            (self.row.pk, area, pack_ids(categories[a:b]), pack_ids(lines[a:b]), packed)
            for (area, a, b), packed in zip(spans, pack_parts(values, bounds), strict=True)
        ]
        typed = self.typed.rows(areas, number, self.grid.label[rows], values)
        with unseen():
            insert(PrintedTable, ("file_id", "area_id", "categories", "lines", "values"), printed)
            insert(CrimeTypeTable, TYPED, typed)
            ReleaseFile.objects.filter(pk=self.row.pk).update(imported_at=timezone.now())
        self.before.compare(spans, categories, values)

    def finish(self) -> None:
        """The areas above, and what became of areas that the file no longer has."""
        with unseen():
            insert(CrimeTypeTable, TYPED, self.typed.rows_above())
        self.before.finish()
        self.row.restated = self.before.restated.as_json()
        self.row.save(update_fields=["restated"])


class Typed:
    """Rows of CrimeTypeTable for one file: of its areas as they come, in the end of the areas above them."""

    def __init__(self, row: ReleaseFile, labels: Sequence[Label]):
        self.row, self.plan = row, type_plan(row, labels)
        self.types = _type_ids(self.plan)
        self.sums_from = spec_of(row).sums_from
        self.kinds = dict(Area.objects.values_list("pk", "kind")) if self.sums_from else {}
        self.wholes = _wholes() if self.sums_from else {}
        self.above: dict[int, np.ndarray] = {}
        self.printed: set[int] = set()

    def rows(
        self, areas: np.ndarray, number: np.ndarray, label: np.ndarray, values: np.ndarray
    ) -> list[tuple[Any, ...]]:
        """`number` (of the area in `areas`) and `label` are one a row of `values`."""
        self.printed.update(areas.tolist())
        if not self.plan.types:
            return []
        summed = sums.by_type(self.plan, number, label, values, len(areas))
        self._leave_out(areas, number, label, summed)
        wholes: dict[int, list[int]] = {}
        for at, area in enumerate(areas.tolist()):
            if self.sums_from and self.kinds[area] in (self.sums_from, Area.Kind.PSEUDO):
                for whole in self.wholes.get(area, ()):
                    wholes.setdefault(whole, []).append(at)
        for whole, parts in wholes.items():
            self._add(whole, sums.add_up(summed[parts]))
        return self._packed(areas.tolist(), summed)

    def _leave_out(
        self, areas: np.ndarray, number: np.ndarray, label: np.ndarray, summed: np.ndarray
    ) -> None:
        """A borough without a row for a label has none of it; an area above, for which the file prints other
        labels, is not published for it."""
        if not self.sums_from or spec_of(self.row).partition:
            return
        for at, area in enumerate(areas.tolist()):
            if self.kinds[area] not in (self.sums_from, Area.Kind.PSEUDO):
                summed[at, ~sums.fed(self.plan, label[number == at].tolist())] = NOT_PUBLISHED

    def rows_above(self) -> list[tuple[Any, ...]]:
        """The areas above, from the lowest up; not those that the file prints itself."""
        for kind in (Area.Kind.BOROUGH, Area.Kind.PSEUDO, Area.Kind.BCU):
            for area in [area for area in self.above if self.kinds[area] == kind]:
                for whole in self.wholes.get(area, ()):
                    self._add(whole, self.above[area])
        made = {area: summed for area, summed in self.above.items() if area not in self.printed}
        return self._packed(list(made), np.stack([*made.values()])) if made else []

    def _packed(self, areas: list[int], summed: np.ndarray) -> list[tuple[Any, ...]]:
        keys = pack_ids(self.types)
        packed = pack_parts(summed.reshape(len(areas), -1), range(len(areas) + 1))
        return [(self.row.pk, area, keys, values) for area, values in zip(areas, packed, strict=True)]

    def _add(self, whole: int, summed: np.ndarray) -> None:
        before = self.above.get(whole)
        self.above[whole] = summed if before is None else sums.plus(before, summed)


def _wholes() -> dict[int, list[int]]:
    """Area -> areas that its counts are added to."""
    found: dict[int, list[int]] = {}
    links = AreaLink.objects.filter(file=None).values_list("part_id", "part__kind", "whole_id", "whole__kind")
    for part, kind, whole, above in links:  # not by a cursor, for which PostgreSQL plans a slow join
        if above in sums.ABOVE.get(kind, ()):
            found.setdefault(part, []).append(whole)
    return found


def _type_ids(plan: sums.Plan) -> np.ndarray:
    ids = dict(CrimeType.objects.values_list("key", "pk"))
    return np.array([ids[key] for key in plan.types], dtype=np.int64)


def type_plan(row: ReleaseFile, labels: Sequence[Label]) -> sums.Plan:
    spec = spec_of(row)
    if spec.values != "counts":
        return sums.Plan((), (), (), tuple(
            at for at, label in enumerate(labels) if not mapping.rows_for(spec.table, *label)
        ))  # fmt: skip
    return sums.plan(
        labels,
        table=spec.table,
        partition=spec.partition,
        first=row.first_month,
        step=row.step,
        columns=row.periods,
    )


def note_categories(row: ReleaseFile, spec: SourceSpec, labels: Sequence[Label]) -> list[int]:
    """Numbers of the printed categories, in the order of the file's labels; those made that are new."""
    source, table = row.release.source, spec.table
    types = {kind.key: kind for kind in CrimeType.objects.all()}
    held = {Label(c.major, c.minor, c.counted): c for c in Category.objects.filter(source=source)}
    changed = []
    for label in labels:
        key = mapping.crime_type_of(table, *label)
        kind = types.get(key or "")
        category = held.get(label)
        if category and (category.crime_type_id, category.reviewed) == (kind and kind.pk, key is not None):
            continue
        changed.append(Category(source=source, **label._asdict(), crime_type=kind, reviewed=key is not None))
    Category.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["source", "major", "minor", "counted"],
        update_fields=["crime_type", "reviewed"],
    )
    if changed:
        held = {Label(c.major, c.minor, c.counted): c for c in Category.objects.filter(source=source)}
    found = [held[label] for label in labels]
    row.categories = sorted(category.pk for category in found)
    row.unreviewed = sorted(str(category) for category in found if not category.reviewed)
    row.mapping = mapping.version(table)
    row.save(update_fields=["categories", "unreviewed", "mapping"])
    return [category.pk for category in found]


class _Before:
    """What this file restates: each of its periods as the release published last before it has it."""

    def __init__(self, row: ReleaseFile, publication: Publication):
        self.row, self.restated = row, Restated()
        self._pairs: list[tuple[np.ndarray, np.ndarray]] = []  # then and now, still to be counted
        self._side_by_side = publication.source.side_by_side
        counts = publication.source.values == "counts"
        self.files: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        against: list[Release] = []
        left = np.ones(publication.grid.columns, dtype=bool)
        printed: set[int] = set()
        for holding in queries.earlier_holdings(row.release) if counts else []:
            for file in holding.files:
                theirs, ours = self._shared(file, left)
                if len(ours):
                    self.files[file.pk] = (theirs, ours)
                    left[ours] = False
                    printed.update(file.categories)
                    against += [holding.release] if holding.release not in against else []
            if not left.any():
                break
        if against:
            self.restated.against = ", ".join(release.key for release in against)
            self.restated.release = against[0].pk
        self._labels_gone = np.array(sorted(printed - set(row.categories)), dtype=np.int32)

    def _shared(self, file: ReleaseFile, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Columns of the earlier file, and of this one, that are the same periods and not compared yet."""
        start = max(file.first_month, self.row.first_month)
        end = min(file.last_month, self.row.last_month)
        nothing = np.zeros(0, dtype=np.int64)
        other_part = self._side_by_side and file.part != self.row.part
        if file.step != self.row.step or end < start or other_part:
            return nothing, nothing
        length = (months_between(start, end) + 1) // self.row.step
        theirs = months_between(file.first_month, start) // self.row.step
        ours = months_between(self.row.first_month, start) // self.row.step
        columns = np.flatnonzero(left[ours : ours + length])
        return theirs + columns, ours + columns

    def compare(self, spans: list[tuple[int, int, int]], categories: np.ndarray, values: np.ndarray) -> None:
        if not self.files:
            return
        self.restated.areas.update(area for area, _, _ in spans)
        # The areas of a batch follow each other by number.
        found = PrintedTable.objects.filter(
            file__in=list(self.files), area__gte=spans[0][0], area__lte=spans[-1][0]
        ).values_list("file", "area", "categories", "values")
        old = {(file, area): (ids, packed) for file, area, ids, packed in found}
        for area, a, b in spans:
            ids, counts = categories[a:b], values[a:b]
            for file, (theirs, ours) in self.files.items():
                if (file, area) not in old:
                    self._differences(ids[:0], counts[:0, ours], ids, counts[:, ours])
                    continue
                packed_ids, packed = old[file, area]
                before_ids = unpack_ids(packed_ids)
                before = unpack(packed, len(before_ids))[:, theirs]
                self._differences(before_ids, before, ids, counts[:, ours])
        self._count()

    def _differences(
        self, before_ids: np.ndarray, before: np.ndarray, now_ids: np.ndarray, now: np.ndarray
    ) -> None:
        """Both ids ascending. A series that one of the two does not list is nought in it."""
        found = self.restated
        if len(self._labels_gone):
            for at in np.flatnonzero(np.isin(before_ids, self._labels_gone)).tolist():
                total = int(before[at][before[at] != NOT_PUBLISHED].sum(dtype=np.int64))
                label = str(before_ids[at])
                found.labels_gone[label] = found.labels_gone.get(label, 0) + total
        if np.array_equal(before_ids, now_ids):
            old, new = before, now
        else:
            ids = np.union1d(before_ids, now_ids)
            old = np.zeros((len(ids), now.shape[1]), dtype=np.int32)
            new = old.copy()
            old[np.searchsorted(ids, before_ids)] = before
            new[np.searchsorted(ids, now_ids)] = now
            found.series_gone += len(ids) - len(now_ids)
            found.series_new += len(ids) - len(before_ids)
        self._pairs.append((old.ravel(), new.ravel()))

    def _count(self) -> None:
        """All at once: there are thousands of areas, and each has few cells."""
        if not self._pairs:
            return
        old, new = (np.concatenate(side) for side in zip(*self._pairs, strict=True))
        self._pairs.clear()
        both = (old != NOT_PUBLISHED) & (new != NOT_PUBLISHED)
        found = self.restated
        found.cells += int(both.sum())
        found.changed += int((both & (old != new)).sum())
        found.before += int(old[both].sum(dtype=np.int64))
        found.after += int(new[both].sum(dtype=np.int64))

    def finish(self) -> None:
        """Areas that the file no longer lists are nought in it."""
        for file, (theirs, _) in self.files.items():
            rows = PrintedTable.objects.filter(file=file)
            listed = set(rows.values_list("area_id", flat=True)) - self.restated.areas
            gone = sorted(listed)
            for start in range(0, len(gone), 500):
                for table in rows.filter(area__in=gone[start : start + 500]):
                    ids = unpack_ids(table.categories)
                    before = unpack(table.values, len(ids))[:, theirs]
                    self.restated.areas_gone += 1
                    self.restated.total_gone += int(before[before != NOT_PUBLISHED].sum(dtype=np.int64))
                    nothing = np.zeros((0, before.shape[1]), dtype=np.int32)
                    self._differences(ids, before, ids[:0], nothing)
                self._count()
