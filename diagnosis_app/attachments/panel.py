"""The list of letters beside the note, drawn as HTML, with what the page's script needs to know of it."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.attachments import actions, shown
from diagnosis_app.attachments.models import State
from diagnosis_app.cases.models import Case


def letters_now(actor: Actor, case: Case) -> dict[str, Any]:
    """`reading`: ask again soon. `names` by id, for the marks in the note."""
    rows = [shown.row(one) for one in actions.listed(actor, case)]
    context = {
        "here": [one for one in rows if not one.away],
        "away": [one for one in rows if one.away],
        "editable": case.deleted_at is None and case.closed_at is None and actor.may(Verb.CASE_EDIT, case),
        "case": case,
    }
    return {
        "html": render_to_string("attachments/_letters.html", context),
        "reading": any(one.state == State.READING and not one.away for one in rows),
        "names": {one.id: one.name for one in rows},
    }
