"""The real Mondo: every class has a way up, and a known disease its known neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_ingest.sources import hpo, mondo, orphanet
from retrieval import disease_build, hierarchy
from retrieval.diseases import DiseaseTable
from retrieval.hierarchy import Hierarchy
from retrieval.ontology import build as ontology_build
from retrieval.ontology.graph import Ontology

pytestmark = pytest.mark.benchmark_data


@pytest.fixture(scope="module")
def held(benchmark_data: Path) -> Hierarchy:
    files = {"orphanet": "orphapacket.zip", "mondo": "mondo-mappings.zip"}
    sources = [hpo.source()] + [one.source(benchmark_data / "knowledge" / files[one.NAME]) for one in (orphanet, mondo)]
    base, entries, classes = (source.parse(source.fetch()) for source in sources)
    ontology = Ontology(ontology_build.build(base.terms, "real"))
    genes = [*base.genes, *entries.genes]
    built = disease_build.build([*base.rows, *entries.rows], genes, ontology, entries.orphanet, classes.mondo)
    symbols = {gene.hgnc: gene.symbol for gene in genes if gene.hgnc}
    return Hierarchy(hierarchy.build(classes.mondo, symbols), DiseaseTable(built.arrays, ontology))


def test_every_class_has_a_way_to_one_of_three_roots(held: Hierarchy) -> None:
    assert (held.size, held.edges) == (22_018, 28_842)  # 3,740 classes match something and stand nowhere
    roots = {"MONDO:0000001", "MONDO:0021178", "MONDO:0042489"}
    standing = [name for node, name in enumerate(held._ids) if held._up(node) or held._down(node)]
    assert len(standing) == 18_278
    for name in standing:
        way = held.path_to_root(name)
        assert name in roots if not way else way[-1].class_id in roots
        assert len(way) <= 18


def test_marfan_syndrome_has_its_parents_and_siblings_by_the_ids_of_both_sources(held: Hierarchy) -> None:
    assert held.classes("OMIM:154700") == ("MONDO:0007947",)
    parents = held.parents("OMIM:154700")
    assert parents and all(one.relation == "subclass_of" and one.source == "mondo" for one in parents)
    for parent in parents:
        assert "MONDO:0007947" in {one.class_id for one in held.children(parent.class_id)}
    beside = held.siblings("OMIM:154700", limit=40)
    assert len(beside) == 40 and all(one.through in {above.class_id for above in parents} for one in beside)


def test_nearly_every_gene_of_an_edge_is_named(held: Hierarchy) -> None:
    genes = {gene for name in held._ids for gene in held.genes(name)}
    assert len({gene.id for gene in genes}) == 688
    assert sum(bool(gene.symbol) for gene in genes) > 0.9 * len(genes)
