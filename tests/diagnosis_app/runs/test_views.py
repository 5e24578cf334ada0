"""The pages of an investigation, as they are read without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.contract import Failure, Outcome, OutcomeCode
from corpus_ingest import library
from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.explanation import opened
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.panels import what_would_help
from diagnosis_app.cases.ranking import explain_content, rank_content
from diagnosis_app.cases.term_words import WHOLE
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.models import Claim, Run, State
from diagnosis_app.runs.result import result_of
from diagnosis_app.runs.store import Store
from diagnosis_app.runs.sums import stance_of
from frontend.words import signed
from retrieval.cases import CaseBank
from retrieval.model import Strength
from retrieval.ranking.calibration import Held
from tests.people import Clinic


def page_of(run: Run) -> str:
    return reverse("run", kwargs={"case_id": run.case_id, "run_id": run.pk})


def text_of(response: Any) -> str:
    """What is read, with spaces as a reader sees them."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def ended(run: Run) -> Run:
    worker.investigate(run.pk)
    run.refresh_from_db()
    return run


def test_one_button_starts_an_investigation_and_leads_to_its_page(signed_in: Client, case: Case) -> None:
    response = signed_in.post(reverse("run_start", args=[case.pk]))
    run = Run.objects.get()
    assert response.status_code == 302 and response.headers["Location"] == page_of(run)
    again = signed_in.post(reverse("run_start", args=[case.pk]))
    assert again.headers["Location"] == page_of(run)


def test_starting_needs_a_post(signed_in: Client, case: Case) -> None:
    assert signed_in.get(reverse("run_start", args=[case.pk])).status_code == 405
    assert not Run.objects.exists()


def test_a_queued_run_says_so_and_shows_its_plan(signed_in: Client, run: Run) -> None:
    text = text_of(signed_in.get(page_of(run)))
    assert "Queued" in text and "starts as soon as a worker is free" in text
    assert "Nothing ranked yet." in text and "Verify" in text and "Cancel" in text


def test_a_running_run_shows_what_was_told_so_far(signed_in: Client, run: Run, store: Store) -> None:
    text = text_of(signed_in.get(page_of(run)))
    assert "Under way" in text and "You can close this page" in text


@pytest.mark.django_db(transaction=True)
def test_a_result_shows_candidates_statements_and_what_it_stands_on(signed_in: Client, ended: Run) -> None:
    response = signed_in.get(page_of(ended))
    text = text_of(response)
    assert "Partial" in text and "No reasoning model is set up." in text
    assert "Apert syndrome" in text and "Broad hallux is documented in 2 of 2 patients." in text
    assert "HP:0010055 Broad hallux · in 2 of 2 patients" in text and "release 2025-01-16" in text
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/23546041/"' in response.content.decode()
    assert "Macrocephaly is absent here; it is documented in" in text
    assert "Nothing: all " in text and "were found in their sources" in text
    assert "1 uncertain finding: listed, not ranked" in text and "1 phrase that maps to no term" in text
    assert ended.manifest["snapshot"] in text and ended.version.digest[:12] in text and str(ended.pk) in text
    assert "Gargano" in text and "Not for emergencies, not for patients." in text


