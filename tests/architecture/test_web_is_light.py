"""The web process answers at once and stays small: nothing that embeds or investigates is loaded in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.environment import ROOT

HEAVY = {"torch", "faiss", "sentence_transformers", "transformers", "langgraph", "langchain_core", "langchain_openai"}
HEAVY |= {"openai"}
HEAVY |= {"reportlab", "PIL", "pymupdf_fonts"}  # a PDF is made when it is asked for
HEAVY |= {"mcp", "mcp_types", "starlette"}  # the tests' client; the protocol is spoken without it

# A fresh interpreter does what the web process does: import the application, resolve every
# address, answer requests, rank a case. Then it says which of the heavy ones it has loaded.
SCRIPT = """
import asyncio, json, sys
from diagnosis_app.asgi import application
from django.core.management import call_command
from django.urls import URLPattern, get_resolver

call_command("migrate", verbosity=0)

def views(patterns):
    for pattern in patterns:
        yield from [pattern.callback] if isinstance(pattern, URLPattern) else views(pattern.url_patterns)

async def get(path):
    sent, asked = [], iter([{"type": "http.request"}])
    async def receive():
        for message in asked:
            return message
        await asyncio.sleep(60)
    async def send(message):
        sent.append(message)
    await application({"type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [(b"host", b"localhost")], "scheme": "http",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}, receive, send)
    return sent[0]["status"]

statuses = {path: asyncio.run(get(path)) for path in ("/healthz", "/readyz", "/signin/", "/")}

from corpus_ingest import library
from retrieval.model import Finding, Profile
ranking = library.current().ranker.rank(Profile((Finding("HP:0001250"), Finding("HP:0001263"), Finding("HP:0000252"))))
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"views": len(list(views(get_resolver().url_patterns))), "statuses": statuses,
                  "candidates": len(ranking.candidates), "loaded": sorted(loaded),
                  "asking": sorted(name for name in sys.modules if name.startswith("agents.llm."))}))
"""


def test_the_web_process_loads_no_model_no_index_and_no_graph(knowledge_directory, tmp_path):
    environment = {**os.environ, "CLEW_VAR": str(tmp_path), "DATABASE_URL": f"sqlite://{tmp_path / 'x.sqlite3'}"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["views"] > 20
    assert report["statuses"]["/healthz"] == report["statuses"]["/readyz"] == 200
    assert report["statuses"]["/"] == 302, "nobody is signed in"
    assert report["candidates"] > 0
    assert {"django", "numpy"} <= set(report["loaded"]), "the list of loaded modules is not what it says"
    assert not HEAVY & set(report["loaded"])
    # The settings read an address; what would ask a reasoning model is loaded by those who investigate.
    assert not {"agents.llm.client", "agents.llm.line", "agents.llm.completions"} & set(report["asking"])
