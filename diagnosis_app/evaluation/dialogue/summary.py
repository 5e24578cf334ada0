"""The figures of a dialogue benchmark, and their lines: recall by turn, what was answered, and what that takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diagnosis_app.evaluation.dialogue.measuring import TURNS, Played, Talked
from diagnosis_app.evaluation.dialogue.policies import GAIN, MODEL, NO_MODEL, RANDOM, RULES
from diagnosis_app.evaluation.tables import MISSES, number
from retrieval.evaluation import SolvedCase
from retrieval.evaluation.measures import LEVELS, Groups, Weighting, difference, measure
from retrieval.evaluation.strata import Stratum, StratumOf

SHOWN_LEVELS = (1, 3, 10)
POLICIES = {RULES: "rules", RANDOM: "random", GAIN: "information gain, always five", MODEL: "model"}


@dataclass(frozen=True, slots=True)
class Judged:
    case: SolvedCase
    stratum: StratumOf
    talked: Talked


Chosen = Callable[[Judged], bool]
BLOCKS: dict[str, tuple[str, Chosen]] = {
    "all": ("All cases", lambda one: True),
    "diagnosable": ("Diagnosable", lambda one: one.stratum.holds(Stratum.DIAGNOSABLE)),
    "open": ("Begun, with findings left to answer", lambda one: one.talked.begun and one.talked.held_back > 0),
}


def summary(judged: Sequence[Judged], policies: Sequence[str]) -> dict[str, Any]:
    """By block and policy; a policy that was not run says why."""
    found: dict[str, Any] = {}
    for block, (_, holds) in BLOCKS.items():
        chosen = [one for one in judged if holds(one)]
        found[block] = {
            "cases": len(chosen),
            "policies": {
                name: _policy(chosen, name) if name in policies else {"not_run": NO_MODEL} for name in POLICIES
            },
        }
    failed = (one.talked.failed or "; ".join(sorted({p.failed for p in one.talked.by.values()} - {""}))
              for one in judged)  # fmt: skip
    return found | {
        "misses": dict(sorted(Counter(one for one in failed if one).items())),
        "begun": sum(one.talked.begun for one in judged),
        "held_back": sum(one.talked.held_back > 0 for one in judged),
    }


def _policy(chosen: Sequence[Judged], name: str) -> dict[str, Any]:
    played = [one.talked.of(name) for one in chosen]
    turns, burdens = sum(one.turns for one in played), Counter[str]()
    for one in played:
        burdens.update(one.burdens)
    return {
        "recall": _recall(chosen, played),
        "gained": _gained(chosen, played),
        "turns": turns,
        "answered": sum(one.answered for one in played),
        "free": sum(one.free for one in played),
        "burdens": dict(burdens.most_common()),
    }


def _groups(chosen: Sequence[Judged]) -> Groups:
    return Groups.of([one.case.diagnoses for one in chosen], [one.case.publications for one in chosen])


def _recall(chosen: Sequence[Judged], played: Sequence[Played]) -> dict[str, list[dict[str, float]]]:
    """By weighting, after each turn."""
    if not chosen:
        return {}
    groups = _groups(chosen)
    return {
        weighting.value: [
            {
                f"r{level}": round(measured.recall[level], 5)
                for measured in [measure([one.ranks[turn] for one in played], groups, weighting, resamples=0)]
                for level in SHOWN_LEVELS
            }
            for turn in range(TURNS + 1)
        ]
        for weighting in Weighting
    }


def _gained(chosen: Sequence[Judged], played: Sequence[Played]) -> dict[str, Any]:
    """Paired: the last turn less the first, per case, with 95 % intervals that resample publications."""
    if not chosen:
        return {}
    last, first = [one.ranks[-1] for one in played], [one.ranks[0] for one in played]
    values, intervals = difference(last, first, _groups(chosen), Weighting.PER_CASE)
    at = [LEVELS.index(level) for level in SHOWN_LEVELS]
    return {
        f"r{LEVELS[k]}": {
            "value": round(float(values[k]), 5),
            "low": round(intervals[k].low, 5),
            "high": round(intervals[k].high, 5),
        }
        for k in at
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    for block, (title, _) in BLOCKS.items():
        one = found[block]
        yield ""
        yield f"{title}: {number(one['cases'])} cases"
        if not one["cases"]:
            continue
        yield f"  {'after this many turns':36s}" + "".join(f"{turn:>7d}" for turn in range(TURNS + 1))
        for name, words in POLICIES.items():
            yield from _lines(words, one["policies"][name], one["cases"])
    yield ""
    for reason, count in found["misses"].items():
        yield f"{number(count):>6s}  {MISSES.get(reason, reason)} (counted as a miss)"


def _lines(words: str, one: dict[str, Any], cases: int) -> Iterator[str]:
    if "not_run" in one:
        yield f"  {words:31s}not run: {one['not_run']}"
        return
    for level in SHOWN_LEVELS:
        row = "".join(f"{100 * turn[f'r{level}']:7.1f}" for turn in one["recall"][Weighting.PER_CASE.value])
        gained = one["gained"][f"r{level}"]
        span = f"{100 * gained['value']:+.1f} ({100 * gained['low']:+.1f} to {100 * gained['high']:+.1f})"
        yield f"  {words if level == 1 else '':31s}{f'R@{level}':5s}{row}   {span}"
    if one["turns"]:
        answered, free = (100 * one[name] / one["turns"] for name in ("answered", "free"))
        yield (
            f"  {'':31s}{one['turns'] / cases:.1f} questions a case, {answered:.1f} % answered, "
            f"{free:.0f} % at no cost; the others: {_burdens(one['burdens'])}."
        )


def _burdens(burdens: dict[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in burdens.items()) or "none"
