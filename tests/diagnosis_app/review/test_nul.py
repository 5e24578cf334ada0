"""A NUL in an address or a field names nothing: it is answered like whatever is not there, by either database."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.review import citations, verdicts
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.review.judging import PFEIFFER, source_of
from tests.security.test_policy_over_every_route import bearer

pytestmark = pytest.mark.django_db
NUL = PFEIFFER + "\x00"
KEY = source_of(PFEIFFER)


@pytest.fixture
def judged_run(actor: Actor, run: Run, bo: User) -> Run:
    verdicts.give(actor, run, PFEIFFER, "confirmed")
    citations.mark(actor, run, PFEIFFER, KEY, "other")
    return run


@pytest.mark.parametrize(
    ("name", "where", "sent"),
    [
        ("review_candidate", {"disease": NUL}, None),
        ("verdict_give", {"disease": NUL}, {"verdict": "confirmed"}),
        ("verdict_back", {"disease": NUL}, {}),
        ("local_case_keep", {"disease": NUL}, None),
        ("local_case_keep", {"disease": NUL}, {}),
        ("verdict_another", {}, {"disease": NUL, "verdict": "confirmed"}),
        ("second_ask", {}, {"reader": "bo-second\x00"}),
        ("second_recall", {}, {"reader": "bo-second\x00"}),
        ("citation_mark", {}, {"disease": NUL, "evidence": KEY, "reason": "other"}),
        ("citation_mark", {}, {"disease": PFEIFFER, "evidence": "\x00", "reason": "other"}),
        ("citation_unmark", {}, {"disease": NUL, "evidence": KEY}),
        ("citation_unmark", {}, {"disease": PFEIFFER, "evidence": "\x00"}),
    ],
)
@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_a_page_finds_nothing(
    signed_in: Client, judged_run: Run, name: str, where: dict[str, str], sent: dict[str, str] | None, fragment: bool
) -> None:
    url = reverse(name, kwargs={"case_id": judged_run.case_id, "run_id": judged_run.pk, **where})
    headers = {"HX-Request": "true"} if fragment else {}
    answer = signed_in.get(url, headers=headers) if sent is None else signed_in.post(url, sent, headers=headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "name", "where", "sent"),
    [
        ("put", "give_verdict", {"disease": NUL}, {"verdict": "confirmed"}),
        ("delete", "take_back_verdict", {"disease": NUL}, None),
        ("post", "ask_second_reader", {}, {"reader": "bo-second\x00"}),
        ("delete", "recall_second_reader", {"login": "bo-second\x00"}, None),
        ("post", "mark_wrong_citation", {}, {"disease": NUL, "evidence": KEY, "reason": "other"}),
        ("post", "mark_wrong_citation", {}, {"disease": PFEIFFER, "evidence": "\x00", "reason": "other"}),
        ("delete", "unmark_wrong_citation", {"disease": NUL, "evidence": KEY}, None),
        ("delete", "unmark_wrong_citation", {"disease": PFEIFFER, "evidence": "\x00"}, None),
        ("get", "preview_local_case", {"disease": NUL}, None),
    ],
)
def test_an_operation_finds_nothing(
    client: Client, user: User, judged_run: Run, method: str, name: str, where: dict[str, str], sent: Any
) -> None:
    url = reverse(f"api:{name}", kwargs={"case_id": judged_run.case_id, "run_id": judged_run.pk, **where})
    body: dict[str, Any] = {} if sent is None else {"data": sent, "content_type": "application/json"}
    answer = getattr(client, method)(url, **body, **bearer(user))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
