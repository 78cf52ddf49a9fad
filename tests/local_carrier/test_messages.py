"""Texts, out and in: their road, who is told of it, and who wants no more of them.

The clock is moved by hand: nothing happens before it is time.
"""

import base64
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from backend.local_carrier.accounts import Account
from backend.local_carrier.clock import MovedClock
from backend.local_carrier.messages import (
    KEPT_MESSAGES,
    Direction,
    Message,
    Messages,
    MessageStatus,
)
from backend.local_carrier.segments import segments, smart_encoded
from backend.local_carrier.server import carrier
from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.openapi import ROOT
from tests.local_carrier.refusals import refusal_of
from tests.serving import served

ANA = "+15557654321"
BEN = "+15557654322"
PICTURE = b"\x89PNG\r\n\x1a\n and the rest"
WHOLE_ROAD = 5.0
"""Seconds in which any text has come wherever it comes, the slow ones aside."""


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


async def text(acme: Company, **more: Any) -> Any:
    fields = {"to": ANA, "from_": acme.number, "body": "Hello", **more}
    return await acme.twilio.messages.create_async(**fields)


# The road out


async def test_a_text_is_queued_sent_and_delivered_and_each_status_is_told_once(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/status", Reply())
    sent = await text(acme, status_callback=customer.url("/status?tenant=7"))
    assert (sent.status, sent.direction, sent.num_segments) == ("queued", "outbound-api", "1")
    assert sent.date_sent is None
    assert sent.sid.startswith("SM")
    await clock.move(WHOLE_ROAD)
    told = customer.at("/status")
    # "A status callback request is not sent for the initial status" of a message.
    assert [got.fields["MessageStatus"] for got in told] == ["sending", "sent", "delivered"]
    assert {got.fields["SmsSid"] for got in told} == {sent.sid}
    done = told[2].posted
    assert done | {"RawDlrDoneDate": ""} == {
        "MessageSid": sent.sid,
        "SmsSid": sent.sid,
        "MessageStatus": "delivered",
        "SmsStatus": "delivered",
        "AccountSid": acme.account_sid,
        "ApiVersion": "2010-04-01",
        "From": acme.number,
        "To": ANA,
        "RawDlrDoneDate": "",
    }
    assert done["RawDlrDoneDate"] == clock.now().strftime("%y%m%d%H%M")
    assert told[2].is_signed_with(acme.auth_token)
    fetched = await acme.twilio.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code, fetched.body) == ("delivered", None, "Hello")
    assert fetched.date_sent is not None
    (seen,) = await acme.lab.texts(sid=sent.sid)
    reached = [each["status"] for each in seen["statuses"]]
    assert reached == ["queued", "sending", "sent", "delivered"]


@pytest.mark.parametrize(
    ("to", "status", "code", "why"),
    [
        ("+15005550021", "undelivered", 30003, "Unreachable destination handset"),
        ("+15005550022", "undelivered", 30004, "Message blocked"),
        ("+15005550023", "undelivered", 30005, "Unknown destination handset"),
        ("+15005550024", "undelivered", 30006, "Landline or unreachable carrier"),
        ("+15005550025", "undelivered", 30007, "Message filtered"),
        ("+15005550026", "failed", 30008, "Unknown error"),
        ("+15005550027", "sent", None, None),
        ("+15005550020", "sent", None, None),
    ],
)
async def test_magic_numbers_take_texts_each_in_its_way(
    acme: Company,
    customer: Customer,
    clock: MovedClock,
    to: str,
    status: str,
    code: int | None,
    why: str | None,
) -> None:
    customer.answers("/status", Reply())
    sent = await text(acme, to=to, status_callback=customer.url("/status"))
    await clock.move(WHOLE_ROAD)
    fetched = await acme.twilio.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code, fetched.error_message) == (status, code, why)
    last = customer.at("/status")[-1].fields
    assert (last["MessageStatus"], last.get("ErrorCode")) == (status, str(code) if code else None)
    assert ("RawDlrDoneDate" in last) is (status == "undelivered")


