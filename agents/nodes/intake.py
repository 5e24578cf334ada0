"""Says what of the case is used and what is set aside, before anything is computed."""

from __future__ import annotations

from collections import Counter

from langgraph.runtime import Runtime

from agents.state import Context, State


def intake(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    profile = environment.request.profile
    with environment.step("intake", {}, environment.request.case_digest) as step:
        counted = Counter(str(finding.status) for finding in profile.findings)
        knowledge = environment.knowledge
        step.got = {
            **{status: counted[status] for status in ("present", "excluded", "uncertain", "family")},
            "genes": len(profile.genes),
            "cases": knowledge.cases.size,
            "passages": knowledge.passages.size,
        }
        step.left = [environment.request.case_digest]
    return {}
