"""An answer fits its schema or there is none; compared with an independent validator."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from agents.llm.schemas import Misfit, fitting, misfits, understood

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 3},
        "stance": {"type": "string", "enum": ["for", "against"]},
        "count": {"type": "integer", "minimum": 0, "maximum": 5},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "sure": {"type": "boolean"},
        "other": {"type": ["string", "null"], "maxLength": 2},
        "items": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}},
                "required": ["id"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["name"],
    "additionalProperties": False,
}
understood(SCHEMA)
numbers = some.integers(-2, 8) | some.sampled_from([0.5, 2.0, -1.5])
leaves = some.none() | some.booleans() | numbers | some.sampled_from(["for", "a", ""]) | some.text("fora", max_size=4)
values = some.recursive(
    leaves,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(["id", "x"]), inner),
    max_leaves=4,
)
objects = some.fixed_dictionaries({}, optional=dict.fromkeys([*SCHEMA["properties"], "more"], values))


@settings(max_examples=400, deadline=None)
@given(objects | values)
def test_it_judges_as_an_independent_validator_does(data):
    assert (not list(misfits(data, SCHEMA))) == jsonschema.Draft202012Validator(SCHEMA).is_valid(data)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "$.name: at least 1 characters."),
        ({"name": "long"}, "$.name: at most 3 characters."),
        ({"count": True}, "$.count: expected integer."),
        ({"count": 6}, "$.count: at most 5."),
        ({"items": [{"id": "a"}, {}]}, "$.items[1]: id is missing."),
        ({"items": [{"id": "a"}] * 3}, "$.items: at most 2 items."),
        ({"stance": "maybe"}, "$.stance: expected one of for, against."),
        ({"more": 1}, "$: more is not asked for."),
    ],
)
def test_it_says_where_and_what(change, said):
    assert list(misfits({"name": "a", **change}, SCHEMA)) == [said]


@pytest.mark.parametrize("text", ["", "{", "{}{}", '{"name": NaN}', "```json\n{}\n```", "[" * 100_000])
def test_what_is_no_json_is_not_mended(text):
    with pytest.raises(Misfit):
        fitting(text, SCHEMA)


def test_raw_control_characters_which_grammars_let_through_count_as_spaces():
    assert fitting('{"name":\t"a\x04\t"}\n', SCHEMA) == {"name": "a  "}


def test_what_fits_comes_back_as_it_is():
    assert fitting(json.dumps({"name": "abc"}), SCHEMA) == {"name": "abc"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {}, "additionalProperties": False, "required": ["a"]},
        {"type": "array"},
        {"type": "text"},
        {"enum": ["a"]},
        {"type": "string", "pattern": "a"},
        {"type": "array", "items": {"anyOf": []}},
    ],
)
def test_a_schema_that_asks_for_more_is_refused(schema):
    with pytest.raises(TypeError):
        understood(schema)
