"""The search: every hit can be opened at its place, says how it came, and no filter or bad question breaks it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_ingest import pipeline
from corpus_ingest.source import Fetched, Parsed, Source
from retrieval.manifest import SourceRecord
from retrieval.passages.filters import FilterInvalid, Filters
from retrieval.passages.fusion import Way
from retrieval.passages.search import LONGEST, MOST, Found, search, source_of
from retrieval.search.client import Ask, Client, Note
from retrieval.search.texts import HEADINGS, PASSAGE, PASSAGES, passage_texts
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import tiny
from tests.retrieval.passages.conftest import DOCUMENTS, MARFAN
from tests.retrieval.passages.made import Held, document, held
from tests.retrieval.search.conftest import Running


def titles(found: Found) -> list[str]:
    return [hit.document.title for hit in found.hits]


def check(texts: Held, found: Found) -> None:
    """What holds for every hit."""
    for hit in found.hits:
        whole = texts.passages.document(hit.document.id)
        assert whole is not None
        assert whole.text[hit.start : hit.end] == hit.text
        assert whole.text[hit.quote.start : hit.quote.end] == hit.quote.text
        assert hit.start <= hit.quote.start <= hit.quote.end <= hit.end
        assert all(0 <= a < b <= len(hit.quote.text) for a, b in hit.quote.highlights)
        assert hit.ways
        assert all(came.rank >= 1 for came in hit.ways)
    assert len({hit.passage for hit in found.hits}) == len(found.hits)


def test_a_hit_says_everything_that_a_quotation_needs(texts: Held) -> None:
    found = search(texts, "lens displaced")
    hit = found.hits[0]
    check(texts, found)
    assert hit.quote.text == "The lens may be displaced."
    assert [hit.quote.text[a:b] for a, b in hit.quote.highlights] == ["lens", "displaced"]
    assert (hit.section, hit.document.title, hit.document.url) == (
        ("Care",),
        "Marfan syndrome",
        "https://example.org/marfan",
    )
    assert hit.source.licence == "CC BY 4.0"
    assert [came.way for came in hit.ways] == [Way.WORDS]
    assert hit.diseases == (MARFAN,)
    assert found.matching == 1


def test_without_the_retrieval_process_words_and_findings_answer_and_the_note_says_so(texts: Held) -> None:
    for client in (None, Client(Path("/nowhere/at/all"))):
        found = search(texts, "aorta", client=client)
        assert found.note is Note.AWAY
        assert found.hits


def test_passages_of_the_same_words_are_shown_once(texts: Held) -> None:
    found = search(texts, "beta blockers slow dilatation")
    first = found.hits[0]
    assert [hit.text.startswith("Beta") for hit in found.hits].count(True) == 1
    copy = texts.passages.passage(first.also[0])
    assert copy is not None
    assert copy.text.casefold().split() == first.text.casefold().split()


def test_near_copies_in_one_document_are_shown_once_and_in_two_documents_twice(snapshot: Snapshot) -> None:
    words = "The aorta is wide in most children with this disease and grows slowly over many years"
    one = document("one", f"{words}.", f"{words} indeed.", "The aorta is a vessel.")
    other = document("other", f"{words} indeed, too.")
    found = search(held([one, other], snapshot), "aorta wide children years")
    assert titles(found).count("one") == 2
    assert titles(found).count("other") == 1


@pytest.mark.parametrize("question", ["OMIM:154700", "arachnodactyly of Marfan", "Marfan's syndrome"])
def test_a_question_that_names_a_disease_finds_its_passages_first(texts: Held, question: str) -> None:
    found = search(texts, question)
    assert titles(found)[0] == "Marfan syndrome"
    assert Way.DISEASE in [came.way for came in found.hits[0].ways]
    assert MARFAN in [texts.passages.diseases.ids[one.position] for one in found.named]


def test_a_named_disease_does_not_hide_a_better_answer_on_another(texts: Held) -> None:
    found = search(texts, "Is dilatation of the aorta dangerous in Marfan syndrome, and does the aorta carry blood?")
    assert "Aorta" in titles(found)


def test_findings_of_the_question_find_passages_that_speak_of_them(texts: Held) -> None:
    found = search(texts, "microcephaly")
    assert found.findings == ("HP:0000252",)
    assert found.matching == 0, "no passage has the word"
    assert found.hits[0].text == "Children have a small head and seizures."
    assert [came.way for came in found.hits[0].ways] == [Way.FINDINGS]


def test_a_filter_never_empties_a_list_in_which_something_matches(snapshot: Snapshot) -> None:
    crowd = [document(f"crowd {k}", f"The aorta {k} is wide and the aorta is long.") for k in range(400)]
    one = document("one", "A long text that names the aorta once among many other words.", source="rare")
    texts = held([*crowd, one], snapshot)
    assert titles(search(texts, "aorta", limit=MOST)).count("one") == 0, "it must be far down"
    assert titles(search(texts, "aorta", Filters(sources=("rare",)))) == ["one"]


def test_filters_hold_for_every_hit(texts: Held) -> None:
    found = search(texts, "aorta dilatation Marfan syndrome", Filters(sources=("other",)))
    assert found.hits
    assert {hit.document.source for hit in found.hits} == {"other"}
    with pytest.raises(FilterInvalid):
        search(texts, "", Filters(since="soon"))


@pytest.mark.parametrize(
    "question",
    [
        "",
        " \n\t",
        "the of and",
        "\x00\x1b[2J\u202e\u200b",
        "x" * 100_000,
        "aorta " * 20_000,
        "\ud800 aorta",
        "%_'\";--",
    ],
)
def test_no_question_is_an_error(texts: Held, question: str) -> None:
    found = search(texts, question)
    check(texts, found)
    assert bool(found.hits) == ("aorta" in question[:LONGEST])


@given(
    st.lists(st.sampled_from(["aorta", "lens", "Marfan syndrome", "seizures", "no", "the", "l’aorte", ",", "ORPHA:1"])),
    st.integers(-1, 200),
    st.sampled_from([Filters(), Filters(sources=("made",)), Filters(languages=("fr",)), Filters(until="2020")]),
)
@settings(max_examples=60, deadline=None)
def test_every_hit_holds_what_it_promises(texts: Held, words: list[str], limit: int, filters: Filters) -> None:
    found = search(texts, " ".join(words), filters, limit=limit)
    check(texts, found)
    assert len(found.hits) <= max(0, min(limit, MOST))


def test_the_same_question_has_the_same_answer(texts: Held) -> None:
    assert search(texts, "aorta dilatation") == search(texts, "aorta dilatation")


def test_a_document_of_an_unknown_source_is_still_named(texts: Held) -> None:
    record = texts.passages.record(0)
    assert source_of(texts.manifest, record).licence == "CC BY 4.0"
    assert source_of(texts.manifest, record).url == "https://example.org/marfan"


def source(title: str, version: str, name: str = "documents") -> SourceRecord:
    return SourceRecord(name, title, version, "internal", f"{title}.pdf", "", {f"{title}.zip": "0" * 64})


def test_each_of_several_documents_is_cited_as_itself(texts: Held) -> None:
    thumbs, toes = source("Thumbs", "2024-05-17, 0a1b2c3d"), source("Toes", "9f8e7d6c")
    several = replace(texts.manifest, sources=(*texts.manifest.sources, thumbs, toes))
    record = replace(texts.passages.record(0), source="documents", licence="", url="")
    for id, wanted in (("documents:0a1b2c3d44556677", thumbs), ("documents:9f8e7d6c00112233/row_2", toes)):
        cited = source_of(several, replace(record, id=id))
        assert (cited.title, cited.version, cited.citation) == (wanted.title, wanted.version, wanted.citation)


def test_of_several_sources_of_one_name_only_what_they_agree_on_is_said(texts: Held) -> None:
    several = replace(
        texts.manifest, sources=(source("May", "aaaaaaaa", "pubmed"), source("June", "bbbbbbbb", "pubmed"))
    )
    cited = source_of(several, replace(texts.passages.record(0), id="pubmed:123", source="pubmed", licence=""))
    assert (cited.title, cited.version, cited.citation, cited.licence) == ("pubmed", "", "", "internal")


def test_what_is_embedded_of_a_passage_begins_with_title_and_headings(snapshot: Snapshot) -> None:
    long = document("T" * 900, "word " * 2000)
    store = held([DOCUMENTS[0], long], snapshot).passages
    made = passage_texts(store)
    assert made.texts[0] == f"Marfan syndrome. Care\n{store.text(0)}"
    assert len(made.texts[2]) <= PASSAGE
    assert "word" in made.texts[2][: HEADINGS + 10]
    assert list(made.ids) == [store.id(i) for i in range(3)]


# --- with the retrieval process ---------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge directory whose snapshot has the documents, made by the pipeline."""
    folder = tmp_path_factory.mktemp("texts")
    record = SourceRecord("made", "Made texts", "7", "CC0", "Cite me.", "https://example.org", {"texts": "1"})
    documents = [one for one in DOCUMENTS if one.source == "made"]
    source = Source("made", lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(documents=documents))
    pipeline.build(folder / "knowledge", sources=[tiny.write(folder / "raw"), source])
    return folder / "knowledge"


