"""A kind of source is one folder: nothing else has to know of it."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from corpus_ingest import shelf, sources
from corpus_ingest.bringing import bring
from corpus_ingest.source import SourceUnavailable, Unparsable
from corpus_ingest.verification import SourceRefused
from retrieval.snapshot import open_snapshot
from tests.corpus_ingest import tiny
from tests.corpus_ingest.sources.phenopackets.made import pack, packet
from tests.environment import ROOT

# The example of the page is what is tested.
FOLDER = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "sources.md").read_text("utf-8"), re.DOTALL)[1]  # type: ignore[index]


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"  # type: ignore[attr-defined]
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    folder = tmp_path / "more" / "gazette"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(FOLDER, "utf-8")
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(folder.parent)])
    yield tmp_path
    sys.modules.pop("corpus_ingest.sources.gazette", None)


def run(*words: object) -> str:
    out = StringIO()
    call_command("knowledge", *map(str, words), stdout=out)
    return out.getvalue()


def written(path: Path, lines: int = 30) -> Path:
    path.write_text("".join(f"Disease {n}\tWritten of it: {n}.\n" for n in range(lines)), "utf-8")
    return path


def test_the_folder_is_found_in_its_place_of_the_order() -> None:
    names = [one.name for one in sources.kinds()]
    assert names[0] == "hpo" and names[-1] == "cases"
    assert names[1:-1] == sorted(names[1:-1]) and "gazette" in names


def test_it_is_brought_in_built_with_and_listed(places: Path) -> None:
    assert "gazette: Gazette of rare diseases, not on this machine. What the gazette says" in run("sources")
    said = run("add", "gazette", written(places / "g.tsv"))
    assert said.startswith("Gazette of rare diseases 1 is on the shelf: 30 texts.")
    run("build")
    listed = run("list")
    assert "On the shelf: gazette" in listed
    assert "gazette: Gazette of rare diseases, 1 on the shelf." in run("sources")
    name = (places / "knowledge" / "current").read_text().strip()
    assert [one.name for one in open_snapshot(places / "knowledge" / name).manifest.sources] == ["hpo", "gazette"]
    assert re.search(r"\* .*hpo 2030-01-01, gazette 1", listed)
    run("remove", "gazette")
    assert "On the shelf: gazette" not in run("list")


def test_the_page_says_what_it_would_bring(signed_in: object) -> None:
    text = signed_in.get(reverse("knowledge")).content.decode()  # type: ignore[attr-defined]
    if "No knowledge snapshot" in text:
        run("build")
        text = signed_in.get(reverse("knowledge")).content.decode()  # type: ignore[attr-defined]
    assert "What the gazette says of each disease." in text
    assert "manage.py knowledge add gazette PATH" in text


def test_what_cannot_be_read_or_is_of_another_form_changes_nothing(places: Path) -> None:
    bring("gazette", written(places / "g.tsv"))
    before = shelf.files("gazette")
    (places / "bad.tsv").write_text("no tab\n", "utf-8")
    with pytest.raises(Unparsable, match=r"bad\.tsv line 1"):
        bring("gazette", places / "bad.tsv")
    for path in (places, written(places / "g.pdf"), places / "nothing.tsv"):
        with pytest.raises(SourceUnavailable):
            bring("gazette", path)
    (places / "empty.tsv").write_text("", "utf-8")
    with pytest.raises(SourceRefused, match=r"documents: 0, and at least 1 are expected"):
        bring("gazette", places / "empty.tsv", accept_smaller=True)
    assert shelf.files("gazette") == before


def test_a_source_that_lost_a_fifth_is_refused_unless_it_is_meant_to(places: Path) -> None:
    run("add", "gazette", written(places / "g.tsv"))
    smaller = written(places / "h.tsv", 23)
    with pytest.raises(CommandError, match=r"documents: 23, and 30 in the version before.*--accept-smaller"):
        run("add", "gazette", smaller)
    assert [one.name for one in shelf.files("gazette")] == ["g.tsv"]
    run("add", "gazette", written(places / "i.tsv", 24))
    run("add", "gazette", written(places / "j.tsv", 2), "--accept-smaller")
    assert [one.name for one in shelf.files("gazette")] == ["j.tsv"]


def test_a_folder_without_a_kind_and_a_kind_that_is_there_already_are_named(places: Path) -> None:
    for name, text, problem in (("empty", "", "has no KIND"), ("twice", FOLDER, "gazette is there already")):
        folder = places / "more" / name
        folder.mkdir()
        (folder / "__init__.py").write_text(text, "utf-8")
        with pytest.raises(TypeError, match=problem):
            sources.kinds()
        shutil.rmtree(folder)  # what was imported may have left its bytecode there
        sys.modules.pop(f"corpus_ingest.sources.{name}", None)


def test_what_nobody_asks_for_is_not_taken(places: Path) -> None:
    with pytest.raises(CommandError, match="gazette asks for nothing"):
        run("add", "gazette", written(places / "g.tsv"), "--say", "licence=CC0")


def test_cases_are_brought_in_by_the_same_door_with_what_their_kind_asks_for(places: Path) -> None:
    path = pack(places / "cohort.zip", {"a.json": packet("a"), "b.json": packet("b")})
    with pytest.raises(CommandError, match=r"cannot be brought in without licence.*--say licence="):
        run("add", "cases", path)
    assert shelf.kinds() == ()
    said = run("add", "cases", path, "--say", "licence=CC0-1.0", "--say", "collection=Our cohort")
    assert said.startswith("Published cases: Our cohort")
    assert "2 cases, 2 new" in said
    (kept,) = shelf.files("cases")
    assert kept.name == "Our_cohort.jsonl" and "CC0-1.0" in kept.path.read_text("utf-8").splitlines()[0]
    assert "0 new" in run("add", "cases", path, "--say", "licence=CC0-1.0")
    (places / "none.json").write_text("[]", "utf-8")
    with pytest.raises(CommandError, match="holds no case that can be used"):
        run("add", "cases", places / "none.json", "--say", "licence=CC0-1.0")
