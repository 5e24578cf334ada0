"""What an ended run left, arranged for reading: candidates with their statements, and what they stand on.

Everything comes from the rows of the run and its manifest: a result can be read when the knowledge
it was made with is gone. Statements that were not verified are counted, never shown as findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agents.contract import Relation, Stance
from diagnosis_app.cases.bars import Piece, Scale, bar
from diagnosis_app.cases.kinship import Kin, Known, group_of, kin
from diagnosis_app.cases.strength import band, held_words
from diagnosis_app.cases.term_words import WHOLE
from diagnosis_app.runs.answering import investigated
from diagnosis_app.runs.models import Candidate, Claim, Contribution, Evidence, Outcome, Run
from diagnosis_app.runs.narration import removal
from diagnosis_app.runs.panel_result import (
    Panel,
    anchor,
    arithmetic_ranks,
    doubt_words,
    is_doubted,
    labels_of,
    panel_of,
    standing_words,
)
from diagnosis_app.runs.panel_telling import weighed_words
from diagnosis_app.runs.panel_weighed import Found, Weighed
from diagnosis_app.runs.quoted import Passage, around, passage, passages_of
from diagnosis_app.runs.sums import MODEL, OBJECTION, Rest, about, how, name_of, part_name, rest_of, sentence
from diagnosis_app.runs.telling import two_diseases
from frontend.words import number, signed, source_url
from retrieval.knowledge import Knowledge
from retrieval.ranking.fusion import WITH_CASES

SHOWS_LIST = frozenset({Outcome.RANKED, Outcome.PARTIAL, Outcome.CANCELLED})
REFERENCES = 6  # links of one source; the rest are counted
LEVEL = 0.05  # log-odds: a smaller difference is none


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Source:
    """Evidence as it is opened in place."""

    number: int
    before: str
    quoted: str  # the words that the statement stands on, with what stands around them
    after: str
    name: str
    version: str
    locator: str
    code: str
    key: str  # of the evidence, as far as a reader sees it
    links: tuple[Link, ...]
    more: int
    passage: Passage | None = None
    evidence: str = ""  # the whole key
    marked: Any = None  # review.panel.Marked: who marked it as wrong


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    value: str
    sources: tuple[Source, ...]
    anchor: str = ""  # on the page; empty for a term that no statement is made of
    doubt: str = ""  # what a second reading said of it, where it doubts it


@dataclass(frozen=True, slots=True)
class Quarter:
    """What is said for, against, or not explained: statements with their sources, and the rest of the sum."""

    statements: tuple[Statement, ...]
    rest: Rest

    @property
    def count(self) -> int:
        return len(self.statements) + len(self.rest.parts)


@dataclass(frozen=True, slots=True)
class ByModel:
    """What the reasoning model found for a candidate, against it, and not looked for, each with its sources."""

    supports: tuple[Statement, ...] = ()
    against: tuple[Statement, ...] = ()
    missing: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate."""

    rank: int
    id: str
    name: str
    links: tuple[Link, ...]
    genes: tuple[str, ...]
    score: str
    prior: str
    standing: str
    bar: SafeString
    why: SafeString
    argued: bool
    supports: Quarter
    unexplained: Quarter
    against: Quarter
    missing: tuple[Statement, ...]
    strength: str
    band: SafeString
    separates: str = ""  # from the next candidate, as HTML
    held: str = ""  # how often the word of strength held
    group: str = ""
    kin: Kin | None = None
    review: Any = None  # review.panel.Panel: the verdicts on it
    weighed: ByModel | None = None
    by_model: str = ""  # that the reasoning model proposed it or moved it, and where arithmetic alone puts it


@dataclass(frozen=True, slots=True)
class Removed:
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    entries: tuple[Entry, ...]
    others: tuple[Entry, ...]  # ranked further down: no statements were written for them
    shown: int  # statements
    removed: tuple[Removed, ...]
    sources: int
    none_leads: bool = False
    kinds: frozenset[str] = frozenset()  # of the pieces that speak for, for the key
    bank: bool = False  # the knowledge held published cases of ranked diseases
    passages: tuple[Passage, ...] = ()
    all_passages: int = 0
    unread: bool = False  # passages could not be searched
    divided: str = ""  # that the findings may be those of two diseases
    doubted: int = 0  # of the statements shown: a second reading sees them supported in part, or not
    panel: Panel = field(default_factory=Panel)

    @property
    def written(self) -> int:
        return self.shown + len(self.removed)


