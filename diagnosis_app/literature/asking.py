"""From a case to a question: which ids may be chosen, and what would be sent for a choice.

This is the border. On this side the case is known; what crosses is a `Question`, made of ids that stand in the
case's findings and of diseases of the knowledge, and nothing that somebody typed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from corpus_ingest import library
from corpus_ingest.literature import LiteratureError, Match, PubMed, Question, Request, query_of
from corpus_ingest.literature.address import read_address
from corpus_ingest.literature.pace import Pace
from corpus_ingest.literature.question import MOST_DISEASES, MOST_TERMS, disease_names, term_name
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.errors import Invalid
from retrieval.knowledge import Knowledge
from retrieval.model import Status

PROPOSED = 4  # findings chosen at first: the most specific ones
CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    terms: tuple[Choice, ...]
    diseases: tuple[Choice, ...]
    match: str

    @property
    def question(self) -> Question | None:
        terms, diseases = (tuple(one.id for one in part if one.chosen) for part in (self.terms, self.diseases))
        return Question(terms, diseases, Match(self.match)) if terms or diseases else None


@dataclass(frozen=True, slots=True)
class Sent:
    """What would leave the house. `digest` names it, so that what is confirmed is what was shown."""

    query: str
    request: Request
    snapshot: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.request.url.encode()).hexdigest()


def server() -> PubMed:
    """Raises `Off` while the door is closed."""
    return PubMed(
        address=read_address(settings.LITERATURE),
        pace=Pace(Path(settings.VAR_DIR) / "literature.pace"),
        email=settings.LITERATURE_EMAIL,
        tool=settings.LITERATURE_TOOL,
    )


def choices(content: Content, asked: Sequence[str] | None, diseases: Sequence[str], match: str) -> Choices:
    """What may be chosen of this case. `asked` is None before the form was sent: the most specific are proposed."""
    knowledge = library.current()
    present = _present(content, knowledge)
    chosen = set(asked) if asked is not None else {one for one, _name in present[:PROPOSED]}
    listed = _diseases(content, knowledge, diseases)
    return Choices(
        terms=tuple(Choice(one, name, one in chosen) for one, name in present),
        diseases=tuple(Choice(one, name, one in diseases) for one, name in listed),
        match=match if match in {*Match} else Match.ANY,
    )


def sent(question: Question) -> Sent:
    knowledge = library.current()
    query = query_of(question, knowledge)
    return Sent(query, server().search(query), knowledge.id)


def question_of(content: Content, terms: Sequence[str], diseases: Sequence[str], match: str) -> Question:
    """Refuses what is no finding of this case: the form offers nothing else."""
    knowledge = library.current()
    known = {one for one, _name in _present(content, knowledge)}
    if not set(terms) <= known:
        raise Invalid(_("One of these is no finding of this case."), field="term", hint=_("Open the page again."))
    if match not in {*Match}:
        raise Invalid(_("Choose whether all or any of the findings must occur."), field="match")
    if not terms and not diseases:
        raise Invalid(_("Nothing is chosen."), field="term", hint=_("Choose a finding or a disease."))
    if len(terms) > MOST_TERMS or len(diseases) > MOST_DISEASES:
        raise Invalid(
            _("At most %(terms)s findings and %(diseases)s diseases can be asked for at once.")
            % {"terms": MOST_TERMS, "diseases": MOST_DISEASES},
            field="term",
            hint=_("Choose the most telling ones."),
        )
    try:
        question = Question(tuple(dict.fromkeys(terms)), tuple(dict.fromkeys(diseases)), Match(match))
        query_of(question, knowledge)
    except LiteratureError as error:
        raise Invalid(error.message, field="disease", hint=error.hint) from None
    return question


def _present(content: Content, knowledge: Knowledge) -> list[tuple[str, str]]:
    """Findings that are present, as the knowledge names them, the most specific first."""
    ontology = knowledge.ontology
    found: dict[str, tuple[float, str]] = {}
    for entry in content.findings:
        index = ontology.index(entry.term) if entry.status == Status.PRESENT else None
        if index is not None:
            one = ontology.ids[index]
            found[one] = (float(ontology.information_content[index]), term_name(one, knowledge))
    return [(one, name) for one, (_ic, name) in sorted(found.items(), key=lambda item: (-item[1][0], item[0]))]


def _diseases(content: Content, knowledge: Knowledge, asked: Sequence[str]) -> list[tuple[str, str]]:
    """The first candidates, and before them what the page was opened for."""
    ranking = rank_content(content)
    listed = [one.id for one in ranking.candidates[:CANDIDATES]] if ranking.outcome == "ranked" else []
    wanted = [one for one in asked[:MOST_DISEASES] if knowledge.diseases.index(one) is not None]
    return [(one, disease_names(one, knowledge)[0]) for one in dict.fromkeys([*wanted, *listed])]
