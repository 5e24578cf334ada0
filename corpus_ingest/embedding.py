"""Has a snapshot embedded before it is proposed, without loading a model into this process.

The model runs in a process of its own (`manage.py knowledge embed`), at low priority; where its packages
are not installed here (a worker's container), the retrieval process does it, if it answers. Without
either the stage says so and the snapshot is searched by words until there is one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings

from corpus_ingest.errors import EmbeddingFailed
from corpus_ingest.steps import Stage
from retrieval.search import model_folder
from retrieval.search.client import Ask, Client, Note
from retrieval.search.errors import EmbedderMissing, EmbeddingsBusy
from retrieval.search.texts import CASES, PASSAGES, TERMS

LOOK = 0.5  # seconds between two looks whether the work shall stop
AWAY = 20.0  # seconds without a word after which the retrieval process is not waited for
PATIENCE = 2.0  # seconds one question to it may take
Said = Mapping[str, Any]


def embed(directory: Path, snapshot: str, stage: Stage) -> None:
    """Returns when every collection is embedded, or when the stage has noted why nothing was. Stops with the stage."""
    try:
        _refuse_unless_here()
    except EmbedderMissing as error:
        if not _by_the_retrieval_process(snapshot, stage):
            stage.note(f"Skipped: no embedder. {error.message}", code=error.code, hint=error.hint)
        return
    while True:
        try:
            _by_a_process(directory, snapshot, stage)
            return
        except EmbeddingsBusy:  # the retrieval process, or another command: what it makes is found afterwards
            stage.tick(0, 0)
            time.sleep(LOOK * 4)


def _refuse_unless_here() -> None:
    missing = model_folder.missing_packages()
    if missing:
        raise EmbedderMissing(
            f"Not installed: {', '.join(missing)}.", hint="docs/deployment.md says how to install it."
        )
    model_folder.find(settings.EMBEDDER, Path(settings.VAR_DIR) / "models")


# --- a process of its own ------------------------------------------------------


def _by_a_process(directory: Path, snapshot: str, stage: Stage) -> None:
    with _process(directory, snapshot) as (process, lines):
        failure: Said = {}
        reached = (0, 0)
        while True:
            try:
                said = lines.get(timeout=LOOK)
            except Empty:
                stage.tick(*reached)
                continue
            if said is None:
                break
            if "error" in said:
                failure = said["error"]
            elif "total" in said:
                stage.note(**{said["collection"]: said["total"]})
                reached = (said["done_of_all"], said["of_all"])
                stage.tick(*reached)
        if process.wait() != 0:
            raise _failed(failure)


def _failed(said: Said) -> Exception:
    if said.get("code") == EmbeddingsBusy.code:
        return EmbeddingsBusy(said["message"])
    if "errno" in said:
        return OSError(said["errno"], said["message"])
    if said:
        error = EmbeddingFailed(str(said["message"]), hint=str(said["hint"]))
        error.code = str(said["code"])
        return error
    return EmbeddingFailed(
        "The process that embeds ended.", hint="Free some memory and resume: what was embedded is kept."
    )


@contextmanager
def _process(
    directory: Path, snapshot: str
) -> Iterator[tuple[subprocess.Popen[str], SimpleQueue[dict[str, Any] | None]]]:
    """The command, its lines as they come, and its end with this process, however this process ends."""
    manage = str(settings.BASE_DIR / "manage.py")
    process = subprocess.Popen(
        [sys.executable, manage, "knowledge", "embed", snapshot, "--for-process", str(os.getpid())],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "CLEW_VAR": str(settings.VAR_DIR),
            "CLEW_KNOWLEDGE": str(directory),
            "CLEW_EMBEDDER": settings.EMBEDDER,
            "CLEW_EMBEDDER_PRECISION": settings.EMBEDDER_PRECISION,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    lines: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield process, lines
    finally:
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
        process.wait()
        reader.join(5)


def _read(process: subprocess.Popen[str], lines: SimpleQueue[dict[str, Any] | None]) -> None:
    for line in process.stdout or ():
        with suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict):
                lines.put(said)
    lines.put(None)


# --- the retrieval process -----------------------------------------------------


def _by_the_retrieval_process(snapshot: str, stage: Stage) -> bool:
    """Asks it about this snapshot, which makes it prepare it, until it has; False if it is away or has no model."""
    client, seen = Client(Path(settings.RETRIEVAL_SOCKET), PATIENCE), time.monotonic()
    if client.status() is None:
        return False
    asks = [Ask(name, ("patient",), 1) for name in (CASES, TERMS, PASSAGES)]
    while True:
        note = client.nearest(snapshot, asks).note
        if note is Note.NONE:
            stage.note("By the retrieval process.")
            return True
        if note is Note.NO_EMBEDDER or time.monotonic() - seen > AWAY:
            return False
        said = client.status()
        if said is not None:
            seen = time.monotonic()
            counts = list((said.get("progress") or {}).values())
            stage.tick(sum(int(done) for done, _ in counts), sum(int(total) for _, total in counts))
        else:
            stage.tick(0, 0)
        time.sleep(LOOK)
