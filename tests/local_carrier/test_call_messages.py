"""The SDK's side of the wire, spoken by hand: keys that a page presses, and messages of a call."""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Phone
from tests.local_carrier.page import STAYS, page
from tests.serving import eventually

pytestmark = pytest.mark.usefixtures("after")


async def test_keys_are_pressed_in_their_order_and_with_their_pauses(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with("<Gather numDigits='5' timeout='30' action='/after'/>")
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        sid = await ana.connects()
        await ana.is_answered()
        await ana.says("dtmf", callsid=sid, dtmf="1w2*")
        await ana.says("dtmf", callsid=sid, dtmf="w3")
        await ana.says("dtmf", callsid=sid, dtmf="4x")
        refusal = await ana.is_told("error")
        assert (refusal["callsid"], refusal["error"]["code"]) == (sid, 31400)
        await ana.says("dtmf", callsid=sid, dtmf="4")
        (gathered,) = await eventually(lambda: customer.at("/after"))
        assert gathered.fields["Digits"] == "12*34"
        log = (await Phone(acme.lab, sid).look())["log"]
        pressed = [line["text"] for line in log if line["text"].startswith("pressed")]
        assert pressed == [f"pressed {keys}" for keys in ("1", "w", "2*", "w", "3", "4")]


async def test_a_message_of_the_page_is_told_to_who_subscribed(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(STAYS)
    customer.twiml("/heard", "")
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        sid = await ana.connects()
        await ana.is_answered()
        subscriptions = acme.twilio.calls(sid).user_defined_message_subscriptions
        made = await subscriptions.create_async(
            callback=customer.url("/heard"), idempotency_key="once"
        )
        again = await subscriptions.create_async(
            callback=customer.url("/heard"), idempotency_key="once"
        )
        assert again.sid == made.sid
        await subscriptions.create_async(callback=customer.url("/by-get"), method="GET")
        for number in range(2):
            await ana.says("message", **message(sid, f"KX{number}", {"n": number, "who": "Zoë"}))
            ack = await ana.is_told("ack")
            assert ack == {"acktype": "message", "callsid": sid, "voiceeventsid": f"KX{number}"}
        told = await eventually(lambda: customer.at("/heard")[1:] and customer.at("/heard"))
        bodies = [json.loads(got.body) for got in told]
        assert [body["Sid"] for body in bodies] == ["KX0", "KX1"]
        assert [body["SequenceNumber"] for body in bodies] == ["0", "1"]
        assert json.loads(bodies[1]["Content"]) == {"n": 1, "who": "Zoë"}
        assert bodies[0]["ContentType"] == "application/json"
        assert (bodies[0]["CallSid"], bodies[0]["AccountSid"]) == (sid, acme.account_sid)
        assert all(got.is_signed_with(acme.auth_token) for got in told)
        got = await eventually(lambda: customer.at("/by-get"))
        assert (got[0].method, got[0].fields["Sid"]) == ("GET", "KX0")
        await subscriptions(made.sid).delete_async()
        await ana.says("message", **message(sid, "KX3", {}))
        await ana.is_told("ack")
        with pytest.raises(TwilioRestException) as refusal:
            await subscriptions(made.sid).delete_async()
        assert refusal.value.code == 20404
        assert len(customer.at("/heard")) == 2


def message(sid: str, event: str, content: Any, kind: str = "user-defined-message") -> Any:
    return {
        "callsid": sid,
        "voiceeventsid": event,
        "content": content,
        "contenttype": "application/json",
        "messagetype": kind,
    }


async def test_a_message_that_cannot_be_taken_says_why(acme: Company) -> None:
    acme.answers_calls_with(STAYS)
    async with page(acme) as ana, page(acme) as ben:
        await ana.listens(await acme.token())
        await ben.listens(await acme.token("ben"))
        sid = await ana.connects()
        await ana.is_answered()
        for teller, sent, code in (
            (ana, message(sid, "KX1", {}, "something-else"), 31210),
            (ana, message(sid, "KX1", "x" * 10_300), 31212),
            (ana, {**message(sid, "KX1", {}), "contenttype": "text/plain"}, 31400),
            (ana, message("CA0", "KX1", {}), 31404),
            (ben, message(sid, "KX1", {}), 31404),
        ):
            await teller.says("message", **sent)
            refusal = await teller.is_told("error")
            assert (refusal["error"]["code"], refusal["voiceeventsid"]) == (code, "KX1")


async def test_a_message_of_the_customers_server_reaches_the_page(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(STAYS)
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        sid = await ana.connects()
        await ana.is_answered()
        messages = acme.twilio.calls(sid).user_defined_messages
        content = json.dumps({"say": "Zoë & Sons"})
        sent = await messages.create_async(content=content, idempotency_key="once")
        again = await messages.create_async(content=content, idempotency_key="once")
        assert again.sid == sent.sid
        told = await ana.is_told("message")
        assert told == {**message(sid, sent.sid, {"say": "Zoë & Sons"})}
        with pytest.raises(TwilioRestException) as refusal:
            await messages.create_async(content="not json")
        assert refusal.value.code == 20001
        with pytest.raises(TwilioRestException) as refusal:
            await acme.twilio.calls(sid).user_defined_message_subscriptions.create_async("")
        assert refusal.value.code == 20001
        await ana.says("hangup", callsid=sid)
        await Phone(acme.lab, sid).becomes("completed")
    caller = await acme.is_called()
    for not_a_browser in (sid, caller.sid):
        with pytest.raises(TwilioRestException) as refusal:
            await acme.twilio.calls(not_a_browser).user_defined_messages.create_async("{}")
        assert refusal.value.code == 21220
