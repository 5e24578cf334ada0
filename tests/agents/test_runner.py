"""Running, going on and stopping: over the real knowledge and real checkpoints, with a record in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from agents import checkpoints, contract, runner
from agents.contract import PLAN, EventType, OutcomeCode, StepRecord
from agents.errors import LeaseLost, Stopped
from agents.memory import MemoryRecord
from agents.objections import OBJECTION, TOGETHER, without_objections
from retrieval.model import Finding, Profile, Status
from retrieval.snapshot import Snapshot
from tests.agents.conftest import patient, request
from tests.agents.investigating import NOT_APERT

CANCELLED = "cancelled"


class StopsAfter(MemoryRecord):
    """Asks the run to stop when a step is done, as a worker that is told to end would."""

    def __init__(self, step: str, control: runner.Control, why: str) -> None:
        super().__init__()
        self._step, self._control, self._why = step, control, why

    def step_done(self, step: StepRecord) -> None:
        super().step_done(step)
        if step.key == self._step:
            self._control.stop(self._why)


class Breaks(MemoryRecord):
    """Fails once at the first writing of claims, as a process that dies there would."""

    broken = False

    def keep_claims(self, disease: str, claims: Any) -> None:
        if not self.broken:
            self.broken = True
            raise ConnectionResetError("the worker is gone")
        super().keep_claims(disease, claims)


def run(snapshot: Snapshot, record: MemoryRecord, saver: runner.Saver, **options: Any) -> Any:
    control = options.pop("control", None) or runner.Control()
    return runner.run(request(**options), snapshot, record, saver, control)


def test_a_run_without_a_model_is_partial_and_says_so(snapshot: Snapshot, saver: runner.Saver) -> None:
    record = MemoryRecord()
    outcome = run(snapshot, record, saver)
    assert outcome.code is OutcomeCode.PARTIAL and outcome.reasons == ("no_reasoning_model",)
    actions = [step.action for step in record.steps()]
    assert list(dict.fromkeys(one for one in actions if one in PLAN)) == list(PLAN)
    assert {step.action for step in record.steps()} > set(PLAN), "it also looks something up"
    assert len(record.candidates()) == 50 and len(record.claims()) == 10
    assert all(claim.verified for claims in record.claims().values() for claim in claims)


def test_the_stored_ranking_is_the_instant_ranking_with_the_objections_beside_it(
    snapshot: Snapshot, saver: runner.Saver
) -> None:
    record = MemoryRecord()
    run(snapshot, record, saver, profile=NOT_APERT)
    instant = snapshot.ranker.rank(NOT_APERT, limit=50)
    plain = {
        one.disease: one.prior + sum(term.value for term in without_objections(one)) for one in record.candidates()
    }
    assert plain == pytest.approx({one.id: one.score for one in instant.candidates}, abs=1e-9)
    objected = [one for one in record.candidates() if len(without_objections(one)) < len(one.contributions)]
    assert objected and all(
        -TOGETHER <= sum(term.value for term in one.contributions if term.kind == OBJECTION) < 0 for one in objected
    )
    scores = [one.score for one in record.candidates()]
    assert scores == sorted(scores, reverse=True)
    for one in record.candidates():
        assert one.prior + sum(term.value for term in one.contributions) == pytest.approx(one.score, abs=1e-9)


def test_every_term_of_a_leading_sum_names_evidence_that_is_kept(snapshot: Snapshot, saver: runner.Saver) -> None:
    record = MemoryRecord()
    run(snapshot, record, saver)
    for one in record.candidates()[:10]:
        for term in one.contributions:
            if term.kind in ("finding", "excluded"):
                assert term.evidence_key in record.evidence()


@pytest.mark.parametrize(
    ("findings", "reason"),
    [
        ((), "no_findings"),
        (("HP:0001250",), "too_few_findings"),
        (("HP:0001250", "HP:0001263", "HP:0001252"), "too_few_specific_findings"),
    ],
)
def test_findings_that_cannot_tell_diseases_apart_end_as_insufficient(
    snapshot: Snapshot, saver: runner.Saver, findings: tuple[str, ...], reason: str
) -> None:
    record = MemoryRecord()
    outcome = run(snapshot, record, saver, profile=Profile(tuple(Finding(term) for term in findings)))
    assert outcome.code is OutcomeCode.INSUFFICIENT and outcome.reasons == (reason,)
    assert record.candidates() == [] and [step.key for step in record.steps()] == ["intake", "rank"]


@pytest.mark.parametrize("after", ["rank", "conclude"])
def test_a_stopped_run_goes_on_after_its_last_finished_step(
    snapshot: Snapshot, saver: runner.Saver, after: str
) -> None:
    control = runner.Control()
    record = StopsAfter(after, control, "shutdown")
    with pytest.raises(Stopped):
        run(snapshot, record, saver, control=control)
    told = record.told()
    assert told[-1] == f"step.done:{after}"
    outcome = run(snapshot, record, saver)
    assert outcome.code is OutcomeCode.PARTIAL
    assert record.told()[: len(told)] == told, "what was told is never told again"
    assert not any(key.endswith(after) for key in record.told()[len(told) :])


def test_a_step_that_died_halfway_is_done_again_and_counts_once(snapshot: Snapshot, saver: runner.Saver) -> None:
    whole, broken = MemoryRecord(), Breaks()
    run(snapshot, whole, saver, run_id="whole")
    with pytest.raises(ConnectionResetError):
        run(snapshot, broken, saver, run_id="broken")
    assert run(snapshot, broken, saver, run_id="broken").code is OutcomeCode.PARTIAL
    assert broken.evidence() == whole.evidence()
    assert broken.claims() == whole.claims()
    assert broken.candidates() == whole.candidates()


def test_a_run_begun_again_from_nothing_leaves_the_same_record(snapshot: Snapshot, saver: runner.Saver) -> None:
    record = MemoryRecord()
    run(snapshot, record, saver)
    before = (record.evidence(), record.claims(), record.candidates(), record.told(), record.steps())
    runner.forget(saver, "run-1")
    run(snapshot, record, saver)
    assert (record.evidence(), record.claims(), record.candidates(), record.told(), record.steps()) == before


def test_a_finished_run_that_is_started_again_only_repeats_its_outcome(snapshot: Snapshot, saver: runner.Saver) -> None:
    record = MemoryRecord()
    first = run(snapshot, record, saver)
    told = record.told()
    assert run(snapshot, record, saver) == first and record.told() == told


def test_time_that_runs_out_keeps_the_ranking_and_shows_no_unchecked_statement(
    snapshot: Snapshot, saver: runner.Saver
) -> None:
    control = runner.Control()
    record = StopsAfter("conclude", control, runner.OUT_OF_TIME)
    outcome = run(snapshot, record, saver, control=control)
    assert outcome.code is OutcomeCode.PARTIAL
    assert {"out_of_time", "not_checked"} <= set(outcome.reasons)
    assert record.candidates() and not any(c.verified for claims in record.claims().values() for c in claims)


def test_time_that_runs_out_before_anything_was_ranked_is_a_failure(snapshot: Snapshot, saver: runner.Saver) -> None:
    control = runner.Control()
    control.stop(runner.OUT_OF_TIME)
    outcome = run(snapshot, MemoryRecord(), saver, control=control)
    assert outcome.code is OutcomeCode.FAILED and outcome.error is not None
    assert outcome.error.code == "run.out_of_time" and outcome.error.hint


def test_steps_that_run_out_keep_the_ranking(snapshot: Snapshot, saver: runner.Saver) -> None:
    outcome = run(snapshot, MemoryRecord(), saver, steps=1)
    assert outcome.code is OutcomeCode.PARTIAL and outcome.reasons[0] == "run.out_of_steps"


def test_a_run_that_lost_its_lease_writes_nothing_more(snapshot: Snapshot, saver: runner.Saver) -> None:
    record = MemoryRecord()
    record.lost = True
    with pytest.raises(LeaseLost):
        run(snapshot, record, saver)
    assert record.told() == [] and record.steps() == []


def test_a_step_that_fails_is_recorded_without_the_words_of_the_error(snapshot: Snapshot, saver: runner.Saver) -> None:
    class Spills(MemoryRecord):
        def keep_candidates(self, candidates: Any) -> None:
            raise KeyError("the girl from Ward 5")

    record = Spills()
    with pytest.raises(KeyError):
        run(snapshot, record, saver)
    [step] = [step for step in record.steps() if step.key == "rank"]
    assert step.error is not None and step.error.code == "run.crashed"
    assert "Ward" not in str(record.events)


def test_the_checkpoints_are_forgotten_by_name_under_every_version_that_carried_the_run(
    snapshot: Snapshot, saver: runner.Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = contract.GRAPH_VERSION
    for name in ("one", "other"):
        run(snapshot, MemoryRecord(), saver, run_id=name)
    assert set(runner.remembered(saver)) == {"one", "other"}
    monkeypatch.setattr(contract, "GRAPH_VERSION", "later")
    run(snapshot, MemoryRecord(), saver, run_id="one")
    assert len(runner.remembered(saver)["one"]) == 2
    runner.forget(saver, "one", [carried])
    assert set(runner.remembered(saver)) == {"other"}


def test_the_checkpoints_hold_ids_and_no_sentence(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "scratch.sqlite3"
    record = MemoryRecord()
    with checkpoints.sqlite_file(file) as saver:
        run(snapshot, record, saver)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    [first, *_] = next(iter(record.claims().values()))
    assert first.key.encode() in stored and first.text.encode() not in stored


def test_an_unreadable_checkpoint_file_is_set_aside(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "scratch.sqlite3"
    file.write_bytes(b"this is no database at all" * 400)
    with checkpoints.sqlite_file(file) as saver:
        assert run(snapshot, MemoryRecord(), saver).code is OutcomeCode.PARTIAL
    assert file.with_suffix(".unreadable").exists()


def test_nothing_is_reported_to_anybody(snapshot: Snapshot, saver: runner.Saver) -> None:
    from langsmith.utils import get_env_var, tracing_is_enabled

    get_env_var.cache_clear()
    assert os.environ["LANGSMITH_TRACING"] == "false" and not tracing_is_enabled()


def test_excluded_findings_and_the_other_statuses_are_told_apart(snapshot: Snapshot, saver: runner.Saver) -> None:
    record = MemoryRecord()
    profile = patient()
    more = (*profile.findings, Finding("HP:0001263", Status.UNCERTAIN), Finding("HP:0004322", Status.FAMILY))
    run(snapshot, record, saver, profile=Profile(more, profile.sex, profile.age))
    said = {claim.about for claims in record.claims().values() for claim in claims}
    assert "HP:0000256" in said and not {"HP:0001263", "HP:0004322"} & said
    assert EventType.RANKED in {event.type for event in record.events.values()}
