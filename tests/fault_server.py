"""A publisher on this machine that can do everything wrong, and an internet in which it is the only one."""

import socket
import socketserver
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.client import parse_headers
from pathlib import Path
from threading import Thread

PUBLIC = "93.184.215.14"
GOODBYE = None  # ends a connection as TLS wants it; without it the connection is cut
Step = bytes | float | None  # to send, to wait, to say goodbye


def head(status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """A status line and headers. In their names _ stands for -."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    lines += [f"Content-Length: {length}"] if length is not None else []
    return "\r\n".join([*lines, "", ""]).encode()


def whole(body: bytes, status: str = "200 OK", **headers: str) -> list[Step]:
    return [head(status, len(body), **headers) + body]


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def redirect(to: str) -> list[Step]:
    return whole(b"", "302 Found", Location=to)


class Publisher(socketserver.ThreadingTCPServer):
    """Answers a path with the steps in `answers`; `asked` are the paths and headers that came."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.port: int = self.server_address[1]
        self.answers: dict[str, Iterable[Step] | Callable[[], Iterable[Step]]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)

    def get_request(self) -> tuple[socket.socket, object]:
        plain, address = super().get_request()
        # The handshake waits for the thread of this connection.
        return self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are what is tested


class _Answer(socketserver.StreamRequestHandler):
    server: Publisher

    def handle(self) -> None:
        path = self.rfile.readline().decode().split()[1]
        self.server.asked.append((path, dict(parse_headers(self.rfile))))
        steps = self.server.answers.get(path, whole(b"not here", "404 Not Found"))
        for step in steps() if callable(steps) else steps:
            if isinstance(step, bytes):
                self.wfile.write(step)
            elif step is GOODBYE:
                with suppress(OSError):
                    self.connection.unwrap()
            else:
                time.sleep(step)


def make_certificate(folder: Path, name: str) -> Path:
    """A certificate for this name that vouches for itself, with its key."""
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN={name}"
    command += f" -addext subjectAltName=DNS:{name} -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


@contextmanager
def running(certificate: Path) -> Iterator[Publisher]:
    with Publisher(certificate) as publisher:
        thread = Thread(target=publisher.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield publisher
        finally:
            publisher.shutdown()
            thread.join()


class Internet:
    """Stands for name servers and the way to every address.

    `names` are what each name leads to, in the order of questions, the last for all that follow. `ways` are
    the ports of this machine that stand for addresses. Whatever else is dialled refuses.
    """

    def __init__(self, monkeypatch, publisher: Publisher, certificate: Path) -> None:
        self.names: dict[str, list[list[str]]] = {"data.example": [[PUBLIC]]}
        self.ways: dict[str, int] = {PUBLIC: publisher.port}
        self.looked_up: list[str] = []
        self.dialled: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)
        monkeypatch.setattr(socket, "create_connection", self.dial)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def look_up(self, host: str, port: int, **given: object) -> list[tuple]:
        self.looked_up.append(host)
        answers = self.names.get(host)
        if not answers:
            raise socket.gaierror("Name or service not known")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kinds[":" in address], socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def dial(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.dialled.append(address[0])
        if address[0] not in self.ways:
            raise ConnectionRefusedError("Connection refused")
        dialled = socket.socket()
        dialled.settimeout(timeout)
        dialled.connect(("127.0.0.1", self.ways[address[0]]))
        return dialled
