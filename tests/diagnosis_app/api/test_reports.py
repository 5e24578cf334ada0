"""Reports through the API: the same as the page's, documented, and recorded."""

from __future__ import annotations

import pytest

from diagnosis_app.audit.models import Entry
from tests.diagnosis_app.api.asking import NOWHERE, Asking, answer, failure
from tests.diagnosis_app.api.test_runs import carried
from tests.diagnosis_app.interop.oracle import parse_strictly
from tests.diagnosis_app.reports.reading import paper

pytestmark = pytest.mark.django_db(transaction=True)


def investigated(ask: Asking) -> str:
    case = ask.made(note="Tall, with a dislocated lens.")
    run = answer(ask.post(f"/cases/{case['id']}/runs"), 201)
    carried(run["id"])
    return f"/cases/{case['id']}/runs/{run['id']}/report"


def test_every_form_of_a_report_is_read_and_recorded(ask: Asking) -> None:
    path = investigated(ask)
    body = answer(ask.get(path))
    assert body["candidates"][0]["id"] == "OMIM:154700" and body["closer"]["id"] == "OMIM:154700"
    assert body["intended_use"].endswith("not for patients.") and body["format"] == "clew-report-1"
    text = ask.get(f"{path}/text")
    assert text["Content-Type"] == "text/plain; charset=utf-8" and "Marfan syndrome" in text.content.decode()
    pdf = ask.get(f"{path}/pdf")
    assert pdf["Content-Type"] == "application/pdf" and "Marfan syndrome" in paper(pdf.content).text
    assert pdf["Cache-Control"] == "no-store"
    packet = answer(ask.get(f"{path}/phenopacket"))
    parse_strictly(packet)
    assert packet["interpretations"][0]["progressStatus"] == "IN_PROGRESS"
    rows = Entry.objects.filter(verb="case.export", via="api").order_by("seq")
    assert [row.detail["form"] for row in rows] == ["report json", "report text", "report pdf", "report phenopacket"]


def test_a_stranger_and_a_wrong_number_find_no_report(ask: Asking, stranger: Asking) -> None:
    path = investigated(ask)
    for form in ("", "/text", "/pdf", "/phenopacket"):
        failure(stranger.get(f"{path}{form}"), 404, "not_found")
        case = path.split("/")[2]
        failure(ask.get(f"/cases/{case}/runs/{NOWHERE}/report{form}"), 404, "not_found")
