"""The knowledge in use, read-only: sources with version, licence and size, counts, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from corpus_ingest import library, sources
from diagnosis_app.accounts.guard import performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases.scope import scope_words
from retrieval.errors import RetrievalError


@require_safe
@performs(Verb.KNOWLEDGE_READ)
def knowledge(request: HttpRequest) -> HttpResponse:
    try:
        snapshot = library.current()
    except RetrievalError as error:
        return render(request, "knowledge/knowledge.html", {"problem": error}, status=200)
    manifest = snapshot.manifest
    files = sorted(manifest.files.items())
    context = {
        "snapshot": snapshot,
        "manifest": manifest,
        "built": _built(manifest.created),
        "files": files,
        "size": manifest.bytes,
        "counts": list(_counts(manifest.counts)),
        "scope": scope_words(manifest),
        "lacking": list(_lacking({source.name for source in manifest.sources})),
    }
    return render(request, "knowledge/knowledge.html", context)


def _built(created: str) -> datetime | None:
    """The manifest is a file: what it says of its date is not trusted to be one."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lacking(names: AbstractSet[str]) -> Iterator[tuple[str, str, str]]:
    """(title, what it would bring, the command that brings it) of each source that this knowledge does without."""
    for kind in sources.kinds():
        if kind.name not in names:
            yield _(kind.title), _(kind.brings), kind.how


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
    )
    yield from ((name, number) for name, number in named if isinstance(number, int))
