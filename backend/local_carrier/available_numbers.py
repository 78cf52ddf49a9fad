"""Numbers that nobody here owns yet, and how they are searched: the same ones every time.

In the United States and Canada each area code offers the hundred numbers that are kept for
fiction (555-0100 to 555-0199); elsewhere it is the example number of the numbering plan, with all
its last three digits.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

import msgspec
import phonenumbers
from phonenumbers import PhoneNumberType

from backend.local_carrier.handsets import MAGIC, REFUSED, REFUSED_TEXTS

Kind = Literal["Local", "Mobile", "TollFree"]
TYPES: dict[Kind, int] = {
    "Local": PhoneNumberType.FIXED_LINE,
    "Mobile": PhoneNumberType.MOBILE,
    "TollFree": PhoneNumberType.TOLL_FREE,
}
LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
"""As on the keys of a telephone."""


class Country(msgspec.Struct, frozen=True):
    code: str
    name: str
    kinds: tuple[Kind, ...] = ("Local", "Mobile", "TollFree")

    @property
    def has_area_codes(self) -> bool:
        """Where mobile numbers cannot be told from others, they are sold as local ones."""
        return "Mobile" not in self.kinds


COUNTRIES = {
    country.code: country
    for country in (
        Country("US", "United States", ("Local", "TollFree")),
        Country("CA", "Canada", ("Local", "TollFree")),
        Country("AT", "Austria"),
        Country("AU", "Australia"),
        Country("CH", "Switzerland"),
        Country("DE", "Germany"),
        Country("FR", "France"),
        Country("GB", "United Kingdom"),
        Country("NL", "Netherlands"),
    )
}


def offers(country: Country, kind: Kind, area_code: str = "", contains: str = "") -> Iterator[str]:
    """Numbers of that kind, in order. `contains` is a pattern in Twilio's spelling."""
    wanted = re.compile(_expression(contains))
    prefix = f"+{phonenumbers.country_code_for_region(country.code)}{area_code}"
    for number in _stock(country.code, kind):
        if number.startswith(prefix) and wanted.search(number):
            yield number


def is_sold(number: str) -> bool:
    """Magic numbers are telephones outside, and nobody's to buy."""
    return number not in MAGIC and number not in REFUSED and number not in REFUSED_TEXTS


@cache
def _stock(region: str, kind: Kind) -> tuple[str, ...]:
    country = COUNTRIES[region]
    if country.has_area_codes and kind == "Local":
        return tuple(
            f"+1{area}55501{line:02}"
            for area in range(200, 1000)
            if _is_valid(f"+1{area}5550100", region)
            for line in range(100)
        )
    example = phonenumbers.example_number_for_type(region, TYPES[kind])
    assert example is not None, f"{region} {kind}"  # noqa: S101  the table above names only these
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    every = (f"{written[:-3]}{last:03}" for last in range(1000))
    return tuple(number for number in every if _is_valid(number, region))


def _is_valid(number: str, region: str) -> bool:
    return phonenumbers.is_valid_number_for_region(phonenumbers.parse(number), region)


def _expression(pattern: str) -> str:
    """`*` is one digit and `%` any number of them; `+` begins the number, `$` ends it."""
    begins, ends = pattern.startswith("+"), pattern.endswith("$")
    middle = pattern.removeprefix("+").removesuffix("$").upper().translate(LETTERS)
    digits = "".join({"*": r"\d", "%": r"\d*"}.get(each, re.escape(each)) for each in middle)
    return (r"^\+" if begins else "") + digits + ("$" if ends else "")
