"""A report as plain text for the record: nothing in it needs colour, a table, or a bar."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.record import titles, unmapped_title
from diagnosis_app.reports.content import (
    NOT_ASKED,
    Answer,
    Apart,
    Group,
    Item,
    Listed,
    Next,
    Quoted,
    Report,
    Side,
    Span,
    Statement,
    shelves,
)
from diagnosis_app.reports.of_model import blocks
from diagnosis_app.runs.sums import MODEL
from frontend.tags import exactly
from frontend.words import number, signed

WIDTH = 90  # characters: what a record system shows without wrapping it again
PARTS = 4  # contributions named for a candidate on either side; what a reasoning model found is always named
SLIGHT = 0.05  # log-odds: a smaller one speaks neither for nor against


def as_text(report: Report) -> str:
    sections = (_head, _findings, _answers, _candidates, _closer, _onward, _of_model, _verdicts, _sources, _limits)
    return "\n".join(line for section in sections for line in section(report)) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield report.title.upper()
    yield _("%(case)s, version %(version)s, run %(run)s, %(at)s") % {
        "case": report.reference,
        "version": report.version,
        "run": report.run,
        "at": exactly(report.at),
    }
    yield ""
    yield from _labelled(_("Patient"), report.patient)
    if report.onset:
        yield from _labelled(_("Onset"), report.onset)
    yield from _labelled(_("Requested by"), f"{report.requested_by}, {report.team}")
    yield from _labelled(_("Outcome"), report.outcome_words)
    for reason in report.reasons:
        yield from _wrapped(reason, "  ")
    if report.summary:
        yield ""
        yield from _wrapped(_plain(report.summary))


def _findings(report: Report) -> Iterator[str]:
    headed = {**titles(), "unmapped": unmapped_title(), "genes": _("CANDIDATE GENES")}
    for group in report.findings:
        yield ""
        yield headed[group.kind]
        yield from (line for item in group.items for line in _bullet(_item(item, group)))


def _item(item: Item, group: Group) -> str:
    named = f"{item.text} ({item.term})" if item.term else item.text
    extra = [part for part in (item.detail, _("on asking") if item.asked else "") if part]
    return ", ".join([named, *extra])


def _answers(report: Report) -> Iterator[str]:
    if not report.answers:
        return
    yield ""
    yield _("ASKED BY THE INVESTIGATION")
    for one in report.answers:
        yield from _bullet(answer_words(one))


def answer_words(one: Answer) -> str:
    told = f"{one.label} ({one.term}): {one.words}"
    if one.comment:
        told += f", “{one.comment}”"
    if one.by:
        told += f" ({one.by}, {exactly(one.at)})"
    return told


def _candidates(report: Report) -> Iterator[str]:
    if not report.candidates:
        return
    yield ""
    yield _("CANDIDATES")
    for one in report.candidates:
        yield from _wrapped(f"{one.rank:>2}. {one.name} ({_ids(one)}), {_standing(one)}", hanging="    ")
        yield from (line for words in _parts(one) for line in _wrapped(words, "    ", "      "))
        if one.by_model:
            yield from _wrapped(one.by_model, "    ", "      ")
    if report.further:
        yield _("Further down the list:")
        for one in report.further:
            yield from _wrapped(f"{one.rank:>2}. {one.name} ({_ids(one)}), {_standing(one)}", hanging="    ")


def candidate_words(one: Listed) -> str:
    """Likely, score 0.2, 2.5 ahead; for: Turricephaly +0.9; against: nothing recorded."""
    standing = _standing(one)
    return f"{standing[:1].upper()}{standing[1:]}; {'; '.join(_parts(one))}."


def _parts(one: Listed) -> Iterator[str]:
    for title, sign in ((_("for"), 1), (_("against"), -1)):
        chosen = sorted((part for part in one.pieces if part.value * sign > SLIGHT), key=lambda part: -abs(part.value))
        named = [*chosen[:PARTS], *(part for part in chosen[PARTS:] if part.kind == MODEL)]
        words = "; ".join(f"{part.label} {signed(part.value)}" for part in named)
        yield f"{title}: {words or _('nothing recorded')}"


def _ids(one: Listed) -> str:
    more = [_("and %(n)s more genes") % {"n": one.more_genes}] if one.more_genes else []
    return ", ".join([*one.ids, *one.genes, *more])


def _standing(one: Listed) -> str:
    parts = [one.word.lower(), _("score %(score)s") % {"score": number(one.score)}, one.standing]
    return ", ".join(part for part in parts if part)


def _closer(report: Report) -> Iterator[str]:
    if report.closer is None:
        return
    yield ""
    yield from _wrapped(_("MORE CLOSELY: %(disease)s") % {"disease": report.closer.name})
    for side in report.closer.sides:
        yield f"{side.title}:"
        yield from (line for one in side.statements for line in _bullet(statement_words(one)))
        if not side.statements and not side.further:
            yield from _bullet(side.nothing)
        if side.further:
            yield from _bullet(further_words(side))


def statement_words(one: Statement) -> str:
    numbers = f" [{', '.join(str(n) for n in one.sources)}]" if one.sources else ""
    value = f" ({one.value})" if one.value else ""
    return " ".join(part for part in (f"{one.text}{value}{numbers}", one.doubt) if part)


def side_words(side: Side) -> str:
    """All of a side as one list, for where there is no room for a line each."""
    bare = [replace(one, text=one.text.removesuffix("."), doubt=one.doubt.removesuffix(".")) for one in side.statements]
    told = [statement_words(one) for one in bare]
    if side.further:
        told.append(further_words(side))
    return f"{'; '.join(told)}." if told else side.nothing


def further_words(side: Side) -> str:
    """What is not written out: and 7 more that weigh less, together +1.2"""
    if side.kind == NOT_ASKED:
        return ngettext("and %(n)s more", "and %(n)s more", side.further) % {"n": side.further}
    words = ngettext("and %(n)s more that weighs less", "and %(n)s more that weigh less", side.further) % {
        "n": side.further
    }
    return _("%(words)s, together %(value)s") % {"words": words, "value": side.together} if side.together else words


def apart_lines(apart: Apart) -> Iterator[str]:
    yield from apart.lines
    if apart.further:
        yield ngettext(
            "%(n)s more finding separates them less.", "%(n)s more findings separate them less.", apart.further
        ) % {"n": apart.further}


def _onward(report: Report) -> Iterator[str]:
    if report.apart is not None:
        yield ""
        yield from _wrapped(_("WHAT SEPARATES IT FROM %(other)s") % {"other": report.apart.other})
        yield from (line for told in apart_lines(report.apart) for line in _bullet(told))
    if report.next:
        yield ""
        yield _("WORTH KNOWING NEXT")
        for one in report.next:
            yield from _bullet(next_words(one))


def _of_model(report: Report) -> Iterator[str]:
    if report.of_model is None or not (told := list(blocks(report.of_model))):
        return
    yield ""
    yield _("SAID BY THE REASONING MODEL")
    for block in told:
        yield from _wrapped(block.lead)
        yield from (line for item in block.items for line in _bullet(item))
        if block.after:
            yield from _wrapped(block.after)


def next_words(one: Next) -> str:
    effects = (f"{effect[:1].upper()}{effect[1:]}." for effect in one.effects)
    return " ".join([f"{next_name(one)}.", next_reason(one), *effects])


def next_name(one: Next) -> str:
    return f"{one.what} ({one.term})" if one.term else one.what


def next_reason(one: Next) -> str:
    """By which examination, with what burden, and why."""
    return f"{one.examination}. {one.reason}" if one.examination else one.reason


def _verdicts(report: Report) -> Iterator[str]:
    if not report.verdicts:
        return
    yield ""
    yield _("VERDICTS")
    for one in report.verdicts:
        comment = f", “{one.comment}”" if one.comment else ""
        yield from _bullet(f"{one.candidate}: {one.word}{comment} ({one.by}, {exactly(one.at)})")


def _sources(report: Report) -> Iterator[str]:
    if not report.sources:
        return
    yield ""
    yield _("SOURCES QUOTED")
    for shelf, quoted in shelves(report.sources).items():
        yield from _wrapped(shelf_words(*shelf))
        for one in quoted:
            yield from _wrapped(f"[{one.number}] “{one.words}” {place_words(one)}", hanging="    ")


def shelf_words(name: str, version: str, licence: str) -> str:
    told = _("%(name)s, release %(version)s") % {"name": name, "version": version}
    return _("%(told)s; licence: %(licence)s") % {"told": told, "licence": licence} if licence else told


def place_words(one: Quoted) -> str:
    """Where it stands in the source, and what the source refers to."""
    return "; ".join(part for part in (one.place, _references(one)) if part)


def _references(one: Quoted) -> str:
    told = ", ".join(one.references)
    return _("%(told)s and %(n)s more") % {"told": told, "n": one.more} if one.more else told


def _limits(report: Report) -> Iterator[str]:
    yield ""
    yield _("LIMITS")
    for fact in report.limits:
        yield from _labelled(fact.name, fact.value)
    yield ""
    yield _("WHAT THIS STANDS ON")
    for fact in report.facts:
        yield from _labelled(fact.name, fact.value)
    yield ""
    yield from _wrapped(report.intended_use)
    yield ""
    yield from (f"{line}: ______________________________" for line in report.signatures)


def _plain(said: Iterable[Span]) -> str:
    return " ".join("".join(span.text for span in said).split())


def _labelled(name: str, value: str) -> list[str]:
    return _wrapped(f"{name}: {value}", hanging="  ")


def _bullet(text: str) -> list[str]:
    return _wrapped(text, "- ", "  ")


def _wrapped(text: str, first: str = "", hanging: str | None = None) -> list[str]:
    """Lines of at most WIDTH characters; a word is never broken."""
    rest = first if hanging is None else hanging
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return lines or [first]
