"""The SDK's side of the wire, spoken by hand, with a WebRTC peer in the place of a browser."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

import aiohttp
import aioice.ice
import numpy as np
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from backend.local_carrier.audio.pitch import pitch_hz
from backend.local_carrier.audio.tones import SteadyTone
from backend.local_carrier.webrtc import BrowserAudio, offer_only
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Phone
from tests.serving import eventually


@pytest.fixture(autouse=True)
def loopback() -> None:
    offer_only(["127.0.0.1"])


class Microphone(MediaStreamTrack):
    kind = "audio"

    def __init__(self, hz: float) -> None:
        super().__init__()
        self._voice, self._at = SteadyTone(hz), 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(0.02)
        frame = AudioFrame.from_ndarray(
            self._voice.next_frame().reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = 8000, self._at, Fraction(1, 8000)
        self._at += 160
        return frame


class Browser:
    """As much of a browser as the wire can tell: a socket, and a peer connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, tone: float) -> None:
        self.socket, self.tone = socket, tone
        self.peer = RTCPeerConnection()
        self.heard: list[Any] = []
        self.listening: asyncio.Task[None] | None = None
        self.peer.add_listener("track", self._listen)

    async def says(self, kind: str, **payload: Any) -> None:
        await self.socket.send_json({"type": kind, "version": "1.6", "payload": payload})

    async def is_told(self, kind: str) -> dict[str, Any]:
        message = await self.next_message()
        assert message["type"] == kind, message
        return message["payload"]

    async def next_message(self) -> dict[str, Any]:
        while True:
            text = await self.socket.receive_str(timeout=5)
            if text != "\n":
                return json.loads(text)

    async def listens(self, token: str) -> dict[str, Any]:
        await self.says("listen", token=token, browserinfo={}, reconnectTimeout=30)
        return await self.is_told("connected")

    async def connects(self, **params: str) -> str:
        self.peer.addTrack(Microphone(self.tone))
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = self.peer.localDescription.sdp
        without_candidates = "".join(
            line for line in offer.splitlines(keepends=True) if "candidate" not in line
        )
        await self.says(
            "invite",
            callsid="TJSabc",
            sdp=without_candidates,
            twilio={"params": urlencode(params)},
        )
        return (await self.is_told("ringing"))["callsid"]

    async def is_answered(self) -> dict[str, Any]:
        answer = await self.is_told("answer")
        await self.peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        return answer

    def pitch(self) -> float | None:
        return pitch_hz(np.concatenate(self.heard[-25:])) if len(self.heard) > 25 else None

    async def hears(self, pitch: float) -> None:
        def listen() -> bool:
            measured = self.pitch()
            return measured is not None and abs(measured - pitch) < 5

        await eventually(listen)

    def _listen(self, track: MediaStreamTrack) -> None:
        async def listen() -> None:
            try:
                while True:
                    frame = await track.recv()
                    assert isinstance(frame, AudioFrame)
                    self.heard.append(frame.to_ndarray().reshape(-1))
            except MediaStreamError:
                return

        self.listening = asyncio.create_task(listen())


@asynccontextmanager
async def browser(acme: Company, tone: float = 700) -> AsyncGenerator[Browser, None]:
    async with acme.lab.http.ws_connect("/signal") as socket:
        page = Browser(socket, tone)
        try:
            yield page
        finally:
            await page.peer.close()
            if page.listening is not None:
                page.listening.cancel()  # a track that never began does not end either
                await asyncio.wait([page.listening])


