"""Snapshots that somebody needs stay; what may not be passed on is not exported; feeds are fetched when due."""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from corpus_ingest import pipeline, publish, publishing, refresh, retention
from corpus_ingest.errors import NotPossible
from corpus_ingest.export import NotExportable, export, may_be_passed_on
from corpus_ingest.ingestion import requests
from corpus_ingest.models import Ingestion, Refresh, State
from corpus_ingest.source import Fetched, Parsed, Source
from corpus_ingest.sources.documents.about import About
from retrieval.manifest import SourceRecord
from retrieval.passages.document import Block, Document
from retrieval.snapshot import open_snapshot, verify_snapshot
from tests.corpus_ingest import texts_world as world
from tests.corpus_ingest import tiny

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def four(places: Path) -> list[str]:
    """Four snapshots, oldest first; the last is in use, the third was before."""
    names = []
    for number, rows in enumerate((11, 10, 8, 7)):
        source = tiny.write(places / f"raw{rows}", rows=tiny.ROWS[:rows])
        names.append(pipeline.build(places / "knowledge", sources=[source]).id)
        _date(places / "knowledge" / names[-1], f"2030-01-0{number + 1}T00:00:00+00:00")
        publishing.settle()
    return names


def _date(snapshot: Path, when: str) -> None:
    """The date is not part of the id."""
    manifest = json.loads((snapshot / "manifest.json").read_text())
    (snapshot / "manifest.json").write_text(json.dumps({**manifest, "created": when}))


def run(*words: str) -> str:
    out = StringIO()
    call_command("knowledge", *words, stdout=out)
    return out.getvalue()


def test_what_is_in_use_and_what_one_goes_back_to_stay_and_the_oldest_goes(places: Path, four: list[str]) -> None:
    plan = retention.plan(places / "knowledge", keep=0)
    assert set(plan.goes) == {four[0], four[1]} and plan.bytes > 0
    assert plan.stays == {four[3]: ("in use",), four[2]: ("to roll back to",)}
    embedded = places / "var" / "embeddings" / f"{four[0]}-abc"
    embedded.mkdir(parents=True)
    retention.prune(places / "knowledge", keep=0)
    assert publish.finished(places / "knowledge") == sorted(four[2:])
    assert not embedded.exists()
    assert verify_snapshot(places / "knowledge" / four[3]) == []
    publishing.roll_back()
    assert publishing.in_use() == four[2]


def test_the_newest_few_stay_and_so_does_what_is_proposed(places: Path, four: list[str]) -> None:
    assert set(retention.plan(places / "knowledge", keep=3).goes) == {four[0]}
    publishing.propose(four[0])
    assert retention.plan(places / "knowledge", keep=3).goes == {}


