"""The stored runs of benchmarks: how good the ranking was, for programs that watch it."""

from __future__ import annotations

from django.http import HttpRequest

from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import evaluation_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.evaluation import actions

operations = Operations("Evaluation")
LISTED = 30  # runs


@operations.get("/evaluation", verb=Verb.EVALUATION_READ, answers=words.Evaluations)
def get_evaluation(request: HttpRequest) -> words.Evaluations:
    """The newest runs of `manage.py benchmark ranking` with their figures and what was measured."""
    runs = actions.runs(actor_of(request))[:LISTED]
    return words.Evaluations(
        runs=[
            words.Evaluation(
                id=run.pk,
                created_at=run.created_at,
                name=run.name,
                protocol=run.protocol,
                snapshot=run.snapshot,
                cases=run.cases,
                seconds=run.seconds,
                summary=run.summary,
                versions=run.versions,
            )
            for run in runs
        ]
    )
