"""Call: one leg. To be watched, taken to other TwiML, or ended."""

from backend.local_carrier.legs import Leg, LegStatus
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
from backend.local_carrier.times import rfc2822
from backend.local_carrier.twiml.documents import read_document
from backend.local_carrier.twiml.perform import Document
from backend.local_carrier.twiml.reading import TwimlError
from backend.local_carrier.twiml.stage import GoTo
from backend.local_carrier.webhooks.parameters import API_VERSION

LONGEST_TWIML = 4000
UPDATE = (
    "Url",
    "Method",
    "Status",
    "Twiml",
    "FallbackUrl",
    "FallbackMethod",
    "StatusCallback",
    "StatusCallbackMethod",
)
CREATE_UNSUPPORTED = (
    "ApplicationSid",
    "Url",
    "Twiml",
    "Method",
    "FallbackUrl",
    "FallbackMethod",
    "StatusCallback",
    "StatusCallbackEvent",
    "StatusCallbackMethod",
    "Timeout",
    "TimeLimit",
    "CallerId",
    "SendDigits",
    "MachineDetection",
    "Record",
)


def list_all(asked: Asked) -> Told:
    query = asked.query
    wanted = {"status": query.text("Status"), "from": query.text("From"), "to": query.text("To")}
    parent = query.text("ParentCallSid")
    newest_first = reversed(asked.exchange.calls.of_account(asked.account))
    bodies = [_body(asked, leg) for leg in newest_first if not parent]
    found = [b for b in bodies if all(not want or b[name] == want for name, want in wanted.items())]
    return page(asked, "calls", "Calls.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def create(asked: Asked) -> Told:
    for name, code in (("To", 21201), ("From", 21213)):
        if not asked.form.text(name):
            raise Refused(400, code, f"No '{name}' number is specified")
    raise Refused(400, 21214, "This local carrier does not place calls yet: nobody can be reached")


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
    _keep_callbacks(leg, form)
    if status:
        await calls.end(leg, LegStatus(status))
    elif destination is not None:
        await calls.redirect(leg, destination)
    return Told(_body(asked, leg))


def _destination(form: Form) -> GoTo | Document | None:
    url, twiml = form.url("Url"), form.text("Twiml")
    if url and twiml:
        raise Refused(400, 20001, "Url and Twiml exclude each other")
    if url:
        return GoTo(url, form.method("Method"))
    if not twiml:
        return None
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


def _found(asked: Asked) -> Leg:
    leg = asked.exchange.calls.find(asked.names["Sid"])
    if leg is None or leg.account is not asked.account:
        raise not_found(asked.path)
    return leg


def _body(asked: Asked, leg: Leg) -> Json:
    ended = leg.ended_at is not None
    return {
        "sid": leg.sid,
        "account_sid": asked.account.sid,
        "parent_call_sid": None,
        "from": leg.caller,
        "from_formatted": leg.caller,
        "to": leg.called,
        "to_formatted": leg.called,
        "phone_number_sid": leg.number_sid,
        "status": str(leg.status),
        "start_time": rfc2822(leg.answered_at or leg.created_at),
        "end_time": rfc2822(leg.ended_at) if leg.ended_at else None,
        "duration": str(leg.duration_seconds) if ended else None,
        "direction": "inbound",
        "answered_by": None,
        "api_version": API_VERSION,
        "forwarded_from": None,
        "caller_name": None,
        "group_sid": None,
        "trunk_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "uri": f"{asked.uri('Calls', leg.sid)}.json",
        "subresource_uris": {},
        **dated(leg),
    }


FILTERS = ("To", "From", "Status", "ParentCallSid", *PAGING)
ROUTES = (
    Route("GET", "Calls", list_all, FILTERS),
    Route("POST", "Calls", create, ("To", "From"), CREATE_UNSUPPORTED),
    Route("GET", "Calls/{Sid}", fetch),
    Route("POST", "Calls/{Sid}", update, UPDATE, ("TimeLimit",)),
)