def test_what_somebody_else_needs_stays_and_if_they_cannot_say_nothing_goes(
    places: Path, four: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(retention._needs, "made an investigation", lambda: {four[0]})
    plan = retention.prune(places / "knowledge", keep=0)
    assert set(plan.goes) == {four[1]} and plan.stays[four[0]] == ("made an investigation",)

    def down() -> set[str]:
        raise RuntimeError

    monkeypatch.setitem(retention._needs, "made an investigation", down)
    with pytest.raises(RuntimeError):
        retention.prune(places / "knowledge", keep=0)
    assert len(publish.finished(places / "knowledge")) == 3


def test_the_command_says_what_would_go_and_then_what_went(places: Path, four: list[str]) -> None:
    said = run("prune", "--keep", "0", "--dry-run")
    assert f"would go  {four[0]}" in said and f"stays     {four[3]}  in use" in said
    assert len(publish.finished(places / "knowledge")) == 4
    assert f"gone      {four[0]}" in run("prune", "--keep", "0")


def test_diff_and_roll_back_at_the_command_line(places: Path, four: list[str]) -> None:
    said = run("diff", four[0][:6])
    assert said.startswith(f"From {four[0]} to {four[3]}") and "annotations" in said and "- ORPHA:3" in said
    assert json.loads(run("diff", four[0], four[3], "--json"))["a"] == four[0]
    assert f"Snapshot {four[2]} is in use again" in run("roll-back")
    assert "no difference" in run("diff", four[3], four[3])


# --- export ------------------------------------------------------------------


def texts(*licences: str) -> Source:
    documents = [
        Document(f"letters:{i}", "letters", f"Letter {i}", (Block(f"It is letter number {i}."),), licence=licence)
        for i, licence in enumerate(licences)
    ]
    record = SourceRecord("letters", "Letters", "1", "All rights reserved", "", "", {})
    return Source("letters", lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(documents=documents))


def test_an_export_leaves_out_what_may_not_be_passed_on_and_says_so(places: Path) -> None:
    sources = [tiny.write(places / "raw"), texts("CC BY 4.0", "", "CC BY-NC 4.0"), tiny.cases("CC0-1.0", "not stated")]
    name = pipeline.build(places / "knowledge", sources=sources).id
    said = run("export", name, str(places / "out.tar"))
    assert "Left out: 1 text of letters: All rights reserved" in said
    assert "Left out: 1 published case" in said
    with tarfile.open(places / "out.tar") as tar:
        tar.extractall(places / "elsewhere", filter="data")
    (there,) = (places / "elsewhere").iterdir()
    assert verify_snapshot(there) == []
    copy = open_snapshot(there)
    assert copy.id == there.name != name
    assert [copy.passages.record(k).title for k in range(copy.passages.document_count)] == ["Letter 0"]
    assert copy.cases.ids == (tiny.CASES[0].id,)
    assert copy.manifest.counts["documents"] == 1
    assert "Exported without" in copy.manifest.sources[0].note
    assert sorted(path.name for path in places.glob(".export-*")) == []


def brought(title: str, licence: str) -> Source:
    """One document of those that are brought in one by one: all are of the source `documents`."""
    text = Document(f"documents:{title}", "documents", title, (Block(f"This is {title}."),), licence=licence)
    record = SourceRecord("documents", title, "2024", licence, f"{title}.pdf", "", {f"{title}.pdf.zip": "0" * 64})
    return Source("documents", lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(documents=[text]))


@pytest.mark.parametrize("beside", [[brought("Open guide", "CC BY 4.0")], [texts("CC BY 4.0", "")], []])
def test_the_manifest_of_an_export_does_not_name_what_was_left_out(places: Path, beside: list[Source]) -> None:
    ward = brought("Protocol of the ward", "Not to be passed on: internal")
    sources = [tiny.write(places / "raw"), *beside, ward]
    name = pipeline.build(places / "knowledge", sources=sources).id
    exported = export(places / "knowledge" / name, places / "out.tar")
    with tarfile.open(places / "out.tar") as tar:
        tar.extractall(places / "elsewhere", filter="data")
    there = places / "elsewhere" / exported.snapshot
    assert "Protocol" in (places / "knowledge" / name / "manifest.json").read_text()
    assert "Protocol" not in (there / "manifest.json").read_text()
    titles = [one.describe(Fetched({}, {})).title for one in beside]
    assert [one.title for one in open_snapshot(there).manifest.sources][1:] == titles
    assert "1 text of documents: Not to be passed on: internal" in exported.left_out


def test_a_text_that_its_source_says_is_not_to_be_passed_on_stays_whatever_its_licence(places: Path) -> None:
    open_ones = texts("CC0", "CC0")
    kept = [replace(one, redistributable=i > 0) for i, one in enumerate(open_ones.parse(Fetched({}, {})).documents)]
    source = replace(open_ones, parse=lambda _: Parsed(documents=kept))
    name = pipeline.build(places / "knowledge", sources=[tiny.write(places / "raw"), source]).id
    exported = export(places / "knowledge" / name, places / "out.tar")
    assert list(exported.left_out) == ["1 text of letters: CC0"]
    with tarfile.open(places / "out.tar") as tar:
        tar.extractall(places / "elsewhere", filter="data")
    copy = open_snapshot(places / "elsewhere" / exported.snapshot)
    assert [copy.passages.record(k).title for k in range(copy.passages.document_count)] == ["Letter 1"]


def test_what_may_be_passed_on_whole_keeps_its_id(places: Path) -> None:
    name = pipeline.build(places / "knowledge", sources=[tiny.write(places / "raw"), texts("CC0")]).id
    exported = export(places / "knowledge" / name, places / "out.tar")
    assert (exported.snapshot, exported.left_out) == (name, {})
    with pytest.raises(NotExportable, match="there already"):
        export(places / "knowledge" / name, places / "out.tar")


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("CC BY 4.0", True),
        ("CC-BY-4.0", True),
        ("CC-BY-SA-4.0", True),
        ("Creative Commons Attribution 4.0", True),
        ("https://creativecommons.org/licenses/by/4.0/", True),
        ("https://creativecommons.org/licenses/by-nc/4.0/", False),
        ("CC0-1.0", True),
        ("BSD-3-Clause", True),
        ("Public domain", True),
        ("CC BY-NC 4.0", False),
        ("CC-BY-NC-ND-4.0", False),
        ("CC BY-NC-SA", False),
        ("CC BY-ND 4.0", False),
        ("Creative Commons Attribution-NonCommercial", False),
        ("Creative Commons Attribution NoDerivs", False),
        ("CC BY 4.0, non-commercial use only", False),
        ("CC BY\u2013NC 4.0", False),
        ("CC BY 4.0 (NC)", False),
        ("CC BYNC", False),
        ("Creative Commons Attribution\u2013NonCommercial 4.0", False),
        ("Creative Commons Attribution-ShareAlike 4.0, no derivatives", False),
        ("Creative Commons Attribution-ShareAlike 4.0", True),
        ("MIT Press, all rights reserved", False),
        ("Public domain; copies may not be redistributed", False),
        ("All rights reserved", False),
        ("not stated", False),
        ("", False),
    ],
)
def test_a_licence_that_is_not_known_to_allow_it_does_not(licence: str, may: bool) -> None:
    assert may_be_passed_on(licence) is may


