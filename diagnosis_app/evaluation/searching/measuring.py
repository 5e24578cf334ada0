"""Ranks of the first document that answers, by words alone, by meaning alone, and by the search as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from diagnosis_app.evaluation.searching.questions import Question, Task
from retrieval.evaluation.measures import LEVELS, NOT_LISTED, Groups, Interval, Weighting, difference, measure
from retrieval.passages import lexical
from retrieval.passages.filters import allowed
from retrieval.passages.fusion import DEPTH, Way
from retrieval.passages.search import Known, Nearest, rank

LEXICAL, DENSE, HYBRID = "lexical", "dense", "hybrid"
EVERY = 0.02  # of the questions between two words of progress


@dataclass(frozen=True)
class Measured:
    """Per question the rank of its first answer, for each system; infinite where it is not listed."""

    task: Task
    ranks: dict[str, list[float]]


def run(knowledge: Known, task: Task, client: Nearest | None, progress: Callable[[str, int, int], None]) -> Measured:
    """Without a client there is no meaning, and hybrid is words and findings."""
    systems = (LEXICAL, HYBRID) if client is None else (LEXICAL, DENSE, HYBRID)
    ranks: dict[str, list[float]] = {name: [] for name in systems}
    step = max(1, int(len(task.questions) * EVERY))
    for at, question in enumerate(task.questions):
        if at % step == 0:
            progress(task.name, at, len(task.questions))
        for name, found in _ranks(knowledge, task, question, client).items():
            if name in ranks:
                ranks[name].append(found)
    return Measured(task, ranks)


def _ranks(knowledge: Known, task: Task, question: Question, client: Nearest | None) -> dict[str, float]:
    found = rank(knowledge, question.text, task.among, client=client)
    if found is None:
        return dict.fromkeys((LEXICAL, DENSE, HYBRID), NOT_LISTED)
    return {
        LEXICAL: first(knowledge, by_words(knowledge, question, task), question.answers),
        DENSE: first(knowledge, found.lists[Way.MEANING].positions.tolist(), question.answers),
        HYBRID: first(knowledge, found.order, question.answers),
    }


def by_words(knowledge: Known, question: Question, task: Task) -> list[int]:
    """Plain BM25: the words of the question and nothing that was made of them."""
    totals, mask = (
        knowledge.lexical.scores(lexical.question(question.text)).total,
        allowed(knowledge.passages, task.among),
    )
    found: list[int] = lexical.best(totals, DEPTH, mask).tolist()
    return found


def first(knowledge: Known, positions: Iterable[int], answers: frozenset[int]) -> float:
    """The rank, among documents, of the first that answers; a document counts with its best passage."""
    of = knowledge.passages.document_of
    seen: set[int] = set()
    for i in positions:
        document = int(of[i])
        if document in answers:
            return len(seen) + 1.0
        seen.add(document)
    return NOT_LISTED


# --- figures ---------------------------------------------------------------------


def figures(measured: Measured) -> dict[str, Any]:
    """Shares from 0 to 1 with 95 % intervals, and the paired differences of the hybrid to each part."""
    questions, ranks = measured.task.questions, measured.ranks
    groups = Groups.of([[one.group] for one in questions], [[one.group] for one in questions])
    said: dict[str, Any] = {name: _system(found, groups) for name, found in ranks.items()}
    said["differences"] = {
        f"{HYBRID} - {other}": _difference(ranks[HYBRID], ranks[other], groups)
        for other in (LEXICAL, DENSE)
        if other in ranks
    }
    said["questions"], said["documents"] = len(questions), measured.task.documents
    return said


def _system(ranks: list[float], groups: Groups) -> dict[str, Any]:
    found = measure(ranks, groups, Weighting.PER_CASE)
    shares = {f"recall@{level}": found.recall[level] for level in LEVELS} | {"mrr": found.mrr}
    spans = {f"recall@{level}": found.recall_interval[level] for level in LEVELS} | {"mrr": found.mrr_interval}
    return {
        **{name: _round(value) for name, value in shares.items()},
        "low": {name: _round(span.low) for name, span in spans.items()},
        "high": {name: _round(span.high) for name, span in spans.items()},
    }


def _difference(ranks: list[float], others: list[float], groups: Groups) -> dict[str, Any]:
    values, spans = difference(ranks, others, groups, Weighting.PER_CASE)
    names = [*(f"recall@{level}" for level in LEVELS), "mrr"]
    return {name: _span(float(value), span) for name, value, span in zip(names, values, spans, strict=True)}


def _span(value: float, span: Interval) -> dict[str, float | None]:
    return {"value": _round(value), "low": _round(span.low), "high": _round(span.high)}


def _round(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 5)
