"""Fills a store and says how far it is, to be killed meanwhile: `python -m ... OFFER FOLDER`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.retrieval.search.vectors.offers import CONTENTS, OFFERS, vectors


def main(name: str, folder: str) -> None:
    def progress(_: str, done: int, total: int) -> None:
        print(done, flush=True)
        time.sleep(0.02)

    store = OFFERS[name].open(Path(folder))
    store.open(CONTENTS, vectors(12_000, 66), progress)
    print("done", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
