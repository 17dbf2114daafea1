"""Asks a server again and again, and reads what that cost it."""

import math
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psutil


@dataclass(frozen=True, slots=True)
class Page:
    """An address on this machine, and the process whose children answer there."""

    port: int
    path: str
    server: int
    cookie: str = ""

    def request(self, encoding: str = "identity") -> bytes:
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Accept-Encoding: {encoding}",
            "Connection: close",
            *([f"Cookie: sessionid={self.cookie}"] if self.cookie else []),
        ]
        return "\r\n".join([*lines, "", ""]).encode()


@dataclass(frozen=True, slots=True)
class Load:
    """One turn: milliseconds of processor time a request, requests a second, milliseconds to the answer."""

    cpu: float
    rate: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(page: Page, encoding: str = "identity") -> Answer:
    """One request over a connection of its own."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=60) as to:
        to.sendall(page.request(encoding))
        parts = []
        while part := to.recv(1 << 18):
            parts.append(part)
    return parsed(b"".join(parts))


def parsed(raw: bytes) -> Answer:
    """Status, headers (names in small letters) and body of a whole HTTP/1.1 response."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(_chunks(body))
    return Answer(int(first.split(" ")[1]), headers, body)


def _chunks(body: bytes) -> list[bytes]:
    found = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        found.append(rest[:length])
        body = rest[length + 2 :] if length else b""
    return found


def drive(page: Page, *, seconds: float, clients: int = 4) -> Load:
    """Keep so many clients asking for so long. Anything but a 200 ends the measuring."""
    took: list[float] = []
    wrong: list[int] = []
    before = processor_seconds(page.server)
    started = time.perf_counter()

    def client() -> None:
        while not wrong and time.perf_counter() - started < seconds:
            asked = time.perf_counter()
            answer = ask(page)
            took.append(time.perf_counter() - asked)
            if answer.status != 200:
                wrong.append(answer.status)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong or not took:
        raise SystemExit(f"{page.path}: {wrong[0] if wrong else 'no answer'}")
    elapsed = time.perf_counter() - started
    cpu = processor_seconds(page.server) - before
    ms = [1000 * second for second in took]
    return Load(1000 * cpu / len(took), len(took) / elapsed, median(ms), percentile(ms, 99))


def processor_seconds(server: int) -> float:
    """Processor time so far of the process and its children, the system's part included."""
    process = psutil.Process(server)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that at least so many percent of them do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def ratios(loads: Sequence[Load], to: Sequence[Load], what: str) -> list[float]:
    """`what` ("cpu", "rate") of each round, divided by that of the other page in the same round."""
    return [getattr(one, what) / getattr(other, what) for one, other in zip(loads, to, strict=True)]
