"""A text file of HPO ids as the content of a case: for scripts and the command line.

    HP:0001250 Seizure            # a name after the id is read over
    HP:0001263, HP:0000252        # several ids on a line
    - HP:0001999                  # excluded
    -HP:0000278 -HP:0000316

Every line that cannot be used is named with its number, all at once.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import FINDING_LIMIT, Content, FindingEntry
from diagnosis_app.errors import Invalid, InvalidMany, TooLarge
from diagnosis_app.interop.report import Imported, Report
from retrieval.errors import RetrievalError
from retrieval.model import Status
from retrieval.ontology.graph import Ontology

LARGEST = 1024 * 1024  # characters; 200 findings need a hundredth of it
# An id, with the minus before it; in a longer line of names the ids are what counts. An address ends where another
# begins: so a line of nothing but addresses is gone through once, not once from each of them.
_ADDRESS = r"https?://(?:(?!https?://)\S)*?"
_ID = re.compile(rf"(?P<minus>[-\u2212\u2013]\s*)?(?P<id>(?:{_ADDRESS})?\bHP\s?[:_]\s?\w+)", re.IGNORECASE)


def read_terms(text: str, ontology: Ontology) -> Imported:
    """Raises `InvalidMany` that names each wrong line; the report holds replaced ids and repetitions."""
    if len(text) > LARGEST:
        message = _("The file has more than a million characters.")
        raise TooLarge(message, field="file", hint=_("List the ids of one patient."))
    report, problems = Report(), list[Invalid]()
    found: dict[tuple[str, Status], FindingEntry] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        body = line.split("#", 1)[0].strip()
        if not body:
            continue
        try:
            entries = _line(body, f"line {number}", ontology, report)
        except Invalid as error:
            problems.append(error)
            continue
        for entry in entries:
            if (entry.term, entry.status) in found:
                report.changed(f"line {number}", _("%s stands there twice; kept once.") % entry.term)
            found.setdefault((entry.term, entry.status), entry)
            if {(entry.term, Status.PRESENT), (entry.term, Status.EXCLUDED)} <= found.keys():
                message = _("%s is both present and excluded; both were kept.") % entry.term
                report.problem(f"line {number}", message, _("Decide which is right and remove the other."))
    if not problems and not found:
        hint = _("Write one id a line, such as HP:0001250, and - before an excluded one.")
        problems.append(Invalid(_("The file holds no HPO id."), field="file", hint=hint))
    if len(found) > FINDING_LIMIT:
        message = _("The file holds %(count)d findings; the limit is %(limit)d.")
        numbers = {"count": len(found), "limit": FINDING_LIMIT}
        problems.append(TooLarge(message % numbers, field="file", hint=_("Keep the specific ones.")))
    if problems:
        raise InvalidMany(problems)
    return Imported(Content(findings=tuple(found.values())), report.lines())


def _line(body: str, where: str, ontology: Ontology, report: Report) -> list[FindingEntry]:
    matches = list(_ID.finditer(body))
    if not matches:
        hint = _("Write an id such as HP:0001250, with - before it if it is excluded, or # before a comment.")
        raise Invalid(_("There is no HPO id on %s.") % where, field=where, hint=hint)
    if body[: matches[0].start()].strip():
        hint = _("Begin the line with the id; a name may follow it.")
        raise Invalid(_("Something stands before the id on %s.") % where, field=where, hint=hint)
    entries = []
    for match in matches:
        try:
            resolved = ontology.finding(match["id"])
        except RetrievalError as error:
            raise Invalid(f"{where}: {error.message}", field=where, hint=error.hint, code=error.code) from None
        if resolved.note:
            report.changed(where, resolved.note)
        status = Status.EXCLUDED if match["minus"] else Status.PRESENT
        entries.append(FindingEntry(term=resolved.term.id, label=resolved.term.label, status=status, origin="import"))
    return entries
