"""One form for the many shapes of a medical word, applied alike to the dictionary and to the note.

Hypotonic and hypotonia, cardiac and heart, phalanges and phalanx become the same key. A rule is
here only if it keeps the meaning: opposites (hypo/hyper, micro/macro) are never joined.
"""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.ontology.tokens import american, singular, word_set

# Words that carry no meaning of their own between the words of a name.
SMALL = word_set("a an at in of the")

# Words that may stand inside a name without changing the finding ("contracture of the left knee").
# They are skipped only when no longer name claims them.
SKIPPABLE = word_set(
    """
    left right bilateral unilateral both mild mildly moderate moderately severe severely marked markedly slight
    slightly significant significantly profound very his her their some
    """
)

# Adjective → noun by ending. Each pair is regular in medical English.
_ENDINGS = (
    (re.compile(r"(?<=ceph)alic$"), "aly"),
    (re.compile(r"(?<=plas)tic$"), "ia"),  # hypoplastic → hypoplasia
    (re.compile(r"(?<=troph)(ic|ied)$"), "y"),
    (re.compile(r"(?<=ton)ic$"), "ia"),
    (re.compile(r"(?<=em)ic$"), "ia"),
    (re.compile(r"(?<=[a-z]{3}op)ic$"), "ia"),
    (re.compile(r"(?<=path)ic$"), "y"),
    (re.compile(r"(?<=pleg)ic$"), "ia"),
    (re.compile(r"(?<=kine)tic$"), "sia"),
    (re.compile(r"(?<=dactyl)(ous|ism|ia)$"), "y"),
    (re.compile(r"(?<=gnath)(ic|ism|ous)$"), "ia"),
    (re.compile(r"^(scoli|kyph|lord|cyan|stenos|thromb|fibr|necr|acid|steat)otic$"), r"\1osis"),
    (re.compile(r"(?<=pare)tic$"), "sis"),
    (re.compile(r"(?<=telor)ic$"), "ism"),
    (re.compile(r"(?<=pen)ic$"), "ia"),
    (re.compile(r"(?<=reflex)ic$"), "ia"),
    (re.compile(r"(?<=thyroid)ic$"), "ism"),
    (re.compile(r"(?<=gonad)al$"), "ism"),
)

# Words for one thing, first of each line. Only full equals in names of findings.
_SAME = """
abnormality abnormal abnormally anomaly anomalous malformation malformed defect defective
delay delayed retardation retarded
increase increased elevated raised elevation
decrease decreased reduced diminished reduction lowered
enlargement enlarged
weakness weak
thin thinning thinned
dislocation dislocated
kidney renal
heart cardiac
liver hepatic
eye ocular ophthalmic ophthalmologic ophthalmological
mouth oral
tooth dental
limb extremity
neoplasm tumor
skin cutaneous
lung pulmonary
nose nasal
face facial
muscle muscular
intellectual mental mentally intellectually
developmental developmentally
disability impairment disabled impaired
ataxia ataxic
spasticity spastic
obesity obese
deafness deaf
blindness blind
jaundice jaundiced icteric
seizure convulsion
dysmorphism dysmorphic dysmorphy
underdevelopment underdeveloped
protrusion protruding protruded
depression depressed
irregularity irregular
prominence prominent
absence absent
calcification calcified
duplication duplicated
fusion fused
deviation deviated
rotation rotated
displacement displaced
dilatation dilated dilation
atrophy wasting
thickening thickened thick
narrowing narrowed narrow
ulceration ulcerated
broad broadened
wide widened widening
short shortened shortening
long elongated elongation
small
swelling swollen
constipation constipated
bulging
upslanting upslanted upslant
downslanting downslanted downslant
1 first 1st
2 second 2nd ii
3 third 3rd iii
4 fourth 4th iv
5 fifth 5th
"""
_CANON = {word: line.split()[0] for line in _SAME.strip().splitlines() for word in line.split()}


@lru_cache(maxsize=65536)
def key(folded: str) -> str:
    """The form under which a folded word of a name or a note is compared."""
    word = singular(american(folded))
    if word in _CANON:
        return _CANON[word]
    if len(word) > 5:
        for pattern, noun in _ENDINGS:
            changed, count = pattern.subn(noun, word)
            if count:
                return _CANON.get(changed, changed)
    return word
