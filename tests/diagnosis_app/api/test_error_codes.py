"""Every error code that the product can answer is documented, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.environment import ROOT

ROOMS = ("retrieval", "agents", "corpus_ingest", "diagnosis_app", "frontend")
PAGE = ROOT / "docs" / "errors.md"
_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?\Z")


def written() -> Iterator[tuple[str, str]]:
    """(code, place): class attributes `code = "..."` of errors, and `code="..."` where one is raised."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            place = file.relative_to(ROOT).as_posix()
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and is_error(node):
                    yield from ((code, place) for code in of_class(node))
                elif isinstance(node, ast.Call):
                    yield from ((code, place) for code in of_call(node))


def is_error(node: ast.ClassDef) -> bool:
    names = [base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases]
    return any(name.endswith(("Error", "Exception")) or name in KNOWN for name in names)


KNOWN = {"Invalid", "Conflict", "Hidden", "Forbidden", "Refused", "Unavailable", "TooLarge"}
POSITIONS = {"Failure": 0, "_invalid": 0, "_say": 2}  # functions that take the code by place


def of_class(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "code" for target in targets):
            value = statement.value  # type: ignore[attr-defined]
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def of_call(node: ast.Call) -> Iterator[str]:
    for keyword in node.keywords:
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
            yield keyword.value.value
    place = POSITIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None
    if place is not None and len(node.args) > place:
        argument = node.args[place]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `([a-z0-9_.]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == len({code for code, _ in rows}), "a code is documented twice"
    return dict(rows)


def test_every_code_is_documented() -> None:
    missing: dict[str, str] = {}
    for code, place in written():
        if _CODE.match(code) and code not in documented():
            missing[code] = place
    assert not missing, f"docs/errors.md does not explain {missing}"


def test_no_code_is_documented_that_nothing_answers() -> None:
    assert not set(documented()) - {code for code, _ in written()}


def test_every_code_says_what_to_do() -> None:
    for code, cells in documented().items():
        what, _, remedy = cells.partition(" | ")
        assert what.strip() and remedy.strip(), code


@pytest.mark.parametrize("code", ["not_found", "ontology.unknown_term", "knowledge.missing", "input.not_json"])
def test_the_scan_finds_what_is_known_to_be_there(code: str) -> None:
    assert code in {found for found, _ in written()}
