"""Sums up, from statements that stand and from nothing else. Where none stands nothing is written.

Each sentence names the statements that it is made of, and holds no word beyond theirs and a few that join them; what
does is left out and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agents import words
from agents.contract import Claim
from agents.panel.briefing import numbered
from agents.panel.schemas import ids, many, obj, text
from agents.panel.table import Kept, Table

if TYPE_CHECKING:
    from agents.environment import Environment

LEADERS = 3
EACH = 6  # statements of a leader
SENTENCES = 6
LONGEST = 400
# Words that join statements and say nothing of their own.
JOINING = words.SAME | {"while", "whereas", "both", "with", "for", "to", "but", "at", "by", "its", "their", "these"}


def write(environment: Environment, table: Table) -> None:
    claims = environment.record.claims()
    order = environment.record.candidates()[:LEADERS]
    chosen = [
        one
        for candidate in order
        for one in [claim for claim in claims.get(candidate.disease, ()) if claim.verified and not claim.doubted][:EACH]
    ]
    if not chosen:
        return
    stated = numbered("S", [one.key for one in chosen])
    by_name = dict(zip(stated, chosen, strict=True))
    names = {one.disease: one.name for one in order}

    def read(data: Mapping[str, Any]) -> Kept:
        kept = [
            {"text": one["text"].strip(), "statements": [stated[name] for name in one["statements"]]}
            for one in data["sentences"]
            if stands(one["text"], [by_name[name] for name in one["statements"]], names)
        ]
        return Kept({"sentences": kept}, len(data["sentences"]) - len(kept))

    lines = [f"{name} ({names[one.triple.disease]}, {one.stance}) {one.text}" for name, one in by_name.items()]
    sentence = obj(text=text(LONGEST), statements=ids(list(stated), len(stated)))
    said = "THE STATEMENTS\n" + "\n".join(lines)
    schema = obj(sentences=many(sentence, SENTENCES))
    table.ask(environment, "writer", "writer", said, schema, read, think=False)


def stands(sentence: str, made_of: Sequence[Claim], names: Mapping[str, str]) -> bool:
    """Whether the sentence says no more than the statements it is made of, and of no other disease."""
    if not made_of or not sentence.strip():
        return False
    own = {names[one.triple.disease] for one in made_of}
    if words.named(sentence, names.values()) - {name.casefold() for name in own}:
        return False
    said = words.without(sentence, own)
    source = " ".join(words.without(one.text, own) for one in made_of)
    if words.plain(said) - words.plain(source) - JOINING:
        return False
    counts, numbers = words.figures(said)
    known_counts, known_numbers = words.figures(source)
    if not (counts <= known_counts and numbers <= known_numbers and _ids(sentence) <= _ids(source)):
        return False
    return not Counter(words.denials(said)) - Counter(words.denials(source)) and _denies_all(said, made_of, own)


def _denies_all(said: str, made_of: Sequence[Claim], own: set[str]) -> bool:
    """What the statements deny is denied in the sentence too: a denial that is left out turns it round."""
    denied = sum((Counter(words.denials(words.without(one.text, own))) for one in made_of), Counter[str]())
    return not denied - Counter(words.denials(said))


def _ids(text: str) -> set[str]:
    return set(words.CURIE.findall(text))
