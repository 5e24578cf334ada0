"""Cuts a document into passages: whole sentences of one section, about 900 characters, each an exact span of its text.

Headings part passages and are in none of them (each passage carries its section path). A sentence is never cut,
however long it is; a list is cut between items, a table between rows. Pure: the same document gives the same
passages, with the same ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from corpus_ingest.chunking.sentences import sentences
from retrieval.passages.document import Block, BlockKind, Document, Passage, passage_id

TARGET = 900  # characters; two short paragraphs, and less than most embedders read
SMALL = 200  # characters; a passage below it joins its neighbour of the same section
MOST = 1400  # characters that joining may make


@dataclass(frozen=True, slots=True)
class _Span:
    """What is not cut: a sentence, an item, a row."""

    start: int
    end: int
    block: int


def chunk(document: Document, target: int = TARGET) -> tuple[Passage, ...]:
    """The passages of a document, in order. All its text but the headings is in exactly one of them."""
    text = document.text
    passages = []
    for run in _runs(document):
        spans = [span for at, start in run for span in _spans(document.blocks[at], at, start, document.language)]
        for group in _groups(spans, target):
            start, end = group[0].start, group[-1].end
            block = document.blocks[group[0].block]
            words = text[start:end]
            name = passage_id(document.id, block.section, words)
            passages.append(Passage(name, document.id, start, end, words, block.section, block.page))
    return tuple(passages)


def _runs(document: Document) -> Iterator[list[tuple[int, int]]]:
    """(block, start) of blocks that may share a passage: the same section, no heading between, a table alone."""
    run: list[tuple[int, int]] = []
    for at, (block, start) in enumerate(zip(document.blocks, document.starts(), strict=True)):
        before = document.blocks[run[-1][0]] if run else None
        parted = before is not None and (
            before.section != block.section or BlockKind.TABLE in (before.kind, block.kind)
        )
        if run and (parted or block.kind is BlockKind.HEADING):
            yield run
            run = []
        if block.kind is not BlockKind.HEADING:
            run.append((at, start))
    if run:
        yield run


def _spans(block: Block, at: int, start: int, language: str) -> Iterator[_Span]:
    lines = block.kind in (BlockKind.LIST, BlockKind.TABLE)
    for left, right in _lines(block.text) if lines else [(0, len(block.text))]:
        if block.kind is BlockKind.TABLE:
            yield _Span(start + left, start + right, at)
        else:
            for first, last in sentences(block.text[left:right], language):
                yield _Span(start + left + first, start + left + last, at)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield at + len(line) - len(line.lstrip()), at + len(line.rstrip())
        at += len(line) + 1


def _groups(spans: Sequence[_Span], target: int) -> list[list[_Span]]:
    groups: list[list[_Span]] = []
    goals = _goals(spans, target)
    for span in spans:
        group = groups[-1] if groups else None
        if group is not None and _joins(group, span, goals, target):
            group.append(span)
        else:
            groups.append([span])
    if len(groups) > 1 and _length(groups[-1]) < SMALL and groups[-1][-1].end - groups[-2][0].start <= MOST:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _joins(group: list[_Span], span: _Span, goals: dict[int, int], target: int) -> bool:
    length = span.end - group[0].start
    if length <= (goals[span.block] if span.block == group[0].block else target):
        return True
    return _length(group) < SMALL and length <= MOST


def _goals(spans: Iterable[_Span], target: int) -> dict[int, int]:
    """How long the parts of each block should be, so that a long paragraph falls into even parts."""
    lengths: dict[int, int] = {}
    starts: dict[int, int] = {}
    for span in spans:
        starts.setdefault(span.block, span.start)
        lengths[span.block] = span.end - starts[span.block]
    goals = {}
    for block, length in lengths.items():
        parts = ceil(length / target)
        goals[block] = target if parts < 2 else min(target, ceil(length / parts) + SMALL // 2)
    return goals


def _length(group: Sequence[_Span]) -> int:
    return group[-1].end - group[0].start
