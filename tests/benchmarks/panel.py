"""What the panel costs beside the model itself: `python -m tests.benchmarks.panel [--patients N] [--knowledge DIR]`.

Patients are made from what is documented of diseases: the first six findings of each. Each is investigated with
a model whose server answers at once, over real HTTP: the time of a question is then our own. It is compared, in the
same run, with the plain cost of the same requests to the same server. Prompt tokens are counted as the server counts
them (four letters each); the share in a cacheable prefix is what an earlier request of the same run began with, letter
by letter, as a prefix cache keeps it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from agents import checkpoints, runner
from agents.contract import Budget, Outcome, RunRequest
from agents.llm.address import read
from agents.llm.client import ServedModel
from agents.llm.line import Line
from agents.memory import MemoryRecord
from agents.panel.table import Table
from agents.prompts import JOBS
from retrieval.model import Finding, Profile
from retrieval.ranking import rankable
from retrieval.snapshot import open_snapshot
from tests import knowledge
from tests.agents.panel.scripted import nothing
from tests.model_server import Asked, Server

FINDINGS = 6
TOKENS = 10_000_000
NOTE = "Seen for the first time at the age of three years. The parents are healthy and not related. " * 12
ACTION = {"findings": ["F1"], "more": [], "question": [], "why": "", "gain": "some"}


def sensible(asked: Asked) -> Any:
    """Says as little as may be, but reads and searches as a model would."""
    if asked.template != "policy":
        return nothing(asked.schema)
    done = asked.user.count("\nlookup ") + asked.user.count("\nsearch ") + asked.user.count("\nmatch: ")
    if done >= 4:
        return {"actions": [{**ACTION, "verb": "conclude", "diseases": [], "findings": []}]}
    return {
        "actions": [
            {**ACTION, "verb": "search", "diseases": ["D1", f"D{done + 2}"]},
            {**ACTION, "verb": "lookup", "diseases": [f"D{done + 1}"]},
        ]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=20)
    parser.add_argument("--knowledge", type=Path, help="the directory of a snapshot; by default the one of the tests")
    options = parser.parse_args()
    problem = None if options.knowledge else knowledge.attempt()
    if problem:
        parser.error(str(problem))
    folder = knowledge.directory()
    opened = open_snapshot(options.knowledge or folder / (folder / "current").read_text().strip())
    rows = [_one(opened, profile, n) for n, profile in enumerate(_patients(opened, options.patients))]
    print(f"{len(rows)} patients, knowledge {opened.id}, {opened.passages.size} passages, {opened.cases.size} cases")
    for name, unit in (
        ("calls", ""),
        ("prompt tokens", ""),
        ("in a cacheable prefix", "%"),
        ("the run", "ms"),
        ("a request alone", "ms"),
        ("our time for a request", "ms"),
        ("our time, times the request", "x"),
    ):
        values = sorted(row[name] for row in rows)
        last = values[int(0.95 * len(values))]
        print(f"{name:<30}{statistics.median(values):>12.2f} {unit:<4}p95 {last:.2f} {unit}")


def _patients(opened: Any, many: int) -> Iterator[Profile]:
    step = max(opened.diseases.size // (4 * many), 1)
    found = 0
    for i in range(0, opened.diseases.size, step):
        rows = [row for row in opened.diseases.disease(opened.diseases.ids[i]).annotations if not row.negative]
        terms = list(dict.fromkeys(row.term for row in rows))[:FINDINGS]
        profile = rankable(opened.ontology, Profile(tuple(Finding(term) for term in terms)))
        if len(terms) == FINDINGS and opened.ranker.rank(profile, limit=2).outcome == "ranked":
            found += 1
            yield profile
        if found == many:
            return


def _one(opened: Any, profile: Profile, n: int) -> dict[str, float]:
    request = RunRequest(f"run-{n}", opened.id, "c" * 64, profile, Budget(), note=NOTE)
    with Server(sensible, thoughts="Let me think. " * 20) as server:
        model = ServedModel(Line(read(server.setting), "", False))
        whole, asking, record = _timed(opened, replace(request, budget=Budget(tokens=TOKENS)), model)
        asked = list(server.requests)
        began = time.perf_counter()
        for one in asked:
            _post(server.url, one)
        alone = time.perf_counter() - began
    calls = sum(step.got["model"]["calls"] for step in record.steps() if step.action in JOBS and "model" in step.got)
    prompts = ["\n".join(message["content"] for message in one["messages"]) for one in asked]
    size = sum(len(text) for text in prompts)
    kept = sum(max((_common(text, earlier) for earlier in prompts[:k]), default=0) for k, text in enumerate(prompts))
    own = asking - alone
    return {
        "calls": calls,
        "prompt tokens": size / 4,
        "in a cacheable prefix": 100 * kept / size,
        "the run": 1000 * whole,
        "a request alone": 1000 * alone / len(asked),
        "our time for a request": 1000 * own / len(asked),
        "our time, times the request": own / alone,
    }


def _timed(opened: Any, request: RunRequest, model: ServedModel) -> tuple[float, float, MemoryRecord]:
    """Seconds of the run, seconds of it in which a member was asked, and what it left."""
    record, asking, ask = MemoryRecord(), 0.0, Table.ask

    def clocked(*args: Any, **more: Any) -> Any:
        nonlocal asking
        began = time.perf_counter()
        try:
            return ask(*args, **more)
        finally:
            asking += time.perf_counter() - began

    Table.ask = clocked  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder, checkpoints.sqlite_file(Path(folder) / "checkpoints") as saver:
        began = time.perf_counter()
        outcome = runner.run(request, opened, record, saver, runner.Control(), model=model)
        seconds = time.perf_counter() - began
    Table.ask = ask  # type: ignore[method-assign]
    assert isinstance(outcome, Outcome) and str(outcome.code) == "ranked", outcome
    return seconds, asking, record


def _common(one: str, other: str) -> int:
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return n
    return min(len(one), len(other))


def _post(url: str, asked: Asked) -> None:
    body = json.dumps(asked).encode()
    request = urllib.request.Request(f"{url}/chat/completions", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        answer.read()


if __name__ == "__main__":
    main()
