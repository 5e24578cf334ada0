"""What holds for every text: exact offsets, order, no overlap, no exception, linear effort."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.ontology.tokens import word_set
from retrieval.phenotype_text import Mention, Reader

WORDS = sorted(
    word_set("""
seizures hypotonia ataxia short fingers toes hip knee contractures left severe VSD patient mother father and or nor
no not without but in her brother family history of possible cannot exclude absent were present if risk denies is 's
, . ; : ? ( ) - / 12 1.5 cafe\u0301 癫痫 שלום 😀
""")
)
WORDS += ["\n", "\n\n", "\t", "\0", "\u202e", "\u00a0"]
FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def promised(text: str, mentions: list[Mention]) -> None:
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert mention.term.startswith("HP:")
        assert mention.label
        assert mention.matched
        assert mention.cue == "" or mention.cue == "?" or mention.cue in text
        end = mention.end


@settings(max_examples=300, deadline=None, suppress_health_check=FIXTURES)
@given(st.text(max_size=200))
def test_any_unicode_is_read_without_an_exception(reader: Reader, text: str) -> None:
    promised(text, reader.read(text))


@settings(max_examples=400, deadline=None, suppress_health_check=FIXTURES)
@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", "", "  "])), max_size=40))
def test_words_of_the_clinic_in_any_order_keep_the_promises(reader: Reader, pieces: list[tuple[str, str]]) -> None:
    text = "".join(word + space for word, space in pieces)
    mentions = reader.read(text)
    promised(text, mentions)
    assert reader.read(text) == mentions


@settings(max_examples=100, deadline=None, suppress_health_check=FIXTURES)
@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_a_preceding_paragraph_only_moves_the_mentions(reader: Reader, words: list[str]) -> None:
    text = " ".join(words)
    before = "Seen in clinic.\n\n"
    moved = [(m.start - len(before), m.term, m.status) for m in reader.read(before + text)]
    assert moved == [(m.start, m.term, m.status) for m in reader.read(text)]


@pytest.mark.parametrize(
    "unit",
    [
        "seizures, ",
        "no ",
        "no seizures and ",
        "hip and ",
        "short fingers and ",
        "(",
        "?",
        "a'",
        "-",
        "of the ",
        "x" * 50,
        "\n",
        "mother in ",
        "knee, hip, ",
        "癫痫",
        "seizures were not ",
        "Family history:\n",
        "e\u0301",
        "e.g. ",
        "intellectual ",
    ],
)
def test_a_long_monotonous_note_is_read(reader: Reader, unit: str) -> None:
    text = unit * (100_000 // len(unit))
    promised(text, reader.read(text))
