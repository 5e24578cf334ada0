"""Does things in the world of knowledge and writes down what came of them.

The one door between a run and the knowledge: a policy decides, the environment performs, and everything it learns
enters the record as evidence. It chooses nothing, and it writes nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agents import tracing
from agents.actions import Decision, Verb
from agents.contract import (
    Answer,
    CandidateRecord,
    Claim,
    EventType,
    EvidenceKind,
    Failure,
    QuestionRecord,
    Reason,
    RunRequest,
    StepRecord,
    digest,
)
from agents.errors import LeaseLost, OutOfSteps, Stopped, failure_of
from agents.evidence import of_ranking
from agents.influence import MODEL, placed, weighed, without_model
from agents.ledger import Argued, argue, candidate_record
from agents.objections import OBJECTION, objections_to, without_objections
from agents.passages import claims_of
from agents.performing import AWAY, Outside, Performed, World, perform
from agents.policies.situation import CLOSE, Situation
from agents.prompts import JOBS
from agents.quality import BROUGHT
from agents.record import Record
from agents.verification import Ground, verify
from retrieval.model import Finding, Profile, Status
from retrieval.ranking import rankable

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.ranking.ranker import Ranking

SHOWN = 5  # leaders named in what a step tells
CHALLENGED = 5  # leaders that the sceptic looks at in a round
SEEN = 10  # candidates that a policy sees
ROUNDS = 2  # times that the sceptic may send the investigation back
ENDING = 4  # steps that the end takes: weighing, challenging, concluding and checking
AFTER = ENDING + 2  # and one more round of the first two
_STATUS = {Answer.PRESENT: Status.PRESENT, Answer.EXCLUDED: Status.EXCLUDED, Answer.UNCERTAIN: Status.UNCERTAIN}


class Step:
    """A step in progress: a node says what came back and what it left, and the environment files it."""

    def __init__(self, record: StepRecord) -> None:
        self.record = record
        self.got: Mapping[str, Any] = {}
        self.left: list[str] = []  # keys of what the step wrote


@dataclass(frozen=True, slots=True)
class Challenged:
    """What a round of the sceptic came to."""

    objections: int
    felled: tuple[str, ...]  # diseases that lost their place
    risen: tuple[str, ...]  # and those that took it
    caught: tuple[str, ...]  # the leader that lost its lead alone, and who stands close behind it now


class Environment:
    def __init__(
        self, request: RunRequest, knowledge: Knowledge, record: Record, outside: Outside | None = None
    ) -> None:
        self.request = request
        self.knowledge = knowledge
        self.record = record
        self._outside = outside or Outside()

    @contextmanager
    def step(self, action: str, why: Mapping[str, Any], given: object, key: str = "") -> Iterator[Step]:
        """Files one step under a key that stays the same when the step is done again."""
        key = key or action
        steps = self.record.steps()
        known = {step.key: step.seq for step in steps}
        seq = known.get(key, max(known.values(), default=-1) + 1)
        # The case is read before the steps are counted; what the panel says has a budget of its own, of tokens.
        counted = sum(step.action not in JOBS and step.key != key for step in steps)
        if action not in JOBS and counted > self.request.budget.steps:
            raise OutOfSteps("The investigation used all the steps it was allowed.")
        begun = StepRecord(key, action, seq, why=why, digest_in=digest([self.request.case_digest, action, given]))
        with tracing.step(begun, self.request.run_id) as span:
            self.record.step_started(begun)
            step = Step(begun)
            try:
                yield step
            except Exception as error:
                if isinstance(error, (LeaseLost, Stopped, *self.record.away)):
                    raise  # nothing is known to have gone wrong with the step itself
                self.record.step_failed(_filed(begun, step, failure_of(error)))
                raise
            self.record.step_done(_filed(begun, step, None))
            tracing.left(span, step.left)

    def done(self, key: str) -> StepRecord | None:
        """A step that came to its end, by whichever worker."""
        return next((one for one in self.record.steps() if one.key == key and one.digest_out), None)

    # --- the patient -----------------------------------------------------------

    @property
    def profile(self) -> Profile:
        """The findings of the case with what was answered since."""
        return self._with_answers(self.record.questions())

    def profile_before(self, question: str) -> Profile:
        """The same without the answer to one question."""
        return self._with_answers([one for one in self.record.questions() if one.key != question])

    def _with_answers(self, questions: Sequence[QuestionRecord]) -> Profile:
        own = self.request.profile
        answered = {one.term: _STATUS[one.answer] for one in questions if one.answer in _STATUS}
        kept = tuple(one for one in own.findings if one.term not in answered or one.status is Status.FAMILY)
        more = tuple(Finding(term, status) for term, status in answered.items())
        return rankable(self.knowledge.ontology, replace(own, findings=(*kept, *more))) if more else own

    # --- what is done once -------------------------------------------------------

    def rank(self, key: str = "rank") -> tuple[Ranking, str]:
        """Ranks all diseases on the patient's own profile; the differential is on the page at once."""
        request, profile = self.request, self.profile
        ranking = self.knowledge.ranker.rank(profile, limit=request.candidates)
        evidence = of_ranking(self.knowledge, request.case_digest, profile, ranking)
        self.record.keep_evidence([evidence])
        if ranking.outcome == "ranked":
            ranked = [candidate_record(self.knowledge, one) for one in ranking.candidates]
            kept = self._placed([*ranked, *self._beyond(ranked, self._proposed())])
            self.record.keep_candidates(kept)
            self._tell_leaders(kept, ranking.total, key)
        return ranking, evidence.key

    def look_up(self, disease: str) -> Argued:
        """What the documented profile of one candidate, and the passages that were read, say for and against it."""
        profile = self.profile
        argued = argue(self.knowledge, profile, self.knowledge.ranker.explain(profile, disease))
        self.record.keep_evidence(argued.evidence)
        read = [
            claim
            for one in self.record.evidence().values()
            if one.kind is EvidenceKind.PASSAGE and one.body.get("disease") == disease
            for claim in claims_of(self.knowledge, profile, one)
        ]
        said = {claim.triple.finding: claim for claim in sorted(read, key=lambda claim: claim.evidence, reverse=True)}
        claims = (*argued.claims, *(said[key] for key in sorted(said)))
        return replace(argued, claims=tuple(replace(one, position=place) for place, one in enumerate(claims)))

    def keep_argued(self, argued: Sequence[Argued]) -> None:
        """The statements, and the candidates with the evidence behind every term; places and objections stay."""
        told = {one.candidate.disease: one.candidate for one in argued}
        self.record.keep_candidates(
            [_grounded(one, told[one.disease]) if one.disease in told else one for one in self.record.candidates()]
        )
        for one in argued:
            self.record.keep_claims(one.candidate.disease, one.claims)

    def check(self) -> dict[str, list[Claim]]:
        """Every stored statement with its verdict, read back from the record rather than from memory."""
        ground = Ground(
            knowledge=self.knowledge,
            profile=self.profile,
            evidence=self.record.evidence(),
            names={one.disease: one.name for one in self.record.candidates()},
        )
        return {disease: verify(claims, ground, under=disease) for disease, claims in self.record.claims().items()}

    # --- deciding and acting -----------------------------------------------------

    def situation(self, targets: Sequence[str], round: int) -> Situation:
        steps = self.acted()
        return Situation(
            knowledge=self.knowledge,
            profile=self.profile,
            leaders=self.record.candidates()[:SEEN],
            steps=steps,
            questions=self.record.questions(),
            targets=targets,
            round=round,
            steps_left=self.request.budget.steps - sum(one.action not in JOBS for one in steps) - AFTER,
            asks=self.request.asks,
            cases=bool(self.world.bank.size or self.world.local),
            passages=self.world.passages,
            failed=frozenset(one.key for one in steps if one.error),
        )

    def acted(self) -> list[StepRecord]:
        """The steps that came to an end, whichever."""
        return [one for one in self.record.steps() if one.digest_out or one.error]

    @property
    def world(self) -> World:
        return World(self.knowledge, self._outside)

    def may_go_back(self) -> bool:
        """Whether the end can still be reached after another round."""
        done = sum(one.action not in JOBS for one in self.record.steps())
        return self.request.budget.steps + 1 - done >= ENDING

    def shortfalls(self) -> list[str]:
        """What the result says of parts that could not be read, from the steps: also of those an earlier worker did."""
        acted = [one for one in self.record.steps() if one.action in set(Verb)]
        away = any(one.got.get("note") in AWAY for one in acted)
        failed = any(one.error for one in acted)
        return [*([str(Reason.STEP_FAILED)] if failed else []), *([str(Reason.SEARCH_AWAY)] if away else [])]

    def performing(self, decision: Decision) -> Callable[[], Performed]:
        """The action, ready to be performed: it reads the knowledge alone, so any thread may."""
        names = {one.disease: one.name for one in self.record.candidates()}
        world, profile = self.world, self.profile
        return lambda: perform(decision.action, world, profile, names)

    def act(self, decision: Decision, step: Step, performed: Callable[[], Performed] | None = None) -> list[str]:
        """Performs the action, or takes what came of it; the keys of the evidence it brought."""
        found = (performed or self.performing(decision))()
        self.record.keep_evidence(found.evidence)
        step.left = [one.key for one in found.evidence]
        step.got = {**found.got, BROUGHT: step.left}
        return step.left

    def ask(self, key: str, seq: int, detail: Mapping[str, Any], term: str, label: str) -> QuestionRecord:
        """The question as it stands in the thread, with its answer where there is one."""
        self.record.ask(QuestionRecord(key, seq, term, label, detail))
        return next(one for one in self.record.questions() if one.key == key)

    # --- the panel ---------------------------------------------------------------

    def add(self, diseases: Sequence[str]) -> None:
        """Candidates that were proposed, where arithmetic puts them; doing it again changes nothing."""
        order = self.record.candidates()
        self.record.keep_candidates(self._placed([*order, *self._beyond(order, diseases)]))

    def count_panel(self, key: str) -> list[str]:
        """Places the candidates by what the panel found that is new, and writes what its quotes state: claim keys."""
        order = self._placed(self.record.candidates())
        self.record.keep_candidates(order)
        argued = [self.look_up(one.disease) for one in order[: self.request.argued]]
        self.keep_argued(argued)
        if any(one.kind == MODEL for candidate in order for one in candidate.contributions):
            self._tell_leaders(order, 0, key)
        return [claim.key for one in argued for claim in one.claims]

    def _placed(self, candidates: Sequence[CandidateRecord]) -> list[CandidateRecord]:
        return placed(candidates, weighed(self.record.steps()))

    def _proposed(self) -> list[str]:
        got = next((one.got for one in self.record.steps() if one.key == "proposer"), {})
        return [str(one["id"]) for one in got.get("grounded", ())]

    def _beyond(self, known: Sequence[CandidateRecord], diseases: Sequence[str]) -> list[CandidateRecord]:
        """Those that the list does not hold, by the same sum."""
        held = {one.disease for one in known}
        fresh = [one for one in dict.fromkeys(diseases) if one not in held]
        return [
            candidate_record(self.knowledge, self.knowledge.ranker.explain(self.profile, one).candidate)
            for one in fresh
        ]

    # --- the sceptic -------------------------------------------------------------

    def standing(self, key: str) -> dict[str, Any]:
        """In which order the candidates stand before the sceptic speaks, and how clearly the first leads.

        A worker that was lost in the middle may have left the new order, so what its step began with is what counts.
        """
        begun = next((one for one in self.record.steps() if one.key == key), None)
        if begun is not None and "order" in begun.why:
            return {name: begun.why[name] for name in ("order", "lead")}
        before = self.record.candidates()
        lead = before[0].score - before[1].score if len(before) > 1 else None
        return {"order": [one.disease for one in before], "lead": lead}

    def challenge(self, key: str, standing: Mapping[str, Any]) -> Challenged:
        """Holds objections against the leaders, and orders the candidates anew.

        Whoever led at any time is challenged, so that doing it again gives the same order; what it moved is told
        against `standing`.
        """
        before = self.record.candidates()
        bare = _ordered([_with(one, without_model(_with(one, without_objections(one)))) for one in before])
        # Whom the model moved decides nothing here: an objection may weigh more than all that the model may move.
        order = _ordered([_with(one, without_model(one)) for one in before])
        challenged = {one.disease for one in before if _holds_objection(one)}
        while fresh := {one.disease for one in order[:CHALLENGED]} - challenged:
            challenged |= fresh
            leading = [one for one in bare if one.disease in challenged]
            order = _ordered([_objected(one, leading) if one.disease in challenged else one for one in bare])
        order = self._placed(order)
        self.record.keep_candidates(order)
        stood = {disease: place for place, disease in enumerate(standing["order"], 1)}
        felled = tuple(one.disease for one in order if one.rank > stood[one.disease] and _holds_objection(one))
        risen = tuple(one.disease for one in order[:CHALLENGED] if one.rank < stood[one.disease])
        caught = _caught(standing, order)
        if felled or caught:
            self._tell_leaders(order, 0, key)
        held = sum(len(one.contributions) - len(without_objections(one)) for one in order)
        return Challenged(held, felled, risen, caught)

    # --- inside ------------------------------------------------------------------

    def _tell_leaders(self, kept: Sequence[CandidateRecord], total: int, key: str) -> None:
        leaders = [_leader(one) for one in kept[:SHOWN]]
        self.record.tell(EventType.RANKED, f"differential:{key}", {"leaders": leaders, "total": total})


