"""A million passages: `nice python -m tests.benchmarks.scale [--passages N] [--stages ...]`.

Synthetic passages (words of the ontology and made-up ones, as often as words of a language are), their BM25, and
vectors between those of real names, in FAISS flat, IVF and HNSW. Each stage is a process of its own; it says seconds
of processor time, megabytes on disk and in memory, and milliseconds of a question, as the processor worked and as the
clock went: on a machine that others use the two differ. Embedding is measured for some passages and multiplied.
Everything lies under var/benchmarks/scale and may be deleted. No pass or fail.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from retrieval.passages import lexical
from retrieval.passages.build import Material
from retrieval.passages.document import Block, Document, Passage, passage_id
from retrieval.passages.lexical import PassageWords
from retrieval.passages.store import PassageStore
from retrieval.search.embedder import open_embedder
from retrieval.search.texts import term_texts
from retrieval.search.vectors import Contents, Kind
from retrieval.search.vectors.exact import ExactIndex
from retrieval.search.vectors.stores import LocalStore
from retrieval.snapshot import Snapshot, open_snapshot
from tests import environment, knowledge
from tests.benchmarks.neighbours import between

ROOM = environment.ROOT / "var" / "benchmarks" / "scale"
STAGES = "words,words asked,vectors,flat,flat asked,ivf,ivf asked,hnsw,hnsw asked,embedding"
EACH = 8  # passages of a document
LENGTH = (40, 110)  # words of a passage
MADE_UP = 150_000  # words that no ontology has: names, numbers, other languages
SEEDS = 3000  # names that are really embedded; vectors are made between two of them each
NEAREST, ASKED = 50, 100
SEEN = 1024 * 1024  # bytes of one megabyte, as tools for memory count


def snapshot() -> Snapshot:
    directory = knowledge.ensure()
    return open_snapshot(directory / (directory / "current").read_text().strip())


# --- what is searched --------------------------------------------------------------


class Texts:
    """Documents of a few passages each, the same ones for the same number."""

    def __init__(self, opened: Snapshot) -> None:
        names = " ".join(term_texts(opened.ontology).texts).lower().split()
        real = list(dict.fromkeys(names))
        random = np.random.default_rng(1)
        letters = np.array(list("abcdefghiklmnoprstuvy"))
        made = ["".join(random.choice(letters, size)) for size in random.integers(4, 12, MADE_UP)]
        self.words = np.array(real + made)
        often = 1.0 / (np.arange(len(self.words)) + 10.0)  # Zipf
        self._upto = np.cumsum(often) / often.sum()
        self._diseases = opened.diseases.ids

    def document(self, k: int) -> tuple[Document, list[Passage]]:
        random = np.random.default_rng((2, k))
        lengths = random.integers(*LENGTH, EACH)
        drawn = self.words[np.searchsorted(self._upto, random.random(int(lengths.sum())))]
        texts = [" ".join(part) + "." for part in np.split(drawn, np.cumsum(lengths)[:-1])]
        document = Document(
            id=f"synthetic:{k}",
            source="synthetic",
            title=" ".join(drawn[:6]),
            blocks=tuple(Block(text, ("Overview",)) for text in texts),
            diseases=(self._diseases[k % len(self._diseases)],),
        )
        passages, start = [], 0
        for text in texts:
            end = start + len(text)
            made = passage_id(document.id, ("Overview",), text)
            passages.append(Passage(made, document.id, start, end, text, ("Overview",)))
            start = end + 2
        return document, passages

    def questions(self, count: int) -> Iterator[str]:
        """Some words of a passage each, common ones among them."""
        random = np.random.default_rng(3)
        for _ in range(count):
            yield " ".join(self.words[np.searchsorted(self._upto, random.random(8))])


def vectors(size: int) -> np.ndarray:
    held: np.ndarray = np.load(ROOM / str(size) / "vectors.npy", mmap_mode="r")
    return held


# --- measuring ----------------------------------------------------------------------


class Clock:
    """Seconds of processor time of this process, all its threads."""

    def __init__(self) -> None:
        self._began = time.process_time()

    def seconds(self) -> float:
        return round(time.process_time() - self._began, 1)


def most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // SEEN


def memory() -> int:
    """Megabytes that are this process's own: what is mapped from disk can be read again and is not counted."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) * 1024 // SEEN


