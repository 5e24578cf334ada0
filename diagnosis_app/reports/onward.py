"""What separates the first candidate from the next, and what is worth knowing next, in lines of a report.

Worked out from the knowledge and the case version that the run pinned, as on its page.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from diagnosis_app.cases.asking import Asked, Change, Section, asking, questions_of
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.separating import Line, comparison_of, separates
from diagnosis_app.reports.content import Apart, Listed, Next
from diagnosis_app.runs.answering import not_known
from diagnosis_app.runs.models import Run
from retrieval.errors import RetrievalError

LINES, VERDICTS, QUESTIONS = 3, 2, 3


def apart_of(run: Run, content: Content, listed: Sequence[Listed]) -> Apart | None:
    """None where there is no second candidate, or the knowledge does not know one of the two."""
    if len(listed) < 2:
        return None
    one, other = listed[0], listed[1]
    snapshot = str(run.manifest["snapshot"])
    try:
        found = comparison_of(content, one.id, other.id, snapshot=snapshot)
        view = separates(found, [(row.id, row.name) for row in listed], snapshot=snapshot)
    except RetrievalError:
        return None
    told = [*view.remarks, *(_line(line) for line in view.lines[:LINES])]
    beyond = view.verdicts[
        len(found.tests) :
    ]  # genes, inheritance, onset: the tests stand in what is worth knowing next
    told += [f"{row.what}: {row.answer} {row.words}" for row in beyond[:VERDICTS]]
    if not view.lines:
        told.insert(0, _("Alike in what is documented: no finding separates them."))
    return Apart(view.one, view.other, tuple(told), view.further + max(0, len(view.lines) - LINES))


def _line(line: Line) -> str:
    here = _("%(spoken)s. Here: %(status)s") % {"spoken": line.spoken, "status": line.status}
    if not line.towards:
        return f"{here}."
    return _("%(here)s, which speaks for %(disease)s.") % {"here": here, "disease": line.towards}


def next_of(run: Run, content: Content) -> tuple[Next, ...]:
    """The questions worth most, in the order of the page; then genes."""
    try:
        found = asking(questions_of(content, snapshot=str(run.manifest["snapshot"]), skip=not_known(run)), content)
    except RetrievalError:
        return ()
    asked = [(section, one) for section in found.sections for one in section.questions]
    told = [_question(section, one) for section, one in asked[:QUESTIONS]]
    if found.genes is not None:
        what = _("Sequencing of %(genes)s") % {"genes": found.genes.genes}
        reason = f"{found.genes.reason.rstrip('.')} ({found.genes.covers})."
        told.append(Next(what, "", reason, "", ()))
    return tuple(told)


def _question(section: Section, one: Asked) -> Next:
    effects = (
        _effect(_("if present"), one.present, one.then_present),
        _effect(_("if absent"), one.absent, one.then_absent),
    )
    examination = [section.name]
    if section.burden:
        examination.append(_("burden: %(burden)s") % {"burden": section.burden})
    if section.cost:
        examination.append(_("cost: %(cost)s") % {"cost": section.cost})
    return Next(one.label, one.term, one.reason, "; ".join(examination), tuple(one for one in effects if one))


def _effect(when: str, changes: Sequence[Change], then: str) -> str:
    if not changes:
        return ""
    moved = ", ".join(f"{one.name} {one.value}" for one in changes)
    if then:
        moved = _("%(moved)s; then %(disease)s leads") % {"moved": moved, "disease": then}
    return f"{when}: {moved}"
