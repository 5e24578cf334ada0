"""Reads a letter, in a worker: claims the row, has the bounded parsers read it, writes what came out.

The row is the truth, as with investigations (docs/decisions/0005): claimed by a conditional UPDATE, left to
its lease by a worker that dies, and rung for again by the reaper. A parser runs in a process of its own, so a
hostile file hurts neither the worker nor the web. Nothing of the letter is logged.
"""

from __future__ import annotations

import logging
import threading
import traceback
from uuid import UUID

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corpus_ingest.documents import Limits, ReadText, Unreadable, read
from diagnosis_app.attachments import letter
from diagnosis_app.attachments.actions import LARGEST
from diagnosis_app.attachments.models import Attachment, Original, State
from diagnosis_app.attachments.reading_state import claim, end
from diagnosis_app.errors import Invalid

log = logging.getLogger("clew.letters")

KINDS = frozenset({"pdf", "docx", "text", "markdown", "html", "csv", "image"})  # a table of values is typed as csv
LIMITS = Limits(bytes=LARGEST, seconds=90.0, pages=300, characters=letter.LONGEST, recognised=20)
WARNINGS = 20
AT_ONCE = 2  # readings in one process, as many as the parsers admit
# Waited for before a letter is claimed: a lease must not run out in a queue.
_PLACES = threading.BoundedSemaphore(AT_ONCE)


def read_letter(attachment_id: UUID) -> None:
    """In a worker's thread: `carry`, with a connection of its own that is given back."""
    close_old_connections()
    try:
        carry(attachment_id)
    except (OperationalError, InterfaceError) as error:
        # The database went away. The lease runs out by itself, and the reaper tells another worker.
        log.warning("letter %s was left where it is: %s", attachment_id, type(error).__name__)
    finally:
        connection.close()


def carry(attachment_id: UUID) -> bool:
    """Brings one letter from waiting to ready or failed. False if there was nothing to do."""
    with _PLACES:
        if not claim(attachment_id):
            return False
        try:
            end(attachment_id, **_outcome(attachment_id))
        except (Attachment.DoesNotExist, Original.DoesNotExist):
            return False  # deleted for good while it was read
    return True


def _outcome(attachment_id: UUID) -> dict[str, object]:
    row = Attachment.objects.only("name").get(pk=attachment_id)
    content = bytes(Original.objects.values_list("content", flat=True).get(pk=attachment_id))
    try:
        return _ready(read(content, row.name, LIMITS))
    except (Unreadable, Invalid) as error:
        log.info("letter %s was not read: %s", attachment_id, error.code)
        return _failed(error)
    except Exception as error:  # the border at which an unforeseen error becomes an outcome
        places = " <- ".join(
            f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
            for frame in reversed(traceback.extract_tb(error.__traceback__))
        )
        log.error("letter %s failed: %s at %s", attachment_id, type(error).__name__, places)
        words, hint = _("The letter could not be read: a failure of ours."), _("Paste its words into the note.")
        return _failed(Invalid(words, hint=hint, code="attachment.broken"))


def _ready(found: ReadText) -> dict[str, object]:
    kind = str(found.kind)
    if kind not in KINDS:
        raise Invalid(
            _("This is no letter: it holds data or an archive."),
            hint=_("Attach a PDF, a DOCX, a text, or a picture of a letter."),
            code="attachment.kind",
        )
    blocks = letter.stored(found.blocks)
    if not blocks:
        raise Invalid(
            _("There are no words in this letter."),
            hint=_("If it is a scan, save it with recognised text, or paste its words into the note."),
            code="attachment.no_words",
        )
    return {
        "state": State.READY,
        "kind": kind,
        "pages": found.pages,
        "blocks": blocks,
        "warnings": [words[:300] for words in (*_unseen(found), *found.warnings)][:WARNINGS],
        "code": "",
        "message": "",
        "hint": "",
    }


def _unseen(found: ReadText) -> list[str]:
    """What nobody sees who reads the letter is not taken over, and that is said."""
    count = len(found.unseen)
    words = ngettext("%(n)s piece of hidden text was left out.", "%(n)s pieces of hidden text were left out.", count)
    return [words % {"n": count}] if count else []


def _failed(error: Unreadable | Invalid) -> dict[str, object]:
    return {"state": State.FAILED, "code": error.code[:60], "message": error.message, "hint": error.hint}
