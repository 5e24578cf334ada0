"""The Knowledge page: what is in use, what is coming in, what was held back, what would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from corpus_ingest.ingestion import requests
from corpus_ingest.models import Ingestion
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases.scope import scope_words
from diagnosis_app.knowledge import held, in_use, planned, sources_panel
from diagnosis_app.knowledge.draft import draft
from diagnosis_app.knowledge.ingestion_panel import sheet
from diagnosis_app.knowledge.permissions import allowed
from diagnosis_app.knowledge.reranking import reranking as shown_reranking
from diagnosis_app.knowledge.searching import Tried
from retrieval.errors import RetrievalError

SHOWN_AFTERWARDS = timedelta(hours=12)  # how long an ingestion that ended stays on the page


@require_safe
@performs(Verb.KNOWLEDGE_READ)
def knowledge(request: HttpRequest) -> HttpResponse:
    return render(request, "knowledge/knowledge.html", context_of(request, Tried()))


@require_safe
@performs(Verb.KNOWLEDGE_REVIEW)
def reranking(request: HttpRequest) -> HttpResponse:
    """How far the open cases have come, as the page asks for it while they are ranked again."""
    return render(request, "knowledge/_reranking.html", {"reranking": shown_reranking(SHOWN_AFTERWARDS)})


def context_of(request: HttpRequest, tried: Tried) -> dict[str, Any]:
    """Everything of the page. Without knowledge in use it says so, and how to bring some in."""
    may = allowed(request)
    use, problem = _in_use()
    listed = sources_panel.listed(use.manifest if use else None)
    latest = _latest()
    context: dict[str, Any] = {
        **may,
        "use": use,
        "problem": problem,
        "listed": listed,
        "sheet": sheet(latest) if latest else None,
        "tried": tried if tried.asked or not use else replace(tried, empty=not use.manifest.counts.get("passages")),
    }
    if use:
        manifest = use.manifest
        context |= {
            "files": sorted(manifest.files.items()),
            "counts": list(_counts(manifest.counts)),
            "scope": scope_words(manifest),
            "passages": manifest.counts.get("passages"),
        }
    if may["may_review"]:
        context |= {
            "held": held.held(),
            "screened": Ingestion.objects.exists() or bool(use and use.manifest.counts.get("documents")),
            "reranking": shown_reranking(SHOWN_AFTERWARDS),
            "draft": draft(actor_of(request).user_id, alone=settings.PUBLISH_ALONE),
            "planned": planned.planned(),
            "feeds": listed.starter,
        }
    return context


def _in_use() -> tuple[in_use.InUse | None, RetrievalError | None]:
    try:
        return in_use.in_use(), None
    except RetrievalError as error:
        return None, error


def _latest() -> Ingestion | None:
    """The ingestion to show: the one under way, else the last one if it ended lately."""
    active = requests.active()
    shown = active or Ingestion.objects.order_by("-created_at").first()
    if shown is None or (shown.ended_at and timezone.now() - shown.ended_at > SHOWN_AFTERWARDS):
        return None
    return Ingestion.objects.select_related("started_by").prefetch_related("stages").get(pk=shown.pk)


def _counts(counts: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The counts of the manifest a reader asks about first, in words; the rest stays in the manifest."""
    diseases = counts.get("diseases", {})
    named = (
        (_("Terms of the ontology"), counts.get("terms")),
        (_("Synonyms"), counts.get("synonyms")),
        (_("Obsolete terms, with or without a replacement"), counts.get("terms_obsolete")),
        (_("Diseases ranked"), counts.get("ranked")),
        *((_("Diseases from %(source)s") % {"source": source}, number) for source, number in diseases.items()),
        (_("Diseases that are one in OMIM and Orphanet"), counts.get("diseases_of_omim_and_orphanet")),
        (_("Rows of annotation"), counts.get("rows")),
        (_("Findings of diseases, pooled"), counts.get("findings")),
        (_("Findings documented as absent"), counts.get("findings_absent")),
        (_("Links from gene to disease"), counts.get("gene_links")),
        (_("Diseases that belong to a numbered series"), counts.get("diseases_in_a_series")),
        (_("Published cases"), counts.get("cases") or None),
        (_("Papers that describe them"), counts.get("case_publications") or None),
        (_("Diseases with published cases"), counts.get("diseases_with_cases") or None),
        (_("Texts"), counts.get("documents") or None),
        (_("Passages that can be quoted"), counts.get("passages") or None),
    )
    yield from ((name, number) for name, number in named if isinstance(number, int))
