"""What to ask or examine next: the findings whose answer would most narrow the differential.

The leading diseases, with their probabilities, document different findings with different
frequencies. An answer to "does the patient have it?" moves the probabilities; a finding is worth the
entropy that its answer is expected to remove (the mutual information of answer and disease; Lindley
1956). The effect of either answer is not estimated: it is what the ranking would then give.

Pure. It asks nothing that the profile answers, and writes no sentence; the words are the pages'.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from retrieval.model import Frequency
from retrieval.ranking import eligibility
from retrieval.ranking.answers import Answer
from retrieval.ranking.chances import Chances
from retrieval.ranking.examination_table import Examination
from retrieval.ranking.examinations import examination_of

if TYPE_CHECKING:
    from retrieval.diseases import DiseaseTable
    from retrieval.ontology.graph import Ontology
    from retrieval.ranking.reading import Reading
    from retrieval.ranking.scorer import Scorer

LEADERS = 100  # the truth is among about as many in nine cases of ten
SHOWN = 6
FIRST = 5  # candidates for which the effect of an answer is told
CLOSELY = 200  # findings looked at with all that is documented around them
# Bits of entropy below which an answer would leave the list as it is.
WORTH = 0.01
# Until a calibration gives probabilities: the score differences of the likelihood are too sure of
# themselves by this factor (the temperature that fits published cases best; tests/benchmarks/questions).
TEMPERATURE = 1.5


class Answering(Protocol):
    """How likely each of some diseases makes a yes to each finding; see `Chances`."""

    own: np.ndarray  # terms that the diseases document

    def plain(self, terms: np.ndarray) -> np.ndarray: ...
    def exact(self, terms: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class Leader:
    """One of the first candidates, and what a question would do to it."""

    id: str
    name: str
    rank: int
    if_present: float  # change of its score
    if_absent: float
    documented: Frequency | None = None  # of the finding or a narrower one, in this disease
    matched: str | None = None  # the documented term, where it is narrower
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One finding to look for."""

    term: str
    label: str
    gain: float  # bits of entropy that the answer is expected to remove
    chance: float  # 0..1, of finding it, over the leading candidates
    leaders: tuple[Leader, ...]
    first_if_present: tuple[str, str]  # id and name of who leads then
    first_if_absent: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """The questions that one examination answers, the most telling first."""

    examination: Examination
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class GeneTest:
    """Genes of the first candidates: what sequencing them would cover."""

    genes: tuple[str, ...]
    ranks: tuple[int, ...]  # the candidates that have one of them


