"""The phenotypic features of a phenopacket as findings, one by one: a wrong one never costs the others."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import FINDING_LIMIT, PHRASE_LENGTH, FindingEntry
from diagnosis_app.interop.node import Node
from diagnosis_app.interop.report import Report
from diagnosis_app.interop.times import read_onset
from retrieval.age import ONSET_YEARS
from retrieval.errors import NotAFinding, RetrievalError
from retrieval.model import Resolved, Status
from retrieval.ontology.graph import Ontology

_FIELDS = ("type", "excluded", "onset", "description", "severity", "modifiers", "resolution", "evidence")
_OTHER_ONTOLOGY = re.compile(r"(?!HP[:_])[A-Za-z]{2,12}[:_]\w", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(slots=True)
class Read:
    """What the features said: findings with their paths, and onset terms listed as if they were findings."""

    findings: list[tuple[str, FindingEntry]] = field(default_factory=list)
    onsets: list[tuple[str, str]] = field(default_factory=list)


def read_features(nodes: list[Node], ontology: Ontology) -> Read:
    read = Read()
    for node in nodes:
        _read_one(node, ontology, read)
    return read


def _read_one(node: Node, ontology: Ontology, read: Read) -> None:
    node.drop("severity", _("Severity is not kept yet."))
    node.drop("modifiers", _("Modifiers are not kept yet."))
    node.drop("resolution", _("When it ended is not kept."))
    node.drop("evidence", _("The evidence for a finding is not kept."))
    excluded, resolved = _excluded(node), _term(node, ontology, read)
    onset_node = node.node("onset")
    onset = read_onset(onset_node, ontology) if onset_node else None
    quote = _description(node)
    node.rest(_FIELDS)
    if excluded is None or resolved is None:
        return
    status = Status.EXCLUDED if excluded else Status.PRESENT
    label = resolved.term.label
    entry = FindingEntry(term=resolved.term.id, label=label, status=status, onset=onset, origin="import", quote=quote)
    read.findings.append((node.path(), entry))


def _excluded(node: Node) -> bool | None:
    """None if it cannot be read: present and absent must not be guessed."""
    value = node.take("excluded")
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        node.report.changed(node.path("excluded"), _("Written as a text; read as %s.") % value.strip().lower())
        return value.strip().lower() == "true"
    hint = _("Write true or false, without quotation marks.")
    message = _("Whether the finding is present or excluded cannot be read; the finding was not imported.")
    node.report.problem(node.path("excluded"), message, hint)
    return None


def _term(node: Node, ontology: Ontology, read: Read) -> Resolved | None:
    inner = node.node("type")
    if inner is None:
        if not node.has("type"):
            hint = _("Give it a type with an HPO id, or add the finding by hand.")
            node.report.problem(node.path("type"), _("The feature has no type and was not imported."), hint)
        return None
    text, label = inner.text("id"), inner.text("label")
    inner.rest(("id", "label"))
    if not text:
        hint = _("Add the HPO id, or add the finding by hand.")
        node.report.problem(inner.path("id"), _("The feature has no id and was not imported."), hint)
        return None
    try:
        resolved = ontology.finding(text)
    except NotAFinding as error:
        _not_a_finding(inner, error, ontology, text, read)
        return None
    except RetrievalError as error:
        if _OTHER_ONTOLOGY.match(text):
            hint = _("Add the finding by hand with its HPO term.")
            node.report.problem(inner.path("id"), _("This is not a term of HPO; it was not imported."), hint)
        else:
            node.report.problem(inner.path("id"), f"{error.message} " + _("It was not imported."), error.hint)
        return None
    if resolved.note:
        node.report.changed(inner.path("id"), resolved.note)
    elif label and not _is_name(label, resolved):
        message = _("The file calls it otherwise; by its id it is %s.") % resolved.term.label
        hint = _("HPO may have renamed it. Check that id and name mean the same.")
        node.report.note(inner.path("label"), message, hint)
    return resolved


def _not_a_finding(inner: Node, error: NotAFinding, ontology: Ontology, text: str, read: Read) -> None:
    term = ontology.resolve(text).term
    if term.id in ONSET_YEARS:
        read.onsets.append((inner.path("id"), term.id))
        return
    inner.report.problem(inner.path("id"), f"{error.message} " + _("It was not imported."), error.hint)


def _is_name(label: str, resolved: Resolved) -> bool:
    names = {resolved.term.label, *(synonym.text for synonym in resolved.term.synonyms)}
    return _plain(label) in {_plain(name) for name in names}


def _plain(text: str) -> str:
    """Without case, punctuation and word order: "Intellectual disability, severe" is severe intellectual disability."""
    return " ".join(sorted(re.findall(r"\w+", text.casefold())))


def _description(node: Node) -> str:
    """The words about the finding, in the length that a case keeps."""
    text = _CONTROL.sub(" ", node.text("description")).strip()
    if len(text) > PHRASE_LENGTH:
        node.report.changed(node.path("description"), _("Shortened to %d characters.") % PHRASE_LENGTH)
    return text[:PHRASE_LENGTH]


def without_duplicates(listed: list[tuple[str, FindingEntry]], report: Report) -> list[tuple[str, FindingEntry]]:
    """One entry for a term and status; the first keeps its place and takes an onset from a later one."""
    kept: dict[tuple[str, Status], tuple[str, FindingEntry]] = {}
    for path, entry in listed:
        key = entry.term, entry.status
        if key not in kept:
            kept[key] = path, entry
            continue
        first_path, first = kept[key]
        if first.onset is None and entry.onset is not None:
            kept[key] = first_path, first.model_copy(update={"onset": entry.onset})
            report.changed(path, _("The same finding as %s; its onset was added there.") % first_path)
        elif entry.onset not in {None, first.onset}:
            report.lost(path, _("The same finding as %s with another onset, which is not kept.") % first_path)
        else:
            report.changed(path, _("The same finding as %s; kept once.") % first_path)
    return list(kept.values())


def report_contradictions(listed: list[tuple[str, FindingEntry]], report: Report) -> None:
    """Present and excluded at once: both stay, and somebody has to decide."""
    paths: dict[str, dict[Status, str]] = defaultdict(dict)
    for path, entry in listed:
        paths[entry.term].setdefault(entry.status, path)
    for term, found in paths.items():
        if {Status.PRESENT, Status.EXCLUDED} <= found.keys():
            message = _("%(term)s is both present (%(present)s) and excluded (%(excluded)s); both were kept.") % {
                "term": term,
                "present": found[Status.PRESENT],
                "excluded": found[Status.EXCLUDED],
            }
            report.problem(found[Status.EXCLUDED], message, _("Decide which is right and remove the other."))


def within_limit(listed: list[tuple[str, FindingEntry]], room: int, report: Report) -> list[tuple[str, FindingEntry]]:
    """As many as a case holds: present ones first, in the file's order."""
    if len(listed) <= room:
        return listed
    present = [item for item in listed if item[1].status is Status.PRESENT]
    others = [item for item in listed if item[1].status is not Status.PRESENT]
    chosen = {path for path, _entry in (present + others)[: max(room, 0)]}
    for path, _entry in listed:
        if path not in chosen:
            report.lost(path, _("A case holds %d findings; this one was not kept.") % FINDING_LIMIT)
    return [item for item in listed if item[0] in chosen]
