"""The reasoning model: whether it is reached, inside the house, and has the name that the settings give. Optional."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from agents.llm import served
from agents.llm.address import read
from agents.llm.failures import ModelError
from agents.llm.line import Line
from diagnosis_app.operations.checks.finding import Finding, note, ok, warning
from diagnosis_app.runs.manifest import seconds_of_a_run

NAME = "CLEW_MODEL"
SECONDS = 5.0  # that the server gets to answer
LENGTH = 16_384  # tokens of prompt, thinking and answer together that a step may need


def model() -> Iterator[Finding]:
    if not settings.MODEL:
        yield note("model", "No reasoning model is named: rules decide. Nothing is missing for that.")
        return
    line = Line(read(settings.MODEL), settings.MODEL_KEY, settings.MODEL_PUBLIC)
    try:
        found = served.models(line, seconds=SECONDS)
    except ModelError as problem:
        # Investigations go on by rules meanwhile, so nothing hinders Clew.
        remedy = problem.hint or "Its log says more; docs/models.md describes the connection."
        yield warning(NAME, f"{problem.message} Rules decide meanwhile.", remedy)
        return
    named = line.address.model
    fit = [one for one in found if one.name == named]
    if not fit:
        names = ", ".join(one.name for one in found[:5]) or "none"
        yield warning(
            NAME,
            f"The server answers, and serves no model of this name. It serves: {names}.",
            f"Write {NAME}={line.address.base}#NAME with one of them.",
        )
    elif fit[0].length is not None and fit[0].length < LENGTH:
        yield warning(
            NAME,
            f"The model's context has {fit[0].length} tokens; longer questions are refused.",
            f"Serve it with --max-model-len={LENGTH} or more.",
        )
    else:
        time = f"An investigation may take {seconds_of_a_run():g} s."
        yield ok("model", f"{named} is served at {line.address.base}. {time}")
    if settings.MODEL_PUBLIC:
        yield warning(
            "CLEW_MODEL_PUBLIC",
            "Findings and notes of patients may leave the house: a model outside private networks is allowed.",
            "Turn it off unless that was decided with your data protection officer.",
        )
