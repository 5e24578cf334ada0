"""Settles the findings and genes of untrusted content against the knowledge in use, at the border.

An obsolete or alternative id becomes its replacement with a note; an unknown one is refused by
field. An unknown gene is kept: most genes have no known disease. What the case already held is
never refused: a change of knowledge must not lock a case.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import Content, FindingEntry
from diagnosis_app.cases.gene_entries import settle_genes
from diagnosis_app.errors import Invalid, InvalidMany
from retrieval.errors import MalformedId, NotAFinding, UnknownTerm
from retrieval.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Settled:
    """Content whose terms the ontology knows, and what was replaced on the way."""

    content: Content
    notes: tuple[str, ...] = ()


def settle(content: Content, knowledge: Knowledge, *, held: Collection[str] = ()) -> Settled:
    """`held` are term ids the case already carries: they stay even if this ontology lost them."""
    ontology = knowledge.ontology
    problems: list[Invalid] = []
    notes: list[str] = []
    settled: list[FindingEntry] = []
    for position, entry in enumerate(content.findings):
        try:
            resolved = ontology.finding(entry.term)
        except (UnknownTerm, MalformedId, NotAFinding) as error:
            if entry.term in held:
                settled.append(entry)
            else:
                problems.append(_refused(position, entry, error))
            continue
        if resolved.note:
            notes.append(resolved.note)
        settled.append(entry.model_copy(update={"term": resolved.term.id, "label": resolved.term.label}))
    genes, repeated = settle_genes(content.genes, knowledge.genes)
    problems += repeated
    if problems:
        raise InvalidMany(problems)
    content = content.model_copy(update={"findings": tuple(_once(settled)), "genes": genes})
    return Settled(content, tuple(dict.fromkeys(notes)))


def place(entry: FindingEntry) -> tuple[str, bool]:
    """What identifies a finding in a case: the patient's own, or a relative's, of one term."""
    return entry.term, entry.status == "family"


def _once(entries: list[FindingEntry]) -> list[FindingEntry]:
    """The same finding twice, word for word, is one finding; two that differ stay, for the hints to show."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for entry in entries:
        key = (*place(entry), entry.status, entry.onset, entry.relative)
        if key not in seen:
            seen.add(key)
            kept.append(entry)
    return kept


def _refused(position: int, entry: FindingEntry, error: UnknownTerm | MalformedId | NotAFinding) -> Invalid:
    hint = error.hint or _("Choose a term from the search, or keep the words as an unmapped phrase.")
    return Invalid(error.message, field=f"findings.{position}.term", hint=hint, code=error.code)
