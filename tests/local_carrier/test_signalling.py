"""The SDK's side of the wire, spoken by hand: the calls that a page makes."""

from typing import Any

import aioice.ice
import pytest
from aiortc import RTCPeerConnection

from backend.local_carrier.webrtc import BrowserAudio, offer_only
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Phone
from tests.local_carrier.page import page
from tests.serving import eventually


async def test_a_browser_and_a_caller_hear_each_other(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl=''>room</Conference></Dial>")
    caller = await acme.is_called({"tone": 440})
    async with page(acme) as ana:
        told = await ana.listens(await acme.token("ana"))
        assert told["token"]["identity"] == "ana"
        assert 590 < told["token"]["ttl"] <= 600
        sid = await ana.connects(call_id="c 1", leg="0a1b2c3d")
        answer = await ana.is_answered()
        assert (answer["callsid"], bool(answer["reconnect"])) == (sid, True)
        assert "PCMU/8000" in answer["sdp"]
        assert "opus" not in answer["sdp"]
        await caller.hears("voice", 700)
        await ana.hears(440)
        assert customer.at(acme.voice_path)[-1].fields["call_id"] == "c 1"
        await ana.says("dtmf", callsid=sid, dtmf="12w#")
        leg = Phone(acme.lab, sid)
        await eventually(lambda: _digits(leg, "12w#"))
        await ana.says("hangup", callsid=sid)
        await leg.becomes("completed")
        await caller.hears("silence")


async def _digits(phone: Phone, digits: str) -> bool:
    return (await phone.look())["digits"] == digits


async def test_a_socket_that_drops_is_taken_up_again_with_its_call_and_audio(
    acme: Company,
) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl=''>room</Conference></Dial>")
    caller = await acme.is_called()
    token = await acme.token()
    async with page(acme) as ana:
        await ana.listens(token)
        sid = await ana.connects()
        answer = await ana.is_answered()
        await caller.hears("voice", 700)
        await ana.socket.close()
        async with acme.lab.http.ws_connect("/signal") as again:
            ana.socket = again
            await ana.listens(token)
            await ana.says("invite", callsid=sid, reconnect="wrong", sdp="", twilio={})
            assert (await ana.is_told("hangup"))["error"]["code"] == 31209
            await ana.says("invite", callsid=sid, reconnect=answer["reconnect"], sdp="", twilio={})
            renewed = await ana.is_told("answer")
            assert renewed["callsid"] == sid
            assert "sdp" not in renewed
            assert renewed["reconnect"] != answer["reconnect"]
            await ana.hears(440)
            await caller.hears("voice", 700)
            await caller.hangs_up()
            await acme.twilio.calls(sid).update_async(status="completed")
            assert (await ana.is_told("hangup"))["callsid"] == sid


async def test_a_browser_that_is_gone_ends_its_leg(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl=''>room</Conference></Dial>")
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        sid = await ana.connects()
        await ana.is_answered()
        await Phone(acme.lab, sid).becomes("in-progress")
        await eventually(lambda: len(ana.peer.heard) > 5)
        await ana.peer.close()
        await ana.socket.close()
        ended = await Phone(acme.lab, sid).becomes("completed")
    assert any("gone" in line["text"] for line in ended["log"])


async def test_a_page_whose_audio_breaks_down_loses_its_call(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl=''>room</Conference></Dial>")
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        sid = await ana.connects()
        await ana.is_answered()
        await eventually(lambda: len(ana.peer.heard) > 5)
        await ana.peer.close()
        assert (await ana.is_told("hangup"))["callsid"] == sid


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "another secret, long enough to sign"}, 31204),
        ({"account_sid": "AC" + "0" * 32}, 31204),
        ({"ttl": -10}, 31205),
        ({"ttl": 25 * 3600}, 31207),
    ],
)
async def test_a_token_that_is_not_good_is_refused(
    acme: Company, changes: dict[str, Any], code: int
) -> None:
    token = await acme.token(**changes)
    async with page(acme) as ana:
        await ana.says("listen", token=token)
        assert (await ana.is_told("error"))["error"]["code"] == code
    await acme.lab.ask("POST", "/lab/softphones", {"token": token}, 401)


