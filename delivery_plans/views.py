from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from audit.workflow import WrongMove
from delivery_plans import queries, services
from delivery_plans.forms import ActionForm, ProgressUpdateForm, ReturnForm
from delivery_plans.models import ProgressUpdate
from partners.access import needs
from partners.permissions import Permission, allowed, require
from priorities.queries import current_strategy, priority_list


@require_safe
@needs(Permission.VIEW_WORKSPACE)
def priority_actions(request, partnership, priority):
    priorities = list(priority_list(current_strategy(partnership)))
    chosen = next((p for p in priorities if p.slug == priority), None)
    if not chosen:
        raise Http404
    return render(
        request,
        "workspace/priority.html",
        {
            "partnership": partnership,
            "priorities": priorities,
            "priority": chosen,
            "actions": queries.action_list(partnership).filter(priority=chosen),
            "may_edit": allowed(request.user, Permission.EDIT_ACTIONS, partnership),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.VIEW_WORKSPACE)
def action(request, partnership, pk):
    """One action: its facts, its progress updates, and a form for the next one."""
    found = get_object_or_404(queries.action_page(partnership), pk=pk)
    if request.method == "POST":
        require(request.user, Permission.SUBMIT_UPDATES, partnership, found.lead)
    form = ProgressUpdateForm(request.POST or None, action=found)
    saved = False
    if request.method == "POST" and form.is_valid():
        try:
            services.submit_progress_update(action=found, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            saved = True
            if not request.htmx:
                messages.success(request, "Progress update sent for approval.")
                return redirect(request.path)
            found = queries.action_page(partnership).get(pk=pk)
            form = ProgressUpdateForm(action=found)
    return render(
        request,
        "workspace/_progress.html" if request.htmx else "workspace/action.html",
        _action_context(request, partnership, found) | {"form": form, "saved": saved},
        status=422 if form.errors else 200,
    )


def _action_context(request, partnership, found):
    user = request.user
    notes = queries.return_notes(found)
    return {
        "partnership": partnership,
        "action": found,
        "updates": [(update, notes.get(update.pk, "")) for update in found.updates.all()],
        "changes": queries.change_list(found),
        "may_edit": allowed(user, Permission.EDIT_ACTIONS, partnership),
        "may_submit": allowed(user, Permission.SUBMIT_UPDATES, partnership, found.lead),
        "may_approve": allowed(user, Permission.APPROVE_UPDATES, partnership),
        "may_publish": allowed(user, Permission.PUBLISH_UPDATES, partnership),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_ACTIONS)
def edit_action(request, partnership, pk):
    """Change an action. htmx swaps the facts for the form and back; without it this is a page of its own."""
    found = get_object_or_404(queries.action_list(partnership), pk=pk)
    if request.htmx and request.GET.get("cancel"):
        return render(request, "workspace/_facts.html", _action_context(request, partnership, found))
    form = ActionForm(
        request.POST or None, instance=found, partnership=partnership, initial={"version": found.version}
    )
    status, conflict = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.edit_action(action=found, by=request.user, **form.cleaned_data)
            except services.StaleEdit as stale:
                conflict, status = stale.current, 409
                # The next save is made knowing what stands there now.
                form.data = form.data.copy()
                form.data["version"] = stale.current.version
            else:
                if not request.htmx:
                    messages.success(request, "Action saved.")
                    return redirect("action", partnership=partnership.slug, pk=pk)
                fresh = queries.action_list(partnership).get(pk=pk)
                context = _action_context(request, partnership, fresh) | {"saved": True}
                answer = render(request, "workspace/_facts.html", context)
                return push_url(answer, reverse("action", kwargs={"partnership": partnership.slug, "pk": pk}))
    return render(
        request,
        "workspace/_edit_action.html" if request.htmx else "workspace/edit_action.html",
        {
            "partnership": partnership,
            # The form has put what was typed on its instance; the page needs what is stored.
            "action": conflict or queries.action_list(partnership).get(pk=pk),
            "form": form,
            "conflict": conflict,
        },
        status=status,
    )


def _update_or_404(partnership, pk):
    return get_object_or_404(
        ProgressUpdate.objects.select_related("action__plan__strategy__partnership", "action__lead"),
        pk=pk,
        action__plan__strategy__partnership=partnership,
    )


def _decided(request, partnership, update, service, words, **given):
    """Do one move, say what came of it, and go back to the action."""
    try:
        service(update=update, by=request.user, **given)
    except WrongMove as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, words)
    return redirect("action", partnership=partnership.slug, pk=update.action_id)


@require_POST
@needs(Permission.APPROVE_UPDATES)
def approve_update(request, partnership, pk):
    update = _update_or_404(partnership, pk)
    try:
        seen = parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        seen = None
    service = services.approve_progress_update
    return _decided(request, partnership, update, service, "Progress update approved.", seen=seen)


@require_POST
@needs(Permission.PUBLISH_UPDATES)
def publish_update(request, partnership, pk):
    update = _update_or_404(partnership, pk)
    return _decided(
        request, partnership, update, services.publish_progress_update, "Published on the public page."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PUBLISH_UPDATES)
def withdraw_update(request, partnership, pk):
    """Ask first: the public has read it."""
    update = _update_or_404(partnership, pk)
    if request.method == "POST":
        return _decided(
            request, partnership, update, services.withdraw_progress_update, "Taken off the public page."
        )
    return render(request, "workspace/withdraw_update.html", {"partnership": partnership, "update": update})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.APPROVE_UPDATES)
def return_update(request, partnership, pk):
    update = _update_or_404(partnership, pk)
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.return_progress_update(update=update, by=request.user, **form.cleaned_data)
        except WrongMove as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, "Returned to its author with your note.")
        return redirect("action", partnership=partnership.slug, pk=update.action_id)
    return render(
        request,
        "workspace/return_update.html",
        {"partnership": partnership, "update": update, "form": form},
        status=422 if form.errors else 200,
    )
