"""Figures as published documents print them, beside the ones that the portal holds, for anyone.

Figures held are counts by borough, command unit and force. Nothing printed is ever mixed with them: the two
stand beside each other, with the release that each held one is from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count

from crime_data.mapping import EVERYTHING, crime_type_rows
from crime_data.months import add_months, period_label
from measures import judgement, statistics
from measures import printed as prints
from measures.charts import harmless
from measures.judgement import Polarity, TargetKind
from measures.models import PrintedDocument, PrintedFigure
from measures.printed import Printed, Told
from measures.queries.printed import Said, said_of
from measures.statistics import StatisticType, Unit
from partners.models import Partnership


@dataclass(frozen=True, slots=True)
class PublicPrinted:
    """One figure. `held` is what answers now, `beside` how it differs from the print and why."""

    label: str
    as_printed: str
    area: str
    first_month: date | None
    last_month: date | None
    note: str
    value: str
    before: str
    target_printed: str
    told: Told
    sentences: tuple[str, ...]
    held: Said | None
    held_words: str
    difference: int | None
    beside: str


@dataclass(frozen=True, slots=True)
class PublicGroup:
    """Figures of one period, and of one area where `several_areas` does not say otherwise.

    The flags say which columns have anything to show.
    """

    heading: str
    several_areas: bool
    figures: tuple[PublicPrinted, ...]

    @property
    def has_before(self) -> bool:
        return any(one.told.before or one.before for one in self.figures)

    @property
    def has_verdicts(self) -> bool:
        return any(one.told.verdict for one in self.figures)

    @property
    def has_targets(self) -> bool:
        return any(one.told.target for one in self.figures)

    @property
    def has_held(self) -> bool:
        return any(one.held for one in self.figures)

    @property
    def columns(self) -> int:
        return (
            2
            + self.several_areas
            + self.has_before
            + self.has_verdicts
            + self.has_targets
            + 2 * self.has_held
        )


@dataclass(frozen=True, slots=True)
class PublicDocument:
    slug: str
    title: str
    period: str
    source_page: str
    note: str
    groups: tuple[PublicGroup, ...]
    sum_note: str
    no_clear_change: int
    tested: int
    without_counts: int
    attributions: tuple[str, ...]
    illustrative: bool

    def csv_rows(self) -> list[list[str | int]]:
        """A row a figure, with what is printed, what is derived and what is held, each in its own column."""
        rows: list[list[str | int]] = [list(_CSV)]
        for group in self.groups:
            rows += [[_cell(value) for value in _csv_row(one)] for one in group.figures]
        return rows


@dataclass(frozen=True, slots=True)
class PublicDocumentLink:
    slug: str
    title: str
    period: str
    figures: int


def documents(partnership: Partnership) -> list[PublicDocumentLink]:
    """The documents whose figures are kept, in order. One query."""
    found = PrintedDocument.objects.filter(partnership=partnership).annotate(number=Count("figures"))
    return [
        PublicDocumentLink(one.slug, one.title, one.period, one.number)
        for one in found.order_by("order", "pk")
    ]


def document(partnership: Partnership, slug: str) -> PublicDocument | None:
    """One document with all its figures, in the same number of queries however many they are."""
    found = PrintedDocument.objects.filter(partnership=partnership, slug=slug).first()
    if found is None:
        return None
    figures = list(found.figures.select_related("crime_type").order_by("order", "pk"))
    rows = [_printed(figure, found.is_survey, _in_all(figure)) for figure in figures]
    said = said_of(figures)
    twice, refused = prints.printed_twice(rows), prints.not_compared(rows)
    shown = []
    for at, (figure, row) in enumerate(zip(figures, rows, strict=True)):
        more = [words for words in (twice.get(at), refused.get(at)) if words]
        shown.append(_public(figure, row, said.get(figure.pk, []), more))
    held = [one.held for one in shown if one.held]
    tested = [one for one in shown if one.told.verdict]
    return PublicDocument(
        found.slug,
        found.title,
        found.period,
        found.source_page,
        found.note,
        tuple(_groups(rows, shown)),
        prints.sum_sentence(rows),
        sum(one.told.verdict.key == "no-clear-change" for one in tested if one.told.verdict),
        len(tested),
        sum(
            row.change_percent is not None and not one.told.verdict and row.direction != prints.NOT_LEGIBLE
            for row, one in zip(rows, shown, strict=True)
        ),
        tuple(dict.fromkeys(_attribution(one) for one in held if not one.illustrative)),
        any(one.illustrative for one in held),
    )


# --- one figure ------------------------------------------------------------------------------


def _printed(figure: PrintedFigure, surveyed: bool, part_of_all: bool) -> Printed:
    first, last, kind = figure.first_month, figure.last_month, figure.crime_type
    return Printed(
        label=figure.label,
        as_printed=figure.as_printed,
        area=figure.area,
        period=period_label(first, last) if first and last else "",
        period_before=period_label(add_months(first, -12), add_months(last, -12)) if first and last else "",
        crime_type=kind.key if kind else "",
        noun=kind.noun if kind else "",
        unit=Unit(figure.unit),
        statistic=StatisticType(figure.statistic),
        before_statistic=StatisticType(figure.before_statistic) if figure.before_statistic else None,
        value=figure.value,
        before=figure.before,
        base=figure.base,
        change_count=figure.change_count,
        change_percent=figure.change_percent,
        direction=figure.direction,
        target_kind=TargetKind(figure.target_kind) if figure.target_kind else None,
        target_value=figure.target_value,
        target_printed=figure.target_printed,
        polarity=Polarity(figure.polarity) if figure.polarity else Polarity.NEUTRAL,
        surveyed=surveyed,
        part_of_all=part_of_all,
    )


def _in_all(figure: PrintedFigure) -> bool:
    """Whether recorded offences of this type are among all recorded offences."""
    parents = {row.key: row.parent for row in crime_type_rows()}
    key = figure.crime_type.key if figure.crime_type else ""
    while key and key != EVERYTHING:
        key = parents.get(key, "")
    return key == EVERYTHING


def _public(figure: PrintedFigure, row: Printed, said: Sequence[Said], more: list[str]) -> PublicPrinted:
    told = prints.told(row)
    held = _answer(said)
    change = statistics.change(held.count, held.previous) if held else None
    compared = held is not None and figure.value is not None
    return PublicPrinted(
        label=figure.label,
        as_printed=figure.as_printed,
        area=figure.area,
        first_month=figure.first_month,
        last_month=figure.last_month,
        note=figure.note,
        value=_number(figure.value, row),
        before=_number(figure.before, row),
        target_printed=figure.target_printed,
        told=told,
        sentences=(*told.sentences, *more),
        held=held,
        held_words=_change_words(change, row.polarity) if change else "",
        difference=held.count - int(figure.value or 0) if held and compared else None,
        beside=_beside(row, held, said) if held and compared else "",
    )


def _number(value: object, row: Printed) -> str:
    return "" if value is None else judgement.value_words(float(str(value)), row.unit)


def _change_words(change: statistics.Change, polarity: Polarity) -> str:
    """`up 74 (32.7%) from 226: higher`, of what is held."""
    if change.before is None or change.difference is None:
        return "the year before is not held"
    if not change.difference:
        return "as many as the year before"
    percent = ""
    if judgement.percentage_allowed(change):
        percent = f" ({judgement.percent_words(change.percent or 0.0)})"
    size = f"{'up' if change.difference > 0 else 'down'} {abs(int(change.difference)):,}{percent}"
    verdict = judgement.direction_word(change, polarity).words
    return f"{size} from {int(change.before):,}: {verdict.lower()}"


def _answer(said: Sequence[Said]) -> Said | None:
    """What answers now: the newest release with the year before too, else the newest."""
    both = [one for one in said if one.previous is not None] or said
    return both[-1] if both else None


def _beside(row: Printed, held: Said, said: Sequence[Said]) -> str:
    value = int(row.value or 0)
    apart = held.count - value
    if held.illustrative:
        return "Illustrative: the figure held is made up."
    if not apart:
        return "The same as printed."
    words = f"{abs(apart):,} {'more' if apart > 0 else 'fewer'}."
    same = [one for one in said if one.count == value]
    if same:
        return f"{words} As printed in the release of {same[0].published_on:%-d %B %Y}; restated since."
    first = said[0]
    if first.count == held.count:
        return words
    return f"{words} It was {first.count:,} in the release of {first.published_on:%-d %B %Y}."


def _groups(rows: Sequence[Printed], shown: Sequence[PublicPrinted]) -> Iterable[PublicGroup]:
    """A table for each period, and for each area of it where the document goes through them one by one."""
    by_period: dict[str, list[tuple[Printed, PublicPrinted]]] = {}
    for row, one in zip(rows, shown, strict=True):
        by_period.setdefault(row.period, []).append((row, one))
    for period, members in by_period.items():
        runs = [list(run) for _, run in groupby(members, key=lambda pair: pair[0].area)]
        if len(runs) == len({row.area for row, _ in members}):
            for run in runs:
                heading = ", ".join(filter(None, (run[0][0].area, period)))
                yield PublicGroup(heading, False, tuple(one for _, one in run))
        else:
            yield PublicGroup(period, True, tuple(one for _, one in members))


def _attribution(said: Said) -> str:
    return (
        f"{said.publisher}, {said.source}, release {said.release}, "
        f"published {said.published_on:%-d %B %Y}. {said.licence}."
    )


# --- as a file -------------------------------------------------------------------------------

_CSV = (
    "Figure", "Area", "First month", "Last month", "As printed", "Printed", "Printed, year before",
    "Direction", "Derived, year before", "Derived from", "Difference", "On the printed numbers", "Target",
    "Against the target", "Held now", "Held now, year before", "Release", "Published on",
    "Held less printed", "Notes",
)  # fmt: skip


def _csv_row(one: PublicPrinted) -> tuple[object, ...]:
    told, held = one.told, one.held
    return (
        one.label,
        one.area,
        one.first_month and f"{one.first_month:%Y-%m}",
        one.last_month and f"{one.last_month:%Y-%m}",
        one.as_printed,
        one.value,
        one.before,
        told.direction,
        told.before,
        told.formula,
        told.difference,
        told.verdict.words if told.verdict else "",
        told.target_words,
        told.target.words if told.target else "",
        held and held.count,
        held and held.previous,
        held and (f"Illustrative: {held.release}" if held.illustrative else held.release),
        held and held.published_on.isoformat(),
        one.difference,
        " ".join(filter(None, (one.told.chance, *one.sentences, one.beside, one.note))),
    )


def _cell(value: object) -> str | int:
    if isinstance(value, int):
        return value
    return "" if value is None else harmless(str(value))
