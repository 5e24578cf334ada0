"""Asking as a page does, and carrying it out as a worker does."""

from __future__ import annotations

from corpus_ingest.literature import Question
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case
from diagnosis_app.literature import actions, worker
from diagnosis_app.literature.asking import sent
from diagnosis_app.literature.models import Search
from tests.diagnosis_app.literature.conftest import AORTA, LENS

MARFAN = "OMIM:154700"
QUESTION = Question((LENS, AORTA), (MARFAN,))


def asked(actor: Actor, case: Case, question: Question = QUESTION) -> Search:
    return actions.ask(actor, case, question, shown=sent(question).digest)


def carried_out(actor: Actor, case: Case, question: Question = QUESTION) -> Search:
    search = asked(actor, case, question)
    worker.carry_out(search.pk)
    search.refresh_from_db()
    return search
