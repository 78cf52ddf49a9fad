"""Participant: a call "who is either connecting to, or actively connected to, a conference", by the
call's SID or by its label. A conference is named by its SID here: only adding a participant takes
a friendly name too.
"""

from backend.local_carrier.conferences import CannotJoin, Refusal
from backend.local_carrier.legs import PROGRESS_EVENTS, Callbacks, Leg, LegStatus
from backend.local_carrier.placing import QueueTooLong, TooManyCalls
from backend.local_carrier.rest.addresses import called_address, caller_address, client_parameters
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
from backend.local_carrier.rest.recording_fields import (
    RECORDING_FIELDS,
    conference_recording_wish,
    recording_wish,
)
from backend.local_carrier.rooms import (
    EVENT_GROUPS,
    USUAL_REGION,
    Beep,
    Conference,
    Participant,
    Seat,
    is_label,
)
from backend.local_carrier.sids import is_sid
from backend.local_carrier.twiml.stage import Unreachable

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
    "Coaching",
    "CallSidToCoach",
)
CREATE = (
    *("To", "From", "CallerId", "Label", "Timeout", "TimeLimit"),
    *("StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"),
    *("Muted", "Beep", "StartConferenceOnEnter", "EndConferenceOnExit"),
    *("WaitUrl", "WaitMethod", "EarlyMedia", "MaxParticipants", "Region", "JitterBufferSize"),
    *("Coaching", "CallSidToCoach"),
    *("ConferenceStatusCallback", "ConferenceStatusCallbackMethod"),
    *("ConferenceStatusCallbackEvent", "ConferenceRecord", "ConferenceTrim"),
    *("ConferenceRecordingStatusCallback", "ConferenceRecordingStatusCallbackMethod"),
    "ConferenceRecordingStatusCallbackEvent",
    *("Record", *RECORDING_FIELDS),
    *("CallReason", "CallToken", "CallerDisplayName"),
)
CREATE_UNSUPPORTED = (
    *("SipAuthUsername", "SipAuthPassword", "Byoc", "ClientNotificationUrl"),
    *("MachineDetection", "MachineDetectionTimeout", "MachineDetectionSpeechThreshold"),
    *("MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout"),
    *("AmdStatusCallback", "AmdStatusCallbackMethod"),
)
STATUSES = {
    LegStatus.QUEUED: "queued",
    LegStatus.RINGING: "ringing",
    LegStatus.IN_PROGRESS: "connected",
}
REFUSALS: dict[Refusal, int] = {
    "label-taken": 16026,
    "room-full": 16000,
    "coached-absent": 16028,
    "coached-on-hold": 16027,
}
"""Twilio's codes where REST asks; TwiML is told others."""
WRONG_LABEL = 16024


def list_all(asked: Asked) -> Told:
    conference = _conference(asked)
    everybody = [
        *(_body(asked, participant) for participant in conference.participants.values()),
        *(_coming_body(asked, conference, leg) for leg in _coming(asked, conference)),
    ]
    found = [
        body
        for body in everybody
        if all(
            name not in asked.query or asked.query.flag(name) is body[name.lower()]
            for name in ("Muted", "Hold", "Coaching")
        )
    ]
    resource = f"Conferences/{conference.sid}/Participants.json"
    return page(asked, "participants", resource, found)


