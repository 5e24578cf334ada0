"""Reads XML of strangers: no entities of their own, no files or addresses that it names, bounded in depth and size.

A DOCTYPE that only names its definition is passed over unread (PubMed and PMC have one); one that declares
anything is refused. Large files are read piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.entities import html5
from typing import Any
from xml.parsers import expat

_BLOCK = 256 * 1024  # bytes


class BadXml(ValueError):
    """Not XML, or XML that is refused. Says where, and repeats nothing of the text."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


@dataclass(frozen=True, slots=True)
class Limits:
    depth: int = 100  # elements within elements
    nodes: int = 1_000_000  # of one piece
    characters: int = 64 * 1024**2  # of one piece


@dataclass(slots=True)
class Node:
    """An element: its children are elements and texts in their order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def elements(self, *tags: str) -> Iterator[Node]:
        """The elements directly below it, of these tags or of any."""
        for child in self.children:
            if isinstance(child, Node) and (not tags or child.tag in tags):
                yield child

    def first(self, *path: str) -> Node | None:
        """The first element at the end of this path of tags, one below the other."""
        if not path:
            return self
        for child in self.elements(path[0]):
            if (found := child.first(*path[1:])) is not None:
                return found
        return None

    def everywhere(self, *tags: str) -> Iterator[Node]:
        """All elements of these tags below it, in the order of the text."""
        for child in self.elements():
            if child.tag in tags:
                yield child
            yield from child.everywhere(*tags)

    def text(self, *path: str) -> str:
        """All text inside the element at the end of this path, as it is written, or nothing."""
        found = self.first(*path)
        return "" if found is None else "".join(found._texts())

    def line(self, *path: str) -> str:
        """The same in one line."""
        return " ".join(self.text(*path).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


def parse(content: bytes, limits: Limits | None = None) -> Node:
    """The whole of a small document."""
    reader = _Reader(None, limits or Limits())
    reader.feed(content, last=True)
    return reader.done.pop()


def pieces(blocks: Iterable[bytes], tags: Iterable[str], limits: Limits | None = None) -> Iterator[Node]:
    """Each outermost element of these tags as soon as it is closed; what stands around them is not kept."""
    reader = _Reader(frozenset(tags), limits or Limits())
    for block in blocks:
        reader.feed(block)
        yield from reader.take()
    reader.feed(b"", last=True)
    yield from reader.take()


class _Reader:
    """Builds nodes while the parser speaks. Bounds hold for one piece, and are checked as it grows."""

    def __init__(self, tags: frozenset[str] | None, limits: Limits) -> None:
        self.done: list[Node] = []
        self._tags = tags
        self._limits = limits
        self._depth = 0
        self._open: list[Node] = []
        self._nodes = 0
        self._characters = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._declares
        self._parser.AttlistDeclHandler = self._declares
        self._parser.ElementDeclHandler = self._declares
        self._parser.UnparsedEntityDeclHandler = self._declares
        self._parser.NotationDeclHandler = self._declares
        self._parser.ExternalEntityRefHandler = self._names
        self._parser.SkippedEntityHandler = self._entity

    def feed(self, block: bytes, *, last: bool = False) -> None:
        for at in range(0, len(block), _BLOCK):
            self._parse(block[at : at + _BLOCK], last=False)
        if last:
            self._parse(b"", last=True)

    def take(self) -> Iterator[Node]:
        found, self.done = self.done, []
        yield from found

    def _parse(self, block: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError as error:
            raise BadXml(error.lineno, f"it is not XML ({expat.ErrorString(error.code)})") from None
        except (LookupError, ValueError) as error:
            if isinstance(error, BadXml):
                raise
            raise BadXml(1, "its encoding is none that is read here") from None

    def _refuse(self, what: str) -> BadXml:
        return BadXml(self._parser.CurrentLineNumber, what)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise self._refuse(f"elements are nested more than {self._limits.depth} deep")
        if not self._open and self._tags is not None and tag not in self._tags:
            return
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise self._refuse(f"one piece has more than {self._limits.nodes} elements")
        node = Node(tag, attributes)
        self._count(sum(map(len, attributes.values())))
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        node = self._open.pop()
        if not self._open:
            self.done.append(node)
            self._nodes = self._characters = 0

    def _text(self, text: str) -> None:
        if self._open:
            self._count(len(text))
            self._open[-1].children.append(text)

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > self._limits.characters:
            raise self._refuse(f"one piece has more than {self._limits.characters} characters")

    def _doctype(self, _name: str, _system: str | None, _public: str | None, internal: int) -> None:
        if internal:
            raise self._refuse("its DOCTYPE declares something")

    def _declares(self, *_what: Any) -> None:
        raise self._refuse("it declares entities, or names files to be read")

    def _names(self, *_what: Any) -> int:
        raise self._refuse("it declares entities, or names files to be read")

    def _entity(self, name: str, parameter: int) -> None:
        """A character by its name, which the definition that is not read would declare."""
        if not parameter:
            self._text(html5.get(f"{name};", "\N{REPLACEMENT CHARACTER}"))
