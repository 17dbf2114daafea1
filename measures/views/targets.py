"""Pages for what is promised of a measure: baselines, targets and the usual range."""

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from crime_data.months import label
from measures.forms.measures import VersionForm
from measures.forms.targets import BaselineForm, RebaseForm, TargetForm
from measures.queries import upkeep
from measures.services import targets as services
from measures.views.measures import measure_or_404, refusal, show, to_measure
from partners.access import needs
from partners.permissions import Permission

READ_AND_WRITE = ["GET", "HEAD", "POST"]


def _page(request, partnership, measure, form, save, words, *, title, button="Save", more=None):
    """A form about a measure: saved, or shown again with what is wrong or what somebody else saved."""
    status, conflict = 422 if form.errors else 200, None
    if request.method == "POST" and form.is_valid():
        refused = refusal(form, lambda: save(form.cleaned_data))
        if not refused:
            messages.success(request, words)
            return to_measure(measure, partnership)
        status, conflict = refused
        if conflict:
            measure = measure_or_404(partnership, measure.pk)
    promised = list(measure.targets.all())
    for target in promised:
        target.measure = measure
    context = {
        "partnership": partnership,
        "measure": measure,
        "form": form,
        "title": title,
        "button": button,
        "conflict": conflict is not None,
        "baselines": [upkeep.baseline_words(one) for one in measure.baselines.all()],
        "targets": [upkeep.target_words(target) for target in promised],
        "rebases": [f"From {label(one.month)}: {one.reason}" for one in measure.rebases.all()],
    }
    return show(request, "workspace/measures/promise.html", context | (more or {}), status=status)


def _remove(request, partnership, measure, save, words, *, title, what, removed):
    form = VersionForm(request.POST or None, initial={"version": measure.version})
    more = {"what": what, "warning": True, "removes": removed}
    return _page(request, partnership, measure, form, save, words, title=title, button="Remove it", more=more)


# --- baselines -------------------------------------------------------------------------------


@require_http_methods(READ_AND_WRITE)
@needs(Permission.EDIT_MEASURES)
def add_baseline(request, partnership, pk):
    measure = measure_or_404(partnership, pk)
    form = BaselineForm(request.POST or None, initial={"version": measure.version})
    return _page(
        request,
        partnership,
        measure,
        form,
        lambda given: services.save_baseline(measure=measure, by=request.user, **given),
        "Baseline added.",
        title="Add a baseline",
        more={"lead": "The value from which a change is promised, and the months that it is the value of."},
    )


@require_http_methods(READ_AND_WRITE)
@needs(Permission.EDIT_MEASURES)
def edit_baseline(request, partnership, pk, baseline):
    measure = measure_or_404(partnership, pk)
    found = get_object_or_404(measure.baselines, pk=baseline)
    form = BaselineForm(request.POST or None, instance=found, initial={"version": measure.version})
    return _page(
        request,
        partnership,
        measure,
        form,
        lambda given: services.save_baseline(measure=measure, baseline=found, by=request.user, **given),
        "Baseline saved.",
        title="Change this baseline",
    )


@require_http_methods(READ_AND_WRITE)
@needs(Permission.EDIT_MEASURES)
def remove_baseline(request, partnership, pk, baseline):
    measure = measure_or_404(partnership, pk)
    found = get_object_or_404(measure.baselines, pk=baseline)
    return _remove(
        request,
        partnership,
        measure,
        lambda given: services.remove_baseline(baseline=found, by=request.user, **given),
        "Baseline removed.",
        title="Remove this baseline?",
        what=upkeep.baseline_words(found),
        removed="baseline",
    )


# --- targets ---------------------------------------------------------------------------------


@require_http_methods(READ_AND_WRITE)
@needs(Permission.EDIT_MEASURES)
def add_target(request, partnership, pk):
    measure = measure_or_404(partnership, pk)
    form = TargetForm(request.POST or None, measure=measure, initial={"version": measure.version})
    return _page(
        request,
        partnership,
        measure,
        form,
        lambda given: services.save_target(measure=measure, by=request.user, **given),
        "Target added.",
        title="Add a target",
        more={"asks_target": True},
    )


@require_http_methods(READ_AND_WRITE)
@needs(Permission.EDIT_MEASURES)
def edit_target(request, partnership, pk, target):
    measure = measure_or_404(partnership, pk)
    found = get_object_or_404(measure.targets, pk=target)
    start = {"version": measure.version}
    form = TargetForm(request.POST or None, instance=found, measure=measure, initial=start)
    return _page(
        request,
        partnership,
        measure,
        form,
        lambda given: services.save_target(measure=measure, target=found, by=request.user, **given),
        "Target saved.",
        title="Change this target",
        more={"asks_target": True},
    )


@require_http_methods(READ_AND_WRITE)
@needs(Permission.EDIT_MEASURES)
def remove_target(request, partnership, pk, target):
    measure = measure_or_404(partnership, pk)
    found = get_object_or_404(measure.targets.select_related("baseline"), pk=target)
    found.measure = measure
    return _remove(
        request,
        partnership,
        measure,
        lambda given: services.remove_target(target=found, by=request.user, **given),
        "Target removed.",
        title="Remove this target?",
        what=upkeep.target_words(found),
        removed="target",
    )


# --- the usual range -------------------------------------------------------------------------


@require_http_methods(READ_AND_WRITE)
@needs(Permission.EDIT_MEASURES)
def add_rebase(request, partnership, pk):
    measure = measure_or_404(partnership, pk)
    form = RebaseForm(request.POST or None, initial={"version": measure.version})
    lead = (
        "The chart shows the range that a figure usually moves in. When something has changed for good, the "
        "range can be worked out anew from a month on. The reason is shown beside the chart."
    )
    return _page(
        request,
        partnership,
        measure,
        form,
        lambda given: services.add_rebase(measure=measure, by=request.user, **given),
        "The usual range is worked out anew.",
        title="Work out the usual range anew",
        more={"lead": lead},
    )


@require_http_methods(READ_AND_WRITE)
@needs(Permission.EDIT_MEASURES)
def remove_rebase(request, partnership, pk, rebase):
    measure = measure_or_404(partnership, pk)
    found = get_object_or_404(measure.rebases, pk=rebase)
    return _remove(
        request,
        partnership,
        measure,
        lambda given: services.remove_rebase(rebase=found, by=request.user, **given),
        "The usual range runs through again.",
        title="Take back this re-base?",
        what=f"From {label(found.month)}: {found.reason}",
        removed="re-base",
    )
