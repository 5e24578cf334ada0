"""What a connected reasoning model would be shown of a case: word for word, before anything is sent.

Made by the same code that makes the prompts. What a run adds later, names of diseases and passages of the knowledge, is
not of the case and not shown here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.llm.identifiers import without_identifiers
from agents.panel.briefing import Briefing
from agents.panel.fence import hostile
from agents.panel.reader import parts_of
from diagnosis_app.cases.content import Content
from diagnosis_app.runs.manifest import model_for
from diagnosis_app.runs.model_words import Named, named, place_words
from diagnosis_app.runs.panel_telling import withheld
from retrieval.knowledge import Knowledge
from retrieval.ranking import rankable


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    words: str
    withheld: str = ""  # why nothing of it is shown


@dataclass(frozen=True, slots=True)
class ModelShown:
    model: Named
    place: str
    cleaned: bool  # identifiers are taken out first
    texts: tuple[Text, ...]
    removed: int  # places at which something was taken out
    unread: int  # characters of the note that are not read

    @property
    def removed_words(self) -> str:
        if not self.cleaned:
            return ""
        again = _("Read it once more: a name that stands alone is not found.")
        if not self.removed:
            return _("Nothing was found in it that tells who the patient is. %(again)s") % {"again": again}
        said = ngettext("%(n)s place was taken out", "%(n)s places were taken out", self.removed) % {"n": self.removed}
        return _("%(said)s that may tell who the patient is. %(again)s") % {"said": said, "again": again}


def model_shown(content: Content, knowledge: Knowledge) -> ModelShown | None:
    """None where no model is connected."""
    pinned = model_for()
    model = named(pinned)
    if pinned is None or model is None:
        return None
    patient = Briefing(knowledge, rankable(knowledge.ontology, content.profile())).text
    read = parts_of(content.note)
    counted: Counter[str] = Counter()
    public = bool(pinned["public"])
    texts = [Text(_("The patient, in every question"), _sent(patient, public, counted))]
    for n, part in enumerate(read.texts, 1):
        title = _("The note") if len(read.texts) == 1 else _("The note, part %(n)s") % {"n": n}
        why = withheld("reader", {"withheld": hostile(part)})
        texts.append(Text(title, "" if why else _sent(part, public, counted), why))
    place, removed = place_words(model.place), sum(counted.values())
    return ModelShown(model, place, public, tuple(texts), removed, read.unread)


def _sent(text: str, public: bool, counted: Counter[str]) -> str:
    if not public:
        return text
    cleaned = without_identifiers(text)
    removed: Mapping[str, int] = cleaned.removed
    counted.update(removed)
    return cleaned.text
