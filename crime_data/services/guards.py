"""Why a person should look at a file before its figures are used: each doubt a sentence with its evidence."""

from collections.abc import Iterable, Sequence

import numpy as np

from crime_data import mapping, queries
from crime_data.importers import Publication
from crime_data.importers.contract import Label
from crime_data.importers.grid import NOT_PUBLISHED
from crime_data.models import Area, Category, PrintedTable, Release, ReleaseFile
from crime_data.months import add_months, label

FALL_TO_HOLD, RISE_TO_HOLD = 0.10, 0.25
FIRST_TO_HOLD = 0.6  # of the second month; no real one since 2010 had less than 0.83 of the next
LAST_TO_HOLD = 0.6
RENAMED_FROM = 30  # offences a period: below it a label comes and goes by chance
SHOWN = 3


def doubts(release: Release, row: ReleaseFile, publication: Publication) -> list[str]:
    """Sentences; none where the figures can be used at once."""
    found = [*_gaps(row, publication), *_missing_boroughs(row, publication)]
    found += publication.doubts
    found += _first_month(row, publication)
    found += _last_month(row, publication)
    found += _renamed(row, publication)
    found += _replaced(row, publication)
    found += _shared_months(release, row, publication)
    other = queries.nearest_holding(release)
    if other and publication.source.values == "counts":
        found += _leaps(row, other, publication)
        found += _vanished(row, other, publication)
    return found


def _gaps(row: ReleaseFile, publication: Publication) -> list[str]:
    if not publication.missing:
        return []
    names = _some([label(month) for month in publication.missing])
    return [
        f"{row.name} has no column for {names}; months must follow each other. If you use it, these months "
        "are shown as not published."
    ]


def _first_month(row: ReleaseFile, publication: Publication) -> list[str]:
    """The first month is half empty: more than the stub that the importer sets aside, less than a month."""
    if not publication.source.partition or len(row.totals) < 3:
        return []
    first, second = row.totals[:2]
    if second < RENAMED_FROM or first >= FIRST_TO_HOLD * second:
        return []
    one, two = _months(row)[:2]
    return [
        f"{one} adds up to {first:,} {publication.source.unit} in {row.name}, {two} to {second:,}: the first "
        "column may be a part of a month only. If the Historical file of the publication holds it in full, "
        "the fuller one is shown."
    ]


def _last_month(row: ReleaseFile, publication: Publication) -> list[str]:
    """The last month is half empty: it was cut out before it had ended."""
    if not publication.source.partition or len(row.totals) < 4:
        return []
    *before, last = row.totals[-4:]
    usual = sum(before) / len(before)
    if usual < RENAMED_FROM or last >= LAST_TO_HOLD * usual:
        return []
    return [
        f"{_months(row)[-1]} adds up to {last:,} {publication.source.unit} in {row.name}, the three months "
        f"before it to {usual:,.0f} each: the last column may be a part of a month only."
    ]


def _missing_boroughs(row: ReleaseFile, publication: Publication) -> list[str]:
    if not publication.source.partition or publication.source.sums_from != Area.Kind.BOROUGH:
        return []
    known = [area.code for area in mapping.area_rows() if area.kind == Area.Kind.BOROUGH]
    boroughs = Area.objects.filter(code__in=known)
    missing = boroughs.exclude(pk__in=PrintedTable.objects.filter(file=row).values("area"))
    names = [area.name for area in missing]
    if not names:
        return []
    return [f"{row.name} has no row for {_some(names, 5)}. The Met's file has all 32 boroughs."]


