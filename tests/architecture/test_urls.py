"""Every address, for everybody, with every method. The table is complete: an address not in it fails here.

A row says who may read (GET, HEAD) and who may write (POST), what stands in the address, and what a good POST
answers. What everybody else gets follows from it: a wrong method 405, strangers to the partnership 404,
people of it without the permission 403, nobody the way to the sign-in page.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from audit.workflow import Status
from crime_data.models import ImportRun, ReleaseFile
from measures.models import Rebase
from partners.models import RESERVED_SLUGS, Role
from tests.factories import (
    as_,
    make_action,
    make_baseline,
    make_measure,
    make_narrative,
    make_organisation,
    make_partnership,
    make_printed_document,
    make_priority,
    make_release_with_counts,
    make_strategy,
    make_target,
    make_update,
    make_user,
)

SAFE, UNSAFE = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")
METHODS = (*SAFE, *UNSAFE, "OPTIONS")

OWN = {
    config.label for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)
}

# Who they are: their role, and where.
PEOPLE = {
    "anonymous": None,
    "deactivated": (Role.OFFICER, "a"),  # with a session from before
    "no role": (None, None),
    "officer A": (Role.OFFICER, "a"),
    "approver A": (Role.APPROVER, "a"),
    "lead A": (Role.PARTNER_LEAD, "a"),
    "other lead A": (Role.PARTNER_LEAD, "a"),  # of an organisation that does not lead the action
    "analyst A": (Role.ANALYST, "a"),
    "board member A": (Role.BOARD_MEMBER, "a"),
    "panel member A": (Role.PANEL_MEMBER, "a"),
    "data manager": (Role.DATA_MANAGER, None),
    "administrator": (Role.ADMINISTRATOR, None),
    "officer B": (Role.OFFICER, "b"),
    "approver B": (Role.APPROVER, "b"),
}
OUTSIDE = {"anonymous", "deactivated"}
ANYONE = set(PEOPLE)
SIGNED_IN = ANYONE - OUTSIDE
OF_A = {name for name, who in PEOPLE.items() if who and who[1] == "a"} - OUTSIDE

# Who may what. Written out here by hand; partners/permissions.py must come to the same.
WORK = {"officer A", "approver A", "lead A", "other lead A", "analyst A"}
EDIT = {"officer A"}
LOOK_AFTER = {"officer A", "analyst A"}  # measures
ENTER = LOOK_AFTER | {"lead A"}  # figures of the measures that the organisation owns
REPORT = {"officer A", "lead A"}
APPROVE = {"approver A"}
PUBLISH = {"officer A", "approver A"}
BOARD = {"officer A", "approver A", "analyst A", "board member A", "panel member A"}
DATA = {"data manager", "administrator"}


@dataclass(frozen=True)
class Page:
    read: set = field(default_factory=set)
    write: set = field(default_factory=set)
    at: str = ""  # "partnership pk=action": names in the address, and which of the world's things is meant
    sends: str = ""  # which of the world's forms a POST carries
    answers: int = 302  # to a good POST
    own: bool = True  # strangers to the partnership get 404
    says: dict = field(default_factory=dict)  # (person or "", method) -> status, where it follows no rule


REPORTING = {"read": WORK, "write": REPORT, "at": "partnership pk=action", "sends": "progress"}
DECIDING = {"sends": "note", "at": "partnership pk=submitted"}
FIGURES = {"read": DATA, "own": False}
KEPT = {"read": LOOK_AFTER, "write": LOOK_AFTER}
SIGNING_IN = {("", "OPTIONS"): 200, ("", "PUT"): 422} | {
    (name, method): 302 for name in SIGNED_IN for method in METHODS
}
# With one place to work in, it is there that they are sent.
SENT_ON = {(name, method): 302 for name in SIGNED_IN - {"no role"} for method in SAFE}

PAGES = {
    "healthz": Page(ANYONE),
    "readyz": Page(ANYONE),
    "accessibility": Page(ANYONE),
    "privacy": Page(ANYONE),
    "cookies": Page(ANYONE),
    "api_index": Page(ANYONE),
    "api_sources": Page(ANYONE),
    "api_figures": Page(ANYONE, says={("", "GET"): 422, ("", "HEAD"): 422}),
    "api_restatements": Page(ANYONE, says={("", "GET"): 422, ("", "HEAD"): 422}),
    "api_profile": Page(ANYONE, says={("", "GET"): 422, ("", "HEAD"): 422}),
    "api_measures": Page(ANYONE, says={("", "GET"): 422, ("", "HEAD"): 422}),
    "api_measure": Page(ANYONE, at="measure"),
    "api_wards": Page(ANYONE, says={("", "GET"): 422, ("", "HEAD"): 422}),
    "sign_in": Page(ANYONE, ANYONE, answers=422, says=SIGNING_IN),
    "sign_out": Page(write=SIGNED_IN, own=False, says={("", "OPTIONS"): 200}),
    # anyone
    "home": Page(ANYONE),
    "partnership": Page(ANYONE, at="partnership"),
    "strategy": Page(ANYONE, at="partnership"),
    "priority": Page(ANYONE, at="partnership priority"),
    "measure": Page(ANYONE, at="partnership measure"),
    "measure_csv": Page(ANYONE, at="partnership measure"),
    "measure_svg": Page(ANYONE, at="partnership measure"),
    "measure_png": Page(ANYONE, at="partnership measure"),
    "measure_json": Page(ANYONE, at="partnership measure"),
    "ward_figures": Page(ANYONE, at="partnership"),
    "ward_figures_csv": Page(ANYONE, at="partnership", says={("", "GET"): 404, ("", "HEAD"): 404}),
    "ward_figures_svg": Page(ANYONE, at="partnership", says={("", "GET"): 404, ("", "HEAD"): 404}),
    "figures": Page(ANYONE, at="partnership"),
    "profile_csv": Page(ANYONE, at="partnership"),
    "serious_violence": Page(ANYONE, at="partnership"),
    "serious_violence_csv": Page(ANYONE, at="partnership"),
    # The world of this test has figures of two kinds of offence only.
    "serious_violence_chart": Page(
        ANYONE, at="partnership chart=violent form", says={("", "GET"): 404, ("", "HEAD"): 404}
    ),
    "compare": Page(ANYONE, at="partnership"),
    "compare_csv": Page(ANYONE, at="partnership"),
    "compare_chart": Page(ANYONE, at="partnership chart=compared form"),
    "explore": Page(ANYONE, at="partnership"),
    "explore_csv": Page(ANYONE, at="partnership"),
    "explore_chart": Page(ANYONE, at="partnership chart=explored form"),
    "printed_list": Page(ANYONE, at="partnership"),
    "printed": Page(ANYONE, at="partnership document"),
    "printed_csv": Page(ANYONE, at="partnership document"),
    "partner_list": Page(ANYONE, at="partnership"),
    "governance": Page(ANYONE, at="partnership"),
    "meeting_list": Page(ANYONE, at="partnership"),
    # people of the partnership
    "signed_in": Page(SIGNED_IN, own=False, says=SENT_ON),
    "workspace": Page(WORK, at="partnership"),
    "board": Page(BOARD, at="partnership"),
    "board_priority": Page(BOARD, at="partnership priority"),
    "priority_dashboard": Page(WORK, at="partnership priority"),
    "priority_actions": Page(WORK, at="partnership priority"),
    "action": Page(**REPORTING),
    "edit_action": Page(EDIT, EDIT, at="partnership pk=action", sends="edit"),
    "approve_update": Page(write=APPROVE, **DECIDING),
    "return_update": Page(APPROVE, APPROVE, **DECIDING),
    "publish_update": Page(write=PUBLISH, at="partnership pk=approved"),
    "withdraw_update": Page(PUBLISH, PUBLISH, at="partnership pk=published"),
    # those who look after measures
    "workspace_measures": Page(WORK, at="partnership"),
    "workspace_measure": Page(WORK, at="partnership pk=kept"),
    "measure_library": Page(LOOK_AFTER, at="partnership"),
    "adopt_measure": Page(write=LOOK_AFTER, at="partnership key", sends="priority"),
    "choose_kind": Page(**KEPT, at="partnership", sends="kind"),
    # Without a priority in the address it leads to the step before.
    "add_measure": Page(**KEPT, at="partnership kind", sends="kind", says={
        (name, method): 302 for name in LOOK_AFTER for method in SAFE
    }),
    "edit_measure": Page(**KEPT, at="partnership pk=kept", sends="measure"),
    "undo_adoption": Page(write=LOOK_AFTER, at="partnership pk=adopted"),
    "move_measure": Page(write=LOOK_AFTER, at="partnership pk=kept"),
    "retire_measure": Page(**KEPT, at="partnership pk=kept", sends="retire"),
    "reinstate_measure": Page(**KEPT, at="partnership pk=retired", sends="version"),
    "add_baseline": Page(**KEPT, at="partnership pk=kept", sends="baseline"),
    "edit_baseline": Page(**KEPT, at="partnership pk=kept baseline", sends="baseline"),
    "remove_baseline": Page(**KEPT, at="partnership pk=kept baseline", sends="version"),
    "add_target": Page(**KEPT, at="partnership pk=kept", sends="target"),
    "edit_target": Page(**KEPT, at="partnership pk=kept target", sends="target"),
    "remove_target": Page(**KEPT, at="partnership pk=kept target", sends="version"),
    "add_rebase": Page(**KEPT, at="partnership pk=kept", sends="rebase"),
    "remove_rebase": Page(**KEPT, at="partnership pk=kept rebase", sends="version"),
    "measure_returns": Page(WORK, ENTER, at="partnership pk=kept", sends="grid"),
    "paste_returns": Page(ENTER, ENTER, at="partnership pk=kept", sends="paste"),
    "returns_template": Page(WORK, at="partnership pk=kept"),
    "returns_csv": Page(WORK, at="partnership pk=kept"),
    "narratives": Page(WORK, at="partnership"),
    "new_narrative": Page(EDIT, EDIT, at="partnership", sends="new_narrative"),
    "narrative": Page(WORK, at="partnership pk=draft_narrative"),
    "edit_narrative": Page(EDIT, EDIT, at="partnership pk=draft_narrative", sends="narrative"),
    "submit_narrative": Page(write=EDIT, at="partnership pk=draft_narrative", sends="version"),
    "approve_narrative": Page(write=APPROVE, at="partnership pk=sent_narrative"),
    "return_narrative": Page(APPROVE, APPROVE, at="partnership pk=sent_narrative", sends="note"),
    "publish_narrative": Page(write=PUBLISH, at="partnership pk=approved_narrative"),
    "withdraw_narrative": Page(PUBLISH, PUBLISH, at="partnership pk=public_narrative"),
    # data managers
    "data_home": Page(**FIGURES),
    "look_now": Page(write=DATA, at="pk=source", own=False),
    "edit_source": Page(write=DATA, at="pk=source", sends="source", **FIGURES),
    "source": Page(at="pk=source", **FIGURES),
    "categories": Page(at="pk=source", **FIGURES),
    "local_counts_template": Page(**FIGURES),
    "coverage": Page(**FIGURES),
    "breaks": Page(**FIGURES),
    "restatements": Page(**FIGURES),
    "restatements_json": Page(**FIGURES),
    "figure": Page(**FIGURES),
    "figure_json": Page(**FIGURES),
    "levels": Page(**FIGURES),
    "upload": Page(write=DATA, sends="file", **FIGURES),
    "import_run": Page(at="pk=run", **FIGURES),
    "run_again": Page(write=DATA, at="pk=run", own=False),
    "release": Page(at="pk=release", **FIGURES),
    "decide_release": Page(write=DATA, at="pk=release decision", sends="reason", **FIGURES),
    "release_file": Page(at="pk=file", **FIGURES),
    "decide_file": Page(write=DATA, at="pk=file decision", sends="reason", **FIGURES),
}  # fmt: skip


def expected(page: Page, person: str, method: str) -> int:
    public = page.read == ANYONE
    if person in OUTSIDE and not public:
        return 302
    for key in ((person, method), ("", method)):
        if key in page.says:
            return page.says[key]
    may = page.read if method in SAFE else page.write if method == "POST" else set()
    if not may:
        return 405
    if person in may:
        return 200 if method in SAFE else page.answers
    return 404 if page.own and person not in OF_A else 403


def of_day(name: str, day: int, month: int, year: int) -> dict:
    return {f"{name}_day": day, f"{name}_month": month, f"{name}_year": year}


# --- the world -------------------------------------------------------------------------------


class World:
    """Two partnerships, one of each thing in A, and everybody with a session of their own."""

    def __init__(self):
        a, b = make_partnership(), make_partnership(areas=("Bromley",))
        strategy = make_strategy(partnership=a)
        priority = make_priority(strategy=strategy)
        make_priority(strategy=make_strategy(partnership=b))
        release = make_release_with_counts({"Bexley": 40, "Bromley": 30})
        file = release.files.get()
        ReleaseFile.objects.filter(pk=file.pk).update(state=ReleaseFile.State.HELD)
        make_release_with_counts({"Bexley": 40, "Bromley": 30, "Greenwich": 35})
        action = make_action(priority=priority)
        author = make_user(Role.OFFICER, a)
        submitted, approved, published = (
            make_update(action=action, author=author, status=status, period=date(2025, month, 1))
            for status, month in ((Status.SUBMITTED, 1), (Status.APPROVED, 4), (Status.PUBLISHED, 7))
        )
        kept = make_measure(
            priority=priority, crime_type=None, kind="local", statistic="count", owner=action.lead
        )
        adopted = make_measure(priority=priority, library_key="residential-burglary")
        drafted, sent, agreed, public = (
            make_narrative(priority=priority, author=author, status=status, quarter=date(2025, month, 1))
            for status, month in (
                (Status.DRAFT, 1), (Status.SUBMITTED, 4), (Status.APPROVED, 7), (Status.PUBLISHED, 10)
            )
        )  # fmt: skip
        self.a, self.b = a, b
        self.things = {
            "kept": kept, "adopted": adopted,
            "retired": make_measure(priority=priority, retired_on=date(2026, 4, 1)),
            "baseline": make_baseline(kept), "target": make_target(kept, value=4),
            "rebase": Rebase.objects.create(measure=kept, month=date(2025, 3, 1), reason="Counted anew"),
            "action": action, "submitted": submitted, "approved": approved, "published": published,
            "release": release, "source": release.source, "file": file,
            "draft_narrative": drafted, "sent_narrative": sent,
            "approved_narrative": agreed, "public_narrative": public,
            "run": ImportRun.objects.create(state=ImportRun.State.STOPPED),
        }  # fmt: skip
        self.words = {
            "partnership": a.slug, "priority": priority.slug, "decision": "accept",
            "measure": make_measure(priority=priority).pk, "form": "svg",
            "compared": "changes", "explored": "trend", "violent": "homicide",
            "key": "personal-robbery", "kind": "local",
            "document": make_printed_document(partnership=a).slug,
        }  # fmt: skip
        self.sends = {
            "": {},
            "note": {"note": "Say how many."},
            "narrative": {"text": "Fewer were recorded.", "version": drafted.version},
            "new_narrative": {
                "text": "Fewer.", "version": 0, "priority": priority.slug, "quarter": "2026-04-01"
            },
            "file": {"files": ContentFile(b"MajorText,MinorText", "figures.csv")},
            "source": {"address": "https://data.london.gov.uk/figures.csv"},
            "reason": {"reason": "The publisher confirmed it."},
            "progress": {"period": "2026-04-01", "rag": "green", "narrative": "Ten walks were held."},
            "priority": {"priority": priority.slug},
            "kind": {"priority": priority.slug, "kind": "local"},
            "version": {"version": 1},
            "measure": {
                "name": "Changed", "unit": "count", "statistic": "count", "polarity": "lower",
                "period": "rolling", "version": 1,
            },
            "retire": {"version": 1} | of_day("retired_on", 1, 5, 2026),
            "baseline": {
                "value": "410", "first_month": "April 2024", "last_month": "March 2025", "version": 1,
            },
            "target": {"kind": "at_most", "value": "300", "version": 1} | of_day("due_on", 31, 3, 2027),
            "rebase": {"month": "April 2025", "reason": "Counted otherwise", "version": 1},
            "grid": {"r0g0-value": "12", "seen": 0} | of_day("published_on", 20, 5, 2026),
            "paste": {"step": 1, "rows": "Apr 2026\t12", "confirm": 1, "seen": 0}
            | of_day("published_on", 20, 5, 2026),
            "edit": {
                "title": "Changed", "detail": "", "lead": action.lead_id, "version": action.version,
                "starts_on_day": "1", "starts_on_month": "4", "starts_on_year": "2026",
                "due_on_day": "31", "due_on_month": "3", "due_on_year": "2027",
            },
        }  # fmt: skip
        self.clients = {name: self._client(name, who) for name, who in PEOPLE.items()}

    def _client(self, name, who, **kwargs):
        client = Client(**kwargs)
        if who is None:
            return client
        role, where = who
        lead = self.things["action"].lead if name == "lead A" else make_organisation()
        user = make_user(
            role,
            {"a": self.a, "b": self.b}.get(where),
            organisation=lead if role == Role.PARTNER_LEAD else None,
        )
        as_(client, user)
        if name == "deactivated":
            user.is_active = False
            user.save()
        return client

    def url(self, name: str, page: Page, **instead) -> str:
        given = dict(self.words) | {key: thing.pk for key, thing in self.things.items()} | instead
        pairs = (word.partition("=") for word in page.at.split())
        return reverse(name, kwargs={key: given[what or key] for key, _, what in pairs})

    def form(self, page: Page) -> dict:
        found = self.sends[page.sends]
        for file in found.values():
            if isinstance(file, ContentFile):
                file.seek(0)
        return found

    def touched(self, page: Page) -> dict:
        """The record of the address as it is stored now."""
        for word in page.at.split():
            if thing := self.things.get(word.partition("=")[2]):
                return type(thing).objects.filter(pk=thing.pk).values().get()
        return {}


@pytest.fixture
def world(db, time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)
    return World()


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    settings.LOGGING_CONFIG = None


def row_counts() -> dict[str, int]:
    """How many rows every table of the project has, in one query."""
    models = apps.get_models(include_auto_created=True)
    tables = [model._meta.db_table for model in models if model._meta.app_label in OWN]
    parts = [f"SELECT '{table}', COUNT(*) FROM \"{table}\"" for table in tables]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


# --- the table is complete -------------------------------------------------------------------


def walk(patterns, prefix=""):
    """Every (address, name) below these patterns; admin's own are one group."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern.name
        elif pattern.app_name == "admin":
            yield address, "admin"
        else:
            yield from walk(pattern.url_patterns, address)


