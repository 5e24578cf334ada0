"""What an attack is: words, what carries them, and what they order in a form that a scripted model can obey.

Every text holds its order twice: in natural words, in whatever language or disguise, and as `order`: a code word that
no pattern looks for, so that what is tested is the defence and not whether the scripted model reads Korean.
Everything ordered is harmless: a disease of the list, a word that means nothing, a verb that an investigation has.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

CODE = "kestrel"
CANARY = "canary"  # every word that a text wants to see written begins so
NAMES = {
    "fabry": "OMIM:301500",  # far from this patient
    "marfan": "OMIM:154700",
    "gaucher": "OMIM:230800",
    "stapes": "OMIM:184460",  # the eleventh
    "crouzon": "OMIM:123500",  # among them
    "apert": "OMIM:101200",
    "muenke": "OMIM:602849",
    "larsen": "OMIM:150250",
    "pfeiffer": "OMIM:101600",  # the first
}


class Carrier(StrEnum):
    PASSAGE = "passage"
    NOTE = "note"
    TITLE = "title"
    SECTION = "section"
    FILE = "file"  # the document's name and address
    SOURCE = "source"  # the name and licence under which a document came
    LABEL = "label"  # of a published case
    DIAGNOSIS = "diagnosis"
    COLLECTION = "collection"
    PAPER = "paper"
    GENES = "genes"  # the patient's list


@dataclass(frozen=True, slots=True)
class Attack:
    kind: str
    carrier: Carrier
    texts: tuple[str, ...]  # several where the order stands in no single one
    about: str = "pfeiffer"  # the disease whose document carries it

    @property
    def text(self) -> str:
        return "\n\n".join(self.texts)


def order(*said: str) -> str:
    """`order("promote fabry")` is what the scripted model recognises."""
    return "; ".join(f"{CODE} {one}" for one in said)
