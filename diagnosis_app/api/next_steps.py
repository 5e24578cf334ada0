"""What to ask next of a case, and what tells two of its candidates apart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from corpus_ingest import library
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import next_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.api.words import Named
from diagnosis_app.cases import actions
from diagnosis_app.cases.asking import questions_of
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.cases.separating import comparison_of
from diagnosis_app.errors import Hidden, Invalid
from retrieval.errors import UnknownDisease
from retrieval.model import Frequency
from retrieval.ranking.as_json import frequency_json
from retrieval.ranking.discriminate import Compared, Separating, Side, Tested
from retrieval.ranking.examinations import burden_of
from retrieval.ranking.next_question import Group, Leader, Question

operations = Operations("Next steps")


@operations.get("/cases/{uuid:case_id}/questions", verb=Verb.CASE_READ, answers=words.Questions)
def get_questions(
    request: HttpRequest,
    case_id: UUID,
    version: int | None = Query(None, ge=1, le=1_000_000, description="A saved version instead of the draft."),
) -> words.Questions:
    """Findings worth asking about or looking for, by examination, with what either answer would do."""
    content = _content(request, case_id, version, "questions")
    return words.Questions(case=case_id, version=version, **dict(asked(content)))


def asked(content: Content) -> words.Asked:
    """The same of findings that no case holds. `content` must be settled."""
    outcome = rank_content(content).outcome
    found = questions_of(content) if outcome == "ranked" else None
    return words.Asked(
        snapshot=library.current().id,
        outcome=outcome,
        uncertainty=found.uncertainty if found else None,
        groups=[_group(one) for one in found.groups] if found else [],
        genes=words.GeneTest(genes=list(found.genes.genes), ranks=list(found.genes.ranks))
        if found and found.genes and not content.genes
        else None,
    )


@operations.get("/cases/{uuid:case_id}/comparison/{one}/{other}", verb=Verb.CASE_READ, answers=words.Comparison)
def get_comparison(
    request: HttpRequest,
    case_id: UUID,
    one: str,
    other: str,
    version: int | None = Query(None, ge=1, le=1_000_000, description="A saved version instead of the draft."),
) -> words.Comparison:
    """What tells two diseases apart (ids such as OMIM:101600), and what of it is known of this patient."""
    content = _content(request, case_id, version, "comparison")
    return words.Comparison(case=case_id, version=version, **dict(told_apart(content, one, other)))


def told_apart(content: Content, one: str, other: str) -> words.ToldApart:
    """The same for findings that no case holds. `content` must be settled."""
    try:
        found = comparison_of(content, one, other)
    except UnknownDisease as error:
        field = "one" if library.current().diseases.index(one) is None else "other"
        raise Hidden("The knowledge in use holds no such disease.", field=field, hint=error.hint) from None
    if found.one.id == found.other.id:
        raise Invalid("Both are the same disease.", field="other", hint="Name two different diseases.")
    return words.ToldApart(
        snapshot=library.current().id,
        one=_compared(found.one),
        other=_compared(found.other),
        alike=found.alike,
        findings=[_separating(row, found.one.id, found.other.id) for row in found.findings],
        further=found.further,
        tests=[_tested(test, found.one.id, found.other.id) for test in found.tests],
        shared_genes=list(found.shared_genes),
        series=found.series,
    )


def _content(request: HttpRequest, case_id: UUID, version: int | None, part: str) -> Content:
    """The reading is recorded, whichever version is read."""
    named = part if version is None else f"{part} of version {version}"
    case = actions.read_case(actor_of(request), case_id, part=named)
    return actions.content_of(case.draft if version is None else actions.version_of(case, version))


def _group(one: Group) -> words.Group:
    burden = burden_of(one.examination)
    return words.Group(
        examination=one.examination,
        burden=burden.burden,
        cost=burden.cost,
        questions=[_question(question) for question in one.questions],
    )


def _question(one: Question) -> words.Question:
    present, absent = one.first_if_present, one.first_if_absent
    return words.Question(
        term=one.term,
        label=one.label,
        gain=one.gain,
        chance=one.chance,
        first_if_present=words.Leader(id=present[0], name=present[1]),
        first_if_absent=words.Leader(id=absent[0], name=absent[1]),
        effects=[_effect(leader) for leader in one.leaders],
    )


def _effect(one: Leader) -> words.Effect:
    return words.Effect(
        rank=one.rank,
        id=one.id,
        name=one.name,
        if_present=one.if_present,
        if_absent=one.if_absent,
        frequency=_frequency(one.documented),
        matched=one.matched,
        references=list(one.references),
    )


def _separating(row: Separating, one: str, other: str) -> words.Separating:
    points = row.points_to_one
    return words.Separating(
        id=row.term,
        label=row.label,
        status=row.status,
        because_of=row.because_of,
        points_to=None if points is None else one if points else other,
        one=_side(row.one),
        other=_side(row.other),
        separation=row.separation,
        examination=row.examination,
    )


def _side(side: Side) -> words.Side:
    return words.Side(
        rate=side.rate,
        frequency=_frequency(side.frequency),
        matched=side.matched,
        absent=side.absent,
        references=list(side.references),
        evidence=list(side.evidence),
        sex=side.sex,
    )


def _tested(test: Tested, one: str, other: str) -> words.Tested:
    return words.Tested(
        examination=test.examination,
        separates=test.separates,
        finding=Named(id=test.term, label=test.label),
        more_in=(one if test.more_in_one else other) if test.separates else None,
    )


def _compared(one: Compared) -> words.Compared:
    return words.Compared(
        id=one.id,
        name=one.name,
        genes=list(one.genes),
        inheritance=[Named(id=id, label=label) for id, label in one.inheritance],
        onset=[Named(id=id, label=label) for id, label in one.onset],
        begins=one.begins,
        documented=one.documented,
    )


def _frequency(one: Frequency | None) -> Any:
    return frequency_json(one) if one is not None else None
