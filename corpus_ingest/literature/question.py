"""What is asked: ids of terms and diseases, and the query that their names make.

This is the one place where the words of a query come from: names in the knowledge, looked up by id. There is
no field for free text, so none can leave the house.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from corpus_ingest.literature.errors import BadQuestion
from retrieval.knowledge import Knowledge

MOST_TERMS = 8
MOST_DISEASES = 3
MOST_NAMES = 3  # of one disease, one for each source that names it
LONGEST = 120  # characters of a name

_TERM = re.compile(r"HP:[0-9]{7}\Z")
_DISEASE = re.compile(r"(?:OMIM|ORPHA|MONDO|DECIPHER):[0-9]{1,9}\Z")
_ODD = re.compile(r"[^\w\s,.'/()+-]|_", re.UNICODE)  # also what means something in a query: " [ ] * : & |


class Match(StrEnum):
    ALL = "all"  # every finding occurs in the paper
    ANY = "any"  # one of them does


@dataclass(frozen=True, slots=True)
class Question:
    """Ids alone. Made from a case by code that knows the case; everything behind it does not."""

    terms: tuple[str, ...] = ()
    diseases: tuple[str, ...] = ()
    match: Match = Match.ANY

    def __post_init__(self) -> None:
        if not self.terms and not self.diseases:
            raise BadQuestion("Nothing is asked for.", hint="Choose a finding or a disease.")
        if len(self.terms) > MOST_TERMS or len(self.diseases) > MOST_DISEASES:
            raise BadQuestion(
                f"At most {MOST_TERMS} findings and {MOST_DISEASES} diseases can be asked for at once.",
                hint="Choose the most telling ones.",
            )
        for given, pattern in ((self.terms, _TERM), (self.diseases, _DISEASE)):
            if not all(pattern.match(one) for one in given) or len(set(given)) < len(given):
                raise BadQuestion("One of these is no id, or stands twice.", hint="Choose from the lists.")


def query_of(question: Question, knowledge: Knowledge) -> str:
    """The query, of names in the knowledge: ("Marfan syndrome"[tw]) AND ("Ectopia lentis"[tw] OR ...)."""
    parts = []
    if question.diseases:
        parts.append(_any([name for one in question.diseases for name in disease_names(one, knowledge)]))
    terms = [term_name(one, knowledge) for one in question.terms]
    if terms and question.match is Match.ALL:
        parts += [_any([name]) for name in terms]
    elif terms:
        parts.append(_any(terms))
    return " AND ".join(parts)


def term_name(term_id: str, knowledge: Knowledge) -> str:
    index = knowledge.ontology.index(term_id)
    if index is None:
        raise BadQuestion(f"The knowledge in use has no term {term_id}.", hint="Choose from the list.")
    return plain(knowledge.ontology.label(index))


def disease_names(disease_id: str, knowledge: Knowledge) -> list[str]:
    """What its sources call it; names that differ only in case count once."""
    diseases = knowledge.diseases
    index = diseases.index(disease_id)
    if index is None:
        raise BadQuestion(f"The knowledge in use has no disease {disease_id}.", hint="Choose from the list.")
    stated = [diseases.name(index), *(diseases.name_of(one) for one in diseases.all_ids(index))]
    names: dict[str, str] = {}
    for name in stated:
        if ":" not in name:  # an id, where a source has no name for it
            names.setdefault(plain(name).casefold(), plain(name))
    return list(names.values())[:MOST_NAMES] or [plain(diseases.name(index))]


def plain(name: str) -> str:
    """A name without what a query would read as an instruction; of OMIM's, the part before the semicolon."""
    cleaned = " ".join(_ODD.sub(" ", name.partition(";")[0]).split())
    return cleaned[:LONGEST].strip()


def _any(names: list[str]) -> str:
    return "(" + " OR ".join(f'"{name}"[tw]' for name in dict.fromkeys(names) if name) + ")"
