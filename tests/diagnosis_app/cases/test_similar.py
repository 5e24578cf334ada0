"""Published cases beside a patient: the panel, the list with its filters, one case in full, and all empty states."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions, similar
from diagnosis_app.cases.content import Content, read_content
from diagnosis_app.cases.models import Case, Draft
from retrieval.cases import CaseBank
from retrieval.search.client import Answer, Near, Note
from retrieval.search.similar import Similar
from tests.people import Clinic
from tests.published import (
    BAD,
    BICORONAL,
    BROAD_HALLUX,
    BROAD_THUMB,
    CARL,
    HANNAH,
    HEARING,
    HOSTILE,
    PROPTOSIS,
    SYNDACTYLY,
    TALL_SKULL,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("snapshot")]

CONTENT = read_content(
    {
        "findings": [
            *({"term": term} for term in (TALL_SKULL, BICORONAL, BROAD_THUMB, BROAD_HALLUX, PROPTOSIS)),
            {"term": SYNDACTYLY, "status": "excluded"},
            {"term": HEARING, "status": "uncertain"},
        ],
        "sex": "female",
        "age": "P14M",
        "unmapped": ["sleeps with her neck stretched back"],
    }
)


@pytest.fixture
def case(actor: Actor, clinic: Clinic) -> Case:
    return made(actor, clinic, CONTENT)


def made(actor: Actor, clinic: Clinic, content: Content) -> Case:
    return actions.create_case(actor, clinic.team.pk, content)


def panel(client: Client, case: Case, query: str = "") -> str:
    answer = client.get(f"/cases/{case.pk}/similar/{query}")
    assert answer.status_code == 200
    return str(answer.json()["html"])


def row(text: str, label: str) -> list[str]:
    """The spoken words of a row's cells."""
    found = re.search(rf'<tr><th scope="row">{re.escape(label)}</th>(.*?)</tr>', text, re.DOTALL)
    assert found, label
    return [html.unescape(one) for one in re.findall(r'title="([^"]*)"', found.group(1))]


class Asked:
    """Stands for the client of the retrieval process; `answers` per ask."""

    def __init__(self, note: Note = Note.NONE, *lists: tuple[tuple[Near, ...], ...] | None) -> None:
        self.note, self.lists, self.asks = note, lists, []  # type: ignore[var-annotated]

    def nearest(self, snapshot: str, asks: Any) -> Answer:
        self.asks.append(asks)
        return Answer(self.lists or tuple(None for _ in asks), self.note)


# --- the panel


def test_cases_stand_beside_the_patient_finding_by_finding(signed_in: Client, case: Case, published: CaseBank) -> None:
    text = panel(signed_in, case)
    assert text.index("Girl, 9 months") < text.index("Boy, 3 years")  # the nearer first
    assert row(text, "Broad thumb") == ["present", "present", "not recorded", "absent"]
    assert row(text, "Finger syndactyly") == ["absent", "absent", "not recorded", "not recorded"]
    assert row(text, "Hearing impairment")[0] == "uncertain"
    assert "Pfeiffer syndrome" in text and "FGFR2" in text and "4 of 5" in text
    assert (
        '<a class="id" href="https://pubmed.ncbi.nlm.nih.gov/11111111/" target="_blank" rel="noopener noreferrer"'
        in text
    )
    assert "by findings" in text
    assert re.search(r"Also had</th>.*?Tracheal stenosis", text, re.DOTALL)
    assert f"/cases/{case.pk}/similar/case/?id={HANNAH.id}" in text


def test_the_other_cases_are_asked_for_from_a_place_on(
    signed_in: Client, case: Case, published: CaseBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "TOGETHER", 1)
    first, second = panel(signed_in, case), panel(signed_in, case, "?from=1")
    assert "Girl, 9 months" in first and "Boy, 3 years" not in first
    assert "Girl, 9 months" not in second
    assert 'data-from="1"' in first and 'data-from="0"' in second
    for odd in ("?from=-1", "?from=x", "?from=99999999999999999999", "?from=%00"):
        assert "Girl, 9 months" in panel(signed_in, case, odd)
    assert "Girl, 9 months" not in panel(signed_in, case, "?from=99")  # the last there are


def test_without_a_bank_the_page_says_what_to_do(signed_in: Client, case: Case) -> None:
    text = panel(signed_in, case)
    assert "No published cases on this machine" in text
    assert "manage.py knowledge add-cases PATH" in text


def test_without_findings_nothing_is_compared(
    signed_in: Client, actor: Actor, clinic: Clinic, published: CaseBank
) -> None:
    assert "Nothing to compare yet" in panel(signed_in, made(actor, clinic, Content()))
    absent = read_content({"findings": [{"term": BICORONAL, "status": "excluded"}]})
    assert "Nothing to compare yet" in panel(signed_in, made(actor, clinic, absent))


def test_when_nobody_is_alike_that_is_no_argument(
    signed_in: Client, actor: Actor, clinic: Clinic, published: CaseBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "found_for", lambda *_: Similar(()))
    text = panel(signed_in, made(actor, clinic, CONTENT))
    assert "No published case resembles this patient" in text
    assert "says nothing against any disease" in text


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (Note.AWAY, "Search by meaning is not running"),
        (Note.LOADING, "Search by meaning is still loading"),
        (Note.NO_EMBEDDER, "Search by meaning has no model"),
    ],
)
def test_a_list_made_without_meaning_says_so(
    signed_in: Client, case: Case, published: CaseBank, monkeypatch: pytest.MonkeyPatch, note: Note, said: str
) -> None:
    monkeypatch.setattr(similar, "_client", lambda: Asked(note))
    assert said in panel(signed_in, case)


