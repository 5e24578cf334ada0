"""Reads one paper of PMC (JATS): title, abstract, and the body by its headings, with lists and tables.

References, acknowledgements and supplements are no part of it. A licence is read where the paper states it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_ingest import licences
from corpus_ingest.safe_xml import Node
from corpus_ingest.source import Reject
from corpus_ingest.sources.pubmed.dates import date
from retrieval.passages.document import Block, BlockKind, Document

TAG = "article"
NO_ID = "has no id"
NO_TITLE = "has no title"
NO_TEXT = "has neither abstract nor body"
RETRACTED = "is retracted"
UNCLEAR = "licence unclear"
DEEPEST = 8  # headings above a paragraph
_PMID, _PMC = re.compile(r"[0-9]{1,9}\Z"), re.compile(r"(?:PMC)?([0-9]{1,9})\Z")
_RETRACTED = frozenset({"retraction", "retracted-article"})
_OTHER_ABSTRACTS = frozenset({"graphical", "teaser", "toc", "key-points", "precis", "short"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_DATES = ("epub", "ppub", "collection", "pub", "")  # the first that is there
_SILENT = frozenset({"tex-math", "object-id", "label", "table-wrap-foot", "permissions"})
_STANDING = frozenset({"list", "table-wrap", "fig", "table-wrap-group", "fig-group", "disp-quote"})
_HEADED = frozenset({"sec", "app", "boxed-text"})
_OUTSIDE = frozenset({"title", "label", "sec-meta", "ref-list", "supplementary-material", "disp-formula", "fn-group"})


def read(paper: Node, answered_for: str = "") -> Document | Reject:
    """`answered_for`: the licence of whoever brings it in, for a text that states none."""
    meta = paper.first("front", "article-meta") or Node("")
    ids = {one.attributes.get("pub-id-type", ""): one.line() for one in meta.elements("article-id")}
    pmc = _PMC.match(ids.get("pmcid") or ids.get("pmc", ""))
    pmid = ids.get("pmid", "")
    if not pmc and not _PMID.match(pmid):
        return Reject("", NO_ID)
    name = f"PMC{pmc[1]}" if pmc else pmid
    if paper.attributes.get("article-type", "") in _RETRACTED:
        return Reject(name, RETRACTED)
    title = _line(meta.first("title-group", "article-title"))
    if not title:
        return Reject(name, NO_TITLE)
    licence = _licence(meta) or answered_for
    if not licence:
        return Reject(name, UNCLEAR)
    blocks = tuple(_text(paper, meta))
    if not blocks:
        return Reject(name, NO_TEXT)
    language = paper.attributes.get("xml:lang", "en")
    return Document(
        id=f"pubmed:{name}",
        source="pubmed",
        title=title,
        blocks=blocks,
        url=f"https://pmc.ncbi.nlm.nih.gov/articles/{name}/" if pmc else f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        licence=licence,
        language=language.lower() if _LANGUAGE.match(language.lower()) else "en",
        date=_date(meta),
    )


def _licence(meta: Node) -> str:
    texts: list[str] = []
    for one in meta.everywhere("license"):
        texts += [one.attributes.get("xlink:href", ""), one.line()]
        texts += [link.attributes.get("xlink:href", "") for link in one.everywhere("ext-link", "uri")]
    return licences.stated(*texts)


def _date(meta: Node) -> str:
    found = {
        one.attributes.get("pub-type") or one.attributes.get("date-type", ""): one for one in meta.elements("pub-date")
    }
    return next((day for kind in _DATES if (day := date(found.get(kind)))), "")


def _text(paper: Node, meta: Node) -> Iterator[Block]:
    for abstract in meta.elements("abstract"):
        if abstract.attributes.get("abstract-type", "") not in _OTHER_ABSTRACTS:
            yield from _blocks(abstract, ("Abstract",))
    if (body := paper.first("body")) is not None:
        yield from _blocks(body, ())


def _blocks(parent: Node, section: tuple[str, ...]) -> Iterator[Block]:
    """What stands in it, in order; headings become the section of what stands below them."""
    for one in parent.elements():
        if one.tag in _OUTSIDE:
            continue
        if one.tag in _HEADED:
            heading = _line(one.first("title"))
            yield from _blocks(one, (*section, heading)[:DEEPEST] if heading else section)
        elif one.tag == "p":
            yield from _paragraph(one, section)
        elif one.tag in _STANDING:
            yield from _standing(one, section)
        else:
            yield from _blocks(one, section)


def _paragraph(paragraph: Node, section: tuple[str, ...]) -> Iterator[Block]:
    """Its sentences; a list, a table or a figure inside it parts it in two."""
    texts: list[str] = []
    for child in paragraph.children:
        if isinstance(child, Node) and child.tag in _STANDING:
            if text := " ".join("".join(texts).split()):
                yield Block(text, section)
            texts = []
            yield from _standing(child, section)
        else:
            texts.append(child if isinstance(child, str) else _inline(child))
    if text := " ".join("".join(texts).split()):
        yield Block(text, section)


def _standing(one: Node, section: tuple[str, ...]) -> Iterator[Block]:
    if one.tag == "list":
        items = [f"- {text}" for item in one.elements("list-item") if (text := _line(item))]
        if items:
            yield Block("\n".join(items), section, BlockKind.LIST)
    elif one.tag in ("table-wrap", "fig"):
        caption = " ".join(part for part in (one.line("label"), _line(one.first("caption"))) if part)
        if caption:
            yield Block(caption, section)
        for table in one.everywhere("table"):
            yield from _table(table, section)
    elif one.tag in ("table-wrap-group", "fig-group"):
        for inner in one.elements("table-wrap", "fig"):
            yield from _standing(inner, section)
    elif text := _line(one):
        yield Block(text, section)


def _table(table: Node, section: tuple[str, ...]) -> Iterator[Block]:
    rows = [[_line(cell) for cell in row.elements("td", "th")] for row in table.everywhere("tr")]
    lines = [" | ".join(cells) for cells in rows if any(cells)]
    if lines:
        yield Block("\n".join(lines), section, BlockKind.TABLE)


def _line(node: Node | None) -> str:
    return " ".join(_inline(node).split()) if node is not None else ""


def _inline(node: Node) -> str:
    """The words of it: no formulas in TeX, no raised numbers of references; a break is a space."""
    if node.tag in _SILENT or (node.tag == "sup" and _cites(node)):
        return ""
    if node.tag == "break":
        return " "
    inner = "".join(child if isinstance(child, str) else _inline(child) for child in node.children)
    return f" {inner} " if node.tag in ("p", "title", "list-item") else inner


def _cites(node: Node) -> bool:
    references = [one for one in node.elements("xref") if one.attributes.get("ref-type") == "bibr"]
    around = "".join(child for child in node.children if isinstance(child, str))
    return bool(references) and not any(letter.isalpha() for letter in around)
