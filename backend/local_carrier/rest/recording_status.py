"""Pausing, resuming and stopping a recording: the same for a call's as for a conference's.

`Twilio.CURRENT` is the one that is under way, if there is one only.
"""

from collections.abc import Sequence

from backend.local_carrier.recordings import Recording
from backend.local_carrier.rest.asking import Asked, Refused, not_found

CURRENT = "Twilio.CURRENT"
SEVERAL_UNDER_WAY = 16108
FIELDS = ("Status", "PauseBehavior")


def named(asked: Asked, recordings: Sequence[Recording]) -> Recording:
    """The one of these recordings that the path means."""
    sid = asked.names["Sid"]
    if sid == CURRENT:
        wanted = [recording for recording in recordings if recording.is_live]
    else:
        wanted = [recording for recording in recordings if recording.sid == sid]
    if not wanted:
        raise not_found(asked.path)
    if len(wanted) > 1:
        raise Refused(
            400, SEVERAL_UNDER_WAY, "There is more than one active recording: name it by its SID"
        )
    return wanted[0]


def change_status(asked: Asked, recording: Recording, allowed: Sequence[str]) -> None:
    """As the form's Status says."""
    status = asked.form.text("Status")
    behavior = asked.form.text("PauseBehavior", "silence")
    if status not in allowed:
        raise Refused(400, 20001, f"Status must be one of {', '.join(allowed)}")
    if behavior not in ("skip", "silence"):
        raise Refused(400, 20001, "PauseBehavior must be skip or silence")
    if not recording.is_live:
        raise Refused(400, 21220, "Recording is not in-progress. Cannot change it.")
    recordings = asked.exchange.recordings
    match status:
        case "paused":
            recordings.pause(recording, "skip" if behavior == "skip" else "silence")
        case "in-progress":
            recordings.resume(recording)
        case _:
            recordings.stop(recording)
