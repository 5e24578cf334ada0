"""Which store a setting means, and what is said where it cannot be had."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.search.errors import IndexUnknown
from retrieval.search.vectors import build, open_store, stores
from tests.retrieval.search.vectors.offers import vectors

ROOT = Path(__file__).resolve().parents[4]


def test_an_unknown_kind_names_the_known_ones() -> None:
    for opening in (lambda: build(vectors(3, 1), "quantum"), lambda: open_store("quantum")):
        with pytest.raises(IndexUnknown) as refused:
            opening()
        assert "flat" in refused.value.hint
        assert "milvus" in refused.value.hint


def test_without_faiss_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "find_spec", lambda name: None)
    with pytest.raises(IndexUnknown) as refused:
        build(vectors(3, 1), "flat")
    assert "faiss-cpu" in refused.value.hint
    assert build(vectors(3, 1), "exact").size == 3


def test_without_pymilvus_the_remedy_is_named(tmp_path: Path) -> None:
    if importlib.util.find_spec("pymilvus"):
        pytest.skip("pymilvus is installed here: where it is not is the other environment")
    with pytest.raises(IndexUnknown) as refused:
        open_store("milvus", milvus=str(tmp_path / "m.db"))
    assert "pymilvus is not installed" in refused.value.message
    assert "requirements/milvus.txt" in refused.value.hint


def test_an_address_that_is_none_is_named_by_its_setting() -> None:
    with pytest.raises(IndexUnknown) as refused:
        open_store("milvus", milvus="tcp://10.0.0.1")
    assert refused.value.message.startswith("CLEW_MILVUS:")


@pytest.mark.parametrize(("public", "word"), [(False, "CLEW_MILVUS_PUBLIC"), (True, "https")])
def test_an_address_outside_is_refused_before_anything_is_sent(public: bool, word: str) -> None:
    with pytest.raises(IndexUnknown) as refused:
        open_store("milvus", milvus="http://8.8.8.8:19530", public=public)
    assert word in refused.value.hint


def test_opening_what_needs_neither_loads_neither() -> None:
    ask = (
        "import sys, numpy as np; from retrieval.search.vectors import build;"
        "build(np.eye(3, dtype=np.float32), 'exact');"
        "assert not {'faiss', 'pymilvus', 'grpc', 'milvus_lite'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", ask], cwd=ROOT, check=True)


def test_memory_holds_no_milvus() -> None:
    with pytest.raises(IndexUnknown):
        build(np.eye(3, dtype=np.float32), "milvus")
