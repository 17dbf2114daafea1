"""The public site. It reads only what the apps publish."""

import json
from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from dashboards.downloads import TYPES, chart_file, csv_file, csv_text
from dashboards.forms import DayForm, WardForm
from delivery_plans import published as plans
from measures import published as figures
from measures import published_narratives as narratives
from measures import published_printed as prints
from meetings import published as sittings
from partners import published as partners
from partners.access import public_page
from partners.unchanged import while_unchanged
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
    return _kept(request, _partnership_page(partnership))


@while_unchanged
def _partnership_page(partnership):
    strategy = strategies.strategy(partnership)
    priorities = _with_readings(partnership, strategy)
    readings = [reading for _, found in priorities for reading in found]
    context = {
        "strategy": strategy,
        "priorities": priorities,
        "illustrative": any(reading.illustrative for reading in readings),
    }
    return _page("public/partnership.html", partnership, "partnership", context)


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
    return _kept(request, _priority_page(partnership, priority))


@while_unchanged
def _priority_page(partnership, slug):
    found = strategies.priority(partnership, slug)
    if not found:
        return None
    [measures] = figures.measures(partnership, [found.pk])
    commentaries = narratives.commentaries(partnership, [found.pk], {found.pk: measures.words})
    context = {
        "priority": found,
        "readings": measures.readings,
        "charted": [(reading, reading.chart) for reading in measures.readings if reading.chart],
        "outcomes": measures.by_outcome(found.outcomes),
        "illustrative": any(reading.illustrative for reading in measures.readings),
        "commentary": commentaries.get(found.pk),
        "actions": plans.actions(partnership, [found.pk]),
        "breadcrumbs": _trail(partnership, found.title, ("Our strategy", _to("strategy", partnership))),
    }
    return _page("public/priority.html", partnership, "strategy", context)


@require_safe
@public_page
def measure(request, partnership, measure):
    return _kept(request, _measure_page(partnership, measure))


@while_unchanged
def _measure_page(partnership, number):
    found = figures.measure(partnership, number)
    if not found:
        return None
    priority = reverse("priority", kwargs={"partnership": partnership.slug, "priority": found.priority_slug})
    context = {
        "measure": found,
        "reading": found.reading,
        "charts": [
            (CHART_TITLES.get(key) or _title(found.reading), chart, f"?chart={key}" if key != "main" else "")
            for key, chart in found.reading.charts
        ],
        "breadcrumbs": _trail(
            partnership,
            found.reading.name,
            ("Our strategy", _to("strategy", partnership)),
            (found.priority_title, priority),
        ),
    }
    return _page("public/measure.html", partnership, "strategy", context)


@require_safe
@public_page
def measure_file(request, partnership, measure, form):
    """One chart of a measure as a file: the main one, or ?chart=years, rolling or areas."""
    found = _measure_file(partnership, measure, request.GET.get("chart", "main"), form)
    if not found:
        raise Http404
    name, content = found
    response = _conditional(request, HttpResponse(content, content_type=TYPES[form]))
    response["Cache-Control"] = "public, max-age=600"
    if form != "json":
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@while_unchanged
def _measure_file(partnership, number, key, form):
    """(name, content), or None where there is no such measure or chart."""
    found = figures.measure(partnership, number)
    chart = dict(found.reading.charts).get(key) if found else None
    if not chart:
        return None
    reading = found.reading
    months = "-to-".join(f"{month:%Y-%m}" for month in reading.worked.now or ())
    name = "-".join(filter(None, (partnership.slug, reading.key, CHART_NAMES[key], months)))
    return f"{name}.{form}", FORMS[form](reading, chart)


@require_safe
@public_page
def ward_figures(request, partnership):
    """One crime type in one year by ward, as a map and a table; both are in the address."""
    asked = request.GET.get("crime_type", ""), request.GET.get("year", "")
    found, problem = None, ""
    try:
        found = figures.wards(partnership, crime_type=asked[0], year=asked[1])
    except figures.NotHeld as not_held:
        if any(asked):
            problem = str(not_held)
    context = {
        "partnership": partnership,
        "found": found,
        "problem": problem,
        "form": WardForm.of(found) if found else None,
        "nav": "figures",
        "breadcrumbs": _trail(partnership, "Wards", ("Figures", _to("figures", partnership))),
    }
    return render(request, "public/wards.html", context, status=422 if problem else 200)


