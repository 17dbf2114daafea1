"""What the pages under /data/ show: sources, releases, files, runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Max, Min, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from crime_data import breaks, composites, mapping, schedule
from crime_data.importers import IMPORTERS
from crime_data.models import (
    Area,
    AreaLink,
    AreaShape,
    Category,
    CrimeType,
    CrimeTypeTable,
    ImportRun,
    PrintedTable,
    Release,
    ReleaseFile,
    Source,
)
from crime_data.months import add_months, label, period_label
from crime_data.packing import unpack_ids
from crime_data.queries.figures import Holding, NotHeld, find_area

FAILED = (ImportRun.State.REJECTED, ImportRun.State.STOPPED)


# --- sources ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source and how it stands: what is held of it and how its last look went."""

    source: Source
    newest: Release | None
    first_month: date | None
    last_month: date | None
    last_run: ImportRun | None
    stale: bool

    @property
    def period(self) -> str:
        return period_label(self.first_month, self.last_month) if self.first_month and self.last_month else ""

    @property
    def expected_on(self) -> date | None:
        """The publisher's next usual day; none for what is published once, or by the partnership itself."""
        today = timezone.localdate()
        return (
            schedule.next_due(self.source.rhythm, self.source.release_day, today, today)
            if self.source.url
            else None
        )

    @property
    def failed(self) -> bool:
        """Whether the last automatic look did not end well."""
        run = self.last_run
        return bool(self.source.failures or (run and run.state in FAILED))


def source_list() -> QuerySet[Source]:
    return Source.objects.all()


def source_states(sources: QuerySet[Source] | None = None) -> list[SourceState]:
    """Every source with its state, in four queries; those of which something is held come first."""
    current = Release.objects.filter(source=OuterRef("pk"), files__state=ReleaseFile.State.CURRENT)
    newest = current.order_by("illustrative", "-published_on", "-id").values("pk")[:1]
    looks = ImportRun.objects.filter(source=OuterRef("pk")).order_by("-asked_at", "-id").values("pk")[:1]
    rows = list(
        (source_list() if sources is None else sources).annotate(
            newest_pk=Subquery(newest), last_run_pk=Subquery(looks)
        )
    )
    releases = Release.objects.in_bulk([row.newest_pk for row in rows if row.newest_pk])
    runs = ImportRun.objects.in_bulk([row.last_run_pk for row in rows if row.last_run_pk])
    spans = {
        source: (first, last)
        for source, first, last in ReleaseFile.objects.current()
        .values_list("release__source")
        .annotate(Min("first_month"), Max("last_month"))
        .order_by()
    }
    states = [
        SourceState(
            row,
            releases.get(row.newest_pk),
            *spans.get(row.pk, (None, None)),
            runs.get(row.last_run_pk),
            _is_stale(row, releases.get(row.newest_pk)),
        )
        for row in rows
    ]
    return sorted(states, key=lambda state: state.newest is None)


def _is_stale(source: Source, newest: Release | None) -> bool:
    """Whether people should know that nothing newer came for long. What nobody looks for and nobody has ever
    imported is no news."""
    if newest is None and not source.watched:
        return False
    days = [day for day in (source.found_new_on, newest.published_on if newest else None) if day]
    return schedule.is_stale(max(days, default=None), source.rhythm, timezone.localdate())


def source_breaks(source: Source) -> tuple[breaks.Break, ...]:
    """Breaks and caveats about this source; those about everything too."""
    return tuple(one for one in breaks.breaks() if not one.sources or source.key in one.sources)


OPEN = "Open Government Licence"


def attribution(source: Source) -> str:
    """The sentence that goes with figures of this source, wherever they are shown."""
    if OPEN not in source.licence:
        return f"Source: {source.publisher}, {source.name}."
    extra = ""
    if "OS data" in source.publisher:
        extra = f" Contains OS data © Crown copyright and database right {timezone.localdate().year}."
    return (
        f"Source: {source.publisher}, {source.name}. Contains public sector information licensed under the "
        f"Open Government Licence v3.0.{extra}"
    )


# --- releases and files ----------------------------------------------------------------------


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


def file_list() -> QuerySet[ReleaseFile]:
    return ReleaseFile.objects.select_related("release__source", "imported_by", "decided_by")


