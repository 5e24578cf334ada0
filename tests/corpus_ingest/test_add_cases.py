"""manage.py knowledge add-cases"""

from __future__ import annotations

import json
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from corpus_ingest import library, publish, shelf
from corpus_ingest.sources import hpo
from retrieval.cases import match
from retrieval.model import Finding, Profile
from tests.corpus_ingest import tiny
from tests.corpus_ingest.sources.phenopackets.made import listed, pack, packet, write


@pytest.fixture(autouse=True)
def world(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf, a small HPO and no knowledge yet."""
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"  # type: ignore[attr-defined]
    settings.PHENOPACKET_STORE = ""  # type: ignore[attr-defined]
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    return tmp_path


def run(*words: str | Path) -> str:
    out = StringIO()
    call_command("knowledge", "add-cases", *map(str, words), stdout=out)
    library.close_all()
    return out.getvalue()


def test_cases_are_read_kept_built_and_found(world: Path) -> None:
    archive = pack(world / "x.zip", {"a.json": packet("a", "HP:0007359"), "b.json": packet("b", "HP:0002650")})
    said = run(archive, "--licence", "BSD-3-Clause", "--collection", "store")
    assert "Cases: 2 (2 new, 0 known already, 0 in place of an older edition)" in said
    knowledge = library.current()
    assert knowledge.id in said
    best = match(knowledge.cases, Profile((Finding("HP:0007359"),)))[0]
    assert knowledge.cases.case(best.position).label == "a"
    assert knowledge.cases.case(best.position).licence == "BSD-3-Clause"
    counts = knowledge.manifest.counts
    assert (counts["cases"], counts["case_publications"], counts["diseases_with_cases"]) == (2, 1, 1)
    record = knowledge.manifest.sources[-1]
    assert (record.title, record.licence) == ("Published cases: store", "BSD-3-Clause")
    assert knowledge.manifest.sources[0].name == "hpo"


def test_the_same_again_is_the_same_snapshot(world: Path) -> None:
    path = write(world / "x.json", [packet("a"), packet("b")])
    run(path)
    first = publish.in_use(world / "knowledge")
    again = run(path)
    assert "2 (0 new, 2 known already" in again
    assert "is unchanged" in again
    assert publish.in_use(world / "knowledge") == first


def test_a_snapshot_without_cases_has_an_empty_bank(world: Path) -> None:
    call_command("knowledge", "build", stdout=StringIO())
    assert library.current().cases.size == 0
    assert "cases" not in library.current().manifest.counts
    library.close_all()


def test_rejects_are_named_counted_and_reported(world: Path) -> None:
    entries = [listed(f"bad-{number}", diagnoses=[]) for number in range(12)]
    entries += [listed("good", "HP:0002001", "HP:0001250"), listed("unknown", "HP:0099999")]
    said = run(write(world / "x.json", entries), "--report", world / "report.json")
    assert "Cases: 1 (1 new" in said
    assert "13 rejected:" in said
    assert "x.json[0]: has no diagnosis" in said
    assert "and 3 more; --report FILE names them all" in said
    report = json.loads((world / "report.json").read_text())
    assert len(report["rejects"]) == 13
    assert report["rejects"][-1]["name"] == "unknown"
    assert report["left_out"]["old id of a finding, replaced"] == 1
    assert report["left_out"]["finding that the ontology does not know"] == 1


def test_nothing_usable_changes_nothing(world: Path) -> None:
    run(write(world / "good.json", packet()))
    before, snapshot = shelf.files("cases"), publish.in_use(world / "knowledge")
    with pytest.raises(CommandError, match="No case was found that can be used"):
        run(write(world / "x.json", [listed("a", diagnoses=[])]), "--report", world / "report.json")
    assert json.loads((world / "report.json").read_text())["rejects"]
    assert (shelf.files("cases"), publish.in_use(world / "knowledge")) == (before, snapshot)


def test_a_bad_archive_is_one_line_and_changes_nothing(world: Path) -> None:
    archive = pack(world / "x.zip", {"a.json": packet(), "bomb.json": b" " * (20 * 1024**2)})
    with pytest.raises(CommandError, match=r"x\.zip is refused"):
        run(archive)
    assert shelf.files("cases") == ()


def test_no_build_only_fills_the_shelf(world: Path) -> None:
    run(write(world / "x.json", packet()), "--no-build")
    assert len(shelf.files("cases")) == 1
    assert not (world / "knowledge").exists()


def test_no_use_leaves_the_snapshot_in_use(world: Path) -> None:
    call_command("knowledge", "build", stdout=StringIO())
    before = publish.in_use(world / "knowledge")
    run(write(world / "x.json", packet()), "--no-use")
    assert publish.in_use(world / "knowledge") == before
    assert len(publish.finished(world / "knowledge")) == 2


def test_removed_cases_are_gone_from_the_next_snapshot(world: Path) -> None:
    run(write(world / "x.json", packet()))
    call_command("knowledge", "remove", "cases", stdout=StringIO())
    call_command("knowledge", "build", stdout=StringIO())
    assert library.current().cases.size == 0
    library.close_all()


def test_without_a_path_or_an_address_the_error_says_what_to_give(world: Path) -> None:
    with pytest.raises(CommandError, match="Name a file"):
        run()
    with pytest.raises(CommandError, match=r"loads nothing on its own.*CLEW_PHENOPACKET_STORE"):
        run("--from-release")
    with pytest.raises(CommandError, match="There is no file"):
        run(world / "nothing.zip")


@pytest.mark.benchmark_data
def test_all_published_cases_are_added(world: Path, benchmark_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.travels(monkeypatch, hpo.source())
    started = time.monotonic()
    said = run(benchmark_data / "cases" / "phenopackets-dev.zip")
    print(f"added in {time.monotonic() - started:.1f} s")
    assert "Cases: 7,398 (7,398 new" in said
    assert "rejected" not in said
    assert library.current().manifest.counts["diseases_with_cases"] == 649
    assert library.current().cases.size == 7_398
    library.close_all()
