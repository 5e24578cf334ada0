"""HTML: what a reader of the page would see. Scripts and styles go; what is hidden is put aside for screening.

Nothing is fetched, nothing is run, and no address in the page is followed.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from corpus_ingest.parsing import kinds
from corpus_ingest.parsing.found import HEADING, LIST, PARAGRAPH, TABLE, Bounds, Found, Outline, Stop, row, tidy

_VOID_TAGS = "area base br col embed hr img input link meta param source track wbr"
_DROPPED_TAGS = "script style template svg math object applet iframe canvas audio video noscript select"
_BLOCK_TAGS = (
    "p div section article main header footer nav aside ul ol li dl dt dd table thead tbody tfoot tr td th caption "
    "blockquote pre figure figcaption h1 h2 h3 h4 h5 h6 hr form fieldset address details summary body html"
)
_VOID, _DROPPED, _BLOCKS = (frozenset(tags.split()) for tags in (_VOID_TAGS, _DROPPED_TAGS, _BLOCK_TAGS))
_FURNITURE = frozenset({"nav", "footer", "button"})  # of the page, not of the text
_CLOSES_P = _BLOCKS - {"td", "th", "tr", "thead", "tbody", "tfoot", "caption", "body", "html"}
# An element that ends the one before it although nobody said so: (what it ends, what it does not look beyond).
_IMPLIED = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "tr": (frozenset({"tr", "td", "th"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "option": (frozenset({"option"}), frozenset({"select"})),
}
_NOUGHT = r"\s*:\s*(?:0|0?\.0\d*)(?:px|pt|em|rem|%)?\s*(?:;|$|!)"
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:font-size|opacity|max-height)" + _NOUGHT
    + r"|font-size\s*:\s*[01](?:\.\d+)?px|(?:left|top|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}"
    + r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]|transform\s*:\s*scale\(\s*0|clip-path\s*:\s*inset\(\s*(?:50|100)%",
    re.I,
)  # fmt: skip
_RULE = re.compile(r"([.#][A-Za-z_][\w-]{0,80})[^{},]{0,200}\{([^{}]{0,2000})\}")
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;]+)", re.I)
_BACKGROUND = re.compile(r"background(?:-color|-image)?\s*:\s*([^;]+)", re.I)
_WHITE = re.compile(
    r"(?:#fff(?:fff)?|#f[c-f]f[c-f]f[c-f]|white|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255.*|rgba\(.*,\s*0\s*\))\s*(?:!important)?\s*\Z",
    re.I,
)


def read_html(text: str, bounds: Bounds) -> Found:
    page = _Page(bounds)
    page.feed(text)
    page.close()
    page.finish()
    return page.found


class _Page(HTMLParser):
    def __init__(self, bounds: Bounds) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Found(kinds.HTML)
        self._outline = Outline(bounds.characters)
        self._deepest = bounds.depth
        self._open: list[tuple[str, str]] = []  # (tag, why it is not seen)
        self._words: list[str] = []
        self._kind = PARAGRAPH
        self._title: list[str] = []
        self._items: list[str] = []
        self._rows: list[list[list[str]]] = []
        self._tables = 0
        self._dropped: dict[str, int] = {}
        self._new_item = False
        self._hiding: set[str] = set()  # classes and ids that the page's own style hides

    # --- what the parser calls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "html" and not self.found.language:
            self.found.language = attributes.get("lang", "")[:20]
        if tag in _VOID:
            if tag in ("br", "hr"):
                self._words.append("\n" if self._top() == "pre" else " ")
            return
        self._close_implied(tag)
        if tag in _BLOCKS and not self._in_cell():
            self._flush()
        if tag in _DROPPED:
            self._dropped[tag] = self._dropped.get(tag, 0) + 1
        if len(self._open) >= self._deepest:
            raise Stop("too_deep", allowed=self._deepest)
        self._open.append((tag, self._why_unseen(tag, attributes)))
        if tag == "table":
            self._tables += 1
            if self._tables == 1:
                self._rows = []
        elif tag == "li":
            self._new_item = True
        elif tag == "tr" and self._tables == 1:
            self._rows.append([])
        elif tag in ("td", "th") and self._tables == 1:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append([])

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _ in self._open):
            return
        while self._open:
            name, _ = self._open[-1]
            self._leave(name)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._top() == "title" and not self._inside("svg"):
            self._title.append(data)
            return
        why = self._open[-1][1] if self._open else ""
        if why == "dropped":
            if self._top() == "style":
                self._hiding.update(name for name, rule in _RULE.findall(data) if _UNSEEN.search(rule))
            return
        if why:
            self._outline.hide(data, why)
        elif self._in_cell():
            self._rows[-1][-1].append(data)
        else:
            self._words.append(data)

    # --- inside

    def finish(self) -> None:
        while self._open:
            self._leave(self._open[-1][0])
        self._flush()
        self._flush_list()
        found = self.found
        found.pieces, found.unseen = self._outline.pieces, self._outline.unseen
        first = next((piece.text for piece in found.pieces if piece.kind == HEADING), "")
        found.title = tidy("".join(self._title))[:300] or first
        scripts = self._dropped.get("script", 0)
        if scripts:
            found.warnings.append(f"{scripts} scripts were left out." if scripts > 1 else "A script was left out.")

    def _top(self) -> str:
        return self._open[-1][0] if self._open else ""

    def _inside(self, *tags: str) -> bool:
        return any(name in tags for name, _ in self._open)

    def _in_cell(self) -> bool:
        return self._tables > 0 and bool(self._rows) and bool(self._rows[-1]) and self._inside("td", "th")

    def _close_implied(self, tag: str) -> None:
        if tag in _CLOSES_P and self._top() == "p":
            self._leave("p")
        if tag not in _IMPLIED:
            return
        ends, beyond = _IMPLIED[tag]
        found = 0
        for depth, (name, _) in enumerate(reversed(self._open), start=1):
            if name in beyond:
                break
            if name in ends:
                found = depth
        for _ in range(found):
            self._leave(self._top())

    def _leave(self, name: str) -> None:
        if name in _BLOCKS and not (self._in_cell() and name != "table"):
            self._flush()
        self._open.pop()
        if name == "table" and self._tables:
            self._tables -= 1
            if self._tables == 0:
                self._flush_table()
        if name in ("ul", "ol") and not self._inside("ul", "ol"):
            self._flush_list()

    def _flush(self) -> None:
        text = "".join(self._words)
        self._words.clear()
        if not text.strip():
            return
        heading = next((name for name, _ in reversed(self._open) if re.fullmatch("h[1-6]", name)), "")
        if heading:
            self._flush_list()
            self._outline.heading(int(heading[1]), text)
        elif self._inside("ul", "ol"):
            if self._new_item or not self._items:
                self._items.append(f"- {tidy(text)}")
            else:
                self._items[-1] += " " + tidy(text)
            self._new_item = False
        else:
            self._flush_list()
            self._outline.add(text)

    def _flush_list(self) -> None:
        if self._items:
            self._outline.add("\n".join(self._items), LIST)
            self._items.clear()

    def _flush_table(self) -> None:
        rows = [["".join(cell) for cell in cells] for cells in self._rows]
        rows = [cells for cells in rows if any(cell.strip() for cell in cells)]
        self._rows = []
        self._flush_list()
        if not rows:
            return
        if max(len(cells) for cells in rows) == 1:  # a table that only places a text on the page
            for cells in rows:
                self._outline.add(cells[0])
            return
        self._outline.add("\n".join(row(cells) for cells in rows), TABLE)

    def _why_unseen(self, tag: str, attributes: dict[str, str]) -> str:
        above = self._open[-1][1] if self._open else ""
        if tag in _DROPPED or above == "dropped" or tag in _FURNITURE:
            return "dropped"
        if above:
            return above
        style = attributes.get("style", "")
        names = {f".{name}" for name in attributes.get("class", "").split()} | {f"#{attributes.get('id', '')}"}
        if "hidden" in attributes or _UNSEEN.search(style) or _is_white(style, attributes) or names & self._hiding:
            return "hidden"
        return ""


def _is_white(style: str, attributes: dict[str, str]) -> bool:
    colour = _COLOUR.search(style)
    said = colour[1].strip() if colour else attributes.get("color", "").strip()
    if not said or not _WHITE.match(said):
        return False
    background = _BACKGROUND.search(style)
    behind = background[1].strip() if background else attributes.get("bgcolor", "")
    return not behind or bool(_WHITE.match(behind))
