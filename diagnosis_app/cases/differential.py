"""The live differential in words: what the templates draw. It formats; every number is the ranking's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.bars import Piece, Scale, bar
from diagnosis_app.cases.gene_words import gene_listed, gene_objection, gene_short
from diagnosis_app.cases.kinship import Kin, Known, group_of, kin
from diagnosis_app.cases.strength import band, held_words, measured
from diagnosis_app.cases.term_words import WHOLE, alike, term_name
from frontend.words import number, signed
from retrieval.knowledge import Knowledge
from retrieval.model import Contribution, ContributionKind, MatchKind, ScoredDisease
from retrieval.ontology.graph import Ontology
from retrieval.ranking import Move, Ranking

SLIGHT = 0.05  # log-odds: below this a contribution speaks neither for nor against
UNEXPLAINED = 2  # findings left open, named; the rest are counted
FIRST = 10
LISTED = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    rank: int
    id: str
    name: str
    ids: tuple[str, ...]
    genes: tuple[str, ...]
    score: str
    standing: str
    bar: SafeString
    why: SafeString
    band: SafeString  # empty where nothing was calibrated
    held: str
    group: str
    kin: Kin | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The list with its common scale. `more` is how many further candidates can be shown."""

    candidates: tuple[Candidate, ...]
    zero: float
    ticks: tuple[tuple[float, str], ...]
    more: int
    kinds: frozenset[str]  # of the pieces that speak for, for the key
    measured: tuple[str, ...]  # how often each word of strength held
    none_leads: bool


def listing(ranking: Ranking, knowledge: Knowledge, *, shown: int = FIRST) -> Listing:
    ontology, diseases = knowledge.ontology, knowledge.diseases
    chosen = ranking.candidates[:shown]
    related = kin([Known(one.rank, one.id, one.name, one.genes) for one in chosen], diseases)
    pieces = [_pieces(one, ontology) for one in chosen]
    scale = Scale.over(pieces)
    rows = tuple(
        Candidate(
            rank=one.rank,
            id=one.id,
            name=one.name,
            ids=one.ids or (one.id,),
            genes=one.genes,
            score=number(one.score),
            standing=_standing(ranking.candidates, position),
            bar=bar(parts, scale, sum(part.value for part in parts)),
            why=_why(one, ontology),
            band=band(one.strength),
            held=held_words(one.strength, knowledge.ranker),
            group=group_of(diseases, one.id),
            kin=related.get(one.id),
        )
        for position, (one, parts) in enumerate(zip(chosen, pieces, strict=True))
    )
    return Listing(
        candidates=rows,
        zero=scale.zero,
        ticks=tuple(scale.ticks()),
        more=len(ranking.candidates) - len(chosen),
        kinds=frozenset(piece.kind for parts in pieces for piece in parts if piece.value > 0),
        measured=measured(knowledge.ranker),
        none_leads=ranking.none_leads,
    )


def in_words(contribution: Contribution, ontology: Ontology) -> str:
    """What a contribution is about: a finding's label, a gene, sex, onset, or the findings as a whole."""
    if contribution.kind in WHOLE:
        return term_name(contribution.kind)
    if contribution.kind == ContributionKind.SEX:
        return _("Sex")
    if contribution.kind == ContributionKind.ONSET:
        return _("Onset")
    if contribution.kind == ContributionKind.GENE:
        return gene_short(contribution)
    name = label(ontology, contribution.finding)
    return _("%(finding)s is absent") % {"finding": name} if contribution.kind == ContributionKind.EXCLUDED else name


def label(ontology: Ontology, term_id: str | None) -> str:
    index = ontology.index(term_id) if term_id else None
    return ontology.label(index) if index is not None else term_id or ""


def speaks_against(one: Contribution) -> bool:
    return one.value < -SLIGHT and one.match != MatchKind.UNEXPLAINED


@dataclass(frozen=True, slots=True)
class Moved:
    name: str
    up: bool
    words: str


def moved(moves: Sequence[Move]) -> tuple[tuple[Moved, ...], int]:
    """The moves worth naming (four at most), and how many others there were."""
    weighty = sorted(moves, key=lambda move: min(move.after or LISTED, move.before or LISTED))
    named = [
        Moved(move.name, move.after is not None and (move.before is None or move.after < move.before), _move(move))
        for move in weighty
    ]
    return tuple(named[:4]), max(0, len(named) - 4)


