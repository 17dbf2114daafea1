"""Pages for the partnership's own figures: a grid of periods, rows pasted from a spreadsheet, CSV."""

import csv
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from crime_data.months import label
from measures import charts, kinds, pasted, periods
from measures.forms.returns import (
    GridForm,
    PasteForm,
    StepForm,
    as_entry,
    cells,
    groups_of,
    wanted,
)
from measures.models import LocalReturn
from measures.queries import upkeep
from measures.services import returns as services
from measures.services.access import may_enter_returns, require_returns
from measures.views.measures import measure_or_404, show
from partners.access import needs
from partners.permissions import Permission


def _returned_or_404(partnership, pk):
    """Only measures whose figures are entered have these pages."""
    measure = measure_or_404(partnership, pk)
    if not kinds.has_returns(measure.kind, measure.source_key):
        raise Http404
    return measure


def _to_returns(measure, partnership, step):
    address = reverse("measure_returns", kwargs={"partnership": partnership.slug, "pk": measure.pk})
    return redirect(f"{address}?step={step}")


def _step(request, measure):
    form = StepForm(request.GET)
    chosen = form.cleaned_data["step"] if form.is_valid() else None
    return chosen or upkeep.usual_step(measure, periods.usual_step(measure.period))


def _until(request):
    """The day before which the grid's periods have ended; earlier ones by `until=2024-04` in the address."""
    today = timezone.localdate()
    try:
        first, _ = periods.read_period(request.GET.get("until", ""), step=1, begins=1)
    except periods.NotAPeriod:
        return today
    return min(first, today)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.VIEW_WORKSPACE)
def measure_returns(request, partnership, pk):
    """The grid, and what has been entered so far."""
    measure = _returned_or_404(partnership, pk)
    if request.method == "POST":
        require_returns(request.user, measure)
    may_enter = may_enter_returns(request.user, measure) and not measure.retired_on
    step, until = _step(request, measure), _until(request)
    held = services.newest(measure.returns.all())
    grid = cells(measure, step, until, held)
    form = GridForm(
        request.POST or None,
        measure=measure,
        grid=grid,
        initial={"seen": upkeep.newest_return_id(measure)},
    )
    status, conflict = 422 if form.errors else 200, []
    if request.method == "POST" and form.is_valid():
        entries = [entry for _, entry in form.entries]
        try:
            written = services.enter_returns(
                measure=measure, by=request.user, entries=entries, seen=form.cleaned_data["seen"]
            )
        except services.StaleReturns as stale:
            conflict, status = stale.rows, 409
            form.data = form.data.copy()
            form.data["seen"] = upkeep.newest_return_id(measure)
        except services.WrongEntries as wrong:
            status = 422
            for at, words in wrong.problems:
                form.add_error(f"{form.entries[at][0].key}-value", words)
        except ValidationError as problem:
            status = 422
            form.add_error(None, problem)
        else:
            messages.success(request, _entered(written))
            return _to_returns(measure, partnership, step)
    return show(
        request,
        "workspace/measures/returns.html",
        {
            "partnership": partnership,
            "measure": measure,
            "form": form if may_enter else None,
            "step": step,
            "steps": [(1, "Months"), (3, "Quarters"), (12, "Years")],
            "earlier": f"{grid[-1].period[0]:%Y-%m}",
            "later": until < timezone.localdate().replace(day=1),
            "lines": [
                (cell, upkeep.figure_words(measure, cell.now) if cell.now else "", columns, wrong)
                for cell, columns, wrong in form.lines
            ],
            "groups": groups_of(measure),
            "shares": form.shares,
            "conflict": [(row, upkeep.figure_words(measure, row)) for row in conflict],
            "rows": [_shown(measure, row) for row in upkeep.return_rows(measure)],
            "may_enter": may_enter,
        },
        status=status,
    )


def _entered(written):
    if not written:
        return "Nothing new: these figures are entered already."
    return f"{len(written)} figure{'s' if len(written) > 1 else ''} entered."


def _shown(measure, row):
    was = [(one, upkeep.figure_words(measure, one)) for one in row.was]
    return row, upkeep.figure_words(measure, row.now), was


# --- pasted rows -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.VIEW_WORKSPACE)
def paste_returns(request, partnership, pk):
    """First a dry run: every row as it would be written, or every error by its line; then the writing."""
    measure = _returned_or_404(partnership, pk)
    require_returns(request.user, measure)
    start = {"step": _step(request, measure)}
    form = PasteForm(request.POST or None, initial=start)
    context = {"partnership": partnership, "measure": measure, "form": form, "most": pasted.MOST_LINES}
    context["shares"] = kinds.is_share(measure.kind, measure.unit)
    context["groups"] = groups_of(measure)
    if request.method != "POST" or not form.is_valid() or "change" in request.POST:
        status = 422 if form.errors and "change" not in request.POST else 200
        return show(request, "workspace/measures/paste.html", context, status=status)
    return _read(request, partnership, measure, form, context)


