"""IncomingPhoneNumber: a number that the account owns, and what its calls should do."""

from backend.local_carrier.accounts import PhoneNumber
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Json,
    Refused,
    Route,
    Told,
    dated,
    not_found,
    page,
)
from backend.local_carrier.rest.voice_settings import FIELDS, keep_settings, settings_body
from backend.local_carrier.webhooks.parameters import API_VERSION

FORM = (*FIELDS, "VoiceApplicationSid", "SmsApplicationSid")
UNSUPPORTED = (
    "AccountSid",
    "EmergencyStatus",
    "EmergencyAddressSid",
    "TrunkSid",
    "VoiceReceiveMode",
    "IdentitySid",
    "AddressSid",
    "BundleSid",
)


def list_all(asked: Asked) -> Told:
    # Twilio takes a part of a number, with or without its plus sign.
    digits = asked.query.text("PhoneNumber").removeprefix("+")
    name = asked.query.text("FriendlyName")
    found = [
        _body(asked, number)
        for number in asked.account.numbers.values()
        if digits in number.phone_number and (not name or number.friendly_name == name)
    ]
    return page(asked, "incoming_phone_numbers", "IncomingPhoneNumbers.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def update(asked: Asked) -> Told:
    number, form = _found(asked), asked.form
    application = form.text("VoiceApplicationSid")
    if application and application not in asked.account.applications:
        raise Refused(400, 21421, f"The account has no TwiML App {application}")
    keep_settings(number, form)
    if "FriendlyName" in form:
        number.friendly_name = form.text("FriendlyName")
    if "VoiceApplicationSid" in form:
        number.voice_application_sid = application
    if "SmsApplicationSid" in form:
        number.sms_application_sid = form.text("SmsApplicationSid")
    number.updated_at = asked.exchange.clock.now()
    asked.exchange.accounts.save()
    return Told(_body(asked, number))


def _found(asked: Asked) -> PhoneNumber:
    number = asked.account.numbers.get(asked.names["Sid"])
    if number is None:
        raise not_found(asked.path)
    return number


def _body(asked: Asked, number: PhoneNumber) -> Json:
    return {
        "sid": number.sid,
        "account_sid": asked.account.sid,
        "api_version": API_VERSION,
        "phone_number": number.phone_number,
        "friendly_name": number.friendly_name,
        "voice_application_sid": number.voice_application_sid or None,
        "sms_application_sid": number.sms_application_sid or None,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "voice_receive_mode": "voice",
        "status": "in-use",
        "origin": "twilio",
        "beta": False,
        "address_requirements": "none",
        "address_sid": None,
        "bundle_sid": None,
        "identity_sid": None,
        "trunk_sid": None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "uri": f"{asked.uri('IncomingPhoneNumbers', number.sid)}.json",
        **settings_body(number),
        **dated(number),
    }


ROUTES = (
    Route(
        "GET",
        "IncomingPhoneNumbers",
        list_all,
        ("PhoneNumber", "FriendlyName", *PAGING),
        ("Beta", "Origin"),
    ),
    Route("GET", "IncomingPhoneNumbers/{Sid}", fetch),
    Route("POST", "IncomingPhoneNumbers/{Sid}", update, FORM, UNSUPPORTED),
)
