"""One document through the screen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from corpus_ingest.screening.personal import personal
from retrieval.hostile_text import concealment
from retrieval.hostile_text.instructions import instruction
from retrieval.passages.document import Block, BlockKind, Document, Unseen

EXCERPT = 240  # characters that a curator is shown
SEAM = 200  # characters on either side of a border between blocks, looked at together; short blocks fill it
MANY = 3  # blocks with instructions after which nothing of the document is trusted
_WORDS = 20  # letters of hidden text below which it is a symbol, a spacer, an anchor
_LETTER = re.compile(r"[^\W\d_]")


class Reason(StrEnum):
    """Why something is held; the page has the words for it."""

    INSTRUCTION = "instruction"
    HIDDEN_INSTRUCTION = "hidden_instruction"
    HIDDEN = "hidden"
    INVISIBLE = "invisible"
    DIRECTION = "direction"
    LOOKALIKE = "lookalike"
    SCRIPT = "script"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Held:
    """Something that waits for a person. Its id is of its content: the same words of the same document keep it."""

    id: str
    document: str
    title: str
    source: str
    reason: Reason
    excerpt: str
    detail: str = ""  # what was found, for the curator: how it was disguised, which kind of data
    block: int | None = None  # in the document as it came; None for its title, or for hidden text
    whole: bool = False  # the document is held with it


@dataclass(frozen=True, slots=True)
class Screened:
    document: Document | None  # what goes on: without what is held; None where all of it is
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    reason: Reason
    detail: str
    at: int  # where in the text it begins, for the excerpt


def screen(document: Document, released: Collection[str] = ()) -> Screened:
    """The document without what is held, and what is held. `released`: ids that a person let in."""
    title = list(_of_title(document, released))
    unseen, let_in = _of_unseen(document, released)
    blocks = list(_of_blocks(document, released))
    headings = list(_of_headings(document, released))
    instructions = sum(one.reason is Reason.INSTRUCTION for one in (*headings, *blocks))
    whole = bool(title) or any(one.reason is Reason.HIDDEN_INSTRUCTION for one in unseen) or instructions >= MANY
    held = tuple(replace(one, whole=whole) for one in (*title, *unseen, *headings, *blocks))
    if whole:
        return Screened(None, held)
    if not held and not document.unseen:
        return Screened(document, ())
    gone = {one.block for one in blocks if one.block is not None}
    left = _without(document, gone, {one.id for one in headings}, let_in)
    return Screened(left if left.blocks else None, held)


def held_id(document: str, text: str) -> str:
    content = f"held\x1f{document}\x1f{text}"
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# --- inside --------------------------------------------------------------


def _of_title(document: Document, released: Collection[str]) -> Iterator[Held]:
    finding = look(document.title)
    if finding is not None:
        yield from _held(document, document.title, finding, None, released)


def _of_unseen(document: Document, released: Collection[str]) -> tuple[list[Held], list[Unseen]]:
    """What is hidden is held; what a person let in of it becomes text at its place."""
    held: list[Held] = []
    let_in: list[Unseen] = []
    for one in document.unseen:
        how, words = instruction(one.text)
        if words:
            finding = _Finding(Reason.HIDDEN_INSTRUCTION, _said(one.how, how), _place(one.text, words))
        elif len(_LETTER.findall(one.text)) >= _WORDS:
            finding = _Finding(Reason.HIDDEN, one.how, 0)
        else:
            continue
        still = list(_held(document, one.text, finding, None, released))
        held.extend(still)
        if not still:
            let_in.append(one)
    return held, let_in


def _of_blocks(document: Document, released: Collection[str]) -> Iterator[Held]:
    """Each block, and the borders between them: an instruction may begin in one and end in a later one."""
    texts = [block.text for block in document.blocks]
    found = [look(text) for text in texts]
    for at in range(len(texts)):
        if found[at] is None and (over := _over_borders(texts, found, at)) is not None:
            last, across = over
            found[at : last + 1] = [across] * (last + 1 - at)
    for at, (block, finding) in enumerate(zip(document.blocks, found, strict=True)):
        if finding is not None:
            yield from _held(document, block.text, finding, at, released)


def _over_borders(texts: Sequence[str], found: Sequence[_Finding | None], at: int) -> tuple[int, _Finding] | None:
    """(the last block, what was found) of an instruction that begins in this block and ends in one of the next."""
    here, after, left = texts[at][-SEAM:], list[str](), SEAM
    for place in range(at + 1, len(texts)):
        if left <= 0 or found[place] is not None:
            break
        after.append(texts[place][:left])
        left -= len(texts[place]) + 1
    how, words = instruction(" ".join((here, *after))) if after else ("", "")
    if not words or instruction(here)[1] or instruction(" ".join(after))[1]:
        return None
    few = next((n for n in range(1, len(after)) if instruction(" ".join((here, *after[:n])))[1]), len(after))
    return at + few, _Finding(Reason.INSTRUCTION, _said(how, words[:120]), 0)


def _of_headings(document: Document, released: Collection[str]) -> Iterator[Held]:
    """Headings that are in no block of their own: they go with every passage below them."""
    own = {block.text for block in document.blocks if block.kind is BlockKind.HEADING}
    for title in dict.fromkeys(title for block in document.blocks for title in block.section if title not in own):
        finding = look(title)
        if finding is not None:
            yield from _held(document, title, finding, None, released)


def look(text: str) -> _Finding | None:
    """The gravest thing that is wrong with a text."""
    how, words = instruction(text)
    if words:
        return _Finding(Reason.INSTRUCTION, how or words[:120], _place(text, words))
    for reason, check in (
        (Reason.INVISIBLE, concealment.invisible),
        (Reason.DIRECTION, concealment.turned_around),
        (Reason.SCRIPT, concealment.script),
        (Reason.PERSONAL, personal),
        (Reason.LOOKALIKE, concealment.lookalikes),
    ):
        if detail := check(text):
            return _Finding(reason, detail[:120], _place(text, detail))
    return None


def _place(text: str, words: str) -> int:
    """Where the words stand in the text as it is written, as near as can be told."""
    first = words.split(" ")[:3]
    match = re.search(r"\s+".join(map(re.escape, first)), text, re.IGNORECASE)
    return match.start() if match else 0


def _said(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _held(
    document: Document, text: str, finding: _Finding, block: int | None, released: Collection[str]
) -> Iterator[Held]:
    name = held_id(document.id, text)
    if name in released:
        return
    start = max(0, finding.at - EXCERPT // 4)
    excerpt = ("…" if start else "") + text[start : start + EXCERPT] + ("…" if len(text) > start + EXCERPT else "")
    yield Held(name, document.id, document.title, document.source, finding.reason, excerpt, finding.detail, block)


def _without(document: Document, gone: set[int], held: set[str], let_in: list[Unseen]) -> Document:
    """The document without some blocks. A heading that is held is above nothing any more."""
    lost = {document.blocks[at].text for at in gone if document.blocks[at].kind is BlockKind.HEADING}
    above = dict.fromkeys(title for block in document.blocks for title in block.section)
    lost |= {title for title in above if held_id(document.id, title) in held}
    left: list[Block] = []
    for at in range(len(document.blocks) + 1):
        left.extend(Block(one.text, page=one.page) for one in let_in if one.before == at)
        if at < len(document.blocks) and at not in gone:
            block = document.blocks[at]
            section = tuple(title for title in block.section if title not in lost)
            left.append(block if section == block.section else replace(block, section=section))
    return replace(document, blocks=tuple(left), unseen=())
