"""A browser's audio: one aiortc peer connection that speaks PCMU and nothing else.

This is the only file that touches aiortc, aioice and av. Frames leave as ready mu-law packets
and arrive as 160 samples, so that no resampler and no encoder runs.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any, TypeAlias, cast

import aioice.ice
import numpy as np
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.exceptions import InvalidStateError, OperationError
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, Packet
from av.frame import Frame

from backend.local_carrier.audio import mulaw
from backend.local_carrier.audio.frames import FRAME, RATE, Samples

LATE_FRAMES = 6
"""More than this many frames waiting is only delay: the oldest are dropped."""
TIME_BASE = Fraction(1, RATE)
NOT_UNDERSTOOD = (
    *(ValueError, IndexError, KeyError, AssertionError, AttributeError),
    *(InvalidStateError, OperationError),
)
"""What aiortc raises while it reads a description that is none, or does not fit."""
ICE_NAME = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)

AnyPacket: TypeAlias = "Packet[Any]"


def offer_only(addresses: Sequence[str]) -> None:
    """Offers exactly these addresses for audio. aioice has no setting for it, only this seam."""

    def host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return list(addresses)

    aioice.ice.get_host_addresses = host_addresses


class BadDescription(Exception):
    """The browser's session description is none, or does not fit what was offered."""


class BrowserAudio:
    """Either side may offer. Descriptions of ours hold our addresses; the browser's come by STUN.

    Whoever makes one closes it: a peer connection holds sockets, and a thread once audio flows.
    """

    def __init__(self) -> None:
        self._peer = RTCPeerConnection()
        self._speaker = _Speaker()
        self._arrived: deque[Samples] = deque(maxlen=LATE_FRAMES)
        self._listening: asyncio.Task[None] | None = None
        self._last_arrival: float | None = None
        self.frames_arrived = 0
        self._other_end: str | None = None
        self.broken = asyncio.Event()
        self._peer.add_listener("track", self._track_arrived)
        self._peer.add_listener("connectionstatechange", self._connection_changed)
        # Before anything is agreed: aiortc settles the codecs while it reads a description.
        self._peer.addTrack(self._speaker)
        codecs = RTCRtpSender.getCapabilities("audio").codecs
        for transceiver in self._peer.getTransceivers():
            transceiver.setCodecPreferences([c for c in codecs if c.mimeType == "audio/PCMU"])

    async def answer(self, offer: str) -> str:
        """The answer to the browser's offer. Raises `BadDescription`."""
        peer = self._peer
        try:
            await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await peer.setLocalDescription(await peer.createAnswer())
        except NOT_UNDERSTOOD as error:
            raise BadDescription(repr(error)) from error
        self._other_end = _ice_name(offer)
        return peer.localDescription.sdp

    async def offer(self) -> str:
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return self._peer.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """The browser's answer to our offer. Raises `BadDescription`."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        except NOT_UNDERSTOOD as error:
            raise BadDescription(repr(error)) from error
        self._other_end = _ice_name(answer)

    def is_with(self, description: str) -> bool:
        """Whether that is what the browser at the other end said of itself, now or before."""
        return self._other_end is not None and self._other_end == _ice_name(description)

    def send(self, frame: Samples) -> None:
        self._speaker.say(frame)

    def next_frame(self) -> Samples | None:
        return self._arrived.popleft() if self._arrived else None

    @property
    def is_broken(self) -> bool:
        return self._peer.connectionState in ("failed", "closed")

    @property
    def seconds_without_audio(self) -> float | None:
        """Since the last packet; None before the first."""
        return None if self._last_arrival is None else time.monotonic() - self._last_arrival

    async def close(self) -> None:
        self.broken.set()
        self._speaker.stop()
        if self._listening is not None:
            self._listening.cancel()
        await self._peer.close()
        if self._listening is not None:
            with suppress(asyncio.CancelledError):
                await self._listening

    def _connection_changed(self) -> None:
        if self.is_broken:
            self.broken.set()

    def _track_arrived(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio" and self._listening is None:
            self._listening = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        with suppress(MediaStreamError):
            while True:
                frame = cast(Frame, await track.recv())  # pyright: ignore[reportUnknownMemberType]
                if isinstance(frame, AudioFrame):
                    samples = frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
                    self._last_arrival = time.monotonic()
                    self.frames_arrived += 1
                    if len(samples) == FRAME:
                        self._arrived.append(samples)


class _Speaker(MediaStreamTrack):
    """Gives aiortc one packet whenever the exchange's clock has spoken."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: deque[Samples] = deque(maxlen=LATE_FRAMES)
        self._spoken = asyncio.Event()
        self._at = 0

    def say(self, frame: Samples) -> None:
        self._frames.append(frame)
        self._spoken.set()

    async def recv(self) -> AnyPacket:
        while not self._frames:
            if self.readyState != "live":
                raise MediaStreamError
            self._spoken.clear()
            await self._spoken.wait()
        packet: AnyPacket = Packet(mulaw.encoded(self._frames.popleft()))
        packet.pts, packet.time_base = self._at, TIME_BASE
        self._at += FRAME
        return packet

    def stop(self) -> None:
        super().stop()
        self._frames.clear()
        self._spoken.set()


def _ice_name(description: str) -> str | None:
    """A peer connection keeps it until ICE is restarted; no other has it."""
    found = ICE_NAME.search(description)
    return found.group(1) if found else None
