"""Strategies and priorities as signed-in people see them."""

from django.db.models import QuerySet

from partners.models import Partnership
from priorities.models import Priority, Strategy


def current_strategy(partnership: Partnership) -> Strategy | None:
    """The published strategy the partnership works to, else the newest draft."""
    published = Strategy.objects.filter(partnership=partnership).published().first()
    return published or Strategy.objects.filter(partnership=partnership).first()


def priority_list(partnership: Partnership) -> QuerySet[Priority]:
    """Priorities of the strategy the partnership works to, in order."""
    return Priority.objects.filter(strategy=current_strategy(partnership)).select_related("strategy")
