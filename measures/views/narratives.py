"""Commentary in the workspace: the list, writing, and what an approver does with it."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.workflow import DECIDED, Status, WrongMove
from measures import narrative as texts
from measures.forms.narratives import NarrativeForm, PlaceForm, ReturnForm
from measures.models import Measure
from measures.queries import commentaries as queries
from measures.queries.newest import commentary_quarters
from measures.services import narratives as services
from partners.access import needs
from partners.permissions import Permission, allowed
from priorities.queries import current_strategy, priority_list


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def narratives(request, partnership):
    """Every priority with its commentary, quarter by quarter, and which figures moved since."""
    strategy = current_strategy(partnership)
    priorities = list(priority_list(strategy))
    by_priority = {
        pk: list(found)
        for pk, found in groupby(queries.narrative_list(partnership), key=lambda one: one.priority_id)
    }
    moved = {found.narrative.pk: found for found in queries.narratives_moved(partnership)}
    return render(
        request,
        "workspace/narratives.html",
        {
            "partnership": partnership,
            "strategy": strategy,
            "rows": [
                (
                    priority,
                    [
                        (one, queries.quarter_label(one.quarter), moved.get(one.pk))
                        for one in by_priority.get(priority.pk, [])
                    ],
                )
                for priority in priorities
            ],
            "moved": list(moved.values()),
            "form": PlaceForm(priorities=priorities, quarters=commentary_quarters(partnership)),
            "may_write": allowed(request.user, Permission.SUBMIT_UPDATES, partnership),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SUBMIT_UPDATES)
def new_narrative(request, partnership):
    """Write on the priority and quarter that the address (or the form itself) names; else choose them."""
    priorities = list(priority_list(current_strategy(partnership)))
    asked = request.POST or request.GET
    place = PlaceForm(
        asked if "priority" in asked else None,
        priorities=priorities,
        quarters=commentary_quarters(partnership),
    )
    if not place.is_valid():
        context = {"partnership": partnership, "form": place}
        status = 422 if place.errors or request.method == "POST" else 200
        return render(request, "workspace/choose_narrative.html", context, status=status)
    priority = next(p for p in priorities if p.slug == place.cleaned_data["priority"])
    quarter = place.cleaned_data["quarter"]
    if request.method != "POST":
        standing = queries.narrative_list(partnership).filter(priority=priority, quarter=quarter)
        if found := standing.exclude(status=Status.WITHDRAWN).first():
            name = "edit_narrative" if found.status == Status.DRAFT else "narrative"
            return redirect(name, partnership=partnership.slug, pk=found.pk)
    return _editor(request, partnership, priority, quarter)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SUBMIT_UPDATES)
def edit_narrative(request, partnership, pk):
    found = _narrative_or_404(partnership, pk)
    return _editor(request, partnership, found.priority, found.quarter, found)


def _editor(request, partnership, priority, quarter, found=None):
    """The text with a preview and the figures that it may name: one form with two buttons."""
    figures = queries.bound_figures(partnership, priority)
    form = NarrativeForm(
        request.POST or None,
        figures=figures,
        initial={"text": found.text if found else "", "version": found.version if found else 0},
    )
    status, conflict, preview = 200, None, None
    if request.method == "POST":
        status = 422
        if "preview" in request.POST:
            preview = _preview(request.POST.get("text", ""), figures)
            if request.htmx:
                return render(request, "workspace/_narrative_preview.html", {"preview": preview})
            status = 200 if form.is_valid() else 422
        elif form.is_valid():
            try:
                saved = services.save_narrative(
                    priority=priority, quarter=quarter, by=request.user, **form.cleaned_data
                )
            except services.StaleEdit as stale:
                conflict, status = stale.current, 409
                # The next save is made knowing what stands there now.
                form.data = form.data.copy()
                form.data["version"] = conflict.version
            except WrongMove as problem:
                form.add_error(None, str(problem))
                status = 409
            except ValidationError as problem:
                form.add_error(None, problem)
            else:
                messages.success(request, "Commentary saved as a draft.")
                return redirect("narrative", partnership=partnership.slug, pk=saved.pk)
    return render(
        request,
        "workspace/edit_narrative.html",
        {
            "partnership": partnership,
            "priority": priority,
            "quarter": quarter,
            "period": queries.quarter_label(quarter),
            "narrative": found,
            "form": form,
            "conflict": conflict,
            "preview": preview,
            "figures_note": queries.figures_note(
                quarter, (words for name, words in figures.items() if name.endswith(".period"))
            ),
            "available": _available(priority, figures),
            "address": request.path,
        },
        status=status,
    )


def _preview(text, figures):
    """What the text will look like, or what keeps it from being shown."""
    try:
        html = queries.safe_html(text, figures)
        return {"html": html, "mistakes": (), "cautions": texts.cautions(text)}
    except texts.BadText as problem:
        return {"html": "", "mistakes": problem.mistakes, "cautions": ()}


def _available(priority, figures):
    """(measure, [(what to write, what it means, what it says now)]) of each measure of the priority."""
    found = []
    for measure in Measure.objects.in_use().filter(priority=priority):
        fields = [
            (f"{{{{ figure:{measure.key}.{field} }}}}", meaning, figures[f"{measure.key}.{field}"])
            for field, meaning in texts.FIELDS.items()
            if f"{measure.key}.{field}" in figures
        ]
        found.append((measure, fields))
    return found


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def narrative(request, partnership, pk):
    """One commentary as it will be read, its figures, what may be done with it, and what was done."""
    return _narrative_page(request, partnership, _narrative_or_404(partnership, pk))


def _narrative_page(request, partnership, found, status=200):
    user, live = request.user, queries.bound_figures(partnership, found.priority)
    decided = bool(found.frozen_at)
    shown = texts.frozen_words(found.frozen) if decided else live
    events = queries.narrative_events(found)
    named = _named(found, live)
    return render(
        request,
        "workspace/narrative.html",
        {
            "partnership": partnership,
            "narrative": found,
            "period": queries.quarter_label(found.quarter),
            "preview": _preview(found.text, shown),
            "figures": named,
            "figures_note": queries.figures_note(found.quarter, (row[3] for row in named)),
            "moved": texts.moved(found.frozen, live) if found.status in DECIDED else (),
            "seen": texts.fingerprint(found.text, live),
            "events": events,
            "note": queries.return_note(events) if found.status == Status.DRAFT else "",
            "versions": queries.text_versions(found),
            "wrote": services.wrote(found, user),
            "may_write": allowed(user, Permission.SUBMIT_UPDATES, partnership),
            "may_approve": allowed(user, Permission.APPROVE_UPDATES, partnership),
            "may_publish": allowed(user, Permission.PUBLISH_UPDATES, partnership),
        },
        status=status,
    )


def _named(found, live):
    """(name, words as approved or None, words now, months, release) of each figure that the text names."""
    rows = {}
    for binding in texts.bindings(found.text):
        kept = found.frozen.get(binding.name)
        period = kept["period"] if kept else live.get(f"{binding.key}.period", "")
        release = kept["release"] if kept else live.get(f"{binding.key}.release", "")
        now = live.get(binding.name, "")
        rows[binding.name] = (binding.name, kept["words"] if kept else None, now, period, release)
    return list(rows.values())


def _narrative_or_404(partnership, pk):
    return get_object_or_404(queries.narrative_list(partnership), pk=pk)


def _done(request, partnership, pk, act, words):
    """Do one act, say what came of it, and go back to the page."""
    try:
        act()
    except (WrongMove, services.StaleEdit) as problem:
        messages.error(request, str(problem))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, words)
    return redirect("narrative", partnership=partnership.slug, pk=pk)


@require_POST
@needs(Permission.SUBMIT_UPDATES)
def submit_narrative(request, partnership, pk):
    found = _narrative_or_404(partnership, pk)
    version = request.POST.get("version", "")

    def act():
        services.submit_narrative(
            narrative=found, by=request.user, version=int(version) if version.isdecimal() else -1
        )

    return _done(request, partnership, pk, act, "Sent for approval.")


@require_POST
@needs(Permission.APPROVE_UPDATES)
def approve_narrative(request, partnership, pk):
    found = _narrative_or_404(partnership, pk)

    def act():
        services.approve_narrative(narrative=found, by=request.user, seen=request.POST.get("seen", ""))

    return _done(request, partnership, pk, act, "Approved. Its figures stay as they are now.")


@require_POST
@needs(Permission.PUBLISH_UPDATES)
def publish_narrative(request, partnership, pk):
    found = _narrative_or_404(partnership, pk)

    def act():
        services.publish_narrative(narrative=found, by=request.user)

    return _done(request, partnership, pk, act, "Published on the public page.")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.APPROVE_UPDATES)
def return_narrative(request, partnership, pk):
    found = _narrative_or_404(partnership, pk)
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act():
            services.return_narrative(narrative=found, by=request.user, **form.cleaned_data)

        return _done(request, partnership, pk, act, "Returned to its author with your note.")
    return render(
        request,
        "workspace/return_narrative.html",
        _asked(partnership, found) | {"form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PUBLISH_UPDATES)
def withdraw_narrative(request, partnership, pk):
    """Ask first: the public has read it."""
    found = _narrative_or_404(partnership, pk)
    if request.method == "POST":

        def act():
            services.withdraw_narrative(narrative=found, by=request.user)

        return _done(request, partnership, pk, act, "Taken off the public page.")
    return render(request, "workspace/withdraw_narrative.html", _asked(partnership, found))


def _asked(partnership, found):
    words = texts.frozen_words(found.frozen) or queries.bound_figures(partnership, found.priority)
    return {
        "partnership": partnership,
        "narrative": found,
        "period": queries.quarter_label(found.quarter),
        "preview": _preview(found.text, words),
    }
