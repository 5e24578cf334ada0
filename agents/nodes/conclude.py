"""Writes what stands for and against each leading candidate, from its documented profile."""

from __future__ import annotations

from collections import Counter

from langgraph.runtime import Runtime

from agents.state import Context, State


def conclude(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    leading = state.get("candidates", [])[: environment.request.argued]
    with environment.step("conclude", {"candidates": len(leading)}, leading) as step:
        argued = [environment.look_up(disease) for disease in leading]
        told = {one.candidate.disease: one.candidate for one in argued}
        kept = [told.get(one.disease, one) for one in environment.record.candidates()]
        environment.record.keep_candidates(kept)
        for one in argued:
            environment.record.keep_claims(one.candidate.disease, one.claims)
        claims = [claim for one in argued for claim in one.claims]
        evidence = list(dict.fromkeys(piece.key for one in argued for piece in one.evidence))
        stances = Counter(str(claim.stance) for claim in claims)
        step.got = {"statements": len(claims), "sources": len(evidence), "stances": dict(sorted(stances.items()))}
        step.left = [claim.key for claim in claims]
    return {"evidence": evidence, "claims": [claim.key for claim in claims]}
