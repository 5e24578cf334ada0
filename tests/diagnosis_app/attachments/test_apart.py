"""Letters never enter the knowledge: nothing that builds a snapshot can reach them, and none lies in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grimp
import pytest
from django.conf import settings
from django.db import connection

from corpus_ingest import pipeline
from diagnosis_app.attachments.models import Attachment, Original
from tests.corpus_ingest import tiny
from tests.diagnosis_app.attachments import papers

NEEDLES = (papers.pdf()[:200], papers.PAGE_TWO[0].encode(), b"LETTER.pdf")


def files_with(folder: Path) -> Iterator[Path]:
    """Files that hold a letter's bytes, words or name; not the database, where they belong."""
    for path in folder.rglob("*"):
        if path.is_file() and "sqlite3" not in path.name and path.stat().st_size < 5_000_000:
            content = path.read_bytes()
            if any(needle in content for needle in NEEDLES):
                yield path


def test_no_way_of_imports_leads_from_the_ingestion_to_the_letters() -> None:
    graph = grimp.build_graph("corpus_ingest", "retrieval", "agents", "diagnosis_app")
    for room in ("corpus_ingest", "retrieval", "agents"):
        assert not graph.find_shortest_chains(importer=room, imported="diagnosis_app.attachments", as_packages=True)
    assert graph.find_shortest_chains(importer="diagnosis_app.attachments", imported="corpus_ingest", as_packages=True)


@pytest.mark.django_db
def test_a_build_asks_the_database_for_no_letter_and_holds_none(letter: Attachment, tmp_path: Path) -> None:
    asked: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        assert Original.objects.count() == 1
        assert any("attachments_original" in sql for sql in asked), "the listener hears what is asked"
        asked.clear()
        made = pipeline.build(tmp_path / "knowledge", sources=[tiny.write(tmp_path / "raw")])
    assert not [sql for sql in asked if "attachments_" in sql]
    assert (tmp_path / "knowledge" / made.id).is_dir()
    assert list(files_with(tmp_path)) == []


@pytest.mark.django_db
def test_no_file_of_this_machine_holds_a_letter(letter: Attachment, var: Path) -> None:
    """Neither the file nor its words nor its name: the database alone has them, and the knowledge lies elsewhere."""
    for folder in {Path(settings.VAR_DIR), var}:
        assert list(files_with(folder)) == []
    database = Path(str(settings.DATABASES["default"]["NAME"])).resolve()
    assert Path(settings.KNOWLEDGE_DIR).resolve() not in database.parents


def test_the_search_for_a_letter_in_files_finds_one(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_bytes(b"..." + NEEDLES[1])
    assert list(files_with(tmp_path)) == [tmp_path / "note.json"]
