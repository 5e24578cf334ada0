"""Fits the ranker to published cases as the protocol demands, and says how well it does on what it has not seen.

Every case is blinded to its own publications. Weights and calibration are fitted five times, each
time without a fifth of the publications (and again of the diseases); the figures told are of the
fifth that was left out. What is written is fitted on all. Nothing is drawn at random, and nothing
of an earlier fit is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.evaluation import Blinding, SolvedCase, parallel
from retrieval.evaluation.measures import Groups, Weighting, weights
from retrieval.evaluation.reliability import area_under_curve, expected_calibration_error
from retrieval.model import Strength
from retrieval.ranking import calibration, fitting
from retrieval.ranking.fusion import ANNOTATIONS_ONLY, WITH_CASES
from retrieval.ranking.ranker import DECIMALS as SCORED_TO
from retrieval.ranking.ranker import Ranker, expected_rank
from retrieval.ranking.reading import rankable
from retrieval.ranking.summing import DECLARED
from retrieval.ranking.weighed import Weighed
from retrieval.snapshot import open_snapshot

FOLDS = 5
TERMS = ("finding", "onset", "profile", "nearest")
BEFORE = np.array([0.2, 2.0, 5.0, 7.0])  # roughly what a fit gives: only to say which candidates it looks at
LEADING = 150  # candidates by these weights, and
NEAREST = 50  # by the nearest case: among them is the true disease, or no weight would bring it forward
TEMPERATURES = (0.8, 1.0, 1.25, 1.6, 2.0)
DECIMALS = 4  # of what is written

KINDS = (DISEASES, PAPERS) = ("disease", "publication")  # what folds keep apart
Item = tuple[SolvedCase, tuple[int, ...]]
Tell = Callable[[str, int, int], None]  # what is being done, how many cases are done, of how many


@dataclass(frozen=True, slots=True)
class Scored:
    """One case under weights that have not seen it."""

    rank: float
    right: bool  # the first place is the true disease
    features: np.ndarray
    share: np.ndarray  # per temperature, of the true disease


@dataclass(frozen=True)
class Opening:
    """All that a process needs: without weights it gathers what a fit reads, with weights it ranks.

    A case comes with the weights under which it is ranked, by their places in `weights`.
    """

    snapshot: Path
    weights: tuple[tuple[float, ...], ...] = ()

    def __call__(self) -> Callable[[Item], np.ndarray | tuple[Scored, ...]]:
        return _Asking(self).ask


class _Asking:
    def __init__(self, how: Opening) -> None:
        self._how = how
        snapshot = open_snapshot(how.snapshot)
        self._ontology, self._diseases, self._bank = snapshot.ontology, snapshot.diseases, snapshot.cases
        self._ranker: Ranker = snapshot.ranker
        self._blinding = Blinding(self._ontology, self._diseases)
        self._position = {int(i): place for place, i in enumerate(self._diseases.ranked)}

    def ask(self, item: Item) -> np.ndarray | tuple[Scored, ...]:
        case, places = item
        hidden = self._bank.citing(case.publications) if self._bank.size else None
        weighed = self._ranker.weighed(
            rankable(self._ontology, case.profile), instead=self._blinding.instead(case.publications), hidden=hidden
        )
        terms, true = weighed.raw_terms(), self._true(case)
        if not self._how.weights:
            return _candidates(terms, true[0]) if true else terms[:0].astype(np.float32)
        return tuple(_scored(weighed, _sums(terms, np.array(self._how.weights[at])), true) for at in places)

    def _true(self, case: SolvedCase) -> list[int]:
        known = [i for one in case.diagnoses if (i := self._diseases.index(one)) is not None]
        return [place for i in known if (place := self._position.get(i)) is not None]


def _scored(weighed: Weighed, sums: np.ndarray, true: Sequence[int]) -> Scored:
    scores = np.round(sums, SCORED_TO)
    rank = min((expected_rank(scores, place) for place in true), default=inf)
    shares = [calibration.shared_out(scores, one) for one in TEMPERATURES]
    return Scored(
        rank=rank,
        right=rank <= 1,
        features=calibration.features(scores, weighed.first(int(np.argmax(scores)))),
        share=np.array([max((float(one[place]) for place in true), default=0.0) for one in shares]),
    )


def _candidates(terms: np.ndarray, true: int) -> np.ndarray:
    """The terms of the true disease, and of those that compete with it."""
    leading = np.argsort(-_sums(terms, BEFORE), kind="stable")[:LEADING]
    nearest = np.argsort(-terms[:, 3], kind="stable")[:NEAREST]
    others = sorted({*leading.tolist(), *nearest.tolist()} - {true})
    found: np.ndarray = terms[[true, *others]].astype(np.float32)
    return found


def _sums(terms: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """What is weighed by the fit, and what is declared."""
    found: np.ndarray = terms[:, : len(TERMS)] @ beta + terms[:, DECLARED]
    return found


@dataclass(frozen=True)
class Fitted:
    document: dict[str, Any]  # the artefact as it is written
    ranks: dict[str, np.ndarray]  # by what the folds kept apart: each case by a fit that has not seen it


def fit(
    snapshot: Path,
    cases: Sequence[SolvedCase],
    groups: Groups,
    evidence: np.ndarray,
    *,
    with_cases: bool,
    fitted: dict[str, Any],
    tell: Tell,
    processes: int = 0,
) -> Fitted:
    """`evidence` masks the cases of which something is known once they are blinded: the fit learns from those."""
    folded = np.stack([folds(groups.disease), folds(groups.paper)], axis=1)
    gathered = _asked(Opening(snapshot), [(case, ()) for case in cases], "read", tell, processes)
    usable = evidence & np.array([len(one) > 0 for one in gathered])
    width = len(TERMS) if with_cases else len(TERMS) - 1
    chosen = [one for one, use in zip(gathered, usable, strict=True) if use]
    choices = _together(chosen, width, weights(groups, Weighting.BALANCED)[usable])
    fits = tuple(
        _weights(choices.of(folded[usable, kind] != k), width) for kind in range(len(KINDS)) for k in range(FOLDS)
    )
    places = [tuple(kind * FOLDS + k for kind, k in enumerate(row)) for row in folded.tolist()]
    items = list(zip(cases, places, strict=True))
    told = list(zip(*_asked(Opening(snapshot, fits), items, "ranked", tell, processes), strict=True))
    final = _weights(choices, width)
    document = {
        "name": WITH_CASES if with_cases else ANNOTATIONS_ONLY,
        "weights": {key: round(float(value), DECIMALS) for key, value in zip(TERMS, final, strict=True)},
        "calibration": _calibrated(told[KINDS.index(PAPERS)], folded[:, KINDS.index(PAPERS)], groups),
        "fitted": fitted,
    }
    ranks = {kind: np.array([one.rank for one in found]) for kind, found in zip(KINDS, told, strict=True)}
    return Fitted(document, ranks)


def folds(groups: np.ndarray) -> np.ndarray:
    """A fifth each, decided by a hash of the group's number."""
    return np.array([int(hashlib.sha256(str(one).encode()).hexdigest(), 16) % FOLDS for one in groups.tolist()])


