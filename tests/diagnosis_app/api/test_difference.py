"""What one snapshot would change against another, for programs: which of the two was wrong is said."""

from __future__ import annotations

import pytest

from diagnosis_app.accounts.models import Role
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.api.asking import Asking, failure
from tests.people import Clinic

pytestmark = pytest.mark.django_db
NONE = "0" * 16


@pytest.fixture
def curator(clinic: Clinic) -> Asking:
    return Asking(clinic.person(Role.CURATOR))


@pytest.mark.parametrize("which", ["a", "b"])
def test_the_snapshot_that_is_not_there_is_named(curator: Asking, snapshot: Snapshot, which: str) -> None:
    asked = {"a": snapshot.id, "b": snapshot.id, which: NONE}
    failure(curator.get("/knowledge/difference", **asked), 404, "knowledge.missing", field=which)
    asked[which] = "no id"
    failure(curator.get("/knowledge/difference", **asked), 404, "knowledge.missing", field=which)


def test_a_snapshot_against_itself_is_no_question(curator: Asking, snapshot: Snapshot) -> None:
    for asked in ({"b": snapshot.id}, {"a": NONE, "b": NONE}):
        body = failure(curator.get("/knowledge/difference", **asked), 422, "input.invalid", field="b")
        assert "in use" not in body["message"] or "a" not in asked
