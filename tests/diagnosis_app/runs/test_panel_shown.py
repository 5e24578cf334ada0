"""A run in which a reasoning model took part, as its pages show it: live, ended, in its report and from the API."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from agents.contract import EventType, StepRecord
from agents.influence import BOUND
from agents.llm.failures import NotValid, OverBudget, Unreachable
from diagnosis_app.reports.arranging import report_of
from diagnosis_app.reports.as_json import as_json
from diagnosis_app.reports.as_pdf import as_pdf
from diagnosis_app.reports.as_text import as_text
from diagnosis_app.runs.drawing import live_parts
from diagnosis_app.runs.models import Candidate, Claim, Contribution, Run, Step
from diagnosis_app.runs.result import Result, result_of
from diagnosis_app.runs.store import Store
from diagnosis_app.runs.stream import told
from diagnosis_app.runs.thread import Thread
from retrieval.snapshot import Snapshot
from tests.agents.panel.test_panel import doubting
from tests.agents.small_world import APERT, SmallWorld
from tests.diagnosis_app.reports.reading import paper
from tests.diagnosis_app.runs.modelled import (
    HOSTILE,
    MADE_UP,
    OF_SEVERAL,
    SPEAKS_TO_A_MACHINE,
    TEXTS,
    answers,
    carried,
    far_from,
    naming,
    with_joints,
)
from tests.diagnosis_app.runs.test_views import page_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)
CHECKED_BY_NOBODY = "Thinking; these words are checked by nobody"


@pytest.fixture
def joints(snapshot: Snapshot) -> SmallWorld:
    return SmallWorld(snapshot, (), TEXTS)


@pytest.fixture
def argued(run: Run, store: Store, joints: SmallWorld) -> Run:
    """Every voice said something, and some of it stood on nothing."""
    return carried(run, store, joints, answers(far_from(joints)))


@pytest.fixture
def doubted(run: Run, store: Store, joints: SmallWorld) -> Run:
    return carried(run, store, joints, {**answers(), "second": doubting})


def entry(result: Result, disease: str) -> Any:
    return next(one for one in (*result.entries, *result.others) if one.id == disease)


# --- the thread -------------------------------------------------------------------------


def test_the_thread_tells_what_each_voice_was_asked_and_what_was_kept(signed_in: Client, argued: Run) -> None:
    text = text_of(signed_in.get(page_of(argued)))
    assert argued.outcome == "ranked"
    for told_ in (
        "1 finding in the note, not in the case.",
        "Proposed: ",
        "1 name stands for no disease that is known here and was set aside.",
        "Chosen: search passages on",
        "The model chose this: it expects to learn much.",
        "Joint hypermobility (new to the sum)",
        "Apert syndrome, by one passage",
        "Apert syndrome, by what is documented and published",
        "For: Broad hallux. Named, not recorded here: Cutaneous syndactyly of toes.",
        "1 thing it said stood on nothing and was set aside.",
        "The model expects no further step to change the order",
        "sentence kept.",
        "900 tokens in, 100 out; 0.5 s of the model",
    ):
        assert told_ in text, told_


def test_a_finding_of_the_note_is_offered_and_enters_nothing_by_itself(signed_in: Client, argued: Run) -> None:
    html = signed_in.get(page_of(argued)).content.decode()
    assert "She has had seizures" in html and reverse("case", kwargs={"case_id": argued.case_id}) in html
    stored = {one["term"] for one in argued.case.draft.content["findings"]}
    assert "HP:0001250" not in stored, "adding it stays the clinician's act"
    assert "found 1 finding in the note that the case does not hold" in text_of(signed_in.get(page_of(argued)))


def test_what_the_model_thought_is_shown_inert_and_marked_as_unchecked(signed_in: Client, argued: Run) -> None:
    html = signed_in.get(page_of(argued)).content.decode()
    assert html.count("What the model thought (unchecked)") > 5
    assert "<script>alert" not in html and "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in html
    assert "\u202e" not in html and "U+202E" in html and "U+200B" in html
    assert "<b>Pfeiffer</b>" not in html
    assert not re.search(r'<details class="thought"[^>]* open', html), "it is closed"
    assert 'class="foreign thought-w" dir="auto"' in html


def test_what_is_thought_appears_while_it_is_thought(signed_in: Client, run: Run, store: Store) -> None:
    store.step_started(StepRecord("reader-1", "reader", 1))
    store.tell(EventType.THOUGHT, "thought:reader-1:0", {"key": "reader-1", "action": "reader", "text": HOSTILE})
    html = signed_in.get(page_of(run)).content.decode()
    assert CHECKED_BY_NOBODY in html and 'id="thought-reader-1" aria-live="off"' in html
    assert "<script>alert" not in html and "\u202e" not in html and "U+202E" in html


def test_a_piece_of_thought_redraws_its_own_block_alone(run: Run, store: Store) -> None:
    store.step_started(StepRecord("reader-1", "reader", 1))
    store.tell(EventType.THOUGHT, "thought:reader-1:0", {"key": "reader-1", "action": "reader", "text": HOSTILE})
    events = told(run.pk)
    thread = Thread.planned(()).through(events)
    parts = live_parts(run)(thread, events[-1])
    assert list(parts) == ["thought-reader-1"]
    assert "<script>" not in parts["thought-reader-1"] and "&lt;script&gt;" in parts["thought-reader-1"]


def test_a_thought_of_a_step_that_is_not_there_draws_nothing(run: Run, store: Store) -> None:
    store.tell(EventType.THOUGHT, "thought:x:0", {"key": "x", "action": "reader", "text": "Hm."})
    events = told(run.pk)
    assert live_parts(run)(Thread.planned(()).through(events), events[-1]) == {}


def test_a_step_that_ended_is_drawn_with_its_thought_folded(run: Run, store: Store) -> None:
    read = StepRecord("reader-1", "reader", 1, got={"found": [], "refused": 0, "reasoning": HOSTILE})
    store.step_started(read)
    store.step_done(read)
    events = told(run.pk)
    parts = live_parts(run)(Thread.planned(()).through(events), events[-1])
    assert "What the model thought (unchecked)" in parts["step-reader-1"]
    assert CHECKED_BY_NOBODY not in parts["step-reader-1"] and "<script>" not in parts["step-reader-1"]


def test_a_text_that_speaks_to_a_machine_is_told_as_an_attempt(
    signed_in: Client, run: Run, store: Store, joints: SmallWorld
) -> None:
    ended = carried(run, store, joints, answers(), note=SPEAKS_TO_A_MACHINE)
    html = signed_in.get(page_of(ended)).content.decode()
    attempt = "A part of the note that speaks to a machine was not shown to the model: it gives it an instruction."
    assert html.count(attempt) == 2, "in the thread at its step, and once at the head of the result"
    assert "note-danger held-back" in html and SPEAKS_TO_A_MACHINE not in html


@pytest.mark.parametrize(
    ("failure", "here", "above"),
    [
        (Unreachable("Away."), "The model is away. From here on by rules.", "The reasoning model stopped answering."),
        (NotValid("No."), "it was not in the form that was asked for. Done by rules.", "that could not be used"),
        (
            OverBudget("No."),
            "The tokens or the time of this run are used up.",
            "The tokens or the time allowed for the reasoning model",
        ),
    ],
)
def test_a_model_that_fails_is_told_at_its_step_and_at_the_head(
    signed_in: Client, run: Run, store: Store, joints: SmallWorld, failure: Any, here: str, above: str
) -> None:
    ended = carried(run, store, joints, {**answers(), "proposer": failure})
    text = text_of(signed_in.get(page_of(ended)))
    assert ended.outcome == "partial" and here in text and above in text


# --- what it took -------------------------------------------------------------------------


def test_tokens_seconds_and_address_stand_where_none_stood_before(signed_in: Client, argued: Run) -> None:
    text = text_of(signed_in.get(page_of(argued)))
    asked = Step.objects.filter(run=argued, tokens__gt=0).count()
    assert ("none: no model" not in text and "of 90\u202f000" in text.replace("&nbsp;", " ")) or "of 90 000" in text
    assert f"in {asked} calls" in text
    assert "reasoner-32b at 10.0.0.4, on a private network. What it was shown went there and nowhere else" in text
    assert "Outside calls the reasoning model, on a private network" in text
    assert "Reasoning model: none" not in text


def test_without_a_model_the_page_says_none(signed_in: Client, run: Run) -> None:
    from diagnosis_app.runs import worker

    worker.investigate(run.pk)
    text = text_of(signed_in.get(page_of(run)))
    assert "none: no model" in text and "Reasoning model: none" in text and "Outside calls none" in text
    assert "Written by the reasoning model" not in text


def test_a_model_that_never_answered_is_not_called_used(
    signed_in: Client, run: Run, store: Store, joints: SmallWorld
) -> None:
    ended = carried(run, store, joints, {"reader": Unreachable("Away.")})
    text = text_of(signed_in.get(page_of(ended)))
    assert "Reasoning model: reasoner-32b, on a private network: no answer came" in text
    assert "What it was shown went there" not in text


# --- the result ---------------------------------------------------------------------------


def test_each_sentence_of_the_summary_opens_to_statements_that_are_on_the_page(signed_in: Client, argued: Run) -> None:
    html = signed_in.get(page_of(argued)).content.decode()
    [sentence] = result_of(argued).panel.sentences
    assert strip_tags(html).count("Written by the reasoning model from verified statements alone.") == 1
    for cited in sentence.statements:
        assert f'href="#{cited.anchor}"' in html and f'<li id="{cited.anchor}">' in html


@pytest.mark.parametrize("change", [{"verified": False, "removed_because": "not_stated"}, {"doubted": True}])
def test_a_sentence_falls_with_any_statement_that_it_is_made_of(argued: Run, change: dict[str, Any]) -> None:
    [sentence] = result_of(argued).panel.sentences
    for row in Claim.objects.filter(candidate__run=argued):
        if f"s-{row.pk}" == sentence.statements[0].anchor:
            row.triple["doubted"] = change.get("doubted", False)
            row.verified = change.get("verified", True)
            row.save()
    assert result_of(argued).panel.sentences == ()


def test_there_is_no_summary_of_statements_that_nobody_checked(argued: Run) -> None:
    Step.objects.filter(run=argued, action="verify").update(status="started")
    assert result_of(argued).panel.sentences == ()


def test_a_moved_candidate_says_by_how_much_why_and_where_arithmetic_puts_it(signed_in: Client, argued: Run) -> None:
    term = Contribution.objects.get(candidate__run=argued, kind="model")
    moved = entry(result_of(argued), term.candidate.disease)
    assert 0 < term.value <= BOUND
    assert "The reasoning model adds +0.3: a source names Joint hypermobility in it." in moved.why
    [whole] = [one for one in moved.supports.statements if one.text.startswith("Reasoning model")]
    assert whole.text == "Reasoning model: a source names Joint hypermobility in it" and whole.value == "+0.3"
    assert whole.sources[0].quoted == "joint hypermobility"
    html = signed_in.get(page_of(argued)).content.decode()
    assert 'class="fillm"' in html and "Reasoning model plus 0.3" in html


def test_where_the_order_is_another_one_each_says_its_place_by_arithmetic(argued: Run) -> None:
    first, second = Candidate.objects.filter(run=argued).order_by("rank")[:2]
    # as if the term had lifted the second past the first
    Contribution.objects.filter(candidate__run=argued, kind="model").delete()
    lift = first.score - second.score + 0.1
    Contribution.objects.create(candidate=second, position=99, kind="model", value=lift, body={"pieces": []})
    Candidate.objects.filter(pk=second.pk).update(score=second.score + lift, rank=1)
    Candidate.objects.filter(pk=first.pk).update(rank=2)
    result = result_of(argued)
    assert "By arithmetic alone it stands at place 2 of this list." in entry(result, second.disease).by_model
    assert "By arithmetic alone it stands at place 1 of this list." in entry(result, first.disease).by_model


def test_a_proposed_disease_says_so_with_its_place_and_what_it_explains(signed_in: Client, argued: Run) -> None:
    grounded = argued.steps.get(key="proposer").detail["got"]["grounded"]
    proposed = entry(result_of(argued), grounded[0]["id"])
    assert proposed.by_model == (
        "Proposed by the reasoning model, for Broad hallux. "
        f"By arithmetic alone it stands at place {proposed.rank} of this list."
    )
    assert proposed.by_model in text_of(signed_in.get(page_of(argued)))


def test_a_name_that_is_known_here_under_no_such_name_stands_apart_in_quotation_marks(
    signed_in: Client, run: Run, store: Store, joints: SmallWorld
) -> None:
    ended = carried(run, store, joints, {**answers(), "proposer": naming})
    html = signed_in.get(page_of(ended)).content.decode()
    unknown, several = re.findall(r'<section class="sheet mt4 run-named".*?</section>', html, re.DOTALL)
    assert f'<q class="foreign" dir="auto">{MADE_UP}</q>' in unknown and "<a" not in unknown
    told_ = " ".join(re.sub("<[^>]*>", " ", unknown).split())
    assert told_.startswith("Named by the reasoning model, and known here under no such name Words of the model that")
    assert "Said to explain Broad hallux." in told_ and "bring it in" in told_ and not re.search(r"\brank|score", told_)
    assert html.count(MADE_UP) == 1, "nowhere else"
    stand_for = joints.passages.names.whole(OF_SEVERAL)
    assert [joints.diseases.ids[i] for i in stand_for] == re.findall(r'<a class="id"[^>]*>([^<]*)</a>', several)
    assert "standing here for several diseases" in several and f">{OF_SEVERAL}</q>" in several
    assert "Said to explain Broad thumb." in several
    assert [one.disease for one in Candidate.objects.filter(run=ended)] == [
        one.id for one in joints.ranker.rank(with_joints(), limit=50).candidates
    ], "none of them is a candidate"


def test_no_word_that_a_made_up_name_brought_is_on_the_page(
    signed_in: Client, run: Run, store: Store, joints: SmallWorld
) -> None:
    ended = carried(run, store, joints, {**answers(), "proposer": naming}, reasoning="Hm.")
    html = signed_in.get(page_of(ended)).content.decode()
    assert "canary" not in html.casefold() and "alert(" not in html and "gniht" not in html
    assert "2 names are not shown: names here are not made of such words." in text_of(signed_in.get(page_of(ended)))
    assert "What was named stands in the result, apart from the list." in html


def test_a_run_that_named_nothing_unknown_has_no_such_list(signed_in: Client, argued: Run) -> None:
    assert "run-named" not in signed_in.get(page_of(argued)).content.decode()


def test_nobody_else_is_called_proposed_or_moved(argued: Run) -> None:
    result = result_of(argued)
    named = {one.id for one in (*result.entries, *result.others) if one.by_model}
    assert named == {argued.steps.get(key="proposer").detail["got"]["grounded"][0]["id"]}


def test_a_doubted_statement_stands_and_is_marked(signed_in: Client, doubted: Run) -> None:
    text = text_of(signed_in.get(page_of(doubted)))
    result = result_of(doubted)
    assert result.doubted and "A second reading does not see this supported." in text
    assert "doubted by a second reading of" in text
    marked = [said_ for one in result.entries for said_ in one.supports.statements if said_.doubt]
    assert marked and all(one.sources for one in marked)


def test_a_statement_that_is_supported_in_part_says_so(run: Run, store: Store, joints: SmallWorld) -> None:
    def partly(prompt: Any, schema: Any) -> Any:
        return {"opinions": [{**one, "opinion": "partly"} for one in doubting(prompt, schema)["opinions"]]}

    ended = carried(run, store, joints, {**answers(), "second": partly})
    doubts = {said_.doubt for one in result_of(ended).entries for said_ in one.supports.statements}
    assert doubts == {"", "A second reading sees this only partly supported."}


def test_what_the_model_would_look_at_first_stands_with_the_questions(signed_in: Client, argued: Run) -> None:
    chosen = argued.steps.get(key="planner").detail["got"]["next"]
    text = text_of(signed_in.get(page_of(argued)))
    assert f"The reasoning model would look at these first: {chosen[0]['label']} {chosen[0]['term']}" in text


def test_where_it_would_look_at_nothing_more_arithmetic_still_says_what_the_best_question_is_worth(
    signed_in: Client, run: Run, store: Store, joints: SmallWorld
) -> None:
    stops = {**answers(), "planner": lambda prompt, schema: {"questions": [], "stop": "yes"}}
    ended = carried(run, store, joints, stops)
    best = ended.steps.get(key="planner").detail["got"]["best"]
    text = text_of(signed_in.get(page_of(ended)))
    worth = f"By arithmetic the best, {best['label']}, is worth {best['gain']:.2f} bits."
    assert text.count(f"The model sees no further question worth its burden. {worth}") == 2, "in the thread, and here"
    assert "The reasoning model would look at these first" not in text
    assert text.count(best["label"]) > 2, "the questions of arithmetic stay"


def test_what_it_found_stands_at_the_candidate_with_the_place_it_stands(signed_in: Client, argued: Run) -> None:
    weighed = entry(result_of(argued), APERT).weighed
    assert [one.text for one in weighed.supports] == ["Joint hypermobility (new to the sum)", "Broad hallux"]
    assert [one.text for one in weighed.missing] == ["Cutaneous syndactyly of toes"] and not weighed.against
    passage, annotation = (one.sources[0] for one in weighed.supports)
    assert passage.passage and passage.quoted == "joint hypermobility"
    assert "HP:0010055 Broad hallux" in annotation.quoted and annotation.name.startswith("HPO annotations")
    assert "HP:0010621" in weighed.missing[0].sources[0].quoted
    text = text_of(signed_in.get(page_of(argued)))
    assert text.count("What the reasoning model found") == 1, "of the others nothing stands"
    assert "2 for, 0 against, 1 not looked for" in text


def test_a_finding_that_several_sources_name_is_told_once_with_all_of_them(argued: Run) -> None:
    [step] = argued.steps.filter(action="archivist", detail__why__disease=APERT)
    other = argued.evidence.exclude(key=step.detail["got"]["supports"][0]["evidence"]).first()
    assert other is not None
    again = {"finding": "HP:0010055", "label": "Broad hallux", "evidence": other.key, "new": False}
    passage = argued.steps.filter(action="weigher", detail__why__disease=APERT).first()
    assert passage is not None
    passage.detail["got"]["supports"].append(again)
    passage.save()
    weighed = entry(result_of(argued), APERT).weighed
    [told_] = [one for one in weighed.supports if one.text == "Broad hallux"]
    assert len(told_.sources) == 2


def test_a_model_that_is_against_is_told_against(argued: Run) -> None:
    term = Contribution.objects.get(candidate__run=argued, kind="model")
    piece = {"by": "sceptic", "says": "mimic", "label": "Saethre-Chotzen syndrome", "evidence": ""}
    Contribution.objects.filter(pk=term.pk).update(value=-0.3, body={**term.body, "pieces": [piece]})
    told_ = entry(result_of(argued), term.candidate.disease)
    assert any("Saethre-Chotzen syndrome explains what it does" in one.text for one in told_.against.statements)
    assert "what the reasoning model found" in told_.why


# --- report ---------------------------------------------------------------------------------


def test_the_report_names_the_model_its_place_and_what_it_moved(argued: Run) -> None:
    text = " ".join(as_text(report_of(argued)).split())
    assert "Model: reasoner-32b at 10.0.0.4, on a private network" in text
    assert "Reasoning model: reasoner-32b at 10.0.0.4" in text and "reasoning model: none" not in text
    assert "Reasoning model +0.3" in text


def test_the_report_marks_a_statement_that_is_doubted_and_counts_them(doubted: Run) -> None:
    leader = Candidate.objects.get(run=doubted, rank=1)
    for row in leader.claims.filter(verified=True):
        row.triple["doubted"] = True
        row.save()
    report = report_of(doubted)
    assert report.closer is not None
    lines = [one for side in report.closer.sides for one in side.statements if "is documented in" in one.text]
    assert lines and all(one.doubt for one in lines)
    text = " ".join(as_text(report).split())
    assert "A second reading sees this only partly supported." in text
    assert f"{result_of(doubted).doubted} of those shown are doubted by a second reading" in text


def test_the_report_on_paper_draws_the_term_of_the_model_and_names_it(argued: Run) -> None:
    told_ = " ".join(paper(as_pdf(report_of(argued))).text.split())
    assert "reasoning model" in told_ and "Model reasoner-32b at 10.0.0.4" in told_


def test_the_report_holds_the_summary_the_plan_and_whom_it_proposed_marked_as_the_model_s(
    signed_in: Client, argued: Run
) -> None:
    report, result = report_of(argued), result_of(argued)
    assert report.of_model is not None
    [sentence] = result.panel.sentences
    proposed = entry(result, argued.steps.get(key="proposer").detail["got"]["grounded"][0]["id"])
    chosen = argued.steps.get(key="planner").detail["got"]["next"][0]
    html = signed_in.get(reverse("run_report", args=[argued.case_id, argued.pk])).content.decode()
    pdf = "".join(paper(as_pdf(report)).text.split())
    for form in (as_text(report), strip_tags(html.replace(">", "> "))):
        text = " ".join(unescape(form).split())
        assert f"“{sentence.text}” ({sentence.names})" in text
        assert "written by reasoner-32b at 10.0.0.4, on a private network from verified statements alone" in text
        assert f"{proposed.rank}. {proposed.name} ({proposed.id}). {proposed.by_model}" in text
        assert f"It would look at these first: {chosen['label']} ({chosen['term']})." in text
        assert "found 1 finding in the note that the case does not hold" in text
    assert "".join(f"“{sentence.text}”".split()) in pdf and "SaidbythereasoningmodelInshort" in pdf
    assert as_json(report)["of_model"]["summary"] == ({"text": sentence.text, "about": sentence.names},)


def test_the_report_quotes_a_name_that_is_unknown_here_and_says_what_to_do_with_it(
    run: Run, store: Store, joints: SmallWorld
) -> None:
    report = report_of(carried(run, store, joints, {**answers(), "proposer": naming}))
    text = " ".join(as_text(report).split())
    pdf = " ".join(paper(as_pdf(report)).text.split())
    for form in (text, pdf):
        assert "known here under no such name. Words of the model that nobody checked." in form
        assert f"“{MADE_UP}” Said to explain Broad hallux." in form and "canary" not in form
    ids = [joints.diseases.ids[i] for i in joints.passages.names.whole(OF_SEVERAL)]
    ours = "; ".join(f"{joints.diseases.name_of(id)} ({id})" for id in ids)
    assert f"“{OF_SEVERAL}” Said to explain Broad thumb. Here: {ours}." in text


def test_a_sentence_whose_statement_is_doubted_later_stands_in_no_report(argued: Run) -> None:
    [sentence] = result_of(argued).panel.sentences
    row = Claim.objects.get(candidate__run=argued, key=sentence.keys[0])
    row.triple["doubted"] = True
    row.save()
    report = report_of(argued)
    assert report.of_model is not None and report.of_model.summary == () and sentence.text + "”" not in as_text(report)


def test_without_a_model_the_report_says_nothing_of_one(run: Run) -> None:
    from diagnosis_app.runs import worker

    worker.investigate(run.pk)
    report = report_of(run)
    assert report.of_model is None and as_json(report)["of_model"] is None
    assert "SAID BY THE REASONING MODEL" not in as_text(report)
