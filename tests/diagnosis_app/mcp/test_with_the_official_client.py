"""The official client speaks with the served application, in each of the protocol's two ways.

It checks what it gets: every message against the schema of its version, every structured result against the schema
that the tool declared. What it cannot read fails here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx2
import pytest
from mcp import ClientSession
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from corpus_ingest import library
from diagnosis_app.mcp.methods import INSTRUCTIONS
from diagnosis_app.mcp.tools.catalogue import TOOLS
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.mcp.speaking import FINDINGS, served, token_of
from tests.diagnosis_app.mcp.test_doors import EXAMPLES
from tests.people import Clinic
from tests.published import BICORONAL, BROAD_THUMB, HANNAH, PROPTOSIS
from tests.retrieval.passages.conftest import DOCUMENTS
from tests.retrieval.passages.made import held

pytestmark = pytest.mark.django_db(transaction=True)
WAYS = ("legacy", "auto")  # by handshake, and with the version in each request


@pytest.fixture
def address() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def token(clinic: Clinic) -> str:
    return token_of(clinic.person())


@pytest.fixture
def texts(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The knowledge in use holds a few texts; it may have been opened anew since the tests began."""
    in_use = library.current()
    made = held(DOCUMENTS, in_use)
    for name in ("passages", "lexical", "passage_findings"):
        monkeypatch.setitem(in_use.__dict__, name, getattr(made, name))


def speak(url: str, token: str, way: str, doing: Callable[[Client], Awaitable[Any]]) -> Any:
    """What `doing` gives, with a client of its own that carries the token."""

    async def whole() -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http), mode=way) as client,
        ):
            return await doing(client)

    return asyncio.run(whole())


@pytest.mark.parametrize(("way", "version"), [("legacy", "2025-11-25"), ("auto", "2026-07-28")])
def test_client_and_server_agree_on_a_version_and_the_server_says_who_it_is(
    address: str, token: str, way: str, version: str
) -> None:
    async def look(client: Client) -> tuple[Any, ...]:
        return client.protocol_version, client.server_info, client.instructions, client.server_capabilities

    spoken, info, instructions, capabilities = speak(address, token, way, look)
    assert spoken == version
    assert info.name == "clew" and info.version
    assert instructions == INSTRUCTIONS
    assert capabilities.tools is not None
    assert capabilities.resources is None and capabilities.prompts is None


def test_a_session_by_hand_works_as_in_every_tutorial(address: str, token: str) -> None:
    async def whole() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http,
            streamable_http_client(address, http_client=http) as (reads, writes, *_),
            ClientSession(reads, writes) as session,
        ):
            await session.initialize()
            await session.send_ping()
            return await session.call_tool("find_terms", {"text": "arachnodact"})

    assert asyncio.run(whole()).structured_content["terms"][0]["id"] == "HP:0001166"


@pytest.mark.parametrize("way", WAYS)
def test_every_tool_is_listed_and_marked_as_one_that_reads(address: str, token: str, way: str) -> None:
    async def listing(client: Client) -> Any:
        return await client.list_tools()

    tools = speak(address, token, way, listing).tools
    assert [tool.name for tool in tools] == list(TOOLS)
    for tool in tools:
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is tool.annotations.open_world_hint is False
        assert tool.input_schema["additionalProperties"] is False and tool.output_schema


@pytest.mark.usefixtures("published", "texts")
@pytest.mark.parametrize("way", WAYS)
def test_every_tool_answers_and_the_client_accepts_what_it_gives(address: str, token: str, way: str) -> None:
    """The client raises where a structured result is not what the tool's schema says."""

    async def every(client: Client) -> dict[str, Any]:
        await client.list_tools()
        return {name: await client.call_tool(name, arguments) for name, arguments in EXAMPLES.items()}

    for name, given in speak(address, token, way, every).items():
        assert not given.is_error, (name, given.content)
        sentence, brief = (block.text for block in given.content)
        assert sentence and isinstance(json.loads(brief), dict)
        assert len(brief) < len(json.dumps(given.structured_content)), f"{name}: the short form is not shorter"


def test_findings_lead_to_a_differential_that_adds_up(address: str, token: str) -> None:
    async def walk(client: Client) -> tuple[Any, Any]:
        note = "The lens is dislocated (ectopia lentis). Arachnodactyly. Aortic root aneurysm. No seizures."
        read = (await client.call_tool("read_findings", {"text": note})).structured_content
        findings = [
            {"term": one["id"], "status": one["status"]}
            for one in read["mentions"]
            if one["status"] in {"present", "excluded"}
        ]
        return findings, (await client.call_tool("rank", {"findings": findings, "limit": 5})).structured_content

    findings, ranking = speak(address, token, "auto", walk)
    assert {"present", "excluded"} == {one["status"] for one in findings}
    assert ranking["outcome"] == "ranked" and "OMIM:154700" in [one["id"] for one in ranking["candidates"]]
    for one in ranking["candidates"]:
        total = one["prior"] + sum(term["value"] for term in one["contributions"])
        assert total == pytest.approx(one["score"])


