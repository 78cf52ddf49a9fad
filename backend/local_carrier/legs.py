"""One phone connection: what Twilio's REST API calls a Call.

A leg knows its status and its sounds. What it does next is decided by its TwiML (`twiml/`).
"""

import asyncio
from collections import deque
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Literal, Protocol

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.audio.clips import Playback
from backend.local_carrier.audio.frames import Samples
from backend.local_carrier.audio.sources import Source
from backend.local_carrier.sids import new_sid
from backend.local_carrier.times import now

HALF_A_SECOND = 25
KEPT_LOG_LINES = 200


class LegStatus(StrEnum):
    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


UNANSWERED = frozenset({LegStatus.BUSY, LegStatus.FAILED, LegStatus.NO_ANSWER, LegStatus.CANCELED})

TRANSITIONS: dict[LegStatus, frozenset[LegStatus]] = {
    LegStatus.QUEUED: UNANSWERED | {LegStatus.RINGING, LegStatus.COMPLETED},
    LegStatus.RINGING: UNANSWERED | {LegStatus.IN_PROGRESS, LegStatus.COMPLETED},
    LegStatus.IN_PROGRESS: frozenset({LegStatus.COMPLETED, LegStatus.FAILED}),
}
"""Every change of status there is; whatever is missing on the left is final."""


class FarEnd(Protocol):
    """The person at the other end: a scripted phone, or a browser."""

    kind: Literal["caller", "softphone", "browser"]

    def next_frame(self) -> Samples | None:
        """What the person says in these 20 ms; None is silence."""
        ...

    def hear(self, frame: Samples) -> None: ...

    async def answered(self) -> None: ...

    async def ended(self, leg: "Leg") -> None: ...


class HungUp:
    """The far end of a leg that is over: what it held (audio, a peer connection) may be freed."""

    def __init__(self, kind: Literal["caller", "softphone", "browser"]) -> None:
        self.kind: Literal["caller", "softphone", "browser"] = kind

    def next_frame(self) -> Samples | None:
        return None

    def hear(self, frame: Samples) -> None: ...

    async def answered(self) -> None: ...

    async def ended(self, leg: "Leg") -> None: ...


class Callbacks(msgspec.Struct, kw_only=True):
    """Where this leg's customer is asked and told; REST may change it in mid-call."""

    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"


class Heard(msgspec.Struct, frozen=True):
    frame: Samples
    sources: tuple[Source, ...]


class LogLine(msgspec.Struct, frozen=True):
    at: datetime
    text: str


class Leg:
    def __init__(
        self,
        account: Account,
        far_end: FarEnd,
        callbacks: Callbacks,
        *,
        caller: str,
        called: str,
        number_sid: str | None = None,
        application_sid: str | None = None,
        parameters: dict[str, str] | None = None,
    ) -> None:
        self.sid = new_sid("CA")
        self.account = account
        self.far_end = far_end
        self.callbacks = callbacks
        self.caller, self.called = caller, called
        self.number_sid, self.application_sid = number_sid, application_sid
        self.custom_parameters = parameters or {}
        self.status = LegStatus.RINGING
        self.created_at = self.updated_at = now()
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.over = asyncio.Event()
        self.script: asyncio.Task[None] | None = None
        self.dial: object | None = None
        """The <Dial> that this leg is in, if any: its action must be told when it is cut short."""
        self.star_pressed = asyncio.Event()
        self.playback: Playback | None = None
        self.digits = ""
        self.heard: deque[Heard] = deque(maxlen=HALF_A_SECOND)
        self.said: deque[Samples] = deque(maxlen=HALF_A_SECOND)
        self.frames_sent = self.frames_received = 0
        """Counted from the far end: sent by it to us, received by it from us."""
        self.log: deque[LogLine] = deque(maxlen=KEPT_LOG_LINES)

    @property
    def is_live(self) -> bool:
        return self.status in TRANSITIONS

    @property
    def duration_seconds(self) -> int:
        if self.answered_at is None or self.ended_at is None:
            return 0
        return ceil((self.ended_at - self.answered_at).total_seconds())

    def note(self, text: str) -> None:
        self.log.append(LogLine(now(), text))

    def become(self, status: LegStatus) -> bool:
        """True if the status changed; a leg that has ended stays as it ended."""
        if status not in TRANSITIONS.get(self.status, frozenset()):
            return False
        self.note(f"{self.status} -> {status}")
        self.status = status
        self.updated_at = now()
        if status is LegStatus.IN_PROGRESS:
            self.answered_at = self.updated_at
        elif status not in TRANSITIONS:
            self.ended_at = self.updated_at
            self.over.set()
        return True

    def press(self, digits: str) -> None:
        self.digits += digits
        self.note(f"pressed {digits}")
        if "*" in digits:
            self.star_pressed.set()
