"""Reads settings from the environment, and fails loudly with the name and the remedy.

Every variable is declared once, here, with its help text: `docs/settings.md` and
`manage.py doctor` are made from the same table.
A value may also come from a file: CLEW_SECRET_KEY_FILE=/run/secrets/key.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from agents.llm import address as model_address
from retrieval.search import milvus_address


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str | None
    help: str
    parse: Callable[[str], Any]
    secret: bool = False


DECLARED: dict[str, Variable] = {}
# `doctor` puts a list here before it loads the settings: problems are then collected, all of
# them, instead of ending the process at the first.
PROBLEMS: list[tuple[str, str]] | None = None


def _declare(name: str, default: str | None, help: str, parse: Callable[[str], Any], secret: bool) -> Variable:
    variable = Variable(name, default, help, parse, secret)
    DECLARED[name] = variable
    return variable


def raw(name: str) -> str | None:
    """The text of a variable, from NAME or from the file that NAME_FILE points to."""
    direct = os.environ.get(name)
    path = os.environ.get(f"{name}_FILE")
    if direct is not None and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Keep one of them.")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from None
    return direct


def _read(name: str, default: str | None, help: str, parse: Callable[[str], Any], secret: bool = False) -> Any:
    variable = _declare(name, default, help, parse, secret)
    try:
        return _value(variable)
    except ImproperlyConfigured as error:
        if PROBLEMS is None:
            raise
        PROBLEMS.append((name, str(error)))
        return parse(default) if default is not None else "unset-" * 8


def _value(variable: Variable) -> Any:
    name, default, help, secret = variable.name, variable.default, variable.help, variable.secret
    text = raw(name)
    if text is None or text == "":
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set. {help}")
        text = default
    try:
        return variable.parse(text)
    except ValueError as error:
        shown = "its value" if secret else repr(text)
        raise ImproperlyConfigured(f"{name}: {shown} is not usable: {error}. {help}") from None


def string(name: str, default: str | None, help: str, *, secret: bool = False) -> str:
    return str(_read(name, default, help, str, secret))


def key(name: str, help: str, *, shortest: int) -> str:
    """A secret without a default, refused when it is too short to be one."""

    def parse(text: str) -> str:
        if len(text) < shortest:
            raise ValueError(f"shorter than {shortest} characters")
        return text

    return str(_read(name, None, help, parse, secret=True))


def choice(name: str, default: str, allowed: tuple[str, ...], help: str) -> str:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"expected one of {', '.join(allowed)}")
        return text

    return str(_read(name, default, help, parse))


def boolean(name: str, default: bool, help: str) -> bool:
    return bool(_read(name, "on" if default else "off", help, _parse_boolean))


def integer(name: str, default: int, help: str, *, low: int, high: int) -> int:
    return int(_read(name, str(default), help, lambda text: _whole(text, low, high)))


def integer_or_none(name: str, help: str, *, low: int, high: int) -> int | None:
    """None where it is not given: then whoever uses it decides."""
    found: int | None = _read(name, "", help, lambda text: _whole(text, low, high) if text else None)
    return found


def _whole(text: str, low: int, high: int) -> int:
    try:
        value = int(text)
    except ValueError:
        raise ValueError("expected a whole number") from None
    if not low <= value <= high:
        raise ValueError(f"expected {low} to {high}")
    return value


def number(name: str, default: float, help: str, *, low: float, high: float) -> float:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError("expected a number") from None
        if not low <= value <= high:  # NaN is neither
            raise ValueError(f"expected {low:g} to {high:g}")
        return value

    return float(_read(name, f"{default:g}", help, parse))


def path(name: str, default: Path, help: str) -> Path:
    def parse(text: str) -> Path:
        return Path(text).expanduser().resolve()

    return Path(_read(name, str(default), help, parse))


def words(name: str, default: str, help: str) -> list[str]:
    return list(_read(name, default, help, lambda text: [part.strip() for part in text.split(",") if part.strip()]))


def _parse_boolean(text: str) -> bool:
    value = text.strip().lower()
    if value in {"1", "on", "true", "yes"}:
        return True
    if value in {"0", "off", "false", "no"}:
        return False
    raise ValueError("expected on or off")


# Under ASGI each request has a thread, and so a connection, of its own: two hundred that come at once would ask for
# more than PostgreSQL grants (100, unless told otherwise) and be refused. They share these, and wait for their turn.
POSTGRES_POOL = {"min_size": 0, "max_size": 24, "max_idle": 60.0, "timeout": 20.0}


def database(name: str, default: Path, help: str) -> dict[str, Any]:
    """A Django DATABASES entry from a URL: empty for SQLite, postgres://user:pw@host:port/name."""

    def parse(text: str) -> dict[str, Any]:
        parts = urlsplit(text)
        if parts.scheme == "sqlite":
            return sqlite(Path(parts.path) if parts.path not in {"", "/"} else default)
        if parts.scheme in {"postgres", "postgresql"}:
            options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
            host = unquote(options.pop("host", "")) or unquote(parts.hostname or "")
            if not parts.path.strip("/"):
                raise ValueError("the URL names no database")
            return {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(parts.path.lstrip("/")),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": host,
                "PORT": str(parts.port or ""),
                "CONN_HEALTH_CHECKS": True,
                "OPTIONS": {**options, "pool": POSTGRES_POOL},
            }
        raise ValueError("expected sqlite:///PATH or postgres://USER:PASSWORD@HOST:PORT/NAME")

    return dict(_read(name, f"sqlite://{default}", help, parse, secret=True))


def milvus(name: str, default: Path, help: str) -> str:
    """An address of Milvus as `retrieval.search.milvus_address` reads it; it may hold a password."""

    def parse(text: str) -> str:
        milvus_address.read(text)
        return text

    return str(_read(name, str(default), help, parse, secret=True))


def model(name: str, help: str) -> str:
    """An address of a reasoning model as `agents.llm.address` reads it, or nothing. Not repeated: a key may have
    been written into it."""

    def parse(text: str) -> str:
        if text:
            model_address.read(text)
        return text

    return str(_read(name, "", help, parse, secret=True))


def price(name: str, help: str) -> tuple[float, float] | None:
    """Two numbers, of what goes in and what comes out, or nothing."""

    def parse(text: str) -> tuple[float, float] | None:
        if not text:
            return None
        try:
            into, out = (float(part) for part in text.split(","))
        except ValueError:
            raise ValueError("expected two numbers with a comma between them, such as 0.5,1.5") from None
        if not (0 <= into < 1e6 and 0 <= out < 1e6):  # NaN is neither
            raise ValueError("expected two numbers from 0 to a million")
        return into, out

    found: tuple[float, float] | None = _read(name, "", help, parse)
    return found


def sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "timeout": 20,  # seconds a writer waits for the other one
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }
