"""The whole pipeline on real texts: `python -m tests.benchmarks.ingest [--var DIR] [--no-model] [--json OUT]`.

Brings in Orphanet with its definitions, Mondo and MedQuAD's three folders from CLEW_BENCHMARK_DATA into an
empty deployment, ingests, and then again with nothing changed; prints seconds by stage, what each found, and
the seconds of processor time of this process and of the one that embeds. No pass or fail. `--var` keeps the
deployment, so that a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests import environment

FILES = {"orphanet": "orphapacket.zip", "mondo": "mondo-mappings.zip", "medquad": "medquad.zip"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, help="directory of the deployment; without it a temporary one")
    parser.add_argument("--no-model", action="store_true", help="leave the embedding out")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    data = environment.benchmark_data()
    if data is None:
        sys.exit("Needs third-party data: set CLEW_BENCHMARK_DATA.")
    with tempfile.TemporaryDirectory(prefix="clew-ingest-") as temporary:
        var = (options.var or Path(temporary)).resolve()
        _settle(var, no_model=options.no_model)
        figures = _measure(data / "knowledge")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def _settle(var: Path, *, no_model: bool) -> None:
    environment.prepare()
    os.environ.update(CLEW_VAR=str(var), CLEW_KNOWLEDGE=str(var / "knowledge"))
    os.environ["DATABASE_URL"] = f"sqlite://{var / 'clew.sqlite3'}"
    if no_model:
        os.environ["CLEW_EMBEDDER"] = str(var / "no-model")
    var.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _measure(folder: Path) -> dict[str, Any]:
    files = [{"kind": kind, "name": name, "path": str(folder / name), "about": {}} for kind, name in FILES.items()]
    return {"first": _ingest(files), "again": _ingest([])}


def _ingest(files: list[dict[str, Any]]) -> dict[str, Any]:
    from corpus_ingest.ingestion import requests, worker
    from corpus_ingest.management.ingest import Bar
    from corpus_ingest.models import Then

    began, cpu = time.monotonic(), _cpu()
    asked = requests.start(files, then=Then.PUBLISH, inline=True)
    worker.carry(asked.pk, Bar(print).seen)
    asked.refresh_from_db()
    seconds = time.monotonic() - began
    used = [round(after - before, 1) for before, after in zip(cpu, _cpu(), strict=True)]
    print(
        f"{asked.state} {asked.error or asked.snapshot}: {seconds:.1f} s; processor {used[0]} s here, {used[1]} s below"
    )
    stages = {
        row.name: {
            "seconds": round((row.ended_at - row.started_at).total_seconds(), 1),
            "state": row.state,
            "counts": row.counts,
        }
        for row in asked.stages.all()
        if row.started_at and row.ended_at
    }
    return {"state": asked.state, "seconds": round(seconds, 1), "processor": used, "stages": stages}


def _cpu() -> tuple[float, float]:
    own, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime, below.ru_utime + below.ru_stime


if __name__ == "__main__":
    main()
