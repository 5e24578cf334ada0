"""What a batch and its files are called on a page. A tag is a tone, a sign and a word; the word carries the meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from diagnosis_app.runs.narration import reason

_OF_ALL = frozenset({"no_reasoning_model", "search_away"})  # alike in every row; the result says it
Look = tuple[str, str, str]  # tone, sign, word


def look_of(outcome: str) -> Look:
    looks: dict[str, Look] = {
        "ranked": ("for", "check", _("Ranked")),
        "partial": ("for", "check", _("Ranked, partial")),
        "insufficient": ("unsure", "q", _("Not enough to rank")),
        "failed": ("danger", "stop", _("Failed")),
        "cancelled": ("", "x", _("Cancelled")),
        "under_way": ("thread", "clew", _("Under way")),
        "waiting": ("", "ring", _("Waiting")),
        "unreadable": ("danger", "stop", _("Not read")),
        "read": ("", "doc", _("Read")),
    }
    return looks.get(outcome, ("", "ring", outcome))


def look_of_batch(state: str) -> Look:
    looks: dict[str, Look] = {
        "read": ("", "doc", _("Not started")),
        "under_way": ("thread", "clew", _("Under way")),
        "stopped": ("unsure", "x", _("Stopped")),
        "done": ("for", "check", _("Done")),
    }
    return looks[state]


def why(outcome: str, reasons: Sequence[str], error: Mapping[str, str]) -> str:
    """One line beneath the outcome: what failed and what to do, or why it is not whole."""
    if error:
        return " ".join(part for part in (error.get("message", ""), error.get("hint", "")) if part)
    if outcome == "partial":
        return " ".join(reason(code) for code in reasons if code not in _OF_ALL)
    return ""
