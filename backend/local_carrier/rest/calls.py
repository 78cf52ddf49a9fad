"""Call: one leg. To be made, watched, taken to other TwiML, or ended."""

from backend.local_carrier.legs import PROGRESS_EVENTS, Callbacks, Leg, LegStatus
from backend.local_carrier.placing import Placed, QueueTooLong, TooManyCalls
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
    moment_filters,
    not_found,
    page,
)
from backend.local_carrier.rest.recording_fields import RECORDING_FIELDS, recording_wish
from backend.local_carrier.times import rfc2822
from backend.local_carrier.twiml.documents import read_document
from backend.local_carrier.twiml.perform import Document
from backend.local_carrier.twiml.reading import TwimlError
from backend.local_carrier.twiml.stage import GoTo, Unreachable
from backend.local_carrier.webhooks.parameters import API_VERSION

LONGEST_TWIML = 4000
LONGEST_CALL = 14_400
WHERE_TO = ("Url", "Twiml", "ApplicationSid")
CALLBACKS = (
    "Method",
    "FallbackUrl",
    "FallbackMethod",
    "StatusCallback",
    "StatusCallbackMethod",
)
CREATE = (
    "To",
    "From",
    *WHERE_TO,
    *CALLBACKS,
    "StatusCallbackEvent",
    "SendDigits",
    "Timeout",
    "TimeLimit",
    "CallerId",
    "MachineDetection",
    "Record",
    *RECORDING_FIELDS,
    "CallReason",
    "CallToken",
)
CREATE_UNSUPPORTED = (
    "AsyncAmd",
    "AsyncAmdStatusCallback",
    "AsyncAmdStatusCallbackMethod",
    "MachineDetectionTimeout",
    "MachineDetectionSpeechThreshold",
    "MachineDetectionSpeechEndThreshold",
    "MachineDetectionSilenceTimeout",
    "SipAuthUsername",
    "SipAuthPassword",
    "Byoc",
    "ClientNotificationUrl",
)
UPDATE = ("Url", "Twiml", *CALLBACKS, "Status", "TimeLimit")
FILTERS = (
    *("To", "From", "Status", "ParentCallSid"),
    *moment_filters("StartTime"),
    *moment_filters("EndTime"),
    *PAGING,
)


