"""PDF by PDFium: pages, lines, paragraphs, headings by size and weight; what is invisible is put aside.

Tables are read line by line. A scan is recognised where tesseract is installed. A file that is cut short is
refused: half a guideline is worse than none.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any

from corpus_ingest.parsing import kinds
from corpus_ingest.parsing.bombs import refuse_pdf_bombs
from corpus_ingest.parsing.found import Bounds, Found, Stop, Unseen, tidy
from corpus_ingest.parsing.language import guess
from corpus_ingest.parsing.layout import Line, compose
from corpus_ingest.parsing.sight import Sight, Style

_OBJECT = re.compile(rb"\d+\s+\d+\s+obj\b")
_GENERATED_TITLE = re.compile(r"untitled|microsoft word|\.(?:docx?|pdf|indd|tex|qxd)\b|^[\W\d_]*$", re.I)
_HYPHEN = "\x02"  # PDFium's mark of a hyphen at the end of a line that it joined with the next
_BROKEN = re.compile(f"(?<=[a-z\u00df-\u00ff]){_HYPHEN}(?=[a-z\u00df-\u00ff])")
_FEW = 25  # visible characters of a page; a scan has fewer


def read_pdf(content: bytes, bounds: Bounds) -> Found:
    _refuse_cut(content)
    refuse_pdf_bombs(content, bounds.expanded)
    pdfium, raw = _library()
    try:
        document = pdfium.PdfDocument(content)
        pages = len(document)
    except pdfium.PdfiumError as error:
        raise Stop("encrypted" if "password" in str(error).lower() else "damaged") from None
    if pages == 0:
        raise Stop("damaged", what="pages")
    if pages > bounds.pages:
        raise Stop("too_many_pages", pages=pages, allowed=bounds.pages)
    found = Found(kinds.PDF, pages=pages)
    lines, scans = _lines(document, raw, bounds, found)
    if scans:
        lines += _recognised(document, raw, scans, bounds, found, bool(lines))
        lines.sort(key=lambda line: line.page)
    compose(lines, pages, bounds, found)
    if not found.pieces:
        raise Stop("no_text")
    found.title = _title(document, found)
    found.language = guess(found.pieces)
    return found


def _refuse_cut(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0 or _OBJECT.search(content, end):
        raise Stop("damaged")


def _library() -> tuple[Any, Any]:
    try:
        import pypdfium2
        import pypdfium2.raw
    except ImportError:
        raise Stop("no_reader") from None
    return pypdfium2, pypdfium2.raw


def _lines(document: Any, raw: Any, bounds: Bounds, found: Found) -> tuple[list[Line], list[int]]:
    """The lines that can be seen, and the pages (from 1) that are a picture."""
    lines: list[Line] = []
    scans: list[int] = []
    unreadable = left = 0
    for number in range(1, len(document) + 1):
        page = raw.FPDF_LoadPage(document, number - 1)
        if not page:
            unreadable += 1
            continue
        text = raw.FPDFText_LoadPage(page)
        sight = Sight(raw, page, text)
        seen = list(_of_page(raw, text, sight, number, found))
        raw.FPDFText_ClosePage(text)
        raw.FPDF_ClosePage(page)
        left += sum(len(line.text) for line in seen)
        if left > bounds.characters:
            raise Stop("too_much_text", allowed=bounds.characters)
        if sight.pictures and sum(len(line.text) for line in seen) < _FEW:
            scans.append(number)
        lines.extend(seen)
    if unreadable == len(document):
        raise Stop("damaged", what="pages")
    if unreadable:
        found.warnings.append(f"{unreadable} of {len(document)} pages could not be opened and are missing.")
    return lines, scans


def _of_page(raw: Any, text: Any, sight: Sight, number: int, found: Found) -> Iterator[Line]:
    letters: list[str] = []
    styles: dict[Style, int] = {}
    first = last = -1
    hidden = _Hidden(found, number)
    for at in range(raw.FPDFText_CountChars(text)):
        code = raw.FPDFText_GetUnicode(text, at)
        if code in (10, 13):
            if letters:
                yield _line(raw, text, letters, styles, first, last, number)
            letters, styles, first = [], {}, -1
            hidden.add(" ")
            continue
        letter = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        style = sight.style(at)
        if style is None:  # a space that PDFium put in
            if letters:
                letters.append(letter)
            hidden.add(letter)
            continue
        if style.unseen:
            hidden.add(letter, style.unseen)
            continue
        if not letter.isspace():
            first, last = (at if first < 0 else first), at
            styles[style] = styles.get(style, 0) + 1
        letters.append(letter)
    if letters:
        yield _line(raw, text, letters, styles, first, last, number)
    hidden.end()


def _line(raw: Any, text: Any, letters: list[str], styles: dict[Style, int], first: int, last: int, page: int) -> Line:
    words = tidy(_BROKEN.sub("", "".join(letters)).replace(_HYPHEN, "-"))
    if not words or first < 0:
        return Line("", page, 0.0, 0.0, 0.0, 0.0, False)
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(text, last, left, right, bottom, top)
    end = right.value
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, first, x, y)
    main = max(styles, key=lambda style: styles[style])
    return Line(words, page, x.value, y.value, end, main.size, main.bold)


class _Hidden:
    """Gathers hidden letters of a page into texts, by how they are hidden."""

    def __init__(self, found: Found, page: int) -> None:
        self._found, self._page = found, page
        self._letters: list[str] = []
        self._how = ""

    def add(self, letter: str, how: str = "") -> None:
        if how and how != self._how:
            self.end()
            self._how = how
        if self._how:
            self._letters.append(letter)

    def end(self) -> None:
        if words := tidy("".join(self._letters)):
            self._found.unseen.append(Unseen(words, self._how, -1, self._page))  # `compose` says before which piece
        self._letters, self._how = [], ""


def _recognised(document: Any, raw: Any, scans: list[int], bounds: Bounds, found: Found, others: bool) -> list[Line]:
    """The scanned pages by OCR, as many as are allowed; what was not read is said."""
    from corpus_ingest.parsing.image import recognise

    if not bounds.tesseract:
        if not others:
            raise Stop("no_text")
        found.warnings.append(
            f"{_pages(scans)} without text (pictures); they were not read: tesseract is not installed."
        )
        return []
    lines: list[Line] = []
    for number in scans[: bounds.recognised]:
        words = recognise(_picture(document, raw, number), bounds)
        for at, line in enumerate(words.split("\n")):
            lines.append(Line(tidy(line), number, 0.0, -14.0 * at, 500.0 if line else 0.0, 0.0, False))
    found.warnings.append(f"{_pages(scans[: bounds.recognised])} recognised by OCR; words may be wrong.")
    if len(scans) > bounds.recognised:
        found.warnings.append(f"{_pages(scans[bounds.recognised :])} not read: OCR takes {bounds.recognised} at most.")
    return [line for line in lines if line.text]


def _pages(numbers: list[int]) -> str:
    some = ", ".join(map(str, numbers[:8])) + (" …" if len(numbers) > 8 else "")
    return f"Page {some}" if len(numbers) == 1 else f"{len(numbers)} pages ({some})"


_SIDE = 2600  # pixels of the longer side: 220 dots per inch of A4


def _picture(document: Any, raw: Any, number: int) -> bytes:
    """A page as a grey picture (PGM)."""
    page = raw.FPDF_LoadPage(document, number - 1)
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    scale = _SIDE / max(width, height, 1.0)
    across, down = max(1, int(width * scale)), max(1, int(height * scale))
    bitmap = raw.FPDFBitmap_CreateEx(across, down, raw.FPDFBitmap_Gray, None, 0)
    raw.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, 0xFFFFFFFF)
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, 0)
    stride = raw.FPDFBitmap_GetStride(bitmap)
    pixels = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * down)
    raw.FPDFBitmap_Destroy(bitmap)
    raw.FPDF_ClosePage(page)
    rows = b"".join(pixels[at * stride : at * stride + across] for at in range(down))
    return b"P5 %d %d 255\n" % (across, down) + rows


def _title(document: Any, found: Found) -> str:
    said = tidy(document.get_metadata_dict().get("Title") or "")
    if len(said) >= 4 and not _GENERATED_TITLE.search(said):
        return said[:300]
    return found.title
