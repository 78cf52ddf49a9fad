"""The recording attributes that <Dial>, <Conference> and <Record> share.

What a <Dial> records is its own call, the parent's: what it says on the first channel, what it
hears on the second. It begins with the answer, or with the ringing, and ends with the <Dial>.
"""

from typing import Literal, cast

import msgspec

from backend.local_carrier.recordings import Recording, RecordingWish, Track
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.stage import Stage

CALLBACK_ATTRIBUTES = (
    "recordingStatusCallback",
    "recordingStatusCallbackMethod",
    "recordingStatusCallbackEvent",
)
DIAL_ATTRIBUTES = ("record", "recordingTrack", "trim", *CALLBACK_ATTRIBUTES)
DIAL_CHOICES = (
    "do-not-record",
    "true",
    "false",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
)
TRIM_CHOICES = ("trim-silence", "do-not-trim")
EVENTS = frozenset({"in-progress", "completed", "absent"})
WRONG_EVENT = 13621


class DialWish(msgspec.Struct, frozen=True):
    recording: RecordingWish
    from_ringing: bool


class DialRecording:
    """What one <Dial> records, if it was asked to. Each noun tells how far it has come."""

    def __init__(self, stage: Stage, wish: DialWish | None) -> None:
        self._stage, self._wish = stage, wish
        self._recording: Recording | None = None

    def ringing(self) -> None:
        if self._wish is not None and self._wish.from_ringing:
            self._begin(self._wish.recording)

    def answered(self) -> None:
        if self._wish is not None and self._recording is None:
            self._begin(self._wish.recording)

    def over(self) -> None:
        if self._recording is not None:
            self._stage.network.recorder.recordings.stop(self._recording)

    def told(self) -> dict[str, str]:
        """For the <Dial>'s action. The file may not be there yet."""
        if self._recording is None:
            return {}
        url = self._stage.network.recorder.recordings.url(self._recording)
        return {"RecordingUrl": url, "RecordingSid": self._recording.sid}

    def _begin(self, wish: RecordingWish) -> None:
        stage = self._stage
        wish = with_absolute_callback(stage, wish)
        self._recording = stage.network.recorder.record_leg(stage.leg, wish, "DialVerb")


def read_dial_wish(reader: Reader) -> DialWish | None:
    choice = reader.choice("record", DIAL_CHOICES, "do-not-record")
    track = reader.choice("recordingTrack", ("both", "inbound", "outbound"), "both")
    wish = read_wish(
        reader,
        channels=2 if choice.endswith("-dual") else 1,
        track=cast(Track, track),
        trims="do-not-trim",
    )
    if choice in ("do-not-record", "false"):
        return None
    return DialWish(wish, choice.startswith("record-from-ringing"))


def read_wish(
    reader: Reader, *, channels: Literal[1, 2] = 1, track: Track = "both", trims: str
) -> RecordingWish:
    """`trims` is what the element does unless its `trim` says otherwise."""
    events = frozenset(reader.text("recordingStatusCallbackEvent", "completed").split())
    if events - EVENTS:
        unknown = ", ".join(sorted(events - EVENTS))
        raise TwimlError(WRONG_EVENT, f"<{reader.name}> has no recording event {unknown}")
    return RecordingWish(
        channels=channels,
        track=track,
        trim=reader.choice("trim", TRIM_CHOICES, trims) == "trim-silence",
        callback=reader.text("recordingStatusCallback"),
        callback_method=reader.method("recordingStatusCallbackMethod"),
        callback_events=events,
    )


def with_absolute_callback(stage: Stage, wish: RecordingWish) -> RecordingWish:
    if not wish.callback:
        return wish
    return msgspec.structs.replace(wish, callback=stage.absolute(wish.callback))
