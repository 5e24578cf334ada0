"""A feed is fetched from a publisher on this machine, checked, and brought in like any other file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest import publishing, shelf
from corpus_ingest.models import Ingestion, State
from tests.corpus_ingest import texts_world as world
from tests.corpus_ingest.publisher import Server, whole

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offered(places: Path, settings: Any) -> Iterator[dict[str, Any]]:
    """MedQuAD as this publisher offers it; what the catalogue says can be changed by the test."""
    publisher = Server()
    content = world.medquad(places / "q.zip").read_bytes()
    publisher.answers["/q.zip"] = whole(content)
    entry: dict[str, Any] = {"url": f"{publisher.url}/q.zip", "sha256": hashlib.sha256(content).hexdigest()}
    catalogue = places / "catalogue.json"
    catalogue.write_text(json.dumps({"medquad": entry}))
    settings.OPEN_DATA = str(catalogue)
    yield entry
    publisher.close()


def test_a_feed_is_fetched_checked_and_in_the_snapshot(
    places: Path, offered: dict[str, Any], carried: Callable[..., Ingestion]
) -> None:
    done = carried(feeds=["medquad"])
    assert done.error == {} and done.state == State.DONE
    (file,) = done.wanted["files"]
    assert (file["feed"], file["sha256"], file["checked"]) == ("medquad", offered["sha256"], True)
    assert [one.sha256 for one in shelf.files("medquad")] == [offered["sha256"]]
    assert done.stages.get(name="chunk").counts["passages"] > 0


def test_a_feed_that_is_not_what_was_expected_fails_by_name_and_changes_nothing(
    places: Path, offered: dict[str, Any], carried: Callable[..., Ingestion]
) -> None:
    first = carried()
    (places / "catalogue.json").write_text(json.dumps({"medquad": {**offered, "sha256": "0" * 64}}))
    failed = carried(feeds=["medquad"])
    assert failed.state == State.FAILED and failed.error["code"] == "knowledge.fetch_failed"
    assert (shelf.kinds(), publishing.in_use()) == ((), first.snapshot)
