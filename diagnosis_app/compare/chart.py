"""How the ranks moved, as inline SVG: a line from the place in A to the place in B, with words for screen readers.

Drawn twice: with the names on both sides, and for a narrow screen with the names at the right alone. A line that
falls is dashed; colours come from the style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from diagnosis_app.compare.moves import Move, Moves

FIRST = 8  # of either side are drawn
STEP = 32  # between two rows
TOP = 40  # of the first row
_LONGEST = {True: 29, False: 30}  # characters of a name; the whole of it is in the table


@dataclass(frozen=True, slots=True)
class _Box:
    """Where things stand, in units of the drawing."""

    width: int
    left: int  # where lines begin
    right: int  # and end
    names: bool  # on the left too

    def row(self, position: int) -> int:
        return TOP + STEP * position


WIDE = _Box(640, 236, 404, names=True)
NARROW = _Box(348, 40, 108, names=False)


def chart(moves: Moves) -> tuple[SafeString, SafeString]:
    """(wide, narrow). Both empty where there is nothing to draw."""
    drawn = moves.first(FIRST)
    if not drawn:
        return SafeString(""), SafeString("")
    before = sorted(drawn, key=lambda one: (moves.rank_a(one), moves.rank_b(one), one.one.disease))
    after = sorted(drawn, key=lambda one: (moves.rank_b(one), moves.rank_a(one), one.one.disease))
    label = "; ".join(in_words(one, moves) for one in after)
    return _svg(WIDE, before, after, moves, label), _svg(NARROW, before, after, moves, label)


def in_words(one: Move, moves: Moves) -> str:
    name = one.one.name
    if one.a is None:
        return _("%(name)s rises to %(b)s; in A it is not among the first %(kept)s") % {
            "name": name, "b": moves.rank_b(one), "kept": moves.kept_a,
        }  # fmt: skip
    if one.b is None:
        return _("%(name)s falls from %(a)s; in B it is not among the first %(kept)s") % {
            "name": name, "a": one.a.rank, "kept": moves.kept_b,
        }  # fmt: skip
    ranks = {"name": name, "a": one.a.rank, "b": one.b.rank}
    if not one.moved:
        return _("%(name)s stays at %(a)s") % ranks
    return (_("%(name)s rises from %(a)s to %(b)s") if one.up else _("%(name)s falls from %(a)s to %(b)s")) % ranks


def _svg(box: _Box, before: Sequence[Move], after: Sequence[Move], moves: Moves, label: str) -> SafeString:
    rows = {id(one): (at, after.index(one)) for at, one in enumerate(before)}
    height = box.row(len(before) - 1) + 16
    lines = "".join(_line(box, one, *rows[id(one)]) for one in after)
    names = "".join(_left(box, at, one, moves) for at, one in enumerate(before))
    names += "".join(_right(box, at, one, moves) for at, one in enumerate(after))
    first = _("Run A") if box.names else _("A")
    heads = (
        f'<text class="mut" x="{box.left - 16}" y="16" text-anchor="end">{escape(first)}'
        f'</text><text class="mut" x="{box.right + 16}" y="16">{escape(_("Run B"))}</text>'
    )
    return mark_safe(  # noqa: S308  every text is escaped where it is put in
        f'<svg class="ch cmp-ch" viewBox="0 0 {box.width} {height}" role="img" aria-label="{escape(label)}">'
        f"{heads}{lines}{names}</svg>"
    )


def _line(box: _Box, one: Move, start: int, end: int) -> str:
    way = ("up" if one.up else "down") if one.moved else "level"
    x1, x2, y1, y2 = box.left, box.right, box.row(start) - 4, box.row(end) - 4
    bend = (x2 - x1) // 3
    return (
        f'<g class="cmp-{way}"><path d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"/>'
        f'<circle cx="{x1}" cy="{y1}" r="4"/><circle cx="{x2}" cy="{y2}" r="4"/></g>'
    )


def _left(box: _Box, at: int, one: Move, moves: Moves) -> str:
    name = f"<tspan>{escape(_short(one, box))}</tspan>" if box.names else ""
    gap = ' dx="8"' if name else ""
    rank = f'<tspan class="bold"{gap}>{escape(_rank(one.a is not None, moves.rank_a(one)))}</tspan>'
    return f'<text x="{box.left - 16}" y="{box.row(at)}" text-anchor="end">{name}{rank}</text>'


def _right(box: _Box, at: int, one: Move, moves: Moves) -> str:
    rank = f'<tspan class="bold">{escape(_rank(one.b is not None, moves.rank_b(one)))}</tspan>'
    return f'<text x="{box.right + 16}" y="{box.row(at)}">{rank}<tspan dx="8">{escape(_short(one, box))}</tspan></text>'


def _rank(kept: bool, rank: int) -> str:
    """A dash for what was not kept: where it stood is not known."""
    return str(rank) if kept else "\u2013"


def _short(one: Move, box: _Box) -> str:
    """A long name without its middle: what tells two subtypes apart stands at the end."""
    name, longest = one.one.name, _LONGEST[box.names]
    if len(name) <= longest:
        return name
    return f"{name[: longest // 2].rstrip()}…{name[-(longest - longest // 2 - 1) :].lstrip()}"
