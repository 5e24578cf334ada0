"""The names of strata, lists and weightings as the page and its files say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis_app.evaluation.summary import MERGED, NEAR, OMIM_ONLY, WITHOUT


@dataclass(frozen=True, slots=True)
class Named:
    key: str
    name: str
    note: str = ""


def strata() -> list[Named]:
    return [
        Named("diagnosable", _("Diagnosable"), _("some evidence remains once the case’s own papers are taken away")),
        Named("with_published_case", _("With a published case"), _("another paper describes the disease")),
        Named("no_published_case", _("Without a published case"), _("annotations are all there is")),
        Named("all", _("All cases"), _("also those of which nothing is known")),
    ]


def lists() -> list[Named]:
    return [
        Named(MERGED, _("Every disease")),
        Named(OMIM_ONLY, _("Only diseases in OMIM")),
        Named(WITHOUT[MERGED], _("Every disease, without Orphanet’s findings")),
        Named(WITHOUT[OMIM_ONLY], _("Only OMIM, without Orphanet’s findings")),
        Named(NEAR, _("The same series or gene counts too"), _("beside the figure, never in its place")),
    ]


def weightings() -> list[Named]:
    return [
        Named("balanced", _("By paper"), _("every paper weighs one")),
        Named("macro", _("By disease"), _("every disease weighs one")),
        Named("per_case", _("By case"), _("every case weighs one")),
    ]


def strengths() -> dict[str, str]:
    return {
        "very_likely": _("Very likely"),
        "likely": _("Likely"),
        "possible": _("Possible"),
        "less_likely": _("Less likely"),
        "unlikely": _("Unlikely"),
    }


def miss(reason: str) -> str:
    """Why a case was not ranked."""
    known = {
        "diagnosis_not_in_knowledge": _("The diagnosis is not in the knowledge"),
        "diagnosis_not_ranked": _("The diagnosis is known, and nothing of it is documented"),
        "no_known_finding": _("No finding is known to this ontology"),
    }
    if reason in known:
        return known[reason]
    if reason.startswith("unreadable: "):
        return _("Cannot be read: %(why)s") % {"why": reason.removeprefix("unreadable: ")}
    return _("Failed: %(why)s") % {"why": reason}


def protocol(name: str) -> str:
    return {"publication-blind": _("publication-blind"), "as-is": _("as-is, not blinded")}.get(name, name)


def findings(row: dict[str, Any]) -> str:
    if row["to"] is None:
        return _("more than %(n)s") % {"n": row["from"] - 1}
    return _("%(low)s to %(high)s") % {"low": row["from"], "high": row["to"]}
