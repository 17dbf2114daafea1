"""Where a figure comes from: its release and files, the categories, lines and areas that make it up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from django.urls import reverse

from crime_data import breaks, mapping, sums
from crime_data.breaks import Break
from crime_data.importers import IMPORTERS
from crime_data.importers.contract import Label
from crime_data.models import Area, AreaLink, Category, CrimeType, CrimeTypeTable, PrintedTable, ReleaseFile
from crime_data.months import add_months, months_between, period_label
from crime_data.packing import NOT_PUBLISHED, unpack, unpack_ids
from crime_data.queries.figures import Holding, MonthlyCounts, NotHeld, joined, row_of

MOST_PARTS = 2_000  # in JSON; a force made of small areas has a hundred thousand


@dataclass(frozen=True, slots=True)
class Part:
    """What one file prints for one area under one category, in the months asked. `lines` are those of the
    file at which it begins."""

    area: Area
    file: ReleaseFile
    category: Category
    lines: tuple[int, ...]
    count: int


@dataclass
class Together:
    """Parts added up by what they share: a category, or an area."""

    what: Category | Area
    count: int = 0
    parts: list[Part] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return sum(len(part.lines) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Provenance:
    """One figure and everything it is made of. The parts add up to the value, or `differs` says by how much
    they do not: then the tables of the repository have changed since the import."""

    area: Area
    crime_type: CrimeType
    first: date
    last: date
    value: int
    holding: Holding
    files: tuple[ReleaseFile, ...]
    parts: tuple[Part, ...]
    older_mapping: tuple[ReleaseFile, ...]
    breaks: tuple[Break, ...]

    @property
    def period(self) -> str:
        return period_label(self.first, self.last)

    @property
    def sum_of_parts(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def differs(self) -> int:
        return self.sum_of_parts - self.value

    @property
    def categories(self) -> list[Together]:
        return _together(self.parts, lambda part: part.category)

    @property
    def areas(self) -> list[Together]:
        return _together(self.parts, lambda part: part.area)

    @property
    def is_sum_of_areas(self) -> bool:
        return any(part.area.pk != self.area.pk for part in self.parts)

    @property
    def caveats(self) -> list[str]:
        """The publisher's own, once each."""
        return list(dict.fromkeys(words for file in self.files for words in file.caveats))

    def as_json(self) -> dict[str, Any]:
        release = self.holding.release
        return {
            "source": release.source.key,
            "area": self.area.name,
            "area_code": self.area.code,
            "crime_type": self.crime_type.key,
            "from": f"{self.first:%Y-%m}",
            "to": f"{self.last:%Y-%m}",
            "value": self.value,
            "unit": release.source.unit,
            "release": release.key,
            "published_on": release.published_on.isoformat(),
            "illustrative": release.illustrative,
            "licence": release.source.licence,
            "files": [_file_as_json(file) for file in self.files],
            "categories": [
                {"category": str(one.what), "count": one.count, "lines": one.lines} for one in self.categories
            ],
            "areas": [
                {"area": one.what.name, "area_code": one.what.code, "count": one.count}  # type: ignore[union-attr]
                for one in self.areas
            ],
            "parts": [
                {
                    "area": part.area.name,
                    "area_code": part.area.code,
                    "category": str(part.category),
                    "file": part.file.name,
                    "lines": list(part.lines),
                    "count": part.count,
                }
                for part in self.parts[:MOST_PARTS]
            ],
            "parts_left_out": max(0, len(self.parts) - MOST_PARTS),
            "parts_differ_from_value_by": self.differs,
            "caveats": self.caveats,
            "breaks": [{"key": one.key, "title": one.title, "text": one.text} for one in self.breaks],
        }


def _file_as_json(file: ReleaseFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "rows": file.rows,
        "imported_at": file.imported_at.isoformat(),
        "imported_by": str(file.imported_by) if file.imported_by else None,
        "mapping": file.mapping,
        "page": reverse("release_file", args=[file.pk]),
    }


def _together(parts: Iterable[Part], by: Any) -> list[Together]:
    found: dict[int, Together] = {}
    for part in parts:
        one = found.setdefault(by(part).pk, Together(by(part)))
        one.count += part.count
        one.parts.append(part)
    return sorted(found.values(), key=lambda one: (-one.count, str(one.what)))


def provenance(
    *, held: Sequence[Holding], area: Area, crime_type: CrimeType, first: date, last: date
) -> Provenance:
    """The figure out of the first of these releases that has it, and what it is made of.

    A fixed number of queries, however many releases and files. Raises NotHeld.
    """
    if not held:
        raise NotHeld("No figures of this source are held yet. Import a file first.")
    whole = [holding for holding in held if holding.covers(first, last)]
    counts = _first_with_figure(whole, area, crime_type, first, last)
    if counts is None:
        names = ", ".join(holding.release.key for holding in whole[:6]) or "none"
        raise NotHeld(
            f"No release has a figure for {crime_type.name.lower()} in {area} for "
            f"{period_label(first, last)}. Releases that hold these months: {names}."
        )
    holding, value = counts.holding, counts.sum(first, last)
    assert value is not None  # noqa: S101  (the release was chosen for having it)
    source, key = holding.release.source.key, crime_type.key
    files = _files_that_answer(counts, first, last)
    parts = _parts(counts, files, area, crime_type, first, last)
    version = mapping.version(IMPORTERS[source].SOURCE.table)
    return Provenance(
        area,
        crime_type,
        first,
        last,
        value,
        holding,
        files,
        tuple(sorted(parts, key=lambda part: (-part.count, part.area.name, str(part.category)))),
        tuple(file for file in files if file.mapping != version),
        breaks.that_apply(source, key, first, last, area.code),
    )


