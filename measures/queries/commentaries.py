"""Commentary as signed-in people see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from audit.models import Event
from audit.workflow import DECIDED, Status
from crime_data.months import MONTH_NAMES, add_months, period_label
from measures import narrative
from measures.models import Narrative
from measures.narrative import Moved
from measures.queries.narratives import bound_figures
from partners.models import Partnership
from priorities.models import Priority
from priorities.queries import current_strategy


@dataclass(frozen=True, slots=True)
class Commentary:
    """A text that was approved, with its figures as they were then, and those that are others by now."""

    pk: int
    priority_id: int
    quarter: date
    text: str
    frozen: Mapping[str, Mapping[str, str]]
    approved_at: datetime
    moved: tuple[Moved, ...]

    @property
    def period(self) -> str:
        return quarter_label(self.quarter)

    @property
    def figures_note(self) -> str:
        """Which months its figures are of, where they do not reach the end of its quarter."""
        return figures_note(self.quarter, (kept["period"] for kept in self.frozen.values()))

    @property
    def html(self) -> SafeString:
        return safe_html(self.text, narrative.frozen_words(self.frozen))

    @property
    def plain(self) -> str:
        return narrative.plain(self.text, narrative.frozen_words(self.frozen))

    @property
    def restated(self) -> tuple[Moved, ...]:
        """Figures whose months are the same ones and whose value is not."""
        return tuple(figure for figure in self.moved if figure.restated)

    @property
    def outdated(self) -> bool:
        """Whether newer months are held than those that a figure is about."""
        return any(not figure.restated for figure in self.moved)


def safe_html(text: str, figures: Mapping[str, str]) -> SafeString:
    """The text as HTML. Raises narrative.BadText."""
    # narrative.render escapes every word and lets the sanitiser have the last one.
    return mark_safe(narrative.render(text, figures, top=4))  # noqa: S308


def commentary(record: Narrative, figures: Mapping[str, str] | None = None) -> Commentary:
    """An approved narrative as it is shown; `figures` are those held now, None to compare with nothing."""
    return Commentary(
        record.pk,
        record.priority_id,
        record.quarter,
        record.text,
        record.frozen,
        record.frozen_at or timezone.now(),
        () if figures is None else narrative.moved(record.frozen, figures),
    )


def board_commentaries(
    priorities: Iterable[Priority | int],
    *,
    quarter: date | None = None,
    as_at: date | None = None,
    figures: Mapping[int, Mapping[str, str]] | None = None,
) -> dict[int, Commentary]:
    """Priority id -> its newest approved commentary, or that on `quarter`; of those approved by `as_at`.

    `figures` are those held now, by priority id. One query.
    """
    found = Narrative.objects.decided().filter(priority__in=list(priorities))
    if quarter:
        found = found.filter(quarter=quarter)
    if as_at:
        found = found.filter(frozen_at__date__lte=as_at)
    return newest(found, figures)


def newest(
    found: QuerySet[Narrative], figures: Mapping[int, Mapping[str, str]] | None = None
) -> dict[int, Commentary]:
    """Priority id -> the newest of these narratives."""
    by_priority: dict[int, Commentary] = {}
    for record in found.order_by("-quarter", "-pk"):
        if record.priority_id not in by_priority:
            held = None if figures is None else figures.get(record.priority_id)
            by_priority[record.priority_id] = commentary(record, held)
    return by_priority


def narrative_list(partnership: Partnership) -> QuerySet[Narrative]:
    """All narratives of the partnership, newest quarter first."""
    return (
        Narrative.objects.filter(priority__strategy__partnership=partnership)
        .select_related("priority__strategy__partnership", "author")
        .order_by("priority__number", "-quarter", "-pk")
    )


def narratives_awaiting(partnership: Partnership) -> QuerySet[Narrative]:
    """Those that wait for an approver."""
    return narrative_list(partnership).filter(status=Status.SUBMITTED)


@dataclass(frozen=True, slots=True)
class MovedNarrative:
    """The newest approved commentary of a priority, of which figures moved since."""

    narrative: Narrative
    moved: tuple[Moved, ...]

    @property
    def restated(self) -> int:
        return sum(figure.restated for figure in self.moved)


def narratives_moved(partnership: Partnership) -> list[MovedNarrative]:
    """The newest approved commentary of each priority of the current strategy, where a figure that it names
    is not what it was at approval. Only priorities that have one are computed."""
    latest: dict[int, Narrative] = {}
    decided = narrative_list(partnership).filter(
        status__in=DECIDED, priority__strategy=current_strategy(partnership)
    )
    for record in decided:
        latest.setdefault(record.priority_id, record)
    found = []
    for record in latest.values():
        if record.frozen:
            moved = narrative.moved(record.frozen, bound_figures(partnership, record.priority))
            if moved:
                found.append(MovedNarrative(record, moved))
    return found


def narrative_events(record: Narrative) -> list[Event]:
    """What was done with it, newest first."""
    return list(Event.objects.about(record))


def return_note(events: Sequence[Event]) -> str:
    """What the approver asked to change, if nothing was saved since it was returned."""
    for event in events:
        if event.became == Status.DRAFT and event.note:
            return event.note
        if event.became:
            return ""
    return ""


@dataclass(frozen=True, slots=True)
class TextVersion:
    at: datetime
    by: str
    text: str


def text_versions(record: Narrative) -> list[TextVersion]:
    """Each text that it has had, newest first."""
    found: list[TextVersion] = []
    for change in record.history.select_related("history_user").order_by("history_date", "history_id"):
        if not found or found[-1].text != change.text:
            found.append(TextVersion(change.history_date, str(change.history_user or ""), change.text))
    return found[::-1]


def quarter_label(quarter: date) -> str:
    """`January to March 2026`."""
    return period_label(quarter, add_months(quarter, 2))


def figures_note(quarter: date, periods: Iterable[str]) -> str:
    """Which months a commentary's figures are of, where some do not reach the end of its quarter; else
    empty. `periods` are months in words, as `period_label` writes them."""
    named = [words for words in dict.fromkeys(periods) if words]
    if not any(last_of(words) < add_months(quarter, 2) for words in named):
        return ""
    said = named[0] if len(named) == 1 else f"{'; '.join(named[:-1])}; and {named[-1]}"
    return f"The figures in it are of {said}."


def last_of(period: str) -> date:
    """The last month of `February 2023 to January 2024`."""
    month, year = period.split()[-2:]
    return date(int(year), MONTH_NAMES.index(month) + 1, 1)
