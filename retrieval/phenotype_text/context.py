"""Decides whose a named finding is and whether it is there: negation, doubt, conditions, relatives.

One pass over each sentence, left to right; linear in its length. Precedence, strongest first: a
relative (FAMILY; negated there: dropped, since it says nothing of the patient) · a condition or
risk (UNCERTAIN) · EXCLUDED · UNCERTAIN · PRESENT. Scope ends with the sentence, at an END cue, at
a comma or "and" that opens a statement of its own, and when the next finding is too far away.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.model import Status
from retrieval.ontology.tokens import word_set
from retrieval.phenotype_text.cues import DESCRIBES_RELATIVE, NOT_SUBJECT, OWN_STATEMENT, PHRASES, REPORTS, Cue
from retrieval.phenotype_text.matching import Match
from retrieval.phenotype_text.note import COMMA, OPEN, STOP, Note

REACH = 6  # words between a cue and the first finding it governs, and between listed findings
_REACH = {Cue.NOT_LOOSE: 4, Cue.NOT_TOUCHING: 0}  # before the first finding, where it differs
_REACH_BACK = 2  # words between a finding and a cue after it
_MOST_BACK = 8  # listed findings that one later cue governs
_SHORT_LINE = 60  # characters; a shorter line followed by a capital is a line of its own
_NOT_THE_END = word_set("dr mr mrs ms prof vs eg ie e g i st approx ca fig no nr yr yrs mo mos wk wks cm mm kg")
_AUXILIARY = word_set("was were is are has have been be had being to also all both clinically")
_PATIENT = word_set("patient proband propositus proposita he she child boy girl infant")
_QUERY_BEFORE = re.compile(r"(?:^|[\s(,;:.])\?+\s?$")
_SECTION = re.compile(r"(?im)^[ \t]*(?:family history|fhx|family hx|fh)[ \t]*(?::|\n|-)")
# A blank line, a heading on a line of its own, or within a line a heading that is the patient's again.
_SECTION_END = re.compile(
    r"\n[ \t\r]*\n|\n[ \t]*[A-Z][A-Za-z /&]{2,40}:|"
    r"[.;][ \t]+(?:[A-Z][a-z]+ )?(?i:examination|exam|patient|proband|history|development|investigations?|findings|"
    r"laboratory|labs|imaging|mri|ct|eeg|assessment|impression|plan)(?: [a-z]+)?:"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the context says of one match. `dropped`: about somebody else, and negated."""

    status: Status
    cue: str = ""
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    kind: Cue
    first: int
    last: int  # exclusive


@dataclass(slots=True)
class _State:
    """What governs the next finding of the sentence."""

    negation: _Found | None = None
    doubt: _Found | None = None
    condition: _Found | None = None
    relative: _Found | None = None
    reached: int = 0  # word up to which the negation is known to reach
    covered: bool = False  # the negation already governs a finding
    doubt_reached: int = 0


@dataclass(slots=True)
class _Marks:
    """Cues that govern one match."""

    negation: str = ""
    doubt: str = ""
    condition: str = ""
    relative: str = ""

    def reading(self) -> Reading:
        if self.relative:
            return Reading(Status.FAMILY, self.relative, dropped=bool(self.negation))
        if self.condition:
            return Reading(Status.UNCERTAIN, self.condition)
        if self.negation:
            return Reading(Status.EXCLUDED, self.negation)
        if self.doubt:
            return Reading(Status.UNCERTAIN, self.doubt)
        return Reading(Status.PRESENT)


def _table() -> dict[str, list[tuple[tuple[str, ...], Cue]]]:
    """First word → phrases that begin with it, longest first. The same phrase may be several cues."""
    table: dict[str, list[tuple[tuple[str, ...], Cue]]] = {}
    for cue, phrases in PHRASES.items():
        for phrase in phrases:
            words = tuple(phrase.split())
            table.setdefault(words[0], []).append((words, cue))
    for phrases_of in table.values():
        phrases_of.sort(key=lambda item: -len(item[0]))
    return table


