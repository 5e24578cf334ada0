"""A report as a PDF on A4: selectable text in fonts of its own, its run at the foot of every page.

Only this module and what it imports knows reportlab, and it is imported when a PDF is asked for. The file says
what it is, by which program and of which run; of the patient its description says nothing.
"""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from diagnosis_app import __version__
from diagnosis_app.reports.content import Report
from diagnosis_app.reports.fonts import TEXT, registered
from diagnosis_app.reports.pdf_sections import story
from diagnosis_app.reports.press import INK_3, LINE, Press

SIDE, TOP, FOOT = 13 * mm, 9 * mm, 12 * mm
_FOOTER = 7.5  # points
SCALES = (1.0, 0.96, 0.92)  # the largest with which an ordinary report is one page; 6.4 points are the least


def as_pdf(report: Report) -> bytes:
    registered(TEXT)
    made, pages = _made(report, SCALES[0])
    for scale in SCALES[1:] if pages == 2 else ():
        smaller, count = _made(report, scale)
        if count == 1:
            return smaller
    return made


def _made(report: Report, scale: float) -> tuple[bytes, int]:
    """The file, and how many pages it has."""
    out = io.BytesIO()
    document = _Document(report, out)
    document.build(story(report, Press(scale)), canvasmaker=_canvas_for(report))
    return out.getvalue(), document.page


class _Document(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    def __init__(self, report: Report, out: io.BytesIO) -> None:
        super().__init__(
            out,
            pagesize=A4,
            title=_("%(title)s, run %(run)s") % {"title": report.title, "run": report.run},
            author=f"Clew {__version__}",
            subject=report.intended_use,
            creator=f"Clew {__version__}",
            lang=get_language() or "en",
            displayDocTitle=1,
            initialFontName=TEXT,
        )
        width, height = A4
        frame = Frame(SIDE, FOOT, width - 2 * SIDE, height - TOP - FOOT, 0, 0, 0, 0, id="page")
        self.addPageTemplates(PageTemplate("page", [frame]))

    def afterFlowable(self, flowable: Flowable) -> None:
        """Headings are the outline that a reader can jump by."""
        name = getattr(flowable, "heading", "")
        if name:
            key = f"h{self.seq.next('heading')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(name, key, 0)


def _canvas_for(report: Report) -> type[Canvas]:
    """A canvas that writes the foot of each page when it knows how many there are."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.waiting: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self.waiting.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self.waiting, start=1):
                self.__dict__.update(page)
                _foot(self, report, number, len(self.waiting))
                super().showPage()
            super().save()

    return Numbered


def _foot(canvas: Canvas, report: Report, number: int, of: int) -> None:
    width, _height = A4
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(SIDE, FOOT - 2.5 * mm, width - SIDE, FOOT - 2.5 * mm)
    canvas.setFont(TEXT, _FOOTER)
    canvas.setFillColor(INK_3)
    left = _("%(case)s, version %(version)s · run %(run)s · for discussion, not a diagnosis") % {
        "case": report.reference,
        "version": report.version,
        "run": report.run,
    }
    canvas.drawString(SIDE, FOOT - 6 * mm, left)
    page = _("page %(n)s of %(of)s") % {"n": number, "of": of}
    canvas.drawRightString(width - SIDE, FOOT - 6 * mm, page)
