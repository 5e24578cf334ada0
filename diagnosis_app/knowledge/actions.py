"""What can be done with the knowledge. Pages and API come through these functions.

Each asks the policy, does its work through `corpus_ingest` and appends to the audit trail. What was
uploaded is never repeated in the trail: names of files, texts and titles stay out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from corpus_ingest import check, incoming, open_data, publish, publishing, quarantine, refresh
from corpus_ingest.errors import IngestionError
from corpus_ingest.ingestion import requests
from corpus_ingest.loading import Unavailable
from corpus_ingest.models import HeldText, Ingestion, Publication, Refresh, State
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import ClinicError, Conflict, Hidden, Invalid, TooLarge
from diagnosis_app.knowledge import uploads
from diagnosis_app.knowledge.uploads import Upload
from retrieval.errors import SnapshotMissing, SnapshotUnreadable

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")

# --- uploads -------------------------------------------------------------


def begin_upload(actor: Actor, name: str, size: int) -> Upload:
    actor.require(Verb.KNOWLEDGE_CHANGE)
    upload = uploads.begin(_person(actor), name, size)
    _note_down(actor, Verb.KNOWLEDGE_CHANGE, f"upload:{upload.id}", {"part": "upload", "bytes": size})
    return upload


def receive_upload(actor: Actor, name: str, size: int, pieces: Iterator[bytes]) -> Upload:
    """A whole file that came with a form."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    upload = uploads.receive(_person(actor), name, size, pieces)
    _note_down(actor, Verb.KNOWLEDGE_CHANGE, f"upload:{upload.id}", {"part": "upload", "bytes": size})
    return upload


def find_upload(actor: Actor, upload_id: str) -> Upload:
    actor.require(Verb.KNOWLEDGE_CHANGE)
    return uploads.find(_person(actor), upload_id)


def uploads_of(actor: Actor) -> Iterator[Upload]:
    """What this person uploaded and has not handed over yet."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    return uploads.of(_person(actor))


def append_upload(actor: Actor, upload: Upload, at: int, piece: bytes) -> Upload:
    """One piece more. It leaves no row: the upload's beginning did."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    return uploads.append(upload, at, piece)


def discard_upload(actor: Actor, upload: Upload) -> None:
    actor.require(Verb.KNOWLEDGE_CHANGE)
    uploads.discard(upload)
    _note_down(actor, Verb.KNOWLEDGE_CHANGE, f"upload:{upload.id}", {"part": "discard"})


# --- ingestions ----------------------------------------------------------


def ingest_uploads(actor: Actor, described: Sequence[tuple[Upload, str, Mapping[str, Any]]]) -> Ingestion:
    """Hands whole uploads over, each with its kind and what was said of it, and asks for one ingestion."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    if not described:
        raise Invalid(_("There is no file to add."), field="upload", hint=_("Choose at least one file."))
    files = [_handed_over(upload, kind, about) for upload, kind, about in described]
    with _plainly(), transaction.atomic():
        ingestion = requests.start([one.as_json() for one in files], by=_user(actor))
        detail = {"files": len(files), "kinds": sorted({one.kind for one in files})}
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, _named(ingestion), {"part": "ingest", **detail})
    for upload, _kind, _about in described:
        uploads.discard(upload)
    return ingestion


def ingest_feeds(actor: Actor, feeds: Sequence[str]) -> Ingestion:
    """Fetches known feeds from where they are published; the page has named hosts and sizes before."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    if not feeds:
        raise Invalid(_("No source was chosen."), field="feed", hint=_("Choose at least one."))
    _known(feeds)
    with _plainly(), transaction.atomic():
        # Without a checksum known before, https names the publisher, and the page said so beside the button.
        wanted = [
            {
                "kind": one.kind,
                "sha256": one.sha256 if one.pinned and not one.feed.parts else "",
                "unseen": not one.pinned,
            }
            for one in open_data.offers(list(feeds))
        ]
        ingestion = requests.start(feeds=wanted, by=_user(actor))
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, _named(ingestion), {"part": "fetch", "feeds": list(feeds)})
    return ingestion


