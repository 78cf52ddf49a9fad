"""Faults on demand: each does what it says, to what it was meant for, and is written down.

The clock is moved by hand, and there is no audio: what a fault does to that is heard in
`test_faults_heard.py`.
"""

import asyncio

import aiohttp
import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.page import page
from tests.serving import eventually

EVENTS = "start join mute hold leave end"


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.fixture
def room(acme: Company, customer: Customer) -> str:
    """Callers of Acme sit in a conference that tells what happens in it."""
    acme.answers_calls_with(
        f"<Dial><Conference statusCallback='{customer.url('/events')}'"
        f" statusCallbackEvent='{EVENTS}'>front desk</Conference></Dial>"
    )
    return "/events"


async def numbers(customer: Customer, count: int) -> list[int]:
    """The sequence numbers in the order in which that many events arrived."""

    def arrived() -> list[int] | None:
        told = [int(got.fields["SequenceNumber"]) for got in customer.at("/events")]
        return told if len(told) >= count else None

    return await eventually(arrived)


async def two_talk(acme: Company) -> None:
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await acme.connects()
    await eventually(lambda: len(acme.customer.at("/events")) >= 3)


async def test_a_dropped_callback_never_arrives(
    lab: Lab, acme: Company, customer: Customer, room: str
) -> None:
    await lab.arms("callback-dropped", match="participant-join")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.hangs_up()
    await numbers(customer, 2)
    assert customer.events("/events") == ["participant-leave", "conference-end"]
    assert await lab.strikes() == ["callback-dropped"]
    (dropped,) = [each for each in await lab.deliveries() if each["fault"] is not None]
    assert (dropped["status"], dropped["error"]) == (None, "not sent")
    assert dropped["parameters"]["StatusCallbackEvent"] == "participant-join"


async def test_a_dropped_callback_spends_no_other_fault(
    lab: Lab, acme: Company, customer: Customer, room: str
) -> None:
    await lab.arms("callback-dropped", match="participant-join")
    await lab.arms("wrong-signature", next=1, match=room)
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.hangs_up()
    await numbers(customer, 2)
    assert await lab.strikes() == ["callback-dropped", "wrong-signature"]
    assert [got.is_signed_with(acme.auth_token) for got in customer.at(room)] == [False, True]


async def test_a_callback_to_no_address_is_lost_whether_it_is_dropped_or_not(
    lab: Lab, acme: Company
) -> None:
    await lab.arms("callback-dropped", next=1)
    acme.answers_calls_with(
        "<Dial><Conference statusCallback='http://['"
        " statusCallbackEvent='start join leave'>desk</Conference></Dial>"
    )
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.hangs_up()
    await caller.becomes("completed")
    assert [d["url"] for d in await lab.deliveries() if "[" in d["url"]] == []


async def test_two_faults_of_one_webhook_are_both_written_down(
    lab: Lab, acme: Company, customer: Customer, room: str
) -> None:
    await lab.arms("callback-repeated", match="participant-join")
    await lab.arms("wrong-signature", match="participant-join")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await numbers(customer, 2)
    marked = {d["fault"] for d in await lab.deliveries() if d["url"].endswith(room)}
    assert marked == {"callback-repeated, wrong-signature"}


async def test_a_repeated_callback_arrives_twice_with_the_same_number(
    lab: Lab, acme: Company, customer: Customer, room: str
) -> None:
    await lab.arms("callback-repeated", next=1)
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.hangs_up()
    assert await numbers(customer, 4) == [1, 1, 2, 3]
    marked = [d["fault"] for d in await lab.deliveries() if d["url"].endswith(room)]
    assert marked == ["callback-repeated", "callback-repeated", None, None]


async def test_a_delayed_callback_holds_up_those_behind_it(
    lab: Lab, acme: Company, customer: Customer, clock: MovedClock, room: str
) -> None:
    await lab.arms("callback-delayed", next=1, seconds=30)
    caller = await acme.is_called()
    await clock.move(1)
    await caller.hangs_up()
    await clock.move(28)
    assert customer.at(room) == []
    await clock.move(1)
    assert await numbers(customer, 3) == [1, 2, 3]


async def test_a_reordered_callback_is_overtaken(
    lab: Lab, acme: Company, customer: Customer, clock: MovedClock, room: str
) -> None:
    await lab.arms("callback-reordered", next=1, seconds=30)
    caller = await acme.is_called()
    await clock.move(1)
    await caller.hangs_up()
    assert await numbers(customer, 2) == [2, 3]
    await clock.move(30)
    assert await numbers(customer, 3) == [2, 3, 1]


