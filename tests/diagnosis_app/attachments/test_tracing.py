"""A finding is traced to its place in the letter, and never to a wrong one: every place is compared word for word."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.attachments import actions
from diagnosis_app.attachments.models import Attachment
from diagnosis_app.attachments.shown import note_pieces, origins
from diagnosis_app.attachments.tracing import lost, traced
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import LETTER_LIMIT, Content, read_content
from diagnosis_app.cases.differences import differences
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import InvalidMany
from tests.people import Clinic

pytestmark = pytest.mark.django_db

OWN = "Seen in March."
QUOTE = "turricephaly"


def with_letter(letter: Attachment, **more: Any) -> dict[str, Any]:
    """What the page sends after Insert: the own words, then a stretch a page."""
    text, note, stretches = letter.letter(), OWN, []
    for one in text.stretches():
        note += "\n\n"
        start = len(note)
        note += text.text[one.start : one.end]
        stretches.append(
            {"attachment": str(letter.pk), "note_start": start, "note_end": len(note), "offset": one.start}
        )
    at = text.text.index(QUOTE)
    finding = {
        "term": "HP:0000262",
        "origin": "note",
        "quote": QUOTE,
        "letter": {"attachment": str(letter.pk), "offset": at, "page": 1},
    }
    return {"note": note, "letters": stretches, "findings": [finding], **more}


def test_pages_are_set_by_the_server(actor: Actor, case: Case, letter: Attachment) -> None:
    draft = cases.store_draft(actor, case, with_letter(letter), 1)
    content = cases.content_of(draft)
    assert [one.page for one in content.letters] == [1, 2]
    assert content.findings[0].letter is not None and content.findings[0].letter.page == 2, "the page said 1"
    for one in content.letters:
        words = content.note[one.note_start : one.note_end]
        assert letter.letter().text[one.offset :].startswith(words)


@pytest.mark.parametrize(
    ("change", "stretches", "findings"),
    [
        ({"note": OWN}, 0, 1),
        ({"note": "x" + OWN}, 0, 1),
        ({"findings": [{"term": "HP:0000262", "quote": "words of nobody"}]}, 2, 0),
    ],
)
def test_what_the_letter_does_not_say_is_dropped_and_said(
    case: Case, letter: Attachment, change: dict[str, Any], stretches: int, findings: int
) -> None:
    data = with_letter(letter) | change
    if findings == 0:
        data["findings"][0]["letter"] = {"attachment": str(letter.pk), "offset": 0}
    sent = read_content(data)
    kept = traced(case.pk, sent)
    assert len(kept.letters) == stretches
    assert sum(entry.letter is not None for entry in kept.findings) == findings
    assert bool(lost(sent, kept)) is (stretches < 2 or findings < 1)
    assert kept.note == sent.note and len(kept.findings) == len(sent.findings), "words and findings stay"


@pytest.mark.parametrize("off", [(-1, 0), (1, 0), (0, -1), (0, 10_000), (10**9, 10**9)])
def test_a_place_beside_the_right_one_is_dropped(case: Case, letter: Attachment, off: tuple[int, int]) -> None:
    data = with_letter(letter)
    last = data["letters"][-1]
    last["note_start"], last["note_end"] = max(0, last["note_start"] + off[0]), last["note_end"] + off[1]
    kept = traced(case.pk, read_content(data))
    whole = letter.letter().text
    for one in kept.letters:
        assert whole[one.offset :].startswith(kept.note[one.note_start : one.note_end])
    assert (len(kept.letters) == 2) == (off == (0, -1)), "a shorter stretch is still the letter's"


def test_stretches_never_overlap(case: Case, letter: Attachment) -> None:
    data = with_letter(letter)
    data["letters"] += [dict(one) for one in data["letters"]]
    assert len(traced(case.pk, read_content(data)).letters) == 2


def test_a_letter_of_another_case_traces_nothing(actor: Actor, clinic: Clinic, letter: Attachment) -> None:
    other = cases.create_case(actor, clinic.team.pk, read_content(with_letter(letter)))
    content = cases.content_of(cases.find(actor, Verb.CASE_READ, other.pk).draft)
    assert content.letters == () and content.findings[0].letter is None
    draft = cases.store_draft(actor, cases.find(actor, Verb.CASE_EDIT, other.pk), with_letter(letter), 1)
    assert cases.content_of(draft).letters == ()
    assert cases.content_of(draft).findings[0].letter is None


def test_a_letter_that_does_not_exist_traces_nothing(case: Case, letter: Attachment) -> None:
    data = with_letter(letter)
    for one in data["letters"]:
        one["attachment"] = str(uuid4())
    assert traced(case.pk, read_content(data)).letters == ()


def test_a_letter_put_away_stays_traceable_until_it_is_deleted_for_good(
    actor: Actor, case: Case, letter: Attachment
) -> None:
    cases.store_draft(actor, case, with_letter(letter), 1)
    actions.remove(actor, case, letter.pk)
    draft = cases.store_draft(actor, case, with_letter(letter, sex="female"), 2)
    assert len(cases.content_of(draft).letters) == 2
    actions.erase(actor, case, letter.pk)
    draft = cases.store_draft(actor, case, with_letter(letter, sex="male"), 3)
    assert cases.content_of(draft).letters == ()


def test_a_version_keeps_the_trace_and_returning_to_it_brings_it_back(
    actor: Actor, case: Case, letter: Attachment
) -> None:
    cases.store_draft(actor, case, with_letter(letter), 1)
    first = cases.save_version(actor, case)
    cases.store_draft(actor, case, {"note": "nothing left"}, 2)
    cases.return_to(actor, case, first.number)
    content = cases.content_of(cases.find(actor, Verb.CASE_READ, case.pk).draft)
    assert content == cases.content_of(first)
    assert content.findings[0].letter is not None and len(content.letters) == 2


def test_a_content_without_letters_is_stored_and_hashed_as_before() -> None:
    content = read_content({"note": "Girl.", "findings": [{"term": "HP:0001250"}]})
    assert "letters" not in content.stored()
    assert "letter" not in content.stored()["findings"][0]
    assert content.digest() == "afd39b8bd032356cd760fb352fcf7f0309de3b71b0ed4d4a8277184aaccec2fe"


def test_the_trace_is_part_of_the_digest_and_of_the_differences(case: Case, letter: Attachment) -> None:
    content = traced(case.pk, read_content(with_letter(letter)))
    bare = content.without_letters()
    assert content.digest() != bare.digest()
    assert read_content(content.stored()) == content
    assert differences(bare, content) and differences(content, bare)
    assert differences(content, content) == ()


def test_the_note_of_a_version_says_whose_words_follow(case: Case, letter: Attachment) -> None:
    content = traced(case.pk, read_content(with_letter(letter)))
    pieces = note_pieces(content, origins(case.pk, content))
    assert "".join(piece.text for piece in pieces) == content.note
    assert [piece.origin.words for piece in pieces if piece.origin] == [
        "from LETTER.pdf, page 1",
        "from LETTER.pdf, page 2",
    ]
    erased = note_pieces(content, {})
    assert {piece.origin.words for piece in erased if piece.origin} == {"from a letter that was deleted"}
    assert not any(piece.origin.url for piece in erased if piece.origin)


@pytest.mark.parametrize(
    "letters",
    [
        [{"attachment": "../x", "note_start": 0, "note_end": 1, "offset": 0}],
        [{"attachment": str(uuid4()), "note_start": -1, "note_end": 1, "offset": 0}],
        [{"attachment": str(uuid4()), "note_start": 0, "note_end": 0, "offset": 0}],
        [{"attachment": str(uuid4()), "note_start": 0, "note_end": 1, "offset": 0, "name": "Jane.pdf"}],
        [{"attachment": str(uuid4()), "note_start": 0, "note_end": 1, "offset": 0}] * (LETTER_LIMIT + 1),
        "x",
        [None],
    ],
)
def test_a_malformed_place_is_refused_by_its_field(letters: object) -> None:
    with pytest.raises(InvalidMany) as refused:
        read_content({"note": "x", "letters": letters})
    assert refused.value.field.startswith("letters")


def test_content_is_whole_without_its_letters() -> None:
    content = Content(note="a")
    assert content.without_letters() is content
