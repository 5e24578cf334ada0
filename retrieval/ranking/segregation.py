"""How well the zygosity and the origin of a variant go with a disease's modes of inheritance.

A factor on the worth of a listed gene: how much more often a gene at fault shows this than a gene
that is listed by chance. It is soft on purpose: a second variant may be missed, females manifest
X-linked disease, parents may be affected or penetrance incomplete, and records are wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from retrieval.model import Inherited, Sex, Zygosity

# Two variants of a gene in recessive disease, or a new one in dominant disease: what a search for
# the cause looks for, and several times rarer among the other genes of a list.
TELLING = 3.0
AS_EXPECTED = 1.0
# A variant of a parent in dominant disease: half of them, in round figures, are of an affected
# parent or of one in whom the gene does not show itself.
LESS_OFTEN = 0.5
# One variant in recessive disease (the second is missed in some tenth to fifth of solved families), two in
# dominant disease, a woman with one variant in X-linked recessive disease, a new one in recessive disease.
SELDOM = 0.2
# It needs an error of the record, a deletion of the other copy or another rare event.
HARDLY = 0.05

# HPO's modes of inheritance, as far as they say how many copies it takes and where the gene lies.
DOMINANT = frozenset(("HP:0000006", "HP:0012274", "HP:0012275", "HP:0025352"))  # with imprinting, typically de novo
RECESSIVE = frozenset(("HP:0000007",))
SEMIDOMINANT = "HP:0032113"
X_LINKED = "HP:0001417"
X_RECESSIVE = "HP:0001419"
X_DOMINANT = "HP:0001423"
Y_LINKED = "HP:0001450"
MITOCHONDRIAL = "HP:0001427"

_X = frozenset((X_LINKED, X_RECESSIVE, X_DOMINANT))
_TWO = frozenset((Zygosity.COMPOUND, Zygosity.HOMOZYGOUS))
_PARENT = frozenset((Inherited.MOTHER, Inherited.FATHER))


class Fit(NamedTuple):
    """`code` says why, for words; `mode` is the HPO term of the mode that was compared."""

    factor: float
    code: str
    mode: str


NO_MODE = Fit(AS_EXPECTED, "", "")  # nothing is known of one side, so nothing is said


def fit(modes: Iterable[str], zygosity: Zygosity, inherited: Inherited, sex: Sex) -> Fit:
    """The best over the modes: a disease may be dominant in one family and recessive in the next."""
    if zygosity is Zygosity.UNKNOWN and inherited is Inherited.BOTH:
        zygosity = Zygosity.COMPOUND  # one from either parent makes two, whatever they are
    fits = [one for mode in modes for one in _by_mode(mode, zygosity, inherited, sex)]
    return max(fits, key=lambda one: (one.factor, one.code, one.mode), default=NO_MODE)


def _by_mode(mode: str, zygosity: Zygosity, inherited: Inherited, sex: Sex) -> list[Fit]:
    if mode in DOMINANT:
        return [_dominant(mode, zygosity, inherited)]
    if mode in RECESSIVE:
        return [_recessive(mode, zygosity, inherited)]
    if mode == SEMIDOMINANT:
        return [_dominant(mode, zygosity, inherited), _recessive(mode, zygosity, inherited)]
    if mode in _X:
        return [_x_linked(mode, zygosity, inherited, sex)]
    if mode == MITOCHONDRIAL:
        return [Fit(HARDLY, "not_from_father", mode) if inherited is Inherited.FATHER else Fit(AS_EXPECTED, "", mode)]
    if mode == Y_LINKED:
        wrong = inherited is Inherited.MOTHER or sex is Sex.FEMALE
        return [Fit(HARDLY, "not_this_sex", mode) if wrong else Fit(AS_EXPECTED, "", mode)]
    return []  # sporadic, polygenic, penetrance, mosaicism: nothing about copies


def _dominant(mode: str, zygosity: Zygosity, inherited: Inherited) -> Fit:
    if zygosity is Zygosity.HEMIZYGOUS:
        return Fit(HARDLY, "not_on_x", mode)
    if zygosity in _TWO:
        return Fit(SELDOM, "two_in_dominant", mode)
    if inherited is Inherited.DE_NOVO:
        return Fit(TELLING, "de_novo_dominant", mode)
    if inherited in _PARENT:
        return Fit(LESS_OFTEN, "parent_in_dominant", mode)
    return Fit(AS_EXPECTED, "one_in_dominant" if zygosity is Zygosity.HETEROZYGOUS else "", mode)


def _recessive(mode: str, zygosity: Zygosity, inherited: Inherited) -> Fit:
    if zygosity is Zygosity.HEMIZYGOUS:
        return Fit(HARDLY, "not_on_x", mode)
    if zygosity is Zygosity.HETEROZYGOUS:
        return Fit(SELDOM, "second_not_found", mode)
    if zygosity in _TWO:
        if inherited is Inherited.DE_NOVO:  # one of the two: unusual, and seen
            return Fit(AS_EXPECTED, "two_in_recessive", mode)
        return Fit(TELLING, "two_in_recessive", mode)
    if inherited is Inherited.DE_NOVO:
        return Fit(SELDOM, "de_novo_recessive", mode)
    return Fit(AS_EXPECTED, "", mode)


def _x_linked(mode: str, zygosity: Zygosity, inherited: Inherited, sex: Sex) -> Fit:
    if sex is Sex.MALE:
        if inherited is Inherited.FATHER:
            return Fit(HARDLY, "not_from_father", mode)
        if zygosity in {Zygosity.HETEROZYGOUS, Zygosity.COMPOUND}:  # a mosaic, or a second X
            return Fit(SELDOM, "two_copies_in_male", mode)
        # A program that counts two copies everywhere calls the one copy of a boy homozygous.
        hemizygous = zygosity in {Zygosity.HEMIZYGOUS, Zygosity.HOMOZYGOUS}
        return Fit(AS_EXPECTED, "hemizygous_male" if hemizygous else "", mode)
    one = zygosity is Zygosity.HETEROZYGOUS
    if one and inherited is Inherited.DE_NOVO and mode != X_RECESSIVE:
        return Fit(TELLING, "de_novo_dominant", mode)
    if one and mode == X_RECESSIVE:
        return Fit(SELDOM if sex is Sex.FEMALE else LESS_OFTEN, "female_may_manifest", mode)
    if one and mode == X_LINKED:
        return Fit(LESS_OFTEN, "female_may_manifest", mode)
    if sex is Sex.FEMALE and zygosity is Zygosity.HEMIZYGOUS:
        return Fit(SELDOM, "one_copy_in_female", mode)
    if zygosity in _TWO and mode == X_DOMINANT:
        return Fit(SELDOM, "two_in_dominant", mode)
    return Fit(AS_EXPECTED, "", mode)
