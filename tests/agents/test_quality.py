"""How an investigation went: what each of the three shares counts and what it does not, and that it can be low."""

from __future__ import annotations

from typing import Any

from agents.contract import (
    CandidateRecord,
    Claim,
    ContributionRecord,
    Failure,
    Relation,
    Stance,
    StepRecord,
    Triple,
)
from agents.quality import CHOSEN, Quality, Share, quality, spent
from tests.agents.conftest import patient
from tests.agents.investigating import NOT_APERT, Investigation, asked_of
from tests.agents.small_world import SmallWorld

VERIFY = StepRecord("verify", "verify", 99, digest_out="d")


def step(action: str, seq: int = 1, *, failed: bool = False, **got: Any) -> StepRecord:
    error = Failure("knowledge.unreadable", "It could not be read.") if failed else None
    return StepRecord(f"{action}-{seq}", action, seq, got=got, digest_out="" if failed else "d", error=error)


def said(about: str = "", *keys: str, stood: bool = True, disease: str = "A") -> Claim:
    triple = Triple(disease, Relation.DOCUMENTS, about)
    return Claim(triple, Stance.FOR, "words", keys, about, verified=stood)


def term(finding: str, kind: str = "finding", key: str = "") -> ContributionRecord:
    return ContributionRecord(kind, 1.0, finding, key)


def first(*terms: ContributionRecord) -> CandidateRecord:
    return CandidateRecord(1, "A", ("A",), "A", (), 1.0, 0.0, terms)


def of(*steps: StepRecord, claims: tuple[Claim, ...] = (), one: CandidateRecord | None = None) -> Quality:
    found = quality((*steps, VERIFY), [one or first()], {"A": claims})
    assert found is not None
    return found


# --- efficiency ----------------------------------------------------------------------------


def test_a_reading_counts_that_brought_what_a_statement_cites() -> None:
    used, unused = step("lookup", 1, brought=["e1"]), step("search", 2, brought=["e2"])
    assert of(used, unused, claims=(said("f", "e1"),)).efficiency == Share(1, 2)


def test_what_only_a_removed_statement_cites_changed_nothing() -> None:
    assert of(step("search", 1, brought=["e1"]), claims=(said("f", "e1", stood=False),)).efficiency == Share(0, 1)


def test_a_term_of_a_sum_that_is_shown_cites_as_a_statement_does() -> None:
    read, one = step("match", 1, brought=["e1"]), first(term("", "similar", "e1"))
    assert of(read, claims=(said("f"),), one=one).efficiency == Share(1, 1)
    assert of(read, one=one).efficiency == Share(0, 1), "nothing is said of that candidate"


def test_bringing_the_same_again_changes_nothing() -> None:
    again = (step("lookup", 1, brought=["e1"]), step("lookup", 2, brought=["e1"]))
    assert of(*again, claims=(said("f", "e1"),)).efficiency == Share(1, 2)


def test_a_question_counts_if_its_answer_moved_and_a_challenge_if_a_leader_did() -> None:
    assert of(step("ask", 1, moved=True), step("ask", 2, moved=False), step("ask", 3)).efficiency == Share(1, 3)
    challenges = (step("challenge", 1, felled=["A"]), step("challenge", 2, felled=[], caught=["A", "B"]),
                  step("challenge", 3, felled=[], caught=[], objections=2))  # fmt: skip
    assert of(*challenges).efficiency == Share(2, 3)


def test_a_step_that_failed_was_taken_and_changed_nothing() -> None:
    assert of(step("search", 1, failed=True)).efficiency == Share(0, 1)


def test_what_every_investigation_does_is_not_counted() -> None:
    frame = (step(one, n) for n, one in enumerate(("intake", "rank", "weigh", "conclude")))
    assert of(*frame).efficiency == Share(0, 0)


def test_of_steps_that_did_not_note_what_they_brought_nothing_is_said() -> None:
    assert of(step("search", 1, found=3), claims=(said("f", "e1"),)).efficiency is None


# --- factuality and completeness -----------------------------------------------------------


def test_factuality_is_the_share_of_what_was_written_that_stood() -> None:
    assert of(claims=(said("f"), said("g", stood=False), said("h"))).factuality == Share(2, 3)


def test_completeness_is_over_the_findings_that_were_weighed_for_the_first() -> None:
    one = first(term("f"), term("g"), term("h"), term("x", "excluded"), term("", "onset"))
    assert of(claims=(said("f"), said("x")), one=one).completeness == Share(1, 3)


def test_an_objection_speaks_of_a_finding_and_a_removed_statement_does_not() -> None:
    one = first(term("f"), term("g"), term("f", "objection"))
    assert of(claims=(said("g", stood=False),), one=one).completeness == Share(1, 2)


def test_of_a_run_that_checked_or_ranked_nothing_nothing_is_said() -> None:
    assert quality([step("lookup", 1, brought=["e1"])], [first()], {}) is None
    assert quality([VERIFY], [], {}) is None


# --- a model -------------------------------------------------------------------------------


def test_what_was_asked_of_a_model_is_summed_and_absent_where_none_was() -> None:
    assert spent([step("search", 1, brought=[])]) == {}
    steps = [step("decide", 1, model={"calls": 1, "prompt": 900, "cost": None}),
             step("weigh", 2, model={"calls": 2, "prompt": 100, "seconds": 1.5})]  # fmt: skip
    assert spent(steps) == {"calls": 3, "prompt": 1000, "seconds": 1.5}


# --- whole investigations ------------------------------------------------------------------


def test_a_whole_investigation_is_measured(world: SmallWorld) -> None:
    one = Investigation(world, asked_of(patient()))
    one.through()
    found = quality(one.record.steps(), one.record.candidates(), one.record.claims())
    assert found is not None and found.efficiency is not None
    chosen = [each for each in one.record.steps() if each.action in CHOSEN]
    assert found.efficiency.of == len(chosen) and 0 < found.efficiency.n < len(chosen)
    assert found.factuality.n == found.factuality.of > 10
    weighed = {each.finding for each in one.record.candidates()[0].contributions if each.kind == "finding"}
    assert found.completeness.of == len(weighed) >= found.completeness.n > 0


def test_a_felled_leader_counts_in_it(world: SmallWorld) -> None:
    one = Investigation(world, asked_of(NOT_APERT))
    one.through()
    felled = [each for each in one.of("challenge") if each.got["felled"] or each.got["caught"]]
    assert felled, "the sceptic moved somebody, or this shows nothing"
    found = quality(one.record.steps(), one.record.candidates(), one.record.claims())
    rest = [each for each in one.record.steps() if each not in felled]
    without = quality(rest, one.record.candidates(), one.record.claims())
    assert found is not None and without is not None and found.efficiency and without.efficiency
    assert found.efficiency.n - without.efficiency.n == len(felled)
