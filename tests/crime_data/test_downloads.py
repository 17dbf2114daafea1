"""Fetching from a real server with a certificate of its own."""

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crime_data import downloads
from crime_data.downloads import DownloadFailed, borough_files, fetch

pytestmark = pytest.mark.once
HOSTS = ["data.example"]
RECENT = "/download/MPS%20Borough%20Level%20Crime%20(most%20recent%2024%20months).csv"
HISTORICAL = "/download/MPS_Borough_Level_Crime_(Historical).csv"


class Publisher(BaseHTTPRequestHandler):
    """Answers by path; what is not known is 404."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        path = self.path.split("?")[0]
        if path[1:].isdigit():
            return self.answer(int(path[1:]), b"")
        if path.startswith("/to/"):
            return self.answer(302, b"", Location=bytes.fromhex(path[4:]).decode())
        said = {
            "/good": b"figures",
            "/page": b"<html>We are sorry</html>",
            "/list": listing([RECENT, HISTORICAL]),
            "/empty-list": listing([]),
            "/wrong-list": b'{"resources": ["file"]}',
            RECENT: b"recent",
            HISTORICAL: b"historical",
        }
        if path in said:
            return self.answer(200, said[path])
        if path == "/short":
            return self.answer(200, b"figu", **{"Content-Length": "7"})
        if path == "/large":
            return self.answer(200, b"x" * 3_000)
        if path == "/undeclared":
            return self.answer(200, b"x" * 3_000, **{"Content-Length": ""})
        if path == "/slow":
            self.answer(200, b"", **{"Content-Length": "1000"})
            for _ in range(40):
                time.sleep(0.05)
                self.wfile.write(b"x")
            return None
        if path == "/silent":
            time.sleep(1)
            return None
        if path == "/nonsense":
            self.wfile.write(b"hello\r\n\r\n")
            return None
        return self.answer(404, b"not found")

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args) -> None:
        pass


def listing(paths: list[str]) -> bytes:
    other = {"title": "MPS Ward Level Crime (most recent 24 months)", "url": "https://data.example/ward.csv"}
    files = [other, *({"title": "", "url": f"https://data.example{path}"} for path in paths)]
    return json.dumps({"resources": {str(at): file for at, file in enumerate(files)}}).encode()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args) -> None:
        pass  # clients that hang up are what is tested


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    made = folder / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=data.example"
    command += " -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    made.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return made


@pytest.fixture(scope="module")
def port(certificate) -> Iterator[int]:
    server = Server(("127.0.0.1", 0), Publisher)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def get(port, certificate):
    """Fetch a path of the local publisher, which stands for data.example."""
    context = ssl.create_default_context(cafile=certificate)

    def connect(host: str, asked_port: int, timeout: float) -> HTTPSConnection:
        assert (host, asked_port) == ("data.example", 443)
        return HTTPSConnection("127.0.0.1", port, timeout=timeout, context=context)

    def get(path: str, *, seconds: float = 10, function=fetch):
        return function(f"https://data.example{path}", hosts=HOSTS, seconds=seconds, connect=connect)

    return get


def redirect(to: str) -> str:
    return f"/to/{to.encode().hex()}"


# --- what comes ------------------------------------------------------------------------------


def test_a_file_comes_whole(get):
    assert get("/good") == b"figures"


def test_the_address_keeps_its_question(get):
    assert get("/good?version=2") == b"figures"


def test_a_redirect_to_a_listed_address_is_followed(get):
    assert get(redirect("https://data.example/good")) == b"figures"
    assert get(redirect("/good")) == b"figures"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/short", "cut short: 4 of 7 bytes came"),
        ("/404", "data.example answered 404"),
        ("/403", "data.example answered 403"),
        ("/429", "data.example answered 429"),
        ("/500", "data.example answered 500"),
        ("/503", "data.example answered 503"),
        ("/204", "data.example answered 204"),
        ("/nonsense", "data.example could not be reached"),
        (redirect("https://elsewhere.example/"), "https://elsewhere.example is not on the list"),
        (redirect("http://data.example/good"), "http://data.example is not on the list"),
        (redirect("https://169.254.169.254/latest"), "https://169.254.169.254 is not on the list"),
        (redirect("https://data.example@127.0.0.1/"), "is not on the list"),
        (redirect("https://name@data.example/good"), "is not on the list"),
        (redirect("file:///etc/passwd"), "is not on the list"),
        (redirect("https://data.example:99999/"), "is not an address|could not be reached"),
        (redirect("https://[data.example/"), "is not an address|could not be reached"),
        (redirect(redirect(redirect(redirect(redirect("/good"))))), "More than 3 redirects"),
    ],
)
def test_what_does_not_come_whole_from_the_listed_address_fails_in_words(get, path, message):
    with pytest.raises(DownloadFailed, match=message):
        get(path)


@pytest.mark.parametrize("path", ["/large", "/undeclared"])
def test_a_file_larger_than_allowed_is_refused(get, monkeypatch, path):
    monkeypatch.setattr(downloads, "MAX_BYTES", 2_000)

    with pytest.raises(DownloadFailed, match="The file is larger than"):
        get(path)


@pytest.mark.parametrize("path", ["/slow", "/silent"])
def test_a_server_that_dawdles_is_left_in_time(get, path):
    started = time.monotonic()

    with pytest.raises(DownloadFailed, match=r"took longer|could not be reached"):
        get(path, seconds=0.3)

    assert time.monotonic() - started < 0.9


@pytest.mark.parametrize(
    "url",
    ["http://data.example/good", "https://elsewhere.example/", "ftp://data.example/", "data.example", ""],
)
def test_an_address_that_is_not_on_the_list_is_not_asked(url):
    with pytest.raises(DownloadFailed, match="is not on the list"):
        fetch(url, hosts=HOSTS, seconds=1)


def test_a_certificate_for_another_name_is_refused(port, certificate):
    context = ssl.create_default_context(cafile=certificate)

    def connect(host: str, asked_port: int, timeout: float) -> HTTPSConnection:
        return HTTPSConnection("localhost", port, timeout=timeout, context=context)

    with pytest.raises(DownloadFailed, match=r"could not be reached \(.*certificate"):
        fetch("https://data.example/good", hosts=HOSTS, seconds=5, connect=connect)


# --- the publisher's list --------------------------------------------------------------------


def test_the_borough_files_of_the_list_come_with_their_names(get):
    assert get("/list", function=borough_files) == [
        ("MPS Borough Level Crime (most recent 24 months).csv", b"recent"),
        ("MPS_Borough_Level_Crime_(Historical).csv", b"historical"),
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/page", "list of files has changed its form"),
        ("/wrong-list", "list of files has changed its form"),
        ("/empty-list", "names no borough file"),
        ("/404", "answered 404"),
    ],
)
def test_a_list_that_is_none_fails_in_words(get, path, message):
    with pytest.raises(DownloadFailed, match=message):
        get(path, function=borough_files)


# --- where a name leads ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
    ],
)
def test_a_name_that_leads_inside_is_refused(monkeypatch, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))
    inside = (family, socket.SOCK_STREAM, 6, "", (address, 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **given: [public, inside])
    monkeypatch.setattr(
        socket, "create_connection", lambda *args, **given: pytest.fail("it was connected to")
    )

    with pytest.raises(DownloadFailed, match="an address that is not public"):
        fetch("https://data.example/good", hosts=HOSTS, seconds=1)


def test_the_checked_address_is_the_one_connected_to(monkeypatch):
    asked = []
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **given: asked.append("looked up") or [public])

    def refuse(address, timeout):
        asked.append(address)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "create_connection", refuse)

    with pytest.raises(DownloadFailed, match="could not be reached"):
        fetch("https://data.example/good", hosts=HOSTS, seconds=1)
    assert asked == ["looked up", ("93.184.215.14", 443)]


def test_a_name_that_is_not_known_fails_in_words(monkeypatch):
    def unknown(*args, **given):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(DownloadFailed, match=r"data.example could not be reached"):
        fetch("https://data.example/good", hosts=HOSTS, seconds=1)
