"""Which licence a text states, and whether it is an open one. In doubt it states none."""

from __future__ import annotations

import re

_CREATIVE = re.compile(
    r"creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-sa|-nd)?)(?:/([1-4]\.[05]))?|publicdomain/(zero|mark)(?:/(1\.0))?)",
    re.IGNORECASE,
)
_WORDS = (  # as publishers write them where they give no address; the longest first
    (r"creative commons attribution[- ]non-?commercial[- ]no ?-?deriv\w*", "CC BY-NC-ND"),
    (r"creative commons attribution[- ]non-?commercial[- ]share-?alike", "CC BY-NC-SA"),
    (r"creative commons attribution[- ]non-?commercial", "CC BY-NC"),
    (r"creative commons attribution[- ]no ?-?deriv\w*", "CC BY-ND"),
    (r"creative commons attribution[- ]share-?alike", "CC BY-SA"),
    (r"creative commons attribution", "CC BY"),
    (r"\bcc[- ]by[- ]nc[- ]nd\b", "CC BY-NC-ND"),
    (r"\bcc[- ]by[- ]nc[- ]sa\b", "CC BY-NC-SA"),
    (r"\bcc[- ]by[- ]nc\b", "CC BY-NC"),
    (r"\bcc[- ]by[- ]nd\b", "CC BY-ND"),
    (r"\bcc[- ]by[- ]sa\b", "CC BY-SA"),
    (r"\bcc[- ]by\b", "CC BY"),
    (r"\bcc0\b|creative commons (?:zero|public domain)", "CC0"),
    (r"works? of the u\.?s\.? government|u\.?s\.? government work|in the public domain", "Public domain"),
)
_VERSION = re.compile(r"[^.]{0,60}?\b([1-4]\.[05])\b")


def stated(*texts: str) -> str:
    """The open licence that these texts state, as an address or in words; empty where they state none.

    Two different ones are none: nobody here decides which is meant. An address is believed before words.
    """
    addresses = {_address(match) for text in texts for match in _CREATIVE.finditer(text)}
    if addresses:
        return addresses.pop() if len(addresses) == 1 else ""
    words = {one for text in texts if (one := _in_words(text))}
    return words.pop() if len(words) == 1 else ""


def _address(match: re.Match[str]) -> str:
    terms, version, domain, _ = match.groups()
    if domain:
        return f"https://creativecommons.org/publicdomain/{domain.lower()}/1.0/"
    return f"https://creativecommons.org/licenses/{terms.lower()}/{version or '4.0'}/"


def _in_words(text: str) -> str:
    plain = " ".join(text.split()).lower()
    for pattern, name in _WORDS:
        if match := re.search(pattern, plain):
            version = _VERSION.match(plain, match.end()) if name.startswith("CC BY") else None
            return f"{name} {version[1]}" if version else name
    return ""
