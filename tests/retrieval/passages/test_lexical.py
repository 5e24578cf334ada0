"""The fast BM25 is BM25: equal to one written down plainly, whatever the texts and the question."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.passages.document import Block
from retrieval.passages.lexical import (
    GROUP,
    K1,
    MOST_WORDS,
    SCALE,
    SECTION,
    TEXT,
    TITLE,
    WEIGHT,
    B,
    PassageWords,
    best,
    question,
)
from retrieval.passages.words import SMALL, form, forms
from retrieval.snapshot import Snapshot
from tests.retrieval.passages.made import Held, document, held

vocabulary = st.sampled_from(
    [
        "aorta",
        "aortic",
        "lens",
        "lenses",
        "heart",
        "the",
        "of",
        "syndrome",
        "Marfan's",
        "tumour",
        "tumors",
        "12",
        "œdema",
    ]
)
sentences = st.lists(vocabulary, max_size=12).map(" ".join)
made = st.lists(st.tuples(sentences, sentences, st.lists(sentences.filter(bool), max_size=3)), max_size=8)


def plain(held_: Held, asked: str) -> list[float]:
    """BM25 with weighed fields, one passage and one word at a time."""
    store = held_.passages
    counts = []
    for i in range(store.size):
        count: Counter[str] = Counter()
        for text, weight in (
            (store.title(i), TITLE),
            (" ".join(store.section(i)), SECTION),
            (store.text(i), TEXT),
        ):
            for word in forms(text):
                count[word] += weight
        counts.append(count)
    usual = max(sum(sum(count.values()) for count in counts) / max(len(counts), 1), 1.0)
    totals = [0.0] * store.size
    for word in dict.fromkeys(forms(asked)):
        having = sum(word in count for count in counts)
        rarity = math.log1p((len(counts) - having + 0.5) / (having + 0.5))
        for i, count in enumerate(counts):
            length = sum(count.values())
            f = count[word]
            totals[i] += rarity * f * (K1 + 1) / (f + K1 * (1 - B + B * length / usual))
    return totals


@given(made, sentences)
@settings(max_examples=80, deadline=None)
def test_the_fast_way_equals_the_plain_one(
    tiny_snapshot: Snapshot, given_: list[tuple[str, str, list[str]]], asked: str
) -> None:
    documents = [
        document(title or "?", *(Block(text, (section,) if section else ()) for text in texts), id=f"made:{k}")
        for k, (title, section, texts) in enumerate(given_)
    ]
    texts_ = held(documents, tiny_snapshot)
    found = texts_.lexical.scores(question(asked)).total
    expected = plain(texts_, asked)
    # Each word's part is rounded once, to a thousandth of a point.
    assert np.allclose(found / (SCALE * WEIGHT), expected, atol=0.0006 * max(len(set(forms(asked))), 1))


def test_a_total_is_a_sum_of_whole_numbers_whatever_the_order_of_the_words(texts: Held) -> None:
    words = list(question("aorta dilatation beta blockers heart lens"))
    one = texts.lexical.scores(dict.fromkeys(words, 1.0)).total
    other = texts.lexical.scores(dict.fromkeys(reversed(words), 1.0)).total
    assert one.dtype == np.int32
    assert np.array_equal(one, other)


def test_title_and_headings_count_for_the_passages_below_them(texts: Held) -> None:
    for word, passages in (("marfan", {0, 1}), ("medicine", {1}), ("care", {0, 1}), ("lens", {0})):
        total = texts.lexical.scores({word: 1.0}).total
        assert set(np.flatnonzero(total).tolist()) == passages, word


def test_a_word_of_half_the_weight_adds_half(texts: Held) -> None:
    full, half = (texts.lexical.scores({"aorta": weight}).total for weight in (1.0, 0.5))
    assert np.array_equal(full, 2 * half)
    assert full.any()


@pytest.mark.parametrize("asked", ["", "  \n", "the of and which", "\x00\x07\x1b[31m", "zzzz qqqq", "-,.;:!?"])
def test_a_question_without_a_known_word_finds_nothing(texts: Held, asked: str) -> None:
    assert not texts.lexical.scores(question(asked)).total.any()


def test_a_question_of_very_many_words_stays_exact(texts: Held) -> None:
    many = {f"word{k}": 0.5 for k in range(10_000)} | {"aorta": 1.0}
    found = texts.lexical.scores(many)
    assert found.words == ("aorta",)
    assert len(many) > MOST_WORDS
    assert np.array_equal(found.total, texts.lexical.scores({"aorta": 1.0}).total)


def test_the_sum_of_the_largest_contributions_fits() -> None:
    assert MOST_WORDS * WEIGHT * (2**16 - 1) < 2**31


@given(
    st.lists(st.integers(0, 5), max_size=40).map(lambda values: np.array(values, dtype=np.int32)),
    st.integers(0, 50),
    st.randoms(use_true_random=False),
)
def test_the_best_are_the_first_of_all_sorted(total: np.ndarray, limit: int, chance: object) -> None:
    expected = sorted((i for i in range(len(total)) if total[i] > 0), key=lambda i: (-total[i], i))[:limit]
    assert best(total, limit).tolist() == expected
    assert best((total / 9).astype(np.float32), limit).tolist() == expected, "shares below one are ranked, too"


@given(st.integers(0, 4 * GROUP * 10), st.integers(0, 12), st.integers(1, 50), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_the_best_of_many_are_the_first_of_all_sorted(size: int, limit: int, values: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    total = (chance.integers(0, values, size) * (chance.random(size) < chance.random())).astype(np.int32)
    allowed = chance.random(size) < chance.random()
    for mask in (None, allowed):
        inside = [i for i in range(size) if total[i] > 0 and (mask is None or mask[i])]
        expected = sorted(inside, key=lambda i: (-total[i], i))[:limit]
        assert best(total, limit, mask).tolist() == expected
        assert best(total / np.float32(50), limit, mask).tolist() == expected


def test_nothing_is_found_in_nothing() -> None:
    assert PassageWords.empty().scores({"aorta": 1.0}).total.size == 0
    assert PassageWords.empty().rarity("aorta") == 0.0


def test_rarer_words_tell_more(texts: Held) -> None:
    assert texts.lexical.rarity("lens") > texts.lexical.rarity("aorta") > 0
    assert texts.lexical.rarity("unknownword") == 0


def test_words_have_one_form_in_any_spelling_and_number() -> None:
    assert form("Tumours") == form("tumor") == "tumor"
    assert form("Œdema") == form("edema")
    assert form("The") == ""
    assert all(not form(word) for word in SMALL)
