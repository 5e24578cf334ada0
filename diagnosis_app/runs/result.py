"""What an ended run left, arranged for reading: candidates with their statements, and what they stand on.

Everything comes from the rows of the run and its manifest: a result can be read when the knowledge
it was made with is gone. Statements that were not verified are counted, never shown as findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agents.contract import Relation, Stance
from diagnosis_app.cases.bars import Piece, Scale, bar
from diagnosis_app.runs.models import Candidate, Claim, Contribution, Evidence, Outcome, Run
from diagnosis_app.runs.narration import removal
from diagnosis_app.runs.sums import Rest, about, part_name, rest_of, sentence
from frontend.words import number, signed, source_url

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
    key: str
    links: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    value: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Quarter:
    """What is said for, against, or not explained: statements with their sources, and the rest of the sum."""

    statements: tuple[Statement, ...]
    rest: Rest

    @property
    def count(self) -> int:
        return len(self.statements) + len(self.rest.parts)


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

    @property
    def written(self) -> int:
        return self.shown + len(self.removed)


def result_of(run: Run) -> Result:
    if run.outcome not in SHOWS_LIST:
        return Result((), (), 0, (), 0)
    candidates = list(run.candidates.prefetch_related("contributions", "claims"))
    # Checking is the last step: where it was not reached, `verified` is false everywhere and nothing is shown.
    checked = run.steps.filter(action="verify", status="done").exists()
    evidence = {row.key: row for row in run.evidence.all()}
    numbers: dict[str, int] = {}
    pieces = {one.pk: _pieces(list(one.contributions.all())) for one in candidates}
    scale = Scale.over(pieces.values())
    arranger = _Arranger(evidence, numbers, candidates, pieces, scale)
    entries = [arranger.entry(one, position) for position, one in enumerate(candidates)]
    removed = [claim for one in candidates for claim in one.claims.all() if checked and not claim.verified]
    return Result(
        entries=tuple(entry for entry in entries if entry.argued),
        others=tuple(entry for entry in entries if not entry.argued),
        shown=sum(claim.verified for one in candidates for claim in one.claims.all()),
        removed=tuple(Removed(claim.text, removal(claim.removed_because)) for claim in removed),
        sources=len(numbers),
    )


def leaders_of(leaders: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The leading candidates while the run is under way, as the ranking's event told them."""
    pieces = [
        [Piece(part_name(part["kind"], part["label"]), float(part["value"])) for part in one["parts"]]
        for one in leaders
    ]
    scale = Scale.over(pieces)
    return [
        {**one, "bar": bar(parts, scale, sum(part.value for part in parts)), "url": source_url(str(one["id"]))}
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
    ) -> None:
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

        def statements(stance: Stance) -> tuple[Statement, ...]:
            return tuple(self._statement(claim, terms) for claim in claims if claim.stance == stance)

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
            why=sentence(terms),
            argued=bool(claims),
            supports=quarter(Stance.FOR),
            unexplained=quarter(Stance.UNEXPLAINED),
            against=quarter(Stance.AGAINST),
            missing=statements(Stance.MISSING),
        )

    def _standing(self, position: int) -> str:
        if position == 0:
            if len(self.scores) < 2:
                return ""
            return _("%(lead)s ahead") % {"lead": f"{self.scores[0] - self.scores[1]:.1f}"}
        behind = self.scores[0] - self.scores[position]
        return _("level") if behind < LEVEL else _("%(gap)s behind") % {"gap": f"{behind:.1f}"}

    def _statement(self, claim: Claim, terms: Sequence[Contribution]) -> Statement:
        sources = tuple(self._source(key, claim) for key in claim.evidence if key in self.evidence)
        return Statement(claim.text, _value(claim, terms), sources)

    def _source(self, key: str, claim: Claim) -> Source:
        row = self.evidence[key]
        quoted = next((words for cited, words in claim.triple.get("quotes", ()) if cited == key), row.quote)
        before, found, after = row.quote.partition(quoted)
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
    kinds = {Relation.BEGINS: ("onset",), Relation.SEX: ("sex",)}.get(relation, ("finding", "excluded"))
    wanted = [term for term in terms if term.kind in kinds and (relation == Relation.BEGINS or term.finding == about)]
    return wanted[0] if wanted else None


def _pieces(terms: Sequence[Contribution]) -> list[Piece]:
    return [Piece(part_name(term.kind, term.body.get("label", "")), term.value) for term in terms]


def _codes() -> dict[str, str]:
    """The evidence codes of HPO's annotations."""
    return {
        "PCS": _("published clinical study"),
        "TAS": _("traceable author statement"),
        "IEA": _("inferred from a database entry"),
    }


def left_out(run: Run) -> dict[str, int]:
    """What the case holds that the arithmetic does not use, by kind."""
    findings = Counter(str(entry["status"]) for entry in run.version.content.get("findings", ()))
    return {
        "uncertain": findings["uncertain"],
        "family": findings["family"],
        "unmapped": len(run.version.content.get("unmapped", ())),
        "present": findings["present"],
        "excluded": findings["excluded"],
    }
