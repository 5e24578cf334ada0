"""Findings into a differential, what separates two of its diseases, and what to ask next. Nothing of it is stored."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from pydantic import Field

from corpus_ingest import library
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import next_steps, next_words, ranking, ranking_words
from diagnosis_app.api.answer import ranked
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.cases.content import FINDING_LIMIT, Content
from diagnosis_app.mcp.patient import Finding, Patient
from diagnosis_app.mcp.tool import Said, Tool

NAMED = 10  # entries of a list in the essentials
_DISEASE = 100  # characters of an id


class ToRank(Patient):
    limit: int = Field(default=10, ge=1, le=200, description="Candidates that come back, each with its whole sum.")


class ToCompare(Patient):
    one: str = Field(max_length=_DISEASE, description="Id of a disease: OMIM:101600, ORPHA:710.")
    other: str = Field(max_length=_DISEASE)
    findings: list[Finding] = Field(
        default=[], max_length=FINDING_LIMIT, description="Of the patient; without any, the two are compared alone."
    )


def content_of(request: HttpRequest, asked: Patient, part: str = "") -> Content:
    return ranking.received(actor_of(request), asked.content(), library.current(), part=part)


def _rank(request: HttpRequest, asked: ToRank) -> dict[str, Any]:
    return ranked(library.current(), content_of(request, asked), asked.limit)


def _ranked(given: ranking_words.Ranking) -> Said:
    if given.outcome == "insufficient":
        sentence = "Too few specific findings: what is listed is no differential. Add findings."
    elif given.none_leads:
        sentence = f"Of {given.ranked} diseases, none is likely: the diagnosis is probably not among those ranked."
    else:
        sentence = f"{given.ranked} diseases were compared. In each candidate prior + contributions = score (log-odds)."
    told = {"rank", "id", "name", "score", "strength"}
    return Said(
        f"{sentence} {given.intended_use}",
        {
            "outcome": given.outcome,
            "reasons": given.reasons,
            "candidates": [one.model_dump(mode="json", include=told) for one in given.candidates[:NAMED]],
            "hints": [one.message for one in given.hints],
            "citation": given.citation,
        },
    )


def _compare(request: HttpRequest, asked: ToCompare) -> next_words.ToldApart:
    return next_steps.told_apart(content_of(request, asked, "comparison"), asked.one, asked.other)


def _compared(given: next_words.ToldApart) -> Said:
    told = {"id", "label", "status", "points_to"}
    return Said(
        "No documented finding separates the two."
        if given.alike
        else f"Findings that separate the two, the most telling first: {len(given.findings)}.",
        {
            "one": {"id": given.one.id, "name": given.one.name},
            "other": {"id": given.other.id, "name": given.other.name},
            "findings": [one.model_dump(mode="json", include=told) for one in given.findings[:NAMED]],
        },
    )


def _ask(request: HttpRequest, asked: Patient) -> next_words.Asked:
    return next_steps.asked(content_of(request, asked, "questions"))


def _asked(given: next_words.Asked) -> Said:
    questions = [(group.examination, one) for group in given.groups for one in group.questions]
    return Said(
        f"Findings worth knowing next: {len(questions)}, by the examination that tells."
        if given.outcome == "ranked"
        else "Too few specific findings: there is no list, and so no question.",
        {
            "outcome": given.outcome,
            "questions": [
                {"term": one.term, "label": one.label, "examination": examination, "gain": one.gain}
                for examination, one in questions
            ],
            "genes": given.genes.genes if given.genes else [],
        },
    )


TOOLS = (
    Tool(
        name="rank",
        title="Rank diseases for findings",
        description="Ranks every rare disease that the knowledge in use describes for the findings of a patient. For "
        "each candidate prior + the sum of its contributions = score, and each contribution names its finding, the "
        "documented frequency and its references. Common and unlisted diseases are not ranked. Nothing is stored. "
        "Supports a clinician's own judgement.",
        verb=Verb.RANK,
        takes=ToRank,
        gives=ranking_words.Ranking,
        perform=_rank,
        say=_ranked,
    ),
    Tool(
        name="compare",
        title="Compare two diseases",
        description="What tells two diseases apart: findings with the documented frequency in each, examinations, "
        "genes, inheritance, onset; and for whom the findings of the patient speak.",
        verb=Verb.RANK,
        takes=ToCompare,
        gives=next_words.ToldApart,
        perform=_compare,
        say=_compared,
    ),
    Tool(
        name="next_questions",
        title="What to ask or examine next",
        description="Findings whose presence or absence would tell most between the first candidates, by examination, "
        "with what either answer would move.",
        verb=Verb.RANK,
        takes=Patient,
        gives=next_words.Asked,
        perform=_ask,
        say=_asked,
    ),
)
