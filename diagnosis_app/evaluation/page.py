"""What the page Evaluation shows of a run, ready for the template: rows, plots and the words beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from diagnosis_app.evaluation import plots, words
from diagnosis_app.evaluation.models import EvaluationRun
from diagnosis_app.evaluation.summary import MERGED, WITHOUT
from retrieval.evaluation.measures import LEVELS, Groups, Interval, Weighting, difference

HEADLINE = "diagnosable"
DEFAULT = "balanced"
ENOUGH = 0.02  # a larger share of cases that one more finding lowers is more than we promise


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of shares. `other` and `change` are there when two runs are compared."""

    name: str
    note: str
    cases: int
    first: str
    first3: str
    first10: str
    interval: str
    mrr: str
    other_first: str = ""
    other_first10: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """By how much the first run is better, over the cases that both asked about."""

    name: str
    cases: int
    first: str
    first_interval: str
    first10: str
    first10_interval: str


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    cases: int
    share: str
    drawing: SafeString


def rows(run: EvaluationRun, by: str, other: EvaluationRun | None = None) -> list[Row]:
    """The headline list in each stratum."""
    found = []
    for stratum in words.strata():
        mine = _figures(run, stratum.key, MERGED, by)
        theirs = _figures(other, stratum.key, MERGED, by) if other else None
        if mine:
            found.append(_row(stratum, mine, theirs))
    return found


def lists(run: EvaluationRun, by: str) -> list[Row]:
    """What else may count as the list, for the headline stratum."""
    named = ((one, _figures(run, HEADLINE, one.key, by)) for one in words.lists())
    return [_row(one, figures) for one, figures in named if figures]


def has_unblindable(run: EvaluationRun) -> bool:
    """Whether the knowledge held findings that cite no papers."""
    return WITHOUT[MERGED] in run.summary["strata"][HEADLINE]


def weightings(run: EvaluationRun) -> list[Row]:
    """The headline figure under each weighting: which one is read matters."""
    named = ((one, _figures(run, HEADLINE, MERGED, one.key)) for one in words.weightings())
    return [_row(one, figures) for one, figures in named if figures]


def how_far(run: EvaluationRun, by: str, other: EvaluationRun | None = None) -> SafeString:
    """Curves of the strata; of the headline stratum in both runs when two are compared."""
    if other:
        pairs = [(run, _("this run")), (other, _("run %(id)s") % {"id": other.pk})]
        lines = [plots.Line(name, _curve(one, HEADLINE, by)) for one, name in pairs]
    else:
        drawn = ((one.name, _curve(run, one.key, by)) for one in words.strata())
        lines = [plots.Line(name, points) for name, points in drawn if points]
    return plots.ranks(
        lines, _("Share of cases whose diagnosis is within the first k: %(lines)s") % {"lines": _spoken(lines)}
    )


def first_ten(run: EvaluationRun, by: str) -> int | None:
    """Of a hundred diagnosable cases, how many have the diagnosis among the first ten."""
    figures = _figures(run, HEADLINE, MERGED, by)
    value = figures["r10"]["value"] if figures else None
    return None if value is None else round(100 * value)


def reliability(run: EvaluationRun) -> dict[str, Any] | None:
    """The curve, and how often each word came true; None where the ranking stated no probabilities."""
    found = run.summary.get("reliability")
    if not found:
        return None
    marks = [plots.Mark(one["stated"], one["observed"], one["low"], one["high"]) for one in found["points"]]
    spoken = "; ".join(f"{_share(mark.x)}: {_share(mark.y)}" for mark in marks)
    names = words.strengths()
    return {
        "drawing": plots.reliability(marks, _("Stated and observed, bin by bin: %(points)s") % {"points": spoken}),
        "gap": f"{found['ece']:.3f}",
        "auroc": "" if found["auroc"] is None else f"{found['auroc']:.2f}",
        "cases": found["cases"],
        "words": [
            {
                "name": names.get(one["word"], one["word"]),
                "cases": one["cases"],
                "share": _share(one["observed"]),
                "interval": _between(one),
            }
            for one in found.get("words", ())
        ],
    }


def by_system(run: EvaluationRun) -> list[Bar]:
    return [_bar(one["name"], one) for one in run.summary.get("by_system", ())]


