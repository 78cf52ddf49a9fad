"""Recording of a conference: begun by its first participant's wish; here it is paused, resumed and
deleted. "The stopped status isn't supported for conference recordings."
"""

from backend.local_carrier.recordings import Recording, RecordingStatus
from backend.local_carrier.rest import recordings
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Json,
    Route,
    Told,
    moment_filters,
    not_found,
    page,
)
from backend.local_carrier.rest.recording_fields import recording_body
from backend.local_carrier.rest.recording_status import FIELDS, change_status, named
from backend.local_carrier.rooms import Conference

CHANGES: tuple[RecordingStatus, ...] = ("paused", "in-progress")


def list_all(asked: Asked) -> Told:
    conference = _conference(asked)
    found = [
        _body(asked, recording)
        for recording in reversed(_recordings(asked, conference))
        if asked.query.has_moment("DateCreated", recording.created_at)
    ]
    return page(asked, "recordings", f"Conferences/{conference.sid}/Recordings.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def update(asked: Asked) -> Told:
    recording = _found(asked)
    change_status(asked, recording, CHANGES)
    return Told({**_body(asked, recording), "status": recording.status})


def delete(asked: Asked) -> Told:
    recordings.remove(asked, _found(asked))
    return Told(None, 204)


def _conference(asked: Asked) -> Conference:
    conference = asked.exchange.conferences.find(asked.account, asked.names["ConferenceSid"])
    if conference is None:
        raise not_found(asked.path)
    return conference


def _recordings(asked: Asked, conference: Conference) -> list[Recording]:
    return [
        recording
        for recording in asked.exchange.recordings.of_account(asked.account)
        if recording.conference_sid == conference.sid and recording.status != "deleted"
    ]


def _found(asked: Asked) -> Recording:
    return named(asked, _recordings(asked, _conference(asked)))


def _body(asked: Asked, recording: Recording) -> Json:
    sid = asked.names["ConferenceSid"]
    uri = asked.uri("Conferences", sid, "Recordings", recording.sid)
    return {**recording_body(recording), "uri": f"{uri}.json"}


COLLECTION = "Conferences/{ConferenceSid}/Recordings"
ONE = f"{COLLECTION}/{{Sid}}"
ROUTES = (
    Route("GET", COLLECTION, list_all, (*moment_filters("DateCreated"), *PAGING)),
    Route("GET", ONE, fetch),
    Route("POST", ONE, update, FIELDS),
    Route("DELETE", ONE, delete),
)
