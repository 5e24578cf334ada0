"""Checks every statement against its source. What does not hold is kept with the reason, and not shown."""

from __future__ import annotations

from collections import Counter

from langgraph.runtime import Runtime

from agents.state import Context, State


def verify(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    stored = state.get("claims", [])
    with environment.step("verify", {"statements": len(stored)}, stored) as step:
        judged = environment.check()
        for disease, claims in judged.items():
            environment.record.keep_claims(disease, claims)
        every = [claim for claims in judged.values() for claim in claims]
        removed = [claim for claim in every if not claim.verified]
        reasons = Counter(claim.removed_because for claim in removed)
        step.got = {
            "checked": len(every),
            "kept": len(every) - len(removed),
            "removed": len(removed),
            "reasons": dict(sorted(reasons.items())),
        }
        step.left = [f"{claim.key}:{claim.removed_because}" for claim in every]
    return {"removed": [claim.key for claim in removed]}
