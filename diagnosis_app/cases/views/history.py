"""Versions of a case, and the case as something to take away: text for the record, phenopacket."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.attachments.shown import note_pieces, origins
from diagnosis_app.cases import actions
from diagnosis_app.cases.differences import differences
from diagnosis_app.cases.panels import differential_panel, findings_panel, genes_panel
from diagnosis_app.cases.record import as_text
from diagnosis_app.interop.phenopackets import export_report, write_phenopacket
from frontend.words import who


@require_safe
@performs(Verb.CASE_READ)
def history(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = actions.read_case(actor_of(request), case_id, part="history")
    versions = list(case.versions.select_related("created_by").order_by("-number"))
    contents = [actions.content_of(version) for version in versions]
    draft = actions.content_of(case.draft)
    rows = []
    for position, (version, content) in enumerate(zip(versions, contents, strict=True)):
        earlier = contents[position + 1] if position + 1 < len(contents) else None
        rows.append({"version": version, "changes": differences(earlier, content) if earlier else None})
    context = {
        "case": case,
        "who": who(draft.sex, draft.age),
        "tab": "history",
        "rows": rows,
        "unsaved": differences(contents[0], draft) if contents else None,
        "editable": case.deleted_at is None and case.closed_at is None,
    }
    return render(request, "cases/history.html", context)


@require_safe
@performs(Verb.CASE_READ)
def version(request: HttpRequest, case_id: UUID, number: int) -> HttpResponse:
    """An old version, read-only, ranked with the knowledge in use now."""
    case = actions.read_case(actor_of(request), case_id, part=f"version {number}")
    old = actions.version_of(case, number)
    content, draft = actions.content_of(old), actions.content_of(case.draft)
    letters = origins(case.pk, content)
    context = {
        "case": case,
        "who": who(content.sex, content.age),
        "tab": "history",
        "version": old,
        "note": note_pieces(content, letters),
        "content": content,
        "since": differences(content, draft),
        "findings_html": findings_panel(content, letters, editable=False),
        "genes_html": genes_panel(content, editable=False) if content.genes else "",
        "differential_html": differential_panel(content, None, shown=10, opened=None, live=False),
        "editable": case.deleted_at is None and case.closed_at is None,
    }
    return render(request, "cases/version.html", context)


@require_POST
@performs(Verb.CASE_SAVE)
def go_back(request: HttpRequest, case_id: UUID, number: int) -> HttpResponse:
    actor = actor_of(request)
    actions.return_to(actor, actions.find(actor, Verb.CASE_SAVE, case_id), number)
    return redirect("case_history", case_id=case_id)


@require_safe
@performs(Verb.CASE_EXPORT)
def export(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Both forms on one page, with what a phenopacket cannot carry."""
    actor = actor_of(request)
    case = actions.find(actor, Verb.CASE_EXPORT, case_id)
    content = actions.export_case(actor, case, form="preview")
    context = {
        "case": case,
        "who": who(content.sex, content.age),
        "tab": "export",
        "text": as_text(case, content),
        "report": export_report(content, library.current().ontology),
    }
    return render(request, "cases/export.html", context)


@require_safe
@performs(Verb.CASE_EXPORT)
def text(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    case = actions.find(actor, Verb.CASE_EXPORT, case_id)
    content = actions.export_case(actor, case, form="text")
    return HttpResponse(as_text(case, content), content_type="text/plain; charset=utf-8")


@require_safe
@performs(Verb.CASE_EXPORT)
def phenopacket(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    case = actions.find(actor, Verb.CASE_EXPORT, case_id)
    content = actions.export_case(actor, case, form="phenopacket")
    packet = write_phenopacket(
        content,
        reference=case.reference,
        created=case.draft.updated_at,
        created_by=actor.name,
        ontology=library.current().ontology,
    )
    answer = HttpResponse(json.dumps(packet, indent=2, ensure_ascii=False), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{case.reference}.phenopacket.json"'
    return answer