def file_categories(file: ReleaseFile) -> QuerySet[Category]:
    """The printed categories of a file with their crime types, those nobody has reviewed first."""
    found = Category.objects.filter(pk__in=file.categories).select_related("crime_type")
    return found.order_by("reviewed", "major", "minor", "counted")


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a release: the total of each of its files; None where a file does not hold it."""

    name: str
    totals: tuple[int | None, ...]


def release_files(release: Release) -> list[ReleaseFile]:
    """Its files with their people, oldest months first."""
    return list(release.files.select_related("imported_by", "decided_by"))


def period_totals(files: Sequence[ReleaseFile]) -> list[Period]:
    """What the files of a release add up to, period by period; nothing for shares and areas."""
    found: dict[tuple[date, date], dict[int, int]] = {}
    for file in files:
        for at, total in enumerate(file.totals):
            first = add_months(file.first_month, file.step * at)
            found.setdefault((first, add_months(first, file.step - 1)), {})[file.pk] = total
    return [
        Period(period_label(*months), tuple(found[months].get(file.pk) for file in files if file.totals))
        for months in sorted(found)
    ]


def areas_printed(files: Iterable[ReleaseFile]) -> list[tuple[str, int]]:
    """(kind of area, how many the files print), from the largest kind down."""
    tables = PrintedTable.objects.filter(file__in=list(files))
    counts = dict(tables.values_list("area__kind").annotate(Count("area", distinct=True)).order_by())
    return [(str(kind.label), counts[kind]) for kind in Area.Kind if kind in counts]


def unreviewed(files: Iterable[ReleaseFile]) -> list[str]:
    """Printed categories that nobody had reviewed when the files came."""
    return sorted({name for file in files for name in file.unreviewed})


def release_breaks(release: Release, files: Sequence[ReleaseFile]) -> tuple[breaks.Break, ...]:
    """Breaks and caveats about its months."""
    if not files:
        return ()
    first, last = min(f.first_month for f in files), max(f.last_month for f in files)
    return breaks.that_apply(release.source.key, "", first, last)


def holding_of(release: Release, files: Sequence[ReleaseFile]) -> Holding | None:
    """The release with the files whose figures are stored, whatever is shown of them."""
    stored = [f for f in files if f.state not in (ReleaseFile.State.REFUSED, ReleaseFile.State.STAGED)]
    return Holding(release, tuple(stored)) if stored else None


# --- runs ------------------------------------------------------------------------------------


def run_list() -> QuerySet[ImportRun]:
    return ImportRun.objects.select_related("by", "source").prefetch_related("releases__source")


def oldest_waiting_seconds() -> int:
    """How long the longest-waiting import has waited for the worker."""
    oldest = ImportRun.objects.filter(state=ImportRun.State.QUEUED).order_by("asked_at").first()
    return int((timezone.now() - oldest.asked_at).total_seconds()) if oldest else 0


# --- categories and areas --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One printed label for some months: what the reviewed table says, or that nobody has reviewed it."""

    name: str
    crime_type: str
    months: str
    generation: str
    note: str
    reviewed: bool
    seen: bool  # printed in a file that was imported here


def label_rows(source: Source) -> list[LabelRow]:
    """Printed labels of a source: those nobody has reviewed first, then the reviewed table."""
    names = dict(CrimeType.objects.values_list("key", "name"))
    seen = {
        (mapping.normal(c.major), mapping.normal(c.minor), mapping.normal(c.counted)): c
        for c in Category.objects.filter(source=source)
    }
    table = IMPORTERS[source.key].SOURCE.table if source.key in IMPORTERS else source.key
    rows = mapping.category_rows(table)
    known = {row.label for row in rows}
    found = [
        LabelRow(str(category), "", "", "", "", False, True)
        for key, category in sorted(seen.items())
        if key not in known
    ]
    for row in rows:
        found.append(
            LabelRow(
                " / ".join(filter(None, (row.major, row.minor, row.counted))),
                names.get(row.crime_type, row.crime_type),
                _months_of(row),
                row.generation,
                row.note,
                True,
                row.label in seen,
            )
        )
    return found


def _months_of(row: mapping.CategoryRow) -> str:
    if row.first and row.last:
        return period_label(row.first, row.last)
    if row.first:
        return f"from {label(row.first)} on"
    return f"until {label(row.last)}" if row.last else "all months"


@dataclass(frozen=True, slots=True)
class CompositeRow:
    """A composite with its parts by name: (crime type, key of the source)."""

    composite: composites.Composite
    parts: tuple[tuple[str, str], ...]


def composites_of(source: Source) -> list[CompositeRow]:
    """Composites that take a part from this source."""
    names = {row.key: row.name for row in mapping.crime_type_rows()}
    return [
        CompositeRow(
            one, tuple((names.get(part.crime_type, part.crime_type), part.source) for part in one.parts)
        )
        for one in composites.composites()
        if any(part.source == source.key for part in one.parts)
    ]


