"""A result that can be judged, made by hand: three candidates, each with a statement and its source."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents.contract import EventType
from corpus_ingest import library
from diagnosis_app.accounts.models import Role, Team, User
from diagnosis_app.accounts.policy import Actor, Verb, actor_for
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from diagnosis_app.review import second, verdicts
from diagnosis_app.runs.manifest import manifest_for
from diagnosis_app.runs.models import Candidate, Claim, Contribution, Evidence, Run
from tests.people import make_user

PFEIFFER, CROUZON, APERT, MARFAN = "OMIM:101600", "OMIM:123500", "OMIM:101200", "OMIM:154700"
NAMES = {PFEIFFER: "Pfeiffer syndrome", CROUZON: "Crouzon syndrome", APERT: "Apert syndrome"}
PRESENT = ("HP:0000262", "HP:0011318", "HP:0011304", "HP:0010055")
CONTENT: dict[str, Any] = {
    "note": "Girl of Ada Example, born in Northtown, with broad thumbs.",
    "findings": [
        *({"term": term, "quote": "Ada's broad thumbs"} for term in PRESENT),
        {"term": "HP:0006101", "status": "excluded"},
        {"term": "HP:0000365", "status": "uncertain"},
        {"term": "HP:0001363", "status": "family", "relative": "father Bertil"},
    ],
    "unmapped": ["sleeps like her aunt Cecilia"],
    "sex": "female",
    "age": "P14M",
    "onset": "P0D",
    "genes": [{"symbol": "FGFR2"}, {"symbol": "TWIST1"}],
}


def made_case(actor: Actor, team: Team, **changes: Any) -> Case:
    made = cases.create_case(actor, team.pk, read_content({**CONTENT, **changes}))
    return cases.find(actor, Verb.CASE_READ, made.pk)


def judged(actor: Actor, case: Case) -> Run:
    """An ended investigation of the case."""
    now = timezone.now()
    version = cases.save_version(actor, case)
    run = Run.objects.create(
        team_id=case.team_id,
        case=case,
        version=version,
        manifest=manifest_for(version, library.current()),
        requested_by_id=actor.user_id,
        state="ended",
        outcome="ranked",
        started_at=now,
        ended_at=now,
    )
    run.events.create(seq=1, key="run.ended", type=EventType.ENDED, payload={"outcome": "ranked"}, at=now)
    run.steps.create(key="verify", seq=1, action="verify", status="done", started_at=now, ended_at=now)
    for rank, (disease, name) in enumerate(NAMES.items(), 1):
        key = source_of(disease)
        Evidence.objects.create(
            run=run, key=key, kind="annotation", source="HPO", version="1", locator="row 1", quote=f"{name}: thumbs"
        )
        one = Candidate.objects.create(
            run=run, rank=rank, disease=disease, ids=[disease], name=name, genes=["FGFR2"], score=9.0 - rank, prior=0.0
        )
        Contribution.objects.create(
            candidate=one, position=0, kind="finding", finding=PRESENT[0], value=1.0, evidence_key=key
        )
        Claim.objects.create(
            candidate=one, key="c", text=f"Thumbs fit {name}.", stance="for", evidence=[key], verified=True,
            triple={"about": PRESENT[0]},
        )  # fmt: skip
    return run


def source_of(disease: str) -> str:
    """The key of the evidence that its statement cites."""
    return disease.removeprefix("OMIM:").rjust(64, "0")


def colleague(name: str, team: Team, *roles: Role) -> User:
    return make_user(name, team, *(roles or (Role.CLINICIAN,)))


def acting(user: User, via: str = "page") -> Actor:
    return actor_for(user, via)


def asked_second(first: Actor, run: Run, reader: User) -> None:
    """The first reader gives a verdict and asks a colleague."""
    verdicts.give(first, run, PFEIFFER, "confirmed", "zebra-of-the-first")
    second.ask(first, run, reader.username)
