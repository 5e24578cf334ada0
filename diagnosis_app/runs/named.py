"""What the reasoning model named that is no one disease here, for reading: apart from every list, in its own words.

The name is the model's and checked by nobody; it has no rank, no score and no link. The diseases that a name may stand
for are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.runs.joining import joined
from diagnosis_app.runs.panel_result import Named, Panel
from frontend.words import source_url


@dataclass(frozen=True, slots=True)
class Ours:
    """A disease that the name may stand for."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    name: str  # as the model wrote it; empty where it is not shown
    findings: str  # that it was said to explain
    among: tuple[Ours, ...]
    more: int

    @property
    def explains(self) -> str:
        if not self.findings:
            return _("It did not say which findings that explains.")
        return _("Said to explain %(findings)s.") % {"findings": self.findings}

    @property
    def further(self) -> str:
        return ngettext("and %(n)s more", "and %(n)s more", self.more) % {"n": self.more} if self.more else ""


@dataclass(frozen=True, slots=True)
class Unplaceds:
    """Names of one kind, with what can be done about them."""

    title: str
    advice: str
    names: tuple[Unplaced, ...]


def named_of(panel: Panel, labels: Mapping[str, str]) -> tuple[Unplaceds, ...]:
    """Unknown names first, then those of several diseases. `labels` are those of the patient's findings, by term."""
    unknown = tuple(_unplaced(one, labels) for one in panel.named if not one.of)
    several = tuple(_unplaced(one, labels) for one in panel.named if one.of)
    found = (
        Unplaceds(
            _("Named by the reasoning model, and known here under no such name"),
            _(
                "Look each up by hand: where it is one of our diseases under another name, search for its OMIM or "
                "ORPHA id; where this knowledge lacks it, bring it in."
            ),
            unknown,
        ),
        Unplaceds(
            _("Named by the reasoning model, and standing here for several diseases"),
            _("Which of them was meant nobody said: look each up by its id."),
            several,
        ),
    )
    return tuple(one for one in found if one.names)


def unchecked() -> str:
    return _("Words of the model that nobody checked. They stand in no list and weigh nothing.")


def _unplaced(one: Named, labels: Mapping[str, str]) -> Unplaced:
    ours = tuple(Ours(each["id"], each["name"], source_url(each["id"])) for each in one.among)
    return Unplaced(one.name, joined(labels.get(term, term) for term in one.explains), ours, one.of - len(ours))
