from urllib.parse import urlsplit

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crime_data import breaks, composites, mapping, queries
from crime_data.forms import CoverageForm
from crime_data.models import Source
from crime_data.months import add_months
from crime_data.views.access import data_manager

LOCAL = "local-counts"
TEMPLATE = "local-counts-template.csv"


@require_safe
@data_manager
def data_home(request):
    states = queries.source_states()
    return render(
        request,
        "data/home.html",
        {
            "states": states,
            "failed": [state for state in states if state.failed],
            "waiting": queries.files_waiting(),
            "published_held": queries.published_held(),
            "runs": queries.run_list()[:10],
            "local": next((state.source for state in states if state.source.key == LOCAL), None),
        },
    )


@require_safe
@data_manager
def source(request, pk):
    [state] = queries.source_states(Source.objects.filter(pk=get_object_or_404(Source, pk=pk).pk))
    releases = Paginator(queries.release_list().filter(source=pk), 25)
    return render(
        request,
        "data/source.html",
        {
            "source": state.source,
            "state": state,
            "attribution": queries.attribution(state.source),
            "breaks": queries.source_breaks(state.source),
            "releases": releases.get_page(request.GET.get("page")),
            "published_held": queries.published_held(),
            "runs": queries.run_list().filter(source=pk)[:10],
            "is_local": state.source.key == LOCAL,
            "nav": "data_home",
        },
    )


@require_safe
@data_manager
def categories(request, pk):
    found = get_object_or_404(Source, pk=pk)
    rows = queries.label_rows(found)
    return render(
        request,
        "data/categories.html",
        {
            "source": found,
            "rows": rows,
            "unreviewed": [row for row in rows if not row.reviewed],
            "composites": queries.composites_of(found),
            "areas": queries.area_kinds(),
            "nav": "data_home",
        },
    )


@require_safe
@data_manager
def coverage(request):
    newest = queries.newest_month()
    last = newest or add_months(timezone.localdate().replace(day=1), -1)
    usual = {"to": f"{last:%Y-%m}", "months": "36"}
    form = CoverageForm(usual | request.GET.dict())
    grid, earlier, later = None, "", ""
    if form.is_valid():
        to, months = form.cleaned_data["to"], form.cleaned_data["months"]
        grid = queries.coverage(last=to, months=months)
        earlier = f"{add_months(to, -months):%Y-%m}"
        later = f"{min(add_months(to, months), last):%Y-%m}" if to < last else ""
    context = {
        "form": form,
        "grid": grid,
        "signs": queries.SIGNS.items(),
        "earlier": earlier,
        "later": later,
        "anything": newest is not None,
    }
    return render(request, "data/coverage.html", context, status=422 if form.errors else 200)


@require_safe
@data_manager
def break_list(request):
    names = {source.key: source for source in queries.source_list()}
    types = {row.key: row.name for row in mapping.crime_type_rows()}
    rows = [
        (
            one,
            [names[key] for key in one.sources if key in names],
            [types.get(key, key) for key in one.crime_types],
            [(url, urlsplit(url).hostname) for url in one.source_urls],
        )
        for one in breaks.breaks()
    ]
    parts = [
        (one, [(types.get(part.crime_type, part.crime_type), names.get(part.source)) for part in one.parts])
        for one in composites.composites()
    ]
    return render(request, "data/breaks.html", {"rows": rows, "composites": parts})


@require_safe
@data_manager
def template_file(request):
    """The template for counts that the partnership has made itself."""
    return HttpResponse(
        (mapping.FOLDER / TEMPLATE).read_bytes(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{TEMPLATE}"'},
    )
