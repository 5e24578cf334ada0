"""Turns parsed terms into the arrays of an `Ontology`, once, when a snapshot is built.

Checks what the arrays rely on: ids are unique, parents exist, there is no cycle. A broken
ontology is refused with the term at fault; nothing is silently repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import numpy as np

from retrieval import csr
from retrieval.errors import RetrievalError
from retrieval.model import Synonym
from retrieval.strings import Codes, StringTable

_REMEDY = "Load an intact release of the file."
FINDINGS_ROOT = "HP:0000118"  # Phenotypic abnormality


class BrokenOntology(RetrievalError):
    """The terms do not make a directed acyclic graph of unique ids."""

    code = "ontology.broken"


@dataclass(frozen=True, slots=True)
class TermRecord:
    """One class as its source states it."""

    id: str
    label: str
    definition: str = ""
    synonyms: tuple[Synonym, ...] = ()
    parents: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    obsolete: bool = False
    replaced_by: str | None = None
    consider: tuple[str, ...] = ()


def build(records: Sequence[TermRecord], version: str, *, root: str = FINDINGS_ROOT) -> dict[str, np.ndarray]:
    """The arrays of an ontology; the information content is added when the diseases are known."""
    live = sorted((record for record in records if not record.obsolete), key=lambda record: record.id)
    gone = sorted((record for record in records if record.obsolete), key=lambda record: record.id)
    rows = [*live, *gone]
    index = {record.id: i for i, record in enumerate(live)}
    repeated = [name for name, count in Counter(record.id for record in rows).items() if count > 1]
    if repeated:
        raise BrokenOntology(f"{repeated[0]} occurs twice in the ontology.", hint=_REMEDY)
    parents = [[_parent(index, record, name) for name in record.parents] for record in live]
    arrays: dict[str, np.ndarray] = {
        **StringTable.build([version], "version_"),
        **StringTable.build([record.id for record in rows], "id_"),
        **StringTable.build([record.label for record in rows], "label_"),
        **StringTable.build([record.definition for record in rows], "definition_"),
        **_synonyms(rows),
        **_edges(parents, live),
        **_replacements(live, gone, index),
    }
    arrays.update(_findings(arrays, index.get(root)))
    size = len(live)
    arrays["information_content"] = np.zeros(size, dtype=np.float32)
    arrays["disease_count"] = np.zeros(size, dtype=np.int32)
    return arrays


def _parent(index: dict[str, int], record: TermRecord, name: str) -> int:
    if name not in index:
        raise BrokenOntology(
            f"{record.id} names the parent {name}, which is not a current term.",
            hint=_REMEDY,
        )
    return index[name]


def _synonyms(rows: Sequence[TermRecord]) -> dict[str, np.ndarray]:
    scopes, kinds = Codes(), Codes()
    flat = [synonym for record in rows for synonym in record.synonyms]
    ptr = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum([len(record.synonyms) for record in rows], out=ptr[1:])
    return {
        "synonym_ptr": ptr,
        "synonym_scope": np.array([scopes.code(synonym.scope) for synonym in flat], dtype=np.uint8),
        "synonym_kind": np.array([kinds.code(synonym.kind) for synonym in flat], dtype=np.uint8),
        **StringTable.build([synonym.text for synonym in flat], "synonym_"),
        **StringTable.build(scopes.strings(), "scope_"),
        **StringTable.build(kinds.strings(), "kind_"),
    }


def _edges(parents: list[list[int]], live: Sequence[TermRecord]) -> dict[str, np.ndarray]:
    """Parents, children and both closures. Ancestors and descendants include the term itself."""
    try:
        order = list(TopologicalSorter(dict(enumerate(parents))).static_order())
    except CycleError as error:
        names = " → ".join(live[i].id for i in error.args[1])
        raise BrokenOntology(f"The ontology has a cycle: {names}.", hint=_REMEDY) from None
    closure: list[set[int]] = [set() for _ in parents]
    for i in order:
        closure[i] = {i}.union(*(closure[parent] for parent in parents[i]))
    size = len(parents)
    parent_ptr, parent = csr.pack(sorted(set(row)) for row in parents)
    ancestor_ptr, ancestor = csr.pack(sorted(row) for row in closure)
    child_ptr, child = _transpose(parent_ptr, parent, size)
    descendant_ptr, descendant = _transpose(ancestor_ptr, ancestor, size)
    return {
        "parent_ptr": parent_ptr,
        "parent": parent,
        "child_ptr": child_ptr,
        "child": child,
        "ancestor_ptr": ancestor_ptr,
        "ancestor": ancestor,
        "descendant_ptr": descendant_ptr,
        "descendant": descendant,
    }


def _transpose(ptr: np.ndarray, data: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    source = np.repeat(np.arange(size, dtype=np.int32), np.diff(ptr))
    turned, order = csr.group(data, size)
    return turned, source[order]


def _replacements(
    live: Sequence[TermRecord], gone: Sequence[TermRecord], index: dict[str, int]
) -> dict[str, np.ndarray]:
    """Alternative ids, and for each obsolete term the current one that replaces it (-1: none)."""
    alternative: dict[str, int] = {}
    for record in live:
        for name in record.alternatives:
            if name not in index:
                alternative.setdefault(name, index[record.id])
    by_id = {record.id: record for record in gone}
    replacement = [_follow(record, by_id, index, alternative) for record in gone]
    names = sorted(alternative)
    consider_ptr, consider = csr.pack([index[name] for name in record.consider if name in index] for record in gone)
    return {
        **StringTable.build(names, "alternative_"),
        "alternative_term": np.array([alternative[name] for name in names], dtype=np.int32),
        "replacement": np.array(replacement, dtype=np.int32),
        "consider_ptr": consider_ptr,
        "consider": consider,
    }


def _follow(record: TermRecord, gone: dict[str, TermRecord], index: dict[str, int], alternative: dict[str, int]) -> int:
    """The current term at the end of a chain of replacements; an obsolete id may also be an alternative one."""
    seen = {record.id}
    name = record.replaced_by
    while name is not None and name not in seen:
        if name in index:
            return index[name]
        seen.add(name)
        if name in alternative:
            return alternative[name]
        name = gone[name].replaced_by if name in gone else None
    return alternative.get(record.id, -1)


def _findings(arrays: dict[str, np.ndarray], root: int | None) -> dict[str, np.ndarray]:
    """Which terms are findings, and the organ systems (children of the root) above each."""
    size = len(arrays["parent_ptr"]) - 1
    is_finding = np.zeros(size, dtype=np.bool_)
    systems: list[list[int]] = [[] for _ in range(size)]
    if root is not None:
        is_finding[csr.row(arrays["descendant_ptr"], arrays["descendant"], root)] = True
        for system in csr.row(arrays["child_ptr"], arrays["child"], root).tolist():
            for i in csr.row(arrays["descendant_ptr"], arrays["descendant"], system).tolist():
                systems[i].append(system)
    system_ptr, system_of = csr.pack(systems)
    return {"is_finding": is_finding, "system_ptr": system_ptr, "system": system_of}
