"""Reads a PDF back as a person's reader would, and judges it by what is on its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pypdfium2


@dataclass(frozen=True)
class Paper:
    pages: tuple[str, ...]
    about: dict[str, str]
    ink: tuple[int, ...]  # pixels of each page that are not white

    @property
    def text(self) -> str:
        return " ".join(self.pages)


def paper(content: bytes) -> Paper:
    document = pypdfium2.PdfDocument(content)
    pages, ink = [], []
    for page in document:
        pages.append(plain(page.get_textpage().get_text_range()))
        drawn = page.render(scale=1).to_numpy()
        ink.append(int((drawn.min(axis=2) < 250).sum()))
    return Paper(tuple(pages), document.get_metadata_dict(), tuple(ink))


def plain(text: str) -> str:
    """Words with single blanks: where lines break is not what a test is about."""
    return re.sub(r"\s+", " ", text.replace("\ufffe", "-").replace("\u00a0", " ")).strip()
