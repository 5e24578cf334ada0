"""The two small services of the gene list: genes for what is typed, and a pasted list read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.audit import log
from diagnosis_app.cases.gene_entries import paste
from diagnosis_app.cases.views.answers import answers_json, read_json
from diagnosis_app.errors import Invalid
from retrieval.genes import LONGEST, Gene, is_symbol

OFFERED = 8


@require_safe
@performs(Verb.KNOWLEDGE_READ)
@answers_json
def genes(request: HttpRequest) -> HttpResponse:
    """Genes that begin so; where none does, those one slip of the keyboard away."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    table = library.current().genes
    at = table.index(text)
    begun = table.suggest(text, limit=OFFERED)
    found = begun or ((table.gene(at),) if at is not None else ())
    return JsonResponse(
        {
            "q": text,
            "genes": [_offered(gene) for gene in found],
            "near": [] if found else [_offered(gene) for gene in table.near(text)],
            "possible": is_symbol(text),
        }
    )


@require_POST
@performs(Verb.RANK)
@answers_json
def read(request: HttpRequest) -> HttpResponse:
    """The genes of a pasted text that is not stored by this, with every problem by its line."""
    text = read_json(request).get("text", "")
    if not isinstance(text, str):
        raise Invalid("text is not a text.", field="text", hint="Send the list as text.")
    actor = actor_of(request)
    actor.require(Verb.RANK)
    pasted = paste(text, library.current().genes)
    log.record(actor, Verb.RANK, detail={"characters": len(text), "genes": len(pasted.genes)})
    return JsonResponse(
        {
            "genes": [entry.model_dump(mode="json") for entry in pasted.genes],
            "problems": [{"message": one.message, "hint": one.hint} for one in pasted.problems],
            "unknown": [{"symbol": one.text, "line": one.line, "near": list(one.near)} for one in pasted.unknown],
        }
    )


def _offered(gene: Gene) -> dict[str, Any]:
    """With the name of a disease, by which a clinician recognises a gene."""
    snapshot = library.current()
    at = snapshot.genes.index(gene.symbol)
    linked = snapshot.genes.diseases(at) if at is not None else ()
    named = snapshot.diseases.name(linked[0]) if linked else ""
    return {"symbol": gene.symbol, "id": gene.id, "diseases": len(linked), "disease": named}
