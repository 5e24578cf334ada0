"""Files for the tests, written by hand: a small PDF, a small DOCX, a small picture."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

A4 = (595, 842)  # points


@dataclass(frozen=True)
class Drawn:
    """A line of text on a page."""

    text: str
    y: float = 700
    x: float = 72
    size: float = 11
    bold: bool = False
    mode: int = 0  # 3: invisible
    grey: float = 0.0  # 1: white


def page(*lines: Drawn | str, before: bytes = b"") -> bytes:
    """The content of a page; plain strings follow each other 14 points apart."""
    parts, y = [before], 780.0
    for line in lines:
        drawn = line if isinstance(line, Drawn) else Drawn(line, y)
        y = drawn.y - 14
        words = drawn.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        font = b"/F2" if drawn.bold else b"/F1"
        parts.append(
            b"BT %s %g Tf %g g %d Tr %g %g Td (%s) Tj ET\n"
            % (font, drawn.size, drawn.grey, drawn.mode, drawn.x, drawn.y, words)
        )
    return b"".join(parts)


def pdf(
    pages: Sequence[bytes], *, title: str = "", encrypted: bool = False, image: bool = False, deflate: bool = False
) -> bytes:
    """`image`: a grey picture /I0 that a page may draw. `encrypted`: with a password that nobody knows."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",  # the pages, when their numbers are known
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) >>" % title.encode("cp1252"),
        stream(
            b"\x80", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
        ),
    ]
    kids = []
    fonts = b"/Font << /F1 3 0 R /F2 4 0 R >>" + (b" /XObject << /I0 6 0 R >>" if image else b"")
    for content in pages:
        packed = stream(zlib.compress(content), b"/Filter /FlateDecode") if deflate else stream(content)
        objects.append(packed)
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R /Resources << %s >> >>"
            % (*A4, len(objects), fonts)
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    more = b""
    if encrypted:
        objects.append(
            b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32)
        )
        more = b"/Encrypt %d 0 R /ID [<00> <00>]" % len(objects)
    return _numbered(objects, more)


def stream(content: bytes, words: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), words, content)


def _numbered(objects: Sequence[bytes], more: bytes) -> bytes:
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R %s >>\n" % (len(objects) + 1, more))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


SCAN = b"q 595 0 0 842 0 0 cm /I0 Do Q\n"  # the picture over the whole page

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = (
    f'<w:styles {_W}><w:style w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="H2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:styleId="Mine"><w:name w:val="My own"/><w:basedOn w:val="H2"/></w:style></w:styles>'
)


def paragraph(text: str, style: str = "", run: str = "", listed: bool = False) -> str:
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if listed else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{numbered}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    made = "".join("<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    return f"<w:tbl>{made}</w:tbl>"


def docx(body: str, *, head: str = "", more: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"{head}<w:document {_W}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/styles.xml", STYLES)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def png(rows: Sequence[bytes]) -> bytes:
    """A grey picture, one byte a dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\x00" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
