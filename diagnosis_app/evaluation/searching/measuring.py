"""Ranks of the first document that answers, by words alone, by meaning alone, and by the search as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from diagnosis_app.evaluation.searching.questions import Question, Task
from retrieval.evaluation.measures import LEVELS, NOT_LISTED, Groups, Interval, Weighting, difference, measure
from retrieval.passages import fusion, lexical
from retrieval.passages.filters import allowed
from retrieval.passages.fusion import DEPTH, Way
from retrieval.passages.search import Known, Nearest, Ranking, rank

LEXICAL, DENSE, HYBRID = "lexical", "dense", "hybrid"
EVERY = 0.02  # of the questions between two words of progress


@dataclass(frozen=True)
class Measured:
    """Per question the rank of its first answer, for each system; infinite where it is not listed."""

    task: Task
    ranks: dict[str, list[float]]
    tried: dict[float, list[float]] = field(default_factory=dict)  # the hybrid's, by what meaning counts for


def run(
    knowledge: Known,
    task: Task,
    client: Nearest | None,
    progress: Callable[[str, int, int], None],
    weights: Sequence[float] = (),
) -> Measured:
    """Without a client there is no meaning, and hybrid is words and findings. `weights`: of meaning, to be tried."""
    systems = (LEXICAL, HYBRID) if client is None else (LEXICAL, DENSE, HYBRID)
    ranks: dict[str, list[float]] = {name: [] for name in systems}
    tried: dict[float, list[float]] = {weight: [] for weight in weights}
    step = max(1, int(len(task.questions) * EVERY))
    for at, question in enumerate(task.questions):
        if at % step == 0:
            progress(task.name, at, len(task.questions))
        made = rank(knowledge, question.text, task.among, client=client)
        for name, found in _ranks(knowledge, task, question, made).items():
            if name in ranks:
                ranks[name].append(found)
        for weight, places in tried.items():
            places.append(NOT_LISTED if made is None else first(knowledge, _with(made, weight), question.answers))
    return Measured(task, ranks, tried)


def _with(found: Ranking, weight: float) -> list[int]:
    """The order if meaning counted for `weight`."""
    return fusion.fused({**found.lists, Way.MEANING: replace(found.lists[Way.MEANING], weight=weight)}.values())


def _ranks(knowledge: Known, task: Task, question: Question, found: Ranking | None) -> dict[str, float]:
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
    if measured.tried:
        said["tried"] = _tried(measured)
    said["questions"], said["documents"] = len(questions), measured.task.documents
    return said


def _tried(measured: Measured) -> dict[str, dict[str, dict[str, float | None]]]:
    """By half of the topics or diseases (a hash of their names): choose on one, and see what it gives on the other."""
    halves = np.array([hashlib.sha256(one.group.encode()).digest()[0] % 2 for one in measured.task.questions])
    said: dict[str, dict[str, dict[str, float | None]]] = {}
    for half, name in enumerate(("chosen on", "held out")):
        rows = np.flatnonzero(halves == half)
        said[name] = {str(weight): _shares(np.array(ranks)[rows]) for weight, ranks in measured.tried.items()}
    return said


def _shares(ranks: np.ndarray) -> dict[str, float | None]:
    if not len(ranks):
        return {}
    found = {f"recall@{level}": _round(float((ranks <= level).mean())) for level in LEVELS}
    return found | {"mrr": _round(float((1 / ranks).mean())), "questions": len(ranks)}


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
