"""The fields that Twilio sends about a call, in every webhook about it."""

from collections.abc import Sequence

from backend.local_carrier.legs import Leg, ProgressEvent
from backend.local_carrier.times import rfc2822
from backend.local_carrier.webhooks.webhook import Parameters

API_VERSION = "2010-04-01"


def call_parameters(leg: Leg) -> Parameters:
    fields = {
        "CallSid": leg.sid,
        "AccountSid": leg.account.sid,
        "ApiVersion": API_VERSION,
        "CallStatus": str(leg.status),
        "Direction": leg.direction,
        "From": leg.caller,
        "Caller": leg.caller,
        "To": leg.called,
        "Called": leg.called,
    }
    if leg.parent is not None:
        fields["ParentCallSid"] = leg.parent.sid
    if leg.application_sid is not None:
        fields["ApplicationSid"] = leg.application_sid
    if leg.answered_by is not None and leg.asks_who_answers:
        fields["AnsweredBy"] = leg.answered_by
    for names, number in ((("From", "Caller"), leg.caller), (("To", "Called"), leg.called)):
        if number.startswith("+"):
            fields |= place(names, number)
    return fields


def progress_parameters(leg: Leg, event: ProgressEvent) -> Parameters:
    """For a status callback: how far a call has come, or how it ended."""
    fields = call_parameters(leg) | {
        "Timestamp": rfc2822(leg.clock.now()),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(leg.progress_told),
    }
    if event == "initiated":
        fields["CallStatus"] = "initiated"
    if event == "completed":
        fields["CallDuration"] = str(leg.duration_seconds)
        fields["Duration"] = str(-(-leg.duration_seconds // 60))
    return fields


def place(names: Sequence[str], number: str) -> Parameters:
    """Unknown places are sent as blank values, as Twilio does: they are signed like any other."""
    country = "US" if number.startswith("+1") else ""
    return {
        f"{name}{part}": country if part == "Country" else ""
        for name in names
        for part in ("City", "State", "Zip", "Country")
    }