@dataclass(frozen=True, slots=True)
class AreaKind:
    """How many areas of a kind are known, of how many outlines are held, and in which editions."""

    name: str
    number: int
    editions: tuple[str, ...]


def area_kinds() -> list[AreaKind]:
    """Three queries."""
    numbers = dict(Area.objects.values_list("kind").annotate(Count("pk")).order_by())
    current = Q(file__state=ReleaseFile.State.CURRENT)
    editions: dict[str, set[str]] = {}
    for rows in (
        AreaLink.objects.filter(current).values_list("part__kind", "edition"),
        AreaShape.objects.filter(current).values_list("area__kind", "edition"),
    ):
        for kind, edition in rows.distinct().order_by():
            if edition:
                editions.setdefault(kind, set()).add(edition)
    return [
        AreaKind(str(kind.label), numbers[kind], tuple(sorted(editions.get(kind, ()))))
        for kind in Area.Kind
        if kind in numbers
    ]


# --- choices ---------------------------------------------------------------------------------


def sources_with_counts() -> list[Source]:
    """Sources that have counts in use: those whose figures can be asked for."""
    held = Source.objects.filter(releases__files__state=ReleaseFile.State.CURRENT).distinct()
    return [source for source in held if _counts_types(source.key)]


def _counts_types(key: str) -> bool:
    return key in IMPORTERS and IMPORTERS[key].SOURCE.values == "counts" and bool(_type_keys(key))


def types_of(source: Source) -> list[CrimeType]:
    """The crime types that the reviewed table of a source can give, in their order."""
    return list(CrimeType.objects.filter(key__in=_type_keys(source.key)))


def _type_keys(key: str) -> set[str]:
    spec = IMPORTERS[key].SOURCE
    known = {row.crime_type for row in mapping.category_rows(spec.table) if row.crime_type}
    known |= {above for kind in known for above in mapping.ancestors()[kind]}
    if spec.partition:
        known.add(mapping.EVERYTHING)
    return known


def area_names(holding: Holding) -> list[str]:
    """Names of the areas above wards that a release has figures for: to choose from while typing."""
    kinds = (Area.Kind.FORCE, Area.Kind.BCU, Area.Kind.BOROUGH, Area.Kind.CSP)
    areas = Area.objects.filter(pk__in=_areas_of(holding), kind__in=kinds)
    return list(areas.values_list("name", flat=True))


def _areas_of(holding: Holding) -> Any:
    files = ReleaseFile.objects.filter(pk__in=[file.pk for file in holding.files])
    return files.values("crime_type_tables__area")


def area_called(name_or_code: str, holding: Holding) -> Area:
    """The area of this name or code that a release has figures for, else any with a known spelling. Raises
    NotHeld, also where a ward's name means two places."""
    text = " ".join(name_or_code.split())
    named = Q(name__iexact=text) | Q(code__iexact=text)
    found = list(Area.objects.filter(named, pk__in=_areas_of(holding)).order_by("within", "code")[:2])
    if len(found) == 2 and not any(area.code.lower() == text.lower() for area in found):
        codes = " and ".join(area.code for area in found)
        raise NotHeld(f"More than one area is called “{text}”. Use a code: {codes}.")
    return found[0] if found else find_area(text)


def usual_question(holding: Holding) -> dict[str, str]:
    """A figure to begin with: the force (or the first area), all offences (or the first type), the newest
    year of a release; as it stands in an address."""
    table = (
        CrimeTypeTable.objects.filter(file__in=holding.files)
        .annotate(force=Case(When(area__kind=Area.Kind.FORCE, then=0), default=1))
        .order_by("force", "-file__last_month", "area__name")
        .select_related("area")
        .first()
    )
    first, last = months_of(holding)
    question = {"source": holding.release.source.key, "from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}"}
    if table:
        kinds = CrimeType.objects.filter(pk__in=unpack_ids(table.crime_types).tolist())
        keys = list(kinds.values_list("key", flat=True))
        question |= {"area": table.area.name, "crime_type": keys[0] if keys else ""}
    return question


def months_of(holding: Holding, most: int = 12) -> tuple[date, date]:
    """The newest months of a release, at most so many, in whole periods of its newest file."""
    newest = max(holding.files, key=lambda file: file.last_month)
    months = max(newest.step, most - most % newest.step)
    first = max(newest.first_month, add_months(newest.last_month, 1 - months))
    return first, newest.last_month
