"""Which characters of a name the typed words stand for. Display only; ranking never reads it."""

from __future__ import annotations

from retrieval.ontology.tokens import Token, american, fold, singular, tokens


def spans(name: str, words: list[str]) -> tuple[tuple[int, int], ...]:
    """Sorted, disjoint (start, end) in `name`, at most one for each typed word."""
    free = list(tokens(name))
    found: list[tuple[int, int]] = []
    for word in sorted(words, key=len, reverse=True):
        token = _spelt(free, word) or _nearly(free, word)
        if token is not None:
            free.remove(token)
            found.append((token.start, _end(name, token, len(word))))
    return tuple(sorted(found))


def _spelt(free: list[Token], word: str) -> Token | None:
    """The word itself, else the shortest that begins with it, else one that does in US spelling."""
    beginning = [token for token in free if token.folded.startswith(word)]
    if beginning:
        return min(beginning, key=lambda token: len(token.folded))
    forms = (american(word), singular(american(word)))
    return next((token for token in free if american(token.folded).startswith(forms)), None)


def _nearly(free: list[Token], word: str) -> Token | None:
    """The word most like it, if it is like enough to have matched as a misspelling."""
    best = max(free, key=lambda token: _likeness(token.folded, word), default=None)
    return best if best is not None and len(word) > 3 and _likeness(best.folded, word) >= 0.5 else None


def _likeness(name_word: str, word: str) -> float:
    """The share of letters, and of neighbouring pairs, of the typed word in the beginning of the name's."""
    beginning = name_word[: len(word) + 1]
    pairs = {word[i : i + 2] for i in range(len(word) - 1)}
    shared = len(pairs & {beginning[i : i + 2] for i in range(len(beginning) - 1)}) / max(len(pairs), 1)
    return (shared + sum(letter in beginning for letter in word) / len(word)) / 2


def _end(name: str, token: Token, length: int) -> int:
    """Where the first `length` folded characters of the token end in the name."""
    if token.end - token.start == len(token.folded):
        return min(token.start + length, token.end)
    for end in range(token.start + 1, token.end):
        if len(fold(name[token.start : end])) >= length:
            return end
    return token.end
