"""A report as a phenopacket v2: the case as it was investigated, and the candidates as work in progress.

Each candidate is an interpretation that is not finished. None is listed among the diseases of the patient, and
none is called solved: a program that reads this file finds possibilities, and says so.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.cases.actions import content_of
from diagnosis_app.interop.phenopackets import write_phenopacket
from diagnosis_app.interop.writing import resource
from diagnosis_app.reports.as_text import candidate_words
from diagnosis_app.reports.content import Listed, Report
from diagnosis_app.runs.answering import with_answers
from diagnosis_app.runs.models import Outcome, Run
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge

# Where the ids of the candidates live: name, address, what stands before an id in an address.
_NAMESPACES = {
    "OMIM": ("omim", "Online Mendelian Inheritance in Man", "https://www.omim.org/", "https://omim.org/entry/"),
    "ORPHA": (
        "orphanet",
        "Orphanet",
        "https://www.orpha.net/",
        "https://www.orpha.net/en/disease/detail/",
    ),
    "MONDO": (
        "mondo",
        "Mondo Disease Ontology",
        "http://purl.obolibrary.org/obo/mondo.owl",
        "http://purl.obolibrary.org/obo/MONDO_",
    ),
}


def as_phenopacket(report: Report, run: Run, *, created_by: str) -> dict[str, Any]:
    """With the vocabulary that the run pinned; where that is gone, with the one in use."""
    knowledge = _knowledge(run)
    packet = write_phenopacket(
        with_answers(content_of(run.version), list(run.questions.all())),
        reference=report.reference,
        created=report.at,
        created_by=created_by,
        ontology=knowledge.ontology,
    )
    listed = (*report.candidates, *report.further)
    found = [_interpretation(one, report) for one in listed]
    if found:
        packet["interpretations"] = [*packet.get("interpretations", ()), *found]
    meta = packet.pop("metaData")
    known = {one["id"] for one in meta["resources"]}
    meta["resources"] += [one for one in _resources(listed, report, run) if one["id"] not in known]
    meta["externalReferences"] = [_made_by(report)]
    packet["metaData"] = meta
    return packet


def _knowledge(run: Run) -> Knowledge:
    try:
        return library.snapshot(str(run.manifest.get("snapshot", "")))
    except RetrievalError:
        return library.current()


def _interpretation(one: Listed, report: Report) -> dict[str, Any]:
    """Under way if its statements were checked; of a run that was stopped nobody can say how far it came."""
    finished = report.outcome in (Outcome.RANKED, Outcome.PARTIAL)
    said = _("Candidate %(rank)s of %(count)s, for discussion; not a diagnosis. %(words)s") % {
        "rank": one.rank,
        "count": report.kept,
        "words": candidate_words(one),
    }
    return {
        "id": f"{report.reference}-{report.run}-candidate-{one.rank}",
        "progressStatus": "IN_PROGRESS" if finished else "UNKNOWN_PROGRESS",
        "diagnosis": {"disease": {"id": one.id, "label": one.name}},
        "summary": said,
    }


def _resources(listed: tuple[Listed, ...], report: Report, run: Run) -> list[dict[str, str]]:
    """The lists of diseases that the candidates are named by, as the knowledge of the run took them over."""
    prefixes = sorted({one.id.partition(":")[0] for one in listed})
    version = _("as in Clew knowledge %(snapshot)s") % {"snapshot": run.manifest.get("snapshot")}
    rows = [(prefix, _NAMESPACES[prefix]) for prefix in prefixes if prefix in _NAMESPACES]
    return [resource(id, name, url, version, prefix, iri) for prefix, (id, name, url, iri) in rows]


def _made_by(report: Report) -> dict[str, str]:
    """The investigation, why it came out so, every version that it stands on, and where it ends."""
    facts = "; ".join(f"{fact.name} {fact.value}" for fact in report.facts)
    limits = (f"{fact.name}: {fact.value}" for fact in report.limits)
    said = [f"{report.title}.", f"{report.outcome_words}.", *report.reasons, f"{facts}.", *limits, report.intended_use]
    return {"id": f"clew:{report.run_id}", "description": " ".join(said)}
