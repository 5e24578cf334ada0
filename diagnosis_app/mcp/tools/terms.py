"""Words into findings: terms by their names, one term in full, and the findings of a text."""

from __future__ import annotations

from django.http import HttpRequest
from pydantic import Field

from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import term_words as words
from diagnosis_app.api import terms
from diagnosis_app.mcp.tool import Arguments, Said, Tool


class ToFind(Arguments):
    text: str = Field(max_length=200, description="The beginning of a name is enough; typing errors are forgiven.")
    limit: int = Field(default=12, ge=1, le=50)


class ToLookAt(Arguments):
    term_id: str = Field(max_length=100, description="HP:0001250")


class ToRead(Arguments):
    text: str = Field(max_length=200_000, description="A note or letter. Leave out names and dates of birth.")


def _find(request: HttpRequest, asked: ToFind) -> words.Terms:
    return terms.search_terms(request, asked.text, asked.limit)


def _found(given: words.Terms) -> Said:
    return Said(
        f"Terms found: {len(given.terms)}.", {"terms": [{"id": one.id, "label": one.label} for one in given.terms]}
    )


def _term(request: HttpRequest, asked: ToLookAt) -> words.Term:
    return terms.get_term(request, asked.term_id)


def _told(given: words.Term) -> Said:
    brief = given.model_dump(mode="json", include={"id", "label", "note", "definition", "is_finding", "diseases"})
    return Said("One term of the Human Phenotype Ontology.", brief)


def _read(request: HttpRequest, asked: ToRead) -> words.Mentions:
    return terms.read_text(request, words.ToRead(text=asked.text))


def _mentioned(given: words.Mentions) -> Said:
    places = {"id", "label", "status", "start", "end"}
    return Said(
        f"Findings named in the text: {len(given.mentions)}. Let a person confirm them before they are ranked.",
        {"mentions": [one.model_dump(mode="json", include=places) for one in given.mentions]},
    )


TOOLS = (
    Tool(
        name="find_terms",
        title="Find terms of HPO",
        description="Findings of the Human Phenotype Ontology whose label or synonym matches a few words. Use it to "
        "turn a sign or symptom into the id that the other tools take.",
        verb=Verb.KNOWLEDGE_READ,
        takes=ToFind,
        gives=words.Terms,
        perform=_find,
        say=_found,
    ),
    Tool(
        name="read_term",
        title="Read a term of HPO",
        description="One term with its definition, synonyms, broader and narrower terms. An obsolete id answers with "
        "the term that replaced it, and a note.",
        verb=Verb.KNOWLEDGE_READ,
        takes=ToLookAt,
        gives=words.Term,
        perform=_term,
        say=_told,
    ),
    Tool(
        name="read_findings",
        title="Read findings out of a text",
        description="The findings that a clinical text names, each with its place in the text and whether it is "
        "present, excluded, uncertain or a relative's. A dictionary reads it, no language model. The text is neither "
        "stored nor logged.",
        verb=Verb.RANK,
        takes=ToRead,
        gives=words.Mentions,
        perform=_read,
        say=_mentioned,
    ),
)
