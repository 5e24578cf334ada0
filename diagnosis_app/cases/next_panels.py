"""Two parts of a page drawn as HTML: what is worth knowing next, and what separates two candidates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from diagnosis_app.cases.asking import asking, questions_of
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.separating import comparison_of, rival, separates
from diagnosis_app.errors import Hidden
from retrieval.errors import UnknownDisease
from retrieval.ranking import Ranking

CHOICES = 10  # candidates one may compare with


def next_panel(content: Content, ranking: Ranking, *, skip: Collection[str] = (), editable: bool = True) -> str:
    """The questions under a list; without a list, that there are none yet."""
    if not content.findings:
        return ""
    context: dict[str, Any] = {"editable": editable, "skipped": len(set(skip)), "ranked": ranking.outcome == "ranked"}
    if ranking.outcome == "ranked":
        context["asking"] = asking(questions_of(content, skip=skip), content)
    return render_to_string("cases/_next.html", context)


def separates_panel(
    content: Content,
    candidates: Sequence[tuple[str, str]],
    disease: str,
    against: str | None = None,
    *,
    snapshot: str | None = None,
    url: str = "",
    choose: bool = True,
) -> str:
    """What separates `disease` from `against`, or from the next of `candidates`; empty if there is no other.

    With `url` the choice of another is asked there, otherwise by the script of the page.
    """
    other = against or rival(candidates, disease)
    if other is None or other == disease:
        return ""
    try:
        found = comparison_of(content, disease, other, snapshot=snapshot)
    except UnknownDisease:
        raise Hidden(_("The knowledge in use holds no such disease.")) from None
    view = separates(found, candidates[:CHOICES], snapshot=snapshot)
    context = {"view": view, "disease": disease, "url": url, "choose": choose and len(view.choices) > 1}
    return render_to_string("cases/_separates.html", context)


def named(ranking: Ranking) -> list[tuple[str, str]]:
    """(id, name) of the candidates of a list, in their order."""
    return [(one.id, one.name) for one in ranking.candidates]