async def test_nobody_calls_without_a_token_or_through_anothers_app(
    acme: Company, globex: Company
) -> None:
    foreign = await acme.token(application_sid=globex.application_sid)
    async with page(acme) as ana:
        await ana.says("invite", callsid="TJS1", sdp="v=0", twilio={})
        assert (await ana.is_told("hangup"))["error"]["code"] == 31201
        await ana.listens(foreign)
        await ana.says("invite", callsid="TJS2", sdp=await ana.peer.offers())
        assert (await ana.is_told("hangup"))["error"]["code"] == 31002
        await ana.listens(await acme.token())
        await ana.says("invite", callsid="TJS3", sdp="nonsense")
        assert (await ana.is_told("hangup"))["error"]["code"] == 31400
        await ana.socket.send_str("not json")
        assert (await ana.is_told("error"))["error"]["code"] == 31400


async def test_another_identity_cannot_touch_a_call(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference>room</Conference></Dial>")
    async with page(acme) as ana, page(acme) as ben:
        await ana.listens(await acme.token("ana"))
        await ben.listens(await acme.token("ben"))
        sid = await ana.connects()
        answer = await ana.is_answered()
        await ben.says("hangup", callsid=sid)
        await ben.says("invite", callsid=sid, reconnect=answer["reconnect"], sdp="", twilio={})
        assert (await ben.is_told("hangup"))["error"]["code"] == 31209
        assert (await Phone(acme.lab, sid).look())["status"] == "in-progress"


@pytest.mark.parametrize(
    ("verbs", "code"),
    [
        ("<Reject/>", 31603),
        ("<Reject reason='busy'/>", 31486),
        ("<Dial answerOnBridge='true' callerId='{number}'>+15005550012</Dial>", 31486),
        ("<Dial answerOnBridge='true'><Client>nobody</Client></Dial>", 31480),
        ("<Dial answerOnBridge='true' callerId='{number}'>+15005550014</Dial>", 31404),
    ],
)
async def test_why_nobody_answers_reaches_the_page_as_the_sdk_knows_it(
    acme: Company, verbs: str, code: int
) -> None:
    acme.answers_calls_with(verbs.format(number=acme.number))
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        await ana.connects()
        assert (await ana.is_told("hangup"))["error"]["code"] == code


async def test_registering_needs_a_token_that_allows_it(acme: Company) -> None:
    async with page(acme) as ana:
        await ana.says("register", media={"audio": True})
        assert (await ana.is_told("error"))["error"]["code"] == 31201
        await ana.listens(await acme.token())
        await ana.says("register", media={"audio": True})
        assert (await ana.is_told("error"))["error"]["code"] == 31201


async def test_a_restart_of_ice_is_refused_by_name_and_an_unknown_message_is_ignored(
    acme: Company,
) -> None:
    async with page(acme) as ana:
        await ana.listens(await acme.token())
        await ana.says("reinvite", callsid="CA1", sdp="")
        refusal = await ana.is_told("error")
        assert (refusal["callsid"], refusal["error"]["code"]) == ("CA1", 31000)
        await ana.says("something-new")
        await ana.listens(await acme.token())


async def test_only_the_addresses_that_are_meant_are_offered() -> None:
    """aioice has no setting for this: should its seam move, this test says so."""
    offer_only(["127.0.0.1"])
    assert aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True) == ["127.0.0.1"]
    caller, answering = RTCPeerConnection(), BrowserAudio()
    caller.addTransceiver("audio")
    await caller.setLocalDescription(await caller.createOffer())
    answer = await answering.answer(caller.localDescription.sdp)
    candidates = [line for line in answer.splitlines() if line.startswith("a=candidate")]
    assert candidates
    assert {line.split()[4] for line in candidates} == {"127.0.0.1"}
    await answering.close()
    await caller.close()
