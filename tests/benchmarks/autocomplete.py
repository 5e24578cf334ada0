"""How fast autocomplete answers: `python -m tests.benchmarks.autocomplete [--names N]`.

Types sampled names key by key: as they are, with one random slip, and with their words in another
order; then hostile input. Prints p50/p95/p99 and the worst in milliseconds, and how often the finding
is among the first five when everything is typed. The bound for p95 is 10 ms. No pass or fail.
"""

from __future__ import annotations

import argparse
import random
import time

import numpy as np

from retrieval.ontology.autocomplete import Autocomplete
from retrieval.ontology.names import Name, finding_names
from retrieval.snapshot import open_snapshot
from tests import knowledge

LETTERS = "abcdefghijklmnopqrstuvwxyz"
HOSTILE = ("a" * 10_000, "seizure " * 1_250, "abnormality of the " * 500, "\0" * 5_000, "癫痫" * 5_000, "😀" * 5_000,
           "\u202e" + "ab " * 3_000, "e\u0301" * 5_000, "aeiou " * 2_000)  # fmt: skip


def slip(text: str, rng: random.Random) -> str:
    """One slip of the keyboard: a letter left out, doubled, changed, or swapped with its neighbour."""
    at = rng.randrange(len(text))
    match rng.randrange(4):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + text[at] + text[at:]
        case 2:
            return text[:at] + rng.choice(LETTERS) + text[at + 1 :]
        case _:
            return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def typed(autocomplete: Autocomplete, texts: list[str]) -> list[float]:
    times = []
    for text in texts:
        for end in range(1, len(text) + 1):
            started = time.perf_counter()
            autocomplete.suggest(text[:end])
            times.append((time.perf_counter() - started) * 1000)
    return times


def report(name: str, times: list[float]) -> None:
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    print(
        f"{name:<14} {len(times):>7,} queries  p50 {p50:.2f}  p95 {p95:.2f}  p99 {p99:.2f}  worst {max(times):.2f} ms"
    )


def found(autocomplete: Autocomplete, ids: list[str], texts: list[str]) -> str:
    hits = sum(
        term in [suggestion.id for suggestion in autocomplete.suggest(text)[:5]]
        for term, text in zip(ids, texts, strict=True)
    )
    return f"{100 * hits / len(texts):.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=300, metavar="N", help="names sampled")
    count = parser.parse_args().names
    directory = knowledge.ensure()
    snapshot = open_snapshot(directory / (directory / "current").read_text().strip())
    autocomplete, ontology = snapshot.autocomplete, snapshot.ontology
    rng = random.Random(20250116)
    names: list[Name] = rng.sample(list(finding_names(ontology)), count)
    ids = [ontology.ids[name.term] for name in names]
    plain = [name.text for name in names]
    slipped = [slip(text, rng) for text in plain]
    shuffled = [" ".join(rng.sample(text.split(), len(text.split()))) for text in plain]
    autocomplete.suggest("warm up")
    everything: list[float] = []
    for label, texts in (("as named", plain), ("with a slip", slipped), ("words moved", shuffled)):
        times = typed(autocomplete, texts)
        everything += times
        report(label, times)
        print(f"{'':<14} among the first five: {found(autocomplete, ids, texts)}")
    report("together", everything)
    hostile = []
    for text in HOSTILE:
        started = time.perf_counter()
        autocomplete.suggest(text)
        hostile.append((time.perf_counter() - started) * 1000)
    report("hostile", hostile)


if __name__ == "__main__":
    main()
