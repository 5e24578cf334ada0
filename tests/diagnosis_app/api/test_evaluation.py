"""The stored runs of benchmarks, for programs."""

from __future__ import annotations

import pytest

from tests.diagnosis_app.api.asking import Asking, answer
from tests.diagnosis_app.evaluation.test_page import stored

pytestmark = pytest.mark.django_db


def test_the_api_lists_the_runs_with_their_figures_the_newest_first(ask: Asking) -> None:
    assert answer(ask.get("/evaluation")) == {"runs": []}
    first, second = stored(), stored(protocol="as-is")
    found = answer(ask.get("/evaluation"))["runs"]
    assert [(one["id"], one["protocol"]) for one in found] == [
        (second.pk, "as-is"),
        (first.pk, "publication-blind"),
    ]
    assert found[0]["summary"] == second.summary and found[0]["versions"] == second.versions
