"""manage.py benchmark search: its options, its run, its lines."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from corpus_ingest import retrieval_process
from diagnosis_app import __version__
from diagnosis_app.errors import Invalid
from diagnosis_app.evaluation import output, worlds
from diagnosis_app.evaluation.code import fingerprint
from diagnosis_app.evaluation.options import count
from diagnosis_app.evaluation.searching import measuring
from diagnosis_app.evaluation.searching.meaning import InProcess
from diagnosis_app.evaluation.searching.questions import (
    FINDINGS_TO_DISEASE,
    OWN_ANSWER,
    Task,
    findings_to_disease,
    own_answer,
)
from retrieval.search.embedder import Embedder
from retrieval.snapshot import Snapshot

Say = Callable[[str], None]

TITLES = {
    OWN_ANSWER: "A question of MedQuAD finds its own answer",
    FINDINGS_TO_DISEASE: "The labels of a patient's findings find Orphanet's definition of the disease",
}
EVERY = 10.0  # seconds between two lines of progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", type=Path, metavar="OUT", help="Write all figures and the versions to this file.")
    parser.add_argument("--limit", type=count, default=0, metavar="N", help="Only N questions of each task.")
    parser.add_argument("--only", choices=sorted(TITLES), help="Only one of the two tasks.")
    parser.add_argument(
        "--weights", type=float, nargs="+", default=[], metavar="W", help="What else meaning may count."
    )
    parser.add_argument("--words-only", action="store_true", help="Without search by meaning: nothing is embedded.")


def run(options: dict[str, Any], say: Say, write: Say) -> None:
    """Measures, writes OUT, and then prints."""
    if options["json"]:
        output.check(options["json"])
    began = time.monotonic()
    data = settings.BENCHMARK_DATA
    if data is None:
        raise Invalid("There are no benchmark data here.", hint="Set CLEW_BENCHMARK_DATA.", field="CLEW_BENCHMARK_DATA")
    snapshot = worlds.with_texts(data, say)
    tasks = _tasks(snapshot, data, options)
    embedder = None if options["words_only"] else retrieval_process.embedder()
    client = _client(snapshot, embedder, tasks, say)
    weights = options["weights"] if client else ()
    measured = [measuring.run(snapshot, task, client, _Progress(say), weights) for task in tasks]
    found = {one.task.name: measuring.figures(one) for one in measured}
    seconds = time.monotonic() - began
    if options["json"]:
        output.write(
            options["json"], {**found, "versions": _versions(snapshot, embedder, options), "seconds": round(seconds, 1)}
        )
    for name, figures in found.items():
        for line in lines(TITLES[name], figures):
            write(line)
    write(f"{seconds:.1f} s.")


def _tasks(snapshot: Snapshot, data: Path, options: dict[str, Any]) -> list[Task]:
    makers: dict[str, Callable[[], Task]] = {
        OWN_ANSWER: lambda: own_answer(snapshot, data / "knowledge" / "medquad.zip", options["limit"]),
        FINDINGS_TO_DISEASE: lambda: findings_to_disease(
            snapshot, data / "cases" / "phenopackets-dev.zip", options["limit"]
        ),
    }
    return [make() for name, make in makers.items() if options["only"] in (None, name)]


def _client(snapshot: Snapshot, embedder: Embedder | None, tasks: list[Task], say: Say) -> InProcess | None:
    if embedder is None:
        return None
    asked = [question.text for task in tasks for question in task.questions]
    return InProcess(snapshot, embedder, retrieval_process.embeddings(), asked, _Progress(say))


def _versions(snapshot: Snapshot, embedder: Embedder | None, options: dict[str, Any]) -> dict[str, Any]:
    return {
        "clew": __version__,
        "code": fingerprint(),
        "snapshot": snapshot.id,
        "sources": {source.name: source.version for source in snapshot.manifest.sources},
        "embedder": {"name": embedder.name, "digest": embedder.digest} if embedder else None,
        "limit": options["limit"],
    }


def _tried(said: dict[str, dict[str, dict[str, float | None]]]) -> Iterator[str]:
    for half, weights in said.items():
        for weight, one in weights.items():
            yield f"  {half + ', ' + weight:20s}" + "".join(_cell(one.get(k), None, None) for k in _COLUMNS)


_COLUMNS = ("recall@1", "recall@3", "recall@10", "recall@50", "mrr")


def lines(title: str, figures: dict[str, Any]) -> Iterator[str]:
    """One task as a table; percentages."""
    yield ""
    yield f"{title}: {figures['questions']:,} questions, {figures['documents']:,} documents".replace(",", " ", 1)
    yield f"{'':22s}" + "".join(f"{name.replace('recall', 'R'):>7s}{'(95 %)':>15s}" for name in _COLUMNS)
    for name in (measuring.LEXICAL, measuring.DENSE, measuring.HYBRID):
        if name in figures:
            one = figures[name]
            yield f"  {name:20s}" + "".join(_cell(one[k], one["low"][k], one["high"][k]) for k in _COLUMNS)
    for name, one in figures["differences"].items():
        yield f"  {name:20s}" + "".join(_cell(one[k]["value"], one[k]["low"], one[k]["high"]) for k in _COLUMNS)
    yield from _tried(figures.get("tried", {}))


def _cell(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return f"{'–':>7s}{'':15s}"
    span = "" if low is None or high is None else f"({100 * low:.1f}–{100 * high:.1f})"
    return f"{100 * value:7.1f}{span:>15s}"


class _Progress:
    """A line now and then, with the time that is left at this pace."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._name, self._began, self._first, self._last = "", 0.0, 0, 0.0

    def __call__(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        if name != self._name:
            self._name, self._began, self._first, self._last = name, now, done, now
        elif now - self._last > EVERY and done > self._first:
            self._last = now
            left = (now - self._began) / (done - self._first) * (total - done)
            self._say(f"{name}: {done} of {total}, about {left:.0f} s left")