def still_open(asked: Collection[str] | None, ranking: Ranking, shown: int) -> list[str]:
    """Opened candidates that are still in the list, so that they stay open after a re-rank; None is all."""
    if ranking.outcome != "ranked":
        return []
    return [one.id for one in ranking.candidates[:shown] if asked is None or one.id in asked]


def _move(move: Move) -> str:
    if move.before is None:
        return _("new at %(after)s") % {"after": move.after}
    if move.after is None:
        return _("%(before)s to below the list") % {"before": move.before}
    return _("%(before)s to %(after)s") % {"before": move.before, "after": move.after}


def _pieces(one: ScoredDisease, ontology: Ontology) -> list[Piece]:
    return [Piece(in_words(part, ontology), part.value, part.kind.value) for part in one.contributions if part.value]


def _standing(candidates: Sequence[ScoredDisease], position: int) -> str:
    """How far ahead of the next, for the leader; how far behind the leader, for the rest."""
    if position == 0:
        if len(candidates) < 2:
            return ""
        ahead = candidates[0].score - candidates[1].score
        return _("level") if ahead < SLIGHT else _("%(lead)s ahead") % {"lead": f"{ahead:.1f}"}
    behind = candidates[0].score - candidates[position].score
    return _("level") if behind < SLIGHT else _("%(gap)s behind") % {"gap": f"{behind:.1f}"}


def _why(one: ScoredDisease, ontology: Ontology) -> SafeString:
    """One sentence from a template: what explains most, what speaks against."""
    speak_for = [part for part in one.contributions if part.value > SLIGHT]
    single = (part for part in speak_for if not part.gene and part.kind not in WHOLE)
    best = sorted(single, key=lambda part: -part.value)[:3]
    listed = [part.gene for part in speak_for if part.gene]
    worst = sorted((part for part in one.contributions if speaks_against(part)), key=lambda part: part.value)[:2]
    if best:
        names = format_html_join(", ", "<b>{}</b>", ((in_words(part, ontology),) for part in best))
        support = format_html(_("Best explained: {}."), names)
    else:
        support = format_html("{}", _("None of the findings is explained."))
    if listed:
        support = format_html("{} {}", support, gene_listed(listed))
    if any(alike(part.kind, part.likeness) for part in one.contributions):
        support = format_html("{} {}", support, resembles())
    left = [in_words(part, ontology) for part in one.contributions if part.match == MatchKind.UNEXPLAINED]
    if left:
        support = format_html("{} {}", support, not_explained(left))
    if not worst:
        return format_html("{} {}", support, _("Nothing recorded against it."))
    against = "; ".join(_objection(part, ontology) for part in worst)
    return format_html("{} <b>{}</b> {}.", support, _("Against:"), against)


def resembles() -> str:
    """One sentence of a candidate: somebody published a patient like this one."""
    return _("A published patient with it is much like this one.")


def not_explained(names: Sequence[str]) -> str:
    """The hatched part of a bar that is no objection: findings that the disease leaves open."""
    named = ", ".join(names[:UNEXPLAINED])
    more = len(names) - UNEXPLAINED
    if more <= 0:
        return _("Not explained: %(findings)s.") % {"findings": named}
    return ngettext(
        "Not explained: %(findings)s and %(n)s more.", "Not explained: %(findings)s and %(n)s more.", more
    ) % {"findings": named, "n": more}


def _objection(part: Contribution, ontology: Ontology) -> str:
    if part.kind in {ContributionKind.SEX, ContributionKind.ONSET}:
        return _("%(what)s does not fit") % {"what": in_words(part, ontology).lower()}
    if part.kind == ContributionKind.GENE:
        return gene_objection(part)
    if part.kind in WHOLE:
        return f"{in_words(part, ontology).lower()} ({signed(part.value)})"
    finding, matched = label(ontology, part.finding), label(ontology, part.matched)
    if part.kind == ContributionKind.EXCLUDED:
        return _("%(finding)s is absent here") % {"finding": finding}
    if part.match == MatchKind.OPPOSITE:
        return _("%(finding)s, where %(matched)s is described") % {"finding": finding, "matched": matched}
    if part.match == MatchKind.DOCUMENTED_ABSENT:
        return _("%(finding)s is described as absent") % {"finding": finding}
    return _("%(finding)s (%(value)s)") % {"finding": finding, "value": signed(part.value)}