def create(asked: Asked) -> Told:
    """Rings somebody for the conference. By its name a room is made if there is none; by its SID
    it must be there."""
    form, exchange = asked.form, asked.exchange
    to, caller = called_address(asked, "To"), caller_address(asked)
    parameters = client_parameters(asked, "To")
    seat = _seat(asked)
    timeout = form.whole("Timeout", 60, least=5, most=600)
    limit = form.whole("TimeLimit", 0, least=1)
    wish = recording_wish(form) if form.flag("Record") else None
    try:
        exchange.placing.check(asked.account)
        leg = exchange.outgoing(
            asked.account, to=to, caller=caller, callbacks=_callbacks(form), parameters=parameters
        )
        leg.time_limit = limit or None
        conference = exchange.placing.place_into(leg, seat, timeout)
    except TooManyCalls as problem:
        raise Refused(429, 10004, "Call concurrency limit exceeded") from problem
    except QueueTooLong as problem:
        raise Refused(400, 22005, "Call queue is full") from problem
    except Unreachable as problem:
        raise Refused(400, problem.code, problem.why) from problem
    except CannotJoin as problem:
        raise _refused(problem) from problem
    if wish is not None:
        exchange.recorder.record_from_the_answer(leg, wish)
    return Told(_coming_body(asked, conference, leg), 201)


def fetch(asked: Asked) -> Told:
    conference = _conference(asked)
    coming = _named(asked, conference)
    if coming is not None:
        return Told(_coming_body(asked, conference, coming))
    return Told(_body(asked, _found(asked)))


def update(asked: Asked) -> Told:
    participant, form = _found(asked), asked.form
    conferences = asked.exchange.conferences
    changes = _Changes(form)
    if "Coaching" in form or "CallSidToCoach" in form:
        coaching = form.flag("Coaching") if "Coaching" in form else participant.coaching
        coached = form.text("CallSidToCoach") or participant.coached
        try:
            conferences.set_coaching(participant, coaching, coached)
        except CannotJoin as problem:
            raise _refused(problem) from problem
    if "EndConferenceOnExit" in form:
        conferences.set_end_on_exit(participant, form.flag("EndConferenceOnExit"))
    if "BeepOnExit" in form:
        conferences.set_beep_on_exit(participant, form.flag("BeepOnExit"))
    if "Muted" in form:
        conferences.set_muted(participant, form.flag("Muted"))
    if "WaitUrl" in form:
        conferences.set_wait(participant, changes.wait_url, changes.wait_method)
    if "Hold" in form:
        conferences.set_hold(participant, form.flag("Hold"), changes.hold_url, changes.hold_method)
    if changes.announce_url:
        conferences.announce_to(participant, changes.announce_url, changes.announce_method)
    return Told(_body(asked, participant))


async def delete(asked: Asked) -> Told:
    """The leg goes on with what follows its <Dial>; without that it ends. One that is still being
    rung is not wanted any more."""
    coming = _named(asked, _conference(asked))
    if coming is not None:
        answered = coming.status is LegStatus.IN_PROGRESS
        status = LegStatus.COMPLETED if answered else LegStatus.CANCELED
        await asked.exchange.calls.end(coming, status)
        return Told(None, 204)
    participant = _found(asked)
    asked.exchange.conferences.leave(participant, "participant_updated_via_api", kicked=True)
    return Told(None, 204)


def _seat(asked: Asked) -> Seat:
    form = asked.form
    label, coaching = form.text("Label") or None, form.flag("Coaching")
    if label is not None and not is_label(label):
        raise Refused(400, WRONG_LABEL, f"{label!r} cannot be a participant's label")
    room = asked.names["ConferenceSid"]
    region = form.text("Region", USUAL_REGION)
    if is_sid("CF", room):
        conference = _conference(asked)
        if conference.status == "completed":
            raise not_found(asked.path)
        room, region = conference.name, conference.region
    events = frozenset(form.every("ConferenceStatusCallbackEvent")) or {"start", "end"}
    if events - set(EVENT_GROUPS):
        raise Refused(400, 20001, "Invalid ConferenceStatusCallbackEvent")
    if coaching and not form.text("CallSidToCoach"):
        raise Refused(400, 20001, "Coaching needs a CallSidToCoach")
    records = form.text("ConferenceRecord") in ("true", "record-from-start")
    return Seat(
        room=room,
        label=label,
        muted=form.flag("Muted"),
        beep=_beep(form),
        start_on_enter=form.flag("StartConferenceOnEnter", default=True),
        end_on_exit=form.flag("EndConferenceOnExit"),
        wait_url=form.url("WaitUrl") if "WaitUrl" in form else None,
        wait_method=form.method("WaitMethod"),
        max_participants=form.whole("MaxParticipants", 250, least=2, most=250),
        coach=form.text("CallSidToCoach") if coaching else None,
        region=region,
        record=conference_recording_wish(form) if records else None,
        status_callback=form.url("ConferenceStatusCallback"),
        status_callback_method=form.method("ConferenceStatusCallbackMethod"),
        status_callback_events=frozenset(events),
    )


