"""A list of genes moves diseases softly, the more the shorter it is, and removes none."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.genes import GeneTable
from retrieval.model import CandidateGene, ContributionKind, Inherited, Profile, Sex, Zygosity
from retrieval.ranking.genes import (
    LEAST_SCORE,
    NO_KNOWN_GENE,
    NONE_LISTED,
    ON_LIST,
    PROTEIN_CODING,
    GeneEvidence,
    Genes,
)
from retrieval.ranking.segregation import HARDLY, TELLING, fit
from tests.retrieval.gene_world import AT, DOMINANT, MITOCHONDRIAL, RECESSIVE, X_RECESSIVE, ManyGenes

WORLD = ManyGenes()
TABLE = GeneTable(WORLD)  # type: ignore[arg-type]
EVIDENCE = GeneEvidence(TABLE, WORLD, WORLD.ranked)  # type: ignore[arg-type]
LOSS = math.log(1 - ON_LIST)
# Of n genes one has the full score and the others none: it counts so much more than the average of the list.
MOST = max(
    math.log(
        1 - ON_LIST + ON_LIST * TELLING * n / (1 + LEAST_SCORE * (n - 1)) / max(1 / TABLE.size, n / PROTEIN_CODING)
    )
    for n in range(1, 13)
)

HET, HOM, HEMI, COMPOUND = Zygosity.HETEROZYGOUS, Zygosity.HOMOZYGOUS, Zygosity.HEMIZYGOUS, Zygosity.COMPOUND


X_LINKED, X_DOMINANT, Y_LINKED, SEMIDOMINANT, SPORADIC = (
    *("HP:0001417", "HP:0001423", "HP:0001450", "HP:0032113", "HP:0003745"),
)
MODES = st.sampled_from(
    [*(DOMINANT, RECESSIVE, SEMIDOMINANT, SPORADIC, MITOCHONDRIAL), X_LINKED, X_RECESSIVE, X_DOMINANT, Y_LINKED]
)


class TwoCases:
    """A bank in which two papers find NEW1 in the disease without a known gene, and one FGFR2 in the first."""

    size = 3

    def diagnoses(self, i: int) -> tuple[str, ...]:
        return (("D4",), ("D4",), ("D0", "unknown"))[i]

    def all_genes(self) -> tuple[np.ndarray, list[str], list[str]]:
        return np.array([0, 1, 3, 4]), ["NEW1", "NEW1", "", "fgfr2"], ["HGNC:7", "HGNC:7", "", ""]

    def id(self, i: int) -> str:
        return f"case-{i}"


class Named(ManyGenes):
    def index(self, name: str) -> int | None:
        return int(name[1:]) if name[1:].isdigit() else None


def weigh(*genes: CandidateGene | str, sex: Sex = Sex.UNKNOWN) -> Genes:
    named = tuple(CandidateGene(gene) if isinstance(gene, str) else gene for gene in genes)
    return EVIDENCE.weigh(Profile(genes=named, sex=sex))


def others(n: int) -> list[str]:
    return [f"OTHER{i}" for i in range(5, 5 + n)]


def entries() -> st.SearchStrategy[CandidateGene]:
    symbols = ["FGFR2", "FBN1", "CFTR", "DMD", "NOTHING1", "OTHER7", "OTHER8"]
    return st.builds(
        CandidateGene,
        st.sampled_from(symbols),
        score=st.none() | st.floats(0, 1),
        zygosity=st.sampled_from(Zygosity),
        inherited=st.sampled_from(Inherited),
    )


@given(st.lists(entries(), max_size=12), st.sampled_from(Sex))
def test_every_value_is_finite_and_bounded(genes: list[CandidateGene], sex: Sex) -> None:
    values = weigh(*genes, sex=sex).values
    assert np.isfinite(values).all()
    assert values.min() >= LOSS - 1e-9
    assert values.max() <= MOST + 1e-9


@given(st.lists(entries(), min_size=2, max_size=12), st.randoms())
def test_the_order_of_the_list_is_irrelevant(genes: list[CandidateGene], chance: random.Random) -> None:
    shuffled = list(genes)
    chance.shuffle(shuffled)
    one, other = weigh(*genes), weigh(*shuffled)
    assert np.array_equal(one.values, other.values)
    assert one.best == other.best


@given(st.lists(entries(), max_size=8), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_score_of_a_gene_never_lowers_its_disease(rest: list[CandidateGene], one: float, other: float) -> None:
    low, high = sorted((one, other))
    rest = [gene for gene in rest if gene.symbol != "CFTR"]
    values = [weigh(*rest, CandidateGene("CFTR", score=score)).values[AT["recessive"]] for score in (low, high)]
    assert values[1] >= values[0] - 1e-12


def test_listed_stands_over_unknown_and_unknown_over_not_listed() -> None:
    found = weigh("CFTR", *others(19))
    listed, unknown, not_listed = (found.values[AT[name]] for name in ("recessive", "none", "dominant"))
    assert listed > unknown == 0.0 > not_listed == pytest.approx(LOSS)


def test_a_short_list_says_more_than_a_long_one() -> None:
    gains = [weigh("CFTR", *others(n)).values[AT["recessive"]] for n in (0, 4, 19, 199, 1999)]
    assert gains == sorted(gains, reverse=True)
    assert len(set(gains)) == len(gains)
    assert gains[2] == pytest.approx(math.log(1 - ON_LIST + ON_LIST * TABLE.size / 20))


def test_a_list_of_all_genes_says_nothing() -> None:
    everything = weigh(*(TABLE.gene(i).symbol for i in range(TABLE.size)))
    assert np.allclose(everything.values, 0.0)


def test_no_list_and_a_list_of_unknown_genes_say_nothing() -> None:
    for found in (weigh(), weigh("NOTHING1", "NOTHING2")):
        assert not found.values.any()
        assert found.contribution(0) is None


def test_unknown_genes_make_the_list_longer() -> None:
    alone = weigh("CFTR").values[AT["recessive"]]
    among = weigh("CFTR", *(f"NOTHING{i}" for i in range(50))).values[AT["recessive"]]
    assert 0 < among < alone


def test_a_gene_named_twice_counts_once() -> None:
    assert np.array_equal(weigh("CFTR", "CFTR", "FBN1").values, weigh("CFTR", "FBN1").values)
    by_id = weigh(CandidateGene("WRONG", "NCBIGene:1080"), "CFTR", "FBN1")
    assert np.array_equal(by_id.values, weigh("CFTR", "FBN1").values)


def test_one_of_several_genes_of_a_disease_says_less_than_the_only_one() -> None:
    found = weigh("FGFR2", *others(19))
    assert found.values[AT["dominant"]] > found.values[AT["several"]] > 0


def test_a_high_score_stands_out_and_a_low_one_does_not_remove() -> None:
    scored = [CandidateGene(name, score=0.1) for name in others(19)]
    plain = weigh("CFTR", *others(19)).values[AT["recessive"]]
    high = weigh(CandidateGene("CFTR", score=0.9), *scored).values[AT["recessive"]]
    low = weigh(CandidateGene("CFTR", score=0.0), *scored).values[AT["recessive"]]
    assert high > plain > low > LOSS


@pytest.mark.parametrize(
    ("mode", "better", "worse"),
    [
        (DOMINANT, (HET, Inherited.DE_NOVO), (HET, Inherited.UNKNOWN)),
        (DOMINANT, (HET, Inherited.UNKNOWN), (HET, Inherited.MOTHER)),
        (DOMINANT, (HET, Inherited.UNKNOWN), (HOM, Inherited.UNKNOWN)),
        (DOMINANT, (HET, Inherited.UNKNOWN), (HEMI, Inherited.UNKNOWN)),
        (RECESSIVE, (HOM, Inherited.UNKNOWN), (Zygosity.UNKNOWN, Inherited.UNKNOWN)),
        (RECESSIVE, (COMPOUND, Inherited.BOTH), (HET, Inherited.MOTHER)),
        (RECESSIVE, (Zygosity.UNKNOWN, Inherited.UNKNOWN), (HET, Inherited.UNKNOWN)),
        (RECESSIVE, (Zygosity.UNKNOWN, Inherited.BOTH), (Zygosity.UNKNOWN, Inherited.DE_NOVO)),
        (MITOCHONDRIAL, (HET, Inherited.MOTHER), (HET, Inherited.FATHER)),
    ],
)
def test_zygosity_and_origin_speak_by_mode(
    mode: str, better: tuple[Zygosity, Inherited], worse: tuple[Zygosity, Inherited]
) -> None:
    assert fit([mode], *better, Sex.UNKNOWN).factor > fit([mode], *worse, Sex.UNKNOWN).factor


def test_x_linked_disease_by_sex() -> None:
    boy = fit([X_RECESSIVE], HEMI, Inherited.MOTHER, Sex.MALE)
    girl = fit([X_RECESSIVE], HET, Inherited.UNKNOWN, Sex.FEMALE)
    from_father = fit([X_RECESSIVE], HEMI, Inherited.FATHER, Sex.MALE)
    assert boy.factor == 1.0 > girl.factor > from_father.factor == HARDLY
    assert girl.code == "female_may_manifest"
    assert fit([X_RECESSIVE], HOM, Inherited.UNKNOWN, Sex.MALE) == fit([X_RECESSIVE], HEMI, Inherited.UNKNOWN, Sex.MALE)


@given(st.sampled_from(Zygosity), st.sampled_from(Inherited), st.sampled_from(Sex), st.lists(MODES, max_size=3))
def test_a_further_mode_of_inheritance_never_speaks_against(
    zygosity: Zygosity, inherited: Inherited, sex: Sex, modes: list[str]
) -> None:
    every = fit(modes, zygosity, inherited, sex)
    assert HARDLY <= every.factor <= TELLING
    known = [fit([mode], zygosity, inherited, sex) for mode in modes]
    assert every.factor >= max((one.factor for one in known if one.mode), default=1.0) - 1e-12


def test_nothing_known_of_the_variant_says_nothing() -> None:
    for mode in (DOMINANT, RECESSIVE, X_RECESSIVE, MITOCHONDRIAL, "HP:0003745"):
        assert fit([mode], Zygosity.UNKNOWN, Inherited.UNKNOWN, Sex.FEMALE).factor == 1.0


def test_one_variant_in_recessive_disease_gains_less_and_still_gains() -> None:
    one = weigh(CandidateGene("CFTR", zygosity=HET), *others(19)).values[AT["recessive"]]
    two = weigh(CandidateGene("CFTR", zygosity=COMPOUND), *others(19)).values[AT["recessive"]]
    assert two > one > 0


def test_a_contribution_names_the_gene_the_mode_and_the_reason() -> None:
    found = weigh(CandidateGene("CFTR", zygosity=HET), *others(4))
    hit, missed, unknown = (found.contribution(AT[name]) for name in ("recessive", "dominant", "none"))
    assert hit and missed and unknown
    assert (hit.kind, hit.gene, hit.matched, hit.note) == (
        ContributionKind.GENE, "CFTR", RECESSIVE, "second_not_found",
    )  # fmt: skip
    assert hit.references == ("hpo",)
    assert hit.value == found.values[AT["recessive"]]
    assert (missed.gene, missed.note, missed.value) == (None, NONE_LISTED, pytest.approx(LOSS))
    assert (unknown.gene, unknown.note, unknown.value) == (None, NO_KNOWN_GENE, 0.0)


def test_of_several_modes_the_one_that_fits_is_named() -> None:
    found = weigh(CandidateGene("FBN1", zygosity=HOM))
    hit = found.contribution(AT["several"])
    assert hit and hit.matched == RECESSIVE


def test_a_contribution_says_who_states_the_link() -> None:
    hit = weigh("DMD").contribution(AT["x"])
    assert hit and hit.references == ("orphanet",)


def published() -> GeneEvidence:
    table = GeneTable(Named(), TwoCases())  # type: ignore[arg-type]
    assert table.resolve("hgnc:7").symbol == "NEW1"
    assert table.diseases(table.index("NEW1") or 0) == (AT["none"],)
    return GeneEvidence(table, Named(), Named.ranked)  # type: ignore[arg-type]


def test_a_gene_of_published_patients_is_a_gene_of_their_disease() -> None:
    profile = Profile(genes=(CandidateGene("NEW1"), *map(CandidateGene, others(19))))
    assert weigh("NEW1", *others(19)).values[AT["none"]] == 0.0
    found = published().weigh(profile)
    hit = found.contribution(AT["none"])
    assert hit and hit.value > 5
    assert (hit.gene, hit.references, hit.cases) == ("NEW1", ("cases",), ("case-0", "case-1"))
    documented = published().weigh(Profile(genes=(CandidateGene("FGFR2"),))).contribution(AT["dominant"])
    assert documented and documented.references == ("hpo",) and documented.cases == ()


def test_a_gene_that_only_hidden_cases_show_is_not_known() -> None:
    evidence, profile = published(), Profile(genes=tuple(map(CandidateGene, ["NEW1", *others(19)])))
    one, both = np.array([True, False, False]), np.array([True, True, False])
    seen = evidence.weigh(profile, one).contribution(AT["none"])
    assert seen and seen.cases == ("case-1",)
    unseen = evidence.weigh(profile, both).contribution(AT["none"])
    assert unseen and (unseen.value, unseen.note) == (0.0, NO_KNOWN_GENE)
    absent = Profile(genes=(CandidateGene("CFTR"),))
    assert evidence.weigh(absent).values[AT["none"]] == pytest.approx(LOSS)
    assert evidence.weigh(absent, both).values[AT["none"]] == 0.0
