"""The forms of a report say the same, hold whatever was typed as text, and break at nothing."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from diagnosis_app.api.report_words import Report as Word
from diagnosis_app.cases.actions import content_of
from diagnosis_app.cases.bars import Piece, Scale
from diagnosis_app.interop.phenopackets import read_phenopacket
from diagnosis_app.reports.arranging import report_of
from diagnosis_app.reports.as_json import as_json
from diagnosis_app.reports.as_pdf import as_pdf
from diagnosis_app.reports.as_phenopacket import as_phenopacket
from diagnosis_app.reports.as_text import WIDTH, as_text, next_name, next_reason, place_words, statement_words
from diagnosis_app.reports.bar_drawing import Bar
from diagnosis_app.reports.content import Group, Item, Report, Span
from diagnosis_app.runs.models import Candidate, Evidence, Run
from retrieval.model import Status
from tests.diagnosis_app.interop.oracle import parse_strictly
from tests.diagnosis_app.reports.reading import paper, plain

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = "<b>bold</b> & <img src=\"x\" onerror='alert(1)'> </para> <font size=99> &amp; %(x)s {{ y }} ]]> \\"


def flat(text: str) -> str:
    """The text without its line breaks and hanging indents."""
    return plain(text)


def test_the_pdf_holds_every_statement_candidate_source_and_limit_of_the_text(report: Report) -> None:
    read, text = paper(as_pdf(report)).text, flat(as_text(report))
    assert report.closer is not None and report.apart is not None
    expected = [one.name for one in (*report.candidates, *report.further)]
    expected += [id for one in report.candidates for id in one.ids]
    expected += [item.text for group in report.findings for item in group.items]
    expected += [one.text.removesuffix(".") for side in report.closer.sides for one in side.statements]
    expected += [*report.apart.lines]
    expected += [words for one in report.next for words in (next_name(one), next_reason(one))]
    expected += [f"“{one.words}” {place_words(one)}" for one in report.sources]
    expected += [fact.value for fact in (*report.limits, *report.facts)]
    expected += [report.intended_use, *report.signatures, report.patient, report.outcome_words]
    assert len(expected) > 60
    for words in expected:
        assert plain(words) in text, "the text"
        assert plain(words) in read, "the PDF"


def test_numbers_of_sources_lead_from_each_statement_to_its_source(report: Report) -> None:
    assert report.closer is not None
    said = next(one for side in report.closer.sides for one in side.statements if one.sources)
    text = flat(as_text(report))
    assert statement_words(said) in text and f"[{said.sources[0]}] “" in text


def test_lines_of_the_text_are_no_longer_than_a_record_takes(report: Report) -> None:
    assert max(len(line) for line in as_text(report).splitlines()) <= WIDTH


def test_long_findings_and_names_are_wrapped_too(ended: Run, report: Report) -> None:
    long = "a phrase of the letter that nobody found a term for, " * 4
    apart = replace(report.apart, other=long) if report.apart else None
    told = replace(report, apart=apart, findings=(Group("unmapped", "Not mapped", (Item(long),)),))
    assert apart and max(len(line) for line in as_text(told).splitlines()) <= WIDTH


def test_an_ordinary_report_is_one_page_and_says_its_run_at_the_foot(report: Report) -> None:
    read = paper(as_pdf(report))
    assert len(read.pages) == 1
    assert f"{report.reference}, version 1 · run {report.run} · for discussion, not a diagnosis" in read.text
    assert "page 1 of 1" in read.text


def test_the_pdf_says_what_it_is_and_nothing_of_the_patient(report: Report) -> None:
    content = as_pdf(report)
    about = paper(content).about
    assert about["Title"] == f"Differential diagnosis, for discussion, run {report.run}"
    assert about["Author"].startswith("Clew ") and "not for patients" in about["Subject"]
    assert "months" not in str(about) and "thumb" not in str(about) and report.reference not in str(about)
    assert b"/Lang (en)" in content and b"/DisplayDocTitle true" in content


def test_the_pdf_carries_its_fonts_and_an_outline(report: Report) -> None:
    document = pypdfium2.PdfDocument(as_pdf(report))
    fonts = {
        (one.get_font().get_base_name(), one.get_font().is_embedded)
        for page in document
        for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    }
    assert any("FiraGO" in name for name, _inside in fonts)
    assert all(inside for _name, inside in fonts), fonts
    titles = [one.get_title() for one in document.get_toc()]
    assert "Candidates" in titles and "Sources quoted" in titles


def test_bars_are_told_apart_without_colour() -> None:
    """In grey, what speaks against is hatched, similar cases dotted, a gene ruled, and a finding one tone."""
    kinds = {"excluded": -4.0, "finding": 4.0, "similar": 4.0, "gene": 4.0}
    pieces = [Piece(kind, value, kind) for kind, value in kinds.items()]
    out, drawn = io.BytesIO(), Bar(pieces, Scale(4.0, 12.0))
    sheet = Canvas(out, pagesize=(420, 30))
    drawn.wrap(400, 20)
    drawn.drawOn(sheet, 10, 10)
    sheet.save()
    image = pypdfium2.PdfDocument(out.getvalue())[0].render(scale=8, grayscale=True).to_numpy().squeeze().astype(int)
    row = image[image.shape[0] - 8 * 15]  # through the middle of the bar
    parts = [row[8 * (10 + 100 * n + 5) : 8 * (10 + 100 * n + 95)] for n in range(4)]
    changes = [int((abs(part[1:] - part[:-1]) > 60).sum()) for part in parts]
    assert changes[1] == 0 and all(n > 20 for n in (changes[0], changes[2], changes[3])), changes


def test_sixty_long_findings_go_on_over_pages_each_with_the_run_at_its_foot(report: Report) -> None:
    label = "Abnormality of the " + "verylongwordthatdoesnotend" * 7  # some 200 characters
    items = tuple(Item(f"{n} {label}", "HP:0000118", "congenital") for n in range(60))
    phrases = tuple(Item("phrase " * 42) for _ in range(100))
    long = replace(report, findings=(Group("present", "Present", items), Group("unmapped", "Not mapped", phrases)))
    read = paper(as_pdf(long))
    assert 3 <= len(read.pages) <= 12
    for number, page in enumerate(read.pages, start=1):
        assert f"run {report.run}" in page and f"page {number} of {len(read.pages)}" in page
    foot = f"{report.reference}, version 1 · run {report.run} · for"
    joined = "".join(page.rpartition(foot)[0] for page in read.pages).replace(" ", "")
    for n in range(60):
        assert f"{n}{label}".replace(" ", "") in joined, n
    assert min(read.ink) > 1000, "an empty page"


def test_long_names_of_candidates_and_many_genes_do_not_break_the_table(ended: Run) -> None:
    first = Candidate.objects.filter(run=ended).order_by("rank").first()
    assert first is not None
    first.name, first.genes = "Syndrome of " + "x" * 288, [f"GENE{n}" for n in range(90)]
    first.ids = [f"OMIM:{100000 + n}" for n in range(12)]
    first.save()
    read = paper(as_pdf(report_of(ended)))
    assert "x" * 280 in read.text.replace(" ", "") and "and 84 more" in read.text
    assert "OMIM:100011" in read.text


def test_markup_in_every_text_stays_text_in_every_form(ended: Run) -> None:
    row = Candidate.objects.filter(run=ended).order_by("rank").first()
    assert row is not None
    row.name = HOSTILE
    row.save()
    term = row.contributions.filter(kind="finding").order_by("-value").first()
    assert term is not None
    term.body = {**term.body, "label": HOSTILE}
    term.save()
    Evidence.objects.filter(run=ended).update(source=HOSTILE, locator=HOSTILE)
    made = report_of(ended)
    kept = tuple(replace(group, items=(*group.items, Item(HOSTILE, detail=HOSTILE))) for group in made.findings)
    made = replace(made, findings=kept, requested_by=HOSTILE, reasons=(HOSTILE,))
    read, text = paper(as_pdf(made)), flat(as_text(made))
    assert text.count(HOSTILE) > 8
    assert read.text.count(HOSTILE) > 8, "all of it is set, and nothing is read as markup"
    body = json.loads(json.dumps(as_json(made)))
    assert body["candidates"][0]["name"] == HOSTILE and body["sources"][0]["name"] == HOSTILE
    assert HOSTILE in body["candidates"][0]["why"]
    packet = as_phenopacket(made, ended, created_by=HOSTILE)
    assert packet["interpretations"][0]["diagnosis"]["disease"]["label"] == HOSTILE
    parse_strictly(packet)


def test_a_line_that_somebody_typed_cannot_pass_for_one_of_the_report(report: Report, ended: Run) -> None:
    ended.requested_by.full_name = "Dr\nOutcome: Ranked\u202e"
    made = report_of(ended)
    assert made.requested_by == "Dr Outcome: Ranked"
    assert sum(line.startswith("Outcome:") for line in as_text(made).splitlines()) == 1


def test_scripts_that_the_fonts_hold_are_set_and_others_are_named_in_their_place(report: Report) -> None:
    phrases = (
        "Ζαλάδα, «ναυτία»",
        "крапивница",
        "žluté oči, Ærø",
        "თავის ტკივილი",
        "癫痫 发作 am Abend",
        "كثرة النوبات",
    )
    group = Group("unmapped", "Not mapped", tuple(Item(phrase) for phrase in phrases))
    read = paper(as_pdf(replace(report, findings=(group,))))
    for phrase in phrases[:4]:
        assert phrase in read.text
    assert "“[4 characters not set: CJK] am Abend”" in read.text
    assert "“[11 characters not set: Arabic]”" in read.text
    assert "15 characters could not be set in the fonts of this PDF" in read.text
    assert "癫痫" not in read.text
    whole = as_text(replace(report, findings=(group,)))
    assert "癫痫 发作 am Abend" in whole and "كثرة النوبات" in whole


def test_a_report_whose_words_can_all_be_set_says_nothing_of_fonts(report: Report) -> None:
    assert "could not be set" not in paper(as_pdf(report)).text


def test_the_json_is_the_one_that_the_api_describes(report: Report) -> None:
    body = json.loads(json.dumps(as_json(report)))
    assert Word.model_validate(body).model_dump(mode="json").keys() == body.keys()
    assert body["candidates"][0]["contributions"] and body["closer"]["sides"][0]["kind"] == "for"
    assert body["summary"].startswith(f"{report.candidates[0].name} stands first")


def test_the_phenopacket_is_valid_and_names_no_diagnosis(ended: Run, report: Report) -> None:
    packet = as_phenopacket(report, ended, created_by="Dr A")
    message = parse_strictly(packet)
    listed = (*report.candidates, *report.further)
    assert [one.diagnosis.disease.id for one in message.interpretations] == [one.id for one in listed]
    states = {one.progress_status for one in message.interpretations}
    assert states == {1}, "in progress: none is completed or solved"
    assert all("not a diagnosis" in one.summary for one in message.interpretations)
    assert not [one for one in message.diseases if one.term.id in {row.id for row in listed}]
    assert {"HP", "OMIM"} <= {one.namespace_prefix for one in message.meta_data.resources}
    assert all(one.version for one in message.meta_data.resources)
    made_by = message.meta_data.external_references[0]
    assert made_by.id == f"clew:{ended.pk}" and ended.manifest["snapshot"] in made_by.description
    for said in (*report.reasons, *(fact.value for fact in report.limits)):
        assert said in made_by.description
    assert report.reasons and report.kept == ended.candidates.count() > len(listed)
    assert message.interpretations[0].summary.startswith(f"Candidate 1 of {report.kept}, for discussion")


def test_the_phenopacket_reads_back_as_the_case_that_was_investigated(ended: Run, report: Report) -> None:
    from corpus_ingest import library

    packet = as_phenopacket(report, ended, created_by="Dr A")
    again = read_phenopacket(json.dumps(packet), library.current().ontology)
    assert again.content == content_of(ended.version), "the candidates did not become findings or genes of the patient"


def test_answers_become_findings_of_the_phenopacket(ended: Run, report: Report, user: Any) -> None:
    from tests.diagnosis_app.reports.test_content import asked

    asked(ended, "HP:0000975", "Hyperhidrosis", "present", user)
    asked(ended, "HP:0000389", "Chronic otitis media", "excluded", user, seq=2)
    asked(ended, "HP:0000689", "Dental malocclusion", "uncertain", user, seq=3)
    asked(ended, "HP:0000252", "Microcephaly", "unknown", user, seq=4)
    packet = as_phenopacket(report_of(ended), ended, created_by="Dr A")
    parse_strictly(packet)
    features = {one["type"]["id"]: one.get("excluded", False) for one in packet["phenotypicFeatures"]}
    assert features["HP:0000975"] is False and features["HP:0000389"] is True
    assert "HP:0000689" not in features and "HP:0000252" not in features
    from corpus_ingest import library

    again = read_phenopacket(json.dumps(packet), library.current().ontology).content
    assert ("HP:0000689", Status.UNCERTAIN) in {(one.term, one.status) for one in again.findings}


def test_of_a_run_that_was_stopped_the_candidates_are_of_unknown_progress(ended: Run) -> None:
    Run.objects.filter(pk=ended.pk).update(outcome="cancelled")
    ended.refresh_from_db()
    packet = as_phenopacket(report_of(ended), ended, created_by="Dr A")
    assert {one["progressStatus"] for one in packet["interpretations"]} == {"UNKNOWN_PROGRESS"}
    parse_strictly(packet)


def test_a_run_without_a_list_has_a_phenopacket_without_candidates(run: Run) -> None:
    packet = as_phenopacket(report_of(run), run, created_by="Dr A")
    parse_strictly(packet)
    assert "interpretations" not in packet and packet["phenotypicFeatures"]


def test_a_report_without_anything_is_still_a_page(report: Report) -> None:
    bare = replace(
        report, summary=(), findings=(), answers=(), candidates=(), further=(), closer=None, apart=None, next=(),
        sources=(), verdicts=(), limits=(), facts=(),
    )  # fmt: skip
    assert "not for patients" in paper(as_pdf(bare)).text and "not for patients" in as_text(bare)


def test_a_summary_is_set_with_what_is_strong_in_it(report: Report) -> None:
    made = replace(report, summary=(Span("A <b>", strong=True), Span(" leads.")))
    assert "A <b> leads." in paper(as_pdf(made)).text
