"""MedQuAD: one text an answer, its question apart, bad files counted and never in the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from corpus_ingest.archive import UnsafeArchive
from corpus_ingest.source import Parsed, SourceUnavailable, Unparsable
from corpus_ingest.sources import medquad
from corpus_ingest.sources.medquad import answers
from retrieval.passages.document import Block, BlockKind
from tests.corpus_ingest.small_sources import packed, unpacked

PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="0000007" source="GHR" url="https://example.org/condition/fit">
<Focus>Fit  syndrome</Focus>
<FocusAnnotations><Synonyms><Synonym>Fits, familial</Synonym></Synonyms></FocusAnnotations>
<QAPairs>
  <QAPair pid="1"><Question qid="0000007-1" qtype="information">What is (are) Fit syndrome ?</Question>
    <Answer>Fit syndrome runs in families.  It begins
 in childhood &amp; stays.</Answer></QAPair>
  <QAPair pid="2"><Question qid="0000007-2" qtype="exams and tests">How is it found ?</Question>
    <Answer>These resources help:  - A test  - Another test  Ask a doctor.</Answer></QAPair>
  <QAPair pid="3"><Question qid="0000007-3" qtype="outlook">What then ?</Question><Answer> </Answer></QAPair>
</QAPairs>
</Document>"""
NOTE = "The Human Phenotype Ontology (HPO) has collected information on how often a sign occurs."
GARD = f"""<Document id="0000009" source="GARD" url="javascript:alert(1)">
<Focus>Bent syndrome</Focus>
<QAPairs><QAPair pid="1"><Question qid="0000009-1" qtype="symptoms">What are the symptoms ?</Question>
<Answer>What are the signs of Bent syndrome? Here they are. Signs and Symptoms Approximate number of patients
(when available) Scoliosis 90% Seizure - Round-cell fit 3 of 4 Tall stature 2/6 {NOTE}</Answer></QAPair></QAPairs>
</Document>""".replace("patients\n(when", "patients (when")
OLD = """<doc docid="0000003" corpus="NINDS" url="http://example.org/x.htm"><doctitle-focus>Old form</doctitle-focus>
<qaPairs><pair pid="1"><question qid="0000003-1" qtype="research">what research is done ?</question>
<answer>Some.</answer></pair></qaPairs></doc>"""


def read(tmp_path: Path, **files: str) -> Parsed:
    source = medquad.source(
        packed(
            tmp_path / "q.zip",
            {f"medquad/{name.replace('__', '/')}.xml": text.encode() for name, text in files.items()},
        )
    )
    return source.parse(source.fetch())


def test_each_answer_is_a_text_with_its_disease_and_the_question_in_words_as_its_section(tmp_path: Path) -> None:
    parsed = read(tmp_path, GHR__1=PLAIN, NINDS__2=OLD)
    first, second, third = parsed.documents
    assert (first.id, first.title, first.url) == (
        "medquad:GHR/0000007-1",
        "Fit syndrome",
        "https://example.org/condition/fit",
    )
    assert first.blocks == (
        Block("Fit syndrome runs in families.", ("What it is",)),
        Block("It begins in childhood & stays.", ("What it is",)),
    )
    assert second.blocks == (
        Block("These resources help:", ("Exams and tests",)),
        Block("- A test\n- Another test", ("Exams and tests",), BlockKind.LIST),
        Block("Ask a doctor.", ("Exams and tests",)),
    )
    assert (third.id, third.title, third.text) == ("medquad:NINDS/0000003-1", "Old form", "Some.")
    assert [(one.name, one.reason) for one in parsed.rejects] == [("GHR/0000007-3", answers.NO_ANSWER)]


def test_the_long_line_of_symptoms_is_a_table_again(tmp_path: Path) -> None:
    (document,) = read(tmp_path, GARD__1=GARD).documents
    before, table, after = document.blocks
    assert before.text == "What are the signs of Bent syndrome? Here they are."
    assert table.kind is BlockKind.TABLE
    assert table.text.splitlines() == [
        "Signs and Symptoms | Approximate number of patients (when available)",
        "Scoliosis | 90%",
        "Seizure | -",
        "Round-cell fit | 3 of 4",
        "Tall stature | 2/6",
    ]
    assert after.text == NOTE
    assert document.url == ""  # no link that runs something


