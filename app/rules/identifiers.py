"""Is this credit code, identity number or bank card number well formed, by its own check? And in
which one form is kept what people type in many?
"""

import re
import unicodedata
from datetime import date
from typing import Final

CREDIT_CODE_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
IDENTITY_CHECKS: Final = "10X98765432"

_CREDIT_BODY: Final = re.compile(
    rf"[{CREDIT_CODE_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_CODE_ALPHABET}]{{9}}"
)
_IDENTITY_BODY: Final = re.compile(r"[1-9][0-9]{16}")
_BANK_CARD: Final = re.compile(r"[0-9]{13,19}")
_PARTED: Final = re.compile(r"[-‐‑‒–—―−.·()/]+")
_INSIDE: Final = re.compile(r"转|分机号?|ext\.?|x|#", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"(.*[0-9]{7,8})-([0-9]{1,6})")
_MOBILE: Final = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
_LANDLINE: Final = re.compile(r"(?:(?:\+|00)86(?=[0-9]))?0?(10|2[0-9]|[3-9][0-9]{2})([0-9]{7,8})")
_ABROAD: Final = re.compile(r"(?:\+|00)([1-9][0-9]{8,16})")


def credit_code_check(first17: str) -> str:
    """Check character of a unified social credit code (GB 32100-2015, mod 31, weights 3^i)."""
    if _CREDIT_BODY.fullmatch(first17) is None:
        raise ValueError("the first 17 characters of a credit code are malformed")
    values = (CREDIT_CODE_ALPHABET.index(character) for character in first17)
    weighted = sum(value * pow(3, place, 31) for place, value in enumerate(values))
    return CREDIT_CODE_ALPHABET[-weighted % 31]


def credit_code_problem(text: str) -> str | None:
    """None, or what is wrong with a unified social credit code: malformed, check-character."""
    if _CREDIT_BODY.fullmatch(text[:17]) is None or len(text) != 18:
        return "malformed"
    if text[17] not in CREDIT_CODE_ALPHABET:
        return "malformed"
    return None if text[17] == credit_code_check(text[:17]) else "check-character"


def identity_number_check(first17: str) -> str:
    """Check character of a Chinese identity number (GB 11643-1999, ISO 7064 mod 11-2)."""
    if _IDENTITY_BODY.fullmatch(first17) is None:
        raise ValueError("the first 17 characters of an identity number are malformed")
    weighted = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first17))
    return IDENTITY_CHECKS[weighted % 11]


def identity_number_problem(text: str) -> str | None:
    """None, or what is wrong with an identity number: malformed, birth-date, check-character."""
    if _IDENTITY_BODY.fullmatch(text[:17]) is None or len(text) != 18:
        return "malformed"
    if text[17] not in IDENTITY_CHECKS:
        return "malformed"
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return "birth-date"
    return None if text[17] == identity_number_check(text[:17]) else "check-character"


def luhn_holds(digits: str) -> bool:
    """Whether a row of ASCII digits ends in its Luhn check digit (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def bank_card_problem(text: str) -> str | None:
    """None, or what is wrong with a bank card number of 13-19 digits: malformed, check-digit."""
    if _BANK_CARD.fullmatch(text) is None:
        return "malformed"
    return None if luhn_holds(text) else "check-digit"


def typed(text: str) -> str:
    """What was typed, in half width, without blanks and without signs that nobody sees."""
    seen = unicodedata.normalize("NFKC", text)
    return "".join(c for c in seen if not c.isspace() and unicodedata.category(c) != "Cf")


def identity_number_typed(text: str) -> str:
    """An identity number as it is kept: its X large."""
    return typed(text).upper()


def phone_number_typed(text: str) -> str:
    """A telephone number as it is kept, however it was typed: `13812345678`, `0510-85012345`,
    `0510-85012345-801` with an extension, `+442079460000` abroad. What is none of these is given
    back without blanks.
    """
    bare = typed(text)
    dashed = _PARTED.sub("-", _INSIDE.sub("-", bare)).strip("-")
    inner = _EXTENSION.fullmatch(dashed)
    dashed, extension = (inner[1], f"-{inner[2]}") if inner else (dashed, "")
    digits = dashed.replace("-", "")
    if found := _MOBILE.fullmatch(digits):
        return f"{found[1]}{extension}"
    if (found := _LANDLINE.fullmatch(digits)) and digits[0] in "0+":
        return f"0{found[1]}-{found[2]}{extension}"
    if (found := _ABROAD.fullmatch(digits)) and not digits.startswith(("+86", "0086")):
        return f"+{found[1]}{extension}"
    return bare
