from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crime_data.queries import oldest_waiting_seconds


@never_cache
@require_safe
@login_not_required
def healthz(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
@login_not_required
def readyz(request):
    """The database answers and is migrated; the worker takes what is queued."""
    executor = MigrationExecutor(connection)
    unapplied = executor.migration_plan(executor.loader.graph.leaf_nodes())
    waiting = oldest_waiting_seconds()
    ready = not unapplied and waiting < 600
    answer = {
        "status": "ready" if ready else "not ready",
        "unapplied": len(unapplied),
        "waiting_seconds": waiting,
    }
    return JsonResponse(answer, status=200 if ready else 503)


@require_safe
@login_not_required
def statement(request, page):
    """Accessibility, privacy and cookies: the portal's own statements."""
    return render(request, f"pages/{page}.html")
