"""How a run went: counted once when it ends, kept on its row as numbers alone, and shown with what each means."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from agents.contract import Outcome, OutcomeCode, StepRecord
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.runs import actions, went_words, worker
from diagnosis_app.runs.claim import Lease
from diagnosis_app.runs.models import Claim, Run
from diagnosis_app.runs.store import Store
from tests.security.test_policy_over_every_route import bearer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_that_ends_keeps_its_shares_and_its_working_time(run: Run) -> None:
    worker.investigate(run.pk)
    run.refresh_from_db()
    claims = Claim.objects.filter(candidate__run=run)
    assert run.went["factuality"] == [claims.filter(verified=True).count(), claims.count()]
    chosen = run.steps.filter(action__in=("lookup", "match", "search", "ask", "challenge"))
    assert run.went["efficiency"][1] == chosen.count() and 0 < run.went["efficiency"][0] < chosen.count()
    present = [one for one in run.version.content["findings"] if one.get("status", "present") == "present"]
    accounted, of = run.went["completeness"]
    assert 0 < accounted <= of <= len(present)
    took = sum((one.ended_at - one.started_at).total_seconds() for one in run.steps.all())
    assert run.went["seconds"] == pytest.approx(took, abs=0.01) and "model" not in run.went


def test_what_is_kept_names_nothing(run: Run) -> None:
    worker.investigate(run.pk)
    run.refresh_from_db()
    said = json.dumps(run.went)
    assert "HP:" not in said and "OMIM" not in said
    assert set(run.went) == {"seconds", "efficiency", "factuality", "completeness"}


def test_what_steps_say_of_a_model_is_summed(store: Store, run: Run) -> None:
    for seq, tokens in enumerate((100, 50), 1):
        step = StepRecord(f"search-{seq}", "search", seq, got={"model": {"prompt": tokens, "calls": 1}}, digest_out="d")
        store.step_started(step)
        store.step_done(step)
    store.finish(Outcome(OutcomeCode.PARTIAL))
    run.refresh_from_db()
    assert run.went["model"] == {"prompt": 150, "calls": 2} and "factuality" not in run.went


def test_a_cancelled_run_claims_nothing_that_was_not_checked(actor: Actor, run: Run, lease: Lease) -> None:
    actions.cancel(actor, run)
    assert set(run.went) == {"seconds"} and went_words.told(run.went) == ()


def test_its_page_and_the_api_say_them(run: Run, user: User) -> None:
    worker.investigate(run.pk)
    run.refresh_from_db()
    client = Client()
    client.force_login(user)
    page = client.get(reverse("run", args=[run.case_id, run.pk])).content.decode()
    assert "How this investigation went" in page and "None of them says whether the diagnosis is right." in page
    for name, words in (
        ("efficiency", "{} of {} steps changed something"),
        ("factuality", "{} of {} statements stood"),
        ("completeness", "{} of {} present findings spoken of"),
    ):
        assert words.format(*run.went[name]) in page
    address = reverse("api:get_run", kwargs={"case_id": run.case_id, "run_id": run.pk})
    told = client.get(address, **bearer(user)).json()["went"]
    assert told["factuality"] == dict(zip(("n", "of"), run.went["factuality"], strict=True))
    assert told["model"] is None and told["seconds"] == run.went["seconds"]


def test_a_run_from_before_says_nothing_of_it(run: Run, user: User) -> None:
    worker.investigate(run.pk)
    Run.objects.update(went={})
    client = Client()
    client.force_login(user)
    assert "How this investigation went" not in client.get(reverse("run", args=[run.case_id, run.pk])).content.decode()
    address = reverse("api:get_run", kwargs={"case_id": run.case_id, "run_id": run.pk})
    assert client.get(address, **bearer(user)).json()["went"] is None


def test_of_nothing_no_share_is_said() -> None:
    told = went_words.told({"efficiency": [0, 0], "factuality": [1, 1], "completeness": [0, 3]})
    assert [one.words for one in told] == ["1 of 1 statement stood", "0 of 3 present findings spoken of"]
