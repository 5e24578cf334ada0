"""The finding list by organ system, with the quality hints beside the findings they concern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis_app.attachments.models import Attachment
from diagnosis_app.attachments.shown import Origin, origin
from diagnosis_app.cases.content import Content, FindingEntry
from diagnosis_app.cases.findings import place
from frontend.words import age
from retrieval.ontology.graph import Ontology
from retrieval.ranking import Hint

SIGNS = {"present": "p", "excluded": "a", "family": "f", "uncertain": "u"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """One click that mends a hint; the page's script knows what each `act` does."""

    act: str
    term: str
    label: str


@dataclass(frozen=True, slots=True)
class Advice:
    code: str
    message: str
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """`key` is the id of the row on the page; term and status find the entry in the page's own content."""

    key: str
    position: int
    term: str
    label: str
    status: str
    sign: str
    onset: str
    quote: str
    relative: str
    advice: tuple[Advice, ...]
    ranked: bool
    origin: Origin | None  # the letter it was read in, and the place there


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    items: tuple[Item, ...]


def groups(
    content: Content, ontology: Ontology, hints: Sequence[Hint], letters: Mapping[str, Attachment]
) -> tuple[Group, ...]:
    """Systems in the order of their names; a relative's findings last, they are never ranked.

    `letters` are those that the content names, by id.
    """
    by_finding: dict[str, list[Advice]] = {}
    for hint in hints:
        by_finding.setdefault(hint.finding, []).append(_advice(hint, ontology))
    found: dict[str, list[Item]] = {}
    family: list[Item] = []
    seen: set[tuple[str, bool]] = set()
    for position, entry in enumerate(content.findings):
        advice = () if entry.status == "family" else tuple(by_finding.pop(entry.term, ()))
        item = _item(position, entry, advice, ontology, letters, first=place(entry) not in seen)
        seen.add(place(entry))
        if entry.status == "family":
            family.append(item)
        else:
            found.setdefault(_system(entry, ontology), []).append(item)
    listed = [Group(name, tuple(_in_order(items))) for name, items in sorted(found.items())]
    return (*listed, Group(_("In relatives"), tuple(family))) if family else tuple(listed)


def counted(content: Content) -> str:
    """12 present, 4 absent, 1 uncertain, 1 in a relative"""
    words = {
        "present": _("present"),
        "excluded": _("absent"),
        "uncertain": _("uncertain"),
        "family": _("in a relative"),
    }
    counts = {status: sum(entry.status == status for entry in content.findings) for status in words}
    return ", ".join(f"{count} {words[status]}" for status, count in counts.items() if count)


def _item(
    position: int,
    entry: FindingEntry,
    advice: tuple[Advice, ...],
    ontology: Ontology,
    letters: Mapping[str, Attachment],
    *,
    first: bool,
) -> Item:
    known = ontology.index(entry.term) is not None
    if not known:
        advice = (*advice, Advice("unknown", _("Not in the ontology in use; kept, not ranked."), ()))
    term, relative = place(entry)
    return Item(
        key=f"f-{term.removeprefix('HP:')}{'-r' if relative else ''}{'' if first else f'-{position}'}",
        position=position,
        term=entry.term,
        label=entry.label or entry.term,
        status=entry.status,
        sign=SIGNS[entry.status],
        onset=age(entry.onset),
        quote="" if entry.quote.casefold() == entry.label.casefold() else entry.quote,
        relative=entry.relative,
        advice=advice,
        ranked=known and entry.status in {"present", "excluded"},
        origin=origin(entry.letter, len(entry.quote), letters) if entry.letter is not None else None,
    )


def _system(entry: FindingEntry, ontology: Ontology) -> str:
    index = ontology.index(entry.term)
    above = ontology.systems(index) if index is not None else ()
    if not len(above):
        return _("Other")
    return system_name(min(ontology.label(int(one)) for one in above))


def system_name(name: str) -> str:
    """Abnormality of the nervous system -> Nervous system; Neoplasm stays."""
    for opening in ("Abnormality of the ", "Abnormality of ", "Abnormal ", "Phenotypic abnormality of the "):
        if name.startswith(opening):
            name = name[len(opening) :]
            break
    return name[:1].upper() + name[1:]


def _in_order(items: list[Item]) -> list[Item]:
    rank = {"present": 0, "excluded": 1, "uncertain": 2}
    return sorted(items, key=lambda item: (rank.get(item.status, 3), item.position))


def _advice(hint: Hint, ontology: Ontology) -> Advice:
    """The ranking's remark in the page's language, and what one click can do about it."""
    name, other = _name(ontology, hint.finding), _name(ontology, hint.other)
    remove = Remedy("remove", hint.finding, _("remove %(finding)s") % {"finding": name})
    match hint.code:
        case "contradiction":
            return Advice(
                hint.code,
                _("Contradicts %(other)s, which is set to absent; the absence is not counted.") % {"other": other},
                (
                    Remedy("remove_excluded", hint.other or "", _("drop the absence")),
                    Remedy("remove_present", hint.finding, _("drop the presence")),
                ),
            )
        case "opposites":
            return Advice(
                hint.code,
                _("The opposite of %(other)s, and both are present.") % {"other": other},
                (remove, Remedy("remove", hint.other or "", _("remove %(finding)s") % {"finding": other})),
            )
        case "too_general":
            narrower = tuple(Remedy("replace", term, label) for term, label in hint.suggestions[:4])
            return Advice(hint.code, _("Too general to count for much. More exact:"), narrower)
        case "redundant":
            said = _("Already said by %(other)s; adds little.") % {"other": other}
            return Advice(hint.code, said, (Remedy("remove_present", hint.finding, _("remove")),))
        case "duplicate":
            return Advice(
                hint.code, _("Entered more than once; counted once."), (Remedy("keep_one", "", _("keep one")),)
            )
        case _:
            return Advice(hint.code, hint.message, ())


def _name(ontology: Ontology, term_id: str | None) -> str:
    index = ontology.index(term_id) if term_id else None
    return ontology.label(index) if index is not None else term_id or ""
