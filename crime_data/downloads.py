"""Fetching publishers' files: by https only, from hosts on an allow-list, at public addresses, bounded in
size and time.

A file comes whole or not at all. What can go wrong is said in words for an officer, who can always upload the
file by hand instead.
"""

import hashlib
import io
import json
import re
import socket
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from ssl import SSLCertVerificationError, SSLEOFError
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from crime_data.addresses import Deadline, NotPublic, open_line

MOST = 512 * 1024 * 1024
MOST_OF_A_LIST = 2 * 1024 * 1024
MOST_FILES = 20
MAX_REDIRECTS = 3
LONGEST_WAIT = 24 * 60 * 60
BLOCK = 1 << 16
TELL_EVERY = 1.0  # seconds
SAFE = "/?:@!$&'()*+,;=~%"  # in the path and question of an address

Connect = Callable[[str, int, float], socket.socket]
Progress = Callable[[int], None]


class DownloadFailed(Exception):
    """Nothing was fetched; the message says why, and what to do.

    `retry_after` is for how many seconds the publisher asks to be left alone, at most a day.
    """

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. `url` is where it was found in the end, after redirects.

    Give `etag` and `last_modified` with the next question. `unchanged` is the publisher's word that the file
    is still the one of that question: then nothing came, and `size` is 0.
    """

    url: str
    size: int = 0
    sha256: str = ""
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in a publisher's list: a name that is safe to store it under, its address, and when the list
    says it was changed (as printed there, blank when it does not say)."""

    name: str
    url: str
    changed: str = ""


# --- one file --------------------------------------------------------------------------------


def fetch_to(
    url: str,
    path: Path,
    *,
    hosts: Collection[str],
    seconds: float,
    most: int = MOST,
    connect: Connect | None = None,
    etag: str = "",
    modified: str = "",
    on_progress: Progress | None = None,
) -> Fetched:
    """Stream the file at this address to `path`, which is written only when all of it has come.

    `hosts` is the allow-list, also for redirects: names, or "name:port" for another port than 443. `seconds`
    are for everything together, `most` counts bytes. `etag` and `modified` are those of the file that is held
    already. `connect` gives an open connection for a name, a port and the seconds left; tests give their own.
    `on_progress` is told how many bytes have come, about once a second. Raises DownloadFailed, and then
    `path` is as it was.
    """
    deadline = Deadline(seconds)
    held = {"If-None-Match": etag, "If-Modified-Since": modified}
    held = {name: value for name, value in held.items() if value}
    for _ in range(MAX_REDIRECTS + 1):
        place = _checked(url, hosts)
        with _asked(place, held, deadline, connect or open_line) as call:
            onward = _onward(url, call.answer)
            if not onward:
                return _kept(call, url, path, most, on_progress, held)
            url = onward
    raise DownloadFailed(
        f"{place.host} sends us on and on: more than {MAX_REDIRECTS} redirects. Upload the file by hand, and "
        "tell your administrator."
    )


class _Place(NamedTuple):
    host: str
    port: int
    target: str


class _Call(NamedTuple):
    host: str
    answer: HTTPResponse
    line: "_Line"


