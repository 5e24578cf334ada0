"""Writes what stands for and against each leading candidate, from its documented profile and what was read of it."""

from __future__ import annotations

from collections import Counter

from langgraph.runtime import Runtime

from agents.state import Context, State


def weigh(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    leading = [one.disease for one in environment.record.candidates()[: environment.request.argued]]
    round = state.get("round", 0)
    with environment.step("weigh", {"candidates": len(leading), "round": round}, leading, _key("weigh", round)) as step:
        argued = [environment.look_up(disease) for disease in leading]
        environment.keep_argued(argued)
        claims = [claim for one in argued for claim in one.claims]
        evidence = list(dict.fromkeys(key for claim in claims for key in claim.evidence))
        stances = Counter(str(claim.stance) for claim in claims)
        step.got = {"statements": len(claims), "sources": len(evidence), "stances": dict(sorted(stances.items()))}
        step.left = [claim.key for claim in claims]
    return {"evidence": evidence, "claims": [claim.key for claim in claims]}


def _key(name: str, round: int) -> str:
    return f"{name}-{round + 1}" if round else name
