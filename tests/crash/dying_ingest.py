"""Carries one ingestion of the tiny deployment and is gone, as by a power cut, at the place that is named.

Places are the stages, once their row says that they run, and a few moments in which something is on its way.
`worker`: the queue's worker on the tiny deployment, which waits in the stage that CLEW_TEST_WAIT_IN names.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import django

django.setup()

from corpus_ingest import finished, publish, publishing, shelf, texts  # noqa: E402
from corpus_ingest.ingestion import worker  # noqa: E402
from corpus_ingest.ingestion.record import Under  # noqa: E402
from tests.corpus_ingest import tiny  # noqa: E402

AFTER = 150  # texts screened before "in the middle of the texts"


def die(*_: Any, **__: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def die_at(place: str) -> None:
    begin, use, put, screen = Under.begin, publish.use, publish._put, texts.screen
    seen: list[str] = []

    def dying_begin(self: Under) -> None:
        begin(self)
        if self.row.name == place:
            die()

    def dying_use(directory: Path, snapshot: str) -> None:
        use(directory, snapshot)
        die()

    def dying_screen(one: Any, **how: Any) -> Any:
        seen.append(one.id)
        return die() if len(seen) > AFTER else screen(one, **how)

    Under.begin = dying_begin  # type: ignore[method-assign]
    match place:
        case "in the middle of the texts":
            texts.screen = dying_screen
        case "after a file was shelved":
            shelf_put = shelf.put
            shelf.put = lambda *a, **k: (shelf_put(*a, **k), die())[0]
        case "while a result is written":
            finished.write = lambda path, content: (path.with_name(".draft-half").write_bytes(content[:9]), die())[1]
        case "before the snapshot has its name":
            publish._put = die
        case "after the snapshot has its name":
            publish._put = lambda unfinished, final: (put(unfinished, final), die())[1]
        case "before the pointer is moved":
            publish.use = die
        case "after the pointer was moved":
            publish.use = dying_use
        case "after it was proposed":
            propose = publishing.propose
            publishing.propose = lambda *a, **k: (propose(*a, **k), die())[1]


def wait_in(stage: str) -> None:
    begin = Under.begin

    def slow(self: Under) -> None:
        begin(self)
        while self.row.name == stage:
            time.sleep(0.1)
            self._record.check()

    Under.begin = slow  # type: ignore[method-assign]


if __name__ == "__main__":
    from corpus_ingest.sources import hpo

    source = tiny.write(Path(os.environ["CLEW_TEST_RAW"]))
    tiny.carry(hpo, source)
    if sys.argv[1] == "worker":
        from diagnosis_app.celery import app

        wait_in(os.environ.get("CLEW_TEST_WAIT_IN", ""))
        app.worker_main(sys.argv[1:])
    else:
        die_at(sys.argv[2])
        worker.carry(UUID(sys.argv[1]))
