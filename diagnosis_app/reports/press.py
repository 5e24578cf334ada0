"""Sizes and colours of a report on paper, beside the setting of its words.

`scale` makes all of it a little smaller: a report that would fill one line of a second page fits on one.
"""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from diagnosis_app.reports.fonts import TEXT, Setter

INK, INK_3, LINE, THREAD = (HexColor(color) for color in ("#16181c", "#555962", "#d5d2ca", "#a01e4c"))
LABEL = 52  # points: the column of labels


class Press(Setter):
    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        self._scale = scale
        self.brand = self._style("brand", 14, 17)
        self.body = self._style("body", 8.2, 10.4)
        self.lead = self._style("lead", 9.4, 12.4, spaceBefore=2)
        self.small = self._style("small", 7.4, 9.2)
        self.tiny = self._style("tiny", 7, 8.7)
        self.heading = self._style("heading", 9.2, 11.4, spaceBefore=4.5, spaceAfter=1, keepWithNext=1)
        self.right = self._style("right", 8.2, 10.4, alignment=TA_RIGHT)
        self.labelled = self._style("labelled", 8.2, 10.4, leftIndent=LABEL)
        self.numbered = self._style("numbered", 8.2, 10.4, leftIndent=12)
        for one in (self.labelled, self.numbered):
            one.bulletIndent = 0
            one.bulletFontName, one.bulletFontSize, one.bulletColor = TEXT, one.fontSize, INK_3

    def _style(self, name: str, size: float, leading: float, **more: float) -> ParagraphStyle:
        sizes = {"fontSize": size * self._scale, "leading": leading * self._scale}
        return ParagraphStyle(name, fontName=TEXT, textColor=INK, **sizes, **more)
