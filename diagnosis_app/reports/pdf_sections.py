"""The sections of a report on paper, as the flowables of reportlab. What is said is the content's; this sets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from diagnosis_app.cases.bars import FILLS, Scale
from diagnosis_app.reports.as_text import (
    answer_words,
    apart_lines,
    next_name,
    next_reason,
    place_words,
    shelf_words,
    side_words,
)
from diagnosis_app.reports.bar_drawing import Bar, Swatch
from diagnosis_app.reports.content import Group, Item, Listed, Quoted, Report, Span, shelves
from diagnosis_app.reports.fonts import BOLD, TEXT
from diagnosis_app.reports.of_model import blocks
from diagnosis_app.reports.press import INK_3, LINE, THREAD, Press
from frontend.tags import exactly
from frontend.words import number


class Heading(Paragraph):  # type: ignore[misc]  # reportlab has no types
    """A heading of the page, and an entry of the outline."""

    def __init__(self, text: str, press: Press) -> None:
        super().__init__(press.bold(text), press.heading)
        self.heading = text


def story(report: Report, press: Press) -> list[Flowable]:
    parts = (_head, _findings, _answers, _candidates, _closer, _apart, _next, _of_model, _verdicts, _sources)
    flow = [flowable for part in parts for flowable in part(report, press)]
    return [*flow, *_limits(report, press)]  # last: it says how much could not be set


def _head(report: Report, press: Press) -> Iterator[Flowable]:
    where = _("%(case)s, version %(version)s · run %(run)s · %(at)s · requested by %(by)s, %(team)s") % {
        "case": report.reference,
        "version": report.version,
        "run": report.run,
        "at": exactly(report.at),
        "by": report.requested_by,
        "team": report.team,
    }
    name = Paragraph(press.bold("Clew"), press.brand)
    title = Heading(report.title, press)
    title.style = press.right
    right = [title, Paragraph(press(where), press.right)]
    yield Table([[name, right]], colWidths=["20%", "80%"], style=_bare("BOTTOM"))
    yield HRFlowable(width="100%", thickness=1.5, color=THREAD, spaceBefore=3, spaceAfter=4)
    yield from _labelled(_("Patient"), _joined(report.patient, _onset(report)), press)
    yield from _labelled(_("Outcome"), f"{report.outcome_words}. {' '.join(report.reasons)}", press)
    if report.summary:
        yield Paragraph(_spans(report.summary, press), press.lead)


def _onset(report: Report) -> str:
    return _("onset %(onset)s") % {"onset": report.onset} if report.onset else ""


def _findings(report: Report, press: Press) -> Iterator[Flowable]:
    if report.findings:
        yield Heading(_("Findings"), press)
    for group in report.findings:
        yield from _labelled(group.title, ", ".join(_items(group)), press)


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


def _answers(report: Report, press: Press) -> Iterator[Flowable]:
    if report.answers:
        yield Heading(_("Asked by the investigation"), press)
    for one in report.answers:
        yield Paragraph(press(answer_words(one)), press.body)


def _candidates(report: Report, press: Press) -> Iterator[Flowable]:
    if not report.candidates:
        return
    yield Heading(_("Candidates"), press)
    scale = Scale.over(one.pieces for one in report.candidates)
    head = [
        Paragraph(press(text), press.small)
        for text in ("", _("Candidate"), _("Against | for"), _("Word"), _("In short"))
    ]
    rows = [_candidate(one, scale, press) for one in report.candidates]
    style = [*_bare("TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("TOPPADDING", (0, 0), (-1, -1), 1.5),
             ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5), ("RIGHTPADDING", (0, 0), (-2, -1), 6)]  # fmt: skip
    widths = ["3%", "27%", "15%", "8%", "47%"]
    yield Table([head, *rows], colWidths=widths, repeatRows=1, style=TableStyle(style))
    yield _key({piece.kind for one in report.candidates for piece in one.pieces if piece.value > 0}, press)
    if report.further:
        told = "; ".join(f"{one.rank} {one.name}" for one in report.further)
        yield Paragraph(press(_("Further down the list: %(candidates)s.") % {"candidates": told}), press.small)


def _candidate(one: Listed, scale: Scale, press: Press) -> Sequence[Flowable | list[Flowable]]:
    genes = [*one.genes, *([_("and %(n)s more") % {"n": one.more_genes}] if one.more_genes else [])]
    ids = f'<font size="{press.tiny.fontSize}">{press.id(" ".join([*one.ids, *genes]))}</font>'
    score = _joined(_("score %(score)s") % {"score": number(one.score)}, one.standing)
    return [
        Paragraph(press.bold(str(one.rank)), press.body),
        Paragraph(f"{press.bold(one.name)} {ids}", press.body),
        [Spacer(1, 2), Bar(one.pieces, scale), Paragraph(press(score), press.tiny)],
        Paragraph(press(one.word or "–"), press.body),
        Paragraph(_spans(one.why, press), press.small),
    ]


def _key(kinds: set[str], press: Press) -> Flowable:
    """What the patterns of the bars mean: those that are drawn."""
    names = {"similar": _("similar cases"), "gene": _("gene"), "prevalence": _("how common")}
    names["model"] = _("reasoning model")
    shown = [("fillf", _("finding")), *((FILLS[kind], name) for kind, name in names.items() if kind in kinds)]
    shown.append(("filla", _("against or not explained")))
    cells: list[Flowable] = []
    for fill, name in shown:
        cells += [Swatch(fill), Paragraph(press(name), press.tiny)]
    widths = [width for _fill, name in shown for width in (16, 12 + 4.2 * len(name))]
    return Table([cells], colWidths=widths, hAlign="LEFT", style=TableStyle([*_bare("MIDDLE"),
                 ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5)]))  # fmt: skip


def _closer(report: Report, press: Press) -> Iterator[Flowable]:
    if report.closer is None:
        return
    yield Heading(_("%(disease)s, more closely") % {"disease": report.closer.name}, press)
    for side in report.closer.sides:
        yield Paragraph(f"{press.bold(f'{side.title}.')} {press(side_words(side))}", press.body)


def _apart(report: Report, press: Press) -> Iterator[Flowable]:
    if report.apart is None:
        return
    yield Heading(_("What separates it from %(other)s") % {"other": report.apart.other}, press)
    yield Paragraph(press(" ".join(apart_lines(report.apart))), press.body)


def _next(report: Report, press: Press) -> Iterator[Flowable]:
    if not report.next:
        return
    yield Heading(_("Worth knowing next"), press)
    for place, one in enumerate(report.next, start=1):
        text = f"{press.bold(f'{next_name(one)}.')} {press(next_reason(one))}"
        yield Paragraph(text, press.numbered, bulletText=str(place))


def _of_model(report: Report, press: Press) -> Iterator[Flowable]:
    told = list(blocks(report.of_model)) if report.of_model else []
    if told:
        yield Heading(_("Said by the reasoning model"), press)
    for block in told:
        yield Paragraph(press(block.lead), press.body)
        yield from (Paragraph(press(f"– {item}"), press.body) for item in block.items)
        if block.after:
            yield Paragraph(press(block.after), press.body)


def _verdicts(report: Report, press: Press) -> Iterator[Flowable]:
    if report.verdicts:
        yield Heading(_("Verdicts"), press)
    for one in report.verdicts:
        comment = f" {press.italic(f'“{one.comment}”')}" if one.comment else ""
        by = f" ({one.by}, {exactly(one.at)})"
        yield Paragraph(f"{press.bold(f'{one.candidate}:')} {press(one.word)}{comment}{press(by)}", press.body)


def _sources(report: Report, press: Press) -> Iterator[Flowable]:
    if report.sources:
        yield Heading(_("Sources quoted"), press)
    for shelf, quoted in shelves(report.sources).items():
        told = " ".join(_quoted(one, press) for one in quoted)
        yield Paragraph(f"{press.bold(f'{shelf_words(*shelf)}.')} {told}", press.small)


def _quoted(one: Quoted, press: Press) -> str:
    return f"{press(f'[{one.number}]')} {press.italic(f'“{one.words}”')} {press(f'{place_words(one)}.')}"


def _limits(report: Report, press: Press) -> Iterator[Flowable]:
    yield HRFlowable(width="100%", thickness=0.75, color=LINE, spaceBefore=4, spaceAfter=3)
    told = " ".join(f"{press.bold(f'{fact.name}.')} {press(fact.value)}" for fact in report.limits)
    yield Paragraph(f"{press.bold(report.intended_use)} {told}", press.small)
    facts = " · ".join(f"{fact.name} {fact.value}" for fact in report.facts)
    yield Paragraph(press(facts), press.tiny)
    if press.missing:
        said = _(
            "%(n)s characters could not be set in the fonts of this PDF; a note stands in the place of each stretch. "
            "The report as text and its page hold them."
        ) % {"n": press.missing}
        yield Paragraph(press.bold(said), press.small)
    line = ("LINEABOVE", (0, 0), (0, 0), 0.75, INK_3)
    other = ("LINEABOVE", (2, 0), (2, 0), 0.75, INK_3)
    cells = [Paragraph(press(text), press.small) for text in report.signatures]
    signed = Table([[cells[0], "", cells[1]]], colWidths=["45%", "10%", "45%"], style=[*_bare("TOP"), line, other])
    yield KeepTogether([Spacer(1, 15), signed])


def _labelled(name: str, value: str, press: Press) -> Iterator[Flowable]:
    yield Paragraph(press(value), press.labelled, bulletText=name)


def _spans(said: Iterable[Span], press: Press) -> str:
    return "".join(press(span.text, BOLD if span.strong else TEXT) for span in said)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _bare(vertical: str) -> list[tuple]:  # type: ignore[type-arg]
    """A table without lines or padding."""
    everywhere = ((0, 0), (-1, -1))
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [("VALIGN", *everywhere, vertical), *((side, *everywhere, 0) for side in sides)]