@require_safe
@public_page
def ward_figures_csv(request, partnership):
    found = _wards_or_404(request, partnership)
    return csv_file(_ward_file(partnership, found), found.csv_rows())


@require_safe
@public_page
def ward_figures_svg(request, partnership):
    """The map, with its words and source."""
    found = _wards_or_404(request, partnership)
    if not found.chart:
        raise Http404
    return chart_file(_ward_file(partnership, found), found.chart, "svg")


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


@require_safe
@public_page
def printed_list(request, partnership):
    """The documents whose figures are kept as they print them."""
    context = {
        "partnership": partnership,
        "documents": prints.documents(partnership),
        "breadcrumbs": _trail(partnership, "Printed figures"),
    }
    return render(request, "public/printed_list.html", context)


@require_safe
@public_page
def printed(request, partnership, document):
    """One document's figures as printed, beside those that are held."""
    found = _document_or_404(partnership, document)
    context = {
        "partnership": partnership,
        "document": found,
        "breadcrumbs": _trail(
            partnership, found.title, ("Printed figures", _to("printed_list", partnership))
        ),
    }
    return render(request, "public/printed.html", context)


@require_safe
@public_page
def printed_csv(request, partnership, document):
    found = _document_or_404(partnership, document)
    return csv_file(f"{partnership.slug}-{found.slug}", found.csv_rows())


def _json_text(reading, chart):
    """What static/js/charts.js draws, and the words that belong to it."""
    words = {
        "measure": reading.name,
        "place": reading.place,
        "headline": chart.headline,
        "subtitle": chart.subtitle,
        "sentence": reading.sentence,
        "verdict": reading.verdict.words,
        "summary": chart.summary,
        "notes": chart.notes,
        "source": chart.source,
        "illustrative": chart.illustrative,
    }
    return json.dumps({**words, **chart.plotly}, ensure_ascii=False)


def _title(reading):
    """What the main chart shows, for a page whose heading says what it finds."""
    if reading.parts:
        return "Part by part"
    return "Month by month" if reading.worked.step == 1 else "Period by period"


CHART_TITLES = {
    "years": "Beside the year before",
    "rolling": "Twelve months at a time",
    "areas": "Beside wider areas",
}
CHART_NAMES = {"main": "chart", "years": "year-on-year", "rolling": "twelve-months", "areas": "areas"}
FORMS = {
    "csv": lambda reading, chart: csv_text(reading.csv_rows(chart)),
    "svg": lambda reading, chart: chart.drawing,
    "png": lambda reading, chart: chart.png,
    "json": _json_text,
}


def _page(template, partnership, section, context):
    """The whole page, made without the request: it is the same for everybody."""
    shell = {"section": section}
    return render_to_string(template, {"partnership": partnership, "shell": shell, **context})


def _kept(request, page):
    if page is None:
        raise Http404
    return _conditional(request, HttpResponse(page))


def _conditional(request, response):
    """304 to those who have it already."""
    response["ETag"] = quote_etag(sha256(response.content).hexdigest()[:32])
    return get_conditional_response(request, etag=response["ETag"], response=response)


def _wards_or_404(request, partnership):
    try:
        return figures.wards(
            partnership,
            crime_type=request.GET.get("crime_type", ""),
            year=request.GET.get("year", ""),
        )
    except figures.NotHeld as problem:
        raise Http404(str(problem)) from None


def _ward_file(partnership, found):
    return f"{partnership.slug}-wards-{found.crime_type.key}-{found.first:%Y-%m}-{found.last:%Y-%m}"


def _document_or_404(partnership, slug):
    found = prints.document(partnership, slug)
    if not found:
        raise Http404
    return found


def _with_readings(partnership, strategy):
    if not strategy:
        return []
    by_id = {priority.pk: priority for priority in strategy.priorities}
    return [(by_id[row.priority_id], row.readings) for row in figures.measures(partnership, list(by_id))]


def _to(name, partnership):
    return reverse(name, kwargs={"partnership": partnership.slug})


def _trail(partnership, here, *between):
    return [(partnership.short_name, _to("partnership", partnership)), *between, (here, None)]
