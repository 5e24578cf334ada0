"""What Orphanet and Mondo say of diseases, as their parsers hand it over: plain records, no judgement.

Ids are CURIEs in the house's form (ORPHA:558, OMIM:154700, MONDO:0007947, OMIMPS:203655).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How Orphanet relates one of its entries to an entry of OMIM."""

    EXACT = "E"
    BROADER = "BTNT"  # the entry of Orphanet is broader: a group of what it names
    NARROWER = "NTBT"
    UNDECIDED = "ND"


# Orphanet's types that are chapters and groups, never a diagnosis of their own.
CATEGORY = "Category"
CLINICAL_GROUP = "Clinical group"
SUBTYPES = frozenset({"Clinical subtype", "Etiological subtype", "Histopathological subtype"})


@dataclass(frozen=True, slots=True)
class PrevalenceClaim:
    """One row of Orphanet's epidemiology, in its own words."""

    type: str  # Point prevalence, Prevalence at birth, Annual incidence, Lifetime Prevalence, Cases/families
    of_class: str  # 1-9 / 100 000
    place: str  # Worldwide, Europe, a country


@dataclass(frozen=True, slots=True)
class OrphanetEntry:
    id: str  # ORPHA:558
    name: str
    type: str  # Disease, Clinical subtype, Category, ...
    omim: tuple[tuple[str, Relation], ...] = ()
    parents: tuple[str, ...] = ()
    prevalences: tuple[PrevalenceClaim, ...] = ()
    synonyms: tuple[str, ...] = ()

    @property
    def heading_only(self) -> bool:
        return self.type in {CATEGORY, CLINICAL_GROUP}


@dataclass(frozen=True, slots=True)
class MondoTerm:
    """A class of Mondo: what it matches exactly, what it stands under, and which genes it rests on."""

    id: str  # MONDO:0007947
    name: str
    exact: tuple[tuple[str, str], ...] = ()  # (OMIM:154700, its name there or empty)
    parents: tuple[str, ...] = ()
    genes: tuple[tuple[str, str], ...] = ()  # (HGNC:3603, the relation)
