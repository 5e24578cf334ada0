"""A JSON object with its path, that remembers which of its fields were read.

Whatever nobody asked for is named by `rest`, so that nothing disappears from a file unseen. As in
protobuf's JSON, null is absent and phenotypic_features is phenotypicFeatures.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from diagnosis_app.interop.report import Report

_SNAKE = re.compile(r"_([a-z0-9])")
_PRINTABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z")


def shown_name(name: str) -> str:
    """The name of a field as a report may repeat it: a strange one may be a patient's text, or break the page."""
    return name if _PRINTABLE.match(name) else _("(a field with an unusual name)")


class Node:
    def __init__(self, value: dict[str, Any], path: str, report: Report) -> None:
        self._fields = {_SNAKE.sub(lambda m: m[1].upper(), name): item for name, item in value.items()}
        self._read: set[str] = set()
        self._path = path
        self.report = report

    def path(self, name: str = "") -> str:
        return f"{self._path}{name}" if name else self._path.rstrip(".")

    def has(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def take(self, name: str) -> Any:
        self._read.add(name)
        return self._fields.get(name)

    def text(self, name: str) -> str:
        """The text of a field; empty when absent, or, with a line in the report, when it is no text."""
        value = self.take(name)
        if value is None or isinstance(value, str):
            return (value or "").strip()
        self.report.problem(self.path(name), _("This is not a text."), _("Write it in quotation marks."))
        return ""

    def node(self, name: str) -> Node | None:
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, dict):
            return Node(value, f"{self._path}{name}.", self.report)
        self.report.problem(self.path(name), _("This is not an object."), _("It should begin with {."))
        return None

    def nodes(self, name: str) -> list[Node]:
        value = self.take(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.report.problem(self.path(name), _("This is not a list."), _("It should begin with [."))
            return []
        found = []
        for i, item in enumerate(value):
            if isinstance(item, dict):
                found.append(Node(item, f"{self._path}{name}[{i}].", self.report))
            else:
                path = f"{self._path}{name}[{i}]"
                self.report.problem(
                    path, _("This entry is not an object and was not read."), _("It should begin with {.")
                )
        return found

    def drop(self, name: str, message: str, hint: str = "") -> None:
        """Says that a field, if it is there, is known and not kept."""
        value = self.take(name)
        if value not in (None, "", [], {}):
            self.report.lost(self.path(name), message, hint)

    def ignore(self, *names: str) -> None:
        self._read.update(names)

    def rest(self, known: Iterable[str] = ()) -> None:
        """Names every field that was not read; one that looks misspelt gets the likely name."""
        for name in self._fields:
            if name in self._read or self._fields[name] is None:
                continue
            near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7) or [
                field for field in known if name.startswith(field)
            ]
            hint = _("Did you mean %s?") % near[0] if near else ""
            self.report.lost(self.path(shown_name(name)), _("This field is not known here and was not read."), hint)
