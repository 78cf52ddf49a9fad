"""A page with the Voice SDK, spoken by hand: a socket, and a WebRTC peer for a browser."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

import aiohttp
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from backend.local_carrier.audio.pitch import pitch_hz
from backend.local_carrier.audio.tones import SteadyTone
from tests.local_carrier.lab import Company
from tests.serving import eventually

RINGS_ANA = "<Dial action='/after'><Client>ana</Client></Dial>"
STAYS = "<Dial><Conference waitUrl=''>room</Conference></Dial>"


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


class Peer:
    """The audio of a browser: a microphone that hears a tone, and an ear that measures."""

    def __init__(self, tone: float) -> None:
        self.connection = RTCPeerConnection()
        self.tone = tone
        self.heard: list[Any] = []
        self._listening: asyncio.Task[None] | None = None
        self.connection.add_listener("track", self._listen)

    async def offers(self) -> str:
        self.connection.addTrack(Microphone(self.tone))
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.described()

    async def answers(self, offer: str) -> str:
        self.connection.addTrack(Microphone(self.tone))
        await self.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self.described()

    async def is_answered(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def described(self) -> str:
        """As the SDK sends it: at once, without any candidate."""
        lines = self.connection.localDescription.sdp.splitlines(keepends=True)
        return "".join(line for line in lines if "candidate" not in line)

    async def hears(self, pitch: float) -> None:
        def listen() -> bool:
            measured = pitch_hz(np.concatenate(self.heard[-25:])) if len(self.heard) > 25 else None
            return measured is not None and abs(measured - pitch) < 5

        await eventually(listen)

    async def close(self) -> None:
        await self.connection.close()
        if self._listening is not None:
            self._listening.cancel()  # a track that never began does not end either
            await asyncio.wait([self._listening])

    def _listen(self, track: MediaStreamTrack) -> None:
        async def listen() -> None:
            try:
                while True:
                    frame = await track.recv()
                    assert isinstance(frame, AudioFrame)
                    self.heard.append(frame.to_ndarray().reshape(-1))
            except MediaStreamError:
                return

        self._listening = asyncio.create_task(listen())


class Page:
    """As much of a browser as the wire can tell."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, tone: float) -> None:
        self.socket, self.peer = socket, Peer(tone)

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

    async def listens(self, token: str, *, kept: float = 0) -> dict[str, Any]:
        """`kept`: for how many seconds its calls are to wait for it."""
        await self.says("listen", token=token, browserinfo={}, reconnectTimeout=kept)
        return await self.is_told("connected")

    async def registers(self, token: str) -> None:
        await self.listens(token)
        await self.says("register", media={"audio": True})
        await self.is_told("ready")

    async def connects(self, **params: str) -> str:
        offer = await self.peer.offers()
        await self.says("invite", callsid="TJSabc", sdp=offer, twilio={"params": urlencode(params)})
        return (await self.is_told("ringing"))["callsid"]

    async def is_answered(self) -> dict[str, Any]:
        answer = await self.is_told("answer")
        await self.peer.is_answered(answer["sdp"])
        return answer

    async def accepts(self, invite: dict[str, Any]) -> None:
        """A call that rings here; whether it is had is told later."""
        answer = await self.peer.answers(invite["sdp"])
        await self.says("answer", callsid=invite["callsid"], sdp=answer)

    async def takes_the_call(self) -> str:
        """Rings, and is the one that answers. Gives the token to come back with."""
        invite = await self.is_told("invite")
        await self.accepts(invite)
        answer = await self.is_told("answer")
        assert answer["callsid"] == invite["callsid"]
        return answer["reconnect"]

    async def hears(self, pitch: float) -> None:
        await self.peer.hears(pitch)


@asynccontextmanager
async def page(company: Company, tone: float = 700) -> AsyncGenerator[Page, None]:
    async with company.lab.http.ws_connect("/signal") as socket:
        opened = Page(socket, tone)
        try:
            yield opened
        finally:
            await opened.peer.close()
