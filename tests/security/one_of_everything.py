"""A clinic that has one of everything, its neighbour, and the objects that addresses name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from corpus_ingest import library
from corpus_ingest.ingestion import requests
from corpus_ingest.models import HeldText, Ingestion, Publication
from diagnosis_app.accounts.actions import tokens
from diagnosis_app.accounts.models import Role, Token, User
from diagnosis_app.accounts.policy import Verb, actor_for
from diagnosis_app.attachments import actions as attachments
from diagnosis_app.attachments.models import Attachment
from diagnosis_app.audit.models import Entry
from diagnosis_app.batch import actions as batches
from diagnosis_app.batch.files import File
from diagnosis_app.batch.models import Batch
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import Content, FindingEntry
from diagnosis_app.cases.models import Case
from diagnosis_app.knowledge import uploads
from diagnosis_app.knowledge.uploads import Upload
from diagnosis_app.literature.models import Search
from diagnosis_app.local_cases.models import LocalCase
from diagnosis_app.reanalysis.models import Alert, Pass, Reranking
from diagnosis_app.review.models import SecondReading, Verdict, WrongCitation
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Candidate, Contribution, Evidence, Question, Run
from tests.people import Clinic


@dataclass(frozen=True)
class World:
    """One clinic with one of everything, and its neighbour."""

    clinic: Clinic
    other: Clinic
    case: Case
    run: Run
    token: Token
    upload: Upload
    ingestion: Ingestion
    held: HeldText
    publication: Publication
    alert: Alert
    search: Search
    letter: Attachment
    batch: Batch
    judged: Run  # ended, with verdicts, marks and readers
    local: LocalCase


def one_of_everything(clinic: Clinic, other_clinic: Clinic) -> Iterator[World]:
    """Made, and what no transaction takes back is taken away."""
    actor, user = clinic.actor(), clinic.person()
    content = Content(findings=(FindingEntry(term="HP:0001250"), FindingEntry(term="HP:0001263")))
    case = cases.create_case(actor, clinic.team.pk, content)
    run = runs.request_run(actor, cases.find(actor, Verb.RUN_START, case.pk))
    token, _text = tokens.create(actor_for(user, "page"), user, "script")
    curator = clinic.person(Role.CURATOR)
    upload = uploads.receive(curator.pk, "protocol.txt", 3, iter([b"one"]))
    ingestion = requests.start(by=curator, inline=True)
    held = HeldText.objects.create(id="held-1", document="documents:1", source="documents", reason="instruction")
    publication = Publication.objects.create(
        snapshot="0" * 16, proposed_by=clinic.person(Role.ADMIN), proposed_at=timezone.now()
    )
    row = Pass.objects.create(number=1, target="a" * 16)
    made = Reranking.objects.create(during=row, case=case, result="changed", first=[])
    alert = Alert.objects.create(
        case=case, reranking=made, digest="d", source="b" * 16, target="a" * 16, before=[], after=[]
    )
    search = Search.objects.create(
        case=case, requested_by=user, terms=["HP:0001250"], diseases=[], match="any", snapshot="a" * 16, query="q",
        host="h", state="ended", outcome="none",
    )  # fmt: skip
    letter = attachments.add(actor, case, "LETTER.txt", b"She has seizures.")
    blocks = [{"text": "She has seizures.", "page": None, "kind": "paragraph", "section": []}]
    Attachment.objects.update(state="ready", kind="text", blocks=blocks)  # as a worker would
    batch = batches.create(
        actor, clinic.team.pk, "ward.zip", [File("a.txt", b"HP:0001250"), File("b.txt", b"HP:0001263")]
    )
    judged = _judged(clinic, run)
    local = LocalCase.objects.create(
        team=clinic.team, disease="OMIM:101600", ids=["OMIM:101600"], name="Pfeiffer syndrome", confirmed_by=user,
        recorded_by=user, consent="patient", reference="1",
        content={"present": ["HP:0001250"], "excluded": [], "sex": "female", "age": None, "onset": None, "gene": ""},
    )  # fmt: skip
    yield World(
        clinic, other_clinic, case, run, token, upload, ingestion, held, publication, alert, search, letter, batch,
        judged, local,
    )  # fmt: skip
    for left in uploads.of(curator.pk):  # files: no transaction takes them back
        uploads.discard(left)


def _judged(clinic: Clinic, run: Run) -> Run:
    """Another investigation of the case, ended: the clinician reads it as second reader, and asked somebody."""
    user, now = clinic.person(), timezone.now()
    ended = Run.objects.create(
        team=run.team, case=run.case, version=run.version, manifest=run.manifest, requested_by=user,
        state="ended", outcome="ranked", ended_at=now,
    )  # fmt: skip
    one = Candidate.objects.create(run=ended, rank=1, disease="OMIM:154700", name="Marfan", score=1.0, prior=0.0)
    Contribution.objects.create(candidate=one, position=0, kind="finding", value=1.0, evidence_key=EVIDENCE)
    Evidence.objects.create(
        run=ended, key=EVIDENCE, kind="passage", source="Journal", version="1", locator="passage", quote="Tall.",
        span={"start": 0, "end": 5}, body={"passage": "p" * 16, "document": "made:1", "text": "Tall."},
    )  # fmt: skip
    Verdict.objects.create(
        run=ended, reader=user, disease=one.disease, name=one.name, value="confirmed", created_at=now, changed_at=now
    )
    WrongCitation.objects.create(
        run=ended, reader=user, disease=one.disease, evidence=EVIDENCE, reason="other", created_at=now
    )
    for reader in (user, clinic.person(Role.CURATOR)):
        SecondReading.objects.create(case=run.case, run=ended, reader=reader, asked_by=user, asked_at=now)
    return ended


EVIDENCE = "e" * 64
Objects = Callable[[World], dict[str, Any]]


def nothing(_world: World) -> dict[str, Any]:
    return {}


def a_case(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk}


def a_run(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk, "run_id": world.run.pk}


def a_letter(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk, "attachment_id": world.letter.pk}


def a_batch(world: World) -> dict[str, Any]:
    return {"batch_id": world.batch.pk}


def a_version(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk, "number": 1}


def a_candidate(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk, "disease": "OMIM:154700"}


def a_pair(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk, "one": "OMIM:154700", "other": "OMIM:101600"}


def a_runs_candidate(world: World) -> dict[str, Any]:
    return {**a_run(world), "disease": "OMIM:154700"}


def a_question(world: World) -> dict[str, Any]:
    put = {"seq": 1, "term": "HP:0001166", "label": "Arachnodactyly", "asked_at": timezone.now()}
    Question.objects.get_or_create(run=world.run, key="ask-1", defaults=put)
    return {**a_run(world), "key": "ask-1"}


def a_judged_run(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk, "run_id": world.judged.pk}


def a_judged_candidate(world: World) -> dict[str, Any]:
    return {**a_judged_run(world), "disease": "OMIM:154700"}


def a_second_reader(world: World) -> dict[str, Any]:
    return {**a_judged_run(world), "login": world.clinic.person(Role.CURATOR).username}


def a_citation(world: World) -> dict[str, Any]:
    return {**a_judged_candidate(world), "evidence": EVIDENCE}


def a_mark(world: World) -> dict[str, Any]:
    return {"mark_id": WrongCitation.objects.get(run=world.judged).pk}


def a_local_case(world: World) -> dict[str, Any]:
    return {"local_id": world.local.pk}


def an_alert(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk, "alert_id": world.alert.pk}


def a_search(world: World) -> dict[str, Any]:
    return {"case_id": world.case.pk, "search_id": world.search.pk}


def a_person(world: World) -> dict[str, Any]:
    return {"user_id": world.clinic.person().pk}


def a_token(world: World) -> dict[str, Any]:
    return {"token_id": world.token.pk}


def an_upload(world: World) -> dict[str, Any]:
    return {"upload_id": world.upload.id}


def an_ingestion(world: World) -> dict[str, Any]:
    return {"ingestion_id": world.ingestion.pk}


def a_held_text(world: World) -> dict[str, Any]:
    return {"held_id": world.held.pk}


def a_publication(world: World) -> dict[str, Any]:
    return {"publication_id": world.publication.pk}


def a_snapshot(world: World) -> dict[str, Any]:
    return {"snapshot_id": library.current().id}


def a_document(world: World) -> dict[str, Any]:
    return {"document_id": "documents:1"}


OF_THE_DEPLOYMENT = {an_ingestion, a_held_text, a_publication, a_snapshot, a_document}  # knowledge belongs to no team


def state() -> tuple[int, ...]:
    """What a refused request must leave as it was: how many there are of what it might change."""
    return (
        Entry.objects.count(), Case.objects.count(), Run.objects.count(), User.objects.filter(is_active=True).count(),
        Token.objects.filter(revoked_at=None).count(), Ingestion.objects.count(), Publication.objects.count(),
        HeldText.objects.exclude(at=None).count(), Verdict.objects.count(), SecondReading.objects.count(),
        WrongCitation.objects.count(), LocalCase.objects.filter(withdrawn_at=None).count(),
    )  # fmt: skip
