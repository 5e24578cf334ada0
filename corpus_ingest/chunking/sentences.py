"""Where sentences end. In doubt one does not: two sentences in a passage are fine, half a one is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A mark, what closes behind it, white space, and something that a sentence may begin with. Chinese and Japanese
# need no space. An empty line always parts; so does a line that begins with a bullet. Of many marks only the first
# may begin one (`++`: nothing is given back), so that a line of dots costs its length and not the square of it.
_END = re.compile(
    r"""(?<![.!?\u2026])[.!?\u2026]++["'\u201d\u2019\u00bb)\]]*(?:\[[\d,\u2013\- ]{1,40}\])?(\s+)"""
    r"""(?=["'\u201c\u2018\u00ab\u00bf\u00a1(\[]*[A-Z\u00c0-\u00de\u0370-\u03ff\u0400-\u042f0-9])"""
    r"""|[\u3002\uff01\uff1f]["'\u201d\u2019\u300d\u300f\uff09]*(\s*)"""
    r"""|(\n\s*\n\s*)|(\n\s*(?=[-*\u2022\u2023\u25aa\u25cf]\s))"""
)
_LAST_WORD = re.compile(r"""([^\s("'\[\u201c\u2018\u00ab]*)\.["'\u201d\u2019\u00bb)\]]*(?:\[[^\]]*\])?\Z""")
_SHORTENED = (
    # English, and what medicine shortens
    "al approx ca cf ch chap chr co corp dept dr drs ed eds eg e.g ie i.e eq eqs esp etc ex exp fig figs gen gov hon "
    "hr hrs ie inc incl jr lat ltd max med min mr mrs ms mt mts nos nr op p par pp prof pt pts ref refs rev resp sec "
    "sect sr st suppl syn tab tbl temp univ viz vol vols vs v wk wks yr yrs no ssp subsp spp sp var cv inj sol tabl "
    "dil supp i.v i.m s.c p.o b.i.d t.i.d q.i.d p.r.n a.m p.m u.s u.k e.u d.o ph.d m.d b.sc m.sc "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun "
    # German
    "abb abs allg anm art aufl bd bes bspw bzgl bzw d.h dgl dipl e.v engl entspr etw evtl f ff ggf ggfs hrsg inkl "
    "i.d.r jh kap lat max mind nr o.ä o.g pat rd s s.o s.u sog std str tel u.a u.u usw vgl z.b z.t z.n zz zzt zw "
    # French, Spanish, Italian, Portuguese
    "c.-à-d chap env m mm mme mmes mlle p.ex éd av bd boul vol "
    "p.ej ej sr sra srta dra dres ud uds pág págs núm art aprox avda ee.uu "
    "ecc es pag sig sigg dott dott.ssa cap cfr "
    "exa exmo ltda"
)
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_ORDINALS = frozenset({"de", "da", "nb", "no", "cs", "fi", "hu", "pl"})  # languages in which "3." may mean "third"


def sentences(text: str, language: str = "en") -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence, without the white space around it; together all that is no white space."""
    start = len(text) - len(text.lstrip())
    for match in _END.finditer(text):
        end = _end_before_space(match)
        if end <= start or (match[1] is not None and not _is_end(text, start, end, language)):
            continue
        yield start, end
        start = match.end()
    end = len(text.rstrip())
    if end > start:
        yield start, end


def _end_before_space(match: re.Match[str]) -> int:
    return next(match.start(group) for group in range(1, 5) if match[group] is not None)


def _is_end(text: str, start: int, end: int, language: str) -> bool:
    found = _LAST_WORD.search(text, max(start, end - 80), end)
    if found is None:  # "!" or "?", or a full stop behind white space
        return True
    word = found[1].rstrip(".").lower()
    if not word:
        return not text.endswith(". . .", 0, end)
    if word in _ABBREVIATIONS:
        return False
    if len(word) == 1 and word.isalpha():  # an initial: J. Smith, E. coli, p. 12
        return False
    if word.count(".") and all(len(part) <= 2 for part in word.split(".")) and not word[0].isdigit():
        return False  # z.B., U.S.A.
    if word.isdigit():
        alone = not text[start : found.start(1)].strip()  # "1. Wash your hands": a number, not a sentence
        return not alone and not (language[:2] in _ORDINALS and len(word) <= 2)
    return True
