"""Every address of the clinic is closed to whom it should be. The table below is complete, or this fails.

A new route fails `test_every_route_has_an_example` until its method, its verb and an object are
declared here; from then on `test_policy_when_tried` tries it as a stranger, as a colleague without the role,
as the same role in another team, without the form's token, and with the wrong method.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from diagnosis_app.accounts.actions import tokens
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import TABLE, Verb, actor_for
from diagnosis_app.api.site import api
from diagnosis_app.mcp import border as mcp
from tests.published import HANNAH
from tests.security.one_of_everything import (
    EVIDENCE,
    OF_THE_DEPLOYMENT,
    Objects,
    a_batch,
    a_candidate,
    a_case,
    a_citation,
    a_document,
    a_held_text,
    a_judged_candidate,
    a_judged_run,
    a_letter,
    a_local_case,
    a_mark,
    a_pair,
    a_person,
    a_publication,
    a_question,
    a_run,
    a_runs_candidate,
    a_search,
    a_second_reader,
    a_snapshot,
    a_token,
    a_version,
    an_alert,
    an_ingestion,
    an_upload,
    nothing,
)

pytestmark = pytest.mark.django_db


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


def bearer(user: User) -> dict[str, str]:
    _token, text = tokens.create(actor_for(user, "page"), user, "try")
    return {"headers": {"Authorization": f"Bearer {text}"}}  # type: ignore[dict-item]


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
