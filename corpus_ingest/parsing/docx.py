"""DOCX: a zip with XML, read by hand. Of the zip only what is text comes out, and never more than allowed.

A document type declaration, and with it every entity, is refused: no word processor writes one. Text that is
deleted, and instructions of fields, are no text; text that is marked as hidden is put aside for screening.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from corpus_ingest.parsing import kinds
from corpus_ingest.parsing.found import HEADING, LIST, TABLE, Bounds, Found, Outline, Stop, row, tidy
from corpus_ingest.parsing.language import guess

_BODY, _STYLES, _CORE = "word/document.xml", "word/styles.xml", "docProps/core.xml"
_ENTRIES = 10_000
_HUGE = 64 * 1024**2  # bytes of an entry from which on its packing is looked at
_TIGHT = 500  # times
_WORD = re.compile(r"https?://(?:schemas\.openxmlformats\.org|purl\.oclc\.org/ooxml)/wordprocessingml\S* (\w+)\Z")
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo) ?([1-9])\Z", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})
_TINY = 4  # half-points of letter size
_BLOCK = 1024 * 1024  # bytes
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)
_Start = Callable[[str, dict[str, str]], None]


def read_docx(content: bytes, bounds: Bounds) -> Found:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive, bounds)
            parts = {name: _entry(archive, name, bounds) for name in (_BODY, _STYLES, _CORE)}
            names = set(archive.namelist())
    except _BROKEN:
        raise Stop("damaged", what="zip") from None
    styles = _Styles()
    if parts[_STYLES]:
        _parse(parts[_STYLES], bounds.depth, styles.start, styles.end)
    body = _Body(styles, bounds)
    _parse(parts[_BODY], bounds.depth, body.start, body.end, body.data)
    found = body.found
    if not found.pieces and not found.unseen:
        raise Stop("empty" if not any(name.startswith("word/media/") for name in names) else "no_text")
    found.title = _title(parts[_CORE], bounds) or body.title or _first_heading(found)
    found.language = guess(found.pieces)
    if any(name.endswith("vbaProject.bin") for name in names):
        found.warnings.append("Macros were left out.")
    if {"word/footnotes.xml", "word/endnotes.xml"} & names and body.notes:
        found.warnings.append(f"{body.notes} footnotes were left out.")
    return found


def _check(archive: zipfile.ZipFile, bounds: Bounds) -> None:
    entries = archive.infolist()
    if len(entries) > _ENTRIES:
        raise Stop("bomb")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Stop("encrypted")
        if entry.file_size > _HUGE and entry.file_size > _TIGHT * max(entry.compress_size, 1):
            raise Stop("bomb")
    if sum(entry.file_size for entry in entries if entry.filename.endswith(".xml")) > bounds.expanded:
        raise Stop("bomb")


def _entry(archive: zipfile.ZipFile, name: str, bounds: Bounds) -> bytes:
    """What really comes out, whatever the zip declares."""
    if name not in archive.namelist():
        return b""
    blocks, size = [], 0
    with archive.open(name) as file:
        while block := file.read(_BLOCK):
            size += len(block)
            if size > bounds.expanded:
                raise Stop("bomb")
            blocks.append(block)
    return b"".join(blocks)


def _parse(
    content: bytes,
    deepest: int,
    start: _Start,
    end: Callable[[str], None],
    data: Callable[[str], None] | None = None,
) -> None:
    """Runs through XML. Elements of the word processor come by their own names, all others with their namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > deepest:
            raise Stop("too_deep", allowed=deepest)
        start(_local(name), {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    def refused(*_: object) -> None:
        raise Stop("external")

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refused
    if data is not None:
        parser.CharacterDataHandler = data
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise Stop("damaged") from None


def _local(name: str) -> str:
    match = _WORD.match(name)
    return match[1] if match else name


class _Styles:
    """Which styles are headings, and of which level."""

    def __init__(self) -> None:
        self.levels: dict[str, int] = {}  # 0: the title of the document
        self.hidden: set[str] = set()
        self._based: dict[str, str] = {}
        self._style = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        value = attributes.get("val", "")
        if name == "style":
            self._style = attributes.get("styleId", "")
        elif not self._style:
            return
        elif name == "name":
            if match := _HEADING.match(value):
                self.levels[self._style] = int(match[1])
            elif value.lower() == "title":
                self.levels[self._style] = 0
        elif name == "basedOn":
            self._based[self._style] = value
        elif name == "outlineLvl" and value.isdigit() and int(value) < 9:
            self.levels.setdefault(self._style, int(value) + 1)
        elif name == "vanish" and value.lower() not in _OFF:
            self.hidden.add(self._style)

    def end(self, name: str) -> None:
        if name == "style":
            self._style = ""

    def level(self, style: str) -> int | None:
        """By the style or one that it is based on."""
        for _ in range(10):
            if style in self.levels or not style:
                break
            style = self._based.get(style, "")
        return self.levels.get(style)


class _Body:
    def __init__(self, styles: _Styles, bounds: Bounds) -> None:
        self._styles = styles
        self._outline = Outline(bounds.characters)
        self.title = ""
        self.notes = 0
        self._words: list[str] = []
        self._listed: list[str] = []
        self._rows: list[list[str]] = []
        self._cell: list[str] = []
        self._tables = self._fallback = self._deleted = 0
        self._in_text = self._in_run = self._in_paragraph_style = False
        self._style, self._is_item = "", False
        self._level: int | None = None
        self._run_hides = ""
        self._shaded = False

    @property
    def found(self) -> Found:
        self._end_list()
        return Found(kinds.DOCX, pieces=self._outline.pieces, unseen=self._outline.unseen)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        value = attributes.get("val", "")
        if name.endswith(" Fallback"):
            self._fallback += 1
        elif name == "p":
            self._begin_paragraph()
        elif name == "pPr":
            self._in_paragraph_style = True
        elif name == "pStyle":
            self._style = value
        elif name == "outlineLvl" and value.isdigit() and int(value) < 9:
            self._level = int(value) + 1
        elif name == "numId":
            self._is_item = value not in ("", "0")
        elif name == "r":
            self._in_run, self._shaded = True, False
            self._run_hides = "hidden" if self._style in self._styles.hidden else ""
        elif name == "t":
            self._in_text = True
        elif name in ("tab", "br", "cr", "noBreakHyphen") and self._in_run:
            self._say("-" if name == "noBreakHyphen" else " ")
        elif name == "footnoteReference":
            self.notes += 1
        elif name in ("del", "moveFrom"):
            self._deleted += 1
        elif name == "tbl":
            self._begin_table()
        elif name == "tr" and self._tables == 1:
            self._rows.append([])
        elif name == "tc" and self._tables == 1:
            self._cell = []
        elif self._in_run and not self._in_paragraph_style:
            self._look(name, value, attributes)

    def _look(self, name: str, value: str, attributes: dict[str, str]) -> None:
        """What the style of a run says of whether it can be seen."""
        if name == "rStyle" and value in self._styles.hidden:
            self._run_hides = "hidden"
        elif name == "vanish":
            self._run_hides = "" if value.lower() in _OFF else "hidden"
        elif name in ("shd", "highlight"):
            self._shaded = attributes.get("fill", value).lower() not in ("", "auto", "ffffff", "none", "white", "clear")
            if self._shaded and self._run_hides == "white":
                self._run_hides = ""
        elif name == "color" and value.lower() in ("ffffff", "fefefe", "fdfdfd") and not self._shaded:
            self._run_hides = self._run_hides or ("" if self._tables else "white")
        elif name == "sz" and value.isdigit() and int(value) < _TINY:
            self._run_hides = self._run_hides or "tiny"

    def end(self, name: str) -> None:
        if name.endswith(" Fallback"):
            self._fallback -= 1
        elif name == "p":
            self._end_paragraph()
        elif name == "pPr":
            self._in_paragraph_style = False
        elif name == "r":
            self._in_run = False
        elif name == "t":
            self._in_text = False
        elif name in ("del", "moveFrom"):
            self._deleted -= 1
        elif name == "tc" and self._tables == 1 and self._rows:
            self._rows[-1].append(" ".join(self._cell))
        elif name == "tbl":
            self._end_table()

    def data(self, text: str) -> None:
        if self._in_text:
            self._say(text)

    def _say(self, text: str) -> None:
        if self._fallback or self._deleted:
            return
        if self._run_hides:
            self._outline.hide(text, self._run_hides)
        else:
            self._words.append(text)

    def _begin_paragraph(self) -> None:
        self._end_words()  # a text box stands inside the paragraph that it belongs to
        self._style, self._is_item = "", False
        self._level = None

    def _end_paragraph(self) -> None:
        self._end_words()
        self._in_run = False

    def _end_words(self) -> None:
        text = tidy("".join(self._words))
        self._words = []
        if not text:
            return
        level = self._level if self._level is not None else self._styles.level(self._style)
        if self._tables:
            self._cell.append(text)
        elif level is not None:
            self._end_list()
            if level == 0:
                self.title = self.title or text
            self._outline.heading(max(level, 1), text)
        elif self._is_item:
            self._listed.append(f"- {text}")
        else:
            self._end_list()
            self._outline.add(text)

    def _end_list(self) -> None:
        if self._listed:
            self._outline.add("\n".join(self._listed), LIST)
            self._listed = []

    def _begin_table(self) -> None:
        if self._tables == 0:
            self._end_words()
            self._end_list()
            self._rows = []
        self._tables += 1

    def _end_table(self) -> None:
        self._tables -= 1
        if self._tables:
            return
        rows = [cells for cells in self._rows if any(cells)]
        if rows and max(map(len, rows)) == 1:
            for cells in rows:
                self._outline.add(cells[0])
        elif rows:
            self._outline.add("\n".join(row(cells) for cells in rows), TABLE)


def _title(core: bytes, bounds: Bounds) -> str:
    words: list[str] = []
    inside = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal inside
        inside = name.endswith("purl.org/dc/elements/1.1/ title")

    def end(_: str) -> None:
        nonlocal inside
        inside = False

    if core:
        _parse(core, bounds.depth, start, end, lambda text: words.append(text) if inside else None)
    return tidy("".join(words))[:300]


def _first_heading(found: Found) -> str:
    return next((piece.text for piece in found.pieces if piece.kind == HEADING), "")
