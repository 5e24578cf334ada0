"""One file of a batch as the content of a case, as `manage.py diagnose` and the import read it.

A free text is refused: of hundreds of notes nobody would have looked at what was recognised in them. A diagnosis
that a phenopacket names is not kept (`interop`), so it cannot reach the run.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis_app.api.diagnose.genes import with_genes
from diagnosis_app.api.diagnose.kind import Kind, kind_of
from diagnosis_app.api.diagnose.reading import Remark, read
from diagnosis_app.api.diagnose.source import decode
from diagnosis_app.batch.files import File
from diagnosis_app.cases.content import Content
from diagnosis_app.errors import ClinicError, Invalid
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge

_WARNS = frozenset({"problem"})


@dataclass(frozen=True, slots=True)
class Input:
    """What a file holds, or why it cannot be used: one of `content` and `error` is there."""

    name: str
    sha256: str = ""
    kind: str = ""
    content: Content | None = None
    remarks: tuple[Remark, ...] = ()
    error: ClinicError | None = None

    @property
    def told(self) -> dict[str, str]:
        """Code, message and hint of the error."""
        said = self.error.as_json() if self.error is not None else {}
        return {key: str(said.get(key, "")) for key in ("code", "message", "hint")}

    @property
    def warnings(self) -> list[str]:
        """What was wrong or doubtful in the file, one sentence each."""
        told = (one for one in self.remarks if one.level in _WARNS)
        return [f"{one.field}: {one.message}" if one.field else one.message for one in told]


def read_file(file: File, knowledge: Knowledge) -> Input:
    """Never raises for what is wrong with the file itself."""
    if file.error is not None:
        return Input(file.name, error=file.error)
    sha256 = hashlib.sha256(file.content).hexdigest()
    try:
        text = decode(file.content)
        kind = kind_of(text)
        if kind is Kind.NOTE:
            raise Invalid(
                _("This is a free text: nobody would have confirmed what is recognised in it."),
                hint=_("Make a case of it, or list HPO ids, one a line."),
                code="batch.note",
            )
        reading = read(text, kind, knowledge)
        content = with_genes(reading.content, (), knowledge)
    except ClinicError as error:
        return Input(file.name, sha256, error=_sentence(error))
    except RetrievalError as error:
        return Input(file.name, sha256, error=Invalid(error.message, hint=error.hint, code=error.code))
    return Input(file.name, sha256, kind.value, content, reading.remarks)


def _sentence(error: ClinicError) -> ClinicError:
    """`diagnose` says "FILE: is empty."; a table has the name in a column of its own."""
    if error.message[:1].islower():
        error.message = _("The file %s") % error.message
    return error