async def test_a_telephone_takes_texts_as_the_lab_says(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    await lab.handset(BEN, texts="slow")
    sent = await text(acme, to=BEN)
    await clock.move(59)
    assert (await acme.twilio.messages(sent.sid).fetch_async()).status == "sent"
    await clock.move(WHOLE_ROAD)
    assert (await acme.twilio.messages(sent.sid).fetch_async()).status == "delivered"


async def test_a_number_sends_one_segment_a_second_and_what_waits_can_be_called_back(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/status", Reply())
    first = await text(acme, body="x" * 306)
    second = await text(acme, status_callback=customer.url("/status"))
    third = await text(acme)
    await clock.move(1.9)
    statuses = {m.sid: m.status for m in await acme.twilio.messages.list_async()}
    assert statuses == {first.sid: "delivered", second.sid: "queued", third.sid: "queued"}
    called_back = await acme.twilio.messages(second.sid).update_async(status="canceled")
    assert called_back.status == "canceled"
    await clock.move(WHOLE_ROAD)
    assert (await acme.twilio.messages(second.sid).fetch_async()).status == "canceled"
    assert (await acme.twilio.messages(third.sid).fetch_async()).status == "delivered"
    assert [got.fields["MessageStatus"] for got in customer.at("/status")] == ["canceled"]
    too_late = acme.twilio.messages(third.sid).update_async(status="canceled")
    assert await refusal_of(too_late) == (409, 30409)


async def test_whoever_waits_behind_a_text_that_is_called_back_moves_up(
    acme: Company, clock: MovedClock
) -> None:
    first = await text(acme)
    long = await text(acme, body="x" * 1600)
    third = await text(acme, validity_period=5)
    assert (await acme.twilio.messages(third.sid).fetch_async()).status == "queued"
    await acme.twilio.messages(long.sid).update_async(status="canceled")
    fourth = await text(acme)
    await clock.move(0.9)
    statuses = {m.sid: m.status for m in await acme.twilio.messages.list_async()}
    assert (statuses[first.sid], statuses[third.sid]) == ("sent", "queued")
    await clock.move(0.2)
    assert (await acme.twilio.messages(third.sid).fetch_async()).status == "sending"
    assert (await acme.twilio.messages(fourth.sid).fetch_async()).status == "queued"
    await clock.move(1)
    assert (await acme.twilio.messages(fourth.sid).fetch_async()).status == "sending"
    await clock.move(2 * WHOLE_ROAD)
    assert {m.status for m in await acme.twilio.messages.list_async()} == {"delivered", "canceled"}


async def test_the_turn_of_a_text_that_is_no_longer_valid_goes_to_the_next(
    acme: Company, clock: MovedClock
) -> None:
    await text(acme, body="x" * 1600)
    await text(acme, body="x" * 1600, validity_period=3)
    last = await text(acme)
    await clock.move(11.1)
    assert (await acme.twilio.messages(last.sid).fetch_async()).status == "sending"


async def test_a_text_that_waits_longer_than_it_is_valid_is_not_sent(
    acme: Company, clock: MovedClock
) -> None:
    await text(acme, body="x" * 1600)
    sent = await text(acme, validity_period=3)
    await clock.move(2.9)
    assert (await acme.twilio.messages(sent.sid).fetch_async()).status == "queued"
    await clock.move(0.2)
    fetched = await acme.twilio.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("failed", 30036)


async def test_a_queue_has_an_end(acme: Company) -> None:
    longest = "😀" * 1600
    for _ in range(36_000 // segments(longest) + 1):
        await text(acme, body=longest)
    assert await refusal_of(text(acme)) == (400, 21611)


async def test_texts_that_were_called_back_leave_room_in_the_queue(acme: Company) -> None:
    longest = "😀" * 1600
    sent = [await text(acme, body=longest) for _ in range(36_000 // segments(longest) + 1)]
    assert await refusal_of(text(acme)) == (400, 21611)
    await acme.twilio.messages(sent[-1].sid).update_async(status="canceled")
    assert (await text(acme)).status == "queued"


async def test_two_numbers_do_not_wait_for_each_other(
    acme: Company, globex: Company, clock: MovedClock
) -> None:
    await text(acme, body="x" * 1600)
    sent = await text(globex)
    await clock.move(WHOLE_ROAD)
    assert (await globex.twilio.messages(sent.sid).fetch_async()).status == "delivered"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "a friend"}, 21211),
        ({"to": "whatsapp:+15557654321"}, 21211),
        ({"from_": ""}, 21603),
        ({"from_": "Acme"}, 21212),
        ({"from_": "+15559999999"}, 21606),
        ({"to": "+15550100001"}, 21266),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"media_url": ["https://example.com/a.png"] * 11}, 21623),
        ({"media_url": ["example.com/a.png"]}, 21620),
        ({"status_callback": "example.com"}, 21609),
        ({"validity_period": 36_001}, 90007),
        ({"application_sid": "AP" + "0" * 32}, 21218),
        ({"messaging_service_sid": "MG" + "0" * 32}, 20001),
        ({"schedule_type": "fixed"}, 20001),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
    ],
)
async def test_what_cannot_be_sent_is_refused_with_twilios_code(
    acme: Company, fields: dict[str, Any], code: int
) -> None:
    assert await refusal_of(text(acme, **fields)) == (400, code)
    assert await acme.twilio.messages.list_async() == []


