"""Steps as OpenTelemetry spans, where a deployment has installed it and set an exporter; otherwise nothing.

A span carries what was done, not what was said: the action, the run, digests and evidence keys. No finding, no label
and no text of the case is ever an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from agents.contract import StepRecord

try:
    import opentelemetry.trace as opentelemetry_trace
except ImportError:  # the optional packages are not installed
    trace: Any = None
else:
    trace = opentelemetry_trace

NAME = "clew.agents"
MOST = 64  # evidence keys on one span
_DIGEST = re.compile(r"[0-9a-f]{64}")


@contextmanager
def step(record: StepRecord, run_id: str) -> Iterator[Any]:
    """One span a step; what fails inside is marked with its code, never with its words."""
    if trace is None:
        yield None
        return
    attributes: dict[str, Any] = {
        "clew.run": run_id,
        "clew.step": record.key,
        "clew.action": record.action,
        "clew.seq": record.seq,
        "clew.digest_in": record.digest_in,
    }
    tracer = trace.get_tracer(NAME)
    with tracer.start_as_current_span(
        f"step {record.action}", attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("clew.error", getattr(error, "code", type(error).__name__))
            span.set_status(trace.StatusCode.ERROR)
            raise


def left(span: Any, keys: Sequence[str]) -> None:
    """What the step wrote, by key. What is no digest, as the order of the candidates, is counted and not named."""
    if span is not None:
        span.set_attribute("clew.evidence", [key for key in keys if _DIGEST.fullmatch(key)][:MOST])
        span.set_attribute("clew.wrote", len(keys))
