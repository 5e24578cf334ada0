"""Who may call what: every tool declares a verb, none writes, and one table decides."""

from __future__ import annotations

import pytest

from diagnosis_app.accounts.models import Role, Token
from diagnosis_app.accounts.policy import TABLE, Verb
from diagnosis_app.api import site
from diagnosis_app.audit.models import Entry
from diagnosis_app.mcp.border import VERB
from diagnosis_app.mcp.tools.catalogue import TOOLS
from tests.diagnosis_app.mcp.speaking import FINDINGS, MARFAN, Speaking, failed, result
from tests.people import Clinic
from tests.security.one_of_everything import state
from tests.security.test_policy_over_every_route import OPERATIONS, PAGES

pytestmark = pytest.mark.django_db

# For each tool arguments with which it answers, in the knowledge of the tests.
EXAMPLES = {
    "find_terms": {"text": "arachnodact"},
    "read_term": {"term_id": "HP:0001166"},
    "read_findings": {"text": "She has arachnodactyly and no seizures."},
    "rank": {"findings": FINDINGS, "limit": 3},
    "compare": {"one": "OMIM:154700", "other": "OMIM:129600", "findings": FINDINGS},
    "next_questions": {"findings": FINDINGS},
    "lookup": {"disease_id": "OMIM:154700"},
    "match": {"findings": FINDINGS},
    "read_published_case": {"published_id": "aaaa000000000001"},
    "search": {"text": "lens displaced in Marfan syndrome"},
}
# The operation of the API that asks the same, where there is one.
SAME = {
    "find_terms": "search_terms",
    "read_term": "get_term",
    "read_findings": "read_text",
    "rank": "rank_case",
    "lookup": "get_disease",
    "read_published_case": "get_published_case",
    "search": "search_passages",
}
OF_A_PATIENT = {"read_findings", "rank", "compare", "next_questions", "match"}


def test_every_tool_has_an_example_and_a_verb_of_the_policy() -> None:
    assert TOOLS.keys() == EXAMPLES.keys()
    for name, tool in TOOLS.items():
        assert tool.name == name and tool.verb in TABLE


def test_no_tool_has_a_verb_that_writes() -> None:
    """A verb writes if a page or an operation that performs it changes what is stored: all but reading and ranking."""
    reads = {Verb.KNOWLEDGE_READ, Verb.RANK}
    changing = {route.verb for route in OPERATIONS.values() if route.method != "GET"} - {Verb.RANK}
    changing |= {route.verb for route in PAGES.values() if "POST" in {route.method, *route.also}} - {Verb.RANK}
    assert Verb.CASE_EDIT in changing and Verb.RUN_START in changing, "the table of routes is not what this reads"
    assert not reads & changing
    assert {tool.verb for tool in TOOLS.values()} <= reads


def test_a_tool_has_the_verb_of_the_operation_that_asks_the_same() -> None:
    operations = {
        operation.operation_id: operation.auth_callbacks[0].verb  # type: ignore[attr-defined]
        for router in site.api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
    }
    assert {name: TOOLS[name].verb for name in SAME} == {name: operations[one] for name, one in SAME.items()}
    assert {TOOLS[name].verb for name in OF_A_PATIENT} == {Verb.RANK}, "to ask about a patient is to rank"


def test_the_door_itself_asks_for_the_verb_that_every_role_has() -> None:
    assert all(TABLE[tool.verb] <= TABLE[VERB] for tool in TOOLS.values())


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_tool_refuses_the_roles_that_the_table_does_not_name(clinic: Clinic, name: str) -> None:
    for role in set(Role) - TABLE[TOOLS[name].verb]:
        failed(Speaking(clinic.person(role)).call(name, **EXAMPLES[name]), "forbidden")
        failed(Speaking(clinic.person(role)).call(name, nonsense=1), "forbidden")  # nothing was read


@pytest.mark.parametrize("role", Role)
def test_the_list_holds_what_a_role_may_call_and_no_more(clinic: Clinic, role: Role) -> None:
    listed = {tool["name"] for tool in result(Speaking(clinic.person(role)).ask("tools/list"))["tools"]}
    assert listed == {name for name, tool in TOOLS.items() if role in TABLE[tool.verb]}
    assert listed, "every role may read the knowledge"


@pytest.mark.usefixtures("published")
def test_no_tool_leaves_anything_but_rows_of_the_trail(speak: Speaking) -> None:
    before = state()
    for name, arguments in EXAMPLES.items():
        assert speak.call(name, **arguments)["isError"] is False, name
    after = state()
    assert after[1:] == before[1:]
    assert after[0] - before[0] == len(OF_A_PATIENT)


def test_what_is_asked_about_a_patient_leaves_a_row_that_names_the_door_and_no_finding(
    speak: Speaking, published: object
) -> None:
    for name in sorted(OF_A_PATIENT):
        speak.call(name, **EXAMPLES[name])
    rows = Entry.objects.filter(via="mcp").order_by("seq")
    assert {row.verb for row in rows} == {Verb.RANK} and len(rows) == len(OF_A_PATIENT)
    assert [row.detail.get("part") for row in rows] == ["comparison", "published cases", "questions", None, None]
    assert all(term not in str(row.detail) for row in rows for term in (*MARFAN, "arachnodactyly", "OMIM"))


def test_a_revoked_token_opens_nothing(speak: Speaking, clinic: Clinic) -> None:
    assert result(speak.ask("tools/list"))["tools"]
    Token.objects.update(revoked_at="2026-01-01T00:00:00Z")
    response = speak.ask("tools/list")
    assert response.status_code == 401 and response["WWW-Authenticate"] == 'Bearer realm="Clew"'
    assert response.json()["code"] == "unauthenticated"
