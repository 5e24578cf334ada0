"""What can be done with a case: rights, drafts, versions, the bin, and the trail of all of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from diagnosis_app.accounts.models import Role, User
from diagnosis_app.accounts.policy import Actor, actor_for
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import Content, FindingEntry, read_content
from diagnosis_app.cases.models import Case, CaseVersion, Draft
from diagnosis_app.errors import Conflict, Forbidden, Hidden, Invalid, InvalidMany
from tests.people import Clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("snapshot")]

NOTE = "A girl with unusual words nobody else would write: zebrafink."


def content(*terms: str, **fields: object) -> Content:
    return read_content({"findings": [{"term": term} for term in terms], **fields})


@pytest.fixture
def case(actor: Actor, clinic: Clinic) -> Case:
    found = content("HP:0000520", "HP:0011304", "HP:0010055", note=NOTE, sex="female", age="P14M")
    return actions.create_case(actor, clinic.team.pk, found)


def verbs(case: Case) -> list[str]:
    return list(Entry.objects.filter(object=f"case:{case.pk}").order_by("seq").values_list("verb", flat=True))


# --- beginning and reading


def test_cases_are_numbered_within_their_team(actor: Actor, clinic: Clinic, other_clinic: Clinic) -> None:
    here = [actions.create_case(actor, clinic.team.pk).reference for _ in range(2)]
    there = actions.create_case(other_clinic.actor(), other_clinic.team.pk).reference
    assert (here, there) == (["C-0001", "C-0002"], "C-0001")


def test_another_teams_case_does_not_exist(case: Case, other_clinic: Clinic) -> None:
    stranger = other_clinic.actor()
    for act in (
        lambda: actions.read_case(stranger, case.pk),
        lambda: actions.store_draft(stranger, case, Content(), 1),
        lambda: actions.save_version(stranger, case),
        lambda: actions.delete_case(stranger, case),
        lambda: actions.export_case(stranger, case, form="text"),
        lambda: actions.create_case(stranger, case.team_id),
    ):
        with pytest.raises(Hidden):
            act()
    assert verbs(case) == ["case.create"]


@pytest.mark.parametrize("role", [Role.CURATOR, Role.ADMIN, Role.AUDITOR])
def test_only_clinicians_read_cases(case: Case, clinic: Clinic, role: Role) -> None:
    with pytest.raises(Forbidden):
        actions.read_case(clinic.actor(role), case.pk)


def test_every_read_and_change_leaves_one_row_without_patient_text(actor: Actor, case: Case) -> None:
    read = actions.read_case(actor, case.pk)
    actions.store_draft(actor, read, content("HP:0000520", note=NOTE), 1)
    actions.save_version(actor, read)
    actions.export_case(actor, read, form="text")
    actions.delete_case(actor, read)
    actions.restore_case(actor, read)
    assert verbs(case) == [
        "case.create",
        "case.read",
        "case.edit",
        "case.save",
        "case.export",
        "case.delete",
        "case.restore",
    ]
    told = json.dumps(list(Entry.objects.values("detail", "object", "actor")), default=str)
    assert "zebrafink" not in told
    assert "HP:0000520" not in told


# --- terms at the border


def test_an_obsolete_term_becomes_its_replacement(actor: Actor, clinic: Clinic) -> None:
    case = actions.create_case(actor, clinic.team.pk, content("HP:0001249"))
    entry = actions.content_of(case.draft).findings[0]
    assert entry.label == "Intellectual disability"


@pytest.mark.parametrize(
    ("term", "code"), [("HP:9999999", "ontology.unknown_term"), ("HP:0000006", "ontology.not_a_finding")]
)
def test_a_term_that_is_no_finding_is_refused_by_field_and_nothing_is_written(
    actor: Actor, clinic: Clinic, term: str, code: str
) -> None:
    with pytest.raises(InvalidMany) as refused:
        actions.create_case(actor, clinic.team.pk, content("HP:0000520", term))
    assert refused.value.problems[0].field == "findings.1.term"
    assert refused.value.code == code
    assert refused.value.hint
    assert Case.objects.count() == 0


def test_a_term_that_the_case_already_holds_is_never_refused(actor: Actor, case: Case) -> None:
    """Another release of the ontology may have lost it; the case must stay editable."""
    stored = {**case.draft.content, "findings": [{"term": "HP:9999999", "label": "Lost term"}]}
    Draft.objects.filter(case=case).update(content=stored)
    read = actions.read_case(actor, case.pk)
    draft = actions.store_draft(actor, read, {**stored, "note": "still here"}, 1)
    assert [entry["label"] for entry in draft.content["findings"]] == ["Lost term"]
    assert draft.content["note"] == "still here"


# --- drafts


def test_the_second_of_two_writers_is_told_and_nothing_is_overwritten(actor: Actor, case: Case) -> None:
    actions.store_draft(actor, case, content("HP:0000520", note="first"), 1)
    with pytest.raises(actions.DraftConflict) as conflict:
        actions.store_draft(actor, case, content("HP:0000520", note="second"), 1)
    assert conflict.value.draft.content["note"] == "first"
    assert Draft.objects.get(case=case).content["note"] == "first"


def test_sending_the_same_again_after_a_lost_answer_is_no_conflict(actor: Actor, case: Case) -> None:
    wanted = content("HP:0000520", note="once")
    first = actions.store_draft(actor, case, wanted, 1)
    again = actions.store_draft(actor, case, wanted, 1)
    assert again.revision == first.revision == 2


def test_the_summary_follows_the_draft(actor: Actor, case: Case) -> None:
    assert case.summary["outcome"] == "ranked"
    actions.store_draft(actor, case, content(), 1)
    case.refresh_from_db()
    assert case.summary["leading"] == []


# --- versions


def test_saving_twice_without_a_change_makes_one_version(actor: Actor, case: Case) -> None:
    first, second = actions.save_version(actor, case), actions.save_version(actor, case)
    assert first.pk == second.pk
    assert first.digest == actions.content_of(case.draft).digest()


def test_a_version_cannot_be_changed(actor: Actor, case: Case) -> None:
    version = actions.save_version(actor, case)
    version.content = {}
    with pytest.raises(TypeError):
        version.save()


def test_returning_saves_what_was_unsaved_and_can_be_returned_from(actor: Actor, case: Case) -> None:
    actions.save_version(actor, case)
    case = actions.read_case(actor, case.pk)
    actions.store_draft(actor, case, content("HP:0000520", note="later"), 1)
    actions.return_to(actor, case, 1)
    versions = list(CaseVersion.objects.filter(case=case).order_by("number"))
    assert [version.content["note"] for version in versions] == [NOTE, "later", NOTE]
    assert versions[2].summary["returned_from"] == 1
    actions.return_to(actor, actions.read_case(actor, case.pk), 2)
    assert Draft.objects.get(case=case).content["note"] == "later"


def test_a_version_that_does_not_exist_is_hidden(actor: Actor, case: Case) -> None:
    with pytest.raises(Hidden):
        actions.return_to(actor, case, 7)


# --- the end of a case


def test_a_case_in_the_bin_or_closed_is_read_but_not_changed(actor: Actor, case: Case) -> None:
    actions.delete_case(actor, case)
    assert actions.read_case(actor, case.pk).deleted_at is not None
    with pytest.raises(Conflict):
        actions.store_draft(actor, case, content(), 1)
    actions.restore_case(actor, case)
    actions.close_case(actor, case)
    with pytest.raises(Conflict):
        actions.save_version(actor, case)
    actions.reopen_case(actor, case)
    actions.save_version(actor, case)


def test_purging_needs_the_bin_and_the_reference_and_leaves_only_the_trail(actor: Actor, case: Case) -> None:
    with pytest.raises(Conflict):
        actions.purge_case(actor, case, confirmed=case.reference)
    actions.save_version(actor, case)
    actions.delete_case(actor, case)
    with pytest.raises(Invalid):
        actions.purge_case(actor, case, confirmed="C-0002")
    key = case.pk
    actions.purge_case(actor, case, confirmed=case.reference.lower())
    assert not Case.objects.filter(pk=key).exists()
    assert not CaseVersion.objects.filter(case_id=key).exists()
    assert Entry.objects.filter(object=f"case:{key}", verb="case.purge").count() == 1


def test_a_colleague_of_the_same_team_goes_on_with_it(
    case: Case, clinic: Clinic, make_user: Callable[..., User]
) -> None:
    colleague = actor_for(make_user("colleague", clinic.team, Role.CLINICIAN), "page")
    read = actions.read_case(colleague, case.pk)
    draft = actions.store_draft(colleague, read, content("HP:0000520"), 1)
    assert draft.updated_by.username == "colleague"


def test_the_same_finding_twice_is_one_and_a_relatives_is_another(actor: Actor, clinic: Clinic) -> None:
    entries = (
        FindingEntry(term="HP:0000520"),
        FindingEntry(term="HP:0000520"),
        FindingEntry(term="HP:0000520", status="family", relative="father"),
    )
    case = actions.create_case(actor, clinic.team.pk, Content(findings=entries))
    assert [entry.status for entry in actions.content_of(case.draft).findings] == ["present", "family"]