async def test_a_browser_and_a_caller_hear_each_other(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl=''>room</Conference></Dial>")
    caller = await acme.is_called({"tone": 440})
    async with browser(acme) as page:
        told = await page.listens(await acme.token("ana"))
        assert told["token"]["identity"] == "ana"
        assert 590 < told["token"]["ttl"] <= 600
        sid = await page.connects(call_id="c 1", leg="0a1b2c3d")
        answer = await page.is_answered()
        assert (answer["callsid"], bool(answer["reconnect"])) == (sid, True)
        assert "PCMU/8000" in answer["sdp"]
        assert "opus" not in answer["sdp"]
        await caller.hears("voice", 700)
        await page.hears(440)
        assert customer.at(acme.voice_path)[-1].fields["call_id"] == "c 1"
        await page.says("dtmf", callsid=sid, dtmf="12w#")
        leg = Phone(acme.lab, sid)
        await eventually(lambda: _digits(leg, "12w#"))
        await page.says("hangup", callsid=sid)
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
    async with browser(acme) as page:
        await page.listens(token)
        sid = await page.connects()
        answer = await page.is_answered()
        await caller.hears("voice", 700)
        await page.socket.close()
        async with acme.lab.http.ws_connect("/signal") as again:
            page.socket = again
            await page.listens(token)
            await page.says("invite", callsid=sid, reconnect="wrong", sdp="", twilio={})
            assert (await page.is_told("hangup"))["error"]["code"] == 31404
            await page.says("invite", callsid=sid, reconnect=answer["reconnect"], sdp="", twilio={})
            renewed = await page.is_told("answer")
            assert renewed["callsid"] == sid
            assert "sdp" not in renewed
            assert renewed["reconnect"] != answer["reconnect"]
            await page.hears(440)
            await caller.hears("voice", 700)
            await caller.hangs_up()
            await acme.twilio.calls(sid).update_async(status="completed")
            assert (await page.is_told("hangup"))["callsid"] == sid


async def test_a_browser_that_is_gone_ends_its_leg(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl=''>room</Conference></Dial>")
    async with browser(acme) as page:
        await page.listens(await acme.token())
        sid = await page.connects()
        await page.is_answered()
        await Phone(acme.lab, sid).becomes("in-progress")
        await eventually(lambda: len(page.heard) > 5)
        await page.peer.close()
        await page.socket.close()
        ended = await Phone(acme.lab, sid).becomes("completed")
    assert any("gone" in line["text"] for line in ended["log"])


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
    async with browser(acme) as page:
        await page.says("listen", token=token)
        assert (await page.is_told("error"))["error"]["code"] == code
    await acme.lab.ask("POST", "/lab/softphones", {"token": token}, 401)


async def test_nobody_calls_without_a_token_or_through_anothers_app(
    acme: Company, globex: Company
) -> None:
    foreign = await acme.token(application_sid=globex.application_sid)
    async with browser(acme) as page:
        await page.says("invite", callsid="TJS1", sdp="v=0", twilio={})
        assert (await page.is_told("hangup"))["error"]["code"] == 31201
        await page.listens(foreign)
        page.peer.addTrack(Microphone(700))
        await page.peer.setLocalDescription(await page.peer.createOffer())
        await page.says("invite", callsid="TJS2", sdp=page.peer.localDescription.sdp)
        assert (await page.is_told("hangup"))["error"]["code"] == 31002
        await page.listens(await acme.token())
        await page.says("invite", callsid="TJS3", sdp="nonsense")
        assert (await page.is_told("hangup"))["error"]["code"] == 31400
        await page.socket.send_str("not json")
        assert (await page.is_told("error"))["error"]["code"] == 31400


async def test_another_identity_cannot_touch_a_call(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference>room</Conference></Dial>")
    async with browser(acme) as ana, browser(acme) as ben:
        await ana.listens(await acme.token("ana"))
        await ben.listens(await acme.token("ben"))
        sid = await ana.connects()
        answer = await ana.is_answered()
        await ben.says("hangup", callsid=sid)
        await ben.says("invite", callsid=sid, reconnect=answer["reconnect"], sdp="", twilio={})
        assert (await ben.is_told("hangup"))["error"]["code"] == 31404
        assert (await Phone(acme.lab, sid).look())["status"] == "in-progress"


async def test_a_busy_answer_reaches_the_page_as_the_sdk_knows_it(acme: Company) -> None:
    acme.answers_calls_with("<Reject reason='busy'/>")
    async with browser(acme) as page:
        await page.listens(await acme.token())
        await page.connects()
        assert (await page.is_told("hangup"))["error"]["code"] == 31486


async def test_messages_register_and_restarts_are_answered(acme: Company) -> None:
    async with browser(acme) as page:
        await page.listens(await acme.token())
        await page.says("register", media={"audio": True})
        assert (await page.is_told("error"))["error"]["code"] == 31201
        await page.says("message", callsid="CA1", voiceeventsid="KX1", content={"a": 1})
        assert (await page.is_told("ack"))["voiceeventsid"] == "KX1"
        await page.says("reinvite", callsid="CA1", sdp="")
        assert (await page.is_told("error"))["callsid"] == "CA1"
        await page.says("something-new")
        await page.listens(await acme.token())


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
