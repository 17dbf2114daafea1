"""Fetching from a publisher that does everything wrong, through the code that asks the real ones."""

import gzip
import hashlib
import json
import os
import socket
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crime_data import downloads
from crime_data.addresses import is_public
from crime_data.downloads import (
    LONGEST_WAIT,
    DownloadFailed,
    Fetched,
    Listed,
    fetch_listed,
    fetch_to,
    files_in_list,
)
from tests.fault_server import (
    GOODBYE,
    PUBLIC,
    Internet,
    Publisher,
    chunk,
    head,
    make_certificate,
    redirect,
    running,
    whole,
)

pytestmark = pytest.mark.once
HOSTS = ["data.example", "files.example", "elsewhere.example:8443"]
FIGURES = b"borough,202401\r\nBexley,12\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "data.example")


@pytest.fixture(scope="module")
def server(certificate) -> Iterator[Publisher]:
    with running(certificate) as publisher:
        yield publisher


@pytest.fixture
def publisher(server) -> Publisher:
    server.answers, server.asked = {"/good": whole(FIGURES)}, []
    return server


@pytest.fixture
def internet(monkeypatch, publisher, certificate) -> Internet:
    return Internet(monkeypatch, publisher, certificate)


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "fetched"
    folder.mkdir()
    return folder


@pytest.fixture
def get(internet, folder) -> Callable[..., Fetched]:
    """Fetch a path of data.example."""

    def get(path: str, *, seconds: float = 5, **given) -> Fetched:
        url = path if "://" in path else f"https://data.example{path}"
        return fetch_to(url, folder / "figures.csv", hosts=HOSTS, seconds=seconds, **given)

    return get


@pytest.fixture
def refused(get, folder) -> Callable[..., DownloadFailed]:
    """Fetch what must fail: nothing may stay on disk, and the words are a sentence for an officer."""

    def refused(path: str, message: str, **given) -> DownloadFailed:
        before = {file: file.read_bytes() for file in folder.iterdir()}
        with pytest.raises(DownloadFailed, match=message) as caught:
            get(path, **given)
        assert {file: file.read_bytes() for file in folder.iterdir()} == before
        assert str(caught.value).endswith(".")
        return caught.value

    return refused


# --- what comes ------------------------------------------------------------------------------


def test_a_file_comes_whole_with_what_is_known_about_it(publisher, get, folder):
    when = "Fri, 06 Nov 2026 09:30:00 GMT"
    publisher.answers["/good"] = whole(FIGURES, ETag='"v1"', Last_Modified=when, Content_Type="text/csv")

    fetched = get("/good")

    assert fetched == Fetched(
        url="https://data.example/good",
        size=len(FIGURES),
        sha256=hashlib.sha256(FIGURES).hexdigest(),
        etag='"v1"',
        last_modified=when,
        content_type="text/csv",
    )
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [("figures.csv", FIGURES)]


@pytest.mark.parametrize(
    "steps",
    [
        [head(Transfer_Encoding="chunked"), chunk(FIGURES[:9]), chunk(FIGURES[9:]), b"0\r\n\r\n"],
        [head() + FIGURES, GOODBYE],
        [head(length=len(FIGURES)), *(FIGURES[at : at + 1] for at in range(len(FIGURES)))],
        [head(length=len(FIGURES), Content_Encoding="identity"), FIGURES],
        [head(length=len(FIGURES), Connection="close"), FIGURES, GOODBYE],
        [head("100 Continue"), *whole(FIGURES)],
        [head(length=len(FIGURES), Connection="keep-alive"), FIGURES, 3.0],
    ],
    ids=["in chunks", "to the end of the connection", "byte by byte", "as it is", "with goodbye",
         "after a moment", "by a server that does not hang up"],
)  # fmt: skip
def test_a_file_comes_in_any_of_the_ways_of_http(publisher, get, folder, steps):
    publisher.answers["/file"] = steps
    started = time.monotonic()

    assert get("/file").size == len(FIGURES)
    assert (folder / "figures.csv").read_bytes() == FIGURES
    assert time.monotonic() - started < 2.5


