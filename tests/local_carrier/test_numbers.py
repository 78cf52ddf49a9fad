"""Numbers: which may be bought, buying them, giving them back."""

from itertools import islice
from typing import Any

import pytest

from backend.local_carrier.available_numbers import COUNTRIES, Kind, offers
from backend.local_carrier.numbering import e164
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company
from tests.local_carrier.refusals import refusal_of

# What is offered


@pytest.mark.parametrize(
    ("country", "kind"),
    [(country, kind) for country in COUNTRIES.values() for kind in country.kinds],
    ids=str,
)
def test_every_country_offers_numbers_of_its_kinds_always_the_same(
    country: Any, kind: Kind
) -> None:
    first = list(islice(offers(country, kind), 20))
    assert len(set(first)) == 20
    assert first == list(islice(offers(country, kind), 20))
    assert [e164(number) for number in first] == first


async def test_countries_say_which_kinds_they_have(acme: Company) -> None:
    countries = await acme.twilio.available_phone_numbers.list_async()
    assert {"US", "GB", "DE"} <= {country.country_code for country in countries}
    american = await acme.twilio.available_phone_numbers("US").fetch_async()
    assert (american.country, set(american.subresource_uris)) == (
        "United States",
        {"local", "toll_free"},
    )
    nowhere = acme.twilio.available_phone_numbers("XX").fetch_async()
    assert await refusal_of(nowhere) == (404, 20404)
    mobiles = acme.twilio.available_phone_numbers("US").mobile.list_async()
    assert await refusal_of(mobiles) == (404, 20404)


async def test_numbers_are_searched_by_area_code_and_pattern(acme: Company) -> None:
    american = acme.twilio.available_phone_numbers("US")
    found = await american.local.list_async(area_code=415, limit=3, in_region="CA")
    assert [number.phone_number for number in found] == [
        "+14155550100",
        "+14155550101",
        "+14155550102",
    ]
    assert (found[0].region, found[0].iso_country) == ("CA", "US")
    assert found[0].capabilities == {"voice": True, "sms": True, "mms": True, "fax": False}

    async def matching(pattern: str) -> list[str]:
        return [n.phone_number for n in await american.local.list_async(contains=pattern, limit=2)]

    assert await matching("+1415***0142") == ["+14155550142"]
    assert await matching("0142$") == ["+12015550142", "+12025550142"]
    # Letters are read as on a telephone's keys, and % is any number of digits.
    assert await matching("JKL0199") == await matching("5550199")
    assert await matching("+1212%77$") == ["+12125550177"]
    assert await matching("99999999") == []
    assert await refusal_of(american.local.list_async(contains="(415)")) == (400, 20001)
    assert await refusal_of(american.local.list_async(area_code=4)) == (400, 21451)
    assert await refusal_of(american.local.list_async(near_number="+14155550100")) == (400, 20001)


async def test_numbers_are_searched_by_what_they_can_do(acme: Company) -> None:
    british = acme.twilio.available_phone_numbers("GB")
    assert await british.mobile.list_async(sms_enabled=True, voice_enabled=True, limit=1)
    assert await british.mobile.list_async(fax_enabled=True) == []
    assert await british.toll_free.list_async(mms_enabled=False) == []


async def test_what_is_owned_is_not_offered(acme: Company, globex: Company) -> None:
    local = acme.twilio.available_phone_numbers("US").local
    (offered,) = await local.list_async(area_code=415, limit=1)
    await globex.twilio.incoming_phone_numbers.create_async(phone_number=offered.phone_number)
    (next_one,) = await local.list_async(area_code=415, limit=1)
    assert next_one.phone_number == "+14155550101"


# Buying and giving back


async def test_a_number_is_bought_called_and_given_back(acme: Company, customer: Customer) -> None:
    numbers = acme.twilio.incoming_phone_numbers
    bought = await numbers.create_async(
        phone_number="+14155550100",
        friendly_name="Sales",
        voice_url=customer.url(acme.voice_path),
        sms_application_sid=acme.application_sid,
    )
    assert (bought.friendly_name, bought.account_sid) == ("Sales", acme.account_sid)
    assert bought.capabilities == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert bought.sms_application_sid == acme.application_sid
    acme.answers_calls_with("<Reject reason='busy'/>")
    await (await acme.is_called(to="+14155550100")).becomes("busy")
    await numbers(bought.sid).delete_async()
    assert await refusal_of(numbers(bought.sid).fetch_async()) == (404, 20404)
    called = {"from": "+15557654321", "to": "+14155550100"}
    assert (await acme.lab.ask("POST", "/lab/phones", called, 404))["code"] == "no-such-number"
    assert (await numbers.create_async(phone_number="+14155550100")).sid != bought.sid


async def test_a_number_is_bought_by_its_area_code(acme: Company) -> None:
    numbers = acme.twilio.incoming_phone_numbers
    bought = [await numbers.create_async(area_code=code) for code in ("415", "415", "416")]
    assert [number.phone_number for number in bought] == [
        "+14155550100",
        "+14155550101",
        "+14165550100",
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 21421),
        ({"phone_number": "a number"}, 21421),
        ({"phone_number": "+15005550000"}, 21422),
        ({"phone_number": "+15005550001"}, 21421),
        ({"phone_number": "+15005550012"}, 21422),
        ({"phone_number": "+15550100001"}, 21422),
        ({"phone_number": "+15550100002"}, 21422),
        ({"area_code": "12"}, 21451),
        ({"area_code": "533"}, 21452),
        ({"area_code": "211"}, 21452),
        ({"area_code": "415", "voice_url": "example.com"}, 21205),
        ({"area_code": "415", "friendly_name": "x" * 65}, 20001),
        ({"area_code": "415", "sms_application_sid": "AP" + "0" * 32}, 21421),
        ({"area_code": "415", "address_sid": "AD" + "0" * 32}, 20001),
    ],
)
async def test_what_cannot_be_bought_is_refused_and_nothing_is(
    acme: Company, globex: Company, fields: dict[str, str], code: int
) -> None:
    numbers = acme.twilio.incoming_phone_numbers
    assert await refusal_of(numbers.create_async(**fields)) == (400, code)
    assert len(await numbers.list_async()) == 1


async def test_an_update_with_one_bad_field_changes_nothing(acme: Company) -> None:
    number = acme.twilio.incoming_phone_numbers(acme.number_sid)
    wrong = number.update_async(friendly_name="New", sms_url="example.com")
    assert await refusal_of(wrong) == (400, 21205)
    assert (await number.fetch_async()).friendly_name == acme.number
