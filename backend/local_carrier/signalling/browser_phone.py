"""The far end of a leg that is a real browser: its audio, and the socket it is reached by.

The call outlives its socket: the SDK comes back with the reconnect token. What ends it is a
hang-up, audio that stays away while the socket does, or a socket that stays away too long.
"""

import asyncio
import secrets
import time
from typing import Protocol

from backend.local_carrier.audio.frames import Samples
from backend.local_carrier.calls import Calls
from backend.local_carrier.legs import FarEndKind, Leg, LegStatus
from backend.local_carrier.signalling.messages import error_body
from backend.local_carrier.signalling.tokens import Access
from backend.local_carrier.webrtc import BrowserAudio

SOCKET_GRACE_SECONDS = 30.0
AUDIO_GRACE_SECONDS = 4.0
NO_MEDIA_NOTE_SECONDS = 3.0
WATCH_EVERY_SECONDS = 0.5

SDK_ERRORS = {
    LegStatus.BUSY: (31486, "Busy Here"),
    LegStatus.NO_ANSWER: (31480, "Temporarily Unavailable"),
    LegStatus.FAILED: (31404, "Not Found"),
}


class Line(Protocol):
    async def send(self, kind: str, payload: dict[str, object]) -> None: ...


class BrowserPhone:
    def __init__(self, access: Access, temporary_sid: str, sdp: str, line: Line) -> None:
        self.kind: FarEndKind = "browser"
        self.has_ears = True
        self.access = access
        self.temporary_sid = temporary_sid
        self.line: Line | None = line
        self.leg: Leg | None = None
        self.reconnect_token = secrets.token_urlsafe(24)
        self._audio = BrowserAudio()
        self._offer, self._answer = sdp, ""
        self._watch: asyncio.Task[None] | None = None
        self._socket_lost_at: float | None = None

    # What the exchange asks of a far end

    def next_frame(self) -> Samples | None:
        return self._audio.next_frame()

    def hear(self, frame: Samples) -> None:
        self._audio.send(frame)

    def ring(self, leg: Leg) -> None:
        """It is the browser that calls: it is never rung."""

    async def answered(self) -> None:
        await self._send("answer", {"sdp": self._answer, **self._reconnect()})

    async def ended(self, leg: Leg) -> None:
        code = SDK_ERRORS.get(leg.status)
        await self._send("hangup", error_body(*code) if code else {})
        await self.close()

    # What the socket tells

    async def ready_to_answer(self) -> None:
        """Our half of the audio is made before anybody is asked; it takes milliseconds."""
        self._answer = await self._audio.answer(self._offer)

    async def rings(self, leg: Leg, calls: Calls) -> None:
        """The temporary id of the page becomes the real SID."""
        self.leg = leg
        self._watch = asyncio.create_task(self._watch_over(leg, calls))
        await self._send("ringing", {})

    async def back_on(self, line: Line) -> None:
        """The page has a new socket; the audio never noticed."""
        self.line, self._socket_lost_at = line, None
        self.reconnect_token = secrets.token_urlsafe(24)
        await self._send("answer", self._reconnect())

    def lose(self, line: Line) -> None:
        if self.line is line:
            self.line, self._socket_lost_at = None, time.monotonic()

    async def close(self) -> None:
        if self._watch is not None and self._watch is not asyncio.current_task():
            self._watch.cancel()
        await self._audio.close()

    async def _send(self, kind: str, payload: dict[str, object]) -> None:
        sid = self.leg.sid if self.leg is not None else self.temporary_sid
        if self.line is not None:
            await self.line.send(kind, {"callsid": sid, **payload})

    def _reconnect(self) -> dict[str, object]:
        return {"reconnect": self.reconnect_token}

    async def _watch_over(self, leg: Leg, calls: Calls) -> None:
        noted = False
        while leg.is_live:
            await asyncio.sleep(WATCH_EVERY_SECONDS)
            silent_for = self._audio.seconds_without_audio
            if not noted and silent_for is None and _answered_for(leg) > NO_MEDIA_NOTE_SECONDS:
                noted = True
                leg.note("answered, but no media after 3 s")
            why = self._is_gone(silent_for)
            if why:
                leg.note(why)
                await calls.hung_up_by_far_end(leg)

    def _is_gone(self, silent_for: float | None) -> str | None:
        if self._socket_lost_at is None:
            return "the audio connection failed" if self._audio.is_broken else None
        away = time.monotonic() - self._socket_lost_at
        if self._audio.is_broken or (
            away > AUDIO_GRACE_SECONDS and (silent_for is None or silent_for > AUDIO_GRACE_SECONDS)
        ):
            return "the browser is gone: neither socket nor audio"
        if away > SOCKET_GRACE_SECONDS:
            return f"the socket stayed away for {SOCKET_GRACE_SECONDS:.0f} s"
        return None


def _answered_for(leg: Leg) -> float:
    if leg.answered_at is None:
        return 0.0
    return (leg.clock.now() - leg.answered_at).total_seconds()
