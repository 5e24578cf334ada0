"""Knows and computes: the ontology, the diseases, the ranking. No Django, no language model."""
