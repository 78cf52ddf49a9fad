"""The recording attributes that <Dial> and <Conference> share with each other.

"record-from-answer" begins when the parties are connected; "-dual" keeps them apart, the caller
on the first channel. What is recorded from the ringing on begins with the answer here, because
nothing is said before.
"""

from typing import Literal

from backend.local_carrier.recordings import RecordingWish
from backend.local_carrier.twiml.reading import Reader, TwimlError

RECORDING_ATTRIBUTES = (
    "record",
    "recordingStatusCallback",
    "recordingStatusCallbackMethod",
    "recordingStatusCallbackEvent",
)
DIAL_CHOICES = (
    "do-not-record",
    "true",
    "false",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
)
EVENTS = frozenset({"in-progress", "completed", "absent"})


def read_recording(reader: Reader) -> RecordingWish | None:
    choice = reader.choice("record", DIAL_CHOICES, "do-not-record")
    channels: Literal[1, 2] = 2 if choice.endswith("-dual") else 1
    wish = wish_of(reader, channels)
    return None if choice in ("do-not-record", "false") else wish


def wish_of(reader: Reader, channels: Literal[1, 2]) -> RecordingWish:
    events = frozenset(reader.text("recordingStatusCallbackEvent", "completed").split())
    if events - EVENTS:
        unknown = ", ".join(sorted(events - EVENTS))
        raise TwimlError(12200, f"<{reader.name}> has no recording event {unknown}")
    return RecordingWish(
        channels=channels,
        trim=reader.text("trim") == "trim-silence",
        callback=reader.text("recordingStatusCallback"),
        callback_method=reader.method("recordingStatusCallbackMethod"),
        callback_events=events,
    )
