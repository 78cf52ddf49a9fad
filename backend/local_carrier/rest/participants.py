"""Participant: a leg in a live conference, by its call's SID or by its label.

"The Participants list shows live ones only." A conference is named by its SID here: only
adding a participant takes a friendly name too.
"""

from backend.local_carrier.conferences import Conference, Participant
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Form,
    Json,
    Refused,
    Route,
    Told,
    dated,
    not_found,
    page,
)

UPDATE = (
    "Muted",
    "Hold",
    "HoldUrl",
    "HoldMethod",
    "AnnounceUrl",
    "AnnounceMethod",
    "WaitUrl",
    "WaitMethod",
    "BeepOnExit",
    "EndConferenceOnExit",
)
CREATE_UNSUPPORTED = (
    "Label",
    "Timeout",
    "Muted",
    "Beep",
    "StartConferenceOnEnter",
    "EndConferenceOnExit",
    "StatusCallback",
    "StatusCallbackEvent",
    "StatusCallbackMethod",
    "WaitUrl",
    "WaitMethod",
)


def list_all(asked: Asked) -> Told:
    conference = _conference(asked)
    found = [
        body
        for body in (_body(asked, p) for p in conference.participants.values())
        if all(
            name not in asked.query or asked.query.flag(name) is body[name.lower()]
            for name in ("Muted", "Hold", "Coaching")
        )
    ]
    resource = f"Conferences/{conference.sid}/Participants.json"
    return page(asked, "participants", resource, found)


def create(asked: Asked) -> Told:
    for name, code in (("To", 21201), ("From", 21213)):
        if not asked.form.text(name):
            raise Refused(400, code, f"No '{name}' number is specified")
    raise Refused(400, 21214, "This local carrier does not place calls yet: nobody can be reached")


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def update(asked: Asked) -> Told:
    participant, form = _found(asked), asked.form
    conferences = asked.exchange.conferences
    changes = _Changes(form)
    if "EndConferenceOnExit" in form:
        conferences.set_end_on_exit(participant, form.flag("EndConferenceOnExit"))
    if "BeepOnExit" in form:
        participant.beep_on_exit = form.flag("BeepOnExit")
    if "Muted" in form:
        conferences.set_muted(participant, form.flag("Muted"))
    if "WaitUrl" in form:
        conferences.set_wait(participant, changes.wait_url, changes.wait_method)
    if "Hold" in form:
        conferences.set_hold(participant, form.flag("Hold"), changes.hold_url, changes.hold_method)
    if changes.announce_url:
        conferences.announce_to(participant, changes.announce_url, changes.announce_method)
    return Told(_body(asked, participant))


def delete(asked: Asked) -> Told:
    """The leg goes on with what follows its <Dial>; without that it ends."""
    participant = _found(asked)
    asked.exchange.conferences.leave(participant, "participant_updated_via_api", kicked=True)
    return Told(None, 204)


class _Changes:
    """Read whole first: one bad field must change nothing."""

    def __init__(self, form: Form) -> None:
        self.hold_url = form.url("HoldUrl")
        self.hold_method = form.method("HoldMethod", "GET")
        self.announce_url = form.url("AnnounceUrl")
        self.announce_method = form.method("AnnounceMethod")
        self.wait_url = form.url("WaitUrl")
        self.wait_method = form.method("WaitMethod")


def _conference(asked: Asked) -> Conference:
    conference = asked.exchange.conferences.find(asked.account, asked.names["ConferenceSid"])
    if conference is None:
        raise not_found(asked.path)
    return conference


def _found(asked: Asked) -> Participant:
    participant = _conference(asked).find(asked.names["CallSid"])
    if participant is None:
        raise not_found(asked.path)
    return participant


def _body(asked: Asked, participant: Participant) -> Json:
    conference, leg = participant.conference, participant.leg
    return {
        "account_sid": asked.account.sid,
        "call_sid": leg.sid,
        "conference_sid": conference.sid,
        "label": participant.label,
        "muted": participant.muted,
        "hold": participant.hold,
        "coaching": False,
        "call_sid_to_coach": None,
        "start_conference_on_enter": participant.seat.start_on_enter,
        "end_conference_on_exit": participant.end_on_exit,
        "status": "complete" if participant.left.done() else "connected",
        "queue_time": "0",
        **dated(participant),
        "uri": f"{asked.uri('Conferences', conference.sid, 'Participants', leg.sid)}.json",
    }


COLLECTION = "Conferences/{ConferenceSid}/Participants"
ONE = f"{COLLECTION}/{{CallSid}}"
ROUTES = (
    Route("GET", COLLECTION, list_all, ("Muted", "Hold", "Coaching", *PAGING)),
    Route("POST", COLLECTION, create, ("To", "From"), CREATE_UNSUPPORTED),
    Route("GET", ONE, fetch),
    Route("POST", ONE, update, UPDATE, ("Coaching", "CallSidToCoach")),
    Route("DELETE", ONE, delete),
)