def result_of(run: Run) -> Result:
    if run.outcome not in SHOWS_LIST:
        return Result((), (), 0, (), 0, bank=_had_cases(run))
    candidates = list(run.candidates.prefetch_related("contributions", "claims"))
    # Checking is the last step: where it was not reached, `verified` is false everywhere and nothing is shown.
    checked = run.steps.filter(action="verify", status="done").exists()
    evidence = {row.key: row for row in run.evidence.all()}
    numbers: dict[str, int] = {}
    pieces = {one.pk: _pieces(list(one.contributions.all())) for one in candidates}
    scale = Scale.over(pieces.values())
    panel = panel_of(run, candidates, checked=checked)
    arranger = _Arranger(evidence, numbers, candidates, pieces, scale, str(run.manifest["snapshot"]), panel)
    ranks, labels = arithmetic_ranks(candidates), labels_of(investigated(run))
    entries = [
        _by_model(arranger.entry(one, position), standing_words(one, ranks, panel, labels))
        for position, one in enumerate(candidates)
    ]
    removed = [claim for one in candidates for claim in one.claims.all() if checked and not claim.verified]
    passages, all_passages = passages_of(run, candidates, numbers) if checked else ([], 0)
    return Result(
        entries=tuple(entry for entry in entries if entry.argued),
        others=tuple(entry for entry in entries if not entry.argued),
        shown=sum(claim.verified for one in candidates for claim in one.claims.all()),
        removed=tuple(Removed(claim.text, removal(claim.removed_because)) for claim in removed),
        sources=len(numbers),
        none_leads=none_leads(run),
        kinds=frozenset(piece.kind for parts in pieces.values() for piece in parts if piece.value > 0),
        bank=_had_cases(run),
        passages=tuple(passages),
        all_passages=all_passages,
        unread=_unread(run),
        divided=_divided(run),
        doubted=sum(claim.verified and is_doubted(claim) for one in candidates for claim in one.claims.all()),
        panel=panel,
    )


def _by_model(entry: Entry, words: str) -> Entry:
    return replace(entry, by_model=words, why=format_html("{} {}", entry.why, words)) if words else entry


def _divided(run: Run) -> str:
    concluded = run.steps.filter(action="conclude", status="done").first()
    apart = concluded.detail.get("got", {}).get("divided") if concluded else None
    return two_diseases(apart) if apart else ""


def _unread(run: Run) -> bool:
    """Whether texts could not be read, from the beginning or when they were searched."""
    begun = run.steps.filter(action="intake", status="done").first()
    lost = begun.detail.get("got", {}).get("lost", ()) if begun else ()
    return "passages" in lost or run.steps.filter(action="search", status="failed").exists()


def _had_cases(run: Run) -> bool:
    """The ranker that was pinned says so: there is one for knowledge with published cases and one without."""
    return str(run.manifest.get("ranker", "")).startswith(f"{WITH_CASES}-")


def none_leads(run: Run) -> bool:
    """Whether it was likelier that the diagnosis is none of the ranked diseases than that it is the first.

    By the last ranking: an answer ranks anew. What an objection or a model moved was not weighed so: then nothing is
    said.
    """
    steps = run.steps.filter(action__in=("rank", "ask"), status="done").order_by("-seq")
    told = (step.detail.get("got", {}) for step in steps)
    last: dict[str, Any] = next((got for got in told if "none_leads" in got), {})
    first = run.candidates.order_by("rank").first()
    led = next((one.get("id") for one in last.get("leaders", ())), None)
    if first is None or first.disease != led or first.contributions.filter(kind__in=(OBJECTION, MODEL)).exists():
        return False
    return bool(last["none_leads"])


