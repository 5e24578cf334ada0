"""Writes docs/settings.md from the table of settings, so that the page cannot be wrong.

`manage.py doctor --settings > docs/settings.md`; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from diagnosis_app import env
from diagnosis_app.operations.checks.configuration import STEERING

HEAD = """# Settings

<!-- Made by: manage.py doctor --settings > docs/settings.md -->

Every setting is an environment variable. A value that cannot be used ends the start with the
variable's name and the remedy; `manage.py doctor` looks at all of them at once. Any of them can
also come from a file: `NAME_FILE=/run/secrets/name` (not both). On and off are `on` and `off`.

| Variable | Default | Meaning |
|---|---|---|
"""
TAIL = """
## While developing

Read by the scripts and the tests, not by the settings.

| Variable | Meaning |
|---|---|
"""


def page() -> str:
    rows = [f"| `{item.name}` | {_default(item)} | {item.help} |" for item in env.DECLARED.values()]
    steering = [f"| `{name}` | {help} |" for name, help in STEERING.items()]
    return HEAD + "\n".join(rows) + "\n" + TAIL + "\n".join(steering) + "\n"


def _default(item: env.Variable) -> str:
    if item.default is None:
        return "none: must be set"
    if not item.default:
        return "empty"
    if item.name == "CLEW_VAR":
        return f"`{Path(item.default).relative_to(settings.BASE_DIR)}`, beside `run`"
    return "`" + item.default.replace(str(settings.VAR_DIR), "$CLEW_VAR") + "`"
