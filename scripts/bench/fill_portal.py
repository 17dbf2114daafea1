"""Fills an empty portal for `make bench-pages`, and counts the queries of its pages.

Called inside `manage.py shell`, with the files to import as JSON on standard input.
"""

import json
import re
import sys
from datetime import date
from itertools import cycle, islice
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.workflow import Status
from crime_data.models import CrimeType, CrimeTypeTable, ReleaseFile
from crime_data.packing import unpack_ids
from crime_data.services import Received, accept_file, import_files, load_reference
from delivery_plans.models import Rag
from partners.models import Partnership, Role
from tests import factories

MEASURES = {"bench": 24, "one": 1, "ten": 10, "hundred": 100}
PRIORITIES, ACTIONS = 6, 60
# The first priority's page has six charts, as the page in Dash has.
OF_FIRST = 6
FIGURES = re.compile(r'"(crime_data|measures)_')


def fill(files: list[Path]) -> str:
    """Four partnerships of Bexley, and a board member of all. Returns the session of that person."""
    load_reference()
    keeper = factories.make_user(Role.DATA_MANAGER)
    for file in files:
        [outcome] = import_files(received=[Received(file.name, file)])
        if outcome.outcome == "rejected":
            raise SystemExit(f"{file.name}: {outcome.message}")
    # A file of one borough is held until a person has looked.
    for held in ReleaseFile.objects.filter(state=ReleaseFile.State.HELD):
        accept_file(file=held, by=keeper, reason="Made up for measuring.")
    member = factories.make_user(email="board@bench.example")
    for slug, measures in MEASURES.items():
        partnership = factories.make_partnership(slug=slug, name=slug.title(), short_name=slug.title())
        factories.grant(member, Role.BOARD_MEMBER, partnership)
        _strategy(partnership, measures, member)
    client = factories.as_(Client(), member)
    return client.cookies["sessionid"].value


def _strategy(partnership: Partnership, measures: int, author: User) -> None:
    strategy = factories.make_strategy(partnership=partnership)
    priorities = [factories.make_priority(strategy=strategy) for _ in range(PRIORITIES)]
    lead = factories.make_membership(partnership=partnership).organisation
    kinds = cycle(_crime_types())
    for at in range(measures):
        priority = priorities[0] if at < OF_FIRST else priorities[1 + at % (PRIORITIES - 1)]
        factories.make_measure(priority=priority, crime_type=next(kinds))
    rags = cycle([Rag.GREEN, Rag.AMBER, Rag.GREEN, Rag.RED, None])
    for at, rag in enumerate(islice(rags, ACTIONS)):
        action = factories.make_action(
            priority=priorities[at % PRIORITIES], lead=lead, due_on=date(2099, 3, 31)
        )
        if rag:
            factories.make_update(action=action, author=author, rag=rag, status=Status.PUBLISHED)


def _crime_types() -> list[str]:
    """Those that the imported files have figures of, in the order of the table."""
    tables = CrimeTypeTable.objects.filter(file__release__source__key="mps-borough", area__name="Bexley")
    held = {int(pk) for table in tables for pk in unpack_ids(table.crime_types)}
    return list(CrimeType.objects.filter(pk__in=held).order_by("pk").values_list("key", flat=True))


def pages(slug: str) -> dict[str, str]:
    return {"priority": f"/{slug}/priorities/priority-1/", "board": f"/board/{slug}/"}


def count_queries(session: str) -> dict[str, dict[str, list[int]]]:
    """Page -> partnership -> [all queries, those for figures], the larger of two visits."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = session
    return {name: {slug: _most(client, pages(slug)[name]) for slug in MEASURES} for name in pages("bench")}


def _most(client: Client, path: str) -> list[int]:
    visits = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        visits.append(counted([query["sql"] for query in seen.captured_queries]))
    return max(visits)


def counted(statements: list[str]) -> list[int]:
    """[all, those for figures]: what asks for measures or their figures, by the tables it names."""
    asked = [sql for sql in statements if not sql.startswith(("PRAGMA", "SAVEPOINT", "RELEASE", "BEGIN"))]
    return [len(asked), sum(bool(FIGURES.search(sql)) for sql in asked)]


def main() -> None:
    """The last line printed is JSON: the session, the addresses of the pages, their queries."""
    session = fill([Path(name) for name in json.load(sys.stdin)])
    print(json.dumps({"session": session, "pages": pages("bench"), "queries": count_queries(session)}))
