"""What the pages read that look after measures: lists, one measure with its promises, returns, choices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Prefetch, QuerySet

from audit.models import Event
from crime_data.composites import Composite, composites
from crime_data.importers import IMPORTERS
from crime_data.mapping import CategoryRow, category_rows
from crime_data.models import CrimeType, CrimeTypeTable, PrintedTable, ReleaseFile, Source
from crime_data.months import label, period_label
from crime_data.packing import unpack_ids
from crime_data.queries import types_of
from measures import kinds, promises
from measures.library import ReadyMeasure
from measures.models import Baseline, LocalReturn, Measure, Target
from partners.models import Organisation, Partnership
from priorities.models import Priority

USUAL_SOURCE = "mps-borough"


# --- measures --------------------------------------------------------------------------------


def measures_of(partnership: Partnership) -> QuerySet[Measure]:
    """Every measure of the partnership with what its pages name of it."""
    return Measure.objects.filter(priority__strategy__partnership=partnership).select_related(
        "priority__strategy__partnership", "crime_type", "of_crime_type", "owner", "replaced_by"
    )


def measure_page(partnership: Partnership) -> QuerySet[Measure]:
    """The same with baselines, targets, re-bases and outcomes."""
    targets = Target.objects.select_related("baseline").order_by("due_on", "id")
    return measures_of(partnership).prefetch_related(
        Prefetch("targets", targets), "baselines", "rebases", "outcomes"
    )


@dataclass(frozen=True, slots=True)
class Held:
    """The newest month held here of each source for the partnership's areas: of each of its crime types,
    and of all that it prints."""

    types: dict[tuple[str, int], date]
    sources: dict[str, date]
    numbers: dict[str, int]

    def last_month(
        self, kind: str, source: str, crime_types: Iterable[int], composite: str = ""
    ) -> date | None:
        """The newest month that all of these crime types have figures for; None where one has none."""
        if kind == "survey":
            return self.sources.get(source)
        if kind == "composite":
            wanted = [(part.source, self.numbers.get(part.crime_type, 0)) for part in parts_of(composite)]
        else:
            wanted = [(source or USUAL_SOURCE, number) for number in crime_types]
        months = [self.types.get(key) for key in wanted]
        known = [month for month in months if month]
        return min(known) if known and len(known) == len(months) else None


def held_here(partnership: Partnership) -> Held:
    """What is held for the partnership's own areas, in four queries."""
    areas = list(partnership.areas.values_list("pk", flat=True))
    current = {"file__state": ReleaseFile.State.CURRENT, "area__in": areas}
    types: dict[tuple[str, int], date] = {}
    rows = CrimeTypeTable.objects.filter(**current).values_list(
        "file__release__source__key", "file__last_month", "crime_types"
    )
    for source, last, packed in rows:
        for number in unpack_ids(packed).tolist():
            types[source, number] = max(last, types.get((source, number), last))
    printed = PrintedTable.objects.filter(**current).values("file__release__source__key")
    sources = dict(
        printed.annotate(last=Max("file__last_month")).values_list("file__release__source__key", "last")
    )
    return Held(types, sources, dict(CrimeType.objects.values_list("key", "pk")))


