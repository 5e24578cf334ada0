"""Indexes side by side: `python -m tests.benchmarks.neighbours [--sizes 7398,200000] [--million] [--questions N]`.

Exact arithmetic, FAISS flat, IVF and HNSW over the same vectors, and with `--milvus ADDRESS` Milvus: how many of the
exact ten nearest each finds, milliseconds a question (one at a time, one thread), the same where a filter lets one in
twenty in, megabytes and seconds to build. The vectors are the embedded texts of published cases (CLEW_BENCHMARK_DATA),
without them of HPO's names, or a file of vectors (`--vectors FILE.npy`, where no embedder is installed); larger sizes
are made between pairs of them, and so are the questions. The first run embeds for a minute or two and keeps the result
under var/. No pass or fail.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from retrieval.search.embedder import open_embedder
from retrieval.search.embeddings import Embeddings
from retrieval.search.texts import Texts, case_texts, term_texts
from retrieval.search.vectors import Contents, Kind, VectorIndex, build, open_store
from retrieval.snapshot import Snapshot, open_snapshot
from tests import environment, knowledge

CACHE = environment.ROOT / "var" / "benchmarks" / "embeddings"
NOISE = 0.3  # length of the noise that is added
NEAREST = 10
TIE = 1e-5
LET_IN = 0.05


def real_texts(snapshot: Snapshot) -> Texts:
    data = environment.benchmark_data()
    file = data / "cases" / "phenopackets-dev.zip" if data else Path("/nowhere")
    if snapshot.cases.size:
        return case_texts(snapshot.cases)
    if file.exists():
        from corpus_ingest.sources.phenopackets import read_cases
        from retrieval.cases import CaseBank

        bank = CaseBank(CaseBank.build(snapshot.ontology, read_cases(file, snapshot.ontology).cases), snapshot.ontology)
        return case_texts(bank)
    return term_texts(snapshot.ontology)


def real_vectors() -> tuple[np.ndarray, str]:
    directory = knowledge.ensure()
    snapshot = open_snapshot(directory / (directory / "current").read_text().strip())
    texts = real_texts(snapshot)
    embedder = open_embedder()
    return np.array(Embeddings(CACHE, snapshot.id, embedder).make(texts)), f"{texts.name} with {embedder.name}"


def between(vectors: np.ndarray, count: int, seed: int) -> np.ndarray:
    """`count` vectors between two of the given ones each, with some noise: as many cases as one likes, none alike."""
    random = np.random.default_rng(seed)
    made = np.empty((count, vectors.shape[1]), dtype=np.float32)
    for start in range(0, count, 50_000):
        rows = min(50_000, count - start)
        first, second = (vectors[random.integers(0, len(vectors), rows)] for _ in range(2))
        noise = random.standard_normal(first.shape, dtype=np.float32)
        share = random.random((rows, 1), dtype=np.float32)
        row = first + share * second + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
        made[start : start + rows] = row / np.linalg.norm(row, axis=1, keepdims=True)
    return made


def opened(kind: Kind, vectors: np.ndarray, milvus: str) -> tuple[VectorIndex, Callable[[], None]]:
    """An index, and how it is given back."""
    if kind is not Kind.MILVUS:
        return build(vectors, kind), lambda: None
    store = open_store(kind, milvus=milvus)
    index = store.open(Contents("benchmark", "neighbours", "vectors", f"{len(vectors):032d}"), vectors)

    def give_back() -> None:
        store.forget("neighbours", ["benchmark"])
        store.close()

    return index, give_back


def megabytes(index: VectorIndex, vectors: np.ndarray) -> float:
    """In the memory of this process."""
    if index.kind is Kind.MILVUS:
        return float("nan")
    if index.kind is Kind.EXACT:
        return vectors.nbytes / 1e6
    import faiss

    return len(faiss.serialize_index(index._index)) / 1e6  # type: ignore[attr-defined]


def timed(index: VectorIndex, questions: np.ndarray, mask: np.ndarray | None) -> tuple[np.ndarray, float, float]:
    """Scores of the nearest, and the median and 95th percentile of a question's milliseconds."""
    found, times = [], []
    for question in questions:
        began = time.perf_counter()
        found.append(index.search(question[None, :], NEAREST, mask).scores[0])
        times.append((time.perf_counter() - began) * 1000)
    p50, p95 = np.percentile(times, [50, 95])
    return np.stack(found), float(p50), float(p95)


def measure(vectors: np.ndarray, questions: np.ndarray, milvus: str) -> None:
    mask = np.random.default_rng(3).random(len(vectors)) < LET_IN
    exact = build(vectors, Kind.EXACT)
    best = {None: exact.search(questions, NEAREST), "": exact.search(questions, NEAREST, mask)}
    for kind in [kind for kind in Kind if kind is not Kind.MILVUS or milvus]:
        began = time.perf_counter()
        index, give_back = opened(kind, vectors, milvus)
        seconds = time.perf_counter() - began
        line = f"{kind:<6}"
        for name, chosen in ((None, None), ("", mask)):
            scores, p50, p95 = timed(index, questions, chosen)
            least = best[name].scores[:, -1:]  # whatever ties with the tenth is as good
            line += f" {(scores >= least - TIE).mean():>9.3f} {p50:>9.2f} {p95:>9.2f}"
        print(f"{line} {megabytes(index, vectors):>9.0f} {seconds:>9.1f}", flush=True)
        give_back()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="7398,200000", help="numbers of vectors, comma separated")
    parser.add_argument("--million", action="store_true", help="a million as well: 6 GB of memory, minutes")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--milvus", default="", help="address of Milvus, or a .db file of milvus-lite")
    parser.add_argument("--vectors", type=Path, help="a file of vectors in the place of embedded texts")
    options = parser.parse_args()
    vectors, what = (np.load(options.vectors), "vectors of a file") if options.vectors else real_vectors()
    print(f"{len(vectors):,} {what}, {vectors.shape[1]} dimensions; one question at a time, one thread")
    for size in [int(size) for size in options.sizes.split(",")] + [1_000_000] * options.million:
        held = vectors[:size] if size <= len(vectors) else between(vectors, size, 1)
        made = "real" if size <= len(vectors) else "made from real ones"
        print(f"\n{len(held):,} vectors ({made}); on the right where a filter lets {LET_IN:.0%} in")
        columns = ("recall@10", "p50 ms", "p95 ms") * 2 + ("MB", "build s")
        print(f"{'index':<6} " + " ".join(f"{column:>9}" for column in columns))
        measure(held, between(vectors, options.questions, 2), options.milvus)


if __name__ == "__main__":
    main()
