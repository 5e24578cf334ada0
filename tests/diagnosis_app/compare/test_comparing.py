"""Two investigations side by side: real runs, with the real knowledge and with small snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import fsum
from typing import Any

import pytest
from django.utils import timezone

from agents.contract import Failure, Outcome, OutcomeCode
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.compare import actions
from diagnosis_app.compare.actions import Comparison, NotEnded, TooFewRuns
from diagnosis_app.compare.causes import Cause
from diagnosis_app.compare.moves import BEYOND, Move
from diagnosis_app.compare.page import _unexplained, caveats, page_of
from diagnosis_app.compare.sums import PRIOR, REST
from diagnosis_app.compare.words import move_words, term_words
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs import answering, worker
from diagnosis_app.runs.claim import claim
from diagnosis_app.runs.models import Candidate, Contribution, Evidence, Question, Run, State, Step
from diagnosis_app.runs.store import Store
from frontend.words import number
from retrieval.snapshot import Snapshot
from retrieval.vocabularies import OrphanetEntry
from tests.agents.panel.scripted import nothing
from tests.diagnosis_app.reanalysis.conftest import BASE, CHANGED
from tests.diagnosis_app.reanalysis.small import (
    AORTA,
    ARACHNODACTYLY,
    CLEFT,
    DEAF,
    ECTOPIA,
    PATIENT,
    TALL,
    World,
    same_in_mondo,
)
from tests.diagnosis_app.runs.conftest import CONTENT
from tests.model_server import Asked, Server
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)
Investigate = Callable[..., Run]
Compared = Callable[..., Comparison]

FINDINGS = list(CONTENT["findings"])
WITHOUT_HALLUX = FINDINGS[1:]
TOE, FINGER = {"term": "HP:0004691"}, {"term": "HP:0006101", "status": "excluded"}


def row_of(found: Comparison, name: str) -> Any:
    return next(row for row in found.rows if row.name == name)


def move_of(found: Comparison, name: str) -> Move:
    return next(one for one in found.moves.all if one.one.name == name)


def told_of(found: Comparison, name: str) -> str:
    return move_words(move_of(found, name), found.moves, found.between)


def adds_up(found: Comparison) -> None:
    """For every candidate of both runs, the terms explain the whole difference of the stored scores."""
    scores = [
        dict(Candidate.objects.filter(run=side.run).values_list("disease", "score"))
        for side in (found.between.a, found.between.b)
    ]
    both = [one for one in found.moves.all if one.a is not None and one.b is not None]
    assert len(both) > 3
    for one in both:
        assert one.a is not None and one.b is not None
        was = scores[0][one.a.disease] if one.a.kept else one.a.score
        difference = (scores[1][one.b.disease] if one.b.kept else one.b.score) - was
        assert fsum(term.change.amount for term in one.terms) == pytest.approx(difference, abs=1e-6), one.one.name
        assert all(term.change.one.kind != REST for term in one.terms), "a real sum leaves nothing unsaid"


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


# --- the case differs -----------------------------------------------------------------------------


def test_findings_that_were_added_and_set_absent_are_named_and_explain_the_ranks(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    investigate(case, findings=WITHOUT_HALLUX)
    investigate(case, findings=[*FINDINGS, TOE, FINGER], age="P15M")
    found = compared(case)
    assert {row.name for row in found.rows if row.differs} == {"findings", "patient"}
    texts = [(one.way, one.text) for one in row_of(found, "findings").changes]
    assert ("added", "Broad hallux") in texts and ("added", "Finger syndactyly, absent") in texts
    assert [one.text for one in row_of(found, "patient").changes] == ["Age set to 15 months"]
    adds_up(found)
    moved = found.moves.moved()
    assert moved and {one.cause for one in moved} <= {Cause.FINDING, Cause.OBJECTION, None}
    distances = [found.moves.distance(one) for one in moved]
    assert distances == sorted(distances, reverse=True)
    pfeiffer = move_of(found, "Pfeiffer syndrome")
    hallux = next(one for one in pfeiffer.terms if one.change.one.finding == "HP:0010055")
    assert hallux.change.before is None and hallux.change.amount > 0 and hallux.traced.cause is Cause.FINDING
    assert "Broad hallux added as present: listed without a frequency (+" in told_of(found, "Pfeiffer syndrome")


def test_a_finding_that_becomes_absent_is_one_change_and_said_so(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    investigate(case)
    investigate(case, findings=[{"term": "HP:0010055", "status": "excluded"}, *FINDINGS[1:]])
    found = compared(case)
    assert [one.text for one in row_of(found, "findings").changes] == ["Broad hallux set to absent"]
    adds_up(found)
    assert "Broad hallux set to absent" in told_of(found, "Pfeiffer syndrome")


def test_who_was_only_passed_is_told_by_whom(case: Case, investigate: Investigate, compared: Compared) -> None:
    investigate(case, findings=WITHOUT_HALLUX)
    investigate(case, findings=[*FINDINGS, TOE])
    found = compared(case)
    passed = [one for one in found.moves.all if one.only_passed]
    assert passed
    for one in passed:
        words = move_words(one, found.moves, found.between)
        by = one.passed[0]
        assert by.one.name in words and ("Passed by" in words or "It went past" in words)
        assert abs(one.amount or 0) < abs(by.amount or 0)
    for one in found.moves.moved():
        for other in one.passed:
            before = found.moves.rank_a(other) < found.moves.rank_a(one)
            assert before != (found.moves.rank_b(other) < found.moves.rank_b(one)), "it changed sides"


def test_genes_are_the_cause_of_the_terms_of_genes(case: Case, investigate: Investigate, compared: Compared) -> None:
    investigate(case)
    investigate(case, genes=[{"symbol": "FGFR2"}])
    found = compared(case)
    assert [one.text for one in row_of(found, "patient").changes] == ["FGFR2 added to the candidate genes"]
    adds_up(found)
    causes = {term.traced.cause for one in found.moves.all for term in one.terms if term.traced.cause is not Cause.SAME}
    assert Cause.GENES in causes <= {Cause.GENES, Cause.OBJECTION}  # who is challenged depends on who leads
    assert "the genes of the case are other ones" in told_of(found, "Pfeiffer syndrome")


def test_age_is_the_cause_of_what_only_age_moved(case: Case, investigate: Investigate, compared: Compared) -> None:
    investigate(case)
    investigate(case, age="P60Y", onset="P55Y")
    found = compared(case)
    adds_up(found)
    changed = {
        term.traced.cause for one in found.moves.all for term in one.terms if term.traced.cause is not Cause.SAME
    }
    assert Cause.PATIENT in changed <= {Cause.PATIENT, Cause.OBJECTION}


def test_the_onset_of_a_finding_is_the_cause_of_the_onset_that_was_derived_from_it(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    dated = [{**FINDINGS[0], "onset": "P1D"}, *FINDINGS[1:]]
    investigate(case, age="P60Y", findings=dated)
    investigate(case, findings=[{**FINDINGS[0], "onset": "P50Y"}, *FINDINGS[1:]])
    found = compared(case)
    adds_up(found)
    derived = [
        term
        for one in found.moves.all
        for term in one.terms
        if term.change.one.kind == "onset" and not term.change.one.finding and term.change.amount
    ]
    assert derived and {term.traced.cause for term in derived} == {Cause.FINDING}
    assert term_words(derived[0], found.between) == "the findings that date the illness are others"
    investigate(case, onset="P20Y")
    investigate(case, findings=dated)
    assert not any(term.change.amount for one in compared(case).moves.all for term in one.terms if
                   term.change.one.kind == "onset" and not term.change.one.finding)  # fmt: skip


def test_a_finding_set_absent_under_other_weights_names_both(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    investigate(case)
    second = investigate(case, findings=[{"term": "HP:0010055", "status": "excluded"}, *FINDINGS[1:]])
    Run.objects.filter(pk=second.pk).update(manifest={**second.manifest, "ranker": "other-weights"})
    found = compared(case)
    hallux = next(
        term
        for term in move_of(found, "Pfeiffer syndrome").terms
        if term.change.one.finding == "HP:0010055" and term.change.before and term.change.after
    )
    assert hallux.traced.cause is Cause.UNTOLD and set(hallux.traced.among) == {Cause.FINDING, Cause.SCORING}
    assert term_words(hallux, found.between) == "absent; it was: present; the findings or the scoring"


def test_words_of_the_note_differ_and_move_nothing(case: Case, investigate: Investigate, compared: Compared) -> None:
    investigate(case)
    investigate(case, note="Girl of 14 months with broad thumbs. She smiles.")
    found = compared(case)
    assert [row.name for row in found.rows if row.differs] == ["note"]
    assert not found.moves.moved()


def test_an_answer_is_told_apart_from_a_finding_of_the_case(
    case: Case, investigate: Investigate, compared: Compared
) -> None:
    first = investigate(case, findings=WITHOUT_HALLUX)
    second = investigate(case, findings=FINDINGS)
    # As a run that asked for it leaves it: the case of both is the same, the answer is the second run's.
    Run.objects.filter(pk=second.pk).update(version=first.version)
    Question.objects.create(
        run=second, key="ask:1", seq=1, term="HP:0010055", label="Broad hallux",
        asked_at=timezone.now(), answer="present",
    )  # fmt: skip
    found = compared(case)
    assert [row.name for row in found.rows if row.differs] == ["answers"]
    assert (row_of(found, "answers").a, row_of(found, "answers").b) == ("none", "1 answer")
    assert [one.text for one in row_of(found, "answers").changes] == ["Broad hallux: present"]
    adds_up(found)
    assert {one.cause for one in found.moves.moved()} <= {Cause.ANSWER, Cause.OBJECTION, None}
    assert "Broad hallux answered as present" in told_of(found, "Pfeiffer syndrome")


def test_a_question_that_was_really_asked_and_answered_explains_the_ranks(
    case: Case, actor: Actor, investigate: Investigate, compared: Compared
) -> None:
    investigate(case, findings=[{"term": term} for term in ("HP:0011318", "HP:0000520", "HP:0011800")])
    run = runs.request_run(actor, cases.find(actor, Verb.RUN_START, case.pk))
    worker.investigate(run.pk)
    run.refresh_from_db()
    while run.state == State.WAITING:
        question = run.questions.get(answer="")
        run = answering.answer(actor, run, question.key, "present" if question.seq == 1 else "excluded")
        worker.investigate(run.pk)
        run.refresh_from_db()
    asked = list(run.questions.all())
    assert run.state == State.ENDED and asked
    found = compared(case)
    assert {row.name for row in found.rows if row.differs} == {"answers", "asks"}
    assert len(row_of(found, "answers").changes) == len(asked)
    adds_up(found)
    assert Cause.ANSWER in {one.cause for one in found.moves.moved()}
    assert f"{asked[0].label} answered as " in " ".join(told_of(found, one.one.name) for one in found.moves.moved())


def test_an_objection_is_a_term_of_its_own(case: Case, investigate: Investigate, compared: Compared) -> None:
    investigate(case)
    second = investigate(case)
    first = Candidate.objects.get(run=second, rank=1)
    body = {"type": "mimic", "label": "", "other": "Muenke syndrome"}
    Contribution.objects.create(candidate=first, position=99, kind="objection", value=-1.5, body=body)
    Candidate.objects.filter(pk=first.pk).update(score=first.score - 1.5)
    found = compared(case)
    adds_up(found)
    moved = next(one for one in found.moves.all if one.one.disease == first.disease)
    assert [one.traced.cause for one in moved.terms if one.traced.cause is not Cause.SAME] == [Cause.OBJECTION]
    said = move_words(moved, found.moves, found.between)
    assert "Objection: Muenke syndrome explains all of it and more: raised in B alone (−1.5)." in said


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


# --- the knowledge differs ------------------------------------------------------------------------


@pytest.fixture
def two_knowledges(publish: Callable[[World], Snapshot], begin: Callable[..., Case], investigate: Investigate) -> Any:
    def carry(before: World, after: World) -> Case:
        publish(before)
        case = begin()
        investigate(case)
        publish(after)
        investigate(case)
        return case

    return carry


def test_a_frequency_that_a_source_changed_is_told_with_both_values(two_knowledges: Any, compared: Compared) -> None:
    case = two_knowledges(BASE, BASE.with_rows("OMIM:300005", (TALL, "1/10")))
    found = compared(case)
    assert [row.name for row in found.rows if row.differs] == ["knowledge"]
    adds_up(found)
    fifth = move_of(found, "Fifth")
    tall = next(one for one in fifth.terms if one.change.one.finding == TALL)
    assert tall.traced.cause is Cause.KNOWLEDGE and tall.change.amount < 0
    assert "described, 1 of 10; it was: described, 6 of 10" in told_of(found, "Fifth")


@pytest.mark.parametrize(
    ("changed", "causes"),
    [({"onset": "P3Y"}, {Cause.KNOWLEDGE}), ({"sex": "male"}, {Cause.KNOWLEDGE, Cause.PATIENT})],
    ids=["its onset is no matter of this term", "frequencies are read by sex"],
)
def test_a_frequency_that_a_source_changed_beside_the_case(
    publish: Callable[[World], Snapshot], begin: Callable[..., Case], investigate: Investigate, compared: Compared,
    changed: dict[str, str], causes: set[Cause],
) -> None:  # fmt: skip
    publish(BASE)
    case = begin()
    investigate(case)
    publish(BASE.with_rows("OMIM:300005", (TALL, "1/10")))
    findings = [{"term": term} for term in PATIENT]
    if "onset" in changed:
        findings = [{**one, **(changed if one["term"] == TALL else {})} for one in findings]
        investigate(case, findings=findings)
    else:
        investigate(case, **changed)
    found = compared(case)
    tall = next(
        one
        for one in move_of(found, "Fifth").terms
        if one.change.one.finding == TALL and one.change.one.kind == "finding"
    )
    assert set(tall.traced.among or (tall.traced.cause,)) == causes
    assert "1 of 10; it was: described, 6 of 10" in term_words(tall, found.between)


def test_a_finding_that_is_newly_documented_lifts_its_disease(two_knowledges: Any, compared: Compared) -> None:
    case = two_knowledges(BASE, CHANGED)
    found = compared(case)
    adds_up(found)
    sixth = move_of(found, "Sixth")
    assert sixth.up and sixth.cause is Cause.KNOWLEDGE
    cleft = next(one for one in sixth.terms if one.change.one.finding == CLEFT)
    assert "described, 9 of 10; it was: not described" in told_of(found, "Sixth") and cleft.change.amount > 0


def test_diseases_that_became_one_are_said_to_be_one(two_knowledges: Any, compared: Compared) -> None:
    rows = ((ARACHNODACTYLY, "8/10"), (ECTOPIA, "8/10"), (AORTA, "8/10"))
    listed = replace(BASE, orphanet=(OrphanetEntry("ORPHA:7", "Twin", "Disease"),))
    twins = listed.with_rows("ORPHA:7", *rows, name="Twin")
    case = two_knowledges(twins, replace(twins, mondo=(same_in_mondo("7", "OMIM:300002", "ORPHA:7"),)))
    found = compared(case)
    (alone,) = [one for one in found.moves.all if one.b is None and one.one.name in {"Second", "Twin"}]
    said = move_words(alone, found.moves, found.between)
    assert "are one disease in the other run, and are counted there as one" in said
    adds_up(found)


QUIET = BASE.with_rows("OMIM:300250", (DEAF, "8/10"), name="Late")  # after three hundred that are as far down
LATE = QUIET.with_rows("OMIM:300250", (CLEFT, "9/10"), (TALL, "9/10"))


def test_a_candidate_from_beyond_the_kept_ones_is_worked_out_and_explained(
    two_knowledges: Any, compared: Compared
) -> None:
    found = compared(two_knowledges(QUIET, LATE))
    adds_up(found)
    risen = move_of(found, "Late")
    assert risen.a is not None and not risen.a.kept and risen.a.rank > 50 and risen.b is not None
    assert fsum(term.change.amount for term in risen.terms) == pytest.approx(risen.amount, abs=1e-6)
    assert risen.cause is Cause.KNOWLEDGE
    said = move_words(risen, found.moves, found.between)
    assert "described, 9 of 10; it was: not described" in said
    assert "Run A kept its first 50 candidates; the sum there was worked out from its knowledge." in said
    (fallen,) = [one for one in found.moves.all if one.b is not None and not one.b.kept]
    assert fallen.b is not None and fallen.b.rank == 51 and "Passed by Late" in told_of(found, fallen.one.name)
    assert page_of(found).summary and not any("not known" in line.words for line in page_of(found).lines)


def test_what_the_other_knowledge_does_not_rank_is_said_not_to_be_ranked(
    two_knowledges: Any, compared: Compared
) -> None:
    found = compared(two_knowledges(BASE.without("OMIM:300005"), BASE))
    new = move_of(found, "Fifth")
    assert new.a is None and new.unranked
    assert told_of(found, "Fifth").startswith("The knowledge of run A does not rank it. Here its sum is ")


@pytest.mark.parametrize("gone", [True, False], ids=["the knowledge is gone", "the arithmetic is another one"])
def test_what_cannot_be_worked_out_is_bounded_by_the_sums_without_objections(
    two_knowledges: Any, compared: Compared, knowledge: Any, gone: bool
) -> None:
    import shutil

    from corpus_ingest import library

    case = two_knowledges(QUIET, LATE)
    old = Run.objects.order_by("created_at").first()
    assert old is not None
    last = old.candidates.get(rank=50)
    if gone:
        shutil.rmtree(knowledge / old.manifest["snapshot"])
        library.close_all()
    else:
        last.score -= 0.25
        Candidate.objects.filter(pk=last.pk).update(score=last.score)
    held = old.candidates.get(rank=4)
    Contribution.objects.create(candidate=held, position=99, kind="objection", value=-40.0, body={"type": "mimic"})
    Candidate.objects.filter(pk=held.pk).update(score=held.score - 40)
    found = compared(case)
    risen = move_of(found, "Late")
    assert risen.a is None and not risen.unranked and not risen.terms
    said = told_of(found, "Late")
    assert f"only that it was at most {number(last.score)}, if it was ranked at all." in said


def test_only_so_many_are_worked_out(two_knowledges: Any, compared: Compared) -> None:
    few = many = BASE
    for at in range(BEYOND + 4):
        few = few.with_rows(f"OMIM:3002{at:02}", (DEAF, "8/10"), name=f"Late {at}")
        many = many.with_rows(f"OMIM:3002{at:02}", (DEAF, "8/10"), (CLEFT, "9/10"), name=f"Late {at}")
    found = compared(two_knowledges(few, many))
    worked_out = [side for one in found.moves.all for side in (one.a, one.b) if side is not None and not side.kept]
    assert len(worked_out) == BEYOND
    assert sum("its sum there is not known" in told_of(found, one.one.name) for one in found.moves.all) == BEYOND + 8


def test_the_versions_of_the_sources_stand_beside_each_other(two_knowledges: Any, compared: Compared) -> None:
    case = two_knowledges(BASE, replace(CHANGED, version="2031-06-01"))
    row = row_of(compared(case), "knowledge")
    assert [one.text for one in row.changes] == ["HPO, 2031-06-01 instead of 2030-01-01"]


def test_evidence_of_another_version_with_the_same_words_says_so(two_knowledges: Any, compared: Compared) -> None:
    case = two_knowledges(
        BASE, replace(BASE, version="2031-06-01", diseases=BASE.with_rows("OMIM:300003", (AORTA, "1/9")).diseases)
    )
    found = compared(case)
    keys = [{one.key for one in part} for part in (found.evidence.only_a, found.evidence.both, found.evidence.only_b)]
    assert not (keys[0] & keys[2]) and not (keys[1] & (keys[0] | keys[2]))
    both = [
        set(Evidence.objects.filter(run=side.run).values_list("key", flat=True))
        for side in (found.between.a, found.between.b)
    ]
    assert (keys[0], keys[1], keys[2]) == (both[0] - both[1], both[0] & both[1], both[1] - both[0])
    here = {one.elsewhere for one in found.evidence.only_b if one.kind == "annotation"}
    assert "same_words" in here


def test_knowledge_that_is_gone_is_called_gone_and_the_rest_still_stands(
    two_knowledges: Any, compared: Compared, knowledge: Any
) -> None:
    import shutil

    case = two_knowledges(BASE, CHANGED)
    old = Run.objects.order_by("created_at").first()
    assert old is not None
    shutil.rmtree(knowledge / old.manifest["snapshot"])
    found = compared(case)
    (told,) = row_of(found, "knowledge").changes
    assert "no longer on this machine" in told.text and old.manifest["snapshot"][:12] in told.text
    adds_up(found)
    assert move_of(found, "Sixth").cause is Cause.KNOWLEDGE


def test_knowledge_and_scoring_that_both_changed_are_not_told_apart(two_knowledges: Any, compared: Compared) -> None:
    case = two_knowledges(BASE, CHANGED)
    newest = Run.objects.order_by("-created_at").first()
    assert newest is not None
    Run.objects.filter(pk=newest.pk).update(manifest={**newest.manifest, "ranker": "other-weights"})
    found = compared(case)
    assert {row.name for row in found.rows if row.differs} == {"knowledge", "scoring"}
    sixth = move_of(found, "Sixth")
    cleft = next(one for one in sixth.terms if one.change.one.finding == CLEFT)
    assert cleft.traced.cause is Cause.UNTOLD and set(cleft.traced.among) == {Cause.KNOWLEDGE, Cause.SCORING}
    assert "the knowledge or the scoring" in told_of(found, "Sixth")
    assert any("Several things differ" in one for one in caveats(found))


def test_other_weights_alone_are_the_scoring(case: Case, investigate: Investigate, compared: Compared) -> None:
    investigate(case)
    second = investigate(case)
    for term in Contribution.objects.filter(candidate__run=second):
        Contribution.objects.filter(pk=term.pk).update(value=term.value * 2)
    for one in Candidate.objects.filter(run=second):
        Candidate.objects.filter(pk=one.pk).update(score=one.prior + 2 * (one.score - one.prior))
    Run.objects.filter(pk=second.pk).update(manifest={**second.manifest, "ranker": "twice"})
    found = compared(case)
    adds_up(found)
    causes = {term.traced.cause for one in found.moves.all for term in one.terms if term.traced.cause is not Cause.SAME}
    assert Cause.SCORING in causes <= {Cause.SCORING, Cause.OBJECTION}
    assert all(
        term.change.amount == 0 for one in found.moves.all for term in one.terms if term.change.one.kind == PRIOR
    )


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
