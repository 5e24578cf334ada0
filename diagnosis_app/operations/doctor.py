"""Looks at everything that has to be right, and says in plain words what is not and what to do.

Called by manage.py before Django's settings load, because settings that cannot be read are the
first thing it has to explain. Exit code 0: nothing hinders Clew; 1: something does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from django.core import checks as django_checks

from diagnosis_app import env
from diagnosis_app.operations.checks.finding import Finding, Level, error

Check = Callable[[], Iterator[Finding]]
MARKS = {Level.OK: "ok     ", Level.NOTE: "note   ", Level.WARNING: "warning", Level.ERROR: "ERROR  "}


def main(arguments: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    parser = argparse.ArgumentParser(prog="manage.py doctor", description="Explains every misconfiguration.")
    parser.add_argument("--json", action="store_true", help="one JSON object, for monitoring")
    parser.add_argument("--settings", action="store_true", help="print docs/settings.md, made from the settings")
    options = parser.parse_args(arguments)
    out = out or sys.stdout
    if options.settings:
        from diagnosis_app.operations import settings_page

        _load_settings()
        out.write(settings_page.page())
        return 0
    findings = list(examine())
    bad = any(finding.level is Level.ERROR for finding in findings)
    if options.json:
        json.dump({"ok": not bad, "checks": [finding.as_json() for finding in findings]}, out, indent=2)
        out.write("\n")
    else:
        out.writelines(_line(finding) for finding in findings)
        out.write(_summary(findings))
    return 1 if bad else 0


def examine() -> Iterator[Finding]:
    """Every finding, those about the settings first; stops early if nothing else could be believed."""
    problems, broken = _load_settings()
    if broken:
        yield broken
        return
    from diagnosis_app.operations.checks import configuration, data, machine, model, services

    wrong = {name for name, _ in problems}
    yield from configuration.readable(problems)
    for check, needs in (
        (configuration.unknown, ""),
        (configuration.silenced, ""),
        (configuration.secret, "CLEW_SECRET_KEY"),
        (configuration.time_zone, "CLEW_TIME_ZONE"),
        (configuration.exposure, ""),
        (machine.python, ""),
        (machine.packages, ""),
        (machine.var, "CLEW_VAR"),
        (machine.disk, "CLEW_VAR"),
        (machine.clock, "CLEW_VAR"),
        (machine.port, "CLEW_PORT"),
        (_django, ""),
        (data.database, "DATABASE_URL"),
        (data.knowledge, "CLEW_KNOWLEDGE"),
        (data.static_files, ""),
        (services.queue, "REDIS_URL"),
        (services.retrieval, "CLEW_EMBEDDER"),
        (model.model, "CLEW_MODEL"),
    ):
        if needs not in wrong:
            yield from _guarded(check)


def _load_settings() -> tuple[list[tuple[str, str]], Finding | None]:
    """Loads the settings, collecting what is wrong with them; a finding if they cannot be loaded at all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diagnosis_app.settings")
    problems: list[tuple[str, str]] = []
    env.PROBLEMS = problems
    try:
        import django

        django.setup()
    except Exception as problem:  # a border: whatever a broken installation raises has to be said, not shown
        name = type(problem).__name__
        remedy = "Is the installation complete? Remove .venv and start ./run again."
        return problems, error("installation", f"Clew's code could not be loaded ({name}): {problem}", remedy)
    finally:
        env.PROBLEMS = None
    return problems, None


def _guarded(check: Check) -> Iterator[Finding]:
    """One check that fails must not silence the others."""
    try:
        yield from check()
    except Exception as problem:  # a border: the doctor speaks about whatever is broken
        name = check.__name__.strip("_").replace("_", " ")
        yield error(name, f"This could not be looked at: {type(problem).__name__}: {problem}", "Please report it.")


def _django() -> Iterator[Finding]:
    """Django's own checks, and those of the apps."""
    for message in django_checks.run_checks():
        if message.is_serious():
            yield error(str(message.id), str(message.msg), str(message.hint or "See Django's documentation."))


def _line(finding: Finding) -> str:
    line = f"{MARKS[finding.level]}  {finding.name}: {finding.message}\n"
    return line + (f"           -> {finding.remedy}\n" if finding.remedy else "")


def _summary(findings: Sequence[Finding]) -> str:
    errors = sum(finding.level is Level.ERROR for finding in findings)
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    if errors:
        return f"\n{errors} to mend before Clew can be used, {warnings} to look at.\n"
    return f"\nNothing hinders Clew; {warnings} to look at.\n" if warnings else "\nAll is well.\n"
