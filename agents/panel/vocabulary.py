"""Which words of a model may be shown as a name that nothing here knows: those that the names here are made of.

A name that a text made up can then carry no word of its own to a page, though it may put known words together wrongly.
Names of diseases and genes count as their sources write them; what a document or a published case calls something does
not, nor do findings: of their words sentences can be made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.panel.fence import hostile
from agents.panel.schemas import NAME
from retrieval.genes import name_of
from retrieval.hostile_text.folding import INVISIBLE
from retrieval.ontology.tokens import fold, word_set
from retrieval.passages.names import LONGEST, without_ids
from retrieval.passages.words import form, raw_words

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge

# The small words of names. Others make a sentence of them: is, no, not, has, you.
_JOINING = word_set("a an and at by for from in of on or the to with without")
# 2, 12q, 1A; XIV; a letter alone
_COUNTING = re.compile(r"(?:[0-9]{1,2}[a-z]?|(?=[xvi])x{0,3}(?:ix|iv|v?i{0,3})|[a-z])\Z")
# Whatever a name is not written with, and what an address is: two slashes, or a dot between letters.
_NO_NAME = re.compile(r"[^\w\s,;:()/+'’.–-]|_|//|(?<=[^\W\d])\.(?=[^\W\d])")
_made: dict[str, frozenset[str]] = {}  # by the id of the knowledge: the one that is in use


def shown(knowledge: Knowledge, said: str) -> str:
    """The name as one line; empty where it may not be shown."""
    if hostile(said):
        return ""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", said))
    line = " ".join("".join(" " if unicodedata.category(one)[0] == "C" else one for one in plain).split())
    return line if len(line) <= NAME and _is_name(knowledge, line) else ""


def _is_name(knowledge: Knowledge, line: str) -> bool:
    bare = without_ids(line)
    raw = raw_words(bare)
    if _NO_NAME.search(line) or len(raw) > LONGEST:
        return False
    known = words_of(knowledge)
    small = [one for one in map(fold, raw) if one in _JOINING or _COUNTING.match(one)]
    telling = [one for one in raw if fold(one) not in small]
    if bare != line:
        return not raw  # an id alone: words beside it would name a second thing
    return bool(telling) and all(form(one) in known for one in telling)


def words_of(knowledge: Knowledge) -> frozenset[str]:
    """The telling words of every name, each in its one form."""
    found = _made.get(knowledge.id)
    if found is None:
        found = frozenset(form(one) for name in _names(knowledge) for one in raw_words(name)) - {""}
        _made.clear()
        _made[knowledge.id] = found
    return found


def _names(knowledge: Knowledge) -> Iterator[str]:
    diseases = knowledge.diseases
    for i in range(diseases.size):
        yield diseases.name(i)
        yield from (diseases.name_of(one) for one in diseases.all_ids(i))
        yield from (name_of(link) for link in diseases.genes(i))
