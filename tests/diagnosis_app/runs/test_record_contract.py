"""The record in memory and the store on the database behave alike: what a test of the agents shows holds here too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agents import checkpoints, runner
from agents.contract import EventType, Failure, StepRecord
from agents.errors import LeaseLost
from agents.ledger import Argued, argue, candidate_record
from agents.memory import MemoryRecord
from agents.record import Record
from diagnosis_app.runs.actions import cancel
from diagnosis_app.runs.models import Claim, Event, Run, Step
from diagnosis_app.runs.store import Store
from retrieval.snapshot import Snapshot
from tests.agents.conftest import patient, request

STEP = StepRecord("rank", "rank", 1, why={"present": 7}, digest_in="a" * 64)
DONE = replace(STEP, got={"total": 8351, "apart": 1.25}, digest_out="b" * 64)


@pytest.fixture(params=["in memory", "on the database"])
def record(request: pytest.FixtureRequest) -> Iterator[Record]:
    yield MemoryRecord() if request.param == "in memory" else request.getfixturevalue("store")


@pytest.fixture(scope="module")
def argued(snapshot: Snapshot) -> list[Argued]:
    leaders = snapshot.ranker.rank(patient(), limit=3).candidates
    return [argue(snapshot, patient(), snapshot.ranker.explain(patient(), one.id)) for one in leaders]


def told(record: Record) -> list[str]:
    if isinstance(record, MemoryRecord):
        keys = record.told()
    else:
        assert isinstance(record, Store)
        keys = list(Event.objects.filter(run_id=record.run_id).order_by("seq").values_list("key", flat=True))
    return [key for key in keys if not key.startswith(("run.", "claimed:"))]


def test_a_step_is_kept_once_however_often_it_is_done(record: Record) -> None:
    for _ in range(3):
        record.step_started(STEP)
        record.step_done(DONE)
    assert list(record.steps()) == [DONE]
    assert told(record) == ["step.started:rank", "step.done:rank"]


def test_a_step_keeps_the_tokens_that_it_took(store: Store) -> None:
    store.step_done(replace(DONE, got={"model": {"prompt": 900, "completion": 100, "calls": 1}}))
    assert Step.objects.get().tokens == 1_000


def test_a_step_that_was_done_cannot_become_undone(record: Record) -> None:
    record.step_started(STEP)
    record.step_done(DONE)
    record.step_failed(replace(STEP, error=Failure("run.crashed", "It broke.")))
    record.step_done(replace(DONE, got={"total": 1}))
    assert list(record.steps()) == [DONE]


def test_a_step_that_failed_can_be_done_again(record: Record) -> None:
    record.step_started(STEP)
    record.step_failed(replace(STEP, error=Failure("run.crashed", "It broke.", "Again.")))
    assert [step.error for step in record.steps()] == [Failure("run.crashed", "It broke.", "Again.")]
    record.step_started(STEP)
    record.step_done(DONE)
    assert list(record.steps()) == [DONE]


def test_an_event_is_told_once_by_its_key(record: Record) -> None:
    record.tell(EventType.RANKED, "differential:rank", {"leaders": []})
    record.tell(EventType.RANKED, "differential:rank", {"leaders": [1]})
    record.tell(EventType.RANKED, "differential:weigh", {"leaders": [2]})
    assert told(record) == ["differential:rank", "differential:weigh"]


def test_evidence_is_kept_once_by_its_content(record: Record, argued: list[Argued]) -> None:
    for one in (*argued, argued[0]):
        record.keep_evidence(one.evidence)
    assert dict(record.evidence()) == {piece.key: piece for one in argued for piece in one.evidence}


def test_the_differential_is_replaced_as_a_whole(record: Record, argued: list[Argued]) -> None:
    first, second, third = (one.candidate for one in argued)
    record.keep_candidates([first, second])
    record.keep_candidates([replace(third, rank=1), replace(first, rank=2)])
    assert list(record.candidates()) == [replace(third, rank=1), replace(first, rank=2)]


def test_a_candidate_that_stays_keeps_its_statements(record: Record, argued: list[Argued]) -> None:
    one, other = argued[0], argued[1]
    record.keep_candidates([one.candidate, other.candidate])
    record.keep_claims(one.candidate.disease, one.claims)
    record.keep_candidates([one.candidate])
    assert dict(record.claims()) == {one.candidate.disease: list(one.claims)}


def test_statements_are_replaced_with_their_verdict(record: Record, argued: list[Argued]) -> None:
    one = argued[0]
    record.keep_candidates([one.candidate])
    record.keep_claims(one.candidate.disease, one.claims)
    judged = [replace(claim, verified=True) for claim in one.claims[:-1]]
    judged.append(replace(one.claims[-1], removed_because="not_stated"))
    record.keep_claims(one.candidate.disease, judged)
    assert dict(record.claims()) == {one.candidate.disease: judged}


def test_a_doubt_is_read_back_and_is_no_part_of_what_is_said(record: Record, argued: list[Argued]) -> None:
    one = argued[0]
    record.keep_candidates([one.candidate])
    record.keep_claims(one.candidate.disease, one.claims)
    doubted = [replace(one.claims[0], verified=True, doubted=True), *one.claims[1:]]
    record.keep_claims(one.candidate.disease, doubted)
    assert dict(record.claims()) == {one.candidate.disease: doubted}
    assert doubted[0].key == one.claims[0].key


def test_a_statement_stored_before_there_were_doubts_is_not_doubted(store: Store, argued: list[Argued]) -> None:
    one = argued[0]
    store.keep_candidates([one.candidate])
    store.keep_claims(one.candidate.disease, one.claims[:1])
    row = Claim.objects.get()
    del row.triple["doubted"]
    row.save()
    assert store.claims() == {one.candidate.disease: list(one.claims[:1])}


def test_a_candidate_without_evidence_is_read_back_as_it_was(record: Record, snapshot: Snapshot) -> None:
    ranked = [candidate_record(snapshot, one) for one in snapshot.ranker.rank(patient(), limit=50).candidates]
    record.keep_candidates(ranked)
    assert list(record.candidates()) == ranked


def test_nothing_is_written_when_the_lease_is_lost(record: Record, argued: list[Argued]) -> None:
    record.keep_candidates([argued[0].candidate])
    if isinstance(record, MemoryRecord):
        record.lost = True
    else:
        assert isinstance(record, Store)
        Run.objects.filter(pk=record.run_id).update(fence=record.fence + 1)
    writes = [
        lambda: record.step_started(STEP),
        lambda: record.step_done(DONE),
        lambda: record.step_failed(STEP),
        lambda: record.tell(EventType.RANKED, "late", {}),
        lambda: record.keep_evidence(argued[0].evidence),
        lambda: record.keep_candidates([argued[1].candidate]),
        lambda: record.keep_claims(argued[0].candidate.disease, argued[0].claims),
    ]
    for write in writes:
        with pytest.raises(LeaseLost):
            write()
    assert list(record.candidates()) == [argued[0].candidate]
    assert not record.steps() and not record.evidence() and not record.claims() and told(record) == []


def test_a_whole_run_leaves_the_same_record_in_both(snapshot: Snapshot, store: Store, run: Run, tmp_path: Path) -> None:
    asked = replace(request(), case_digest=run.version.digest)
    memory = MemoryRecord()
    with checkpoints.sqlite_file(tmp_path / "checkpoints.sqlite3") as saver:
        one = runner.run(replace(asked, run_id="memory"), snapshot, memory, saver, runner.Control())
        other = runner.run(asked, snapshot, store, saver, runner.Control())
    assert one == other
    assert memory.evidence() == store.evidence()
    assert memory.claims() == store.claims()
    assert memory.candidates() == store.candidates()
    assert memory.steps() == store.steps()
    assert told(memory) == told(store)


def test_a_cancelled_run_takes_no_more_writes(store: Store, run: Run, actor: object) -> None:
    cancel(actor, run)  # type: ignore[arg-type]
    with pytest.raises(LeaseLost):
        store.step_started(STEP)