def _renamed(row: ReleaseFile, publication: Publication) -> list[str]:
    """A label falls to nought in a month in which another of the same major begins: a new name, not a fall.
    Where our table already counts both to one crime type, it is understood."""
    if not publication.source.partition:
        return []
    totals = label_totals(publication)
    table = publication.source.table
    found = []
    for old, new, at in renames(publication.labels, totals):
        kinds = {mapping.crime_type_of(table, *publication.labels[which]) for which in (old, new)}
        if len(kinds) == 1 and None not in kinds:
            continue
        month = add_months(publication.first_month, publication.step * at)
        found.append(
            f"“{_name(publication.labels[old])}” falls to nought in {label(month)}, when “"
            f"{_name(publication.labels[new])}” begins: this looks like a new name for the same offences, "
            "which our table of categories does not know yet."
        )
    return _few(found, "labels")


def _replaced(row: ReleaseFile, publication: Publication) -> list[str]:
    """A label of the release before is gone, and one that nobody has reviewed stands in its group."""
    gone = {int(pk): total for pk, total in row.restated.get("labels_gone", {}).items()}
    if not publication.source.partition or not gone:
        return []
    totals = label_totals(publication).sum(axis=1)
    table = publication.source.table
    new = [
        (printed, int(total))
        for printed, total in zip(publication.labels, totals, strict=True)
        if mapping.crime_type_of(table, *printed) is None
    ]
    found = []
    for category in Category.objects.filter(pk__in=gone):
        before = gone[category.pk]
        for printed, total in new:
            same_major = mapping.normal(printed.major) == mapping.normal(category.major)
            if same_major and before >= RENAMED_FROM and total >= before / 2:
                found.append(
                    f"“{category}” had {before:,} {publication.source.unit} in the same months of release "
                    f"{row.restated['against']} and is gone; “{_name(printed)}” is new with {total:,}: this "
                    "looks like a new name for the same offences, which our table does not know yet."
                )
    return _few(found, "labels")


def label_totals(publication: Publication) -> np.ndarray:
    """The file's counts a label and period, over all areas: shape (labels, columns), int64."""
    grid = publication.grid
    totals = np.zeros((len(publication.labels), grid.columns), dtype=np.int64)
    for rows in grid.chunks():
        values = grid.values(rows)
        order = np.argsort(grid.label[rows], kind="stable")
        labels, first = np.unique(grid.label[rows][order], return_index=True)
        known = np.where(values == NOT_PUBLISHED, 0, values)[order]
        totals[labels] += np.add.reduceat(known, first, axis=0, dtype=np.int64)
    return totals


def renames(labels: Sequence[Label], totals: np.ndarray) -> list[tuple[int, int, int]]:
    """(old label, new label, column): the old one stops for good where a new one of the same major begins."""
    columns = totals.shape[1]
    found = []
    firsts = [int(np.flatnonzero(row)[0]) if row.any() else columns for row in totals]
    lasts = [int(np.flatnonzero(row)[-1]) if row.any() else -1 for row in totals]
    for old, last in enumerate(lasts):
        stop = last + 1
        level = totals[old, max(0, stop - 6) : stop].mean() if last >= 0 else 0
        if not 0 < stop < columns or level < RENAMED_FROM:
            continue
        for new, begins in enumerate(firsts):
            same_major = mapping.normal(labels[old].major) == mapping.normal(labels[new].major)
            meets = new != old and same_major and 0 < begins <= stop <= begins + 1
            if meets and totals[new, begins : begins + 6].mean() >= level / 2:
                found.append((old, new, stop))
    return found


def _shared_months(release: Release, row: ReleaseFile, publication: Publication) -> list[str]:
    """The other file of the same publication holds a month in full: that one is used, and a person told."""
    if publication.source.side_by_side or not row.totals:
        return []
    others = release.files.kept().exclude(pk=row.pk).filter(step=row.step)
    then: dict[str, dict[str, int]] = {}
    for file in others:
        then[file.name] = dict(zip(_months(file), file.totals, strict=False))
    ours = dict(zip(_months(row), row.totals, strict=False))
    found = [
        f"{name} and {row.name} both hold {month}, with {old:,} and {ours[month]:,} offences. The fuller one "
        "is shown."
        for name, months in then.items()
        for month, old in months.items()
        if month in ours and ours[month] < (1 - FALL_TO_HOLD) * old
    ]
    return _few(found, "months")


