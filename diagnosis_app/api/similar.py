"""Cases like a stored case, published and the team's own, and one published case in full."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from corpus_ingest import library
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import similar_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.api.words import Named
from diagnosis_app.cases import actions
from diagnosis_app.cases.similar import MOST, found_for, own_cases
from diagnosis_app.errors import Hidden
from retrieval.cases import CaseBank
from retrieval.knowledge import Knowledge
from retrieval.model import PublishedCase
from retrieval.search.similar import Found, Similar

operations = Operations("Published cases")


@operations.get("/cases/{uuid:case_id}/similar", verb=Verb.CASE_READ, answers=words.SimilarCases)
def get_similar_cases(
    request: HttpRequest,
    case_id: UUID,
    version: int | None = Query(None, ge=1, le=1_000_000, description="A saved version instead of the draft."),
    limit: int = Query(20, ge=1, le=MOST),
) -> words.SimilarCases:
    """Published cases found by the findings, by the text of the note, and by phrases without a term."""
    part = "similar cases" if version is None else f"similar cases of version {version}"
    case = actions.read_case(actor_of(request), case_id, part=part)
    content = actions.content_of(case.draft if version is None else actions.version_of(case, version))
    knowledge = library.current()
    found, own = found_for(knowledge, content), own_cases(case.team_id, case.pk, knowledge, content, limit)
    return words.SimilarCases(
        **dict(matched(knowledge, found, limit)),
        case=case_id,
        version=version,
        own=[_found(knowledge, own.bank, one, place) for place, one in enumerate(own.found, 1) if own.bank],
        meant=[
            words.Meant(phrase=one.phrase, term=_named(knowledge, one.term), doubtful=one.doubtful)
            for one in found.terms
        ],
    )


def matched(knowledge: Knowledge, found: Similar, limit: int) -> words.MatchedCases:
    """The published ones among them, the most similar first."""
    return words.MatchedCases(
        snapshot=knowledge.id,
        bank=knowledge.cases.size,
        cases=[_found(knowledge, knowledge.cases, one, place) for place, one in enumerate(found.found[:limit], 1)],
        note=found.note,
    )


@operations.get("/published-cases/{published_id}", verb=Verb.KNOWLEDGE_READ, answers=words.PublishedCase)
def get_published_case(request: HttpRequest, published_id: str) -> words.PublishedCase:
    """One published case: findings, onset, sex, genes with variants, papers, licence and collection."""
    knowledge = library.current()
    position = knowledge.cases.index(published_id)
    if position is None:
        raise Hidden(
            "The knowledge in use holds no such published case.",
            field="published_id",
            hint="Take an id from similar cases; ids change when a collection is replaced.",
        )
    case = knowledge.cases.case(position)
    return words.PublishedCase(
        snapshot=knowledge.id,
        id=case.id,
        label=case.label,
        sex=case.sex,
        age=case.age,
        onset=case.onset,
        diagnosis=case.diagnosis,
        diagnoses=list(case.diagnoses),
        findings=[
            words.CaseFinding(**_named(knowledge, one.term).model_dump(), status=one.status, onset=one.onset)
            for one in case.findings
        ],
        genes=_genes(case),
        papers=_papers(case),
        licence=case.licence,
        collection=case.source,
    )


def _found(knowledge: Knowledge, bank: CaseBank, one: Found, place: int) -> words.Found:
    case, compared = bank.case(one.position), one.compared
    return words.Found(
        place=place,
        id=case.id,
        label=case.label,
        sex=case.sex,
        age=case.age,
        diagnosis=case.diagnosis,
        diagnoses=list(case.diagnoses),
        genes=_genes(case),
        papers=_papers(case),
        ways=list(one.ways),
        ranks=list(one.ranks),
        likeness=compared.similarity if compared else None,
        shared=[
            words.Shared(
                patient=_named(knowledge, pair.patient),
                case=_named(knowledge, pair.case),
                kind=pair.kind,
                through=_named(knowledge, pair.through),
            )
            for pair in (compared.shared if compared else ())
        ],
        missing=[_named(knowledge, term) for term in (compared.missing if compared else ())],
        extra=[_named(knowledge, term) for term in (compared.extra if compared else ())],
        conflicting=[
            words.Conflict(patient=_named(knowledge, pair.patient), case=_named(knowledge, pair.case), kind=pair.kind)
            for pair in (compared.conflicting if compared else ())
        ],
    )


def _genes(case: PublishedCase) -> list[words.CaseGene]:
    return [
        words.CaseGene(symbol=one.symbol, id=one.id, zygosity=one.zygosity, variants=list(one.variants))
        for one in case.genes
    ]


def _papers(case: PublishedCase) -> list[words.Paper]:
    return [words.Paper(id=one.id, title=one.title) for one in case.publications]


def _named(knowledge: Knowledge, term: str) -> Named:
    index = knowledge.ontology.index(term)
    return Named(id=term, label=knowledge.ontology.label(index) if index is not None else "")