class _Line(io.RawIOBase):
    """An open connection as http.client wants it. Every read gets the time that is left of the whole, so that
    one byte a second comes to an end too."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline, self._patience = sock, deadline, float("inf")
        self.broken = False  # it ended without the goodbye of TLS, as when somebody cuts it
        self.reader = io.BufferedReader(self, BLOCK)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(min(self._deadline.left(), self._patience))
        try:
            return self._sock.recv_into(buffer)
        except SSLEOFError:
            self.broken = True
            return 0

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.left())
        self._sock.sendall(data)

    def makefile(self, mode: str) -> Any:
        return self.reader

    def says_more(self, patience: float) -> bool:
        """Whether something follows what should have been the end."""
        self._patience = patience
        try:
            return bool(self.reader.read(1))
        except OSError:
            return False


def _checked(url: str, hosts: Collection[str]) -> _Place:
    try:
        parts = urlsplit(url)
        port = 443 if parts.port is None else parts.port
        target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=SAFE)
    except ValueError:
        raise DownloadFailed(f"“{_shown(url)}” is not an address. Tell your administrator.") from None
    host = parts.hostname or ""
    allowed = {entry.lower() if ":" in entry else f"{entry.lower()}:443" for entry in hosts}
    if parts.scheme != "https" or "@" in parts.netloc or f"{host}:{port}" not in allowed:
        shown = _shown(f"{parts.scheme}://{host}" + (f":{port}" if port != 443 else ""))
        raise DownloadFailed(
            f"{shown} is not on the list of download addresses, and nothing was fetched from there. If the "
            "publisher has moved its files, your administrator can add it (DOWNLOAD_HOSTS, https only)."
        )
    return _Place(host, port, target)


def _shown(text: str) -> str:
    """What came from outside, fit to be shown and logged."""
    return re.sub(r"[^ -~]", "?", text[:100])


@contextmanager
def _asked(place: _Place, headers: dict[str, str], deadline: Deadline, connect: Connect) -> Iterator[_Call]:
    with _in_words(place.host):
        sock = connect(place.host, place.port, deadline.left())
    try:
        with _in_words(place.host):
            line = _Line(sock, deadline)
            request = HTTPConnection(place.host, place.port)
            request.sock = line
            host = place.host if place.port == 443 else f"{place.host}:{place.port}"
            always = {"Host": host, "User-Agent": "csp-portal", "Accept-Encoding": "identity"}
            request.request("GET", place.target, headers=always | {"Connection": "close"} | headers)
            answer = HTTPResponse(line, method="GET")  # type: ignore[arg-type]
            answer.begin()
        yield _Call(place.host, answer, line)
    finally:
        sock.close()


@contextmanager
def _in_words(host: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise DownloadFailed(
            f"{host} was too slow: the file did not come whole in the time allowed. Try again later, or "
            "upload the file by hand."
        ) from None
    except NotPublic as problem:
        raise DownloadFailed(
            f"{host} leads to an address that is not public ({problem}), and was not asked. Tell your "
            "administrator: its name may have been tampered with."
        ) from None
    except IncompleteRead:
        raise DownloadFailed(f"{host} cut the download short. Try again later.") from None
    except SSLCertVerificationError as problem:
        raise DownloadFailed(
            f"What answered for {host} could not prove that it is {host} ({problem.verify_message}). Nothing "
            "was taken from it. If this stays so, tell your administrator."
        ) from None
    except (OSError, HTTPException, ValueError) as problem:
        why = str(problem) or type(problem).__name__
        raise DownloadFailed(
            f"{host} could not be reached, or broke off ({_shown(why)}). Try again later; if it stays so, "
            "tell your administrator."
        ) from None


def _onward(url: str, answer: HTTPResponse) -> str:
    """The address a redirect points to; blank when this is none."""
    if answer.status not in (301, 302, 303, 307, 308):
        return ""
    where = answer.headers.get("Location", "").strip()
    if not where:
        raise DownloadFailed(
            f"The publisher's server sends us on, but not where to (answer {answer.status}). Try again later."
        )
    # http.client took its bytes for Latin-1; they may be any text.
    return urljoin(url, quote(where.encode("latin-1"), safe=f"{SAFE}#"))


# --- what came -------------------------------------------------------------------------------


def _kept(
    call: _Call,
    url: str,
    path: Path,
    most: int,
    on_progress: Progress | None,
    held: dict[str, str],
) -> Fetched:
    etag, modified, kind = (_plain(call, name) for name in ("ETag", "Last-Modified", "Content-Type"))
    if call.answer.status == 304 and held:
        etag = etag or held.get("If-None-Match", "")
        modified = modified or held.get("If-Modified-Since", "")
        return Fetched(url, etag=etag, last_modified=modified, content_type=kind, unchanged=True)
    _refuse_status(call)
    _refuse_form(call)
    declared = _declared(call)
    if declared is not None and declared > most:
        raise _too_large(most)
    parts = _at_intervals(_parts(call, declared), on_progress)
    size, sha256 = _store(parts, path, most, call.host)
    return Fetched(url, size, sha256, etag, modified, kind)


def _plain(call: _Call, name: str) -> str:
    """A header that can be stored and sent back; blank when it is none of these."""
    value = call.answer.headers.get(name, "")
    return value if len(value) <= 200 and value.isascii() and value.isprintable() else ""


def _refuse_status(call: _Call) -> None:
    status = call.answer.status
    if status == 200:
        return
    by_hand = "Look at the publisher's page; the file can be uploaded by hand."
    said = {
        403: f"does not give us this file (answer 403). {by_hand} If it stays so, tell your administrator.",
        404: f"has no file at this address (answer 404): it may have been moved or renamed. {by_hand}",
        410: f"has taken this file down (answer 410). {by_hand}",
        429: "has been asked too often (answer 429).",
    }
    words = said.get(status, f"answered {status} where a file was asked for. {by_hand}")
    if status >= 500:
        words = f"has a fault of its own (answer {status}). Nothing is wrong here: try again later."
    wait = _retry_after(call.answer.headers.get("Retry-After", ""))
    if wait is not None:
        words += f" It asks us to wait for {_duration(wait)}."
    raise DownloadFailed(f"{call.host} {words}", retry_after=wait)


def _retry_after(said: str) -> int | None:
    """Seconds from now, from a number or a day and time; None when it says neither."""
    said = said.strip()
    if said.isascii() and said.isdigit():
        return min(int(said[:9]), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(said)
        wait = (when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return min(max(0, int(wait.total_seconds())), LONGEST_WAIT)


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes" if seconds < 7200 else f"{-(-seconds // 3600)} hours"


def _refuse_form(call: _Call) -> None:
    headers = call.answer.headers
    packing = headers.get("Content-Encoding", "").strip().lower()
    if packing not in ("", "identity"):
        raise DownloadFailed(
            f"{call.host} sent the file packed ({_shown(packing)}), which was not asked for. Download it "
            "with a browser and upload it by hand; tell your administrator."
        )
    framing = headers.get("Transfer-Encoding", "").strip().lower()
    if framing not in ("", "identity") and not call.answer.chunked:
        raise DownloadFailed(f"{call.host} sent the file in a form we do not read ({_shown(framing)}).")
    if headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        raise _a_page(call.host)


def _a_page(host: str) -> DownloadFailed:
    return DownloadFailed(
        f"{host} sent a web page in place of the file. The publisher may have moved it, or be repairing its "
        "site. Open the address in a browser; the file can be uploaded by hand."
    )


def _too_large(most: int) -> DownloadFailed:
    shown = f"{most // 1024 // 1024} MB" if most >= 1024 * 1024 else f"{most:,} bytes"
    return DownloadFailed(
        f"The file is larger than {shown}, the most that is fetched. Tell your administrator."
    )


def _declared(call: _Call) -> int | None:
    """The length that was promised; None when it comes in chunks or without one."""
    said = {value.strip() for value in call.answer.headers.get_all("Content-Length", [])}
    if call.answer.chunked or not said:
        return None
    length = said.pop()
    if said or not (length.isascii() and length.isdigit() and len(length) < 16):
        raise DownloadFailed(f"{call.host} states a length of the file that is none. Try again later.")
    return int(length)


def _parts(call: _Call, declared: int | None) -> Iterator[bytes]:
    """The body in pieces. Raises DownloadFailed when it is not as long as promised or may be cut."""
    size, line = 0, call.line
    with _in_words(call.host):
        if call.answer.chunked:
            while part := call.answer.read1(BLOCK):
                yield part
            return
        while declared is None or size < declared:
            part = line.reader.read1(BLOCK if declared is None else min(BLOCK, declared - size))
            if not part:
                break
            size += len(part)
            yield part
        # A server that will not hang up is not waited for.
        longer = declared is not None and line.says_more(0.5 if call.answer.will_close else 0)
    if declared is not None and size < declared:
        raise DownloadFailed(
            f"{call.host} cut the download short: {size:,} of {declared:,} bytes came. Try again later."
        )
    if longer:
        raise DownloadFailed(
            f"{call.host} sent more than the {declared:,} bytes it promised, so something is wrong with the "
            "file. Try again later."
        )
    if declared is None and line.broken:
        raise DownloadFailed(
            f"The connection to {call.host} ended in a way that does not show whether all {size:,} bytes had "
            "come. Try again later, or upload the file by hand."
        )


def _at_intervals(parts: Iterator[bytes], tell: Progress | None) -> Iterator[bytes]:
    size, last = 0, monotonic()
    for part in parts:
        size += len(part)
        if tell and monotonic() - last >= TELL_EVERY:
            last = monotonic()
            tell(size)
        yield part


def _store(parts: Iterator[bytes], path: Path, most: int, host: str) -> tuple[int, str]:
    size, digest, head = 0, hashlib.sha256(), b""
    with _whole_or_nothing(path) as file:
        for part in parts:
            size += len(part)
            if size > most:
                raise _too_large(most)
            digest.update(part)
            head += part[: max(0, 64 - len(head))]
            file.write(part)
        if not size:
            raise DownloadFailed(f"{host} sent an empty file. Try again later.")
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
            raise _a_page(host)
    return size, digest.hexdigest()


@contextmanager
def _whole_or_nothing(path: Path) -> Iterator[io.BufferedWriter]:
    """A file beside `path` that takes its name when all went well, and else goes."""
    part = None
    try:
        handle, part = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        with open(handle, "wb") as file:
            yield file
        Path(part).replace(path)
    except OSError as problem:
        raise DownloadFailed(
            f"The file could not be kept on this server ({problem.strerror}). Tell your administrator."
        ) from None
    finally:
        if part:
            Path(part).unlink(missing_ok=True)


# --- a publisher's list ----------------------------------------------------------------------


def files_in_list(
    listing_url: str, wanted: str, *, hosts: Collection[str], seconds: float, connect: Connect | None = None
) -> list[Listed]:
    """The files of the London Datastore's list (JSON with `resources`) that are wanted, in its order.

    `wanted` is a regular expression; it is looked for in an entry's title, its name, the name of its file,
    and the three together, whatever their capitals, with underscores as spaces. Of several with one name the
    one changed last is taken. Raises DownloadFailed, also when there is none. Ask each time: the files' own
    addresses change with every publication.
    """
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "list.json"
        fetch_to(listing_url, kept, hosts=hosts, seconds=seconds, most=MOST_OF_A_LIST, connect=connect)
        content = kept.read_bytes()
    try:
        resources = json.loads(content)["resources"]
        entries = resources.values() if isinstance(resources, dict) else list(resources)
        matching = [entry for entry in entries if _matches(entry, re.compile(wanted, re.IGNORECASE))]
        found = [_listed(entry, listing_url) for entry in matching]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DownloadFailed(
            "The publisher's list of files has changed its form. Download the files with a browser and "
            "upload them by hand; tell your administrator."
        ) from None
    newest: dict[str, Listed] = {}
    for file in found:
        held = newest.setdefault(file.name.casefold(), file)
        if file.changed > held.changed:
            newest[file.name.casefold()] = file
    if not newest:
        raise DownloadFailed(
            "The publisher's list names no file of this kind. It may have been renamed: look at the "
            "publisher's page, and tell your administrator."
        )
    if len(newest) > MOST_FILES:
        raise DownloadFailed(
            f"The publisher's list names {len(newest)} files of this kind; at most {MOST_FILES} are fetched. "
            "Tell your administrator."
        )
    return list(newest.values())


def _matches(entry: dict[str, Any], wanted: re.Pattern[str]) -> bool:
    names = [str(entry.get(key) or "")[:500] for key in ("title", "name")]
    names.append(_last_part(str(entry.get("url") or ""))[:500])
    return any(wanted.search(name.replace("_", " ").strip()) for name in (*names, " ".join(names)))


def _listed(entry: dict[str, Any], listing_url: str) -> Listed:
    if not entry.get("url"):
        raise KeyError("url")
    url = urljoin(listing_url, str(entry["url"]))
    name = _last_part(url)
    if "." not in name:
        name = str(entry.get("title") or entry.get("name") or "file")
    return Listed(_safe(name), url, str(entry.get("check_timestamp") or ""))


def _last_part(url: str) -> str:
    return unquote(urlsplit(url).path.rsplit("/", 1)[-1])


def _safe(name: str) -> str:
    """A name that stays in its folder: no separators, no control characters, not hidden, not too long."""
    printable = re.sub(r"[\x00-\x1f\x7f/\\]+", " ", name)
    return printable.encode(errors="ignore")[-200:].decode(errors="ignore").strip(" .") or "file"


def fetch_listed(
    listing_url: str,
    wanted: str,
    folder: Path,
    *,
    hosts: Collection[str],
    seconds: float,
    connect: Connect | None = None,
) -> list[Path]:
    """Fetch what `files_in_list` finds into a folder: all of it within `seconds`, or nothing.

    Raises DownloadFailed.
    """
    end = monotonic() + seconds
    paths: list[Path] = []
    try:
        for file in files_in_list(listing_url, wanted, hosts=hosts, seconds=seconds, connect=connect):
            path = folder / file.name
            fetch_to(file.url, path, hosts=hosts, seconds=end - monotonic(), connect=connect)
            paths.append(path)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    return paths
