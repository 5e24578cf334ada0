"""How fast the ranking is: `python -m tests.benchmarks.ranking [--cases N] [--knowledge DIRECTORY]`.

Full answers on one core: every disease ranked, the first 50 explained, with nothing remembered of the
case; and as a clinician edits, one finding more. How good it is: `manage.py benchmark ranking`.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from retrieval.evaluation import Blinding
from retrieval.ranking import Ranker, rankable
from retrieval.snapshot import Snapshot, open_snapshot
from tests import environment, knowledge
from tests.benchmarks.published_cases import Published, phenopackets

BOUND_MS = 25.0


class Bench:
    """One snapshot's ranker, with what a blinded question needs."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.ontology, self.diseases = snapshot.ontology, snapshot.diseases
        self.ranker: Ranker = snapshot.ranker
        self.position = {int(d): at for at, d in enumerate(self.diseases.ranked)}
        self.blinding = Blinding(self.ontology, self.diseases)


def balanced(groups: Sequence[object]) -> list[float]:
    """Every group weighs one."""
    sizes: dict[object, int] = defaultdict(int)
    for group in groups:
        sizes[group] += 1
    return [1.0 / sizes[group] for group in groups]


def speed(bench: Bench, cases: Sequence[Published]) -> None:
    """Processor time, because other processes share the machine."""
    profiles = [rankable(bench.ontology, case.profile) for case in cases]
    profiles = [profile for profile in profiles if profile.findings]
    bench.ranker.rank(profiles[0])
    first, edited = [], []
    for profile in profiles:
        bench.ranker.forget()
        bench.ranker.rank(replace(profile, findings=profile.findings[:-1]))
        start = time.process_time()
        bench.ranker.rank(profile)
        edited.append(1000 * (time.process_time() - start))
        bench.ranker.forget()
        start = time.process_time()
        bench.ranker.rank(profile)
        first.append(1000 * (time.process_time() - start))
    for name, took in (("first answer", first), ("after one edit", edited)):
        middle, high = np.median(took), np.quantile(took, 0.95)
        within = 100 * np.mean(np.array(took) <= BOUND_MS)
        print(f"{name:15s} median {middle:.1f} ms, p95 {high:.1f} ms; {within:.0f} % of cases within {BOUND_MS:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=500, help="how many development cases, spread evenly")
    parser.add_argument("--knowledge", type=Path, help="the directory of a snapshot; by default the one of the tests")
    chosen = parser.parse_args()
    data = environment.benchmark_data()
    if data is None:
        parser.error("the folder of published cases was not found: set CLEW_BENCHMARK_DATA")
    problem = None if chosen.knowledge else knowledge.attempt()
    if problem:
        parser.error(str(problem))
    directory = knowledge.directory()
    bench = Bench(open_snapshot(chosen.knowledge or directory / (directory / "current").read_text().strip()))
    cases = list(phenopackets(data / "cases" / "phenopackets-dev.zip"))
    speed(bench, cases[:: max(len(cases) // max(chosen.cases, 1), 1)])


if __name__ == "__main__":
    main()
