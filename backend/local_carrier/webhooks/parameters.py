"""The fields that Twilio sends about a call, in every webhook about it."""

from backend.local_carrier.legs import Leg
from backend.local_carrier.times import now, rfc2822
from backend.local_carrier.webhooks.delivery import Parameters

API_VERSION = "2010-04-01"


def call_parameters(leg: Leg) -> Parameters:
    fields = {
        "CallSid": leg.sid,
        "AccountSid": leg.account.sid,
        "ApiVersion": API_VERSION,
        "CallStatus": str(leg.status),
        "Direction": "inbound",
        "From": leg.caller,
        "Caller": leg.caller,
        "To": leg.called,
        "Called": leg.called,
    }
    if leg.application_sid is not None:
        fields["ApplicationSid"] = leg.application_sid
    for names, number in ((("From", "Caller"), leg.caller), (("To", "Called"), leg.called)):
        if number.startswith("+"):
            fields |= _place(names, number)
    return fields


def completion_parameters(leg: Leg) -> Parameters:
    """For the one status callback of a number or TwiML App, when its call is over."""
    return call_parameters(leg) | {
        "CallDuration": str(leg.duration_seconds),
        "Duration": str(-(-leg.duration_seconds // 60)),
        "Timestamp": rfc2822(now()),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "0",
    }


def _place(names: tuple[str, str], number: str) -> Parameters:
    """Unknown places are sent as blank values, as Twilio does: they are signed like any other."""
    country = "US" if number.startswith("+1") else ""
    return {
        f"{name}{part}": country if part == "Country" else ""
        for name in names
        for part in ("City", "State", "Zip", "Country")
    }
