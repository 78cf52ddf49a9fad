"""How a number that a person typed reads: E.164, its country, and what calling it would mean.

Numbers are read by libphonenumber's rules, as the company's country would dial them.
"""

from enum import StrEnum

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

LONGEST_TYPED = 64
EXPENSIVE = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.PAGER,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)
"""Kinds whose price the callee has a share in, or nobody knows: where toll fraud earns."""
NO_COUNTRY = "001"
"""How libphonenumber names codes that are no country's: satellites and global services."""


class NumberKind(StrEnum):
    ORDINARY = "ordinary"
    PREMIUM = "premium"
    """Of a kind that costs more than its country says, or of no country at all."""
    EMERGENCY = "emergency"


class Destination(Struct, frozen=True):
    """A number that can be called. `country` is ISO 3166's two letters, None for no country's.

    An emergency number stays as it is dialled: there is no E.164 for it.
    """

    number: str
    country: str | None
    kind: NumberKind
    shown: str


class NotANumber(ValueError):
    """What was typed is no number that could be called."""


def read_number(typed: str, country: str) -> Destination:
    """The number that `typed` means in `country`. Raises `NotANumber`."""
    typed = typed.strip()
    if not typed or len(typed) > LONGEST_TYPED:
        raise NotANumber
    digits = phonenumbers.normalize_digits_only(typed)
    # Both: what was typed is looked at only up to a "/x", but all of its digits would be dialled.
    if all(phonenumbers.is_emergency_number(each, country) for each in (typed, digits)):
        return Destination(digits, country, NumberKind.EMERGENCY, digits)
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException as problem:
        raise NotANumber from problem
    if number.extension or not phonenumbers.is_valid_number(number):
        raise NotANumber
    region = phonenumbers.region_code_for_number(number)
    own = region == country
    style = PhoneNumberFormat.NATIONAL if own else PhoneNumberFormat.INTERNATIONAL
    return Destination(
        number=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        country=None if region in (None, NO_COUNTRY) else region,
        kind=_kind(number, region),
        shown=phonenumbers.format_number(number, style),
    )


def is_country(code: str) -> bool:
    """Whether numbers can be dialled in a country of that ISO 3166 code."""
    return code in phonenumbers.SUPPORTED_REGIONS


def _kind(number: PhoneNumber, region: str | None) -> NumberKind:
    if region in (None, NO_COUNTRY) or phonenumbers.number_type(number) in EXPENSIVE:
        return NumberKind.PREMIUM
    return NumberKind.ORDINARY
