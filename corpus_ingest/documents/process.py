"""Starts the process that reads one file, waits no longer than allowed, believes nothing it says beyond its JSON.

The file goes in through memory (or an unlinked file where the system has no such thing), so nobody waits for
anybody and nothing of it lies on the disk under a name.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from corpus_ingest.documents.limits import Limits
from corpus_ingest.documents.unreadable import Unreadable, unreadable
from corpus_ingest.parsing.found import Bounds

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path[:] = sys.path + sys.argv[2:]; from corpus_ingest.parsing.child import main; main()"
_BLOCK = 1024 * 1024  # bytes
_ANSWER = 8  # bytes of JSON a character of text may take, at most
_GRACE = 5.0  # seconds that the process may take to start, on a busy machine
_MUCH = 0.6  # of the memory allowed: who dies by a signal above it ran out of memory
_AT_ONCE = threading.BoundedSemaphore(2)  # readings; each may take a gigabyte


def run(content: bytes, limits: Limits, columns: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the parser found, as JSON gave it. Raises `Unreadable`."""
    if not content:
        raise unreadable("empty")
    if len(content) > limits.bytes:
        raise unreadable("too_large", {"allowed": limits.bytes // 1024**2})
    with _AT_ONCE, _handed(content) as source:
        return _answer(_Reading(source, limits, columns), limits)


def _handed(content: bytes) -> BinaryIO:
    try:
        if hasattr(os, "memfd_create"):
            file: BinaryIO = os.fdopen(os.memfd_create("document", os.MFD_CLOEXEC), "w+b")
        else:
            file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        file.write(content)
        file.flush()
        file.seek(0)
    except OSError:
        raise unreadable("disk_full") from None
    return file


class _Reading:
    """One process, from its start to its certain end."""

    def __init__(self, source: BinaryIO, limits: Limits, columns: Mapping[str, str] | None) -> None:
        self._deadline = time.monotonic() + limits.seconds + _GRACE
        self._largest = limits.characters * _ANSWER + _BLOCK
        self.timed_out = self.too_long = False
        self.answer = b""
        self.status = 0
        self.peak = 0  # bytes
        # Until it became another program it was a copy of this one, and the system counts that as its own peak.
        self.inherited = _peak_of(resource.getrusage(resource.RUSAGE_SELF))
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _START, _bounds(limits, columns), *_places()],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may quote the file
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
            start_new_session=True,
            close_fds=True,
        )
        try:
            self._listen(process)
        finally:
            self._end(process)

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for above
        pipe = process.stdout.fileno()
        parts, size = [], 0
        with selectors.DefaultSelector() as waiting:
            waiting.register(pipe, selectors.EVENT_READ)
            while True:
                left = self._deadline - time.monotonic()
                if left <= 0 or not waiting.select(left):
                    self.timed_out = True
                    return
                part = os.read(pipe, _BLOCK)
                if not part:
                    break
                size += len(part)
                if size > self._largest:
                    self.too_long = True
                    return
                parts.append(part)
        self.answer = b"".join(parts)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Whoever is left of its group dies, and the process is waited for."""
        if not self.timed_out and not self.too_long:
            self._wait_a_little(process)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.returncode is None:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.peak = _peak_of(usage)
        self.status = process.returncode
        if process.stdout is not None:
            process.stdout.close()

    def _wait_a_little(self, process: subprocess.Popen[bytes]) -> None:
        """It closed its answer, so it is about to end; its own end tells more than being killed."""
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                process.returncode = os.waitstatus_to_exitcode(status)
                self.peak = _peak_of(usage)
                return
            time.sleep(0.002)


def _bounds(limits: Limits, columns: Mapping[str, str] | None) -> str:
    tesseract = shutil.which("tesseract") if limits.ocr else None
    bounds = Bounds(
        memory=limits.memory,
        seconds=max(2, int(limits.seconds)),
        pages=limits.pages,
        depth=limits.depth,
        characters=limits.characters,
        expanded=limits.expanded,
        records=limits.records,
        recognised=limits.recognised,
        tesseract=tesseract or "",
        columns=dict(columns) if columns is not None else None,
    )
    return json.dumps(asdict(bounds))


def _places() -> list[str]:
    """Where the process may import from beyond the standard library: this code, and what reads PDF."""
    reader = find_spec("pypdfium2")
    places = [str(_ROOT)]
    if reader is not None and reader.origin:
        places.append(str(Path(reader.origin).resolve().parents[1]))
    return places


def _answer(reading: _Reading, limits: Limits) -> dict[str, Any]:
    if reading.timed_out or reading.status == -signal.SIGXCPU:
        raise unreadable("timeout", {"seconds": int(limits.seconds)})
    if reading.too_long:
        raise unreadable("too_much_text", {"allowed": limits.characters})
    if reading.status != 0:
        raise _died(reading, limits)
    try:
        answer = json.loads(reading.answer)
        if "state" in answer:
            raise unreadable(str(answer["state"]), answer.get("detail"))
        found = answer["found"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise unreadable("crashed") from None
    if not isinstance(found, dict):
        raise unreadable("crashed")
    return found


def _died(reading: _Reading, limits: Limits) -> Unreadable:
    by_system = reading.status == -signal.SIGKILL
    much = reading.peak > max(limits.memory * _MUCH, reading.inherited)
    return unreadable("memory" if by_system or much else "crashed")


def _peak_of(usage: resource.struct_rusage) -> int:
    """Bytes: Linux counts in kilobytes, macOS in bytes."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
