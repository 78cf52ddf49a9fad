"""Scripted phones: a tone, a recording or silence for a voice, and ears to ask what they hear."""

from collections import Counter
from typing import Literal

import msgspec
import numpy as np

from backend.local_carrier.audio.clips import Clip, Playback
from backend.local_carrier.audio.frames import SILENCE, Samples
from backend.local_carrier.audio.pitch import QUIET, level, pitch_hz
from backend.local_carrier.audio.sources import FromParticipant, FromPlay, FromSay, Source
from backend.local_carrier.audio.tones import SteadyTone
from backend.local_carrier.legs import HALF_A_SECOND, FarEndKind, Leg

HearsKind = Literal["silence", "ring", "music", "voice", "speech"]


class Hears(msgspec.Struct, kw_only=True):
    kind: HearsKind
    pitch_hz: float | None
    level: float
    sources: list[Source]


class Says(msgspec.Struct, kw_only=True):
    pitch_hz: float | None
    level: float


class Voice:
    """What a phone says. Only a person at a browser also hears, and can go away."""

    has_ears = False
    answer_sdp: str | None = None
    """For the browser whose microphone this is."""

    def __init__(self, speaker: SteadyTone | Playback | None) -> None:
        self._speaker = speaker

    @classmethod
    def tone(cls, hz: float) -> "Voice":
        return cls(SteadyTone(hz))

    @classmethod
    def recording(cls, clip: Clip) -> "Voice":
        return cls(Playback(clip, FromPlay(url="wav"), loops=0))

    @classmethod
    def silent(cls) -> "Voice":
        return cls(None)

    def next_frame(self) -> Samples | None:
        return SILENCE if self._speaker is None else self._speaker.next_frame()

    def hear(self, frame: Samples) -> None:
        """The leg itself remembers the last half second."""

    async def close(self) -> None: ...


class ScriptedPhone:
    """The far end of a leg that the lab plays. What it does, and when, is in `people.py`."""

    def __init__(self, kind: FarEndKind, voice: Voice) -> None:
        self.kind: FarEndKind = kind
        self.speak_with(voice)

    def speak_with(self, voice: Voice) -> None:
        self.voice, self.has_ears = voice, voice.has_ears

    def next_frame(self) -> Samples | None:
        return self.voice.next_frame()

    def hear(self, frame: Samples) -> None:
        self.voice.hear(frame)

    def ring(self, leg: Leg) -> None:
        """It rings until somebody at the lab answers."""

    async def answered(self) -> None: ...

    async def ended(self, leg: Leg) -> None:
        await self.voice.close()


def hears(leg: Leg, frames: int = HALF_A_SECOND) -> Hears:
    """Measured on the last frames that reached this phone; empty once the call is over."""
    recent = list(leg.heard)[-frames:] if leg.is_live else []
    audio = np.concatenate([h.frame for h in recent]) if recent else SILENCE
    counted = Counter(source for h in recent for source in h.sources)
    sources = [source for source, _ in counted.most_common()]
    loud = level(audio)
    kind = _kind(sources) if loud >= QUIET else "silence"
    return Hears(kind=kind, pitch_hz=pitch_hz(audio), level=round(loud, 4), sources=sources)


def says(leg: Leg) -> Says:
    audio = np.concatenate(list(leg.said)) if leg.said and leg.is_live else SILENCE
    return Says(pitch_hz=pitch_hz(audio), level=round(level(audio), 4))


def _kind(sources: list[Source]) -> HearsKind:
    if any(isinstance(source, FromParticipant) for source in sources):
        return "voice"
    if any(isinstance(source, FromSay) for source in sources):
        return "speech"
    ringing = any(isinstance(source, FromPlay) and source.ringback for source in sources)
    return "ring" if ringing else "music"
