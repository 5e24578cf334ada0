"""python -m tests.benchmarks.passages: how long a search over many passages takes, on one core.

50,000 passages made of MedQuAD's words (of the folder that CLEW_BENCHMARK_DATA names; without it, of the words of the
ontology), asked with titles, findings and whole sentences: by words and findings alone, and with FAISS (flat) in
process, whose questions are vectors made beforehand; without a filter, with one of each kind, and with all of them.
Bound: p95 under 30 ms. `--million` measures a million: time to build, disk, memory, p50 and p95. Times are of the
processor (what one core does when nothing else runs on it), and beside them the clock's.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus_ingest.publish import _npy
from retrieval.manifest import Manifest
from retrieval.passages.document import Block, Document, Passage, passage_id
from retrieval.passages.filters import EVERYTHING, MOST, Filters, allowed
from retrieval.passages.findings import PassageFindings
from retrieval.passages.lexical import PassageWords
from retrieval.passages.parts import parts
from retrieval.passages.search import Nearest, search
from retrieval.passages.store import PassageStore
from retrieval.search.client import Answer, Ask, Near
from retrieval.snapshot import Snapshot, open_snapshot
from tests import environment
from tests import knowledge as test_knowledge

SIZE, MILLION = 50_000, 1_000_000
BOUND = 30.0  # ms, p95
DIMENSION = 384
PASSAGES_EACH = 4  # of a document
WORDS = 105  # of a passage, as those of MedQuAD have


@dataclass(frozen=True)
class Made:
    """As much of a snapshot as the search reads."""

    manifest: Manifest
    passages: PassageStore
    lexical: PassageWords
    passage_findings: PassageFindings
    id: str = "0123456789abcdef"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--million", action="store_true", help="a million passages")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--without-faiss", action="store_true")
    asked = parser.parse_args()
    size = MILLION if asked.million else asked.size
    folder = test_knowledge.ensure()
    snapshot = open_snapshot(folder / (folder / "current").read_text().strip())
    chance = np.random.default_rng(size)
    with tempfile.TemporaryDirectory(prefix="clew-passages-") as kept:
        made = build(snapshot, size, chance, Path(kept))
        questions = _questions(snapshot, made, asked.queries, chance)
        print(f"{'':48}{'p50':>9}{'p95':>9}{'max':>9}{'p95, clock':>12}")
        filters = _filters(snapshot)
        for name, one in filters.items():
            _report(f"words and findings; {name}", made, questions, None, one)
        if not asked.without_faiss:
            client, took = _faiss(made, chance)
            print(f"FAISS flat: {took:.1f} s to build, {made.passages.size * DIMENSION * 4 / 1e6:,.0f} MB")
            for name, one in filters.items():
                _report(f"with FAISS; {name}", made, questions, client, one)
    print(f"memory of this process, at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


# --- making ------------------------------------------------------------------------


def build(snapshot: Snapshot, size: int, chance: np.random.Generator, folder: Path) -> Made:
    """Builds the parts, writes them as a snapshot does, and opens them mapped."""
    began = time.perf_counter()
    documents, passages = _texts(snapshot, size, chance)
    print(f"{len(passages):,} passages of {len(documents):,} documents made in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    found = parts(documents, passages, snapshot.diseases, snapshot.ontology)
    print(f"parts built in {time.perf_counter() - began:.0f} s")
    opened = {}
    for part, arrays in found.items():
        (folder / part).mkdir()
        for name, array in arrays.items():
            (folder / part / f"{name}.npy").write_bytes(_npy(array))
        opened[part] = {name: np.asarray(np.load(folder / part / f"{name}.npy", mmap_mode="r")) for name in arrays}
        print(f"  {part:<18}{sum(array.nbytes for array in arrays.values()) / 1e6:10,.0f} MB on disk")
    return Made(
        snapshot.manifest,
        PassageStore(opened["passages"], snapshot.diseases),
        PassageWords(opened["lexical"]),
        PassageFindings(opened["passage_findings"], snapshot.ontology),
    )


def _texts(snapshot: Snapshot, size: int, chance: np.random.Generator) -> tuple[list[Document], list[Passage]]:
    words, shares = _vocabulary(snapshot)
    names = [snapshot.diseases.name(i) for i in range(snapshot.diseases.size)]
    labels = [snapshot.ontology.label(int(i)) for i in np.flatnonzero(snapshot.ontology.findings)]
    documents: list[Document] = []
    passages: list[Passage] = []
    while len(passages) < size:
        k = len(documents)
        blocks = tuple(Block(_passage(words, shares, labels, chance), ("Symptoms",)) for _ in range(PASSAGES_EACH))
        one = Document(
            f"made:{k}",
            f"made{k % 3}",
            names[k % len(names)],
            blocks,
            (snapshot.diseases.ids[k % len(names)],),
            language=("en", "en-GB", "de", "fr")[k % 4],
            date=str(2005 + k % 20),
        )
        documents.append(one)
        for block, start in zip(blocks, one.starts(), strict=True):
            name = passage_id(one.id, block.section, block.text)
            passages.append(Passage(name, one.id, start, start + len(block.text), block.text, block.section))
    return documents, passages[:size]


def _passage(words: np.ndarray, shares: np.ndarray, labels: list[str], chance: np.random.Generator) -> str:
    """Sentences of words that are as frequent as they are in English, and four findings."""
    drawn = words[np.searchsorted(shares, chance.random(WORDS))].tolist()
    for at in chance.integers(0, WORDS, 4).tolist():
        drawn[at] = labels[int(chance.integers(len(labels)))]
    return " ".join(f"{' '.join(drawn[at : at + 15])}." for at in range(0, WORDS, 15))


def _vocabulary(snapshot: Snapshot) -> tuple[np.ndarray, np.ndarray]:
    """(words, cumulated shares): of real texts where they are at hand."""
    data = environment.benchmark_data()
    archive = data / "knowledge" / "medquad.zip" if data else None
    if archive and archive.is_file():
        from collections import Counter

        from corpus_ingest.sources.medquad import source

        read = source(archive)
        counts: Counter[str] = Counter()
        for one in list(read.parse(read.fetch()).documents)[::5]:
            counts.update(one.text.split())
        words, seen = zip(*counts.most_common(), strict=True)
    else:
        known = {word for i in range(snapshot.ontology.size) for word in snapshot.ontology.label(i).split()}
        words = tuple(sorted(known))
        seen = tuple(1 / (rank + 2.7) for rank in range(len(words)))
    shares = np.cumsum(np.array(seen, dtype=np.float64))
    return np.array(words, dtype=object), shares / shares[-1] * (1 - 1e-9)


def _questions(snapshot: Snapshot, made: Made, count: int, chance: np.random.Generator) -> list[str]:
    """A third ask about a disease, a third list findings, a third are sentences of passages."""
    labels = [snapshot.ontology.label(int(i)) for i in np.flatnonzero(snapshot.ontology.findings)]
    found = []
    for k in range(count):
        i = int(chance.integers(made.passages.size))
        if k % 3 == 0:
            found.append(f"What are the treatments for {made.passages.title(i)}?")
        elif k % 3 == 1:
            found.append(
                ", ".join(labels[int(n)] for n in chance.integers(0, len(labels), int(chance.integers(3, 15))))
            )
        else:
            found.append(made.passages.text(i)[:120])
    return found


def _filters(snapshot: Snapshot) -> dict[str, Filters]:
    """One of each kind, a hundred diseases being the most that one may name; and all of them together."""
    diseases = snapshot.diseases.ids[:MOST]
    return {
        "no filter": EVERYTHING,
        "one source of three": Filters(sources=("made1",)),
        f"{MOST} diseases": Filters(diseases=diseases),
        "ten years of twenty": Filters(since="2010", until="2019-12"),
        "one language of three": Filters(languages=("en",)),
        "all four filters": Filters(("made1",), diseases, "2010", "2019-12", ("en",)),
    }


# --- measuring -----------------------------------------------------------------------


class _InProcess:
    """FAISS with a vector made beforehand for every question: embedding is no part of the time."""

    def __init__(self, store: PassageStore, index: object, chance: np.random.Generator) -> None:
        self._store, self._index, self._chance = store, index, chance

    def nearest(self, snapshot: str, asks: Sequence[Ask]) -> Answer:
        (ask,) = asks
        mask = allowed(self._store, ask.filters)
        found = self._index.search(_unit(self._chance, 1), ask.limit, mask)  # type: ignore[attr-defined]
        positions, scores = found.positions[0].tolist(), found.scores[0].tolist()
        pairs = zip(positions, scores, strict=True)
        near = (Near(self._store.id(i), float(score), "") for i, score in pairs if i >= 0)
        return Answer(((tuple(near),),))


def _faiss(made: Made, chance: np.random.Generator) -> tuple[Nearest, float]:
    from retrieval.search.vectors import build as index

    began = time.perf_counter()
    built = index(_unit(chance, made.passages.size), "flat")
    return _InProcess(made.passages, built, chance), time.perf_counter() - began


def _unit(chance: np.random.Generator, count: int) -> np.ndarray:
    vectors = chance.standard_normal((count, DIMENSION), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _report(name: str, made: Made, questions: list[str], client: Nearest | None, filters: Filters) -> None:
    def ask(question: str) -> None:
        search(made, question, filters, client=client)

    for question in questions[:10]:  # caches and maps are warm
        ask(question)
    work, clock = _each(ask, questions)
    p50, p95 = np.quantile(work, [0.5, 0.95])
    within = "" if p95 <= BOUND else f"   above {BOUND:.0f} ms"
    print(f"{name:<48}{p50:9.1f}{p95:9.1f}{max(work):9.1f}{np.quantile(clock, 0.95):12.1f}{within}")


def _each(ask: Callable[[str], None], questions: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of the processor, and of the clock, of each."""
    work, clock = [], []
    for question in questions:
        began, ran = time.perf_counter(), time.process_time()
        ask(question)
        work.append(1000 * (time.process_time() - ran))
        clock.append(1000 * (time.perf_counter() - began))
    return work, clock


if __name__ == "__main__":
    main()
