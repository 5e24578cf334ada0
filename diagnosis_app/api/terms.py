"""Look up findings, and read them out of a text. Nothing is stored, nothing of a text is logged."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.params.functions import Query

from corpus_ingest import library
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import term_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.api.words import Named
from diagnosis_app.audit import log
from diagnosis_app.errors import Hidden
from retrieval.errors import RetrievalError
from retrieval.ontology.graph import Ontology

operations = Operations("Terms")


@operations.get("/terms", verb=Verb.KNOWLEDGE_READ, answers=words.Terms)
def search_terms(
    request: HttpRequest, text: str = Query(max_length=200), limit: int = Query(12, ge=1, le=50)
) -> words.Terms:
    """Findings whose label or synonym matches: word order free, beginnings of words, small typing errors, ids."""
    found = library.current().autocomplete.suggest(text, limit=limit)
    return words.Terms(
        terms=[
            words.Suggestion(
                id=one.id,
                label=one.label,
                matched=one.matched,
                is_synonym=one.is_synonym,
                spans=list(one.spans),
                definition=one.definition,
                diseases=one.disease_count,
                parent=one.parent_label,
                note=one.note,
            )
            for one in found
        ]
    )


@operations.get("/terms/{term_id}", verb=Verb.KNOWLEDGE_READ, answers=words.Term)
def get_term(request: HttpRequest, term_id: str) -> words.Term:
    """One term. An obsolete or alternative id answers with the term that replaced it, and a note."""
    ontology = library.current().ontology
    try:
        resolved = ontology.resolve(term_id)
    except RetrievalError as error:
        raise Hidden(error.message, hint=error.hint, field="term_id", code=error.code) from None
    term = resolved.term
    index = ontology.index(term.id)
    assert index is not None  # noqa: S101 - resolve returns live terms
    return words.Term(
        id=term.id,
        label=term.label,
        asked=resolved.asked,
        note=resolved.note,
        definition=term.definition,
        synonyms=[words.Synonym(text=one.text, scope=one.scope, kind=one.kind) for one in term.synonyms],
        parents=_named(ontology, ontology.parents(index)),
        children=_named(ontology, ontology.children(index)),
        is_finding=ontology.is_finding(index),
        diseases=int(ontology.disease_count[index]),
        information_content=float(ontology.information_content[index]),
    )


@operations.post("/read", verb=Verb.RANK, answers=words.Mentions)
def read_text(request: HttpRequest, body: words.ToRead) -> words.Mentions:
    """The findings that a text names, each with its place and whether it is present, absent, uncertain or a
    relative's. The text is neither stored nor logged."""
    knowledge = library.current()
    mentions = [
        words.Mention(
            id=one.term,
            label=one.label,
            start=one.start,
            end=one.end,
            text=one.text,
            status=one.status,
            cue=one.cue,
        )
        for one in knowledge.reader.read(body.text)
    ]
    log.record(actor_of(request), Verb.RANK, detail={"characters": len(body.text), "mentions": len(mentions)})
    return words.Mentions(snapshot=knowledge.id, mentions=mentions)


def _named(ontology: Ontology, indices: object) -> list[Named]:
    return [Named(id=ontology.ids[i], label=ontology.label(i)) for i in map(int, indices)]  # type: ignore[call-overload]
