"""OutgoingCallerId: a number that is not the account's own, but that it may show when it calls.

Creating one answers a validation request: a call to the number, and the code to be pressed there.
"""

from backend.local_carrier.accounts import CallerId
from backend.local_carrier.caller_ids import Validation
from backend.local_carrier.handsets import REFUSED
from backend.local_carrier.numbering import e164
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
from backend.local_carrier.twiml.stage import Unreachable

LONGEST_NAME = 64
LONGEST_DELAY_SECONDS = 60


def create(asked: Asked) -> Told:
    form = asked.form
    number = _number(form)
    if asked.account.may_show(number):
        raise Refused(400, 21450, f"Phone number already validated on your account: {number}")
    validation = Validation(
        account=asked.account,
        number=number,
        friendly_name=_name(form, number),
        delay=form.whole("CallDelay", 0, most=LONGEST_DELAY_SECONDS),
        extension=form.keys("Extension"),
        status_callback=form.url("StatusCallback"),
        status_callback_method=form.method("StatusCallbackMethod"),
    )
    try:
        leg, code = asked.exchange.caller_ids.validate(validation)
    except Unreachable as problem:
        raise Refused(400, problem.code, problem.why) from problem
    return Told(
        {
            "account_sid": asked.account.sid,
            "call_sid": leg.sid,
            "friendly_name": validation.friendly_name,
            "phone_number": number,
            "validation_code": code,
        }
    )


def list_all(asked: Asked) -> Told:
    number, name = asked.query.text("PhoneNumber"), asked.query.text("FriendlyName")
    found = [
        _body(asked, caller_id)
        for caller_id in asked.account.caller_ids.values()
        if number in ("", caller_id.phone_number) and name in ("", caller_id.friendly_name)
    ]
    return page(asked, "outgoing_caller_ids", "OutgoingCallerIds.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def update(asked: Asked) -> Told:
    caller_id = _found(asked)
    caller_id.friendly_name = _name(asked.form, caller_id.friendly_name)
    caller_id.updated_at = asked.exchange.clock.now()
    asked.exchange.accounts.save()
    return Told(_body(asked, caller_id))


def delete(asked: Asked) -> Told:
    del asked.account.caller_ids[_found(asked).sid]
    asked.exchange.accounts.save()
    return Told(None, 204)


def _number(form: Form) -> str:
    given = form.text("PhoneNumber").strip()
    if not given:
        raise Refused(400, 21201, "No 'PhoneNumber' is specified")
    number = e164(given)
    if number is None:
        raise Refused(400, 21211, f"The phone number {given} is not valid.")
    if number in REFUSED:
        code, why = REFUSED[number]
        raise Refused(400, code, why)
    return number


def _name(form: Form, usual: str) -> str:
    name = form.text("FriendlyName", usual)
    if len(name) > LONGEST_NAME:
        raise Refused(400, 20001, f"FriendlyName has at most {LONGEST_NAME} characters")
    return name


def _found(asked: Asked) -> CallerId:
    caller_id = asked.account.caller_ids.get(asked.names["Sid"])
    if caller_id is None:
        raise not_found(asked.path)
    return caller_id


def _body(asked: Asked, caller_id: CallerId) -> Json:
    return {
        "sid": caller_id.sid,
        "account_sid": asked.account.sid,
        "phone_number": caller_id.phone_number,
        "friendly_name": caller_id.friendly_name,
        "uri": f"{asked.uri('OutgoingCallerIds', caller_id.sid)}.json",
        **dated(caller_id),
    }


COLLECTION = "OutgoingCallerIds"
ONE = f"{COLLECTION}/{{Sid}}"
CREATE = (
    *("PhoneNumber", "FriendlyName", "CallDelay", "Extension"),
    *("StatusCallback", "StatusCallbackMethod"),
)
ROUTES = (
    Route("POST", COLLECTION, create, CREATE),
    Route("GET", COLLECTION, list_all, ("PhoneNumber", "FriendlyName", *PAGING)),
    Route("GET", ONE, fetch),
    Route("POST", ONE, update, ("FriendlyName",)),
    Route("DELETE", ONE, delete),
)
