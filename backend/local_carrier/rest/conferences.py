"""Conference: a room by its SID; an update may also name it by its friendly name."""

from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Json,
    Refused,
    Route,
    Told,
    dated,
    moment_filters,
    not_found,
    page,
)
from backend.local_carrier.rooms import Conference
from backend.local_carrier.webhooks.parameters import API_VERSION


def list_all(asked: Asked) -> Told:
    query = asked.query
    name, status = query.text("FriendlyName"), query.text("Status")
    found = [
        _body(asked, conference)
        for conference in reversed(asked.exchange.conferences.of_account(asked.account))
        if (not name or conference.name == name)
        and (not status or conference.status == status)
        and query.has_moment("DateCreated", conference.created_at)
        and query.has_moment("DateUpdated", conference.updated_at)
    ]
    return page(asked, "conferences", "Conferences.json", found)


def fetch(asked: Asked) -> Told:
    conference = asked.exchange.conferences.find(asked.account, asked.names["Sid"])
    if conference is None:
        raise not_found(asked.path)
    return Told(_body(asked, conference))


def update(asked: Asked) -> Told:
    conferences, sid = asked.exchange.conferences, asked.names["Sid"]
    conference = conferences.find(asked.account, sid) or conferences.live_named(asked.account, sid)
    if conference is None:
        raise not_found(asked.path)
    status, announce_url = asked.form.text("Status"), asked.form.url("AnnounceUrl")
    announce_method = asked.form.method("AnnounceMethod")
    if status not in ("", "completed"):
        raise Refused(400, 20001, "Status can only be set to completed")
    if conference.status == "completed":
        raise not_found(asked.path)
    if announce_url:
        conferences.announce_to_all(conference, announce_url, announce_method)
    if status:
        conferences.end(conference)
    return Told(_body(asked, conference))


def _body(asked: Asked, conference: Conference) -> Json:
    uri = asked.uri("Conferences", conference.sid)
    return {
        "sid": conference.sid,
        "account_sid": asked.account.sid,
        "api_version": API_VERSION,
        "friendly_name": conference.name,
        "region": conference.region,
        "status": conference.status,
        "reason_conference_ended": conference.reason_ended,
        "call_sid_ending_conference": conference.ended_by,
        "uri": f"{uri}.json",
        "subresource_uris": {
            "participants": f"{uri}/Participants.json",
            "recordings": f"{uri}/Recordings.json",
        },
        **dated(conference),
    }


FILTERS = (
    *("FriendlyName", "Status"),
    *moment_filters("DateCreated"),
    *moment_filters("DateUpdated"),
    *PAGING,
)
ROUTES = (
    Route("GET", "Conferences", list_all, FILTERS),
    Route("GET", "Conferences/{Sid}", fetch),
    Route("POST", "Conferences/{Sid}", update, ("Status", "AnnounceUrl", "AnnounceMethod")),
)