def list_all(asked: Asked) -> Told:
    newest_first = reversed(asked.exchange.calls.of_account(asked.account))
    found = [_body(asked, leg) for leg in newest_first if _is_wanted(asked.query, leg)]
    return page(asked, "calls", "Calls.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def create(asked: Asked) -> Told:
    form, exchange = asked.form, asked.exchange
    then = _first_document(asked)
    to, caller = called_address(asked, "To"), caller_address(asked)
    parameters = client_parameters(asked, "To")
    callbacks = _callbacks(asked, then)
    wish = recording_wish(form) if form.flag("Record") else None
    timeout = form.whole("Timeout", 60, least=1, most=600)
    limit = form.whole("TimeLimit", LONGEST_CALL, least=1)
    keys, detection = form.keys("SendDigits"), _detection(form)
    try:
        exchange.placing.check(asked.account)
        leg = exchange.outgoing(
            asked.account, to=to, caller=caller, callbacks=callbacks, parameters=parameters
        )
    except TooManyCalls as problem:
        raise Refused(429, 10004, "Call concurrency limit exceeded") from problem
    except QueueTooLong as problem:
        raise Refused(400, 22005, "Call queue is full") from problem
    except Unreachable as problem:
        raise Refused(400, problem.code, problem.why) from problem
    leg.time_limit = limit
    leg.asks_who_answers = bool(detection)
    exchange.placing.place(
        Placed(
            leg=leg,
            timeout=timeout,
            then=then,
            keys=keys,
            awaits_beep=detection == "DetectMessageEnd",
        )
    )
    if wish is not None:
        exchange.recorder.record_from_the_answer(leg, wish)
    return Told(_body(asked, leg), 201)


async def update(asked: Asked) -> Told:
    leg, form = _found(asked), asked.form
    calls = asked.exchange.calls
    destination = _destination(form)
    status = form.text("Status")
    if status not in ("", "completed", "canceled"):
        raise Refused(400, 20001, "Status must be completed or canceled")
    if not leg.is_live:
        raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status == "canceled" and leg.status is LegStatus.IN_PROGRESS:
        raise Refused(400, 21220, "Call is in-progress. Cannot cancel.")
    rings_elsewhere = leg.direction != "inbound" and leg.status is not LegStatus.IN_PROGRESS
    if destination is not None and rings_elsewhere:
        raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
    limit = form.whole("TimeLimit", 0, least=1)
    _keep_callbacks(leg, form)
    if limit:
        calls.limit(leg, limit)
    if status:
        await calls.end(leg, LegStatus(status))
    elif destination is not None:
        await calls.redirect(leg, destination)
    return Told(_body(asked, leg))


def delete(asked: Asked) -> Told:
    """Only what is over can be forgotten."""
    leg = _found(asked)
    if leg.is_live:
        raise Refused(409, 20009, "Call is in-progress. Cannot delete.")
    asked.exchange.calls.forget(leg)
    return Told(None, 204)


def _first_document(asked: Asked) -> GoTo | Document:
    """What the call does when it is answered. "On create Url wins" over Twiml."""
    form = asked.form
    application_sid = form.text("ApplicationSid")
    if application_sid:
        application = asked.account.applications.get(application_sid)
        if application is None:
            raise Refused(400, 21218, f"Invalid ApplicationSid: {application_sid}")
        return GoTo(application.voice_url, application.voice_method)
    if form.url("Url"):
        return GoTo(form.url("Url"), form.method("Method"))
    if form.text("Twiml"):
        return _inline(form.text("Twiml"))
    raise Refused(400, 21205, "Url parameter is required.")


def _detection(form: Form) -> str:
    detection = form.text("MachineDetection")
    if detection not in ("", "Enable", "DetectMessageEnd"):
        raise Refused(400, 20001, "MachineDetection must be Enable or DetectMessageEnd")
    return detection


def _callbacks(asked: Asked, then: GoTo | Document) -> Callbacks:
    form = asked.form
    events = frozenset(form.every("StatusCallbackEvent")) or frozenset({"completed"})
    unknown = events - set(PROGRESS_EVENTS)
    if unknown:
        raise Refused(400, 21626, f"Invalid StatusCallbackEvent: {', '.join(sorted(unknown))}")
    return Callbacks(
        voice_url=then.url if isinstance(then, GoTo) else "",
        fallback_url=form.url("FallbackUrl"),
        fallback_method=form.method("FallbackMethod"),
        status_callback=form.url("StatusCallback"),
        status_callback_method=form.method("StatusCallbackMethod"),
        status_callback_events=events,
    )


def _destination(form: Form) -> GoTo | Document | None:
    url, twiml = form.url("Url"), form.text("Twiml")
    if url and twiml:
        raise Refused(400, 20001, "Url and Twiml exclude each other")
    if url:
        return GoTo(url, form.method("Method"))
    return _inline(twiml) if twiml else None


def _inline(twiml: str) -> Document:
    if len(twiml) > LONGEST_TWIML:
        raise Refused(400, 20001, f"Twiml is longer than {LONGEST_TWIML} characters")
    try:
        return read_document(twiml)
    except TwimlError as error:
        raise Refused(400, error.code, error.why) from error


def _keep_callbacks(leg: Leg, form: Form) -> None:
    callbacks = leg.callbacks
    fallback, status = form.url("FallbackUrl"), form.url("StatusCallback")
    fallback_method, status_method = (
        form.method("FallbackMethod"),
        form.method("StatusCallbackMethod"),
    )
    if fallback:
        callbacks.fallback_url, callbacks.fallback_method = fallback, fallback_method
    if status:
        callbacks.status_callback, callbacks.status_callback_method = status, status_method


def _is_wanted(query: Form, leg: Leg) -> bool:
    texts = {
        "Status": str(leg.status),
        "From": leg.caller,
        "To": leg.called,
        "ParentCallSid": leg.parent.sid if leg.parent is not None else "",
    }
    return (
        all(query.text(name) in ("", text) for name, text in texts.items())
        and query.has_moment("StartTime", leg.answered_at or leg.created_at)
        and query.has_moment("EndTime", leg.ended_at)
    )


def _found(asked: Asked) -> Leg:
    leg = asked.exchange.calls.find(asked.names["Sid"])
    if leg is None or leg.account is not asked.account:
        raise not_found(asked.path)
    return leg


def _body(asked: Asked, leg: Leg) -> Json:
    ended = leg.ended_at is not None
    uri = asked.uri("Calls", leg.sid)
    return {
        "sid": leg.sid,
        "account_sid": asked.account.sid,
        "parent_call_sid": leg.parent.sid if leg.parent is not None else None,
        "from": leg.caller,
        "from_formatted": leg.caller,
        "to": leg.called,
        "to_formatted": leg.called,
        "phone_number_sid": leg.number_sid,
        "status": str(leg.status),
        "start_time": rfc2822(leg.answered_at or leg.created_at),
        "end_time": rfc2822(leg.ended_at) if leg.ended_at else None,
        "duration": str(leg.duration_seconds) if ended else None,
        "direction": leg.direction,
        "answered_by": leg.answered_by if leg.asks_who_answers else None,
        "api_version": API_VERSION,
        "forwarded_from": None,
        "caller_name": None,
        "group_sid": None,
        "trunk_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": str(round(leg.queue_seconds * 1000)),
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        **dated(leg),
    }


ROUTES = (
    Route("GET", "Calls", list_all, FILTERS),
    Route("POST", "Calls", create, CREATE, CREATE_UNSUPPORTED),
    Route("GET", "Calls/{Sid}", fetch),
    Route("POST", "Calls/{Sid}", update, UPDATE),
    Route("DELETE", "Calls/{Sid}", delete),
)
