"""One phone connection: what Twilio's REST API calls a Call.

A leg knows its status and its sounds. What it does next is decided by its TwiML (`twiml/`), and
who it belongs to by its direction: a caller who reached us, or somebody whom we ring.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Literal, Protocol

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.audio.clips import Playback
from backend.local_carrier.audio.frames import Samples
from backend.local_carrier.audio.sources import Source
from backend.local_carrier.clock import Clock
from backend.local_carrier.sids import new_sid

HALF_A_SECOND = 25
KEPT_LOG_LINES = 200
LISTENED_SECONDS = 5.0
"""Who asked what a phone hears will ask again; so long its ears stay open."""

Direction = Literal["inbound", "outbound-api", "outbound-dial"]
FarEndKind = Literal["caller", "handset", "softphone", "browser", "line"]
ProgressEvent = Literal["initiated", "ringing", "answered", "completed"]
PROGRESS_EVENTS: tuple[ProgressEvent, ...] = ("initiated", "ringing", "answered", "completed")
ONLY_THE_END = frozenset({"completed"})


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
    """The person at the other end: a scripted phone, a browser, another account's line."""

    kind: FarEndKind
    has_ears: bool
    """Whether audio must be made for it even if nobody asks what it hears."""

    def next_frame(self) -> Samples | None:
        """What the person says in these 20 ms; None is silence."""
        ...

    def hear(self, frame: Samples) -> None: ...

    def ring(self, leg: "Leg") -> None:
        """We call this end. It answers by `leg.pick_up()` or `leg.refuse(status)`, some time."""
        ...

    async def answered(self) -> None:
        """We have answered the call that this end made, or know that it answered ours."""
        ...

    async def ended(self, leg: "Leg") -> None: ...


class HungUp:
    """The far end of a leg that is over: what it held (audio, a peer connection) may be freed."""

    has_ears = False

    def __init__(self, kind: FarEndKind) -> None:
        self.kind: FarEndKind = kind

    def next_frame(self) -> Samples | None:
        return None

    def hear(self, frame: Samples) -> None: ...

    def ring(self, leg: "Leg") -> None: ...

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
    status_callback_events: frozenset[str] = ONLY_THE_END


class Heard(msgspec.Struct, frozen=True):
    frame: Samples
    sources: tuple[Source, ...]


class LogLine(msgspec.Struct, frozen=True):
    at: datetime
    text: str


Watcher = Callable[["Leg", LegStatus], None]


