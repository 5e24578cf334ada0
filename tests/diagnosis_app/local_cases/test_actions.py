"""Keeping with consent, and withdrawing: at once, for good, with a tombstone and a trail that tell nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import jsonl, log
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Forbidden, Hidden, Invalid
from diagnosis_app.local_cases import actions
from diagnosis_app.local_cases.bank import bank_of
from diagnosis_app.local_cases.models import LocalCase
from diagnosis_app.review import keeping, verdicts
from diagnosis_app.runs.models import Run
from retrieval.genes import GeneTable
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.api.asking import Asking, answer
from tests.diagnosis_app.local_cases.keeping import FILED, keep
from tests.diagnosis_app.review.judging import APERT, MARFAN, PFEIFFER, judged
from tests.people import Clinic

pytestmark = pytest.mark.django_db


def where(run: Run, disease: str = PFEIFFER) -> str:
    return reverse("local_case_keep", kwargs={"case_id": run.case_id, "run_id": run.pk, "disease": disease})


def test_a_kept_case_names_its_diagnosis_its_consent_and_who_answers_for_it(kept: LocalCase, actor: Actor) -> None:
    assert (kept.disease, kept.name, kept.ids) == (PFEIFFER, "Pfeiffer syndrome", [PFEIFFER])
    assert (kept.consent, kept.reference) == ("guardian", FILED)
    assert kept.confirmed_by_id == kept.recorded_by_id == actor.user_id
    assert kept.content["gene"] == "FGFR2", "the one gene that the case and the diagnosis share"


def test_the_id_is_drawn_at_random(kept: LocalCase, actor: Actor, run: Run) -> None:
    first = kept.pk
    actions.withdraw(actor, kept, "mistake")
    assert keep(actor, run).pk != first
    assert str(first) != str(run.case_id)


def test_only_a_confirmed_diagnosis_is_kept(actor: Actor, run: Run) -> None:
    verdicts.give(actor, run, APERT, "plausible")
    for disease in (APERT, MARFAN):
        with pytest.raises(Hidden):
            keeping.offer(actor, run, disease)


def test_a_confirmed_diagnosis_that_was_not_listed_is_kept_too(actor: Actor, run: Run) -> None:
    verdicts.give_another(actor, run, MARFAN, "confirmed")
    assert keep(actor, run, MARFAN).name == "Marfan syndrome"


@pytest.mark.parametrize(
    ("consent", "reference", "field"),
    [
        ("", FILED, "consent"),
        ("verbal", FILED, "consent"),
        ("patient", " ", "reference"),
        ("patient", "x" * 121, "reference"),
    ],
)
def test_nothing_is_kept_without_a_consent_that_can_be_found(
    actor: Actor, run: Run, consent: str, reference: str, field: str
) -> None:
    shown = keeping.offer(actor, run, PFEIFFER, gene="").digest
    with pytest.raises(Invalid) as refused:
        keeping.keep(actor, run, PFEIFFER, gene="", consent=consent, reference=reference, shown=shown)
    assert refused.value.field == field and refused.value.hint and not LocalCase.objects.exists()


def test_only_what_was_shown_is_kept(actor: Actor, run: Run) -> None:
    shown = keeping.offer(actor, run, PFEIFFER, gene="").digest
    with pytest.raises(Conflict) as refused:
        keeping.keep(actor, run, PFEIFFER, gene="FGFR2", consent="patient", reference="1", shown=shown)
    assert refused.value.code == "local_case.not_shown" and not LocalCase.objects.exists()


def test_a_case_is_kept_once(actor: Actor, run: Run, kept: LocalCase) -> None:
    with pytest.raises(Conflict) as refused:
        keep(actor, run)
    assert refused.value.code == "local_case.kept_already"


def test_withdrawing_leaves_only_when_and_why(actor: Actor, kept: LocalCase, team: Any, snapshot: Snapshot) -> None:
    assert bank_of(team.pk, snapshot) is not None
    actions.withdraw(actor, kept, "consent")
    assert bank_of(team.pk, snapshot) is None
    row = LocalCase.objects.filter(pk=kept.pk).values().get()
    left = {name: value for name, value in row.items() if value not in (None, "", [], {}, False)}
    assert set(left) == {"id", "team_id", "kept_at", "withdrawn_at", "reason"}
    assert row["reason"] == "consent"


def test_withdrawing_twice_changes_nothing_and_says_nothing_twice(actor: Actor, kept: LocalCase) -> None:
    for reason in ("consent", "mistake"):
        actions.withdraw(actor, LocalCase.objects.get(), reason)
    assert LocalCase.objects.get().reason == "consent"
    assert Entry.objects.filter(verb="local_case.withdraw").count() == 1


@pytest.mark.parametrize("reason", ["", "purged", "because"])
def test_a_reason_is_chosen_from_the_list(actor: Actor, kept: LocalCase, reason: str) -> None:
    with pytest.raises(Invalid):
        actions.withdraw(actor, kept, reason)
    assert LocalCase.objects.get().withdrawn_at is None


def test_the_trail_tells_neither_the_case_nor_the_diagnosis_nor_the_words(
    actor: Actor, kept: LocalCase, run: Run
) -> None:
    actions.read(actor, kept.pk)
    actions.withdraw(actor, kept, "mistake")
    rows = [entry for entry in Entry.objects.all() if entry.verb.startswith("local_case.")]
    assert [row.verb for row in rows][::-1] == ["local_case.add", "local_case.read", "local_case.withdraw"]
    text = "".join(jsonl.line(row) for row in rows)
    for word in (str(run.case_id), str(run.pk), PFEIFFER, "Pfeiffer", FILED, "FGFR2", "HP:"):
        assert word not in text, word


def test_another_team_and_another_role_reach_nothing(kept: LocalCase, clinic: Clinic, other_clinic: Clinic) -> None:
    with pytest.raises(Hidden):
        actions.read(other_clinic.actor(), kept.pk)
    with pytest.raises(Hidden):
        actions.withdraw(other_clinic.actor(), kept, "mistake")
    with pytest.raises(Forbidden):
        actions.read(clinic.actor(Role.AUDITOR), kept.pk)
    assert actions.listed(other_clinic.actor()).rows == ()


def test_a_gene_that_the_knowledge_does_not_know_is_not_proposed(
    actor: Actor, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keeping.proposed_gene(run, PFEIFFER) == "FGFR2"
    monkeypatch.setattr(GeneTable, "index", lambda *_: None)
    assert keeping.proposed_gene(run, PFEIFFER) == "" and keeping.offer(actor, run, PFEIFFER).kept.gene == ""


def test_the_list_asks_as_often_for_many_as_for_one(
    actor: Actor, kept: LocalCase, another: Callable[..., LocalCase], ask: Asking
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert answer(ask.get("/local-cases"))["cases"]
        return len(queries)

    one = asked()
    for age in ("P5Y", "P6Y", "P7Y"):
        another(age=age)
    assert asked() == one


@pytest.fixture
def ask(clinic: Clinic) -> Asking:
    return Asking(clinic.person())


def test_a_diagnosis_that_nobody_confirms_any_more_says_that_the_teams_case_stands(
    signed_in: Client, actor: Actor, run: Run, kept: LocalCase
) -> None:
    at, said = {"case_id": run.case_id, "run_id": run.pk}, "The team’s case of it still stands"
    result, one = reverse("run", kwargs=at), reverse("review_candidate", kwargs={**at, "disease": PFEIFFER})
    other = reverse("review_candidate", kwargs={**at, "disease": APERT})

    def told() -> list[bool]:
        return [said in signed_in.get(url).content.decode() for url in (result, one, other)]

    assert told() == [False, False, False]
    give = reverse("verdict_give", kwargs={**at, "disease": PFEIFFER})
    answer = signed_in.post(give, {"verdict": "unlikely"}, headers={"HX-Request": "true"}).content.decode()
    assert answer.count(said) == 2, "in the panel and in the sheet"
    assert reverse("local_case", args=[kept.pk]) + "#withdraw" in answer
    assert told() == [True, True, False]
    assert 'id="withdraw"' in signed_in.get(reverse("local_case", args=[kept.pk])).content.decode()
    verdicts.give(actor, run, PFEIFFER, "confirmed")
    assert told() == [False, False, False]
    verdicts.take_back(actor, run, PFEIFFER)
    assert told()[0]
    actions.withdraw(actor, kept, "mistake")
    assert told() == [False, False, False]


def test_a_verdict_on_a_later_result_still_confirms_it(actor: Actor, run: Run, kept: LocalCase) -> None:
    from diagnosis_app.review.panel import sheet_of

    later = judged(actor, run.case)
    verdicts.give(actor, later, PFEIFFER, "confirmed")
    verdicts.take_back(actor, run, PFEIFFER)
    assert sheet_of(actor, run).stands == ""
    verdicts.take_back(actor, later, PFEIFFER)
    assert sheet_of(actor, run).stands and sheet_of(actor, later).stands


# --- what becomes of the case it was made from ---------------------------------------------


def test_in_the_bin_it_rests_and_comes_back(actor: Actor, kept: LocalCase, case: Case, snapshot: Snapshot) -> None:
    cases.delete_case(actor, case)
    assert bank_of(case.team_id, snapshot) is None
    assert LocalCase.objects.get().resting
    cases.restore_case(actor, case)
    bank = bank_of(case.team_id, snapshot)
    assert bank is not None and bank.ids == (str(kept.pk),)


def test_purged_it_is_withdrawn(actor: Actor, kept: LocalCase, case: Case, snapshot: Snapshot) -> None:
    cases.delete_case(actor, case)
    cases.purge_case(actor, case, confirmed=case.reference)
    left = LocalCase.objects.get()
    assert left.reason == "purged" and left.content == {} and left.source is None
    assert bank_of(case.team_id, snapshot) is None


def test_a_purge_that_fails_withdraws_nothing(
    actor: Actor, kept: LocalCase, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases.delete_case(actor, case)
    monkeypatch.setattr(Case, "delete", lambda *_: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        cases.purge_case(actor, case, confirmed=case.reference)
    assert LocalCase.objects.get().withdrawn_at is None


def test_the_rows_of_the_team_change_before_the_trail_is_written(actor: Actor, kept: LocalCase, case: Case) -> None:
    """One order for all: whoever withdraws holds the team's row and waits for the trail."""

    def order(act: Callable[[], object]) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            act()
        told = [one["sql"] for one in asked.captured_queries]
        shelf = max(i for i, sql in enumerate(told) if sql.startswith('UPDATE "local_cases_shelf"'))
        lock = "pg_advisory_xact_lock" if connection.vendor == "postgresql" else 'INSERT INTO "audit_entry"'
        return shelf, min(i for i, sql in enumerate(told) if lock in sql)

    for act in (
        lambda: cases.delete_case(actor, case),
        lambda: cases.restore_case(actor, case),
        lambda: cases.delete_case(actor, case),
        lambda: cases.purge_case(actor, case, confirmed=case.reference),
    ):
        shelf, trail = order(act)
        assert shelf < trail


