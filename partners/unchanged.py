"""What was read from the database, kept for as long as nothing has been written to it.

Both databases can say in microseconds whether anything changed, so nothing has to be told what to forget and
nothing that is kept can be out of date: a role that was taken away is gone with the next request.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import local
from typing import Any, ParamSpec, TypeVar

from django.db import connection
from django.utils import timezone

P = ParamSpec("P")
T = TypeVar("T")
KEPT = 128  # answers of one function, in each thread
_threads = local()


def while_unchanged(read: Callable[P, T]) -> Callable[P, T]:
    """Ask again only after something was written, or when the day is another one.

    For functions that only read. Their arguments say what is asked: keys, days, a partnership. Requests share
    the answer, so nobody may change it. Within a transaction nothing is kept, as it may be undone.
    """

    @wraps(read)
    def answered(*args: P.args, **given: P.kwargs) -> T:
        if connection.in_atomic_block:
            return read(*args, **given)
        # Before reading: what is written meanwhile makes the answer newer than its state, never older.
        state = (_state(), timezone.localdate())
        kept = _kept(answered)
        key = (args, tuple(sorted(given.items())))
        found = kept.get(key)
        if found is None or found[0] != state:
            found = kept[key] = (state, read(*args, **given))
        kept.move_to_end(key)
        if len(kept) > KEPT:
            kept.popitem(last=False)
        answer: T = found[1]
        return answer

    return answered


def _kept(function: Callable[..., Any]) -> OrderedDict[Any, Any]:
    by_function = _threads.__dict__.setdefault("by_function", {})
    kept: OrderedDict[Any, Any] = by_function.setdefault(function, OrderedDict())
    return kept


def _state() -> tuple[Any, ...]:
    """Equal as long as this thread's connection would read the same rows."""
    connection.ensure_connection()
    raw = connection.connection
    if connection.vendor == "sqlite":
        # What other connections wrote, and what this one did. Both count from when it was opened.
        [version] = raw.execute("PRAGMA data_version").fetchone()
        return raw, version, raw.total_changes
    with connection.cursor() as cursor:
        # Which transactions are visible: the same text is the same rows.
        cursor.execute("SELECT pg_current_snapshot()::text")
        return cursor.fetchone()
