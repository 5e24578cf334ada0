"""How the retrieval process is spoken to: frames of JSON over a local socket.

A frame is four bytes of length, big-endian, and that many bytes of UTF-8 JSON: one object. JSON
and nothing else: what comes from a socket never makes an object of another kind. Sizes are
bounded on both sides before anything is read, and every read and write has a deadline.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

LARGEST_REQUEST = 256 * 1024  # bytes
LARGEST_ANSWER = 4 * 1024 * 1024  # bytes
MOST_ASKS = 8  # lists asked for in one request
MOST_TEXTS = 64  # texts of one ask
MOST_HITS = 500  # hits a text may be answered with
LONGEST_TEXT = 20_000  # characters of one text; the embedder reads less of it
_HEAD = struct.Struct(">I")

Message = dict[str, Any]


class WireError(Exception):
    """What arrived is no frame of ours: too large, cut off, or not an object of JSON."""


def send(connection: socket.socket, message: Message, *, deadline: float, largest: int) -> None:
    """Sends one frame before `deadline` (of time.monotonic); TimeoutError if that is not possible."""
    body = json.dumps(message, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    if len(body) > largest:
        raise WireError(f"a frame of {len(body)} bytes; at most {largest} are sent")
    connection.settimeout(_left(deadline))
    connection.sendall(_HEAD.pack(len(body)) + body)


def receive(connection: socket.socket, *, deadline: float, largest: int) -> Message | None:
    """The next frame, or None where the other side has ended in order."""
    head = _exactly(connection, _HEAD.size, deadline, may_end=True)
    if not head:
        return None
    (length,) = _HEAD.unpack(head)
    if not 2 <= length <= largest:
        raise WireError(f"a frame of {length} bytes; at most {largest} are read")
    body = _exactly(connection, length, deadline)
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise WireError("the frame is not JSON") from None
    if not isinstance(message, dict):
        raise WireError("the frame is not an object")
    return message


def _exactly(connection: socket.socket, count: int, deadline: float, *, may_end: bool = False) -> bytes:
    parts: list[bytes] = []
    missing = count
    while missing:
        connection.settimeout(_left(deadline))
        part = connection.recv(min(missing, 65536))
        if not part:
            if may_end and missing == count:
                return b""
            raise WireError("the other side ended in the middle of a frame")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