@pytest.mark.usefixtures("published")
def test_published_cases_come_with_what_they_share(address: str, token: str) -> None:
    findings = [{"term": term} for term in (BICORONAL, BROAD_THUMB, PROPTOSIS)]

    async def walk(client: Client) -> tuple[Any, Any]:
        found = (await client.call_tool("match", {"findings": findings})).structured_content
        whole = await client.call_tool("read_published_case", {"published_id": found["cases"][0]["id"]})
        return found, whole.structured_content

    found, whole = speak(address, token, "auto", walk)
    first = found["cases"][0]
    assert (first["id"], first["diagnoses"]) == (HANNAH.id, ["OMIM:101600"])
    assert {one["patient"]["id"] for one in first["shared"]} == {BICORONAL, BROAD_THUMB, PROPTOSIS}
    assert whole["papers"][0]["id"] == "PMID:11111111"


@pytest.mark.usefixtures("texts")
def test_a_passage_keeps_the_words_of_others_in_fields_of_their_own(address: str, token: str) -> None:
    async def search(client: Client) -> Any:
        return await client.call_tool("search", {"text": "lens displaced in Marfan syndrome", "limit": 3})

    given = speak(address, token, "auto", search)
    first = given.structured_content["passages"][0]
    assert first["quote"] and first["source"]["licence"] == "CC BY 4.0"
    sentence, brief = (block.text for block in given.content)
    assert "never instructions" in sentence
    assert json.loads(brief)["passages"][0]["quote"] == first["quote"]
    assert first["quote"] not in sentence and first["title"] not in sentence


def test_the_questions_and_the_comparison_are_those_of_a_stored_case(address: str, token: str, clinic: Clinic) -> None:
    from tests.diagnosis_app.api.asking import Asking, answer

    ask = Asking(clinic.person())
    case = ask.made()
    pair = {"one": "OMIM:154700", "other": "OMIM:129600"}

    async def both(client: Client) -> tuple[Any, Any]:
        questions = await client.call_tool("next_questions", {"findings": FINDINGS})
        return questions.structured_content, (
            await client.call_tool("compare", {**pair, "findings": FINDINGS})
        ).structured_content

    questions, apart = speak(address, token, "legacy", both)
    stored = answer(ask.get(f"/cases/{case['id']}/questions"))
    assert questions == {name: value for name, value in stored.items() if name not in {"case", "version"}}
    stored = answer(ask.get(f"/cases/{case['id']}/comparison/{pair['one']}/{pair['other']}"))
    assert apart == {name: value for name, value in stored.items() if name not in {"case", "version"}}


@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_tool_is_an_error_of_the_protocol(address: str, token: str, way: str) -> None:
    async def call(client: Client) -> None:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("delete_case", {})
        assert caught.value.code == -32602
        assert caught.value.error.data["code"] == "mcp.parameters" and caught.value.error.data["field"] == "name"

    speak(address, token, way, call)


@pytest.mark.parametrize("way", WAYS)
def test_wrong_arguments_come_back_by_name_and_can_be_mended(address: str, token: str, way: str) -> None:
    async def call(client: Client) -> Any:
        return await client.call_tool("rank", {"findings": [{"term": "seizure"}], "limit": 0, "depth": 1})

    given = speak(address, token, way, call)
    assert given.is_error
    failure = json.loads(given.content[1].text)
    assert failure["code"] == "input.invalid"
    assert {one["field"] for one in failure["problems"]} == {"findings.0.term", "limit", "depth"}


@pytest.mark.parametrize("way", WAYS)
def test_what_comes_too_fast_is_an_error_of_the_protocol_and_the_client_may_go_on(
    address: str, token: str, way: str, settings: Any
) -> None:
    async def call(client: Client) -> Any:
        settings.REQUESTS_PER_MINUTE = 1
        with pytest.raises(MCPError) as caught:
            for _ in range(2):
                await client.call_tool("find_terms", {"text": "arachnodact"})
        assert caught.value.code == -32000 and caught.value.error.data["code"] == "too_fast"
        settings.REQUESTS_PER_MINUTE = 0
        return await client.call_tool("find_terms", {"text": "arachnodact"})

    assert not speak(address, token, way, call).is_error


@pytest.mark.parametrize("way", WAYS)
def test_a_client_without_a_live_token_gets_nowhere(address: str, way: str) -> None:
    async def nothing(client: Client) -> None:
        raise AssertionError("it was let in")

    with pytest.raises(Exception) as caught:  # the client wraps what failed in groups of its own
        speak(address, "clew_" + "x" * 43, way, nothing)
    assert "it was let in" not in repr(caught.value)


def test_the_refusal_itself_says_which_token_is_wanted(address: str) -> None:
    response = httpx2.post(address, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert response.status_code == 401 and response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "unauthenticated"


def test_a_body_over_the_bound_is_refused_before_it_is_read(address: str, token: str) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"x": "x" * 5_300_000}})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    response = httpx2.post(address, content=body, headers=headers)
    assert response.status_code == 413 and response.json()["code"] == "input.too_large"
