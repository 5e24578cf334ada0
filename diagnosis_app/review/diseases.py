"""Diseases by name or id, in the knowledge that a run was made with: for a diagnosis that its result does not list."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.errors import Invalid
from diagnosis_app.runs.models import Run
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge

OFFERED = 12
SHORTEST = 3  # letters of a name that is searched for


@dataclass(frozen=True, slots=True)
class Named:
    id: str
    ids: tuple[str, ...]
    name: str


def knowledge_of(run: Run) -> Knowledge:
    """That of the run; where it is gone, the one in use."""
    try:
        return library.snapshot(str(run.manifest["snapshot"]))
    except RetrievalError:
        return library.current()


def disease_named(run: Run, disease: str) -> Named:
    knowledge = knowledge_of(run)
    index = knowledge.diseases.index(disease.strip())
    if index is None or index not in _ranked(knowledge):
        raise Invalid(
            _("The knowledge holds no such disease."),
            field="disease",
            hint=_("Search by name, or write its id, as OMIM:154700 or ORPHA:558."),
        )
    return _named(knowledge, index)


def offered(run: Run, text: str) -> list[Named]:
    """What somebody may mean: an id, or names in which every word occurs, the shortest first."""
    knowledge, text = knowledge_of(run), " ".join(text.replace("\x00", "").split())[:200]
    index = knowledge.diseases.index(text.upper())
    if index is not None and index in _ranked(knowledge):
        return [_named(knowledge, index)]
    if len(text) < SHORTEST:
        return []
    words = text.casefold().split()
    names = ((knowledge.diseases.name(i).casefold(), i) for i in sorted(_ranked(knowledge)))
    found = [(name, i) for name, i in names if all(word in name for word in words)]
    found.sort(key=lambda one: (not one[0].startswith(words[0]), len(one[0]), one[1]))
    return [_named(knowledge, i) for _name, i in found[:OFFERED]]


def _named(knowledge: Knowledge, index: int) -> Named:
    diseases = knowledge.diseases
    return Named(diseases.ids[index], diseases.all_ids(index), diseases.name(index))


def _ranked(knowledge: Knowledge) -> frozenset[int]:
    return frozenset(int(i) for i in knowledge.diseases.ranked)
