"""The fonts that a PDF carries, and which of them can set a text.

FiraGO sets Latin, Greek, Cyrillic and Georgian; Noto Sans and Cascadia Mono lend what it lacks (more of Latin
and Cyrillic, phonetic letters, marks and symbols). A text that none of them can set is replaced by a note that
says how many characters of which script stand there: never by a box, never by nothing. Scripts that are read
from right to left, or whose letters join or change places, are not set either, although FiraGO holds some of
their letters: without shaping they would be other words.
"""

from __future__ import annotations

import io
import unicodedata
from functools import cache
from html import escape
from importlib import import_module

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

TEXT, BOLD, ITALIC, ID = "FiraGO", "FiraGO-Bold", "FiraGO-Italic", "CascadiaMono"
_MORE = "NotoSans"
_FILES = {
    TEXT: "FiraGO_Regular",
    BOLD: "FiraGO_Bold",
    ITALIC: "FiraGO_Italic",
    ID: "CascadiaMono_Regular",
    _MORE: "NotoSans_Regular",
    "NotoSans-Bold": "NotoSans_Bold",
    "NotoSans-Italic": "NotoSans_Italic",
}
_FALLBACK = {
    TEXT: (TEXT, _MORE, ID),
    BOLD: (BOLD, "NotoSans-Bold", ID),
    ITALIC: (ITALIC, "NotoSans-Italic", ID),
    ID: (ID, TEXT, _MORE),
}
_TURNED = frozenset({"R", "AL", "AN"})
# Scripts of India and South East Asia, Tibetan, Mongolian: their letters change shape or place beside each other.
_SHAPED = (range(0x0700, 0x10A0), range(0x1200, 0x1400), range(0x1700, 0x1D00), range(0xA800, 0xAB30))
_UNSEEN = frozenset("\u00ad\u200c\u200d\ufe0e\ufe0f")  # part of other characters, or of nothing
_SCRIPTS = {
    *("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "HEBREW", "SYRIAC", "DEVANAGARI", "BENGALI", "TAMIL"),
    *("TELUGU", "GUJARATI", "GURMUKHI", "KANNADA", "MALAYALAM", "SINHALA", "THAI", "LAO", "KHMER", "TIBETAN"),
    *("MYANMAR", "MONGOLIAN", "ETHIOPIC", "ARMENIAN"),
}  # as Unicode begins the names of their letters


@cache
def registered(name: str) -> TTFont:
    """The font, read from its package the first time that it is needed."""
    found = TTFont(name, io.BytesIO(import_module(f"pymupdf_fonts.{_FILES[name]}").fontbuffer))
    pdfmetrics.registerFont(found)
    return found


@cache
def font_for(char: str, name: str) -> str:
    """The first of the fonts for `name` that holds this character; empty if it cannot be set."""
    code = ord(char)
    if unicodedata.bidirectional(char) in _TURNED or any(code in shaped for shaped in _SHAPED):
        return ""
    return next((one for one in _FALLBACK[name] if code in registered(one).face.charToGlyph), "")


class Setter:
    """Texts as the paragraphs of reportlab read them: escaped, each stretch in a font that holds it.

    Counts what could not be set, for the note that stands at the end.
    """

    def __init__(self) -> None:
        self.missing = 0

    def __call__(self, text: str, font: str = TEXT) -> str:
        registered(font)
        return "".join(self._stretch(chosen, part, font) for chosen, part in _stretches(text, font))

    def bold(self, text: str) -> str:
        return self(text, BOLD)

    def italic(self, text: str) -> str:
        return self(text, ITALIC)

    def id(self, text: str) -> str:
        return self(text, ID)

    def _stretch(self, chosen: str, part: str, wanted: str) -> str:
        if chosen:
            return f'<font name="{chosen}">{escape(part, quote=False)}</font>'
        count = sum(not char.isspace() for char in part)
        self.missing += count
        said = ngettext("[%(n)s character not set: %(scripts)s]", "[%(n)s characters not set: %(scripts)s]", count)
        return self(said % {"n": count, "scripts": _scripts(part)}, wanted)


def _stretches(text: str, font: str) -> list[tuple[str, str]]:
    """(font, words) in order; the font is empty for words that cannot be set, with the blanks between them."""
    found: list[tuple[str, str]] = []
    for char in _settable(text):
        before, words = found[-1] if found else ("", "")
        chosen = before if char == " " and found else font_for(char, font)
        if found and before == chosen:
            found[-1] = (before, words + char)
        elif found and not before and words.endswith(" "):
            found[-1:] = [("", words.rstrip(" ")), (chosen, f" {char}")]
        else:
            found.append((chosen, char))
    return found


def _settable(text: str) -> str:
    """Composed letters, two kinds of blank, nothing that is not seen."""
    return "".join(_plain(char) for char in unicodedata.normalize("NFC", text))


def _plain(char: str) -> str:
    if char in "\u00a0\u202f\u2007":
        return "\u00a0"
    if char.isspace():
        return " "
    return "" if char in _UNSEEN or unicodedata.category(char) == "Cc" else char


def _scripts(text: str) -> str:
    names = {unicodedata.name(char, "").split(" ")[0] for char in text if not char.isspace()}
    known = sorted(name if name == "CJK" else name.title() for name in names & _SCRIPTS)
    return ", ".join(known) if known else _("other signs")
