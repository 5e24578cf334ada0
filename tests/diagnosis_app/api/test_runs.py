"""Investigations through the API, carried by the worker's own code on the real graph."""

from __future__ import annotations

import math
from uuid import UUID

import pytest

from diagnosis_app.audit.models import Entry
from diagnosis_app.runs.models import Claim, Run, Step
from tests.diagnosis_app.api.asking import NOWHERE, Asking, answer, failure
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)


def carried(run_id: str) -> None:
    """Does what the worker's task does when it is told of a run."""
    from diagnosis_app.runs.worker import investigate

    investigate(UUID(run_id))


def test_a_run_is_started_carried_and_read_to_its_end(ask: Asking) -> None:
    case = ask.made(note="Tall, with a dislocated lens.")
    runs = f"/cases/{case['id']}/runs"
    run = answer(ask.post(runs), 201)
    assert (run["state"], run["version"], run["candidates"]) == ("queued", 1, [])
    assert answer(ask.post(runs), 201)["id"] == run["id"], "one at a time"
    path = f"{runs}/{run['id']}"
    first = answer(ask.get(f"{path}/events"))
    assert [event["type"] for event in first["events"]] == ["run.queued"]
    assert not first["ended"]

    carried(run["id"])

    whole = answer(ask.get(path))
    assert whole["state"] == "ended"
    assert whole["outcome"] in {"ranked", "partial"}
    assert whole["manifest"]["snapshot"] == answer(ask.get("/knowledge"))["id"]
    assert whole["candidates"][0]["id"] == "OMIM:154700"
    for one in whole["candidates"]:
        total = one["prior"] + math.fsum(part["value"] for part in one["contributions"])
        assert total == pytest.approx(one["score"], abs=1e-6)
    rest = answer(ask.get(f"{path}/events", after=first["last"]))
    assert rest["ended"]
    assert [event["seq"] for event in rest["events"]] == list(range(2, rest["last"] + 1))
    assert rest["events"][-1]["type"] == "run.ended"
    assert answer(ask.get(f"{path}/events", after=rest["last"])) == {"events": [], "last": rest["last"], "ended": True}
    assert [one["id"] for one in answer(ask.get(runs))["runs"]] == [run["id"]]
    assert Entry.objects.filter(object=f"run:{run['id']}", via="api", verb="run.read").count() >= 4


def test_cancelling_ends_it_and_cancelling_again_changes_nothing(ask: Asking) -> None:
    case = ask.made()
    run = answer(ask.post(f"/cases/{case['id']}/runs"), 201)
    path = f"/cases/{case['id']}/runs/{run['id']}"
    ended = answer(ask.post(f"{path}/cancel"))
    assert (ended["state"], ended["outcome"]) == ("ended", "cancelled")
    assert answer(ask.post(f"{path}/cancel")) == ended
    assert answer(ask.get(f"{path}/events"))["ended"]


def test_a_run_is_found_only_under_its_own_case(ask: Asking) -> None:
    one, other = ask.made(), ask.made()
    run = answer(ask.post(f"/cases/{one['id']}/runs"), 201)
    for path in ("", "/events"):
        failure(ask.get(f"/cases/{other['id']}/runs/{run['id']}{path}"), 404, "not_found")
    failure(ask.post(f"/cases/{other['id']}/runs/{run['id']}/cancel"), 404, "not_found")
    assert Run.objects.get().state == "queued"


def test_a_case_in_the_bin_starts_no_run(ask: Asking) -> None:
    case = ask.made()
    answer(ask.delete(f"/cases/{case['id']}"))
    failure(ask.post(f"/cases/{case['id']}/runs"), 409, "case.deleted")
    failure(ask.post(f"/cases/{NOWHERE}/runs"), 404, "not_found")
    assert not Run.objects.exists()


@pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999"])
def test_a_place_among_the_events_is_a_number(ask: Asking, after: str) -> None:
    case = ask.made()
    run = answer(ask.post(f"/cases/{case['id']}/runs"), 201)
    path = f"/cases/{case['id']}/runs/{run['id']}/events"
    failure(ask.get(path, after=after), 422, "input.invalid", field="after")


TALL = ["HP:0001166", "HP:0001083", "HP:0002616"]  # many diseases of connective tissue have them: there is much to ask


