"""What stands above, below and beside a disease, and which genes it rests on: Mondo's classes as typed edges.

Ids of OMIM and Orphanet lead to Mondo's classes by the identity of the snapshot, and where that decides
nothing by Mondo's own exact match. An edge says how two things are related and who says so; it says
nothing of likelihood, and ranks nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from retrieval import csr
from retrieval.strings import Arrays, Codes, StringTable
from retrieval.vocabularies import MondoTerm

if TYPE_CHECKING:
    from retrieval.diseases import DiseaseTable

SOURCE = "mondo"  # name of the source that states the edges
SUBCLASS_OF = "subclass_of"
HAS_SUBCLASS = "has_subclass"
SIBLING = "shares_parent"
RELATIONS = {"RO:0004003": "has_material_basis_in_germline_mutation_in"}


@dataclass(frozen=True, slots=True)
class Related:
    """The other end of an edge. `id` is the disease's own id in this snapshot, where it is one, else the class's."""

    id: str  # OMIM:154700, ORPHA:284993, MONDO:0017310
    class_id: str  # MONDO:0007947
    name: str  # the id where nobody names it
    relation: str
    source: str = SOURCE
    through: str = ""  # of a sibling: the class id of the parent that both have


@dataclass(frozen=True, slots=True)
class RelatedGene:
    id: str  # HGNC:3603, NCBIGene:487634
    symbol: str  # empty where no source of the snapshot names it
    relation: str
    class_id: str  # that it is stated of
    source: str = SOURCE


class Hierarchy:
    """The read side. Every method takes an id of any source, and gives nothing for an id that Mondo does not know."""

    def __init__(self, arrays: Arrays, diseases: DiseaseTable) -> None:
        self._arrays = arrays
        self._diseases = diseases
        self.size: int = len(arrays["up_ptr"]) - 1
        self.edges: int = len(arrays["up"])

    @classmethod
    def empty(cls, diseases: DiseaseTable) -> Hierarchy:
        """Where the snapshot holds no Mondo."""
        return cls(build([], {}), diseases)

    def __bool__(self) -> bool:
        return self.size > 0

    def classes(self, disease_id: str) -> tuple[str, ...]:
        """The classes of Mondo that this id stands for."""
        return tuple(self._ids[node] for node in self._nodes(disease_id))

    def parents(self, disease_id: str) -> tuple[Related, ...]:
        return self._around(disease_id, self._up, SUBCLASS_OF)

    def children(self, disease_id: str) -> tuple[Related, ...]:
        return self._around(disease_id, self._down, HAS_SUBCLASS)

    def siblings(self, disease_id: str, limit: int | None = None) -> tuple[Related, ...]:
        """What shares a parent with it, those of the parent with the fewest children first. No ancestor is one."""
        own = self._nodes(disease_id)
        not_beside = {*own, *self._above(own)}
        found: dict[str, Related] = {}
        parents = {parent for node in own for parent in self._up(node)}
        for parent in sorted(parents, key=lambda one: (len(self._down(one)), self._ids[one])):
            for node in self._down(parent):
                if limit is not None and len(found) >= limit:
                    return tuple(found.values())
                if node not in not_beside:
                    one = self._related(node, SIBLING, self._ids[parent])
                    found.setdefault(one.id, one)
        return tuple(found.values())

    def genes(self, disease_id: str) -> tuple[RelatedGene, ...]:
        """The genes that Mondo says it rests on."""
        found: dict[RelatedGene, None] = {}
        for node in self._nodes(disease_id):
            start, end = self._arrays["gene_ptr"][node : node + 2].tolist()
            for gene, how in zip(
                self._arrays["gene"][start:end].tolist(), self._arrays["gene_relation"][start:end].tolist(), strict=True
            ):
                found[
                    RelatedGene(self._gene_ids[gene], self._gene_symbols[gene], self._relations[how], self._ids[node])
                ] = None
        return tuple(found)

    def path_to_root(self, disease_id: str) -> tuple[Related, ...]:
        """The shortest way up, the nearest first; of ways as short, the one of the lowest ids."""
        came_from: dict[int, int | None] = dict.fromkeys(node for node in self._nodes(disease_id) if self._up(node))
        waiting = deque(came_from)
        while waiting:
            node = waiting.popleft()
            above = self._up(node)
            if not above:
                return self._way(node, came_from)
            for parent in above:
                if parent not in came_from:
                    came_from[parent] = node
                    waiting.append(parent)
        return ()

    # --- inside ----------------------------------------------------------

    def _way(self, top: int, came_from: Mapping[int, int | None]) -> tuple[Related, ...]:
        way: list[int] = []
        node: int | None = top
        while node is not None:
            way.append(node)
            node = came_from[node]
        return tuple(self._related(one, SUBCLASS_OF) for one in reversed(way[:-1]))

    def _above(self, nodes: Iterable[int]) -> set[int]:
        found: set[int] = set()
        waiting = list(nodes)
        while waiting:
            for parent in self._up(waiting.pop()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found

    def _around(self, disease_id: str, step: Callable[[int], Sequence[int]], relation: str) -> tuple[Related, ...]:
        own = self._nodes(disease_id)
        found: dict[str, Related] = {}
        for node in own:
            for other in step(node):
                if other not in own:
                    one = self._related(other, relation)
                    found.setdefault(one.id, one)
        return tuple(found.values())

    def _related(self, node: int, relation: str, through: str = "") -> Related:
        class_id = self._ids[node]
        i = self._diseases.index(class_id)
        shown = self._diseases.ids[i] if i is not None else class_id
        name = self._diseases.name(i) if i is not None else self._names[node] or class_id
        return Related(shown, class_id, name, relation, through=through)

    def _nodes(self, disease_id: str) -> tuple[int, ...]:
        """Of all ids of the disease that are classes here; else what Mondo matches this id with."""
        i = self._diseases.index(disease_id)
        ids = (disease_id,) if i is None else self._diseases.all_ids(i)
        own = [self._index[one] for one in ids if one in self._index]
        return tuple(dict.fromkeys(own)) or self._matched.get(disease_id, ())

    def _up(self, node: int) -> list[int]:
        return list(map(int, csr.row(self._arrays["up_ptr"], self._arrays["up"], node)))

    def _down(self, node: int) -> list[int]:
        ptr, below = self._turned
        return list(map(int, csr.row(ptr, below, node)))

    @cached_property
    def _turned(self) -> tuple[np.ndarray, np.ndarray]:
        """The edges from above to below, the lowest id first."""
        ptr, order = csr.group(self._arrays["up"], self.size)
        below = np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self._arrays["up_ptr"]))
        return ptr, below[order]

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        return tuple(StringTable(self._arrays, "node_"))

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: node for node, name in enumerate(self._ids)}

    @cached_property
    def _matched(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for name, node in zip(StringTable(self._arrays, "match_"), self._arrays["match"].tolist(), strict=True):
            found[name] = (*found.get(name, ()), node)
        return found

    @cached_property
    def _names(self) -> StringTable:
        return StringTable(self._arrays, "name_")

    @cached_property
    def _gene_ids(self) -> tuple[str, ...]:
        return tuple(StringTable(self._arrays, "gene_id_"))

    @cached_property
    def _gene_symbols(self) -> tuple[str, ...]:
        return tuple(StringTable(self._arrays, "gene_symbol_"))

    @cached_property
    def _relations(self) -> tuple[str, ...]:
        return tuple(StringTable(self._arrays, "relation_"))


def build(mondo: Sequence[MondoTerm], symbols: Mapping[str, str]) -> dict[str, np.ndarray]:
    """The arrays. `symbols` names genes by their ids; the same terms give the same arrays in any order."""
    terms = {term.id: term for term in mondo}
    ids = sorted({*terms, *(parent for term in mondo for parent in term.parents)})
    at = {name: node for node, name in enumerate(ids)}
    nothing = MondoTerm("", "")
    of = [terms.get(name, nothing) for name in ids]
    genes = sorted({gene for term in of for gene, _ in term.genes})
    gene_at = {name: k for k, name in enumerate(genes)}
    relations = Codes()
    linked = [[(gene_at[gene], relations.code(how)) for gene, how in sorted(term.genes)] for term in of]
    matches = sorted({(match, at[term.id]) for term in of for match, _ in term.exact})
    up_ptr, up = csr.pack(sorted(at[parent] for parent in term.parents) for term in of)
    gene_ptr, gene = csr.pack([k for k, _ in row] for row in linked)
    return {
        **StringTable.build(ids, "node_"),
        **StringTable.build((term.name for term in of), "name_"),
        "up_ptr": up_ptr,
        "up": up,
        "gene_ptr": gene_ptr,
        "gene": gene,
        "gene_relation": csr.pack([how for _, how in row] for row in linked)[1],
        **StringTable.build(genes, "gene_id_"),
        **StringTable.build((symbols.get(name, "") for name in genes), "gene_symbol_"),
        **StringTable.build(relations.strings(), "relation_"),
        **StringTable.build((match for match, _ in matches), "match_"),
        "match": np.array([node for _, node in matches], dtype=np.int32),
    }


def counts(arrays: Arrays) -> dict[str, int]:
    """What the manifest says of it."""
    return {
        "classes_of_mondo": len(arrays["up_ptr"]) - 1,
        "edges_of_mondo": len(arrays["up"]),
        "gene_edges_of_mondo": len(arrays["gene"]),
    }
