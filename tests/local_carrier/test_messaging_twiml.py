"""The TwiML that answers a text: read as strictly as Twilio's own builder writes it, performed."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from twilio.twiml.messaging_response import Message as TwilioMessage
from twilio.twiml.messaging_response import MessagingResponse

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.twiml import message, redirect
from backend.local_carrier.twiml.documents import read_document
from backend.local_carrier.twiml.message import MessageVerb
from backend.local_carrier.twiml.messaging import read_messaging
from backend.local_carrier.twiml.messaging_stage import Reply as Wish
from backend.local_carrier.twiml.reading import TwimlError
from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.lab import Company, Lab

ANA = "+15557654321"
BEN = "+15557654322"
WHOLE_ROAD = 20.0


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.mark.parametrize(
    ("written", "text", "attributes"),
    [
        (MessagingResponse.message, "body", message.ATTRIBUTES),
        (MessagingResponse.redirect, "url", redirect.ATTRIBUTES),
        (TwilioMessage.body, "message", ()),
        (TwilioMessage.media, "url", ()),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_verb_has_the_attributes_that_twilios_builder_writes(
    written: Callable[..., object], text: str, attributes: Sequence[str]
) -> None:
    built = set(inspect.signature(written).parameters) - {"self", "kwargs", text}
    assert {_camel(name) for name in built} == set(attributes)


def test_a_document_of_twilios_builder_is_read() -> None:
    response = MessagingResponse()
    response.message("Hello", to=BEN, from_="+15550100001", action="/after", method="GET")
    with_picture = TwilioMessage(status_callback="/status")
    with_picture.body("Look")
    with_picture.media("/cat.png")
    response.append(with_picture)
    response.redirect("/next", method="GET")
    first, second, third = read_messaging("text/xml", str(response))
    assert first == MessageVerb(
        Wish(body="Hello", to=BEN, sender="+15550100001"), action="/after", method="GET"
    )
    wish = Wish(body="Look", media_urls=("/cat.png",), status_callback="/status")
    assert second == MessageVerb(wish)
    assert third == redirect.Redirect("/next", "GET")


def test_a_text_may_stand_beside_its_pictures() -> None:
    response = MessagingResponse()
    beside = TwilioMessage("Look at this")
    beside.media("/cat.png")
    response.append(beside)
    (read,) = read_messaging("application/xml", str(response))
    assert read == MessageVerb(Wish(body="Look at this", media_urls=("/cat.png",)))


@pytest.mark.parametrize(
    ("content_type", "text", "code"),
    [
        ("text/xml", "", 12100),
        ("text/html", "<html><body>Hello", 12100),
        ("text/xml", "<Response><Message>unclosed</Response>", 12100),
        ("text/xml", "<Response><Say>Hello</Say></Response>", 14110),
        ("text/xml", "<Response><Sms>deprecated</Sms></Response>", 12200),
        ("text/xml", "<Response><Message/></Response>", 14103),
        ("text/xml", "<Response><Message>  </Message></Response>", 14103),
        ("text/xml", f"<Response><Message>{'x' * 1601}</Message></Response>", 14103),
        (
            "text/xml",
            f"<Response><Message>{'<Media>/a</Media>' * 11}</Message></Response>",
            14103,
        ),
        ("text/xml", "<Response><Message colour='red'>x</Message></Response>", 12200),
        ("text/xml", "<Response><Message method='PUT'>x</Message></Response>", 12200),
        ("text/xml", "<Response><Message>a<Body>b</Body></Message></Response>", 12200),
        ("text/xml", "<Response><Message><Media/></Message></Response>", 12200),
        ("text/xml", "<Response><Message><Redirect>/x</Redirect></Message></Response>", 12200),
        ("text/xml", "<Response><Redirect method='PUT'>/x</Redirect></Response>", 12200),
        ("text/plain", "x" * 1601, 14103),
        ("application/json", "{}", 12300),
        ("image/png", "...", 12300),
    ],
)
def test_what_twilio_does_not_know_is_an_error(content_type: str, text: str, code: int) -> None:
    with pytest.raises(TwimlError) as error:
        read_messaging(content_type, text)
    assert error.value.code == code


def test_a_call_is_not_answered_with_a_message() -> None:
    with pytest.raises(TwimlError) as error:
        read_document("<Response><Message>Hello</Message></Response>")
    assert error.value.code == 12200


# Performed


async def replies(acme: Company) -> list[dict[str, Any]]:
    return await acme.lab.texts(direction="outbound-reply")


async def test_a_message_answers_who_texted(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml("/sms", "<Message>Hello to you</Message><Message>And more</Message>")
    await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    first, second = await replies(acme)
    assert (first["from"], first["to"], first["body"]) == (acme.number, ANA, "Hello to you")
    assert (first["status"], second["body"], second["status"]) == (
        "delivered",
        "And more",
        "delivered",
    )
    (listed, _, _) = reversed(await acme.twilio.messages.list_async())
    assert listed.direction == "inbound"


@pytest.mark.parametrize(
    "silence",
    [Reply("<Response/>"), Reply("", "text/plain"), Reply("", "application/octet-stream")],
)
async def test_nothing_is_answered_with_silence(
    acme: Company, customer: Customer, clock: MovedClock, silence: Reply
) -> None:
    await acme.takes_texts_at("/sms", sms_fallback_url=customer.url("/fallback"))
    customer.answers("/sms", silence)
    await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    assert await replies(acme) == []
    assert customer.at("/fallback") == []


async def test_plain_text_is_sent_as_it_is(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")
    customer.answers("/sms", Reply("Hello & welcome", "text/plain"))
    await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    assert [reply["body"] for reply in await replies(acme)] == ["Hello & welcome"]


async def test_a_message_goes_to_whom_and_from_where_it_says(
    acme: Company, globex: Company, customer: Customer, clock: MovedClock
) -> None:
    other = await acme.twilio.incoming_phone_numbers.create_async(area_code="415")
    await acme.takes_texts_at("/sms")
    customer.twiml(
        "/sms",
        f"<Message from='{other.phone_number}' to='(555) 765-4322'>For Ben</Message>"
        f"<Message from='{globex.number}'>Not ours</Message>"
        "<Message to='a friend'>To nobody</Message>",
    )
    came_in = await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    (reply,) = await replies(acme)
    assert (reply["from"], reply["to"]) == (other.phone_number, BEN)
    (seen,) = await acme.lab.texts(sid=came_in["sid"])
    log = " ".join(note["text"] for note in seen["log"])
    assert "14102" in log
    assert "14101" in log


async def test_a_number_without_a_plus_is_one_of_the_senders_country(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    british = "+441212345678"
    await acme.twilio.incoming_phone_numbers.create_async(
        phone_number=british, sms_url=customer.url("/sms")
    )
    customer.twiml("/sms", "<Message to='07400123456'>Hello</Message>")
    await acme.is_texted("Hi", to=british)
    await clock.move(WHOLE_ROAD)
    assert [reply["to"] for reply in await replies(acme)] == ["+447400123456"]


async def test_media_may_be_relative_to_the_document(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/texts/in")
    customer.twiml("/texts/in", "<Message><Body>Look</Body><Media>cat.png</Media></Message>")
    customer.answers("/texts/cat.png", Reply(b"a cat", "image/png"))
    await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    (reply,) = await replies(acme)
    assert [(media["content_type"], media["size"]) for media in reply["media"]] == [
        ("image/png", 5)
    ]


async def test_the_status_callback_is_told_how_a_reply_fares(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml("/sms", "<Message statusCallback='/status'>Hello</Message>")
    customer.answers("/status", Reply())
    await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    told = [got.fields["MessageStatus"] for got in customer.at("/status")]
    assert told == ["sending", "sent", "delivered"]


async def test_an_action_owns_what_follows(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml(
        "/sms",
        "<Message action='/after' method='GET' statusCallback='/status'>One</Message>"
        "<Message>Never sent</Message>",
    )
    customer.answers("/status", Reply())
    customer.twiml("/after", "<Message>Two</Message>")
    await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    one, two = await replies(acme)
    assert (one["body"], two["body"]) == ("One", "Two")
    (after,) = customer.at("/after")
    assert (after.method, after.fields["MessageSid"]) == ("GET", one["sid"])
    assert (after.fields["MessageStatus"], after.fields["Body"]) == ("queued", "Hi")


async def test_without_a_status_callback_the_action_is_told_how_the_reply_fares(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml("/sms", "<Message action='/after'>One</Message>")
    customer.twiml("/after", "")
    await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    told = [got.fields["MessageStatus"] for got in customer.at("/after")]
    assert told == ["queued", "sending", "sent", "delivered"]


async def test_a_redirect_goes_on_with_another_document(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/texts/in")
    customer.twiml(
        "/texts/in",
        "<Message>One</Message><Redirect method='GET'>next</Redirect><Message>No</Message>",
    )
    customer.twiml("/texts/next", "<Message>Two</Message>")
    came_in = await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    assert [reply["body"] for reply in await replies(acme)] == ["One", "Two"]
    (got,) = customer.at("/texts/next")
    assert (got.method, got.fields["MessageSid"]) == ("GET", came_in["sid"])
    assert got.is_signed_with(acme.auth_token)


async def test_documents_in_a_circle_come_to_an_end(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")
    customer.twiml("/sms", "<Message>Again</Message><Redirect/>")
    came_in = await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    # Twilio: "You can send a maximum of 10 TwiML replies per incoming message".
    assert len(await replies(acme)) == 10
    (seen,) = await acme.lab.texts(sid=came_in["sid"])
    assert any("14109" in note["text"] for note in seen["log"])
    assert len(customer.at("/sms")) == 30


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=500), "11200"),
        (Reply("<Response><Say>Hello</Say></Response>"), "14110"),
        (Reply("<Response>"), "12100"),
        (Reply("{}", "application/json"), "12300"),
    ],
)
async def test_what_cannot_be_performed_goes_to_the_sms_fallback(
    acme: Company, customer: Customer, clock: MovedClock, reply: Reply, code: str
) -> None:
    await acme.takes_texts_at("/sms", sms_fallback_url=customer.url("/fallback?x=1"))
    customer.answers("/sms", reply)
    customer.twiml("/fallback", "<Message>We will be back</Message>")
    came_in = await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    (got,) = customer.at("/fallback")
    assert (got.fields["ErrorCode"], got.fields["ErrorUrl"]) == (code, customer.url("/sms"))
    assert got.fields["MessageSid"] == came_in["sid"]
    assert got.is_signed_with(acme.auth_token)
    assert [reply["body"] for reply in await replies(acme)] == ["We will be back"]
    assert [d["fallback"] for d in await acme.lab.deliveries()] == [False, True]


async def test_a_fallback_that_fails_too_leaves_the_text_unanswered(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms", sms_fallback_url=customer.url("/fallback"))
    came_in = await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    assert len(customer.at("/fallback")) == 1
    assert await replies(acme) == []
    (seen,) = await acme.lab.texts(sid=came_in["sid"])
    assert sum("application error" in note["text"] for note in seen["log"]) == 2


async def test_cookies_are_kept_as_long_as_two_numbers_talk(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await acme.takes_texts_at("/sms")

    def counting(got: Got) -> Reply:
        seen = int(got.headers.get("cookie", "texts=0").removeprefix("texts="))
        text = f"<Response><Message>{seen}</Message></Response>"
        return Reply(text, headers={"Set-Cookie": f"texts={seen + 1}"})

    customer.answers("/sms", counting)
    for sender in (ANA, ANA, BEN):
        await acme.is_texted("Hi", **{"from": sender})
        await clock.move(WHOLE_ROAD)
    await clock.move(5 * 3600)
    await acme.is_texted("Hi")
    await clock.move(WHOLE_ROAD)
    assert [reply["body"] for reply in await replies(acme)] == ["0", "1", "0", "0"]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
