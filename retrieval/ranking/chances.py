"""How likely each of some diseases makes a "yes" to each of some findings, were the patient examined.

Where the disease documents the finding or a narrower one, the documented frequency; where only a
broader or a neighbouring one, what the ranking makes of that; where its absence is documented, less
than the background; else the background. Rows of the other sex, and what cannot have appeared by
the patient's age, count as not documented. A memory of no disease is kept: arrays in, arrays out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retrieval.ranking import likelihood
from retrieval.ranking.documented import effective_frequency

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology
    from retrieval.ranking.reading import Reading
    from retrieval.ranking.scorer import Scorer

NEVER, ALWAYS = 0.001, 0.995  # no source is so sure


class Chances:
    """Made once for a patient and the diseases at some positions."""

    def __init__(self, ontology: Ontology, scorer: Scorer, reading: Reading, positions: np.ndarray) -> None:
        self._ontology, self._scorer = ontology, scorer
        documented = scorer.documented_for(reading.sex)
        pooled = documented.pooled
        rows, place = documented.rows(positions)
        negative = np.asarray(pooled.negative)[rows].astype(bool)
        applies = ~documented.of_other_sex(rows)
        if reading.age is not None:
            begins = np.asarray(pooled.onset_low)[rows]
            begins = np.where(np.isnan(begins), np.asarray(scorer.onset_low)[positions][place], begins)
            applies &= ~(begins > reading.age)  # NaN compares as "could have appeared"
        term = np.asarray(pooled.term)[rows]
        shown = applies & ~negative
        self.own = term[shown]  # documented as such, with repeats
        self._table(term[shown], place[shown], effective_frequency(pooled, rows[shown]), len(positions))
        denied = applies & negative
        patients = np.asarray(pooled.m)[rows[denied]].tolist()
        self._denied = list(zip(place[denied].tolist(), term[denied].tolist(), patients, strict=True))

    def documented(self, terms: np.ndarray) -> np.ndarray:
        """Diseases x terms: the highest documented frequency at or below each term, 0 where there is none."""
        found: np.ndarray = self._found[:, self._column[terms]]
        return found

    def plain(self, terms: np.ndarray) -> np.ndarray:
        """Diseases x terms: documented, or the background. Enough to choose which terms to look at closely."""
        found = self.documented(terms)
        return np.clip(np.where(found > 0, found, self._scorer.background[terms]), NEVER, ALWAYS)

    def exact(self, terms: np.ndarray) -> np.ndarray:
        """The same, with what broader and neighbouring findings, and documented absences, let one expect."""
        chance = np.where(self.documented(terms) > 0, 0.0, self._through_ancestors(terms))
        chance = np.maximum(chance, self.plain(terms))
        place_of = {int(term): at for at, term in enumerate(terms.tolist())}
        for disease, denied, patients in self._denied:
            less = float(np.exp(likelihood.documented_absent(np.array([patients]))[0]))
            for below in self._ontology.descendants(denied).tolist():
                at = place_of.get(below)
                if at is not None:
                    chance[disease, at] = min(chance[disease, at], less * float(self._scorer.background[below]))
        bounded: np.ndarray = np.clip(chance, NEVER, ALWAYS)
        return bounded

    # --- inside ----------------------------------------------------------

    def _table(self, term: np.ndarray, place: np.ndarray, frequency: np.ndarray, diseases: int) -> None:
        ptr, above = self._ontology.closure()
        order = np.argsort(frequency, kind="stable")  # of several rows the highest is written last, and stays
        term, place, frequency = term[order], place[order], frequency[order]
        lengths = np.diff(ptr)[term].astype(np.int64)
        before = np.cumsum(lengths) - lengths
        reached = above[np.arange(int(lengths.sum())) - np.repeat(before - ptr[term], lengths)]
        used = np.zeros(self._ontology.size, dtype=np.bool_)
        used[reached] = True
        used &= np.asarray(self._ontology.findings)  # the root of everything is no finding
        self._column = np.where(used, np.cumsum(used) - 1, -1)
        self._found = np.zeros((diseases, int(used.sum()) + 1))  # the last column, for what nothing documents, is -1
        self._found[np.repeat(place, lengths), self._column[reached]] = np.repeat(frequency, lengths)
        self._found[:, -1] = 0.0

    def _through_ancestors(self, terms: np.ndarray) -> np.ndarray:
        """What the ranking gives for a documented ancestor, as a frequency of the finding itself."""
        common = self._scorer.background
        near = [above[(common[above] <= likelihood.TOO_COMMON) & (above != term)] for term, above in self._above(terms)]
        lengths = np.array([len(one) for one in near])
        some = np.flatnonzero(lengths)
        found = np.zeros((len(self._found), len(terms)))
        if len(some):
            ancestors = np.concatenate([near[at] for at in some.tolist()])
            starts = np.concatenate(([0], np.cumsum(lengths[some])[:-1]))
            frequency = self.documented(ancestors)
            ratio = likelihood.UNRELATED + (1 - likelihood.UNRELATED) * frequency / common[ancestors]
            best = np.maximum.reduceat(np.maximum(ratio, 1.0), starts, axis=1)
            found[:, some] = common[terms[some]] * best**likelihood.THROUGH_ANCESTOR
        return found

    def _above(self, terms: np.ndarray) -> list[tuple[int, np.ndarray]]:
        return [(term, self._ontology.ancestors(term)) for term in terms.tolist()]
