"""All figures of a partnership's areas, for anyone. It reads only what the apps publish."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboards.downloads import chart_file, csv_file
from dashboards.forms import CompareForm, FiguresForm, PeriodForm
from measures import published as figures
from partners.access import public_page
from partners.unchanged import while_unchanged

_profile = while_unchanged(figures.profile)


@require_safe
@public_page
def profile(request, partnership):
    """Every crime type that is counted, sorted by the tree of types, by name or by change."""
    sort = request.GET.get("sort") or figures.SORTS[0]
    unknown = "" if sort in figures.SORTS else sort[:40]
    found = _profile(partnership, figures.SORTS[0] if unknown else sort)
    context = {"found": found, "sorts": figures.SORTS, "unknown_sort": unknown}
    return _shown(request, partnership, "profile", "Figures", context)


@require_safe
@public_page
def profile_csv(request, partnership):
    found = _profile(partnership, figures.SORTS[0])
    if not found:
        raise Http404
    return csv_file(f"{partnership.slug}-figures", found.csv_rows())


@require_safe
@public_page
def serious_violence(request, partnership):
    form, found = _violence(request, partnership)
    context = {"found": found, "form": form}
    return _shown(request, partnership, "serious_violence", "Serious violence", context)


@require_safe
@public_page
def serious_violence_csv(request, partnership):
    form, found = _violence(request, partnership)
    if not found or form.errors:
        raise Http404
    return csv_file(f"{partnership.slug}-serious-violence", found.csv_rows())


@require_safe
@public_page
def serious_violence_chart(request, partnership, chart, form):
    return _chart(partnership, *_violence(request, partnership), chart, form)


@require_safe
@public_page
def compare(request, partnership):
    """Areas side by side; which ones, of what and when is all in the address."""
    form, found = _compared(request, partnership)
    return _shown(
        request, partnership, "compare", "Compare areas", {"found": found, "form": form, "most": figures.MOST}
    )


@require_safe
@public_page
def compare_csv(request, partnership):
    form, found = _compared(request, partnership)
    if not found or form.errors:
        raise Http404
    return csv_file(f"{partnership.slug}-compared", found.csv_rows())


@require_safe
@public_page
def compare_chart(request, partnership, chart, form):
    return _chart(partnership, *_compared(request, partnership), chart, form)


@require_safe
@public_page
def explore(request, partnership):
    """One crime type in one area over any months; all of the question is in the address."""
    form, found = _explored(request, partnership)
    return _shown(request, partnership, "explore", "Explore", {"found": found, "form": form})


@require_safe
@public_page
def explore_csv(request, partnership):
    form, found = _explored(request, partnership)
    if not found or form.errors:
        raise Http404
    return csv_file(f"{partnership.slug}-{found.line.key}", found.csv_rows())


@require_safe
@public_page
def explore_chart(request, partnership, chart, form):
    return _chart(partnership, *_explored(request, partnership), chart, form)


def _explored(request, partnership):
    form = FiguresForm(request.GET, spans=figures.SPANS)
    found = figures.explore(partnership, figures.Asked(**form.asked()))
    return _answered(form, found), found


def _compared(request, partnership):
    form = CompareForm(request.GET, spans=figures.SPANS)
    asked = form.asked()
    codes = asked.pop("area")
    found = figures.compare(partnership, figures.Asked(**asked), codes)
    return _answered(form, found), found


def _violence(request, partnership):
    form = PeriodForm(request.GET, spans=figures.SPANS)
    asked = form.asked()
    months = {name: asked[name] for name in ("span", "to", "since")}
    found = figures.serious_violence(partnership, **months)
    return _answered(form, found), found


def _answered(form, found):
    """The form with what was answered in it, or with what is wrong."""
    if found is None:
        return form
    form.refuse(found.problem)
    shown = form if form.errors else type(form)(found.asked, spans=figures.SPANS)
    if form.errors:
        form.data = {**found.asked, **{name: form[name].data for name in form.fields if form[name].data}}
    if hasattr(found, "choices"):
        shown.offer(found.choices)
    return shown


def _chart(partnership, form, found, chart, kind):
    drawn = (found.charts or {}).get(chart) if found and not form.errors else None
    if not drawn:
        raise Http404
    if kind == "csv":
        return csv_file(f"{partnership.slug}-{chart}", found.chart_rows(chart))
    return chart_file(f"{partnership.slug}-{chart}", drawn, kind)


def _shown(request, partnership, page, title, context):
    home = (partnership.short_name, reverse("partnership", kwargs={"partnership": partnership.slug}))
    entry = ("Figures", reverse("figures", kwargs={"partnership": partnership.slug}))
    form = context.get("form")
    return render(
        request,
        f"public/figures/{page}.html",
        {
            "partnership": partnership,
            "nav": "figures",
            "breadcrumbs": [home, (title, None)] if page == "profile" else [home, entry, (title, None)],
            **context,
        },
        status=422 if context.get("unknown_sort") or (form is not None and form.errors) else 200,
    )
