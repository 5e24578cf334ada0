"""Which letters of a PDF page somebody would see who looks at it.

Not seen: drawn in no colour (render mode 3), white or fully transparent with nothing behind it, smaller than any
print, or outside the page. Two honest uses stay: the invisible text under a scan (a picture covers the page), and
white letters on a dark field.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from math import hypot
from typing import Any

_INVISIBLE = (3, 7)  # text render modes of PDF 32000-1, table 106
_WHITE = 248  # of 255, each colour
_CLEAR = 12  # of 255: alpha below it
_TINY = 1.5  # points of height; the smallest print of a leaflet has 4
_PAGE = 0.5  # share of the page that a scan covers
_MOST = 5000  # drawn things of a page that are looked at
_FORM, _TEXT, _PATH, _IMAGE, _SHADING = 5, 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Style:
    size: float
    bold: bool
    unseen: str  # how it is hidden, or empty


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.top - self.bottom)


class Sight:
    def __init__(self, raw: Any, page: Any, text: Any) -> None:
        self._raw, self._text = raw, text
        self._known: dict[int, Style] = {}
        self._sheet = self._crop(page)
        self._fields, images = self._drawn(page)
        self.pictures = len(images)
        self._scan = any(image.area >= self._sheet.area * _PAGE for image in images)

    def style(self, at: int) -> Style | None:
        """The style of a letter; None for one that is not in the file."""
        thing = self._raw.FPDFText_GetTextObject(self._text, at)
        if not thing:
            return None
        address = ctypes.cast(thing, ctypes.c_void_p).value or 0
        style = self._known.get(address)
        if style is None:
            style = self._known[address] = self._look(thing, at)
        return style

    def _look(self, thing: Any, at: int) -> Style:
        raw = self._raw
        box = raw.FS_RECTF()
        known = raw.FPDFText_GetLooseCharBox(self._text, at, box)
        size = self._size(at)
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        mode = raw.FPDFTextObj_GetTextRenderMode(thing)
        unseen = ""
        if mode in _INVISIBLE:
            unseen = "" if self._scan else "invisible"
        elif size < _TINY:
            unseen = "tiny"
        elif known and not self._sheet.holds(*middle):
            unseen = "outside"
        elif self._is_white(thing, mode, middle):
            unseen = "white"
        return Style(round(size, 1), self._is_bold(at), unseen)

    def _size(self, at: int) -> float:
        """In points as it is drawn: the size of the font, stretched by what the page does to it."""
        size = float(self._raw.FPDFText_GetFontSize(self._text, at))
        matrix = self._raw.FS_MATRIX()
        return size * hypot(matrix.c, matrix.d) if self._raw.FPDFText_GetMatrix(self._text, at, matrix) else size

    def _is_white(self, thing: Any, mode: int, middle: tuple[float, float]) -> bool:
        colour = self._colour(thing, stroke=mode == 1)
        if colour is None:
            return False
        red, green, blue, alpha = colour
        if alpha < _CLEAR:
            return True
        return min(red, green, blue) >= _WHITE and not any(field.holds(*middle) for field in self._fields)

    def _colour(self, thing: Any, *, stroke: bool = False) -> tuple[int, int, int, int] | None:
        parts = [ctypes.c_uint() for _ in range(4)]
        ask = self._raw.FPDFPageObj_GetStrokeColor if stroke else self._raw.FPDFPageObj_GetFillColor
        if not ask(thing, *parts):
            return None
        red, green, blue, alpha = (part.value for part in parts)
        return red, green, blue, alpha

    def _is_bold(self, at: int) -> bool:
        name = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        self._raw.FPDFText_GetFontInfo(self._text, at, name, 128, flags)
        return any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))

    def _crop(self, page: Any) -> _Box:
        edges = [ctypes.c_float() for _ in range(4)]
        for ask in (self._raw.FPDFPage_GetCropBox, self._raw.FPDFPage_GetMediaBox):
            if ask(page, *edges):
                left, bottom, right, top = (edge.value for edge in edges)
                return _Box(min(left, right), min(bottom, top), max(left, right), max(bottom, top))
        return _Box(0.0, 0.0, float(self._raw.FPDF_GetPageWidthF(page)), float(self._raw.FPDF_GetPageHeightF(page)))

    def _drawn(self, page: Any) -> tuple[list[_Box], list[_Box]]:
        """What may lie behind white letters, and the pictures."""
        raw, fields, images = self._raw, [], []
        for at in range(min(raw.FPDFPage_CountObjects(page), _MOST)):
            thing = raw.FPDFPage_GetObject(page, at)
            kind = raw.FPDFPageObj_GetType(thing)
            if kind == _TEXT:
                continue
            edges = [ctypes.c_float() for _ in range(4)]
            if not raw.FPDFPageObj_GetBounds(thing, *edges):
                continue
            box = _Box(*(edge.value for edge in edges))
            if kind == _IMAGE:
                images.append(box)
            if kind in (_IMAGE, _SHADING, _FORM) or (kind == _PATH and self._is_dark(thing)):
                fields.append(box)
        return fields, images

    def _is_dark(self, path: Any) -> bool:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if not self._raw.FPDFPath_GetDrawMode(path, fill, stroke) or not fill.value:
            return False
        colour = self._colour(path)
        return colour is not None and colour[3] >= _CLEAR and min(colour[:3]) < _WHITE