async def test_a_wrong_signature_is_one_that_twilios_validator_refuses(
    lab: Lab, acme: Company, customer: Customer, room: str
) -> None:
    await lab.arms("wrong-signature", match="participant-join")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.hangs_up()
    await numbers(customer, 3)
    signed = [got.is_signed_with(acme.auth_token) for got in customer.at("/events")]
    assert signed == [False, True, True]


async def test_an_answer_that_is_lost_leads_to_the_fallback(
    lab: Lab, acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with("<Say>Nobody will ever hear this</Say>")
    customer.twiml("/fallback", "<Pause length='60'/>")
    await acme.twilio.incoming_phone_numbers(acme.number_sid).update_async(
        voice_fallback_url=customer.url("/fallback")
    )
    await lab.arms("answer-lost", match=acme.voice_path)
    await acme.is_called()
    (fallback,) = await eventually(lambda: customer.at("/fallback"))
    assert fallback.fields["ErrorCode"] == "11200"


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (503, 20500)])
async def test_rest_refuses_and_does_nothing(
    lab: Lab, acme: Company, status: int, code: int
) -> None:
    await lab.arms("rest-refused", status=status, match="POST", next=1)
    with pytest.raises(TwilioRestException) as refusal:
        await acme.twilio.new_keys.create_async(friendly_name="tokens")
    assert (refusal.value.status, refusal.value.code) == (status, code)
    assert await acme.twilio.keys.list_async() == []
    await acme.twilio.new_keys.create_async(friendly_name="tokens")


async def test_rest_does_what_it_is_asked_though_whoever_asked_waits_in_vain(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    await lab.arms("rest-answer-late", seconds=60, match="POST", next=1)
    async with asyncio.TaskGroup() as tasks:
        creating = tasks.create_task(acme.twilio.new_keys.create_async(friendly_name="tokens"))
        (key,) = await eventually(acme.twilio.keys.list_async)
        await clock.move(59)
        assert not creating.done()
        await clock.move(1)
    assert creating.result().sid == key.sid


async def test_rest_that_is_slow_does_nothing_until_then(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    await lab.arms("rest-slow", seconds=60, match="POST", next=1)
    async with asyncio.TaskGroup() as tasks:
        creating = tasks.create_task(acme.twilio.new_keys.create_async(friendly_name="tokens"))
        await eventually(lab.strikes)
        await clock.move(59)
        assert await acme.twilio.keys.list_async() == []
        await clock.move(1)
    (key,) = await acme.twilio.keys.list_async()
    assert creating.result().sid == key.sid


async def test_a_share_strikes_the_same_calls_every_time(lab: Lab, acme: Company) -> None:
    async def refused() -> list[bool]:
        fault = await lab.arms("rest-refused", share=0.5, seed=7, match="Calls")
        outcomes: list[bool] = []
        for _ in range(12):
            try:
                await acme.twilio.calls.list_async()
                outcomes.append(False)
            except TwilioException:
                outcomes.append(True)
        await lab.ask("DELETE", f"/lab/faults/{fault}", status=204)
        return outcomes

    first = await refused()
    assert set(first) == {True, False}
    assert await refused() == first


async def test_a_fault_strikes_the_account_that_it_is_for(
    lab: Lab, acme: Company, globex: Company
) -> None:
    await lab.arms("rest-refused", account_sid=globex.account_sid)
    assert await acme.twilio.calls.list_async() == []
    with pytest.raises(TwilioException):
        await globex.twilio.calls.list_async()


async def test_a_socket_is_lost_when_the_page_says_something(lab: Lab, acme: Company) -> None:
    await lab.arms("socket-lost", match="invite")
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        await ana.says("invite", callsid="TJSabc", sdp="v=0")
        message = await ana.socket.receive(timeout=5)
        while message.type is aiohttp.WSMsgType.TEXT:
            message = await ana.socket.receive(timeout=5)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    assert await lab.strikes() == ["socket-lost"]


async def test_a_carrier_that_restarts_ends_its_calls_and_loses_its_sockets(
    lab: Lab, acme: Company, customer: Customer, room: str
) -> None:
    await two_talk(acme)
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        await lab.ask("POST", "/lab/restart")
        message = await ana.socket.receive(timeout=5)
        while message.type is aiohttp.WSMsgType.TEXT:
            message = await ana.socket.receive(timeout=5)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    calls = await acme.twilio.calls.list_async()
    assert {call.status for call in calls} == {"failed"}
    await eventually(lambda: "conference-end" in customer.events(room))


async def test_an_unknown_fault_is_no_fault(lab: Lab) -> None:
    body = await lab.ask("POST", "/lab/faults", {"kind": "gremlins"}, 400)
    assert body["code"] == "bad-request"
    assert (await lab.ask("DELETE", "/lab/faults/9", status=404))["code"] == "no-such-fault"
