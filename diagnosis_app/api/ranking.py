"""Ranks a case that is not stored: content in, the differential with its arithmetic out.

Nothing of the case is kept or logged; the trail says that somebody ranked, with how many findings.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from corpus_ingest import library
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import ranking_words as words
from diagnosis_app.api.answer import ranked
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.audit import log
from diagnosis_app.cases.findings import settle
from diagnosis_app.errors import Invalid, InvalidMany

operations = Operations("Ranking")


@operations.post("/rank", verb=Verb.RANK, answers=words.Ranking)
def rank_case(request: HttpRequest, body: words.ToRank) -> dict[str, Any]:
    """The differential of the case sent. For every candidate prior + the sum of its contributions = score."""
    knowledge = library.current()
    try:
        settled = settle(body.case, knowledge)
    except InvalidMany as error:
        raise InvalidMany([_inside_case(problem) for problem in error.problems]) from None
    log.record(actor_of(request), Verb.RANK, detail={"findings": len(settled.content.findings)})
    return ranked(knowledge, settled.content, body.limit, case=body.name)


def _inside_case(problem: Invalid) -> Invalid:
    return Invalid(problem.message, hint=problem.hint, field=f"case.{problem.field}", code=problem.code)
