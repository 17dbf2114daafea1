"""The public site. It reads only what the apps publish."""

import csv

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboards.forms import DayForm
from delivery_plans import published as plans
from measures import published as figures
from meetings import published as sittings
from partners import published as partners
from partners.access import public_page
from priorities import published as strategies


@require_safe
@login_not_required
def home(request):
    found = partners.partnerships()
    if len(found) == 1:
        return redirect("partnership", partnership=found[0].slug)
    return render(request, "public/home.html", {"partnerships": found})


@require_safe
@public_page
def partnership(request, partnership):
    strategy = strategies.strategy(partnership)
    priorities = _with_readings(partnership, strategy)
    readings = [reading for _, found in priorities for reading in found]
    context = {
        "partnership": partnership,
        "strategy": strategy,
        "priorities": priorities,
        "illustrative": any(reading.illustrative for reading in readings),
        "period": next((reading.period for reading in readings if reading.period), ""),
    }
    return render(request, "public/partnership.html", context)


@require_safe
@public_page
def strategy(request, partnership):
    found = strategies.strategy(partnership)
    context = {
        "partnership": partnership,
        "strategy": found,
        "breadcrumbs": _trail(partnership, "Our strategy"),
    }
    return render(request, "public/strategy.html", context)


@require_safe
@public_page
def priority(request, partnership, priority):
    strategy = strategies.strategy(partnership)
    found = next((p for p in strategy.priorities if p.slug == priority), None) if strategy else None
    if not found:
        raise Http404
    [measures] = figures.measures(partnership, [found.pk])
    return render(
        request,
        "public/priority.html",
        {
            "partnership": partnership,
            "strategy": strategy,
            "priority": found,
            "readings": measures.readings,
            "actions": plans.actions(partnership, [found.pk]),
            "breadcrumbs": _trail(partnership, found.title, ("Our strategy", _to("strategy", partnership))),
        },
    )


@require_safe
@public_page
def measure_csv(request, partnership, measure):
    """The figures behind one chart, with where they came from."""
    reading = figures.measure(partnership, measure)
    if not reading or not reading.chart:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{partnership.slug}-measure-{measure}.csv"'
    response.write("\ufeff")  # so that Excel reads the file as UTF-8
    csv.writer(response).writerows(reading.csv_rows())
    return response


@require_safe
@public_page
def partner_list(request, partnership):
    context = {
        "partnership": partnership,
        "groups": partners.partner_groups(partnership, timezone.localdate()),
        "breadcrumbs": _trail(partnership, "Partners"),
    }
    return render(request, "public/partners.html", context)


@require_safe
@public_page
def governance(request, partnership):
    """The tree of a day: today's, or ?on=2022-06-01."""
    form = DayForm(request.GET)
    on = form.day
    context = {
        "partnership": partnership,
        "on": on,
        "form": form,
        "tree": partners.governance_tree(partnership, on),
        "breadcrumbs": _trail(partnership, "Governance"),
    }
    return render(request, "public/governance.html", context)


@require_safe
@public_page
def meeting_list(request, partnership):
    found = sittings.meetings(partnership)
    today = timezone.localdate()
    context = {
        "partnership": partnership,
        "coming": [meeting for meeting in reversed(found) if meeting.on >= today],
        "past": [meeting for meeting in found if meeting.on < today],
        "breadcrumbs": _trail(partnership, "Meetings"),
    }
    return render(request, "public/meetings.html", context)


def _with_readings(partnership, strategy):
    if not strategy:
        return []
    by_id = {priority.pk: priority for priority in strategy.priorities}
    return [(by_id[row.priority_id], row.readings) for row in figures.measures(partnership, list(by_id))]


def _to(name, partnership):
    return reverse(name, kwargs={"partnership": partnership.slug})


def _trail(partnership, here, *between):
    return [(partnership.short_name, _to("partnership", partnership)), *between, (here, None)]