def parts_of(composite: str) -> tuple:
    """The parts of the newest version of a composite."""
    versions = [one for one in composites() if one.key == composite]
    return versions[-1].parts if versions else ()


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure as the list shows it."""

    measure: Measure
    source: str
    target: str
    last_month: date | None
    has_returns: bool

    @property
    def last_value(self) -> str:
        return label(self.last_month) if self.last_month else ""


def measure_rows(partnership: Partnership, measures: Sequence[Measure], today: date) -> list[MeasureRow]:
    """The rows of the list, in the same number of queries for one measure or a hundred."""
    held = held_here(partnership)
    names = dict(Source.objects.values_list("key", "name"))
    returns = (
        LocalReturn.objects.filter(measure__in=[one.pk for one in measures], value__isnull=False)
        .values("measure")
        .annotate(last=Max("last_month"))
    )
    entered = dict(returns.values_list("measure", "last"))
    return [_row(one, held, names, entered.get(one.pk), today) for one in measures]


def _row(
    measure: Measure, held: Held, names: dict[str, str], entered: date | None, today: date
) -> MeasureRow:
    returned = kinds.has_returns(measure.kind, measure.source_key)
    types = [number for number in (measure.crime_type_id, measure.of_crime_type_id) if number]
    last = (
        entered if returned else held.last_month(measure.kind, measure.source_key, types, measure.composite)
    )
    ahead = [target for target in measure.targets.all() if target.due_on >= today]
    behind = [target for target in measure.targets.all() if target.due_on < today]
    target = ahead[0] if ahead else behind[-1] if behind else None
    if target:
        target.measure = measure
    words = target_words(target) if target else ""
    return MeasureRow(measure, source_words(measure, names), words, last, returned)


def source_words(measure: Measure, names: dict[str, str] | None = None) -> str:
    """Where its figures come from, in a few words."""
    if measure.kind == Measure.Kind.NONE:
        return ""
    if kinds.has_returns(measure.kind, measure.source_key):
        return "Figures entered here"
    if measure.kind == Measure.Kind.COMPOSITE:
        return "Several sources"
    key = measure.source_key or USUAL_SOURCE
    names = names if names is not None else dict(Source.objects.values_list("key", "name"))
    return names.get(key, key)


def measured_by(measure: Measure) -> list[tuple[str, str]]:
    """What the kind of a measure adds to its definition: (name, value) for the page."""
    rows: list[tuple[str, str]] = []
    if measure.crime_type:
        rows.append(("What is counted", str(measure.crime_type)))
    if measure.of_crime_type:
        rows.append(("As a share of", str(measure.of_crime_type)))
    if measure.composite:
        rows.append(
            ("Composite", next((c.name for c in composite_choices() if c.key == measure.composite), ""))
        )
    if measure.per:
        rows.append(("Per 1,000", measure.get_per_display()))
    if measure.question:
        rows.append(("Question", measure.question))
    if measure.group_a:
        rows.append(("Groups", f"{measure.group_a}; {measure.group_b}"))
    if measure.standard_hours is not None:
        rows.append(("Standard", f"{measure.standard_hours.normalize():f} hours"))
    if measure.times_a_year:
        rows.append(("How often", f"{measure.times_a_year} times a year"))
    if measure.kind == Measure.Kind.LOCAL:
        rows.append(("Unit", f"{measure.get_unit_display()} ({measure.get_statistic_display().lower()})"))
    return rows


def events_of(measure: Measure, limit: int = 30) -> list[Event]:
    """What people did to a measure, its promises and returns, newest first."""
    return list(Event.objects.about(measure)[:limit])


# --- promises -----------------------------------------------------------------------------------


def baseline_words(baseline: Baseline) -> str:
    """`412, April 2023 to March 2024 (before the plan)`."""
    value = promises.amount(baseline.value, baseline.measure.unit)
    name = f" ({baseline.name})" if baseline.name else ""
    return f"{value}, {period_label(baseline.first_month, baseline.last_month)}{name}"


def target_words(target: Target) -> str:
    """What is promised and by when, in words."""
    baseline = target.baseline
    return promises.in_words(
        target.kind,
        target.value,
        target.measure.unit,
        due_on=target.due_on,
        baseline=baseline.value if baseline else None,
        baseline_label=period_label(baseline.first_month, baseline.last_month) if baseline else "",
    )


def target_judged(target: Target) -> str:
    """How it will be judged, in a sentence."""
    baseline = target.baseline.value if target.baseline else None
    return promises.judged(target.kind, target.value, target.measure.unit, baseline)


# --- choices ---------------------------------------------------------------------------------


def owners_of(partnership: Partnership) -> QuerySet[Organisation]:
    return Organisation.objects.filter(memberships__partnership=partnership).distinct()


def composite_choices() -> list[Composite]:
    """The newest version of each composite."""
    return list({one.key: one for one in composites()}.values())


def count_sources() -> list[Source]:
    """Sources whose reviewed tables give crime types, whether or not anything of them is held."""
    return [
        source
        for source in Source.objects.all()
        if source.key in IMPORTERS and IMPORTERS[source.key].SOURCE.values == "counts" and types_of(source)
    ]


def gives(source_key: str, crime_type: CrimeType) -> bool:
    """Whether a source can have figures of this crime type."""
    source = Source.objects.filter(key=source_key or USUAL_SOURCE).first()
    return source is not None and crime_type in types_of(source)


def surveys() -> list[tuple[str, str, tuple[str, ...]]]:
    """(key, name, questions as printed) of each survey that the portal can import."""
    return [
        (
            spec.key,
            spec.name,
            tuple(dict.fromkeys(_printed(row) for row in category_rows(spec.table))),
        )
        for spec in (module.SOURCE for module in IMPORTERS.values())
        if spec.values == "shares"
    ]


def _printed(row: CategoryRow) -> str:
    """As `crime_data.models.Category` writes it."""
    return " / ".join(filter(None, (row.major, row.minor, row.counted)))


def printed_question(source: str, question: str) -> str:
    """The whole printed label of a survey's question; a local survey's question is its own."""
    for key, _, asked in surveys():
        if key == source:
            return next((label for label in asked if label.endswith(f" / {question}")), question)
    return question


# --- the library -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A measure of the library as its page shows it. `adopted` are the priorities' numbers."""

    ready: ReadyMeasure
    adopted: tuple[int, ...]
    held: bool
    returned: bool


