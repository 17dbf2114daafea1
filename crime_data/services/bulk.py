"""Many rows at once, without a model instance for each: PostgreSQL by COPY, SQLite by executemany."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Model


@contextmanager
def unseen() -> Iterator[None]:
    """A transaction of rows that nobody sees before a later one shows them.

    PostgreSQL need not wait for the disk: what a falling machine loses of it, it loses with the later one.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


def insert(model: type[Model], fields: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of values, one for each of `fields` (names of columns). Numbers are given by the database.

    No field's default is filled in and nothing is checked but by the table's constraints.
    """
    if not rows:
        return
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(map(quote, fields))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(_types(model, fields))
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608


def _types(model: type[Model], fields: Sequence[str]) -> list[str]:
    """PostgreSQL's types of these columns, without their lengths: binary COPY converts nothing."""
    columns = {field.column: field for field in model._meta.concrete_fields}
    return [str(columns[name].db_type(connection)).partition("(")[0] for name in fields]