def test_a_document_without_the_curators_promise_never_leaves_whatever_its_licence_says() -> None:
    assert may_be_passed_on(About(licence="CC BY 4.0", redistributable=True).licence_words)
    assert not may_be_passed_on(About(licence="CC BY 4.0").licence_words)


# --- refresh -----------------------------------------------------------------


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "ring", lambda name: True)


def test_nothing_is_fetched_by_itself(started: None) -> None:
    assert refresh.start_due() == [] and Ingestion.objects.count() == 0


def test_a_feed_is_fetched_when_it_is_due_and_once(started: None) -> None:
    refresh.schedule("mondo", 7)
    assert refresh.start_due() == []
    Refresh.objects.update(next_at=timezone.now() - timedelta(hours=1))
    (ingestion,) = refresh.start_due()
    assert ingestion.wanted == {"files": [], "feeds": [{"kind": "mondo"}]}
    assert ingestion.then == "propose"
    assert refresh.start_due() == []
    Refresh.objects.update(next_at=timezone.now() - timedelta(hours=1))
    assert refresh.start_due() == [], "the last one has not ended"
    Ingestion.objects.update(state=State.DONE)
    assert len(refresh.start_due()) == 1


def test_a_stopped_feed_is_not_fetched_and_the_interval_is_bounded(started: None) -> None:
    refresh.schedule("mondo", 7)
    Refresh.objects.update(next_at=timezone.now() - timedelta(hours=1))
    refresh.stop("mondo")
    assert refresh.start_due() == []
    for days in (0, 366):
        with pytest.raises(NotPossible):
            refresh.schedule("mondo", days)


# --- the command ---------------------------------------------------------------


def test_ingest_tells_each_stage_and_publishes_at_once(places: Path) -> None:
    path = world.medquad(places / "q.zip")
    said = run("ingest", f"medquad={path}")
    stages = [line.split()[0] for line in said.splitlines() if re.match(r"\w+ +(-|[\d.]+ s)", line)]
    assert stages == ["fetch", "verify", "parse", "screen", "chunk", "build", "embed", "check", "publish"]
    name = publishing.in_use()
    assert said.rstrip().endswith(f"Snapshot {name} is ready.")
    again = run("ingest")
    assert again.rstrip().endswith(f"Snapshot {name} is unchanged.")


def test_ingest_that_failed_can_be_resumed(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpus_ingest import texts as cutting

    path = world.medquad(places / "q.zip")
    with monkeypatch.context() as patched, pytest.raises(CommandError, match=r"\[ingest\.crashed\]"):
        patched.setattr(cutting, "chunk", lambda one: 1 / 0)
        run("ingest", f"medquad={path}")
    path.unlink()  # it lies on the shelf
    assert "is ready" in run("ingest", "--resume")
    with pytest.raises(CommandError, match="nothing to resume"):
        run("ingest", "--resume")


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["medquad=gone.zip"], "no file or directory"),
        (["nonsense=x"], "no kind of source nonsense"),
        (["--resume", "mondo"], "name nothing else"),
        (["--say", "x"], "NAME=TEXT"),
    ],
)
def test_ingest_says_what_is_wrong_with_what_was_asked(words: list[str], match: str) -> None:
    with pytest.raises(CommandError, match=match):
        run("ingest", *words)
    assert Ingestion.objects.count() == 0