def _asked(opening: Opening, items: Sequence[Item], what: str, tell: Tell, processes: int) -> list[Any]:
    found: list[Any] = [None] * len(items)
    # Cases of one publication side by side: what blinds them is made once.
    order = sorted(range(len(items)), key=lambda at: items[at][0].publications)
    work = [(at, items[at]) for at in order]
    for done, (at, result) in enumerate(parallel.spread(opening, work, processes=processes, chunk=32), start=1):
        found[at] = result
        tell(what, done, len(items))
    return found


def _together(chosen: Sequence[np.ndarray], width: int, weight: np.ndarray) -> fitting.Choices:
    most = max(len(one) for one in chosen)
    terms, real = np.zeros((len(chosen), most, width)), np.zeros((len(chosen), most), dtype=np.bool_)
    offset = np.zeros(real.shape)
    for at, one in enumerate(chosen):
        terms[at, : len(one)], offset[at, : len(one)], real[at, : len(one)] = one[:, :width], one[:, DECLARED], True
    return fitting.Choices(terms, real, offset, weight)


def _weights(choices: fitting.Choices, width: int) -> tuple[float, ...]:
    """What the choices teach, one weight a term; where there are none, what was thought before."""
    beta = fitting.conditional_logit(choices) if len(choices.weight) else BEFORE[:width]
    return (*beta.tolist(), *[0.0] * (len(TERMS) - width))


def _calibrated(told: Sequence[Scored], fold: np.ndarray, groups: Groups) -> dict[str, Any]:
    """Temperature and coefficients, and how often each word held where it had not been fitted."""
    weight = weights(groups, Weighting.BALANCED)
    right = np.array([one.right for one in told], dtype=np.float64)
    features = np.stack([one.features for one in told])
    stated = np.zeros(len(told))
    for k in range(FOLDS):
        rest = fold != k
        if rest.any() and not rest.all():
            beta = fitting.logistic(features[rest], right[rest], weight[rest])
            stated[~rest] = 1.0 / (1.0 + np.exp(-features[~rest] @ beta))
    beta = fitting.logistic(features, right, weight)
    return {
        "temperature": _temperature(np.stack([one.share for one in told]), weight),
        "coefficients": {key: round(float(b), DECIMALS) for key, b in zip(calibration.FEATURES, beta, strict=True)},
        "held": _held(stated, right, weight),
        "measured": {
            "expected_calibration_error": round(expected_calibration_error(stated, right, weight), DECIMALS),
            "area_under_curve": round(area_under_curve(stated, right, weight), DECIMALS),
        },
    }


def _temperature(share: np.ndarray, weight: np.ndarray) -> float:
    """The one under which the true disease has most of the shares, where it is ranked at all."""
    ranked = share[:, 0] > 0
    likely = weight[ranked] @ np.log(np.maximum(share[ranked], 1e-12))
    return TEMPERATURES[int(np.argmax(likely))]


def _held(stated: np.ndarray, right: np.ndarray, weight: np.ndarray) -> dict[str, dict[str, float]]:
    words = np.array([calibration.strength(float(one)).value for one in stated])
    return {
        word.value: {
            "right": round(float(weight[words == word.value] @ right[words == word.value]), 2),
            "of": round(float(weight[words == word.value].sum()), 2),
        }
        for word in Strength
    }
