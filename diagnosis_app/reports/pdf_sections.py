"""The sections of a report on paper, as the flowables of reportlab. What is said is the content's; this sets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from diagnosis_app.cases.bars import FILLS, Scale
from diagnosis_app.reports.as_text import (
    answer_words,
    apart_lines,
    further_words,
    next_name,
    place_words,
    shelf_words,
    statement_words,
)
from diagnosis_app.reports.bar_drawing import Bar, Swatch
from diagnosis_app.reports.content import Group, Item, Listed, Quoted, Report, Side, Span, Statement, shelves
from diagnosis_app.reports.fonts import BOLD, TEXT, Setter
from frontend.tags import exactly
from frontend.words import number

INK, INK_2, INK_3, LINE, THREAD = (HexColor(color) for color in ("#16181c", "#33363d", "#555962", "#d5d2ca", "#a01e4c"))
LABEL = 52  # points: the column of labels


def _style(name: str, size: float, leading: float, **more: object) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=TEXT, fontSize=size, leading=leading, textColor=INK, **more)


BODY = _style("body", 8, 10)
LEAD = _style("lead", 9.2, 12, spaceBefore=2)
SMALL = _style("small", 7.2, 8.9)
TINY = _style("tiny", 6.8, 8.4)
HEADING = _style("heading", 9, 11, spaceBefore=4, spaceAfter=1)
RIGHT = _style("right", 8, 10, alignment=TA_RIGHT)
LABELLED = _style("labelled", 8, 10, leftIndent=LABEL, bulletIndent=0)
NUMBERED = _style("numbered", 8, 10, leftIndent=12, bulletIndent=0)
for one in (LABELLED, NUMBERED):
    one.bulletFontName, one.bulletFontSize, one.bulletColor = TEXT, 8, INK_3


class Heading(Paragraph):
    """A heading of the page, and an entry of the outline."""

    def __init__(self, text: str, set_: Setter) -> None:
        super().__init__(set_.bold(text), HEADING)
        self.heading = text


def story(report: Report, set_: Setter) -> list[Flowable]:
    parts = (_head, _findings, _answers, _candidates, _closer, _apart, _next, _verdicts, _sources)
    flow = [flowable for part in parts for flowable in part(report, set_)]
    return [*flow, *_limits(report, set_)]  # last: it says how much could not be set


def _head(report: Report, set_: Setter) -> Iterator[Flowable]:
    where = _("%(case)s, version %(version)s · run %(run)s · %(at)s · requested by %(by)s, %(team)s") % {
        "case": report.reference,
        "version": report.version,
        "run": report.run,
        "at": exactly(report.at),
        "by": report.requested_by,
        "team": report.team,
    }
    name = Paragraph(set_.bold("Clew"), _style("name", 14, 17))
    title = Heading(report.title, set_)
    title.style = RIGHT
    right = [title, Paragraph(set_(where), RIGHT)]
    yield Table([[name, right]], colWidths=["20%", "80%"], style=_bare("BOTTOM"))
    yield HRFlowable(width="100%", thickness=1.5, color=THREAD, spaceBefore=3, spaceAfter=4)
    yield from _labelled(_("Patient"), _joined(report.patient, _onset(report)), set_)
    yield from _labelled(_("Outcome"), f"{report.outcome_words}. {' '.join(report.reasons)}", set_)
    if report.summary:
        yield Paragraph(_spans(report.summary, set_), LEAD)


def _onset(report: Report) -> str:
    return _("onset %(onset)s") % {"onset": report.onset} if report.onset else ""


def _findings(report: Report, set_: Setter) -> Iterator[Flowable]:
    if report.findings:
        yield Heading(_("Findings"), set_)
    for group in report.findings:
        yield from _labelled(group.title, ", ".join(_items(group)), set_)


def _items(group: Group) -> Iterator[str]:
    """In the order of the case; what came on asking stands last, and says so."""
    yield from (_item(item, group) for item in group.items if not item.asked)
    asked = [_item(item, group) for item in group.items if item.asked]
    if asked:
        yield _("on asking: %(findings)s") % {"findings": ", ".join(asked)}


def _item(item: Item, group: Group) -> str:
    if group.kind == "unmapped":
        return f"“{item.text}”"
    return f"{item.text} ({item.detail})" if item.detail else item.text


def _answers(report: Report, set_: Setter) -> Iterator[Flowable]:
    if report.answers:
        yield Heading(_("Asked by the investigation"), set_)
    for one in report.answers:
        yield Paragraph(set_(answer_words(one)), BODY)


def _candidates(report: Report, set_: Setter) -> Iterator[Flowable]:
    if not report.candidates:
        return
    yield Heading(_("Candidates"), set_)
    scale = Scale.over(one.pieces for one in report.candidates)
    head = [Paragraph(set_(text), SMALL) for text in ("", _("Candidate"), _("Against | for"), _("Word"), _("In short"))]
    rows = [_candidate(one, scale, set_) for one in report.candidates]
    style = [*_bare("TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("TOPPADDING", (0, 0), (-1, -1), 1.5),
             ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5), ("RIGHTPADDING", (0, 0), (-2, -1), 6)]  # fmt: skip
    widths = ["3%", "28%", "17%", "8%", "44%"]
    yield Table([head, *rows], colWidths=widths, repeatRows=1, style=TableStyle(style))
    yield _key({piece.kind for one in report.candidates for piece in one.pieces if piece.value > 0}, set_)
    if report.further:
        told = "; ".join(f"{one.rank} {one.name}" for one in report.further)
        yield Paragraph(set_(_("Further down the list: %(candidates)s.") % {"candidates": told}), SMALL)


def _candidate(one: Listed, scale: Scale, set_: Setter) -> Sequence[Flowable | list[Flowable]]:
    genes = [*one.genes, *([_("and %(n)s more") % {"n": one.more_genes}] if one.more_genes else [])]
    ids = f'<font size="{TINY.fontSize}">{set_.id(" ".join([*one.ids, *genes]))}</font>'
    score = _joined(_("score %(score)s") % {"score": number(one.score)}, one.standing)
    return [
        Paragraph(set_.bold(str(one.rank)), BODY),
        Paragraph(f"{set_.bold(one.name)} {ids}", BODY),
        [Spacer(1, 2), Bar(one.pieces, scale), Paragraph(set_(score), TINY)],
        Paragraph(set_(one.word or "–"), BODY),
        Paragraph(_spans(one.why, set_), SMALL),
    ]


def _key(kinds: set[str], set_: Setter) -> Flowable:
    """What the patterns of the bars mean: those that are drawn."""
    names = {"similar": _("similar cases"), "gene": _("gene"), "prevalence": _("how common")}
    shown = [("fillf", _("finding")), *((FILLS[kind], name) for kind, name in names.items() if kind in kinds)]
    shown.append(("filla", _("against or not explained")))
    cells: list[Flowable] = []
    for fill, name in shown:
        cells += [Swatch(fill), Paragraph(set_(name), TINY)]
    widths = [width for _fill, name in shown for width in (16, 12 + 4.2 * len(name))]
    return Table([cells], colWidths=widths, hAlign="LEFT", style=TableStyle([*_bare("MIDDLE"),
                 ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5)]))  # fmt: skip


def _closer(report: Report, set_: Setter) -> Iterator[Flowable]:
    if report.closer is None:
        return
    yield Heading(_("%(disease)s, more closely") % {"disease": report.closer.name}, set_)
    for side in report.closer.sides:
        yield Paragraph(f"{set_.bold(f'{side.title}.')} {set_(_said(side))}", BODY)


def _said(side: Side) -> str:
    told = [_sentence(one) for one in side.statements]
    if side.further:
        told.append(further_words(side))
    return f"{'; '.join(told)}." if told else side.nothing


def _sentence(one: Statement) -> str:
    """Without its full stop: the statements of a side are one list."""
    return statement_words(Statement(one.text.removesuffix("."), one.value, one.sources))


def _apart(report: Report, set_: Setter) -> Iterator[Flowable]:
    if report.apart is None:
        return
    yield Heading(_("What separates it from %(other)s") % {"other": report.apart.other}, set_)
    yield Paragraph(set_(" ".join(apart_lines(report.apart))), BODY)


def _next(report: Report, set_: Setter) -> Iterator[Flowable]:
    if not report.next:
        return
    yield Heading(_("Worth knowing next"), set_)
    for place, one in enumerate(report.next, start=1):
        text = f"{set_.bold(f'{next_name(one)}.')} {set_(one.reason)}"
        yield Paragraph(text, NUMBERED, bulletText=str(place))


def _verdicts(report: Report, set_: Setter) -> Iterator[Flowable]:
    if report.verdicts:
        yield Heading(_("Verdicts"), set_)
    for one in report.verdicts:
        comment = f" {set_.italic(f'“{one.comment}”')}" if one.comment else ""
        by = f" ({one.by}, {exactly(one.at)})"
        yield Paragraph(f"{set_.bold(f'{one.candidate}:')} {set_(one.word)}{comment}{set_(by)}", BODY)


def _sources(report: Report, set_: Setter) -> Iterator[Flowable]:
    if report.sources:
        yield Heading(_("Sources quoted"), set_)
    for shelf, quoted in shelves(report.sources).items():
        told = " ".join(
            f"{set_(f'[{one.number}]')} {set_.italic(f'“{one.words}”')} {set_(f'{place_words(one)}.')}"
            for one in quoted
        )
        yield Paragraph(f"{set_.bold(f'{shelf_words(*shelf)}.')} {told}", SMALL)


def _quoted(one: Quoted, set_: Setter) -> str:
    return f"{set_(f'[{one.number}]')} {set_.italic(f'“{one.words}”')} {set_(f'{place_words(one)}.')}"


def _limits(report: Report, set_: Setter) -> Iterator[Flowable]:
    yield HRFlowable(width="100%", thickness=0.75, color=LINE, spaceBefore=4, spaceAfter=3)
    told = " ".join(f"{set_.bold(f'{fact.name}.')} {set_(fact.value)}" for fact in report.limits)
    yield Paragraph(f"{set_.bold(report.intended_use)} {told}", SMALL)
    facts = " · ".join(f"{fact.name} {fact.value}" for fact in report.facts)
    yield Paragraph(set_(facts), TINY)
    if set_.missing:
        said = _(
            "%(n)s characters could not be set in the fonts of this PDF; a note stands in the place of each stretch. "
            "The report as text and its page hold them."
        ) % {"n": set_.missing}
        yield Paragraph(set_.bold(said), SMALL)
    line = ("LINEABOVE", (0, 0), (0, 0), 0.75, INK_3)
    other = ("LINEABOVE", (2, 0), (2, 0), 0.75, INK_3)
    cells = [Paragraph(set_(text), SMALL) for text in report.signatures]
    signed = Table([[cells[0], "", cells[1]]], colWidths=["45%", "10%", "45%"], style=[*_bare("TOP"), line, other])
    yield KeepTogether([Spacer(1, 16), signed])


def _labelled(name: str, value: str, set_: Setter) -> Iterator[Flowable]:
    yield Paragraph(set_(value), LABELLED, bulletText=name)


def _spans(said: Iterable[Span], set_: Setter) -> str:
    return "".join(set_(span.text, BOLD if span.strong else TEXT) for span in said)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _bare(vertical: str) -> list[tuple]:  # type: ignore[type-arg]
    """A table without lines or padding."""
    everywhere = ((0, 0), (-1, -1))
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [("VALIGN", *everywhere, vertical), *((side, *everywhere, 0) for side in sides)]
