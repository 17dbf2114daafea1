"""Strategies and priorities as signed-in people see them."""

from django.db.models import QuerySet

from partners.models import Partnership
from priorities.models import Outcome, Priority, Strategy


def published_strategy(partnership: Partnership) -> Strategy | None:
    """The newest strategy that was published."""
    return Strategy.objects.filter(partnership=partnership).published().first()


def current_strategy(partnership: Partnership) -> Strategy | None:
    """The published strategy the partnership works to, else the newest draft."""
    return published_strategy(partnership) or Strategy.objects.filter(partnership=partnership).first()


def priority_list(strategy: Strategy | None) -> QuerySet[Priority]:
    """The priorities of a strategy, in order."""
    return Priority.objects.filter(strategy=strategy).select_related("strategy")


def published_priorities(partnership: Partnership) -> QuerySet[Priority]:
    """The priorities of the newest strategy that was published, each with its strategy, in order."""
    newest = Strategy.objects.filter(partnership=partnership).published().values("pk")[:1]
    return Priority.objects.filter(strategy__in=newest).select_related("strategy").order_by("number")


def outcome_list(priority: Priority) -> QuerySet[Outcome]:
    """The outcomes that a priority is for, in order."""
    return Outcome.objects.filter(priorities=priority)
