"""Which names are too ordinary to be recognised on their own.

HPO's synonyms include everyday words ("Falls", "Cutting", "Sad", "Corn"). In a note they seldom
mean the finding. The rules first; the list holds what the rules cannot know.
"""

from __future__ import annotations

import re

from retrieval.ontology.tokens import word_set

SHORTEST = 4  # letters of a single word that is recognised in any case; shorter ones only as written

# Single-word names of findings in HPO 2025-01-16 that are everyday English in a clinical text.
ORDINARY = word_set(
    """
    aloneness anger arranging aspiration birthmark boil bouncing coldness collecting corn cowlick cutting
    dissociation dullness extraversion fall falls fisting frailty gemination hopeless hopping hostile
    hypersensitivity illusions imbalance impulsive inaction inactivity intoe introversion jumping maceration manic
    mole mouthing negative oncology oral ordering panting piles placidity plethora proboscis prostration rosette sad
    shock sleepy slowness sneeze spinning stereotyped tearing trance twirling undergrowth unresponsive worthlessness
    """
)

# A single word whose other form is recognised ("depression") but which itself means something else.
NOT_ALONE = word_set(
    """
    depressed absent protruding prominent rotated displaced irregular small short long weak thin thick thickened
    narrow wide broad enlarged reduced elevated swollen fused wasted
    """
)

# Abbreviations of findings that mean something else at least as often: liver function test, broncho-
# pulmonary dysplasia, reactive airway disease, chronic venous insufficiency, low-density lipoprotein.
AMBIGUOUS_ABBREVIATIONS = frozenset({"LFT", "BPD", "RAD", "CVI", "LDD", "CSU", "DDN", "AOB", "ODD", "TMD", "MEMA"})
SHORTEST_ABBREVIATION = 3  # letters; of two letters (RA, MI, BO) no reader can be sure

_ABBREVIATION = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Za-z0-9+\-]{2,7}\Z")


def is_abbreviation(name: str, kind: str) -> bool:
    """Recognised only as written: a short single word with two capitals, or one that HPO calls an abbreviation."""
    if " " in name.strip():
        return False
    return kind == "abbreviation" or (bool(_ABBREVIATION.match(name)) and not name[1:].islower())


def is_unsure(abbreviation: str) -> bool:
    """Whether an abbreviation is too short or too ambiguous to be recognised at all."""
    return len(abbreviation) < SHORTEST_ABBREVIATION or abbreviation in AMBIGUOUS_ABBREVIATIONS


def is_ordinary(words: list[str]) -> bool:
    """Whether a name of these folded words, small words removed, says too little to be recognised."""
    if len(words) != 1:
        return not words
    return words[0] in ORDINARY or len(words[0]) < SHORTEST or words[0].isdigit()