def _first_with_figure(
    whole: Sequence[Holding], area: Area, crime_type: CrimeType, first: date, last: date
) -> MonthlyCounts | None:
    files = [file for holding in whole for file in holding.files]
    rows = {}
    for table in CrimeTypeTable.objects.filter(file__in=files, area=area):
        counts = row_of(table.crime_types, table.values, [crime_type.pk])
        if counts is not None:
            rows[table.file_id] = (table.file_id, counts)
    for holding in whole:
        found = joined(holding, [rows[file.pk] for file in holding.files if file.pk in rows])
        if found and found.sum(first, last) is not None:
            return found
    return None


def _files_that_answer(counts: MonthlyCounts, first: date, last: date) -> tuple[ReleaseFile, ...]:
    """Those files of the release that these months are read from, with who imported them."""
    held = counts.holding.spans(first, last)
    answers = set(np.unique(_answers(counts, first, last)).tolist())
    wanted = [file.pk for file in held if file.pk in answers or 0 in answers]
    return tuple(ReleaseFile.objects.filter(pk__in=wanted).select_related("imported_by"))


def _answers(counts: MonthlyCounts, first: date, last: date) -> np.ndarray:
    """The number of the file that each period of these months is read from; nought for all together."""
    span = counts.span(first, last)
    assert span is not None and counts.files is not None  # noqa: S101
    return counts.files[span]


# --- what it is made of ----------------------------------------------------------------------


def _parts(
    counts: MonthlyCounts,
    files: Sequence[ReleaseFile],
    area: Area,
    crime_type: CrimeType,
    first: date,
    last: date,
) -> list[Part]:
    by_pk = {file.pk: file for file in files}
    source = counts.holding.release.source.key
    numbers = {number for file in files for number in file.categories}
    categories = {category.pk: category for category in Category.objects.filter(pk__in=numbers)}
    uses = {
        file.pk: _uses(file, source, categories, crime_type.key) & _months(counts, file, first, last)
        for file in files
    }
    found = []
    for table in _printed(files, area, source):
        use = uses[table.file_id]
        ids, lines = unpack_ids(table.categories), unpack_ids(table.lines)
        values = unpack(table.values, len(ids))
        kept = use[np.searchsorted(by_pk[table.file_id].categories, ids)]
        made = np.where(kept & (values != NOT_PUBLISHED), values, 0).sum(axis=1, dtype=np.int64)
        for category in np.unique(ids[made > 0]).tolist():
            rows = np.flatnonzero(ids == category)
            found.append(
                Part(
                    table.area,
                    by_pk[table.file_id],
                    categories[category],
                    tuple(sorted(lines[rows].tolist())),
                    int(made[rows].sum()),
                )
            )
    return found


def _uses(file: ReleaseFile, source: str, categories: dict[int, Category], wanted: str) -> np.ndarray:
    """Which of the file's categories (rows, in the order of their numbers) counts to the crime type in which
    periods (columns)."""
    spec = IMPORTERS[source].SOURCE
    labels = [Label(c.major, c.minor, c.counted) for c in (categories[pk] for pk in file.categories)]
    plan = sums.plan(
        labels,
        table=spec.table,
        partition=spec.partition,
        first=file.first_month,
        step=file.step,
        columns=file.periods,
    )
    use = np.zeros((len(labels), file.periods), dtype=bool)
    for at, leaf, start, end in plan.leaves:
        if wanted in mapping.ancestors()[plan.types[leaf]]:
            use[at, start:end] = True
    return use


def _months(counts: MonthlyCounts, file: ReleaseFile, first: date, last: date) -> np.ndarray:
    """Those periods of a file that lie in these months and that are read from it."""
    asked = np.zeros(file.periods, dtype=bool)
    for at, answers in enumerate(_answers(counts, first, last)):
        month = add_months(first, at * counts.step)
        place = months_between(file.first_month, month) // file.step
        if answers in (0, file.pk) and 0 <= place < file.periods:
            asked[place] = True
    return asked


def _printed(files: Sequence[ReleaseFile], area: Area, source: str) -> Iterable[PrintedTable]:
    """The area's own tables; of a file that does not print it, those of the areas that add up to it."""
    own = list(PrintedTable.objects.filter(file__in=files, area=area).select_related("area"))
    without = {file.pk for file in files} - {table.file_id for table in own}
    if not without:
        return own
    below = PrintedTable.objects.filter(
        file__in=without, area__in=_below(area), area__kind__in=[IMPORTERS[source].SOURCE.sums_from, "pseudo"]
    )
    return [*own, *below.select_related("area").iterator(chunk_size=500)]


def _below(area: Area) -> list[int]:
    """All areas whose counts are added to those of this one, on any level below it."""
    wholes: dict[int, list[int]] = {}
    links = AreaLink.objects.filter(file=None).values_list("part_id", "part__kind", "whole_id", "whole__kind")
    for part, kind, whole, above in links.iterator(chunk_size=5_000):
        if above in sums.ABOVE.get(kind, ()):
            wholes.setdefault(whole, []).append(part)
    found, ahead = [], [area.pk]
    while ahead:
        parts = wholes.get(ahead.pop(), [])
        found += parts
        ahead += parts
    return found
