"""Where a name leads: only to the public internet, and to the address that was checked.

A name can lead anywhere its owner likes, also into the network that the portal stands in. So it is looked up
once, every address it has must be public, and the connection goes to one of those.
"""

import queue
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext, create_default_context
from threading import Thread
from time import monotonic
from typing import Any

NAT64 = ip_network("64:ff9b::/96")


class NotPublic(Exception):
    """A name leads to an address that is not public. It was not asked."""


class Deadline:
    """So many seconds from now, by a clock that nobody sets."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds, more than none. Raises TimeoutError."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def open_line(host: str, port: int, seconds: float) -> socket.socket:
    """A connection in TLS to an address that was checked: the name is not looked up a second time.

    The addresses are tried in turn, all within `seconds`. Raises NotPublic when one of them is not public,
    and OSError.
    """
    deadline = Deadline(seconds)
    addresses = _public_addresses(host, port, seconds)
    context = create_default_context()
    problem: OSError | None = None
    for at, address in enumerate(addresses):
        turn = Deadline(deadline.left() / (len(addresses) - at))
        try:
            return _dialled(address, port, host, context, turn)
        except OSError as refused:
            problem = refused
    raise problem or OSError("it has no address")


def _dialled(address: str, port: int, host: str, context: SSLContext, turn: Deadline) -> socket.socket:
    plain = socket.create_connection((address, port), turn.left())
    try:
        plain.settimeout(turn.left())
        # A connection that was cut must not pass for one that ended.
        return context.wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=False)
    except BaseException:
        plain.close()
        raise


def _public_addresses(host: str, port: int, seconds: float) -> list[str]:
    addresses = list(dict.fromkeys(str(found[4][0]) for found in _looked_up(host, port, seconds)))
    for address in addresses:
        if not is_public(address):
            raise NotPublic(address)
    return addresses


def _looked_up(host: str, port: int, seconds: float) -> list[Any]:
    """What the resolver says, in time: it knows no time limit of its own, so another thread waits for it."""
    said: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            said.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except Exception as problem:
            said.put(problem)

    Thread(target=ask, daemon=True).start()
    try:
        answer = said.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also when it hides in one of IPv6."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        translated = IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
        if hidden := ip.ipv4_mapped or ip.sixtofour or translated:
            return is_public(str(hidden))
        if ip.is_site_local or ip.teredo:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)