@pytest.mark.django_db(transaction=True)
def test_a_purge_and_a_withdrawal_at_one_moment_wait_for_each_other(
    actor: Actor, kept: LocalCase, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer anyway: CLEW_TEST_DATABASE=postgres")
    cases.delete_case(actor, case)
    both, failed = threading.Barrier(2), []

    def at_once(act: Callable[[], object]) -> None:
        both.wait()
        try:
            act()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    slow = log.record

    def slowly(*args: Any, **named: Any) -> Any:
        time.sleep(0.1 if args[1] == Verb.LOCAL_WITHDRAW else 0)
        made = slow(*args, **named)
        time.sleep(0.3)
        return made

    monkeypatch.setattr(log, "record", slowly)
    acts = (
        lambda: cases.purge_case(actor, case, confirmed=case.reference),
        lambda: actions.withdraw(actor, kept, "consent"),
    )
    threads = [threading.Thread(target=at_once, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failed and LocalCase.objects.get().withdrawn_at is not None and not Case.objects.exists()


def test_what_was_restored_meanwhile_is_not_purged(actor: Actor, case: Case) -> None:
    cases.delete_case(actor, case)
    as_it_was = Case.objects.get(pk=case.pk)
    cases.restore_case(actor, case)
    with pytest.raises(Conflict):
        cases.purge_case(actor, as_it_was, confirmed=case.reference)
    assert Case.objects.exists()


# --- the pages -----------------------------------------------------------------------------


def test_the_preview_shows_what_is_kept_and_none_of_the_rest(signed_in: Client, run: Run) -> None:
    page = signed_in.get(where(run)).content.decode()
    for shown in (
        "Bicoronal synostosis",
        "14 months",
        "congenital",
        "FGFR2",
        "Finger syndactyly",
        "of a parent or guardian",
    ):
        assert shown in page, shown
    for hidden in ("Ada", "Bertil", "Cecilia", "TWIST1", "Northtown"):
        assert hidden not in page, hidden
    assert "purged, it is withdrawn with it" in page
    assert not LocalCase.objects.exists()


def test_the_form_keeps_and_leads_to_the_case_of_the_team(signed_in: Client, run: Run) -> None:
    page = signed_in.get(where(run)).content.decode()
    shown = page.split('name="shown" value="')[1].split('"')[0]
    form = {"shown": shown, "gene": "FGFR2", "consent": "patient", "reference": "form 9"}
    answer = signed_in.post(where(run), form)
    assert answer["Location"] == reverse("local_case", kwargs={"local_id": LocalCase.objects.get().pk})
    told = signed_in.get(answer["Location"]).content.decode()
    assert "Pfeiffer syndrome" in told and "form 9" in told and "of the patient" in told and "C-0001" not in told
    assert answer["Location"] in signed_in.get(reverse("run", args=[run.case_id, run.pk])).content.decode()


def test_a_form_without_consent_says_so_at_its_field_and_keeps_what_was_typed(signed_in: Client, run: Run) -> None:
    shown = signed_in.get(where(run)).content.decode().split('name="shown" value="')[1].split('"')[0]
    answer = signed_in.post(where(run), {"shown": shown, "gene": "FGFR2", "reference": "form 9"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "The consent is not named." in page and 'value="form 9"' in page


def test_another_gene_is_shown_before_it_is_kept_and_a_wrong_one_refused(signed_in: Client, run: Run) -> None:
    assert ">TWIST1<" in signed_in.get(where(run), {"gene": "TWIST1"}).content.decode()
    answer = signed_in.get(where(run), {"gene": "not a gene at all"})
    assert answer.status_code == 422 and "knows no such gene." in answer.content.decode()


def test_a_case_with_too_few_findings_says_so_instead_of_a_form(signed_in: Client, actor: Actor, team: Any) -> None:
    from tests.diagnosis_app.review.judging import judged, made_case

    poor = judged(actor, made_case(actor, team, findings=[{"term": "HP:0011304"}]))
    verdicts.give(actor, poor, PFEIFFER, "confirmed")
    answer = signed_in.get(where(poor))
    page = answer.content.decode()
    assert answer.status_code == 422 and "fewer than 3 findings" in page and "Keep this for the team" not in page


def test_the_list_is_searched_by_disease_and_names_what_was_withdrawn(
    signed_in: Client, kept: LocalCase, actor: Actor, another: Callable[..., LocalCase]
) -> None:
    gone = another(sex="male", age="P40Y")
    actions.withdraw(actor, gone, "consent")
    for query, found in (("", True), ("pfeiffer", True), (PFEIFFER.lower(), True), ("crouzon", False)):
        page = signed_in.get(reverse("local_cases"), {"q": query}).content.decode()
        assert (kept.reference_shown in page) is found, query
        assert "consent was withdrawn" in page
    assert "Withdrawn" in signed_in.get(reverse("local_case", args=[gone.pk])).content.decode()


def test_an_empty_list_says_what_belongs_there(signed_in: Client, snapshot: Snapshot) -> None:
    assert "No case of your own yet" in signed_in.get(reverse("local_cases")).content.decode()
    assert reverse("local_cases") in signed_in.get("/").content.decode()


def test_withdrawing_on_the_page_needs_a_reason(signed_in: Client, kept: LocalCase) -> None:
    at = reverse("local_case_withdraw", args=[kept.pk])
    assert signed_in.post(at).status_code == 422
    assert signed_in.post(at, {"reason": "consent"}).status_code == 302
    assert LocalCase.objects.get().withdrawn_at is not None


def test_the_purge_says_that_it_withdraws(signed_in: Client, actor: Actor, case: Case) -> None:
    cases.delete_case(actor, case)
    assert "withdraws what was kept of it" in signed_in.get("/?state=bin").content.decode()
