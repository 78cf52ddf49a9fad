"""Recording: what was recorded, and its sound. Without an ending, or with .wav, it is the sound
itself; a deleted one is remembered without it.

"It's only possible to fetch a Recording's media file when the Recording's status is `completed`."
"""

import asyncio

from backend.local_carrier.recordings import Recording
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    File,
    Json,
    Refused,
    Route,
    Told,
    moment_filters,
    not_found,
    page,
)
from backend.local_carrier.rest.recording_fields import recording_body

FILTERS = ("CallSid", "ConferenceSid", *moment_filters("DateCreated"), "IncludeSoftDeleted")
WAV = "audio/x-wav"


def list_all(asked: Asked) -> Told:
    query = asked.query
    call_sid, conference_sid = query.text("CallSid"), query.text("ConferenceSid")
    found = [
        _body(asked, recording)
        for recording in reversed(asked.exchange.recordings.of_account(asked.account))
        if _is_shown(asked, recording)
        and call_sid in ("", recording.call_sid)
        and conference_sid in ("", recording.conference_sid)
        and query.has_moment("DateCreated", recording.created_at)
    ]
    return page(asked, "recordings", "Recordings.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked, asked.names["Sid"])))


def delete(asked: Asked) -> Told:
    remove(asked, _found(asked, asked.names["Sid"]))
    return Told(None, 204)


async def media(asked: Asked) -> Told:
    sid, _, ending = asked.names["Sid"].partition(".")
    recording = _found(asked, sid)
    if ending == "mp3":
        raise Refused(400, 20001, "This local carrier has recordings as WAV files only, not as MP3")
    if ending not in ("", "wav") or recording.media is None:
        raise not_found(asked.path)
    return Told(File(await asyncio.to_thread(recording.media.read_bytes), WAV))


def remove(asked: Asked, recording: Recording) -> None:
    """Only completed recordings can be: "recordings with any other status" cannot."""
    if recording.status != "completed":
        raise Refused(409, 20009, f"The recording is {recording.status}. Cannot delete.")
    asked.exchange.recordings.delete(recording)


def _found(asked: Asked, sid: str) -> Recording:
    recording = asked.exchange.recordings.find(asked.account, sid)
    if recording is None or not _is_shown(asked, recording):
        raise not_found(asked.path)
    return recording


def _is_shown(asked: Asked, recording: Recording) -> bool:
    return recording.status != "deleted" or asked.query.flag("IncludeSoftDeleted")


def _body(asked: Asked, recording: Recording) -> Json:
    uri = asked.uri("Recordings", recording.sid)
    return {
        **recording_body(recording),
        "subresource_uris": {},
        "media_url": asked.exchange.recordings.url(recording),
        "uri": f"{uri}.json",
    }


ROUTES = (
    Route("GET", "Recordings", list_all, (*FILTERS, *PAGING)),
    Route("GET", "Recordings/{Sid}", fetch, ("IncludeSoftDeleted",)),
    Route("DELETE", "Recordings/{Sid}", delete),
    Route("GET", "Recordings/{Sid}", media, json=False),
)
