"""An ingestion from its files to a snapshot: each stage leaves its word, and what goes wrong leaves all as it was."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest import finished, publish, publishing, quarantine, shelf
from corpus_ingest.ingestion import requests, worker
from corpus_ingest.models import HeldText, Ingestion, Publication, StageRecord, State, Then
from corpus_ingest.screening import Reason
from corpus_ingest.sources.documents import About, bring_document
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import texts_world as world
from tests.corpus_ingest import tiny
from tests.corpus_ingest.documents.made import Drawn, page, pdf

pytestmark = pytest.mark.django_db(transaction=True)
Carried = Callable[..., Ingestion]
Received = Callable[..., dict[str, Any]]


def stages(ingestion: Ingestion) -> dict[str, str]:
    return dict(ingestion.stages.values_list("name", "state"))


def stage(ingestion: Ingestion, name: str) -> StageRecord:
    return ingestion.stages.get(name=name)


def snapshot(places: Path, ingestion: Ingestion) -> Snapshot:
    return open_snapshot(places / "knowledge" / ingestion.snapshot)


def test_the_first_ingestion_is_in_use_at_once_and_each_stage_says_what_it_did(
    places: Path, file: Received, carried: Carried
) -> None:
    done = carried(file(world.medquad(places / "q.zip")))
    assert done.error == {}
    assert done.state == State.DONE
    assert stages(done) == {
        "fetch": "done",
        "verify": "done",
        "parse": "done",
        "screen": "done",
        "chunk": "done",
        "build": "done",
        "embed": "done",
        "check": "done",
        "publish": "done",
    }
    assert stage(done, "screen").counts["documents"] == 3
    assert stage(done, "chunk").counts["passages"] == snapshot(places, done).passages.size > 0
    assert publishing.in_use() == done.snapshot
    (row,) = publishing.history()
    assert (row.snapshot, row.state, row.ingestion) == (done.snapshot, "published", done)
    assert {one["name"] for one in row.checks} >= {"files", "terms", "search"}


def test_without_a_model_it_goes_on_and_says_so(places: Path, carried: Carried) -> None:
    done = carried()
    embed = stage(done, "embed")
    assert done.state == State.DONE
    assert embed.note.startswith("Skipped: no embedder")
    assert embed.counts["code"] == "search.no_embedder"


def test_a_later_one_is_proposed_and_the_one_in_use_stays(places: Path, file: Received, carried: Carried) -> None:
    first = carried()
    second = carried(file(world.medquad(places / "q.zip")))
    assert first.snapshot != second.snapshot
    assert publishing.in_use() == first.snapshot
    assert [row.snapshot for row in publishing.proposals()] == [second.snapshot]


def test_what_has_not_changed_is_not_done_again(places: Path, file: Received, carried: Carried) -> None:
    archive = world.medquad(places / "q.zip")
    first, again = carried(file(archive)), carried(file(archive))
    assert again.unchanged and again.snapshot == first.snapshot
    assert stages(again)["parse"] == stages(again)["build"] == stages(again)["publish"] == "skipped"


def test_of_a_new_release_only_the_portions_that_changed_are_screened_and_cut(
    places: Path, file: Received, carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpus_ingest import texts

    seen: list[str] = []
    screen = texts.screen
    monkeypatch.setattr(texts, "screen", lambda one, **how: (seen.append(one.id), screen(one, **how))[1])
    carried(file(world.many(places / "q.zip", 600)))
    assert len(seen) == 600
    seen.clear()
    carried(file(world.many(places / "r.zip", 600, more=1)))
    assert 0 < len(seen) < 400
    assert seen[-1].endswith("0000600-1")


def test_a_hostile_text_is_held_back_and_can_be_released_for_the_next_build(
    places: Path, file: Received, carried: Carried
) -> None:
    first = carried(file(world.medquad(places / "q.zip", world.WITH_A_HOSTILE_ONE)))
    assert not _says(snapshot(places, first), world.HOSTILE)
    (held,) = HeldText.objects.all()
    assert (held.state, held.source, held.ingestion) == ("held", "medquad", first)
    assert "Ignore all previous" in held.excerpt

    quarantine.release(held, by=None, why="An example of what must not be obeyed.")
    second = carried()
    assert second.snapshot != first.snapshot
    assert _says(snapshot(places, second), world.HOSTILE)
    held.refresh_from_db()
    assert (held.state, held.why) == ("released", "An example of what must not be obeyed.")

    quarantine.hold(held, by=None, why="It was a mistake.")
    third = carried()
    assert third.snapshot == first.snapshot


def test_a_hidden_instruction_stays_held_when_the_next_document_arrives(places: Path, carried: Carried) -> None:
    order = Drawn(world.HOSTILE, 500, mode=3)
    bring_document(pdf([page("Fit syndrome runs in families.", order)]), "hidden.pdf", About("internal"))
    assert carried().state == State.DONE
    assert HeldText.objects.get().reason == Reason.HIDDEN_INSTRUCTION
    bring_document(b"Straight syndrome never has it.", "straight.txt", About("internal"))
    later = carried()
    assert HeldText.objects.get().reason == Reason.HIDDEN_INSTRUCTION
    assert snapshot(places, later).manifest.counts["documents"] == 1


def test_what_may_not_be_passed_on_says_so_in_every_later_build(places: Path, carried: Carried) -> None:
    bring_document(b"Fit syndrome runs in families.", "ours.txt", About("internal"))
    carried()
    bring_document(b"Straight syndrome never has it.", "straight.txt", About("internal"))
    texts = snapshot(places, carried()).passages
    assert [texts.record(k).redistributable for k in range(texts.document_count)] == [False, False]


def test_the_same_file_asked_for_twice_is_there_for_both(places: Path, file: Received, carried: Carried) -> None:
    (places / "g.md").write_bytes(b"# Thumbs\n\nFit syndrome runs in families.\n")
    first = file(places / "g.md", "documents", licence="internal")
    corrected = file(places / "g.md", "documents", licence="CC-BY-4.0")
    second = requests.start([corrected], inline=True)
    assert carried(first).state == State.DONE
    assert worker.carry(second.pk)
    second.refresh_from_db()
    assert (second.state, second.error) == (State.DONE, {})
    assert list((places / "var" / "incoming").iterdir()) == []


def test_a_full_disk_refuses_no_document_and_the_next_try_brings_it_in(
    places: Path, file: Received, carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (places / "g.md").write_bytes(b"# Thumbs\n\nFit syndrome runs in families.\n")
    with monkeypatch.context() as patched:
        patched.setattr(shelf, "put", full)
        failed = carried(file(places / "g.md", "documents", licence="internal"))
    assert (failed.state, failed.error["code"]) == (State.FAILED, "document.disk_full")
    again = requests.resume(failed, inline=True)
    assert worker.carry(again.pk)
    again.refresh_from_db()
    assert (again.state, again.error) == (State.DONE, {})


def test_a_result_that_is_being_written_is_no_rubbish(tmp_path: Path) -> None:
    kept = finished.Finished(tmp_path)
    kept.put("parsed", "key", [])
    young, old = (tmp_path / "parsed" / f"{finished._DRAFT}{name}" for name in ("young", "old"))
    for draft in (young, old):
        draft.touch()
    os.utime(old, (1, 1))
    assert kept.forget_old() == 1
    assert young.exists() and not old.exists()


def test_a_release_needs_a_reason(places: Path, file: Received, carried: Carried) -> None:
    carried(file(world.medquad(places / "q.zip", world.WITH_A_HOSTILE_ONE)))
    with pytest.raises(Exception, match="reason"):
        quarantine.release(HeldText.objects.get(), by=None, why="  ")
    assert HeldText.objects.get().state == "held"


def test_a_file_that_is_refused_does_not_stop_the_others_and_is_named(
    places: Path, file: Received, carried: Carried
) -> None:
    (places / "bad.zip").write_bytes(b"PK\x03\x04 and then nothing")
    done = carried(file(places / "bad.zip", "mondo"), file(world.medquad(places / "q.zip")))
    verify = stage(done, "verify")
    assert done.state == State.DONE
    assert verify.note == "1 of 2 refused"
    (refused,) = verify.counts["refused"]
    assert refused["name"] == "bad.zip" and refused["code"] == "knowledge.unsafe_archive" and refused["hint"]
    assert snapshot(places, done).passages.size > 0


def test_if_every_file_is_refused_it_fails_with_the_reason_and_changes_nothing(
    places: Path, file: Received, carried: Carried
) -> None:
    first = carried()
    (places / "bad.zip").write_bytes(b"no zip at all")
    failed = carried(file(places / "bad.zip", "mondo"))
    assert failed.state == State.FAILED
    assert failed.error["code"] == "knowledge.unsafe_archive" and "bad.zip" in failed.error["message"]
    assert (shelf.kinds(), publishing.in_use()) == ((), first.snapshot)


def test_an_upload_that_is_gone_fails_by_name(places: Path, file: Received, carried: Carried) -> None:
    from corpus_ingest import incoming

    one = file(world.medquad(places / "q.zip"))
    incoming.discard(incoming.Incoming.from_json(one))
    failed = carried(one)
    assert failed.error["code"] == "ingest.file_missing" and failed.error["hint"] == "Upload it again."


def test_a_large_loss_is_refused_until_somebody_accepts_it(
    places: Path, file: Received, carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = carried(file(world.many(places / "q.zip", 60)))
    shelf.remove("medquad")
    failed = carried(then=Then.PUBLISH)
    assert failed.error["code"] == "ingest.dropped" and "documents: 0, and 60 in use" in failed.error["message"]
    assert publishing.in_use() == first.snapshot
    requests.resume(failed, accept_drops=True, inline=True)
    assert worker.carry(failed.pk)
    failed.refresh_from_db()
    assert failed.state == State.DONE and publishing.in_use() == failed.snapshot != first.snapshot


def test_a_snapshot_that_answers_wrongly_is_not_proposed(
    places: Path, carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = carried()
    tiny.travels(monkeypatch, tiny.write(places / "raw2", rows=tiny.ROWS[:-1]))
    from retrieval.ontology.autocomplete import Autocomplete

    monkeypatch.setattr(Autocomplete, "suggest", lambda self, text, limit: [])
    failed = carried()
    assert failed.error["code"] == "ingest.check_failed" and "terms: 0 of" in failed.error["message"]
    assert publishing.in_use() == first.snapshot and not publishing.proposals()


@pytest.mark.parametrize("door", ["results", "snapshot"])
def test_a_full_disk_is_a_state_of_its_own_and_the_next_try_goes_on(
    places: Path, file: Received, carried: Carried, monkeypatch: pytest.MonkeyPatch, caplog: Any, door: str
) -> None:
    first = carried()

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
        patched.setattr(finished if door == "results" else publish, "write" if door == "results" else "_write", full)
        failed = carried(file(world.medquad(places / "q.zip")))
    assert failed.state == State.FAILED
    assert failed.error["code"] == "ingest.disk_full" and "prune" in failed.error["hint"]
    assert "ingest.disk_full" in caplog.text
    assert publishing.in_use() == first.snapshot and not publishing.proposals()
    assert list((places / "knowledge").glob(".building-*")) == []

    requests.resume(failed, inline=True)
    assert worker.carry(failed.pk)
    failed.refresh_from_db()
    assert failed.state == State.DONE and snapshot(places, failed).passages.size > 0


def test_a_source_without_a_licence_is_refused(places: Path, carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    plain = tiny.write(places / "raw2")
    tiny.travels(monkeypatch, replace(plain, describe=lambda fetched: replace(plain.describe(fetched), licence=" ")))
    failed = carried()
    assert failed.error["code"] == "ingest.licence_missing"


def test_an_unforeseen_error_is_a_state_and_its_place_is_logged_without_the_text(
    places: Path, file: Received, carried: Carried, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from corpus_ingest import texts

    def broken(one: Any, **how: Any) -> None:
        raise KeyError(one.blocks[0].text)

    monkeypatch.setattr(texts, "screen", broken)
    with caplog.at_level(logging.ERROR):
        failed = carried(file(world.medquad(places / "q.zip")))
    assert failed.error["code"] == "ingest.crashed"
    assert stage(failed, "screen").state == "failed"
    assert "KeyError" in caplog.text and "test_stages.py" in caplog.text
    assert "families" not in caplog.text
    assert Publication.objects.count() == 0


def _says(snapshot: Snapshot, words: str) -> bool:
    store = snapshot.passages
    return any(words in store.document_at(k).text for k in range(store.document_count))
