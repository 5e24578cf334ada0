"""Whether the findings divide into those of two diseases: what the leader leaves over is ranked by itself.

A patient may have two diagnoses (about 5 % of those with a molecular diagnosis do; Posey 2017), and then no single
candidate explains the case. It proposes and changes no order, and it is said rarely: every leader leaves something
over, and some disease or other lists it. So the other one must be likely by what is left over alone, and no disease of
the same gene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agents.contract import CandidateRecord
from retrieval.model import Profile, Status, Strength

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge

LEFT_OVER = 3  # findings without a leader's explanation that are worth ranking by themselves
EXPLAINED = 0.5  # share of them that the other disease must explain
TELLING = 0.05  # log-odds from which a finding counts as explained: a fitted weight makes each of them small
LIKELY = (Strength.LIKELY, Strength.VERY_LIKELY)  # what the other must be on the findings left over


def divided(knowledge: Knowledge, profile: Profile, order: Sequence[CandidateRecord]) -> dict[str, Any] | None:
    """The two diseases and how many findings each explains; None where one explains the patient."""
    if not order:
        return None
    first = order[0]
    own = {term.finding for term in first.contributions if term.kind == "finding" and term.value >= TELLING}
    left = [one for one in profile.findings if one.status is Status.PRESENT and one.term not in own]
    if len(left) < LEFT_OVER or len(own) < LEFT_OVER:
        return None
    rest = knowledge.ranker.rank(replace(profile, findings=tuple(left), genes=()), limit=1)
    if rest.outcome != "ranked" or not rest.candidates:
        return None
    other = rest.candidates[0]
    explained = {one.finding for one in other.contributions if str(one.kind) == "finding" and one.value >= TELLING}
    if len(explained) < max(LEFT_OVER, EXPLAINED * len(left)) or other.strength not in LIKELY:
        return None
    if other.id == first.disease or set(other.genes) & set(first.genes):
        return None
    return {
        "first": {"id": first.disease, "name": first.name, "explains": len(own)},
        "other": {"id": other.id, "name": other.name, "explains": len(explained)},
        "left": len(left),
    }
