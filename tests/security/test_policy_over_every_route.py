"""Every address of the clinic is closed to whom it should be. The table below is complete, or this fails.

A new route fails `test_every_route_has_an_example` until its method, its verb and an object are
declared here; from then on the other tests try it as a stranger, as a colleague without the role,
as the same role in another team, without the form's token, and with the wrong method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from corpus_ingest import library
from corpus_ingest.ingestion import requests
from corpus_ingest.models import HeldText, Ingestion, Publication
from diagnosis_app.accounts.actions import tokens
from diagnosis_app.accounts.models import Role, Token, User
from diagnosis_app.accounts.policy import TABLE, Verb, actor_for
from diagnosis_app.api.site import api
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
from diagnosis_app.mcp import border as mcp
from diagnosis_app.reanalysis.models import Alert, Pass, Reranking
from diagnosis_app.review.models import SecondReading, Verdict, WrongCitation
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Candidate, Contribution, Evidence, Question, Run
from retrieval.cases import CaseBank
from tests.people import Clinic
from tests.published import HANNAH

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def world(clinic: Clinic, other_clinic: Clinic, published: CaseBank) -> Iterator[World]:
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


@dataclass(frozen=True)
class Route:
    method: str
    verb: Verb | None  # None: open to all
    objects: Objects = nothing
    also: frozenset[str] = field(default=frozenset())  # further methods it answers

    @property
    def has_object(self) -> bool:
        return self.objects is not nothing


GET_AND_POST = frozenset({"POST"})
PAGES: dict[str, Route] = {
    "healthz": Route("GET", None),
    "readyz": Route("GET", None),
    "signin": Route("GET", None, also=GET_AND_POST),
    "signout": Route("POST", None),
    "account": Route("GET", Verb.ACCOUNT_OWN),
    "account_password": Route("POST", Verb.ACCOUNT_OWN),
    "token_create": Route("POST", Verb.ACCOUNT_OWN),
    "token_revoke": Route("POST", Verb.ACCOUNT_OWN, a_token),
    "people": Route("GET", Verb.PEOPLE_MANAGE),
    "person_add": Route("POST", Verb.PEOPLE_MANAGE),
    "person": Route("GET", Verb.PEOPLE_MANAGE, a_person),
    "person_roles": Route("POST", Verb.PEOPLE_MANAGE, a_person),
    "person_deactivate": Route("POST", Verb.PEOPLE_MANAGE, a_person),
    "person_reactivate": Route("POST", Verb.PEOPLE_MANAGE, a_person),
    "person_reset": Route("POST", Verb.PEOPLE_MANAGE, a_person),
    "audit": Route("GET", Verb.AUDIT_READ),
    "audit_verify": Route("POST", Verb.AUDIT_READ),
    "audit_export": Route("POST", Verb.AUDIT_READ),
    "worklist": Route("GET", Verb.CASE_LIST),
    "case_new": Route("POST", Verb.CASE_CREATE),
    "case_example": Route("POST", Verb.CASE_CREATE),
    "case_import": Route("GET", Verb.CASE_CREATE, also=GET_AND_POST),
    "case": Route("GET", Verb.CASE_READ, a_case),
    "case_draft": Route("POST", Verb.CASE_EDIT, a_case),
    "case_save": Route("POST", Verb.CASE_SAVE, a_case),
    "case_differential": Route("GET", Verb.CASE_READ, a_case),
    "case_candidate": Route("GET", Verb.CASE_READ, a_candidate),
    "case_separates": Route("GET", Verb.CASE_READ, a_candidate),
    "case_answer": Route("POST", Verb.CASE_EDIT, a_case),
    "case_steady": Route("GET", Verb.CASE_READ, a_case),
    "case_similar": Route("GET", Verb.CASE_READ, a_case),
    "case_similar_all": Route("GET", Verb.CASE_READ, a_case),
    "case_published": Route("GET", Verb.CASE_READ, a_case),
    "case_history": Route("GET", Verb.CASE_READ, a_case),
    "case_version": Route("GET", Verb.CASE_READ, a_version),
    "case_return": Route("POST", Verb.CASE_SAVE, a_version),
    "case_export": Route("GET", Verb.CASE_EXPORT, a_case),
    "case_text": Route("GET", Verb.CASE_EXPORT, a_case),
    "case_phenopacket": Route("GET", Verb.CASE_EXPORT, a_case),
    "case_delete": Route("POST", Verb.CASE_DELETE, a_case),
    "case_restore": Route("POST", Verb.CASE_RESTORE, a_case),
    "case_purge": Route("POST", Verb.CASE_PURGE, a_case),
    "case_close": Route("POST", Verb.CASE_EDIT, a_case),
    "case_reopen": Route("POST", Verb.CASE_EDIT, a_case),
    "case_letters": Route("GET", Verb.CASE_READ, a_case),
    "letter_add": Route("POST", Verb.CASE_EDIT, a_case),
    "letter": Route("GET", Verb.CASE_READ, a_letter),
    "letter_text": Route("GET", Verb.CASE_READ, a_letter),
    "letter_file": Route("GET", Verb.CASE_READ, a_letter),
    "letter_remove": Route("POST", Verb.CASE_EDIT, a_letter),
    "letter_restore": Route("POST", Verb.CASE_EDIT, a_letter),
    "letter_erase": Route("POST", Verb.CASE_PURGE, a_letter),
    "letter_retry": Route("POST", Verb.CASE_EDIT, a_letter),
    "batches": Route("GET", Verb.BATCH_READ),
    "batch_upload": Route("POST", Verb.BATCH_CREATE),
    "batch": Route("GET", Verb.BATCH_READ, a_batch),
    "batch_summary": Route("GET", Verb.BATCH_EXPORT, a_batch),
    "batch_start": Route("POST", Verb.BATCH_START, a_batch),
    "batch_cancel": Route("POST", Verb.BATCH_CANCEL, a_batch),
    "batch_resume": Route("POST", Verb.BATCH_START, a_batch),
    "batch_retry": Route("POST", Verb.BATCH_START, a_batch),
    "batch_discard": Route("POST", Verb.BATCH_DELETE, a_batch),
    "batch_delete": Route("POST", Verb.BATCH_DELETE, a_batch),
    "batch_restore": Route("POST", Verb.BATCH_DELETE, a_batch),
    "terms": Route("GET", Verb.KNOWLEDGE_READ),
    "read": Route("POST", Verb.RANK),
    "genes": Route("GET", Verb.KNOWLEDGE_READ),
    "genes_read": Route("POST", Verb.RANK),
    "knowledge": Route("GET", Verb.KNOWLEDGE_READ),
    "knowledge_reranking": Route("GET", Verb.KNOWLEDGE_REVIEW),
    "knowledge_search": Route("GET", Verb.KNOWLEDGE_READ),
    "knowledge_add": Route("GET", Verb.KNOWLEDGE_CHANGE),
    "knowledge_describe": Route("GET", Verb.KNOWLEDGE_CHANGE, also=GET_AND_POST),
    "knowledge_fetch": Route("POST", Verb.KNOWLEDGE_CHANGE),
    "knowledge_upload_begin": Route("POST", Verb.KNOWLEDGE_CHANGE),
    "knowledge_upload_form": Route("POST", Verb.KNOWLEDGE_CHANGE),
    "knowledge_upload": Route("POST", Verb.KNOWLEDGE_CHANGE, an_upload),
    "knowledge_discard": Route("POST", Verb.KNOWLEDGE_CHANGE, an_upload),
    "knowledge_rebuild": Route("POST", Verb.KNOWLEDGE_CHANGE),
    "knowledge_ingestion": Route("GET", Verb.KNOWLEDGE_READ, an_ingestion),
    "knowledge_pause": Route("POST", Verb.KNOWLEDGE_CHANGE, an_ingestion),
    "knowledge_resume": Route("POST", Verb.KNOWLEDGE_CHANGE, an_ingestion),
    "knowledge_confirm": Route("POST", Verb.KNOWLEDGE_CHANGE, an_ingestion),
    "knowledge_cancel": Route("POST", Verb.KNOWLEDGE_CHANGE, an_ingestion),
    "knowledge_held": Route("GET", Verb.KNOWLEDGE_REVIEW),
    "knowledge_release": Route("POST", Verb.KNOWLEDGE_CHANGE, a_held_text),
    "knowledge_hold": Route("POST", Verb.KNOWLEDGE_CHANGE, a_held_text),
    "knowledge_changes": Route("GET", Verb.KNOWLEDGE_REVIEW, a_snapshot),
    "knowledge_passages": Route("GET", Verb.KNOWLEDGE_REVIEW, a_snapshot),
    "knowledge_propose": Route("POST", Verb.KNOWLEDGE_CHANGE, a_snapshot),
    "knowledge_history": Route("GET", Verb.KNOWLEDGE_READ),
    "knowledge_approve": Route("POST", Verb.KNOWLEDGE_PUBLISH, a_publication),
    "knowledge_withdraw": Route("POST", Verb.KNOWLEDGE_PUBLISH, a_publication),
    "knowledge_roll_back": Route("POST", Verb.KNOWLEDGE_PUBLISH, a_snapshot),
    "knowledge_schedule": Route("POST", Verb.KNOWLEDGE_CHANGE),
    "knowledge_unschedule": Route("POST", Verb.KNOWLEDGE_CHANGE),
    "knowledge_document": Route("GET", Verb.KNOWLEDGE_READ, a_document),
    "evaluation": Route("GET", Verb.EVALUATION_READ),
    "evaluation_table": Route("GET", Verb.EVALUATION_READ),
    "run_start": Route("POST", Verb.RUN_START, a_case),
    "investigation": Route("GET", Verb.RUN_READ, a_case),
    "run_model": Route("GET", Verb.RUN_READ, a_case),
    "run": Route("GET", Verb.RUN_READ, a_run),
    "run_events": Route("GET", Verb.RUN_READ, a_run),
    "run_cancel": Route("POST", Verb.RUN_CANCEL, a_run),
    "run_question": Route("GET", Verb.RUN_READ, a_question),
    "run_answer": Route("POST", Verb.RUN_ANSWER, a_question),
    "run_similar": Route("GET", Verb.RUN_READ, a_run),
    "run_separates": Route("GET", Verb.RUN_READ, a_runs_candidate),
    "case_compare": Route("GET", Verb.RUN_READ, a_case),
    "case_report": Route("GET", Verb.CASE_EXPORT, a_case),
    "run_report": Route("GET", Verb.CASE_EXPORT, a_run),
    "run_report_pdf": Route("GET", Verb.CASE_EXPORT, a_run),
    "run_report_text": Route("GET", Verb.CASE_EXPORT, a_run),
    "run_report_json": Route("GET", Verb.CASE_EXPORT, a_run),
    "run_report_phenopacket": Route("GET", Verb.CASE_EXPORT, a_run),
    "alert_see": Route("POST", Verb.ALERT_SEE, an_alert),
    "alert_unsee": Route("POST", Verb.ALERT_SEE, an_alert),
    "alert_investigate": Route("POST", Verb.RUN_START, an_alert),
    "review_candidate": Route("GET", Verb.REVIEW_READ, a_judged_candidate),
    "verdict_give": Route("POST", Verb.VERDICT_GIVE, a_judged_candidate),
    "verdict_back": Route("POST", Verb.VERDICT_GIVE, a_judged_candidate),
    "verdict_another": Route("GET", Verb.VERDICT_GIVE, a_judged_run, also=GET_AND_POST),
    "second_ask": Route("POST", Verb.SECOND_ASK, a_judged_run),
    "second_recall": Route("POST", Verb.SECOND_ASK, a_judged_run),
    "second_decline": Route("POST", Verb.SECOND_READ, a_judged_run),
    "second_commit": Route("POST", Verb.SECOND_READ, a_judged_run),
    "citation_mark": Route("POST", Verb.CITATION_MARK, a_judged_run),
    "citation_unmark": Route("POST", Verb.CITATION_MARK, a_judged_run),
    "set_back": Route("GET", Verb.SET_BACK_LIST),
    "set_back_stop": Route("POST", Verb.SET_BACK_LIFT, a_mark),
    "local_case_keep": Route("GET", Verb.LOCAL_ADD, a_judged_candidate, also=GET_AND_POST),
    "local_cases": Route("GET", Verb.LOCAL_LIST),
    "local_case": Route("GET", Verb.LOCAL_READ, a_local_case),
    "local_case_withdraw": Route("POST", Verb.LOCAL_WITHDRAW, a_local_case),
    "case_papers": Route("GET", Verb.LITERATURE_READ, a_case),
    "papers_sent": Route("GET", Verb.LITERATURE_READ, a_case),
    "papers_ask": Route("POST", Verb.LITERATURE_SEARCH, a_case),
    "papers_search": Route("GET", Verb.LITERATURE_READ, a_search),
    "api": Route("GET", Verb.KNOWLEDGE_READ),
    "api-schema": Route("GET", Verb.KNOWLEDGE_READ),
}
OPERATIONS: dict[str, Route] = {
    "search_terms": Route("GET", Verb.KNOWLEDGE_READ),
    "get_term": Route("GET", Verb.KNOWLEDGE_READ, lambda _world: {"term_id": "HP:0001250"}),
    "read_text": Route("POST", Verb.RANK),
    "rank_case": Route("POST", Verb.RANK),
    "rank_phenopacket": Route("POST", Verb.RANK),
    "get_knowledge": Route("GET", Verb.KNOWLEDGE_READ),
    "get_disease": Route("GET", Verb.KNOWLEDGE_READ, lambda _world: {"disease_id": "OMIM:154700"}),
    "list_ingestions": Route("GET", Verb.KNOWLEDGE_REVIEW),
    "get_ingestion": Route("GET", Verb.KNOWLEDGE_REVIEW, lambda world: {"ingestion_id": world.ingestion.pk}),
    "list_publications": Route("GET", Verb.KNOWLEDGE_REVIEW),
    "get_difference": Route("GET", Verb.KNOWLEDGE_REVIEW),
    "get_openapi": Route("GET", Verb.KNOWLEDGE_READ),
    "get_health": Route("GET", Verb.KNOWLEDGE_READ),
    "get_evaluation": Route("GET", Verb.EVALUATION_READ),
    "list_cases": Route("GET", Verb.CASE_LIST),
    "create_case": Route("POST", Verb.CASE_CREATE),
    "import_phenopacket": Route("POST", Verb.CASE_CREATE),
    "get_case": Route("GET", Verb.CASE_READ, a_case),
    "delete_case": Route("DELETE", Verb.CASE_DELETE, a_case),
    "store_draft": Route("PUT", Verb.CASE_EDIT, a_case),
    "save_version": Route("POST", Verb.CASE_SAVE, a_case),
    "list_versions": Route("GET", Verb.CASE_READ, a_case),
    "get_version": Route("GET", Verb.CASE_READ, a_version),
    "restore_case": Route("POST", Verb.CASE_RESTORE, a_case),
    "get_questions": Route("GET", Verb.CASE_READ, a_case),
    "get_similar_cases": Route("GET", Verb.CASE_READ, a_case),
    "search_passages": Route("GET", Verb.KNOWLEDGE_READ),
    "get_text": Route("GET", Verb.KNOWLEDGE_READ),
    "get_published_case": Route("GET", Verb.KNOWLEDGE_READ, lambda _world: {"published_id": HANNAH.id}),
    "get_comparison": Route("GET", Verb.CASE_READ, a_pair),
    "export_phenopacket": Route("GET", Verb.CASE_EXPORT, a_case),
    "list_alerts": Route("GET", Verb.CASE_READ, a_case),
    "create_batch": Route("POST", Verb.BATCH_CREATE),
    "list_batches": Route("GET", Verb.BATCH_READ),
    "get_batch": Route("GET", Verb.BATCH_READ, a_batch),
    "cancel_batch": Route("POST", Verb.BATCH_CANCEL, a_batch),
    "start_run": Route("POST", Verb.RUN_START, a_case),
    "list_runs": Route("GET", Verb.RUN_READ, a_case),
    "get_run": Route("GET", Verb.RUN_READ, a_run),
    "get_events": Route("GET", Verb.RUN_READ, a_run),
    "answer_question": Route("POST", Verb.RUN_ANSWER, a_question),
    "cancel_run": Route("POST", Verb.RUN_CANCEL, a_run),
    "compare_runs": Route("GET", Verb.RUN_READ, a_case),
    "get_report": Route("GET", Verb.CASE_EXPORT, a_run),
    "get_report_text": Route("GET", Verb.CASE_EXPORT, a_run),
    "get_report_pdf": Route("GET", Verb.CASE_EXPORT, a_run),
    "get_report_phenopacket": Route("GET", Verb.CASE_EXPORT, a_run),
    "get_review": Route("GET", Verb.REVIEW_READ, a_judged_run),
    "give_verdict": Route("PUT", Verb.VERDICT_GIVE, a_judged_candidate),
    "take_back_verdict": Route("DELETE", Verb.VERDICT_GIVE, a_judged_candidate),
    "ask_second_reader": Route("POST", Verb.SECOND_ASK, a_judged_run),
    "recall_second_reader": Route("DELETE", Verb.SECOND_ASK, a_second_reader),
    "commit_second_reading": Route("POST", Verb.SECOND_READ, a_judged_run),
    "decline_second_reading": Route("POST", Verb.SECOND_READ, a_judged_run),
    "mark_wrong_citation": Route("POST", Verb.CITATION_MARK, a_judged_run),
    "unmark_wrong_citation": Route("DELETE", Verb.CITATION_MARK, a_citation),
    "list_set_back": Route("GET", Verb.SET_BACK_LIST),
    "stop_set_back": Route("POST", Verb.SET_BACK_LIFT, a_mark),
    "list_local_cases": Route("GET", Verb.LOCAL_LIST),
    "get_local_case": Route("GET", Verb.LOCAL_READ, a_local_case),
    "preview_local_case": Route("GET", Verb.LOCAL_ADD, a_judged_candidate),
    "add_local_case": Route("POST", Verb.LOCAL_ADD, a_judged_run),
    "withdraw_local_case": Route("POST", Verb.LOCAL_WITHDRAW, a_local_case),
}
NOT_OPERATIONS = {"api-root", "nothing"}  # every other address of the API: 404 in JSON
PROTOCOLS = {"mcp": mcp.VERB}  # one address for many tools, each with a verb: tests/diagnosis_app/mcp/test_doors.py
OF_EVERYBODY = {
    "get_term",
    "get_disease",
    "get_published_case",
    "get_ingestion",
}  # public knowledge: the object belongs to no team
BODIES: dict[str, Any] = {  # only what is read before the object is looked for
    "store_draft": {"revision": 1, "case": {}},
    "case_draft": {"base": 1, "content": {}},
    "answer_question": {"answer": "unknown"},
    "give_verdict": {"verdict": "plausible"},
    "ask_second_reader": {"reader": "nobody"},
    "mark_wrong_citation": {"disease": "OMIM:154700", "evidence": EVIDENCE, "reason": "other"},
    "add_local_case": {"disease": "OMIM:154700", "consent": "patient", "reference": "1", "shown": "x"},
    "withdraw_local_case": {"reason": "mistake"},
}


def leaves(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from leaves(pattern)


def operations() -> Iterator[tuple[str, str, Verb | None]]:
    """(name, method, verb) of every operation that the API offers, from the API itself."""
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                verbs = {getattr(check, "verb", None) for check in operation.auth_callbacks}
                for method in operation.methods:
                    yield operation.operation_id or operation.view_func.__name__, method, verbs.pop() if verbs else None


def address(name: str, route: Route, world: World, objects: dict[str, Any] | None = None) -> str:
    kwargs = route.objects(world) if objects is None else objects
    return reverse(f"api:{name}" if name in OPERATIONS else name, kwargs=kwargs)


def elsewhere(route: Route, world: World) -> dict[str, Any]:
    """Ids that nobody has."""
    strange = {
        "case_id": uuid4(),
        "run_id": uuid4(),
        "search_id": uuid4(),
        "batch_id": uuid4(),
        "alert_id": 10**9,
        "user_id": 10**9,
        "token_id": 10**9,
        "number": 1,
        "attachment_id": uuid4(),
        "upload_id": "0" * 32,
        "local_id": uuid4(),
    }
    return {name: strange.get(name, value) for name, value in route.objects(world).items()}


def ask(client: Client, name: str, route: Route, path: str, *, method: str = "", **more: Any) -> Any:
    in_json = name in OPERATIONS or name in BODIES
    body = {"data": BODIES.get(name, {}), "content_type": "application/json"} if in_json else {}
    method = method or route.method
    return getattr(client, method.lower())(path, **(body if method not in {"GET", "DELETE"} else {}), **more)


def bearer(user: User) -> dict[str, str]:
    _token, text = tokens.create(actor_for(user, "page"), user, "try")
    return {"headers": {"Authorization": f"Bearer {text}"}}  # type: ignore[dict-item]


def without(verb: Verb) -> list[Role]:
    return [role for role in Role if role not in TABLE.get(verb, frozenset())]


CLOSED = [name for name, route in PAGES.items() if route.verb is not None]
CLOSED_OPERATIONS = [name for name, route in OPERATIONS.items() if route.verb is not None]
WITH_OBJECT = [name for name in CLOSED if PAGES[name].has_object and PAGES[name].objects not in OF_THE_DEPLOYMENT]


# --- the table is complete -----------------------------------------------------------------


def test_every_route_has_an_example() -> None:
    found = {pattern.name or str(pattern.pattern) for pattern in leaves(get_resolver())}
    unknown = found - PAGES.keys() - OPERATIONS.keys() - NOT_OPERATIONS - PROTOCOLS.keys()
    assert not unknown, f"Routes without an example in PAGES or OPERATIONS: {sorted(unknown)}"
    gone = (PAGES.keys() | OPERATIONS.keys() | PROTOCOLS.keys()) - found
    assert not gone, f"Examples without a route: {sorted(gone)}"


def test_every_route_carries_its_mark_and_the_verb_declared_here() -> None:
    for pattern in leaves(get_resolver()):
        view, name = pattern.callback, pattern.name
        marks = [getattr(view, mark, None) for mark in ("clew_verb", "clew_open", "clew_api")]
        assert sum(mark is not None for mark in marks) == 1, f"{name} is marked {marks}"
        if name in PAGES:
            assert marks[0] == PAGES[name].verb, name
            assert bool(marks[1]) == (PAGES[name].verb is None), name


def test_every_operation_of_the_api_carries_the_verb_declared_here() -> None:
    found = {name: (method, verb) for name, method, verb in operations()}
    assert found == {name: (route.method, route.verb) for name, route in OPERATIONS.items()}


def test_every_verb_that_somebody_may_do_stands_in_the_policy_table() -> None:
    assert {route.verb for route in (*PAGES.values(), *OPERATIONS.values())} - {None} <= TABLE.keys()
    assert set(Verb) - TABLE.keys() == {Verb.SIGN_IN}


# --- pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLOSED)
def test_a_stranger_is_sent_to_sign_in(client: Client, world: World, name: str) -> None:
    path = address(name, PAGES[name], world)
    answer = ask(client, name, PAGES[name], path)
    assert answer.status_code == 302 and answer["Location"].startswith("/signin/?next=")
    fragment = ask(client, name, PAGES[name], path, headers={"X-Clew-Page": "1"})
    assert fragment.status_code == 401 and not fragment.content


@pytest.mark.parametrize("name", CLOSED)
def test_a_colleague_without_the_role_is_refused(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    assert route.verb
    for role in without(route.verb):
        client.force_login(world.clinic.person(role))
        answer = ask(client, name, route, address(name, route, world))
        if name == "worklist":  # the brand's link leads everybody to a place of their own
            assert answer.status_code == 302 and not answer["Location"].startswith("/signin/")
        else:
            assert answer.status_code == 403, role
            assert b"Your role does not allow this" in answer.content


@pytest.mark.parametrize("name", WITH_OBJECT)
def test_an_object_of_another_team_does_not_exist(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    assert route.verb
    for role in TABLE[route.verb]:
        client.force_login(world.other.person(role))
        theirs = ask(client, name, route, address(name, route, world))
        nobodys = ask(client, name, route, address(name, route, world, elsewhere(route, world)))
        assert theirs.status_code == nobodys.status_code == 404, role
        assert _plain(theirs, client) == _plain(nobodys, client), "the two answers can be told apart"


@pytest.mark.parametrize("name", WITH_OBJECT)
def test_a_foreign_object_is_closed_to_every_other_role_too(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    assert route.verb
    for role in without(route.verb):
        client.force_login(world.other.person(role))
        theirs = ask(client, name, route, address(name, route, world))
        nobodys = ask(client, name, route, address(name, route, world, elsewhere(route, world)))
        assert theirs.status_code == nobodys.status_code == 403, role


@pytest.mark.parametrize("name", CLOSED)
def test_whoever_has_the_role_gets_in(client: Client, world: World, name: str) -> None:
    """Otherwise the tests above would pass for a route that is simply broken."""
    route = PAGES[name]
    assert route.verb
    role = _role_for(route.verb)
    client.force_login(world.clinic.person(role))
    more: dict[str, Any] = {"data": {"team": world.clinic.team.pk}} if name.startswith("person_") else {}
    answer = ask(client, name, route, address(name, route, world), **more)
    if name == "knowledge_document":  # the tests' knowledge holds no text; the page says so, to whoever may read
        assert answer.status_code == 404 and b"This text is not here any more" in answer.content
        return
    assert answer.status_code in {200, 302, 409, 422}, answer.content[:300]
    assert not answer.headers.get("Location", "").startswith("/signin/")


@pytest.mark.parametrize("name", [name for name in PAGES if PAGES[name].method == "POST"])
def test_what_changes_something_is_never_a_link(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    role = next(iter(sorted(TABLE[route.verb]))) if route.verb else Role.CLINICIAN
    client.force_login(world.clinic.person(role))
    before = _state()
    for method in ("GET", "HEAD"):
        assert ask(client, name, route, address(name, route, world), method=method).status_code == 405
    assert _state() == before


@pytest.mark.parametrize("name", [name for name, route in PAGES.items() if route.method == "GET" and not route.also])
def test_what_only_shows_takes_no_post(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    if name in {"healthz", "readyz"}:
        return
    role = next(iter(sorted(TABLE[route.verb]))) if route.verb else Role.CLINICIAN
    client.force_login(world.clinic.person(role))
    assert ask(client, name, route, address(name, route, world), method="POST").status_code == 405


@pytest.mark.parametrize("name", [name for name, route in PAGES.items() if "POST" in {route.method, *route.also}])
def test_a_form_of_another_site_is_refused(world: World, name: str) -> None:
    route, client = PAGES[name], Client(enforce_csrf_checks=True)
    role = next(iter(sorted(TABLE[route.verb]))) if route.verb else Role.CLINICIAN
    client.force_login(world.clinic.person(role))
    before = _state()
    answer = ask(client, name, route, address(name, route, world), method="POST")
    assert answer.status_code == 403 and b"csrf" in answer.content
    assert _state() == before


# --- the API -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLOSED_OPERATIONS)
def test_the_api_asks_for_a_token_and_takes_no_session(client: Client, world: World, name: str) -> None:
    route = OPERATIONS[name]
    path = address(name, route, world)
    assert ask(client, name, route, path).status_code == 401
    client.force_login(world.clinic.person())
    assert ask(client, name, route, path).status_code == 401
    for false in ("Bearer clew_" + "x" * 43, "Bearer ", "Basic Y2xldzpjbGV3"):
        assert ask(client, name, route, path, headers={"Authorization": false}).status_code == 401


@pytest.mark.parametrize("name", CLOSED_OPERATIONS)
def test_the_api_refuses_a_colleague_without_the_role(client: Client, world: World, name: str) -> None:
    route = OPERATIONS[name]
    assert route.verb
    for role in without(route.verb):
        answer = ask(client, name, route, address(name, route, world), **bearer(world.clinic.person(role)))
        assert answer.status_code == 403 and answer.json()["code"] == "forbidden", role


@pytest.mark.parametrize("name", [name for name in CLOSED_OPERATIONS if OPERATIONS[name].has_object])
def test_the_api_hides_objects_of_another_team(client: Client, world: World, name: str) -> None:
    route = OPERATIONS[name]
    assert route.verb
    key = bearer(world.other.person(_role_for(route.verb)))
    theirs = ask(client, name, route, address(name, route, world), **key)
    if name in OF_EVERYBODY:
        assert theirs.status_code == 200
        return
    nobodys = ask(client, name, route, address(name, route, world, elsewhere(route, world)), **key)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()


@pytest.mark.parametrize("name", [name for name in CLOSED_OPERATIONS if OPERATIONS[name].has_object])
def test_the_api_lets_the_role_in(client: Client, world: World, name: str) -> None:
    route = OPERATIONS[name]
    assert route.verb
    key = bearer(world.clinic.person(_role_for(route.verb)))
    answer = ask(client, name, route, address(name, route, world), **key)
    assert answer.status_code in {200, 201, 409, 422}, answer.content[:300]


# --- protocols -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_asks_for_a_token_takes_no_session_and_refuses_who_has_no_role(
    client: Client, clinic: Clinic, name: str
) -> None:
    body: dict[str, Any] = {
        "data": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        "content_type": "application/json",
    }
    assert client.post(reverse(name), **body).status_code == 401
    client.force_login(clinic.person())
    assert client.post(reverse(name), **body).status_code == 401
    for false in ("Bearer clew_" + "x" * 43, "Bearer ", "Basic Y2xldzpjbGV3"):
        assert client.post(reverse(name), **body, headers={"Authorization": false}).status_code == 401
    key = bearer(clinic.person())
    assert client.post(reverse(name), **body, **key).status_code == 200
    clinic.person().memberships.all().delete()
    assert client.post(reverse(name), **body, **key).status_code == 403


def _role_for(verb: Verb) -> Role:
    """A role that may do it: a clinician where that is one."""
    return Role.CLINICIAN if Role.CLINICIAN in TABLE[verb] else min(TABLE[verb])


def _state() -> tuple[int, ...]:
    return (
        Entry.objects.count(), Case.objects.count(), Run.objects.count(), User.objects.filter(is_active=True).count(),
        Token.objects.filter(revoked_at=None).count(), Ingestion.objects.count(), Publication.objects.count(),
        HeldText.objects.exclude(at=None).count(), Verdict.objects.count(), SecondReading.objects.count(),
        WrongCitation.objects.count(), LocalCase.objects.filter(withdrawn_at=None).count(),
    )  # fmt: skip


def _plain(answer: Any, client: Client) -> str:
    """The page without what differs between any two answers."""
    text = str(answer.content.decode())
    csrf = answer.context["csrf_token"] if answer.context and "csrf_token" in answer.context else ""
    return text.replace(str(csrf), "") if csrf else text
