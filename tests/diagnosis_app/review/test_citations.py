"""A mark at a wrong citation: the team sees it from then on, its author takes it back, nothing is ranked by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit import jsonl
from diagnosis_app.audit.models import Entry
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.review import blinding, citations
from diagnosis_app.review.models import WrongCitation
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.review.judging import APERT, PFEIFFER, acting, judged, made_case, source_of
from tests.people import Clinic

pytestmark = pytest.mark.django_db
KEY = source_of(PFEIFFER)


def test_a_mark_is_seen_by_the_team_on_this_run_and_later_ones_of_any_case(
    actor: Actor, run: Run, bo: User, team: Any
) -> None:
    earlier = run
    later = judged(actor, made_case(actor, team))
    citations.mark(actor, later, PFEIFFER, KEY, "outdated", "See 2023.")
    assert blinding.marks(acting(bo), earlier) == []
    assert [one.comment for one in blinding.marks(acting(bo), later)] == ["See 2023."]
    after = judged(actor, made_case(actor, team))
    assert [one.comment for one in blinding.marks(acting(bo), after)] == ["See 2023."]


def test_readers_are_counted_once_each(actor: Actor, run: Run, bo: User, team: Any) -> None:
    from diagnosis_app.review.panel import marked_of

    again = judged(actor, run.case)
    for reader in (actor, acting(bo)):
        for one in (run, again):
            citations.mark(reader, one, PFEIFFER, KEY, "other")
    assert marked_of(actor, again, PFEIFFER, KEY).count == 2


def test_only_the_author_takes_a_mark_back(actor: Actor, run: Run, bo: User) -> None:
    citations.mark(actor, run, PFEIFFER, KEY, "not_said")
    with pytest.raises(Hidden):
        citations.unmark(acting(bo), run, PFEIFFER, KEY)
    citations.unmark(actor, run, PFEIFFER, KEY)
    assert not WrongCitation.objects.exists()
    assert [one.verb for one in Entry.objects.filter(verb__startswith="citation.").order_by("seq")] == [
        "citation.mark",
        "citation.unmark",
    ]


def test_only_what_a_statement_about_it_cites_is_marked(actor: Actor, run: Run) -> None:
    for disease, key in ((APERT, KEY), (PFEIFFER, "f" * 64), ("OMIM:154700", KEY)):
        with pytest.raises(Hidden):
            citations.mark(actor, run, disease, key, "other")


@pytest.mark.parametrize(
    ("reason", "comment", "field"), [("", "", "reason"), ("silly", "", "reason"), ("other", "x" * 2001, "comment")]
)
def test_a_wrong_mark_is_refused_by_field(actor: Actor, run: Run, reason: str, comment: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        citations.mark(actor, run, PFEIFFER, KEY, reason, comment)
    assert refused.value.field == field and not WrongCitation.objects.exists()


def test_no_word_of_a_comment_reaches_the_trail(actor: Actor, run: Run) -> None:
    citations.mark(actor, run, PFEIFFER, KEY, "other", "Ada Example said so")
    assert "Ada" not in "".join(jsonl.line(entry) for entry in Entry.objects.all())


def test_taking_back_leaves_marks_on_later_runs(actor: Actor, run: Run) -> None:
    later = judged(actor, run.case)
    for one in (run, later):
        citations.mark(actor, one, PFEIFFER, KEY, "other")
    citations.unmark(actor, run, PFEIFFER, KEY)
    assert [one.run_id for one in WrongCitation.objects.all()] == [later.pk]
    citations.mark(actor, run, PFEIFFER, KEY, "other")
    citations.unmark(actor, later, PFEIFFER, KEY)
    assert not WrongCitation.objects.exists(), "both are shown on the later one"


def test_another_team_sees_and_gets_nothing_of_it(actor: Actor, run: Run, other_clinic: Clinic) -> None:
    citations.mark(actor, run, PFEIFFER, KEY, "other")
    theirs = judged(other_clinic.actor(), made_case(other_clinic.actor(), other_clinic.team))
    assert blinding.marks(other_clinic.actor(), theirs) == []


def test_the_order_of_the_candidates_stays(actor: Actor, run: Run, signed_in: Client) -> None:
    from diagnosis_app.runs.result import result_of

    before = [(one.rank, one.id, one.score) for one in result_of(run).entries]
    citations.mark(actor, run, PFEIFFER, KEY, "not_said")
    assert [(one.rank, one.id, one.score) for one in result_of(run).entries] == before


def test_the_page_marks_without_a_script_and_shows_it_at_the_statement(run: Run, user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    at = {"case_id": run.case_id, "run_id": run.pk}
    page = client.get(reverse("run", kwargs=at)).content.decode()
    form = page.split('class="mk-d"')[1].split("</form>")[0]
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    sent = {"csrfmiddlewaretoken": token, "disease": PFEIFFER, "evidence": KEY, "reason": "outdated"}
    answer = client.post(reverse("citation_mark", kwargs=at), sent)
    assert answer.status_code == 302 and answer["Location"].endswith("#c1")
    page = client.get(reverse("run", kwargs=at)).content.decode()
    assert "Source 1 marked as wrong by 1 reader" in page and "Take my mark back" in page


def test_a_page_names_each_place_of_a_source_once(signed_in: Client, run: Run) -> None:
    import re

    page = signed_in.get(reverse("run", kwargs={"case_id": run.case_id, "run_id": run.pk})).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
