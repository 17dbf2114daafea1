"""/data/: uploading, watching a run, deciding about what waits."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crime_data import services, tasks
from crime_data.models import ImportRun, Release, ReleaseFile
from crime_data.services import runs
from partners.models import Role
from tests.factories import as_, make_partnership, make_user
from tests.mps_files import BOROUGHS, changed, make_file, make_historical

pytestmark = pytest.mark.django_db
HELD = make_file(boroughs=BOROUGHS[1:])


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return settings.UPLOAD_DIR


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list[int]:
    """Numbers of the runs that the worker was told about."""
    sent: list[int] = []
    monkeypatch.setattr(tasks.run_import, "delay", sent.append)
    return sent


@pytest.fixture
def manager(client) -> Client:
    return as_(client, make_user(Role.DATA_MANAGER))


@pytest.fixture
def upload(manager, django_capture_on_commit_callbacks) -> Callable[..., ImportRun]:
    """Upload files as a data manager, and let the worker do its part unless told otherwise."""

    def upload(*contents: bytes, work: bool = True, **fields: str) -> ImportRun:
        files = [SimpleUploadedFile(f"file-{at}.csv", content) for at, content in enumerate(contents)]
        with django_capture_on_commit_callbacks(execute=True):
            answer = manager.post(reverse("upload"), {"files": files, **fields})
        run = ImportRun.objects.latest("pk")
        assert (answer.status_code, answer["Location"]) == (302, reverse("import_run", args=[run.pk]))
        return services.run_import(run) if work else run

    return upload


def page(client: Client, run: ImportRun, **headers: str) -> str:
    return client.get(reverse("import_run", args=[run.pk]), headers=headers).content.decode()


# --- uploading -------------------------------------------------------------------------------


def test_an_upload_is_queued_and_the_worker_is_told(upload, sent, uploads):
    run = upload(make_file(), work=False)

    assert (run.state, run.file_names) == ("queued", ["file-0.csv"])
    assert sent == [run.pk]
    assert (uploads / run.spool / "000").read_bytes() == make_file()
    assert not Release.objects.exists()


def test_the_worker_stores_the_figures_and_clears_the_upload_away(upload, uploads):
    run = upload(make_file(), make_historical())

    run.refresh_from_db()
    assert (run.state, run.done, run.to_do) == ("accepted", 128, 128)
    assert [release.key for release in run.releases.all()] == ["to-202401"]
    assert ReleaseFile.objects.current().count() == 2
    assert not (uploads / run.spool).exists()


def test_the_task_finds_its_run_by_number(upload):
    run = upload(make_file(), work=False)

    tasks.run_import(run.pk)

    run.refresh_from_db()
    assert run.state == "accepted"


def test_a_run_is_done_once_however_often_the_worker_is_told(upload):
    run = upload(make_file())

    assert services.run_import(run).state == "accepted"
    assert ReleaseFile.objects.count() == 1


def test_the_day_of_publication_comes_from_the_form(upload):
    upload(make_file(), published_on_day="9", published_on_month="2", published_on_year="2024")

    assert str(Release.objects.get().published_on) == "2024-02-09"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose a file"),
        ({"other": SimpleUploadedFile("other.csv", b"x")}, "Choose a file"),
        ({"files": SimpleUploadedFile("empty.csv", b"")}, "The file is empty"),
        ({"files": [SimpleUploadedFile(f"{at}.csv", b"x") for at in range(21)]}, "Choose 20 files or fewer"),
        (
            {
                "files": SimpleUploadedFile("a.csv", b"x"),
                "published_on_day": "1",
                "published_on_month": "1",
                "published_on_year": "2999",
            },
            "Day of publication must be today or in the past",
        ),
    ],
)
def test_an_upload_that_cannot_be_is_shown_again_with_the_error(manager, sent, fields, message):
    answer = manager.post(reverse("upload"), fields)

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not ImportRun.objects.exists()
    assert sent == []


def test_an_upload_stays_queued_when_the_broker_is_away(upload, monkeypatch):
    def away(pk):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.run_import, "delay", away)

    assert upload(make_file(), work=False).state == "queued"


# --- a run -----------------------------------------------------------------------------------


def test_the_page_of_a_run_asks_again_only_while_it_is_going(upload, manager):
    run = upload(make_file(), work=False)
    assert 'hx-trigger="every 2s"' in page(manager, run)

    services.run_import(run)
    done = page(manager, run)
    assert "hx-trigger" not in done
    assert "Stored and in use" in done
    assert reverse("release", args=[run.releases.get().pk]) in done


def test_htmx_gets_the_part_of_the_page_that_changes(upload, manager):
    run = upload(make_file(), work=False)

    part = page(manager, run, **{"HX-Request": "true"})

    assert part.lstrip().startswith('<div id="run" hx-get="')
    assert "<html" not in part
    assert "<html" in page(manager, run)


def test_a_rejected_run_says_why_and_that_nothing_was_changed(upload, manager):
    run = upload(changed(lambda table: table[5].__setitem__(7, "<b>n/a</b>")))

    assert run.state == "rejected"
    shown = page(manager, run)
    assert "Line 6, column 202206: “&lt;b&gt;n/a&lt;/b&gt;” is not a whole number" in shown
    assert "Nothing was changed" in shown
    assert not Release.objects.exists()


def test_a_run_whose_worker_died_is_stopped_by_the_sweeper_and_run_again(upload, manager, sent):
    run = upload(make_file(), work=False)
    late = timezone.now() - timedelta(minutes=2)
    ImportRun.objects.update(state="running", heartbeat_at=late)

    services.sweep_imports()
    assert "Run it again" in page(manager, run)
    again = manager.post(reverse("run_again", args=[run.pk]))

    assert again["Location"] == reverse("import_run", args=[run.pk])
    run.refresh_from_db()
    assert run.state == "queued"
    assert services.run_import(run).state == "accepted"


def test_a_run_that_fails_inside_is_stopped_and_keeps_its_files(upload, uploads, monkeypatch):
    run = upload(make_file(), work=False)

    def broken(*args, **given):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(runs, "import_files", broken)
        with pytest.raises(RuntimeError):
            services.run_import(run)

    run.refresh_from_db()
    assert (run.state, run.message) == (
        "stopped",
        "Something went wrong in the portal. The figures are as they were.",
    )
    assert (uploads / run.spool).exists()


def test_only_a_stopped_run_is_run_again(upload, manager):
    run = upload(make_file())

    answer = manager.post(reverse("run_again", args=[run.pk]), follow=True)

    assert "Only a stopped import can be run again" in answer.content.decode()
    run.refresh_from_db()
    assert run.state == "accepted"


def test_a_run_whose_files_are_gone_says_so(upload, uploads):
    run = upload(make_file(), work=False)
    (uploads / run.spool / "000").unlink()

    services.run_import(run)

    assert (run.state, run.message) == ("stopped", "The uploaded file is no longer there. Upload it again.")


def test_a_run_the_broker_lost_is_told_again(upload, sent):
    run = upload(make_file(), work=False)
    ImportRun.objects.update(asked_at=timezone.now() - timedelta(minutes=2))

    tasks.sweep_imports()

    assert sent == [run.pk, run.pk]


# --- releases and files ----------------------------------------------------------------------


def test_the_home_page_lists_releases_runs_and_what_waits(upload, manager):
    upload(HELD)

    shown = manager.get(reverse("data_home")).content.decode()

    assert "to-202401" in shown
    assert reverse("release_file", args=[ReleaseFile.objects.get().pk]) in shown


def test_the_page_of_a_release_lists_its_files(upload, manager):
    upload(make_file(), make_historical())

    shown = manager.get(reverse("release", args=[Release.objects.get().pk])).content.decode()

    assert "file-0.csv" in shown
    assert "file-1.csv" in shown


def test_the_page_of_a_file_lists_its_categories_with_their_types(upload, manager):
    upload(make_file())

    shown = manager.get(reverse("release_file", args=[ReleaseFile.objects.get().pk])).content.decode()

    assert "BURGLARY - RESIDENTIAL" in shown
    assert "Residential burglary" in shown


@pytest.mark.parametrize(("decision", "state"), [("accept", "current"), ("refuse", "refused")])
def test_a_held_file_is_decided_with_a_reason(upload, manager, decision, state):
    upload(HELD)
    file = ReleaseFile.objects.get()
    address = reverse("decide_file", args=[file.pk, decision])

    assert manager.get(address).status_code == 200
    without = manager.post(address, {"reason": " "})
    assert without.status_code == 422
    assert "Say why, in a sentence" in without.content.decode()
    file.refresh_from_db()
    assert file.state == "held"

    manager.post(address, {"reason": "Asked the publisher."})
    file.refresh_from_db()
    assert (file.state, file.reason) == (state, "Asked the publisher.")
    assert file.decided_by.role_grants.get().role == Role.DATA_MANAGER


def test_a_file_in_use_is_withdrawn_with_a_reason(upload, manager):
    upload(make_file())
    file = ReleaseFile.objects.get()

    manager.post(reverse("decide_file", args=[file.pk, "withdraw"]), {"reason": "Wrong month."})

    file.refresh_from_db()
    assert file.state == "withdrawn"


def test_a_file_that_is_decided_already_is_left_alone(upload, manager):
    upload(make_file())
    file = ReleaseFile.objects.get()

    answer = manager.post(
        reverse("decide_file", args=[file.pk, "refuse"]), {"reason": "Too late."}, follow=True
    )

    assert "This file is “In use” by now" in answer.content.decode()
    file.refresh_from_db()
    assert file.state == "current"


# --- who may ---------------------------------------------------------------------------------


def addresses() -> list[str]:
    release, file, run = Release.objects.get(), ReleaseFile.objects.get(), ImportRun.objects.get()
    return [
        reverse("data_home"),
        reverse("upload"),
        reverse("import_run", args=[run.pk]),
        reverse("run_again", args=[run.pk]),
        reverse("release", args=[release.pk]),
        reverse("release_file", args=[file.pk]),
        *(reverse("decide_file", args=[file.pk, decision]) for decision in ("accept", "refuse", "withdraw")),
    ]


@pytest.mark.parametrize(
    "role", [None, *(role for role in Role if role not in (Role.DATA_MANAGER, Role.ADMINISTRATOR))]
)
def test_nobody_else_sees_or_changes_anything(upload, role):
    upload(HELD)
    other = as_(Client(), make_user(role, make_partnership() if role else None))

    for address in addresses():
        for answer in (other.get(address), other.post(address, {"reason": "Because."})):
            assert answer.status_code in (403, 405)
            assert "to-202401" not in answer.content.decode()
    assert ReleaseFile.objects.get().state == "held"
    assert ImportRun.objects.count() == 1


def test_the_anonymous_are_sent_to_sign_in(upload):
    upload(HELD)

    for address in addresses():
        for answer in (Client().get(address), Client().post(address, {"reason": "Because."})):
            assert answer.status_code == 302
            assert answer["Location"].startswith(reverse("sign_in"))
    assert ReleaseFile.objects.get().state == "held"


@pytest.mark.parametrize(
    "address", ["/data/imports/999/", "/data/releases/999/", "/data/files/999/", "/data/files/999/accept/"]
)
def test_what_there_is_not_is_not_found(manager, address):
    assert manager.get(address).status_code == 404


def test_an_unknown_decision_is_not_found(upload, manager):
    upload(HELD)

    assert (
        manager.post(f"/data/files/{ReleaseFile.objects.get().pk}/publish/", {"reason": "x"}).status_code
        == 404
    )


# --- ten malformed files ---------------------------------------------------------------------


def put(row: int, column: int, value: str) -> bytes:
    return changed(lambda table: table[row].__setitem__(column, value))


MALFORMED = {
    "blank cell": (put(5, 7, ""), "Line 6, column 202206: the cell is blank."),
    "negative": (put(5, 7, "-4"), "Line 6, column 202206: “-4” is not a whole number of offences."),
    "digit zero typed as O": (
        put(64, 26, "1O"),
        "Line 65, column 202401: “1O” is not a whole number of offences.",
    ),
    "months cut to the year": (put(0, 3, "2022"), "Column 4 of the header is “2022”, which is not a month"),
    "month twice": (put(0, 5, "202203"), "The month 202203 stands twice in the header (columns 5 and 6)."),
    "sum column": (
        changed(lambda table: [row.append("sum") for row in table]),
        "Column 28 of the header is “sum”, which is not a month",
    ),
    "total row": (
        changed(lambda table: table.append([*table[1][:2], "London", *["9"] * 24])),
        "Line 66, borough column: “London” is not a London borough we know.",
    ),
    "borough twice by two names": (
        changed(lambda table: table.append([*table[1][:2], "City of Westminster", *["9"] * 24])),
        "Line 66 repeats “BURGLARY / BURGLARY - RESIDENTIAL” for City of Westminster, "
        "which stands there already as Westminster.",
    ),
    "cut short": (make_file()[:-30], "Line 65 has 18 cells, fewer than the 27 columns of the header."),
    "page instead of file": (b"<!DOCTYPE html><p>Moved</p>", "This is a web page or XML, not a CSV file."),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_is_refused_in_words_and_changes_nothing(upload, manager, stored, name):
    content, message = MALFORMED[name]
    upload(make_file(count=lambda row, month: 10))
    address, before = reverse("release", args=[Release.objects.get().pk]), stored()
    shown = page_of(manager, address)

    run = upload(content)

    assert run.state == "rejected"
    assert run.message.startswith(f"file-0.csv: {message}")
    assert stored() == before
    assert page_of(manager, address) == shown


def page_of(client: Client, address: str) -> str:
    """A page without the tokens that differ each time."""
    return re.sub(r'csrf\w+" value="\w+"|"X-CSRFToken": *"\w+"', "", client.get(address).content.decode())
