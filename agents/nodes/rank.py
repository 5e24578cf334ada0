"""Ranks all diseases on the patient's findings. No model takes part."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from agents.environment import SHOWN
from agents.state import Context, State
from retrieval.model import Status


def rank(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    findings = environment.profile.findings
    why: dict[str, Any] = {
        "present": sum(finding.status is Status.PRESENT for finding in findings),
        "excluded": sum(finding.status is Status.EXCLUDED for finding in findings),
    }
    with environment.step("rank", why, environment.request.snapshot) as step:
        ranking, evidence = environment.rank()
        leaders = ranking.candidates[:SHOWN] if ranking.outcome == "ranked" else ()
        step.got = {
            "total": ranking.total,
            "used": ranking.used,
            "outcome": ranking.outcome,
            "reasons": list(ranking.reasons),
            "leaders": [{"id": one.id, "name": one.name} for one in leaders],
            "none_leads": bool(leaders) and ranking.none_leads,
            "apart": round(float(leaders[0].score - leaders[1].score), 1) if len(leaders) > 1 else None,
        }
        step.left = [evidence]
    if ranking.outcome != "ranked":
        return {"evidence": [evidence], "insufficient": list(ranking.reasons) or ["too_few_findings"]}
    return {"evidence": [evidence], "candidates": [one.id for one in ranking.candidates], "round": 0, "targets": []}
