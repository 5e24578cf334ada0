"""python -m tests.benchmarks.texts: what screening holds of real texts, and how long screening and cutting take.

MedQuAD's folders on rare diseases, Orphanet's definitions and the narratives of published patients, from the folder
that CLEW_BENCHMARK_DATA names. These texts are honest, so whatever is held is a false alarm, and is shown.
Times are of the processor: what one core does when nothing else runs on it.
"""

from __future__ import annotations

import statistics
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpus_ingest.chunking import chunk
from corpus_ingest.screening import Held, screen
from corpus_ingest.sources import medquad, orphanet
from retrieval.passages.document import Block, Document
from tests.environment import benchmark_data


def documents(folder: Path) -> Iterator[tuple[str, list[Document]]]:
    for kind, name in ((medquad.KIND, "medquad.zip"), (orphanet.KIND, "orphapacket.zip")):
        source = kind.source(folder / "knowledge" / name)
        yield kind.title, list(source.parse(source.fetch()).documents)
    yield "Narratives", list(_texts(folder / "text" / "narratives.zip"))


def _texts(path: Path) -> Iterator[Document]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".txt"):
                paragraphs = archive.read(name).decode("utf-8", "replace").split("\n\n")
                blocks = tuple(Block(one.strip()) for one in paragraphs if one.strip())
                yield Document(f"text:{name}", "text", Path(name).stem, blocks)


def main() -> None:
    folder = benchmark_data()
    if folder is None:
        raise SystemExit("Set CLEW_BENCHMARK_DATA to the folder of the benchmarks' data.")
    columns = "texts", "characters", "screened, s", "held", "cut, s", "passages", "median", "longest"
    print(" " * 12 + "".join(f"{name:>13}" for name in columns))
    alarms: list[Held] = []
    for title, found in documents(folder):
        started = time.process_time()
        held = [one for document in found for one in screen(document).held]
        screened = time.process_time()
        passages = [passage for document in found for passage in chunk(document)]
        cut = time.process_time()
        lengths = [len(passage.text) for passage in passages] or [0]
        size = sum(len(one.text) for one in found)
        times = f"{screened - started:.1f}", f"{cut - screened:.1f}"
        row = len(found), size, times[0], len(held), times[1], len(passages), statistics.median(lengths), max(lengths)
        print(f"{title:<12}" + "".join(f"{value:>13}" for value in row), flush=True)
        alarms.extend(held)
    print(dict(Counter(str(one.reason) for one in alarms)))
    for one in alarms[:50]:
        print(f"{one.reason} ({one.detail}) in {one.document}: {one.excerpt!r}")


if __name__ == "__main__":
    main()
