"""A verdict: one per reader, run and disease, changed and taken back, with a trail that holds no word of a comment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.accounts.models import Role, User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit import jsonl
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Forbidden, Hidden, Invalid
from diagnosis_app.review import verdicts
from diagnosis_app.review.diseases import offered
from diagnosis_app.review.models import Verdict
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.review.judging import APERT, CROUZON, MARFAN, PFEIFFER, acting, colleague, source_of
from tests.people import Clinic
from tests.security.test_policy_over_every_route import bearer

pytestmark = pytest.mark.django_db


def at(run: Run, name: str, **more: Any) -> str:
    return reverse(name, kwargs={"case_id": run.case_id, "run_id": run.pk, **more})


def trail(verb: str) -> list[dict[str, Any]]:
    return [entry.detail for entry in Entry.objects.filter(verb=verb).order_by("seq")]


def test_a_second_verdict_of_a_reader_replaces_the_first_and_the_trail_keeps_both(actor: Actor, run: Run) -> None:
    verdicts.give(actor, run, PFEIFFER, "plausible", "Thumbs, toes.")
    verdicts.give(actor, run, PFEIFFER, "confirmed", "FGFR2 found.")
    row = Verdict.objects.get()
    assert (row.value, row.comment, row.listed) == ("confirmed", "FGFR2 found.", True)
    told = [(one["disease"], one["was"], one["now"], one["comment"]) for one in trail("verdict.give")]
    assert told == [(PFEIFFER, "", "plausible", True), (PFEIFFER, "plausible", "confirmed", True)]


def test_saying_the_same_again_leaves_no_row_in_the_trail(actor: Actor, run: Run) -> None:
    for _ in range(2):
        verdicts.give(actor, run, PFEIFFER, "unlikely", "No.")
    assert len(trail("verdict.give")) == 1


def test_readers_judge_side_by_side_and_each_takes_back_only_their_own(actor: Actor, run: Run, bo: User) -> None:
    verdicts.give(actor, run, PFEIFFER, "confirmed")
    verdicts.give(acting(bo), run, PFEIFFER, "excluded")
    verdicts.take_back(acting(bo), run, PFEIFFER)
    verdicts.take_back(acting(bo), run, PFEIFFER)  # again: nothing to take back
    assert [(one.reader_id, one.value) for one in Verdict.objects.all()] == [(actor.user_id, "confirmed")]
    assert [one["was"] for one in trail("verdict.take_back")] == ["excluded"]


def test_no_comment_reaches_the_trail(actor: Actor, run: Run) -> None:
    verdicts.give(actor, run, PFEIFFER, "plausible", "Ada Example said so")
    verdicts.give(actor, run, PFEIFFER, "confirmed", "Ada Example said more")
    verdicts.take_back(actor, run, PFEIFFER)
    assert "Ada" not in "".join(jsonl.line(entry) for entry in Entry.objects.all())


@pytest.mark.parametrize(
    ("value", "comment", "field"),
    [
        ("", "", "verdict"),
        ("certain", "", "verdict"),
        ("confirmed", "x" * 2001, "comment"),
        ("confirmed", "a\x00b", "comment"),
    ],
)
def test_a_wrong_verdict_is_refused_by_field_with_a_remedy(
    actor: Actor, run: Run, value: str, comment: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        verdicts.give(actor, run, PFEIFFER, value, comment)
    assert refused.value.field == field and refused.value.hint
    assert not Verdict.objects.exists() and not trail("verdict.give")


def test_only_what_has_ended_is_judged(actor: Actor, case: Case) -> None:
    under_way = runs.request_run(actor, case)
    with pytest.raises(Conflict) as refused:
        verdicts.give(actor, under_way, PFEIFFER, "confirmed")
    assert refused.value.code == "review.under_way"


def test_what_lies_in_the_bin_is_not_judged(actor: Actor, run: Run, case: Case) -> None:
    cases.delete_case(actor, case)
    run.refresh_from_db()
    with pytest.raises(Conflict):
        verdicts.give(actor, Run.objects.select_related("case").get(pk=run.pk), PFEIFFER, "confirmed")


def test_another_team_finds_no_run_and_a_curator_may_not_judge(run: Run, clinic: Clinic, other_clinic: Clinic) -> None:
    with pytest.raises(Hidden):
        verdicts.give(other_clinic.actor(), run, PFEIFFER, "confirmed")
    with pytest.raises(Forbidden):
        verdicts.give(clinic.actor(Role.CURATOR), run, PFEIFFER, "confirmed")


def test_a_diagnosis_that_is_not_listed_is_named_by_any_id_and_judged(actor: Actor, run: Run) -> None:
    given = verdicts.give_another(actor, run, MARFAN, "confirmed", "Lens.")
    assert (given.disease, given.name, given.listed) == (MARFAN, "Marfan syndrome", False)
    verdicts.give(actor, run, MARFAN, "plausible")
    assert Verdict.objects.get().value == "plausible"
    verdicts.take_back(actor, run, MARFAN)
    with pytest.raises(Hidden):
        verdicts.take_back(actor, run, MARFAN)


def test_a_listed_disease_is_no_other_diagnosis(actor: Actor, run: Run) -> None:
    with pytest.raises(Invalid) as refused:
        verdicts.give_another(actor, run, CROUZON, "confirmed")
    assert "at place 2" in refused.value.message


def test_a_disease_that_nobody_knows_is_refused(actor: Actor, run: Run) -> None:
    for unknown in ("OMIM:999999", "", "Marfan"):
        with pytest.raises(Invalid):
            verdicts.give_another(actor, run, unknown, "confirmed")


def test_the_number_of_named_diseases_is_bounded(actor: Actor, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "OTHERS", 1)
    verdicts.give_another(actor, run, MARFAN, "plausible")
    with pytest.raises(Invalid):
        verdicts.give_another(actor, run, "OMIM:219700", "plausible")
    verdicts.give_another(actor, run, MARFAN, "confirmed")  # the same again is no further one


def test_diseases_are_found_by_words_of_their_name_and_by_id(run: Run) -> None:
    assert offered(run, "marfan syn")[0].id == MARFAN
    assert [one.id for one in offered(run, " omim:154700 ")] == [MARFAN]
    assert offered(run, "ma") == [] and offered(run, "no such thing at all") == []


# --- the page ------------------------------------------------------------------------------


def test_the_page_takes_a_verdict_without_a_script_and_leads_back_to_its_place(signed_in: Client, run: Run) -> None:
    answer = signed_in.post(at(run, "verdict_give", disease=PFEIFFER), {"verdict": "confirmed", "comment": "Toes."})
    assert answer.status_code == 302 and answer["Location"].endswith("#v-OMIM-101600")
    page = signed_in.get(at(run, "run")).content.decode()
    assert 'value="confirmed" id="v-OMIM-101600-confirmed" checked' in page and ">Toes.</textarea>" in page
    assert "Add to the team’s cases" in page
    signed_in.post(at(run, "verdict_back", disease=PFEIFFER))
    assert not Verdict.objects.exists()


def test_with_a_script_only_the_panel_and_the_sheet_come_back(signed_in: Client, run: Run) -> None:
    url = at(run, "verdict_give", disease=APERT)
    answer = signed_in.post(url, {"verdict": "excluded"}, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in html
    assert html.startswith('<section class="vd" id="v-OMIM-101200"') or 'id="v-OMIM-101200"' in html
    assert 'id="review"' in html and 'hx-swap-oob="true"' in html and "1 verdict of yours" in html


def test_every_answer_that_shows_what_colleagues_gave_is_a_row_of_the_trail(
    signed_in: Client, run: Run, bo: User, user: User
) -> None:
    verdicts.give(acting(bo), run, PFEIFFER, "plausible", "Seen by all.")
    verdict, mark = at(run, "verdict_give", disease=PFEIFFER), at(run, "citation_mark")
    source = {"disease": PFEIFFER, "evidence": source_of(PFEIFFER), "reason": "other"}
    fragment, key = {"HX-Request": "true"}, bearer(user)
    here = {"case_id": run.case_id, "run_id": run.pk}
    put = reverse("api:give_verdict", kwargs={**here, "disease": PFEIFFER})
    ask = reverse("api:ask_second_reader", kwargs=here)
    body = {"content_type": "application/json", **key}
    asked: list[Callable[[], Any]] = [
        lambda: signed_in.post(verdict, {"verdict": "unlikely"}, headers=fragment),
        lambda: signed_in.post(verdict, {"verdict": ""}, headers=fragment),
        lambda: signed_in.post(verdict, {"verdict": ""}),
        lambda: signed_in.post(at(run, "verdict_back", disease=PFEIFFER), headers=fragment),
        lambda: signed_in.post(mark, source, headers=fragment),
        lambda: signed_in.put(put, {"verdict": "excluded"}, **body),
        lambda: signed_in.delete(put, **key),
        lambda: signed_in.get(reverse("api:get_review", kwargs=here), **key),
    ]
    for number, one in enumerate(asked, 1):
        one()
        assert [row["part"] for row in trail("run.read")] == ["review"] * number, number
    colleague("cy-third", run.team)
    verdicts.give(acting(user), run, PFEIFFER, "unlikely")
    assert signed_in.post(ask, {"reader": "cy-third"}, **body).status_code == 201
    assert len(trail("run.read")) == len(asked) + 1


def test_what_was_typed_stays_when_it_is_refused(signed_in: Client, run: Run) -> None:
    typed = {"verdict": "plausible", "comment": "y" * 2001}
    answer = signed_in.post(at(run, "verdict_give", disease=PFEIFFER), typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and "y" * 2001 in page and "Shorten it." in page
    assert 'value="plausible" id="v-OMIM-101600-plausible" checked' in page


def test_a_comment_is_shown_as_text(signed_in: Client, run: Run, bo: User) -> None:
    verdicts.give(acting(bo), run, PFEIFFER, "plausible", "<script>alert(1)</script>")
    page = signed_in.get(at(run, "run")).content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_another_diagnosis_is_picked_and_saved_without_a_script(signed_in: Client, run: Run) -> None:
    page = signed_in.get(at(run, "verdict_another"), {"q": "marfan syndrome"}).content.decode()
    assert f'value="{MARFAN}"' in page
    answer = signed_in.post(at(run, "verdict_another"), {"q": "marfan", "disease": MARFAN, "verdict": "confirmed"})
    assert answer.status_code == 302
    assert "Marfan syndrome" in signed_in.get(answer["Location"]).content.decode()
    assert "Marfan syndrome" in signed_in.get(at(run, "run")).content.decode()


def test_a_picked_disease_without_a_verdict_says_what_is_missing(signed_in: Client, run: Run) -> None:
    answer = signed_in.post(at(run, "verdict_another"), {"q": "marfan", "disease": MARFAN})
    assert answer.status_code == 422 and "No verdict was chosen." in answer.content.decode()


def test_a_run_of_another_case_is_not_found_at_this_address(
    signed_in: Client, run: Run, actor: Actor, team: Any
) -> None:
    from tests.diagnosis_app.review.judging import made_case

    other = made_case(actor, team)
    wrong = reverse("verdict_give", kwargs={"case_id": other.pk, "run_id": run.pk, "disease": PFEIFFER})
    assert signed_in.post(wrong, {"verdict": "confirmed"}).status_code == 404


def test_purging_the_case_takes_verdicts_and_comments_with_it(actor: Actor, run: Run, case: Case, bo: User) -> None:
    from tests.diagnosis_app.review.judging import asked_second

    asked_second(actor, run, bo)
    cases.delete_case(actor, case)
    cases.purge_case(actor, case, confirmed=case.reference)
    assert not Verdict.objects.exists() and not Run.objects.exists()