def rebuild(actor: Actor) -> Ingestion:
    """Builds again from what is on this machine, for example after a text was let in."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    with _plainly(), transaction.atomic():
        ingestion = requests.start(by=_user(actor))
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, _named(ingestion), {"part": "rebuild"})
    return ingestion


def find_ingestion(actor: Actor, ingestion_id: UUID | str) -> Ingestion:
    actor.require(Verb.KNOWLEDGE_READ)
    try:
        return Ingestion.objects.select_related("started_by").prefetch_related("stages").get(pk=ingestion_id)
    except (Ingestion.DoesNotExist, ValidationError, ValueError, TypeError):
        raise Hidden(_("There is no such ingestion.")) from None


def pause(actor: Actor, ingestion: Ingestion) -> Ingestion:
    return _steer(actor, ingestion, "pause")


def resume(actor: Actor, ingestion: Ingestion, *, accept_drops: bool = False) -> Ingestion:
    """Goes on, or tries again. `accept_drops`: a person looked at what a source lost and says that it is right."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    with _plainly(), transaction.atomic():
        going = requests.resume(ingestion, accept_drops=True if accept_drops else None)
        detail = {"part": "resume", "accept_drops": accept_drops}
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, _named(ingestion), detail)
    return going


def confirm(actor: Actor, ingestion: Ingestion, sha256: str) -> Ingestion:
    """A person compared the checksum of a file that arrived with what its publisher says; it goes on with it."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    if not _SHA256.match(sha256):
        raise Invalid(_("This is not a checksum."), field="sha256", hint=_("Reload the page."))
    with _plainly(), transaction.atomic():
        found = Ingestion.objects.select_for_update().get(pk=ingestion.pk)  # two who confirm do so one by one
        arrived = {one.get("feed") for one in found.wanted.get("files", ())}
        open_feeds = [one for one in found.wanted.get("feeds", ()) if one.get("kind") not in arrived]
        if found.state != State.FAILED or not open_feeds:
            raise Conflict(
                _("Nothing waits for a confirmation."), hint=_("Reload the page."), code="ingest.not_possible"
            )
        open_feeds[0]["sha256"] = sha256
        found.save(update_fields=["wanted"])
        going = requests.resume(found)
        detail = {"part": "confirm", "feed": str(open_feeds[0].get("kind", "")), "sha256": sha256}
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, _named(found), detail)
    return going


def cancel(actor: Actor, ingestion: Ingestion) -> Ingestion:
    return _steer(actor, ingestion, "cancel")


def _steer(actor: Actor, ingestion: Ingestion, part: str) -> Ingestion:
    actor.require(Verb.KNOWLEDGE_CHANGE)
    with _plainly(), transaction.atomic():
        steered: Ingestion = {"pause": requests.pause, "cancel": requests.cancel}[part](ingestion)
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, _named(ingestion), {"part": part})
    return steered


# --- what was held back --------------------------------------------------


def find_held(actor: Actor, held_id: str) -> HeldText:
    actor.require(Verb.KNOWLEDGE_REVIEW)
    try:
        return HeldText.objects.select_related("by", "ingestion").get(pk=held_id.replace("\x00", ""))
    except (HeldText.DoesNotExist, ValueError):
        raise Hidden(_("This text is not among those held back."), hint=_("It may have left its source.")) from None


def release(actor: Actor, held: HeldText, why: str) -> HeldText:
    """Lets one text in from the next build on. Whoever does it says why and answers for it."""
    return _decide(actor, held, why, "release")


def hold_again(actor: Actor, held: HeldText, why: str = "") -> HeldText:
    """Takes a release back, from the next build on."""
    return _decide(actor, held, why or _("Taken back."), "hold")


def _decide(actor: Actor, held: HeldText, why: str, part: str) -> HeldText:
    actor.require(Verb.KNOWLEDGE_CHANGE)
    if not why.strip():
        raise Invalid(
            _("The reason is missing."), field="why", hint=_("Say in a few words why this text may be shown.")
        )
    with _plainly(), transaction.atomic():
        decide = {"release": quarantine.release, "hold": quarantine.hold}[part]
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, f"held:{held.pk}", {"part": part, "reason": held.reason})
        return decide(held, by=_user(actor), why=why)  # last: it writes a file, which no transaction takes back


# --- publications --------------------------------------------------------


def find_publication(actor: Actor, publication_id: int) -> Publication:
    actor.require(Verb.KNOWLEDGE_READ)
    try:
        return Publication.objects.select_related("proposed_by", "approved_by", "ingestion").get(pk=publication_id)
    except Publication.DoesNotExist:
        raise Hidden(_("There is no such publication.")) from None


def propose(actor: Actor, snapshot: str, note: str = "") -> Publication:
    """Offers a built snapshot for use, if it is fit; a second person decides."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    with _plainly(), transaction.atomic():
        proposed = publishing.propose(
            snapshot, by=_user(actor), note=note.replace("\x00", ""), checks=_checked(snapshot)
        )
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, f"snapshot:{snapshot}", {"part": "propose"})
    return proposed


