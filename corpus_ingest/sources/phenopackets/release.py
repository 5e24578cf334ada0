"""Loads a release archive of phenopacket-store: only when asked, only with a checksum, or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus_ingest import loading
from corpus_ingest.loading import Limits
from corpus_ingest.sources.phenopackets.collection import About
from retrieval.errors import RetrievalError

ABOUT = About(
    name="phenopacket-store",
    licence="BSD-3-Clause",
    citation=(
        "Danis D et al. A corpus of GA4GH phenopackets: case-level phenotyping for genomic diagnostics and "
        "discovery. HGG Advances 2025;6(1):100371. doi:10.1016/j.xhgg.2024.100371"
    ),
)


class ReleaseUnavailable(RetrievalError):
    """The archive could not be loaded, or is not the one expected. Nothing of it was kept."""

    code = "cases.release_unavailable"


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except loading.Unavailable as error:
        raise ReleaseUnavailable(error.message, hint=error.hint) from None


def parse_address(written: str) -> tuple[str, str]:
    """(URL, sha256 or "") of an address that may carry its digest: https://host/all.zip#sha256=HEX."""
    with _named():
        return loading.parse_address(written)


@contextmanager
def fetched(url: str, sha256: str, folder: Path, limits: Limits | None = None) -> Iterator[Path]:
    """The archive as a file in `folder` that goes away afterwards. Without a digest, URL.sha256 is asked for it."""
    with _named():
        expected = loading.given(sha256) if sha256 else loading.beside(url, limits)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".release-", dir=folder) as draft:
        path = Path(draft) / "release.zip"
        with _named():
            loading.download(url, path, expected, limits)
        yield path
