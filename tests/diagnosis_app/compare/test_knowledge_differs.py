"""Two investigations with other knowledge or other weights between them, on small snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import fsum
from typing import Any

import pytest

from diagnosis_app.cases.models import Case
from diagnosis_app.compare.causes import Cause
from diagnosis_app.compare.moves import BEYOND
from diagnosis_app.compare.page import caveats, page_of
from diagnosis_app.compare.sums import PRIOR
from diagnosis_app.compare.words import move_words, term_words
from diagnosis_app.runs.models import Candidate, Contribution, Evidence, Run
from frontend.words import number
from retrieval.snapshot import Snapshot
from retrieval.vocabularies import OrphanetEntry
from tests.diagnosis_app.compare.comparing import (
    Compared,
    Investigate,
    adds_up,
    move_of,
    row_of,
    told_of,
)
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

pytestmark = pytest.mark.django_db(transaction=True)


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
