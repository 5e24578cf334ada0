"""On texts that NIH and Orphanet wrote, screening holds next to nothing, and nothing for an instruction."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_ingest.screening import Reason, screen
from corpus_ingest.sources import medquad, orphanet

EVERY = 6  # one text in six; `python -m tests.benchmarks.texts` looks at all
FALSE_ALARMS = 0.001  # of the texts


@pytest.mark.benchmark_data
@pytest.mark.parametrize(("kind", "name"), [(medquad.KIND, "medquad.zip"), (orphanet.KIND, "orphapacket.zip")])
def test_honest_texts_go_on(kind, name: str, benchmark_data: Path) -> None:
    source = kind.source(benchmark_data / "knowledge" / name)
    texts = source.parse(source.fetch()).documents[::EVERY]
    held = [one for text in texts for one in screen(text).held]
    assert len(texts) > 1000
    assert len(held) <= len(texts) * FALSE_ALARMS, held[:20]
    assert not [one for one in held if one.reason is Reason.INSTRUCTION]
