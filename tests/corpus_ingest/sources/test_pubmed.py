"""Papers of PubMed and PMC: text by headings, licence and date; what is not open or not a paper is left out."""

from __future__ import annotations

import gzip
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from corpus_ingest import shelf
from corpus_ingest.source import Parsed, Unparsable
from corpus_ingest.sources import of_kind, pubmed
from corpus_ingest.sources.pubmed import abstracts, articles, files
from retrieval.passages.document import Block, BlockKind
from tests.corpus_ingest.small_sources import packed, unpacked

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed.dtd">\n'
)
DATE = "<Year>2024</Year><Month>Mar</Month><Day>5</Day>"


def abstract(pmid: str, title: str = "Fits run in families.", **parts: str) -> str:
    text = parts.get("text", "<AbstractText>One family had fits.</AbstractText>")
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID><Article>
      <Journal><JournalIssue><PubDate>{parts.get("date", DATE)}</PubDate></JournalIssue></Journal>
      <ArticleTitle>{title}</ArticleTitle><Abstract>{text}{parts.get("rights", "")}</Abstract><Language>ger</Language>
      <PublicationTypeList><PublicationType>{parts.get("type", "Case Reports")}</PublicationType></PublicationTypeList>
      </Article></MedlineCitation></PubmedArticle>"""


def pubmed_set(*papers: str) -> bytes:
    return f"{HEAD}<PubmedArticleSet>{''.join(papers)}</PubmedArticleSet>".encode()


OPEN = '<license xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Open.</license-p></license>'
BODY = """<body><sec><title>Case <italic>report</italic></title>
  <p>A girl had fits<sup><xref ref-type="bibr" rid="1">1,2</xref></sup> at 10<sup>6</sup>&#160;cells
    [<xref ref-type="bibr" rid="3">3</xref>].
    <list><list-item><p>first sign</p></list-item><list-item><p>second</p><p>sign</p></list-item></list> She walks.</p>
  <sec><title>Genes</title><p>x<inline-formula><tex-math>\\\\alpha</tex-math></inline-formula>&alpha;.</p>
  <table-wrap><label>Table 1</label><caption><title>Signs</title><p>of both.</p></caption>
   <table><thead><tr><th>Sign</th><th>Age</th></tr></thead><tbody><tr><td>Fit</td><td>2 y</td></tr><tr><td/><td/></tr>
   </tbody></table></table-wrap></sec></sec>
  <sec><title/><fig><label>Figure 1</label><caption><p>Her tree.</p></caption></fig>
  <disp-quote><p>Said.</p></disp-quote></sec>
  </body><back><ref-list><ref><p>Somebody 2020.</p></ref></ref-list><ack><p>Thanks.</p></ack></back>"""


def article(pmc: str = "77", **parts: str) -> str:
    ids = f'<article-id pub-id-type="pmcid">PMC{pmc}</article-id>' if pmc else ""
    return f"""<article article-type="{parts.get("type", "case-report")}" xml:lang="{parts.get("lang", "en")}"
      xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>{ids}
      <article-id pub-id-type="pmid">123</article-id><title-group><article-title>A girl
      with <bold>fits</bold></article-title></title-group>
      <pub-date pub-type="collection"><year>2023</year></pub-date>
      <pub-date pub-type="epub"><day>7</day><month>9</month><year>2022</year></pub-date>
      <permissions>{parts.get("licence", OPEN)}</permissions>
      <abstract><sec><title>Background</title><p>We saw her.</p></sec></abstract>
      <abstract abstract-type="graphical"><p>Picture.</p></abstract></article-meta></front>
      {parts.get("body", BODY)}</article>"""


def jats(*papers: str) -> bytes:
    head = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.3//EN" "JATS-archivearticle1-3.dtd">'
    return f"{head}<pmc-articleset>{''.join(papers)}</pmc-articleset>".encode()


def read(path: Path) -> Parsed:
    source = pubmed.source(path)
    return source.parse(source.fetch())


def of_file(tmp_path: Path, content: bytes, name: str = "p.xml") -> Parsed:
    path = tmp_path / name
    path.write_bytes(content)
    return read(path)


# --- PubMed --------------------------------------------------------------------


def test_an_abstract_is_a_text_with_its_labels_as_sections(tmp_path: Path) -> None:
    text = (
        '<AbstractText Label="BACKGROUND">Fits &lt; 3 <i>Hz</i>.</AbstractText><AbstractText Label="UNLABELLED">Also '
        "this.</AbstractText><AbstractText>And\n that.</AbstractText><AbstractText/>"
    )
    (document,) = of_file(tmp_path, pubmed_set(abstract("11", "[Fits in families.]", text=text))).documents
    assert (document.id, document.title, document.url) == (
        "pubmed:11",
        "Fits in families.",
        "https://pubmed.ncbi.nlm.nih.gov/11/",
    )
    assert document.blocks == (
        Block("Fits < 3 Hz.", ("Abstract", "Background")),
        Block("Also this.", ("Abstract",)),
        Block("And that.", ("Abstract",)),
    )
    assert (document.language, document.date, document.licence) == ("en", "2024-03-05", abstracts.TERMS)


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("<Year>2024</Year>", "2024"),
        ("<Year>2024</Year><Month>12</Month>", "2024-12"),
        ("<Year>2024</Year><Month>Feb</Month><Day>31</Day>", "2024-02"),
        ("<Year>2024</Year><Season>Spring</Season>", "2024"),
        ("<Year>2024</Year><Month>13</Month><Day>1</Day>", "2024"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998"),
        ("<MedlineDate>sometime</MedlineDate>", ""),
        ("", ""),
    ],
)
def test_a_date_is_as_exact_as_it_is_written(tmp_path: Path, written: str, date: str) -> None:
    (document,) = of_file(tmp_path, pubmed_set(abstract("11", date=written))).documents
    assert document.date == date


def test_an_abstract_may_state_an_open_licence(tmp_path: Path) -> None:
    rights = "<CopyrightInformation>\u00a9 2024 The Authors. Creative Commons Attribution 4.0.</CopyrightInformation>"
    (document,) = of_file(tmp_path, pubmed_set(abstract("11", rights=rights))).documents
    assert document.licence == "CC BY 4.0"


def test_what_gives_no_text_is_counted_and_of_two_editions_the_later_one_stands(tmp_path: Path) -> None:
    parsed = of_file(
        tmp_path,
        pubmed_set(
            abstract("11", "Old."),
            abstract("12", type="Retracted Publication"),
            abstract("13", text="<AbstractText> </AbstractText>"),
            abstract("14", title=""),
            abstract("x1"),
            abstract("11", "New."),
            "<DeleteCitation><PMID>15</PMID></DeleteCitation>",
        ),
    )
    assert [(one.id, one.title) for one in parsed.documents] == [("pubmed:11", "New.")]
    assert [(one.name, one.reason) for one in parsed.rejects] == [
        ("p.xml, PMID 12", abstracts.RETRACTED),
        ("p.xml, PMID 13", abstracts.NO_ABSTRACT),
        ("p.xml, PMID 14", abstracts.NO_TITLE),
        ("p.xml, paper 5", abstracts.NO_ID),
    ]


# --- PMC -------------------------------------------------------------------------


def test_a_full_text_stands_by_its_headings_with_lists_and_tables(tmp_path: Path) -> None:
    (document,) = of_file(tmp_path, jats(article())).documents
    assert (document.id, document.title) == ("pubmed:PMC77", "A girl with fits")
    assert document.url == "https://pmc.ncbi.nlm.nih.gov/articles/PMC77/"
    assert (document.licence, document.date, document.language) == (
        "https://creativecommons.org/licenses/by/4.0/",
        "2022-09-07",
        "en",
    )
    case, genes = ("Case report",), ("Case report", "Genes")
    assert document.blocks == (
        Block("We saw her.", ("Abstract", "Background")),
        Block("A girl had fits at 106 cells [3].", case),
        Block("- first sign\n- second sign", case, BlockKind.LIST),
        Block("She walks.", case),
        Block("x\N{GREEK SMALL LETTER ALPHA}.", genes),
        Block("Table 1 Signs of both.", genes),
        Block("Sign | Age\nFit | 2 y", genes, BlockKind.TABLE),
        Block("Figure 1 Her tree."),
        Block("Said."),
    )


def test_a_paper_without_a_number_of_pmc_has_the_one_of_pubmed(tmp_path: Path) -> None:
    (document,) = of_file(tmp_path, jats(article("", lang="DE"))).documents
    assert (document.id, document.language) == ("pubmed:123", "de")
    assert document.url == "https://pubmed.ncbi.nlm.nih.gov/123/"


@pytest.mark.parametrize(
    ("licence", "found"),
    [
        ('<license xlink:href="http://creativecommons.org/licenses/by-nc/3.0/"/>', "/licenses/by-nc/3.0/"),
        ('<license xlink:href="https://creativecommons.org/publicdomain/zero/1.0/"/>', "/publicdomain/zero/1.0/"),
        (
            '<license><p>Open, see <ext-link xlink:href="https://creativecommons.org/licenses/by/4.0/">it</ext-link>'
            "</p></license>",
            "/licenses/by/4.0/",
        ),
        ("<license><license-p>Under a Creative Commons Attribution License (CC BY).</license-p></license>", "CC BY"),
        ("<license><license-p>Creative Commons Attribution-NonCommercial 4.0</license-p></license>", "CC BY-NC 4.0"),
        ('<license license-type="open-access"><p>Open access.</p></license>', ""),
        ("<license><p>All rights reserved.</p></license>", ""),
        (f'{OPEN}<license xlink:href="https://creativecommons.org/licenses/by-nc/4.0/"/>', ""),
        ("<copyright-statement>Somebody</copyright-statement>", ""),
        ("", ""),
    ],
)
def test_only_a_licence_that_is_stated_and_open_counts(tmp_path: Path, licence: str, found: str) -> None:
    content = jats(article("76"), article("77", licence=licence))
    parsed = of_file(tmp_path, content)
    one = next((one for one in parsed.documents if one.id == "pubmed:PMC77"), None)
    if found:
        assert one is not None and one.licence.endswith(found)
    else:
        assert one is None
        assert [(one.name, one.reason) for one in parsed.rejects] == [("p.xml, PMC77", articles.UNCLEAR)]


def test_retractions_and_empty_papers_are_left_out(tmp_path: Path) -> None:
    empty = article("79", body="").replace("<p>We saw her.</p>", "")
    content = jats(article("77"), article("78", type="retraction"), empty, article("80").replace("PMC80", "x"))
    parsed = of_file(tmp_path, content)
    assert [one.id for one in parsed.documents] == ["pubmed:123", "pubmed:PMC77"]
    assert Counter(one.reason for one in parsed.rejects) == {articles.RETRACTED: 1, articles.NO_TEXT: 1}


# --- files -----------------------------------------------------------------------


def test_gzip_zip_and_directory_read_alike(tmp_path: Path) -> None:
    content = {"a/1.xml": pubmed_set(abstract("11")), "a/2.nxml": jats(article())}
    zipped = read(packed(tmp_path / "p.zip", {**content, "a/3.xml.gz": gzip.compress(pubmed_set(abstract("12")))}))
    assert [one.id for one in zipped.documents] == ["pubmed:11", "pubmed:12", "pubmed:PMC77"]
    folder = read(unpacked(tmp_path / "f", content | {"a/readme.txt": b"x", "__MACOSX/1.xml": b"x"}))
    assert list(folder.documents) == [zipped.documents[0], zipped.documents[2]] and folder.rejects == []
    two = gzip.compress(content["a/1.xml"][:100]) + gzip.compress(content["a/1.xml"][100:])
    assert of_file(tmp_path, two, "p.xml.gz").documents == [zipped.documents[0]]


def test_one_bad_file_among_many_is_counted_and_a_single_one_is_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "lol">]><article>&x;</article>'
    bad = {
        "1.xml": pubmed_set(abstract("11"))[:-30],
        "2.xml": bomb,
        "3.xml": b"<html/>",
        "4.xml": b"<a>" * 90,
        "5.xml.gz": gzip.compress(b"<x>" * 99)[:-9],
    }
    parsed = read(packed(tmp_path / "p.zip", bad | {"6.xml": pubmed_set(abstract("12"))}))
    assert [one.id for one in parsed.documents] == ["pubmed:12"]
    assert Counter(one.reason for one in parsed.rejects) == {files.NOT_XML: 4, files.NO_PAPER: 1}
    for name, content in bad.items():
        with pytest.raises(Unparsable, match=name):
            of_file(tmp_path, content, name)


def test_more_than_allowed_comes_out_of_no_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1000)
    with pytest.raises(Unparsable, match="unpacks to more than 1000 bytes"):
        of_file(tmp_path, gzip.compress(b"<PubmedArticleSet>" + b" " * 10**6 + b"</PubmedArticleSet>"), "p.xml.gz")
    monkeypatch.setattr(files, "MOST", 1)
    with pytest.raises(Unparsable, match="more than 1 papers"):
        of_file(tmp_path, pubmed_set(*(abstract(str(n)) for n in range(5))))


def test_several_files_lie_on_the_shelf_and_a_licence_that_somebody_answers_for_is_written_down(
    tmp_path: Path, settings: object
) -> None:
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    closed = article("90", licence="<copyright-statement>Ours</copyright-statement>")
    (tmp_path / "a.xml").write_bytes(pubmed_set(abstract("11")))
    (tmp_path / "b.xml").write_bytes(jats(closed))

    def run(*words: str) -> str:
        out = StringIO()
        call_command("knowledge", "add", "pubmed", *words, stdout=out)
        return out.getvalue()

    assert "Papers of PubMed and PMC: a.xml" in run(str(tmp_path / "a.xml"))
    with pytest.raises(CommandError, match="PMC90 licence unclear"):
        run(str(tmp_path / "b.xml"))
    assert len(shelf.files("pubmed")) == 1
    said = run(str(tmp_path / "b.xml"), "--say", "licence=Agreement of 2030 with Ours")
    assert said.startswith("Papers of PubMed and PMC: b.xml.zip")
    documents = [one for source in of_kind(pubmed.KIND) for one in source.parse(source.fetch()).documents]
    assert [(one.id, one.licence) for one in documents] == [
        ("pubmed:11", abstracts.TERMS),
        ("pubmed:PMC90", "Agreement of 2030 with Ours"),
    ]
    assert not list((tmp_path / "var" / "sources" / "pubmed").glob(".unfinished*"))
