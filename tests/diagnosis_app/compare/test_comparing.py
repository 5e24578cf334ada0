"""Two investigations side by side: nothing differs, a model took part, what else is pinned differs, no list."""

from __future__ import annotations

from typing import Any

import pytest

from agents.contract import Failure, Outcome, OutcomeCode
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.compare import actions
from diagnosis_app.compare.actions import NotEnded, TooFewRuns
from diagnosis_app.compare.causes import Cause
from diagnosis_app.compare.page import _unexplained, caveats, page_of
from diagnosis_app.compare.words import move_words, term_words
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs import answering, worker
from diagnosis_app.runs.claim import claim
from diagnosis_app.runs.models import Candidate, Contribution, Evidence, Run, State, Step
from diagnosis_app.runs.store import Store
from tests.agents.panel.scripted import nothing
from tests.diagnosis_app.compare.comparing import (
    FINDINGS,
    WITHOUT_HALLUX,
    Compared,
    Investigate,
    adds_up,
    row_of,
)
from tests.model_server import Asked, Server
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)


# --- nothing differs ------------------------------------------------------------------------------


def test_the_same_run_twice_gives_the_same_list(case: Case, investigate: Investigate, compared: Compared) -> None:
    first, second = investigate(case), investigate(case)
    found = compared(case)
    assert (found.between.a.run, found.between.b.run) == (first, second)
    assert found.differing == 0 and not any(row.changes for row in found.rows)
    assert len(found.moves.all) == 50 and not found.moves.moved()
    assert all(term.change.amount == 0 for one in found.moves.all for term in one.terms)
    assert not found.evidence.only_a and not found.evidence.only_b
    assert len(found.evidence.both) == Evidence.objects.filter(run=first).count() > 50
    assert page_of(found).summary == "None of the first 10 moved." and not caveats(found)


