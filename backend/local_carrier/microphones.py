"""A person who speaks and hears through a browser's own microphone, at a phone of the lab."""

import asyncio
from contextlib import suppress

from backend.local_carrier.audio.frames import Samples
from backend.local_carrier.calls import Calls
from backend.local_carrier.legs import Leg
from backend.local_carrier.phones import Voice
from backend.local_carrier.webrtc import BadDescription, BrowserAudio

GRACE_SECONDS, WATCH_EVERY_SECONDS = 4.0, 0.5


class Microphone(Voice):
    has_ears = True

    def __init__(self, audio: BrowserAudio, answer_sdp: str) -> None:
        super().__init__(None)
        self._audio, self.answer_sdp = audio, answer_sdp

    @classmethod
    async def answering(cls, offer: str) -> "Microphone":
        """Of a browser that makes this offer. Raises `BadDescription`."""
        audio = BrowserAudio()
        try:
            return cls(audio, await audio.answer(offer))
        except BadDescription:
            await audio.close()
            raise

    def next_frame(self) -> Samples | None:
        return self._audio.next_frame()

    def hear(self, frame: Samples) -> None:
        self._audio.send(frame)

    async def gone(self) -> None:
        """Waits until its audio is broken, closed, or has stopped to come: a page that is closed
        says no word, and a microphone that is muted still sends silence."""
        while not self._audio.broken.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._audio.broken.wait(), WATCH_EVERY_SECONDS)
            silent_for = self._audio.seconds_without_audio
            if silent_for is not None and silent_for > GRACE_SECONDS:
                return

    async def close(self) -> None:
        await self._audio.close()


async def hang_up_when_gone(leg: Leg, voice: Voice, calls: Calls) -> None:
    """A page that is closed hangs up; with any other voice nobody can go away."""
    if not isinstance(voice, Microphone):
        return
    await voice.gone()
    if leg.is_live:
        leg.note("the microphone is gone")
        await calls.hung_up_by_far_end(leg)
