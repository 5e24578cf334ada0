"""How fast are texts embedded on this processor, and what does bfloat16 change? `python -m tests.benchmarks.embedding`.

Embeds `--passages` of the passages that `manage.py benchmark search` searches (needs CLEW_BENCHMARK_DATA), spread
evenly, in float32 and as CLEW_EMBEDDER_PRECISION=auto does here, and prints for both: passages a second of one
core; the time of a short and of a long question; and the cosine of the two vectors of each text. No pass or fail.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests import environment

SHORT, TIMES = "cannot get up the steps at home", 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000)
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    data = environment.benchmark_data()
    if data is None:
        sys.exit("Needs third-party data: set CLEW_BENCHMARK_DATA.")
    texts = _texts(data, options.passages)
    from retrieval.search.embedder import Precision

    (exact, said), (made, auto) = (_measured(texts, precision) for precision in (Precision.FLOAT32, Precision.AUTO))
    cosines = (exact * made).sum(axis=1)
    figures = {
        "passages": len(texts),
        "float32": said,
        "auto": auto,
        "cosine of the two": {"least": round(float(cosines.min()), 5), "mean": round(float(cosines.mean()), 5)},
    }
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def _texts(data: Path, count: int) -> list[str]:
    environment.prepare()
    with tempfile.TemporaryDirectory(prefix="clew-embedding-") as temporary:
        os.environ.setdefault("CLEW_VAR", temporary)  # one that is given keeps the snapshot for the next time
        import django

        django.setup()
        from diagnosis_app.evaluation import worlds
        from retrieval.search.texts import passage_texts

        found = passage_texts(worlds.with_texts(data, print).passages).texts
        places = np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)
        return [found[i] for i in places.tolist()]


def _measured(texts: list[str], precision: str) -> tuple[np.ndarray, dict[str, object]]:
    from retrieval.search.embedder import Precision, open_embedder
    from retrieval.search.embeddings import portions

    embedder = open_embedder(precision=Precision(precision))
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
