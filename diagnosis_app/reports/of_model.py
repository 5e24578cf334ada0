"""What a reasoning model said, as the report tells it: by the rules of the result's page, and marked as the model's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import Content
from diagnosis_app.cases.record import one_line
from diagnosis_app.reports.content import Item, OfModel, Unplaced, Unplaceds, Written
from diagnosis_app.runs import named
from diagnosis_app.runs.models import Run
from diagnosis_app.runs.panel_result import found_words, labels_of, used_words
from diagnosis_app.runs.result import Result


def of_model(run: Run, result: Result, content: Content) -> OfModel | None:
    panel = result.panel
    if not panel.answered:
        return None
    listed = (*result.entries, *result.others)
    return OfModel(
        model=one_line(used_words(run, panel)),
        summary=tuple(Written(one_line(one.text), one_line(one.names)) for one in panel.sentences),
        proposed=tuple(
            one_line(f"{one.rank}. {one.name} ({one.id}). {one.by_model}") for one in listed if one.id in panel.proposed
        ),
        next=tuple(Item(one_line(one["label"]), one["term"]) for one in panel.next),
        named=tuple(
            Unplaceds(
                group.title,
                named.unchecked(),
                group.advice,
                tuple(Unplaced(one_line(one.name), one_line(one.explains), _ours(one)) for one in group.names),
            )
            for group in named.named_of(panel, labels_of(content))
        ),
        notes=tuple(one_line(said) for said in (panel.stopped, found_words(panel), *panel.withheld) if said),
    )


def _ours(one: named.Unplaced) -> tuple[str, ...]:
    return (*(one_line(f"{each.name} ({each.id})") for each in one.among), *([one.further] if one.further else []))


@dataclass(frozen=True, slots=True)
class Block:
    """A line, what stands below it, and a line after that."""

    lead: str
    items: tuple[str, ...] = ()
    after: str = ""


def blocks(said: OfModel) -> Iterator[Block]:
    """The same words for every form. What the model wrote stands in quotation marks."""
    if said.summary:
        lead = _("In short, written by %(model)s from verified statements alone:") % {"model": said.model}
        yield Block(lead, tuple(f"“{one.text}” ({one.about})" for one in said.summary))
    if said.proposed:
        yield Block(_("It proposed, of this list:"), said.proposed)
    if said.next:
        findings = ", ".join(f"{one.text} ({one.term})" for one in said.next)
        yield Block(_("It would look at these first: %(findings)s.") % {"findings": findings})
    for group in said.named:
        items = tuple(" ".join(_named(one)) for one in group.names)
        yield Block(f"{group.title}. {group.unchecked}", items, group.advice)
    for note in said.notes:
        yield Block(note)


def _named(one: Unplaced) -> Iterator[str]:
    if one.name:
        yield f"“{one.name}”"
    yield one.explains
    if one.among:
        yield _("Here: %(diseases)s.") % {"diseases": "; ".join(one.among)}
