"""Reads Orphanet's entries (orphapacket: one JSON file an entry) into records, rows and gene links.

A list of one is written there now as a list, now as the thing itself, with or without the name of its
kind around it; `_each` reads all of these. Whatever the house later interprets is checked here, where
the entry is known.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from corpus_ingest.source import Unparsable
from retrieval.annotation_rows import ORPHANET, AnnotationRow
from retrieval.disease_build import GeneRow
from retrieval.passages.document import Block, Document
from retrieval.prevalence import BASES, CLASS_SHARES, UNSTATED
from retrieval.vocabularies import OrphanetEntry, PrevalenceClaim, Relation

FILE = re.compile(r"ORPHApacket_([0-9]{1,9})\.json\Z")
REMEDY = "Load an intact release of orphapacket."
EVIDENCE = "TAS"  # as phenotype.hpoa marks Orphanet's annotations: a traceable author statement

FREQUENCIES = {
    "Obligate (100%)": "HP:0040280",
    "Very frequent (99-80%)": "HP:0040281",
    "Frequent (79-30%)": "HP:0040282",
    "Occasional (29-5%)": "HP:0040283",
    "Very rare (<4-1%)": "HP:0040284",
    "Excluded (0%)": "HP:0040285",
}
ONSETS = {
    "Antenatal": "HP:0030674",
    "Neonatal": "HP:0003623",
    "Infancy": "HP:0003593",
    "Childhood": "HP:0011463",
    "Adolescent": "HP:0003621",  # Juvenile onset
    "Adult": "HP:0003581",
    "Elderly": "HP:0003584",  # Late onset
    "All ages": "",
    "No data available": "",
}
INHERITANCE = {
    "Autosomal dominant": "HP:0000006",
    "Autosomal recessive": "HP:0000007",
    "X-linked dominant": "HP:0001423",
    "X-linked recessive": "HP:0001419",
    "Y-linked": "HP:0001450",
    "Mitochondrial inheritance": "HP:0001427",
    "Multigenic/multifactorial": "HP:0001426",
    "Oligogenic": "HP:0010983",
    "Semi-dominant": "HP:0032113",
    "Not applicable": "",
    "Unknown": "",
    "No data available": "",
    "Not yet documented": "",
}
# Only a gene that causes the disease is a gene of the disease; susceptibility, modifiers and fusions are not.
CAUSING = {
    "Disease-causing germline mutation(s) in": "germline",
    "Disease-causing germline mutation(s) (loss of function) in": "loss of function",
    "Disease-causing germline mutation(s) (gain of function) in": "gain of function",
    "Disease-causing somatic mutation(s) in": "somatic",
}
OTHER_GENES = frozenset(
    {
        "Major susceptibility factor in",
        "Role in the phenotype of",
        "Part of a fusion gene in",
        "Modifying germline mutation in",
        "Candidate gene tested in",
        "Biomarker tested in",
    }
)
RELATIONS = frozenset(str(relation) for relation in Relation)
_TERM = re.compile(r"HP:[0-9]{7}\Z")
_NUMBER = re.compile(r"[0-9]{1,9}\Z")
_MARKUP = re.compile(r"<i<|</?i>", re.IGNORECASE)  # the names of genes; one of them is not closed
_SYMBOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,40}\Z")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """All that one file contributes."""

    version: str
    entry: OrphanetEntry
    rows: tuple[AnnotationRow, ...]
    genes: tuple[GeneRow, ...]
    definition: Document | None = None


def read_entry(name: str, content: bytes) -> ReadEntry:
    """One file of the packet; Unparsable names the file and the part that cannot be read."""
    file = PurePosixPath(name).name
    body = _body(file, content)
    reader = _Reader(file, body)
    return ReadEntry(
        reader.text(body, "version"),
        reader.entry(),
        tuple(reader.rows()),
        tuple(reader.genes()),
        reader.definition(),
    )


def unreadable(file: str, what: str) -> Unparsable:
    return Unparsable(f"{file}: {what}.", hint=REMEDY)


def _body(file: str, content: bytes) -> Json:
    try:
        whole = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise unreadable(file, "it is not UTF-8") from None
    except RecursionError:
        raise unreadable(file, "it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise unreadable(file, f"line {error.lineno} column {error.colno}: it is not JSON") from None
    body = whole.get("Orphapacket") if isinstance(whole, dict) else None
    if not isinstance(body, dict):
        raise unreadable(file, "it holds no Orphapacket")
    return body


class _Reader:
    """One entry being read; every refusal names the file and the part."""

    def __init__(self, file: str, body: Json) -> None:
        self._file = file
        self._body = body
        code = self.text(body, "ORPHAcode")
        named = FILE.match(file)
        if named is None or code != named[1]:
            raise unreadable(file, "ORPHAcode is not the number in the name of the file")
        self._id = f"ORPHA:{code}"
        self._name = self.text(body, "Label")

    def entry(self) -> OrphanetEntry:
        kind = self._body.get("DisorderType")
        if not isinstance(kind, dict):
            raise unreadable(self._file, "DisorderType is missing")
        return OrphanetEntry(
            id=self._id,
            name=self._name,
            type=self.text(kind, "value", "DisorderType"),
            omim=tuple(self._omim()),
            parents=tuple(f"ORPHA:{self._number(one, 'ORPHAcode', at)}" for at, one in self._each("Parents", "Parent")),
            prevalences=tuple(self._prevalences()),
            synonyms=tuple(self._synonyms()),
        )

    def definition(self) -> Document | None:
        """What the disease is, in Orphanet's words without their markup."""
        found = self._body.get("TextSection")
        if found is None:
            return None
        if not isinstance(found, dict):
            raise unreadable(self._file, "TextSection is not an object")
        written = _MARKUP.sub("", html.unescape(self.text(found, "Contents", "TextSection")))
        return Document(
            id=f"orphanet:{self._id.partition(':')[2]}",
            source="orphanet",
            title=self._name,
            blocks=(Block(" ".join(written.split()), ("Definition",)),),
            diseases=(self._id,),
            url=f"https://www.orpha.net/en/disease/detail/{self._id.partition(':')[2]}",
        )

    def rows(self) -> Iterator[AnnotationRow]:
        for number, (at, one) in enumerate(self._each("Phenotypes", "Phenotype"), start=1):
            term = self.text(one, "HPOId", at)
            if not _TERM.match(term):
                raise unreadable(self._file, f"{at}: HPOId is not an id such as HP:0001250")
            yield self._row(term, "P", number, frequency=self._word(one, "HPOFrequency", FREQUENCIES, at))
        yield from self._plain_rows("AverageAgeOfOnsets", "AverageAgeOfOnset", ONSETS, "C")
        yield from self._plain_rows("TypeOfInheritances", "TypeOfInheritance", INHERITANCE, "I")

    def genes(self) -> Iterator[GeneRow]:
        for at, one in self._each("Genes", "Gene"):
            symbol, how = self.text(one, "Symbol", at), self.text(one, "DisorderGeneAssociationType", at)
            if not _SYMBOL.match(symbol):
                raise unreadable(self._file, f"{at}: Symbol is not the symbol of a gene")
            if how in CAUSING:
                yield GeneRow("", symbol, self._id, self._hgnc(one, at), CAUSING[how])
            elif how not in OTHER_GENES:
                raise unreadable(self._file, f"{at}: DisorderGeneAssociationType is none that is known")

    def text(self, part: Json, key: str, at: str = "") -> str:
        found = part.get(key)
        if not isinstance(found, str) or not found.strip():
            raise unreadable(self._file, f"{at}: {key} is missing" if at else f"{key} is missing")
        return found.strip()

    # --- inside ----------------------------------------------------------

    def _omim(self) -> Iterator[tuple[str, Relation]]:
        for at, one in self._each("ExternalReferences", "ExternalReference"):
            if self.text(one, "Source", at) != "OMIM":
                continue
            relation = self.text(one, "DisorderMappingRelation", at).split()[0]
            if relation not in RELATIONS:
                raise unreadable(self._file, f"{at}: DisorderMappingRelation is none of E, BTNT, NTBT, ND")
            yield f"OMIM:{self._number(one, 'Reference', at)}", Relation(relation)

    def _synonyms(self) -> Iterator[str]:
        for number, one in enumerate(_flat(self._body.get("Synonyms"), "Synonym"), start=1):
            if not isinstance(one, str) or not one.strip():
                raise unreadable(self._file, f"Synonyms {number} is no name")
            yield " ".join(one.split())

    def _prevalences(self) -> Iterator[PrevalenceClaim]:
        for at, one in self._each("Prevalences", "Prevalence"):
            of_class = self.text(one, "PrevalenceClass", at)
            if of_class not in CLASS_SHARES and of_class not in UNSTATED:
                raise unreadable(self._file, f"{at}: PrevalenceClass is none of Orphanet's classes")
            claim = PrevalenceClaim(
                self.text(one, "PrevalenceType", at), of_class, self.text(one, "PrevalenceGeographic", at)
            )
            if claim.of_class in CLASS_SHARES and claim.type in BASES:
                yield claim

    def _hgnc(self, gene: Json, at: str) -> str:
        references = gene.get("ExternalReferences")
        for one in references if isinstance(references, list) else ():
            if isinstance(one, dict) and one.get("Source") == "HGNC":
                return f"HGNC:{self._number(one, 'Reference', at)}"
        return ""

    def _plain_rows(self, whole: str, kind: str, words: dict[str, str], aspect: str) -> Iterator[AnnotationRow]:
        for number, (at, one) in enumerate(self._each(whole, kind), start=1):
            if term := self._word(one, "value", words, at):
                yield self._row(term, aspect, number)

    def _row(self, term: str, aspect: str, number: int, frequency: str = "") -> AnnotationRow:
        return AnnotationRow(
            disease=self._id,
            name=self._name,
            qualifier="",
            term=term,
            reference=self._id,
            evidence=EVIDENCE,
            onset="",
            frequency=frequency,
            sex="",
            modifier="",
            aspect=aspect,
            line=number,
            source=ORPHANET,
        )

    def _word(self, part: Json, key: str, words: dict[str, str], at: str) -> str:
        found = self.text(part, key, at)
        if found not in words:
            raise unreadable(self._file, f"{at}: {key} is none of the {len(words)} that are known")
        return words[found]

    def _number(self, part: Json, key: str, at: str) -> str:
        found = self.text(part, key, at)
        if not _NUMBER.match(found):
            raise unreadable(self._file, f"{at}: {key} is not a number")
        return found

    def _each(self, whole: str, kind: str) -> Iterator[tuple[str, Json]]:
        """(place, thing) of everything under a key, however it is wrapped."""
        for number, one in enumerate(_flat(self._body.get(whole), kind), start=1):
            if not isinstance(one, dict):
                raise unreadable(self._file, f"{whole} {number} is not an object")
            yield f"{whole} {number}", one


def _flat(found: object, kind: str) -> Iterator[object]:
    if isinstance(found, list):
        for one in found:
            yield from _flat(one, kind)
    elif isinstance(found, dict) and kind in found:
        yield from _flat(found[kind], kind)
    elif found is not None and found != "":
        yield found
