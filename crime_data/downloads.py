"""Fetching a publisher's files: https only, from hosts on an allow-list, to public addresses, bounded in size
and time.
"""

import ipaddress
import json
import socket
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ssl import SSLError, create_default_context
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

MAX_BYTES = 100 * 1024 * 1024
MAX_REDIRECTS = 3


class DownloadFailed(Exception):
    """Nothing was fetched; the message says why."""


def fetch(
    url: str, *, hosts: list[str], seconds: float, connect: Callable[..., HTTPSConnection] | None = None
) -> bytes:
    """The body at this address. Raises DownloadFailed.

    `hosts` is the allow-list, also for redirects; `seconds` is for everything together. `connect` makes the
    connection to a checked address; tests give their own.
    """
    end = time.monotonic() + seconds
    for _ in range(MAX_REDIRECTS + 1):
        try:
            parts, port = urlsplit(url), urlsplit(url).port or 443
        except ValueError:
            raise DownloadFailed(f"“{url[:200]}” is not an address.") from None
        if parts.scheme != "https" or parts.hostname not in hosts or parts.username:
            raise DownloadFailed(
                f"{parts.scheme}://{parts.hostname} is not on the list of download addresses."
            )
        left = end - time.monotonic()
        if left <= 0:
            raise DownloadFailed(f"No answer within {seconds:.0f} seconds.")
        try:
            connection = (connect or _connect)(parts.hostname, port, left)
            try:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request(
                    "GET", path, headers={"User-Agent": "csp-portal", "Accept-Encoding": "identity"}
                )
                answer = connection.getresponse()
                if answer.status in (301, 302, 303, 307, 308):
                    url = urljoin(url, answer.headers.get("Location", ""))
                    continue
                if answer.status != 200:
                    raise DownloadFailed(f"{parts.hostname} answered {answer.status}.")
                return _body(answer, end, seconds)
            finally:
                connection.close()
        except (OSError, HTTPException, SSLError, ValueError) as problem:
            raise DownloadFailed(f"{parts.hostname} could not be reached ({problem}).") from None
    raise DownloadFailed(f"More than {MAX_REDIRECTS} redirects.")


def _connect(host: str, port: int, timeout: float) -> HTTPSConnection:
    """A connection to an address that was checked first: the name is not looked up a second time."""
    addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for address in addresses:
        if not ipaddress.ip_address(address).is_global:
            raise DownloadFailed(f"{host} leads to an address that is not public ({address}).")
    context = create_default_context()
    connection = HTTPSConnection(host, port, timeout=timeout, context=context)
    plain = socket.create_connection((addresses.pop(), port), timeout)
    connection.sock = context.wrap_socket(plain, server_hostname=host)
    return connection


def _body(answer: HTTPResponse, end: float, seconds: float) -> bytes:
    declared = answer.headers.get("Content-Length", "")
    parts, size = [], 0
    while part := answer.read1(1 << 16):
        size += len(part)
        if size > MAX_BYTES:
            raise DownloadFailed(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
        if time.monotonic() > end:
            raise DownloadFailed(f"The download took longer than {seconds:.0f} seconds.")
        parts.append(part)
    if declared.isdigit() and int(declared) != size:
        raise DownloadFailed(f"The download was cut short: {size:,} of {int(declared):,} bytes came.")
    return b"".join(parts)


def borough_files(
    dataset_url: str,
    *,
    hosts: list[str],
    seconds: float,
    connect: Callable[..., HTTPSConnection] | None = None,
) -> list[tuple[str, bytes]]:
    """The Met's borough files by the Datastore's list: (name, bytes), both within `seconds`.

    Raises DownloadFailed. The files' own addresses change with every publication, so the list is asked first.
    """
    end = time.monotonic() + seconds
    listing = fetch(dataset_url, hosts=hosts, seconds=seconds, connect=connect)
    try:
        resources = json.loads(listing)["resources"]
        entries: list[dict[str, Any]] = (
            list(resources.values()) if isinstance(resources, dict) else list(resources)
        )
        urls = [str(entry["url"]) for entry in entries if _is_borough_csv(entry)]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DownloadFailed("The publisher's list of files has changed its form.") from None
    if not urls:
        raise DownloadFailed("The publisher's list names no borough file.")
    return [
        (
            unquote(urlsplit(url).path.rsplit("/", 1)[-1]),
            fetch(url, hosts=hosts, seconds=max(0.0, end - time.monotonic()), connect=connect),
        )
        for url in urls
    ]


def _is_borough_csv(entry: dict[str, Any]) -> bool:
    name = unquote(f"{entry.get('title', '')} {entry['url']}").casefold()
    return "borough level crime" in name.replace("_", " ") and name.rstrip().endswith(".csv")
