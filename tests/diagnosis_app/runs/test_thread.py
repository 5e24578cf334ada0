"""The page is a fold of the events: whatever the order of arrival allows, however often it is drawn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agents.contract import EventType
from diagnosis_app.runs.narration import line, reason, removal
from diagnosis_app.runs.thread import DONE, ENDED, FAILED, LATER, NOW, QUEUED, RUNNING, Thread, Told

PLAN = ("rank", "weigh", "verify")
AT = datetime(2026, 11, 20, 14, 34, 38, tzinfo=UTC)
LEADERS = [{"rank": 1, "id": "OMIM:101200", "name": "Apert syndrome", "score": 11.4, "parts": []}]


def step(type: EventType, action: str, **more: Any) -> tuple[EventType, dict[str, Any]]:
    return type, {"key": action, "action": action, "seq": 1, "why": {"present": 7, "excluded": 2}, **more}


TOLD = [
    Told(seq, type, payload, AT)
    for seq, (type, payload) in enumerate(
        [
            (EventType.QUEUED, {"version": 1}),
            (EventType.STARTED, {}),
            step(EventType.STEP_STARTED, "rank"),
            (EventType.RANKED, {"leaders": LEADERS}),
            step(EventType.STEP_DONE, "rank", got={"total": 8351, "outcome": "ranked"}, seconds=0.1),
            (EventType.RESUMED, {}),
            step(EventType.STEP_STARTED, "weigh"),
            step(EventType.STEP_DONE, "weigh", got={"statements": 130, "sources": 180}, seconds=0.2),
            step(EventType.STEP_STARTED, "verify"),
            step(EventType.STEP_FAILED, "verify", got={}, seconds=0.3, error={"message": "It broke."}),
            (EventType.ENDED, {"outcome": "failed", "reasons": [], "error": {}}),
        ],
        start=1,
    )
]


def states(thread: Thread) -> list[str]:
    return [one.state for one in thread.steps]


def test_a_run_that_was_only_requested_shows_its_plan() -> None:
    thread = Thread.planned(PLAN).through(TOLD[:1])
    assert thread.state == QUEUED and thread.under_way and states(thread) == [LATER] * 3


def test_each_event_moves_the_page_on() -> None:
    thread = Thread.planned(PLAN).through(TOLD[:3])
    assert thread.state == RUNNING and states(thread) == [NOW, LATER, LATER] and thread.leaders == ()
    thread = thread.through(TOLD[3:7])
    assert states(thread) == [DONE, NOW, LATER] and thread.leaders == tuple(LEADERS)
    assert thread.resumed == 1 and thread.seconds == 0.1
    thread = thread.through(TOLD[7:])
    assert thread.state == ENDED and states(thread) == [DONE, DONE, FAILED] and thread.outcome == "failed"


def test_folding_in_pieces_or_twice_gives_the_same_page() -> None:
    whole = Thread.planned(PLAN).through(TOLD)
    for cut in range(len(TOLD) + 1):
        part = Thread.planned(PLAN).through(TOLD[:cut])
        assert part.through(TOLD) == whole
        assert part.through(TOLD[:cut]) == part


def test_what_never_began_is_not_still_to_come_after_the_end() -> None:
    ended = Told(2, EventType.ENDED, {"outcome": "cancelled", "reasons": [], "error": {}}, AT)
    thread = Thread.planned(PLAN).through([TOLD[0], ended])
    assert thread.steps == () and not thread.under_way


def test_a_step_that_was_cut_off_is_not_shown_as_under_way() -> None:
    ended = Told(4, EventType.ENDED, {"outcome": "cancelled", "reasons": [], "error": {}}, AT)
    thread = Thread.planned(PLAN).through([*TOLD[:3], ended])
    assert states(thread) == [FAILED] and line(thread.steps[0]).got == "Not finished."


def test_a_step_that_was_not_planned_stands_before_those_to_come() -> None:
    more = Told(3, *step(EventType.STEP_STARTED, "challenge"), AT)
    thread = Thread.planned(PLAN).through([*TOLD[:2], more])
    assert [one.action for one in thread.steps] == ["challenge", "rank", "weigh", "verify"]


def test_an_event_that_is_not_known_is_passed_over() -> None:
    strange = Told(3, "step.wondered", {"about": "nothing"}, AT)
    thread = Thread.planned(PLAN).through([*TOLD[:2], strange])
    assert states(thread) == [LATER] * 3 and thread.seq == 3


def thought(seq: int, text: str, key: str = "reader-1") -> Told:
    return Told(seq, EventType.THOUGHT, {"key": key, "action": "reader", "text": text}, AT)


READING = {"key": "reader-1", "action": "reader", "seq": 1, "why": {}}
THINKING = [*TOLD[:2], Told(3, EventType.STEP_STARTED, READING, AT), thought(4, "It may "), thought(5, "be so.")]


def test_what_the_model_thinks_is_put_together_in_its_step() -> None:
    thread = Thread.planned(PLAN).through(THINKING)
    assert [one.thought for one in thread.steps] == ["It may be so.", "", "", ""]
    assert thread.through([*THINKING, thought(5, "be so.")]) == thread, "told twice, it is there once"


def test_thinking_ends_with_its_step_and_what_belongs_to_none_is_in_none() -> None:
    done = Told(6, EventType.STEP_DONE, {**READING, "got": {"found": []}, "seconds": 1.0}, AT)
    thread = Thread.planned(PLAN).through([*THINKING, done, thought(7, "Late."), thought(8, "Whose?", "nobody")])
    assert [one.thought for one in thread.steps] == ["It may be so.", "", "", ""] and thread.seq == 8


def test_what_the_model_is_asked_is_no_step_of_the_budget() -> None:
    done = Told(6, EventType.STEP_DONE, {**READING, "got": {"found": []}, "seconds": 1.0}, AT)
    assert Thread.planned(PLAN).through([*THINKING, done]).done == 0


def test_steps_are_told_in_sentences_without_figures_of_their_own() -> None:
    thread = Thread.planned(PLAN).through(TOLD)
    said = [line(one) for one in thread.steps]
    assert said[0].why == "7 findings present, 2 looked for and absent, compared with every disease."
    assert said[1].got == "130 statements; 180 sources read." and said[1].time == "0.2 s"
    assert said[2].got == "It broke."


def test_every_code_has_words() -> None:
    from agents.contract import Reason, Removal

    for code in (*Reason, "no_findings", "too_few_findings", "too_few_specific_findings", "run.out_of_steps"):
        assert reason(str(code)) != str(code)
    for code in Removal:
        assert removal(str(code)) != str(code)


def test_another_worker_that_asks_again_begins_its_thought_anew() -> None:
    def thought(seq: int, text: str, attempt: str) -> Told:
        payload = {"key": "sceptic-1", "action": "sceptic", "text": text, "attempt": attempt}
        return Told(seq, EventType.THOUGHT, payload, AT)

    begun = Told(1, EventType.STEP_STARTED, {"key": "sceptic-1", "action": "sceptic", "why": {}}, AT)
    thread = Thread.planned(()).through([begun, thought(2, "It is ", "a"), thought(3, "Apert.", "a")])
    assert thread.steps[0].thought == "It is Apert."
    assert thread.after(thought(4, "No: ", "b")).after(thought(5, "Pfeiffer.", "b")).steps[0].thought == "No: Pfeiffer."