def with_knowledge(result: Result, knowledge: Knowledge, ranker: str) -> Result:
    """What only the knowledge of the run can tell: groups, kin, and how often each word held.

    What a word is worth was measured for one `ranker`: of a run made with another one nothing is said.
    """
    same = knowledge.ranker.version == ranker
    listed = (*result.entries, *result.others)
    related = kin([Known(one.rank, one.id, one.name, one.genes) for one in listed], knowledge.diseases)

    def told(one: Entry) -> Entry:
        said = held_words(one.strength, knowledge.ranker) if same else ""
        return replace(one, held=said, group=group_of(knowledge.diseases, one.id), kin=related.get(one.id))

    entries, others = (tuple(told(one) for one in part) for part in (result.entries, result.others))
    return replace(result, entries=entries, others=others)


def leaders_of(leaders: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The leading candidates while the run is under way, as the ranking's event told them."""
    pieces = [
        [Piece(part_name(part["kind"], part["label"]), float(part["value"]), part["kind"]) for part in one["parts"]]
        for one in leaders
    ]
    scale = Scale.over(pieces)
    return [
        {
            **one,
            "bar": bar(parts, scale, sum(part.value for part in parts)),
            "url": source_url(str(one["id"])),
            "band": band(one.get("strength")),
        }
        for one, parts in zip(leaders, pieces, strict=True)
    ]


class _Arranger:
    def __init__(
        self,
        evidence: Mapping[str, Evidence],
        numbers: dict[str, int],
        candidates: Sequence[Candidate],
        pieces: Mapping[int, Sequence[Piece]],
        scale: Scale,
        snapshot: str,
        panel: Panel,
    ) -> None:
        self.panel = panel
        self.snapshot = snapshot
        self.evidence = evidence
        self.numbers = numbers
        self.scores = [one.score for one in candidates]
        self.pieces = pieces
        self.scale = scale

    def entry(self, one: Candidate, position: int) -> Entry:
        terms = list(one.contributions.all())
        claims = [claim for claim in one.claims.all() if claim.verified]
        said = {about(term) for claim in claims if (term := _term(claim, terms)) is not None}
        parts = self.pieces[one.pk]

        whole = [term for term in terms if term.kind in {*WHOLE, MODEL} and term.value > 0 and claims]
        found = [term for term in terms if term.kind == MODEL and term.value < 0]
        objections = [*(term for term in terms if term.kind == OBJECTION), *found] if claims else []
        said |= {about(term) for term in (*whole, *objections)}

        def statements(stance: Stance) -> tuple[Statement, ...]:
            first = {Stance.FOR: whole, Stance.AGAINST: objections}.get(stance, [])
            told = tuple(self._whole(term) for term in first)
            return told + tuple(self._statement(claim, terms) for claim in claims if claim.stance == stance)

        def quarter(stance: Stance) -> Quarter:
            return Quarter(statements(stance), rest_of(terms, stance, said))

        return Entry(
            rank=one.rank,
            id=one.disease,
            name=one.name,
            links=tuple(Link(id, source_url(id)) for id in one.ids or [one.disease]),
            genes=tuple(one.genes),
            score=number(one.score),
            prior=signed(one.prior),
            standing=self._standing(position),
            bar=bar(parts, self.scale, sum(part.value for part in parts)),
            band=band(one.strength),
            strength=one.strength,
            why=sentence(terms),
            argued=bool(claims),
            supports=quarter(Stance.FOR),
            unexplained=quarter(Stance.UNEXPLAINED),
            against=quarter(Stance.AGAINST),
            missing=statements(Stance.MISSING),
            weighed=self._weighed(self.panel.weighed.get(one.disease)),
        )

    def _standing(self, position: int) -> str:
        if position == 0:
            if len(self.scores) < 2:
                return ""
            lead = self.scores[0] - self.scores[1]
            return _("level") if lead < LEVEL else _("%(lead)s ahead") % {"lead": f"{lead:.1f}"}
        behind = self.scores[0] - self.scores[position]
        return _("level") if behind < LEVEL else _("%(gap)s behind") % {"gap": f"{behind:.1f}"}

    def _statement(self, claim: Claim, terms: Sequence[Contribution]) -> Statement:
        quotes = dict(claim.triple.get("quotes", ()))
        sources = tuple(self._source(key, quotes.get(key, "")) for key in claim.evidence if key in self.evidence)
        doubt = doubt_words(self.panel.opinions.get(claim.key, "")) if is_doubted(claim) else ""
        return Statement(claim.text, _value(claim, terms), sources, anchor(claim), doubt)

    def _whole(self, term: Contribution) -> Statement:
        """A term that no statement is made of: what it is, and the evidence it was computed from."""
        words = ": ".join(part for part in (part_name(term.kind, ""), how(term)) if part)
        named = [term.evidence_key, *(str(one.get("evidence", "")) for one in term.body.get("pieces", ()))]
        keys = [key for key in dict.fromkeys(named) if key in self.evidence]
        return Statement(words, signed(term.value), tuple(self._source(key) for key in keys))

    def _weighed(self, one: Weighed | None) -> ByModel | None:
        if one is None:
            return None

        def told(each: Found) -> Statement:
            sources = tuple(self._source(key) for key in each.evidence if key in self.evidence)
            return Statement(weighed_words(each.label, new=each.new, absent=each.absent), "", sources)

        return ByModel(*(tuple(map(told, part)) for part in (one.supports, one.against, one.missing)))

    def _source(self, key: str, said: str = "") -> Source:
        row = self.evidence[key]
        quoted = said or row.quote
        before, found, after = row.quote.partition(quoted)
        if row.kind == "passage":
            before, after = around(row)
        place = self.numbers.setdefault(key, len(self.numbers) + 1)
        references = [str(one) for one in row.body.get("references", ())]
        return Source(
            number=place,
            before=before if found else "",
            quoted=found or row.quote,
            after=after,
            name=row.source,
            version=row.version,
            locator=row.locator,
            code=", ".join(_codes().get(code, code) for code in row.body.get("codes", ())),
            key=key[:12],
            links=tuple(Link(one, source_url(one)) for one in references[:REFERENCES]),
            more=max(0, len(references) - REFERENCES),
            passage=passage(row, self.snapshot, place) if row.kind == "passage" else None,
            evidence=key,
        )


def _value(claim: Claim, terms: Sequence[Contribution]) -> str:
    """What the statement's finding adds to the sum; nothing for one that was not asked about."""
    term = _term(claim, terms)
    return signed(term.value) if term is not None else ""


def _term(claim: Claim, terms: Sequence[Contribution]) -> Contribution | None:
    """The term of the sum that a statement speaks of."""
    if claim.stance == Stance.MISSING:
        return None
    relation, about = claim.triple.get("relation"), claim.triple.get("about")
    if relation == Relation.MENTIONS:
        return None  # what is written weighs nothing beside what is documented
    alone = {Relation.BEGINS: "onset", Relation.GENE: "gene", Relation.NO_GENE: "gene"}
    if relation in alone:
        return next((term for term in terms if term.kind == alone[relation]), None)
    kinds = ("sex",) if relation == Relation.SEX else ("finding", "excluded")
    wanted = [term for term in terms if term.kind in kinds and term.finding == about]
    return wanted[0] if wanted else None


def _pieces(terms: Sequence[Contribution]) -> list[Piece]:
    return [Piece(name_of(term), term.value, term.kind) for term in terms]


def _codes() -> dict[str, str]:
    """The evidence codes of HPO's annotations."""
    return {
        "PCS": _("published clinical study"),
        "TAS": _("traceable author statement"),
        "IEA": _("inferred from a database entry"),
    }


def left_out(run: Run) -> dict[str, int]:
    """What was known of the patient, by kind: present and absent are weighed, the rest is only listed."""
    content = investigated(run)
    findings = Counter(str(entry.status) for entry in content.findings)
    return {
        "uncertain": findings["uncertain"],
        "family": findings["family"],
        "unmapped": len(content.unmapped),
        "present": findings["present"],
        "excluded": findings["excluded"],
    }