def on_disk(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // SEEN


def ask(questions: list[str] | np.ndarray, answer: Callable[..., object]) -> dict[str, float]:
    """Percentiles of one question at a time, in milliseconds."""
    answer(questions[0])
    worked, waited = [], []
    for question in questions:
        cpu, clock = time.process_time(), time.perf_counter()
        answer(question)
        worked.append((time.process_time() - cpu) * 1000)
        waited.append((time.perf_counter() - clock) * 1000)
    found: dict[str, float] = {}
    for name, times in (("cpu", worked), ("clock", waited)):
        found |= {f"{name} p{part} ms": round(float(np.percentile(times, part)), 2) for part in (50, 95)}
    return found


# --- stages -------------------------------------------------------------------------


def words(size: int, folder: Path) -> dict[str, object]:
    opened = snapshot()
    texts = Texts(opened)
    documents, passages = [], []
    for k in range(-(-size // EACH)):
        document, cut = texts.document(k)
        documents.append(document)
        passages += cut
    clock, material = Clock(), Material.of(documents, passages)
    store = PassageStore.build(documents, passages, opened.diseases)
    store_seconds = clock.seconds()
    clock = Clock()
    arrays = PassageWords.build(material)
    words_seconds = clock.seconds()
    for name, part in (("store", store), ("words", arrays)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for key, array in part.items():
            np.save(folder / name / f"{key}.npy", array)
    return {
        "store: build s": store_seconds,
        "store: MB on disk": on_disk(folder / "store"),
        "BM25: build s": words_seconds,
        "BM25: MB on disk": on_disk(folder / "words"),
        "build: most memory MB": most_memory(),
    }


def words_asked(size: int, folder: Path) -> dict[str, object]:
    texts, before, clock = Texts(snapshot()), memory(), Clock()
    held = PassageWords({file.stem: np.load(file, mmap_mode="r") for file in (folder / "words").glob("*.npy")})
    found = ask(
        list(texts.questions(ASKED)), lambda one: lexical.best(held.scores(lexical.question(one)).total, NEAREST)
    )
    return {**found, "MB in memory": memory() - before, "s in all": clock.seconds()}


def make_vectors(size: int, folder: Path) -> dict[str, object]:
    names = term_texts(snapshot().ontology).texts
    some = np.random.default_rng(4).choice(len(names), SEEDS, replace=False)
    embedded = open_embedder().embed([names[i] for i in some.tolist()])
    np.save(folder / "vectors.npy", between(embedded, size, 5))
    np.save(folder / "questions.npy", between(embedded, ASKED, 6))
    best = ExactIndex(vectors(size)).search(np.load(folder / "questions.npy"), NEAREST)
    np.save(folder / "best.npy", best.scores)
    return {"MB on disk": (folder / "vectors.npy").stat().st_size // SEEN}


def dense(size: int, folder: Path, kind: Kind) -> dict[str, object]:
    clock = Clock()
    LocalStore(kind, folder / "kept").open(contents(size), vectors(size))
    kept = folder / "kept" / "-".join((contents(size).snapshot, contents(size).embedder)) / f"passages.{kind}"
    return {"build s": clock.seconds(), "most memory MB": most_memory(), "MB on disk beside the vectors": on_disk(kept)}


def dense_asked(size: int, folder: Path, kind: Kind) -> dict[str, object]:
    held, questions, best = vectors(size), np.load(folder / "questions.npy"), np.load(folder / "best.npy")
    before, clock = memory(), Clock()
    index = LocalStore(kind, folder / "kept").open(contents(size), held)
    opened, scores = clock.seconds(), []
    found = ask(questions, lambda one: scores.append(index.search(one[None, :], NEAREST).scores[0]))
    missed = np.stack(scores[1:])[:, :10] < best[:, 9:10] - 1e-5
    random = np.random.default_rng(7)
    within: dict[str, object] = {}
    for share in (0.5, 0.02):
        mask = random.random(size) < share
        said = ask(questions[:40], lambda one, mask=mask: index.search(one[None, :], NEAREST, mask))
        within[f"{share:.0%} let in: cpu p95 ms"] = said["cpu p95 ms"]
    memories = {"open s": opened, "MB in memory": memory() - before}
    return {"recall@10": round(1 - float(missed.mean()), 3), **found, **within, **memories}


def contents(size: int) -> Contents:
    return Contents("0" * 16, "0" * 16, "passages", f"{size:032d}")


def embedding(size: int, folder: Path) -> dict[str, object]:
    texts, embedder = Texts(snapshot()), open_embedder()
    some = [passage.text for k in range(32) for passage in texts.document(k)[1]]
    embedder.embed(some[:16])
    clock = Clock()
    embedder.embed(some)
    each = clock.seconds() / len(some)
    return {
        "measured": len(some),
        "passages a second of one core": round(1 / each, 1),
        "hours for all": round(each * size / 3600, 1),
    }


RUN: dict[str, Callable[[int, Path], dict[str, object]]] = {
    "words": words,
    "words asked": words_asked,
    "vectors": make_vectors,
    **{str(kind): partial(dense, kind=kind) for kind in (Kind.FLAT, Kind.IVF, Kind.HNSW)},
    **{f"{kind} asked": partial(dense_asked, kind=kind) for kind in (Kind.FLAT, Kind.IVF, Kind.HNSW)},
    "embedding": embedding,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--stages", default=STAGES, help="comma separated")
    parser.add_argument("--alone", choices=list(RUN), help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = ROOM / str(options.passages)
    folder.mkdir(parents=True, exist_ok=True)
    if options.alone:
        print(json.dumps(RUN[options.alone](options.passages, folder)))
        return
    for stage in options.stages.split(","):
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.scale",
            "--passages",
            str(options.passages),
            "--alone",
            stage,
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        said = json.loads(done.stdout.splitlines()[-1])
        print(f"{stage}: " + ", ".join(f"{name} {value}" for name, value in said.items()), flush=True)


if __name__ == "__main__":
    main()
