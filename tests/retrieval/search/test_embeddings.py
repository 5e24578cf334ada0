"""Embeddings on disk: made once, resumed after an interruption, made again where they are damaged."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import numpy as np
import pytest

from retrieval.search import embeddings
from retrieval.search.embeddings import META, VECTORS, Embeddings
from retrieval.search.errors import EmbeddingsBusy, EmbeddingsStopped
from retrieval.search.texts import Texts
from tests.retrieval.search.words_embedder import WordsEmbedder

WORDS = [f"finding number {n}" for n in range(40)]
FIRST, SECOND = "0" * 16, "1" * 16


def texts(words: list[str]) -> Texts:
    return Texts("cases", [f"case-{n}" for n in range(len(words))], words)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "PART", 100)  # characters: some six texts


def test_each_text_is_embedded_once_and_stands_in_its_place(tmp_path: Path) -> None:
    embedder = WordsEmbedder()
    made = Embeddings(tmp_path, FIRST, embedder).make(texts([*WORDS, WORDS[3]]))
    assert sorted(embedder.embedded) == sorted(WORDS)
    assert np.array_equal(made, WordsEmbedder().embed([*WORDS, WORDS[3]]))


def test_what_is_finished_is_opened_and_not_made(tmp_path: Path) -> None:
    Embeddings(tmp_path, FIRST, WordsEmbedder()).make(texts(WORDS))
    again = WordsEmbedder()
    store = Embeddings(tmp_path, FIRST, again)
    assert store.ready(texts(WORDS)) is not None
    store.make(texts(WORDS))
    assert again.embedded == []


def test_another_snapshot_embeds_only_what_is_new_in_it(tmp_path: Path) -> None:
    Embeddings(tmp_path, FIRST, WordsEmbedder()).make(texts(WORDS))
    later = WordsEmbedder()
    made = Embeddings(tmp_path, SECOND, later).make(texts(["quite new", *reversed(WORDS)]))
    assert later.embedded == ["quite new"]
    assert np.array_equal(made, WordsEmbedder().embed(["quite new", *reversed(WORDS)]))


def test_another_embedder_shares_nothing(tmp_path: Path) -> None:
    Embeddings(tmp_path, FIRST, WordsEmbedder()).make(texts(WORDS))
    other = WordsEmbedder(digest="e" * 64)
    Embeddings(tmp_path, FIRST, other).make(texts(WORDS))
    assert sorted(other.embedded) == sorted(WORDS)


def test_after_an_interruption_it_goes_on_where_it_was(tmp_path: Path) -> None:
    killed = WordsEmbedder(ends_after=20)
    with pytest.raises(EmbeddingsStopped):
        Embeddings(tmp_path, FIRST, killed).make(texts(WORDS))
    assert Embeddings(tmp_path, FIRST, killed).ready(texts(WORDS)) is None, "half of it must not look whole"
    resumed = WordsEmbedder()
    made = Embeddings(tmp_path, FIRST, resumed).make(texts(WORDS))
    assert sorted(killed.embedded + resumed.embedded) == sorted(WORDS)
    assert np.array_equal(made, WordsEmbedder().embed(WORDS))
    assert [path.name for path in (tmp_path / f"{FIRST}-{'d' * 16}").iterdir() if path.name != ".lock"] == ["cases"]


def test_asked_to_stop_it_stops_and_keeps_what_it_has(tmp_path: Path) -> None:
    stop, embedder = threading.Event(), WordsEmbedder()
    with pytest.raises(EmbeddingsStopped):
        Embeddings(tmp_path, FIRST, embedder).make(texts(WORDS), lambda name, done, total: stop.set(), stop)
    assert len(embedder.embedded) < len(WORDS)


def test_progress_counts_up_to_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    Embeddings(tmp_path, FIRST, WordsEmbedder()).make(texts(WORDS), lambda *said: seen.append(said))
    assert seen[0] == ("cases", 0, 40)
    assert seen[-1] == ("cases", 40, 40)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


@pytest.mark.parametrize("damage", ["truncated", "garbage", "not a number", "no meta", "another text"])
def test_what_is_damaged_is_made_again(tmp_path: Path, damage: str) -> None:
    store = Embeddings(tmp_path, FIRST, WordsEmbedder())
    store.make(texts(WORDS))
    folder = store.directory / "cases"
    wanted = texts(WORDS)
    match damage:
        case "truncated":
            content = (folder / VECTORS).read_bytes()
            (folder / VECTORS).write_bytes(content[: len(content) // 2])
        case "garbage":
            (folder / VECTORS).write_bytes(b"\x80\x04pickle" * 100)
        case "not a number":
            vectors = np.load(folder / VECTORS)
            vectors[3, 3] = np.nan
            np.save(folder / VECTORS, vectors)
        case "no meta":
            (folder / META).unlink()
        case "another text":
            wanted = texts(["changed", *WORDS[1:]])
    assert store.ready(wanted) is None
    assert np.array_equal(store.make(wanted), WordsEmbedder().embed(wanted.texts))


def test_two_processes_do_not_make_the_same_at_once(tmp_path: Path) -> None:
    store = Embeddings(tmp_path, FIRST, WordsEmbedder())
    store.directory.mkdir(parents=True)
    with (store.directory / ".lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(EmbeddingsBusy):
            store.make(texts(WORDS))
    assert store.make(texts(WORDS)).shape[0] == len(WORDS)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Embeddings(tmp_path, FIRST, WordsEmbedder())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(np, "save", full)
        with pytest.raises(OSError, match="No space"):
            store.make(texts(WORDS))
    assert store.ready(texts(WORDS)) is None
    assert store.make(texts(WORDS)).shape[0] == len(WORDS)


def test_embeddings_of_snapshots_that_are_gone_go_too(tmp_path: Path) -> None:
    Embeddings(tmp_path, FIRST, WordsEmbedder()).make(texts(WORDS))
    Embeddings(tmp_path, "2" * 16, WordsEmbedder()).make(texts(WORDS))
    store = Embeddings(tmp_path, SECOND, WordsEmbedder())
    store.make(texts(WORDS))
    store.forget_others({SECOND, "2" * 16})
    assert sorted(path.name[:16] for path in tmp_path.iterdir()) == [SECOND, "2" * 16]


def test_no_text_at_all_is_a_collection_too(tmp_path: Path) -> None:
    assert Embeddings(tmp_path, FIRST, WordsEmbedder()).make(texts([])).shape == (0, 96)
