"""A second opinion on whether the quoted words support a statement: beside what code found, never in its place.

A statement that code removed stays removed. One that code let stand and the model does not see supported is shown as
doubted. One text at a time, so that none can speak for another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agents.contract import Claim, Evidence, EvidenceKind, digest
from agents.panel.briefing import numbered
from agents.panel.schemas import ids, many, obj, one_of
from agents.panel.table import Kept, Table

if TYPE_CHECKING:
    from agents.environment import Environment

MOST = 8  # texts that are read a second time
OPINIONS = ("supports", "partly", "not")


def second_opinion(environment: Environment, table: Table) -> None:
    evidence = environment.record.evidence()
    for disease, claims in environment.record.claims().items():
        doubted: set[str] = set()
        for source, about in list(_by_text(claims, evidence).items())[:MOST]:
            doubted |= set(_read(environment, table, evidence[source], about))
        if doubted:
            kept = [replace(one, doubted=one.verified and one.key in doubted) for one in claims]
            environment.record.keep_claims(disease, kept)


def _by_text(claims: Sequence[Claim], evidence: Mapping[str, Evidence]) -> dict[str, list[Claim]]:
    """The statements that stand and quote somebody's words, by the words they quote."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for one in claims:
        if one.verified and len(one.evidence) == 1 and evidence[one.evidence[0]].kind is EvidenceKind.PASSAGE:
            found[one.evidence[0]].append(one)
    return found


def _read(environment: Environment, table: Table, source: Evidence, claims: Sequence[Claim]) -> list[str]:
    """Keys of the statements that the words are said not to support in full."""
    shown = table.show(source.quote, "E1 quoted words")
    key = f"second-{digest([source.key, [one.key for one in claims]])[:16]}"
    if shown.hostile:
        if environment.done(key) is None:
            table.withhold(environment, "second", key, {}, shown.hostile)
        return []
    stated = numbered("S", [one.key for one in claims])
    opinion = obj(statement=ids(list(stated), 1)["items"], opinion=one_of(OPINIONS))

    def read(data: Mapping[str, Any]) -> Kept:
        said = {stated[one["statement"]]: one["opinion"] for one in data["opinions"] if one["statement"] in stated}
        return Kept({"opinions": {key: said[key] for key in sorted(said)}})

    lines = [f"{name} {one.text}" for name, one in zip(stated, claims, strict=True)]
    said = f"THE WORDS\n{shown.text}\n\nTHE STATEMENTS\n" + "\n".join(lines)
    schema = obj(opinions=many(opinion, len(claims)))
    got = table.ask(environment, "second", key, said, schema, read, think=False)
    return [claim for claim, opinion in got["opinions"].items() if opinion != "supports"] if got else []
