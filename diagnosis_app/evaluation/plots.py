"""Plots as inline SVG, drawn on the server: printable, readable without colour, with words for screen readers.

Coordinates are computed here, colours and type come from the style sheet. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

LEFT, RIGHT, TOP, BOTTOM = 52.0, 440.0, 28.0, 268.0  # the area of a plot in its box
WIDTH, HEIGHT = 600, 312
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
LINES = 5  # kinds of line that the style sheet tells apart by dash as well as by colour
APART = 16.0  # between the names of two lines


@dataclass(frozen=True, slots=True)
class Line:
    """A named line of a plot: (k, share of cases)."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with its interval."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


def ranks(lines: Sequence[Line], label: str) -> SafeString:
    """Share of cases within the first k, k on a logarithmic axis; each line is named at its end."""
    levels = sorted({k for line in lines for k, _share in line.points})
    last = max(levels, default=1.0)
    ticks = "".join(_below(_log(k, last), f"{k:g}") for k in levels)
    drawn, ends = [], []
    for at, line in enumerate(lines[:LINES]):
        places = [(_log(k, last), _y(share)) for k, share in line.points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        drawn.append(f'<path class="ln ln-{at}" d="M{path}"/>')
        ends.append((places[-1][1] if places else BOTTOM, at, line.name))
    names = "".join(
        f'<text class="nm nm-{at}" x="{RIGHT + 8:.0f}" y="{y + 4:.1f}">{escape(name)}</text>'
        for y, at, name in _set_apart(ends)
    )
    return _svg(label, _frame(_("within the first k"), _("share of cases")) + ticks + "".join(drawn) + names)


def reliability(marks: Sequence[Mark], label: str) -> SafeString:
    """What was stated against what came true, with the diagonal on which both agree."""
    ticks = "".join(_below(_x(one / 5), f"{one / 5:g}") for one in range(6))
    path = "L".join(f"{_x(mark.x):.1f} {_y(mark.y):.1f}" for mark in marks)
    drawn = [f'<path class="dg" d="M{LEFT:g} {BOTTOM:g}L{RIGHT:g} {TOP:g}"/>']
    if marks:
        drawn.append(f'<path class="ln ln-0" d="M{path}"/>')
    drawn += [_point(mark) for mark in marks]
    return _svg(label, _frame(_("stated"), _("came true")) + ticks + "".join(drawn))


def bar(share: float, label: str) -> SafeString:
    """One share as a bar over its whole."""
    return mark_safe(  # noqa: S308  the text is escaped, the rest are numbers
        f'<svg class="contrib" height="16" role="img" aria-label="{escape(label)}">'
        f'<rect class="whole" x="0" y="4" width="100%" height="8"/>'
        f'<rect class="part" x="0" y="4" width="{100 * min(max(share, 0.0), 1.0):.1f}%" height="8"/></svg>'
    )


# --- inside ------------------------------------------------------------------


def _svg(label: str, inside: str) -> SafeString:
    return mark_safe(  # noqa: S308  every text is escaped where it is put in
        f'<svg class="ch" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">{inside}</svg>'
    )


def _frame(below: str, above: str) -> str:
    lines = "".join(
        f'<line class="gr" x1="{LEFT:g}" x2="{RIGHT:g}" y1="{_y(tick):g}" y2="{_y(tick):g}"/>'
        f'<text class="mut" x="{LEFT - 8:g}" y="{_y(tick) + 4:g}" text-anchor="end">{tick:g}</text>'
        for tick in _TICKS
    )
    return (
        f'{lines}<path class="ax" d="M{LEFT:g} {TOP:g}V{BOTTOM:g}H{RIGHT:g}"/>'
        f'<text class="mut" x="{(LEFT + RIGHT) / 2:g}" y="306" text-anchor="middle">{escape(below)}</text>'
        f'<text class="mut" x="0" y="14">{escape(above)}</text>'
    )


def _below(x: float, text: str) -> str:
    return f'<text class="mut" x="{x:.1f}" y="286" text-anchor="middle">{escape(text)}</text>'


def _point(mark: Mark) -> str:
    x, y = _x(mark.x), _y(mark.y)
    whisker = ""
    if mark.low is not None and mark.high is not None:
        low, high = _y(mark.low), _y(mark.high)
        whisker = (
            f'<path class="wh" d="M{x:.1f} {low:.1f}V{high:.1f}M{x - 4:.1f} {low:.1f}h8M{x - 4:.1f} {high:.1f}h8"/>'
        )
    return f'{whisker}<circle class="pt" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _set_apart(ends: Sequence[tuple[float, int, str]]) -> list[tuple[float, int, str]]:
    """Names from top to bottom, none over another."""
    placed: list[tuple[float, int, str]] = []
    for y, at, name in sorted(ends):
        lowest = placed[-1][0] + APART if placed else TOP
        placed.append((max(y, lowest), at, name))
    return placed


def _log(k: float, last: float) -> float:
    return LEFT + (RIGHT - LEFT) * (log(max(k, 1.0)) / log(last) if last > 1 else 0.0)


def _x(share: float) -> float:
    return LEFT + (RIGHT - LEFT) * min(max(share, 0.0), 1.0)


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(max(share, 0.0), 1.0)
