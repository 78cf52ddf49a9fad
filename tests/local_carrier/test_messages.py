"""Texts that go out: their road, who is told of it, and what REST does with them.

The clock is moved by hand: nothing happens before it is time.
"""

from datetime import timedelta
from typing import Any

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
from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.refusals import refusal_of
from tests.local_carrier.texts import ANA, BEN, WHOLE_ROAD, text


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


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
    minutes = {(clock.now() - timedelta(minutes=late)).strftime("%y%m%d%H%M") for late in (0, 1)}
    assert done["RawDlrDoneDate"] in minutes, "to the minute, which may just have passed"
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
