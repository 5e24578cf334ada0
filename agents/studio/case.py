"""Reads what was typed into Studio: ids or names of findings, with sex and age."""

from __future__ import annotations

from functools import cache

from agents.errors import AgentsError
from agents.studio.knowledge import Small
from retrieval.age import parse_age
from retrieval.errors import RetrievalError
from retrieval.model import Finding, Profile, Sex, Status

ABSENT = "-"
NEAR = 3  # findings that are proposed where a name is not known


class NotUnderstood(AgentsError, ValueError):
    """What was typed cannot be meant. Studio shows the message alone, and of Python's own errors only: the remedy is
    part of it, and it is a `ValueError`."""

    code = "studio.not_understood"

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}", hint=remedy)


def read(knowledge: Small, findings: object, sex: str, age: str) -> Profile:
    if not isinstance(findings, list) or not findings or not all(isinstance(one, str) for one in findings):
        raise NotUnderstood("findings: none.", 'Give a list, as ["Proptosis", "Broad thumb", "-Scoliosis"].')
    return Profile(tuple(_finding(knowledge, one) for one in findings), _sex(sex), _age(age))


def _finding(knowledge: Small, text: str) -> Finding:
    name = text.strip()
    status = Status.EXCLUDED if name.startswith(ABSENT) else Status.PRESENT
    name = name.removeprefix(ABSENT).strip()
    if (known := _names(knowledge).get(name.casefold())) is not None:
        return Finding(known, status)
    try:
        return Finding(knowledge.ontology.finding(name).term.id, status)
    except RetrievalError:
        near = [one.label for one in knowledge.autocomplete.suggest(name, NEAR)]
        remedy = f"Near it: {', '.join(near)}." if near else "Its findings are in agents/studio/terms.tsv."
        raise NotUnderstood("findings: one is not in the small knowledge of Studio.", remedy) from None


@cache
def _names(knowledge: Small) -> dict[str, str]:
    found: dict[str, str] = {}
    for i, term in enumerate(knowledge.ontology.terms()):
        if knowledge.ontology.is_finding(i):
            found |= {one.text.casefold(): term.id for one in term.synonyms if one.text.casefold() not in found}
    for i, term in enumerate(knowledge.ontology.terms()):
        if knowledge.ontology.is_finding(i):
            found[term.label.casefold()] = term.id
    return found


def _sex(text: str) -> Sex:
    try:
        return Sex(text.strip().casefold() or Sex.UNKNOWN)
    except ValueError:
        raise NotUnderstood("sex: not one that is known.", f"Write one of {', '.join(Sex)}.") from None


def _age(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        parse_age(text.strip())
    except RetrievalError as error:
        raise NotUnderstood(f"age: {error.message}.", f"{error.hint}.") from None
    return text.strip()
