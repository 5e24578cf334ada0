"""How much a shared finding counts when two patients are compared: the one place that decides it.

The weights are whole numbers, so that sums of them are exact whatever the order of adding, and two
ways of counting can be compared to the last bit.
"""

from __future__ import annotations

import math

import numpy as np

from retrieval.ontology.graph import Ontology

LARGEST_SUM = 2**31 - 1  # all weights of an ontology together stay below it: no sum overflows 32 bits


def weights(ontology: Ontology) -> np.ndarray:
    """Per term (float64): information content squared, 0 for what is no finding.

    Of the weights tried on published cases the square finds the same disease most often; the plain
    information content lets vague terms count too much (docs/decisions/0013).
    """
    content = ontology.information_content.astype(np.float64)
    return np.where(ontology.findings, content * content, 0.0)


def whole(weight: np.ndarray) -> np.ndarray:
    """The weights as int32 on a scale (a power of two) that keeps their sum below `LARGEST_SUM`."""
    total = float(weight.sum())
    if not total > 0:
        return np.zeros(len(weight), dtype=np.int32)
    scale = 2.0 ** math.floor(math.log2((LARGEST_SUM - len(weight)) / total))
    return np.rint(weight * scale).astype(np.int32)
