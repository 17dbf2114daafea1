"""Pages on which officers and analysts look after measures."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures import kinds, library
from measures.forms.measures import (
    FilterForm,
    KindForm,
    LibraryForm,
    MeasureForm,
    RetireForm,
    VersionForm,
)
from measures.models import Measure
from measures.queries import upkeep
from measures.queries.upkeep import baseline_words, target_judged, target_words
from measures.services import measures as services
from measures.services.access import StaleEdit, may_enter_returns
from partners.access import needs
from partners.permissions import Permission, allowed
from priorities.models import Priority
from priorities.queries import current_strategy, priority_list


def measure_or_404(partnership, pk):
    return get_object_or_404(upkeep.measure_page(partnership), pk=pk)


def show(request, template, context, status=200):
    """The page, with “Measures” marked in the navigation."""
    return render(request, template, {"nav": "workspace_measures"} | context, status=status)


def to_measure(measure, partnership):
    return redirect("workspace_measure", partnership=partnership.slug, pk=measure.pk)


def add_problems(form, problem: ValidationError):
    """The service's words on the fields of the form, or above them all."""
    if not hasattr(problem, "error_dict"):
        form.add_error(None, problem)
        return
    for name, errors in problem.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def refusal(form, act):
    """Do what a sound form asks for: None when it is done, else (status, what somebody else saved first).

    A form whose version has passed goes on from the one stored, so that sending it again saves over it.
    """
    try:
        act()
    except StaleEdit as stale:
        form.data = form.data.copy()
        form.data["version"] = stale.current.version
        return 409, stale.current
    except ValidationError as problem:
        add_problems(form, problem)
        return 422, None
    return None


# --- reading ---------------------------------------------------------------------------------


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def workspace_measures(request, partnership):
    """Measures by priority; filters stand in the address."""
    priorities = list(priority_list(current_strategy(partnership)))
    owners = upkeep.owners_of(partnership)
    form = FilterForm(request.GET, priorities=priorities, owners=owners)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = list(upkeep.measure_page(partnership).filter(priority__in=priorities).order_by("order", "id"))
    rows = upkeep.measure_rows(
        partnership, [one for one in found if _shown(one, chosen)], timezone.localdate()
    )
    in_use = [row for row in rows if not row.measure.retired_on]
    filtered = any(chosen.values())
    groups = [
        (priority, [row for row in in_use if row.measure.priority_id == priority.pk])
        for priority in priorities
        if not chosen.get("priority") or priority.slug == chosen["priority"]
    ]
    return show(
        request,
        "workspace/measures/list.html",
        {
            "partnership": partnership,
            "form": form,
            "filtered": filtered,
            "groups": [group for group in groups if group[1] or not filtered or chosen.get("priority")],
            "number": len(in_use),
            "retired": [row for row in rows if row.measure.retired_on],
            "may_edit": allowed(request.user, Permission.EDIT_MEASURES, partnership),
        },
    )


def _shown(measure, chosen):
    owner = chosen.get("owner")
    tests = (
        not chosen.get("priority") or measure.priority.slug == chosen["priority"],
        not chosen.get("kind") or measure.kind == chosen["kind"],
        not owner or (str(measure.owner_id) == owner if owner != "none" else measure.owner_id is None),
        not chosen.get("target") or bool(measure.targets.all()) == (chosen["target"] == "yes"),
    )
    return all(tests)


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def workspace_measure(request, partnership, pk):
    """One measure: its definition, what is promised, its returns, and what people did to it."""
    measure = measure_or_404(partnership, pk)
    returned = kinds.has_returns(measure.kind, measure.source_key)
    may_edit = allowed(request.user, Permission.EDIT_MEASURES, partnership)
    targets = list(measure.targets.all())
    for target in targets:
        target.measure = measure
    return show(
        request,
        "workspace/measures/measure.html",
        {
            "partnership": partnership,
            "measure": measure,
            "measured_by": upkeep.measured_by(measure),
            "source": upkeep.source_words(measure),
            "targets": [(target, target_words(target), target_judged(target)) for target in targets],
            "baselines": [(one, baseline_words(one)) for one in measure.baselines.all()],
            "returned": returned,
            "returns": [
                (row, upkeep.figure_words(measure, row.now)) for row in upkeep.return_rows(measure)[:6]
            ]
            if returned
            else [],
            "events": upkeep.events_of(measure),
            "may_edit": may_edit and not measure.retired_on,
            "may_reinstate": may_edit and measure.retired_on,
            "may_enter": returned and not measure.retired_on and may_enter_returns(request.user, measure),
            "none": measure.kind == Measure.Kind.NONE,
        },
    )


