"""Data that point to one living person who did not publish them: identity numbers, record numbers, full birth dates.

Proportionate: the address of an author, the telephone of a patients' organisation and the date of a study are no
patient's data. A telephone number or an e-mail address counts only beside a label that makes it a patient's. Names
alone are not looked for: eponyms and authors are everywhere, and no pattern tells them apart.
"""

# ruff: noqa: E501 - a pattern is read best in one line

from __future__ import annotations

import re
from collections.abc import Callable

_DAY = (
    r"(?:(?:0?[1-9]|[12]\d|3[01])[./\- ](?:0?[1-9]|1[0-2])[./\- ](?:19|20)\d\d|(?:19|20)\d\d[./\-](?:0?[1-9]|1[0-2])[./\-](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)\d\d"
    r"|(?:0?[1-9]|[12]\d|3[01])(?:\.|st|nd|rd|th)? (?:de )?[^\W\d_]{3,10}\.?,? (?:de )?(?:19|20)\d\d|[^\W\d_]{3,10} (?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?, (?:19|20)\d\d"
    r"|(?:19|20)\d\d年\d{1,2}月\d{1,2}日)"
)
_BIRTH = re.compile(
    r"(?:\b(?:d\.?o\.?b\.?|date of birth|birth ?date|born(?: on)?(?: the)?|geb\.|geboren(?: am)?|geburtsdatum|né(?:\(?e\)?)? le|date de naissance"
    r"|nacid[oa] el|fecha de nacimiento|nat[oa] il|data di nascita|nascid[oa] em|data de nascimento)|出生(?:日期|于)?|生于)\s*[:：=(]?\s*"
    + _DAY,
    re.IGNORECASE,
)
_RECORD = re.compile(
    r"\b(?:(?-i:MRN|IPP|NIP|NHC)|m\.r\.n\.|medical record (?:number|no\.?|#)|patient (?:id|number|no\.?|identifier)|hospital (?:number|no\.?)|chart (?:number|no\.?|#)"
    r"|patienten(?:nummer|-nr\.?|-id)|fallnummer|fall-nr\.?|aufnahmenummer|numéro de (?:dossier|patient)|n° (?:de )?dossier"
    r"|número de historia(?: clínica)?|n\.º de historia|numero (?:di )?cartella|病历号|住院号|门诊号)\s*(?:is|ist|est|es|:|：|=|#)?\s*[:#]?\s*(?-i:[A-Z]{0,4}[-/ ]?\d[\dA-Z/-]{3,17})",
    re.IGNORECASE,
)
_INSURANCE = re.compile(
    r"\b(?:insurance (?:number|no\.?|id)|member (?:id|number)|policy (?:number|no\.?)|medicare (?:number|no\.?)|medicaid (?:number|id)|versicherten(?:nummer|-nr\.?)"
    r"|versicherungsnummer|krankenversicherungsnummer|numéro de sécurité sociale|n° (?:de )?sécu\w*|número de (?:la )?seguridad social|tarjeta sanitaria|tessera sanitaria"
    r"|社保号|医保号)\s*(?:is|ist|est|es|:|：|=|#)?\s*[:#]?\s*(?-i:[A-Z]{0,4}[ -]?\d[\d ./-]{4,20}[A-Z]?)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:patient(?:'s)? name|name of (?:the )?patient|(?<![^\n.;|])(?:patient(?:in)?|paciente): (?-i:[A-Z])|patient name|name, vorname|name des patienten|patientenname|nom du patient|nom et prénom"
    r"|nombre del paciente|nombre y apellidos|nome del paziente|next of kin|emergency contact|mother's (?:phone|number|e-?mail)|father's (?:phone|number|e-?mail)|home (?:address|phone))|患者姓名|姓名[:：]",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"[\w.+-]{2,64}@[\w-]{1,60}\.[\w.-]{2,60}|\+\d{1,3}[ .-]?\(?\d[\d ()./-]{6,20}\d"
    r"|(?:\b(?:tel|phone|mobile|telephone|telefon|handy|mobil|téléphone|portable|teléfono|móvil|telefono|cell)|电话|手机)\.?\s*[:：]?\s*[+(]?\d[\d ()./-]{6,20}\d",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d{3}")  # whatever is looked for has three in a row
_SSN = re.compile(
    r"\b(?:ssn|social security(?: number| no\.?)?)\b.{0,12}?\b(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}\b",
    re.IGNORECASE,
)


def personal(text: str) -> str:
    """What kind of a person's data is in it, or nothing."""
    if "@" not in text and not _DIGITS.search(text):
        return ""
    if _BIRTH.search(text):
        return "a full date of birth"
    if _RECORD.search(text):
        return "the number of a patient's record"
    if _INSURANCE.search(text):
        return "the number of an insurance"
    if _SSN.search(text):
        return "a social security number"
    for kind, pattern, holds in _NUMBERS:
        if any(holds(re.sub(r"[\s./-]", "", found[0]).upper()) for found in pattern.finditer(text)):
            return kind
    if any(_CONTACT.search(text, max(0, one.start() - 200), one.end() + 400) for one in _LABEL.finditer(text)):
        return "how to reach a patient"
    return ""


# --- numbers with check digits --------------------------------------------


def _french(number: str) -> bool:
    """NIR: 13 digits and 97 minus their remainder."""
    body = number[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and number[13:].isdigit() and 97 - int(body) % 97 == int(number[13:])


def _spanish(number: str) -> bool:
    """DNI and NIE: a letter by the remainder of 23."""
    digits = {"X": "0", "Y": "1", "Z": "2"}.get(number[0], number[0]) + number[1:-1]
    return digits.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
                strict=True))  # fmt: skip


