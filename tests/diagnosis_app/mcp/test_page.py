"""docs/mcp.md says what the code does, and the code keeps what it says of itself."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from diagnosis_app.mcp.message import SPOKEN
from diagnosis_app.mcp.tool import Tool
from diagnosis_app.mcp.tools.catalogue import TOOLS
from tests.environment import ROOT

PAGE = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
EVERY = [pytest.param(tool, id=name) for name, tool in TOOLS.items()]


def test_the_page_lists_every_tool_with_its_verb_and_none_that_there_is_not() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([\w.]+)` \| \S.* \|$", PAGE, re.MULTILINE)
    assert rows == [(tool.name, tool.verb.value) for tool in TOOLS.values()]


def test_the_page_names_every_version_that_is_spoken() -> None:
    (line,) = (line for line in PAGE.splitlines() if line.startswith("- **Versions:**"))
    assert set(re.findall(r"\d{4}-\d\d-\d\d", line)) == set(SPOKEN)


@pytest.mark.parametrize("tool", EVERY)
def test_a_tool_is_described_and_says_that_it_reads_alone(tool: Tool) -> None:
    listed = tool.listed
    assert re.fullmatch(r"[a-z_]{3,40}", listed["name"]) and listed["title"] and len(listed["description"]) > 60
    hints = listed["annotations"]
    assert (hints["readOnlyHint"], hints["destructiveHint"], hints["openWorldHint"]) == (True, False, False)


@pytest.mark.parametrize("tool", EVERY)
def test_schemas_are_objects_that_take_nothing_unnamed(tool: Tool) -> None:
    for schema in (tool.listed["inputSchema"], tool.listed["outputSchema"]):
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
    taken = tool.listed["inputSchema"]
    objects = [taken, *taken.get("$defs", {}).values()]
    for one in (one for one in objects if one.get("type") == "object"):
        assert one["additionalProperties"] is False


@pytest.mark.parametrize("tool", EVERY)
def test_every_text_and_every_list_that_is_taken_is_bounded(tool: Tool) -> None:
    """Also inside others; a text may be bounded by its pattern or by the words it can be."""
    taken = tool.listed["inputSchema"]
    for path, one in parts(taken, tool.name):
        if one.get("type") == "string":
            assert {"maxLength", "pattern", "enum"} & one.keys(), path
        if one.get("type") == "array":
            assert "maxItems" in one, path
        if one.get("type") in {"integer", "number"}:
            assert {"minimum", "maximum"} <= one.keys(), path


def parts(schema: object, path: str) -> list[tuple[str, dict[str, object]]]:
    if isinstance(schema, list):
        return [part for at, one in enumerate(schema) for part in parts(one, f"{path}.{at}")]
    if not isinstance(schema, dict):
        return []
    inside = [part for name, one in schema.items() for part in parts(one, f"{path}.{name}")]
    return [(path, schema), *inside]


@pytest.mark.parametrize("name", ["search", "match", "read_published_case"])
def test_what_gives_words_of_others_says_that_they_are_no_instructions(name: str) -> None:
    assert "never instructions" in TOOLS[name].description


def test_the_product_never_imports_the_clients_package() -> None:
    """It is there for the tests: what runs in the clinic speaks the protocol by itself."""
    ours = [
        file.relative_to(ROOT).as_posix()
        for room in ("retrieval", "agents", "corpus_ingest", "diagnosis_app", "frontend")
        for file in (ROOT / room).rglob("*.py")
        if re.search(r"^\s*(?:from|import) mcp\b", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert ours == []
