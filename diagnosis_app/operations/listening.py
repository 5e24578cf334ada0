"""The socket on which the clinic's pages are served, taken before anything else starts.

The supervisor holds it and hands it to the web processes: two starts never fight for a port, and
a web process that has to be started again loses no connection that is waiting.
"""

from __future__ import annotations

import errno
import socket

TRIES = 50  # ports looked at after the usual one


class CannotListen(Exception):
    """Says why, and what to do."""


def listen(host: str, port: int, *, exactly: bool) -> socket.socket:
    """A listening socket at `port`, or, unless it must be exactly that one, at the next free port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise CannotListen(f"{host} is not an address of this machine. Set CLEW_BIND, for example 127.0.0.1.") from None
    for candidate in range(port, port + (1 if exactly else TRIES)):
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address[0], candidate, *address[2:]))
            listener.listen(512)
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise CannotListen(_words(host, candidate, error)) from None
        else:
            return listener
    if exactly:
        raise CannotListen(f"Port {port} is in use. Choose another, for example: ./run --port {port + 1}")
    raise CannotListen(f"Ports {port} to {port + TRIES - 1} are all in use. Choose another: ./run --port NUMBER")


def _words(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EACCES:
        return f"This account may not listen on port {port}. Choose one above 1023: ./run --port 8000"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine. Set CLEW_BIND, for example 127.0.0.1."
    return f"Cannot listen on {host}, port {port}: {error.strerror}."
