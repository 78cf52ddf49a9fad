"""UserDefinedMessageSubscription: "Subscription for server-side application access to messages
sent from the Voice SDK for an active Call"; it ends with the call."""

from backend.local_carrier.rest.asking import Asked, Refused, Route, Told, not_found
from backend.local_carrier.rest.user_defined_messages import active_call
from backend.local_carrier.times import rfc2822

COLLECTION = "Calls/{CallSid}/UserDefinedMessageSubscriptions"


def create(asked: Asked) -> Told:
    leg, _ = active_call(asked)
    form = asked.form
    callback = form.url("Callback")
    if not callback:
        raise Refused(400, 20001, "Callback is required")
    made = asked.exchange.call_messages.subscribe(
        leg, callback, form.method("Method"), form.text("IdempotencyKey")
    )
    body = {
        "account_sid": asked.account.sid,
        "call_sid": leg.sid,
        "sid": made.sid,
        "date_created": rfc2822(made.created_at),
        "uri": f"{asked.uri(COLLECTION.format(CallSid=leg.sid), made.sid)}.json",
    }
    return Told(body, 201)


def delete(asked: Asked) -> Told:
    leg = asked.exchange.calls.find(asked.names["CallSid"])
    if leg is None or leg.account is not asked.account:
        raise not_found(asked.path)
    if not asked.exchange.call_messages.unsubscribe(leg, asked.names["Sid"]):
        raise not_found(asked.path)
    return Told(None, 204)


ROUTES = (
    Route("POST", COLLECTION, create, ("Callback", "Method", "IdempotencyKey")),
    Route("DELETE", f"{COLLECTION}/{{Sid}}", delete),
)
