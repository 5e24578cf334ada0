"""What a filter lets in, what it means by a disease, and what it says where it cannot be meant."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.passages.filters import EVERYTHING, MOST, FilterInvalid, Filters, allowed
from retrieval.snapshot import Snapshot
from tests.retrieval.passages.conftest import MARFAN
from tests.retrieval.passages.made import Held, document, held


def titles(texts: Held, **filters: object) -> set[str]:
    mask = allowed(texts.passages, Filters(**filters))  # type: ignore[arg-type]
    assert mask is not None
    return {texts.passages.title(int(i)) for i in np.flatnonzero(mask)}


def test_no_filter_lets_everything_in(texts: Held) -> None:
    assert allowed(texts.passages, EVERYTHING) is None


def test_each_filter_alone_and_all_together(texts: Held) -> None:
    assert titles(texts, sources=("other",)) == {"Copy", "Cœur"}
    assert titles(texts, languages=("fr",)) == {"Cœur"}
    assert titles(texts, languages=("FR-fr", "de")) == {"Cœur"}
    assert titles(texts, diseases=(MARFAN,)) == {"Marfan syndrome"}
    assert titles(texts, diseases=(MARFAN,), sources=("other",)) == set()
    assert titles(texts, languages=("en",), sources=("other",)) == {"Copy"}


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2024-05-17", "", {"Marfan syndrome"}),
        ("2024-06", "", set()),
        ("", "2019-01-01", {"Aorta"}),
        ("2019", "2024", {"Aorta", "Marfan syndrome"}),
        ("", "2018", set()),
    ],
)
def test_a_date_that_may_lie_in_the_range_is_found_and_no_date_is_not(
    texts: Held, since: str, until: str, found: set[str]
) -> None:
    assert titles(texts, since=since, until=until) == found


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        (Filters(since="last year"), "since"),
        (Filters(until="2024-13"), "until"),
        (Filters(since="2024", until="2020"), "since"),
        (Filters(sources=("made", "nowhere")), "sources"),
        (Filters(diseases=("OMIM:999999",)), "diseases"),
        (Filters(diseases=("Marfan",)), "diseases"),
        (Filters(languages=("en",) * (MOST + 1)), "languages"),
    ],
)
def test_what_cannot_be_meant_is_named(texts: Held, filters: Filters, field: str) -> None:
    with pytest.raises(FilterInvalid, match=f"^{field}: ") as raised:
        allowed(texts.passages, filters)
    assert raised.value.hint


def test_any_id_of_a_disease_finds_it(snapshot: Snapshot) -> None:
    diseases = snapshot.diseases
    several = next((i for i in range(diseases.size) if len(diseases.all_ids(i)) > 1), None)
    if several is None:
        pytest.skip("no disease of this snapshot has two ids")
    first, *others = diseases.all_ids(several)
    texts = held([document("x", "Text.", diseases=(others[-1],))], snapshot)
    for name in (first, *others):
        assert titles(texts, diseases=(name,)) == {"x"}
