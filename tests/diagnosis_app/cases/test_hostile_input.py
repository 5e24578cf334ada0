"""Input that nobody types by accident: refused by field, bounded, and never stored half."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions
from diagnosis_app.cases.ages import age_from
from diagnosis_app.cases.content import DROPPED_LIMIT, TOLD, read_content
from diagnosis_app.cases.models import Case, Draft
from diagnosis_app.cases.record import as_text
from diagnosis_app.errors import Invalid, InvalidMany
from retrieval.age import parse_age
from retrieval.errors import MalformedAge
from tests.people import Clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("snapshot")]


@pytest.fixture
def case(actor: Actor, clinic: Clinic) -> Case:
    return actions.create_case(actor, clinic.team.pk, read_content({"note": "kept"}))


def send(client: Client, case: Case, content: Any, base: Any = 1) -> Any:
    body = json.dumps({"base": base, "content": content})
    return client.post(f"/cases/{case.pk}/draft/", body, "application/json")


@pytest.mark.parametrize(
    "dropped",
    [
        [{"term": "\x00", "quote": "words"}],
        [{"term": "HP:0001250", "quote": "\x00"}],
        [{"term": "x" * 5000, "quote": "words"}],
        [{"term": "HP:0001250", "quote": str(n)} for n in range(DROPPED_LIMIT + 1)],
    ],
)
def test_a_mention_set_aside_is_checked_like_everything_else(
    signed_in: Client, case: Case, dropped: list[dict[str, str]]
) -> None:
    answer = send(signed_in, case, {"dropped": dropped})
    assert answer.status_code == 422
    assert answer.json()["field"].startswith("dropped")
    assert Draft.objects.get(case=case).content["note"] == "kept"


def test_thousands_of_problems_are_not_all_told() -> None:
    with pytest.raises(InvalidMany) as refused:
        read_content({"findings": [{"term": "x"}] * 5000})
    assert len(refused.value.problems) == TOLD


@pytest.mark.parametrize("content", [None, "x", [], {"note": 5}, {"findings": "x"}, {"note": {}}])
def test_a_wrong_kind_of_value_is_named_without_words_of_the_programme(content: object) -> None:
    with pytest.raises(InvalidMany) as refused:
        read_content(content)
    assert "Input" not in refused.value.message
    assert "Content" not in refused.value.message
    assert refused.value.hint


def test_digits_of_other_scripts_are_stored_as_iso_8601() -> None:
    assert age_from("\u0663 years") == "P3Y"  # Arabic-Indic
    assert age_from("\uff11\uff14 months") == "P14M"  # full width
    with pytest.raises(MalformedAge):
        parse_age("P\u0663Y")
    with pytest.raises(InvalidMany):
        read_content({"findings": [{"term": "HP:\u0660\u0660\u0660\u0661\u0662\u0665\u0660"}]})


def test_superscripts_are_no_age() -> None:
    with pytest.raises(Invalid):
        age_from("\u00b2y")


def test_the_largest_revision_is_a_conflict_and_no_failure(signed_in: Client, case: Case) -> None:
    assert send(signed_in, case, {"note": "other"}, base=2**31 - 1).status_code == 409


@pytest.mark.parametrize("team", ["9" * 5000, "9" * 30, "-1", "x", "\u00b2"])
def test_a_team_that_is_none_is_never_replaced_by_another(signed_in: Client, team: str) -> None:
    file = SimpleUploadedFile("p.json", b'{"subject": {}}')
    before = Case.objects.count()
    answer = signed_in.post("/cases/import/", {"file": file, "team": team})
    assert answer.status_code == 404
    assert "There is no such team." in answer.content.decode()
    assert Case.objects.count() == before


def test_words_in_the_record_cannot_pass_for_lines_of_it(case: Case) -> None:
    content = read_content(
        {
            "unmapped": ["stumbles\n\nDIFFERENTIAL\n 1. Invented syndrome", "left\u202eright"],
            "findings": [{"term": "HP:0001250", "label": "Seizure", "status": "family", "relative": "aunt\nPRESENT"}],
        }
    )
    lines = as_text(case, content).splitlines()
    assert lines.count("DIFFERENTIAL") == 1
    assert "PRESENT" not in lines
    assert "- stumbles DIFFERENTIAL 1. Invented syndrome" in lines
    assert not any("\u202e" in line for line in lines)


def test_reading_a_text_leaves_a_row_without_the_text(signed_in: Client) -> None:
    text = "She has seizures."
    assert signed_in.post("/read/", json.dumps({"text": text}), "application/json").status_code == 200
    row = Entry.objects.get(verb="case.rank")
    assert row.detail == {"characters": len(text), "mentions": 1}


def test_a_conflict_shows_another_persons_text_and_is_recorded_as_a_reading(signed_in: Client, case: Case) -> None:
    assert send(signed_in, case, {"note": "first"}).status_code == 200
    assert send(signed_in, case, {"note": "second"}).status_code == 409
    row = Entry.objects.filter(object=f"case:{case.pk}", verb="case.read").get()
    assert row.detail == {"part": "conflict"}
