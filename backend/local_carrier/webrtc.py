"""A browser's audio: one aiortc peer connection that speaks PCMU and nothing else.

This is the only file that touches aiortc, aioice and av. Frames leave as ready mu-law packets
and arrive as 160 samples, so that no resampler and no encoder runs.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any, TypeAlias, cast

import aioice.ice
import numpy as np
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, Packet
from av.frame import Frame

from backend.local_carrier.audio import mulaw
from backend.local_carrier.audio.frames import FRAME, RATE, Samples

LATE_FRAMES = 6
"""More than this many frames waiting is only delay: the oldest are dropped."""
TIME_BASE = Fraction(1, RATE)

AnyPacket: TypeAlias = "Packet[Any]"


def offer_only(addresses: Sequence[str]) -> None:
    """Offers exactly these addresses for audio. aioice has no setting for it, only this seam."""

    def host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return list(addresses)

    aioice.ice.get_host_addresses = host_addresses


class BadOffer(Exception):
    """The browser's session description cannot be answered."""


class BrowserAudio:
    def __init__(self) -> None:
        self._peer = RTCPeerConnection()
        self._speaker = _Speaker()
        self._arrived: deque[Samples] = deque(maxlen=LATE_FRAMES)
        self._listening: asyncio.Task[None] | None = None
        self._last_arrival: float | None = None
        self.frames_arrived = 0

    async def answer(self, offer: str) -> str:
        """The answer to the browser's offer. It holds our addresses; the browser's come by STUN."""
        peer = self._peer
        peer.add_listener("track", self._track_arrived)
        # Before the offer is read: aiortc settles the codecs while reading it.
        peer.addTrack(self._speaker)
        codecs = RTCRtpSender.getCapabilities("audio").codecs
        for transceiver in peer.getTransceivers():
            transceiver.setCodecPreferences([c for c in codecs if c.mimeType == "audio/PCMU"])
        try:
            await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await peer.setLocalDescription(await peer.createAnswer())
        except (ValueError, IndexError, KeyError, AssertionError) as error:
            raise BadOffer(repr(error)) from error
        return peer.localDescription.sdp

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
        self._speaker.stop()
        if self._listening is not None:
            self._listening.cancel()
        await self._peer.close()
        if self._listening is not None:
            with suppress(asyncio.CancelledError):
                await self._listening

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
