"""Whether cases can be used with one ontology: current ids in place of old ones, unknown terms counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from corpus_ingest.sources.phenopackets.report import NO_FINDING, Read, Reject
from retrieval.model import Finding, PublishedCase, Status
from retrieval.ontology.graph import Ontology


def usable_in(ontology: Ontology, read: Read) -> Read:
    """The same with every finding a current one of this ontology. A case keeps its id."""
    left_out = Counter(read.left_out)
    cases, rejects = [], list(read.rejects)
    for case in read.cases:
        findings = _current(ontology, case, left_out)
        if any(one.status is Status.PRESENT for one in findings):
            cases.append(replace(case, findings=findings))
        else:
            rejects.append(Reject(case.label, NO_FINDING, f"none that HPO {ontology.version} knows"))
    return Read(tuple(cases), tuple(rejects), +left_out)


def _current(ontology: Ontology, case: PublishedCase, left_out: Counter[str]) -> tuple[Finding, ...]:
    found: dict[tuple[str, Status], Finding] = {}
    for finding in case.findings:
        i = ontology.index(finding.term)
        if i is None:
            left_out["finding that the ontology does not know"] += 1
        elif not ontology.is_finding(i):
            left_out["term that is no phenotypic abnormality"] += 1
        else:
            current = ontology.ids[i]
            left_out["old id of a finding, replaced"] += current != finding.term
            found.setdefault((current, finding.status), replace(finding, term=current))
    return tuple(found.values())
