"""The page of a report and its files: who reads them, what they are called, and that each reading is recorded."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.audit.models import Entry
from diagnosis_app.cases.models import Case
from diagnosis_app.runs.models import Candidate, Run
from tests.diagnosis_app.reports.reading import paper

pytestmark = pytest.mark.django_db(transaction=True)
FILES = {
    "run_report_pdf": ("application/pdf", "pdf", "report pdf"),
    "run_report_text": ("text/plain; charset=utf-8", "txt", "report text"),
    "run_report_json": ("application/json", "report.json", "report json"),
    "run_report_phenopacket": ("application/json", "phenopacket.json", "report phenopacket"),
}


def address(run: Run, name: str = "run_report") -> str:
    return reverse(name, kwargs={"case_id": run.case_id, "run_id": run.pk})


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_recorded_kept_nowhere_and_named_by_numbers_alone(
    signed_in: Client, ended: Run, name: str
) -> None:
    media, ending, form = FILES[name]
    before = Entry.objects.count()
    response = signed_in.get(address(ended, name))
    assert response.status_code == 200 and response["Content-Type"] == media
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"] == f'attachment; filename="C-0001-{ended.reference}.{ending}"'
    assert Entry.objects.count() == before + 1
    row = Entry.objects.order_by("-seq")[0]
    assert (row.verb, row.object, row.detail["form"]) == ("case.export", f"run:{ended.pk}", form)
    assert "thumb" not in str(row.detail)


def test_the_files_say_what_the_page_says(signed_in: Client, ended: Run) -> None:
    page = text_of(signed_in.get(address(ended)))
    first = Candidate.objects.filter(run=ended).order_by("rank")[0]
    for words in (first.name, first.disease, "Read by, date", "Second reader, date", ended.manifest["snapshot"]):
        assert words in page
    assert first.name in signed_in.get(address(ended, "run_report_text")).content.decode()
    assert first.name in paper(signed_in.get(address(ended, "run_report_pdf")).content).text
    assert json.loads(signed_in.get(address(ended, "run_report_json")).content)["candidates"][0]["name"] == first.name
    packet = json.loads(signed_in.get(address(ended, "run_report_phenopacket")).content)
    assert packet["interpretations"][0]["diagnosis"]["disease"]["label"] == first.name


def test_the_page_is_an_export_and_recorded_as_one(signed_in: Client, ended: Run) -> None:
    signed_in.get(address(ended))
    row = Entry.objects.filter(verb="case.export").order_by("-seq")[0]
    assert row.object == f"run:{ended.pk}" and row.detail["form"] == "report page"


def test_the_tab_leads_to_the_newest_report_that_there_is(signed_in: Client, ended: Run, case: Case) -> None:
    assert signed_in.get(reverse("case_report", args=[case.pk])).headers["Location"] == address(ended)
    signed_in.post(reverse("run_start", args=[case.pk]))
    assert Run.objects.count() == 2
    assert signed_in.get(reverse("case_report", args=[case.pk])).headers["Location"] == address(ended), (
        "the one under way has nothing to report yet"
    )


def test_without_an_investigation_the_tab_says_how_to_get_a_report(signed_in: Client, case: Case) -> None:
    text = text_of(signed_in.get(reverse("case_report", args=[case.pk])))
    assert "No report yet" in text and "To the investigation" in text


def test_a_run_of_another_case_has_no_report_here(signed_in: Client, ended: Run, actor: Any, team: Any) -> None:
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import Content

    other = actions.create_case(actor, team.pk, Content())
    for name in ("run_report", *FILES):
        kwargs = {"case_id": other.pk, "run_id": ended.pk}
        assert signed_in.get(reverse(name, kwargs=kwargs)).status_code == 404


def test_a_run_under_way_has_a_page_and_files_without_a_list(signed_in: Client, run: Run) -> None:
    text = text_of(signed_in.get(address(run)))
    assert "Not started yet." in text and "There is no list yet" in text and "Candidates" not in text
    for name in FILES:
        assert signed_in.get(address(run, name)).status_code == 200


def test_markup_in_names_is_text_on_the_page(signed_in: Client, ended: Run) -> None:
    hostile = "<img src=x onerror=alert(1)><b>x</b>"
    Candidate.objects.filter(run=ended, rank=1).update(name=hostile)
    html = signed_in.get(address(ended)).content.decode()
    assert hostile not in html and html.count("&lt;img src=x onerror=alert(1)&gt;&lt;b&gt;x&lt;/b&gt;") >= 3


def test_the_result_leads_to_its_report(signed_in: Client, ended: Run) -> None:
    assert address(ended) in signed_in.get(address(ended, "run")).content.decode()
