"""What asking is worth, and what it costs: `python -m tests.benchmarks.questions [--cases N]`.

Published cases are shown with half of their present findings and no absent one. Five questions are
answered from what was held back: present if a finding of the case is the one asked for or narrower,
absent if an excluded one is it or broader, else not examined, and the next question is put. Compared
are the questions of the product, random documented findings of the same leading diseases, and the
leaders' own most frequent findings; once over all findings, and once over those alone that the case can
answer, which shows what choosing is worth when every question is answered. Publication-blind
throughout: neither the scores nor the questions know what the case's own paper says of its disease.
Prints R@1 and R@10 before and after, how many questions were put for an answer, the temperature that
fits best, and milliseconds a case against the bound of 20 on one core.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from retrieval.model import Finding, Profile, Status
from retrieval.ranking import eligibility, rankable
from retrieval.ranking.chances import Chances
from retrieval.ranking.documented import Documented
from retrieval.ranking.next_question import LEADERS, choose, softmax
from retrieval.ranking.ranker import expected_rank
from retrieval.ranking.reading import Reading, read_profile
from retrieval.snapshot import open_snapshot
from tests import environment, knowledge
from tests.benchmarks.published_cases import Published, phenopackets
from tests.benchmarks.ranking import Bench, balanced

ANSWERS = 5
PUT = 60  # questions put at the most for one answer
BOUND_MS = 20.0
TEMPERATURES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0)


@dataclass(frozen=True)
class Start:
    """A case as the clinic first sees it, with the answers it could give."""

    case: Published
    shown: Profile
    present: frozenset[int]  # with all that includes them
    absent: frozenset[int]  # with all that is narrower
    truth: dict[int, int]  # position -> disease
    instead: dict[int, Documented]

    def answer(self, term: int) -> Status | None:
        if term in self.present:
            return Status.PRESENT
        return Status.EXCLUDED if term in self.absent else None


class Blinded:
    """Chances of some diseases, of which one is read without the case's publication."""

    def __init__(self, bench: Bench, reading: Reading, leading: np.ndarray, start: Start) -> None:
        scorer = bench.ranker._scorer
        hidden = np.array([position in start.instead for position in leading.tolist()], dtype=bool)
        self._where = hidden
        self._others = Chances(bench.ontology, scorer, reading, leading[~hidden])
        self._alone = [
            Chances(
                bench.ontology, bench.ranker._over(start.instead[p], bench.ranker._ranked[[p]]), reading, np.array([0])
            )
            for p in leading[hidden].tolist()
        ]
        self.own = np.concatenate([self._others.own, *(one.own for one in self._alone)])

    def plain(self, terms: np.ndarray) -> np.ndarray:
        return self._together(terms, lambda chances: chances.plain(terms))

    def exact(self, terms: np.ndarray) -> np.ndarray:
        return self._together(terms, lambda chances: chances.exact(terms))

    def _together(self, terms: np.ndarray, of: Callable[[Chances], np.ndarray]) -> np.ndarray:
        found = np.zeros((len(self._where), len(terms)))
        found[~self._where] = of(self._others)
        for at, alone in zip(np.flatnonzero(self._where).tolist(), self._alone, strict=True):
            found[at] = of(alone)[0]
        return found


Policy = Callable[[Bench, Start, Reading, np.ndarray, np.ndarray, random.Random], list[int]]


def informed(
    bench: Bench, start: Start, reading: Reading, scores: np.ndarray, allowed: np.ndarray, _: random.Random
) -> list[int]:
    """The product's questions."""
    leading = np.argsort(-scores, kind="stable")[:LEADERS]
    chances = Blinded(bench, reading, leading, start)
    return [term for term, _, _ in choose(bench.ontology, chances, softmax(scores)[leading], allowed, limit=PUT)]


def by_chance(
    bench: Bench, start: Start, reading: Reading, scores: np.ndarray, allowed: np.ndarray, rng: random.Random
) -> list[int]:
    """Random documented findings of the same leaders."""
    leading = np.argsort(-scores, kind="stable")[:LEADERS]
    terms = np.unique(Blinded(bench, reading, leading, start).own)
    terms = terms[allowed[terms]].tolist()
    return rng.sample(terms, min(PUT, len(terms)))


def of_the_leader(
    bench: Bench, start: Start, reading: Reading, scores: np.ndarray, allowed: np.ndarray, _: random.Random
) -> list[int]:
    """What the first candidates show most often, one candidate after the other."""
    leading = np.argsort(-scores, kind="stable")[:10]
    chances = Blinded(bench, reading, leading, start)
    terms = np.unique(chances.own)
    terms = terms[allowed[terms]]
    often = chances.plain(terms).max(axis=0)
    return terms[np.argsort(-often, kind="stable")][:PUT].tolist()


