"""The far end of a leg that is a real browser: its audio, and the socket it is reached by.

The call outlives its socket: the SDK comes back with the reconnect token. What ends it is a
hang-up, audio that stays away while the socket does, or a socket that stays away too long.
"""

import asyncio
import re
import secrets
import time
from typing import Protocol

import msgspec

from backend.local_carrier.audio.frames import Samples
from backend.local_carrier.calls import Calls
from backend.local_carrier.legs import FarEndKind, Leg, LegStatus
from backend.local_carrier.signalling.messages import error_body
from backend.local_carrier.signalling.tokens import Access
from backend.local_carrier.webrtc import BadDescription, BrowserAudio

SOCKET_GRACE_SECONDS = 30.0
AUDIO_GRACE_SECONDS, BROKEN_GRACE_SECONDS = 4.0, 1.0
NO_MEDIA_NOTE_SECONDS = 3.0
WATCH_EVERY_SECONDS = 0.5
KEY_PAUSE_SECONDS = 0.5
"""What the SDK means by a `w` among the keys."""
RUNS_OF_KEYS = re.compile(r"w|[^w]+")

DECLINE = (31603, "Decline")
SDK_ERRORS = {
    LegStatus.BUSY: (31486, "Busy Here"),
    LegStatus.NO_ANSWER: (31480, "Temporarily Unavailable"),
    LegStatus.FAILED: (31404, "Not Found"),
}


class Line(Protocol):
    reconnect_seconds: float
    """How long the page asked that its calls be kept for it, if it goes with its audio."""

    async def send(self, kind: str, payload: dict[str, object]) -> None: ...


class BrowserPhone:
    """`sid` is what the page calls the call; of an outgoing one it is temporary at first."""

    def __init__(self, access: Access, sid: str, line: Line) -> None:
        self.kind: FarEndKind = "browser"
        self.has_ears = True
        self.access = access
        self.sid = sid
        self.line: Line | None = line
        self.leg: Leg | None = None
        self.reconnect_token = secrets.token_urlsafe(24)
        self.without_media = False
        """A fault: no packet of its audio arrives, either way."""
        self._audio = BrowserAudio()
        self._answer = ""
        """Ours to the page's offer; empty where it was we who offered."""
        self._kept_seconds = line.reconnect_seconds
        self._keys = asyncio.Lock()
        self._watch: asyncio.Task[None] | None = None
        self._socket_lost_at: float | None = None
        self._broken_at: float | None = None

    @property
    def is_live(self) -> bool:
        return self.leg is not None and self.leg.is_live

    # What the exchange asks of a far end

    def next_frame(self) -> Samples | None:
        frame = self._audio.next_frame()
        return None if self.without_media else frame

    def hear(self, frame: Samples) -> None:
        if not self.without_media:
            self._audio.send(frame)

    def ring(self, leg: Leg) -> None:
        """It calls, or has answered already: it is never rung."""

    async def answered(self) -> None:
        await self.tell("answer", self._agreed())

    async def ended(self, leg: Leg) -> None:
        error = DECLINE if leg.was_declined else SDK_ERRORS.get(leg.status)
        await self.tell("hangup", error_body(*error) if error else {})
        await self.close()

    # What the page is told, and tells

    async def tell(self, kind: str, payload: dict[str, object]) -> None:
        """Something about this call, if there is a socket to tell it by."""
        if self.line is not None:
            await self.line.send(kind, {"callsid": self.sid, **payload})

    def proves(self, token: str) -> bool:
        """Whether that is the token which the page was given to come back with."""
        return secrets.compare_digest(self.reconnect_token.encode(), token.encode())

    async def answer(self, offer: str) -> None:
        """Our half of the audio is made before anybody is asked; it takes milliseconds.

        Raises `BadDescription`.
        """
        self._answer = await self._audio.answer(offer)

    async def offer(self) -> str:
        return await self._audio.offer()

    async def accept(self, answer: str) -> None:
        """Raises `BadDescription`."""
        await self._audio.accept(answer)

    def begins(self, leg: Leg, calls: Calls) -> None:
        self.leg, self.sid = leg, leg.sid
        self._watch = asyncio.create_task(self._watch_over(leg, calls))

    async def rings(self) -> None:
        """The temporary id of the page becomes the real SID."""
        await self.tell("ringing", {})

    async def back_on(self, line: Line, description: str) -> None:
        """The page has a new socket; the audio never noticed. Or it is another page, loaded anew,
        that takes the call over with audio of its own. Raises `BadDescription`."""
        self._answer = ""
        if description and not self._audio.is_with(description):
            await self._move_audio(description)
        self.line, self._socket_lost_at = line, None
        self._kept_seconds = line.reconnect_seconds
        self.reconnect_token = secrets.token_urlsafe(24)
        await self.answered()

    async def press(self, keys: str) -> None:
        """One after the other, with the pauses that are meant, behind those pressed before."""
        async with self._keys:
            for run in RUNS_OF_KEYS.findall(keys):
                if self.leg is None or not self.leg.is_live:
                    return
                self.leg.press(run)
                if run == "w":
                    await self.leg.clock.sleep(KEY_PAUSE_SECONDS)

    async def deliver(self, message_sid: str, content: str) -> None:
        """A message of the customer's server to the page, if that has a socket now."""
        message: dict[str, object] = {
            "content": msgspec.Raw(content.encode()),
            "contenttype": "application/json",
            "messagetype": "user-defined-message",
            "voiceeventsid": message_sid,
        }
        await self.tell("message", message)

    def lose(self, line: Line) -> None:
        if self.line is line:
            self.line, self._socket_lost_at = None, time.monotonic()

    async def close(self) -> None:
        """Nothing is sent to the page any more, and its audio ends."""
        self.line = None
        if self._watch is not None and self._watch is not asyncio.current_task():
            self._watch.cancel()
        await self._audio.close()

    # The rest, in the order in which it is called

    def _agreed(self) -> dict[str, object]:
        described: dict[str, object] = {"sdp": self._answer} if self._answer else {}
        return {**described, "reconnect": self.reconnect_token}

    async def _move_audio(self, offer: str) -> None:
        moved = BrowserAudio()
        try:
            self._answer = await moved.answer(offer)
            if not self.is_live:
                raise BadDescription("the call is over")
        except BadDescription:
            await moved.close()
            raise
        await self.tell("hangup", {})  # to the page that had the call, if that still listens
        left, self._audio = self._audio, moved
        await left.close()

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
        broken, now = self._audio.is_broken, time.monotonic()
        if self._socket_lost_at is None:
            # A page that goes loses its audio first; a moment later its socket tells more.
            self._broken_at = (self._broken_at or now) if broken else None
            long_enough = broken and now - (self._broken_at or now) > BROKEN_GRACE_SECONDS
            return "the audio connection failed" if long_enough else None
        away = now - self._socket_lost_at
        silent = silent_for is None or silent_for > AUDIO_GRACE_SECONDS
        grace = max(self._kept_seconds, 0.0 if broken else AUDIO_GRACE_SECONDS)
        if (broken or silent) and away > grace:
            return "the browser is gone: neither socket nor audio"
        if away > SOCKET_GRACE_SECONDS:
            return f"the socket stayed away for {SOCKET_GRACE_SECONDS:.0f} s"
        return None


def _answered_for(leg: Leg) -> float:
    if leg.answered_at is None:
        return 0.0
    return (leg.clock.now() - leg.answered_at).total_seconds()
