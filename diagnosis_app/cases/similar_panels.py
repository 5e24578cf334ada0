"""Similar cases, published and the team's own, as parts of a page, drawn as HTML."""

from __future__ import annotations

from uuid import UUID

from django.template.loader import render_to_string

from diagnosis_app.cases.content import Content
from diagnosis_app.cases.similar import MOST, panel
from frontend.words import who
from retrieval.errors import RetrievalError


def similar_panel(
    content: Content,
    case_id: UUID,
    *,
    team_id: int,
    start: int = 0,
    snapshot: str | None = None,
    version: int | None = None,
    url: str = "",
) -> str:
    """The table of a patient beside some cases. With `url` other cases are asked for there, otherwise by the
    script of the page; `snapshot` and `version` are those of an investigation."""
    context = {
        "case_id": case_id,
        "who": who(content.sex, content.age),
        "snapshot": snapshot,
        "version": version,
        "url": url,
    }
    try:
        context["panel"] = panel(content, team_id=team_id, case_id=case_id, start=start, snapshot=snapshot)
    except RetrievalError as error:
        context["problem"] = error
    return render_to_string("similar/_panel.html", context)


def start_of(text: str | None) -> int:
    """Where the cases beside the patient begin; anything else than a small number is the beginning."""
    return min(int(text), MOST) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0
