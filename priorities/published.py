"""What the public may read of strategies: published editions only."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Subquery
from django.utils import timezone

from partners.models import Partnership
from priorities.models import Priority, Strategy


@dataclass(frozen=True, slots=True)
class PublicBlock:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PublicPriority:
    pk: int
    number: int
    slug: str
    title: str
    high: str
    statement: str
    aim: str
    tackle: tuple[PublicBlock, ...]
    approach: tuple[PublicBlock, ...]
    tracking: tuple[str, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicVolumePriority:
    name: str
    origin: str
    note: str


@dataclass(frozen=True, slots=True)
class PublicStrategy:
    slug: str
    title: str
    starts_on: date
    ends_on: date
    vision: str
    paragraphs: tuple[str, ...]
    audience: tuple[str, ...]
    objectives: tuple[str, ...]
    principles: tuple[str, ...]
    source_document: str
    priorities: tuple[PublicPriority, ...]
    outcomes: tuple[str, ...]
    volume_priorities: tuple[PublicVolumePriority, ...]

    @property
    def has_ended(self) -> bool:
        return self.ends_on < timezone.localdate()


def strategy(partnership: Partnership) -> PublicStrategy | None:
    """The newest published strategy, whole, in a fixed number of queries; None when there is none yet."""
    found = (
        Strategy.objects.published()
        .filter(partnership=partnership)
        .prefetch_related("priorities__outcomes", "outcomes", "local_volume_priorities")
        .first()
    )
    if not found:
        return None
    return PublicStrategy(
        found.slug,
        found.title,
        found.starts_on,
        found.ends_on,
        found.vision,
        tuple(filter(None, (part.strip() for part in found.summary.split("\n\n")))),
        tuple(found.audience),
        tuple(found.objectives),
        tuple(found.principles),
        found.source_document,
        tuple(_priority(priority) for priority in found.priorities.all()),
        tuple(outcome.statement for outcome in found.outcomes.all()),
        tuple(
            PublicVolumePriority(row.name, row.get_origin_display(), row.note)
            for row in found.local_volume_priorities.all()
        ),
    )


def priority(partnership: Partnership, slug: str) -> PublicPriority | None:
    """One priority of the newest published strategy, in two queries; None when it has none called so."""
    newest = Strategy.objects.published().filter(partnership=partnership).values("pk")[:1]
    rows = Priority.objects.filter(strategy=Subquery(newest), slug=slug).prefetch_related("outcomes")
    found = rows.first()
    return _priority(found) if found else None


def _priority(priority: Priority) -> PublicPriority:
    return PublicPriority(
        priority.pk,
        priority.number,
        priority.slug,
        priority.title,
        priority.get_high_display(),
        priority.statement,
        priority.aim,
        tuple(PublicBlock(block["title"], block["text"]) for block in priority.tackle),
        tuple(PublicBlock(block["title"], block["text"]) for block in priority.approach),
        tuple(priority.tracking),
        tuple(outcome.statement for outcome in priority.outcomes.all()),
    )
