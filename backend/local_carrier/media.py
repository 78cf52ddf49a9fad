"""The clock of the audio: every 20 ms it takes what each leg says and gives what it hears.

Audio is made only where somebody notices: a browser, a recording, or the lab that asks what a
phone hears. Whoever just waits costs a counter, so that hundreds can.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from backend.local_carrier.audio.frames import FRAME_SECONDS, SILENCE, Samples, is_audible
from backend.local_carrier.audio.mixing import clipped, mixed, total
from backend.local_carrier.audio.sources import FromParticipant, Source
from backend.local_carrier.bridges import Bridge
from backend.local_carrier.legs import Heard, Leg, LegStatus
from backend.local_carrier.recordings import Recording
from backend.local_carrier.rooms import Conference, Participant

LONGEST_STALL_SECONDS = 0.5

log = logging.getLogger(__name__)

Sound = tuple[list[Samples], list[Source]]


class MediaClock:
    def __init__(
        self,
        legs: Callable[[], Iterable[Leg]],
        conferences: Callable[[], Iterable[Conference]],
        bridges: Callable[[], Iterable[Bridge]],
        recordings: Callable[[], Iterable[Recording]],
        notice_speech: Callable[[Participant, bool], None],
    ) -> None:
        self._legs, self._conferences, self._bridges = legs, conferences, bridges
        self._recordings, self._notice_speech = recordings, notice_speech
        self.ticks = self.late_ticks = 0
        """How many there were, and how many of them came more than a frame too late."""

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            now = loop.time()
            if now - due > LONGEST_STALL_SECONDS:
                due = now  # the machine slept: what was not said in time is lost, not hurried
            while due <= now:
                self.late_ticks += now - due > FRAME_SECONDS
                self._tick_safely()
                due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _tick_safely(self) -> None:
        try:
            self.tick()
        except Exception:  # the outermost loop: one broken leg must not silence all the others
            log.exception("20 ms of audio were lost")

    def tick(self) -> None:
        self.ticks += 1
        answered = [leg for leg in self._legs() if leg.status is LegStatus.IN_PROGRESS]
        ears = {leg.sid: leg for leg in answered if leg.has_ears}
        sounds: dict[str, Sound] = {}
        for conference in self._conferences():
            if conference.status == "in-progress":
                sounds |= self._in_the_room(conference, ears)
        for bridge in self._bridges():
            sounds |= _over_the_bridge(bridge, ears)
        for leg in answered:
            if leg.sid not in ears:
                if leg.playback is not None:
                    leg.playback.skip_frame()
                continue
            if leg.sid not in sounds:
                _say(leg)  # alone, but somebody asks what it says
            frames, sources = sounds.get(leg.sid, ([], []))
            if leg.playback is not None:
                frame = leg.playback.next_frame()
                frames.append(frame)
                if is_audible(frame):
                    sources.append(leg.playback.source)
            _hear(leg, mixed(frames), sources)
        for recording in self._recordings():
            recording.take()

    def _in_the_room(self, conference: Conference, ears: dict[str, Leg]) -> dict[str, Sound]:
        """Everybody hears everybody but themselves; the held neither hear nor are heard."""
        talking = [p for p in conference.participants.values() if p.talks]
        listening = [p for p in talking if p.leg.sid in ears]
        beeps = _announced(conference)
        wants_speakers = "speaker" in conference.callback_events
        if not (listening or conference.recorders or wants_speakers):
            return {}
        for participant in talking:
            _say(participant.leg)
        speaking = [p for p in talking if not p.muted and is_audible(p.leg.said[-1])]
        if wants_speakers:
            for participant in talking:
                self._notice_speech(participant, participant in speaking)
        open_voices = [p for p in speaking if not p.coaching]
        everybody = total([p.leg.said[-1] for p in open_voices])
        heard: dict[str, Sound] = {}
        for participant in listening:
            voices = everybody
            if participant in open_voices:
                voices = everybody - participant.leg.said[-1]
            coaches = [p for p in speaking if p.coaching and p.is_heard_by(participant)]
            for coach in coaches:
                voices = voices + coach.leg.said[-1]
            others = [p for p in (*open_voices, *coaches) if p is not participant]
            frames = [clipped(voices)] if others else []
            sources: list[Source] = [FromParticipant(sid=p.leg.sid, label=p.label) for p in others]
            heard[participant.leg.sid] = ([*frames, *beeps[0]], [*sources, *beeps[1]])
        return heard


def _over_the_bridge(bridge: Bridge, ears: dict[str, Leg]) -> dict[str, Sound]:
    if not any(leg.sid in ears for leg in bridge.legs):
        return {}
    for leg in bridge.legs:
        _say(leg)
    heard: dict[str, Sound] = {}
    for leg in bridge.legs:
        other = bridge.other(leg)
        frame = other.said[-1]
        source = FromParticipant(sid=other.sid, label=None)
        heard[leg.sid] = ([frame], [source] if is_audible(frame) else [])
    return heard


def _announced(conference: Conference) -> Sound:
    frames: list[Samples] = []
    sources: list[Source] = []
    for announcement in list(conference.announcements):
        frames.append(announcement.next_frame())
        sources.append(announcement.source)
        if announcement.finished.is_set():
            conference.announcements.remove(announcement)
    return frames, sources


def _say(leg: Leg) -> None:
    frame = leg.far_end.next_frame()
    if frame is not None:
        leg.frames_sent += 1
    leg.said.append(SILENCE if frame is None else frame)


def _hear(leg: Leg, frame: Samples, sources: Sequence[Source]) -> None:
    leg.heard.append(Heard(frame, tuple(sources)))
    leg.frames_received += 1
    leg.far_end.hear(frame)
