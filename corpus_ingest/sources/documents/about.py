"""What the curator who brings a document says of it. Only a person can know it, and nothing is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from corpus_ingest.parsing.records import FIELDS
from retrieval.errors import RetrievalError

_DISEASE = re.compile(r"(?:OMIM:\d{6}|ORPHA:\d{1,7}|MONDO:\d{7}|DECIPHER:\d{1,6})\Z")
_SPLIT = re.compile(r"[;,|\s]+")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\Z")
_URL = re.compile(r"https?://[^\s<>\"'`\\]{3,1900}\Z", re.IGNORECASE)
_YES = frozenset({"yes", "true", "1", "on", "y"})
_NO = frozenset({"", "no", "false", "0", "off", "n"})
LONGEST = 300  # characters of a title or a licence
COLUMNS = 100


class AboutInvalid(RetrievalError):
    """Something said of a document cannot be used; `field` names it."""

    code = "document.about"

    def __init__(self, field: str, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.field = field


@dataclass(frozen=True, slots=True)
class About:
    """`redistributable` is a promise: without it nothing of the document leaves in an export."""

    licence: str
    title: str = ""
    url: str = ""
    diseases: tuple[str, ...] = ()
    language: str = ""
    date: str = ""
    redistributable: bool = False
    columns: Mapping[str, str] | None = None  # of a table: heading of the column -> field

    def __post_init__(self) -> None:
        _check_words(self)
        _check_ids(self)
        _check_columns(self.columns)

    @classmethod
    def of(cls, said: Mapping[str, str]) -> About:
        """From words, as a form or a command gives them."""
        words = {name: value.strip() for name, value in said.items()}
        return cls(
            licence=words.get("licence", ""),
            title=words.get("title", ""),
            url=words.get("url", ""),
            diseases=tuple(dict.fromkeys(one for one in _SPLIT.split(words.get("diseases", "")) if one)),
            language=words.get("language", ""),
            date=words.get("date", ""),
            redistributable=_is_yes(words.get("redistributable", "")),
            columns=_columns(words.get("columns", "")),
        )

    @property
    def licence_words(self) -> str:
        """The licence as it is shown and as an export reads it."""
        return self.licence if self.redistributable else f"Not to be passed on: {self.licence}"


def is_disease(name: str) -> bool:
    return _DISEASE.match(name) is not None


def is_address(url: str) -> bool:
    return _URL.match(url) is not None


def is_date(text: str) -> bool:
    match = _DATE.match(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


# --- inside --------------------------------------------------------------


def _check_words(about: About) -> None:
    if not about.licence.strip():
        raise AboutInvalid(
            "licence", "A document cannot be brought in without its licence.",
            hint="Say under which licence it may be used, for example CC-BY-4.0, or internal.",
        )  # fmt: skip
    for field, text in (("licence", about.licence), ("title", about.title)):
        if len(text) > LONGEST or any(ord(letter) < 32 for letter in text):
            raise AboutInvalid(
                field, f"The {field} is longer than {LONGEST} characters, or has line breaks.", hint="Shorten it."
            )
    if about.language and not _LANGUAGE.match(about.language):
        raise AboutInvalid("language", "This is no code of a language.", hint="Write en, de or pt-BR.")


def _check_ids(about: About) -> None:
    if about.url and not is_address(about.url):
        raise AboutInvalid("url", "This is no address of a page.", hint="It begins with https:// or http://.")
    if about.date and not is_date(about.date):
        raise AboutInvalid("date", "This is no date.", hint="Write 2024, 2024-05 or 2024-05-17.")
    wrong = [one for one in about.diseases if not is_disease(one)]
    if wrong:
        raise AboutInvalid(
            "diseases", f"{len(wrong)} of the diseases are no ids.",
            hint="Write ids with spaces between them, such as OMIM:154700 ORPHA:558 MONDO:0007947.",
        )  # fmt: skip


def _check_columns(columns: Mapping[str, str] | None) -> None:
    if columns is None:
        return
    fields = ", ".join(FIELDS)
    if not 0 < len(columns) <= COLUMNS or set(columns.values()) - set(FIELDS):
        raise AboutInvalid("columns", "A column is mapped to a field that is not known.", hint=f"Fields are: {fields}.")
    if "text" not in columns.values():
        raise AboutInvalid("columns", "No column is the text.", hint='Name one: {"Summary": "text"}.')


def _columns(words: str) -> Mapping[str, str] | None:
    if not words:
        return None
    try:
        made = json.loads(words)
    except (ValueError, RecursionError):
        made = None
    if not isinstance(made, dict) or not all(isinstance(one, str) for pair in made.items() for one in pair):
        raise AboutInvalid(
            "columns", "The columns are not said in JSON.", hint='Write {"Summary": "text", "Name": "title"}.'
        )
    return made


def _is_yes(words: str) -> bool:
    if words.lower() in _YES:
        return True
    if words.lower() in _NO:
        return False
    raise AboutInvalid("redistributable", "Whether it may be passed on is yes or no.", hint="Write yes or no.")
