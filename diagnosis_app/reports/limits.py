"""What a report stands on and where it ends: knowledge and its age, what was not used, what was removed, versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corpus_ingest import library
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.record import one_line
from diagnosis_app.cases.scope import scope_words
from diagnosis_app.reports.content import Fact
from diagnosis_app.runs.model_words import model_words
from diagnosis_app.runs.models import Run
from diagnosis_app.runs.panel_result import unused_words, used_words
from diagnosis_app.runs.result import SHOWS_LIST, Result, left_out
from diagnosis_app.runs.spending import run_words, spent_on
from diagnosis_app.runs.thread import PANEL
from frontend.tags import thousands
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge


def limits_of(run: Run, result: Result, knowledge: Knowledge | None, content: Content) -> Iterator[Fact]:
    yield Fact(_("Knowledge"), " ".join(_knowledge(run, knowledge)))
    if run.outcome in SHOWS_LIST and (result.entries or result.others):
        if used := used_words(run, result.panel):
            yield Fact(_("Reasoning model"), " ".join(_model(used, run, result)))
        yield Fact(_("Not used"), "; ".join(_not_used(run, result, content)) + ".")
        yield Fact(_("Statements"), _statements(run, result))
        yield Fact(_("Words and scores"), " ".join(_scores(result)))
    failed = [_failed(step) for step in run.steps.filter(status="failed")]
    if failed:
        yield Fact(_("Did not answer"), " ".join(failed))


def _knowledge(run: Run, knowledge: Knowledge | None) -> Iterator[str]:
    release = run.manifest.get("ontology") or _("not recorded")
    yield _("HPO and annotations, release %(release)s.") % {"release": release}
    if knowledge is None:
        yield _(
            "The knowledge of this run is no longer on this machine: what separates the candidates and what is worth "
            "knowing next cannot be worked out again."
        )
        yield _("Common and unlisted diseases are not ranked.")
        return
    yield _age(run, knowledge.manifest.created)
    yield scope_words(knowledge.manifest)
    if _stale(run):
        yield _("Other knowledge is in use by now.")


def _age(run: Run, created: str) -> str:
    """How old the knowledge was when the run was started."""
    built = datetime.fromisoformat(created)
    built = built if built.tzinfo else built.replace(tzinfo=UTC)
    days = max(0, (run.created_at - built).days)
    old = ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else _("less than a day")
    return _("Put together on %(date)s, %(old)s before this run.") % {"date": built.date().isoformat(), "old": old}


def _stale(run: Run) -> bool:
    try:
        return bool(library.current().id != run.manifest.get("snapshot"))
    except RetrievalError:
        return False


def _not_used(run: Run, result: Result, content: Content) -> Iterator[str]:
    counts = left_out(run)
    if why := unused_words(run, result.panel):
        yield _("reasoning model: %(why)s") % {"why": why}
    if not result.bank:
        yield _("published cases: none in this knowledge")
    elif "similar" not in result.kinds:
        yield _("published cases: none speaks for a candidate")
    if not run.evidence.filter(kind="passage").exists():
        yield _("texts: no passage was read")
    if not content.genes:
        yield _("genes: none given")
    uncertain = sum(entry.status == "uncertain" for entry in content.findings)  # those answered so are among them
    if uncertain:
        yield ngettext("%(n)s uncertain finding", "%(n)s uncertain findings", uncertain) % {"n": uncertain}
    if counts["family"]:
        yield ngettext("%(n)s finding of a relative", "%(n)s findings of relatives", counts["family"]) % {
            "n": counts["family"]
        }
    if counts["unmapped"]:
        yield ngettext("%(n)s phrase without a term", "%(n)s phrases without a term", counts["unmapped"]) % {
            "n": counts["unmapped"]
        }


def _model(used: str, run: Run, result: Result) -> Iterator[str]:
    """What took part, what it took, and what was kept from it."""
    spent = spent_on(step.detail.get("got") or {} for step in run.steps.filter(action__in=PANEL))
    yield _("%(model)s; tokens: %(tokens)s.") % {"model": used, "tokens": run_words(spent)}
    yield from result.panel.withheld


def _statements(run: Run, result: Result) -> str:
    if not run.steps.filter(action="verify", status="done").exists():
        return _("They were not checked against their sources, so none is shown.")
    told = _found(result)
    if not result.doubted:
        return told
    doubts = ngettext(
        "%(n)s of those shown is doubted by a second reading of its source.",
        "%(n)s of those shown are doubted by a second reading of their sources.",
        result.doubted,
    )
    return f"{told} {doubts % {'n': thousands(result.doubted)}}"


def _found(result: Result) -> str:
    if not result.removed:
        return ngettext(
            "The one statement about this list was found in its source.",
            "All %(n)s statements about this list were found in their sources.",
            result.shown,
        ) % {"n": thousands(result.shown)}
    return ngettext(
        "%(n)s of %(all)s statements had no support and is not shown.",
        "%(n)s of %(all)s statements had no support and are not shown.",
        len(result.removed),
    ) % {"n": thousands(len(result.removed)), "all": thousands(result.written)}


def _scores(result: Result) -> Iterator[str]:
    yield _("Scores are log-odds: prior plus contributions. They compare candidates of this list only and are no "
            "probabilities.")  # fmt: skip
    first = result.entries[0] if result.entries else result.others[0]
    if first.held:
        yield first.held


def _failed(step: Any) -> str:
    message = one_line(str(step.error.get("message") or _("not finished")))
    return _("Step %(step)s: %(message)s") % {"step": one_line(step.action), "message": message}


def facts_of(run: Run) -> Iterator[Fact]:
    """What it takes to make the result again, and to tell two results apart."""
    manifest = run.manifest
    case = manifest.get("case", {})
    yield Fact(_("Run"), str(run.pk))
    yield Fact(_("Result"), result_digest(run)[:16])
    yield Fact(
        _("Case"), _("version %(n)s, %(digest)s") % {"n": case.get("version"), "digest": str(case.get("digest"))[:16]}
    )
    yield Fact(_("Knowledge"), str(manifest.get("snapshot")))
    yield Fact(_("Ranker"), str(manifest.get("ranker") or _("not recorded")))
    yield Fact(_("Code"), f"{manifest.get('code')}, {str(manifest.get('code_digest'))[:16]}")
    yield Fact(_("Graph"), str(manifest.get("graph")))
    yield Fact(_("Model"), model_words(manifest.get("model")))
    yield Fact(_("Citation"), one_line(str(manifest.get("citation") or "")))


def result_digest(run: Run) -> str:
    """sha256 of what the run came to: two reports with the same one stand on the same result."""
    claims = run.candidates.values_list("rank", "claims__key", "claims__verified").order_by("rank", "claims__key")
    body = {
        "manifest": run.manifest,
        "outcome": [run.state, run.outcome, run.reasons, run.error],
        "candidates": list(run.candidates.values_list("rank", "disease", "score").order_by("rank")),
        "claims": list(claims),
        "answers": list(run.questions.values_list("term", "answer", "words").order_by("seq")),
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
