"""What a reasoning model left in a run, as the API and the results of a batch answer it: one function for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from diagnosis_app.api import run_words as words
from diagnosis_app.api.words import Named
from diagnosis_app.runs.model_words import model_of
from diagnosis_app.runs.panel_result import Panel
from diagnosis_app.runs.spending import spent_on


def of_model(manifest: Mapping[str, Any], panel: Panel, steps: Iterable[Mapping[str, Any]]) -> words.RunOfModel:
    """`steps` are what each step of the panel came to."""
    return words.RunOfModel(
        model=_model(manifest, panel, steps),
        summary=[words.RunSentence(text=one.text, statements=one.keys) for one in panel.sentences],
        look_next=[Named(id=one["term"], label=one["label"]) for one in panel.next],
        named=[
            words.RunNamed(
                name=one.name,
                explains=list(one.explains),
                among=[words.RunAmong(id=each["id"], name=each["name"]) for each in one.among],
                of=one.of,
            )
            for one in panel.named
        ],
    )


def _model(manifest: Mapping[str, Any], panel: Panel, steps: Iterable[Mapping[str, Any]]) -> words.RunModel | None:
    model = model_of(manifest)
    if model is None:
        return None
    spent = spent_on(steps)
    return words.RunModel(
        name=model.name,
        address=model.address,
        place=model.place.value,
        answered=panel.answered,
        calls=spent.calls,
        prompt_tokens=spent.prompt,
        cached_tokens=spent.cached,
        completion_tokens=spent.completion,
        seconds=spent.seconds,
        cost=spent.cost,
    )
