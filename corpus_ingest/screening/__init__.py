"""Holds back what must not reach a reader or a model unseen: text of a source is hostile until shown otherwise.

`screen` looks at every block of a document. What it holds is left out with its reason, and the rest goes on; a
person may release each item by its id. The whole document is held where somebody hid an instruction in it, where its
title carries one, or where three of its blocks do: then nothing in it can be trusted.

Screening removes, it never rewrites. It does not make a text trustworthy: whoever shows a text to a model fences it.
"""

from corpus_ingest.screening.screen import Held, Reason, Screened, screen

__all__ = ["Held", "Reason", "Screened", "screen"]
