"""What can be done with a case. Pages, API and commands all come through these functions.

Each asks the policy, does its work in one transaction and appends to the audit trail. None of
them writes patient text to a log or to the trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.accounts.models import Team
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.attachments.tracing import traced
from diagnosis_app.audit import log
from diagnosis_app.cases.content import Content, FindingEntry, read_content
from diagnosis_app.cases.fate import Fate, tell
from diagnosis_app.cases.findings import Settled, settle
from diagnosis_app.cases.models import Case, CaseVersion, Draft
from diagnosis_app.cases.ranking import rank_content, summary_of
from diagnosis_app.errors import Conflict, Hidden, Invalid
from retrieval.errors import SnapshotMissing, SnapshotUnreadable


class DraftConflict(Conflict):
    """Somebody stored a change in between. `draft` is what the server holds now."""

    code = "case.draft_conflict"

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            _("Somebody else changed this case in the meantime."),
            hint=_("Both texts are kept. Choose which one to go on with."),
            field="base",
        )
        self.draft = draft


def create_case(actor: Actor, team_id: int, content: Content | None = None, *, origin: str = "page") -> Case:
    """A new case with its draft. Nothing is written if the content is refused."""
    if team_id not in actor.teams(Verb.CASE_CREATE):
        actor.require(Verb.CASE_CREATE)
        raise Hidden(_("There is no such team."), field="team")
    settled = settle((content or Content()).without_letters(), library.current())  # a new case has none
    now = timezone.now()
    summary = summary_of(settled.content, rank_content(settled.content))
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team_id)  # numbers are given out one by one
        last = Case.objects.filter(team_id=team_id).aggregate(last=Max("number"))["last"] or 0
        case = Case.objects.create(
            team_id=team_id, number=last + 1, created_by_id=_person(actor), updated_at=now, summary=summary
        )
        Draft.objects.create(case=case, content=settled.content.stored(), updated_by_id=_person(actor), updated_at=now)
        _note_down(actor, Verb.CASE_CREATE, case, {"origin": origin, "findings": len(settled.content.findings)})
    return case


def read_case(actor: Actor, case_id: UUID | str, *, part: str = "case") -> Case:
    """The case with draft and team loaded. Every read is one row of the trail."""
    case = find(actor, Verb.CASE_READ, case_id)
    _note_down(actor, Verb.CASE_READ, case, {"part": part})
    return case


def store_draft(actor: Actor, case: Case, content: Content | Mapping[str, Any], base_revision: int) -> Draft:
    """Stores what is being edited. Raises `DraftConflict` if `base_revision` is not the current one.

    Sending the same content again after a lost answer is not a conflict.
    """
    actor.require(Verb.CASE_EDIT, case)
    require_editable(case)
    wanted = content if isinstance(content, Content) else read_content(content)
    settled, summary = _read_draft(case, traced(case.pk, wanted))
    now = timezone.now()
    with transaction.atomic():
        changed = Draft.objects.filter(case_id=case.pk, revision=base_revision).update(
            content=settled.content.stored(),
            revision=F("revision") + 1,
            updated_by_id=_person(actor),
            updated_at=now,
        )
        if not changed:
            current = Draft.objects.select_related("updated_by").get(case_id=case.pk)
            if content_of(current).digest() == settled.content.digest():
                return current
            raise DraftConflict(current)
        Case.objects.filter(pk=case.pk).update(summary=summary, updated_at=now)
        _note_down(actor, Verb.CASE_EDIT, case, {"revision": base_revision + 1})
    case.summary, case.updated_at = summary, now
    draft = Draft.objects.get(case_id=case.pk)
    case.draft = draft
    return draft


def add_answer(actor: Actor, case: Case, term: str, status: str) -> FindingEntry:
    """Adds what was said of a finding to the draft, in place of what it held of the patient's own; as it was stored."""
    content = content_of(case.draft)
    entry = FindingEntry(**read_content({"findings": [{"term": term, "status": status}]}).findings[0].model_dump())
    others = tuple(one for one in content.findings if one.term != entry.term or one.status == "family")
    answered = content.model_copy(update={"findings": (*others, entry)})
    stored = content_of(store_draft(actor, case, answered, case.draft.revision))
    return next((one for one in stored.findings if one.term == entry.term and one.status == entry.status), entry)


def save_version(actor: Actor, case: Case) -> CaseVersion:
    """Freezes the draft. If nothing changed since the last version, that version comes back."""
    actor.require(Verb.CASE_SAVE, case)
    require_editable(case)
    with transaction.atomic():
        return _freeze(actor, case, returned_from=None)


def return_to(actor: Actor, case: Case, number: int) -> CaseVersion:
    """Makes the content of an old version current again, as a new version.

    Unsaved changes are first saved as a version of their own, so returning can itself be undone.
    """
    actor.require(Verb.CASE_SAVE, case)
    require_editable(case)
    with transaction.atomic():
        old = version_of(case, number)
        _held(case)
        _freeze(actor, case, returned_from=None)
        content, now = read_content(old.content), timezone.now()
        draft = Draft.objects.select_for_update().get(case_id=case.pk)
        draft.content, draft.revision = content.stored(), draft.revision + 1
        draft.updated_by_id, draft.updated_at = _person(actor), now
        draft.save()
        case.draft = draft
        case.summary, case.updated_at = summary_of(content, rank_content(content)), now
        case.save(update_fields=["summary", "updated_at"])
        return _freeze(actor, case, returned_from=number)


def delete_case(actor: Actor, case: Case) -> Case:
    """Into the bin. Nothing is lost until it is purged."""
    actor.require(Verb.CASE_DELETE, case)
    return _mark(actor, Verb.CASE_DELETE, case, Fate.BINNED, deleted_at=timezone.now())


