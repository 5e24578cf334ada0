"""The description of the API is kept in the repository, complete, and readable without a network."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from diagnosis_app.api.management.commands.openapi import KEPT, schema_text
from diagnosis_app.api.reference import parts_of
from diagnosis_app.api.site import schema
from diagnosis_app.api.words import Word
from tests.diagnosis_app.api.asking import Asking, answer


def test_the_kept_schema_is_the_one_that_is_served() -> None:
    assert KEPT.read_text(encoding="utf-8") == schema_text(), (
        "The API changed. If that is meant, renew docs/api/openapi.json with: ./manage.py openapi --write"
    )


def test_every_operation_is_described_and_says_how_it_fails() -> None:
    names = []
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            names.append(operation["operationId"])
            assert operation["description"].strip(), f"{method} {path} has no description"
            assert {"401", "403", "404"} <= {str(status) for status in operation["responses"]}
            assert operation["security"] == [{"Token": []}]
    assert len(names) == len(set(names))


def test_every_reference_in_the_schema_leads_somewhere() -> None:
    text = json.dumps(schema())
    for name in set(re.findall(r"#/components/schemas/(\w+)", text)):
        assert name in schema()["components"]["schemas"]


def test_no_two_types_have_one_name() -> None:
    """In the schema one of them would silently stand for both."""
    kinds: list[type[Word]] = [Word]
    for kind in kinds:
        kinds += [one for one in kind.__subclasses__() if one not in kinds]
    assert len(kinds) > 50, "the API is loaded"
    assert [name for name, n in Counter(kind.__name__ for kind in kinds).items() if n > 1] == []


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("post", "/api/v1/read", {"text"}),
        ("get", "/api/v1/text", {"text", "licence", "source"}),
        ("get", "/api/v1/diseases/{disease_id}", {"annotations", "inheritance", "siblings"}),
        ("get", "/api/v1/knowledge", {"sources", "counts", "files"}),
    ],
)
def test_the_schema_shows_what_is_read_and_answered(method: str, path: str, fields: set[str]) -> None:
    operation = schema()["paths"][path][method]
    body = operation["requestBody"] if method == "post" else operation["responses"][200]
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert fields <= set(schema()["components"]["schemas"][name]["properties"])


def test_the_command_prints_and_writes_the_same(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:

    call_command("openapi")
    assert capsys.readouterr().out == schema_text()


@pytest.mark.django_db
def test_the_schema_is_served_to_tokens_and_to_people(ask: Asking, signed_in: Any) -> None:
    assert answer(ask.get("/openapi.json")) == json.loads(json.dumps(schema()))
    assert signed_in.get("/api/openapi.json").json() == json.loads(json.dumps(schema()))


@pytest.mark.django_db
def test_the_page_shows_every_operation_and_asks_nobody_else(signed_in: Any) -> None:
    page = signed_in.get("/api/").content.decode()
    for part in parts_of(schema()):
        for one in part.operations:
            assert f'id="{one.name}"' in page
            assert one.path.replace("{", "{") in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page), "an inline script"


@pytest.mark.django_db
def test_the_page_is_for_those_who_are_signed_in(client: Any) -> None:
    for path in ("/api/", "/api/openapi.json"):
        response = client.get(path)
        assert response.status_code == 302
        assert "next=" in response["Location"]


def test_api_md_names_every_operation() -> None:
    text = (KEPT.parent.parent / "api.md").read_text(encoding="utf-8")
    for path, methods in schema()["paths"].items():
        for method in methods:
            line = f"`{method.upper()} {path.removeprefix('/api/v1')}`"
            assert line in text, f"docs/api.md does not name {line}"
