from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crime_data import queries, services
from crime_data.forms import ReasonForm, UploadForm
from crime_data.models import ImportRun, ReleaseFile

data_manager = permission_required("crime_data.manage_figures", raise_exception=True)

# What may be decided, from which state, by which service, and in which words.
DECISIONS = {
    "accept": (
        ReleaseFile.State.HELD,
        services.accept_file,
        "Use these figures",
        "The figures are in use now.",
    ),
    "refuse": (
        ReleaseFile.State.HELD,
        services.refuse_file,
        "Refuse these figures",
        "The figures were refused.",
    ),
    "withdraw": (
        ReleaseFile.State.CURRENT,
        services.withdraw_file,
        "Withdraw these figures",
        "The figures are no longer in use.",
    ),
}


@require_safe
@data_manager
def data_home(request):
    releases = Paginator(queries.release_list(), 25).get_page(request.GET.get("page"))
    return render(
        request,
        "data/home.html",
        {
            "sources": queries.source_list(),
            "waiting": queries.files_waiting(),
            "releases": releases,
            "published_held": queries.published_held(),
            "runs": queries.run_list()[:10],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@data_manager
def upload(request):
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        run = services.ask_for_import(
            uploads=form.cleaned_data["files"], by=request.user, published=form.cleaned_data["published_on"]
        )
        return redirect("import_run", pk=run.pk)
    return render(request, "data/upload.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@data_manager
def import_run(request, pk):
    run = get_object_or_404(queries.run_list(), pk=pk)
    template = "data/_run.html" if request.htmx else "data/run.html"
    return render(request, template, {"run": run})


@require_POST
@data_manager
def run_again(request, pk):
    run = get_object_or_404(ImportRun, pk=pk)
    try:
        services.run_again(run=run, by=request.user)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("import_run", pk=pk)


@require_safe
@data_manager
def release(request, pk):
    found = get_object_or_404(queries.release_list(), pk=pk)
    return render(request, "data/release.html", {"release": found})


@require_safe
@data_manager
def release_file(request, pk):
    found = get_object_or_404(
        ReleaseFile.objects.select_related("release__source", "imported_by", "decided_by"), pk=pk
    )
    return render(request, "data/file.html", {"file": found, "categories": queries.file_categories(found)})


@require_http_methods(["GET", "HEAD", "POST"])
@data_manager
def decide_file(request, pk, decision):
    """Accept or refuse a file that was held, or withdraw one in use; asks for the reason."""
    if decision not in DECISIONS:
        raise Http404
    state, service, question, done = DECISIONS[decision]
    file = get_object_or_404(ReleaseFile.objects.select_related("release__source"), pk=pk)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    if file.state != state:
        messages.error(request, f"This file is “{file.get_state_display()}” by now. Nothing was changed.")
        return redirect("release_file", pk=pk)
    if form.is_valid():
        try:
            service(file=file, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
        else:
            messages.success(request, done)
        return redirect("release_file", pk=pk)
    return render(
        request,
        "data/decide.html",
        {"file": file, "form": form, "question": question, "decision": decision},
        status=422 if form.errors else 200,
    )
