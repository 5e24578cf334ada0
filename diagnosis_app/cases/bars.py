"""The contribution bar of a candidate: inline SVG on one scale for the page, read out as words.

Right of zero speaks for (findings solid, similar cases dotted, genes ruled, how common it is outlined,
what a reasoning model found in waves), left (hatched) against. Widths are per cent of
the scale; what is too thin to see is drawn together as one piece, so that the pieces still add up to
the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frontend.words import signed

# By kind of contribution; findings are solid.
FILLS = {"gene": "fillg", "similar": "fillc", "prevalence": "fillk", "model": "fillm"}
GAP = 0.25  # per cent between two pieces
THIN = 1.2  # per cent: thinner pieces are drawn together


@dataclass(frozen=True, slots=True)
class Piece:
    label: str
    value: float
    kind: str = ""  # of contribution: what speaks for has a pattern of its own


@dataclass(frozen=True, slots=True)
class Scale:
    """Natural log-odds that the width of a bar stands for, on either side of zero."""

    left: float
    right: float

    @classmethod
    def over(cls, candidates: Iterable[Sequence[Piece]]) -> Scale:
        left, right = 0.5, 1.0
        for pieces in candidates:
            left = max(left, -sum(piece.value for piece in pieces if piece.value < 0))
            right = max(right, sum(piece.value for piece in pieces if piece.value > 0))
        return cls(left * 1.02, right * 1.02)

    @property
    def zero(self) -> float:
        return 100 * self.left / (self.left + self.right)

    def width(self, value: float) -> float:
        return 100 * abs(value) / (self.left + self.right)

    def ticks(self) -> list[tuple[float, str]]:
        """Round values right of zero with their place: at most four, the last clear of the edge."""
        step = next((one for one in (1, 2, 5, 10, 20, 50, 100, 200) if self.right / one <= 4), 500)
        values = range(step, int(self.right) + 1, step)
        return [(place, f"+{value}") for value in values if (place := self.zero + self.width(value)) < 82]


def bar(pieces: Sequence[Piece], scale: Scale, total: float, height: int = 16) -> SafeString:
    drawn = [f'<line class="zero" x1="{scale.zero:.2f}%" x2="{scale.zero:.2f}%" y1="0" y2="{height}"/>']
    right = left = scale.zero
    for piece in together([piece for piece in pieces if piece.value > 0], scale):
        width = scale.width(piece.value)
        drawn.append(_rect(FILLS.get(piece.kind, "fillf"), right, width, height, piece))
        right += width
    for piece in together([piece for piece in pieces if piece.value < 0], scale):
        width = scale.width(piece.value)
        left -= width
        drawn.append(_rect("filla", left, width, height, piece))
    spoken = escape(_spoken(pieces, total))
    return mark_safe(  # noqa: S308  every text is escaped above
        f'<svg class="contrib" height="{height}" role="img" aria-label="{spoken}">{"".join(drawn)}</svg>'
    )


def together(pieces: list[Piece], scale: Scale) -> list[Piece]:
    """Largest first; the thin ones become one."""
    pieces = sorted(pieces, key=lambda piece: -abs(piece.value))
    seen = [piece for piece in pieces if scale.width(piece.value) >= THIN]
    thin = pieces[len(seen) :]
    if len(thin) < 2:
        return pieces
    label = ngettext("%(n)s more", "%(n)s more", len(thin)) % {"n": len(thin)}
    return [*seen, Piece(label, sum(piece.value for piece in thin))]


def _rect(css: str, x: float, width: float, height: int, piece: Piece) -> str:
    title = escape(f"{piece.label}: {signed(piece.value)}")
    return (
        f'<rect class="{css}" x="{x:.2f}%" y="2" width="{max(width - GAP, 0.15):.2f}%" height="{height - 4}">'
        f"<title>{title}</title></rect>"
    )


def _spoken(pieces: Sequence[Piece], total: float) -> str:
    parts = "; ".join(f"{piece.label} {_said(piece.value)}" for piece in sorted(pieces, key=lambda p: -abs(p.value)))
    return _("Contributions: %(parts)s. Sum %(total)s.") % {"parts": parts or _("none"), "total": _said(total)}


def _said(value: float) -> str:
    word = _("plus") if value >= 0 else _("minus")
    return f"{word} {abs(value):.1f}"