def test_a_question_is_read_and_answered_and_the_run_goes_on(ask: Asking) -> None:
    case = ask.made(TALL)
    runs = f"/cases/{case['id']}/runs"
    path = f"{runs}/{answer(ask.post(f'{runs}?asks=true'), 201)['id']}"
    carried(path.rsplit("/", 1)[1])
    run = answer(ask.get(path))
    [question] = run["questions"]
    assert run["state"] == "waiting" and question["answer"] == "" and question["label"]
    assert answer(ask.get(f"{path}/events"))["events"][-1]["type"] == "run.waiting"
    place = f"{path}/questions/{question['key']}"
    for wrong, field in (({"answer": "perhaps"}, "answer"), ({"answer": "present", "words": "x" * 1001}, "words")):
        failure(ask.post(place, wrong), 422, "input.invalid", field=field)
    failure(ask.post(f"{path}/questions/ask-0", {"answer": "present"}), 404, "not_found")
    said = answer(ask.post(place, {"answer": "excluded", "words": "echocardiography in March"}))
    assert said["state"] == "queued" and said["questions"][0]["answer"] == "excluded"
    assert said["questions"][0]["words"] == "echocardiography in March"
    assert answer(ask.post(place, {"answer": "excluded"}))["questions"] == said["questions"], "twice is once"
    failure(ask.post(place, {"answer": "present"}), 409, "run.answered")
    carried(run["id"])
    going_on = answer(ask.get(path))
    assert going_on["questions"][0]["answer"] == "excluded" and going_on["candidates"]
    found = answer(ask.get(f"/cases/{case['id']}"))["content"]["findings"]
    assert {one["term"]: one["status"] for one in found}[question["term"]] == "excluded"
    answer(ask.post(f"{path}/cancel"))
    last = going_on["questions"][-1]
    if last["answer"] == "":
        failure(ask.post(f"{path}/questions/{last['key']}", {"answer": "present"}), 409, "run.ended")


def test_a_run_asks_nothing_unless_it_is_allowed_to(ask: Asking) -> None:
    case = ask.made(TALL)
    run = answer(ask.post(f"/cases/{case['id']}/runs"), 201)
    carried(run["id"])
    ended = answer(ask.get(f"/cases/{case['id']}/runs/{run['id']}"))
    assert (ended["state"], ended["questions"]) == ("ended", [])


def test_another_team_s_question_is_not_found(ask: Asking, other_clinic: Clinic) -> None:
    case = ask.made(TALL)
    runs = f"/cases/{case['id']}/runs"
    path = f"{runs}/{answer(ask.post(f'{runs}?asks=true'), 201)['id']}"
    carried(path.rsplit("/", 1)[1])
    [question] = answer(ask.get(path))["questions"]
    stranger = Asking(other_clinic.person())
    failure(stranger.post(f"{path}/questions/{question['key']}", {"answer": "present"}), 404, "not_found")
    assert answer(ask.get(path))["questions"][0]["answer"] == ""


def test_a_run_without_a_model_says_so_and_gives_each_statement_its_verdict(ask: Asking) -> None:
    case = ask.made()
    run = answer(ask.post(f"/cases/{case['id']}/runs"), 201)
    carried(run["id"])
    whole = answer(ask.get(f"/cases/{case['id']}/runs/{run['id']}"))
    assert whole["model"] is None and whole["summary"] == []
    first = whole["candidates"][0]
    assert not first["proposed"] and first["arithmetic_rank"] == first["rank"] == 1
    assert {one["verdict"] for one in first["statements"]} == {"verified"}


def test_a_run_with_a_model_names_it_and_marks_what_a_second_reading_doubts(ask: Asking) -> None:
    case = ask.made()
    run = answer(ask.post(f"/cases/{case['id']}/runs"), 201)
    carried(run["id"])
    row = Run.objects.get(pk=run["id"])
    row.manifest = {**row.manifest, "model": {"name": "reasoner-32b", "address": "10.0.0.4"}}
    row.save()
    partly, removed, stands = Claim.objects.filter(candidate__run=row, verified=True)[:3]
    partly.triple["doubted"] = True
    partly.save()
    Claim.objects.filter(pk=removed.pk).update(verified=False, removed_because="not_stated")
    used = {"prompt": 900, "cached": 600, "completion": 100, "seconds": 0.5, "calls": 1, "cost": None}
    sentences = [{"text": "It is.", "statements": [stands.key]}, {"text": "Is it?", "statements": [partly.key]}]
    got = {"sentences": sentences, "model": used}
    Step.objects.create(
        run=row,
        key="writer",
        seq=99,
        action="writer",
        status="done",
        started_at=row.created_at,
        detail={"got": got},
    )
    whole = answer(ask.get(f"/cases/{case['id']}/runs/{run['id']}"))
    model = whole["model"]
    assert (model["name"], model["place"], model["answered"]) == ("reasoner-32b", "private_network", True)
    assert (model["calls"], model["prompt_tokens"], model["cached_tokens"], model["cost"]) == (1, 900, 600, None)
    assert whole["summary"] == [{"text": "It is.", "statements": [stands.key]}]
    verdicts = {one["key"]: one["verdict"] for each in whole["candidates"] for one in each["statements"]}
    assert (verdicts[partly.key], verdicts[removed.key], verdicts[stands.key]) == ("partly", "removed", "verified")
