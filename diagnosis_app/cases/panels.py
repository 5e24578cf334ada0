"""The parts of the workspace that change together, drawn as HTML: findings, differential, one candidate.

A panel that cannot be drawn because the knowledge is away says so and shows no stale result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corpus_ingest import library
from diagnosis_app.attachments.models import Attachment
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.differences import differences
from diagnosis_app.cases.differential import listing, moved, still_open
from diagnosis_app.cases.explanation import Opened, opened
from diagnosis_app.cases.finding_list import counted, groups
from diagnosis_app.cases.gene_rows import gene_rows
from diagnosis_app.cases.next_panels import named, next_panel, separates_panel
from diagnosis_app.cases.ranking import explain_content, hints_for, rank_content, stability_of
from diagnosis_app.cases.scope import scope_words
from diagnosis_app.errors import Hidden
from retrieval.errors import RetrievalError, UnknownDisease
from retrieval.ranking import Ranking, movement

CHANGES = 2  # of the last change, named; the rest are counted


def findings_panel(content: Content, letters: Mapping[str, Attachment], *, editable: bool) -> str:
    """`letters` are those that the content names: `attachments.shown.origins`."""
    try:
        ontology, hints = library.current().ontology, hints_for(content)
    except RetrievalError as error:
        return render_to_string("cases/_away.html", {"problem": error, "findings": content.findings})
    context = {
        "groups": groups(content, ontology, hints, letters),
        "total": len(content.findings),
        "counted": counted(content),
        "editable": editable,
    }
    return render_to_string("cases/_findings.html", context)


def genes_panel(content: Content, *, editable: bool) -> str:
    """The line of the genes, and a row each for the first of them. Without knowledge they are named all the same."""
    try:
        table = library.current().genes
    except RetrievalError:
        table = None
    view = gene_rows(content, table)
    return render_to_string("cases/_genes.html", {"genes": view, "editable": editable})


def differential_panel(
    content: Content,
    before: Content | None,
    *,
    shown: int,
    opened: Sequence[str] | None,
    live: bool = True,
    part: str = "all",
    skip: Sequence[str] = (),
    editable: bool = True,
) -> str:
    """`before` is what the last change replaced; `opened` None opens all; `part` "list" leaves out what moved.

    `skip` are questions that could not be answered.
    """
    try:
        snapshot, ranking = library.current(), rank_content(content)
        context: dict[str, Any] = {
            "ranking": ranking,
            "listing": listing(ranking, snapshot, shown=shown),
            "scope": scope_words(snapshot.manifest),
            "version": snapshot.ontology.version,
            "help": [] if ranking.outcome == "ranked" else what_would_help(content, ranking),
            "empty": not content.findings,
            "set_aside": _set_aside(ranking),
            "live": live,
            "next": next_panel(content, ranking, skip=skip, editable=editable) if live else "",
            "opened": {one: opened_panel(content, one, editable=live) for one in still_open(opened, ranking, shown)},
        }
        if before is not None:
            context |= _what_moved(before, content, ranking)
    except RetrievalError as error:
        return render_to_string("cases/_away.html", {"problem": error})
    return render_to_string("cases/_list_of_candidates.html" if part == "list" else "cases/_differential.html", context)


def opened_panel(content: Content, disease: str, *, editable: bool) -> str:
    try:
        explanation = explain_content(content, disease)
    except UnknownDisease:
        raise Hidden(_("The knowledge in use holds no such disease.")) from None
    view: Opened = opened(explanation, library.current(), content.genes)
    apart = separates_panel(content, named(rank_content(content)), explanation.candidate.id, choose=editable)
    return render_to_string("cases/_opened.html", {"one": view, "editable": editable, "separates": apart})


def steady_panel(content: Content) -> str:
    """Whether the leader stays when any one finding is left out."""
    ranking = rank_content(content)
    if ranking.outcome != "ranked":
        return ""
    stability, ontology = stability_of(content), library.current().ontology
    changed = [
        {"finding": ontology.label(index), "leader": one.leader_name, "rank": one.rank_of_leader}
        for one in stability.without
        if one.rank_of_leader > 1 and (index := ontology.index(one.finding)) is not None
    ]
    context = {"stability": stability, "tries": len(stability.without), "changed": changed}
    return render_to_string("cases/_steady.html", context)


def what_would_help(content: Content, ranking: Ranking) -> list[str]:
    """Facts that would most improve a list that cannot be shown yet."""
    wanted = []
    if "too_few_specific_findings" in ranking.reasons:
        missing = max(1, 3 - ranking.specific)
        wanted.append(
            ngettext(
                "%(n)s more specific finding: a feature that few diseases have says more than seizures or delay.",
                "%(n)s more specific findings: a feature that few diseases have says more than seizures or delay.",
                missing,
            )
            % {"n": missing}
        )
    else:
        wanted.append(_("Findings that are present: three specific ones are enough for a first list."))
    if any(hint.code == "too_general" for hint in hints_for(content)):
        wanted.append(_("A narrower term for the findings marked as too general."))
    if content.age is None:
        wanted.append(_("The age at examination."))
    if content.onset is None:
        wanted.append(_("The age at which the illness began."))
    if not any(entry.status == "excluded" for entry in content.findings):
        wanted.append(_("What was looked for and is absent."))
    return wanted


def _what_moved(before: Content, content: Content, ranking: Ranking) -> dict[str, Any]:
    """The last change in words, and what it did to the list: began it, ended it, moved places or none."""
    changes, earlier = differences(before, content), rank_content(before)
    ranked = earlier.outcome == "ranked", ranking.outcome == "ranked"
    moves, others = moved(movement(earlier, ranking) if all(ranked) else ())
    return {
        "changes": changes[:CHANGES],
        "further": max(0, len(changes) - CHANGES),
        "moves": moves,
        "others": others,
        "began": ranked == (False, True),
        "ended": ranked == (True, False),
    }


def _set_aside(ranking: Ranking) -> str:
    """Findings that are listed and weigh nothing, in words."""
    words = {"uncertain": _("uncertain"), "family": _("in a relative"), "contradicted": _("contradicted")}
    counts = {name: sum(one.reason == reason for one in ranking.not_used) for reason, name in words.items()}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)
