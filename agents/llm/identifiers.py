"""Takes out of a text what tells who a patient is, before it may leave the house, and counts what it took.

Patterns, not understanding: of a full date the year stays; a name is found by a title or a label beside it, a number by
its label, its form or its length. A name without either stays, so it is a net below a decision, not the decision.
What medicine writes has to survive: ids such as HP:0001250 and PMID:12345678, variants, fractions, doses. Pure; it
keeps and tells nothing of what it took but kinds and counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cleaned:
    text: str
    removed: Mapping[str, int] = field(default_factory=dict)  # kind to how often: never what


def without_identifiers(text: str) -> Cleaned:
    counts: Counter[str] = Counter()
    for kind, pattern, replaced in _RULES:

        def taken(match: re.Match[str], kind: str = kind, replaced: _Replaced = replaced) -> str:
            put = replaced(match)
            counts[kind] += put != match[0]
            return put

        text = pattern.sub(taken, text)
    return Cleaned(text, dict(+counts))


_Replaced = Callable[[re.Match[str]], str]


def _always(mark: str) -> _Replaced:
    return lambda match: mark


def _labelled(mark: str) -> _Replaced:
    """The label stays, so that the sentence can still be read."""
    return lambda match: f"{match['label']}{mark}"


def _words(text: str) -> str:
    """Alternatives, the longest first: of two that begin alike the whole one is taken."""
    return "|".join(sorted(map(re.escape, text.split("|")), key=len, reverse=True))


# --- dates ------------------------------------------------------------------------
_MONTHS = _words(
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
    "|januar|jänner|februar|märz|maerz|mai|juni|juli|oktober|dezember|mär|okt|dez"
    "|janvier|février|fevrier|mars|avril|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    "|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre"
    "|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro"
    "|januari|februari|maart|mei|augustus|augusti|maj|marts|december|desember"
    "|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
    "|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
)
_YEAR = r"(?:19|20)\d{2}"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_TIME = r"(?:(?:T|,?\s+)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_EDGE = r"(?<![\w.:/-])"
_END = r"(?![\w/-]|[.:]\d)"
_OF = r"\.?(?:\s+de|\s+del|\s+of|,)?\s{1,3}"


def _year(match: re.Match[str]) -> str:
    return match["year"]


_DATES: tuple[tuple[str, _Replaced], ...] = (
    (rf"{_EDGE}(?P<year>{_YEAR})([-/.]){_MONTH}\2{_DAY}{_TIME}{_END}", _year),
    (rf"{_EDGE}{_DAY}([-/.])\s?{_MONTH}\1\s?(?P<year>{_YEAR}){_TIME}{_END}", _year),
    (rf"{_EDGE}{_MONTH}([-/.]){_DAY}\1(?P<year>{_YEAR}){_TIME}{_END}", _year),  # the month first, as in the USA
    (rf"(?P<year>{_YEAR})\s?[年년]\s?{_MONTH}\s?[月월]\s?{_DAY}\s?[日일]", _year),
    (
        rf"(?<![\w.-]){_DAY}(?:st|nd|rd|th|er|º|°)?{_OF}(?:{_MONTHS}){_OF}(?P<year>{_YEAR})\b{_TIME}",
        _year,
    ),
    (rf"\b(?:{_MONTHS})\.?\s{{1,3}}{_DAY}(?:st|nd|rd|th)?,?\s{{1,3}}(?P<year>{_YEAR})\b{_TIME}", _year),
    (rf"\b(?:{_MONTHS}){_OF}(?P<year>{_YEAR})\b", _year),
    # Without a year, or with half of one, nothing can stay.
    (rf"{_EDGE}{_DAY}([-/.]){_MONTH}\1\d{{2}}{_END}", _always("[date]")),
    (rf"(?<![\w.-]){_DAY}(?:st|nd|rd|th|\.)?\s(?:{_MONTHS})\b(?!\s+\d)", _always("[date]")),
)

# --- numbers ----------------------------------------------------------------------
_LABELS = _words(
    "mrn|medical record number|medical record no|hospital number|hospital no|patient id|patient number|patient no"
    "|record number|record no|file number|file no|case number|case no|accession number|accession no|nhs number|nhs no"
    "|nhs|chi number|social security number|ssn|insurance number|insurance no|passport|passport no|id number|id no"
    "|patientennummer|patientennr|patienten-nr|patienten-id|fallnummer|fallnr|fall-nr|aktenzeichen|versichertennummer"
    "|versicherungsnummer|krankenkassennummer|sozialversicherungsnummer|befundnummer|auftragsnummer"
    "|numéro de dossier|numero de dossier|n° de dossier|nº de dossier|dossier n°|n° patient|numéro de sécurité sociale"
    "|historia clínica|historia clinica|nº de historia|número de historia|nhc|cartella clinica|codice fiscale"
    "|número de processo|processo nº|cpf|patiëntnummer|bsn|personnummer|fødselsnummer|cpr-nummer|journalnummer|pesel"
    "|номер карты|снилс"
)
# Its first figure comes early: "file number was never found" is no number.
_CODE = r"(?=[A-Z]{0,6}[./ -]?\d)[A-Z0-9](?:[A-Z0-9]|[./-](?=[A-Z0-9])|\s(?=[A-Z]{0,3}\d)){2,24}"
# What may stand before a long number that names no person: an id's space, the literature, a position in the genome.
_SPACES = re.compile(
    r"(?:pmid|pmcid|pubmed|omim|mim|orpha|orphanet|hpo|mondo|hgnc|clinvar|dbsnp|umls|snomed|ncbi|ensembl|chr\w{1,2})"
    r"[\s:#]{0,3}(?:id|no\.?|number)?[\s:#]{0,2}$",
    re.IGNORECASE,
)


def _unless_an_id(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 32) : match.start()]
    return match[0] if _SPACES.search(before) else "[number]"


def _phone(match: re.Match[str]) -> str:
    digits = sum(sign.isdigit() for sign in match[0])
    return "[phone]" if 8 <= digits <= 15 else match[0]


# --- names and places -------------------------------------------------------------
_TITLES = _words(
    "Mr|Mr.|Mrs|Mrs.|Ms|Ms.|Miss|Mister|Dr|Dr.|Doctor|Prof|Prof.|Professor|Sir|Lady|Nurse"
    "|Herr|Herrn|Hr.|Frau|Fräulein|Schwester|Monsieur|Madame|Mademoiselle|Mme|Mlle|Docteur|Pr"
    "|Señor|Señora|Señorita|Sr.|Sra.|Srta.|Don|Doña|Dra.|Doctora|Signor|Signora|Signore|Sig.|Sig.ra|Dott.|Dott.ssa"
    "|Dottor|Dottoressa|Senhor|Senhora|Doutor|Doutora|Dhr.|Mevr.|Mevrouw|Meneer|Fru|Frøken|Pani|Г-н|Г-жа|Доктор|Профессор"
)
_NAMED = _words(
    "Name|Full name|First name|Last name|Surname|Family name|Given name|Patient name|Patient's name|Nachname|Vorname"
    "|Familienname|Patientenname|Geburtsname|Nom|Prénom|Nom de famille|Nombre|Apellido|Apellidos|Nome|Cognome|Sobrenome"
    "|Naam|Voornaam|Achternaam|Namn|Förnamn|Efternamn|Navn|Fornavn|Etternavn|Imię|Nazwisko|Имя|Фамилия|Отчество"
    "|Mother's name|Father's name|Signed|Signed by|Unterzeichnet|Signé"
)
_BORN = _words("née|né|geb.|geborene|geborener|nacida|nacido|nata|nato")
_CAPITAL = r"[^\W\d_a-zß-öø-ÿа-яё]"  # begins with a letter that is not a small one
_ONE = rf"{_CAPITAL}(?:\.|[^\W\d_]*(?:[-'’]{_CAPITAL}?[^\W\d_]+)*)"
_PARTICLE = r"(?:von|van|der|den|zu|de|del|della|di|da|dos|du|la|le|el|al|bin|ibn|af|av)"
_NAME = rf"{_ONE}(?:\s(?:{_PARTICLE}\s){{0,2}}{_ONE}){{0,3}}"
_STREETS = (
    r"\b[A-ZÄÖÜ][\wäöüß-]{1,40}(?:straße|strasse|str\.|weg|platz|allee|gasse|laan|straat|gatan|vägen)\s\d{1,4}\s?[a-z]?\b",
    r"\b\d{1,5}[A-Z]?\s(?:[A-Z][\w'-]{1,30}\s){1,3}(?:Street|St\.|Road|Rd\.?|Avenue|Ave\.?|Lane|Drive|Boulevard|Close|Square)(?!\w)",
    r"\b\d{1,4}(?:\s?bis|\s?ter)?,?\s(?:rue|avenue|boulevard|chemin|impasse)(?:\s[\wÀ-ÿ'’-]{1,30}){1,4}",
    r"\b(?:calle|avenida|via|viale|rua|piazza)\s(?:[\wÀ-ÿ'’.-]{1,30}\s){1,4}\d{1,4}\b",
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b",  # a British postcode
)


def _rules() -> Iterable[tuple[str, re.Pattern[str], _Replaced]]:
    any_case, as_written = re.IGNORECASE, re.RegexFlag(0)
    yield "link", re.compile(r"\b(?:(?:https?|ftp)://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]]", any_case), _always("[link]")
    at = r"(?:@|\s?[(\[](?:at|ät|arobase)[)\]]\s?)"
    mail = rf"[\w.+-]{{1,64}}{at}(?:[\w-]{{1,63}}\.){{1,6}}[^\W\d_]{{2,24}}\b"
    yield "e-mail", re.compile(mail, any_case), _always("[e-mail]")
    for pattern, replaced in _DATES:
        yield "date", re.compile(pattern, any_case), replaced
    label = rf"(?P<label>(?<!\w)(?:{_LABELS})(?!\w)\.?\s{{0,2}}[:#=]?\s{{0,2}}(?:(?:is|lautet|no\.?|nr\.?)\s)?)"
    yield "number", re.compile(label + _CODE, any_case), _labelled("[number]")
    tel = r"(?P<label>(?<!\w)(?:tel|telephone|phone|mobile|cell|fax|telefon|handy|tél|téléphone|teléfono|telefono"
    tel += r"|telefone|telefoon|тел|телефон)(?!\w)\.?\s{0,2}:?\s{0,2})"
    yield "phone", re.compile(tel + r"\+?[\d(][\d\s()./-]{4,20}\d", any_case), _labelled("[phone]")
    plain = (
        r"(?<![\w.:/+-])\+\d[\d\s()./-]{6,18}\d(?![\w])",
        r"(?<![\w.:/-])\(\d{2,5}\)\s?\d{3,4}[\s-]?\d{3,5}(?!\w)",
        r"(?<![\w.:/-])0\d(?:[\s.]\d{2}){4}(?![\w.])",
        r"(?<![\w.:/-])0\d{1,4}[\s/-]\d{3,8}(?:[\s-]\d{2,6}){0,3}(?![\w/]|\.\d)",
    )
    yield "phone", re.compile("|".join(plain)), _phone
    # A social security number, the NHS', Scandinavian ones and phones of the USA; then whatever is that long.
    formed = r"\d{3}-\d{2}-\d{4}|\d{3}[\s-]\d{3}[\s-]\d{4}|(?:\d{2})?\d{6}[-+]\d{4}"
    yield "number", re.compile(rf"(?<![\w.:/-])(?:{formed})(?![\w/-]|\.\d)"), _always("[number]")
    yield "number", re.compile(r"(?<![\w.:>/+-])\d{7,20}(?![\w.:]\w|\w)"), _unless_an_id
    titled = rf"(?<!\w)(?:(?:{_TITLES})\s{{1,2}}){{1,3}}(?:{_PARTICLE}\s){{0,3}}{_NAME}"
    yield (
        "name",
        re.compile(titled, as_written),
        _always("[name]"),
    )
    named = rf"(?P<label>(?<!\w)(?i:{_NAMED})\s?:\s{{0,3}}|(?<!\w)(?:{_BORN})\s)"
    yield "name", re.compile(named + rf"{_NAME}(?:,\s{_ONE})?", as_written), _labelled("[name]")
    for street in _STREETS:
        yield "address", re.compile(street, as_written), _always("[address]")


_RULES = tuple(_rules())