def test_lists_that_differ_though_nothing_does_are_called_what_they_are(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    investigate(case)
    second = investigate(case)
    term = Contribution.objects.filter(candidate__run=second, candidate__rank=1, kind="finding").first()
    assert term is not None
    Contribution.objects.filter(pk=term.pk).update(value=term.value - 1)
    Candidate.objects.filter(pk=term.candidate_id).update(score=term.candidate.score - 1)
    found = compared(case)
    assert found.differing == 0
    changed = next(one for one in found.moves.all if one.one.disease == term.candidate.disease)
    assert [one.traced.cause for one in changed.terms if one.traced.cause is not Cause.SAME] == [Cause.UNKNOWN]
    (caveat,) = caveats(found)
    assert "Nothing that was recorded differs, and still the lists do" in caveat
    assert "nothing that was recorded explains it" in move_words(changed, found.moves, found.between)


# --- a model took part, or a run was stopped ----------------------------------------------------------


MODEL = {"name": "reasoner-32b", "address": "10.0.0.4"}


def test_what_a_model_found_in_one_run_is_a_term_with_its_own_cause(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    first, second = investigate(case), investigate(case)
    for run in (first, second):
        Run.objects.filter(pk=run.pk).update(manifest={**run.manifest, "model": MODEL})
    moved = Candidate.objects.get(run=second, rank=2)
    piece = {"by": "weigher", "says": "supports", "label": "Joint hypermobility", "evidence": ""}
    Contribution.objects.create(
        candidate=moved, position=99, kind="model", value=0.3, body={"label": "", "pieces": [piece]}
    )
    Candidate.objects.filter(pk=moved.pk).update(score=moved.score + 0.3)
    found = compared(case)
    adds_up(found)
    one = next(move for move in found.moves.all if move.one.disease == moved.disease)
    [term] = [each for each in one.terms if each.traced.cause is not Cause.SAME]
    assert term.traced.cause is Cause.MODEL
    words = term_words(term, found.between)
    assert words == "in A it found nothing new; in B a source names Joint hypermobility in it"
    assert not _unexplained(found), "a model that is asked again may find another thing"


def test_a_model_that_one_run_had_and_the_other_had_not_is_a_difference(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    investigate(case)
    second = investigate(case)
    Run.objects.filter(pk=second.pk).update(manifest={**second.manifest, "model": MODEL, "prompts": {"reader": "19d2"}})
    row = row_of(compared(case), "model")
    assert row.differs and (row.a, row.b) == ("none", "reasoner-32b at 10.0.0.4, on a private network")


HEAD = [{"term": term} for term in ("HP:0011318", "HP:0000520", "HP:0011800")]
SAGITTAL = "HP:0004442"
LIFTED, FAR = "OMIM:218600", "OMIM:301500"  # the 51st; with sagittal craniosynostosis it is among the first 20


@pytest.mark.parametrize("answer", ["present", "unknown"])
def test_a_proposed_candidate_is_beyond_those_that_were_kept_unless_its_own_sum_keeps_it(
    case: Case, actor: Actor, investigate: Investigate, compared: Compared, settings: Any, answer: str
) -> None:
    first = investigate(case, findings=HEAD, sex="male", age="P20Y")
    near = Candidate.objects.get(run=first, rank=30).disease  # below those of the list that the model is shown

    def script(asked: Asked) -> Any:
        if asked.template == "proposer":
            return {"diseases": [{"disease": one, "explains": ["F1"]} for one in (LIFTED, FAR, near)]}
        if asked.template == "policy" and "ask HP:" not in asked.user and "\nQ1 " in asked.user:
            empty = nothing(asked.schema)["actions"][0]
            return {"actions": [{**empty, "verb": "ask", "question": ["Q1"]}]}
        return nothing(asked.schema)

    with Server(script, thoughts="Hm.") as server:
        settings.MODEL, settings.MODEL_TOKENS = server.setting, 500_000
        run = runs.request_run(actor, cases.find(actor, Verb.RUN_START, case.pk))
        worker.investigate(run.pk)
        question = run.questions.get()
        assert question.term == SAGITTAL
        answering.answer(actor, run, question.key, answer)
        worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.state == State.ENDED
    side = compared(case).between.b
    assert side.run == run and side.proposed == {LIFTED, FAR, near} and side.kept == 50
    added = {one.disease for one in side.sums if one.added}
    assert added == ({FAR} if answer == "present" else {LIFTED, FAR}) and len(side.sums) == 50 + len(added)


def test_a_run_that_was_stopped_before_its_leaders_were_challenged_explains_the_missing_objections(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    first, second = investigate(case), investigate(case)
    leader = Candidate.objects.get(run=first, rank=1)
    body = {"type": "mimic", "label": "", "other": "Muenke syndrome"}
    Contribution.objects.create(candidate=leader, position=99, kind="objection", value=-1.5, body=body)
    Candidate.objects.filter(pk=leader.pk).update(score=leader.score - 1.5)
    # As a run leaves it that was cancelled after ranking.
    Step.objects.filter(run=second, action__in=("challenge", "conclude", "verify")).delete()
    Contribution.objects.filter(candidate__run=second, kind="objection").delete()
    Run.objects.filter(pk=second.pk).update(outcome="cancelled", reasons=[*second.reasons, "not_checked"])
    found = compared(case)
    row = row_of(found, "outcome")
    assert [one.name for one in found.rows if one.differs] == ["outcome"]
    assert (row.a, row.b) == ("Partial, leaders challenged", "Cancelled, leaders not challenged")
    texts = [one.text for one in row.changes]
    assert texts[0] == "Run B did not challenge its leaders: no objection counts in it"
    assert any(one.startswith("B: The statements were not checked") for one in texts[1:])
    assert not caveats(found)
    term = Contribution.objects.filter(candidate__run=second, candidate__rank=2, kind="finding").first()
    assert term is not None
    Contribution.objects.filter(pk=term.pk).update(value=term.value - 1)
    Candidate.objects.filter(pk=term.candidate_id).update(score=term.candidate.score - 1)
    assert any("tell the operator" in one for one in caveats(compared(case))), "that no stop explains"


# --- what else is pinned --------------------------------------------------------------------------


def test_whatever_else_a_manifest_pins_is_shown_when_it_differs(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    investigate(case)
    second = investigate(case)
    changed = {
        "model": "local-32b",
        "prompts": {"decide": "19d2"},
        "policy": "rules-2",
        "budget": {"steps": 8, "seconds": 60},
    }
    Run.objects.filter(pk=second.pk).update(manifest={**second.manifest, **changed})
    found = compared(case)
    assert {row.name for row in found.rows if row.differs} == {"model", "prompts", "policy", "budget"}
    assert (row_of(found, "model").a, row_of(found, "model").b) == ("none", "local-32b")
    assert row_of(found, "budget").b == "8 steps, 60 s"
    assert row_of(found, "policy").b == "rules-2"


# --- runs without a list --------------------------------------------------------------------------


def test_a_failed_run_is_compared_for_what_differs_and_says_why_it_has_no_ranks(
    case: Case, actor: Actor, investigate: Investigate, compared: Compared
) -> None:
    investigate(case, findings=WITHOUT_HALLUX)
    lease = claim(runs.request_run(actor, case, asks=False).pk)
    assert lease is not None
    store = Store(lease.run_id, lease.fence)
    store.finish(Outcome(OutcomeCode.FAILED, error=Failure("knowledge.missing", "The knowledge is away.")))
    found = compared(case)
    page = page_of(found)
    assert page.no_list == ("Run B failed: The knowledge is away.",) and not found.moves.all
    assert not page.wide and len(found.rows) == 14 and found.evidence.only_a


def test_a_run_that_was_cancelled_at_once_says_so(
    case: Case, actor: Actor, investigate: Investigate, compared: Compared
) -> None:
    runs.cancel(actor, runs.request_run(actor, case, asks=False))
    investigate(case)
    assert page_of(compared(case)).no_list == ("Run A was cancelled before anything was ranked.",)


def test_too_few_findings_for_a_list_are_the_reason(case: Case, investigate: Investigate, compared: Compared) -> None:
    investigate(case)
    investigate(case, findings=FINDINGS[:1])
    (why,) = page_of(compared(case)).no_list
    assert why.startswith("Run B shows no list. Fewer than three findings are present")


# --- which runs ------------------------------------------------------------------------------------


def test_the_two_newest_ended_runs_are_compared_unless_others_are_named(
    case: Case, actor: Actor, investigate: Investigate, compared: Compared
) -> None:
    first, second, third = (investigate(case) for _ in range(3))
    runs.request_run(actor, case)  # still under way: not among them
    assert [one.pk for one in actions.ended(actor, case)] == [third.pk, second.pk, first.pk]

    def pair(a: Run | None = None, b: Run | None = None) -> tuple[Run, Run]:
        between = compared(case, a, b).between
        return between.a.run, between.b.run

    assert pair() == (second, third)
    assert pair(b=second) == (first, second)
    assert pair(b=first) == (third, first), "none is older: the newest other one"
    assert pair(a=third) == (third, second)
    assert pair(third, first) == (third, first)


def test_one_run_alone_cannot_be_compared(case: Case, actor: Actor, investigate: Investigate) -> None:
    investigate(case)
    with pytest.raises(TooFewRuns) as told:
        actions.compare(actor, case)
    assert told.value.hint


def test_what_is_no_run_of_the_case_is_refused_by_field(
    case: Case, actor: Actor, team: Any, investigate: Investigate, other_clinic: Clinic
) -> None:
    first, _second = investigate(case), investigate(case)
    with pytest.raises(Invalid) as wrong:
        actions.compare(actor, case, "nonsense")
    assert wrong.value.field == "a" and wrong.value.hint
    with pytest.raises(Hidden) as strange:
        actions.compare(actor, case, str(first.pk), "00000000-0000-4000-8000-000000000000")
    assert strange.value.field == "b"
    running = runs.request_run(actor, case)
    with pytest.raises(NotEnded) as early:
        actions.compare(actor, case, str(first.pk), str(running.pk))
    assert early.value.field == "b" and early.value.hint
    with pytest.raises(Hidden):
        actions.compare(other_clinic.actor(), case)


def test_both_readings_are_in_the_trail(case: Case, investigate: Investigate, compared: Compared) -> None:
    first, second = investigate(case), investigate(case)
    before = Entry.objects.count()
    compared(case)
    added = list(Entry.objects.order_by("pk")[before:])
    assert [(one.verb, one.object) for one in added] == [("run.read", f"run:{run.pk}") for run in (first, second)]
    assert all(one.detail["part"] == "compare" for one in added)
