"""A case begins: empty, from the example, or from a phenopacket with a report of what was lost."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.models import Team
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.example import EXAMPLE
from diagnosis_app.errors import ClinicError, Hidden, Invalid, InvalidMany, TooLarge
from diagnosis_app.interop.phenopackets import read_phenopacket

LARGEST = 5 * 1024 * 1024  # bytes of an uploaded phenopacket


@require_POST
@performs(Verb.CASE_CREATE)
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    case = actions.create_case(actor, team_of(actor, request))
    return redirect("case", case_id=case.pk)


@require_POST
@performs(Verb.CASE_CREATE)
def example(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    case = actions.create_case(actor, team_of(actor, request), read_content(EXAMPLE), origin="example")
    return redirect("case", case_id=case.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@performs(Verb.CASE_CREATE)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Shows the form; after a file, the report. A refused file writes nothing and is named in place."""
    actor = actor_of(request)
    teams = list(Team.objects.filter(pk__in=actor.teams(Verb.CASE_CREATE)).order_by("name"))
    context: dict[str, object] = {"teams": teams}
    status = 200
    if request.method == "POST":
        try:
            imported = read_phenopacket(_uploaded(request), library.current().ontology)
            case = actions.create_case(actor, team_of(actor, request), imported.content, origin="phenopacket")
            context |= {"case": case, "imported": imported}
        except ClinicError as error:
            problems = error.problems if isinstance(error, InvalidMany) else [error]
            context |= {"problems": problems[:20], "further": max(0, len(problems) - 20)}
            status = error.status
    return render(request, "cases/import.html", context, status=status)


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None and int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise TooLarge(_("The file is larger than 5 MB."), field="file", hint=_("Send one case a file."))
    if file is None:
        raise Invalid(_("No file arrived."), field="file", hint=_("Choose a phenopacket, a file in JSON."))
    if file.size is None or file.size > LARGEST:
        raise TooLarge(_("The file is larger than 5 MB."), field="file", hint=_("Send one case a file."))
    return bytes(file.read())


def team_of(actor: Actor, request: HttpRequest) -> int:
    """The team asked for, or the only one."""
    asked = request.POST.get("team", "")
    if asked:
        if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
            raise Hidden(_("There is no such team."), field="team", hint=_("Choose one of the list."))
        return int(asked)
    teams = sorted(actor.teams(Verb.CASE_CREATE))
    if len(teams) == 1:
        return teams[0]
    raise Invalid(_("You belong to several teams."), field="team", hint=_("Choose the team that sees this patient."))
