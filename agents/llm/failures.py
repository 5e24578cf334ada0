"""How an answer of a model can fail to come, each in a type of its own. None carries text of a prompt or an answer."""

from __future__ import annotations

import re

from agents.errors import AgentsError
from agents.llm.asking import Usage

_NAME = re.compile(r"(?!.*//)[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,79}")


class ModelError(AgentsError):
    """No usable answer came. `usage` is what was spent all the same."""

    code = "model.error"

    def __init__(self, message: str, *, hint: str = "", usage: Usage | None = None) -> None:
        super().__init__(message, hint=hint)
        self.usage = usage or Usage()


class Unreachable(ModelError):
    """No connection, or it was cut."""

    code = "model.unreachable"
    retryable = True


class Refused(ModelError):
    """The server does not take the request: key, name of the model, or a parameter."""

    code = "model.refused"


class NoSuchModel(Refused):
    """404: the server does not serve the name, or never had the path."""

    code = "model.missing"


class OtherModel(ModelError):
    """The answer is of another model than the one that was asked. `answered`: its name, where that looks like one."""

    code = "model.another"

    def __init__(self, answered: str) -> None:
        super().__init__(
            "The model's server answers as another model than the one that was asked.",
            hint="Write behind # in CLEW_MODEL the name under which it answers.",
        )
        self.answered = answered if _NAME.fullmatch(answered) else ""


class Overloaded(ModelError):
    """429, or a fault on the server's side. `wait`: the seconds after which it wants to be asked again, if it said."""

    code = "model.overloaded"
    retryable = True

    def __init__(self, message: str, *, hint: str = "", usage: Usage | None = None, wait: float | None = None) -> None:
        super().__init__(message, hint=hint, usage=usage)
        self.wait = wait


class TimedOut(ModelError):
    code = "model.timeout"
    retryable = True


class CutShort(ModelError):
    """The answer was longer than it was allowed to be."""

    code = "model.length"


class NotValid(ModelError):
    """The answer does not fit the schema, after it was asked to mend it once."""

    code = "model.invalid"


class OverBudget(ModelError):
    """The call was not made: the tokens or seconds of the run do not suffice for it."""

    code = "model.budget"


class Forbidden(ModelError):
    """The address is outside what this deployment allows, or the answer pointed elsewhere."""

    code = "model.egress"


class Resting(ModelError):
    """The last calls failed, so none is made for a while."""

    code = "model.resting"
    retryable = True