def test_every_address_is_in_the_table_and_every_row_has_an_address():
    found = [name for _, name in walk(get_resolver().url_patterns)]

    assert None not in found
    assert len(found) == len(set(found))
    assert set(found) == set(PAGES) | {"admin"}


def test_the_first_word_of_every_fixed_address_is_no_partnership_s_slug():
    first = {address.split("/")[0] for address, _ in walk(get_resolver().url_patterns)}
    fixed = {word for word in first if word and not word.startswith("<")}

    assert fixed <= RESERVED_SLUGS
    assert settings.STATIC_URL.strip("/") in RESERVED_SLUGS


# --- and true --------------------------------------------------------------------------------


@pytest.mark.filterwarnings(
    "ignore:Pagination may yield inconsistent results"
)  # crime_data.queries.release_list
@pytest.mark.parametrize("name", PAGES)
def test_everybody_gets_from_an_address_what_the_table_says(world, name):
    page = PAGES[name]
    url = world.url(name, page)
    rows, record = row_counts(), world.touched(page)
    wrong = []
    for person, client in world.clients.items():
        session = client.cookies.output(header="", sep=";")
        for method in METHODS:
            with transaction.atomic():
                client.cookies.load(session)
                data = world.form(page) if method == "POST" else {}
                response = client.post(url, data) if data else client.generic(method, url)
                status = expected(page, person, method)
                if response.status_code != status:
                    wrong.append(f"{person} {method}: {response.status_code}, not {status}")
                if (
                    person in OUTSIDE
                    and status == 302
                    and not response["Location"].startswith(reverse("sign_in"))
                ):
                    wrong.append(f"{person} {method}: sent to {response['Location']}")
                good = method == "POST" and person in page.write
                if method in UNSAFE and not good and (row_counts() != rows or world.touched(page) != record):
                    wrong.append(f"{person} {method}: changed something")
                transaction.set_rollback(True)
    assert wrong == []


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if "partnership" in page.at.split()])
def test_what_belongs_to_another_partnership_is_not_there(world, name):
    """B's people ask for A's thing under B's own address; a partnership that is not there has no pages."""
    page = PAGES[name]
    rows, record = row_counts(), world.touched(page)
    there = "pk=" in page.at or "measure" in page.at.split()
    addresses = [world.url(name, page, partnership="nowhere")]
    if there:
        addresses.append(world.url(name, page, partnership=world.b.slug))
    for url in addresses:
        for person in ("officer B", "approver B"):
            for method in ("GET", "POST"):
                response = world.clients[person].generic(method, url)
                assert response.status_code in (403, 404, 405), (url, person, method)
                assert (
                    response.status_code == 404 or not expected(page, person.replace("B", "A"), method) < 400
                )
    assert (row_counts(), world.touched(page)) == (rows, record)


