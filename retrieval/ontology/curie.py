"""Reads ids as people and files write them, and returns the one form used inside: HP:0001250, OMIM:154700.

Tolerant of case, underscore for colon, surrounding space, full-width characters and the usual
IRIs; everything else is refused. Messages never repeat the text: it may be a patient's.
"""

from __future__ import annotations

import re
import unicodedata

from retrieval.errors import MalformedId

LONGEST = 120  # characters; an IRI of a term has about 45
_IRI = re.compile(
    r"<?https?://(?:purl\.obolibrary\.org/obo/|hpo\.jax\.org/(?:app/)?browse/(?:term|disease)/"
    r"|identifiers\.org/|www\.orpha\.net/ORDO/|www\.omim\.org/entry/|omim\.org/entry/)(?P<local>[^>/]+)>?\Z",
    re.IGNORECASE,
)
_TERM = re.compile(r"HP\s?[:_]\s?([0-9]{7})\Z", re.IGNORECASE)
_DISEASE = re.compile(r"(OMIM|MIM|ORPHA|ORPHANET|DECIPHER|MONDO)[:_]\s?([0-9]{1,9})\Z", re.IGNORECASE)
_PREFIXES = {"MIM": "OMIM", "ORPHANET": "ORPHA"}


def term_id(text: str) -> str:
    """HP:0001250 from any accepted way of writing it."""
    match = _TERM.match(_local(text))
    if match is None:
        raise MalformedId(
            "This is not the id of an HPO term.", hint="Write HP: and seven digits, for example HP:0001250."
        )
    return f"HP:{match[1]}"


def disease_id(text: str) -> str:
    """OMIM:154700 or ORPHA:558 from any accepted way of writing it."""
    local = _local(text)
    match = _DISEASE.match(f"OMIM:{local}" if re.fullmatch("[0-9]{6}", local) else local)
    if match is None:
        raise MalformedId("This is not the id of a disease.", hint="Write it as OMIM:154700 or ORPHA:558.")
    prefix = match[1].upper()
    return f"{_PREFIXES.get(prefix, prefix)}:{match[2]}"


def _local(text: str) -> str:
    """The part that names the thing: NFKC folds full-width letters, digits and colons into ASCII."""
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _IRI.match(plain)
    return match["local"] if match else plain
