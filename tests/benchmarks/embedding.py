"""Speed of embedding on this processor, and what bfloat16 changes: `python -m tests.benchmarks.embedding VAR`.

Embeds `--passages` of the passages of the deployment VAR (`tests.benchmarks.ingest --var VAR` makes one), spread
evenly, in float32 and as CLEW_EMBEDDER_PRECISION=auto does here, and prints for both: passages a second of one
core; the time of a short and of a long question; the cosine of the two vectors of each text; and how many of a
text's ten nearest among the others are the same. No pass or fail.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from corpus_ingest import publish
from retrieval.search.embedder import Precision, open_embedder
from retrieval.search.embeddings import portions
from retrieval.search.texts import passage_texts
from retrieval.snapshot import open_snapshot
from tests import environment

SHORT, TIMES, NEAREST = "cannot get up the steps at home", 40, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("var", type=Path, help="directory of a deployment whose knowledge in use has passages")
    parser.add_argument("--passages", type=int, default=1_000)
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    texts = _texts(options.var.resolve(), options.passages)
    (exact, said), (made, auto) = (_measured(texts, precision) for precision in (Precision.FLOAT32, Precision.AUTO))
    cosines = (exact * made).sum(axis=1)
    figures = {
        "passages": len(texts),
        "float32": said,
        "auto": auto,
        "cosine of the two": {"least": round(float(cosines.min()), 5), "mean": round(float(cosines.mean()), 5)},
        "of ten nearest the same": round(_shared(exact, made), 4),
    }
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def _texts(var: Path, count: int) -> list[str]:
    environment.prepare()
    name = publish.in_use(var / "knowledge")
    if name is None:
        sys.exit(f"{var} has no knowledge in use: python -m tests.benchmarks.ingest --var {var} makes one.")
    found = passage_texts(open_snapshot(var / "knowledge" / name).passages).texts
    places = np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)
    return [found[i] for i in places.tolist()]


def _measured(texts: list[str], precision: Precision) -> tuple[np.ndarray, dict[str, object]]:
    embedder = open_embedder(precision=precision)
    embedder.embed(texts[:16])
    began, cpu = time.monotonic(), time.process_time()
    made = [embedder.embed([texts[i] for i in rows.tolist()]) for rows in portions(np.arange(len(texts)), texts)]
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    longest = max(texts, key=len)[:900]
    return np.concatenate(made), {
        "digest": embedder.digest[:8],
        "passages a second of one core": round(len(texts) / cpu, 1),
        "seconds": round(seconds, 1),
        "processor seconds": round(cpu, 1),
        "short question, processor ms": _question(embedder.embed, SHORT),
        "question of 900 letters, processor ms": _question(embedder.embed, longest),
    }


def _shared(exact: np.ndarray, made: np.ndarray) -> float:
    first, second = (_nearest(vectors) for vectors in (exact, made))
    return float(np.mean([len({*a} & {*b}) / NEAREST for a, b in zip(first.tolist(), second.tolist(), strict=True)]))


def _nearest(vectors: np.ndarray) -> np.ndarray:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1.0)
    found: np.ndarray = np.argsort(-cosines, axis=1)[:, :NEAREST]
    return found


def _question(embed: object, text: str) -> float:
    assert callable(embed)
    found = []
    for _ in range(TIMES):
        began = time.process_time()
        embed([text], asked=True)
        found.append(time.process_time() - began)
    return round(float(np.median(found)) * 1000, 1)


if __name__ == "__main__":
    main()