def starts(bench: Bench, cases: Sequence[Published], rng: random.Random) -> Iterator[Start]:
    """Cases of a ranked disease of which something stays documented, with at least four findings present."""
    ontology = bench.ontology
    for case in cases:
        profile = rankable(ontology, case.profile)
        present = [one for one in profile.findings if one.status is Status.PRESENT]
        at = {bench.position[i]: i for d in case.diagnoses if (i := bench.diseases.index(d)) in bench.position}
        if len(present) < 4 or not at:
            continue
        instead = {p: t for p, i in at.items() if (t := bench.blinding.documented(i, case.publications)) is not None}
        if any((t.pooled.negative).all() for t in instead.values()):
            continue
        shown = rng.sample(present, len(present) // 2)
        yes = {a for one in present for a in ontology.ancestors(_index(bench, one)).tolist()}
        out = (one for one in profile.findings if one.status is Status.EXCLUDED)
        no = {a for one in out for a in ontology.descendants(_index(bench, one)).tolist()}
        yield Start(case, replace(profile, findings=tuple(shown)), frozenset(yes), frozenset(no - yes), at, instead)


def interview(
    bench: Bench, start: Start, policy: Policy, rng: random.Random, *, answerable: bool
) -> tuple[float, int, int]:
    """(rank of the truth after the answers, answers, questions put)."""
    profile, answers, put, skip = start.shown, 0, 0, set[int]()
    while True:
        reading = read_profile(bench.ontology, profile)
        scores = bench.ranker.scores(profile, instead=start.instead)
        if answers == ANSWERS:
            break
        allowed = eligibility.may_be_asked(bench.ontology, bench.ranker._scorer, reading, skip)
        if answerable:
            allowed[[i for i in np.flatnonzero(allowed).tolist() if start.answer(i) is None]] = False
        term = status = None
        for term in policy(bench, start, reading, scores, allowed, rng):
            put += 1
            status = start.answer(term)
            if status is not None:
                break
            skip.add(term)
        if term is None or status is None:
            break
        answers += 1
        profile = replace(profile, findings=(*profile.findings, Finding(bench.ontology.ids[term], status)))
    return min(expected_rank(scores, position) for position in start.truth), answers, put


def quality(bench: Bench, found: Sequence[Start], seed: int) -> None:
    before = [min(expected_rank(s, p) for p in one.truth) for one in found for s in [scores_of(bench, one)]]
    groups = balanced([min(one.case.publications, default=one.case.id) for one in found])
    show("before", before, groups)
    policies = {"asked": informed, "at random": by_chance, "the leaders' own": of_the_leader}
    for answerable in (False, True):
        print("asked of what the case can answer alone:" if answerable else "asked of anything:")
        for name, policy in policies.items():
            rng = random.Random(seed)
            after = [interview(bench, one, policy, rng, answerable=answerable) for one in found]
            show(name, [rank for rank, _, _ in after], groups)
            answers, put = sum(a for _, a, _ in after), sum(n for _, _, n in after)
            print(
                f"{'':18s}{answers / len(after):.1f} answers a case, {put / max(answers, 1):.1f} questions put for one"
            )


def show(name: str, ranks: Sequence[float], weights: Sequence[float]) -> None:
    def share(first: int, by: Sequence[float]) -> float:
        return 100 * sum(w for r, w in zip(ranks, by, strict=True) if r <= first) / (sum(by) or 1.0)

    even = [1.0] * len(ranks)
    print(
        f"{name:18s}R@1 / R@10 per case {share(1, even):5.1f} / {share(10, even):5.1f}"
        f"   balanced by publication {share(1, weights):5.1f} / {share(10, weights):5.1f}"
    )


def scores_of(bench: Bench, start: Start) -> np.ndarray:
    return bench.ranker.scores(start.shown, instead=start.instead)


def temperature(bench: Bench, found: Sequence[Start]) -> None:
    """Mean negative log probability of the truth by temperature, balanced by publication."""
    groups = np.array(balanced([min(one.case.publications, default=one.case.id) for one in found]))
    loss = np.zeros((len(found), len(TEMPERATURES)))
    for i, one in enumerate(found):
        scores = scores_of(bench, one)
        for j, heat in enumerate(TEMPERATURES):
            loss[i, j] = -np.log(max(float(softmax(scores, heat)[list(one.truth)].sum()), 1e-12))
    mean = groups @ loss / groups.sum()
    print("temperature: loss " + ", ".join(f"{t:g}: {m:.2f}" for t, m in zip(TEMPERATURES, mean, strict=True)))


def speed(bench: Bench, found: Sequence[Start]) -> None:
    """Questions with the effects of both answers; processor time, nothing remembered of the case but its ranking."""
    took = []
    for one in found:
        bench.ranker.forget()
        bench.ranker.rank(one.shown)
        start = time.process_time()
        bench.ranker.next_questions(one.shown)
        took.append(1000 * (time.process_time() - start))
    within = 100 * np.mean(np.array(took) <= BOUND_MS)
    print(
        f"questions with effects: median {np.median(took):.1f} ms, p95 {np.quantile(took, 0.95):.1f} ms; "
        f"{within:.0f} % of cases within {BOUND_MS:.0f} ms"
    )


def _index(bench: Bench, finding: Finding) -> int:
    index = bench.ontology.index(finding.term)
    assert index is not None
    return index


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=400, help="how many development cases to draw")
    parser.add_argument("--seed", type=int, default=20250116)
    parser.add_argument("--knowledge", type=Path, help="the directory of a snapshot; by default the one of the tests")
    chosen = parser.parse_args()
    data = environment.benchmark_data()
    if data is None:
        parser.error("the folder of published cases was not found: set CLEW_BENCHMARK_DATA")
    problem = None if chosen.knowledge else knowledge.attempt()
    if problem:
        parser.error(str(problem))
    folder = knowledge.directory()
    bench = Bench(open_snapshot(chosen.knowledge or folder / (folder / "current").read_text().strip()))
    rng = random.Random(chosen.seed)
    cases = list(phenopackets(data / "cases" / "phenopackets-dev.zip"))
    found = list(starts(bench, rng.sample(cases, min(chosen.cases, len(cases))), rng))
    print(f"{len(found)} of {chosen.cases} cases have four findings or more and a diagnosis that can be found")
    speed(bench, found[:200])
    temperature(bench, found)
    quality(bench, found, chosen.seed)


if __name__ == "__main__":
    main()
