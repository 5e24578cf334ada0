"""The limits under which this process reads a file; it sets them on itself before it sees the first byte.

Memory, seconds of work, open files and written bytes are bounded by the system; it dies with the process that
started it. On Linux it also loses the network (a namespace of its own, or a filter of system calls, or both) and,
unless OCR is wanted, the ability to start programs. What could not be had is told in the answer and does not stop
the reading: macOS has neither.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import struct
import sys

_NEWNET, _NEWUSER = 0x40000000, 0x10000000  # linux/sched.h
_PDEATHSIG, _NO_NEW_PRIVS, _SECCOMP = 1, 38, 22  # linux/prctl.h
_SIGKILL = 9
_FILES = 64  # open at a time
_WRITTEN = 64 * 1024**2  # bytes of a file, for tesseract's own; nothing else writes
# By machine: AUDIT_ARCH_*, and the numbers of: socket, socketpair, ptrace, io_uring_setup; then execve, execveat.
_CALLS = {
    "x86_64": (0xC000003E, (41, 53, 101, 425), (59, 322)),
    "aarch64": (0xC00000B7, (198, 199, 117, 425), (221, 281)),
}


def close_the_doors(memory: int, seconds: int, starts_programs: bool) -> tuple[str, ...]:
    """Sets what can be set; says which of the doors to the outside are shut."""
    _limit(memory, seconds, starts_programs)
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PDEATHSIG, _SIGKILL, 0, 0, 0)
    shut = []
    if _no_network(libc):
        shut.append("network")
    if _filter_calls(libc, starts_programs):
        shut.append("calls")
    return tuple(shut)


def _limit(memory: int, seconds: int, starts_programs: bool) -> None:
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_FSIZE, _WRITTEN if starts_programs else 0),
        (resource.RLIMIT_AS, memory),
    ]
    if hasattr(resource, "RLIMIT_NPROC") and not starts_programs and os.getuid() != 0:
        wanted.append((resource.RLIMIT_NPROC, 0))
    for kind, value in wanted:
        hard = resource.getrlimit(kind)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        soft = most - 1 if kind == resource.RLIMIT_CPU and most > 1 else most
        with contextlib.suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and refuses it
            resource.setrlimit(kind, (soft, most))


def _no_network(libc: ctypes.CDLL) -> bool:
    return bool(libc.unshare(_NEWNET) == 0 or libc.unshare(_NEWUSER | _NEWNET) == 0)


def _filter_calls(libc: ctypes.CDLL, starts_programs: bool) -> bool:
    """A seccomp filter: the calls named above answer "not permitted", all others go through."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    arch, doors, programs = known
    refused = doors if starts_programs else doors + programs
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    allow, deny = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
    steps = [(load, 0, 0, 4), (equal, 1, 0, arch), (answer, 0, 0, deny), (load, 0, 0, 0)]
    steps.append((at_least, len(refused) + 1, 0, 0x40000000))  # x32: the same calls under other numbers
    for place, call in enumerate(refused):
        steps.append((equal, len(refused) - place, 0, call))
    steps += [(answer, 0, 0, allow), (answer, 0, 0, deny)]
    code = b"".join(struct.pack("<HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(held)), 16)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SECCOMP, 2, ctypes.byref(program), 0, 0) == 0)