def _beep(form: Form) -> Beep:
    given = form.text("Beep", "true")
    if given not in ("true", "false", "onEnter", "onExit"):
        raise Refused(400, 20001, "Beep must be true, false, onEnter or onExit")
    return given


def _callbacks(form: Form) -> Callbacks:
    events = frozenset(form.every("StatusCallbackEvent")) or frozenset({"completed"})
    if events - set(PROGRESS_EVENTS):
        raise Refused(400, 21626, "Invalid StatusCallbackEvent")
    return Callbacks(
        status_callback=form.url("StatusCallback"),
        status_callback_method=form.method("StatusCallbackMethod"),
        status_callback_events=events,
    )


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


def _refused(problem: CannotJoin) -> Refused:
    return Refused(400, REFUSALS[problem.refusal], str(problem))


def _coming(asked: Asked, conference: Conference) -> list[Leg]:
    """Those who are still being rung for the room."""
    legs = (asked.exchange.calls.find(sid) for sid in conference.expected)
    return [leg for leg in legs if leg is not None]


def _named(asked: Asked, conference: Conference) -> Leg | None:
    """The one of them whom the path means, by SID or label."""
    name = asked.names["CallSid"]
    coming = _coming(asked, conference)
    return next((x for x in coming if name in (x.sid, conference.expected[x.sid].label)), None)


def _found(asked: Asked) -> Participant:
    participant = _conference(asked).find(asked.names["CallSid"])
    if participant is None:
        raise not_found(asked.path)
    return participant


def _body(asked: Asked, participant: Participant) -> Json:
    return {
        **_told(asked, participant.conference, participant.leg, participant.seat),
        "label": participant.label,
        "muted": participant.muted,
        "hold": participant.hold,
        "coaching": participant.coaching,
        "call_sid_to_coach": participant.coached,
        "end_conference_on_exit": participant.end_on_exit,
        "status": "complete" if participant.left.done() else "connected",
        **dated(participant),
    }


def _coming_body(asked: Asked, conference: Conference, leg: Leg) -> Json:
    seat = conference.expected[leg.sid]
    return {
        **_told(asked, conference, leg, seat),
        "label": seat.label,
        "muted": seat.muted,
        "hold": False,
        "coaching": seat.coach is not None,
        "call_sid_to_coach": seat.coach,
        "end_conference_on_exit": seat.end_on_exit,
        "status": STATUSES.get(leg.status, "failed"),
        **dated(leg),
    }


def _told(asked: Asked, conference: Conference, leg: Leg, seat: Seat) -> Json:
    return {
        "account_sid": asked.account.sid,
        "call_sid": leg.sid,
        "conference_sid": conference.sid,
        "start_conference_on_enter": seat.start_on_enter,
        "queue_time": str(round(leg.queue_seconds * 1000)),
        "uri": f"{asked.uri('Conferences', conference.sid, 'Participants', leg.sid)}.json",
    }


COLLECTION = "Conferences/{ConferenceSid}/Participants"
ONE = f"{COLLECTION}/{{CallSid}}"
ROUTES = (
    Route("GET", COLLECTION, list_all, ("Muted", "Hold", "Coaching", *PAGING)),
    Route("POST", COLLECTION, create, CREATE, CREATE_UNSUPPORTED),
    Route("GET", ONE, fetch),
    Route("POST", ONE, update, UPDATE),
    Route("DELETE", ONE, delete),
)
