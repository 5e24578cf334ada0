"""Passages as evidence: what they hold, what may be said of them, and that nothing else is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from agents.contract import Claim, Evidence, EvidenceKind, Relation
from agents.evidence import intact, of_annotation, seal
from agents.ledger import argue
from agents.passages import claims_of, findings_in, holds, of_passage
from agents.verification import Ground, verify, why_removed
from retrieval.model import Finding, Profile, Status
from retrieval.passages.search import search
from tests.agents.small_world import APERT, CROUZON, PFEIFFER, SmallWorld
from tests.agents.wrong_claims import wrongs, wrongs_of_passages

THUMB, HALLUX, PROPTOSIS, SKULL, SEIZURE = "HP:0011304", "HP:0010055", "HP:0000520", "HP:0001363", "HP:0001250"
PROFILE = Profile(
    (*(Finding(one) for one in (THUMB, HALLUX, PROPTOSIS, SKULL, SEIZURE)), Finding("HP:0000256", Status.EXCLUDED))
)


def kept_of(world: SmallWorld, disease: str, question: str) -> list[Evidence]:
    found = search(world, question)
    about = world.diseases.disease(disease)
    return [of_passage(about, hit) for hit in found.hits if disease in hit.diseases]


@pytest.fixture(scope="module")
def kept(world: SmallWorld) -> list[Evidence]:
    said = [
        *kept_of(world, PFEIFFER, "Pfeiffer syndrome broad thumb, proptosis"),
        *kept_of(world, PFEIFFER, "Pfeiffer syndrome craniosynostosis family"),
        *kept_of(world, APERT, "Apert syndrome craniosynostosis, broad hallux, proptosis"),
        *kept_of(world, CROUZON, "Crouzon syndrome proptosis, broad thumbs"),
    ]
    return list({one.key: one for one in said}.values())


@pytest.fixture(scope="module")
def claims(world: SmallWorld, kept: list[Evidence]) -> list[Claim]:
    return [claim for one in kept for claim in claims_of(world, PROFILE, one)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ground(world: SmallWorld, kept: list[Evidence]) -> Ground:
    names = {one: world.diseases.name_of(one) for one in (PFEIFFER, APERT, CROUZON, "OMIM:154700")}
    return Ground(world, PROFILE, {one.key: one for one in kept}, names)  # type: ignore[arg-type]


def test_a_passage_is_quoted_word_for_word_at_its_place(world: SmallWorld, kept: list[Evidence]) -> None:
    assert len(kept) >= 5
    for one in kept:
        assert intact(one) and holds(world, one)  # type: ignore[arg-type]
        assert one.body["text"][one.span[0] : one.span[1]] == one.quote
        whole = world.passages.document(one.body["document"])
        assert whole is not None
        start = one.body["start"] + one.span[0]
        assert whole.text[start : start + len(one.quote)] == one.quote
    pfeiffer = next(one for one in kept if one.body["disease"] == PFEIFFER)
    assert pfeiffer.body["licence"] == "CC BY 4.0" and pfeiffer.body["url"] == "https://example.org/pfeiffer"


@pytest.mark.parametrize(
    ("what", "body", "span", "quote"),
    [
        ("altered text", {"text": "In Pfeiffer syndrome thumbs are always broad."}, None, None),
        ("moved span", {}, (3, 20), None),
        ("a span from nowhere", {}, (-5, 400), None),
        ("another quote", {}, None, "Thumbs are always broad."),
        ("another document", {"document": "made:Thumbs"}, None, None),
        ("another title", {"title": "A better journal"}, None, None),
        ("another licence", {"licence": "CC0"}, None, None),
        ("another address", {"url": "https://example.org/else"}, None, None),
        ("another place in the document", {"start": 5}, None, None),
        ("another disease", {"disease": "OMIM:154700"}, None, None),
        ("no disease", {"disease": None}, None, None),
        ("a passage that is not there", {"passage": "ffffffffffffffff"}, None, None),
        ("no passage", {"passage": None}, None, None),
    ],
)
def test_evidence_that_says_something_else_than_the_passage_does_not_hold(
    world: SmallWorld, kept: list[Evidence], what: str, body: dict[str, object], span: object, quote: str | None
) -> None:
    one = next(one for one in kept if one.body["disease"] == PFEIFFER)
    place = span if isinstance(span, tuple) else one.span
    forged = seal(one.kind, one.source, one.version, one.locator, quote or one.quote, {**one.body, **body}, place)
    assert intact(forged) and not holds(world, forged), what  # type: ignore[arg-type]


def test_only_what_the_quote_names_and_does_not_deny_is_claimed(
    world: SmallWorld, kept: list[Evidence], claims: list[Claim]
) -> None:
    assert claims and {claim.triple.relation for claim in claims} == {Relation.MENTIONS}
    by_key = {one.key: one for one in kept}
    for claim in claims:
        named = findings_in(world, by_key[claim.evidence[0]].quote)  # type: ignore[arg-type]
        assert named[claim.triple.finding] is Status.PRESENT
    said = {(claim.triple.disease, claim.triple.finding) for claim in claims}
    assert (PFEIFFER, THUMB) in said and (APERT, HALLUX) in said
    assert (CROUZON, THUMB) not in said, "Crouzon syndrome is said to have no broad thumbs"
    assert not [one for one in said if one[1] == SEIZURE], "seizures are not seen"
    assert not [one for one in said if one[1] == "HP:0000256"], "what is absent in the patient is not claimed"


def test_a_finding_that_is_named_and_denied_is_doubtful(world: SmallWorld) -> None:
    named = findings_in(world, "Seizures occur. There were no seizures. Proptosis is seen.")  # type: ignore[arg-type]
    assert named[SEIZURE] is Status.UNCERTAIN and named[PROPTOSIS] is Status.PRESENT


def test_every_right_statement_about_a_passage_stands(claims: list[Claim], ground: Ground) -> None:
    assert [(one.text, one.removed_because) for one in verify(claims, ground) if not one.verified] == []


def test_of_all_wrong_statements_none_stands_and_no_right_one_falls(
    world: SmallWorld, kept: list[Evidence], claims: list[Claim], ground: Ground
) -> None:
    """The whole set: statements from annotations and from passages, in one run."""
    leaders = world.ranker.rank(PROFILE, limit=4).candidates
    argued = [argue(world, PROFILE, world.ranker.explain(PROFILE, one.id)) for one in leaders]  # type: ignore[arg-type]
    pieces = {one.key: one for each in argued for one in each.evidence}
    names = {**ground.names, **{one.candidate.disease: one.candidate.name for one in argued}}
    ground = replace(ground, evidence={**ground.evidence, **pieces}, names=names)
    disease = world.diseases.disease(PFEIFFER)
    annotation = of_annotation(world, disease, disease.annotations[0])  # type: ignore[arg-type]
    passages = list(wrongs_of_passages(claims, kept, "Marfan syndrome", annotation))
    assert len({name for name, _, _ in passages}) >= 40 and len(passages) >= 100
    tried: Counter[str] = Counter()
    passed: defaultdict[str, list[str]] = defaultdict(list)
    for name, claim, added in (*passages, *wrongs(argued)):
        tried[name] += 1
        evidence = {**ground.evidence, **{one.key: one for one in added}}
        if why_removed(claim, replace(ground, evidence=evidence)) is None:
            passed[name].append(f"{claim.text} [{claim.triple}]")
    assert tried.total() >= 500
    caught = 1 - sum(map(len, passed.values())) / tried.total()
    assert caught >= 0.95, passed
    assert passed == {}, "today none passes"
    right = [*claims, *(claim for one in argued for claim in one.claims)]
    assert [one.text for one in verify(right, ground) if not one.verified] == []


def test_a_passage_weighs_nothing(world: SmallWorld) -> None:
    from tests.agents.investigating import Investigation, asked_of

    with_texts, without = (Investigation(one, asked_of(PROFILE)) for one in (world, SmallWorld(world._snapshot, ())))
    for one in (with_texts, without):
        one.through()
    texts = [one for one in with_texts.record.evidence().values() if one.kind is EvidenceKind.PASSAGE]
    mentions = [
        claim
        for said in with_texts.record.claims().values()
        for claim in said
        if claim.triple.relation is Relation.MENTIONS
    ]
    assert texts and mentions and all(claim.verified for claim in mentions)
    used = {term.evidence_key for one in with_texts.record.candidates() for term in one.contributions}
    assert not used & {one.key for one in texts}
