"""From the bytes of a file to a JSON object, with a position and a remedy for all that can be wrong.

Nothing it says repeats the file's text: that may be a patient's.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from diagnosis_app.errors import Invalid, TooLarge

LARGEST = 5 * 1024 * 1024  # bytes
DEEPEST = 60  # levels; a phenopacket has about 12
_RE_EXPORT = "Open the file in the program that made it and export it as JSON once more."


class _Refused(ValueError):
    """Found by a hook inside the JSON parser."""


def read_object(data: bytes | str | dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The object and the names that occurred twice in one object (the last value of each counts)."""
    if isinstance(data, dict):
        _check_depth(data)
        return data, ()
    text = data if isinstance(data, str) else _decode(data)
    if len(text) > LARGEST:
        raise TooLarge(_("The file is larger than 5 MB."), field="file", hint=_("Send one case a file."))
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise _invalid("phenopacket.empty", _("The file is empty."), _("Choose a file with one phenopacket in JSON."))
    value, twice = _parse(text)
    if not isinstance(value, dict):
        raise _invalid(
            "phenopacket.not_object",
            _("The file holds no JSON object at its top level."),
            _("A phenopacket begins with { and describes one patient. Send each one as a file of its own."),
        )
    _check_depth(value)
    return value, twice


def _decode(data: bytes) -> str:
    if len(data) > LARGEST:
        raise TooLarge(_("The file is larger than 5 MB."), field="file", hint=_("Send one case a file."))
    if data[:2] in {b"PK", b"\x1f\x8b"}:
        raise _invalid("phenopacket.packed", _("This is a packed archive."), _("Unpack it and send one JSON file."))
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _invalid(
            "phenopacket.encoding",
            _("Byte %(position)d is not %(encoding)s text.")
            % {"position": error.start + 1, "encoding": encoding.upper().replace("-SIG", "")},
            _("Save the file as JSON in UTF-8."),
        ) from None


def _parse(text: str) -> tuple[Any, tuple[str, ...]]:
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in items:
            if name in found:
                twice.append(name)
            found[name] = value
        return found

    def refuse(name: str) -> Any:
        raise _Refused(name)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=refuse), tuple(dict.fromkeys(twice))
    except _Refused as error:
        message = _("%s is not a number in JSON.") % error
        raise _invalid("phenopacket.json", message, _("Remove the field, or give it a number.")) from None
    except json.JSONDecodeError as error:
        raise _broken(text, error) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # a whole number of thousands of digits
        message = _("The file holds a number that is too long.")
        raise _invalid("phenopacket.json", message, _("Correct the number.")) from None


def _broken(text: str, error: json.JSONDecodeError) -> Invalid:
    if text.lstrip()[:1] not in {"{", "["}:
        return _invalid(
            "phenopacket.not_json",
            _("The file is not JSON."),
            _("Phenopackets are read as JSON; convert one in YAML or protobuf first (phenopacket-tools: convert)."),
        )
    message = _("The JSON breaks at line %(line)d, column %(column)d: %(why)s.") % {
        "line": error.lineno,
        "column": error.colno,
        "why": error.msg[:1].lower() + error.msg[1:],
    }
    ended = error.pos >= len(text.rstrip())
    hint = _("The file seems cut off. Export or copy it again.") if ended else _(_RE_EXPORT)
    return _invalid("phenopacket.json", message, hint)


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _too_deep()
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]


def _too_deep() -> Invalid:
    message = _("The file is nested more than %d levels deep.") % DEEPEST
    return _invalid("phenopacket.depth", message, _("A phenopacket has about twelve. Check where the file comes from."))


def _invalid(code: str, message: str, hint: str) -> Invalid:
    return Invalid(message, hint=hint, field="file", code=code)
