"""Two investigations of a case that changed between them: each finding, age, gene, answer explains what it moved."""

from __future__ import annotations

import pytest
from django.utils import timezone

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.compare.causes import Cause
from diagnosis_app.compare.words import move_words, term_words
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs import answering, worker
from diagnosis_app.runs.models import Candidate, Contribution, Question, Run, State
from tests.diagnosis_app.compare.comparing import (
    FINDINGS,
    FINGER,
    TOE,
    WITHOUT_HALLUX,
    Compared,
    Investigate,
    adds_up,
    move_of,
    row_of,
    told_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


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
