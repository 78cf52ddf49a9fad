"""The clock of the exchange: every 20 ms it takes what each leg says and gives what it hears."""

import asyncio
import logging
from collections.abc import Callable, Iterable

import numpy as np

from backend.local_carrier.audio.frames import (
    FRAME,
    FRAME_SECONDS,
    FULL_SCALE,
    SILENCE,
    Samples,
    is_audible,
)
from backend.local_carrier.audio.sources import FromParticipant, Source
from backend.local_carrier.conferences import Conference, Participant
from backend.local_carrier.legs import Heard, Leg, LegStatus

LONGEST_STALL_SECONDS = 0.5

log = logging.getLogger(__name__)

Mixed = dict[str, tuple[list[Samples], list[Source]]]


class MediaClock:
    def __init__(
        self, legs: Callable[[], Iterable[Leg]], conferences: Callable[[], Iterable[Conference]]
    ) -> None:
        self._legs, self._conferences = legs, conferences

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            now = loop.time()
            if now - due > LONGEST_STALL_SECONDS:
                due = now  # the machine slept: what was not said in time is lost, not hurried
            while due <= now:
                self._tick_safely()
                due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _tick_safely(self) -> None:
        try:
            self.tick()
        except Exception:  # the outermost loop: one broken leg must not silence all the others
            log.exception("20 ms of audio were lost")

    def tick(self) -> None:
        answered = [leg for leg in self._legs() if leg.status is LegStatus.IN_PROGRESS]
        for leg in answered:
            frame = leg.far_end.next_frame()
            if frame is not None:
                leg.frames_sent += 1
            leg.said.append(SILENCE if frame is None else frame)
        rooms = self._mixed_rooms()
        for leg in answered:
            frames, sources = rooms.get(leg.sid, ([], []))
            if leg.playback is not None:
                frame = leg.playback.next_frame()
                frames.append(frame)
                if is_audible(frame):
                    sources.append(leg.playback.source)
            heard = _sum(frames)
            leg.heard.append(Heard(heard, tuple(sources)))
            leg.frames_received += 1
            leg.far_end.hear(heard)

    def _mixed_rooms(self) -> Mixed:
        mixed: Mixed = {}
        for conference in self._conferences():
            if conference.status == "in-progress":
                mixed |= mixed_minus(conference)
        return mixed


def mixed_minus(conference: Conference) -> Mixed:
    """Everybody hears everybody but themselves; the held neither hear nor are heard."""
    talking = [p for p in conference.participants.values() if p.talks]
    speaking = {p.leg.sid: p for p in talking if not p.muted and _is_speaking(p)}
    total = np.zeros(FRAME, np.int32)
    for participant in speaking.values():
        total += participant.leg.said[-1]
    sounds: list[Samples] = []
    sound_sources: list[Source] = []
    for announcement in list(conference.announcements):
        sounds.append(announcement.next_frame())
        sound_sources.append(announcement.source)
        if announcement.finished.is_set():
            conference.announcements.remove(announcement)
    mixed: Mixed = {}
    for participant in talking:
        own = participant.leg.said[-1] if participant.leg.sid in speaking else SILENCE
        others = [p for sid, p in speaking.items() if sid != participant.leg.sid]
        voices = _clipped(total - own) if others else SILENCE
        sources = [FromParticipant(sid=p.leg.sid, label=p.label) for p in others]
        mixed[participant.leg.sid] = ([voices, *sounds], [*sources, *sound_sources])
    return mixed


def _is_speaking(participant: Participant) -> bool:
    said = participant.leg.said
    return bool(said) and is_audible(said[-1])


def _sum(frames: list[Samples]) -> Samples:
    if not frames:
        return SILENCE
    if len(frames) == 1:
        return frames[0]
    total = np.zeros(FRAME, np.int32)
    for frame in frames:
        total += frame
    return _clipped(total)


def _clipped(total: "np.ndarray[tuple[int, ...], np.dtype[np.int32]]") -> Samples:
    """Held at full scale: two loud voices may distort, but must never wrap around."""
    return np.clip(total, -FULL_SCALE - 1, FULL_SCALE).astype(np.int16)
