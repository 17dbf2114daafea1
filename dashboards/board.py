"""The board's page: every priority, its measures and how its actions stand. Approved words only."""

from collections import Counter

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboards.forms import AsAtForm
from delivery_plans.queries import action_list
from measures.queries import measure_list, readings
from meetings.queries import next_meeting
from partners.access import needs
from partners.permissions import Permission
from priorities.queries import priority_list, published_strategy

STANDINGS = ("red", "amber", None, "green", "complete")


@require_safe
@needs(Permission.VIEW_BOARD)
def board(request, partnership):
    """Today's board, or with ?as_at=2024-06-30 the figures that were published by that day."""
    form = AsAtForm(request.GET)
    as_at = form.day
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
                "actions": sorted(own, key=lambda action: STANDINGS.index(action.standing)),
                "rag": _counted(own),
            }
        )
    attention = [action for action in actions if action.standing == "red" or action.is_overdue]
    attention.sort(key=lambda action: (STANDINGS.index(action.standing), action.due_on))
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
            "form": form,
            "illustrative": any(reading.illustrative for reading in found),
            "provenance": next((reading.provenance for reading in found if reading.provenance), None),
            "next_meeting": next_meeting(partnership, timezone.localdate()),
        },
    )


def _counted(actions):
    """How many actions stand how, those that need the board first."""
    counts = Counter(action.standing for action in actions)
    return [(standing, counts[standing]) for standing in STANDINGS if counts[standing]]
