"""A report as JSON: every part of its content under its own name. The words are the API's (`report_words`)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from diagnosis_app.reports.content import Listed, Report, Span

FORMAT = "clew-report-1"


def as_json(report: Report) -> dict[str, Any]:
    body = asdict(report)
    body["format"] = FORMAT
    body["at"] = report.at.isoformat()
    body["summary"] = _text(report.summary)
    for name, rows in (("candidates", report.candidates), ("further", report.further)):
        body[name] = [_candidate(one) for one in rows]
    body["answers"] = [{**asdict(one), "at": one.at.isoformat() if one.at else None} for one in report.answers]
    body["verdicts"] = [{**asdict(one), "at": one.at.isoformat()} for one in report.verdicts]
    return body


def _candidate(one: Listed) -> dict[str, Any]:
    body = asdict(one)
    body["why"] = _text(one.why)
    body["contributions"] = [{"label": part.label, "kind": part.kind, "value": part.value} for part in one.pieces]
    del body["pieces"]
    return body


def _text(said: tuple[Span, ...]) -> str:
    return " ".join("".join(span.text for span in said).split())
