"""Blinding: what a case's own papers say does not exist for it, of any disease."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.evaluation import Blinding
from retrieval.snapshot import Snapshot
from tests.evaluation_world import FOCAL, SCOLIOSIS


def place(small: Snapshot, disease: str) -> int:
    index = small.diseases.index(disease)
    return small.diseases.ranked.tolist().index(index)


def test_every_disease_that_the_paper_documents_is_blinded_not_only_the_true_one(small):
    found = Blinding(small.ontology, small.diseases).instead(["PMID:11"])
    assert set(found) == {place(small, "OMIM:100001"), place(small, "OMIM:100002")}


def test_a_row_of_the_paper_alone_is_gone(small):
    pooled = Blinding(small.ontology, small.diseases).instead(["PMID:11"])[place(small, "OMIM:100001")].pooled
    assert [small.ontology.ids[term] for term in pooled.term] == [SCOLIOSIS]


def test_a_row_that_cites_a_further_paper_stays_with_its_frequency_unknown(small):
    blinding = Blinding(small.ontology, small.diseases)
    pooled = blinding.instead(["PMID:11"])[place(small, "OMIM:100001")].pooled
    assert pooled.m.tolist() == [-1] and np.isnan(pooled.frequency[0])
    both = blinding.instead(["PMID:11", "PMID:12"])[place(small, "OMIM:100001")].pooled
    assert len(both.term) == 0


def test_a_paper_that_nothing_cites_changes_nothing(small):
    assert Blinding(small.ontology, small.diseases).instead(["PMID:99"]) == {}
    assert Blinding(small.ontology, small.diseases).instead([]) == {}


def test_a_blinded_disease_cannot_win_by_what_only_its_paper_says(small):
    """The leak that this module exists for: with its own paper the disease leads, without it does not."""
    from retrieval.model import Finding, Profile

    profile = Profile((Finding(FOCAL),))
    at = place(small, "OMIM:100001")
    told = small.ranker.scores(profile)
    blind = small.ranker.scores(profile, instead=Blinding(small.ontology, small.diseases).instead(["PMID:11"]))
    assert told.argmax() == at
    assert blind[at] < told[at] and blind.argmax() != at


@pytest.mark.parametrize("kinds", [("ORPHA",), ("OMIM",)])
def test_rows_that_cannot_be_blinded_can_be_left_out_for_all(small, kinds):
    blinding = Blinding(small.ontology, small.diseases, without=kinds)
    pooled = blinding.pooled()
    orphan = small.diseases.index("ORPHA:6")
    assert (pooled.ptr[orphan + 1] - pooled.ptr[orphan] == 0) == (kinds == ("ORPHA",))
    whole = small.diseases.index("OMIM:100001")
    assert pooled.ptr[whole + 1] - pooled.ptr[whole] == 2
