"""What differs between two contents of a case, in words: for the history, a conflict, the last change."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diagnosis_app.cases.content import Content, FindingEntry, GeneEntry
from diagnosis_app.cases.findings import place
from diagnosis_app.cases.gene_entries import gene_key
from diagnosis_app.cases.gene_words import INHERITED_WORDS, ZYGOSITY_WORDS
from frontend.words import age

GENES_NAMED = 3  # of a list added or removed at once; the rest are counted

STATUS_WORDS = {
    "present": gettext_lazy("present"),
    "excluded": gettext_lazy("absent"),
    "uncertain": gettext_lazy("uncertain"),
    "family": gettext_lazy("in a relative"),
}


def differences(before: Content, after: Content) -> tuple[str, ...]:
    """Empty if the two hold the same."""
    return (
        *_findings(before, after),
        *_patient(before, after),
        *_genes(before, after),
        *_note(before, after),
        *_letters(before, after),
        *_phrases(before, after),
    )


def _findings(before: Content, after: Content) -> Iterator[str]:
    old = {place(entry): entry for entry in before.findings}
    new = {place(entry): entry for entry in after.findings}
    for key, entry in new.items():
        was = old.get(key)
        if was is None:
            yield _("%(finding)s added as %(status)s") % _named(entry)
        elif was.status != entry.status:
            yield _("%(finding)s set to %(status)s") % _named(entry)
        elif was.onset != entry.onset:
            onset = age(entry.onset) or _("unknown")
            yield _("Onset of %(finding)s set to %(onset)s") % {"finding": entry.label, "onset": onset}
        elif was.relative != entry.relative:
            yield _("Relative with %(finding)s changed") % _named(entry)
        elif was.quote != entry.quote:
            yield _("Words quoted for %(finding)s changed") % _named(entry)
        elif was.letter != entry.letter:
            yield _("Place in a letter of %(finding)s changed") % _named(entry)
    for key, entry in old.items():
        if key not in new:
            yield _("%(finding)s removed") % _named(entry)
    if len(before.findings) != len(old) or len(after.findings) != len(new):
        repeated = (len(before.findings) - len(old)) - (len(after.findings) - len(new))
        if repeated:
            yield _("A finding entered twice changed")


def _patient(before: Content, after: Content) -> Iterator[str]:
    if before.sex != after.sex:
        words = {"female": _("female"), "male": _("male"), "other": _("other"), "unknown": _("not known")}
        yield _("Sex set to %(sex)s") % {"sex": words[after.sex]}
    if before.age != after.age:
        yield _("Age set to %(age)s") % {"age": age(after.age) or _("not known")}
    if before.onset != after.onset:
        yield _("Onset of the illness set to %(onset)s") % {"onset": age(after.onset) or _("not known")}


def _genes(before: Content, after: Content) -> Iterator[str]:
    old = {gene_key(entry): entry for entry in before.genes}
    new = {gene_key(entry): entry for entry in after.genes}
    added = [entry.symbol for key, entry in new.items() if key not in old]
    gone = [entry.symbol for key, entry in old.items() if key not in new]
    if added:
        named = {"genes": ", ".join(added[:GENES_NAMED]), "n": len(added)}
        if len(added) > GENES_NAMED:
            yield _("%(n)s candidate genes added (%(genes)s and others)") % named
        else:
            yield _("%(genes)s added to the candidate genes") % named
    if gone:
        named = {"genes": ", ".join(gone[:GENES_NAMED]), "n": len(gone)}
        if len(gone) > GENES_NAMED:
            yield _("%(n)s candidate genes removed (%(genes)s and others)") % named
        else:
            yield _("%(genes)s removed from the candidate genes") % named
    for key, entry in new.items():
        if key in old:
            yield from _gene(old[key], entry)


def _gene(was: GeneEntry, now: GeneEntry) -> Iterator[str]:
    if was.zygosity != now.zygosity:
        said = {"gene": now.symbol, "zygosity": ZYGOSITY_WORDS[now.zygosity]}
        yield _("Zygosity of %(gene)s set to %(zygosity)s") % said
    if was.inherited != now.inherited:
        yield _("Origin of %(gene)s set to %(origin)s") % {"gene": now.symbol, "origin": INHERITED_WORDS[now.inherited]}
    if was.score != now.score:
        score = _("none") if now.score is None else f"{now.score:g}"
        yield _("Score of %(gene)s set to %(score)s") % {"gene": now.symbol, "score": score}


def _note(before: Content, after: Content) -> Iterator[str]:
    if before.note == after.note:
        return
    if not before.note:
        yield _("Note written")
    elif not after.note:
        yield _("Note emptied")
    else:
        change = len(after.note) - len(before.note)
        if change:
            amount = ngettext("%(n)s character", "%(n)s characters", abs(change)) % {"n": abs(change)}
            more = _("longer") if change > 0 else _("shorter")
            yield _("Note edited, %(amount)s %(more)s") % {"amount": amount, "more": more}
        else:
            yield _("Note edited")


def _letters(before: Content, after: Content) -> Iterator[str]:
    old, new = ({one.attachment for one in content.letters} for content in (before, after))
    if new - old:
        count = len(new - old)
        yield ngettext("%(n)s letter taken into the note", "%(n)s letters taken into the note", count) % {"n": count}
    if old - new:
        count = len(old - new)
        yield ngettext("%(n)s letter gone from the note", "%(n)s letters gone from the note", count) % {"n": count}
    if old == new and before.note == after.note and before.letters != after.letters:
        yield _("What the note takes from letters changed")


def _phrases(before: Content, after: Content) -> Iterator[str]:
    for phrase in after.unmapped:
        if phrase not in before.unmapped:
            yield _("“%(phrase)s” kept as an unmapped phrase") % {"phrase": phrase}
    for phrase in before.unmapped:
        if phrase not in after.unmapped:
            yield _("Unmapped phrase “%(phrase)s” removed") % {"phrase": phrase}
    gone, back = len(set(after.dropped) - set(before.dropped)), len(set(before.dropped) - set(after.dropped))
    if gone:
        yield ngettext("%(n)s mention of the note dropped", "%(n)s mentions of the note dropped", gone) % {"n": gone}
    if back:
        yield ngettext("%(n)s dropped mention brought back", "%(n)s dropped mentions brought back", back) % {"n": back}


def _named(entry: FindingEntry) -> dict[str, str]:
    return {"finding": entry.label or entry.term, "status": str(STATUS_WORDS[entry.status])}