# --- the library -----------------------------------------------------------------------------


@require_safe
@needs(Permission.EDIT_MEASURES)
def measure_library(request, partnership):
    """Ready measures: search and filters stand in the address, with the priority they are adopted for."""
    priorities = list(priority_list(current_strategy(partnership)))
    ready = library.load()
    form = LibraryForm(request.GET, priorities=priorities, ready=ready)
    chosen = form.cleaned_data if form.is_valid() else {}
    slug = chosen.get("priority")
    priority = next((one for one in priorities if one.slug == slug), priorities[0] if priorities else None)
    rows = [row for row in upkeep.ready_rows(partnership, ready) if _matches(row, chosen)]
    families: dict[str, list] = {}
    for row in rows:
        families.setdefault(row.ready.family, []).append(row)
    return show(
        request,
        "workspace/measures/library.html",
        {
            "partnership": partnership,
            "form": form,
            "priority": priority,
            "families": families.items(),
            "number": len(rows),
            "total": len(ready),
            "query": request.GET.urlencode(),
            "taken": upkeep.adopted_for(priority) if priority else set(),
            "adopted": _just_adopted(request, partnership),
        },
    )


def _matches(row, chosen):
    one = row.ready
    words = chosen.get("q", "").casefold().split()
    text = f"{one.name} {one.definition} {one.family} {one.question} {one.crime_type}".casefold()
    tests = (
        all(word in text for word in words),
        not chosen.get("family") or one.family == chosen["family"],
        not chosen.get("framework") or chosen["framework"] in one.frameworks,
        chosen.get("figures") != "held" or row.held,
        chosen.get("figures") != "returned" or row.returned,
    )
    return all(tests)


def _just_adopted(request, partnership):
    """The measure that the page before adopted, while that can be undone."""
    number = request.GET.get("adopted", "")
    measure = upkeep.measures_of(partnership).filter(pk=number).first() if number.isdecimal() else None
    return measure if measure and services.can_be_undone(measure) else None


@require_POST
@needs(Permission.EDIT_MEASURES)
def adopt_measure(request, partnership, key):
    """Adopt one measure of the library; the page then offers to undo it."""
    ready = next((one for one in library.load() if one.key == key), None)
    if ready is None:
        raise Http404
    priority = get_object_or_404(
        Priority, slug=request.POST.get("priority", ""), strategy=current_strategy(partnership)
    )
    query = request.GET.copy()
    query.pop("adopted", None)
    query["priority"] = priority.slug
    try:
        measure = services.adopt_measure(ready=ready, priority=priority, by=request.user)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        query["adopted"] = str(measure.pk)
    address = reverse("measure_library", kwargs={"partnership": partnership.slug})
    return redirect(f"{address}?{query.urlencode()}")


@require_POST
@needs(Permission.EDIT_MEASURES)
def undo_adoption(request, partnership, pk):
    measure = measure_or_404(partnership, pk)
    try:
        services.undo_adoption(measure=measure, by=request.user)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return to_measure(measure, partnership)
    messages.success(request, f"“{measure.name}” is taken back out of “{measure.priority}”.")
    address = reverse("measure_library", kwargs={"partnership": partnership.slug})
    return redirect(f"{address}?priority={measure.priority.slug}")


