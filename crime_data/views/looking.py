from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from crime_data import services
from crime_data.forms import SourceForm
from crime_data.models import Source
from crime_data.views.access import data_manager


@require_POST
@data_manager
def look_now(request, pk):
    """Ask for a look at a source, and show the run that does it."""
    source = get_object_or_404(Source, pk=pk)
    run = services.look_now(source=source, by=request.user)
    if run:
        return redirect("import_run", pk=run.pk)
    if source.address:
        messages.error(request, "A look at this source is under way. It is the first of the last looks.")
    else:
        messages.error(request, "Say first at which address the portal is to look.")
    return redirect("source", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@data_manager
def edit_source(request, pk):
    """Whether and where the portal looks for new files of a source by itself."""
    source = get_object_or_404(Source, pk=pk)
    start = {"watched": source.watched, "address": source.address}
    form = SourceForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid():
        services.edit_source(source=source, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("source", pk=pk)
    return render(
        request,
        "data/edit_source.html",
        {"source": source, "form": form, "hosts": settings.DOWNLOAD_HOSTS, "nav": "data_home"},
        status=422 if form.errors else 200,
    )
