"""Strength in words, the pieces of a bar by kind, kin in the list, groups, and "none of these" as an outcome."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions, ranking, strength
from diagnosis_app.cases.bars import Piece, Scale, bar
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.differential import listing
from diagnosis_app.cases.kinship import Known, kin
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.scope import scope_words
from diagnosis_app.cases.term_words import nearest_words, observed_words
from retrieval.cases import CaseBank
from retrieval.model import Contribution, ContributionKind, MatchKind, Strength
from retrieval.ranking.calibration import POPULATION, Held
from tests.people import Clinic
from tests.published import BICORONAL, BROAD_HALLUX, BROAD_THUMB, HANNAH, PROPTOSIS, TALL_SKULL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("snapshot")]

CONTENT = read_content(
    {"findings": [{"term": term} for term in (TALL_SKULL, BICORONAL, BROAD_THUMB, BROAD_HALLUX, PROPTOSIS)]}
)


@pytest.fixture
def case(actor: Actor, clinic: Clinic) -> Case:
    return actions.create_case(actor, clinic.team.pk, CONTENT)


class Measured:
    """A ranker of whose calibration only the hit rates are asked."""

    def __init__(self, **held: tuple[float, float]) -> None:
        self.fitted = self
        self.calibration = self
        self.held = held

    def hit_rate(self, word: Strength) -> tuple[float, float, str]:
        return (*self.held.get(word, (0.0, 0.0)), POPULATION)


# --- words


@pytest.mark.parametrize("step", list(Strength))
def test_each_word_has_its_step_and_is_read_out(step: Strength) -> None:
    drawn = strength.band(step)
    place = strength.STEPS.index(step)
    assert f"Step {place + 1} of 5, from unlikely to very likely" in drawn
    assert f'class="bh" x="{12 * place}"' in drawn and drawn.count('class="bs"') == 5
    assert strength.word(step) in drawn and "%" not in drawn


def test_what_has_no_strength_shows_none() -> None:
    assert strength.band(None) == strength.band("") == strength.band("97 %") == ""
    assert strength.held_words(None, Measured()) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("right", "share"), [(70, "about 7 in 10"), (3, "fewer than 1 in 10"), (99, "more than 9 in 10")]
)
def test_a_word_says_how_often_it_held_and_in_whom(right: float, share: str) -> None:
    said = strength.held_words(Strength.LIKELY, Measured(likely=(right, 100)))  # type: ignore[arg-type]
    assert said.startswith("“Likely”: of " + POPULATION)
    assert share in said


def test_a_word_that_was_never_measured_claims_nothing() -> None:
    assert strength.held_words(Strength.LIKELY, Measured()) == ""  # type: ignore[arg-type]
    assert strength.measured(Measured(likely=(0, 0))) == ()  # type: ignore[arg-type]


# --- on the page


def test_every_candidate_of_the_list_has_its_band(signed_in: Client, case: Case) -> None:
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    assert page.count('<span class="band">') == page.count('<li class="cand') == 10
    opened = signed_in.get(f"/cases/{case.pk}/candidates/OMIM:101600/").json()["html"]
    assert "Explains" in opened


def test_what_was_measured_stands_on_the_page_with_the_way_to_the_measurement(
    signed_in: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = library.current().ranker.fitted
    held = {word: Held(7, 10) for word in Strength}
    monkeypatch.setattr(
        library.current().ranker, "fitted", replace(fitted, calibration=replace(fitted.calibration, held=held))
    )
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    assert page.count("about 7 in 10") >= 15  # five sentences, and the first ten candidates
    assert POPULATION in page and 'href="/evaluation/"' in page
    assert "about 7 in 10" in signed_in.get(f"/cases/{case.pk}/candidates/OMIM:101600/").json()["html"]


def test_none_of_these_is_said_calmly_above_the_list_and_in_the_worklist(
    signed_in: Client, case: Case, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ranking.rank_content(CONTENT)
    monkeypatch.setattr(ranking, "_ranked", lambda *_: replace(plain, none_of_these=0.9, none_leads=True))
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    assert page.index("None of these leads.") < page.index('<ol class="cands">')
    assert "What helps" in page and "common disease" in page
    actions.store_draft(actor, case, CONTENT.model_copy(update={"age": "P14M"}), 1)
    assert "None of these leads" in signed_in.get("/").content.decode()
    assert "None of these leads" in signed_in.get(f"/cases/{case.pk}/text/").content.decode()


def test_otherwise_nothing_is_said_of_it(signed_in: Client, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ranking.rank_content(CONTENT)
    monkeypatch.setattr(ranking, "_ranked", lambda *_: replace(plain, none_of_these=0.1, none_leads=False))
    assert "None of these leads" not in signed_in.get(f"/cases/{case.pk}/").content.decode()


def test_the_page_says_what_is_not_ranked(signed_in: Client, case: Case) -> None:
    assert "Common and unlisted diseases are not ranked." in signed_in.get(f"/cases/{case.pk}/").content.decode()


def test_scope_follows_what_the_knowledge_holds() -> None:
    manifest = library.current().manifest
    hpo = manifest.sources[0]
    alone = replace(manifest, sources=(hpo,))
    both = replace(manifest, sources=(hpo, replace(hpo, name="mondo")))
    assert "until identity mappings are loaded" in scope_words(alone)
    assert "never by name" in scope_words(both) and "OMIM and Orphanet" in scope_words(both)


# --- bars and rows


def test_similar_cases_and_genes_have_patterns_of_their_own() -> None:
    pieces = [
        Piece("A", 2.0, "finding"),
        Piece("B", 2.0, "similar"),
        Piece("C", 2.0, "gene"),
        Piece("D", 1.0, "prevalence"),
        Piece("E", -1.0, "similar"),
    ]
    drawn = bar(pieces, Scale.over([pieces]), 6.0)
    assert [drawn.count(f'class="{css}"') for css in ("fillf", "fillc", "fillg", "fillk", "filla")] == [1, 1, 1, 1, 1]


def test_a_published_patient_speaks_in_the_bar_the_sentence_and_the_rows(
    signed_in: Client, case: Case, published: CaseBank
) -> None:
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    assert 'class="fillc"' in page and "similar cases" in page
    assert "A published patient with it is much like this one." in page
    opened = signed_in.get(f"/cases/{case.pk}/candidates/OMIM:101600/").json()["html"]
    assert "Similar published cases" in opened
    assert "nearest published patient with it: Girl, 9 months" in opened and "PMID:11111111" in opened
    assert "The findings taken together" in opened
    assert "1 of 1 published patient" in opened


def test_no_row_is_without_words(published: CaseBank) -> None:
    knowledge = library.current()
    found = ranking.rank_content(CONTENT)
    shown = listing(found, knowledge, shown=50)
    assert len(shown.candidates) == 50 and "similar" in shown.kinds
    for one in shown.candidates:
        assert "<b></b>" not in one.why and ": +" not in one.bar.replace(": +", "", one.bar.count("<title>"))
        assert "<title>: " not in one.bar


def test_counts_of_patients_are_said_where_they_tell_something() -> None:
    assert observed_words((4, 5)) == "4 of 5 published patients"
    assert observed_words((1, 1)) == "1 of 1 published patient"
    assert observed_words((0, 12)) == "0 of 12 published patients"
    assert observed_words((0, 1)) == observed_words(None) == observed_words([0, 0]) == ""


def test_a_case_that_the_bank_lost_leaves_its_likeness(published: CaseBank) -> None:
    assert nearest_words([HANNAH.id], published, 0.61).endswith("Girl, 9 months, agreement 0.61")
    assert nearest_words(["gone"], published, 0.61) == "agreement 0.61"
    assert nearest_words([HANNAH.id], None, None) == ""


def test_a_finding_known_from_cases_alone_says_so(published: CaseBank) -> None:
    from diagnosis_app.cases.explanation import _how

    one = Contribution(ContributionKind.FINDING, 0.3, finding=BICORONAL, match=MatchKind.PUBLISHED, observed=(2, 3))
    said = _how(one, library.current())
    assert said == "not documented for it otherwise; seen in 2 of 3 published patients"


# --- kin


def test_neighbours_of_one_gene_are_named_in_the_order_of_the_list() -> None:
    one, two, three = (
        Known(i, f"OMIM:{i}", f"D{i}", genes) for i, genes in ((1, ("A", "B")), (2, ("B",)), (3, ("A",)))
    )
    found = kin([one, two, three], None)
    assert found["OMIM:2"].words == "Same gene as 1: B." and found["OMIM:2"].other == "OMIM:1"
    assert set(found) == {"OMIM:2"}  # the third is no neighbour of the first


class Series:
    """A disease table of which only names and series are asked."""

    names = {"OMIMPS:1": "A numbered series"}

    def index(self, disease: str) -> int | None:
        return {"OMIM:1": 1, "OMIM:2": 2, "OMIM:3": 3}.get(disease)

    def series(self, index: int) -> str | None:
        return {1: "OMIMPS:1", 2: "OMIMPS:1"}.get(index)

    def name_of(self, disease: str) -> str:
        return self.names.get(disease, disease)


def test_neighbours_of_one_series_are_named() -> None:
    table: Any = Series()
    found = kin([Known(i, f"OMIM:{i}", f"D{i}", ()) for i in (1, 2, 3)], table)
    assert {id: one.words for id, one in found.items()} == {"OMIM:2": "Same series as 1: A numbered series."}


def test_the_list_leads_from_kin_to_what_separates_them(signed_in: Client, case: Case) -> None:
    candidates = ranking.rank_content(CONTENT).candidates[:10]
    expected = [(one.id, before.id) for before, one in pairwise(candidates) if set(before.genes) & set(one.genes)]
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    for one, other in expected:
        assert f'data-kin="{one}" data-with="{other}"' in page
    assert expected, "these findings no longer put two diseases of one gene side by side"