# --- own measures ----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_MEASURES)
def choose_kind(request, partnership):
    """Step 1 of adding a measure of one's own."""
    priorities = priority_list(current_strategy(partnership))
    form = KindForm(request.POST or None, priorities=priorities, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        address = reverse(
            "add_measure", kwargs={"partnership": partnership.slug, "kind": form.cleaned_data["kind"]}
        )
        return redirect(f"{address}?priority={form.cleaned_data['priority'].slug}")
    return show(
        request,
        "workspace/measures/kind.html",
        {"partnership": partnership, "form": form, "priorities": priorities},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_MEASURES)
def add_measure(request, partnership, kind):
    """Step 2: only the fields of that kind. The priority stands in the address."""
    if kind not in kinds.KINDS:
        raise Http404
    slug = request.GET.get("priority", "")
    priority = priority_list(current_strategy(partnership)).filter(slug=slug).first()
    if priority is None:
        return redirect("choose_kind", partnership=partnership.slug)
    form = MeasureForm(request.POST or None, kind=kind, priority=priority)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        given["outcomes"] = list(given.get("outcomes") or [])
        try:
            measure = services.add_measure(priority=priority, kind=kind, by=request.user, **given)
        except ValidationError as problem:
            add_problems(form, problem)
        else:
            messages.success(request, f"“{measure.name}” is added.")
            return to_measure(measure, partnership)
    return show(
        request,
        "workspace/measures/add.html",
        {
            "partnership": partnership,
            "form": form,
            "priority": priority,
            "kind": Measure.Kind(kind),
            "hint": kinds.KINDS[kind].hint,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_MEASURES)
def edit_measure(request, partnership, pk):
    measure = measure_or_404(partnership, pk)
    form = MeasureForm(
        request.POST or None,
        instance=measure_or_404(partnership, pk),
        kind=measure.kind,
        priority=measure.priority,
        initial={"version": measure.version},
    )
    status, conflict = 422 if form.errors else 200, None
    if request.method == "POST" and form.is_valid():
        changes = dict(form.cleaned_data)
        changes["version"] = changes["version"] or 0
        if "outcomes" in changes:
            changes["outcomes"] = list(changes["outcomes"])
        refused = refusal(form, lambda: services.edit_measure(measure=measure, by=request.user, **changes))
        if not refused:
            messages.success(request, "Measure saved.")
            return to_measure(measure, partnership)
        status, conflict = refused
    return show(
        request,
        "workspace/measures/edit.html",
        {
            "partnership": partnership,
            "measure": measure,
            "form": form,
            "conflict": conflict,
            "stored": [("Name", conflict.name), *upkeep.measured_by(conflict), *_words_of(conflict)]
            if conflict
            else [],
        },
        status=status,
    )


def _words_of(measure):
    return [
        ("Which way is better", measure.get_polarity_display()),
        ("Period", measure.get_period_display()),
        ("Definition", measure.definition),
        ("Why it matters", measure.why),
        ("Take care", measure.caveat),
        ("Source", measure.source_note),
        ("Owner", measure.owner or ""),
    ]


@require_POST
@needs(Permission.EDIT_MEASURES)
def move_measure(request, partnership, pk):
    measure = measure_or_404(partnership, pk)
    services.move_measure(measure=measure, by=request.user, up=request.POST.get("direction") == "up")
    address = reverse("workspace_measures", kwargs={"partnership": partnership.slug})
    return redirect(f"{address}#priority-{measure.priority.number}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_MEASURES)
def retire_measure(request, partnership, pk):
    """Ask for the day and what takes its place."""
    measure = measure_or_404(partnership, pk)
    start = {"version": measure.version, "retired_on": timezone.localdate()}
    form = RetireForm(request.POST or None, measure=measure, initial=start)
    return _asked(
        request,
        partnership,
        measure,
        form,
        services.retire_measure,
        "workspace/measures/retire.html",
        f"“{measure.name}” is retired.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_MEASURES)
def reinstate_measure(request, partnership, pk):
    measure = measure_or_404(partnership, pk)
    form = VersionForm(request.POST or None, initial={"version": measure.version})
    return _asked(
        request,
        partnership,
        measure,
        form,
        services.reinstate_measure,
        "workspace/measures/reinstate.html",
        f"“{measure.name}” is in use again.",
    )


def _asked(request, partnership, measure, form, service, template, words):
    """A page that asks before it does something to a measure."""
    status, conflict = 422 if form.errors else 200, None
    if request.method == "POST" and form.is_valid():
        refused = refusal(form, lambda: service(measure=measure, by=request.user, **form.cleaned_data))
        if not refused:
            messages.success(request, words)
            return to_measure(measure, partnership)
        status, conflict = refused
    context = {"partnership": partnership, "measure": measure, "form": form, "conflict": conflict}
    return show(request, template, context, status=status)
