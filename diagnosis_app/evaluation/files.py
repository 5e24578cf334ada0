"""A run's figures as files: one line a figure in CSV, everything that OUT holds in JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from diagnosis_app.evaluation.models import EvaluationRun

MEASURES = ("r1", "r3", "r5", "r10", "r50", "mrr")
HEADER = ["stratum", "list", "weighting", "cases", "diseases", "publications", "measure", "value", "low", "high"]


def as_csv(run: EvaluationRun) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_lines(run.summary))
    return text.getvalue()


def as_json(run: EvaluationRun) -> dict[str, Any]:
    """The keys of OUT."""
    return {"cases": run.ranks, "summary": run.summary, "versions": run.versions, "seconds": run.seconds}


def _lines(summary: dict[str, Any]) -> Iterator[list[object]]:
    for stratum, sets in summary["strata"].items():
        for name, weightings in sets.items():
            if name == "curve":
                continue
            for weighting, found in weightings.items():
                counts = [found["cases"], found["diseases"], found["publications"]]
                for measure in MEASURES:
                    share = found[measure]
                    yield [stratum, name, weighting, *counts, measure, share["value"], share["low"], share["high"]]