@pytest.mark.parametrize("person", ["officer A", "data manager", "anonymous"])
def test_nothing_is_changed_without_a_csrf_token(world, person):
    client = world._client(person, PEOPLE[person], enforce_csrf_checks=True)
    rows = row_counts()

    answers = {
        (name, method): client.generic(method, world.url(name, page)).status_code
        for name, page in PAGES.items()
        for method in UNSAFE
    }

    assert {key for key, status in answers.items() if status != 403} == set()
    assert row_counts() == rows


def admin_addresses() -> list[str]:
    """Every page of the admin site, with a record that is not there where one has to be named."""
    [site] = [found for found in get_resolver().url_patterns if getattr(found, "app_name", "") == "admin"]
    return [
        re.sub(r"<[^>]+>", "1", address).replace("^(?P1", "").removesuffix("$")
        for address, name in walk(site.url_patterns, "/admin/")
        if name not in ("login", "logout", "jsi18n")  # the way in and out, and words
    ]


def test_the_admin_pages_are_for_staff(world):
    """A role gives no way in: staff are named on their account."""
    addresses = admin_addresses()
    assert len(addresses) > 10
    for person, client in world.clients.items():
        for url in addresses:
            response = client.get(url)
            assert response.status_code == 302, (person, url)
            assert urlsplit(response["Location"]).path in (reverse("admin:login"), reverse("sign_in"))


def test_staff_without_rights_see_no_table_and_superusers_see_all(world, client):
    tables = [
        url
        for url in admin_addresses()
        if re.fullmatch(r"/admin/\w+/\w+/(add/)?", url) and "password" not in url
    ]

    as_(client, make_user(is_staff=True))
    assert {client.get(url).status_code for url in tables} == {403}
    as_(client, make_user(is_staff=True, is_superuser=True))
    assert {client.get(url).status_code for url in tables if "/axes/" not in url} == {200}
