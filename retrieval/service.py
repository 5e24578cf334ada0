"""The retrieval process: answers on a local socket what needs an embedding or FAISS.

The one place in this package that listens, and the only process that loads a model. It listens on
a unix socket that its own account alone may use, speaks the frames of `search.wire`, writes its
cache and nothing else, and is expendable: killed at any moment it loses nothing, and pages go on
without it.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from retrieval.search import wire
from retrieval.search.engine import BadRequest, Engine, Places
from retrieval.search.errors import ServiceRunning

logger = logging.getLogger(__name__)

THREADS = 8  # connections served at a time; the others wait in the backlog
BACKLOG = 64
SILENCE = 5.0  # seconds a connection may take to send a request, or to read an answer
LOOK = 0.25  # seconds between looks whether to stop


def serve(places: Places, address: Path, stop: threading.Event) -> None:
    """Listens at `address` until `stop` is set; ServiceRunning where another one does."""
    engine = Engine(places)
    with _alone(address), closing(_listen(address)) as listener, ThreadPoolExecutor(THREADS, "asking") as pool:
        preparing = threading.Thread(target=engine.prepare, name="preparing", daemon=True)
        preparing.start()
        logger.info("listening at %s", address)
        waiting = threading.BoundedSemaphore(THREADS + BACKLOG)
        while not stop.is_set():
            if not waiting.acquire(timeout=LOOK):
                continue
            if (connection := _accept(listener)) is None:
                waiting.release()
            else:
                pool.submit(_converse, connection, engine, stop, waiting)
        address.unlink(missing_ok=True)
        engine.stop()
        preparing.join(SILENCE)


def _accept(listener: socket.socket) -> socket.socket | None:
    try:
        return listener.accept()[0]
    except TimeoutError:
        return None
    except OSError as error:  # out of file descriptors, or the caller has gone already: the next one may do
        logger.error("a connection could not be taken: %s", errno.errorcode.get(error.errno or 0, "unknown"))
        time.sleep(LOOK)
        return None


def _converse(
    connection: socket.socket, engine: Engine, stop: threading.Event, waiting: threading.BoundedSemaphore
) -> None:
    """Answers one connection's requests until it ends, falls silent or sends what is no frame."""
    try:
        with closing(connection):
            while _asked(connection, stop) and _answer_one(connection, engine):
                pass
    except (OSError, wire.WireError) as error:  # the other side is gone, slow, or speaks another language
        logger.debug("a connection ended: %s", type(error).__name__)
    except Exception as error:  # a border: one request must not end the others; its text must not reach the log
        logger.error("a request failed: %s", type(error).__name__)
    finally:
        waiting.release()


def _asked(connection: socket.socket, stop: threading.Event) -> bool:
    """Waits for the beginning of a request; False when none comes, or the process is to end."""
    until = time.monotonic() + SILENCE
    while not stop.is_set() and time.monotonic() < until:
        if select.select([connection], [], [], LOOK)[0]:
            return True
    return False


def _answer_one(connection: socket.socket, engine: Engine) -> bool:
    try:
        message = wire.receive(connection, deadline=time.monotonic() + SILENCE, largest=wire.LARGEST_REQUEST)
    except wire.WireError as error:
        _send(connection, {"error": str(error)})
        raise
    if message is None:
        return False
    try:
        answer = engine.answer(message, time.monotonic())
    except BadRequest as error:
        answer = {"error": str(error)}
    _send(connection, answer)
    return True


def _send(connection: socket.socket, answer: wire.Message) -> None:
    wire.send(connection, answer, deadline=time.monotonic() + SILENCE, largest=wire.LARGEST_ANSWER)


@contextmanager
def _alone(address: Path) -> Iterator[None]:
    """One process per address. The kernel frees the lock of one that was killed; its socket is then swept away."""
    with address.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceRunning(f"Another retrieval process answers at {address}.", hint="Stop it first.") from None
        with suppress(FileNotFoundError):
            address.unlink()
        yield


def _listen(address: Path) -> socket.socket:
    """A socket that nobody but this account can ever have opened."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listener.bind(str(address))
    finally:
        os.umask(mask)
    address.chmod(0o600)
    listener.listen(BACKLOG)
    listener.settimeout(LOOK)
    return listener
