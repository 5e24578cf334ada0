"""Finds why the first five of one case changed between two snapshots.

Both rankings are sums of contributions. For each disease that came, went or moved, the contributions
that changed are traced to what its sources state of it on either side: an annotation, a published
case, a gene, the ids that count as one disease. What moves every disease at once (how common a finding is,
where a term stands in HPO, fitted weights) is named only where the rest does not explain the new order.

Pure: two open snapshots and a profile go in, reasons come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from diagnosis_app.reanalysis.facts import Facts
from diagnosis_app.reanalysis.first_five import Placed, first_five, placed, same_disease, same_list
from diagnosis_app.reanalysis.reasons import INDIRECT, Kind, Reason
from retrieval.knowledge import Knowledge
from retrieval.model import Contribution, ContributionKind, MatchKind, Profile, ScoredDisease
from retrieval.ranking import Ranking, rankable

SLIGHT = 0.05  # log-odds: a smaller change moves nothing that a page shows
LISTED = 50
FAINT = 0.1  # of what the weightiest reason moved: what moved less is not told
NAMED = 3  # terms or cases of one reason that are named; the rest are counted


@dataclass(frozen=True, slots=True)
class Compared:
    """Two rankings of one profile. `reasons` are empty where the lists are the same."""

    before: tuple[Placed, ...]
    after: tuple[Placed, ...]
    reasons: tuple[Reason, ...]

    @property
    def changed(self) -> bool:
        return not same_list(self.before, self.after)


class Side:
    """One snapshot's ranking of the profile."""

    def __init__(self, knowledge: Knowledge, profile: Profile) -> None:
        self.knowledge = knowledge
        self.profile = rankable(knowledge.ontology, profile)
        self.ranking: Ranking = knowledge.ranker.rank(self.profile, limit=LISTED)
        self.first = first_five(self.ranking)
        self._by_id = {one.id: one for one in self.ranking.candidates}

    def scored(self, disease_id: str) -> ScoredDisease | None:
        """The disease as it is ranked; None where it is not."""
        found = self._by_id.get(disease_id)
        if found is None:
            found = self.knowledge.ranker.explain(self.profile, disease_id).candidate
        return found if found.rank else None

    def known_as(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The first ids of the diseases that have one of these ids here."""
        diseases = self.knowledge.diseases
        found = [diseases.ids[i] for one in ids if (i := diseases.index(one)) is not None]
        return tuple(dict.fromkeys(found))

    def best(self, ids: Iterable[str]) -> ScoredDisease | None:
        """Of the diseases that have one of these ids, the one that ranks first."""
        found = [one for name in self.known_as(ids) if (one := self.scored(name)) is not None]
        return min(found, key=lambda one: one.rank, default=None)


def compare(before: Knowledge, after: Knowledge, profile: Profile) -> Compared:
    was, now = Side(before, profile), Side(after, profile)
    older = tuple(placed(one, _rank(now.best(_ids(one)))) for one in was.first)
    newer = tuple(placed(one, _rank(was.best(_ids(one)))) for one in now.first)
    found = Compared(older, newer, ())
    return replace(found, reasons=_reasons(was, now)) if found.changed else found


@dataclass(frozen=True, slots=True)
class _Pair:
    """One disease on both sides; None where it is not ranked."""

    was: ScoredDisease | None
    now: ScoredDisease | None

    @property
    def moved(self) -> bool:
        return self.was is None or self.now is None or self.was.rank != self.now.rank

    @property
    def one(self) -> ScoredDisease:
        found = self.now or self.was
        assert found is not None  # noqa: S101  a pair has at least one side
        return found


def _reasons(was: Side, now: Side) -> tuple[Reason, ...]:
    if was.ranking.outcome != now.ranking.outcome:
        kind = Kind.ENOUGH_NOW if now.ranking.outcome == "ranked" else Kind.NOT_ENOUGH_NOW
        specific = {"before": was.ranking.specific, "after": now.ranking.specific}
        return (Reason(kind, about=specific),)
    pairs = _pairs(was, now)
    direct: list[Reason] = []
    indirect: list[Reason] = []
    for pair in pairs:
        found, telling = _of_pair(pair, was, now)
        for reason in found:
            if reason.kind in INDIRECT:
                indirect.append(reason)
            elif pair.moved or reason.kind in telling:
                direct.append(reason)
    direct = [one for one in direct if abs(one.change) >= FAINT * _most(direct) or not one.change]
    if direct and (_explained(pairs, indirect) or _most(indirect) < _most(direct) / 2):
        indirect = []
    found = [*direct, *_together(indirect)] or [Reason(Kind.BACKGROUND)]
    return tuple(sorted(found, key=lambda one: (one.kind in INDIRECT, -abs(one.change), one.disease, one.kind)))


def _pairs(was: Side, now: Side) -> list[_Pair]:
    """Every disease that is or was among the first five, once."""
    pairs: list[_Pair] = []
    for pair in (
        *(_Pair(was.best(_ids(one)), one) for one in now.first),
        *(_Pair(one, now.best(_ids(one))) for one in was.first),
    ):
        if not any(_overlap(pair, known) for known in pairs):
            pairs.append(pair)
    return pairs


def _overlap(one: _Pair, other: _Pair) -> bool:
    """Both stand on the same disease of one side: what merged or parted is spoken of once."""
    return any(
        mine is not None and theirs is not None and mine.id == theirs.id
        for mine, theirs in ((one.was, other.was), (one.now, other.now))
    )


def _explained(pairs: Sequence[_Pair], indirect: Sequence[Reason]) -> bool:
    """Whether the new order stands without what moved all diseases a little."""
    shift: dict[str, float] = {}
    for reason in indirect:
        shift[reason.disease] = shift.get(reason.disease, 0.0) + reason.change
    ranked = [pair.now for pair in pairs if pair.now is not None]
    by_rank = sorted(ranked, key=lambda one: one.rank)
    without = sorted(ranked, key=lambda one: (-(one.score - shift.get(one.id, 0.0)), one.rank))
    return [one.id for one in by_rank] == [one.id for one in without]


def _most(reasons: Sequence[Reason]) -> float:
    """What the weightiest of them moved. A row that came also makes its finding a little more common everywhere."""
    return max((abs(one.change) for one in reasons), default=0.0)


def _of_pair(pair: _Pair, was: Side, now: Side) -> tuple[list[Reason], set[Kind]]:
    """What changed of one disease, and which of it also takes another disease out of the list or puts one in."""
    if pair.was is None or pair.now is None:
        return [_presence(pair, was, now)], set()
    before = Facts(was.knowledge, pair.was.id, _others(was, pair.now, pair.was.id))
    after = Facts(now.knowledge, pair.now.id, _others(now, pair.was, pair.now.id))
    mapped, telling = _mapping(pair.was, pair.now, was, now)
    found = _Tracer(pair.was, pair.now, before, after, mapped).reasons()
    kinds = {reason.kind for reason in found}
    return [*found, *(reason for reason in mapped if reason.kind in telling - kinds)], telling


def _others(side: Side, one: ScoredDisease, own: str) -> list[str]:
    return [name for name in side.known_as(_ids(one)) if name != own]


def _presence(pair: _Pair, was: Side, now: Side) -> Reason:
    one = pair.one
    if pair.was is None:
        kind = Kind.RANKED_NOW if was.known_as(_ids(one)) else Kind.DISEASE_NEW
        return Reason(kind, one.id, one.name, one.score - one.prior)
    kind = Kind.NOT_RANKED_NOW if now.known_as(_ids(one)) else Kind.DISEASE_GONE
    return Reason(kind, one.id, one.name, one.prior - one.score)


def _mapping(before: ScoredDisease, after: ScoredDisease, was: Side, now: Side) -> tuple[list[Reason], set[Kind]]:
    """Ids that became one disease, or ceased to be; and what of it took a disease out of the list or put one in."""
    ids, older = set(_ids(after)), set(_ids(before))
    joined = sorted(name for name in ids - older if was.known_as([name]))
    parted = sorted(name for name in older - ids if now.known_as([name]))
    found, telling = [], set()
    for kind, names, side in ((Kind.MERGED, joined, was), (Kind.SPLIT, parted, now)):
        if names:
            about = {"ids": [{"id": name, "name": side.knowledge.diseases.name_of(name)} for name in names]}
            found.append(Reason(kind, after.id, after.name, 0.0, about))
            if any(same_disease(_ids(one), names) for one in side.first):
                telling.add(kind)
    return found, telling


class _Tracer:
    """Traces every contribution of one disease that changed to the fact that changed it."""

    def __init__(
        self,
        was: ScoredDisease,
        now: ScoredDisease,
        before: Facts,
        after: Facts,
        mapped: Sequence[Reason],
    ) -> None:
        self._was, self._now = was, now
        self._before, self._after = before, after
        older, newer = before.knowledge, after.knowledge
        self._reweighted = older.ranker.version != newer.ranker.version
        self._versions = {"before": older.ranker.version, "after": newer.ranker.version}
        self._mapped = {reason.kind: reason for reason in mapped}
        self._found: dict[tuple[Kind, str], Reason] = {}

    def reasons(self) -> list[Reason]:
        older, newer = _terms(self._was), _terms(self._now)
        whole = []
        for key in dict.fromkeys([*newer, *older]):
            one, other = older.get(key), newer.get(key)
            change = (other.value if other else 0.0) - (one.value if one else 0.0)
            if abs(change) < SLIGHT:
                continue
            if key[0] is ContributionKind.PROFILE:
                whole.append(change)  # after the single findings: it rests on the same annotations
            else:
                self._trace(one, other, change)
        for change in whole:
            self._profile(change)
        return list(self._found.values())

    # --- one contribution -------------------------------------------------

    def _trace(self, was: Contribution | None, now: Contribution | None, change: float) -> None:
        one = now or was
        assert one is not None  # noqa: S101
        if one.kind is ContributionKind.SIMILAR:
            self._cases(was, now, change)
        elif one.kind is ContributionKind.GENE:
            self._genes(change)
        elif one.kind is ContributionKind.PREVALENCE:
            self._note(Kind.PREVALENCE, "", change)
        elif one.kind is ContributionKind.ONSET and one.finding is None:
            self._onset(change)
        else:
            self._documented(was, now, change)

    def _documented(self, was: Contribution | None, now: Contribution | None, change: float) -> None:
        terms = [term for one in (was, now) if one is not None and (term := one.matched)]
        for term in dict.fromkeys(terms):
            if self._annotation(term, change):
                return
        one = now or was
        assert one is not None  # noqa: S101
        if self._observed(was, now) and self._new_cases(change):
            return
        placed_anew = (was and (was.match, was.through)) != (now and (now.match, now.through))
        if placed_anew and not (was is None or now is None or self._only_shadowed(was, now)):
            self._note(Kind.ONTOLOGY, one.finding or "", change, self._term(one.finding))
        else:
            self._everywhere(one.finding or "", change)

    def _annotation(self, term: str, change: float) -> bool:
        """Notes what differs in the annotation of this term; False where nothing does."""
        before, after = self._before.annotations.get(term), self._after.annotations.get(term)
        if before == after:
            return False
        came, went = term in self._before.beside, term in self._after.beside
        if came and Kind.MERGED in self._mapped:
            return self._by_mapping(Kind.MERGED, change)
        if went and Kind.SPLIT in self._mapped:
            return self._by_mapping(Kind.SPLIT, change)
        kind = Kind.ANNOTATION_CHANGED
        if before is None:
            kind = Kind.ANNOTATION_ADDED
        elif after is None:
            kind = Kind.ANNOTATION_GONE
        stated = self._after if after is not None else self._before
        about = {
            **self._term(term),
            "before": [one.as_json() for one in before or ()],
            "after": [one.as_json() for one in after or ()],
            "references": list(stated.references(term)),
        }
        self._note(kind, term, change, about)
        return True

    def _by_mapping(self, kind: Kind, change: float) -> bool:
        reason = self._mapped[kind]
        self._note(kind, "", change, reason.about)
        return True

    def _cases(self, was: Contribution | None, now: Contribution | None, change: float) -> None:
        came = [one for one in (now.cases if now else ()) if self._before.knowledge.cases.index(one) is None]
        went = [one for one in (was.cases if was else ()) if self._after.knowledge.cases.index(one) is None]
        if came:
            self._case(Kind.CASE_ADDED, came, self._after, change)
        elif went:
            self._case(Kind.CASE_GONE, went, self._before, change)
        elif (was and was.cases) != (now and now.cases) and self._mapped:
            self._by_mapping(next(iter(self._mapped)), change)
        else:
            self._everywhere("similar", change)

    def _new_cases(self, change: float) -> bool:
        came = sorted(self._after.cases.keys() - self._before.cases.keys())
        went = sorted(self._before.cases.keys() - self._after.cases.keys())
        if came:
            self._case(Kind.CASE_ADDED, came, self._after, change)
        elif went:
            self._case(Kind.CASE_GONE, went, self._before, change)
        return bool(came or went)

    def _case(self, kind: Kind, ids: Sequence[str], side: Facts, change: float) -> None:
        named = [self._one_case(one, side) for one in ids[:NAMED]]
        listed = self._found.get((kind, ""))
        known = [one["id"] for one in listed.about["cases"]] if listed else []
        if listed and all(one["id"] in known for one in named):
            self._note(kind, "", change, listed.about)
            return
        self._note(kind, "", change, {"cases": named, "more": max(0, len(ids) - NAMED)})

    def _one_case(self, case_id: str, side: Facts) -> dict[str, Any]:
        found = side.published(case_id)
        publications = [{"id": one.id, "title": one.title} for one in found.publications] if found else []
        return {"id": case_id, "label": found.label if found else "", "publications": publications}

    def _genes(self, change: float) -> None:
        older = {gene.symbol for gene in self._before.disease.genes}
        newer = {gene.symbol for gene in self._after.disease.genes}
        came, went = sorted(newer - older), sorted(older - newer)
        if came or went:
            kind, genes = (Kind.GENE_ADDED, came) if came else (Kind.GENE_GONE, went)
            self._note(kind, ",".join(genes), change, {"genes": genes})
        elif self._before.disease.inheritance != self._after.disease.inheritance:
            self._note(Kind.INHERITANCE, "", change, self._two_sides("inheritance"))
        elif not self._new_cases(change):
            self._everywhere("gene", change)

    def _onset(self, change: float) -> None:
        if self._before.disease.onset == self._after.disease.onset:
            self._everywhere("onset", change)
        else:
            self._note(Kind.ONSET, "", change, self._two_sides("onset"))

    def _profile(self, change: float) -> None:
        """How well all that is known of the disease fits: the annotations that changed, or cases, or all findings."""
        differing = sorted(
            term
            for term in self._before.annotations.keys() | self._after.annotations.keys()
            if self._before.annotations.get(term) != self._after.annotations.get(term)
        )
        listed = {term for kind, term in self._found if kind.startswith("annotation_")}
        rest = [term for term in differing if term not in listed]
        if rest and self._mapped:
            self._by_mapping(next(iter(self._mapped)), change)
        elif rest:
            self._note(Kind.ANNOTATIONS, "", change, self._counted(rest))
        elif listed:
            key = max((key for key in self._found if key[1] in listed), key=lambda key: abs(self._found[key].change))
            self._note(key[0], key[1], change, self._found[key].about)
        elif not self._new_cases(change):
            self._everywhere("profile", change)

    def _two_sides(self, what: str) -> dict[str, Any]:
        return {
            name: [side.label(term) for term in getattr(side.disease, what)]
            for name, side in (("before", self._before), ("after", self._after))
        }

    # --- noting -----------------------------------------------------------

    def _counted(self, terms: Sequence[str]) -> dict[str, Any]:
        before, after = self._before.annotations, self._after.annotations
        return {
            "added": sum(term not in before for term in terms),
            "gone": sum(term not in after for term in terms),
            "changed": sum(term in before and term in after for term in terms),
            "terms": [self._term(term) for term in terms[:NAMED]],
        }

    def _everywhere(self, what: str, change: float) -> None:
        """Nothing differs in what is stated of this disease: `what` is a term, or a kind of contribution."""
        if self._reweighted:
            self._note(Kind.WEIGHTS, "", change, self._versions)
        elif what.startswith("HP:"):
            self._note(Kind.BACKGROUND, what, change, self._term(what))
        else:
            self._note(Kind.BACKGROUND, what, change, {"what": what})

    def _note(self, kind: Kind, key: str, change: float, about: dict[str, Any] | Any = None) -> None:
        known = self._found.get((kind, key))
        total = change + (known.change if known else 0.0)
        self._found[kind, key] = Reason(kind, self._now.id, self._now.name, total, about or {})

    def _term(self, term: str | None) -> dict[str, Any]:
        return {"term": term, "label": self._after.label(term)} if term else {}

    @staticmethod
    def _observed(was: Contribution | None, now: Contribution | None) -> bool:
        published = MatchKind.PUBLISHED in {one.match for one in (was, now) if one is not None}
        return published or (was.observed if was else None) != (now.observed if now else None)

    @staticmethod
    def _only_shadowed(was: Contribution, now: Contribution) -> bool:
        """The same statement, counted once more or once less because of another finding."""
        return was.note != now.note


# --- several diseases -----------------------------------------------------------


def _together(indirect: Sequence[Reason]) -> list[Reason]:
    """One reason a cause, with the largest of what it moved; it speaks of no single disease."""
    found: dict[tuple[Kind, str], Reason] = {}
    for one in indirect:
        key = (one.kind, str(one.about.get("term") or one.about.get("what") or ""))
        known = found.get(key)
        if known is None or abs(one.change) > abs(known.change):
            found[key] = Reason(one.kind, "", "", one.change, one.about)
    return list(found.values())


def _terms(one: ScoredDisease) -> dict[tuple[ContributionKind, str], Contribution]:
    """By kind and finding: each finding has one contribution of a kind."""
    return {(term.kind, term.finding or ""): term for term in one.contributions}


def _ids(one: ScoredDisease) -> tuple[str, ...]:
    return one.ids or (one.id,)


def _rank(one: ScoredDisease | None) -> int | None:
    return one.rank if one is not None else None
