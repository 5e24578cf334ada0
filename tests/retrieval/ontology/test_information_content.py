"""Information content, by hand on a small ontology and against pyhpo on the real one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from retrieval.ontology.information_content import disease_counts, information_content
from retrieval.snapshot import Snapshot
from tests.retrieval.ontology.small import ontology


def test_a_disease_counts_once_however_many_of_its_findings_lie_below_a_term() -> None:
    small = ontology()
    i = {term: small.index(term) for term in small.ids}
    disease = np.array([0, 0, 1])
    term = np.array([i["HP:0007359"], i["HP:0001250"], i["HP:0000924"]])
    counts = disease_counts(small, disease, term)
    assert {t: counts[k] for t, k in i.items() if counts[k]} == {
        "HP:0000001": 2,
        "HP:0000118": 2,
        "HP:0000707": 1,
        "HP:0000924": 1,
        "HP:0001250": 1,
        "HP:0007359": 1,
    }
    content = information_content(counts, 2, small.findings)
    assert content[i["HP:0000118"]] == 0
    assert content[i["HP:0001250"]] == pytest.approx(np.log(2))
    assert content[i["HP:0008000"]] == pytest.approx(np.log(2)), "no disease has it: as rare as the rarest"
    assert content[i["HP:0000005"]] == 0, "not a finding"


def test_without_diseases_nothing_is_telling() -> None:
    small = ontology()
    none = np.zeros(0, dtype=np.int32)
    assert not disease_counts(small, none, none).any()


def test_a_narrower_term_is_never_less_telling(snapshot: Snapshot) -> None:
    real = snapshot.ontology
    for i in np.flatnonzero(real.findings).tolist():
        parents = real.parents(i)
        above = parents[real.findings[parents]]
        assert (real.information_content[above] <= real.information_content[i] + 1e-6).all()
        assert (real.disease_count[above] >= real.disease_count[i]).all()


def test_it_agrees_with_pyhpo_for_every_term(snapshot: Snapshot, oracle: Any) -> None:
    """pyhpo counts rows of every aspect, and 0/m as if present; given the same rows the numbers are the same."""
    real, rows = snapshot.ontology, snapshot.diseases.rows
    texts = {name: rows.vocabulary(name) for name in ("disease", "term", "qualifier")}
    omim = np.array([text.startswith("OMIM:") for text in texts["disease"]])[rows.codes("disease")]
    asserted = np.array([text == "" for text in texts["qualifier"]])[rows.codes("qualifier")]
    term = np.array([real.index(text) for text in texts["term"]])[rows.codes("term")]
    keep = omim & asserted
    disease = rows.codes("disease")[keep]
    counts = disease_counts(real, disease, term[keep].astype(np.int64))
    content = information_content(counts, len(np.unique(disease)), real.findings)
    compared = 0
    for theirs in oracle:
        i = real.index(theirs.id)
        if i is None or theirs.id != real.ids[i] or not real.is_finding(i):
            continue
        assert counts[i] == len(theirs.omim_diseases), theirs.id
        if counts[i]:  # without a disease pyhpo says 0, the value of the root; ours is that of the rarest
            assert content[i] == pytest.approx(theirs.information_content.omim, abs=1e-5), theirs.id
            compared += 1
    assert compared > 10_000


def test_the_graph_agrees_with_pyhpo(snapshot: Snapshot, oracle: Any) -> None:
    real = snapshot.ontology
    for i in range(0, real.size, 13):
        theirs = oracle.get_hpo_object(real.ids[i])
        assert theirs.name == real.label(i)
        assert {parent.id for parent in theirs.parents} == {real.ids[p] for p in real.parents(i).tolist()}
        above = {parent.id for parent in theirs.all_parents} | {real.ids[i]}
        assert above == {real.ids[a] for a in real.ancestors(i).tolist()}
