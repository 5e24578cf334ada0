"""Statements that stand and statements that do not, over the real knowledge."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from agents.contract import EvidenceKind, Relation, Removal, Stance
from agents.evidence import ARITHMETIC, seal
from agents.ledger import EACH, Argued, argue
from agents.verification import Ground, verify, why_removed
from retrieval.model import CandidateGene, Finding, Inherited, Profile, Sex, Status, Zygosity
from retrieval.snapshot import Snapshot
from tests.agents.conftest import patient
from tests.agents.wrong_claims import wrongs

# Marfan syndrome with an absent sign that is documented, an onset that does not fit, and two signs nobody explains.
SECOND = Profile(
    (
        *(
            Finding(term)
            for term in ("HP:0001166", "HP:0001083", "HP:0002616", "HP:0000768", "HP:0001382", "HP:0010442")
        ),
        Finding("HP:0001519", Status.EXCLUDED),
    ),
    sex=Sex.MALE,
    age="P40Y",
    onset="P35Y",
)


def argued_for(snapshot: Snapshot, profile: Profile) -> list[Argued]:
    leaders = snapshot.ranker.rank(profile, limit=10).candidates
    return [argue(snapshot, profile, snapshot.ranker.explain(profile, one.id)) for one in leaders]


def ground_for(snapshot: Snapshot, profile: Profile, argued: list[Argued]) -> Ground:
    evidence = {piece.key: piece for one in argued for piece in one.evidence}
    return Ground(snapshot, profile, evidence, {one.candidate.disease: one.candidate.name for one in argued})


# Pfeiffer syndrome again, with three listed genes; most candidates have other genes, or none.
LISTED = replace(
    patient(),
    genes=(
        CandidateGene("fgfr2", zygosity=Zygosity.HETEROZYGOUS, inherited=Inherited.DE_NOVO),
        CandidateGene("TWIST1"),
        CandidateGene("CFTR", "NCBIGene:1080", zygosity=Zygosity.HOMOZYGOUS),
    ),
)


@pytest.fixture(scope="module", params=["first", "second", "genes"])
def profile(request: pytest.FixtureRequest) -> Profile:
    return {"first": patient(), "second": SECOND, "genes": LISTED}[request.param]


@pytest.fixture(scope="module")
def argued(snapshot: Snapshot, profile: Profile) -> list[Argued]:
    return argued_for(snapshot, profile)


@pytest.fixture(scope="module")
def ground(snapshot: Snapshot, profile: Profile, argued: list[Argued]) -> Ground:
    return ground_for(snapshot, profile, argued)


def test_every_statement_that_the_ledger_writes_stands(argued: list[Argued], ground: Ground) -> None:
    for one in argued:
        assert [claim.text for claim in verify(one.claims, ground) if not claim.verified] == []
        assert one.claims


def test_at_most_the_strongest_of_each_stance_are_written(argued: list[Argued]) -> None:
    for one in argued:
        assert max(Counter(claim.stance for claim in one.claims).values()) <= EACH
        assert [claim.position for claim in one.claims] == list(range(len(one.claims)))


def test_wrong_statements_of_every_kind_are_removed(argued: list[Argued], ground: Ground) -> None:
    tried: Counter[str] = Counter()
    passed: defaultdict[str, list[str]] = defaultdict(list)
    for name, claim, added in wrongs(argued):
        tried[name] += 1
        evidence = {**ground.evidence, **{one.key: one for one in added}}
        if why_removed(claim, replace(ground, evidence=evidence)) is None:
            passed[name].append(f"{claim.text} [{claim.triple}]")
    assert len(tried) >= 25 and sum(tried.values()) >= 500
    assert passed == {}


def test_each_reason_is_the_one_a_reader_would_give(argued: list[Argued], ground: Ground) -> None:
    expected = {
        "no evidence": {Removal.NO_EVIDENCE},
        "invented evidence": {Removal.UNKNOWN_EVIDENCE},
        "another disease's evidence": {Removal.OTHER_DISEASE, Removal.NUMBER_NOT_IN_EVIDENCE},
        "altered evidence under the old key": {Removal.EVIDENCE_ALTERED},
        "forged evidence with a right key": {Removal.EVIDENCE_NOT_IN_SOURCE},
        "quote that is not there": {Removal.QUOTE_NOT_IN_SOURCE},
        "another count": {Removal.NUMBER_NOT_IN_EVIDENCE},
        "an invented id": {Removal.ID_NOT_IN_EVIDENCE},
        "another disease named": {Removal.OTHER_DISEASE},
        "advice": {Removal.BEYOND_EVIDENCE},
        "a finding swapped": {Removal.OTHER_FINDING},
        "denied again": {Removal.DIRECTION_REVERSED},
    }
    for name, claim, added in wrongs(argued):
        evidence = {**ground.evidence, **{one.key: one for one in added}}
        if name in expected:
            assert why_removed(claim, replace(ground, evidence=evidence)) in expected[name], (name, claim.text)


def test_a_sentence_in_other_words_that_says_the_same_stands(snapshot: Snapshot) -> None:
    profile = patient()
    argued = argued_for(snapshot, profile)
    ground = ground_for(snapshot, profile, argued)
    claim = next(c for one in argued for c in one.claims if c.stance is Stance.FOR and "documented in" in c.text)
    counted = claim.text.partition("documented ")[2]
    label = snapshot.ontology.term(claim.triple.finding).label
    assert why_removed(replace(claim, text=f"{label} was seen {counted}"), ground) is None


def test_a_statement_under_another_candidate_does_not_stand(argued: list[Argued], ground: Ground) -> None:
    first, second = argued[:2]
    assert all(claim.verified for claim in verify(first.claims, ground, under=first.candidate.disease))
    judged = verify(first.claims, ground, under=second.candidate.disease)
    assert {claim.removed_because for claim in judged} == {str(Removal.OTHER_DISEASE)}


def test_figures_inside_the_name_of_a_finding_are_not_figures(snapshot: Snapshot) -> None:
    profile = Profile(tuple(Finding(term) for term in ("HP:0004691", "HP:0001363", "HP:0000520", "HP:0010055")))
    argued = argued_for(snapshot, profile)
    ground = ground_for(snapshot, profile, argued)
    named = [claim for one in argued for claim in one.claims if "2-3 toe syndactyly" in claim.text]
    assert named and all(claim.verified for claim in verify(named, ground))


def test_what_is_not_in_a_list_is_said_only_of_what_is_not_in_it(snapshot: Snapshot) -> None:
    argued = argued_for(snapshot, SECOND)
    ground = ground_for(snapshot, SECOND, argued)
    claim = next(c for one in argued for c in one.claims if c.stance is Stance.UNEXPLAINED)
    listed = str(next(iter(ground.evidence[claim.evidence[0]].body["terms"])))
    profile = replace(SECOND, findings=(*SECOND.findings, Finding(listed)))
    label = snapshot.ontology.term(listed).label
    text = claim.text.replace(snapshot.ontology.term(claim.about).label, label)
    wrong = replace(claim, about=listed, triple=replace(claim.triple, finding=listed), text=text)
    assert why_removed(wrong, replace(ground, profile=profile)) is Removal.NOT_STATED


def test_what_was_computed_here_lists_nothing(snapshot: Snapshot) -> None:
    """A list of what is documented, made up and given out as this program's own arithmetic."""
    argued = argued_for(snapshot, SECOND)
    ground = ground_for(snapshot, SECOND, argued)
    claim = next(c for one in argued for c in one.claims if c.triple.relation is Relation.DOES_NOT_LIST)
    source = ground.evidence[claim.evidence[0]]
    body = {**source.body, "terms": ["HP:0000118"]}
    forged = seal(source.kind, ARITHMETIC, snapshot.id, source.locator, source.quote, body)
    wrong = replace(claim, evidence=(forged.key,), quotes=())
    assert why_removed(wrong, replace(ground, evidence={**ground.evidence, forged.key: forged})) is Removal.NOT_STATED


