"""The environment: settings that cannot be read, names that mean nothing, and combinations that are unsafe."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from diagnosis_app import env
from diagnosis_app.operations.checks.finding import Finding, error, note, ok, warning

LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver", "web"}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Read by ./run, ./test and the benchmarks, not by the settings; documented with them.
STEERING = {
    "CLEW_PYTHON": "The Python that `./run` and `./test` use, when it is not the one they would find.",
    "CLEW_TORCH": "What to install as torch: a requirement, a wheel's path, or `off`: no search by meaning.",
    "CLEW_CHROMIUM": "The browser of the browser tests, when it is not on the path.",
    "CLEW_TEST_DATABASE": "`sqlite` or `postgres`: the database of a test run.",
    "CLEW_TEST_VLLM": "The folder of an environment with vLLM, for the tests that start a real one.",
    "CLEW_TEST_KNOWLEDGE": "A knowledge directory for the tests to use as it is, instead of building one.",
}


def readable(problems: list[tuple[str, str]]) -> Iterator[Finding]:
    for name, message in problems:
        said = message.removeprefix(f"{name}: ").removeprefix(f"{name} ")
        yield error(name, said[:1].upper() + said[1:], f"Correct {name}; docs/settings.md describes it.")
    if not problems:
        yield ok("settings", f"All {len(env.DECLARED)} settings can be read.")


def unknown() -> Iterator[Finding]:
    """A misspelt name is silently without effect: say so."""
    known = {*env.DECLARED, *STEERING}
    for name in sorted(os.environ):
        plain = name.removesuffix("_FILE")
        if name.startswith("CLEW_") and name not in known and plain not in env.DECLARED:
            close = difflib.get_close_matches(plain, known, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            yield warning(name, f"{name} is set, but there is no such setting.{meant}", f"Unset {name}.")


def silenced() -> Iterator[Finding]:
    """Reporting that the surroundings asked for stays off."""
    from diagnosis_app.settings import OVERRIDDEN

    for name in OVERRIDDEN:
        yield note(name, f"{name} was set to turn a library's reporting on. Clew keeps it off.", f"Unset {name}.")


def secret() -> Iterator[Finding]:
    file = os.environ.get("CLEW_SECRET_KEY_FILE")
    if file and Path(file).exists() and Path(file).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield warning("CLEW_SECRET_KEY_FILE", f"Other accounts can read {file}.", f"chmod 600 {file}")
    elif len(set(settings.SECRET_KEY)) < 10:
        yield warning("CLEW_SECRET_KEY", "The secret is hardly random.", "Make one with: openssl rand -hex 32")
    else:
        yield ok("secret", "The secret is long enough and private.")


def exposure() -> Iterator[Finding]:
    """Whether what is reachable from other machines is fit for it."""
    remote = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL]
    found = []
    if settings.DEBUG and remote:
        found.append(
            error(
                "CLEW_DEBUG",
                f"Detailed error pages, with patient data, are shown to {', '.join(remote)}.",
                "Set CLEW_DEBUG=off.",
            )
        )
    elif settings.DEBUG:
        found.append(warning("CLEW_DEBUG", "Detailed error pages are on.", "Set CLEW_DEBUG=off before real patients."))
    if remote and not settings.HTTPS:
        found.append(
            warning(
                "CLEW_HTTPS",
                f"Reached as {', '.join(remote)} without HTTPS: passwords and findings travel openly.",
                "Put a proxy with a certificate in front and set CLEW_HTTPS=on.",
            )
        )
    if settings.HTTPS and not settings.CSRF_TRUSTED_ORIGINS:
        found.append(
            warning(
                "CLEW_ORIGINS",
                "HTTPS is on, but no origin is trusted: forms sent through the proxy are refused.",
                "Set CLEW_ORIGINS, for example https://clew.hospital.example",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(warning("CLEW_HOSTS", "Every host name is accepted.", "Name the ones that browsers use."))
    if settings.BIND not in LOOPBACK and not remote:
        found.append(
            warning(
                "CLEW_HOSTS",
                f"Clew listens on {settings.BIND}, but answers only to names of this machine.",
                "Add the name that browsers use to CLEW_HOSTS.",
            )
        )
    yield from found or [ok("exposure", "Host names, HTTPS and error pages fit together.")]


def time_zone() -> Iterator[Finding]:
    try:
        ZoneInfo(settings.TIME_ZONE)
    except (KeyError, ValueError, OSError):
        yield error(
            "CLEW_TIME_ZONE", f"{settings.TIME_ZONE!r} is not a time zone.", "Use a name like Europe/Stockholm."
        )
    else:
        yield ok("time zone", f"Pages show times of {settings.TIME_ZONE}.")
