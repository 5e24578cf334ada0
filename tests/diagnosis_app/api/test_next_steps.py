"""Questions and comparisons of a stored case, for programs."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis_app.audit.models import Entry
from tests.diagnosis_app.api.asking import MARFAN, NOWHERE, Asking, answer, failure

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(ask: Asking) -> dict[str, Any]:
    sent = {"findings": [{"term": term} for term in MARFAN], "sex": "male", "age": "P14Y"}
    return answer(ask.post("/cases", {"case": sent}), 201)


def test_questions_come_with_the_effect_that_ranking_again_gives(ask: Asking, case: dict[str, Any]) -> None:
    found = answer(ask.get(f"/cases/{case['id']}/questions"))
    assert found["outcome"] == "ranked"
    assert found["version"] is None
    questions = [one for group in found["groups"] for one in group["questions"]]
    assert 1 <= len(questions) <= 6
    question = questions[0]
    sent = {"sex": "male", "age": "P14Y"}
    known = [{"term": term} for term in MARFAN]
    before = scores(ask, {**sent, "findings": known})
    for status, effect in (("present", "if_present"), ("excluded", "if_absent")):
        after = scores(ask, {**sent, "findings": [*known, {"term": question["term"], "status": status}]})
        first = question["first_if_present" if status == "present" else "first_if_absent"]
        assert next(iter(after)) == first["id"]
        for leader in question["effects"]:
            if leader["id"] in after:
                assert after[leader["id"]] - before[leader["id"]] == pytest.approx(leader[effect], abs=1e-7)


def scores(ask: Asking, case: dict[str, Any]) -> dict[str, float]:
    ranking = answer(ask.post("/rank", {"case": case, "limit": 200}))
    return {one["id"]: one["score"] for one in ranking["candidates"]}


def test_a_saved_version_is_asked_about_as_it_was(ask: Asking, case: dict[str, Any]) -> None:
    answer(ask.post(f"/cases/{case['id']}/versions", {}), 201)
    before = answer(ask.get(f"/cases/{case['id']}/questions?version=1"))
    answer(ask.put(f"/cases/{case['id']}/draft", {"revision": 1, "case": {"findings": [{"term": MARFAN[0]}]}}))
    assert answer(ask.get(f"/cases/{case['id']}/questions?version=1")) == before
    now = answer(ask.get(f"/cases/{case['id']}/questions"))
    assert (now["outcome"], now["groups"], now["uncertainty"]) == ("insufficient", [], None)
    failure(ask.get(f"/cases/{case['id']}/questions?version=7"), 404, "not_found")


def test_a_comparison_is_the_same_from_either_side(ask: Asking, case: dict[str, Any]) -> None:
    there = answer(ask.get(f"/cases/{case['id']}/comparison/OMIM:154700/OMIM:129600"))
    back = answer(ask.get(f"/cases/{case['id']}/comparison/OMIM:129600/OMIM:154700"))
    assert there["one"] == back["other"]
    assert there["findings"]
    assert [one["id"] for one in there["findings"]] == [one["id"] for one in back["findings"]]
    assert [one["points_to"] for one in there["findings"]] == [one["points_to"] for one in back["findings"]]
    assert any(one["one"]["references"] for one in there["findings"])


def test_what_cannot_be_compared_is_refused_by_name(ask: Asking, case: dict[str, Any]) -> None:
    failure(ask.get(f"/cases/{case['id']}/comparison/OMIM:154700/OMIM:999999"), 404, "not_found", field="other")
    failure(ask.get(f"/cases/{case['id']}/comparison/nonsense/OMIM:154700"), 404, "not_found", field="one")
    failure(ask.get(f"/cases/{case['id']}/comparison/OMIM:154700/OMIM:154700"), 422, "input.invalid", field="other")
    failure(ask.get(f"/cases/{NOWHERE}/comparison/OMIM:154700/OMIM:129600"), 404, "not_found")


def test_every_reading_is_recorded(ask: Asking, case: dict[str, Any]) -> None:
    answer(ask.get(f"/cases/{case['id']}/questions"))
    answer(ask.get(f"/cases/{case['id']}/comparison/OMIM:154700/OMIM:129600"))
    parts = [row.detail["part"] for row in Entry.objects.filter(verb="case.read")]
    assert {"questions", "comparison"} <= set(parts)


def test_the_ranking_itself_says_nothing_of_questions(ask: Asking) -> None:
    ranking = answer(ask.post("/rank", {"case": {"findings": [{"term": term} for term in MARFAN]}}))
    assert not {"questions", "groups"} & set(ranking)
