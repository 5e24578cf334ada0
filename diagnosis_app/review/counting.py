"""Which marks at passages count: what an investigation of the team sets back when it begins.

A mark names evidence of the run it was made on. The passage behind it is known by its id, which is made of its
document, its section and its words, so that the same text is recognised in any later snapshot. Marks at anything else
than a passage set nothing back: what is documented of a disease is weighed by the arithmetic alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diagnosis_app.review.blinding import counted
from diagnosis_app.review.models import WrongCitation
from diagnosis_app.runs.models import Evidence


def in_force(team_id: int) -> dict[str, list[str]]:
    """Disease id -> ids of the passages that stand back for it. Sorted: the same marks are pinned alike."""
    found: dict[str, set[str]] = {}
    for mark, row in with_passages(counted(team_id)):
        found.setdefault(mark.disease, set()).add(passage_of(row))
    return {disease: sorted(found[disease]) for disease in sorted(found)}


def with_passages(marks: Iterable[WrongCitation]) -> Iterator[tuple[WrongCitation, Evidence]]:
    """Each mark at a passage, beside the evidence that holds it. Two queries in all."""
    rows = list(marks)
    of_runs = Evidence.objects.filter(run_id__in={one.run_id for one in rows}, key__in={one.evidence for one in rows})
    known = {(one.run_id, one.key): one for one in of_runs.filter(kind="passage")}
    for mark in rows:
        row = known.get((mark.run_id, mark.evidence))
        if row is not None and passage_of(row):
            yield mark, row


def passage_of(row: Evidence) -> str:
    return str(row.body.get("passage") or "")
