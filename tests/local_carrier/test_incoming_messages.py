"""Texts that come in: to a telephone number of ours, and what it answers.

The clock is moved by hand: nothing happens before it is time.
"""

import base64

import pytest

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.openapi import ROOT
from tests.local_carrier.refusals import refusal_of
from tests.local_carrier.texts import ANA, PICTURE, WHOLE_ROAD, picture_of, text


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


async def test_a_text_that_comes_in_is_told_to_the_sms_url(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml("/sms", "")
    came_in = await acme.is_texted("Hello\nthere, é")
    await clock.move(0)
    (got,) = customer.at("/sms")
    assert got.method == "POST"
    assert got.is_signed_with(acme.auth_token)
    sid = came_in["sid"]
    assert {name: got.posted[name] for name in ("MessageSid", "SmsSid", "SmsMessageSid")} == {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
    }
    assert (got.posted["AccountSid"], got.posted["SmsStatus"]) == (acme.account_sid, "received")
    assert (got.posted["From"], got.posted["To"]) == (ANA, acme.number)
    assert (got.posted["Body"], got.posted["NumMedia"]) == ("Hello\nthere, é", "0")
    assert (got.posted["NumSegments"], got.posted["FromCountry"]) == ("1", "US")
    assert got.posted["ToCity"] == ""
    fetched = await acme.twilio.messages(sid).fetch_async()
    assert (fetched.status, fetched.direction) == ("received", "inbound")
    assert fetched.date_sent is not None


async def test_pictures_that_come_in_are_at_the_carriers_address(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml("/sms", "")
    media = {"content_type": "image/png", "data": base64.b64encode(PICTURE).decode()}
    came_in = await acme.is_texted(media=[media, media])
    await clock.move(0)
    (got,) = customer.at("/sms")
    assert came_in["sid"].startswith("MM")
    assert (got.posted["NumMedia"], got.posted["MediaContentType1"]) == ("2", "image/png")
    url = got.posted["MediaUrl0"]
    assert url.startswith(f"https://api.twilio.com{ROOT}{acme.account_sid}/Messages/")
    path = url.removeprefix("https://api.twilio.com")
    assert await picture_of(acme, path) == (200, "image/png", PICTURE)
    async with acme.lab.http.get(came_in["media"][0]["url"]) as response:
        assert (response.content_type, await response.read()) == ("image/png", PICTURE)


async def test_the_sms_application_wins_over_the_numbers_own_url(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    app = await acme.twilio.applications.create_async(
        sms_url=customer.url("/app"), sms_method="GET"
    )
    await acme.takes_texts_at("/sms", sms_application_sid=app.sid)
    customer.twiml("/app", "")
    await acme.is_texted("Hi")
    await clock.move(0)
    assert customer.at("/sms") == []
    (got,) = customer.at("/app")
    assert (got.method, got.fields["Body"]) == ("GET", "Hi")
    assert got.is_signed_with(acme.auth_token)


async def test_without_an_sms_url_a_text_is_only_kept(acme: Company, clock: MovedClock) -> None:
    came_in = await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    assert await acme.lab.deliveries() == []
    assert (await acme.twilio.messages(came_in["sid"]).fetch_async()).body == "Hi"


async def test_one_account_texts_another(
    acme: Company, globex: Company, customer: Customer, clock: MovedClock
) -> None:
    await globex.takes_texts_at("/globex")
    customer.twiml("/globex", "<Message>And hello to you</Message>")
    customer.answers("/cat.png", Reply(PICTURE, "image/png"))
    sent = await text(acme, to=globex.number, media_url=[customer.url("/cat.png")])
    await clock.move(2 * WHOLE_ROAD)
    (got,) = customer.at("/globex")
    assert got.is_signed_with(globex.auth_token)
    assert (got.fields["AccountSid"], got.fields["From"]) == (globex.account_sid, acme.number)
    assert got.fields["MessageSid"] != sent.sid
    assert got.fields["NumMedia"] == "1"
    assert (await acme.twilio.messages(sent.sid).fetch_async()).status == "delivered"
    answer, _ = await acme.twilio.messages.list_async()
    assert (answer.direction, answer.body) == ("inbound", "And hello to you")
    assert await refusal_of(globex.twilio.messages(sent.sid).fetch_async()) == (404, 20404)
