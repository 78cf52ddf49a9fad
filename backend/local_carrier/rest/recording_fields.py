"""The fields with which calls, participants and recordings say how to record."""

from typing import Literal

from backend.local_carrier.recordings import RecordingWish
from backend.local_carrier.rest.asking import Form, Refused

RECORDING_FIELDS = (
    "RecordingChannels",
    "RecordingStatusCallback",
    "RecordingStatusCallbackMethod",
    "RecordingStatusCallbackEvent",
)
EVENTS = frozenset({"in-progress", "completed", "absent"})


def recording_wish(form: Form, prefix: str = "") -> RecordingWish:
    """`prefix` is "Conference" where a participant speaks of its conference."""
    events = frozenset(form.every(f"{prefix}RecordingStatusCallbackEvent")) or {"completed"}
    if events - EVENTS:
        unknown = ", ".join(sorted(events - EVENTS))
        raise Refused(400, 20001, f"Invalid RecordingStatusCallbackEvent: {unknown}")
    channels = form.text("RecordingChannels", "mono") if not prefix else "mono"
    if channels not in ("mono", "dual"):
        raise Refused(400, 20001, "RecordingChannels must be mono or dual")
    count: Literal[1, 2] = 2 if channels == "dual" else 1
    return RecordingWish(
        channels=count,
        trim=form.text(f"{prefix}Trim") == "trim-silence",
        callback=form.url(f"{prefix}RecordingStatusCallback"),
        callback_method=form.method(f"{prefix}RecordingStatusCallbackMethod"),
        callback_events=frozenset(events),
    )
