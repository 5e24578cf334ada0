"""The Human Phenotype Ontology: terms, the graph, what replaces what, how telling a term is."""

from retrieval.ontology.graph import Ontology

__all__ = ["Ontology"]
