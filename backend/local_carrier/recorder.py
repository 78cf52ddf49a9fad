"""Who is recorded: puts recordings to legs and conferences, and ends them with these."""

from backend.local_carrier.audio.frames import SILENCE, Samples
from backend.local_carrier.audio.mixing import mixed
from backend.local_carrier.conferences import Conferences
from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.recordings import Recording, Recordings, RecordingSource, RecordingWish
from backend.local_carrier.rooms import Conference


class Recorder:
    def __init__(self, recordings: Recordings, conferences: Conferences) -> None:
        self.recordings = recordings
        conferences.started.append(self._conference_started)
        conferences.ended.append(self._conference_ended)

    def record_leg(self, leg: Leg, wish: RecordingWish, source: RecordingSource) -> Recording:
        """What the leg says (the first channel) and hears (the second), at most until its call
        ends. Of a leg that dialled another, that is the parent and the child."""

        def tap() -> tuple[Samples, ...]:
            said = leg.said[-1] if leg.said and wish.track != "outbound" else SILENCE
            heard = leg.heard[-1].frame if leg.heard and wish.track != "inbound" else SILENCE
            return (said, heard) if wish.channels == 2 else (mixed([said, heard]),)

        def stop_with_the_call(_: Leg, __: LegStatus) -> None:
            if not leg.is_live:
                self.recordings.stop(recording)

        def over() -> None:
            leg.recorders -= 1
            leg.watchers.remove(stop_with_the_call)

        leg.recorders += 1
        leg.watchers.append(stop_with_the_call)
        recording = self.recordings.begin(
            leg.account, source, wish, tap, call_sid=leg.sid, on_end=over
        )
        return recording

    def record_from_the_answer(self, leg: Leg, wish: RecordingWish) -> None:
        """A call that REST created."""

        def begin(_: Leg, status: LegStatus) -> None:
            if status is LegStatus.IN_PROGRESS:
                self.record_leg(leg, wish, "OutboundAPI")

        leg.watchers.append(begin)

    def record_conference(
        self, conference: Conference, wish: RecordingWish, source: RecordingSource
    ) -> Recording:
        """All that is said in the room, in one channel. Hold music is never recorded."""

        def tap() -> tuple[Samples, ...]:
            talking = [p for p in conference.participants.values() if p.talks and not p.muted]
            return (mixed([p.leg.said[-1] for p in talking if p.leg.said and not p.coaching]),)

        conference.recorders += 1

        def over() -> None:
            conference.recorders -= 1

        return self.recordings.begin(
            conference.account,
            source,
            wish,
            tap,
            conference_sid=conference.sid,
            on_end=over,
        )

    def _conference_started(self, conference: Conference) -> None:
        if conference.record is not None:
            self.record_conference(conference, conference.record, "Conference")

    def _conference_ended(self, conference: Conference) -> None:
        for recording in self.recordings.live():
            if recording.conference_sid == conference.sid:
                self.recordings.stop(recording)
