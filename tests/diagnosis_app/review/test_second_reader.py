"""The second reader is blind until they commit, and so is everybody else towards them. Every door is tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from diagnosis_app.accounts.models import Membership, Role, User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit import reading
from diagnosis_app.audit.reading import Filters
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.worklist import worklist
from diagnosis_app.errors import Conflict, Hidden, Invalid
from diagnosis_app.review import blinding, citations, keeping, second, verdicts
from diagnosis_app.review.models import SecondReading, Verdict, WrongCitation
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.review.judging import (
    APERT,
    CROUZON,
    MARFAN,
    PFEIFFER,
    acting,
    asked_second,
    colleague,
    judged,
    source_of,
)
from tests.people import Clinic
from tests.security.test_policy_over_every_route import OPERATIONS, PAGES, bearer, leaves

pytestmark = pytest.mark.django_db

FIRST, SECOND = "zebra-of-the-first", "quagga-of-the-second"
VERDICTS = ("verdict.give", "verdict.take_back", "citation.mark", "citation.unmark")


@pytest.fixture
def asked(actor: Actor, run: Run, bo: User) -> Run:
    """The first reader confirmed one, named another diagnosis and marked a source; the second began."""
    asked_second(actor, run, bo)
    verdicts.give_another(actor, run, MARFAN, "plausible", FIRST)
    citations.mark(actor, run, PFEIFFER, source_of(PFEIFFER), "outdated", FIRST)
    verdicts.give(acting(bo), run, CROUZON, "excluded", SECOND)
    verdicts.give_another(acting(bo), run, "OMIM:219700", "plausible", SECOND)
    citations.mark(acting(bo), run, APERT, source_of(APERT), "not_said", SECOND)
    return run


def doors(run: Run) -> Iterator[tuple[str, str, bool]]:
    """(name, path, whether it is the API) of everything that only shows, for this case and run."""
    known = {"case_id": run.case_id, "run_id": run.pk, "disease": PFEIFFER, "number": 1}
    for pattern in leaves(get_resolver()):
        route = PAGES.get(pattern.name or "") or OPERATIONS.get(pattern.name or "")
        if route is None or route.method != "GET" or route.verb is None or pattern.name == "run_events":
            continue
        names = set(pattern.pattern.converters)
        if names <= known.keys():
            api = pattern.name in OPERATIONS
            address = f"api:{pattern.name}" if api else pattern.name
            yield str(pattern.name), reverse(address, kwargs={name: known[name] for name in names}), api


def everything_shown(user: User, run: Run) -> dict[str, str]:
    client, key = Client(), bearer(user)
    client.force_login(user)
    shown = {}
    for name, path, api in doors(run):
        for query in ("", "?state=second", "?state=open") if name == "worklist" else ("",):
            answer = client.get(path + query, **(key if api else {}))
            shown[name + query] = answer.content.decode(errors="replace")  # a PDF says what the report as text says
    return shown


def test_the_doors_are_those_that_matter(asked: Run) -> None:
    """So that the tests below cannot pass by trying nothing."""
    names = {name for name, _path, _api in doors(asked)}
    assert names >= {
        "worklist", "case", "run", "review_candidate", "investigation", "case_history", "case_export", "case_text",
        "case_phenopacket", "case_similar", "run_similar", "local_cases", "local_case_keep", "verdict_another",
        "get_run", "get_review", "get_events", "get_case", "list_runs", "export_phenopacket", "list_local_cases",
        "audit",
        "preview_local_case", "get_similar_cases",
    }  # fmt: skip


def test_no_door_shows_the_second_reader_what_the_first_made_of_it(asked: Run, bo: User, team: Any) -> None:
    Membership.objects.create(user=bo, team=team, role=Role.AUDITOR)
    for name, text in everything_shown(bo, asked).items():
        assert FIRST not in text, name
        assert "Marfan" not in text or name == "get_openapi", name
    page = everything_shown(bo, asked)["run"]
    assert SECOND in page and "Marked as wrong" in page
    assert page.count("Marked as wrong by 1 reader") == 1, "only the mark of their own"


def test_no_door_shows_the_first_reader_what_the_second_has_not_committed(asked: Run, user: User, team: Any) -> None:
    Membership.objects.create(user=user, team=team, role=Role.AUDITOR)
    for name, text in everything_shown(user, asked).items():
        assert SECOND not in text, name
        assert "Cystic fibrosis" not in text, name


def test_a_third_clinician_sees_the_first_but_not_the_uncommitted_second(asked: Run, team: Any) -> None:
    shown = everything_shown(colleague("cy-third", team), asked)["run"]
    assert FIRST in shown and SECOND not in shown


def test_after_the_commit_both_see_both_and_where_they_agree(asked: Run, user: User, bo: User) -> None:
    verdicts.give(acting(bo), asked, PFEIFFER, "confirmed")
    second.commit(acting(bo), asked)
    for reader in (user, bo):
        page = everything_shown(reader, asked)["run"]
        assert FIRST in page and SECOND in page and "Marfan" in page
        assert "the same" in page and "one reader" in page
        answer = Client().get(
            reverse("api:get_review", kwargs={"case_id": asked.case_id, "run_id": asked.pk}), **bearer(reader)
        )
        assert not answer.json()["blind"]
        assert {one["comment"] for one in answer.json()["verdicts"]} == {FIRST, SECOND, ""}


def test_a_disagreement_is_said(asked: Run, actor: Actor, bo: User) -> None:
    from diagnosis_app.review.panel import sheet_of

    verdicts.give(acting(bo), asked, PFEIFFER, "unlikely")
    second.commit(acting(bo), asked)
    sheet = sheet_of(actor, asked)
    rows = {row.name: row.same for row in sheet.compared}
    assert rows["Pfeiffer syndrome"] is False and rows["Crouzon syndrome"] is None
    assert sheet.agreement == "The same verdict on 0 of 1 diseases that several readers judged."


def test_what_is_changed_after_the_commit_says_so(asked: Run, actor: Actor, bo: User) -> None:
    from diagnosis_app.review.panel import panel_of

    second.commit(acting(bo), asked)
    verdicts.give(actor, asked, PFEIFFER, "plausible", FIRST)
    mine = panel_of(actor, asked, PFEIFFER)
    assert mine is not None and mine.mine is not None and mine.mine.late
    theirs = panel_of(actor, asked, CROUZON)
    assert theirs is not None and not theirs.others[0].late


def test_blindness_holds_for_every_run_of_the_case(asked: Run, actor: Actor, bo: User) -> None:
    again = judged(actor, asked.case)
    verdicts.give(actor, again, PFEIFFER, "confirmed", FIRST)
    verdicts.give(acting(bo), again, APERT, "plausible", SECOND)
    assert [one.comment for one in blinding.verdicts(acting(bo), again)] == [SECOND]
    assert [one.comment for one in blinding.verdicts(actor, again)] == [FIRST]


def test_a_mark_on_this_case_is_not_told_on_another_one(asked: Run, actor: Actor, bo: User, team: Any) -> None:
    from tests.diagnosis_app.review.judging import made_case

    elsewhere = judged(actor, made_case(actor, team))
    assert blinding.marks(actor, elsewhere)[0].reader_id == actor.user_id
    assert len(blinding.marks(actor, elsewhere)) == 1
    assert [one.reader_id for one in blinding.marks(acting(bo), elsewhere)] == [bo.pk]
    second.commit(acting(bo), asked)
    assert len(blinding.marks(actor, elsewhere)) == 2


def test_a_report_carries_no_verdict_while_a_reading_is_open_and_all_from_the_commit_on(asked: Run, bo: User) -> None:
    from diagnosis_app.reports.verdicts import verdicts_of

    assert verdicts_of(asked) == ()
    second.commit(acting(bo), asked)
    assert {one.comment for one in verdicts_of(asked)} == {FIRST, SECOND}
    assert ("Pfeiffer syndrome", "confirmed") in {(one.candidate, one.word) for one in verdicts_of(asked)}


# --- the trail -----------------------------------------------------------------------------


def told(user: User) -> set[tuple[str, int | None]]:
    rows = reading.matching(acting(user), Filters())
    return {(row.verb, row.actor_id) for row in rows if row.verb in VERDICTS}


def test_the_trail_is_no_way_around_for_an_auditor_who_reads_the_case(
    asked: Run, user: User, bo: User, team: Any, client: Client
) -> None:
    for person in (user, bo):
        Membership.objects.create(user=person, team=team, role=Role.AUDITOR)
    assert told(bo) == {("verdict.give", bo.pk), ("citation.mark", bo.pk)}
    assert told(user) == {("verdict.give", user.pk), ("citation.mark", user.pk)}
    client.force_login(bo)
    assert "left out for you" in client.get("/audit/").content.decode()
    second.commit(acting(bo), asked)
    assert told(bo) == told(user) and len(told(bo)) == 4
    assert "left out for you" not in client.get("/audit/").content.decode()


def test_an_auditor_who_is_no_clinician_sees_every_row(asked: Run, clinic: Clinic, user: User, bo: User) -> None:
    assert {reader for _verb, reader in told(clinic.person(Role.AUDITOR))} == {user.pk, bo.pk}


@pytest.mark.django_db(transaction=True)
def test_the_export_of_the_trail_is_blind_as_well(asked: Run, user: User, bo: User, team: Any) -> None:
    Membership.objects.create(user=bo, team=team, role=Role.AUDITOR)

    async def fetch() -> str:
        client = AsyncClient()
        await client.aforce_login(bo)
        answer = await client.post("/audit/export/")
        return b"".join([part async for part in answer.streaming_content]).decode()

    rows = [json.loads(line) for line in async_to_sync(fetch)().splitlines()]
    assert {row["actor_id"] for row in rows if row["verb"] in VERDICTS} == {bo.pk}


# --- asking, calling back, declining, committing --------------------------------------------


def test_the_request_waits_in_that_persons_worklist_and_nobody_elses(actor: Actor, run: Run, bo: User) -> None:
    assert worklist(acting(bo), state="second").counts["second"] == 0
    asked_second(actor, run, bo)
    listed = worklist(acting(bo), state="second")
    assert [row.second for row in listed.rows] == [str(run.pk)] and listed.counts["second"] == 1
    assert worklist(actor).counts["second"] == 0
    verdicts.give(acting(bo), run, CROUZON, "plausible")
    second.commit(acting(bo), run)
    assert worklist(acting(bo)).counts["second"] == 0


def test_asking_needs_a_verdict_of_ones_own(actor: Actor, run: Run, bo: User) -> None:
    with pytest.raises(Conflict) as refused:
        second.ask(actor, run, bo.username)
    assert refused.value.code == "review.no_verdict" and not SecondReading.objects.exists()


def test_only_a_clinician_of_the_team_who_has_not_judged_can_be_asked(
    actor: Actor, run: Run, bo: User, clinic: Clinic, other_clinic: Clinic
) -> None:
    verdicts.give(actor, run, PFEIFFER, "confirmed")
    nobody = [
        other_clinic.person(), clinic.person(Role.CURATOR), clinic.person(), User(username="nobody"),
    ]  # fmt: skip
    for person in nobody:
        with pytest.raises(Invalid) as refused:
            second.ask(actor, run, person.username)
        assert refused.value.field == "reader"
    verdicts.give(acting(bo), run, CROUZON, "plausible")
    with pytest.raises(Invalid):
        second.ask(actor, run, bo.username)


def test_nobody_is_asked_twice(actor: Actor, run: Run, bo: User) -> None:
    asked_second(actor, run, bo)
    with pytest.raises(Invalid):
        second.ask(actor, run, bo.username)
    assert SecondReading.objects.count() == 1


def test_a_second_reader_asks_nobody_before_committing(actor: Actor, run: Run, bo: User, team: Any) -> None:
    third = colleague("cy-third", team)
    asked_second(actor, run, bo)
    verdicts.give(acting(bo), run, CROUZON, "plausible")
    with pytest.raises(Conflict) as refused:
        second.ask(acting(bo), run, third.username)
    assert refused.value.code == "review.commit_first"


def test_committing_needs_a_verdict_and_is_done_once(actor: Actor, run: Run, bo: User) -> None:
    asked_second(actor, run, bo)
    with pytest.raises(Conflict):
        second.commit(acting(bo), run)
    verdicts.give(acting(bo), run, CROUZON, "plausible")
    second.commit(acting(bo), run)
    with pytest.raises(Hidden):
        second.commit(acting(bo), run)
    with pytest.raises(Hidden):
        second.commit(actor, run)  # who was never asked


def test_a_request_is_called_back_only_before_the_reader_has_begun(actor: Actor, run: Run, bo: User) -> None:
    asked_second(actor, run, bo)
    verdicts.give(acting(bo), run, CROUZON, "plausible")
    with pytest.raises(Conflict) as refused:
        second.recall(actor, run, bo.username)
    assert refused.value.code == "review.begun"
    verdicts.take_back(acting(bo), run, CROUZON)
    second.recall(actor, run, bo.username)
    assert not SecondReading.objects.exists()


def test_a_reader_who_left_the_team_holds_nobody_up(actor: Actor, run: Run, bo: User) -> None:
    asked_second(actor, run, bo)
    verdicts.give(acting(bo), run, CROUZON, "plausible", SECOND)
    Membership.objects.filter(user=bo).delete()
    second.recall(actor, run, bo.username)
    assert [one.reader_id for one in Verdict.objects.all()] == [actor.user_id], "never committed, never shown"


def test_only_who_asked_calls_back(actor: Actor, run: Run, bo: User, team: Any) -> None:
    asked_second(actor, run, bo)
    with pytest.raises(Hidden):
        second.recall(acting(colleague("cy-third", team)), run, bo.username)


def test_declining_deletes_what_was_not_committed(actor: Actor, run: Run, bo: User) -> None:
    asked_second(actor, run, bo)
    verdicts.give(acting(bo), run, CROUZON, "plausible", SECOND)
    second.decline(acting(bo), run)
    assert not SecondReading.objects.exists()
    assert [one.reader_id for one in Verdict.objects.all()] == [actor.user_id]


def test_a_reader_who_had_opened_a_judged_result_is_not_called_blind(actor: Actor, run: Run, bo: User) -> None:
    runs.read_run(acting(bo), run.pk)  # before any verdict: harmless
    asked_second(actor, run, bo)
    assert not SecondReading.objects.get().saw_before
    second.recall(actor, run, bo.username)
    runs.read_run(acting(bo), run.pk)
    second.ask(actor, run, bo.username)
    assert SecondReading.objects.get().saw_before


def test_a_verdict_that_was_taken_back_had_been_seen_too(actor: Actor, run: Run, bo: User) -> None:
    verdicts.give(actor, run, PFEIFFER, "confirmed", FIRST)
    runs.read_run(acting(bo), run.pk)
    verdicts.take_back(actor, run, PFEIFFER)
    asked_second(actor, run, bo)
    assert SecondReading.objects.get().saw_before


def test_a_report_shows_verdicts_as_a_result_does(actor: Actor, run: Run, bo: User) -> None:
    from diagnosis_app.reports.actions import export_report

    verdicts.give(actor, run, PFEIFFER, "confirmed", FIRST)
    export_report(acting(bo), run.case_id, run.pk, form="text")
    second.ask(actor, run, bo.username)
    assert SecondReading.objects.get().saw_before


def test_an_auditor_of_the_team_is_not_called_blind(actor: Actor, run: Run, bo: User, team: Any) -> None:
    Membership.objects.create(user=bo, team=team, role=Role.AUDITOR)
    asked_second(actor, run, bo)
    assert SecondReading.objects.get().saw_before


def test_what_only_the_reader_had_given_makes_nobody_see(actor: Actor, run: Run, bo: User) -> None:
    verdicts.give(acting(bo), run, CROUZON, "plausible")
    verdicts.take_back(acting(bo), run, CROUZON)
    runs.read_run(acting(bo), run.pk)
    asked_second(actor, run, bo)
    assert not SecondReading.objects.get().saw_before


def test_the_diagnosis_is_not_kept_while_a_reading_is_open_nor_read_blind_once_it_is_kept(
    actor: Actor, run: Run, bo: User
) -> None:
    asked_second(actor, run, bo)
    with pytest.raises(Conflict) as refused:
        keeping.offer(actor, run, PFEIFFER)
    assert refused.value.code == "review.second_open"
    second.recall(actor, run, bo.username)
    offered = keeping.offer(actor, run, PFEIFFER)
    keeping.keep(
        actor, run, PFEIFFER, gene=offered.kept.gene, consent="patient", reference="form 7", shown=offered.digest
    )
    with pytest.raises(Conflict) as refused:
        second.ask(actor, run, bo.username)
    assert refused.value.code == "review.kept"


def test_the_page_of_the_second_reader_says_so_and_commits_with_one_button(
    actor: Actor, run: Run, bo: User, case: Case, client: Client
) -> None:
    asked_second(actor, run, bo)
    client.force_login(bo)
    listed = client.get("/?state=second").content.decode()
    assert f"/runs/{run.pk}/#review" in listed
    at = {"case_id": case.pk, "run_id": run.pk}
    page = client.get(reverse("run", kwargs=at)).content.decode()
    assert "asked you on" in page and "disabled" in page.split("Commit my reading")[0][-200:]
    client.post(reverse("verdict_give", kwargs={**at, "disease": CROUZON}), {"verdict": "plausible"})
    client.post(reverse("second_commit", kwargs=at))
    reading_ = SecondReading.objects.get()
    assert reading_.committed_at is not None and reading_.committed_at <= timezone.now()
    assert FIRST in client.get(reverse("run", kwargs=at)).content.decode()


def test_a_form_of_a_reading_that_is_open_no_more_gives_nothing(
    actor: Actor, run: Run, bo: User, client: Client
) -> None:
    asked_second(actor, run, bo)
    client.force_login(bo)
    at = {"case_id": run.case_id, "run_id": run.pk}
    pages = [
        client.get(reverse("run", kwargs=at)).content.decode(),
        client.get(reverse("verdict_another", kwargs=at), {"q": "marfan syndrome"}).content.decode(),
    ]
    field = f'name="reading" value="{SecondReading.objects.get().pk}"'
    forms = [part.split("</form>")[0] for page in pages for part in page.split("<form")[1:]]
    for name in ("verdict_give", "citation_mark", "verdict_another"):
        address = reverse(name, kwargs={**at, "disease": CROUZON} if name == "verdict_give" else at)
        posted = [form for form in forms if 'method="post"' in form and f'action="{address}"' in form]
        assert posted and all(field in form for form in posted), name
    stale = {"verdict": "plausible", "comment": SECOND, "reading": str(SecondReading.objects.get().pk)}
    second.recall(actor, run, bo.username)
    give = reverse("verdict_give", kwargs={**at, "disease": CROUZON})
    answer = client.post(give, stale)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Nothing was saved." in page and SECOND in page, "what was typed stays"
    assert 'name="reading"' not in page
    assert "Nothing was saved." in client.post(give, stale, headers={"HX-Request": "true"}).content.decode()
    another = client.post(reverse("verdict_another", kwargs=at), {**stale, "disease": MARFAN, "q": "marfan"})
    mark = {"disease": PFEIFFER, "evidence": source_of(PFEIFFER), "reason": "other", **stale}
    assert another.status_code == client.post(reverse("citation_mark", kwargs=at), mark).status_code == 409
    assert [one.reader_id for one in Verdict.objects.all()] == [actor.user_id]


def test_marks_of_a_reading_that_was_declined_go_with_it(actor: Actor, run: Run, bo: User, team: Any) -> None:
    from tests.diagnosis_app.review.judging import made_case

    elsewhere = judged(actor, made_case(actor, team))
    citations.mark(acting(bo), elsewhere, PFEIFFER, source_of(PFEIFFER), "other", "elsewhere")
    citations.mark(acting(bo), run, CROUZON, source_of(CROUZON), "other", "before")
    asked_second(actor, run, bo)
    citations.mark(acting(bo), run, APERT, source_of(APERT), "not_said", SECOND)
    second.decline(acting(bo), run)
    assert {one.comment for one in WrongCitation.objects.all()} == {"elsewhere", "before"}


def test_a_reader_who_only_marked_has_begun_and_who_left_takes_the_marks_along(
    actor: Actor, run: Run, bo: User
) -> None:
    asked_second(actor, run, bo)
    citations.mark(acting(bo), run, APERT, source_of(APERT), "not_said", SECOND)
    with pytest.raises(Conflict) as refused:
        second.recall(actor, run, bo.username)
    assert refused.value.code == "review.begun"
    User.objects.filter(pk=bo.pk).update(is_active=False)
    second.recall(actor, run, bo.username)
    assert not WrongCitation.objects.exists() and not SecondReading.objects.exists()


@pytest.mark.parametrize("gone", ["asker", "reader"])
@pytest.mark.parametrize("how", ["inactive", "left"])
def test_what_nobody_can_end_any_clinician_of_the_team_calls_back(
    actor: Actor, run: Run, bo: User, user: User, team: Any, client: Client, gone: str, how: str
) -> None:
    asked_second(actor, run, bo)
    third = colleague("cy-third", team)
    left = user if gone == "asker" else bo
    if how == "left":
        Membership.objects.filter(user=left).delete()
    else:
        User.objects.filter(pk=left.pk).update(is_active=False)
    client.force_login(third)
    page = client.get(reverse("run", kwargs={"case_id": run.case_id, "run_id": run.pk})).content.decode()
    assert "Call back" in page
    second.recall(acting(third), run, bo.username)
    assert not SecondReading.objects.exists()


def test_a_case_in_the_bin_waits(actor: Actor, run: Run, bo: User, case: Case) -> None:
    asked_second(actor, run, bo)
    cases.delete_case(actor, case)
    assert worklist(acting(bo)).counts["second"] == 0
