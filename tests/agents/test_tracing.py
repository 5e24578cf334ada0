"""Steps as spans: with the package, what was done and nothing of the patient; without it, nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from agents import tracing
from agents.contract import Answer, EvidenceKind
from tests.agents.investigating import TALL, Investigation, asked_of
from tests.agents.small_world import SmallWorld

DIGEST = re.compile(r"[0-9a-f]{64}")


@pytest.fixture(scope="module")
def spans() -> Iterator[Any]:
    """What an exporter would be given."""
    export = pytest.importorskip(
        "opentelemetry.sdk.trace.export", reason="needs opentelemetry-sdk: ./test installs requirements/test.txt"
    )
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace, "get_tracer", provider.get_tracer)
        yield exporter
    provider.shutdown()


@pytest.fixture(scope="module")
def traced(spans: Any, world: SmallWorld) -> Investigation:
    one = Investigation(world, asked_of(TALL, asks=True))
    spans.clear()
    one.through([Answer.PRESENT, Answer.EXCLUDED])
    return one


def test_every_step_is_a_span_with_what_was_done(spans: Any, traced: Investigation) -> None:
    found = {span.attributes["clew.step"]: span for span in spans.get_finished_spans()}
    steps = traced.record.steps()
    assert set(found) == {step.key for step in steps}
    for step in steps:
        said = found[step.key].attributes
        assert found[step.key].name == f"step {step.action}" and said["clew.action"] == step.action
        assert said["clew.run"] == "run-1" and said["clew.seq"] == step.seq
        assert said["clew.digest_in"] == step.digest_in and DIGEST.fullmatch(step.digest_in)
    kept = set(traced.record.evidence())
    named = {key for span in found.values() for key in span.attributes["clew.evidence"]}
    assert named & kept and len(named & kept) >= 3


def test_no_span_holds_anything_of_the_patient(spans: Any, traced: Investigation) -> None:
    told = json.dumps([json.loads(span.to_json()) for span in spans.get_finished_spans()])
    assert not re.search(r"HP:\d|OMIM:|ORPHA:", told), "neither a finding nor the order of the diseases"
    labels = {str(one.body.get("label")) for one in traced.record.evidence().values() if one.body.get("label")}
    names = {one.name for one in traced.record.candidates()} | {one.label for one in traced.record.questions()}
    quotes = [one.quote for one in traced.record.evidence().values() if one.kind is EvidenceKind.PASSAGE]
    assert labels and not [one for one in (*labels, *names, *quotes) if len(one) > 4 and one in told]
    assert not [event for span in spans.get_finished_spans() for event in span.events], "no words of an error"


def test_a_step_that_fails_is_marked_by_its_code_and_not_its_words(
    spans: Any, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agents import performing
    from retrieval.errors import SnapshotUnreadable

    def broken(*_: Any, **__: Any) -> Any:
        raise SnapshotUnreadable("a word that must not travel", hint="nor this")

    monkeypatch.setattr(performing, "match", broken)
    spans.clear()
    Investigation(world, asked_of(TALL)).through()
    [failed] = [
        span for span in spans.get_finished_spans() if not span.status.is_ok and span.status.description is None
    ]
    assert failed.attributes["clew.error"] == "knowledge.unreadable" and failed.attributes["clew.action"] == "match"
    assert "must not travel" not in json.dumps(json.loads(failed.to_json()))


def test_without_the_package_nothing_happens(world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "trace", None)
    one = Investigation(world, asked_of(TALL))
    assert one.through().reasons and one.actions[-1] == "verify"
    tracing.left(None, ["a" * 64])
