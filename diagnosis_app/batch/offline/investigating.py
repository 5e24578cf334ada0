"""Carries one case of a batch through the same graph as an investigation, in this process, stored nowhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from agents import checkpoints, runner
from agents.contract import Budget, Outcome, OutcomeCode, RunRequest, Waiting
from agents.errors import failure_of
from agents.memory import MemoryRecord
from agents.performing import Outside
from diagnosis_app.batch.offline.answer import document
from diagnosis_app.batch.reading import Input
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.models import CaseVersion
from diagnosis_app.runs.manifest import manifest_for
from diagnosis_app.runs.reasoning import reasoning_model
from diagnosis_app.runs.withheld import PINNED
from retrieval.knowledge import Knowledge
from retrieval.ranking import rankable
from retrieval.search.client import Client


def manifest_of(content: Content, knowledge: Knowledge) -> dict[str, Any]:
    """What a background run of this content would pin: two results with the same one are the same."""
    made = manifest_for(CaseVersion(number=1, digest=content.digest()), knowledge, asks=False)
    return {**made, PINNED: {}}  # of no team, so that no team's marks are in force


def investigate(given: Input, content: Content, manifest: dict[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """The document of one case. Only an interruption is raised; every other failure is an outcome."""
    record, began = MemoryRecord(), time.monotonic()
    budget = manifest["budget"]
    request = RunRequest(
        run_id=uuid4().hex,
        snapshot=knowledge.id,
        case_digest=manifest["case"]["digest"],
        profile=rankable(knowledge.ontology, content.profile()),
        note=content.note if manifest["model"] else "",
        budget=Budget(int(budget["steps"]), float(budget["seconds"]), int(budget["tokens"])),
        asks=False,
    )
    model = reasoning_model() if manifest["model"] else None
    control = runner.Control()
    outcome: Outcome | Waiting
    try:
        seconds = request.budget.seconds
        with _limited(control, seconds), checkpoints.in_memory() as saver:
            outside = Outside(search=Client(Path(settings.RETRIEVAL_SOCKET)))
            outcome = runner.run(
                request, knowledge, record, saver, control, outside=outside, model=model, seconds=seconds
            )
        if isinstance(outcome, Waiting):
            raise TypeError("A question was put to nobody.")
    except Exception as error:  # the border: one case that fails is one row, and nothing of it is logged
        outcome = Outcome(OutcomeCode.FAILED, error=failure_of(error))
    return document(given, manifest, record, outcome, time.monotonic() - began)


def searches_by_meaning(snapshot: str) -> bool:
    """Whether the retrieval process answers for the passages of this snapshot at this moment."""
    said = Client(Path(settings.RETRIEVAL_SOCKET)).status() or {}
    return "passages" in said.get("snapshots", {}).get(snapshot, {})


@contextmanager
def _limited(control: runner.Control, seconds: float) -> Iterator[None]:
    """Stops the run when its time is used up, as a worker does."""
    timer = threading.Timer(seconds, control.stop, (runner.OUT_OF_TIME,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
