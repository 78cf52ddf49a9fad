"""AvailablePhoneNumber: numbers that may be bought, by country and kind.

What is offered is a lab's: it answers to AreaCode, Contains and the capabilities; whichever region,
locality or postal code is asked for, that is where it says to be.
"""

import re
from itertools import islice

from backend.local_carrier.available_numbers import COUNTRIES, Country, Kind, offers
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Form,
    Json,
    Refused,
    Route,
    Told,
    not_found,
    page,
)

CAPABILITIES = {"voice": True, "sms": True, "mms": True, "fax": False}
SHOWN_OFFERS = 1000
PATTERN = re.compile(r"\+?[0-9A-Za-z*%]{1,16}\$?")
FILTERS = (
    *("AreaCode", "Contains", "InRegion", "InLocality", "InPostalCode"),
    *("VoiceEnabled", "SmsEnabled", "MmsEnabled", "FaxEnabled"),
    *("ExcludeAllAddressRequired", "ExcludeLocalAddressRequired"),
    *("ExcludeForeignAddressRequired", "Beta"),
    *PAGING,
)
UNSUPPORTED = ("NearNumber", "NearLatLong", "Distance", "InRateCenter", "InLata")


def list_countries(asked: Asked) -> Told:
    countries = [_country_body(asked, country) for country in COUNTRIES.values()]
    return Told({"countries": countries, "uri": f"{asked.uri('AvailablePhoneNumbers')}.json"})


def fetch_country(asked: Asked) -> Told:
    return Told(_country_body(asked, _country(asked)))


def list_local(asked: Asked) -> Told:
    return _list(asked, "Local")


def list_mobile(asked: Asked) -> Told:
    return _list(asked, "Mobile")


def list_toll_free(asked: Asked) -> Told:
    return _list(asked, "TollFree")


def area_code_of(form: Form) -> str:
    given = form.text("AreaCode")
    if given and not re.fullmatch(r"[2-9]\d\d", given):
        raise Refused(400, 21451, f"Invalid area code: {given}")
    return given


def _list(asked: Asked, kind: Kind) -> Told:
    country, query = _country(asked), asked.query
    if kind not in country.kinds:
        raise not_found(asked.path)
    area_code, contains = area_code_of(query), query.text("Contains")
    if contains and not PATTERN.fullmatch(contains):
        raise Refused(400, 20001, f"Contains is not a pattern of a phone number: {contains}")
    is_owned = asked.exchange.accounts.owner_of
    found = [
        _body(country, number, query)
        for number in islice(offers(country, kind, area_code, contains), SHOWN_OFFERS)
        if is_owned(number) is None and _has_capabilities(query)
    ]
    resource = f"AvailablePhoneNumbers/{country.code}/{kind}.json"
    return page(asked, "available_phone_numbers", resource, found)


def _country(asked: Asked) -> Country:
    country = COUNTRIES.get(asked.names["CountryCode"])
    if country is None:
        raise not_found(asked.path)
    return country


def _has_capabilities(query: Form) -> bool:
    return all(
        f"{name}Enabled" not in query or query.flag(f"{name}Enabled") is CAPABILITIES[name.lower()]
        for name in ("Voice", "Sms", "Mms", "Fax")
    )


def _country_body(asked: Asked, country: Country) -> Json:
    uri = asked.uri("AvailablePhoneNumbers", country.code)
    names = {"Local": "local", "Mobile": "mobile", "TollFree": "toll_free"}
    return {
        "country_code": country.code,
        "country": country.name,
        "beta": False,
        "uri": f"{uri}.json",
        "subresource_uris": {names[kind]: f"{uri}/{kind}.json" for kind in country.kinds},
    }


def _body(country: Country, number: str, query: Form) -> Json:
    return {
        "friendly_name": number,
        "phone_number": number,
        "iso_country": country.code,
        "region": query.text("InRegion") or None,
        "locality": query.text("InLocality") or None,
        "postal_code": query.text("InPostalCode") or None,
        "lata": None,
        "rate_center": None,
        "latitude": None,
        "longitude": None,
        "address_requirements": "none",
        "beta": False,
        "capabilities": CAPABILITIES,
    }


COLLECTION = "AvailablePhoneNumbers"
ONE = f"{COLLECTION}/{{CountryCode}}"
ROUTES = (
    Route("GET", COLLECTION, list_countries, PAGING),
    Route("GET", ONE, fetch_country),
    Route("GET", f"{ONE}/Local", list_local, FILTERS, UNSUPPORTED),
    Route("GET", f"{ONE}/Mobile", list_mobile, FILTERS, UNSUPPORTED),
    Route("GET", f"{ONE}/TollFree", list_toll_free, FILTERS, UNSUPPORTED),
)
