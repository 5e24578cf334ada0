"""What can be done with the letters of a case. Each act asks the policy about the case and leaves a row in the
trail; the row holds ids and counts, never a name or a word of the letter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.attachments.bell import ring
from diagnosis_app.attachments.models import Attachment, Original, State
from diagnosis_app.attachments.names import shown_name
from diagnosis_app.audit import log
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Hidden, Invalid, TooLarge

LARGEST = 20 * 1024 * 1024  # bytes of one letter
MOST = 20  # letters of a case
MOST_AWAY = 20  # put away and not yet deleted for good

ADD, READ, REMOVE, RESTORE, ERASE, RETRY = (
    f"attachment.{what}" for what in ("add", "read", "remove", "restore", "erase", "retry")
)


def add(actor: Actor, case: Case, name: str, content: bytes) -> Attachment:
    """Keeps the file and asks a worker to read it. The same file again is the letter that is there already."""
    actor.require(Verb.CASE_EDIT, case)
    _fit(content)
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        _editable_now(case)
        there = Attachment.objects.filter(case=case, sha256=digest).first()
        if there is not None and there.deleted_at is None:
            return there
        _room(case)
        if there is not None:
            return _mark(actor, RESTORE, case, there, deleted_at=None)
        made = Attachment.objects.create(
            case=case, name=shown_name(name), sha256=digest, size=len(content), created_by_id=actor.user_id
        )
        Original.objects.create(attachment=made, content=content)
        _note_down(actor, ADD, case, made, {"bytes": len(content)})
    ring(made.pk)
    return made


def listed(actor: Actor, case: Case) -> list[Attachment]:
    """The letters of a case without their text, those put away as well. The caller has read the case."""
    actor.require(Verb.CASE_READ, case)
    return list(case.attachments.select_related("created_by").defer("blocks"))


def read(actor: Actor, case: Case, attachment_id: UUID, *, part: str) -> Attachment:
    """One letter with its text; every reading is a row of the trail."""
    actor.require(Verb.CASE_READ, case)
    found = find(case, attachment_id)
    _note_down(actor, READ, case, found, {"part": part})
    return found


def original(actor: Actor, case: Case, attachment_id: UUID) -> tuple[Attachment, bytes]:
    """The file as it came."""
    found = read(actor, case, attachment_id, part="file")
    return found, bytes(found.original.content)


def remove(actor: Actor, case: Case, attachment_id: UUID) -> Attachment:
    """Puts a letter away. Nothing is lost: `restore` brings it back, and what was read in it stays traceable."""
    actor.require(Verb.CASE_EDIT, case)
    with transaction.atomic():
        _editable_now(case)
        found = find(case, attachment_id)
        if found.deleted_at is not None:
            return found
        if case.attachments.filter(deleted_at__isnull=False).count() >= MOST_AWAY:
            raise Conflict(
                _("%(n)s letters of this case are put away already.") % {"n": MOST_AWAY},
                hint=_("Delete some of them for good first."),
                code="attachment.too_many",
            )
        return _mark(actor, REMOVE, case, found, deleted_at=timezone.now())


def restore(actor: Actor, case: Case, attachment_id: UUID) -> Attachment:
    actor.require(Verb.CASE_EDIT, case)
    with transaction.atomic():
        _editable_now(case)
        found = find(case, attachment_id)
        if found.deleted_at is None:
            return found
        _room(case)
        return _mark(actor, RESTORE, case, found, deleted_at=None)


def erase(actor: Actor, case: Case, attachment_id: UUID) -> None:
    """Deletes a letter that was put away, with its file and text: it may be another patient's."""
    actor.require(Verb.CASE_PURGE, case)
    with transaction.atomic():
        _editable_now(case)
        found = find(case, attachment_id)
        if found.deleted_at is None:
            raise Conflict(
                _("Only a letter that was put away can be deleted for good."),
                hint=_("Remove it first."),
                code="attachment.in_use",
            )
        _note_down(actor, ERASE, case, found, {})
        found.delete()


def retry(actor: Actor, case: Case, attachment_id: UUID) -> Attachment:
    """Reads a letter once more that failed, or for which the queue could not be told."""
    actor.require(Verb.CASE_EDIT, case)
    with transaction.atomic():
        _editable_now(case)
        found = find(case, attachment_id)
        if found.state == State.READY:
            return found
        if found.state == State.FAILED:
            Attachment.objects.filter(pk=found.pk, state=State.FAILED).update(
                state=State.READING, code="", message="", hint="", attempts=0, lease_until=None, rung_at=None
            )
        _note_down(actor, RETRY, case, found, {})
    ring(found.pk)
    found.refresh_from_db()
    return found


def _editable_now(case: Case) -> None:
    """Locks the case, so that its letters change one after the other; it may have been closed or purged meanwhile."""
    now = Case.objects.select_for_update(no_key=True).filter(pk=case.pk).first()
    if now is None:
        raise Hidden()
    cases.require_editable(now)


def find(case: Case, attachment_id: UUID | str) -> Attachment:
    """The letter, if it is this case's; the caller has found the case."""
    try:
        return case.attachments.select_related("created_by").get(pk=attachment_id)
    except (Attachment.DoesNotExist, ValidationError, ValueError, TypeError):
        raise Hidden(_("There is no such letter.")) from None


def _fit(content: bytes) -> None:
    if not content:
        raise Invalid(
            _("The file is empty."), field="file", hint=_("Choose the letter itself."), code="attachment.empty"
        )
    if len(content) > LARGEST:
        raise TooLarge(
            _("The file is larger than 20 MB."),
            field="file",
            hint=_("Save it without pictures, or split it."),
            code="attachment.too_large",
        )


def _room(case: Case) -> None:
    if case.attachments.filter(deleted_at__isnull=True).count() >= MOST:
        raise Conflict(
            _("A case holds at most %(n)s letters.") % {"n": MOST},
            field="file",
            hint=_("Remove one that is not needed."),
            code="attachment.too_many",
        )


def _mark(actor: Actor, verb: str, case: Case, found: Attachment, **fields: Any) -> Attachment:
    for name, value in fields.items():
        setattr(found, name, value)
    found.save(update_fields=list(fields))
    _note_down(actor, verb, case, found, {})
    return found


def _note_down(actor: Actor, verb: str, case: Case, found: Attachment, detail: Mapping[str, Any]) -> None:
    log.record(
        actor,
        verb,
        object=f"case:{case.pk}",
        team_id=case.team_id,
        detail={"attachment": str(found.pk), **detail},
    )
