"""Letters of a case: added, put away, brought back, deleted; for the team alone; each act a row of the trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.attachments import actions
from diagnosis_app.attachments.models import Attachment, Original, State
from diagnosis_app.attachments.names import LONGEST, shown_name
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Forbidden, Hidden, Invalid, TooLarge
from tests.diagnosis_app.attachments import papers
from tests.people import Clinic

pytestmark = pytest.mark.django_db


def rows(case: Case) -> list[tuple[str, dict[str, Any]]]:
    found = Entry.objects.filter(object=f"case:{case.pk}", verb__startswith="attachment.").order_by("seq")
    return [(entry.verb, entry.detail) for entry in found]


def test_every_act_is_a_row_of_the_trail_without_name_or_words(actor: Actor, case: Case) -> None:
    made = actions.add(actor, case, "Jane Doe.txt", b"She has seizures.")
    actions.read(actor, case, made.pk, part="text")
    actions.original(actor, case, made.pk)
    actions.remove(actor, case, made.pk)
    actions.restore(actor, case, made.pk)
    actions.retry(actor, case, made.pk)
    actions.remove(actor, case, made.pk)
    actions.erase(actor, case, made.pk)
    named = {"attachment": str(made.pk)}
    assert rows(case) == [
        ("attachment.add", {**named, "bytes": 17}),
        ("attachment.read", {**named, "part": "text"}),
        ("attachment.read", {**named, "part": "file"}),
        ("attachment.remove", named),
        ("attachment.restore", named),
        ("attachment.retry", named),
        ("attachment.remove", named),
        ("attachment.erase", named),
    ]
    assert not Entry.objects.filter(detail__icontains="Jane").exists()


def test_the_same_file_again_is_the_letter_that_is_there(actor: Actor, case: Case) -> None:
    first = actions.add(actor, case, "a.txt", b"words")
    assert actions.add(actor, case, "b.txt", b"words").pk == first.pk
    actions.remove(actor, case, first.pk)
    again = actions.add(actor, case, "b.txt", b"words")
    assert again.pk == first.pk and again.deleted_at is None
    assert Attachment.objects.count() == 1


def test_the_file_comes_back_as_it_came(actor: Actor, case: Case) -> None:
    content = papers.pdf()
    made = actions.add(actor, case, "LETTER.pdf", content)
    assert actions.original(actor, case, made.pk)[1] == content


def test_another_team_learns_nothing(actor: Actor, case: Case, other_clinic: Clinic) -> None:
    made = actions.add(actor, case, "a.txt", b"words")
    stranger = other_clinic.actor()
    for act in (
        lambda: actions.add(stranger, case, "b.txt", b"other"),
        lambda: actions.listed(stranger, case),
        lambda: actions.read(stranger, case, made.pk, part="text"),
        lambda: actions.original(stranger, case, made.pk),
        lambda: actions.remove(stranger, case, made.pk),
        lambda: actions.restore(stranger, case, made.pk),
        lambda: actions.erase(stranger, case, made.pk),
        lambda: actions.retry(stranger, case, made.pk),
    ):
        with pytest.raises(Hidden):
            act()
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CLINICIAN])
def test_a_colleague_without_the_role_may_not(clinic: Clinic, case: Case, role: Role) -> None:
    with pytest.raises(Forbidden):
        actions.add(clinic.actor(role), case, "b.txt", b"other")


def test_a_letter_of_another_case_of_the_same_team_is_not_here(actor: Actor, case: Case, clinic: Clinic) -> None:
    made = actions.add(actor, case, "a.txt", b"words")
    other = cases.create_case(actor, clinic.team.pk)
    for unknown in (made.pk, uuid4()):
        with pytest.raises(Hidden):
            actions.read(actor, other, unknown, part="text")


def test_a_case_in_the_bin_or_closed_takes_no_letter_and_still_shows_what_it_has(actor: Actor, case: Case) -> None:
    made = actions.add(actor, case, "a.txt", b"words")
    for end, code in ((cases.close_case, "case.closed"), (cases.delete_case, "case.deleted")):
        end(actor, case)
        for act in (
            lambda: actions.add(actor, case, "b.txt", b"other"),
            lambda: actions.remove(actor, case, made.pk),
            lambda: actions.retry(actor, case, made.pk),
        ):
            with pytest.raises(Conflict) as refused:
                act()
            assert refused.value.code == code
        assert actions.original(actor, case, made.pk)[1] == b"words"


def test_a_purged_case_takes_its_letters_with_it(actor: Actor, case: Case) -> None:
    actions.add(actor, case, "a.txt", b"words")
    cases.delete_case(actor, case)
    cases.purge_case(actor, case, confirmed=case.reference)
    assert not Attachment.objects.exists() and not Original.objects.exists()


def test_only_a_letter_that_was_put_away_is_deleted_for_good(actor: Actor, case: Case) -> None:
    made = actions.add(actor, case, "a.txt", b"words")
    with pytest.raises(Conflict) as refused:
        actions.erase(actor, case, made.pk)
    assert refused.value.code == "attachment.in_use"
    actions.remove(actor, case, made.pk)
    actions.erase(actor, case, made.pk)
    assert not Original.objects.exists()


def test_an_empty_file_and_one_of_21_mb_are_refused(actor: Actor, case: Case) -> None:
    with pytest.raises(Invalid) as empty:
        actions.add(actor, case, "a.txt", b"")
    with pytest.raises(TooLarge) as large:
        actions.add(actor, case, "a.txt", b"x" * (21 * 1024 * 1024))
    assert (empty.value.code, large.value.code) == ("attachment.empty", "attachment.too_large")
    assert empty.value.hint and large.value.hint
    assert not Attachment.objects.exists()


def test_the_twenty_first_letter_is_refused_until_one_is_removed(actor: Actor, case: Case) -> None:
    made = [actions.add(actor, case, "a.txt", f"words {n}".encode()) for n in range(actions.MOST)]
    with pytest.raises(Conflict) as refused:
        actions.add(actor, case, "a.txt", b"one more")
    assert refused.value.code == "attachment.too_many"
    actions.remove(actor, case, made[0].pk)
    actions.add(actor, case, "a.txt", b"one more")
    with pytest.raises(Conflict):
        actions.restore(actor, case, made[0].pk)
    with pytest.raises(Conflict):
        actions.add(actor, case, "a.txt", b"words 0")  # the one that was put away, by another door
    for one in made[1:]:
        actions.remove(actor, case, one.pk)
    with pytest.raises(Conflict) as full:
        actions.remove(actor, case, Attachment.objects.get(deleted_at=None).pk)
    assert full.value.code == "attachment.too_many"


def test_a_broker_that_is_down_leaves_the_letter_waiting_and_a_retry_rings_again(
    actor: Actor, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = actions.add(actor, case, "a.txt", b"words")
    assert (made.state, made.rung_at) == (State.READING, None)
    rung: list[object] = []
    monkeypatch.setattr(actions, "ring", rung.append)
    actions.retry(actor, case, made.pk)
    assert rung == [made.pk]


def test_a_failed_letter_can_be_read_again(actor: Actor, case: Case) -> None:
    made = actions.add(actor, case, "a.txt", b"words")
    Attachment.objects.update(state=State.FAILED, code="document.timeout", message="m", hint="h", attempts=3)
    again = actions.retry(actor, case, made.pk)
    assert (again.state, again.code, again.attempts) == (State.READING, "", 0)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("LETTER.pdf", "LETTER.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\Arztbrief.docx", "Arztbrief.docx"),
        ("a\u202egpj.exe", "a gpj.exe"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "a b Set-Cookie: x.pdf"),
        ("\u200b\u2066 \x07", "letter"),
        ("", "letter"),
        ("...", "letter"),
        ("re\u0301sume\u0301.txt", "résumé.txt"),
        ("\ud800half.txt", "half.txt"),
    ],
)
def test_a_name_is_one_line_without_a_path_or_anything_invisible(given: str, shown: str) -> None:
    assert shown_name(given) == shown


def test_a_long_name_keeps_its_ending() -> None:
    name = shown_name("x" * 500 + ".pdf")
    assert len(name) == LONGEST and name.endswith("….pdf")
    assert len(shown_name("." + "x" * 500)) == LONGEST


def test_a_case_that_was_closed_or_purged_meanwhile_takes_no_letter(actor: Actor, case: Case) -> None:
    put_away = actions.add(actor, case, "a.txt", b"words")
    actions.remove(actor, case, put_away.pk)
    cases.close_case(actor, cases.find(actor, Verb.CASE_EDIT, case.pk))  # by somebody else: `case` does not know it
    acts: list[Callable[[], Any]] = [
        lambda: actions.add(actor, case, "b.txt", b"other words"),
        lambda: actions.remove(actor, case, put_away.pk),
        lambda: actions.restore(actor, case, put_away.pk),
        lambda: actions.retry(actor, case, put_away.pk),
        lambda: actions.erase(actor, case, put_away.pk),
    ]
    for act in acts:
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "case.closed"
    assert case.attachments.count() == 1
    gone = cases.delete_case(actor, cases.find(actor, Verb.CASE_DELETE, case.pk))
    cases.purge_case(actor, gone, confirmed=gone.reference)
    for act in acts:
        with pytest.raises(Hidden):
            act()
