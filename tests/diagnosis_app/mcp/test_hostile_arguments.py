"""Arguments at the edge of what a tool can mean, and beyond: refused by name, repeated nowhere, logged nowhere."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError

from diagnosis_app.cases.content import FINDING_LIMIT, GENE_LIMIT
from diagnosis_app.mcp.tools import ranking
from diagnosis_app.mcp.tools.catalogue import TOOLS
from tests.diagnosis_app.mcp.speaking import FINDINGS, MARFAN, Speaking, essentials, failed, refused, result
from tests.diagnosis_app.mcp.test_doors import EXAMPLES

pytestmark = pytest.mark.django_db


def deep(levels: int, inside: Any = 1) -> Any:
    for _ in range(levels):
        inside = [inside]
    return inside


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize(
    "value", [None, True, 1.5, "\x00", "\ud800", [], {}, "x" * 300_000, 10**30, -1], ids=lambda one: repr(one)[:12]
)
def test_no_argument_breaks_a_tool(speak: Speaking, name: str, value: Any) -> None:
    """Each argument in turn holds something else: an answer, or a failure that names it, and never one of ours."""
    for argument in TOOLS[name].listed["inputSchema"]["properties"]:
        given = speak.call(name, **{**EXAMPLES[name], argument: value})
        if given["isError"]:
            failure = json.loads(given["content"][1]["text"])
            assert failure["code"] != "internal", argument
            named = {failure["field"], *(one["field"] for one in failure.get("problems", []))}
            assert any(one.split(".")[0] == argument for one in named), (argument, failure)


@pytest.mark.parametrize("name", TOOLS)
def test_an_argument_that_no_tool_takes_is_refused_and_not_ignored(speak: Speaking, name: str) -> None:
    failed(speak.call(name, **EXAMPLES[name], case_id="1"), "input.invalid", "case_id")


@pytest.mark.parametrize("name", TOOLS)
def test_whatever_must_be_there_is_named(speak: Speaking, name: str) -> None:
    needed = TOOLS[name].listed["inputSchema"].get("required", [])
    assert needed, "a tool without any argument has nothing to answer"
    failed(speak.call(name), "input.invalid", *needed)


@pytest.mark.parametrize("arguments", [[], "x", 1, None])
def test_arguments_are_an_object(speak: Speaking, arguments: Any) -> None:
    response = speak.ask("tools/call", {"name": "rank", "arguments": arguments})
    refused(response, 200, -32602, "mcp.parameters", field="arguments")


@pytest.mark.parametrize("name", [None, 1, [], {}, "", "rank\x00", "RANK", "__class__", "x" * 10_000])
def test_what_names_no_tool_is_refused(speak: Speaking, name: Any) -> None:
    refused(speak.ask("tools/call", {"name": name, "arguments": {}}), 200, -32602, "mcp.parameters", field="name")


def test_nesting_ends_in_a_refusal_however_deep(speak: Speaking) -> None:
    for levels in (50, 900):
        failed(speak.call("rank", findings=deep(levels)), "input.invalid")
        failed(speak.call("rank", findings=FINDINGS, more=deep(levels)), "input.invalid", "more")
    body = b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"rank","arguments":{"findings":'
    body += b"[" * 200_000 + b"]" * 200_000 + b"}}}"
    refused(speak.send(body), 400, -32700, "input.not_json")
    beside = {"name": "read_term", "arguments": EXAMPLES["read_term"], "_meta": {"x": deep(300)}}
    assert result(speak.ask("tools/call", beside))["isError"] is False


def test_lists_are_bounded_and_the_bound_is_named(speak: Speaking) -> None:
    failed(speak.call("rank", findings=[{"term": MARFAN[0]}] * (FINDING_LIMIT + 1)), "input.invalid", "findings")
    many = [{"symbol": "FGFR2"}] * (GENE_LIMIT + 1)
    failed(speak.call("rank", findings=FINDINGS, genes=many), "input.invalid", "genes")
    failed(speak.call("search", text="x", source=["x"] * 21), "input.invalid", "source")
    assert essentials(speak.call("rank", findings=[{"term": MARFAN[0]}] * FINDING_LIMIT))["outcome"] == "insufficient"


def test_every_wrong_field_is_named_at_once_in_the_words_of_the_api(speak: Speaking) -> None:
    findings = [{"term": "HP:12"}, {"term": "HP:0001250", "status": "maybe"}, {"label": "no id"}]
    failure = failed(speak.call("rank", findings=findings, limit="5", sexx="male"), "input.invalid")
    fields = {one["field"] for one in failure["problems"]}
    assert fields == {"findings.0.term", "findings.1.status", "findings.2.term", "findings.2.label", "limit", "sexx"}
    assert all(one["hint"] for one in failure["problems"])


def test_what_only_the_knowledge_can_tell_is_named_as_well(speak: Speaking) -> None:
    strange = [{"term": "HP:9999999"}]
    failed(speak.call("rank", findings=strange), "ontology.unknown_term", "findings.0.term")
    failed(speak.call("rank", findings=[{"term": "HP:0000005"}]), "ontology.not_a_finding", "findings.0.term")
    failed(speak.call("rank", findings=FINDINGS, age="six"), "input.invalid", "age")
    failed(speak.call("rank", findings=FINDINGS, genes=[{"symbol": "not a gene!"}]), "input.invalid", "genes.0.symbol")
    failed(speak.call("read_term", term_id="HP:9999999"), "ontology.unknown_term", "term_id")
    failed(speak.call("lookup", disease_id="OMIM:999999"), "knowledge.unknown_disease", "disease_id")
    failed(speak.call("compare", one="OMIM:154700", other="OMIM:999999"), "not_found", "other")
    failed(speak.call("read_published_case", published_id="nobody"), "not_found", "published_id")
    failed(speak.call("search", text="aorta", since="soon"), "search.filter_invalid", "since")


def test_an_obsolete_term_is_ranked_as_the_one_that_replaced_it(speak: Speaking) -> None:
    given = speak.call("rank", findings=[*FINDINGS[1:], {"term": "HP:0001388"}])["structuredContent"]
    assert "HP:0001382" in [one["term"] for one in given["input"]["findings"]]


def test_two_diseases_are_compared_without_a_patient_too(speak: Speaking) -> None:
    apart = speak.call("compare", one="OMIM:154700", other="OMIM:129600")["structuredContent"]
    assert apart["findings"] and {one["status"] for one in apart["findings"]} == {"not_asked"}


def test_no_answer_and_no_line_of_the_log_repeats_what_was_sent(
    speak: Speaking, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "Alice Example born 1999"
    with caplog.at_level(logging.DEBUG):
        for name, tool in TOOLS.items():
            for argument in tool.listed["inputSchema"]["properties"]:
                given = speak.call(name, **{**EXAMPLES[name], argument: secret})
                assert given["isError"] is False or secret not in json.dumps(given), (name, argument)
        responses = [
            speak.call("read_findings", text=f"{secret} has seizures."),
            speak.ask("tools/call", {"name": secret}).json(),
            speak.ask(secret).json(),
            speak.send({"jsonrpc": secret, "id": 7, "method": "x"}).json(),
            speak.ask("tools/list", MCP_Protocol_Version=secret).json(),
        ]
    assert secret not in json.dumps(responses[1:])
    assert secret not in caplog.text and "Alice" not in caplog.text


def test_a_failure_of_ours_is_a_result_that_says_nothing_of_the_arguments(
    speak: Speaking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = " ".join(["patient", "Ali" + "ce"])  # a log shows lines of source, so not in one piece

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(words)

    monkeypatch.setattr(ranking, "ranked", fail)
    with caplog.at_level(logging.DEBUG):
        failure = failed(speak.call("rank", findings=FINDINGS), "internal")
    assert "Alice" not in json.dumps(failure) + caplog.text
    assert "RuntimeError" in caplog.text, "the log names the kind and the place"


def test_a_database_that_does_not_answer_may_be_asked_again(speak: Speaking, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(ranking, "ranked", fail)
    failed(speak.call("rank", findings=FINDINGS), "unavailable")
    monkeypatch.setattr("diagnosis_app.accounts.tokens.actor_for", fail)
    response = speak.ask("tools/list")
    assert response.status_code == 503 and int(response["Retry-After"]) > 0
