from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crime_data import queries, services
from crime_data.forms import MAX_FILES, MAX_MEGABYTES, UploadForm
from crime_data.models import ImportRun
from crime_data.views.access import data_manager


@require_http_methods(["GET", "HEAD", "POST"])
@data_manager
def upload(request):
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        run = services.ask_for_import(
            uploads=form.cleaned_data["files"], by=request.user, published=form.cleaned_data["published_on"]
        )
        return redirect("import_run", pk=run.pk)
    context = {"form": form, "nav": "data_home", "max_files": MAX_FILES, "max_megabytes": MAX_MEGABYTES}
    return render(request, "data/upload.html", context, status=422 if form.errors else 200)


@require_safe
@data_manager
def import_run(request, pk):
    run = get_object_or_404(queries.run_list(), pk=pk)
    template = "data/_run.html" if request.htmx else "data/run.html"
    return render(request, template, {"run": run, "nav": "data_home"})


@require_POST
@data_manager
def run_again(request, pk):
    run = get_object_or_404(ImportRun, pk=pk)
    try:
        services.run_again(run=run, by=request.user)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("import_run", pk=pk)
