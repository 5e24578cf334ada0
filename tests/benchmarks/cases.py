"""python -m tests.benchmarks.cases: how long the most similar of many published cases take to find, on one core.

Banks of 7,398, 200,000 and 1,000,000 synthetic cases. Each follows one published case from the folder
that CLEW_BENCHMARK_DATA names, keeps four in five of its findings and takes the rest from all cases;
without that folder it follows one disease of the annotations. Bound: p95 under 10 ms up to 200,000.
Times are of the processor (what one core does when nothing else runs on it), and beside them the clock's.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from corpus_ingest.sources.phenopackets import read_cases
from retrieval import csr
from retrieval.cases import CaseBank, index, match, similarities
from retrieval.cases.weights import weights, whole
from retrieval.model import Finding, Profile
from retrieval.ontology.graph import Ontology
from retrieval.snapshot import Snapshot, open_snapshot
from retrieval.strings import StringTable
from tests import environment
from tests import knowledge as test_knowledge

SIZES = (7_398, 200_000, 1_000_000)
GATED = 200_000  # cases
BOUND = 10.0  # ms, p95
KEPT = 0.8  # of the findings of the case that a synthetic one follows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--queries", type=int, default=400)
    asked = parser.parse_args()
    folder = test_knowledge.ensure()
    snapshot = open_snapshot(folder / (folder / "current").read_text().strip())
    patterns = _patterns(snapshot)
    print(f"{len(patterns)} patterns, {np.mean([len(one) for one in patterns]):.1f} findings each")
    print(f"{'cases':>10}{'what':>16}{'p50':>10}{'p95':>10}{'max':>10}{'p95, clock':>12}{'memory':>11}{'built in':>10}")
    for size in asked.sizes:
        chance = np.random.default_rng(size)
        started = time.perf_counter()
        bank = synthetic(snapshot.ontology, patterns, size, chance)
        built = time.perf_counter() - started
        queries = [np.array(terms) for terms in _drawn(patterns, asked.queries, chance)]
        ids = snapshot.ontology.ids
        profiles = [Profile(tuple(Finding(ids[term]) for term in terms.tolist())) for terms in queries]
        report(size, "similarities", _each(partial(similarities, bank), queries), bank, built)
        report(size, "match, 20", _each(partial(match, bank), profiles), bank, built)


def synthetic(ontology: Ontology, patterns: list[np.ndarray], size: int, chance: np.random.Generator) -> CaseBank:
    """A bank of cases that have findings, an id and one diagnosis, and nothing else."""
    ptr, terms = csr.pack(_drawn(patterns, size, chance))
    several = {
        **index.build(ontology, ptr, terms, whole(weights(ontology))),
        "finding_ptr": ptr,
        "finding": terms,
        "absent_from": ptr[1:],
        "diagnosis_ptr": np.arange(size + 1, dtype=np.int32),
        "publication_ptr": np.zeros(size + 1, dtype=np.int32),
        **{name: np.zeros(size, dtype=np.int32) for name in ("diagnosis", "diagnosis_name")},
        **StringTable.build((f"{number:016x}" for number in range(size)), "id_"),
        **StringTable.build(["OMIM:1"], "diagnosis_id_"),
    }
    return CaseBank({**CaseBank.build(ontology, ()), **several, **StringTable.build([""], "diagnosis_name_")}, ontology)


def _patterns(snapshot: Snapshot) -> list[np.ndarray]:
    """Sets of findings that occur together: of published cases, else of diseases."""
    ontology, data = snapshot.ontology, environment.benchmark_data()
    archive = data / "cases" / "phenopackets-dev.zip" if data else None
    if archive and archive.is_file():
        bank = CaseBank(CaseBank.build(ontology, read_cases(archive, ontology).cases), ontology)
        return [bank.present(i) for i in range(bank.size)]
    pooled = snapshot.diseases.pooled
    found = [csr.row(pooled.ptr, pooled.term, int(i)) for i in snapshot.diseases.ranked]
    return [terms for terms in found if len(terms)]


def _drawn(patterns: list[np.ndarray], count: int, chance: np.random.Generator) -> list[list[int]]:
    everything = np.concatenate(patterns)
    found = []
    for k in chance.integers(len(patterns), size=count).tolist():
        terms = patterns[k].copy()
        other = chance.random(len(terms)) >= KEPT
        terms[other] = everything[chance.integers(len(everything), size=int(other.sum()))]
        found.append(sorted(set(terms.tolist())))
    return found


def _each(act: Callable[[Any], object], questions: Sequence[Any]) -> tuple[list[float], list[float]]:
    """Milliseconds of each call, after a few that warm up: of the processor, and of the clock."""
    for question in questions[:5]:
        act(question)
    worked, passed = [], []
    for question in questions:
        work, clock = time.thread_time(), time.perf_counter()
        act(question)
        worked.append((time.thread_time() - work) * 1000)
        passed.append((time.perf_counter() - clock) * 1000)
    return worked, passed


def report(size: int, what: str, taken: tuple[list[float], list[float]], bank: CaseBank, built: float) -> None:
    cuts, clock = (statistics.quantiles(times, n=100, method="inclusive") for times in taken)
    memory = sum(array.nbytes for array in bank._arrays.values()) / 1e6
    verdict = "" if size > GATED else "  within 10 ms" if cuts[94] < BOUND else "  OVER 10 ms"
    print(
        f"{size:>10,}{what:>16}{cuts[49]:>8.2f}ms{cuts[94]:>8.2f}ms{max(taken[0]):>8.2f}ms{clock[94]:>10.2f}ms"
        f"{memory:>9.0f}MB{built:>9.1f}s{verdict}",
        flush=True,
    )


if __name__ == "__main__":
    main()