def test_a_page_opened_while_the_run_ends_shows_its_result(
    signed_in: Client, run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = actions.read_run

    def ends_then(*given: Any, **named: Any) -> Run:
        found = read(*given, **named)
        assert found.state != State.ENDED
        store.finish(Outcome(OutcomeCode.PARTIAL, ("no_reasoning_model",)))
        return found

    monkeypatch.setattr(actions, "read_run", ends_then)
    response = signed_in.get(page_of(run))
    assert response.context["run"].state == State.ENDED and "result" in response.context
    assert "No reasoning model is set up." in text_of(response)


@pytest.mark.django_db(transaction=True)
def test_removed_statements_are_counted_and_shown_only_as_removed(signed_in: Client, ended: Run) -> None:
    claim = Claim.objects.filter(candidate__run=ended).first()
    assert claim is not None
    Claim.objects.filter(pk=claim.pk).update(verified=False, removed_because="number_not_in_evidence")
    response = signed_in.get(page_of(ended))
    text = text_of(response)
    written = Claim.objects.filter(candidate__run=ended).count()
    assert f"1 of {written} statements had no support" in text
    assert "it gave a number that its source does not give" in text
    assert f"<s>{claim.text}</s>" in response.content.decode()


def test_statements_that_were_never_checked_are_not_shown(signed_in: Client, run: Run, store: Store) -> None:
    from agents.ledger import argue
    from corpus_ingest import library
    from tests.agents.conftest import patient

    snapshot = library.current()
    argued = argue(snapshot, patient(), snapshot.ranker.explain(patient(), "OMIM:101200"))
    store.keep_evidence(argued.evidence)
    store.keep_candidates([argued.candidate])
    store.keep_claims("OMIM:101200", argued.claims)
    store.finish(Outcome(OutcomeCode.PARTIAL, ("out_of_time", "not_checked")))
    text = text_of(signed_in.get(page_of(run)))
    assert "Apert syndrome" in text and "none is shown" in text
    assert not any(claim.text in text for claim in argued.claims)


@pytest.mark.django_db(transaction=True)
def test_too_few_findings_say_what_would_help_and_show_no_list(signed_in: Client, actor: Actor, team: Any) -> None:
    from diagnosis_app.cases.content import read_content

    made = cases.create_case(actor, team.pk, read_content({"findings": [{"term": "HP:0001250"}]}))
    run = actions.request_run(actor, cases.find(actor, Verb.RUN_START, made.pk))
    worker.investigate(run.pk)
    text = text_of(signed_in.get(page_of(run)))
    assert "Not enough to rank" in text and "What would help most" in text and "For and against" not in text


@pytest.mark.django_db(transaction=True)
def test_cases_that_spoke_for_nobody_are_told_from_knowledge_without_cases(signed_in: Client, ended: Run) -> None:
    assert "Published cases: none in this knowledge" in text_of(signed_in.get(page_of(ended)))
    Run.objects.filter(pk=ended.pk).update(manifest=ended.manifest | {"ranker": "with_cases-0a1b2c3d"})
    text = text_of(signed_in.get(page_of(ended)))
    assert "Published cases: none speaks for a candidate" in text and "none in this knowledge" not in text


def test_a_failure_says_what_is_safe_the_code_and_what_to_do(signed_in: Client, run: Run, store: Store) -> None:
    store.finish(Outcome(OutcomeCode.FAILED, error=Failure("knowledge.missing", "It is gone.", "Build it.")))
    text = text_of(signed_in.get(page_of(run)))
    assert "Failed" in text and "It is gone." in text and "Build it." in text and "knowledge.missing" in text
    assert "Your findings are saved." in text and run.reference in text and "Try again" in text


def test_cancelling_shows_at_once_on_the_page(signed_in: Client, run: Run, store: Store) -> None:
    response = signed_in.post(reverse("run_cancel", kwargs={"case_id": run.case_id, "run_id": run.pk}), follow=True)
    assert "Cancelled at" in text_of(response)
    run.refresh_from_db()
    assert run.outcome == "cancelled"


def test_a_case_without_a_run_offers_one_and_one_with_runs_leads_to_the_newest(
    signed_in: Client, case: Case, actor: Actor
) -> None:
    where = reverse("investigation", args=[case.pk])
    assert "No investigation yet" in text_of(signed_in.get(where))
    actions.cancel(actor, actions.request_run(actor, case))
    newest = actions.request_run(actor, case)
    assert signed_in.get(where).headers["Location"] == page_of(newest)


def test_a_result_says_when_the_case_was_changed_since(
    signed_in: Client, run: Run, store: Store, case: Case, actor: Actor
) -> None:
    store.finish(Outcome(OutcomeCode.PARTIAL, ("no_reasoning_model",)))
    assert "The case was changed since" not in text_of(signed_in.get(page_of(run)))
    case = cases.find(actor, Verb.CASE_EDIT, case.pk)
    cases.store_draft(actor, case, {**case.draft.content, "note": "Something new."}, case.draft.revision)
    text = text_of(signed_in.get(page_of(run)))
    assert "The case was changed since. This result speaks of version 1." in text


def test_a_result_says_when_other_knowledge_is_in_use(signed_in: Client, run: Run, store: Store) -> None:
    store.finish(Outcome(OutcomeCode.PARTIAL, ("no_reasoning_model",)))
    Run.objects.filter(pk=run.pk).update(manifest={**run.manifest, "snapshot": "0" * 16})
    assert "Other knowledge is in use by now." in text_of(signed_in.get(page_of(run)))


ADDRESSES: list[Callable[[Run], tuple[str, str]]] = [
    lambda run: ("get", page_of(run)),
    lambda run: ("get", reverse("investigation", args=[run.case_id])),
    lambda run: ("post", reverse("run_start", args=[run.case_id])),
    lambda run: ("post", reverse("run_cancel", kwargs={"case_id": run.case_id, "run_id": run.pk})),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_team_finds_nothing_here(
    client: Client, run: Run, other_clinic: Clinic, address: Callable[[Run], tuple[str, str]]
) -> None:
    client.force_login(other_clinic.person())
    method, where = address(run)
    assert getattr(client, method)(where).status_code == 404
    run.refresh_from_db()
    assert run.state == "queued"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("role", [Role.CURATOR, Role.ADMIN, Role.AUDITOR])
def test_other_roles_are_refused(
    client: Client, run: Run, clinic: Clinic, role: Role, address: Callable[[Run], tuple[str, str]]
) -> None:
    client.force_login(clinic.person(role))
    method, where = address(run)
    assert getattr(client, method)(where).status_code == 403


def test_a_run_under_the_address_of_another_case_is_not_found(signed_in: Client, run: Run) -> None:
    for name in ("run", "run_cancel"):
        where = reverse(name, kwargs={"case_id": run.pk, "run_id": run.pk})
        response = signed_in.get(where) if name == "run" else signed_in.post(where)
        assert response.status_code == 404


def test_the_page_of_a_run_loads_no_script_from_elsewhere_and_holds_none(signed_in: Client, run: Run) -> None:
    html = signed_in.get(page_of(run)).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", html) and not re.search(r"\bon\w+=", html)


@pytest.mark.django_db(transaction=True)
def test_a_quarter_counts_the_whole_sum_and_lists_what_no_statement_names(signed_in: Client, ended: Run) -> None:
    leader = ended.candidates.get(rank=1)
    first = leader.claims.filter(stance="for").order_by("position").first()
    Claim.objects.filter(candidate=leader, stance="for").exclude(pk=first.pk).update(verified=False)
    supports = result_of(ended).entries[0].supports
    weighty = [term for term in leader.contributions.all() if stance_of(term) == "for"]
    whole = [term for term in weighty if term.kind in WHOLE]  # of the findings together: told, not claimed
    assert len(supports.statements) == 1 + len(whole) and supports.count == len(weighty)
    left = [term for term in weighty if term not in whole and term.finding != first.triple["about"]]
    assert supports.rest.together == signed(sum(term.value for term in left))
    assert f"Show {len(left)} more, together {supports.rest.together}" in text_of(signed_in.get(page_of(ended)))


@pytest.mark.django_db(transaction=True)
def test_a_result_counts_as_the_workspace_does(signed_in: Client, ended: Run) -> None:
    content = cases.content_of(ended.version)
    for entry in result_of(ended).entries[:3]:
        told = opened(explain_content(content, entry.id), library.current())
        counted = [quarter.count for quarter in (entry.supports, entry.unexplained, entry.against)]
        assert counted == [len(told.explains), len(told.unexplained), len(told.against)], entry.name


@pytest.mark.django_db(transaction=True)
def test_what_would_help_is_said_in_the_words_of_the_workspace(signed_in: Client, actor: Actor, case: Case) -> None:
    few = cases.create_case(actor, case.team_id, read_content({"findings": [{"term": "HP:0001250"}]}))
    run = actions.request_run(actor, few)
    worker.investigate(run.pk)
    run.refresh_from_db()
    text = text_of(signed_in.get(page_of(run)))
    assert run.outcome == "insufficient" and "What would help most" in text
    wanted = what_would_help(cases.content_of(run.version), rank_content(cases.content_of(run.version)))
    assert wanted and all(line in text for line in wanted)


@pytest.mark.django_db(transaction=True)
def test_scores_below_nothing_carry_a_true_minus(signed_in: Client, ended: Run) -> None:
    last = ended.candidates.order_by("-rank").first()
    type(last).objects.filter(pk=last.pk).update(score=-1.25)
    text = text_of(signed_in.get(page_of(ended)))
    assert "\u22121.2" in text and "-1.2" not in text


@pytest.fixture
def ended_with_genes(actor: Actor, case: Case) -> Run:
    genes = [{"symbol": "FGFR2", "zygosity": "heterozygous", "inherited": "de_novo"}, {"symbol": "CFTR"}]
    content = read_content({**cases.content_of(case.draft).stored(), "genes": genes})
    cases.store_draft(actor, case, content, case.draft.revision)
    run = actions.request_run(actor, case, asks=False)
    worker.investigate(run.pk)
    run.refresh_from_db()
    return run


@pytest.mark.django_db(transaction=True)
def test_a_listed_gene_is_a_statement_with_its_source(signed_in: Client, ended_with_genes: Run) -> None:
    said = "FGFR2 is on the list (heterozygous, de novo) and is a known gene of Apert syndrome (HPO gene file)."
    entry = next(one for one in result_of(ended_with_genes).entries if one.name == "Apert syndrome")
    statement = next(one for one in entry.supports.statements if one.text == said)
    assert statement.value.startswith("+")
    (source,) = statement.sources
    assert (source.name, source.quoted) == ("HPO gene file", "FGFR2 NCBIGene:2263 \u00b7 known gene")
    html = signed_in.get(page_of(ended_with_genes)).content.decode()
    assert said in html and 'class="fillg"' in html
    assert ended_with_genes.evidence.filter(kind="variant").exists()


@pytest.mark.django_db(transaction=True)
def test_a_result_with_genes_counts_as_the_workspace_does(ended_with_genes: Run) -> None:
    content = cases.content_of(ended_with_genes.version)
    for entry in result_of(ended_with_genes).entries:
        told = opened(explain_content(content, entry.id), library.current())
        counted = [quarter.count for quarter in (entry.supports, entry.unexplained, entry.against)]
        assert counted == [len(told.explains), len(told.unexplained), len(told.against)], entry.name


@pytest.fixture
def ended_with_cases(actor: Actor, case: Case, published: CaseBank) -> Run:
    run = actions.request_run(actor, case, asks=False)
    worker.investigate(run.pk)
    run.refresh_from_db()
    return run


@pytest.mark.django_db(transaction=True)
def test_a_similar_case_is_told_with_its_paper_and_drawn_with_its_pattern(
    signed_in: Client, ended_with_cases: Run
) -> None:
    assert ended_with_cases.outcome == "partial"
    html = signed_in.get(page_of(ended_with_cases)).content.decode()
    assert 'class="fillc"' in html and "similar cases" in html and "The findings taken together" in html
    entry = next(one for one in result_of(ended_with_cases).entries if one.id == "OMIM:101600")
    told = next(one for one in entry.supports.statements if one.text.startswith("Similar published cases"))
    (source,) = told.sources
    assert source.name == "Published cases" and source.quoted.startswith("Family 1, II-2 \u00b7 PMID:11111111")
    assert [link.url for link in source.links] == ["https://pubmed.ncbi.nlm.nih.gov/11111111/"]
    assert ended_with_cases.evidence.filter(kind="case").exists()
    assert "<script>alert" not in html


@pytest.mark.django_db(transaction=True)
def test_the_strength_of_a_candidate_is_kept_with_the_run(signed_in: Client, ended: Run) -> None:
    leader = ended.candidates.get(rank=1)
    assert leader.strength in set(Strength) and ended.manifest["ranker"] == library.current().ranker.version
    ended.candidates.update(strength="likely")
    html = signed_in.get(page_of(ended)).content.decode()
    assert html.count("Step 4 of 5, from unlikely to very likely") >= 10
    ended.candidates.update(strength="")  # as in a run from before there were any
    html = signed_in.get(page_of(ended)).content.decode()
    assert 'class="band"' not in html and leader.name in html


@pytest.mark.django_db(transaction=True)
def test_none_of_these_is_an_outcome_of_a_run_too(signed_in: Client, ended: Run) -> None:
    step = ended.steps.get(action="rank")
    for leads in (True, False):
        step.detail = {**step.detail, "got": {**step.detail["got"], "none_leads": leads}}
        step.save()
        assert ("None of these leads." in signed_in.get(page_of(ended)).content.decode()) is leads


@pytest.mark.django_db(transaction=True)
def test_similar_cases_of_a_run_are_those_of_its_version(
    signed_in: Client, ended_with_cases: Run, actor: Actor, case: Case
) -> None:
    where = reverse("run_similar", kwargs={"case_id": case.pk, "run_id": ended_with_cases.pk})
    before = signed_in.get(where).content.decode()
    assert "Girl, 9 months" in before and f"version={ended_with_cases.version.number}" in before
    cases.store_draft(actor, case, read_content({"findings": [{"term": "HP:0001250"}]}), case.draft.revision)
    assert signed_in.get(where).content.decode() == before
    ended_with_cases.manifest["snapshot"] = "0" * 16
    ended_with_cases.save()
    assert "The knowledge could not be opened." in signed_in.get(where).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_word_says_how_often_it_held_only_for_the_ranker_that_it_was_measured_for(
    signed_in: Client, ended: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranker = library.current().ranker
    held = {word: Held(7, 10) for word in Strength}
    fitted = replace(ranker.fitted, calibration=replace(ranker.fitted.calibration, held=held))
    monkeypatch.setattr(ranker, "fitted", fitted)
    assert "about 7 in 10 had that disease" in signed_in.get(page_of(ended)).content.decode()
    ended.manifest["ranker"] = "another-0000"
    ended.save()
    assert "had that disease" not in signed_in.get(page_of(ended)).content.decode()
