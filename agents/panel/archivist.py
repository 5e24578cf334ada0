"""Weighs each leader by its records: what is documented of it, and the published cases of it that the run found.

A piece counts only where the record states that finding, or a broader or narrower one, with that sign. None is new:
what is documented or published is inside what the finding contributes already, so it is told and moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agents.contract import CandidateRecord, Stance, digest
from agents.evidence import label_of
from agents.ledger import recorded
from agents.panel.briefing import Briefing
from agents.panel.records import Line, records_of, stances
from agents.panel.schemas import ids, many, obj, one_of
from agents.panel.table import Kept, Table
from agents.panel.weigher import LEADERS, MOST, ids_one
from retrieval.model import Status

if TYPE_CHECKING:
    from agents.environment import Environment

_SIGNS = (("supports", Stance.FOR), ("against", Stance.AGAINST))


def weigh_by_records(environment: Environment, table: Table) -> None:
    for one in environment.record.candidates()[:LEADERS]:
        lines = records_of(environment, one.disease)
        shown = sorted(line.evidence.key for line in lines.values())
        key = f"archivist-{digest([one.disease, len(environment.record.questions()), shown])[:16]}"
        if any(line.says for line in lines.values()):
            _weigh(environment, table, one, key, lines)


def _weigh(environment: Environment, table: Table, one: CandidateRecord, key: str, lines: Mapping[str, Line]) -> None:
    brief = Briefing(environment.knowledge, environment.profile)
    piece = obj(finding=ids_one(brief), record=one_of(list(lines)))
    unasked = [name for name, line in lines.items() if line.unasked]
    schema = obj(supports=many(piece, MOST), against=many(piece, MOST), missing=ids(unasked, MOST))

    def read(data: Mapping[str, Any]) -> Kept:
        return _kept(environment, brief, lines, data)

    listed = "\n".join(f"{name} {line.text}" for name, line in lines.items())
    said = f"THE DISEASE\nD1 {one.disease} {one.name}\n\nTHE RECORDS\n{listed}"
    why = {"disease": one.disease, "name": one.name}
    table.ask(environment, "archivist", key, said, schema, read, why=why, think=False)  # a matter of looking up


def _kept(environment: Environment, brief: Briefing, lines: Mapping[str, Line], data: Mapping[str, Any]) -> Kept:
    got: dict[str, Any] = {}
    refused = 0
    for name, stance in _SIGNS:
        stands: dict[str, dict[str, Any]] = {}
        for one in data[name]:
            line = lines[one["record"]]
            speaks = [term for term in brief.terms(one["finding"]) if stance in _stances(environment, term, line)]
            refused += not speaks
            for term in speaks:
                absent = recorded(environment.profile, term) is Status.EXCLUDED
                piece = {"finding": term, **_place(environment, term, line), "absent": absent, "new": False}
                stands.setdefault(term, piece)
        got[name] = list(stands.values())
    missing = {lines[name].unasked: lines[name] for name in data["missing"]}
    got["missing"] = [{"term": term, **_place(environment, term, line)} for term, line in missing.items()]
    return Kept(got, refused)


def _stances(environment: Environment, term: str, line: Line) -> set[Stance]:
    return stances(environment.knowledge, term, recorded(environment.profile, term), line)


def _place(environment: Environment, term: str, line: Line) -> dict[str, str]:
    environment.record.keep_evidence([line.evidence])
    return {"label": label_of(environment.knowledge, term), "evidence": line.evidence.key}