class Leg:
    def __init__(
        self,
        account: Account,
        far_end: FarEnd,
        callbacks: Callbacks,
        *,
        clock: Clock,
        caller: str,
        called: str,
        direction: Direction = "inbound",
        parent: "Leg | None" = None,
        number_sid: str | None = None,
        application_sid: str | None = None,
        parameters: dict[str, str] | None = None,
    ) -> None:
        self.sid = new_sid("CA")
        self.account = account
        self.far_end = far_end
        self.callbacks = callbacks
        self.clock = clock
        self.caller, self.called = caller, called
        self.direction: Direction = direction
        self.parent = parent
        self.number_sid, self.application_sid = number_sid, application_sid
        self.custom_parameters = parameters or {}
        self.status = LegStatus.RINGING if direction == "inbound" else LegStatus.QUEUED
        self.created_at = self.updated_at = clock.now()
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.queue_seconds = 0.0
        self.answered_by: str | None = None
        self.was_declined = False
        """By a <Reject>, which a browser tells from not being answered."""
        self.unanswered_as: LegStatus | None = None
        """How the <Dial> ended that this leg was to be answered by."""
        self.asks_who_answers = False
        """MachineDetection: the customer wants to know whether a person answered."""
        self.cookies: dict[str, str] = {}
        """Set by the customer's answers, sent back in this call's next requests."""
        self.time_limit: int | None = None
        self.alarm: asyncio.Task[None] | None = None
        """Ends the call when its time limit is over."""
        self.progress_told = 0
        """How many progress callbacks were sent: the next one's SequenceNumber."""
        self.watchers: list[Watcher] = []
        """Told of every change of status, in the order in which they began to watch."""
        self.over = asyncio.Event()
        self.met = asyncio.Event()
        """Somebody is with them, for the first time."""
        self.outcome: asyncio.Future[LegStatus] = asyncio.get_running_loop().create_future()
        """Of a leg that we ring: in-progress if it answered, else how it ended."""
        self.script: asyncio.Task[None] | None = None
        """Performs its own TwiML, or will once it is answered."""
        self.goes_its_own_way = False
        """REST has taken it elsewhere: whoever dialled it has no more to do with it."""
        self.performing: set[asyncio.Task[None]] = set()
        """Its script and what somebody else has it hear before they are connected; and what was
        cancelled, but has not come to its end yet."""
        self.dial: object | None = None
        """The <Dial> that this leg is in, if any: its action must be told when it is cut short."""
        self.playback: Playback | None = None
        self.digits = ""
        self.on_digit: Callable[[str], None] | None = None
        self.on_key_sent: Callable[[str], None] | None = None
        """What the far end does with a key that we press for it."""
        self.on_speech: Callable[[str], None] | None = None
        self.heard: deque[Heard] = deque(maxlen=HALF_A_SECOND)
        self.said: deque[Samples] = deque(maxlen=HALF_A_SECOND)
        self.frames_sent = self.frames_received = 0
        """Counted from the far end: sent by it to us, received by it from us."""
        self.recorders = 0
        """Recordings that need what this leg says and hears."""
        self._listened_until = 0.0
        self.log: deque[LogLine] = deque(maxlen=KEPT_LOG_LINES)

    @property
    def is_live(self) -> bool:
        return self.status in TRANSITIONS

    @property
    def has_picked_up(self) -> bool:
        """Of a leg that we ring: its far end has answered, which is known a moment later."""
        return self.outcome.done() and self.outcome.result() is LegStatus.IN_PROGRESS

    @property
    def has_ears(self) -> bool:
        """Whether anybody notices what this leg hears."""
        listened = self.clock.seconds() < self._listened_until
        return self.far_end.has_ears or listened or self.recorders > 0

    @property
    def duration_seconds(self) -> int:
        if self.answered_at is None or self.ended_at is None:
            return 0
        return ceil((self.ended_at - self.answered_at).total_seconds())

    def note(self, text: str) -> None:
        self.log.append(LogLine(self.clock.now(), text))

    def listen(self) -> None:
        """Somebody asks what it hears: from now on that is made."""
        if not self.has_ears:
            self.heard.clear()  # it is long ago
        self._listened_until = self.clock.seconds() + LISTENED_SECONDS

    def become(self, status: LegStatus) -> bool:
        """True if the status changed; a leg that has ended stays as it ended."""
        if status not in TRANSITIONS.get(self.status, frozenset()):
            return False
        self.note(f"{self.status} -> {status}")
        self.status = status
        self.updated_at = self.clock.now()
        if status is LegStatus.IN_PROGRESS:
            self.answered_at = self.updated_at
        elif status not in TRANSITIONS:
            self.ended_at = self.updated_at
            self.over.set()
            self._settle(status)
        for watcher in list(self.watchers):
            watcher(self, status)
        return True

    def pick_up(self) -> None:
        """The far end answers a call that we make."""
        self._settle(LegStatus.IN_PROGRESS)

    def refuse(self, status: LegStatus) -> None:
        """The far end does not answer a call that we make, and this is how."""
        self._settle(status)

    def begin_script(self, work: Coroutine[object, object, None]) -> None:
        self.script = self.performs(work)

    def performs(self, work: Coroutine[object, object, None]) -> "asyncio.Task[None]":
        """Until that is over, or the leg is taken away from it."""
        task = asyncio.create_task(work)
        self.performing.add(task)
        task.add_done_callback(self.performing.discard)
        return task

    def press(self, digits: str) -> None:
        self.digits += digits
        self.note(f"pressed {digits}")
        for digit in digits:
            if self.on_digit is not None and digit not in "wW":
                self.on_digit(digit)

    def speak(self, text: str) -> None:
        """The person says words that a <Gather> may understand."""
        self.note(f"said: {text}")
        if self.on_speech is not None:
            self.on_speech(text)

    def _settle(self, status: LegStatus) -> None:
        if not self.outcome.done():
            self.outcome.set_result(status)
