"""The board's pages: a quarter's board, and one page for each priority. Approved words only."""

from django.db.models import Prefetch, Subquery
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboards import quarterly, quarters
from dashboards.forms import AsAtForm, QuarterForm
from dashboards.quarters import Quarter
from delivery_plans.queries import quarter_actions
from measures.models import Measure
from measures.queries import held_months, know, measures_on, year_start
from measures.queries.commentaries import board_commentaries
from meetings.queries import coming_meetings
from partners.access import needs
from partners.permissions import Permission
from partners.unchanged import while_unchanged
from priorities.queries import outcome_list, published_priorities, published_strategy


@require_safe
@needs(Permission.VIEW_BOARD)
def board(request, partnership):
    """The newest quarter's board, or ?quarter=2025-04 as it looked when it closed; ?as_at=2025-06-01 shows
    the figures that were published by that day."""
    page = _board(partnership, *_asked(request))
    return _answer(request, "board/board.html", partnership, page)


@require_safe
@needs(Permission.VIEW_BOARD)
def board_priority(request, partnership, priority):
    page = _priority(partnership, priority, *_asked(request), address="board_priority")
    up = f"{reverse('board', kwargs={'partnership': partnership.slug})}{page['board'].asked.query}"
    frame = {"base": "board/base.html", "nav": "board", "up": up, "up_words": "All priorities"}
    return _answer(request, "board/priority.html", partnership, page, **frame)


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def priority_dashboard(request, partnership, priority):
    """The board's page of a priority, for those who work in it."""
    page = _priority(partnership, priority, *_asked(request), address="priority_dashboard")
    up = reverse("priority_actions", kwargs={"partnership": partnership.slug, "priority": priority})
    frame = {"base": "workspace/base.html", "nav": "workspace", "up": up, "up_words": "Actions"}
    return _answer(request, "board/priority.html", partnership, page, **frame)


def _asked(request):
    return Quarter.parse(request.GET.get("quarter", "")), AsAtForm(request.GET).day


def _answer(request, template, partnership, page, **more):
    """The page; with 422 when what the address asks for is not what it shows."""
    asked = page["board"].asked
    form = QuarterForm(request.GET, asked=asked, partnership=partnership)
    context = {
        "partnership": partnership,
        "form": form,
        "quarter_name": asked.quarter.name(year_start(partnership)),
        **page,
        **more,
    }
    return render(request, template, context, status=422 if form.errors else 200)


@while_unchanged
def _board(partnership, quarter, day):
    """What the page shows of this quarter (None is the newest) and day (None is today)."""
    coming = coming_meetings(partnership, timezone.localdate())
    priorities = list(
        published_priorities(partnership).annotate(
            meeting_on=Subquery(coming.values("on")[:1]), meeting_of=Subquery(coming.values("body__name")[:1])
        )
    )
    return {
        "drawn": {},
        "strategy": priorities[0].strategy if priorities else published_strategy(partnership),
        "meeting": (priorities[0].meeting_on, priorities[0].meeting_of) if priorities else (None, ""),
        "board": _figures(partnership, priorities, quarter, day, address="board_priority"),
    }


@while_unchanged
def _priority(partnership, slug, quarter, day, *, address):
    priorities = list(published_priorities(partnership))
    here = next((at for at, one in enumerate(priorities) if one.slug == slug), None)
    if here is None:
        raise Http404
    priority = priorities[here]
    page = _figures(partnership, [priority], quarter, day, address=address, whole=False)
    [block] = page.blocks
    measured = Prefetch("measures", Measure.objects.in_use().exclude(kind=Measure.Kind.NONE))
    around = [
        [(one, _address(partnership, one, page.asked, address)) for one in nearest]
        for nearest in (priorities[:here][-1:], priorities[here + 1 :][:1])
    ]
    return {
        "drawn": {},
        "board": page,
        "shown": block,
        "priority": priority,
        "outcomes": quarterly.outcomes_shown(outcome_list(priority).prefetch_related(measured), block),
        "before": around[0],
        "after": around[1],
    }


def _figures(partnership, shown, quarter, day, *, address, whole=True):
    asked = quarters.asked(
        quarter,
        day,
        held=held_months(partnership, day),
        held_today=held_months(partnership) if day else None,
        adopted_on=shown[0].strategy.starts_on if shown else None,
        today=timezone.localdate(),
    )
    measures = list(measures_on(shown, asked.day))
    return quarterly.put_together(
        asked,
        shown,
        measures,
        know(partnership, measures, [None, asked.then]),
        quarter_actions(shown, asked.quarter.first_month, reported_by_then=asked.day is not None),
        {one.pk: _address(partnership, one, asked, address) for one in shown},
        board_commentaries(shown, quarter=asked.quarter.first_month, as_at=asked.day),
        whole=whole,
    )


def _address(partnership, priority, asked, name):
    path = reverse(name, kwargs={"partnership": partnership.slug, "priority": priority.slug})
    return f"{path}{asked.query}"
