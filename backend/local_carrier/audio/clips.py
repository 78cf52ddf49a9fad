"""A clip is audio with a name; a playback is one hearing of it."""

import asyncio

import numpy as np

from backend.local_carrier.audio.frames import FRAME, RATE, Samples
from backend.local_carrier.audio.pitch import is_ringback
from backend.local_carrier.audio.sources import Source


class Clip:
    def __init__(self, samples: Samples) -> None:
        # A clip ends on a whole frame, so that a loop has no gap and no half-filled frame.
        spare = -len(samples) % FRAME
        self.samples = np.concatenate([samples, np.zeros(spare, np.int16)])
        self.ringback = is_ringback(samples)

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


class Playback:
    def __init__(self, clip: Clip, source: Source, *, loops: int = 1) -> None:
        """`loops=0` plays for ever, as Twilio's loop attribute has it."""
        self.clip = clip
        self.source = source
        self.finished = asyncio.Event()
        self._loops_left = loops if loops > 0 else None
        self._at = 0
        if not len(clip.samples):
            self.finished.set()

    @property
    def seconds(self) -> float | None:
        return None if self._loops_left is None else self.clip.seconds * self._loops_left

    def next_frame(self) -> Samples:
        at = self._at
        self.skip_frame()
        return self.clip.samples[at : at + FRAME]

    def skip_frame(self) -> None:
        """20 ms that nobody hears."""
        self._at += FRAME
        if self._at >= len(self.clip.samples):
            self._at = 0
            if self._loops_left is not None:
                self._loops_left -= 1
                if self._loops_left <= 0:
                    self.finished.set()