def restore_case(actor: Actor, case: Case) -> Case:
    actor.require(Verb.CASE_RESTORE, case)
    return _mark(actor, Verb.CASE_RESTORE, case, Fate.RESTORED, deleted_at=None)


def purge_case(actor: Actor, case: Case, *, confirmed: str) -> None:
    """For good, with drafts, versions and runs. The trail keeps that it existed, not what it held."""
    actor.require(Verb.CASE_PURGE, case)
    if case.deleted_at is None:
        raise Conflict(_("Only a case in the bin can be purged."), hint=_("Delete it first."), code="case.not_in_bin")
    if confirmed.strip().upper() != case.reference:
        raise Invalid(
            _("The case was not purged: the reference typed does not match."),
            field="confirmed",
            hint=_("Type %(reference)s to purge it.") % {"reference": case.reference},
        )
    with transaction.atomic():
        if _held(case).deleted_at is None:
            raise Conflict(
                _("Only a case in the bin can be purged."), hint=_("Delete it first."), code="case.not_in_bin"
            )
        runs = getattr(case, "runs", None)
        if runs is not None:
            list(runs.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        tell(actor, case, Fate.PURGED)
        _note_down(actor, Verb.CASE_PURGE, case, {"reference": case.reference})
        if runs is not None:
            runs.all().delete()  # runs protect the versions they read
        case.delete()


def close_case(actor: Actor, case: Case) -> Case:
    actor.require(Verb.CASE_EDIT, case)
    require_editable(case)
    return _mark(actor, "case.close", case, closed_at=timezone.now())


def reopen_case(actor: Actor, case: Case) -> Case:
    actor.require(Verb.CASE_EDIT, case)
    return _mark(actor, "case.reopen", case, closed_at=None)


def export_case(actor: Actor, case: Case, *, form: str) -> Content:
    """The content to be written out as text or phenopacket; the trail names the form."""
    actor.require(Verb.CASE_EXPORT, case)
    _note_down(actor, Verb.CASE_EXPORT, case, {"form": form})
    return content_of(case.draft)


def find(actor: Actor, verb: Verb, case_id: UUID | str) -> Case:
    """The case, if this actor may do `verb` with it; otherwise there is no such case."""
    actor.require(verb)
    try:
        case = Case.objects.select_related("draft", "draft__updated_by", "team", "created_by").get(pk=case_id)
    except (Case.DoesNotExist, ValueError, TypeError):
        raise Hidden() from None  # the same words as for a case of another team
    actor.require(verb, case)
    return case


def version_of(case: Case, number: int) -> CaseVersion:
    try:
        return case.versions.select_related("created_by").get(number=number)
    except CaseVersion.DoesNotExist:
        raise Hidden(_("There is no such version.")) from None


def content_of(holder: Draft | CaseVersion) -> Content:
    return read_content(holder.content)


def last_version(case: Case) -> CaseVersion | None:
    return case.versions.select_related("created_by").order_by("-number").first()


def _read_draft(case: Case, wanted: Content) -> tuple[Settled, dict[str, Any]]:
    """Terms settled and the summary. Without knowledge the words are still kept, as long as no term is new."""
    held = {entry["term"] for entry in case.draft.content.get("findings", ())}
    try:
        settled = settle(wanted, library.current(), held=held)
        return settled, summary_of(settled.content, rank_content(settled.content))
    except (SnapshotMissing, SnapshotUnreadable):
        if any(entry.term not in held for entry in wanted.findings):
            raise
        return Settled(wanted), case.summary


def _freeze(actor: Actor, case: Case, *, returned_from: int | None) -> CaseVersion:
    draft = Draft.objects.select_for_update().get(case_id=case.pk)
    content = content_of(draft)
    digest, last = content.digest(), last_version(case)
    if last is not None and last.digest == digest:
        return last
    version = CaseVersion.objects.create(
        case=case,
        number=(last.number if last else 0) + 1,
        content=content.stored(),
        digest=digest,
        snapshot=library.current().id,
        summary={**case.summary, "returned_from": returned_from},
        created_by_id=_person(actor),
    )
    detail: dict[str, Any] = {"version": version.number, "digest": digest}
    if returned_from is not None:
        detail["returned_from"] = returned_from
    _note_down(actor, Verb.CASE_SAVE, case, detail)
    return version


def _mark(actor: Actor, verb: Verb | str, case: Case, fate: Fate | None = None, **fields: datetime | None) -> Case:
    with transaction.atomic():
        for name, value in fields.items():
            setattr(case, name, value)
        case.save(update_fields=list(fields))
        if fate is not None:
            tell(actor, case, fate)
        _note_down(actor, verb, case, {})
    return case


def _held(case: Case) -> Case:
    """The case as it is now, locked with its draft. Rows are locked before the trail is, which others wait for with
    rows in hand."""
    list(Draft.objects.select_for_update(no_key=True).filter(case_id=case.pk).values_list("pk"))
    now = Case.objects.select_for_update(no_key=True).filter(pk=case.pk).first()
    if now is None:
        raise Hidden()
    return now


def require_editable(case: Case) -> None:
    if case.deleted_at is not None:
        raise Conflict(_("This case is in the bin."), hint=_("Restore it to change it."), code="case.deleted")
    if case.closed_at is not None:
        raise Conflict(_("This case is closed."), hint=_("Reopen it to change it."), code="case.closed")


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    return actor.user_id


def _note_down(actor: Actor, verb: Verb | str, case: Case, detail: Mapping[str, Any]) -> None:
    log.record(actor, verb, object=f"case:{case.pk}", team_id=case.team_id, detail=detail)
