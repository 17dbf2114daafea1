from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from crime_data import queries, services
from crime_data.forms import ReasonForm
from crime_data.models import Release, ReleaseFile
from crime_data.views.access import data_manager

SHOWN_MOVES = 20


@dataclass(frozen=True)
class Decision:
    """What may be decided: from which state, by which services, in which words."""

    state: str
    for_file: Any
    for_release: Any
    question: str
    done: str
    warning: bool = False


State = ReleaseFile.State
DECISIONS = {
    "accept": Decision(
        State.HELD,
        services.accept_file,
        services.accept_release,
        "Use these figures",
        "The figures are in use now.",
    ),
    "refuse": Decision(
        State.HELD,
        services.refuse_file,
        services.refuse_release,
        "Refuse these figures",
        "The figures were refused.",
        warning=True,
    ),
    "withdraw": Decision(
        State.CURRENT,
        services.withdraw_file,
        services.withdraw_release,
        "Withdraw these figures",
        "The figures are no longer in use.",
        warning=True,
    ),
    "restore": Decision(
        State.WITHDRAWN,
        services.restore_file,
        services.restore_release,
        "Use these figures again",
        "The figures are in use again.",
    ),
}


@require_safe
@data_manager
def release(request, pk):
    found = get_object_or_404(Release.objects.select_related("source"), pk=pk)
    files = queries.release_files(found)
    sort = request.GET.get("sort", "")
    return render(
        request,
        "data/release.html",
        {
            "release": found,
            "files": files,
            "states": {file.state for file in files},
            "totals": _control_totals(files),
            "evidence": list(dict.fromkeys(why for file in files for why in file.evidence)),
            "caveats": list(dict.fromkeys(words for file in files for words in file.caveats)),
            "moves": _moves(found, files, sort if sort in queries.SORTS else "difference"),
            "sort": sort if sort in queries.SORTS else "difference",
            "shown_moves": SHOWN_MOVES,
            "periods": queries.period_totals(files),
            "areas": queries.areas_printed(files),
            "unreviewed": queries.unreviewed(files),
            "breaks": queries.release_breaks(found, files),
            "attribution": queries.attribution(found.source),
            "published_held": queries.published_held(),
            "nav": "data_home",
        },
    )


def _control_totals(files):
    return {
        "rows": sum(file.rows for file in files),
        "set_aside": sum(file.rows_set_aside for file in files),
        "stored": sum(file.rows - file.rows_set_aside for file in files),
        "observations": sum(file.observations for file in files),
        "total": sum(file.total for file in files if file.total is not None)
        if any(file.total is not None for file in files)
        else None,
    }


def _moves(release, files, sort):
    """What moved against the release before; None where there is none, or nothing that compares."""
    holding, before = queries.holding_of(release, files), queries.release_before(release)
    return queries.moves(before=before, now=holding, sort=sort) if holding and before else None


@require_safe
@data_manager
def release_file(request, pk):
    found = get_object_or_404(queries.file_list(), pk=pk)
    context = {"file": found, "categories": queries.file_categories(found), "nav": "data_home"}
    return render(request, "data/file.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@data_manager
def decide_file(request, pk, decision):
    """Accept or refuse a file that was held, withdraw one in use, use one again; asks for the reason."""
    choice = _decision(decision)
    file = get_object_or_404(ReleaseFile.objects.select_related("release__source"), pk=pk)
    if file.state != choice.state:
        messages.error(request, f"This file is “{file.get_state_display()}” by now. Nothing was changed.")
        return redirect("release_file", pk=pk)
    what = {"files": [file], "title": file.name, "back": "release_file", "pk": pk}
    return _decide(request, choice, choice.for_file, {"file": file}, what)


@require_http_methods(["GET", "HEAD", "POST"])
@data_manager
def decide_release(request, pk, decision):
    """The same for all files of a release at once."""
    choice = _decision(decision)
    found = get_object_or_404(Release.objects.select_related("source"), pk=pk)
    files = [file for file in queries.release_files(found) if file.state == choice.state]
    if not files:
        name = State(choice.state).label
        messages.error(request, f"No file of this release is “{name}” by now. Nothing was changed.")
        return redirect("release", pk=pk)
    what = {"files": files, "title": f"Release {found.key}", "back": "release", "pk": pk}
    return _decide(request, choice, choice.for_release, {"release": found}, what)


def _decision(name):
    if name not in DECISIONS:
        raise Http404
    return DECISIONS[name]


def _decide(request, choice, service, about, what):
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    if form.is_valid():
        try:
            service(**about, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
        else:
            messages.success(request, choice.done)
        return redirect(what["back"], pk=what["pk"])
    evidence = list(dict.fromkeys(why for file in what["files"] for why in file.evidence))
    context = {"form": form, "choice": choice, "evidence": evidence, "nav": "data_home", **what}
    return render(request, "data/decide.html", context, status=422 if form.errors else 200)
