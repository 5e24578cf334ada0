"""What the search is asked, and which documents answer: made from third-party data, the same on any machine.

- own answer: a question of MedQuAD has the document of its own answer, any other whose text is a copy of it, and the
  answers to the very same question. The question itself is indexed nowhere.
- findings to disease: the labels of the findings that a published patient had, and the definitions of Orphanet of the
  patient's diagnosis, by identity and never by name. One patient for each disease and publication: the one with the
  lowest id, which is a hash of the patient. No name of a disease or gene is in the question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus_ingest.sources.medquad import questions
from corpus_ingest.sources.phenopackets import read_cases
from retrieval.model import PublishedCase, Status
from retrieval.passages.build import copy_hash
from retrieval.passages.filters import Filters
from retrieval.snapshot import Snapshot

OWN_ANSWER, FINDINGS_TO_DISEASE = "own_answer", "findings_to_disease"
MEDQUAD, ORPHANET = "medquad", "orphanet"


@dataclass(frozen=True, slots=True)
class Question:
    """`answers`: positions of the documents that answer it; `group`: what is not independent of another question."""

    text: str
    answers: frozenset[int]
    group: str


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    questions: tuple[Question, ...]
    among: Filters  # what is searched
    documents: int  # among which


def own_answer(snapshot: Snapshot, archive: Path, limit: int = 0) -> Task:
    """Questions whose answer has a passage; questions on one topic are a group."""
    store = snapshot.passages
    asked = [(one, k) for one in questions(archive) if (k := store.document_index(one.document)) is not None]
    copies: defaultdict[int, set[int]] = defaultdict(set)
    same: defaultdict[str, set[int]] = defaultdict(set)
    words = {k: copy_hash(store.document_at(k).text) for _, k in asked}
    for one, k in asked:
        copies[words[k]].add(k)
        same[_plain(one.text)].add(k)
    made = [
        Question(one.text, frozenset().union(*(copies[words[other]] for other in same[_plain(one.text)])), one.focus)
        for one, k in asked
        if len(store.passages_of(k))
    ]
    return Task(OWN_ANSWER, _spread(made, limit), Filters(sources=(MEDQUAD,)), len({k for _, k in asked}))


def findings_to_disease(snapshot: Snapshot, archive: Path, limit: int = 0) -> Task:
    """Patients of one disease are a group."""
    chosen: dict[tuple[int, str], Question] = {}
    for case in sorted(read_cases(archive).cases, key=lambda one: one.id):
        found = _of_case(snapshot, case)
        if found is not None:
            chosen.setdefault(found[0], found[1])
    definitions = sum(1 for k in range(snapshot.passages.document_count) if _is_definition(snapshot, k))
    made = [chosen[key] for key in sorted(chosen)]
    return Task(FINDINGS_TO_DISEASE, _spread(made, limit), Filters(sources=(ORPHANET,)), definitions)


def _of_case(snapshot: Snapshot, case: PublishedCase) -> tuple[tuple[int, str], Question] | None:
    diseases, store = snapshot.diseases, snapshot.passages
    positions = sorted({i for i in map(diseases.index, case.diagnoses) if i is not None})
    answers = frozenset(k for k in store.documents_about(positions).tolist() if _is_definition(snapshot, k))
    labels = _labels(snapshot, case)
    if not positions or not answers or not labels:
        return None
    paper = min((one.id for one in case.publications), default=case.id)
    return (positions[0], paper), Question(", ".join(labels), answers, diseases.ids[positions[0]])


def _is_definition(snapshot: Snapshot, k: int) -> bool:
    store = snapshot.passages
    return store.sources[int(store.source_codes[k])] == ORPHANET and len(store.passages_of(k)) > 0


def _labels(snapshot: Snapshot, case: PublishedCase) -> list[str]:
    ontology = snapshot.ontology
    present = (ontology.index(one.term) for one in case.findings if one.status is Status.PRESENT)
    return [ontology.label(i) for i in dict.fromkeys(present) if i is not None and ontology.is_finding(i)]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _spread(questions: Sequence[Question] | Iterable[Question], limit: int) -> tuple[Question, ...]:
    """`limit` of them from the whole, always the same ones."""
    every = tuple(questions)
    if not 0 < limit < len(every):
        return every
    return tuple(every[at * len(every) // limit] for at in range(limit))
