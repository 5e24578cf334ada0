"""The page that compares two investigations, as it is read without a script, and the same through the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import fsum
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Evidence, Run
from tests.diagnosis_app.api.asking import NOWHERE, Asking, answer, failure
from tests.diagnosis_app.runs.conftest import CONTENT
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)
Investigate = Callable[..., Run]
FINDINGS = list(CONTENT["findings"])


def page_of(case: Case, **query: Any) -> str:
    return reverse("case_compare", args=[case.pk]) + "".join(
        f"{'&' if at else '?'}{name}={value}" for at, (name, value) in enumerate(query.items())
    )


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def pair(case: Case, investigate: Investigate) -> tuple[Run, Run]:
    return investigate(case, findings=FINDINGS[1:]), investigate(case, findings=FINDINGS)


def test_the_page_says_what_differs_how_the_ranks_moved_and_why(
    signed_in: Client, case: Case, pair: tuple[Run, Run]
) -> None:
    response = signed_in.get(page_of(case))
    text, html = text_of(response), response.content.decode()
    assert response.status_code == 200 and "Two runs of C-0001" in text
    assert "1 of 14" in text and "Broad hallux" in text
    assert re.search(r'role="img" aria-label="[^"]*Pfeiffer syndrome (rises|falls) from \d+ to \d+', html)
    assert "Term by term" in text and "largest move first" in text
    assert "Evidence only in A" in text and "Only in B" in text
    assert html.count('class="cmp-up"') > 1 and "stroke" not in html.split("<main")[1], "colours are the style sheet's"


def test_the_terms_on_the_page_add_up_as_they_are_shown(signed_in: Client, case: Case, pair: tuple[Run, Run]) -> None:
    html = signed_in.get(page_of(case)).content.decode()
    tables = re.findall(r'<table class="t t-sm cmp-sum">(.*?)</table>', html, re.S)
    assert len(tables) > 5
    for table in tables:
        body, foot = table.split("<tfoot>")
        shown = [_number(cell) for cell in re.findall(r'data-l="Change">([^<]*)</td>', body)]
        (total,) = [_number(cell) for cell in re.findall(r'data-l="Change">([^<]*)</td>', foot)]
        assert fsum(shown) == pytest.approx(total, abs=0.005 * (len(shown) + 1))


def _number(cell: str) -> float:
    return float(cell.replace("\u2212", "-"))


def test_swapping_turns_the_comparison_round(signed_in: Client, case: Case, pair: tuple[Run, Run]) -> None:
    first, second = pair
    there = signed_in.get(page_of(case)).content.decode()
    link = re.search(r'href="(\?a=[^"]+)">Swap', there)
    assert link is not None
    back = text_of(signed_in.get(reverse("case_compare", args=[case.pk]) + link[1].replace("&amp;", "&")))
    assert "Broad hallux removed" in back and "Broad hallux removed" not in text_of(signed_in.get(page_of(case)))
    assert link[1] == f"?a={second.pk}&amp;b={first.pk}"


def test_runs_are_chosen_from_a_list_without_a_script(signed_in: Client, case: Case, pair: tuple[Run, Run]) -> None:
    html = signed_in.get(page_of(case)).content.decode()
    for name, run in zip("ab", pair, strict=True):
        field = re.search(rf'<select[^>]* name="{name}">(.*?)</select>', html, re.S)
        assert field is not None and field[1].count("<option") == 2
        assert f'value="{run.pk}" selected' in field[1]


def test_two_runs_that_stood_on_the_same_are_said_to_give_the_same_list(
    signed_in: Client, case: Case, investigate: Investigate
) -> None:
    investigate(case)
    investigate(case)
    text = text_of(signed_in.get(page_of(case)))
    assert "0 of 14" in text and "Everything else being equal, the same run gives the same list." in text
    assert "Nothing differs and nothing moved: both runs give the same list." in text


def test_one_run_on_both_sides_is_called_one_run(signed_in: Client, case: Case, pair: tuple[Run, Run]) -> None:
    text = text_of(signed_in.get(page_of(case, a=pair[0].pk, b=pair[0].pk)))
    assert "This is one run on both sides." in text and "0 of 14" in text


def test_with_fewer_than_two_runs_the_page_says_what_to_do(
    signed_in: Client, case: Case, investigate: Investigate
) -> None:
    none = signed_in.get(page_of(case))
    assert none.status_code == 200 and "No investigation has ended yet" in text_of(none)
    assert f'action="{reverse("run_start", args=[case.pk])}"' in none.content.decode()
    only = investigate(case)
    text = text_of(signed_in.get(page_of(case, b=only.pk)))
    assert "One investigation has ended; two are needed" in text and "Investigate again" in text


def test_a_run_without_a_list_is_still_compared(
    signed_in: Client, actor: Actor, case: Case, investigate: Investigate
) -> None:
    investigate(case)
    runs.cancel(actor, runs.request_run(actor, case, asks=False))
    text = text_of(signed_in.get(page_of(case)))
    assert "Run B was cancelled before anything was ranked." in text and "there are no ranks to compare" in text
    assert "Evidence only in A" in text and "Term by term" not in text


def test_what_is_wrong_with_the_address_is_said_with_its_field(
    signed_in: Client, case: Case, pair: tuple[Run, Run]
) -> None:
    wrong = signed_in.get(page_of(case, a="nonsense"))
    assert wrong.status_code == 422 and "This is not the id of an investigation." in text_of(wrong)
    strange = signed_in.get(page_of(case, b=NOWHERE))
    assert strange.status_code == 404 and "There is no such investigation of this case." in text_of(strange)


def test_a_run_of_another_case_or_team_does_not_exist_here(
    client: Client, signed_in: Client, case: Case, pair: tuple[Run, Run], other_clinic: Clinic
) -> None:
    client.force_login(other_clinic.person())
    assert client.get(page_of(case)).status_code == 404


def test_the_result_and_the_tabs_lead_to_the_comparison(signed_in: Client, case: Case, pair: tuple[Run, Run]) -> None:
    html = signed_in.get(reverse("run", args=[case.pk, pair[1].pk])).content.decode()
    assert f'href="{page_of(case)}?b={pair[1].pk}">Compare</a>' in html
    assert f'href="{page_of(case)}">Compare runs</a>' in html


def test_a_hostile_name_is_shown_as_text(signed_in: Client, case: Case, pair: tuple[Run, Run]) -> None:
    Run.objects.get(pk=pair[1].pk).candidates.filter(rank__lte=3).update(name='<script>alert("x")</script> & "so"')
    body = {"disease_name": "<img src=x>", "label": "<b>bold</b>"}
    Evidence.objects.filter(run=pair[1]).update(body=body, source="<i>source</i>")
    html = signed_in.get(page_of(case)).content.decode()
    assert "<script>alert" not in html and "&lt;script&gt;alert(" in html
    assert "<img src=x>" not in html and "<b>bold" not in html and "<i>source" not in html


# --- the API ---------------------------------------------------------------------------------------


def test_a_program_reads_the_same_as_the_page(ask: Asking, case: Case, pair: tuple[Run, Run]) -> None:
    found = answer(ask.get(f"/cases/{case.pk}/compare"))
    assert [found[side]["id"] for side in ("a", "b")] == [str(run.pk) for run in pair]
    assert [row["name"] for row in found["differences"] if row["differs"]] == ["findings"]
    assert found["differing"] == 1 and found["a"]["kept"] == found["b"]["kept"] == 50
    both = [one for one in found["moves"] if one["change"] is not None]
    assert len(both) > 20
    for one in both:
        assert fsum(term["change"] for term in one["terms"]) == pytest.approx(one["score_b"] - one["score_a"], abs=1e-6)
        assert one["change"] == pytest.approx(one["score_b"] - one["score_a"])
    causes = {term["cause"] for one in both for term in one["terms"]}
    assert "finding" in causes <= {"finding", "same", "objection"}
    named = {one["id"] for one in found["moves"]}
    assert all(set(one["passed"]) <= named for one in found["moves"])
    keys = {run.pk: set(Evidence.objects.filter(run=run).values_list("key", flat=True)) for run in pair}
    first, second = (keys[run.pk] for run in pair)
    assert found["both"]["count"] == len(first & second)
    assert {one["key"] for one in found["only_b"]["pieces"]} <= second - first


def test_a_program_is_told_what_is_wrong_in_the_same_words(
    ask: Asking, stranger: Asking, case: Case, actor: Actor, investigate: Investigate
) -> None:
    path = f"/cases/{case.pk}/compare"
    failure(ask.get(path), 422, "run.nothing_to_compare")
    first, _second = investigate(case), investigate(case)
    failure(ask.get(path, a="nonsense"), 422, "input.invalid", field="a")
    failure(ask.get(path, b=NOWHERE), 404, "not_found", field="b")
    running = runs.request_run(actor, case)
    failure(ask.get(path, a=str(first.pk), b=str(running.pk)), 422, "run.not_ended", field="b")
    failure(stranger.get(path), 404, "not_found")
    assert answer(ask.get(path))["differing"] == 0
