"""How recordings are wished for, by calls, participants and themselves, and how they are told."""

from typing import Literal, cast

from backend.local_carrier.recordings import Recording, RecordingWish, Track
from backend.local_carrier.rest.asking import Form, Json, Refused, dated
from backend.local_carrier.times import rfc2822
from backend.local_carrier.webhooks.parameters import API_VERSION

RECORDING_FIELDS = (
    "RecordingChannels",
    "RecordingTrack",
    "RecordingStatusCallback",
    "RecordingStatusCallbackMethod",
    "RecordingStatusCallbackEvent",
    "Trim",
)
EVENTS = frozenset({"in-progress", "completed", "absent"})


def recording_wish(form: Form) -> RecordingWish:
    """Of a call; "the default is do-not-trim"."""
    channels = _choice(form, "RecordingChannels", ("mono", "dual"))
    track = _choice(form, "RecordingTrack", ("both", "inbound", "outbound"))
    return _wish(
        form,
        "",
        channels=2 if channels == "dual" else 1,
        track=cast(Track, track),
        trims=_choice(form, "Trim", ("do-not-trim", "trim-silence")),
    )


def conference_recording_wish(form: Form) -> RecordingWish:
    """A participant speaks of its conference, which is trimmed unless the form says otherwise."""
    trims = _choice(form, "ConferenceTrim", ("trim-silence", "do-not-trim"))
    return _wish(form, "Conference", channels=1, track="both", trims=trims)


def recording_body(recording: Recording) -> Json:
    """What all resources tell of a recording. While it is under way it is being processed."""
    duration = recording.duration_seconds
    return {
        "sid": recording.sid,
        "account_sid": recording.account.sid,
        "call_sid": recording.call_sid,
        "conference_sid": recording.conference_sid,
        "api_version": API_VERSION,
        "status": "processing" if recording.is_live else recording.status,
        "source": recording.source,
        "channels": recording.wish.channels,
        "start_time": rfc2822(recording.started_at),
        "duration": str(duration) if duration is not None else None,
        "error_code": recording.error_code,
        "encryption_details": None,
        "price": None,
        "price_unit": "USD",
        **dated(recording),
    }


def _wish(
    form: Form, prefix: str, *, channels: Literal[1, 2], track: Track, trims: str
) -> RecordingWish:
    events = frozenset(form.every(f"{prefix}RecordingStatusCallbackEvent")) or {"completed"}
    if events - EVENTS:
        unknown = ", ".join(sorted(events - EVENTS))
        raise Refused(400, 20001, f"Invalid RecordingStatusCallbackEvent: {unknown}")
    return RecordingWish(
        channels=channels,
        track=track,
        trim=trims == "trim-silence",
        callback=form.url(f"{prefix}RecordingStatusCallback"),
        callback_method=form.method(f"{prefix}RecordingStatusCallbackMethod"),
        callback_events=frozenset(events),
    )


def _choice(form: Form, name: str, allowed: tuple[str, ...]) -> str:
    """One of these; the first unless the form says otherwise."""
    given = form.text(name) or allowed[0]
    if given not in allowed:
        raise Refused(400, 20001, f"{name} must be one of {', '.join(allowed)}")
    return given
