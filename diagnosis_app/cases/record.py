"""A case as plain text for the patient's record: findings, differential, versions, limits, intended use."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app import __version__
from diagnosis_app.cases.actions import last_version
from diagnosis_app.cases.content import Content, FindingEntry, GeneEntry
from diagnosis_app.cases.differential import in_words, speaks_against
from diagnosis_app.cases.gene_words import statement
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.cases.scope import scope_words
from diagnosis_app.cases.strength import word
from frontend.words import age, number, signed, who
from retrieval.model import ScoredDisease
from retrieval.ontology.graph import Ontology

LISTED = 10
GENES_WRITTEN = 50
_JOINERS = "\u200c\u200d"  # part of words in Persian, Indic scripts, and of emoji


def as_text(case: Case, content: Content) -> str:
    """Lines of at most some ninety characters; nothing in it needs colour or a table."""
    return (
        "\n".join([*_head(case, content), *_findings(content), *_differential(content), *_foot(case, content)]) + "\n"
    )


def _head(case: Case, content: Content) -> Iterator[str]:
    yield f"{case.reference}  {who(content.sex, content.age)}".rstrip()
    if content.onset:
        yield _("Onset of the illness: %(onset)s") % {"onset": age(content.onset)}


def _findings(content: Content) -> Iterator[str]:
    for status, title in titles().items():
        entries = [entry for entry in content.findings if entry.status == status]
        if not entries:
            continue
        yield ""
        yield title
        for entry in entries:
            extra = finding_detail(entry)
            yield f"- {one_line(entry.label)} ({entry.term})" + (f", {extra}" if extra else "")
    if content.unmapped:
        yield ""
        yield unmapped_title()
        yield from (f"- {one_line(phrase)}" for phrase in content.unmapped)
    if content.genes:
        yield ""
        yield _("CANDIDATE GENES")
        yield from (f"- {line}" for line in gene_lines(content.genes))


def titles() -> dict[str, str]:
    """What each kind of finding is headed with, in the order of a record."""
    return {
        "present": _("PRESENT"),
        "excluded": _("ABSENT"),
        "uncertain": _("UNCERTAIN (not ranked)"),
        "family": _("IN RELATIVES (not ranked)"),
    }


def unmapped_title() -> str:
    return _("KEPT AS WRITTEN (no term, not ranked)")


def finding_detail(entry: FindingEntry) -> str:
    """Since when, and in whom: 14 months, mother."""
    return ", ".join(part for part in (age(entry.onset), one_line(entry.relative)) if part)


def gene_lines(genes: Sequence[GeneEntry]) -> Iterator[str]:
    """Each gene with what is known of it; of a long list the first, and how many there are besides."""
    for gene in genes[:GENES_WRITTEN]:
        known = statement(gene.zygosity, gene.inherited, gene.score)
        yield one_line(gene.symbol) + (f", {known}" if known else "")
    if len(genes) > GENES_WRITTEN:
        yield _("and %(n)s more") % {"n": len(genes) - GENES_WRITTEN}


def one_line(text: str) -> str:
    """What somebody typed cannot pass for a line, or for the direction of the text around it."""
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """Without characters that are not seen and may turn the direction of reading."""
    return "".join(" " if unicodedata.category(char) == "Cf" and char not in _JOINERS else char for char in text)


def _differential(content: Content) -> Iterator[str]:
    ranking, ontology = rank_content(content), library.current().ontology
    yield ""
    yield _("DIFFERENTIAL")
    if ranking.outcome != "ranked":
        yield _("Not enough specific findings to rank.")
        return
    if ranking.none_leads:
        yield _("None of these leads: more often than not, a list like this does not hold the diagnosis.")
    for one in ranking.candidates[:LISTED]:
        genes = f", {', '.join(one.genes)}" if one.genes else ""
        score = _("score %(score)s") % {"score": number(one.score)}
        strength = f"{word(one.strength).lower()}, " if one.strength else ""
        yield f"{one.rank:>2}. {one.name} ({', '.join(one.ids or (one.id,))}{genes}), {strength}{score}"
        yield from _reasons(one, ontology)
    yield _("%(total)s diseases ranked; the first %(shown)s are listed.") % {
        "total": ranking.total,
        "shown": min(LISTED, len(ranking.candidates)),
    }


def _reasons(one: ScoredDisease, ontology: Ontology) -> Iterator[str]:
    support = sorted((part for part in one.contributions if part.value > 0.05), key=lambda part: -part.value)[:4]
    against = sorted((part for part in one.contributions if speaks_against(part)), key=lambda part: part.value)[:3]
    for title, parts in ((_("for"), support), (_("against"), against)):
        words = "; ".join(f"{in_words(part, ontology)} {signed(part.value)}" for part in parts)
        yield f"    {title}: {words or _('nothing recorded')}"


def _foot(case: Case, content: Content) -> Iterator[str]:
    snapshot = library.current()
    source, version = snapshot.manifest.sources[0], last_version(case)
    yield ""
    yield _("WHAT THIS STANDS ON")
    if version is not None and version.digest == content.digest():
        yield _("Case version %(number)s, %(digest)s") % {"number": version.number, "digest": version.digest[:12]}
    else:
        yield _("Draft, not saved as a version")
    yield _("HPO and annotations, release %(version)s. %(citation)s") % {
        "version": source.version,
        "citation": source.citation,
    }
    yield _("Knowledge %(id)s, Clew %(clew)s, written %(at)s") % {
        "id": snapshot.id[:12],
        "clew": __version__,
        "at": timezone.localtime().strftime("%Y-%m-%d %H:%M"),
    }
    yield _("Scores are log-odds, comparable within this list only; they are not probabilities.")
    yield scope_words(snapshot.manifest)
    yield _("Clew supports a clinician's own judgement. Not for emergencies, not for patients.")
