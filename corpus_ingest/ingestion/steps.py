"""The stages of an ingestion, in their order: what each does, and how it is done again after a stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from corpus_ingest import check, embedding, incoming, memo, open_data, pipeline, publish, publishing, quarantine
from corpus_ingest import held as held_back
from corpus_ingest.bringing import bring
from corpus_ingest.documents.unreadable import STATES
from corpus_ingest.incoming import Incoming
from corpus_ingest.ingestion.record import Record, Under
from corpus_ingest.models import Ingestion, StageName, State, Then
from retrieval.errors import RetrievalError

NOTHING_CHANGED = "Nothing changed."
NO_ROOM = STATES["disk_full"].code


@dataclass(frozen=True, slots=True)
class Result:
    snapshot: str
    unchanged: bool


def run(ingestion: Ingestion, record: Record) -> Result:
    """From what was asked for to a snapshot that is proposed, published or left. Raises what went wrong."""
    directory = Path(settings.KNOWLEDGE_DIR)
    files = _fetch(ingestion, record)
    _verify(ingestion, files, record)
    built = _build(ingestion, directory, record)
    _embed(directory, built.id, record)
    checks = _check(ingestion, directory, built.id, record)
    _publish(ingestion, directory, built, checks, record)
    return Result(built.id, built.unchanged)


# --- fetch and verify --------------------------------------------------------


def _fetch(ingestion: Ingestion, record: Record) -> list[dict[str, Any]]:
    """Every file that is to be brought in lies here and is what it says it is."""
    files, feeds = list(ingestion.wanted["files"]), list(ingestion.wanted["feeds"])
    if not files and not feeds:
        record.skip(StageName.FETCH, "Nothing new: what is on the shelf.")
        return []
    with record.stage(StageName.FETCH) as stage:
        for done, feed in enumerate(feeds):
            stage.tick(done, len(feeds))
            if not any(one.get("feed") == feed["kind"] for one in files):
                ingestion.wanted["files"].append(_loaded(feed, stage))
                with record.held():
                    ingestion.save(update_fields=["wanted"])
        files = ingestion.wanted["files"]
        for one in files:
            if "outcome" not in one:
                _place(one)
        stage.note("", files=len(files), feeds=len(feeds))
    return list(files)


def _loaded(feed: Mapping[str, Any], stage: Under) -> dict[str, Any]:
    """What its publisher offers, loaded and held against its checksum; from here on a file like any other."""

    def told(name: str, here: int, whole: int | None) -> None:
        size = f" of {whole / 1e6:,.0f} MB" if whole else ""
        stage.say(f"{name}: {here / 1e6:,.0f} MB{size}", now=False)

    found = open_data.load(feed["kind"], sha256=feed.get("sha256", ""), unseen=bool(feed.get("unseen")), progress=told)
    said = {"kind": feed["kind"], "name": found.name, "path": str(found.path), "about": dict(found.said)}
    return {**said, "feed": feed["kind"], "sha256": found.sha256, "checked": found.checked}


def _place(one: Mapping[str, Any]) -> Path:
    """Where a wanted file lies: a path at the machine, or what was received."""
    return Path(one["path"]) if "path" in one else Incoming.from_json(one).path


def _verify(ingestion: Ingestion, files: list[dict[str, Any]], record: Record) -> None:
    """Reads each file whole and shelves what is fit. One that is refused does not stop the others."""
    if not files:
        record.skip(StageName.VERIFY, "Nothing new: what is on the shelf.")
        return
    with record.stage(StageName.VERIFY) as stage:
        for done, one in enumerate(files):
            stage.tick(done, len(files))
            if "outcome" not in one:
                _bring(one, ingestion)
                with record.held():
                    ingestion.save(update_fields=["wanted"])
            _discard(one, ingestion)
        stage.tick(len(files), len(files))
        _judge(files, stage)


def _bring(one: dict[str, Any], ingestion: Ingestion) -> None:
    """Notes in the wanted file what became of it, so that another try does not do it again."""
    try:
        brought = bring(
            one["kind"],
            _place(one),
            one.get("about", {}),
            name=one["name"],
            accept_smaller=ingestion.accept_drops,
        )
    except RetrievalError as error:
        if error.code == NO_ROOM:  # the disk's fault and not the file's: it waits for the next try
            raise
        one["outcome"] = {"refused": {"code": error.code, "message": error.message, "hint": error.hint}}
    else:
        one["outcome"] = {"sha256": brought.kept.sha256, "contents": dict(brought.contents), "before": brought.before}


def _discard(one: Mapping[str, Any], ingestion: Ingestion) -> None:
    """The copy that arrived goes, unless another ingestion was asked for with the same file and may still come."""
    if "path" in one:
        return
    others = Ingestion.objects.exclude(pk=ingestion.pk).exclude(state__in=(State.DONE, State.CANCELLED))
    same = ((file.get("sha256"), file.get("name")) for other in others for file in other.wanted.get("files", ()))
    if (one["sha256"], one["name"]) not in same:
        incoming.discard(Incoming.from_json(one))


def _judge(files: list[dict[str, Any]], stage: Under) -> None:
    refused = [{"name": one["name"], **one["outcome"]["refused"]} for one in files if "refused" in one["outcome"]]
    stage.note(f"{len(refused)} of {len(files)} refused" if refused else "", files=len(files), refused=refused)
    if len(refused) == len(files):
        error = RetrievalError(f"{refused[0]['name']}: {refused[0]['message']}", hint=refused[0]["hint"])
        error.code = refused[0]["code"]
        raise error


# --- parse, screen, chunk, build -----------------------------------------------


def _build(ingestion: Ingestion, directory: Path, record: Record) -> pipeline.Built:
    results = pipeline.results()
    with publish.build_lock(directory, record.step("Another build awaited"), record.check):
        material = pipeline.find()
        known = pipeline.whole(directory, material, record)
        if known is not None:
            for name in (StageName.PARSE, StageName.SCREEN, StageName.CHUNK, StageName.BUILD):
                record.skip(name, NOTHING_CHANGED)
        made = known or pipeline.make(directory, material, results, record)
        memo.remember(directory, material.key, made)
        with record.held():  # named while the lock is held: no prune takes it away
            Ingestion.objects.filter(pk=ingestion.pk).update(snapshot=made)
    held = held_back.of(made, results)
    if held is not None:
        with record.held():
            quarantine.mirror(held, ingestion)
    return pipeline.Built(made, unchanged=known is not None)


# --- embed, check, publish -----------------------------------------------------


def _embed(directory: Path, snapshot: str, record: Record) -> None:
    with record.stage(StageName.EMBED) as stage:
        embedding.embed(directory, snapshot, stage)


def _check(ingestion: Ingestion, directory: Path, snapshot: str, record: Record) -> list[check.Check]:
    with record.stage(StageName.CHECK) as stage:
        before = publishing.in_use()
        checks = check.checks(
            directory / snapshot,
            directory / before if before and before != snapshot else None,
            stage.tick,
        )
        failed = [one for one in checks if not one.ok]
        stage.note(checks=[one.as_json() for one in checks])
        check.judge(checks, accept_drops=ingestion.accept_drops)
        stage.note(f"{len(failed)} accepted" if failed else "")
    return checks


def _publish(
    ingestion: Ingestion, directory: Path, built: pipeline.Built, checks: list[check.Check], record: Record
) -> None:
    publishing.settle()  # what an earlier try approved, and was stopped before it was in use
    if publishing.in_use() == built.id:
        record.skip(StageName.PUBLISH, "It is in use already.")
        return
    if ingestion.then == Then.LEAVE and publish.something_in_use(directory):
        record.skip(StageName.PUBLISH, "Left for somebody to propose.")
        return
    with record.stage(StageName.PUBLISH) as stage:
        with record.held():
            proposal = publishing.propose(
                built.id, by=ingestion.started_by, checks=[one.as_json() for one in checks], ingestion=ingestion
            )
        if ingestion.then == Then.PUBLISH or not publish.something_in_use(directory):
            publishing.approve(proposal)
            stage.note("Published.")
        else:
            stage.note("Proposed: a second person publishes it.")
