"""Who sees what of the knowledge, who decides, and what is said when something is missing or wrong."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from corpus_ingest import incoming, library, open_data, publishing, quarantine, refresh, released, sources
from corpus_ingest.bringing import bring
from corpus_ingest.errors import NotPossible
from corpus_ingest.ingestion import requests
from corpus_ingest.models import HeldText, Ingestion, Publication, State, Then
from corpus_ingest.sources.documents import About, bring_document
from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases.models import Case
from diagnosis_app.knowledge import actions
from diagnosis_app.reanalysis.models import Pass, Reranking
from tests.corpus_ingest import texts_world
from tests.ingesting import Deployment
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def as_(client: Client, clinic: Clinic) -> Any:
    """as_(role) -> the client signed in as this person of the clinic."""

    def sign_in(role: Role) -> Client:
        client.force_login(clinic.person(role))
        return client

    return sign_in


def words(answer: Any) -> str:
    return str(answer.content.decode())


def last(verb: Verb) -> Entry:
    found = Entry.objects.filter(verb=str(verb)).order_by("-seq").first()
    assert found is not None
    return found


# --- who sees what -------------------------------------------------------------


def test_a_clinician_sees_what_is_in_use_and_no_draft(as_: Any, deployment: Deployment, draft: str) -> None:
    page = words(as_(Role.CLINICIAN).get("/knowledge/"))
    assert "Human Phenotype Ontology" in page and deployment.first[:8] in page
    for hidden in (draft[:8], "Held back", "Add a source", "Roll back", "Scheduled refresh", "Ignore all previous"):
        assert hidden not in page, hidden


def test_a_curator_sees_the_draft_its_checks_and_what_was_held(as_: Any, deployment: Deployment, draft: str) -> None:
    page = words(as_(Role.CURATOR).get("/knowledge/"))
    for shown in (draft[:8], "Every file is whole", "Second person", "Instruction in text", "Add a source", "1 text"):
        assert shown in page, shown


def test_sources_that_are_not_here_say_what_they_bring_and_how(as_: Any, deployment: Deployment) -> None:
    page = words(as_(Role.CURATOR).get("/knowledge/"))
    for shown in ("Orphanet", "Not on this machine", "manage.py knowledge add orphanet PATH", "upload it"):
        assert shown in page, shown
    reader = words(as_(Role.CLINICIAN).get("/knowledge/"))
    assert "Not on this machine" in reader and "A curator brings it in on this page" in reader


def test_without_knowledge_the_page_says_so_and_a_curator_may_still_bring_some(
    as_: Any, deployment: Deployment, settings: Any
) -> None:
    settings.KNOWLEDGE_DIR = deployment.place / "nothing"
    answer = as_(Role.CURATOR).get("/knowledge/")
    assert answer.status_code == 200
    assert "No knowledge is in use" in words(answer) and "knowledge.missing" in words(answer)
    assert "Add a source" in words(answer)


def test_what_an_ingestion_could_not_use_is_named_with_the_remedy(as_: Any, deployment: Deployment) -> None:
    going = requests.start(inline=True)
    refused = [{"name": "a<b>.pdf", "code": "document.encrypted", "message": "It is encrypted.", "hint": "Unlock it."}]
    going.stages.filter(name="verify").update(counts={"refused": refused})
    page = words(as_(Role.CURATOR).get("/knowledge/"))
    assert "1 file could not be used." in page and "It is encrypted. Unlock it." in page
    assert "a&lt;b&gt;.pdf" in page


def test_a_failed_ingestion_says_what_happened_and_offers_to_try_again(as_: Any, deployment: Deployment) -> None:
    failed = requests.start(inline=True)
    error = {"code": "ingest.dropped", "message": "Much is not in the new snapshot.", "hint": "Look at it."}
    Ingestion.objects.filter(pk=failed.pk).update(state=State.FAILED, error=error)
    page = words(as_(Role.CURATOR).get("/knowledge/"))
    for shown in ("Much is not in the new snapshot.", "ingest.dropped", "Try again", "the loss is right"):
        assert shown in page, shown
    as_(Role.CURATOR).post(f"/knowledge/ingestions/{failed.pk}/resume/", {"accept_drops": "yes"})
    failed.refresh_from_db()
    assert failed.state == State.QUEUED and failed.accept_drops
    assert last(Verb.KNOWLEDGE_CHANGE).detail["accept_drops"] is True


def test_an_ingestion_is_paused_resumed_and_cancelled_and_each_leaves_a_row(as_: Any, deployment: Deployment) -> None:
    one = requests.start(inline=True)
    curator = as_(Role.CURATOR)
    for part, state in (("pause", State.PAUSED), ("resume", State.QUEUED), ("cancel", State.CANCELLED)):
        assert curator.post(f"/knowledge/ingestions/{one.pk}/{part}/").status_code == 302
        one.refresh_from_db()
        assert one.state == state
        assert last(Verb.KNOWLEDGE_CHANGE).detail["part"] == part
    again = curator.post(f"/knowledge/ingestions/{one.pk}/resume/")
    assert again.status_code == 409 and "This ingestion has ended." in words(again)


def test_the_live_part_is_a_fragment_for_a_script_and_a_page_for_a_person(as_: Any, deployment: Deployment) -> None:
    one = requests.start(inline=True)
    curator = as_(Role.CURATOR)
    whole = words(curator.get(f"/knowledge/ingestions/{one.pk}/"))
    part = words(curator.get(f"/knowledge/ingestions/{one.pk}/", headers={"X-Clew-Page": "1"}))
    assert "<html" in whole and "<html" not in part and 'data-live="' in part


# --- publishing ----------------------------------------------------------------


def test_whoever_proposed_it_cannot_publish_it(as_: Any, clinic: Clinic, deployment: Deployment, draft: str) -> None:
    proposal = Publication.objects.get(snapshot=draft)
    curator = as_(Role.CURATOR)
    answer = curator.post(f"/knowledge/history/{proposal.pk}/approve/")
    assert answer.status_code == 409
    assert "You proposed this, so somebody else publishes it." in words(answer)
    assert "publication.second_person" in words(answer)
    assert publishing.in_use() == deployment.first
    assert not Entry.objects.filter(verb=str(Verb.KNOWLEDGE_PUBLISH)).exists()


def test_a_deployment_may_say_that_one_person_is_enough(
    as_: Any, deployment: Deployment, draft: str, settings: Any
) -> None:
    settings.PUBLISH_ALONE = True
    as_(Role.CURATOR).post(f"/knowledge/history/{Publication.objects.get(snapshot=draft).pk}/approve/")
    assert publishing.in_use() == draft


def test_an_admin_publishes_and_rolls_back_and_both_are_in_the_trail(
    as_: Any, deployment: Deployment, draft: str
) -> None:
    admin = as_(Role.ADMIN)
    admin.post(f"/knowledge/history/{Publication.objects.get(snapshot=draft).pk}/approve/", {"note": "Looked at."})
    assert publishing.in_use() == draft
    row = last(Verb.KNOWLEDGE_PUBLISH)
    assert row.object == f"snapshot:{draft}" and row.detail["before"] == deployment.first
    assert "approved by" in words(admin.get("/knowledge/"))
    admin.post(f"/knowledge/roll-back/{deployment.first}/")
    assert publishing.in_use() == deployment.first
    assert last(Verb.KNOWLEDGE_PUBLISH).detail["part"] == "roll back"
    history = words(admin.get("/knowledge/history/"))
    assert "Rolled back" in history and "Looked at." in history


def test_a_proposal_is_withdrawn_and_not_offered_again(as_: Any, deployment: Deployment, draft: str) -> None:
    proposal = Publication.objects.get(snapshot=draft)
    curator = as_(Role.CURATOR)
    curator.post(f"/knowledge/history/{proposal.pk}/withdraw/")
    assert "There is no draft." in words(curator.get("/knowledge/"))
    assert curator.post(f"/knowledge/history/{proposal.pk}/approve/").status_code == 409


def test_what_was_built_and_left_is_checked_when_somebody_proposes_it(
    as_: Any, deployment: Deployment, draft: str
) -> None:
    Publication.objects.filter(snapshot=draft).delete()
    curator = as_(Role.CURATOR)
    assert "Propose for use" in words(curator.get("/knowledge/"))
    curator.post(f"/knowledge/drafts/{draft}/propose/", {"note": "MedQuAD is new."})
    proposal = Publication.objects.get(snapshot=draft)
    assert proposal.checks and all(one["ok"] for one in proposal.checks)
    page = words(curator.get("/knowledge/"))
    assert "Every file is whole" in page and "MedQuAD is new." in page
    (deployment.place / "knowledge" / draft / "manifest.json").write_text("{}", encoding="utf-8")
    Publication.objects.filter(snapshot=draft).delete()
    refused = curator.post(f"/knowledge/drafts/{draft}/propose/")
    assert refused.status_code == 409 and not Publication.objects.filter(snapshot=draft).exists()


def test_a_snapshot_that_is_not_there_cannot_be_proposed_or_rolled_back_to(as_: Any, deployment: Deployment) -> None:
    curator = as_(Role.CURATOR)
    answer = curator.post(f"/knowledge/drafts/{'0' * 16}/propose/")
    assert answer.status_code == 409 and "There is no such snapshot." in words(answer)
    assert curator.post(f"/knowledge/roll-back/{'0' * 16}/").status_code == 409
    assert publishing.in_use() == deployment.first


def test_rolling_back_is_no_way_around_the_second_person(as_: Any, deployment: Deployment, draft: str) -> None:
    answer = as_(Role.CURATOR).post(f"/knowledge/roll-back/{draft}/")
    assert answer.status_code == 409 and "This snapshot was never in use" in words(answer)
    assert publishing.in_use() == deployment.first
    assert not Entry.objects.filter(verb=str(Verb.KNOWLEDGE_PUBLISH)).exists()


# --- what was held back --------------------------------------------------------


def test_a_text_is_let_in_only_with_a_reason(as_: Any, deployment: Deployment, draft: str) -> None:
    held = HeldText.objects.get()
    curator = as_(Role.CURATOR)
    refused = curator.post(f"/knowledge/held/{held.pk}/release/", {"why": "  "})
    assert refused.status_code == 422 and "The reason is missing." in words(refused)
    held.refresh_from_db()
    assert held.state == "held"
    curator.post(f"/knowledge/held/{held.pk}/release/", {"why": "A quotation of an attack."})
    held.refresh_from_db()
    assert held.state == "released" and held.why == "A quotation of an attack."
    row = last(Verb.KNOWLEDGE_CHANGE)
    assert row.detail["part"] == "release" and "attack" not in str(row.detail)
    curator.post(f"/knowledge/held/{held.pk}/hold/")
    held.refresh_from_db()
    assert held.state == "held"


def test_a_text_that_has_left_meanwhile_is_not_let_in_behind_everybodys_back(
    as_: Any, deployment: Deployment, draft: str, clinic: Clinic
) -> None:
    """An ingestion took the row away between the page and the button: no decision is written that no row shows."""
    held = HeldText.objects.get()
    HeldText.objects.all().delete()
    with pytest.raises(NotPossible):
        quarantine.release(held, by=clinic.person(Role.CURATOR), why="A quotation.")
    assert released.ids() == frozenset()


def test_a_decision_that_cannot_be_kept_is_not_shown_as_made(
    as_: Any, deployment: Deployment, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = HeldText.objects.get()
    full = lambda *_a, **_k: (_ for _ in ()).throw(OSError(28, "No space left on device"))  # noqa: E731
    monkeypatch.setattr(released, "decide", full)
    answer = as_(Role.CURATOR).post(f"/knowledge/held/{held.pk}/release/", {"why": "A quotation."})
    assert answer.status_code == 507
    held.refresh_from_db()
    assert held.state == "held" and held.by is None


def test_a_decision_that_the_trail_cannot_keep_lets_nothing_in(
    as_: Any, deployment: Deployment, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, curator = HeldText.objects.get(), as_(Role.CURATOR)
    away = lambda *_a, **_k: (_ for _ in ()).throw(DatabaseError("away"))  # noqa: E731
    monkeypatch.setattr(actions.log, "record", away)
    with pytest.raises(DatabaseError):
        curator.post(f"/knowledge/held/{held.pk}/release/", {"why": "A quotation."})
    held.refresh_from_db()
    assert held.state == "held" and released.ids() == frozenset()


def test_an_admin_reads_what_was_held_and_does_not_let_it_in(as_: Any, deployment: Deployment, draft: str) -> None:
    admin = as_(Role.ADMIN)
    page = words(admin.get("/knowledge/held/"))
    assert "Ignore all previous instructions" in page and "Let it in" not in page
    assert admin.post(f"/knowledge/held/{HeldText.objects.get().pk}/release/", {"why": "x"}).status_code == 403


def test_what_a_build_at_the_shell_held_back_is_here_to_be_decided(as_: Any, deployment: Deployment) -> None:
    curator = as_(Role.CURATOR)
    assert "Nothing was screened yet." in words(curator.get("/knowledge/"))
    bring("medquad", texts_world.medquad(deployment.place / "plain.zip"))
    call_command("knowledge", "build")
    assert "Screening held nothing back" in words(curator.get("/knowledge/"))
    bring("medquad", texts_world.medquad(deployment.place / "new.zip", texts_world.WITH_A_HOSTILE_ONE))
    call_command("knowledge", "build")
    page = words(curator.get("/knowledge/"))
    assert "Instruction in text" in page and "Nothing was screened yet." not in page
    held = HeldText.objects.get()
    call_command("knowledge", "use", deployment.first)  # an older one: what was found in the newer stays to be decided
    curator.get("/knowledge/")
    assert HeldText.objects.get() == held
    curator.post(f"/knowledge/held/{held.pk}/release/", {"why": "A quotation of an attack."})
    assert held.pk in released.ids()


# --- open cases ----------------------------------------------------------------


def test_who_publishes_sees_how_far_the_open_cases_have_come(as_: Any, deployment: Deployment, clinic: Clinic) -> None:
    person, now = clinic.person(Role.CLINICIAN), timezone.now()
    case = Case.objects.create(team=clinic.team, number=1, created_by=person, updated_at=now)
    Pass.objects.create(number=1, target=deployment.first, state=Pass.State.ENDED, outcome="done")
    curator = as_(Role.CURATOR)
    assert "Open cases, ranked again" not in words(curator.get("/knowledge/"))  # the first compares with nothing
    newest = Pass.objects.create(number=2, source="0" * 16, target=deployment.first)
    page = words(curator.get("/knowledge/"))
    assert "Open cases, ranked again" in page and "0 of 1 open case" in page and "every 3s" in page
    Reranking.objects.create(during=newest, case=case, result=Reranking.Result.CHANGED)
    Pass.objects.filter(pk=newest.pk).update(state=Pass.State.ENDED, outcome="done", ended_at=timezone.now())
    part = words(curator.get("/knowledge/open-cases/"))
    assert "1 of 1 open case" in part and "In 1 case the first five changed" in part and "every 3s" not in part
    assert str(case.pk) not in part and "<html" not in part
    Pass.objects.filter(pk=newest.pk).update(ended_at=timezone.now() - timedelta(days=2))
    assert "Open cases, ranked again" not in words(curator.get("/knowledge/"))
    clinician = as_(Role.CLINICIAN)
    assert clinician.get("/knowledge/open-cases/").status_code == 403
    assert "Open cases, ranked again" not in words(clinician.get("/knowledge/"))


# --- searching and reading -----------------------------------------------------


def test_a_draft_is_searched_by_who_reviews_it_and_by_nobody_else(as_: Any, deployment: Deployment, draft: str) -> None:
    query = {"q": "bent back", "in": draft}
    found = words(as_(Role.CURATOR).get("/knowledge/search/", query, headers={"HX-Request": "true"}))
    assert "Scoliosis is a <mark>" not in found  # the words of the quote are one piece each
    assert "<mark>bent</mark>" in found and "new in the draft" in found and "only words were compared" in found
    assert as_(Role.CLINICIAN).get("/knowledge/search/", query).status_code == 403


def test_a_search_without_texts_says_what_to_do(as_: Any, deployment: Deployment) -> None:
    before = words(as_(Role.CLINICIAN).get("/knowledge/"))  # before anybody asks in vain
    assert "The knowledge in use holds no texts to quote." in before and "A curator adds documents" in before
    found = words(as_(Role.CURATOR).get("/knowledge/search/", {"q": "bent back"}))
    assert "The knowledge in use holds no texts to quote." in found and "Add documents" in found


def test_a_search_in_a_snapshot_that_is_gone_says_so(as_: Any, deployment: Deployment) -> None:
    found = as_(Role.CURATOR).get("/knowledge/search/", {"q": "x", "in": "0" * 16}, headers={"HX-Request": "true"})
    assert found.status_code == 200 and "note-unsure" in words(found)


def test_a_document_of_a_draft_is_hidden_from_who_may_not_see_drafts(
    as_: Any, deployment: Deployment, draft: str
) -> None:
    document = library.snapshot(draft).passages.record(0).id
    address = f"/knowledge/documents/{document}/?in={draft}&at=0-11"
    assert "<mark" in words(as_(Role.CURATOR).get(address))
    assert as_(Role.CLINICIAN).get(address).status_code == 404


def test_what_was_quoted_opens_also_after_the_next_version_and_after_it_is_gone(
    as_: Any, deployment: Deployment, draft: str, clinic: Clinic
) -> None:
    store = library.snapshot(draft).passages
    passage = store.at(0)
    address = f"/knowledge/documents/{passage.document}/?at={passage.start}-{passage.end}&passage={passage.id}"
    as_(Role.ADMIN).post(f"/knowledge/history/{Publication.objects.get(snapshot=draft).pk}/approve/")
    reader = as_(Role.CLINICIAN)
    assert 'id="at"' in words(reader.get(f"{address}&in={draft}"))
    actions.roll_back(clinic.actor(Role.ADMIN))
    assert 'id="at"' in words(reader.get(f"{address}&in={draft}"))  # an old result still quotes it
    gone = reader.get(address)
    assert gone.status_code == 404 and "This text is not here any more" in words(gone)


def test_an_uploaded_document_is_not_shown_under_the_name_of_another_one(as_: Any, deployment: Deployment) -> None:
    for title in ("Straight syndrome, a leaflet", "Fit syndrome, a guideline"):
        bring_document(f"{title} was written down.".encode(), "g.txt", About("internal", title, date="2024"))
    call_command("knowledge", "build")
    texts = library.current().passages
    for one in (texts.record(k) for k in range(texts.document_count)):
        page = words(as_(Role.CURATOR).get(f"/knowledge/documents/{one.id}/"))
        assert [title in page for title in ("a leaflet", "a guideline")].count(True) == 1 and one.title in page


def test_a_place_that_is_none_is_refused_by_name(as_: Any, deployment: Deployment) -> None:
    answer = as_(Role.CLINICIAN).get("/knowledge/documents/medquad:1/?at=abc")
    assert answer.status_code == 422 and "START-END" in words(answer)


# --- feeds ---------------------------------------------------------------------


def test_what_is_fetched_is_shown_before_and_nothing_else_can_be(as_: Any, deployment: Deployment) -> None:
    curator = as_(Role.CURATOR)
    page = words(curator.get("/knowledge/add/"))
    for one in open_data.offers():
        for host in one.hosts:
            assert host in page
    assert "no checksum known before" in page
    assert not Ingestion.objects.exists()  # looking asks nobody
    for wrong in ({}, {"feed": "https://evil.example/x.zip"}, {"feed": ["medquad", "nothing"]}):
        assert curator.post("/knowledge/fetch/", wrong).status_code == 422
    assert not Ingestion.objects.exists()
    curator.post("/knowledge/fetch/", {"feed": ["medquad", "orphanet"]})
    feeds = Ingestion.objects.get().wanted["feeds"]
    assert sorted(one["kind"] for one in feeds) == ["medquad", "orphanet"]
    assert all(one["unseen"] for one in feeds)  # no checksum is known before: the page said so


def test_a_broken_list_of_addresses_is_named_where_something_would_be_fetched(
    as_: Any, deployment: Deployment, settings: Any
) -> None:
    settings.OPEN_DATA = str(deployment.place / "open.json")
    (deployment.place / "open.json").write_text("{")
    page = words(as_(Role.CURATOR).get("/knowledge/add/"))
    assert "CLEW_OPEN_DATA" in page and "names no publisher" not in page
    kinds = {one.name: None for one in sources.kinds()}
    (deployment.place / "open.json").write_text(json.dumps(kinds))
    assert "names no publisher" in words(as_(Role.CURATOR).get("/knowledge/add/"))


def test_the_command_that_is_shown_names_what_it_cannot_do_without(as_: Any, deployment: Deployment) -> None:
    page = words(as_(Role.CURATOR).get("/knowledge/"))
    assert "manage.py knowledge add documents PATH --say licence=..." in page


def test_a_checksum_that_arrived_is_confirmed_by_a_person(as_: Any, deployment: Deployment) -> None:
    waits = requests.start(feeds=["medquad"], inline=True)
    digest = "ab" * 32
    error = {
        "code": "knowledge.unconfirmed",
        "message": f"MedQuAD arrived with the sha256 {digest}.",
        "hint": "Compare.",
    }
    Ingestion.objects.filter(pk=waits.pk).update(state=State.FAILED, error=error)
    curator = as_(Role.CURATOR)
    assert "I compared this checksum" in words(curator.get("/knowledge/"))
    assert curator.post(f"/knowledge/ingestions/{waits.pk}/confirm/", {"sha256": "x"}).status_code == 422
    curator.post(f"/knowledge/ingestions/{waits.pk}/confirm/", {"sha256": digest})
    waits.refresh_from_db()
    assert waits.state == State.QUEUED and waits.wanted["feeds"] == [{"kind": "medquad", "sha256": digest}]


def test_a_refresh_is_off_until_a_curator_turns_it_on_and_off_again(as_: Any, deployment: Deployment) -> None:
    curator = as_(Role.CURATOR)
    assert not refresh.scheduled()
    for wrong in ({"feed": "medquad", "days": "soon"}, {"feed": "medquad"}, {"feed": "https://x", "days": "3"}):
        assert curator.post("/knowledge/schedule/", wrong).status_code == 422
    assert curator.post("/knowledge/schedule/", {"feed": "medquad", "days": "0"}).status_code == 409
    curator.post("/knowledge/schedule/", {"feed": "medquad", "days": "30"})
    page = words(curator.get("/knowledge/"))
    assert "every 30 days from github.com" in page
    curator.post("/knowledge/schedule/stop/", {"feed": "medquad"})
    assert not refresh.scheduled()


def test_the_api_tells_programs_the_same(deployment: Deployment, draft: str, clinic: Clinic) -> None:
    from tests.diagnosis_app.api.asking import Asking, answer

    ask = Asking(clinic.person(Role.CURATOR))
    (one,) = answer(ask.get("/knowledge/ingestions"))["ingestions"]
    assert one["snapshot"] == draft and {stage["state"] for stage in one["stages"]} <= {"done", "skipped"}
    assert answer(ask.get(f"/knowledge/ingestions/{one['id']}")) == one
    told = answer(ask.get("/knowledge/publications"))
    assert told["in_use"] == deployment.first and told["publications"][0]["snapshot"] == draft
    parts = {part["name"]: part for part in answer(ask.get("/knowledge/difference", b=draft))["parts"]}
    assert parts["passages"]["added"] > 0 and parts["diseases"]["added"] == 0
    assert ask.get("/knowledge/difference", b="0" * 16).status_code == 404
    assert answer(ask.get("/passages", text="bent back"))["passages"] == []  # a draft is nobody's to quote from yet


def test_texts_that_were_lost_are_said_with_the_remedy_and_the_page_stays(as_: Any, deployment: Deployment) -> None:
    path = texts_world.medquad(deployment.place / "texts.zip")
    requests.start([incoming.receive("medquad", [path.read_bytes()], path.name).as_json()], then=Then.PUBLISH)
    done = deployment.carry()
    assert "cannot be read" not in words(as_(Role.CLINICIAN).get("/knowledge/"))
    lost = next((deployment.place / "knowledge" / done.snapshot / "passages").glob("*.npy"))
    kept = lost.read_bytes()
    lost.unlink()
    library.close_all()
    page = as_(Role.CLINICIAN).get("/knowledge/")
    assert page.status_code == 200 and "What it holds" in words(page)
    assert f"passages/{lost.name}: is missing" in words(page) and "manage.py knowledge build" in words(page)
    lost.write_bytes(kept)
    assert "cannot be read" not in words(as_(Role.CLINICIAN).get("/knowledge/"))
