"""A connection to exactly the address that was checked, and a clock that ends it.

A name is resolved once; each address is judged by what it is and not by how it was written, so that no name
leads to this machine or to a cloud's own address.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import suppress


class NotAsked(OSError):
    """The name leads only to addresses that are not asked."""


class Clock:
    """Hangs up when the time is over, wherever the answer stands: a trickle is never silent."""

    def __init__(self, seconds: float, started: float | None = None) -> None:
        self.over = False
        self._end = (time.monotonic() if started is None else started) + seconds
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, self.left()), self._hang_up)
        self._timer.daemon = True
        self._timer.start()

    def left(self) -> float:
        return self._end - time.monotonic()

    def watch(self, connected: socket.socket) -> None:
        self._socket = connected

    def stop(self) -> None:
        self._timer.cancel()

    def _hang_up(self) -> None:
        self.over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def connected(
    host: str, port: int, *, tls: bool, here: bool, silence: float, clock: Clock
) -> http.client.HTTPConnection:
    """A connection for one request. `here` asks this machine alone; otherwise it is never asked. Raises OSError."""
    plain = _first(host, port, here=here, silence=silence)
    clock.watch(plain)
    try:
        if tls:
            plain = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            clock.watch(plain)
    except BaseException:
        plain.close()
        raise
    connection = http.client.HTTPConnection(host, port, timeout=silence)
    connection.default_port = 443 if tls else 80  # what the Host header leaves out
    connection.sock = plain
    return connection


def is_this_machine(host: str) -> bool:
    """As written: the name localhost, or an address that loops back."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allowed(numeric: str, *, here: bool) -> bool:
    """This machine only if it was asked for; never what is no single machine, nor a cloud's own address."""
    where = _meant(ipaddress.ip_address(numeric.partition("%")[0]))
    if here:
        return where.is_loopback
    never = where.is_loopback or where.is_link_local or where.is_multicast or where.is_unspecified
    return not never and where not in _OF_THE_CLOUD


_OF_THE_CLOUD = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _meant(where: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for, where it stands for one."""
    if isinstance(where, ipaddress.IPv4Address):
        return where
    if where in _NAT64:
        return ipaddress.IPv4Address(int(where) & 0xFFFFFFFF)
    return where.ipv4_mapped or where.sixtofour or where


def _first(host: str, port: int, *, here: bool, silence: float) -> socket.socket:
    """Connected to the first of the host's addresses that may be asked and answers."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numeric = [str(where[0]) for *_, where in found]
    problem: OSError = NotAsked(f"{host} leads to an address that is not asked")
    for one in filter(lambda one: allowed(one, here=here), numeric):
        try:
            return socket.create_connection((one, port), timeout=silence)
        except OSError as error:
            problem = error
    raise problem