def by_findings(run: EvaluationRun) -> list[Bar]:
    return [_bar(words.findings(one), one) for one in run.summary.get("by_findings", ())]


def misses(run: EvaluationRun) -> list[tuple[str, int]]:
    found = run.summary.get("misses", {}).items()
    return [(words.miss(reason), count) for reason, count in sorted(found, key=lambda one: -one[1])]


def adding(run: EvaluationRun) -> dict[str, Any] | None:
    """How often one more documented finding lowers the true disease."""
    found = run.summary.get("adding")
    if not found:
        return None
    share = f"{100 * found['share']:.1f}"
    return {**found, "percent": share, "too_often": found["share"] > ENOUGH}


def changes(run: EvaluationRun, other: EvaluationRun, by: str) -> list[Change]:
    """Paired: the same cases in both runs, by the strata of the first."""
    theirs = {one["id"]: one for one in other.ranks}
    pairs = [(one, theirs[one["id"]]) for one in run.ranks if one["id"] in theirs]
    chosen = {
        "diagnosable": [pair for pair in pairs if pair[0]["diagnosable"]],
        "with_published_case": [pair for pair in pairs if pair[0]["published_cases"]],
        "no_published_case": [p for p in pairs if p[0]["diagnosable"] and not p[0]["published_cases"]],
        "all": pairs,
    }
    named = ((stratum.name, chosen[stratum.key]) for stratum in words.strata())
    return [_change(name, found, Weighting(by)) for name, found in named if found]


# --- inside ------------------------------------------------------------------


def _figures(run: EvaluationRun, stratum: str, name: str, by: str) -> dict[str, Any] | None:
    found = run.summary["strata"].get(stratum, {}).get(name, {}).get(by)
    return found if found and found["cases"] else None


def _curve(run: EvaluationRun, stratum: str, by: str) -> Sequence[tuple[float, float]]:
    if not _figures(run, stratum, MERGED, by):
        return ()
    return [(float(k), float(share)) for k, share in run.summary["strata"][stratum]["curve"][by]]


def _row(named: words.Named, mine: dict[str, Any], theirs: dict[str, Any] | None = None) -> Row:
    return Row(
        name=named.name,
        note=named.note,
        cases=mine["cases"],
        first=_share(mine["r1"]["value"]),
        first3=_share(mine["r3"]["value"]),
        first10=_share(mine["r10"]["value"]),
        interval=_between(mine["r10"]),
        mrr=_share(mine["mrr"]["value"]),
        other_first=_share(theirs["r1"]["value"]) if theirs else "",
        other_first10=_share(theirs["r10"]["value"]) if theirs else "",
    )


def _change(name: str, pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]], by: Weighting) -> Change:
    mine = [_rank(one) for one, _other in pairs]
    theirs = [_rank(other) for _one, other in pairs]
    groups = Groups.of([one["diagnoses"] for one, _o in pairs], [one["publications"] for one, _o in pairs])
    shares, intervals = difference(mine, theirs, groups, by)
    first, ten = LEVELS.index(1), LEVELS.index(10)
    return Change(
        name,
        len(pairs),
        _signed(shares[first]),
        _span(intervals[first]),
        _signed(shares[ten]),
        _span(intervals[ten]),
    )


def _rank(one: dict[str, Any]) -> float:
    return inf if one["rank"] is None else float(one["rank"])


def _bar(name: str, one: dict[str, Any]) -> Bar:
    share = _share(one["r10"])
    return Bar(name, one["cases"], share, plots.bar(one["r10"], f"{name}: {share}"))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _signed(value: float) -> str:
    text = f"{abs(value):.3f}"
    return text if float(text) == 0 else f"+{text}" if value > 0 else f"\u2212{text}"


def _span(interval: Interval) -> str:
    return _("%(low)s to %(high)s") % {"low": _signed(interval.low), "high": _signed(interval.high)}


def _between(one: dict[str, Any]) -> str:
    if one.get("low") is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": _share(one["low"]), "high": _share(one["high"])}


def _spoken(lines: Sequence[plots.Line]) -> str:
    said = []
    for line in lines:
        at = dict(line.points)
        said.append(f"{line.name}: {_share(at.get(1.0))}, {_share(at.get(10.0))}, {_share(at.get(50.0))}")
    return _("%(lines)s (first, first 10, first 50)") % {"lines": "; ".join(said)}
