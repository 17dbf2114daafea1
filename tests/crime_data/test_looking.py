"""Looking for new files by itself: which sources are asked, when, and what becomes of the answer.

The publisher is a server on this machine, asked through the code that asks the real ones.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from audit.models import Event
from crime_data import services, tasks
from crime_data.models import ImportRun, Release, ReleaseFile, Source
from crime_data.services import load_reference, runs
from partners.models import Role
from tests.factories import as_, make_user
from tests.fault_server import PUBLIC, Internet, Publisher, head, make_certificate, redirect, running, whole
from tests.mps_files import changed, make_file, make_historical

pytestmark = pytest.mark.django_db
LIST = "/api/dataset/recorded_crime_summary"
HOST = "data.london.gov.uk"
TODAY = datetime(2026, 11, 6, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"), HOST)


@pytest.fixture(scope="module")
def server(certificate) -> Iterator[Publisher]:
    with running(certificate) as publisher:
        yield publisher


@pytest.fixture
def publisher(server, monkeypatch, certificate, settings, tmp_path) -> Publisher:
    """Lists the recent and the Historical borough file, and a ward file that this source does not want."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    names = [
        "MPS Borough Level Crime (most recent 24 months).csv",
        "MPS Borough Level Crime (Historical).csv",
    ]
    names.append("MPS Ward Level Crime (most recent 24 months).csv")
    entries = {
        f"{at}": {"title": name, "url": f"https://{HOST}/{at}/{name}"} for at, name in enumerate(names)
    }
    server.answers, server.asked = {LIST: whole(json.dumps({"resources": entries}).encode())}, []
    contents = (make_file(), make_historical(), b"not asked for")
    for at, (name, content) in enumerate(zip(names, contents, strict=True)):
        server.answers[f"/{at}/{name.replace(' ', '%20')}"] = whole(content, Content_Type="text/csv")
    internet = Internet(monkeypatch, server, certificate)
    internet.names = {HOST: [[PUBLIC]]}
    return server


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list[int]:
    sent: list[int] = []
    monkeypatch.setattr(tasks.run_import, "delay", sent.append)
    return sent


@pytest.fixture
def source(db, time_machine) -> Source:
    """The Met's borough files, watched, and due since half an hour."""
    time_machine.move_to(TODAY, tick=False)
    load_reference()
    source = Source.objects.get(key="mps-borough")
    return services.edit_source(source=source, by=None, watched=True, address=source.address)


def look(source: Source) -> ImportRun:
    """What the worker does when it is told of the source's newest run."""
    return services.run_import(source.runs.latest("pk"))


def test_nothing_is_looked_at_unless_somebody_said_so(db):
    load_reference()

    assert services.tick() == []
    assert not Source.objects.filter(watched=True).exists()


def test_a_source_that_is_due_is_asked_once_however_often_the_clock_ticks(
    source, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        tasks.tick()
        tasks.tick()

    [run] = ImportRun.objects.all()
    assert (run.source, run.by, run.state) == (source, None, "queued")
    assert sent == [run.pk]


def test_what_the_publisher_lists_is_fetched_and_imported(publisher, source):
    services.tick()

    run = look(source)

    assert run.state == "accepted", run.message
    assert [release.key for release in run.releases.all()] == ["to-202401"]
    assert sorted(ReleaseFile.objects.current().values_list("part", flat=True)) == ["historical", "recent"]
    assert all("Ward" not in path for path, _ in publisher.asked)
    assert not list(Path(str(run.spool)).glob("*"))


def test_after_something_new_the_source_is_due_on_the_publishers_next_day(publisher, source):
    services.tick()
    look(source)

    source.refresh_from_db()
    assert source.found_new_on == TODAY.date()
    assert timezone.localtime(source.due_at).isoformat() == "2026-12-06T09:30:00+00:00"
    assert source.failures == 0
    assert "to-202401" in source.last_word


def test_the_same_bytes_are_no_release_and_the_source_is_asked_again_the_next_day(
    publisher, source, time_machine
):
    services.tick()
    look(source)
    time_machine.move_to(TODAY + timedelta(days=30), tick=False)
    services.tick()

    run = look(source)

    assert (run.state, Release.objects.count()) == ("already-held", 1)
    source.refresh_from_db()
    assert source.last_word == "Nothing new: the same files as before."
    assert source.found_new_on == TODAY.date()
    assert timezone.localtime(source.due_at).isoformat() == "2026-12-07T09:30:00+00:00"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (whole(b"", "503 Service Unavailable"), "503"),
        (redirect("https://169.254.169.254/latest/meta-data/"), "169.254.169.254"),
        (redirect(f"http://{HOST}{LIST}"), "http"),
        ([head(length=500) + b"{"], "cut"),
        (whole(b"<html>moved</html>", Content_Type="text/html"), "page"),
        (whole(b'{"resources": {}}'), "list"),
    ],
)
def test_a_look_that_fails_says_why_and_changes_nothing(publisher, source, answer, words):
    publisher.answers[LIST] = answer
    services.tick()

    run = look(source)

    assert run.state == "failed"
    assert words in run.message
    assert not Release.objects.exists()
    source.refresh_from_db()
    assert (source.failures, source.last_word) == (1, run.message)