def _italian(number: str) -> bool:
    """Codice fiscale: a letter over the values of odd and even places."""
    total = sum(
        _ODD[letter] if at % 2 == 0 else (int(letter) if letter.isdigit() else ord(letter) - 65)
        for at, letter in enumerate(number[:15])
    )
    return chr(65 + total % 26) == number[15]


def _chinese(number: str) -> bool:
    """Resident identity number: ISO 7064, modulus 11-2."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return "10X98765432"[total % 11] == number[17]


def _german_insured(number: str) -> bool:
    """Krankenversichertennummer: a letter, eight digits, a check digit of their doubled sums."""
    digits = f"{ord(number[0]) - 64:02d}{number[1:9]}"
    total = sum(sum(map(int, str(int(digit) * (1 + at % 2)))) for at, digit in enumerate(digits))
    return total % 10 == int(number[9])


def _british(number: str) -> bool:
    """NHS number: modulus 11 over nine digits; ten digits alone are too common, so the label is asked for too."""
    digits = re.sub(r"\D", "", number)[-10:]
    if len(digits) != 10:
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == int(digits[9]) and check != 10


def _dutch(number: str) -> bool:
    """BSN: the eleven test."""
    digits = re.sub(r"\D", "", number)[-9:]
    return len(digits) == 9 and (
        sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0
    )


def _german_tax(number: str) -> bool:
    """Steuer-Identifikationsnummer: ISO 7064, modulus 11-10."""
    digits = re.sub(r"\D", "", number)[-11:]
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return len(digits) == 11 and (11 - product) % 10 == int(digits[10])


_NUMBERS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("a French social security number", re.compile(r"(?<!\d)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?!\d)"), _french),
    ("a Spanish identity number", re.compile(r"(?<![\w-])(?:\d{8}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z](?!\w)"), _spanish),
    ("an Italian tax number", re.compile(r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)"), _italian),
    ("a Chinese identity number", re.compile(r"(?<!\w)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\w)"), _chinese),
    ("a German insurance number", re.compile(r"(?<!\w)[A-Z]\d{9}(?!\w)"), _german_insured),
    ("an NHS number", re.compile(r"\bNHS\b.{0,20}?\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)", re.IGNORECASE), _british),
    ("a Dutch citizen number", re.compile(r"\b(?:BSN|burgerservicenummer)\b.{0,15}?\d{9}(?!\d)", re.IGNORECASE), _dutch),
    ("a German tax number", re.compile(r"\b(?:steuer-?id\w*|steueridentifikationsnummer|idnr)\b.{0,15}?\d[\d ]{10,14}(?!\d)", re.IGNORECASE), _german_tax),
)  # fmt: skip
