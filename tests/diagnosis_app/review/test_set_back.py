"""What a team marked as wrong is read last in its later investigations: seen, reversible, and told to nobody blind."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.accounts.models import Role, User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Forbidden, Hidden
from diagnosis_app.review import citations, second, set_back, verdicts
from diagnosis_app.review.counting import in_force
from diagnosis_app.review.models import WrongCitation
from diagnosis_app.runs.models import Candidate, Contribution, Evidence, Run
from tests.diagnosis_app.review.judging import (
    APERT,
    CROUZON,
    PFEIFFER,
    acting,
    asked_second,
    colleague,
    judged,
    made_case,
    source_of,
)
from tests.people import Clinic

pytestmark = pytest.mark.django_db
KEY, PASSAGE = "a" * 64, "0123456789abcdef"


def cites(run: Run, disease: str = PFEIFFER, *, key: str = KEY, passage: str = PASSAGE) -> Run:
    """The result cites a passage about the disease."""
    text = "In Pfeiffer syndrome the thumbs are broad. Teeth are normal."
    Evidence.objects.create(
        run=run, key=key, kind="passage", source="Journal", version="2024", locator=f"passage {passage}",
        quote="Teeth are normal.", span={"start": 43, "end": 60},
        body={"disease": disease, "disease_name": "Pfeiffer syndrome", "document": "made:1", "passage": passage,
              "title": "On thumbs", "text": text, "start": 0},
    )  # fmt: skip
    candidate = Candidate.objects.get(run=run, disease=disease)
    Contribution.objects.create(candidate=candidate, position=9, kind="finding", value=0.0, evidence_key=key)
    return run


@pytest.fixture
def cited(run: Run) -> Run:
    return cites(run)


@pytest.fixture
def curator(team: Any) -> User:
    return colleague("cy-curator", team, Role.CURATOR)


def page(user: User, query: str = "") -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("set_back") + query)
    assert answer.status_code == 200
    return answer.content.decode()


# --- what counts ---------------------------------------------------------------------------


def test_a_mark_at_a_passage_counts_for_its_disease_and_team_alone(
    actor: Actor, cited: Run, other_clinic: Clinic
) -> None:
    assert in_force(cited.team_id) == {}
    citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    assert in_force(cited.team_id) == {PFEIFFER: [PASSAGE]}
    assert in_force(other_clinic.team.pk) == {}


def test_a_mark_at_what_is_no_passage_sets_nothing_back(actor: Actor, cited: Run) -> None:
    citations.mark(actor, cited, PFEIFFER, source_of(PFEIFFER), "not_said")
    assert in_force(cited.team_id) == {} and set_back.listed(actor) == []


def test_a_mark_taken_back_on_the_result_stops_counting(actor: Actor, cited: Run) -> None:
    citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    citations.unmark(actor, cited, PFEIFFER, KEY)
    assert in_force(cited.team_id) == {}


def test_marks_rest_with_their_case_in_the_bin(actor: Actor, cited: Run) -> None:
    from diagnosis_app.cases import actions as cases

    citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    cases.delete_case(actor, cited.case)
    assert in_force(cited.team_id) == {} and set_back.listed(actor) == []
    cited.case.refresh_from_db()
    cases.restore_case(actor, cited.case)
    assert in_force(cited.team_id) == {PFEIFFER: [PASSAGE]}


def test_the_mark_of_somebody_blind_counts_from_the_commit_on(actor: Actor, cited: Run, bo: User) -> None:
    asked_second(actor, cited, bo)
    citations.mark(acting(bo), cited, PFEIFFER, KEY, "not_said")
    assert in_force(cited.team_id) == {}
    assert set_back.listed(actor) == [], "nobody else sees it"
    (own,) = set_back.listed(acting(bo))
    assert own.marks[0].since is None and "Does not count yet" in page(bo)
    verdicts.give(acting(bo), cited, PFEIFFER, "plausible")
    second.commit(acting(bo), cited)
    assert in_force(cited.team_id) == {PFEIFFER: [PASSAGE]}
    (row,) = set_back.listed(actor)
    assert row.marks[0].since is not None and row.marks[0].since > row.marks[0].at


def test_somebody_blind_sees_no_mark_of_that_case(actor: Actor, cited: Run, bo: User) -> None:
    citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    asked_second(actor, cited, bo)
    assert set_back.listed(acting(bo)) == [] and "On thumbs" not in page(bo)
    assert in_force(cited.team_id) == {PFEIFFER: [PASSAGE]}, "it was given openly, and goes on counting"


# --- who stops it --------------------------------------------------------------------------


def test_who_marked_takes_it_back_and_all_of_their_marks_at_this_passage(
    actor: Actor, cited: Run, team: Any, bo: User
) -> None:
    again = cites(judged(actor, made_case(actor, team)), key="b" * 64)
    citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    citations.mark(actor, again, PFEIFFER, "b" * 64, "outdated")
    citations.mark(acting(bo), cited, PFEIFFER, KEY, "other")
    (row,) = set_back.listed(actor)
    assert [(one.own, one.word) for one in row.marks] == [(False, "another reason"), (True, "it is outdated")]
    set_back.stop(actor, row.marks[1].id)
    assert [one.reader_id for one in WrongCitation.objects.all()] == [bo.pk]
    assert Entry.objects.filter(verb="citation.unmark").count() == 2
    assert in_force(cited.team_id) == {PFEIFFER: [PASSAGE]}, "the colleague's stands"


def test_a_colleague_without_the_role_stops_nobody_elses(actor: Actor, cited: Run, bo: User) -> None:
    mark = citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    assert set_back.listed(acting(bo))[0].marks[0].may == "" and "Take back" not in page(bo)
    with pytest.raises(Forbidden):
        set_back.stop(acting(bo), mark.pk)
    assert in_force(cited.team_id)


def test_a_curator_overrules_it_and_its_words_stay(actor: Actor, cited: Run, curator: User, bo: User) -> None:
    mark = citations.mark(actor, cited, PFEIFFER, KEY, "not_said", "Ada says otherwise.")
    shown = page(curator)
    assert "Overrule" in shown and "Ada says" not in shown, "a comment is a patient's text"
    assert f"/runs/{cited.pk}/" not in shown
    set_back.stop(acting(curator), mark.pk)
    assert in_force(cited.team_id) == {}
    mark.refresh_from_db()
    assert mark.comment == "Ada says otherwise." and mark.overruled_by == curator
    entry = Entry.objects.get(verb="set_back.overrule")
    assert entry.object == f"run:{cited.pk}" and entry.detail["reader"] == mark.reader.username
    assert "Overruled by" in page(bo) and "Ada says otherwise." in page(bo)
    citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    assert in_force(cited.team_id) == {PFEIFFER: [PASSAGE]}, "said again, it counts again"


def test_another_team_neither_sees_nor_stops_it(actor: Actor, cited: Run, other_clinic: Clinic) -> None:
    mark = citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    for role in (Role.CLINICIAN, Role.CURATOR):
        stranger = acting(other_clinic.person(role))
        assert set_back.listed(stranger) == []
        with pytest.raises(Hidden):
            set_back.stop(stranger, mark.pk)


def test_a_mark_at_what_is_no_passage_is_not_stopped_here(actor: Actor, cited: Run) -> None:
    mark = citations.mark(actor, cited, PFEIFFER, source_of(PFEIFFER), "not_said")
    with pytest.raises(Hidden):
        set_back.stop(actor, mark.pk)
    assert WrongCitation.objects.exists()


# --- how it is shown -----------------------------------------------------------------------


def test_the_page_says_what_why_who_and_since_when(actor: Actor, user: User, cited: Run) -> None:
    assert "No passage is set back" in page(user)
    citations.mark(actor, cited, PFEIFFER, KEY, "other_disease", "See <2023>.")
    shown = page(user)
    for words in ("Pfeiffer syndrome", PFEIFFER, "On thumbs", "<mark>Teeth are normal.</mark>", "it speaks of another "
                  "disease", "Counts in investigations begun since", "Take back", "See &lt;2023&gt;."):  # fmt: skip
        assert words in shown, words
    assert Entry.objects.filter(verb="set_back.list").exists()


def test_the_way_from_a_step_shows_what_it_tells_of(actor: Actor, user: User, cited: Run) -> None:
    cites(cited, CROUZON, key="c" * 64, passage="f" * 16)
    citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    citations.mark(actor, cited, CROUZON, "c" * 64, "not_said")
    assert len(set_back.listed(actor)) == 2
    assert [row.passage for row in set_back.listed(actor, [PASSAGE])] == [PASSAGE]
    shown = page(user, f"?passage={PASSAGE}")
    assert PFEIFFER in shown and CROUZON not in shown and "Show all" in shown
    assert "None of these is marked any more" in page(user, "?passage=nothing")


def test_pressing_the_button_takes_it_back(actor: Actor, user: User, cited: Run) -> None:
    mark = citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    client = Client()
    client.force_login(user)
    assert client.post(reverse("set_back_stop", args=[mark.pk])).url == reverse("set_back")
    assert not WrongCitation.objects.exists()


def test_a_binned_or_blind_case_never_hides_a_mark_at_another(
    actor: Actor, case: Case, cited: Run, bo: User, team: Any
) -> None:
    """The blind reader of one case still sees what was marked on others."""
    elsewhere = cites(judged(actor, made_case(actor, team)), APERT, key="d" * 64, passage="e" * 16)
    citations.mark(actor, cited, PFEIFFER, KEY, "not_said")
    citations.mark(actor, elsewhere, APERT, "d" * 64, "not_said")
    verdicts.give(actor, cited, PFEIFFER, "confirmed")
    second.ask(actor, cited, bo.username)
    assert [row.disease for row in set_back.listed(acting(bo))] == [APERT]