def _months(file: ReleaseFile) -> list[str]:
    return [label(add_months(file.first_month, file.step * at)) for at in range(file.periods)]


def _leaps(row: ReleaseFile, other: queries.Holding, publication: Publication) -> list[str]:
    """Sentences for months of the force, and for boroughs over all shared months, that fell by more than a
    tenth or rose by more than a quarter: a month not yet whole, a file cut between two lines, a number with
    a digit too many. Restatement moves them by a few per cent."""
    if publication.source.partition and publication.source.sums_from:
        then, now = queries.area_totals(other.files), queries.area_totals([row])
    else:
        then = {("The whole file", Area.Kind.FORCE): _file_totals(_same_part(row, other, publication))}
        now = {("The whole file", Area.Kind.FORCE): _file_totals([row])}
    leaps = []
    for (area, kind), months in now.items():
        before = then.get((area, kind), {})
        shared = sorted(months.keys() & before.keys())
        if kind == Area.Kind.FORCE:
            pairs = [(label(month), months[month], before[month]) for month in shared]
        else:
            pairs = [("All months together", sum(months[m] for m in shared), sum(before[m] for m in shared))]
        leaps += [
            f"{area}, {when}: {new:,} {publication.source.unit}, but {old:,} in release {other.release.key}: "
            f"a {'fall' if new < old else 'rise'} of {abs(100 - 100 * new / old):.0f}%."
            for when, new, old in pairs
            if old >= RENAMED_FROM and not (1 - FALL_TO_HOLD) * old <= new <= (1 + RISE_TO_HOLD) * old
        ]
    return _few(leaps, "months or boroughs")


def _same_part(row: ReleaseFile, other: queries.Holding, publication: Publication) -> list[ReleaseFile]:
    return [file for file in other.files if file.part == row.part or not publication.source.side_by_side]


def _file_totals(files: Iterable[ReleaseFile]) -> dict:
    return {
        add_months(file.first_month, file.step * at): int(total)
        for file in files
        for at, total in enumerate(file.totals)
    }


def _vanished(row: ReleaseFile, other: queries.Holding, publication: Publication) -> list[str]:
    """Areas of the release before that this file does not have, in months that both hold."""
    files = [
        file
        for file in _same_part(row, other, publication)
        if file.first_month <= row.last_month and file.last_month >= row.first_month
    ]
    if not files:
        return []
    before = PrintedTable.objects.filter(file__in=files).exclude(area__kind=Area.Kind.PSEUDO)
    then = set(before.values_list("area_id", flat=True))
    now = set(PrintedTable.objects.filter(file=row).values_list("area_id", flat=True))
    gone = then - now
    if not gone or (publication.source.partition and publication.source.sums_from == Area.Kind.BOROUGH):
        return []  # a borough that is missing is named already
    if row.restated.get("total_gone", 0) < RENAMED_FROM or publication.source.parts_add:
        return []  # a small area without any crime has no row
    new = len(now - then)
    names = _some(
        [str(area) for area in Area.objects.filter(pk__in=list(gone)[:500]).order_by("name")[:5]], 5
    )
    more = f" (and {len(gone) - 5:,} more)" if len(gone) > 5 else ""
    areas = "area is" if len(gone) == 1 else "areas are"
    return [
        f"{len(gone):,} {areas} in release {other.release.key} and not in {row.name}: {names}{more}; {new:,} "
        "new. Where boundaries were redrawn, figures of the two releases must not be compared."
    ]


def _name(label: Label) -> str:
    return " / ".join(filter(None, label))


def _some(names: Sequence[str], most: int = SHOWN) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _few(sentences: list[str], what: str) -> list[str]:
    more = len(sentences) - SHOWN
    return sentences[:SHOWN] + ([f"The same is so for {more} further {what}."] if more > 0 else [])