def test_only_what_is_needed_is_told_to_the_publisher(publisher, get, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    get("/good")

    [(path, headers)] = publisher.asked
    assert path == "/good"
    assert headers == {
        "Host": "data.example",
        "User-Agent": "csp-portal",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def test_spaces_brackets_and_letters_of_an_address_are_sent_as_they_must_be(publisher, get):
    sent = "/MPS%20Crime%20(caf%C3%A9).csv?part=1%202"
    publisher.answers[sent] = whole(FIGURES)
    publisher.answers["/moved"] = [
        b"HTTP/1.1 302 Found\r\nLocation: /MPS Crime (caf\xc3\xa9).csv?part=1 2#top\r\n\r\n"
    ]

    assert get("/MPS Crime (café).csv?part=1%202").size == len(FIGURES)
    assert get("/moved").size == len(FIGURES)


def test_a_redirect_to_a_listed_address_is_followed_and_its_end_is_told(publisher, get):
    publisher.answers["/first"] = redirect("https://data.example/second")
    publisher.answers["/second"] = redirect("/third")
    publisher.answers["/third"] = redirect("good")

    assert get("/first").url == "https://data.example/good"


def test_a_large_file_is_never_whole_in_memory(publisher, get, folder):
    block = os.urandom(1 << 16)
    publisher.answers["/large"] = lambda: chain([head(length=320 << 16)], repeat(block, 320))
    tracemalloc.start()
    try:
        assert get("/large", seconds=20).size == 20 << 20
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert (folder / "figures.csv").stat().st_size == 20 << 20


def test_progress_is_told_now_and_then(publisher, get, monkeypatch):
    monkeypatch.setattr(downloads, "TELL_EVERY", 0.2)
    publisher.answers["/slow"] = [head(length=4), b"a", 0.25, b"b", b"c", 0.01, b"d"]
    told: list[int] = []

    get("/slow", on_progress=told.append)

    assert told in ([2], [3])


# --- the same file again ---------------------------------------------------------------------


def test_the_publisher_can_say_that_nothing_changed(publisher, get, folder):
    publisher.answers["/file"] = [head("304 Not Modified", ETag='"v1"')]
    when = "Fri, 06 Nov 2026 09:30:00 GMT"

    fetched = get("/file", etag='"v1"', modified=when)

    assert fetched == Fetched("https://data.example/file", etag='"v1"', last_modified=when, unchanged=True)
    assert list(folder.iterdir()) == []
    [(_, headers)] = publisher.asked
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"v1"', when)


def test_an_unchanged_file_that_was_never_had_is_none(publisher, refused):
    publisher.answers["/file"] = [head("304 Not Modified")]

    refused("/file", "data.example answered 304 where a file was asked for")


def test_the_same_file_again_is_told_by_its_sum(get):
    assert get("/good").sha256 == get("/good", etag='"old"').sha256


@pytest.mark.parametrize("etag", ['"' + "x" * 300 + '"', '"\xe9"', '"a\r\n b"'])
def test_a_mark_that_could_not_be_sent_back_is_not_kept(publisher, get, etag):
    answer = f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: 1\r\n\r\nx"
    publisher.answers["/file"] = [answer.encode()]

    assert get("/file").etag == ""


def test_a_file_held_already_outlives_a_failure(publisher, get, refused, folder):
    get("/good")
    publisher.answers["/good"] = [head(length=50), b"half"]

    refused("/good", "cut the download short")

    assert (folder / "figures.csv").read_bytes() == FIGURES


# --- faults ----------------------------------------------------------------------------------

BOMB = gzip.compress(bytes(1 << 20))
FAULTS = {
    "cut off in a row": ([head(length=40), b"borough,202401\r\nBexl"], "short: 20 of 40 bytes"),
    "cut off between rows": ([head(length=40), b"borough,202401\r\n"], "short: 16 of 40 bytes"),
    "length too long": ([head(length=len(FIGURES) + 1) + FIGURES], "short: 27 of 28 bytes"),
    "length too short": ([head(length=7, Connection="close") + FIGURES], "sent more than the 7 bytes"),
    "more after a moment": ([head(length=7, Connection="close") + FIGURES[:7], 0.1, b"8"], "sent more than"),
    "two lengths": ([head(length=7, content_length="8") + b"figures"], "states a length"),
    "no number for a length": ([head(Content_Length="-7") + b"figures"], "states a length"),
    "chunked without an end": ([head(Transfer_Encoding="chunked"), chunk(FIGURES)], "cut the download short"),
    "cut in a chunk": ([head(Transfer_Encoding="chunked"), b"99\r\nborough"], "cut the download short"),
    "nonsense for a chunk": ([head(Transfer_Encoding="chunked"), b"zz\r\nborough"], "cut the download short"),
    "cut with no length": ([head() + FIGURES], "does not show whether all 27 bytes had come"),
    "a page": (whole(b"<p>Sorry", Content_Type="text/html; charset=utf-8"), "a web page in place"),
    "a page in disguise": (
        whole(b"\xef\xbb\xbf\n<!DOCTYPE HTML><title>Sorry", Content_Type="text/csv"),
        "a web page in place of the file",
    ),
    "204": ([head("204 No Content")], "answered 204 where a file was asked for"),
    "206": (whole(b"part", "206 Partial Content"), "answered 206 where a file was asked for"),
    "401": (whole(b"", "401 Unauthorized"), "answered 401 where a file was asked for"),
    "403": (whole(b"", "403 Forbidden"), r"does not give us this file \(answer 403\).*uploaded by hand"),
    "404": (whole(b"", "404 Not Found"), "no file at this address.*moved or renamed.*uploaded by hand"),
    "410": (whole(b"", "410 Gone"), "has taken this file down.*uploaded by hand"),
    "500": (whole(b"", "500 Internal Server Error"), "a fault of its own.*try again later"),
    "packed": (whole(BOMB, Content_Encoding="gzip"), r"sent the file packed \(gzip\)"),
    "packed twice": (whole(b"x", Content_Encoding="identity, br"), r"packed \(identity, br\)"),
    "packed for the way": ([head(Transfer_Encoding="gzip") + BOMB], r"in a form we do not read \(gzip\)"),
    "declared too large": ([head(length=10**12), 3.0], "The file is larger than 2,000 bytes"),
    "endless": (lambda: chain([head()], repeat(b"x" * 500)), "The file is larger than 2,000 bytes"),
    "endless in chunks": (
        lambda: chain([head(Transfer_Encoding="chunked")], repeat(chunk(b"x" * 500))),
        "The file is larger than 2,000 bytes",
    ),
    "endless headers": (lambda: chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"A: b\r\n")), "could not be reached"),
    "a header without an end": (lambda: chain([b"HTTP/1.1 200 OK\r\nA: "], repeat(b"b" * 500)), "could not"),
    "nothing at all": ([], "could not be reached, or broke off"),
    "another language": ([b"220 \x1b[31mhello\r\n\r\n"], r"could not be reached, or broke off \([ -~]*\)"),
    "empty": (whole(b""), "sent an empty file"),
    "empty in chunks": ([head(Transfer_Encoding="chunked"), b"0\r\n\r\n"], "sent an empty file"),
    "to http": (redirect("http://data.example/good"), "http://data.example is not on the list"),
    "to another host": (redirect("//elsewhere.example/"), "https://elsewhere.example is not on the list"),
    "to loopback": (redirect("https://127.0.0.1/good"), "https://127.0.0.1 is not on the list"),
    "to IPv6 loopback": (redirect("https://[::1]/good"), "is not an address"),
    "to the cloud's own": (redirect("https://169.254.169.254/latest"), "169.254.169.254 is not on the list"),
    "to a file": (redirect("file:///etc/passwd"), "file:// is not on the list"),
    "to an odd port": (redirect("https://data.example:22/"), "https://data.example:22 is not on the list"),
    "to port 0": (redirect("https://data.example:0/"), "https://data.example:0 is not on the list"),
    "to no port": (redirect("https://data.example:99999/"), "is not an address"),
    "with a name": (redirect("https://name@data.example/good"), "is not on the list"),
    "with a password": (redirect("https://a:s3cret@data.example/good"), r"^(?!.*s3cret).*is not on the list"),
    "with a false name": (redirect("https://data.example@127.0.0.1/"), "is not on the list"),
    "half an address": (redirect("https://[data.example/"), "is not on the list|is not an address"),
    "to nowhere": ([head("302 Found", 0)], "sends us on, but not where to"),
    "in a circle": (redirect("/fault"), "sends us on and on: more than 3 redirects"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_of_what_goes_wrong_nothing_stays_but_words(publisher, refused, get, fault):
    publisher.answers["/fault"], message = FAULTS[fault]

    refused("/fault", message, most=2_000)

    assert get("/good").size == len(FIGURES)  # the next one is good


def test_the_redirects_that_were_followed_are_counted(publisher, refused):
    publisher.answers["/fault"] = redirect("/fault")

    refused("/fault", "more than 3 redirects")

    assert len(publisher.asked) == 4


@pytest.mark.parametrize(
    ("said", "seconds", "words"),
    [
        ("120", 120, "wait for 2 minutes"),
        ("0", 0, "wait for 0 seconds"),
        ("7000", 7000, "wait for 117 minutes"),
        ("99999999999999999999", LONGEST_WAIT, "wait for 24 hours"),
        ("Fri, 06 Nov 2015 09:30:00 GMT", 0, "wait for 0 seconds"),
        ("Fri, 06 Nov 9015 09:30:00 -0000", LONGEST_WAIT, "wait for 24 hours"),
        ("soon", None, r"\d\)\.( Nothing is wrong here: try again later\.)?$"),
        ("-5", None, "answer"),
        ("", None, "answer"),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_publisher_who_asks_to_be_left_alone_is_passed_on(publisher, refused, status, said, seconds, words):
    publisher.answers["/busy"] = whole(b"", status, Retry_After=said)

    assert refused("/busy", words).retry_after == seconds


def test_a_wait_until_a_time_is_turned_into_seconds(publisher, refused):
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    publisher.answers["/busy"] = whole(b"", "503 Service Unavailable", Retry_After=until)

    wait = refused("/busy", "wait for 10 minutes").retry_after

    assert 590 <= wait <= 600


DAWDLERS = {
    "a slow body": lambda: chain([head(length=100)], *repeat([b"x", 0.1], 100)),
    "slow headers": lambda: chain([b"HTTP/1.1 200 OK\r\nX: "], *repeat([b"x", 0.1], 100)),
    "slow chunks": lambda: chain([head(Transfer_Encoding="chunked")], *repeat([chunk(b"x"), 0.1], 100)),
    "a promise of more": lambda: chain(*repeat([head("100 Continue"), 0.1], 100)),
    "silence": [3.0],
    "silence in the middle": [head(length=100), b"x", 3.0],
}


@pytest.mark.parametrize("dawdler", DAWDLERS)
def test_a_server_that_dawdles_is_left_in_time(publisher, refused, dawdler):
    publisher.answers["/slow"] = DAWDLERS[dawdler]
    started = time.monotonic()

    refused("/slow", "too slow.*did not come whole in the time allowed", seconds=0.5)

    assert time.monotonic() - started < 2


def test_the_time_is_for_all_redirects_together(publisher, refused):
    publisher.answers["/slow"] = [0.3, *redirect("/slow")]
    started = time.monotonic()

    refused("/slow", "too slow", seconds=0.5)

    assert time.monotonic() - started < 2


def test_a_server_that_never_ends_its_handshake_is_left_in_time(internet, refused):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        internet.ways[PUBLIC] = deaf.getsockname()[1]
        started = time.monotonic()

        refused("/good", "too slow", seconds=0.3)

        assert time.monotonic() - started < 2


def test_a_certificate_for_another_name_is_refused(internet, refused):
    internet.names["files.example"] = [[PUBLIC]]

    refused("https://files.example/good", "could not prove that it is files.example.*mismatch")


def test_a_certificate_that_nobody_vouches_for_is_refused(internet, refused, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    refused("/good", "could not prove that it is data.example.*self-signed")


@pytest.mark.parametrize(
    "url",
    [
        "http://data.example/good",
        "https://elsewhere.example/",
        "https://data.example:444/good",
        "https://data.example./good",
        "https://data.example.evil.example/",
        "https://name:word@data.example/good",
        "https://@data.example/good",
        "ftp://data.example/",
        "data.example://good",
        "https:///good",
    ],
)
def test_an_address_that_is_not_on_the_list_is_not_even_looked_up(internet, refused, url):
    refused(url, "is not on the list")

    assert internet.looked_up == []


def test_an_odd_port_must_stand_on_the_list(internet, get, refused):
    with pytest.raises(DownloadFailed, match=r"elsewhere\.example could not be reached"):
        get("https://elsewhere.example:8443/")
    assert internet.looked_up == ["elsewhere.example"]
    refused("https://elsewhere.example/", "is not on the list")


def test_names_on_the_list_have_no_capitals_to_keep(internet, folder):
    url = "https://DATA.example/good"

    assert fetch_to(url, folder / "file", hosts=["Data.Example"], seconds=5).size == len(FIGURES)


def test_a_full_disk_is_said_and_leaves_nothing(get, refused, folder, monkeypatch):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")

    def full(dir, **given):
        part = Path(dir) / ".part"
        part.touch()
        return os.open("/dev/full", os.O_WRONLY), str(part)

    monkeypatch.setattr(tempfile, "mkstemp", full)

    refused("/good", r"could not be kept on this server \(No space left on device\)")


def test_a_folder_that_is_not_there_is_said(internet, tmp_path):
    with pytest.raises(DownloadFailed, match=r"could not be kept on this server \(No such file"):
        fetch_to("https://data.example/good", tmp_path / "none" / "file", hosts=HOSTS, seconds=5)


def test_a_worker_that_is_stopped_leaves_nothing(get, folder, monkeypatch):
    monkeypatch.setattr(downloads, "TELL_EVERY", 0.0)

    def stop(size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get("/good", on_progress=stop)
    assert list(folder.iterdir()) == []


PIECES = st.sampled_from([
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 Found\r\n", b"HTTP/1.0 503 x\r\n", b"HTTP/1.1 304 x\r\n",
    b"HTTP/1.1 100 x\r\n", b"Content-Length: 7\r\n", b"Content-Length: 9\r\n", b"Content-Length: ",
    b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"Location: https://data.example/",
    b"Location: //", b"Retry-After: ", b"Retry-After: Fri, 06 Nov 2026 ", b"ETag: ",
    b"Content-Type: text/csv\r\n",
    b"\r\n", b"7\r\nfigures\r\n", b"-7\r\n", b"0\r\n\r\n", b"figures", b"\x00", b"\xff\xfe",
])  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES | st.binary(max_size=9), max_size=14).map(b"".join))
def test_whatever_is_answered_a_file_is_there_exactly_when_it_was_fetched(tmp_path, answer):
    def connect(host: str, port: int, seconds: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(answer)
        return ours

    path = tmp_path / "file"
    path.unlink(missing_ok=True)
    try:
        fetched = fetch_to("https://data.example/", path, hosts=HOSTS, seconds=2, connect=connect)
    except DownloadFailed:
        assert list(tmp_path.iterdir()) == []
    else:
        content = path.read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (fetched.size, fetched.sha256)
        assert list(tmp_path.iterdir()) == [path]


# --- where a name leads ----------------------------------------------------------------------

INSIDE = [
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1",
    "::", "::1", "fe80::1", "fe80::1%2", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.8", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::10.0.0.8", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:5ef5:79fb::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_asked(internet, refused, address):
    internet.names["data.example"] = [[PUBLIC, address]]

    refused("/good", "leads to an address that is not public.*was not asked")

    assert internet.dialled == []


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"],
)
def test_a_public_address_is_public(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_as_the_one_it_hides(ip):
    number = int(ip)
    hiding = [f"::ffff:{ip}", f"64:ff9b::{ip}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"]

    assert {is_public(address) for address in hiding} == {is_public(str(ip))}
    assert not is_public(str(ip)) or ip.is_global


def test_a_name_that_changes_between_check_and_use_is_not_asked_twice(internet, get):
    internet.names["data.example"] = [[PUBLIC], ["127.0.0.1"]]

    get("/good")

    assert (internet.looked_up, internet.dialled) == (["data.example"], [PUBLIC])


def test_a_name_that_changes_between_two_redirects_is_checked_again(internet, publisher, refused):
    internet.names["data.example"] = [[PUBLIC], ["169.254.169.254"]]
    publisher.answers["/moved"] = redirect("/good")

    refused("/moved", r"not public \(169.254.169.254\)")

    assert internet.dialled == [PUBLIC]


def test_the_next_checked_address_is_tried_when_one_fails(internet, get):
    internet.names["data.example"] = [["2606:2800:220:1::1", "93.184.215.15", PUBLIC]]

    get("/good")

    assert internet.dialled == ["2606:2800:220:1::1", "93.184.215.15", PUBLIC]


def test_an_address_that_does_not_answer_leaves_time_for_the_next(internet, get):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        internet.ways["93.184.215.15"] = deaf.getsockname()[1]
        internet.names["data.example"] = [["93.184.215.15", PUBLIC]]

        assert get("/good", seconds=1).size == len(FIGURES)


def test_no_address_that_answers_fails_in_words(internet, refused):
    internet.names["data.example"] = [["93.184.215.15"]]

    refused("/good", r"data.example could not be reached, or broke off \(Connection refused\)")


def test_a_name_that_is_not_known_fails_in_words(internet, refused):
    internet.names.clear()

    refused("/good", r"data.example could not be reached.*Name or service not known")


def test_a_name_server_that_does_not_answer_is_left_in_time(refused, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **how: time.sleep(2))
    started = time.monotonic()

    refused("/good", "too slow", seconds=0.2)

    assert time.monotonic() - started < 2


# --- the publisher's list --------------------------------------------------------------------

WANTED = r"borough level crime.*\.csv$"
RECENT = "/download/MPS%20Borough%20Level%20Crime%20(most%20recent%2024%20months).csv"
HISTORICAL = "/download/MPS_Borough_Level_Crime_(Historical).csv"


def entry(path: str, **more) -> dict:
    return {"title": "", "url": f"https://data.example{path}"} | more


WARD = entry("/download/ward.csv", title="MPS Ward Level Crime (most recent 24 months)")


def listing(entries: list) -> list:
    return whole(json.dumps({"resources": entries}).encode(), Content_Type="application/json")


@pytest.fixture
def listed(internet, publisher) -> Callable[[list], list[Listed]]:
    def listed(entries: list) -> list[Listed]:
        publisher.answers["/list"] = listing(entries)
        return files_in_list("https://data.example/list", WANTED, hosts=HOSTS, seconds=5)

    return listed


def names(files: list[Listed]) -> list[str]:
    return [file.name for file in files]


@pytest.mark.parametrize("as_a", [list, lambda entries: dict(enumerate(entries))])
def test_the_wanted_files_are_found_with_their_names(listed, as_a):
    assert listed(as_a([WARD, entry(RECENT), entry(HISTORICAL, check_timestamp="2026-11-06T09:30")])) == [
        Listed(
            "MPS Borough Level Crime (most recent 24 months).csv",
            "https://data.example/download/MPS%20Borough%20Level%20Crime%20(most%20recent%2024%20months).csv",
        ),
        Listed(
            "MPS_Borough_Level_Crime_(Historical).csv",
            "https://data.example/download/MPS_Borough_Level_Crime_(Historical).csv",
            "2026-11-06T09:30",
        ),
    ]


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ({"title": "MPS Borough Level Crime", "url": "https://data.example/x1.csv"}, "x1.csv"),
        ({"title": "Borough Level Crime.csv", "url": "https://data.example/x1"}, "Borough Level Crime.csv"),
        ({"name": "mps_borough_level_crime.csv", "url": "/x1.CSV?v=2"}, "x1.CSV"),
        ({"name": "Borough level crime, .csv", "url": "/x1"}, "Borough level crime, .csv"),
        ({"url": "../../Borough level crime%2F..%2F..%2Fcron.csv"}, "Borough level crime .. .. cron.csv"),
        ({"title": "Borough level crime.csv", "url": "https://data.example/%2e%2e"}, "file"),
        ({"title": "Borough level crime.csv", "url": "https://data.example/.hidden%0a.csv"}, "hidden .csv"),
        ({"url": f"/borough%20level%20crime{'%C3%A9' * 300}.csv"}, "é" * 98 + ".csv"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_title_or_address_and_its_name_stays_in_its_folder(listed, found, name):
    assert names(listed([WARD, found])) == [name]


def test_of_several_files_with_one_name_the_one_changed_last_is_taken(listed):
    old, new = entry("/1/Borough level crime.csv"), entry("/2/borough level CRIME.csv")
    old["check_timestamp"], new["check_timestamp"] = "2026-10-06T09:30:00Z", "2026-11-06T09:30:00Z"

    for entries in ([old, new], [new, old], [new, new]):
        [file] = listed(entries)
        assert file.url.startswith("https://data.example/2/")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (whole(b"<html>We are sorry</html>"), "a web page in place of the file"),
        (whole(b"sorry"), "list of files has changed its form.*upload them by hand"),
        (whole(b"[1]"), "has changed its form"),
        (whole(b"[" * 100_000), "has changed its form"),
        (whole(b'{"resources": 7}'), "has changed its form"),
        (whole(b'{"resources": ["file"]}'), "has changed its form"),
        (listing([{"title": "Borough level crime.csv"}]), "has changed its form"),
        (listing([{"title": "Borough level crime.csv", "url": None}]), "has changed its form"),
        (listing([{"title": "Borough level crime.csv", "url": "https://[x"}]), "has changed its form"),
        (listing([]), "names no file of this kind.*may have been renamed"),
        (listing([WARD]), "names no file of this kind"),
        (listing([entry(f"/{n}-borough-level crime{n}.csv") for n in range(21)]), "names no file"),
        (listing([entry(f"/borough level crime {n}.csv") for n in range(21)]), "names 21 files of this kind"),
        (whole(b" " * (2 << 20) + b" "), "larger than 2 MB"),
        (whole(b"", "404 Not Found"), "no file at this address"),
    ],
)
def test_a_list_that_is_none_fails_in_words(internet, publisher, answer, message):
    publisher.answers["/list"] = answer

    with pytest.raises(DownloadFailed, match=message):
        files_in_list("https://data.example/list", WANTED, hosts=HOSTS, seconds=5)


def test_what_the_list_names_is_fetched_into_a_folder(internet, publisher, folder):
    publisher.answers["/list"] = listing([WARD, entry(RECENT), entry(HISTORICAL)])
    publisher.answers |= {RECENT: whole(b"recent"), HISTORICAL: whole(b"historical")}

    paths = fetch_listed("https://data.example/list", WANTED, folder, hosts=HOSTS, seconds=5)

    assert [(path.name, path.read_bytes()) for path in paths] == [
        ("MPS Borough Level Crime (most recent 24 months).csv", b"recent"),
        ("MPS_Borough_Level_Crime_(Historical).csv", b"historical"),
    ]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (whole(b"", "404 Not Found"), "no file at this address"),
        ([3.0], "too slow"),
    ],
)
def test_of_a_publication_in_two_files_nothing_stays_when_one_fails(
    internet, publisher, folder, second, message
):
    publisher.answers["/list"] = listing([entry(RECENT), entry(HISTORICAL)])
    publisher.answers |= {RECENT: whole(b"recent"), HISTORICAL: second}
    started = time.monotonic()

    with pytest.raises(DownloadFailed, match=message):
        fetch_listed("https://data.example/list", WANTED, folder, hosts=HOSTS, seconds=0.7)

    assert list(folder.iterdir()) == []
    assert time.monotonic() - started < 2


def test_the_list_may_not_lead_elsewhere(internet, publisher, folder):
    publisher.answers["/list"] = listing([entry("", url="https://169.254.169.254/borough level crime.csv")])

    with pytest.raises(DownloadFailed, match=r"169.254.169.254 is not on the list"):
        fetch_listed("https://data.example/list", WANTED, folder, hosts=HOSTS, seconds=5)