def test_the_key_of_a_statement_does_not_depend_on_its_verdict(argued: list[Argued], ground: Ground) -> None:
    claims = argued[0].claims
    assert [claim.key for claim in verify(claims, ground)] == [claim.key for claim in claims]
    assert len({claim.key for claim in claims}) == len(claims)


def test_a_listed_gene_and_its_disease_become_a_statement_with_evidence(snapshot: Snapshot) -> None:
    explained = snapshot.ranker.explain(LISTED, "OMIM:123500")
    argued = argue(snapshot, LISTED, explained)
    claim = next(one for one in argued.claims if one.triple.relation is Relation.GENE)
    assert claim.text == (
        "FGFR2 is on the list (heterozygous, de novo) and is a known gene of Crouzon syndrome (HPO gene file)."
    )
    evidence = next(one for one in argued.evidence if one.key == claim.evidence[0])
    assert (evidence.kind, evidence.source) == (EvidenceKind.VARIANT, "HPO gene file")
    assert evidence.version == snapshot.ontology.version
    assert evidence.body["ids"][0] == "NCBIGene:2263"
    assert why_removed(claim, ground_for(snapshot, LISTED, [argued])) is None
    of_gene = [one for one in argued.candidate.contributions if one.kind == "gene"]
    assert [(one.evidence_key, one.body["label"]) for one in of_gene] == [(evidence.key, "FGFR2")]


def test_none_of_the_known_genes_listed_is_said_and_only_where_it_holds(snapshot: Snapshot) -> None:
    marfan = argue(snapshot, LISTED, snapshot.ranker.explain(LISTED, "OMIM:154700"))
    claim = next(one for one in marfan.claims if one.triple.relation is Relation.NO_GENE)
    assert claim.stance is Stance.AGAINST
    assert claim.text == "No known gene of Marfan syndrome is on the list (HPO gene file)."
    ground = ground_for(snapshot, LISTED, [marfan])
    assert why_removed(claim, ground) is None
    listed = replace(LISTED, genes=(*LISTED.genes, CandidateGene("FBN1")))
    assert why_removed(claim, replace(ground, profile=listed)) is Removal.NOT_STATED
    assert why_removed(claim, replace(ground, profile=patient())) is Removal.NOT_STATED  # there is no list


def test_a_gene_taken_from_the_list_takes_its_statement_with_it(snapshot: Snapshot) -> None:
    argued = argue(snapshot, LISTED, snapshot.ranker.explain(LISTED, "OMIM:123500"))
    claim = next(one for one in argued.claims if one.triple.relation is Relation.GENE)
    ground = ground_for(snapshot, LISTED, [argued])
    without = replace(LISTED, genes=LISTED.genes[1:])
    changed = replace(LISTED, genes=(replace(LISTED.genes[0], zygosity=Zygosity.HOMOZYGOUS), *LISTED.genes[1:]))
    for profile in (without, changed):
        assert why_removed(claim, replace(ground, profile=profile)) is Removal.FINDING_NOT_RECORDED