def test_a_source_that_fails_is_asked_less_and_less_often(publisher, source, time_machine):
    publisher.answers[LIST] = whole(b"", "500 Internal Server Error")
    waits = []
    for _ in range(5):
        services.tick()
        look(source)
        source.refresh_from_db()
        waits.append(source.due_at - timezone.now())
        time_machine.move_to(source.due_at, tick=False)

    hours = [wait / timedelta(hours=1) for wait in waits]
    assert hours == [0.25, 1, 4, 24, 24]


def test_a_publisher_that_asks_for_patience_gets_it(publisher, source):
    publisher.answers[LIST] = whole(b"", "429 Too Many Requests", Retry_After="7200")
    services.tick()
    look(source)

    source.refresh_from_db()
    assert source.due_at - timezone.now() == timedelta(hours=2)


def test_a_file_that_is_refused_is_told_and_not_fetched_again_in_a_quarter_of_an_hour(publisher, source):
    [path] = [path for path in publisher.answers if "recent" in path and "Borough" in path]
    publisher.answers[path] = whole(changed(lambda table: table[5].__setitem__(7, "n/a")))
    services.tick()

    run = look(source)

    assert run.state == "rejected"
    assert "Line 6, column 202206: “n/a”" in run.message
    assert not Release.objects.exists()
    source.refresh_from_db()
    assert source.due_at - timezone.now() == timedelta(days=1)


def test_a_look_whose_worker_died_is_stopped_and_can_be_run_again(publisher, source):
    services.tick()
    run = source.runs.get()
    ImportRun.objects.update(state="running", heartbeat_at=timezone.now() - timedelta(minutes=2))

    services.sweep_imports()
    services.run_again(run=run, by=None)

    assert look(source).state == "accepted"


def test_a_look_can_be_asked_for_at_any_time_but_not_twice_at_once(publisher, source):
    services.edit_source(source=source, by=None, watched=False, address=source.address)

    run = services.look_now(source=source, by=None)

    assert services.look_now(source=source, by=None) is None
    assert services.run_import(run).state == "accepted"
    source.refresh_from_db()
    assert source.due_at is None


def test_one_file_can_be_watched_where_there_is_no_list(publisher, source):
    [path] = [path for path in publisher.answers if "recent" in path and "Borough" in path]
    services.edit_source(source=source, by=None, watched=True, address=f"https://{HOST}{path}")
    services.tick()

    run = look(source)

    assert run.state == "accepted", run.message
    assert ReleaseFile.objects.get().part == "recent"


def test_who_changes_what_is_watched_is_kept(source):
    services.edit_source(source=source, by=None, watched=False, address="")

    assert Event.objects.about(source).filter(verb="changed").count() == 2
    source.refresh_from_db()
    assert source.due_at is None


@pytest.mark.django_db(transaction=True)
def test_a_long_step_still_gives_signs_of_life(monkeypatch):
    monkeypatch.setattr(runs, "BEAT", 0.05)
    long_ago = timezone.now() - timedelta(minutes=2)
    run = ImportRun.objects.create(state=ImportRun.State.RUNNING, heartbeat_at=long_ago)

    with runs._heartbeat(run):
        end = time.monotonic() + 10
        while run.heartbeat_at == long_ago and time.monotonic() < end:
            time.sleep(0.05)
            run.refresh_from_db()

    assert timezone.now() - run.heartbeat_at < timedelta(seconds=10)
    services.sweep_imports()
    run.refresh_from_db()
    assert run.state == "running"


# --- the pages -------------------------------------------------------------------------------


@pytest.fixture
def manager(client):
    return as_(client, make_user(Role.DATA_MANAGER))


def test_a_look_that_is_asked_for_leads_to_its_run(manager, source):
    answer = manager.post(f"/data/sources/{source.pk}/look/")

    run = source.runs.get()
    assert answer["Location"] == f"/data/imports/{run.pk}/"
    again = manager.post(f"/data/sources/{source.pk}/look/", follow=True)
    assert "A look at this source is under way" in again.content.decode()
    assert source.runs.count() == 1


def test_where_and_whether_the_portal_looks_is_changed_on_a_page(manager, source):
    page = f"/data/sources/{source.pk}/edit/"
    assert source.address in manager.get(page).content.decode()

    manager.post(page, {"address": f"https://{HOST}/one.csv"})

    source.refresh_from_db()
    assert (source.watched, source.address) == (False, f"https://{HOST}/one.csv")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Enter the address at which the portal is to look"),
        ("http://data.london.gov.uk/", "begins with https://"),
        ("file:///etc/passwd", "begins with https://"),
        ("https://169.254.169.254/latest/", "169.254.169.254 is not on the list"),
        ("https://localhost/", "localhost is not on the list"),
        ("https://[::1/", "begins with https://"),
        (f"https://me@{HOST}/", "is not on the list"),
    ],
)
def test_an_address_that_may_not_be_asked_is_refused_in_words(manager, source, address, words):
    before = source.address

    answer = manager.post(f"/data/sources/{source.pk}/edit/", {"watched": "on", "address": address})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    source.refresh_from_db()
    assert source.address == before
