"""What people see and do: the mark in the worklist, the sheet of the case, seen and taken back, the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.worklist import worklist
from diagnosis_app.reanalysis import actions, words
from diagnosis_app.reanalysis.models import Alert
from diagnosis_app.reanalysis.reasons import Kind
from tests.diagnosis_app.api.asking import Asking, answer
from tests.diagnosis_app.reanalysis.conftest import BASE, CHANGED, FURTHER
from tests.people import Clinic, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(publish: Any, begin: Any, run_pass: Any) -> Case:
    """A case with an alert that waits, beside one without."""
    publish(BASE)
    case: Case = begin()
    begin("HP:0000365")  # too little for a list, before and after
    publish(CHANGED)
    run_pass()
    return case


def alert_of(case: Case) -> Alert:
    return case.alerts.get()


def act(client: Any, case: Case, name: str, **more: Any) -> Any:
    return client.post(reverse(name, kwargs={"case_id": case.pk, "alert_id": alert_of(case).pk}), **more)


def page(client: Any, case: Case) -> str:
    return str(client.get(f"/cases/{case.pk}/").content.decode())


def test_the_worklist_marks_the_case_counts_it_and_filters_by_it(signed_in: Any, changed: Case, actor: Actor) -> None:
    listed = worklist(actor)
    assert listed.counts["open"] == 2 and listed.counts["changed"] == 1
    assert [row.news for row in listed.rows if row.id == str(changed.pk)] == [True]
    only = signed_in.get("/?state=changed").content.decode()
    assert only.count("data-row") - only.count("data-rows") == 1 and changed.reference in only
    assert "New knowledge" in only and "#alert" in only


def test_without_a_change_the_worklist_says_nothing_of_it(signed_in: Any, publish: Any, begin: Any) -> None:
    publish(BASE)
    begin()
    html = signed_in.get("/").content.decode()
    assert "New knowledge" not in html and "state=changed" not in html


def test_the_case_shows_both_lists_and_the_reason_with_its_links(signed_in: Any, changed: Case) -> None:
    html = page(signed_in, changed)
    assert "The first five changed" in html
    assert "Cleft palate is now documented for Sixth: 9 of 10." in html
    assert "https://pubmed.ncbi.nlm.nih.gov/0006/" in html and "hpo.jax.org/browse/term/HP:0000175" in html
    assert "was 6" in html and "now 6" in html, "where each stands in the other list"
    assert "Investigate again" in html and ">Seen<" in html.replace("</svg>", ">")


def test_seen_takes_it_out_of_the_worklist_and_undo_puts_it_back(signed_in: Any, changed: Case, actor: Actor) -> None:
    assert act(signed_in, changed, "alert_see")["Location"].endswith("#alert")
    assert worklist(actor).counts["changed"] == 0
    html = page(signed_in, changed)
    assert "Seen by Rare Clinic Clinician" in html and "Undo" in html and "<details>" in html
    act(signed_in, changed, "alert_unsee")
    assert worklist(actor).counts["changed"] == 1
    assert list(Entry.objects.filter(verb__startswith="alert.").order_by("seq").values_list("verb", flat=True)) == [
        "alert.see",
        "alert.unsee",
    ]


def test_seeing_twice_keeps_the_first_reader(signed_in: Any, changed: Case, clinic: Clinic, client: Client) -> None:
    act(signed_in, changed, "alert_see")
    first = alert_of(changed).seen_at
    other = Client()
    other.force_login(make_user("second-reader", clinic.team, Role.CLINICIAN))
    act(other, changed, "alert_see")
    assert alert_of(changed).seen_at == first
    assert alert_of(changed).seen_by == clinic.person()


def test_it_belongs_to_the_team_and_not_only_to_whoever_began_the_case(changed: Case, clinic: Clinic) -> None:
    colleague = Client()
    colleague.force_login(make_user("colleague", clinic.team, Role.CLINICIAN))
    assert "The first five changed" in page(colleague, changed)
    act(colleague, changed, "alert_see")
    assert alert_of(changed).seen_by.username == "colleague"  # type: ignore[union-attr]


def test_an_undo_that_comes_after_a_newer_alert_is_refused_with_the_reason(
    signed_in: Any, changed: Case, publish: Any, run_pass: Any
) -> None:
    seen = alert_of(changed)
    act(signed_in, changed, "alert_see")
    publish(FURTHER)
    run_pass()
    assert changed.alerts.count() == 2
    refused = signed_in.post(reverse("alert_unsee", kwargs={"case_id": changed.pk, "alert_id": seen.pk}))
    assert refused.status_code == 409 and b"alert.newer" in refused.content


def test_an_undo_is_refused_also_where_the_newer_alert_was_seen(
    signed_in: Any, changed: Case, publish: Any, run_pass: Any, actor: Actor
) -> None:
    old = alert_of(changed)
    actions.see(actor, old)
    publish(FURTHER)
    run_pass()
    newer = changed.alerts.exclude(pk=old.pk).get()
    actions.see(actor, newer)
    refused = signed_in.post(reverse("alert_unsee", kwargs={"case_id": changed.pk, "alert_id": old.pk}))
    assert refused.status_code == 409 and b"alert.newer" in refused.content
    assert worklist(actor).counts["changed"] == 0, "the page would show the newer one, as seen"
    assert actions.unsee(actor, newer).unseen


def test_investigating_again_is_seeing_it(signed_in: Any, changed: Case) -> None:
    answered = act(signed_in, changed, "alert_investigate")
    run = changed.runs.get()
    assert answered["Location"] == reverse("run", kwargs={"case_id": changed.pk, "run_id": run.pk})
    assert run.manifest["snapshot"] == alert_of(changed).target
    assert alert_of(changed).seen_at is not None


def test_an_alert_is_found_only_under_its_own_case(signed_in: Any, changed: Case, begin: Any) -> None:
    other = begin()
    path = reverse("alert_see", kwargs={"case_id": other.pk, "alert_id": alert_of(changed).pk})
    assert signed_in.post(path).status_code == 404
    assert alert_of(changed).seen_at is None


def test_a_case_in_the_bin_shows_it_and_offers_no_investigation(signed_in: Any, changed: Case, actor: Actor) -> None:
    from diagnosis_app.cases import actions as cases

    cases.delete_case(actor, changed)
    assert "Investigate again" not in page(signed_in, changed)


def test_the_api_tells_the_same(changed: Case, clinic: Clinic) -> None:
    ask = Asking(clinic.person())
    (alert,) = answer(ask.get(f"/cases/{changed.pk}/alerts"))["alerts"]
    assert alert["version"] == 1 and alert["explained"] is True and alert["seen_at"] is None
    assert [one["name"] for one in alert["after"]] == ["First", "Second", "Sixth", "Third", "Fourth"]
    assert alert["reasons"][0]["kind"] == "annotation_added"
    assert alert["reasons"][0]["words"].startswith("Cleft palate is now documented for Sixth")
    assert alert["reasons"][0]["about"]["references"] == ["PMID:0006"]


def test_an_alert_that_was_answered_before_anybody_saw_it_is_not_told(
    changed: Case, publish: Any, run_pass: Any, actor: Actor, signed_in: Any
) -> None:
    publish(BASE)
    run_pass()
    assert actions.alerts_of(actor, changed) == []
    assert "The first five changed" not in page(signed_in, changed)


def test_text_of_a_source_stays_text(signed_in: Any, changed: Case) -> None:
    bad = '"><script>alert(1)</script>'
    alert = alert_of(changed)
    reason = {
        "kind": "case_added", "disease": bad, "name": bad, "change": 1.0,
        "about": {"cases": [{"id": bad, "label": bad, "publications": [{"id": "javascript:alert(1)", "title": bad}]}]},
    }  # fmt: skip
    Alert.objects.filter(pk=alert.pk).update(
        reasons=[reason], after=[{**alert.after[0], "name": bad, "ids": [bad]}], sources=[{"name": bad, "title": bad}]
    )
    html = page(signed_in, changed)
    assert "<script>alert" not in html and "javascript:alert" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("kind", [*Kind, "of_a_later_version"])
def test_every_kind_of_reason_has_words_with_much_and_with_nothing_known(kind: str) -> None:
    frequency = {"kind": "counted", "n": 9, "m": 10, "value": 0.9}
    about = {
        "term": "HP:0000175", "label": "Cleft palate", "references": ["PMID:1"], "genes": ["FGFR2"], "more": 2,
        "before": [], "after": [{"negative": True, "sex": "male", "frequency": frequency}],
        "cases": [{"id": "c", "label": "P1", "publications": [{"id": "PMID:2", "title": "t"}]}],
        "ids": [{"id": "ORPHA:1", "name": "Other"}], "added": 1, "changed": 0, "gone": 2,
        "terms": [{"term": "HP:0000175", "label": "Cleft palate"}],
    }  # fmt: skip
    if kind in {Kind.ONSET, Kind.INHERITANCE, Kind.WEIGHTS, Kind.ENOUGH_NOW, Kind.NOT_ENOUGH_NOW}:
        about |= {"before": ["Congenital onset"], "after": ["Adult onset"]}
    full = words.said({"kind": kind, "disease": "OMIM:1", "name": "One", "change": -1.25, "about": about})
    bare = words.said({"kind": kind, "disease": "", "name": "", "change": 0, "about": {}})
    assert full.text and full.group and bare.text
    assert full.change == "\u22121.2" or full.change == "\u22121.3"
    assert "%(" not in full.text + bare.text
