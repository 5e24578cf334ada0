"""Batches through the API: created in one request, followed, cancelled; every wrong file is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from diagnosis_app.batch import feeding
from diagnosis_app.runs import worker
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.api.asking import Asking
from tests.diagnosis_app.batch.packets import PFEIFFER, packet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("snapshot")]
PACKET = json.loads(packet())


def body(**more: Any) -> dict[str, Any]:
    files = [
        {"name": "a", "phenopacket": PACKET},
        {"name": "b", "terms": "HP:0002133\nHP:0001332\n-HP:0002179"},
        {"name": "c", "terms": "HP:9999999"},
    ]
    return {"files": files, **more}


def test_a_batch_is_created_followed_and_read(ask: Asking) -> None:
    made = ask.ask("POST", "/batches", body(name="cohort"))
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["total"], told["counts"]) == ("under_way", 2, {"waiting": 2, "unreadable": 1})
    assert told["items"][2]["error"]["code"] == "ontology.unknown_term"
    feeding.give()
    for run in Run.objects.all():
        worker.investigate(run.pk)
    found = ask.get(f"/batches/{told['id']}").json()
    assert (found["state"], found["done"]) == ("done", 2)
    first = found["items"][0]
    assert first["outcome"] == "partial" and first["first"][0]["id"] == PFEIFFER and first["seconds"] > 0
    assert ask.get(f"/cases/{first['case']}/runs/{first['run']}").json()["outcome"] == "partial"
    assert [one["id"] for one in ask.get("/batches").json()["batches"]] == [told["id"]]


def test_it_may_be_only_read_and_it_is_cancelled(ask: Asking, stranger: Asking) -> None:
    read = ask.ask("POST", "/batches", body(start=False)).json()
    assert read["state"] == "read" and feeding.give() == 0
    told = ask.ask("POST", "/batches", body()).json()
    cancelled = ask.ask("POST", f"/batches/{told['id']}/cancel")
    assert cancelled.status_code == 200 and cancelled.json()["counts"] == {"cancelled": 2, "unreadable": 1}
    assert cancelled.json()["state"] == "stopped"
    assert stranger.get(f"/batches/{told['id']}").status_code == 404
    assert stranger.get("/batches").json() == {"batches": []}


def test_a_file_with_both_or_neither_and_a_batch_without_files_are_refused_by_field(ask: Asking) -> None:
    for files in ([{"name": "x"}], [{"name": "x", "terms": "HP:0001250", "phenopacket": PACKET}]):
        refused = ask.ask("POST", "/batches", {"files": files})
        assert refused.status_code == 422 and refused.json()["field"].startswith("files.0")
        assert refused.json()["hint"] == "Give one of them."
    assert ask.ask("POST", "/batches", {"files": []}).status_code == 422