def approve(actor: Actor, publication: Publication, note: str = "") -> Publication:
    """Puts a proposed snapshot into use. The row is written first: nothing is published without one."""
    actor.require(Verb.KNOWLEDGE_PUBLISH)
    user = _user(actor)
    with _plainly():
        _not_oneself(user, publication)
        with transaction.atomic():
            detail = {"part": "approve", "publication": publication.pk, "before": publishing.in_use() or ""}
            _note_down(actor, Verb.KNOWLEDGE_PUBLISH, f"snapshot:{publication.snapshot}", detail)
        return publishing.approve(publication, by=user, note=note.replace("\x00", ""))


def withdraw(actor: Actor, publication: Publication, note: str = "") -> Publication:
    """Takes a proposal back, or turns it down."""
    actor.require(Verb.KNOWLEDGE_PUBLISH)
    with _plainly(), transaction.atomic():
        withdrawn = publishing.withdraw(publication, note=note.replace("\x00", ""))
        detail = {"part": "withdraw", "publication": publication.pk}
        _note_down(actor, Verb.KNOWLEDGE_PUBLISH, f"snapshot:{publication.snapshot}", detail)
    return withdrawn


def roll_back(actor: Actor, to: str = "", note: str = "") -> Publication:
    """Goes back to what was in use before, or to `to`. One person is enough: it is done when something is wrong."""
    actor.require(Verb.KNOWLEDGE_PUBLISH)
    with _plainly():
        target = to or publishing.previous()
        _was_in_use(target)
        with transaction.atomic():
            detail = {"part": "roll back", "before": publishing.in_use() or ""}
            _note_down(actor, Verb.KNOWLEDGE_PUBLISH, f"snapshot:{target}", detail)
        return publishing.roll_back(by=_user(actor), note=note.replace("\x00", ""), to=to)


def _was_in_use(snapshot: str) -> None:
    """Going back is for what two people let in once; a draft takes the way of every draft."""
    publishing.settle()
    snapshot = snapshot.replace("\x00", "")
    published = Q(snapshot=snapshot, published_at__isnull=False) | Q(before=snapshot)
    if snapshot and Publication.objects.filter(published).exists():
        return
    raise Conflict(
        _("This snapshot was never in use, so there is no way back to it."),
        hint=_("Propose it, and let a second person publish it."),
        code="publication.nothing_before",
    )


