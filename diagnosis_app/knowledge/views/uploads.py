"""Files arrive here: in pieces from a script that shows progress, or with a plain form.

This is the only place that takes more than 5 MB, and only from a person who may bring knowledge in.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from diagnosis_app import to_disk
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases.views.answers import answers_json, read_json
from diagnosis_app.errors import Invalid, TooLarge
from diagnosis_app.knowledge import actions, uploads
from diagnosis_app.knowledge.uploads import Upload

FORM_LARGEST = 60 * 1024**2  # bytes: what the server lets through in one request is 64 MB


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
@answers_json
def begin(request: HttpRequest) -> HttpResponseBase:
    """Announces a file by name and size; answers with where its pieces go."""
    data = read_json(request)
    name, size = data.get("name"), data.get("size")
    if not isinstance(name, str) or not isinstance(size, int) or isinstance(size, bool):
        raise Invalid(_("A file is announced with its name and size."), field="file", hint=_("Choose the file again."))
    return JsonResponse(_told(actions.begin_upload(actor_of(request), name, size)), status=200)


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
@answers_json
def piece(request: HttpRequest, upload_id: str) -> HttpResponseBase:
    """One piece of a file, at the place that `at` names. Asked without one, it says what has arrived."""
    actor = actor_of(request)
    upload = actions.find_upload(actor, upload_id)
    at = request.GET.get("at", "")
    if not at:
        return JsonResponse(_told(upload))
    if not (at.isascii() and at.isdigit() and len(at) < 12):
        raise Invalid(_("The place of the piece is not a number."), field="at", hint=_("Reload the page."))
    try:
        content = request.body
    except RequestDataTooBig:
        raise TooLarge(_("This piece is too large."), field="file", hint=_("Send smaller pieces.")) from None
    except UnreadablePostError:
        raise Invalid(_("The connection broke off."), field="file", hint=_("Send the piece again.")) from None
    return JsonResponse(_told(actions.append_upload(actor, upload, int(at), content)))


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def discard(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Takes an upload away that is not needed after all."""
    actor = actor_of(request)
    actions.discard_upload(actor, actions.find_upload(actor, upload_id))
    return redirect("knowledge_add")


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
@csrf_exempt  # only until the form may be read: `_received` asks for the token
def form(request: HttpRequest) -> HttpResponse:
    """The same without a script: whole files with a form, streamed to the disk."""
    request.upload_handlers = [to_disk.ToDisk(request, FORM_LARGEST)]
    return _received(request)


@csrf_protect
def _received(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    files = to_disk.arrived(request, "file")
    if files is None:
        raise TooLarge(
            _("What was sent is larger than %(n)s MB.") % {"n": FORM_LARGEST // 1024**2},
            field="file",
            hint=_("With scripts allowed in this browser, up to %(n)s MB.") % {"n": uploads.LARGEST // 1024**2},
        )
    if not files:
        raise Invalid(_("No file arrived."), field="file", hint=_("Choose at least one file."))
    arrived = [actions.receive_upload(actor, one.name or "", one.size or 0, to_disk.pieces_of(one)) for one in files]
    query = urlencode([("upload", one.id) for one in arrived])
    return redirect(f"{reverse('knowledge_describe')}?{query}")


def _told(upload: Upload) -> dict[str, object]:
    return {
        "id": upload.id,
        "name": upload.name,
        "size": upload.size,
        "has": upload.has,
        "piece": uploads.PIECE,
        "to": reverse("knowledge_upload", kwargs={"upload_id": upload.id}),
        "discard": reverse("knowledge_discard", kwargs={"upload_id": upload.id}),
    }
