"""The team's bank: compared as published cases are, by that team alone, and gone at once when withdrawn."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diagnosis_app.accounts.models import Membership, Role
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.local_cases import actions, bank
from diagnosis_app.local_cases.bank import bank_of
from diagnosis_app.local_cases.kept import as_case, stored_kept
from diagnosis_app.local_cases.models import LocalCase
from retrieval.cases import CaseBank, match
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.api.asking import Asking, answer
from tests.diagnosis_app.local_cases.keeping import FILED
from tests.diagnosis_app.review.judging import PFEIFFER, PRESENT, judged, made_case
from tests.people import Clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    bank._kept.clear()
    yield
    bank._kept.clear()


@pytest.fixture
def patient(actor: Actor, team: Any) -> Case:
    """Another patient of the team, like the one that was kept."""
    return made_case(actor, team, findings=[{"term": term} for term in PRESENT[1:]], note="")


def panel(client: Client, case: Case) -> str:
    return str(client.get(f"/cases/{case.pk}/similar/").json()["html"])


def test_likeness_is_that_of_a_published_case_with_the_same_findings(
    kept: LocalCase, patient: Case, snapshot: Snapshot
) -> None:
    own = bank_of(patient.team_id, snapshot)
    assert own is not None
    same = as_case("same", stored_kept(kept.content), (PFEIFFER,), "Pfeiffer syndrome")
    published = CaseBank(CaseBank.build(snapshot.ontology, [same]), snapshot.ontology)
    profile = cases.content_of(patient.draft).profile()
    (mine,), (theirs,) = match(own, profile), match(published, profile)
    assert 0 < mine.similarity < 1 and mine.similarity == theirs.similarity
    assert (mine.shared, mine.extra, mine.missing) == (theirs.shared, theirs.extra, theirs.missing)


def test_obsolete_terms_are_compared_as_what_replaced_them(kept: LocalCase, snapshot: Snapshot) -> None:
    ontology = snapshot.ontology
    old = next(
        one for one in ("HP:0000489", "HP:0040180", "HP:0001365") if ontology.index(one) is not None
        and ontology.ids[ontology.index(one)] != one
    )  # fmt: skip
    LocalCase.objects.update(content={**kept.content, "present": [old, "HP:9999999"]})
    own = bank_of(kept.team_id, snapshot)
    assert own is not None and next(one.term for one in own.case(0).findings) == ontology.ids[ontology.index(old)]


def test_a_bank_is_built_once_and_asked_for_with_one_small_query(kept: LocalCase, snapshot: Snapshot) -> None:
    first = bank_of(kept.team_id, snapshot)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert bank_of(kept.team_id, snapshot) is first
    assert len(asked) == 1


def test_every_change_is_seen_at_the_next_question(
    kept: LocalCase, actor: Actor, snapshot: Snapshot, another: Callable[..., LocalCase]
) -> None:
    sizes = [bank_of(kept.team_id, snapshot)]
    second = another(age="P5Y")
    sizes.append(bank_of(kept.team_id, snapshot))
    actions.withdraw(actor, kept, "consent")
    sizes.append(bank_of(kept.team_id, snapshot))
    assert [one.size if one else 0 for one in sizes] == [1, 2, 1]
    assert sizes[2] is not None and sizes[2].ids == (str(second.pk),)
    assert all(str(kept.pk) not in held.ids for _at, held in bank._kept.values() if held), "nor in what is remembered"


def test_what_is_remembered_is_bounded(kept: LocalCase, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        def __init__(self, id: str) -> None:
            self.id, self.ontology = id, snapshot.ontology

    monkeypatch.setattr(bank, "REMEMBERED", 2)
    for name in ("a", "b", "c"):
        bank_of(kept.team_id, Other(name))
    assert [key[1] for key in bank._kept] == ["b", "c"]


def test_a_patient_is_not_compared_with_what_was_kept_of_them(
    signed_in: Client, kept: LocalCase, case: Case, patient: Case, snapshot: Snapshot
) -> None:
    assert bank_of(case.team_id, snapshot, apart_from=case.pk) is None
    assert str(kept.pk) not in panel(signed_in, case)
    assert str(kept.pk) in panel(signed_in, patient)


# --- pages ---------------------------------------------------------------------------------


def test_the_teams_cases_stand_marked_beside_the_published_ones(
    signed_in: Client, kept: LocalCase, patient: Case, published: CaseBank
) -> None:
    html = panel(signed_in, patient)
    heads = re.findall(r'<th scope="col"[^>]*>.*?</th>', html, re.DOTALL)
    own = [one for one in heads if "your team’s" in one]
    assert len(own) == 1 and "Own case 1" in own[0] and f"/cases/local/{kept.pk}/" in own[0]
    assert any("Case A" in one and "your team’s" not in one for one in heads)
    assert heads.index(own[0]) == len(heads) - 1, "behind the published ones"
    assert "none: not published" in html and "no other team sees it" in html


def test_without_published_cases_the_teams_own_are_shown_alone(
    signed_in: Client, kept: LocalCase, patient: Case
) -> None:
    html = panel(signed_in, patient)
    assert "Own case 1" in html and "Pfeiffer syndrome" in html and "No published cases are on this machine" in html


def test_a_patient_whom_nobody_resembles_is_told_so(
    signed_in: Client, kept: LocalCase, actor: Actor, team: Any
) -> None:
    unlike = made_case(actor, team, findings=[{"term": "HP:0001250"}], note="", unmapped=[])
    assert "Own case 1" not in panel(signed_in, unlike)


def test_the_panel_of_an_investigation_shows_them_too(
    signed_in: Client, kept: LocalCase, actor: Actor, patient: Case
) -> None:
    run = judged(actor, patient)
    html = signed_in.get(f"/cases/{patient.pk}/runs/{run.pk}/similar/").content.decode()
    assert "Own case 1" in html and str(kept.pk) in html


def test_the_api_tells_them_apart_from_published_ones(kept: LocalCase, patient: Case, ask: Asking) -> None:
    told = answer(ask.get(f"/cases/{patient.pk}/similar"))
    assert told["cases"] == [] and [one["id"] for one in told["own"]] == [str(kept.pk)]
    assert told["own"][0]["diagnosis"] == "Pfeiffer syndrome" and told["own"][0]["label"] == ""


@pytest.fixture
def ask(clinic: Clinic) -> Asking:
    return Asking(clinic.person())


# --- never elsewhere -----------------------------------------------------------------------


def test_another_teams_case_is_in_no_comparison_even_for_somebody_of_both(
    kept: LocalCase, other_clinic: Clinic, user: Any, client: Client, snapshot: Snapshot, patient: Case
) -> None:
    theirs = made_case(other_clinic.actor(), other_clinic.team)
    Membership.objects.create(user=user, team=other_clinic.team, role=Role.CLINICIAN)
    assert bank_of(other_clinic.team.pk, snapshot) is None
    client.force_login(user)
    assert str(kept.pk) not in panel(client, theirs) and "Pfeiffer" not in panel(client, theirs)
    assert str(kept.pk) in panel(client, patient), "in the team's own case it is there"
    told = answer(Asking(user).get(f"/cases/{theirs.pk}/similar"))
    assert told["own"] == []


def test_each_team_is_compared_with_its_own(
    kept: LocalCase, other_clinic: Clinic, snapshot: Snapshot, another: Callable[..., LocalCase]
) -> None:
    theirs = another(other_clinic.actor(), other_clinic.team)
    for local in (kept, theirs):
        own = bank_of(local.team_id, snapshot)
        assert own is not None and own.ids == (str(local.pk),)


def test_the_ranking_is_the_same_with_and_without_them(kept: LocalCase, actor: Actor, patient: Case) -> None:
    from diagnosis_app.cases import ranking

    content = cases.content_of(patient.draft)
    ranking._ranked.cache_clear()
    before = [(one.id, one.score) for one in rank_content(content).candidates]
    actions.withdraw(actor, kept, "mistake")
    ranking._ranked.cache_clear()
    assert [(one.id, one.score) for one in rank_content(content).candidates] == before and before


def test_no_exported_snapshot_holds_one(kept: LocalCase, snapshot: Snapshot, tmp_path: Path) -> None:
    with CaptureQueriesContext(connection) as asked:
        call_command("knowledge", "export", snapshot.id, str(tmp_path / "out.tar"), stdout=io.StringIO())
    with tarfile.open(tmp_path / "out.tar") as tar:
        files = [held.read() for one in tar.getmembers() if (held := tar.extractfile(one)) is not None]
    assert len(files) > 3, "something was exported"
    for word in (str(kept.pk), kept.pk.hex, FILED):
        assert not [one for one in files if word.encode() in one], word
    assert not [one for one in asked.captured_queries if "local_case" in one["sql"]]