def test_note_and_phrases_are_asked_and_each_case_says_which_way_it_came(
    signed_in: Client, actor: Actor, clinic: Clinic, published: CaseBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = ((Near(CARL.id, 0.7, ""), Near(HANNAH.id, 0.5, "")),)
    meant = ((Near(PROPTOSIS, 0.8, "bulging eyes"),),)
    asked = Asked(Note.NONE, near, meant)
    monkeypatch.setattr(similar, "_client", lambda: asked)
    content = CONTENT.model_copy(update={"note": "Skull and thumbs.", "unmapped": ("eyes stand out",)})
    text = panel(signed_in, made(actor, clinic, content))
    texts, phrases = asked.asks[0]
    assert texts.texts == ("Skull and thumbs.",) and phrases.texts == ("eyes stand out",)
    assert "by findings, by the text of the note, by phrases without a term" in text
    assert "“eyes stand out” was searched for as Proptosis." in text
    assert "Search by meaning" not in text


def test_the_panel_follows_what_was_stored(signed_in: Client, case: Case, published: CaseBank, actor: Actor) -> None:
    only = CONTENT.stored() | {"findings": [{"term": PROPTOSIS}]}
    body = {"base": Draft.objects.get(case=case).revision, "content": only}
    assert signed_in.post(f"/cases/{case.pk}/draft/", json.dumps(body), "application/json").status_code == 200
    text = panel(signed_in, case)
    assert "1 of 1" in text and "Broad thumb</th>" not in text


# --- the list, and one case


def test_all_of_them_are_listed_and_can_be_filtered(signed_in: Client, case: Case, published: CaseBank) -> None:
    page = signed_in.get(f"/cases/{case.pk}/similar/all/").content.decode()
    assert "Pfeiffer syndrome" in page and "Crouzon syndrome" in page
    only = signed_in.get(f"/cases/{case.pk}/similar/all/?diagnosis=Crouzon+syndrome").content.decode()
    assert CARL.id in only and HANNAH.id not in only
    gene = signed_in.get(f"/cases/{case.pk}/similar/all/?gene=fgfr2&way=findings").content.decode()
    assert CARL.id in gene and HANNAH.id in gene and HOSTILE.id not in gene
    none = signed_in.get(f"/cases/{case.pk}/similar/all/?gene=TWIST1").content.decode()
    assert "No case of the list fits these filters" in none
    odd = signed_in.get(f"/cases/{case.pk}/similar/all/", {"way": "x\x00", "diagnosis": BAD, "gene": BAD})
    assert odd.status_code == 200 and "<script>alert" not in odd.content.decode()


def test_a_case_opens_to_its_full_record(signed_in: Client, case: Case, published: CaseBank) -> None:
    page = signed_in.get(f"/cases/{case.pk}/similar/case/?id={HANNAH.id}").content.decode()
    for told in (
        *("Girl, 9 months", "Family 1, II-2", "Pfeiffer syndrome", "OMIM:101600", "FGFR2", "heterozygous"),
        *(
            "NM_000141.5:c.1052C&gt;G",
            "Three patients with broad thumbs",
            "CC0-1.0",
            "invented",
            "congenital",
            "9 months",
        ),
    ):
        assert told in page, told
    assert signed_in.get(f"/cases/{case.pk}/similar/case/?id=nobody").status_code == 404
    assert signed_in.get(f"/cases/{case.pk}/similar/case/?id={HANNAH.id}&snapshot=../x").status_code == 404
    assert signed_in.get(f"/cases/{case.pk}/similar/case/?id={HANNAH.id}&version=9").status_code == 404
    assert signed_in.get(f"/cases/{case.pk}/similar/case/").status_code == 302


def test_what_strangers_wrote_is_text_on_every_page(signed_in: Client, case: Case, published: CaseBank) -> None:
    pages = [
        panel(signed_in, case),
        signed_in.get(f"/cases/{case.pk}/similar/all/").content.decode(),
        signed_in.get(f"/cases/{case.pk}/similar/case/?id={HOSTILE.id}").content.decode(),
        signed_in.get(f"/cases/{case.pk}/").content.decode(),
    ]
    assert any("Apert &quot;&gt;&lt;script&gt;" in page for page in pages)
    for page in pages:
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page


def test_a_version_is_compared_as_it_was(signed_in: Client, case: Case, published: CaseBank, actor: Actor) -> None:
    actions.save_version(actor, case)
    only = CONTENT.model_copy(update={"findings": CONTENT.findings[4:5]})
    actions.store_draft(actor, case, only, Draft.objects.get(case=case).revision)
    assert "4 of 5" in signed_in.get(f"/cases/{case.pk}/similar/all/?version=1").content.decode()
    assert "1 of 1" in signed_in.get(f"/cases/{case.pk}/similar/all/").content.decode()


def test_every_look_leaves_a_row_in_the_trail_without_what_was_found(
    signed_in: Client, case: Case, published: CaseBank
) -> None:
    from diagnosis_app.audit.models import Entry

    before = Entry.objects.count()
    panel(signed_in, case)
    entry = Entry.objects.order_by("-pk")[0]
    assert Entry.objects.count() == before + 1
    assert entry.verb == "case.read" and entry.detail == {"part": "similar cases"}