_CUES = _table()
_AFTER = frozenset({Cue.NOT_AFTER, Cue.MAYBE_AFTER})


def readings(note: Note, matches: Sequence[Match]) -> list[Reading]:
    """One reading for each match, in order."""
    owner = [-1] * len(note)
    for k, match in enumerate(matches):
        owner[match.first : match.last] = [k] * (match.last - match.first)
    marks = [_Marks() for _ in matches]
    at = 0
    for first, last in _sentences(note):
        while at < len(matches) and matches[at].first < first:
            at += 1
        if at == len(matches):
            break
        if matches[at].first < last:
            _Sentence(note, first, last, owner, matches, marks).read()
    _family_sections(note, matches, marks)
    return [mark.reading() for mark in marks]


def _sentences(note: Note) -> Iterator[tuple[int, int]]:
    first = 0
    for k in range(1, len(note)):
        broken = note.gap[k] != OPEN or "\n" in note.text[note.end[k - 1] : note.start[k]]
        if broken and _ends(note, k):
            yield first, k
            first = k
    if first < len(note):
        yield first, len(note)


def _ends(note: Note, k: int) -> bool:
    """Whether a sentence ends before word k."""
    between = note.text[note.end[k - 1] : note.start[k]]
    if re.search(r";|!|\n[ \t\r]*\n|\n[ \t]*[-*+>•]|[•·|\u3002\u061b\u061f\uff0e\uff1b]", between):
        return True
    if "?" in between and not _QUERY_BEFORE.search(between):
        return True
    if re.search(r"\.(?=[\s\"”’)\]])", between):
        return note.folded[k - 1] not in _NOT_THE_END or "\n" in between
    if "\n" in between and note.text[note.start[k]].isupper():
        line = note.text.rfind("\n", 0, note.end[k - 1]) + 1
        return note.end[k - 1] - line < _SHORT_LINE
    return False