async def test_another_accounts_number_cannot_be_texted_from(
    acme: Company, globex: Company
) -> None:
    assert await refusal_of(text(acme, from_=globex.number)) == (400, 21606)


async def test_a_twiml_app_is_told_of_the_texts_that_name_it(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/app", Reply())
    app = await acme.twilio.applications.create_async(message_status_callback=customer.url("/app"))
    await text(acme, application_sid=app.sid)
    await clock.move(WHOLE_ROAD)
    assert len(customer.at("/app")) == 3


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("x", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # The 153rd place of the first segment stays empty: no character is cut in two.
        ("x" * 152 + "€" + "x" * 151, 2),
        ("x" * 152 + "€" + "x" * 152, 3),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("x" * 70 + "\u2019", 2),
    ],
)
def test_segments_are_counted_as_the_network_counts_them(body: str, count: int) -> None:
    assert segments(body) == count


def test_smart_encoding_replaces_what_would_make_a_text_longer() -> None:
    typed = "\u201cIt\u2019s here\u201d\u2026 \u2013 now"
    assert smart_encoded(typed) == '"It\'s here"... - now'
    assert smart_encoded("ж😀") == "ж😀"


async def test_a_smart_encoded_text_is_shorter(acme: Company) -> None:
    body = "x" * 100 + "\u2019"
    assert (await text(acme, body=body)).num_segments == "2"
    assert (await text(acme, body=body, smart_encoded=True)).num_segments == "1"


# What REST does with texts


async def test_a_body_is_redacted_and_a_text_deleted_only_once_it_is_sent(
    acme: Company, clock: MovedClock
) -> None:
    sent = await text(acme)
    message = acme.twilio.messages(sent.sid)
    assert await refusal_of(message.update_async(body="")) == (409, 20009)
    assert await refusal_of(message.delete_async()) == (409, 20009)
    await clock.move(WHOLE_ROAD)
    for wrong in ({}, {"body": "", "status": "canceled"}, {"body": "other"}, {"status": "sent"}):
        assert await refusal_of(message.update_async(**wrong)) == (400, 30400)
    assert (await message.update_async(body="")).body == ""
    assert (await message.fetch_async()).body == ""
    await message.delete_async()
    assert await refusal_of(message.fetch_async()) == (404, 20404)


async def test_texts_are_listed_by_whom_and_when(acme: Company, clock: MovedClock) -> None:
    first = await text(acme)
    await clock.move(WHOLE_ROAD)
    yesterday = clock.now()
    await clock.move(86_400)
    second = await text(acme, to=BEN)
    await clock.move(WHOLE_ROAD)
    came_in = await acme.is_texted("Hi")
    messages = acme.twilio.messages
    assert [m.sid for m in await messages.list_async(page_size=2)] == [
        came_in["sid"],
        second.sid,
        first.sid,
    ]
    assert [m.sid for m in await messages.list_async(to=BEN)] == [second.sid]
    assert [m.sid for m in await messages.list_async(from_=ANA)] == [came_in["sid"]]
    on_the_day = await messages.list_async(date_sent=yesterday.date())
    until_the_day = await messages.list_async(date_sent_before=yesterday.date())
    assert [m.sid for m in on_the_day] == [m.sid for m in until_the_day] == [first.sid]
    since = await messages.list_async(date_sent_after=clock.now().date())
    assert [m.sid for m in since] == [came_in["sid"], second.sid]


def kept(messages: Messages, clock: MovedClock, direction: Direction) -> Message:
    account = Account(sid="AC1", auth_token="", friendly_name="Acme")
    message = Message(
        account, clock, messages.changes, sender=ANA, to=BEN, body="Hi", direction=direction
    )
    messages.add(message)
    return message