@dataclass(frozen=True, slots=True)
class NextQuestions:
    """`groups` by their best question. Empty where no answer would change much."""

    groups: tuple[Group, ...]
    genes: GeneTest | None
    uncertainty: float  # bits, over the leading candidates

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, the most telling first."""
        return tuple(sorted((q for group in self.groups for q in group.questions), key=lambda q: (-q.gain, q.term)))


def softmax(scores: np.ndarray, temperature: float = TEMPERATURE) -> np.ndarray:
    """Scores as probabilities over all diseases: what is used until a calibration says better."""
    raised = np.exp((scores - scores.max()) / temperature)
    found: np.ndarray = raised / raised.sum()
    return found


def next_questions(
    ontology: Ontology,
    diseases: DiseaseTable,
    scorer: Scorer,
    reading: Reading,
    scores: np.ndarray,
    probabilities: np.ndarray,
    rescored: Callable[[Answer], np.ndarray],
    *,
    skip: Collection[int] = (),
    among: Collection[int] | None = None,
    limit: int = SHOWN,
) -> NextQuestions:
    """`scores` and `probabilities` by position; `rescored` gives the scores with an answer more.

    `skip` are terms that were asked and could not be answered; `among`, if given, are the only ones to choose from.
    """
    order = np.argsort(-scores, kind="stable")
    leading = order[:LEADERS]
    chances = Chances(ontology, scorer, reading, leading)
    allowed = eligibility.may_be_asked(ontology, scorer, reading, skip)
    if among is not None:
        allowed &= np.isin(np.arange(len(allowed)), list(among))
    chosen = choose(ontology, chances, probabilities[leading], allowed, limit=limit)
    told = _Teller(ontology, diseases, scorer, reading, scores, order[:FIRST])
    questions = [told.question(term, gain, chance, rescored) for term, gain, chance in chosen]
    return NextQuestions(
        groups=_grouped(ontology, questions),
        genes=_genes(diseases, scorer, order[:FIRST]),
        uncertainty=_entropy(_normal(probabilities[leading])),
    )


def choose(
    ontology: Ontology, chances: Answering, probabilities: np.ndarray, allowed: np.ndarray, *, limit: int = SHOWN
) -> list[tuple[int, float, float]]:
    """(term, gain in bits, chance of a yes) of the findings worth asking, the most telling first.

    `probabilities` are those of the diseases that `chances` speaks of; `allowed` is per term.
    """
    weights = _normal(probabilities)
    terms = np.unique(chances.own)
    terms = terms[allowed[terms]]
    gains = information(weights, chances.plain(terms))
    terms = np.sort(terms[np.argsort(-gains, kind="stable")[:CLOSELY]])
    yes = chances.exact(terms)
    gains, expected = information(weights, yes), weights @ yes
    found: list[tuple[int, float, float]] = []
    for at in _different(ontology, terms, np.argsort(-gains, kind="stable")):
        if len(found) == limit or gains[at] < WORTH:
            break
        found.append((int(terms[at]), float(gains[at]), float(expected[at])))
    return found


def information(weights: np.ndarray, yes: np.ndarray) -> np.ndarray:
    """Expected fall of entropy over the diseases, in bits, for each column of `yes`, the chance per disease."""
    found: np.ndarray = np.maximum(_coin(weights @ yes) - weights @ _coin(yes), 0.0)
    return found


def _different(ontology: Ontology, terms: np.ndarray, best: np.ndarray) -> Iterator[int]:
    """Drops what the answer to a better question may answer too: broader, narrower, and close neighbours."""
    related: set[int] = set()
    for at in best.tolist():
        term = int(terms[at])
        if term in related:
            continue
        yield at
        related.update(ontology.ancestors(term).tolist(), ontology.descendants(term).tolist())
        for parent in ontology.parents(term).tolist():
            if not eligibility.too_general(ontology, parent):
                related.update(ontology.children(parent).tolist())


def _coin(chance: np.ndarray) -> np.ndarray:
    """Entropy of a yes or no, in bits; 0 < chance < 1."""
    found: np.ndarray = -(chance * np.log2(chance) + (1 - chance) * np.log2(1 - chance))
    return found


def _entropy(weights: np.ndarray) -> float:
    some = weights[weights > 0]
    return float(-(some * np.log2(some)).sum())


def _normal(weights: np.ndarray) -> np.ndarray:
    total = float(weights.sum())
    found: np.ndarray = weights / total if total > 0 else np.full(len(weights), 1 / max(len(weights), 1))
    return found


class _Teller:
    """Says of each question what it would do to the first candidates."""

    def __init__(
        self,
        ontology: Ontology,
        diseases: DiseaseTable,
        scorer: Scorer,
        reading: Reading,
        scores: np.ndarray,
        first: np.ndarray,
    ) -> None:
        self._ontology, self._diseases, self._scores, self._first = ontology, diseases, scores, first
        self._documented = scorer.documented_for(reading.sex)

    def question(self, term: int, gain: float, chance: float, rescored: Callable[[Answer], np.ndarray]) -> Question:
        present, absent = rescored(Answer(term, True)), rescored(Answer(term, False))
        return Question(
            term=self._ontology.ids[term],
            label=self._ontology.label(term),
            gain=gain,
            chance=chance,
            leaders=tuple(self._leaders(term, present - self._scores, absent - self._scores)),
            # Positions are in order of id: the first of equal scores is who leads.
            first_if_present=self._named(int(np.argmax(present))),
            first_if_absent=self._named(int(np.argmax(absent))),
        )

    def _leaders(self, term: int, present: np.ndarray, absent: np.ndarray) -> Iterator[Leader]:
        entries = self._documented.entries(term)
        for rank, position in enumerate(self._first.tolist(), start=1):
            frequency, matched, references = self._row(entries.position, entries.row, position)
            id, name = self._named(position)
            own = matched == self._ontology.ids[term]
            yield Leader(
                id=id,
                name=name,
                rank=rank,
                if_present=float(present[position]),
                if_absent=float(absent[position]),
                documented=frequency,
                matched=None if own else matched,
                references=references,
            )

    def _row(
        self, positions: np.ndarray, rows: np.ndarray, position: int
    ) -> tuple[Frequency | None, str | None, tuple[str, ...]]:
        at = int(np.searchsorted(positions, position))
        if at == len(positions) or positions[at] != position or self._documented.of_other_sex(rows[at : at + 1])[0]:
            return None, None, ()
        stated = self._diseases.annotation(int(rows[at]))
        return stated.frequency, stated.term, stated.references

    def _named(self, position: int) -> tuple[str, str]:
        index = int(self._documented.diseases[position])
        return self._diseases.ids[index], self._diseases.name(index)


def _grouped(ontology: Ontology, questions: list[Question]) -> tuple[Group, ...]:
    groups: dict[Examination, list[Question]] = {}
    for question in questions:  # the best first
        index = ontology.index(question.term)
        assert index is not None  # noqa: S101
        groups.setdefault(examination_of(ontology, index), []).append(question)
    return tuple(Group(examination, tuple(members)) for examination, members in groups.items())


MOST_GENES = 3


def _genes(diseases: DiseaseTable, scorer: Scorer, first: np.ndarray) -> GeneTest | None:
    """The few genes that cover most of the first candidates."""
    of = [
        {gene.symbol for gene in diseases.genes(int(scorer.documented.diseases[position]))}
        for position in first.tolist()
    ]
    chosen: list[str] = []
    covered: set[int] = set()
    while len(chosen) < MOST_GENES:
        left = {symbol: {at for at, genes in enumerate(of) if symbol in genes} - covered for symbol in set().union(*of)}
        best = min(left, key=lambda symbol: (-len(left[symbol]), min(left[symbol], default=99), symbol), default=None)
        if best is None or not left[best]:
            break
        chosen.append(best)
        covered |= left[best]
    return GeneTest(tuple(chosen), tuple(sorted(at + 1 for at in covered))) if chosen else None