class _Sentence:
    """Reads one sentence, words first..last, and marks its matches."""

    def __init__(
        self, note: Note, first: int, last: int, owner: list[int], matches: Sequence[Match], marks: list[_Marks]
    ) -> None:
        self._note = note
        self._first, self._last = first, last
        self._owner = owner
        self._matches = matches
        self._marks = marks
        self._state = _State()
        self._opens = self._statements()

    def read(self) -> None:
        k = self._first
        while k < self._last:
            self._boundary(k)
            self._query(k)
            if self._owner[k] >= 0:
                k = self._finding(self._owner[k])
                continue
            found = self._cue_at(k)
            if found is None:
                k += 1
            else:
                self._apply(found)
                k = found.last

    # --- where a statement of its own begins ------------------------------

    def _statements(self) -> list[bool]:
        """For each word: the item that begins here (after a comma or "and") is a statement of its own."""
        opens = [False] * (self._last - self._first + 1)
        own = False
        for k in range(self._last - 1, self._first - 1, -1):
            word = self._note.folded[k]
            own = own or (word in OWN_STATEMENT and self._owner[k] < 0)
            if self._note.gap[k] == COMMA or word == "and":
                opens[k - self._first] = own
                own = False
        return opens

    def _boundary(self, k: int) -> None:
        """A comma or "and" before word k may end what governs."""
        comma, joined = self._note.gap[k] == COMMA and k > self._first, self._note.folded[k] == "and"
        state = self._state
        if k > self._first and ")" in self._note.text[self._note.end[k - 1] : self._note.start[k]]:
            state.negation = state.doubt = state.condition = None
        if not comma and not joined:
            return
        negation = state.negation
        item = "and" if joined else ","
        if negation is not None:
            loose = negation.kind is Cue.NOT_LOOSE and not state.covered
            if self._opens[k - self._first] or (loose and item == ","):
                state.negation = None
        if comma and not self._listed(k):
            state.condition = None
        if item == "," or joined:
            state.doubt = None

    def _listed(self, k: int) -> bool:
        return self._owner[k] >= 0 or self._note.folded[k] in ("or", "nor", "and")

    # --- cues --------------------------------------------------------------

    def _cue_at(self, k: int) -> _Found | None:
        """The cue that begins at word k; of equal phrases one that looks back if a finding stands there."""
        best: _Found | None = None
        for words, kind in _CUES.get(self._note.folded[k], ()):
            end = k + len(words)
            if best is not None and end < best.last:
                break
            if end > self._last or self._note.folded[k:end] != words:
                continue
            if any(self._owner[i] >= 0 for i in range(k, end)) or any(g == STOP for g in self._note.gap[k + 1 : end]):
                continue
            if kind in _AFTER:
                if self._behind(k) is None or (len(words) == 1 and not self._is_predicate(k)):
                    continue
                return _Found(kind, k, end)
            best = best or _Found(kind, k, end)
        return best or self._answer(k)

    def _answer(self, k: int) -> _Found | None:
        """ "Seizures: none" and "Seizures - no"."""
        if self._note.folded[k] in ("none", "nil") and self._behind(k) is not None:
            return _Found(Cue.NOT_AFTER, k, k + 1)
        return None

    def _is_predicate(self, k: int) -> bool:
        """Whether a one-word cue says something of what stands before it ("was absent"), not of what follows."""
        after = k + 1
        if after < self._last and self._owner[after] >= 0 and self._note.gap[after] == OPEN:
            return False
        return self._owner[k - 1] >= 0 or self._note.folded[k - 1] in _AUXILIARY

    def _behind(self, k: int) -> int | None:
        """The match that a cue at word k looks back to: at most a few words away, in the same clause."""
        at, passed = k - 1, 0
        while at >= self._first and self._owner[at] < 0:
            if self._note.gap[at + 1] == COMMA:
                return None
            passed += self._note.folded[at] not in _AUXILIARY
            if passed > _REACH_BACK or k - at > 6:
                return None
            at -= 1
        if at < self._first or self._note.gap[at + 1] == COMMA:
            return None
        return self._owner[at]

    def _apply(self, found: _Found) -> None:
        state = self._state
        match found.kind:
            case Cue.NOT_BEFORE | Cue.NOT_LOOSE | Cue.NOT_TOUCHING:
                if self._answers(found):
                    self._mark_back(found)
                    return
                state.negation, state.reached, state.covered = found, found.last, False
            case Cue.NOT_AFTER | Cue.MAYBE_AFTER:
                self._mark_back(found)
            case Cue.MAYBE_BEFORE:
                state.doubt, state.doubt_reached = found, found.last
            case Cue.IF:
                state.condition = found
            case Cue.RELATIVE:
                self._relative(found)
            case Cue.FAMILY:
                state.relative = found
            case Cue.PATIENT:
                state.relative = state.negation = None
            case Cue.END:
                state.negation = state.doubt = state.condition = None
            case Cue.PSEUDO:
                pass

    def _answers(self, found: _Found) -> bool:
        """ "Seizures: no": the cue stands after a finding and a colon, and nothing follows it."""
        if found.first == self._first or self._owner[found.first - 1] < 0:
            return False
        between = self._note.text[self._note.end[found.first - 1] : self._note.start[found.first]]
        ends = found.last == self._last or self._note.gap[found.last] != OPEN
        return ends and (":" in between or "-" in between or "=" in between or "(" in between)

    def _relative(self, found: _Found) -> None:
        note, before = self._note, found.first - 1
        while before >= self._first and note.folded[before] in DESCRIBES_RELATIVE:
            before -= 1
        leading = note.folded[before] if before >= self._first else ""
        if leading != "in" and self._is_object(found.first):
            return
        if leading == "in" or (leading == "with" and before > self._first and note.folded[before - 1] == "shared"):
            self._mark_back(_Found(Cue.RELATIVE, before + 1, found.last), at=before)
            return
        if leading == "and" and _PATIENT.intersection(note.folded[max(self._first, before - 4) : before]):
            return  # "the patient and his brother"
        following = note.folded[found.last : min(found.last + 3, self._last)]
        if any(word in REPORTS for word in following):
            return
        self._state.relative = found

    def _is_object(self, k: int) -> bool:
        """Whether the relative at word k only completes a phrase: "born to healthy parents"."""
        for at in range(k - 1, max(self._first, k - 5) - 1, -1):
            if self._note.folded[at] in NOT_SUBJECT:
                return True
            if self._note.gap[at + 1] != OPEN or self._note.folded[at] in OWN_STATEMENT:
                return False
        return False

    def _query(self, k: int) -> None:
        """ "?seizures" and "(? seizures)"."""
        note = self._note
        before = note.text[note.end[k - 1] if k else 0 : note.start[k]]
        if "?" in before and _QUERY_BEFORE.search(before):
            self._state.doubt, self._state.doubt_reached = _Found(Cue.MAYBE_BEFORE, k, k), k

    # --- findings ------------------------------------------------------------

    def _finding(self, which: int) -> int:
        """Marks one match by what governs it; returns the word after it."""
        state, match, mark = self._state, self._matches[which], self._marks[which]
        if state.relative is not None:
            mark.relative = self._words(state.relative)
        if state.condition is not None:
            mark.condition = self._words(state.condition)
        if state.negation is not None:
            reach = REACH if state.covered else _REACH.get(state.negation.kind, REACH)
            if match.first - state.reached <= reach:
                mark.negation = self._words(state.negation)
                state.reached, state.covered = match.last, True
            else:
                state.negation = None
        if state.doubt is not None:
            if match.first - state.doubt_reached <= REACH:
                mark.doubt = self._words(state.doubt) or "?"
                state.doubt_reached = match.last
            else:
                state.doubt = None
        after = self._note.text[self._note.end[match.last - 1] : self._note.end[match.last - 1] + 2]
        if after.lstrip(" ").startswith("?") and not mark.doubt:
            mark.doubt = "?"
        return match.last

    def _mark_back(self, found: _Found, at: int | None = None) -> None:
        """Marks the finding before a cue, and those listed with it."""
        which = self._behind(found.first if at is None else at)
        words = self._words(found)
        for _ in range(_MOST_BACK):
            if which is None:
                return
            mark = self._marks[which]
            match found.kind:
                case Cue.RELATIVE:
                    mark.relative = words
                case Cue.MAYBE_AFTER:
                    mark.doubt, mark.negation = words, ""
                case _:
                    mark.negation = words
            aside = (
                "(" in self._note.text[self._note.end[self._matches[which].last - 1] : self._note.start[found.first]]
            )
            which = None if aside else self._listed_before(self._matches[which].first)

    def _listed_before(self, first: int) -> int | None:
        """The match listed right before word `first`: only a comma, a joiner or an adjective between."""
        at, joined = first - 1, self._note.gap[first] == COMMA
        while at >= self._first and self._owner[at] < 0 and first - at <= 3:
            if self._note.folded[at] in OWN_STATEMENT:
                return None
            joined = joined or self._note.folded[at] in ("and", "or", "nor") or self._note.gap[at] == COMMA
            at -= 1
        return self._owner[at] if joined and at >= self._first and self._owner[at] >= 0 else None

    def _words(self, found: _Found) -> str:
        """The cue as the note writes it."""
        if found.first == found.last:
            return "?"
        return self._note.text[self._note.start[found.first] : self._note.end[found.last - 1]]


def _family_sections(note: Note, matches: Sequence[Match], marks: list[_Marks]) -> None:
    """Everything under a heading "Family history" is a relative's, to the next blank line or heading."""
    starts = [note.start[match.first] for match in matches]
    stop = 0
    while heading := _SECTION.search(note.text, stop):
        end = _SECTION_END.search(note.text, heading.end())
        stop = end.start() if end else len(note.text)
        for mark in marks[bisect_left(starts, heading.end()) : bisect_left(starts, stop)]:
            mark.relative = mark.relative or heading.group().strip(" \t\n:-")
