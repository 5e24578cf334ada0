"""What a report says, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from agents.contract import Failure, Outcome, OutcomeCode
from agents.evidence import AND, NAMES
from corpus_ingest import library
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from diagnosis_app.reports import closer, verdicts
from diagnosis_app.reports.arranging import report_of, spans
from diagnosis_app.reports.as_json import as_json
from diagnosis_app.reports.as_pdf import as_pdf
from diagnosis_app.reports.as_text import as_text
from diagnosis_app.reports.content import Report, Verdict
from diagnosis_app.reports.limits import result_digest
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.claim import claim
from diagnosis_app.runs.models import Candidate, Claim, Evidence, Question, Run
from diagnosis_app.runs.result import none_leads, result_of
from diagnosis_app.runs.store import Store
from retrieval.errors import SnapshotMissing
from tests.diagnosis_app.reports.reading import paper

pytestmark = pytest.mark.django_db(transaction=True)


def group(report: Report, kind: str) -> list[str]:
    return [item.text for one in report.findings if one.kind == kind for item in one.items]


def facts(report: Report) -> dict[str, str]:
    return {fact.name: fact.value for fact in (*report.facts, *report.limits)}


def asked(run: Run, term: str, label: str, answer: str, user: User, words: str = "", seq: int = 1) -> Question:
    at = timezone.now()
    by = user if answer else None
    return Question.objects.create(
        run=run, key=f"ask-{seq}", seq=seq, term=term, label=label, asked_at=at, answer=answer, words=words,
        answered_at=at if answer else None, answered_by=by,
    )  # fmt: skip


def test_the_patient_the_findings_and_the_list_are_those_of_the_run(ended: Run, report: Report) -> None:
    assert report.patient == "Girl, 14 months" and report.run == ended.reference and report.ended
    assert "Broad hallux" in group(report, "present") and "Macrocephaly" in group(report, "excluded")
    assert group(report, "uncertain") == ["Global developmental delay"]
    assert group(report, "unmapped") == ["snores at night"]
    rows = list(Candidate.objects.filter(run=ended).order_by("rank"))
    assert [one.id for one in (*report.candidates, *report.further)] == [row.disease for row in rows[:10]]
    for one in report.candidates:
        row = rows[one.rank - 1]
        assert sum(part.value for part in one.pieces) + row.prior == pytest.approx(row.score, abs=1e-6)


def test_every_statement_of_the_first_candidate_is_a_verified_one_with_its_source(ended: Run, report: Report) -> None:
    assert report.closer is not None and report.closer.id == report.candidates[0].id
    verified = set(Claim.objects.filter(candidate__run=ended, verified=True).values_list("text", flat=True))
    said = [one for side in report.closer.sides for one in side.statements if one.sources]
    whole = {one.text for one in result_of(ended).entries[0].supports.statements}
    assert said and all(one.text in verified | whole for one in said)
    numbers = [one.number for one in report.sources]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {n for one in said for n in one.sources} == set(numbers)
    for quoted in report.sources:
        assert quoted.words and quoted.version and quoted.place
        assert quoted.licence == "https://hpo.jax.org/app/license"


def test_nothing_against_the_first_candidate_is_left_out(ended: Run, report: Report) -> None:
    assert report.closer is not None
    side = next(one for one in report.closer.sides if one.kind == "against")
    quarter = result_of(ended).entries[0].against
    assert len(side.statements) == quarter.count and side.further == 0


def test_what_is_not_written_out_for_it_is_counted(ended: Run, report: Report) -> None:
    assert report.closer is not None
    entry = result_of(ended).entries[0]
    side = next(one for one in report.closer.sides if one.kind == "for")
    assert len(side.statements) + side.further == entry.supports.count
    asked_later = next(one for one in report.closer.sides if one.kind == "missing")
    assert len(asked_later.statements) + asked_later.further == len(entry.missing)


def test_a_removed_statement_is_counted_and_stands_in_no_form(ended: Run, report: Report) -> None:
    assert report.closer is not None
    texts = {one.text for side in report.closer.sides for one in side.statements}
    said = Claim.objects.filter(candidate__run=ended, candidate__rank=1, text__in=texts).first()
    assert said is not None and said.text in as_text(report).replace("\n  ", " ")
    Claim.objects.filter(pk=said.pk).update(verified=False, removed_because="number_not_in_evidence")
    again = report_of(ended)
    written = Claim.objects.filter(candidate__run=ended).count()
    assert facts(again)["Statements"] == f"1 of {written} statements had no support and is not shown."
    for form in (as_text(again).replace("\n  ", " "), str(as_json(again)), paper(as_pdf(again)).text):
        assert said.text.removesuffix(".") not in form


def test_statements_that_were_never_checked_stand_in_no_form(run: Run, store: Store) -> None:
    from agents.ledger import argue
    from tests.agents.conftest import patient

    snapshot = library.current()
    argued = argue(snapshot, patient(), snapshot.ranker.explain(patient(), "OMIM:101200"))
    store.keep_evidence(argued.evidence)
    store.keep_candidates([argued.candidate])
    store.keep_claims("OMIM:101200", argued.claims)
    store.finish(Outcome(OutcomeCode.PARTIAL, ("out_of_time", "not_checked")))
    run.refresh_from_db()
    report = report_of(run)
    assert report.closer is None and report.sources == () and report.candidates[0].name == "Apert syndrome"
    assert facts(report)["Statements"] == "They were not checked against their sources, so none is shown."
    text = as_text(report).replace("\n  ", " ")
    assert not any(one.text in text for one in argued.claims)


@pytest.mark.parametrize(
    ("outcome", "word", "said"),
    [
        (Outcome(OutcomeCode.INSUFFICIENT, ("too_few_findings",)), "Not enough to rank", "Fewer than three findings"),
        (
            Outcome(OutcomeCode.FAILED, error=Failure("knowledge.missing", "It is gone.", "Build it.")),
            "Failed",
            "It is gone. Build it. No list is shown, and no earlier one in its place. Code: knowledge.missing.",
        ),
        (Outcome(OutcomeCode.CANCELLED), "Cancelled", "Nothing had been ranked."),
    ],
)
def test_a_run_without_a_list_says_what_there_is_and_never_shows_an_earlier_one(
    ended: Run, actor: Actor, outcome: Outcome, word: str, said: str
) -> None:
    later = actions.request_run(actor, cases.find(actor, Verb.RUN_START, ended.case_id))
    lease = claim(later.pk)
    assert lease is not None
    Store(later.pk, lease.fence).finish(outcome)
    later.refresh_from_db()
    report = report_of(later)
    assert report.outcome_words == word and said in " ".join(report.reasons)
    assert report.candidates == report.further == report.sources == () and report.closer is report.apart is None
    assert "Broad hallux" in group(report, "present"), "the findings are there"
    earlier = report_of(ended).candidates[0].name
    for form in (as_text(report), str(as_json(report)), paper(as_pdf(report)).text):
        assert earlier not in form
        assert word in form and "not for patients" in form


def test_a_run_under_way_has_no_list_yet(run: Run, store: Store) -> None:
    from agents.ledger import argue
    from tests.agents.conftest import patient

    snapshot = library.current()
    store.keep_candidates([argue(snapshot, patient(), snapshot.ranker.explain(patient(), "OMIM:101200")).candidate])
    run.refresh_from_db()
    report = report_of(run)
    assert report.outcome_words == "Under way" and not report.ended and report.candidates == ()
    assert "Apert" not in as_text(report) and "no earlier one is shown" in as_text(report)


def test_answers_stand_with_the_findings_and_once_more_with_who_gave_them(ended: Run, user: User) -> None:
    asked(ended, "HP:0008368", "Tarsal synostosis", "excluded", user, "on the radiograph of 3 May")
    asked(ended, "HP:0000389", "Chronic otitis media", "unknown", user, seq=2)
    asked(ended, "HP:0000975", "Hyperhidrosis", "", user, seq=3)
    report = report_of(ended)
    absent = next(one for one in report.findings if one.kind == "excluded")
    assert absent.items[-1].text == "Tarsal synostosis" and absent.items[-1].asked
    assert "Chronic otitis media" not in str(report.findings)
    text = as_text(report).replace("\n  ", " ")
    assert "- Tarsal synostosis (HP:0008368), on asking" in text
    assert "Tarsal synostosis (HP:0008368): absent, “on the radiograph of 3 May”" in text
    assert "Chronic otitis media (HP:0000389): not known" in text
    assert "Hyperhidrosis (HP:0000975): not answered" in text
    assert "on asking: Tarsal synostosis" in paper(as_pdf(report)).text


def test_an_answer_that_the_case_holds_by_now_is_one_finding(ended: Run, user: User) -> None:
    asked(ended, "HP:0010055", "Broad hallux", "present", user)
    assert group(report_of(ended), "present").count("Broad hallux") == 1


def test_verdicts_of_whoever_keeps_them_are_read_the_oldest_first(ended: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "_readers", [])
    later = Verdict("Apert syndrome", "rejected", "fingers are free", "Dr B", datetime(2026, 11, 21, 8, 0, tzinfo=UTC))
    first = Verdict("Pfeiffer syndrome", "likely", "", "Dr A", datetime(2026, 11, 20, 8, 0, tzinfo=UTC))
    verdicts.read_by(lambda run: [later] if run.pk == ended.pk else [])
    verdicts.read_by(lambda run: [first])
    report = report_of(ended)
    assert report.verdicts == (first, later)
    assert "Apert syndrome: rejected, “fingers are free” (Dr B, 2026-11-21 08:00)" in as_text(report)
    assert "fingers are free" in paper(as_pdf(report)).text


def test_without_the_knowledge_of_the_run_the_stored_report_still_stands(
    ended: Run, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_snapshot: str) -> Any:
        raise SnapshotMissing("It is gone.")

    monkeypatch.setattr(library, "snapshot", gone)
    again = report_of(ended)
    assert [one.id for one in again.candidates] == [one.id for one in report.candidates]
    assert again.closer is not None and again.apart is None and again.next == ()
    assert "no longer on this machine" in facts(again)["Knowledge"]
    assert again.sources[0].licence == "licence not known here: the knowledge of the run is gone"


def test_what_separates_and_what_is_worth_knowing_are_those_of_the_result(report: Report) -> None:
    assert report.apart is not None
    assert (report.apart.one, report.apart.other) == (report.candidates[0].name, report.candidates[1].name)
    assert report.apart.lines and report.next and all(one.reason for one in report.next)


def test_the_limits_name_knowledge_versions_digests_and_what_was_not_used(ended: Run, report: Report) -> None:
    told = facts(report)
    assert told["Run"] == str(ended.pk) and told["Code"].endswith(ended.manifest["code_digest"][:16])
    assert told["Ranker"] == ended.manifest["ranker"] and told["Graph"] == ended.manifest["graph"]
    assert ended.version.digest[:16] in told["Case"] and "Gargano" in told["Citation"]
    limits = next(fact.value for fact in report.limits if fact.name == "Knowledge")
    assert "release 2025-01-16" in limits and "before this run" in limits
    assert "1 uncertain finding" in told["Not used"] and "reasoning model: none" in told["Not used"]
    assert report.intended_use == "Supports a clinician's own judgement; not for emergencies, not for patients."


def test_a_step_that_did_not_answer_is_named(ended: Run) -> None:
    ended.steps.filter(action="conclude").update(status="failed", error={"message": "The texts did not answer."})
    assert facts(report_of(ended))["Did not answer"] == "Step conclude: The texts did not answer."


def test_two_reports_with_one_digest_stand_on_one_result(ended: Run) -> None:
    before = result_digest(ended)
    assert result_digest(ended) == before
    Claim.objects.filter(pk=Claim.objects.filter(candidate__run=ended).first().pk).update(verified=False)  # type: ignore[union-attr]
    assert result_digest(ended) != before


def test_when_none_leads_the_report_says_that_first(ended: Run) -> None:
    step = ended.steps.get(action="rank")
    step.detail["got"]["none_leads"] = True
    step.save()
    report = report_of(ended)
    assert report.summary[0].text == "None of these leads." and report.summary[0].strong


def test_whether_none_leads_is_told_by_the_ranking_after_the_last_answer(ended: Run) -> None:
    step = ended.steps.get(action="rank")
    step.detail["got"]["none_leads"] = True
    step.save()
    last = max(ended.steps.values_list("seq", flat=True))
    for at, got in enumerate(({"none_leads": False}, {"answer": "unknown"}), start=1):
        ended.steps.create(
            key=f"ask:{at}", seq=last + at, action="ask", status="done", started_at=timezone.now(), detail={"got": got}
        )
    assert not none_leads(ended), "not known ranks nothing anew"
    assert report_of(ended).summary[0].text == report_of(ended).candidates[0].name


def test_the_first_of_two_that_are_level_is_level_too(ended: Run) -> None:
    first, second = Candidate.objects.filter(run=ended, rank__lte=2).order_by("rank")
    Candidate.objects.filter(pk=second.pk).update(score=first.score - 0.01)
    report = report_of(ended)
    assert [one.standing for one in report.candidates[:2]] == ["level", "level"]
    assert "level with" in "".join(span.text for span in report.summary)
    Candidate.objects.filter(pk=second.pk).update(score=first.score - 0.3)
    assert report_of(ended).candidates[0].standing == "0.3 ahead"


def test_a_finding_answered_as_uncertain_is_counted_among_what_was_not_used(ended: Run, user: User) -> None:
    asked(ended, "HP:0000689", "Dental malocclusion", "uncertain", user)
    report = report_of(ended)
    listed = group(report, "uncertain")
    assert "Dental malocclusion" in listed and len(listed) == 2
    assert "2 uncertain findings" in facts(report)["Not used"]


def test_a_passage_is_quoted_with_its_place_its_address_and_its_licence(ended: Run) -> None:
    text = "Seldom fatal. Broad great toes were recorded in 83 of 100 patients. More follows."
    quote = "Broad great toes were recorded in 83 of 100 patients."
    body = {"title": "A case series", "section": ["Results", "Feet"], "page": 7, "text": text, "licence": "CC BY 4.0",
            "url": "https://example.org/series"}  # fmt: skip
    Evidence.objects.create(
        run=ended, key="f" * 64, kind="passage", source="Open texts", version="2026-10", locator="passage 12",
        quote=quote, span={"start": 14, "end": 14 + len(quote)}, body=body,
    )  # fmt: skip
    first = Candidate.objects.get(run=ended, rank=1)
    said = Claim.objects.filter(candidate=first, stance="for").first()
    assert said is not None
    Claim.objects.filter(pk=said.pk).update(evidence=["f" * 64], triple={"quotes": [["f" * 64, quote]]})
    report = report_of(ended)
    found = next(one for one in report.sources if one.name == "Open texts")
    assert (found.words, found.place, found.licence) == (quote, "A case series, Results, Feet, page 7", "CC BY 4.0")
    assert found.references == ("https://example.org/series",)
    assert "texts: no passage was read" not in facts(report)["Not used"]
    assert f"“{quote}” A case series, Results, Feet, page 7; https://example.org/series" in as_text(report).replace(
        "\n    ", " "
    )


def test_an_objection_stands_against_the_first_candidate_and_in_its_bar(ended: Run) -> None:
    first = Candidate.objects.get(run=ended, rank=1)
    body = {"type": "contradicted_sign", "label": "Finger syndactyly", "finding": "HP:0006101"}
    first.contributions.create(position=999, kind="objection", finding="HP:0006101", value=-1.5, body=body)
    report = report_of(ended)
    assert report.closer is not None
    side = next(one for one in report.closer.sides if one.kind == "against")
    assert any("Objection" in one.text and one.value == "−1.5" for one in side.statements)
    assert any("Objection" in part.label and part.value == -1.5 for part in report.candidates[0].pieces)


def test_the_licences_of_annotations_are_found_by_the_names_that_evidence_carries() -> None:
    assert {name: source for source, name in NAMES.items()} == closer.ANNOTATES
    assert closer.AND == AND


def test_bold_is_the_only_markup_of_a_sentence_and_escaped_words_become_text() -> None:
    found = spans("Best: <b>A &lt;b&gt;x&lt;/b&gt; &amp; B</b>, more")
    assert [(one.text, one.strong) for one in found] == [("Best: ", False), ("A <b>x</b> & B", True), (", more", False)]


def test_a_case_of_few_findings_gets_a_report_without_a_list(actor: Actor, team: Any, snapshot: object) -> None:
    made: Case = cases.create_case(actor, team.pk, read_content({"findings": [{"term": "HP:0001250"}]}))
    run = actions.request_run(actor, cases.find(actor, Verb.RUN_START, made.pk))
    worker.investigate(run.pk)
    run.refresh_from_db()
    report = report_of(run)
    assert report.outcome == "insufficient" and report.candidates == () and group(report, "present") == ["Seizure"]


def test_what_an_objection_moved_is_not_said_to_be_led_by_none(ended: Run) -> None:
    step = ended.steps.get(action="rank")
    step.detail["got"]["none_leads"] = True
    step.save()
    assert none_leads(ended)
    first, second = Candidate.objects.filter(run=ended, rank__lte=2).order_by("rank")
    held = first.contributions.create(position=99, kind="objection", finding="HP:0001363", value=-0.1)
    assert not none_leads(ended), "the leader was not weighed with it"
    held.delete()
    Candidate.objects.filter(pk=first.pk).update(rank=0)
    Candidate.objects.filter(pk=second.pk).update(rank=1)
    Candidate.objects.filter(pk=first.pk).update(rank=2)
    assert not none_leads(ended), "another one leads by now"


def test_what_was_answered_as_not_known_is_not_proposed_again(ended: Run, user: User) -> None:
    proposed = [one.term for one in report_of(ended).next if one.term]
    asked(ended, proposed[0], "the first", "unknown", user)
    assert proposed[0] not in [one.term for one in report_of(ended).next]
