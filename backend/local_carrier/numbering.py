"""Numbers as the carrier reads them: whole ones, and those of telephones, which it writes with a
plus, the country, and nothing but digits."""

import re

import phonenumbers

USUAL_REGION = "US"
WRITTEN = re.compile(r"\s*\+?[\d\s().\-/]+")
"""How people write numbers. Whatever has letters is another kind of address, though a number may
be found in it: whatsapp:+1…, sip:…"""

WHOLE = re.compile("[0-9]{1,10}")


def whole(text: str | None) -> int | None:
    """The whole number that is written so; `str.isdigit` would take "²" as well."""
    return int(text) if text is not None and WHOLE.fullmatch(text) else None


def e164(text: str, region: str = USUAL_REGION) -> str | None:
    """None if that is no phone number. Without a plus it is read as one of that region."""
    if not WRITTEN.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def region_of(number: str) -> str:
    """The country of a number that is written so; the usual one if the number tells none."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or USUAL_REGION
