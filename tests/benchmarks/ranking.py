"""How good and how fast the ranking is: `python -m tests.benchmarks.ranking [--cases N]`.

Prints R@1/3/10 on the development cases, publication-blind and as-is, for diagnosable cases (some
finding stays documented after blinding) and for all of them; RareBench as-is, because its cases name
no publication; and milliseconds a case against the bound of 10 on one core. Misses of any kind stay
in the denominator; tied diseases take their expected rank.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from retrieval.ranking import Ranker, rankable
from retrieval.ranking.ranker import expected_rank
from retrieval.snapshot import Snapshot, open_snapshot
from tests import environment, knowledge
from tests.benchmarks.blinding import Blinding
from tests.benchmarks.published_cases import Published, phenopackets, rarebench

RANKS = (1, 3, 10)
BOUND_MS = 10.0
BEYOND = float("inf")  # the rank of what is not listed


class Bench:
    """One snapshot's ranker, asked about published cases."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.ontology, self.diseases = snapshot.ontology, snapshot.diseases
        self.ranker: Ranker = snapshot.ranker
        self.position = {int(d): at for at, d in enumerate(self.diseases.ranked)}
        self.blinding = Blinding(self.ontology, self.diseases)

    def rank(self, case: Published, *, blind: bool) -> tuple[float, bool]:
        """(expected rank of the best-placed diagnosis, whether anything stays documented of it)."""
        indices = [i for d in case.diagnoses if (i := self.diseases.index(d)) is not None]
        at = {self.position[i]: i for i in indices if i in self.position}
        instead = {}
        documented = dict.fromkeys(at, True)
        for position, index in at.items() if blind else ():
            table = self.blinding.documented(index, case.publications)
            if table is not None:
                instead[position] = table
                documented[position] = bool((~table.pooled.negative).any())
        if not at:
            return BEYOND, False
        scores = self.ranker.scores(rankable(self.ontology, case.profile), instead=instead)
        return min(expected_rank(scores, position) for position in at), any(documented.values())


def recalls(ranks: Sequence[float], weights: Sequence[float]) -> str:
    """R@1 / R@3 / R@10 in percent."""
    total = sum(weights) or 1.0
    shares = (100 * sum(w for r, w in zip(ranks, weights, strict=True) if r <= k) / total for k in RANKS)
    return " / ".join(f"{share:5.1f}" for share in shares)


def balanced(groups: Sequence[object]) -> list[float]:
    """Every group weighs one."""
    sizes: dict[object, int] = defaultdict(int)
    for group in groups:
        sizes[group] += 1
    return [1.0 / sizes[group] for group in groups]


def report(name: str, cases: Sequence[Published], ranks: Sequence[float]) -> None:
    papers = balanced([min(case.publications, default=case.id) for case in cases])
    diseases = balanced([min(case.diagnoses, default="") for case in cases])
    print(f"{name:34s} n={len(cases):5d}  per case {recalls(ranks, [1.0] * len(ranks))}", end="")
    print(f"   macro by disease {recalls(ranks, diseases)}   balanced by publication {recalls(ranks, papers)}")


def quality(bench: Bench, data: Path, sample: int) -> list[Published]:
    cases = list(phenopackets(data / "cases" / "phenopackets-dev.zip"))
    if 0 < sample < len(cases):
        chosen = np.random.default_rng(20250116).choice(len(cases), sample, replace=False)
        cases = [cases[i] for i in sorted(chosen.tolist())]
    blind = [bench.rank(case, blind=True) for case in cases]
    as_is = [bench.rank(case, blind=False)[0] for case in cases]
    diagnosable = [i for i, (_, documented) in enumerate(blind) if documented]
    report("diagnosable, publication-blind", [cases[i] for i in diagnosable], [blind[i][0] for i in diagnosable])
    report("all, publication-blind", cases, [rank if documented else BEYOND for rank, documented in blind])
    report("all, as-is (leaks)", cases, as_is)
    for name in ("mme", "lirical"):
        found = list(rarebench(data / "cases" / f"rarebench-{name}.json"))
        report(f"RareBench {name.upper()}, as-is", found, [bench.rank(case, blind=False)[0] for case in found])
    return cases


def speed(bench: Bench, cases: Sequence[Published]) -> None:
    """Full answers: every disease ranked, the first 50 explained, with nothing remembered of the case.

    Processor time, because other processes share the machine; and as a clinician edits, one finding more.
    """
    profiles = [rankable(bench.ontology, case.profile) for case in cases[:500]]
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


def _in_use(directory: Path) -> Path:
    return directory / (directory / "current").read_text().strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000, help="how many development cases to draw; 0 for all")
    parser.add_argument("--knowledge", type=Path, help="the directory of a snapshot; by default the one of the tests")
    chosen = parser.parse_args()
    data = environment.benchmark_data()
    if data is None:
        parser.error("the folder of published cases was not found: set CLEW_BENCHMARK_DATA")
    problem = None if chosen.knowledge else knowledge.attempt()
    if problem:
        parser.error(str(problem))
    bench = Bench(open_snapshot(chosen.knowledge or _in_use(knowledge.directory())))
    speed(bench, quality(bench, data, chosen.cases))


if __name__ == "__main__":
    main()