def test_of_too_many_texts_the_oldest_is_forgotten_that_is_not_under_way(
    clock: MovedClock,
) -> None:
    messages = Messages()
    waiting, sent = (kept(messages, clock, "outbound-api") for _ in range(2))
    for status in (MessageStatus.SENDING, MessageStatus.SENT):
        sent.become(status)
    came_in = [kept(messages, clock, "inbound") for _ in range(KEPT_MESSAGES - 1)]
    assert messages.changed_since(0) == [waiting, sent, *came_in[1:]]


def test_a_text_that_comes_in_is_kept_though_all_others_are_under_way(clock: MovedClock) -> None:
    messages = Messages()
    for _ in range(KEPT_MESSAGES):
        kept(messages, clock, "outbound-api")
    for _ in range(2):
        message = kept(messages, clock, "inbound")
        assert messages.find(message.sid) is message


# Pictures


async def picture_of(acme: Company, path: str) -> tuple[int, str, bytes]:
    basic = {"Authorization": aiohttp.encode_basic_auth(acme.account_sid, acme.auth_token)}
    async with acme.lab.http.get(path, headers=basic) as response:
        return response.status, response.content_type, await response.read()


async def test_a_picture_is_fetched_kept_and_shown(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/cat.png", Reply(PICTURE, "image/png"))
    sent = await text(acme, body="", media_url=[customer.url("/cat.png")])
    assert (sent.sid[:2], sent.num_media, sent.num_segments) == ("MM", "1", "1")
    await clock.move(WHOLE_ROAD)
    (got,) = customer.at("/cat.png")
    assert (got.method, got.is_signed_with(acme.auth_token)) == ("GET", True)
    (media,) = await acme.twilio.messages(sent.sid).media.list_async()
    assert (media.content_type, media.parent_sid) == ("image/png", sent.sid)
    assert (
        await acme.twilio.messages(sent.sid).media.list_async(date_created_before="2020-01-01")
        == []
    )
    path = media.uri.removesuffix(".json")
    assert await picture_of(acme, path) == (200, "image/png", PICTURE)
    await acme.twilio.messages(sent.sid).media(media.sid).delete_async()
    assert (await picture_of(acme, path))[0] == 404
    assert await refusal_of(acme.twilio.messages(sent.sid).media(media.sid).fetch_async()) == (
        404,
        20404,
    )


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=404), 11200),
        (Reply("<html/>", "text/html"), 12300),
        (Reply(b"x" * 5_000_001, "image/png"), 11751),
    ],
)
async def test_a_text_whose_picture_cannot_be_had_fails(
    acme: Company, customer: Customer, clock: MovedClock, reply: Reply, code: int
) -> None:
    customer.answers("/cat.png", reply)
    sent = await text(acme, media_url=[customer.url("/cat.png")])
    await clock.move(WHOLE_ROAD)
    fetched = await acme.twilio.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("failed", code)


async def test_a_picture_that_cannot_be_had_does_not_make_those_before_it_more(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/cat.png", Reply(PICTURE, "image/png"))
    pictures = [customer.url(path) for path in ("/cat.png", "/none.png", "/cat.png")]
    sent = await text(acme, media_url=pictures)
    assert sent.num_media == "3"
    await clock.move(WHOLE_ROAD)
    fetched = await acme.twilio.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code, fetched.num_media) == ("failed", 11200, "3")
    assert len(await acme.twilio.messages(sent.sid).media.list_async()) == 1
    assert len(customer.at("/cat.png")) == 1


async def test_a_long_text_may_go_as_one_mms(acme: Company) -> None:
    sent = await text(acme, body="x" * 1600, send_as_mms=True)
    assert (sent.sid[:2], sent.num_segments, sent.num_media) == ("MM", "1", "0")


# In


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


# Who wants no more texts


