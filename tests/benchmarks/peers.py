"""Ours and others on the same cases in one run: `python -m tests.benchmarks.peers [--cases N] [--hpo3 PYTHON]`.

Processor time of one core for one case over every disease: our ranking with the first 50 explained,
pyhpo's hypergeometric enrichment and graph similarity, and hpo3's, where --hpo3 names an interpreter that
has it (it carries the module name of pyhpo: `uv venv hpo3 && uv pip install --python hpo3/bin/python hpo3`).
Similarity is timed against a sample of diseases and scaled. How good the rankings are is another question.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from retrieval.model import Status
from retrieval.ranking import rankable
from retrieval.snapshot import Snapshot, open_snapshot
from tests import environment, knowledge
from tests.benchmarks.published_cases import Published, phenopackets

SCRIPT = Path(__file__).with_name("peer.py")
COMPARED = 100  # diseases of the sample for graph similarity
LIMIT = 1800  # seconds


def ours(snapshot: Snapshot, cases: list[Published]) -> dict[str, Any]:
    started = time.process_time()
    ranker = snapshot.ranker
    opened = time.process_time() - started
    profiles = [rankable(snapshot.ontology, case.profile) for case in cases]
    ranker.rank(profiles[0])
    took = []
    for profile in profiles:
        ranker.forget()
        started = time.process_time()
        ranker.rank(profile)
        took.append(time.process_time() - started)
    return {
        "cases": len(profiles),
        "diseases": len(snapshot.diseases.ranked),
        "open_s": opened,
        "ms": 1000 * median(took),
    }


def theirs(python: str, cases: list[Published]) -> dict[str, Any]:
    terms = [[one.term for one in case.profile.findings if one.status is Status.PRESENT] for case in cases]
    asked = json.dumps({"cases": terms, "diseases": COMPARED})
    done = subprocess.run(
        [python, str(SCRIPT)], input=asked, capture_output=True, text=True, check=False, timeout=LIMIT, cwd="/"
    )
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1:] or ["no reason given"]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100, help="how many development cases, spread evenly")
    parser.add_argument("--knowledge", type=Path, help="the directory of a snapshot; by default the one of the tests")
    parser.add_argument("--hpo3", metavar="PYTHON", help="an interpreter in whose environment hpo3 is installed")
    chosen = parser.parse_args()
    data = environment.benchmark_data()
    if data is None:
        parser.error("the folder of published cases was not found: set CLEW_BENCHMARK_DATA")
    problem = None if chosen.knowledge else knowledge.attempt()
    if problem:
        parser.error(str(problem))
    directory = knowledge.directory()
    snapshot = open_snapshot(chosen.knowledge or directory / (directory / "current").read_text().strip())
    every = list(phenopackets(data / "cases" / "phenopackets-dev.zip"))
    cases = every[:: max(len(every) // max(chosen.cases, 1), 1)][: chosen.cases]
    mine = ours(snapshot, cases)
    print(f"{mine['cases']} cases, processor time of one core, median")
    print(f"Clew   {mine['ms']:10.1f} ms  {mine['diseases']:,} diseases ranked, the first 50 explained")
    for name, python in (("pyhpo", sys.executable), ("hpo3", chosen.hpo3)):
        if python is None:
            print(f"{name:6s} not asked: name an interpreter that has it with --hpo3")
            continue
        told = theirs(python, cases)
        if "failed" in told:
            print(f"{name:6s} failed: {told['failed'][0]}")
            continue
        print(f"{name:6s} {told['enrichment_ms']:10.1f} ms  hypergeometric enrichment, {told['diseases']:,} diseases")
        print(f"{'':6s} {told['similarity_ms']:10.1f} ms  graph similarity, scaled from {told['compared']} diseases")


if __name__ == "__main__":
    main()