@pytest.fixture
def process(tmp_path: Path, built: Path) -> Iterator[Callable[..., Running]]:
    begun: list[Running] = []

    def begin(mood: str = "") -> Running:
        begun.append(Running(tmp_path, built, mood))
        return begun[-1]

    yield begin
    for running in begun:
        with suppress(ProcessLookupError):
            running.process.kill()
        running.process.wait()


def opened(built: Path) -> Snapshot:
    return open_snapshot(built / (built / "current").read_text().strip())


def test_a_snapshot_holds_its_texts_and_counts_them(built: Path) -> None:
    snapshot = opened(built)
    assert snapshot.manifest.counts["documents"] == 3
    assert snapshot.manifest.counts["passages"] == snapshot.passages.size > 0
    found = search(snapshot, "lens displaced")
    assert found.hits[0].source.version == "7"
    assert found.hits[0].source.citation == "Cite me."


def test_meaning_adds_its_list_and_heeds_filters(built: Path, process: Callable[..., Running]) -> None:
    running, snapshot = process(), opened(built)
    running.wait_for("ready")
    found = search(snapshot, "echocardiographic aortic", client=running.client)
    assert found.note is Note.NONE
    assert Way.MEANING in {came.way for hit in found.hits for came in hit.ways}
    only = search(snapshot, "aorta", Filters(until="2020"), client=running.client)
    assert {hit.document.title for hit in only.hits} == {"Aorta"}
    asked = running.client.nearest(snapshot.id, [Ask(PASSAGES, ("aorta",), 50, Filters(since="2024"))])
    assert asked.lists[0]
    names = {snapshot.passages.passage(near.id).document for near in asked.lists[0][0]}  # type: ignore[union-attr]
    assert names <= {"made:Marfan syndrome"}


def test_a_killed_process_costs_the_meaning_and_nothing_else(built: Path, process: Callable[..., Running]) -> None:
    running, snapshot = process(), opened(built)
    running.wait_for("ready")
    running.process.kill()
    running.process.wait()
    began = time.monotonic()
    found = search(snapshot, "aorta", client=running.client)
    assert found.note is Note.AWAY
    assert found.hits
    assert time.monotonic() - began < 5


def test_a_filter_that_the_process_cannot_read_is_refused_by_it(built: Path, process: Callable[..., Running]) -> None:
    running, snapshot = process(), opened(built)
    running.wait_for("ready")
    for wrong in ({"sources": "x"}, {"nobody": []}, [], {"since": 5}, {"since": "soon"}, {"diseases": ["OMIM:999999"]}):
        ask = {"collection": PASSAGES, "texts": ["aorta"], "limit": 5, "filters": wrong}
        said = running.client._call({"op": "nearest", "snapshot": snapshot.id, "asks": [ask], "patience": 2.0})
        assert "answers" not in said, wrong
    assert running.client.status() is not None
