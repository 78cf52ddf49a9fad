"""Recording of a call: begun, paused, resumed and stopped while the call is going on.

Only the answer to a change tells the status in such detail: "a fetch on the Recording resource
will only show processing or completed".
"""

from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.recordings import Recording, RecordingStatus
from backend.local_carrier.rest import recordings
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Json,
    Refused,
    Route,
    Told,
    moment_filters,
    not_found,
    page,
)
from backend.local_carrier.rest.recording_fields import (
    RECORDING_FIELDS,
    recording_body,
    recording_wish,
)
from backend.local_carrier.rest.recording_status import FIELDS, change_status, named

CHANGES: tuple[RecordingStatus, ...] = ("paused", "in-progress", "stopped")


def list_all(asked: Asked) -> Told:
    leg = _call(asked)
    found = [
        _body(asked, recording)
        for recording in reversed(_recordings(asked, leg))
        if asked.query.has_moment("DateCreated", recording.created_at)
    ]
    return page(asked, "recordings", f"Calls/{leg.sid}/Recordings.json", found)


def create(asked: Asked) -> Told:
    leg, wish = _call(asked), recording_wish(asked.form)
    if leg.status is not LegStatus.IN_PROGRESS:
        raise Refused(400, 21220, "Call is not in-progress. Cannot record.")
    recording = asked.exchange.recorder.record_leg(leg, wish, "StartCallRecordingAPI")
    return Told(_body(asked, recording, recording.status), 201)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def update(asked: Asked) -> Told:
    recording = _found(asked)
    change_status(asked, recording, CHANGES)
    status = "stopped" if not recording.is_live else recording.status
    return Told(_body(asked, recording, status))


def delete(asked: Asked) -> Told:
    recordings.remove(asked, _found(asked))
    return Told(None, 204)


def _call(asked: Asked) -> Leg:
    leg = asked.exchange.calls.find(asked.names["CallSid"])
    if leg is None or leg.account is not asked.account:
        raise not_found(asked.path)
    return leg


def _recordings(asked: Asked, leg: Leg) -> list[Recording]:
    return [
        recording
        for recording in asked.exchange.recordings.of_account(asked.account)
        if recording.call_sid == leg.sid and recording.status != "deleted"
    ]


def _found(asked: Asked) -> Recording:
    return named(asked, _recordings(asked, _call(asked)))


def _body(asked: Asked, recording: Recording, status: RecordingStatus | None = None) -> Json:
    uri = asked.uri("Calls", asked.names["CallSid"], "Recordings", recording.sid)
    body = {**recording_body(recording), "track": recording.wish.track, "uri": f"{uri}.json"}
    return body if status is None else {**body, "status": status}


COLLECTION = "Calls/{CallSid}/Recordings"
ONE = f"{COLLECTION}/{{Sid}}"
ROUTES = (
    Route("GET", COLLECTION, list_all, (*moment_filters("DateCreated"), *PAGING)),
    Route("POST", COLLECTION, create, RECORDING_FIELDS),
    Route("GET", ONE, fetch),
    Route("POST", ONE, update, FIELDS),
    Route("DELETE", ONE, delete),
)
