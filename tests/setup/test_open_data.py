"""./run --open-data: asked for, said first, and no hindrance to a start; without it nobody is contacted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from corpus_ingest import library, loading, publish, shelf
from diagnosis_app.operations import local, prepare
from diagnosis_app.operations.management.commands import serve
from tests.corpus_ingest import small_sources as small
from tests.corpus_ingest import tiny
from tests.corpus_ingest.publisher import Server, whole


@pytest.fixture
def publisher(tmp_path: Path, settings, monkeypatch) -> Iterator[Server]:
    """It has Orphanet and lacks Mondo; nothing else is offered."""
    settings.VAR_DIR, settings.KNOWLEDGE_DIR = tmp_path / "var", tmp_path / "knowledge"
    settings.OPEN_DATA = str(tmp_path / "catalogue.json")
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    server = Server()
    content = small.packed(tmp_path / "o.zip", small.orphanet_files(small.entry("3", "Third disease"))).read_bytes()
    server.answers["/o.zip"] = whole(content)
    offered = {
        "orphanet": {"url": f"{server.url}/o.zip", "sha256": hashlib.sha256(content).hexdigest()},
        "mondo": {"url": f"{server.url}/m.zip"},
        "cases": None,
        "medquad": None,
    }
    (tmp_path / "catalogue.json").write_text(json.dumps(offered), "utf-8")
    yield server
    server.close()
    library.close_all()


def test_what_can_be_loaded_is_built_with_and_the_rest_is_said(publisher: Server, settings) -> None:
    said: list[str] = []
    prepare.open_data(said.append)
    text = "\n".join(said)
    assert text.index("licence") < text.index("arrived, sha256")
    assert "mondo: The server answered 404" in text and "Not loaded: mondo. Clew starts without" in text
    assert shelf.kinds() == ("orphanet",)
    library.close_all()
    assert [one.name for one in library.current().manifest.sources] == ["hpo", "orphanet"]
    before = publish.in_use(settings.KNOWLEDGE_DIR)
    publisher.asked.clear()
    prepare.open_data(said.append)
    assert not any("o.zip" in path for path in publisher.asked), "what is here is not loaded again"
    assert publish.in_use(settings.KNOWLEDGE_DIR) == before


def test_a_catalogue_that_cannot_be_read_hinders_no_start(publisher: Server, settings) -> None:
    Path(settings.OPEN_DATA).write_text("{", "utf-8")
    said: list[str] = []
    prepare.open_data(said.append)
    assert said[0].startswith("Open data: The catalogue of open data: catalogue.json is not JSON.")
    assert publisher.asked == []


@pytest.mark.parametrize("asked", [True, False])
def test_only_the_option_asks_for_it(asked: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(loading, "connected", lambda *_a, **_k: pytest.fail("somebody was contacted"))
    done: list[str] = []
    for step in ("database", "static_files", "open_data", "knowledge", "first_login"):
        monkeypatch.setattr(prepare, step, lambda *_, step=step: done.append(step) or "")
    monkeypatch.setattr(local, "make_var", lambda: tmp_path)

    class Stop(Exception):
        """The preparation is over: no process is started here."""

    def stop(*_: object) -> None:
        raise Stop

    monkeypatch.setattr(serve, "Supervisor", stop)
    with pytest.raises(Stop):
        call_command("serve", "--port", "0", *(["--open-data"] if asked else []))
    assert done == ["database", "static_files", *(["open_data"] if asked else []), "knowledge", "first_login"]
