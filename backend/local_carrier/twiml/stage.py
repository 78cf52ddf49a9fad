"""Where a document is performed: one leg, and the means that its verbs need."""

import asyncio
from collections.abc import Awaitable
from typing import ClassVar, Protocol
from urllib.parse import urljoin

import msgspec

from backend.local_carrier.audio.clips import Clip, Playback
from backend.local_carrier.audio.sources import Source
from backend.local_carrier.conferences import Conferences
from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.sounds import Sounds
from backend.local_carrier.webhooks.delivery import Webhooks


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


class Verb(Protocol):
    answers: ClassVar[bool]
    """A ringing leg is answered by the first verb that needs to be heard."""
    may_wait: ClassVar[bool]
    """Allowed in the documents of waitUrl, HoldUrl and AnnounceUrl."""

    def run(self, stage: "Stage") -> Awaitable[Step]: ...


class Stage:
    def __init__(
        self,
        leg: Leg,
        webhooks: Webhooks,
        sounds: Sounds,
        conferences: Conferences,
        *,
        audible: bool,
    ) -> None:
        self.leg = leg
        self.webhooks, self.sounds, self.conferences = webhooks, sounds, conferences
        self.document_url = ""
        self._audible = audible

    def absolute(self, url: str) -> str:
        """A relative URL is relative to the document that names it."""
        return urljoin(self.document_url, url)

    async def play(self, clip: Clip, source: Source, *, loops: int = 1) -> None:
        playback = Playback(clip, source, loops=loops)
        self.leg.playback = playback
        try:
            if self._audible:
                await playback.finished.wait()
            elif playback.seconds is None:
                await asyncio.Event().wait()
            else:
                await asyncio.sleep(playback.seconds)
        finally:
            if self.leg.playback is playback:
                self.leg.playback = None
