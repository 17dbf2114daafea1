from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crime_data import queries
from crime_data.forms import FigureForm, MovesForm
from crime_data.views.access import data_manager

USUAL = "mps-borough"
MOVES_A_PAGE = 50
MOST_MOVES = 1_000  # in JSON


@dataclass
class Asked:
    """Which figure is asked for: the form made from the address, and the releases of its source."""

    form: FigureForm
    held: list[queries.Holding]
    source: Any
    areas: list[str]

    @property
    def query(self) -> str:
        """The figure as it stands in an address, whatever of it was filled in."""
        names = ("source", "area", "crime_type", "from", "to")
        return urlencode({name: self.form.data.get(name, "") for name in names})

    @property
    def figure(self) -> dict[str, Any]:
        data = self.form.cleaned_data
        return {
            "area": data["area"],
            "crime_type": data["crime_type"],
            "first": data["from"],
            "last": data["to"],
        }


def _asked(request, *, restated=False, with_release=False) -> Asked | None:
    """None where no figures are held. What the address leaves out is filled in, by months that two releases
    hold where it is about what was restated; what it says stands."""
    sources = queries.sources_with_counts()
    if not sources:
        return None
    by_key = {source.key: source for source in sources}
    source = by_key.get(request.GET.get("source", USUAL)) or by_key.get(USUAL) or sources[0]
    held = queries.holdings(source_key=source.key)
    pair = queries.newest_two(held) if restated else None
    form = FigureForm(
        queries.usual_question(pair[0] if pair else held[0]) | request.GET.dict(),
        sources=sources,
        crime_types=queries.types_of(source),
        held=held,
        with_release=with_release,
    )
    return Asked(form, held, source, queries.area_names(held[0]))


# --- where a figure comes from ---------------------------------------------------------------


@require_safe
@data_manager
def figure(request):
    asked = _asked(request, with_release=True)
    if asked is None:
        return render(request, "data/figure.html", {"asked": None})
    found = _provenance(asked)
    context = {
        "asked": asked,
        "form": asked.form,
        "found": found,
        "attribution": queries.attribution(asked.source),
        "release_key": asked.form.data.get("release", ""),
    }
    return render(request, "data/figure.html", context, status=200 if found else 422)


@require_safe
@data_manager
def figure_json(request):
    asked = _asked(request, with_release=True)
    found = _provenance(asked) if asked else None
    return JsonResponse(found.as_json()) if found else _refused(asked)


def _provenance(asked):
    """None, and the form says why, where there is no such figure."""
    if not asked.form.is_valid():
        return None
    key = asked.form.cleaned_data["release"]
    held = [one for one in asked.held if not key or one.release.key == key]
    try:
        return queries.provenance(held=held, **asked.figure)
    except queries.NotHeld as problem:
        asked.form.add_error(None, str(problem))
        return None


def _refused(asked):
    errors = {"": ["No figures are held yet."]}
    if asked:
        errors = {
            ("" if name == "__all__" else name): list(words) for name, words in asked.form.errors.items()
        }
    return JsonResponse({"errors": errors}, status=422)


# --- what it was in every release ------------------------------------------------------------


@require_safe
@data_manager
def restatements(request):
    asked = _asked(request, restated=True)
    if asked is None:
        return render(request, "data/restatements.html", {"asked": None})
    ledger, choice = _ledger(asked), _moves_form(request, asked)
    moves = _moves(choice, asked)
    page = Paginator(moves.moved, MOVES_A_PAGE).get_page(request.GET.get("page")) if moves else None
    kept = request.GET.copy()
    for name in ("page", "sort"):
        kept.pop(name, None)
    context = {
        "asked": asked,
        "form": asked.form,
        "ledger": ledger,
        "choice": choice,
        "moves": moves,
        "page": page,
        "sort": choice.data["sort"] if choice else "",
        "query": kept.urlencode(),
        "page_query": f"{kept.urlencode()}&sort={choice.data['sort']}" if choice else "",
        "attribution": queries.attribution(asked.source),
    }
    wrong = asked.form.errors or (choice and choice.errors)
    return render(request, "data/restatements.html", context, status=422 if wrong else 200)


@require_safe
@data_manager
def restatements_json(request):
    asked = _asked(request, restated=True)
    ledger = _ledger(asked) if asked else None
    choice = _moves_form(request, asked) if asked else None
    moves = _moves(choice, asked) if asked else None
    if ledger is None:
        return _refused(asked)
    if choice and choice.errors:
        return JsonResponse({"errors": choice.errors}, status=422)
    return JsonResponse(
        {
            "source": asked.source.key,
            "unit": asked.source.unit,
            "licence": asked.source.licence,
            "figure": ledger.as_json(),
            "moves": moves.as_json(MOST_MOVES) if moves else None,
        }
    )


def _ledger(asked):
    """None, and the form says why, where no release has the months."""
    if not asked.form.is_valid():
        return None
    try:
        return queries.ledger(held=asked.held, **asked.figure)
    except queries.NotHeld as problem:
        asked.form.add_error(None, str(problem))
        return None


def _moves_form(request, asked):
    """None where the source has no two releases that share a month."""
    pair = queries.newest_two(asked.held)
    if pair is None:
        return None
    usual = {"before": pair[0].release.key, "now": pair[1].release.key, "kind": "", "sort": "difference"}
    return MovesForm(usual | request.GET.dict(), held=asked.held)


def _moves(choice, asked):
    if choice is None or not choice.is_valid():
        return None
    data = choice.cleaned_data
    by_key = {one.release.key: one for one in asked.held}
    kinds = [data["kind"]] if data["kind"] else queries.COMPARED
    return queries.moves(
        before=by_key[data["before"]], now=by_key[data["now"]], kinds=kinds, sort=data["sort"]
    )


# --- the difference between levels -----------------------------------------------------------


@require_safe
@data_manager
def levels(request):
    publications = queries.publications()
    keys = [one.key for one in publications]
    key = request.GET.get("release", keys[0] if keys else "")
    found = queries.levels(key) if key in keys else None
    context = {
        "publications": publications,
        "key": key,
        "found": found,
        "wrong": bool(key) and key not in keys,
    }
    return render(request, "data/levels.html", context, status=422 if context["wrong"] else 200)
