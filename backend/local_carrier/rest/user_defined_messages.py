"""UserDefinedMessage: "allows your server-side application to send messages to the Voice SDK end
user during an active Call"."""

import msgspec

from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.rest.asking import Asked, Refused, Route, Told, not_found
from backend.local_carrier.signalling.browser_phone import BrowserPhone
from backend.local_carrier.times import rfc2822

ACTIVE = (LegStatus.RINGING, LegStatus.IN_PROGRESS)


async def create(asked: Asked) -> Told:
    leg, phone = active_call(asked)
    content = asked.form.text("Content")
    try:
        msgspec.json.decode(content)
    except msgspec.DecodeError as problem:
        raise Refused(400, 20001, f"Content must be JSON: {problem}") from problem
    key = asked.form.text("IdempotencyKey")
    sent, is_new = asked.exchange.call_messages.send(leg, content, key)
    if is_new:
        await phone.deliver(sent.sid, content)
    body = {
        "account_sid": asked.account.sid,
        "call_sid": leg.sid,
        "sid": sent.sid,
        "date_created": rfc2822(sent.created_at),
    }
    return Told(body, 201)


def active_call(asked: Asked) -> tuple[Leg, BrowserPhone]:
    """The call in the path, and the browser at it. Raises `Refused`."""
    leg = asked.exchange.calls.find(asked.names["CallSid"])
    if leg is None or leg.account is not asked.account:
        raise not_found(asked.path)
    if leg.status not in ACTIVE or not isinstance(leg.far_end, BrowserPhone):
        raise Refused(400, 21220, "Call is not active, or has no Voice SDK at its end.")
    return leg, leg.far_end


ROUTES = (
    Route("POST", "Calls/{CallSid}/UserDefinedMessages", create, ("Content", "IdempotencyKey")),
)