def ready_rows(partnership: Partnership, ready: Sequence[ReadyMeasure]) -> list[ReadyRow]:
    """Each with where it is adopted and whether its figures are held here."""
    held = held_here(partnership)
    adopted: dict[str, set[int]] = {}
    taken = Measure.objects.filter(priority__strategy__partnership=partnership).exclude(library_key="")
    for key, number in taken.values_list("library_key", "priority__number"):
        adopted.setdefault(key, set()).add(number)
    rows = []
    for one in ready:
        composite = one.crime_type if one.kind == "composite" else ""
        types = [held.numbers.get(key, 0) for key in (one.crime_type, one.of_crime_type) if key]
        returned = kinds.has_returns(one.kind, one.source)
        last = None if returned else held.last_month(one.kind, one.source, types, composite)
        rows.append(ReadyRow(one, tuple(sorted(adopted.get(one.key, ()))), last is not None, returned))
    return rows


def adopted_for(priority: Priority) -> set[str]:
    """Keys of the library's measures that this priority has."""
    return set(
        Measure.objects.filter(priority=priority)
        .exclude(library_key="")
        .values_list("library_key", flat=True)
    )


# --- returns ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What is said of one period and group: the return that answers, and those it corrected, newest first."""

    now: LocalReturn
    was: tuple[LocalReturn, ...]

    @property
    def label(self) -> str:
        return period_label(self.now.first_month, self.now.last_month)


def return_rows(measure: Measure) -> list[ReturnRow]:
    """Newest period first."""
    rows: dict[tuple[date, date, str], list[LocalReturn]] = {}
    for one in measure.returns.select_related("by").order_by("published_on", "id"):
        rows.setdefault((one.last_month, one.first_month, one.group), []).insert(0, one)
    return [ReturnRow(same[0], tuple(same[1:])) for _, same in sorted(rows.items(), reverse=True)]


def newest_return_id(measure: Measure) -> int:
    """0 where there is none."""
    return measure.returns.aggregate(newest=Max("pk"))["newest"] or 0


def usual_step(measure: Measure, by_period: int) -> int:
    """How long the periods are that were entered last, else what its year suggests."""
    last = measure.returns.order_by("-pk").first()
    if last is None:
        return by_period
    length = (
        12 * (last.last_month.year - last.first_month.year) + last.last_month.month - last.first_month.month
    )
    return length + 1 if length + 1 in (1, 3, 12) else by_period


TYPED = ("mean", "median", "maximum")
"""Statistics that are said beside a figure, as it would be read as a count without."""


def figure_words(measure: Measure, one: LocalReturn) -> str:
    """A return's figure as it is read: `62.5% (25 of 40)`, `12 (mean)`, `Yes`, `Not stated`."""
    if one.value is None:
        return one.get_absence_display()
    if measure.unit == Measure.Unit.YES_NO:
        return "Yes" if one.value else "No"
    # What was worked out here is no more exact than a tenth of a per cent.
    text = f"{one.value:,.1f}" if one.numerator is not None else f"{one.value:,.2f}"
    number = text.rstrip("0").rstrip(".")
    share = kinds.is_share(measure.kind, measure.unit)
    words = f"£{number}" if measure.unit == Measure.Unit.POUNDS else f"{number}%" if share else number
    if measure.unit in (Measure.Unit.DAYS, Measure.Unit.HOURS):
        words = f"{words} {measure.unit}"
    if one.statistic in TYPED:
        words = f"{words} ({one.get_statistic_display().lower()})"
    if one.numerator is not None and one.base is not None:
        return f"{words} ({one.numerator:,} of {one.base:,})"
    return f"{words} (of {one.base:,})" if one.base is not None else words


def baselines_of(measure: Measure) -> QuerySet[Baseline]:
    return measure.baselines.all()