def _with(one: CandidateRecord, terms: Sequence[Any]) -> CandidateRecord:
    return replace(one, contributions=tuple(terms), score=one.prior + sum(term.value for term in terms))


def _objected(one: CandidateRecord, leading: Sequence[CandidateRecord]) -> CandidateRecord:
    held = objections_to(one, leading)
    objected = _with(one, (*one.contributions, *(objection.as_contribution() for objection in held)))
    # How often a word of strength held was measured without objections.
    return replace(objected, strength="") if held else objected


def _caught(standing: Mapping[str, Any], after: Sequence[CandidateRecord]) -> tuple[str, ...]:
    """The leader kept its place, and an objection took the lead that made it clear."""
    if len(after) < 2 or after[0].disease != standing["order"][0] or not _holds_objection(after[0]):
        return ()
    clear = float(standing["lead"]) >= CLOSE
    return tuple(one.disease for one in after[:2]) if clear and after[0].score - after[1].score < CLOSE else ()


def _holds_objection(one: CandidateRecord) -> bool:
    return len(without_objections(one)) < len(one.contributions)


def _ordered(candidates: Sequence[CandidateRecord]) -> list[CandidateRecord]:
    """By score, where a sum that was made in another order is the same; ties by id."""
    by_score = sorted(candidates, key=lambda one: (-round(one.score, 7), one.disease))
    return [replace(one, rank=place) for place, one in enumerate(by_score, 1)]


def _grounded(stored: CandidateRecord, argued: CandidateRecord) -> CandidateRecord:
    own = [term for term in stored.contributions if term.kind in (OBJECTION, MODEL)]
    return replace(_with(argued, (*argued.contributions, *own)), rank=stored.rank, strength=stored.strength)


def _leader(one: CandidateRecord) -> dict[str, Any]:
    """What a page needs to draw a leader while the run is still under way."""
    parts = [
        {"label": part.body.get("label", ""), "kind": part.kind, "value": part.value} for part in one.contributions
    ]
    return {
        "rank": one.rank,
        "id": one.disease,
        "name": one.name,
        "score": one.score,
        "strength": one.strength,
        "parts": parts,
    }


def _filed(begun: StepRecord, step: Step, error: Failure | None) -> StepRecord:
    left = digest(sorted(step.left)) if error is None else ""
    return StepRecord(begun.key, begun.action, begun.seq, begun.why, step.got, begun.digest_in, left, error)
