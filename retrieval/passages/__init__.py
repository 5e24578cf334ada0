"""Texts that can be quoted: documents, the passages they are cut into, and the search over them."""