@pytest.mark.parametrize(
    "word",
    ["STOP", " stop\n", "Unsubscribe", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"],
)
async def test_who_says_stop_is_texted_no_more(
    acme: Company, customer: Customer, clock: MovedClock, word: str
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml("/sms", "<Message>You cannot leave</Message>")
    came_in = await acme.is_texted(word)
    await clock.move(WHOLE_ROAD)
    (answer,) = await acme.lab.texts(to=ANA)
    assert answer["body"].startswith("You have successfully been unsubscribed.")
    assert (answer["status"], answer["direction"]) == ("delivered", "outbound-reply")
    assert [got.fields["Body"] for got in customer.at("/sms")] == [word]
    (seen,) = await acme.lab.texts(sid=came_in["sid"])
    assert any("21610" in note["text"] for note in seen["log"])
    assert await refusal_of(text(acme)) == (400, 21610)
    assert (await text(acme, to=BEN)).status == "queued"


async def test_only_a_single_word_counts(acme: Company, clock: MovedClock) -> None:
    await acme.is_texted("please stop")
    await clock.move(WHOLE_ROAD)
    assert await acme.lab.texts(to=ANA) == []
    await text(acme)


@pytest.mark.parametrize("word", ["START", "yes", "UNSTOP"])
async def test_who_says_start_is_texted_again(acme: Company, clock: MovedClock, word: str) -> None:
    await acme.is_texted("STOP")
    await acme.is_texted(word)
    await clock.move(WHOLE_ROAD)
    assert (await text(acme)).status == "queued"
    _, answer, _ = await acme.lab.texts(to=ANA)
    assert answer["body"].startswith("You have successfully been re-subscribed")


async def test_what_changes_nothing_is_not_answered(acme: Company, clock: MovedClock) -> None:
    await acme.is_texted("YES")
    await acme.is_texted("STOP")
    await acme.is_texted("STOP")
    await clock.move(WHOLE_ROAD)
    assert len(await acme.lab.texts(to=ANA)) == 1


@pytest.mark.parametrize("word", ["HELP", "info"])
async def test_help_is_answered_even_to_who_has_left(
    acme: Company, clock: MovedClock, word: str
) -> None:
    await acme.is_texted("STOP")
    await acme.is_texted(word)
    await clock.move(WHOLE_ROAD)
    _, answer = await acme.lab.texts(to=ANA)
    assert answer["body"] == "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


async def test_each_number_is_left_for_itself(
    acme: Company, globex: Company, clock: MovedClock
) -> None:
    await acme.is_texted("STOP")
    other = await acme.twilio.incoming_phone_numbers.create_async(area_code="415")
    assert (await text(acme, from_=other.phone_number)).status == "queued"
    assert (await text(globex)).status == "queued"


async def test_who_has_left_is_remembered_by_the_next_carrier(
    acme: Company, clock: MovedClock, tmp_path: Path
) -> None:
    await acme.is_texted("STOP")
    async with served(carrier(tmp_path, media="null")) as address, Lab.at(address) as lab:
        again = lab.client(acme.account_sid, acme.auth_token, acme.account_sid)
        attempt = again.messages.create_async(to=ANA, from_=acme.number, body="Hello")
        assert await refusal_of(attempt) == (400, 21610)


# The lab


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"to": "+15559999999"}, 404, "no-such-number"),
        ({"from": "a friend"}, 400, "not-a-number"),
        ({"body": ""}, 400, "nothing-to-say"),
        ({"body": "x" * 1601}, 400, "too-long"),
        ({"media": [{"content_type": "png", "data": ""}]}, 400, "not-a-type"),
        ({"media": [{"content_type": "image/png", "data": "%"}]}, 400, "not-base64"),
        ({"colour": "red", "media": 7}, 400, "bad-request"),
    ],
)
async def test_the_lab_says_why_a_text_cannot_come_in(
    lab: Lab, acme: Company, wrong: dict[str, Any], status: int, code: str
) -> None:
    body = {"from": ANA, "to": acme.number, "body": "Hi", **wrong}
    assert (await lab.ask("POST", "/lab/messages", body, status))["code"] == code


async def test_the_lab_shows_what_has_changed_since(
    lab: Lab, acme: Company, globex: Company, clock: MovedClock
) -> None:
    sent = await text(acme)
    came_in = await globex.is_texted("Hi")
    listed = await lab.ask("GET", "/lab/messages")
    assert {each["sid"] for each in listed} == {sent.sid, came_in["sid"]}
    since = max(each["change"] for each in listed)
    await clock.move(WHOLE_ROAD)
    changed = await lab.ask("GET", f"/lab/messages?since={since}&account_sid={acme.account_sid}")
    assert [(each["sid"], each["status"]) for each in changed] == [(sent.sid, "delivered")]
    missing = await lab.ask("GET", f"/lab/messages/{sent.sid}/media/ME1", status=404)
    assert missing["code"] == "no-such-media"
