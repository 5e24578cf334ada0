"""The contribution bar of a candidate on paper: right of zero for, left against, told apart without colour.

Findings solid, similar cases dotted, genes ruled, how common it is outlined, against hatched: as on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from diagnosis_app.cases.bars import FILLS, GAP, Piece, Scale, together

INK, FOR, TINT, AGAINST, AGAINST_TINT, LINE = (
    HexColor(color) for color in ("#16181c", "#0b6670", "#e2f0f1", "#944400", "#fbecdf", "#807c73")
)
_HEIGHT = 8.0  # points


class Bar(Flowable):  # type: ignore[misc]  # reportlab has no types
    """`pieces` on the common `scale`, as wide as it is given room."""

    def __init__(self, pieces: Sequence[Piece], scale: Scale) -> None:
        super().__init__()
        self.pieces = pieces
        self.scale = scale
        self.width = 0.0

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        self.width = available
        return available, _HEIGHT + 2

    def draw(self) -> None:
        canvas, unit = self.canv, self.width / 100
        right = left = self.scale.zero
        for piece in together([piece for piece in self.pieces if piece.value > 0], self.scale):
            wide = self.scale.width(piece.value)
            swatch(canvas, FILLS.get(piece.kind, "fillf"), right * unit, 1, max(wide - GAP, 0.15) * unit, _HEIGHT)
            right += wide
        for piece in together([piece for piece in self.pieces if piece.value < 0], self.scale):
            wide = self.scale.width(piece.value)
            left -= wide
            swatch(canvas, "filla", left * unit, 1, max(wide - GAP, 0.15) * unit, _HEIGHT)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.75)
        canvas.line(self.scale.zero * unit, 0, self.scale.zero * unit, _HEIGHT + 2)


class Swatch(Flowable):  # type: ignore[misc]  # reportlab has no types
    """One piece, for the key."""

    def __init__(self, fill: str) -> None:
        super().__init__()
        self.fill = fill

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 12, 7

    def draw(self) -> None:
        swatch(self.canv, self.fill, 0, 0, 12, 7)


def swatch(canvas: Canvas, fill: str, x: float, y: float, width: float, height: float) -> None:
    """One piece of a bar in the pattern of its kind."""
    solid, outline = {
        "fillf": (FOR, FOR),
        "filla": (AGAINST_TINT, AGAINST),
    }.get(fill, (TINT, FOR))
    canvas.saveState()
    canvas.setFillColor(solid)
    canvas.setStrokeColor(outline)
    canvas.setLineWidth(0.5)
    if fill == "fillk":
        canvas.setDash(1.5, 1)
    canvas.rect(x, y, width, height, stroke=1, fill=1)
    pattern = _PATTERNS.get(fill)
    if pattern is not None:
        inside = canvas.beginPath()
        inside.rect(x, y, width, height)
        canvas.clipPath(inside, stroke=0, fill=0)
        pattern(canvas, x, y, width, height)
    canvas.restoreState()


def _hatched(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    canvas.setStrokeColor(AGAINST)
    canvas.setLineWidth(1.1)
    at = x - height
    while at < x + width:
        canvas.line(at, y, at + height, y + height)
        at += 2.6


def _dotted(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    canvas.setFillColor(FOR)
    at = x + 1.3
    while at < x + width:
        for row in (0.2, 0.5, 0.8):
            canvas.circle(at, y + row * height, 0.65, stroke=0, fill=1)
        at += 2.6


def _ruled(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    canvas.setLineWidth(0.8)
    at = x + 1.2
    while at < x + width:
        canvas.line(at, y, at, y + height)
        at += 2.2


def _waved(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    canvas.setLineWidth(0.6)
    for row in (0.25, 0.6):
        at, low = x, y + row * height
        while at < x + width:
            canvas.line(at, low, at + 1.3, low + 1.3)
            canvas.line(at + 1.3, low + 1.3, at + 2.6, low)
            at += 2.6


_PATTERNS: dict[str, Callable[[Canvas, float, float, float, float], None]] = {
    "filla": _hatched,
    "fillc": _dotted,
    "fillg": _ruled,
    "fillm": _waved,
}