def _checked(snapshot: str) -> list[dict[str, Any]]:
    """What the pipeline looks at before it proposes; a snapshot that is not there is refused by whoever proposes it."""
    directory, now = Path(settings.KNOWLEDGE_DIR), publishing.in_use()
    if snapshot not in publish.finished(directory):
        return []
    found = check.checks(directory / snapshot, directory / now if now else None)
    check.judge(found)
    return [one.as_json() for one in found]


def _not_oneself(user: User, publication: Publication) -> None:
    if publication.proposed_by_id == user.pk and not settings.PUBLISH_ALONE:
        raise Conflict(
            _("You proposed this, so somebody else publishes it."),
            hint=_("Ask another curator or an admin to look at it and approve."),
            code="publication.second_person",
        )


# --- scheduled refresh ---------------------------------------------------


def schedule(actor: Actor, feed: str, every_days: int) -> Refresh:
    """From now on the feed is fetched every so many days; what it builds is proposed, never published by itself."""
    actor.require(Verb.KNOWLEDGE_CHANGE)
    _known([feed])
    with _plainly(), transaction.atomic():
        planned = refresh.schedule(feed, every_days, by=_user(actor))
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, f"feed:{feed}", {"part": "schedule", "days": every_days})
    return planned


def unschedule(actor: Actor, feed: str) -> None:
    actor.require(Verb.KNOWLEDGE_CHANGE)
    if not refresh.scheduled().filter(feed=feed).exists():
        raise Invalid(_("This source is not refreshed by itself."), field="feed", hint=_("Reload the page."))
    with transaction.atomic():
        refresh.stop(feed)
        _note_down(actor, Verb.KNOWLEDGE_CHANGE, f"feed:{feed}", {"part": "unschedule"})


# --- inside --------------------------------------------------------------


def _known(feeds: Sequence[str]) -> None:
    """Only a feed that is written down is ever fetched: no address comes from a form."""
    with _plainly():
        if {one.kind for one in open_data.offers()} >= set(feeds):
            return
    raise Invalid(_("This is not a known feed."), field="feed", hint=_("Choose one of the list."))


def _handed_over(upload: Upload, kind: str, about: Mapping[str, Any]) -> incoming.Incoming:
    if not upload.whole:
        raise Invalid(
            _("The file %(name)s has not arrived whole.") % {"name": upload.name},
            field="upload",
            hint=_("Choose it again; what has arrived is kept."),
        )
    with _plainly(), upload.path.open("rb") as file:
        pieces = iter(lambda: file.read(uploads.PIECE), b"")
        return incoming.receive(kind, pieces, upload.name, about=about, largest=uploads.LARGEST)


@contextmanager
def _plainly() -> Iterator[None]:
    """What corpus_ingest refuses is the person's to mend: the same code, message and hint, at the clinic's border."""
    try:
        yield
    except incoming.TooLarge as error:
        raise TooLarge(error.message, hint=error.hint, code=error.code, field="file") from None
    except IngestionError as error:
        if error.retryable:
            full = ClinicError(error.message, hint=error.hint, code=error.code)
            full.status = 507
            raise full from None
        raise Conflict(error.message, hint=error.hint, code=error.code) from None
    except (SnapshotMissing, SnapshotUnreadable, open_data.BadCatalogue, Unavailable) as error:
        raise Conflict(error.message, hint=error.hint, code=error.code) from None
    except OSError:
        raise uploads.NoRoom(
            _("The server could not write the file."),
            hint=_("Its disk may be full. Tell whoever runs it, then try again."),
        ) from None


def _note_down(actor: Actor, verb: Verb, thing: str, detail: Mapping[str, Any]) -> None:
    log.record(actor, verb, object=thing, team_id=min(actor.teams(verb), default=None), detail=detail)


def _named(ingestion: Ingestion) -> str:
    return f"ingestion:{ingestion.pk}"


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    return actor.user_id


def _user(actor: Actor) -> User:
    return User.objects.get(pk=_person(actor))
