"""Says what of the case is used and what is set aside, before anything is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from langgraph.runtime import Runtime

from agents.contract import Reason
from agents.state import Context, State
from retrieval.errors import RetrievalError


def intake(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    profile, knowledge = environment.request.profile, environment.knowledge
    with environment.step("intake", {}, environment.request.case_digest) as step:
        counted = Counter(str(finding.status) for finding in profile.findings)
        cases, passages = _size(lambda: knowledge.cases.size), _size(lambda: knowledge.passages.size)
        step.got = {
            **{status: counted[status] for status in ("present", "excluded", "uncertain", "family")},
            "genes": len(profile.genes),
            "cases": cases,
            "passages": passages,
            "lost": [name for name, size in (("cases", cases), ("passages", passages)) if size is None],
        }
        step.left = [environment.request.case_digest]
    return {"reasons": [str(Reason.STEP_FAILED)] if step.got["lost"] else []}


def _size(of: Callable[[], int]) -> int | None:
    """None where that part of the knowledge cannot be read."""
    try:
        return of()
    except RetrievalError:
        return None
