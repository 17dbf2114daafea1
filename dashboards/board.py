"""The board's page: every priority, its measures and how its actions stand. Approved words only."""

from collections import Counter

from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from delivery_plans.queries import action_list
from measures.queries import measure_list, readings
from meetings.queries import next_meeting
from partners.access import needs
from partners.permissions import Permission
from priorities.queries import priority_list, published_strategy

RAG_ORDER = ("red", "amber", "green", None)


@require_safe
@needs(Permission.VIEW_BOARD)
def board(request, partnership):
    """Today's board, or with ?as_at=2024-06-30 the figures that were published by that day."""
    asked = request.GET.get("as_at", "")
    problem, as_at = "", None
    if asked:
        try:
            as_at = parse_date(asked)
        except ValueError:
            as_at = None
        problem = "" if as_at else "Enter a real day, such as 2024-06-30."
    strategy = published_strategy(partnership)
    priorities = list(priority_list(strategy))
    actions = list(action_list(partnership).filter(priority__in=priorities))
    rows = []
    found = readings(partnership, list(measure_list(priorities)), as_at)
    for priority in priorities:
        own = [action for action in actions if action.priority_id == priority.pk]
        rows.append(
            {
                "priority": priority,
                "readings": [reading for reading in found if reading.priority_id == priority.pk],
                "actions": sorted(own, key=lambda action: RAG_ORDER.index(action.latest_rag)),
                "rag": _counted(own),
            }
        )
    attention = [action for action in actions if action.latest_rag == "red" or action.is_overdue]
    attention.sort(key=lambda action: (RAG_ORDER.index(action.latest_rag), action.due_on))
    return render(
        request,
        "board/board.html",
        {
            "partnership": partnership,
            "strategy": strategy,
            "rows": rows,
            "attention": attention,
            "rag": _counted(actions),
            "as_at": as_at,
            "as_at_problem": problem,
            "as_at_text": asked,
            "illustrative": any(reading.illustrative for reading in found),
            "provenance": next((reading.provenance for reading in found if reading.provenance), None),
            "next_meeting": next_meeting(partnership, timezone.localdate()),
        },
    )


def _counted(actions):
    """How many actions are off track, at risk, on track and not yet rated, worst first."""
    counts = Counter(action.latest_rag for action in actions)
    return [(rag, counts[rag]) for rag in RAG_ORDER if counts[rag]]