def test_a_line_that_is_not_all_rows_stays_as_it_is_written(tmp_path: Path) -> None:
    (document,) = read(tmp_path, GARD__1=GARD.replace("Tall stature 2/6", "Tall stature often")).documents
    (block,) = document.blocks
    assert block.kind is BlockKind.PARAGRAPH and "Scoliosis 90% Seizure - " in block.text


def test_no_question_is_in_a_text_and_each_is_told_with_its_answer(tmp_path: Path) -> None:
    path = packed(tmp_path / "q.zip", {"a/1.xml": PLAIN.encode(), "a/2.xml": GARD.encode(), "a/3.xml": PLAIN.encode()})
    source = medquad.source(path)
    documents = source.parse(source.fetch()).documents
    asked = list(medquad.questions(path))
    assert Counter(one.document for one in asked) == Counter(one.id for one in documents)
    assert asked[0] == medquad.Question(
        "medquad:GHR/0000007-1", "What is (are) Fit syndrome ?", "information", "Fit syndrome"
    )
    assert not any(one.text in document.text for one in asked for document in documents)


def test_bad_files_are_counted_with_the_reason_and_the_others_go_on(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "lol">]><Document source="GHR"><Focus>&a;</Focus></Document>'
    parsed = read(
        tmp_path,
        a__1=PLAIN,
        a__2=PLAIN,
        b__1="<Document",
        b__2=bomb,
        b__3="<html/>",
        b__4=PLAIN.replace("Fit  syndrome", " "),
        b__5=PLAIN.replace('source="GHR"', 'source="../x"'),
        b__6="<a>" * 50 + "</a>" * 50,
    )
    assert len(parsed.documents) == 2
    assert Counter(one.reason for one in parsed.rejects) == {
        answers.NO_ANSWER: 2,
        medquad.TWICE: 2,
        answers.NOT_XML: 3,
        answers.OTHER: 1,
        answers.NO_FOCUS: 1,
        answers.NO_ID: 3,
    }
    assert not any("lol" in one.detail for one in parsed.rejects)


def test_a_folder_reads_as_its_zip_and_other_files_are_passed_over(tmp_path: Path) -> None:
    files = {"q/1.xml": PLAIN.encode(), "q/LICENSE.txt": b"CC", "q/__MACOSX/1.xml": b"junk", "q/.2.xml": b"junk"}
    folder, zipped = medquad.source(unpacked(tmp_path / "f", files)), medquad.source(packed(tmp_path / "q.zip", files))
    assert folder.parse(folder.fetch()) == zipped.parse(zipped.fetch())
    record = zipped.describe(zipped.fetch())
    assert record.files["q.zip"].startswith(record.version) and len(record.version) == 8
    assert "CC BY 4.0" in record.citation and record.licence.endswith("/by/4.0/")


def test_a_zip_without_answers_or_an_unsafe_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unparsable, match="holds no answer of MedQuAD"):
        read(tmp_path, a="<html/>")
    with pytest.raises(UnsafeArchive):
        source = medquad.source(packed(tmp_path / "bad.zip", {"../1.xml": PLAIN.encode()}))
        source.parse(source.fetch())
    with pytest.raises(SourceUnavailable):
        medquad.source(tmp_path / "nothing.zip").fetch()


@pytest.mark.benchmark_data
def test_the_three_folders_of_rare_diseases(benchmark_data: Path) -> None:
    source = medquad.source(benchmark_data / "knowledge" / "medquad.zip")
    parsed = source.parse(source.fetch())
    assert len(parsed.documents) == 11_923
    assert Counter(one.reason for one in parsed.rejects) == {answers.NO_ANSWER: 5}
    assert sum(block.kind is BlockKind.TABLE for one in parsed.documents for block in one.blocks) == 2_243
