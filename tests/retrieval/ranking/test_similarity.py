"""Resnik's similarity, against pyhpo's own."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from retrieval.ranking.similarity import nearest, resnik
from retrieval.snapshot import Snapshot
from tests.retrieval.ranking.world import ontology_and_diseases, term


def test_a_finding_is_nearest_to_itself_then_to_its_siblings() -> None:
    ontology, _ = ontology_and_diseases()
    lip, palate, ataxia = (ontology.index(term(n)) or 0 for n in ("Cleft upper lip", "Cleft palate", "Ataxia"))
    assert resnik(ontology, lip, lip) == pytest.approx(float(ontology.information_content[lip]))
    found = nearest(ontology, lip, [ataxia, palate])
    assert found is not None
    assert (found.term, ontology.label(found.shared)) == (palate, "Orofacial cleft")
    assert resnik(ontology, lip, ataxia) == 0
    assert nearest(ontology, lip, []) is None


def test_it_agrees_with_pyhpo(snapshot: Snapshot, oracle: Any) -> None:
    """With pyhpo's information content, for pairs of terms that diseases really document together."""
    ontology, pooled = snapshot.ontology, snapshot.diseases.pooled
    content = np.zeros(ontology.size)
    for theirs in oracle:
        i = ontology.index(theirs.id)
        if i is not None and ontology.ids[i] == theirs.id and ontology.is_finding(i):
            content[i] = theirs.information_content.omim
    rng = random.Random(7)
    used = sorted(set(pooled.term.tolist()))
    compared = 0
    for _ in range(400):
        i, j = rng.choice(used), rng.choice(used)
        if rng.random() < 0.5:
            j = rng.choice(ontology.descendants(rng.choice(ontology.parents(i).tolist())).tolist())
        one, other = (oracle.get_hpo_object(ontology.ids[k]) for k in (i, j))
        theirs_score = one.similarity_score(other, kind="omim", method="resnik")
        assert resnik(ontology, i, j, content=content) == pytest.approx(theirs_score, abs=1e-6)
        compared += theirs_score > 1
    assert compared > 50
