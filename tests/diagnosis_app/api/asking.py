"""Asks the API as a script would, and looks at every failure with one pair of eyes."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from diagnosis_app.accounts.actions import tokens
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import actor_for

ROOT = "/api/v1"
MARFAN = ["HP:0001083", "HP:0002616", "HP:0001519", "HP:0001166", "HP:0100775"]  # lens, aorta, habitus, fingers, dura
NOWHERE = "00000000-0000-4000-8000-000000000000"


class Asking:
    """One person's token. Answers are Django's, so that status, headers and body can be looked at."""

    def __init__(self, user: User | None = None, *, token: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.token = token or (tokens.create(actor_for(user, "page"), user, "test")[1] if user else "")

    def ask(self, method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method, f"{ROOT}{path}", data, kwargs.pop("content_type", "application/json"), headers=headers, **kwargs
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", path, query_params=query)

    def post(self, path: str, body: Any = None) -> Any:
        return self.ask("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.ask("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self.ask("DELETE", path)

    def made(self, terms: list[str] | None = None, **changes: Any) -> dict[str, Any]:
        """A case of this person, with Marfan's findings unless others are named."""
        case = {"findings": [{"term": term} for term in terms or MARFAN], **changes}
        return answer(self.post("/cases", {"case": case}), 201)


def answer(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content[:2000]
    assert response["Content-Type"].startswith("application/json")
    return json.loads(response.content)


def failure(response: HttpResponse, status: int, code: str, *, field: str = "") -> dict[str, Any]:
    """Every failure of the API has this one shape."""
    body = answer(response, status)
    assert body["code"] == code, body
    assert set(body) <= {"code", "message", "field", "hint", "problems"}
    assert body["message"].strip()
    assert "Traceback" not in response.content.decode()
    for problem in body.get("problems", []):
        assert set(problem) == {"code", "message", "field", "hint"}
    if field:
        assert field in {body["field"], *(problem["field"] for problem in body.get("problems", []))}, body
    if status in {400, 401, 409, 413, 415, 422}:
        assert body["hint"].strip(), f"no remedy: {body}"
    return dict(body)
