"""Errors a person can act on. Pages and the API render them in one shape, never as a stack trace."""

from __future__ import annotations


class ClinicError(Exception):
    """Base of every error of the clinic.

    `code` is stable and documented, `field` names what was wrong, `hint` is the remedy.
    The message never repeats patient text.
    """

    code = "clinic.error"
    status = 400
    retryable = False
    wait = 5  # seconds after which it is worth another try, where it is

    def __init__(self, message: str, *, hint: str = "", field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field
        if code:
            self.code = code

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "message": self.message, "field": self.field, "hint": self.hint}


class Invalid(ClinicError):
    """The input cannot be used; nothing was changed."""

    code = "input.invalid"
    status = 422


class InvalidMany(Invalid):
    """Several things are wrong at once: all are named, so that one round trip mends them."""

    def __init__(self, problems: list[Invalid]) -> None:
        first = problems[0]
        super().__init__(first.message, hint=first.hint, field=first.field, code=first.code)
        self.problems = problems

    def as_json(self) -> dict[str, object]:
        return {**super().as_json(), "problems": [problem.as_json() for problem in self.problems]}


class TooLarge(Invalid):
    code = "input.too_large"
    status = 413


class Hidden(ClinicError):
    """Does not exist, or belongs to somebody else: the two look the same."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "There is nothing here.", **kwargs: str) -> None:
        super().__init__(message, **kwargs)


class Forbidden(ClinicError):
    """The person is known and may not do this with their role."""

    code = "forbidden"
    status = 403


class Conflict(ClinicError):
    """Somebody else changed it first; the caller's text is untouched on their side."""

    code = "conflict"
    status = 409


class Unavailable(ClinicError):
    """Something this needs is down."""

    code = "unavailable"
    status = 503
    retryable = True


class TooFast(ClinicError):
    """Asked more often than one token may. Nothing was done."""

    code = "too_fast"
    status = 429
    retryable = True

    def __init__(self, wait: int) -> None:
        super().__init__("This token asks too often.", hint=f"Wait {wait} s, then ask more slowly.")
        self.wait = wait
