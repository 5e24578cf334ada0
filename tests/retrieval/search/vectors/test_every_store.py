"""Every store gives the same index again, keeps contents apart, forgets what it is told, and survives being killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.search.errors import EmbeddingsStopped
from retrieval.search.vectors import Contents, VectorStore
from tests.retrieval.search.vectors.offers import CONTENTS, DIMENSION, OFFERS, ROWS, Offer, recall, truth, vectors

ROOT = Path(__file__).resolve().parents[4]


class Told:
    """Progress, written down."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int, int]] = []

    def __call__(self, name: str, done: int, total: int) -> None:
        self.said.append((name, done, total))


def test_opened_again_it_answers_as_before(offer: Offer, tmp_path: Path) -> None:
    held, asked = vectors(2500, 60), vectors(20, 61)
    first = offer.open(tmp_path)
    before = first.open(CONTENTS, held).search(asked, 10)
    first.close()
    told = Told()
    second = offer.open(tmp_path)
    try:
        again = second.open(CONTENTS, held, told).search(asked, 10)
    finally:
        second.close()
    if offer.exact or offer.keeps:  # a graph that is built anew may be another one
        assert np.array_equal(before.positions, again.positions)
    assert not told.said, "it was filled already"


def test_contents_are_kept_apart(store: VectorStore) -> None:
    others = [
        replace(CONTENTS, **change) for change in ({"snapshot": "f" * 16}, {"embedder": "a" * 16}, {"name": "cases"})
    ]
    held = [vectors(300, 70 + i) for i in range(4)]
    made = [store.open(contents, one) for contents, one in zip((CONTENTS, *others), held, strict=True)]
    for index, one in zip(made, held, strict=True):
        assert index.search(one[[7]], 1).positions.tolist() == [[7]]
        assert index.search(one[[7]], 1).scores[0, 0] == pytest.approx(1.0, abs=1e-5)


def test_changed_contents_take_the_place_of_the_old(offer: Offer, store: VectorStore) -> None:
    old, new = vectors(600, 62), vectors(500, 63)
    store.open(CONTENTS, old)
    index = store.open(replace(CONTENTS, digest="c" * 32), new)
    assert index.size == 500
    found = index.search(new[[499]], 3)
    assert found.positions[0, 0] == 499
    assert found.positions.max() < 500
    assert store.open(CONTENTS, old).search(old[[599]], 1).positions.tolist() == [[599]], "and back again"


def test_what_is_forgotten_is_gone_and_the_rest_stays(offer: Offer, store: VectorStore, tmp_path: Path) -> None:
    held = vectors(1000, 64)
    kept = replace(CONTENTS, snapshot="f" * 16)
    another = replace(CONTENTS, embedder="a" * 16)
    for contents in (CONTENTS, kept, another):
        store.open(contents, held)
    store.forget(CONTENTS.embedder, [CONTENTS.snapshot, "neverseen"])
    told = Told()
    for contents in (kept, another):
        assert store.open(contents, held, told).search(held[[3]], 1).positions.tolist() == [[3]]
    assert not told.said
    assert store.open(CONTENTS, held, told).search(held[[3]], 1).positions.tolist() == [[3]], "it can come back"
    if offer.name.startswith("milvus"):
        assert told.said, "it had to be filled again"


def test_stopped_in_the_middle_it_goes_on_at_the_next_try(offer: Offer, store: VectorStore) -> None:
    held, stop = vectors(4 * ROWS, 65), threading.Event()
    stop.set()
    if offer.name == "exact":
        assert store.open(CONTENTS, held, stop=stop).size == len(held), "there is nothing to wait for"
        return
    with pytest.raises(EmbeddingsStopped):
        store.open(CONTENTS, held, stop=stop)
    assert store.open(CONTENTS, held).search(held[[9]], 1).positions.tolist() == [[9]]


def test_what_is_no_vectors_is_refused(store: VectorStore) -> None:
    for wrong in (np.zeros((3, 24)), np.zeros(24, np.float32), np.zeros((3, 0), np.float32)):
        with pytest.raises(ValueError, match="float32"):
            store.open(CONTENTS, wrong)


@pytest.mark.parametrize("field", ["snapshot", "embedder", "name", "digest"])
@pytest.mark.parametrize("wrong", ["", "../../etc", "pässe", "a b", "x;drop", "A", "passages\n", "x" * 300, "пассажи"])
def test_names_that_are_no_names_are_refused_before_any_store_sees_them(field: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: expected"):
        replace(CONTENTS, **{field: wrong})


def test_killed_while_it_is_filled_it_goes_on_and_is_whole(offer: Offer, tmp_path: Path) -> None:
    """A real process is killed outright in the middle; the next one finds nothing half-done."""
    command = [sys.executable, "-m", "tests.retrieval.search.vectors.filler", offer.name, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as filler:
        assert filler.stdout is not None
        for line in filler.stdout:
            if line.startswith("done") or int(line) >= 4 * ROWS:
                break
        filler.send_signal(signal.SIGKILL)
        assert filler.wait(300) == -signal.SIGKILL
    held, asked, told = vectors(12_000, 66), vectors(20, 67), Told()
    store = offer.open(tmp_path)
    try:
        found = store.open(CONTENTS, held, told).search(asked, 10)
        assert recall(found.scores, truth(held, asked, 10)) >= offer.recall
        for question, positions in zip(asked, found.positions, strict=True):
            assert len(set(positions.tolist())) == 10, "nothing is there twice"
            assert np.isfinite(held[positions] @ question).all()
    finally:
        store.close()
    if offer.name.startswith("milvus"):
        assert 0 < told.said[0][1] < 12_000, "it went on where the other one was killed"
        assert told.said[-1] == ("passages", 12_000, 12_000)


def test_the_suite_runs_on_plain_arithmetic_faiss_and_milvus() -> None:
    assert {offer.kind.value for offer in OFFERS.values()} == {"exact", "flat", "ivf", "hnsw", "milvus"}
    assert DIMENSION == 24
    assert Contents(**{field: getattr(CONTENTS, field) for field in CONTENTS.__dataclass_fields__}) == CONTENTS