def _read(request, partnership, measure, form, context):
    step = form.cleaned_data["step"]
    found = pasted.read(form.cleaned_data["rows"], wanted(measure, step))
    entries = [_dated(as_entry(row), form.cleaned_data["published_on"]) for row in found.rows]
    errors, planned = list(found.errors), []
    if not errors:
        try:
            planned = services.plan_returns(measure=measure, entries=entries)
        except services.WrongEntries as wrong:
            errors = [(found.rows[at].line, words) for at, words in wrong.problems]
    if errors:
        context["line_errors"] = errors
        return show(request, "workspace/measures/paste.html", context, status=422)
    conflict = []
    if "confirm" in request.POST:
        try:
            written = services.enter_returns(
                measure=measure, by=request.user, entries=entries, seen=_seen(request)
            )
        except services.StaleReturns as stale:
            conflict = stale.rows
        except ValidationError as problem:
            form.add_error(None, problem)
            return show(request, "workspace/measures/paste.html", context, status=422)
        else:
            messages.success(request, _entered(written))
            return _to_returns(measure, partnership, step)
    context |= {
        "rows": [
            (row.line, one, _figure(measure, one), upkeep.figure_words(measure, one.was) if one.was else "")
            for row, one in zip(found.rows, planned, strict=True)
        ],
        "new": sum(1 for one in planned if one.changes),
        "doubts": found.doubts,
        "conflict": conflict,
        "seen": upkeep.newest_return_id(measure),
    }
    return show(request, "workspace/measures/dry_run.html", context, status=409 if conflict else 200)


def _dated(entry, day):
    return entry if entry.published_on else replace(entry, published_on=day)


def _seen(request):
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _figure(measure, planned):
    entry = planned.entry
    row = LocalReturn(value=entry.value, numerator=entry.numerator, base=entry.base, absence=entry.absence)
    return upkeep.figure_words(measure, row)


# --- CSV -------------------------------------------------------------------------------------


def _header(measure):
    names = [pasted.COLUMNS["period"][0]]
    if groups_of(measure):
        names.append(pasted.COLUMNS["group"][0])
    if kinds.is_share(measure.kind, measure.unit):
        names += [pasted.COLUMNS["numerator"][0], pasted.COLUMNS["base"][0]]
    wanted_too = ("value", "statistic", "absence", "note", "published_on")
    return [name.capitalize() for name in (*names, *(pasted.COLUMNS[name][0] for name in wanted_too))]


def _csv(partnership, measure, what, rows):
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{partnership.slug}-{measure.key}-{what}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")  # so that Excel reads the file as UTF-8
    csv.writer(response).writerows([[charts.harmless(str(cell)) for cell in row] for row in rows])
    return response


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def returns_template(request, partnership, pk):
    """The headings, and a line for each period that has no figure yet."""
    measure = _returned_or_404(partnership, pk)
    step = _step(request, measure)
    held = services.newest(measure.returns.all())
    grid = [one for one in cells(measure, step, timezone.localdate(), held) if one.now is None]
    header = _header(measure)
    rows = [_line(header, {"Period": _period(*one.period), "Group": one.group}) for one in reversed(grid)]
    return _csv(partnership, measure, "template", [header, *rows])


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def returns_csv(request, partnership, pk):
    """Every figure that was entered, those that were corrected too, oldest first."""
    measure = _returned_or_404(partnership, pk)
    header = [*_header(measure), "Entered on", "Stands"]
    rows = []
    for row in reversed(upkeep.return_rows(measure)):
        for one in (*reversed(row.was), row.now):
            stands = "current" if one is row.now else "corrected since"
            rows.append(_line(header, _as_cells(measure, one) | {"Stands": stands}))
    return _csv(partnership, measure, "returns", [header, *rows])


def _as_cells(measure, one):
    answer = {True: "yes", False: "no"}.get(bool(one.value)) if measure.unit == "yes-no" else None
    value = "" if one.value is None else answer or f"{one.value.normalize():f}"
    return {
        "Period": _period(one.first_month, one.last_month),
        "Group": one.group,
        "Number": "" if one.numerator is None else one.numerator,
        "Of": "" if one.base is None else one.base,
        "Figure": value,
        "Statistic": one.get_statistic_display().lower(),
        "No figure because": one.get_absence_display().lower() if one.absence else "",
        "Note": one.note,
        "Known since": f"{one.published_on:%d/%m/%Y}",
        "Entered on": f"{timezone.localtime(one.entered_at):%d/%m/%Y}",
    }


def _line(header, cells_by_name):
    return [cells_by_name.get(name, "") for name in header]


def _period(first, last):
    """As `periods.read_period` reads it, whatever length of period is chosen."""
    return f"{label(first)} to {label(last)}"
