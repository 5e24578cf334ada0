"""Verdicts, second readings, marks and the team's cases through the API: the same rules, the same refusals."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.api.asking import Asking, answer, failure
from tests.diagnosis_app.review.judging import MARFAN, PFEIFFER, colleague, judged, made_case, source_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(actor: Actor, team: Any, snapshot: object) -> Run:
    return judged(actor, made_case(actor, team))


@pytest.fixture
def at(run: Run) -> str:
    return f"/cases/{run.case_id}/runs/{run.pk}"


@pytest.fixture
def bo(team: Any) -> User:
    return colleague("bo-second", team)


def given(told: dict[str, Any]) -> set[tuple[str, str, bool]]:
    return {(one["disease"], one["verdict"], one["listed"]) for one in told["verdicts"]}


def test_verdicts_are_given_changed_and_taken_back(ask: Asking, at: str) -> None:
    answer(ask.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "plausible"}))
    answer(ask.put(f"{at}/verdicts/{MARFAN}", {"verdict": "confirmed", "comment": "Lens."}))
    told = answer(ask.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "excluded"}))
    assert given(told) == {(PFEIFFER, "excluded", True), (MARFAN, "confirmed", False)}
    assert given(answer(ask.delete(f"{at}/verdicts/{MARFAN}"))) == {(PFEIFFER, "excluded", True)}
    assert given(answer(ask.get(f"{at}/review"))) == {(PFEIFFER, "excluded", True)}


def test_what_is_wrong_is_named(ask: Asking, at: str) -> None:
    failure(ask.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "sure"}), 422, "input.invalid", field="verdict")
    failure(ask.put(f"{at}/verdicts/OMIM:999999", {"verdict": "confirmed"}), 422, "input.invalid", field="disease")
    failure(ask.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "confirmed", "comment": "x" * 2001}), 422, "input.invalid",
            field="comment")  # fmt: skip
    answer(ask.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "confirmed"}))
    failure(ask.post(f"{at}/second-readers", {"reader": "nobody"}), 422, "input.invalid", field="reader")


def test_a_name_with_a_nul_names_nothing(ask: Asking, at: str) -> None:
    failure(ask.put(f"{at}/verdicts/{PFEIFFER}%00", {"verdict": "plausible"}), 404, "not_found")
    failure(ask.delete(f"{at}/verdicts/{PFEIFFER}%00"), 404, "not_found")
    failure(ask.delete(f"{at}/second-readers/bo%00"), 404, "not_found")
    citation = f"{at}/wrong-citations/{PFEIFFER}/source%00"
    assert ask.delete(citation).status_code == 404


def test_a_second_reading_is_blind_until_it_is_committed(ask: Asking, at: str, bo: User) -> None:
    second = Asking(bo)
    failure(ask.post(f"{at}/second-readers", {"reader": bo.username}), 409, "review.no_verdict")
    answer(ask.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "confirmed"}))
    answer(ask.post(f"{at}/second-readers", {"reader": bo.username}), 201)
    told = answer(second.get(f"{at}/review"))
    assert told["blind"] and told["verdicts"] == [] and told["second_readers"][0]["login"] == bo.username
    failure(second.post(f"{at}/second-reading/commit"), 409, "review.no_verdict")
    answer(second.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "unlikely"}))
    failure(ask.delete(f"{at}/second-readers/{bo.username}"), 409, "review.begun")
    assert given(answer(ask.get(f"{at}/review"))) == {(PFEIFFER, "confirmed", True)}
    both = {(PFEIFFER, "confirmed", True), (PFEIFFER, "unlikely", True)}
    assert given(answer(second.post(f"{at}/second-reading/commit"))) == both
    assert given(answer(ask.get(f"{at}/review"))) == both


def test_declining_and_calling_back(ask: Asking, at: str, bo: User) -> None:
    answer(ask.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "confirmed"}))
    answer(ask.post(f"{at}/second-readers", {"reader": bo.username}), 201)
    assert answer(ask.delete(f"{at}/second-readers/{bo.username}"))["second_readers"] == []
    answer(ask.post(f"{at}/second-readers", {"reader": bo.username}), 201)
    assert not answer(Asking(bo).post(f"{at}/second-reading/decline"))["blind"]


def test_a_citation_is_marked_and_unmarked(ask: Asking, at: str) -> None:
    key = source_of(PFEIFFER)
    mark = {"disease": PFEIFFER, "evidence": key, "reason": "outdated"}
    told = answer(ask.post(f"{at}/wrong-citations", mark), 201)
    assert [(one["evidence"], one["own"]) for one in told["wrong_citations"]] == [(key, True)]
    assert answer(ask.delete(f"{at}/wrong-citations/{PFEIFFER}/{key}"))["wrong_citations"] == []


def test_a_case_is_previewed_kept_listed_and_withdrawn(ask: Asking, at: str, stranger: Asking) -> None:
    answer(ask.put(f"{at}/verdicts/{PFEIFFER}", {"verdict": "confirmed"}))
    shown = answer(ask.get(f"{at}/local-case/{PFEIFFER}"))
    assert shown["content"]["age"] == "P14M" and len(shown["content"]["present"]) == 4
    new = {"disease": PFEIFFER, "gene": "FGFR2", "consent": "patient", "reference": "form 3", "shown": shown["shown"]}
    failure(ask.post(f"{at}/local-case", {**new, "gene": ""}), 409, "local_case.not_shown")
    failure(ask.post(f"{at}/local-case", {**new, "consent": "none"}), 422, "input.invalid", field="consent")
    kept = answer(ask.post(f"{at}/local-case", new), 201)
    assert kept["content"] == shown["content"] and kept["consent"] == "patient"
    failure(ask.post(f"{at}/local-case", new), 409, "local_case.kept_already")
    assert [one["id"] for one in answer(ask.get("/local-cases", disease="pfeiffer"))["cases"]] == [kept["id"]]
    assert answer(stranger.get("/local-cases"))["cases"] == []
    failure(stranger.get(f"/local-cases/{kept['id']}"), 404, "not_found")
    gone = answer(ask.post(f"/local-cases/{kept['id']}/withdraw", {"reason": "consent"}))
    assert gone["content"] is None and gone["reference"] == "" and gone["reason"] == "consent"
    listed = answer(ask.get("/local-cases"))
    assert listed["cases"] == [] and [one["id"] for one in listed["withdrawn"]] == [kept["id"]]
