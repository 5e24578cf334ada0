"""The page Evaluation: what it shows of a run, of two, and of none; who may see it; what it never does."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from diagnosis_app.accounts.models import Role
from diagnosis_app.evaluation import actions, summary
from diagnosis_app.evaluation.models import EvaluationRun
from diagnosis_app.evaluation.summary import Judged
from retrieval.evaluation import SolvedCase, StratumOf
from retrieval.evaluation.bench import Outcome
from retrieval.model import Profile
from tests.people import Clinic

pytestmark = pytest.mark.django_db

NASTY = '<script>alert("1")</script>&"\''


def judged(shift: float = 0.0, *, stated: bool = True, cases: int = 60) -> list[Judged]:
    """Sixty cases of twenty papers with ranks 1 to 12, some of which are misses."""
    found = []
    for at in range(cases):
        case = SolvedCase(f"case {at}", Profile(), (f"OMIM:{100 + at % 9}",), (f"PMID:{at % 20}",))
        rank = 1.0 + at % 12 + shift
        outcome = Outcome(
            rank=rank, rank_omim=rank, near=1.0 + at % 3, findings=1 + at % 25, systems=("HP:0000707",),
            stated=(at % 10) / 10 if stated else None, word="likely" if stated else "", before=2.0, after=2.0,
            lowered=False, seconds=0.01,
        )  # fmt: skip
        if at % 15 == 14:
            outcome = Outcome(failed="diagnosis_not_in_knowledge")
        found.append(Judged(case, StratumOf(at % 5 > 0, at % 3), outcome))
    return found


def stored(*, name: str = "cases.zip", protocol: str = "publication-blind", who: str = "root", **more: Any) -> Any:
    found = judged(**more)
    document = {
        "cases": [
            {
                "id": one.case.id,
                "publications": list(one.case.publications),
                "diagnoses": list(one.case.diagnoses),
                "rank": one.outcome.rank if one.outcome.rank < 1e9 else None,
                "diagnosable": one.stratum.diagnosable,
                "published_cases": one.stratum.published_cases,
            }
            for one in found
        ],
        "summary": summary.summary(found, system_name=lambda _: "Nervous system"),
        "versions": {
            "clew": "0.1.0",
            "code": "c" * 16,
            "snapshot": "d" * 16,
            "sources": {"hpo": "2030-01-01"},
            "ranker": "likelihood",
            "protocol": protocol,
            "strata": {"annotations": "2025-01-16"},
            "cases": {"name": name, "count": len(found), "digest": "e" * 16, "limit": 0},
            "bank": {"name": name, "cases": 7, "digest": "f" * 16},
            "matched": [],
            "genes": 0,
            "seed": 0,
        },
        "seconds": 12.5,
    }
    return actions.store(who, json.loads(json.dumps(document)))


def shown(client: Client, query: str = "") -> str:
    page = client.get(f"/evaluation/{query}")
    assert page.status_code == 200
    return str(page.content.decode())


def test_without_a_run_the_page_says_so_and_names_the_command(signed_in):
    page = shown(signed_in)
    assert "No run yet" in page and "manage.py benchmark ranking CASES" in page


@pytest.mark.parametrize("role", list(Role))
def test_everybody_who_is_signed_in_may_read_and_finds_the_entry_in_the_bar(client: Client, clinic: Clinic, role):
    stored()
    client.force_login(clinic.person(role))
    assert "Was the diagnosis on the list?" in shown(client)
    assert 'href="/evaluation/" aria-current="page"' in shown(client)


def test_a_stranger_and_an_account_without_a_role_are_not_shown_anything(client: Client, make_user, db):
    stored()
    assert client.get("/evaluation/").status_code == 302
    client.force_login(make_user("nobody"))
    assert client.get("/evaluation/").status_code == 403
    assert client.get("/evaluation/table/").status_code == 403


def test_the_figures_on_the_page_are_those_of_the_run(signed_in):
    run = stored()
    figures = run.summary["strata"]["diagnosable"]["merged"]["balanced"]
    page = shown(signed_in)
    for share in (figures["r1"], figures["r3"], figures["r10"], figures["mrr"]):
        assert f">{share['value']:.2f}<" in page
    assert f"{figures['r10']['low']:.2f} to {figures['r10']['high']:.2f}" in page


def test_another_weighting_is_another_figure(signed_in):
    run = stored()
    for by in ("balanced", "macro", "per_case"):
        value = run.summary["strata"]["all"]["merged"][by]["mrr"]["value"]
        assert f">{value:.2f}<" in shown(signed_in, f"?by={by}")
        assert f'by={by}" aria-current="true"' in shown(signed_in, f"?by={by}")
    assert 'by=balanced" aria-current="true"' in shown(signed_in, "?by=nonsense")


def test_misses_words_and_the_harm_of_saying_more_are_told(signed_in):
    stored()
    page = shown(signed_in)
    assert "The diagnosis is not in the knowledge" in page
    assert "puts the true disease lower in 0.0 % of 56 cases" in page
    assert "First candidate called" in page and "Likely" in page


def test_a_ranking_that_states_no_probabilities_is_held_to_none(signed_in):
    stored(stated=False)
    assert "No probabilities" in shown(signed_in)


def test_a_run_that_is_not_blind_is_marked(signed_in):
    stored(protocol="as-is")
    assert "Not blinded." in shown(signed_in)


def test_two_runs_are_compared_on_the_cases_they_share(signed_in):
    first, second = stored(shift=0.0), stored(shift=3.0)
    page = shown(signed_in, f"?run={first.pk}&with={second.pk}")
    assert f"What changed against run {second.pk}" in page
    assert "+0." in page and "\u22120." not in page.split("What changed")[1].split("</table>")[0]
    back = shown(signed_in, f"?run={second.pk}&with={first.pk}")
    assert "\u22120." in back.split("What changed")[1].split("</table>")[0]
    assert "What changed" not in shown(signed_in, f"?run={first.pk}&with={first.pk}")


def test_runs_without_a_case_in_common_are_not_compared(signed_in):
    first, second = stored(), stored()
    EvaluationRun.objects.filter(pk=second.pk).update(ranks=[])
    assert "share no case" in shown(signed_in, f"?run={first.pk}&with={second.pk}")


@pytest.mark.parametrize("query", ["?run=999999", "?run=x", "?run=-1", "?run=1e3", "?run=" + "9" * 30, "?with=٣"])
def test_a_run_that_is_not_there_is_not_there(signed_in, query):
    stored()
    assert signed_in.get(f"/evaluation/{query}").status_code == 404


def test_names_from_outside_are_text_wherever_they_stand(signed_in):
    stored(name=NASTY, who=NASTY)
    run = stored(name=NASTY)
    found = run.summary
    found["by_system"] = [{"name": NASTY, "cases": 3, "r10": 0.5}]
    found["misses"] = {NASTY: 3}
    EvaluationRun.objects.filter(pk=run.pk).update(
        summary=found, versions={**run.versions, "ranker": NASTY, "sources": {NASTY: NASTY}}
    )
    page = shown(signed_in)
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_every_plot_is_well_formed_and_has_words_for_who_cannot_see_it(signed_in):
    stored()
    checker = Balanced()
    checker.feed(shown(signed_in))
    assert not checker.problems and checker.plots >= 4


def test_the_table_as_csv_holds_every_figure(signed_in):
    run = stored()
    response = signed_in.get(f"/evaluation/table/?run={run.pk}&form=csv")
    assert response["Content-Type"].startswith("text/csv")
    assert f"clew-evaluation-{run.pk}.csv" in response["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    one = next(
        row for row in rows
        if (row["stratum"], row["list"], row["weighting"], row["measure"]) == ("all", "merged", "macro", "r5")
    )  # fmt: skip
    share = run.summary["strata"]["all"]["merged"]["macro"]["r5"]
    assert (float(one["value"]), float(one["low"]), float(one["high"])) == (share["value"], share["low"], share["high"])


def test_all_ranks_as_json_have_the_keys_of_out(signed_in):
    run = stored()
    found = signed_in.get(f"/evaluation/table/?run={run.pk}&form=json").json()
    assert list(found) == ["cases", "summary", "versions", "seconds"] and len(found["cases"]) == 60


def test_without_a_run_the_table_is_empty(signed_in):
    assert signed_in.get("/evaluation/table/").content.decode().count("\n") == 1


class Balanced(HTMLParser):
    """Tags that open and do not close, and plots without a label."""

    VOID = {"meta", "link", "input", "br", "img", "hr", "path", "line", "circle", "rect", "use"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []
        self.plots = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "svg" and dict(attrs).get("role") == "img":
            self.plots += 1
            if not dict(attrs).get("aria-label"):
                self.problems.append("a plot without words")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes what is not open")
