"""Writes down what an investigation did, as long as the writer holds the run.

Every write first touches the row of the run under its fencing token, in the same transaction: if
another worker took over, or the run has ended, nothing is written and `LeaseLost` is raised. All
writes are upserts keyed by step or content, so doing one twice leaves what doing it once leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from agents import contract
from agents.contract import (
    Answer,
    EventType,
    EvidenceKind,
    Failure,
    Outcome,
    Polarity,
    QuestionRecord,
    Relation,
    Stance,
    StepRecord,
    Triple,
)
from agents.errors import LeaseLost
from diagnosis_app.runs import events
from diagnosis_app.runs.models import Candidate, Claim, Contribution, Event, Evidence, Question, Run, State, Step
from diagnosis_app.runs.spending import spent_on
from diagnosis_app.runs.went import went_of

DONE, FAILED, STARTED = "done", "failed", "started"


@dataclass(frozen=True, slots=True)
class Store:
    """The record of one run for the holder of one fencing token."""

    run_id: UUID
    fence: int
    away: ClassVar[tuple[type[Exception], ...]] = (OperationalError, InterfaceError)

    @contextmanager
    def held(self) -> Iterator[None]:
        """A transaction in which the run is known to be ours."""
        with transaction.atomic():
            mine = Run.objects.filter(pk=self.run_id, fence=self.fence, state=State.RUNNING)
            if mine.update(fence=F("fence")) != 1:
                raise LeaseLost("Another worker has this investigation, or it has ended.")
            yield

    # --- steps and events ----------------------------------------------------

    def step_started(self, step: StepRecord) -> None:
        with self.held():
            known = Step.objects.filter(run_id=self.run_id, key=step.key).first()
            if known is not None and known.status == DONE:
                return  # done again after a restart: it keeps the time of the first
            self._put_step(step, STARTED, started_at=timezone.now(), ended_at=None)
            self._tell(EventType.STEP_STARTED, f"step.started:{step.key}", _told(step))

    def step_done(self, step: StepRecord) -> None:
        self._end_step(step, DONE, EventType.STEP_DONE)

    def step_failed(self, step: StepRecord) -> None:
        self._end_step(step, FAILED, EventType.STEP_FAILED)

    def tell(self, type: EventType, key: str, payload: Mapping[str, Any]) -> None:
        with self.held():
            self._tell(type, key, payload)

    def steps(self) -> list[StepRecord]:
        return [_step(row) for row in Step.objects.filter(run_id=self.run_id)]

    def _end_step(self, step: StepRecord, status: str, type: EventType) -> None:
        with self.held():
            known = Step.objects.filter(run_id=self.run_id, key=step.key).first()
            if known is not None and known.status == DONE:
                return
            now = timezone.now()
            began = known.started_at if known else now
            self._put_step(step, status, started_at=began, ended_at=now)
            seconds = round(max((now - began).total_seconds(), 0.0), 3)
            payload = {**_told(step), "got": dict(step.got), "seconds": seconds}
            if step.error is not None:
                payload["error"] = step.error.as_json()
            self._tell(type, f"{type}:{step.key}", payload)
            if step.got.get("reasoning"):
                self._empty_thoughts(step)

    def _empty_thoughts(self, step: StepRecord) -> None:
        """What was told of it piece by piece stands in the step now, whole. The events keep their numbers and keys."""
        told = Event.objects.filter(run_id=self.run_id, type=EventType.THOUGHT, key__startswith=f"thought:{step.key}:")
        told.update(payload={"key": step.key, "action": step.action, "text": ""})

    def _put_step(self, step: StepRecord, status: str, **times: Any) -> None:
        values = {
            "seq": step.seq,
            "action": step.action,
            "status": status,
            "tokens": spent_on([step.got]).tokens,
            "digest_in": step.digest_in,
            "digest_out": step.digest_out,
            "detail": {"why": dict(step.why), "got": dict(step.got)},
            "error": step.error.as_json() if step.error else {},
            **times,
        }
        Step.objects.update_or_create(run_id=self.run_id, key=step.key, defaults=values)

    def _tell(self, type: EventType, key: str, payload: Mapping[str, Any]) -> None:
        events.append(self.run_id, type, key, payload)

    # --- questions -------------------------------------------------------------

    def ask(self, question: QuestionRecord) -> None:
        """Puts the question, once; the event that tells it is in the same transaction."""
        with self.held():
            values = {
                "seq": question.seq,
                "term": question.term,
                "label": question.label,
                "detail": dict(question.detail),
                "asked_at": timezone.now(),
            }
            Question.objects.get_or_create(run_id=self.run_id, key=question.key, defaults=values)
            told = {"key": question.key, "term": question.term, "label": question.label}
            self._tell(EventType.ASKED, f"asked:{question.key}", told)

    def questions(self) -> list[QuestionRecord]:
        return [_question(row) for row in Question.objects.filter(run_id=self.run_id)]

    def wait(self, key: str) -> bool:
        """Stands still until the question is answered: no lease, no holder. False where it was answered meanwhile;
        then the run is queued again."""
        with self.held():
            answered = Question.objects.filter(run_id=self.run_id, key=key).exclude(answer="").exists()
            state = State.QUEUED if answered else State.WAITING
            Run.objects.filter(pk=self.run_id).update(
                state=state, lease_holder="", lease_until=None, rung_at=None, attempts=0
            )
            if not answered:
                self._tell(EventType.WAITING, f"waiting:{key}", {"key": key})
            return not answered

    def continued(self, graph: str, code: str) -> None:
        """Another version goes on with the run: the manifest says so, and so does the thread."""
        with self.held():
            run = Run.objects.get(pk=self.run_id)
            before = {"graph": run.manifest["graph"], "code_digest": run.manifest["code_digest"]}
            earlier = [*run.manifest.get("continued", []), before]
            run.manifest = {**run.manifest, "graph": graph, "code_digest": code, "continued": earlier}
            run.save(update_fields=["manifest"])
            told = {"from": before["graph"], "to": graph}
            self._tell(EventType.CONTINUED, f"continued:{len(earlier)}", told)

    def pin(self, name: str, value: Callable[[], Any]) -> Any:
        """What the run began with. The first worker writes it into the manifest, and every later one reads it there."""
        with self.held():
            run = Run.objects.get(pk=self.run_id)
            if name not in run.manifest:
                run.manifest = {**run.manifest, name: value()}
                run.save(update_fields=["manifest"])
            return run.manifest[name]

    # --- evidence, candidates, claims ----------------------------------------

    def keep_evidence(self, evidence: Sequence[contract.Evidence]) -> None:
        with self.held():
            Evidence.objects.bulk_create([self._evidence_row(one) for one in evidence], ignore_conflicts=True)

    def keep_candidates(self, candidates: Sequence[contract.CandidateRecord]) -> None:
        """A sum that is there already, term by term, is not written again: most stay what they were."""
        with self.held():
            there = {one.disease: one.contributions for one in self.candidates()}
            Candidate.objects.filter(run_id=self.run_id).exclude(
                disease__in=[one.disease for one in candidates]
            ).delete()
            Candidate.objects.bulk_create(
                [self._candidate_row(one) for one in candidates],
                update_conflicts=True,
                unique_fields=["run", "disease"],
                update_fields=["rank", "ids", "name", "genes", "score", "prior", "strength"],
            )
            keys = dict(Candidate.objects.filter(run_id=self.run_id).values_list("disease", "pk"))
            other = [one for one in candidates if there.get(one.disease) != one.contributions]
            Contribution.objects.filter(candidate_id__in=[keys[one.disease] for one in other]).delete()
            Contribution.objects.bulk_create(
                [
                    Contribution(
                        candidate_id=keys[one.disease],
                        position=position,
                        kind=term.kind,
                        finding=term.finding,
                        value=term.value,
                        evidence_key=term.evidence_key,
                        body=dict(term.body),
                    )
                    for one in other
                    for position, term in enumerate(one.contributions)
                ],
                batch_size=500,
            )

    def keep_claims(self, disease: str, claims: Sequence[contract.Claim]) -> None:
        with self.held():
            candidate = Candidate.objects.only("id").get(run_id=self.run_id, disease=disease)
            keys = [claim.key for claim in claims]
            Claim.objects.filter(candidate=candidate).exclude(key__in=keys).delete()
            Claim.objects.bulk_create(
                [_claim_row(candidate, claim) for claim in claims],
                update_conflicts=True,
                unique_fields=["candidate", "key"],
                update_fields=["text", "stance", "triple", "evidence", "position", "verified", "removed_because"],
            )

    def evidence(self) -> dict[str, contract.Evidence]:
        return {row.key: _evidence(row) for row in Evidence.objects.filter(run_id=self.run_id)}

    def candidates(self) -> list[contract.CandidateRecord]:
        terms: dict[int, list[contract.ContributionRecord]] = {}
        # Some six hundred of them, a dozen times in an investigation: values take half as long as rows.
        kept = Contribution.objects.filter(candidate__run_id=self.run_id).order_by("candidate_id", "position")
        for candidate, *term in kept.values_list("candidate_id", "kind", "value", "finding", "evidence_key", "body"):
            terms.setdefault(candidate, []).append(contract.ContributionRecord(*term))
        rows = Candidate.objects.filter(run_id=self.run_id)
        return [_candidate(row, tuple(terms.get(row.pk, ()))) for row in rows]

    def claims(self) -> dict[str, list[contract.Claim]]:
        found: dict[str, list[contract.Claim]] = {}
        rows = Claim.objects.filter(candidate__run_id=self.run_id).select_related("candidate")
        for row in rows.order_by("candidate__rank", "position"):
            found.setdefault(row.candidate.disease, []).append(_claim(row))
        return found

    # --- the end ---------------------------------------------------------------

    def finish(self, outcome: Outcome) -> None:
        """Ends the run with its outcome; the event that says so is in the same transaction."""
        with self.held():
            end(self.run_id, outcome)

    def _evidence_row(self, one: contract.Evidence) -> Evidence:
        return Evidence(
            run_id=self.run_id,
            key=one.key,
            kind=str(one.kind),
            source=one.source,
            version=one.version,
            locator=one.locator,
            quote=one.quote,
            span={"start": one.span[0], "end": one.span[1]},
            body=dict(one.body),
        )

    def _candidate_row(self, one: contract.CandidateRecord) -> Candidate:
        return Candidate(
            run_id=self.run_id,
            rank=one.rank,
            disease=one.disease,
            ids=list(one.ids),
            name=one.name,
            genes=list(one.genes),
            score=one.score,
            prior=one.prior,
            strength=one.strength,
        )


def end(run_id: UUID, outcome: Outcome) -> None:
    """Marks the run as ended and tells it. The caller holds the row of the run."""
    error = outcome.error.as_json() if outcome.error else {}
    Run.objects.filter(pk=run_id).update(
        state=State.ENDED,
        outcome=str(outcome.code),
        reasons=list(outcome.reasons),
        error=error,
        ended_at=timezone.now(),
        went=went_of(Store(run_id, fence=0), worked(run_id)),
        lease_holder="",
        lease_until=None,
    )
    payload = {"outcome": str(outcome.code), "reasons": list(outcome.reasons), "error": error}
    events.append(run_id, EventType.ENDED, "run.ended", payload)


def worked(run_id: UUID) -> float:
    """Seconds that its finished steps took."""
    done = Step.objects.filter(run_id=run_id, ended_at__isnull=False).values_list("started_at", "ended_at")
    return sum((ended - began).total_seconds() for began, ended in done if ended is not None)


def _told(step: StepRecord) -> dict[str, Any]:
    return {"key": step.key, "action": step.action, "seq": step.seq, "why": dict(step.why)}


def _step(row: Step) -> StepRecord:
    error = Failure(**row.error) if row.error else None
    detail = row.detail
    return StepRecord(
        row.key,
        row.action,
        row.seq,
        detail.get("why", {}),
        detail.get("got", {}),
        row.digest_in,
        row.digest_out,
        error,
    )


def _question(row: Question) -> QuestionRecord:
    answer = Answer(row.answer) if row.answer else None
    return QuestionRecord(row.key, row.seq, row.term, row.label, row.detail, answer, row.words)


def _evidence(row: Evidence) -> contract.Evidence:
    return contract.Evidence(
        EvidenceKind(row.kind),
        row.source,
        row.version,
        row.locator,
        row.quote,
        (row.span["start"], row.span["end"]),
        row.body,
        row.key,
    )


def _candidate(row: Candidate, terms: tuple[contract.ContributionRecord, ...]) -> contract.CandidateRecord:
    return contract.CandidateRecord(
        row.rank, row.disease, tuple(row.ids), row.name, tuple(row.genes), row.score, row.prior, terms, row.strength
    )


def _claim_row(candidate: Candidate, claim: contract.Claim) -> Claim:
    said = {
        **claim.triple.as_json(),
        "about": claim.about,
        "match": claim.match,
        "quotes": [list(pair) for pair in claim.quotes],
        "doubted": claim.doubted,
    }
    return Claim(
        candidate=candidate,
        key=claim.key,
        text=claim.text,
        stance=str(claim.stance),
        triple=said,
        evidence=list(claim.evidence),
        position=claim.position,
        verified=claim.verified,
        removed_because=claim.removed_because,
    )


def _claim(row: Claim) -> contract.Claim:
    said = row.triple
    triple = Triple(said["disease"], Relation(said["relation"]), said["finding"], Polarity(said["polarity"]))
    return contract.Claim(
        triple,
        Stance(row.stance),
        row.text,
        tuple(row.evidence),
        said["about"],
        said["match"],
        tuple((key, quoted) for key, quoted in said["quotes"]),
        row.position,
        row.verified,
        row.removed_because,
        bool(said.get("doubted", False)),  # rows of earlier versions do not say it
    )
