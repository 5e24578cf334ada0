"""The retrieval process with the embedder of words: `python -m ... SOCKET KNOWLEDGE CACHE [MOOD]`.

CLEW_TEST_INDEX=milvus (or another kind) runs it on that kind of index.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from retrieval.search.embedder import Embedder
from retrieval.search.engine import Places
from retrieval.search.errors import EmbedderMissing
from retrieval.service import serve
from tests.retrieval.search.words_embedder import WordsEmbedder


def main(socket: str, knowledge: str, cache: str, mood: str = "") -> None:
    def embedder() -> Embedder:
        if mood == "no model":
            raise EmbedderMissing("There is no model.")
        if mood == "slow to load":
            time.sleep(3600)
        return WordsEmbedder(seconds=0.6 if mood == "slow" else 0.0)

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    folder = Path(knowledge)
    kind, milvus = os.environ.get("CLEW_TEST_INDEX", "exact"), str(Path(cache).with_suffix(".db"))
    places = Places(folder, Path(cache), lambda: (folder / "current").read_text().strip(), embedder, kind, milvus)
    serve(places, Path(socket), stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
