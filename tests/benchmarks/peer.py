"""Ranks cases with pyhpo's interface and tells how long it took. Run by `peers`, in the environment it names.

Reads {"cases": [[HPO ids]], "diseases": n} from standard input and writes one JSON object. It imports
nothing of ours: hpo3 and pyhpo carry the same module name and cannot share an environment.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median
from typing import Any


def main() -> None:
    asked = json.load(sys.stdin)
    started = time.process_time()
    import pyhpo
    from pyhpo import HPOSet, Ontology
    from pyhpo.stats import EnrichmentModel

    Ontology()
    opened = time.process_time() - started
    cases = [found for terms in asked["cases"] if (found := _set(HPOSet, Ontology, terms)) is not None]
    diseases = sorted(Ontology.omim_diseases, key=lambda one: int(one.id))
    model = EnrichmentModel("omim")
    model.enrichment("hypergeom", cases[0])
    enrichment = [_timed(lambda one=one: model.enrichment("hypergeom", one)) for one in cases]
    some = [one.hpo_set() for one in diseases[:: max(len(diseases) // asked["diseases"], 1)]]
    some = [one for one in some if len(one)]
    graph = [_timed(lambda one=one: [one.similarity(other) for other in some]) for one in cases[:5]]
    told = {
        "version": getattr(pyhpo, "__version__", "?"),
        "open_s": round(opened, 2),
        "cases": len(cases),
        "diseases": len(diseases),
        "enrichment_ms": round(1000 * median(enrichment), 2),
        "similarity_ms": round(1000 * median(graph) / max(len(some), 1) * len(diseases), 1),
        "compared": len(some),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _set(sets: Any, ontology: Any, terms: list[str]) -> Any:
    known = []
    for term in terms:
        try:
            ontology.get_hpo_object(term)
        except Exception:  # noqa: S112  whatever the library raises for a term it does not know
            continue
        known.append(term)
    return sets.from_queries(known) if known else None


def _timed(work: Any) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
