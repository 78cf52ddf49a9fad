"""Where a document is performed: one leg, and the means that its verbs need."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar, Literal, Protocol

import msgspec

from backend.local_carrier.audio.clips import Clip, Playback
from backend.local_carrier.audio.sources import Source
from backend.local_carrier.background import Background
from backend.local_carrier.bridges import Bridges
from backend.local_carrier.clock import Clock
from backend.local_carrier.conferences import Conferences
from backend.local_carrier.faults import Faults
from backend.local_carrier.legs import Callbacks, Leg, LegStatus
from backend.local_carrier.queues import Queues
from backend.local_carrier.recorder import Recorder
from backend.local_carrier.sounds import Sounds
from backend.local_carrier.twiml.reading import absolute
from backend.local_carrier.webhooks.delivery import Webhooks

Where = Literal["call", "room", "queue", "callee"]
"""Whose document it is: a call's own; what is heard in a conference (waitUrl, HoldUrl,
AnnounceUrl) or just before somebody is taken out of a queue, where nothing may be asked; what is
heard in a queue; what a dialled party hears before it is connected."""
EVERYWHERE: frozenset[Where] = frozenset({"call", "room", "queue", "callee"})
IN_A_CALL: frozenset[Where] = frozenset({"call"})


class GoTo(msgspec.Struct, frozen=True):
    """Go on with the document at this URL."""

    url: str
    method: str = "POST"
    parameters: dict[str, str] = {}


class End(msgspec.Struct, frozen=True):
    """No more TwiML: the leg ends with this status."""

    status: LegStatus = LegStatus.COMPLETED


Step = GoTo | End | None
"""None goes on with the next verb."""


class Underway(msgspec.Struct, frozen=True):
    """What must still be told, and with which fields, if a verb is cut short."""

    url: str
    method: str
    when_cut_short: Callable[[Leg], dict[str, str]]


class Verb(Protocol):
    answers: ClassVar[bool]
    """A ringing leg is answered by the first verb that needs to be heard."""
    allowed: ClassVar[frozenset[Where]]

    def run(self, stage: "Stage") -> Awaitable[Step]: ...


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to be rung by a noun of <Dial>. Without a `caller` the dialling call's own is
    shown."""

    to: str
    caller: str | None
    callbacks: Callbacks
    parameters: dict[str, str] = {}


class Network(Protocol):
    """What the verbs ask of the exchange."""

    clock: Clock
    background: Background
    webhooks: Webhooks
    sounds: Sounds
    conferences: Conferences
    bridges: Bridges
    faults: Faults
    queues: Queues
    recorder: Recorder

    @property
    def audible(self) -> bool:
        """False where calls carry no audio: then sounds only last as long as they would."""
        ...

    def leg_to(self, wish: Wish, parent: Leg) -> Leg:
        """A leg to whoever is wished for, dialled by `parent`. Nobody rings yet.

        Raises `Unreachable`.
        """
        ...

    async def ring(self, leg: Leg, seconds: float) -> bool:
        """Rings it. True if it answered; else it has ended, and its status says how."""
        ...

    def end(self, leg: Leg, status: LegStatus = LegStatus.COMPLETED) -> "asyncio.Future[None]":
        """It is over at once; done when all that it did has come to its end too."""
        ...

    async def perform_aside(
        self,
        leg: Leg,
        url: str,
        method: str,
        *,
        where: Where = "callee",
        fields: dict[str, str] | None = None,
    ) -> None:
        """What that party hears, or is asked, before it is connected. It ends with the call, and
        when REST takes the call elsewhere."""
        ...

    async def perform_while_waiting(
        self, leg: Leg, url: str | None, method: str, fields: Callable[[], dict[str, str]]
    ) -> None:
        """What a queue's member hears, over and over; `fields` go with each request. Without a
        URL it is the carrier's own music."""
        ...


class Unreachable(Exception):
    """Nobody can be rung at that address; `code` is Twilio's."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code, self.why = code, why


class Stage:
    def __init__(self, leg: Leg, network: Network, where: Where = "call") -> None:
        self.leg, self.network = leg, network
        self.where: Where = where
        self.document_url = ""
        self.known: dict[str, str] = {}
        """What the <Dial> under way already knows to tell its action, however it will end."""
        self.following: Verb | None = None
        """The verb behind the one that is being performed."""

    def absolute(self, url: str) -> str:
        """A relative URL is relative to the document that names it."""
        return absolute(self.document_url, url)

    async def answer(self) -> None:
        """From now on the call costs, and can be heard."""
        if self.leg.become(LegStatus.IN_PROGRESS):
            await self.leg.far_end.answered()

    async def play(self, clip: Clip, source: Source, *, loops: int = 1) -> None:
        playback = Playback(clip, source, loops=loops)
        self.leg.playback = playback
        try:
            if self.network.audible:
                await playback.finished.wait()
            elif playback.seconds is None:
                await asyncio.Event().wait()
            else:
                await self.network.clock.sleep(playback.seconds)
        finally:
            if self.leg.playback is playback:
                self.leg.playback = None
