"""Ranks a case that is not stored: content in, the differential with its arithmetic out.

Nothing of the case is kept or logged; the trail says that somebody ranked, with how many findings.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.api import ranking_words as words
from diagnosis_app.api.answer import ranked
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.audit import log
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.findings import settle
from diagnosis_app.errors import Invalid, InvalidMany
from retrieval.knowledge import Knowledge

operations = Operations("Ranking")


@operations.post("/rank", verb=Verb.RANK, answers=words.Ranking)
def rank_case(request: HttpRequest, body: words.ToRank) -> dict[str, Any]:
    """The differential of the case sent. For every candidate prior + the sum of its contributions = score."""
    knowledge = library.current()
    try:
        content = received(actor_of(request), body.case, knowledge)
    except InvalidMany as error:
        raise InvalidMany([_inside_case(problem) for problem in error.problems]) from None
    return ranked(knowledge, content, body.limit, case=body.name)


def received(actor: Actor, case: Content, knowledge: Knowledge, *, part: str = "") -> Content:
    """What was sent of a patient, in terms that the knowledge in use knows, and the row of the trail for reading it.

    `part` names what is asked of it, where that is not the list itself.
    """
    content = settle(case, knowledge).content
    detail = {"findings": len(content.findings)}
    log.record(actor, Verb.RANK, detail={**detail, "part": part} if part else detail)
    return content


def _inside_case(problem: Invalid) -> Invalid:
    return Invalid(problem.message, hint=problem.hint, field=f"case.{problem.field}", code=problem.code)
