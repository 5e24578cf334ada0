"""Findings recognised in passages and questions, and how alike two sets of them are."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.cases.weights import weights, whole
from retrieval.passages.findings import PassageFindings
from retrieval.snapshot import Snapshot
from tests.retrieval.passages.made import Held, document, held

SEIZURE, MICROCEPHALY, MACROCEPHALY, OPTIC = "HP:0001250", "HP:0000252", "HP:0000256", "HP:0000648"


@pytest.fixture(scope="module")
def spoken(snapshot: Snapshot) -> Held:
    return held(
        [
            document("a", "Atrophy of the optic nerve, and fits.", "Seizures, microcephaly."),
            document("b", "There were no seizures. The head was large.", "A teacher in a small town."),
            document("c", "Without optic atrophy", "Seizures."),
        ],
        snapshot,
    )


def named(texts: Held, snapshot: Snapshot, i: int) -> set[str]:
    return {snapshot.ontology.ids[k] for k in texts.passage_findings.of(i).tolist()}


def test_names_are_recognised_in_any_order_of_words_and_by_synonym(spoken: Held, snapshot: Snapshot) -> None:
    assert OPTIC in named(spoken, snapshot, 0)
    assert named(spoken, snapshot, 1) == {SEIZURE, MICROCEPHALY}


def test_what_stands_behind_no_or_without_is_left_out(spoken: Held, snapshot: Snapshot) -> None:
    assert SEIZURE not in named(spoken, snapshot, 2)
    assert OPTIC not in named(spoken, snapshot, 4)
    assert SEIZURE in named(spoken, snapshot, 5), "a negation does not reach into the next passage"
    assert not named(spoken, snapshot, 3)


def test_a_question_is_read_the_same_way(spoken: Held, snapshot: Snapshot) -> None:
    found = spoken.passage_findings.recognise("optic nerve atrophy, no seizures, small head")
    assert set(spoken.passage_findings.ids(found.terms)) == {OPTIC, MICROCEPHALY}
    assert "seizure" not in found.words
    assert {"optic", "atrophy"} <= found.words


def test_likeness_is_the_cosine_of_all_that_is_above(spoken: Held, snapshot: Snapshot) -> None:
    ontology, weight = snapshot.ontology, whole(weights(snapshot.ontology)).astype(np.float64)

    def above(terms: list[int]) -> set[int]:
        return {int(k) for term in terms for k in ontology.ancestors(term)}

    asked = [ontology.index(MICROCEPHALY) or 0, ontology.index(OPTIC) or 0]
    found = spoken.passage_findings.likeness(np.array(asked, dtype=np.int32))
    for i in range(spoken.passages.size):
        theirs, own = above(spoken.passage_findings.of(i).tolist()), above(asked)
        both = np.sqrt(sum(weight[k] for k in theirs) * sum(weight[k] for k in own))
        expected = sum(weight[k] for k in theirs & own) / both if both else 0.0
        assert found[i] == pytest.approx(expected, abs=1e-5)
    assert found[1] > found[3] == 0


def test_nothing_is_like_no_findings(spoken: Held, snapshot: Snapshot) -> None:
    assert not spoken.passage_findings.likeness(np.zeros(0, dtype=np.int32)).any()
    assert PassageFindings.empty(snapshot.ontology).likeness(np.array([1], dtype=np.int32)).size == 0


@pytest.mark.parametrize("text", ["", "no", "\x00", "not without no never", "x" * 100_000, "no " * 50_000])
def test_no_text_is_too_strange(spoken: Held, text: str) -> None:
    assert spoken.passage_findings.recognise(text).terms.size == 0
