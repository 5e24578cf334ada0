"""What is embedded of a snapshot: its published cases, the names of its findings, and its passages.

A case's text is sex, onset and the labels of the findings that the patient had, the most specific
first (a model reads a few hundred words and drops the rest). Left out on purpose: the diagnosis and
the genes, because a question that names a disease would then find its cases by that name and not by
what the patients had; and excluded findings, because an embedding hardly tells "no seizures" from
"seizures".

A passage is read below the title of its document and its headings: "Symptoms" alone says nothing of the disease.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrieval.age import ONSET_YEARS, parse_onset
from retrieval.cases import CaseBank
from retrieval.errors import MalformedAge
from retrieval.model import PublishedCase, Sex
from retrieval.ontology.graph import Ontology
from retrieval.ontology.names import finding_names
from retrieval.passages.store import PassageStore

CASES, TERMS, PASSAGES = "cases", "terms", "passages"
MOST_FINDINGS = 40  # labels of one case; more than a model of 512 tokens reads
PASSAGE = 1_600  # characters of a passage, its title and headings included; more than such a model reads
HEADINGS = 300  # characters of title and headings at most
_SEX = {Sex.FEMALE: "female", Sex.MALE: "male"}
_PLAIN_ONSETS = ("HP:0003577", "HP:0003623", "HP:0003593", "HP:0011463", "HP:0003621", "HP:0003581")


@dataclass(frozen=True, slots=True)
class Texts:
    """One collection: what each text stands for (a case, a term) and the text. Ids may repeat."""

    name: str
    ids: Sequence[str]
    texts: Sequence[str]


def case_texts(bank: CaseBank) -> Texts:
    labels = _Labels(bank.ontology)
    return Texts(CASES, bank.ids, [_case(labels, bank.case(i), bank.present(i)) for i in range(bank.size)])


def term_texts(ontology: Ontology) -> Texts:
    """Every name of every finding: a phrase is near to one name of a term, not to their mean."""
    names = list(finding_names(ontology))
    return Texts(TERMS, [ontology.ids[name.term] for name in names], [name.text for name in names])


def passage_texts(store: PassageStore) -> Texts:
    """Read from the store one by one: a million of them never stand in memory together."""
    return Texts(PASSAGES, _Ids(store), _PassageTexts(store))


class _Ids(Sequence[str]):
    def __init__(self, store: PassageStore) -> None:
        self._store = store

    def __len__(self) -> int:
        return self._store.size

    def __getitem__(self, i: Any) -> Any:
        return self._one(i) if isinstance(i, int) else [self._one(k) for k in range(*i.indices(len(self)))]

    def _one(self, i: int) -> str:
        if not 0 <= i < len(self):
            raise IndexError("no such passage")
        return self._store.id(i)


class _PassageTexts(_Ids):
    def _one(self, i: int) -> str:
        if not 0 <= i < len(self):
            raise IndexError("no such passage")
        above = ". ".join(part for part in (self._store.title(i), *self._store.section(i)) if part)[:HEADINGS]
        return f"{above}\n{self._store.text(i)}"[:PASSAGE].strip() or "-"


class _Labels:
    """Labels of terms, and which of them says more."""

    def __init__(self, ontology: Ontology) -> None:
        self._labels = [ontology.label(i) for i in range(ontology.size)]
        self._content = np.asarray(ontology.information_content)
        self.onset = {term: self._onset(ontology, term) for term in ONSET_YEARS}

    def specific_first(self, terms: np.ndarray) -> list[str]:
        order = np.lexsort((terms, -self._content[terms]))[:MOST_FINDINGS]
        return [self._labels[i] for i in terms[order].tolist()]

    def _onset(self, ontology: Ontology, term: str) -> str:
        i = ontology.index(term)
        return "" if i is None else self._labels[i].lower()


def _case(labels: _Labels, case: PublishedCase, present: np.ndarray) -> str:
    words = [_SEX.get(case.sex, ""), _onset(labels, case.onset), *labels.specific_first(present)]
    return "; ".join(word for word in words if word)


def _onset(labels: _Labels, onset: str | None) -> str:
    """The word for an onset, also for one that is stated as an age."""
    if not onset:
        return ""
    if onset in labels.onset:
        return labels.onset[onset]
    try:
        first, _ = parse_onset(onset)
    except MalformedAge:
        return ""
    named = (term for term in _PLAIN_ONSETS if ONSET_YEARS[term][0] <= first <= ONSET_YEARS[term][1])
    return next((labels.onset[term] for term in named), "")
