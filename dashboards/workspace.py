"""Where people land after signing in, and the officer's home."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from delivery_plans.queries import action_list, updates_awaiting
from measures.queries.commentaries import narratives_awaiting, narratives_moved
from partners.access import needs
from partners.permissions import Permission, allowed, grants
from priorities.queries import current_strategy, priority_list


@require_safe
def signed_in(request):
    """To the one place this person works in, or to a choice of places."""
    places = []
    for grant in grants(request.user):
        if grant.partnership and allowed(request.user, Permission.VIEW_WORKSPACE, grant.partnership):
            places.append(("workspace", grant.partnership))
        elif grant.partnership and allowed(request.user, Permission.VIEW_BOARD, grant.partnership):
            places.append(("board", grant.partnership))
    places = list(dict.fromkeys(places))
    manages_data = request.user.has_perm("crime_data.manage_figures")
    if len(places) == 1 and not manages_data:
        name, partnership = places[0]
        return redirect(name, partnership=partnership.slug)
    if manages_data and not places:
        return redirect("data_home")
    return render(request, "workspace/places.html", {"places": places, "manages_data": manages_data})


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def workspace(request, partnership):
    strategy = current_strategy(partnership)
    actions = list(action_list(partnership))
    priorities = [
        {
            "priority": priority,
            "actions": [action for action in actions if action.priority_id == priority.pk],
        }
        for priority in priority_list(strategy)
    ]
    may_approve = allowed(request.user, Permission.APPROVE_UPDATES, partnership)
    return render(
        request,
        "workspace/home.html",
        {
            "partnership": partnership,
            "strategy": strategy,
            "priorities": priorities,
            "overdue": [action for action in actions if action.is_overdue],
            "awaiting": list(updates_awaiting(partnership)),
            "narratives_awaiting": list(narratives_awaiting(partnership)),
            "narratives_moved": narratives_moved(partnership),
            "may_approve": may_approve,
        },
    )
