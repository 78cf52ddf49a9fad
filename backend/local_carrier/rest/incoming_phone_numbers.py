"""IncomingPhoneNumber: a number that the account owns, and what its calls and texts should do.

It is bought by its digits or by its area code, given back, or handed to another account of the
same family by whoever opened them all.
"""

from backend.local_carrier.accounts import Account, NumberTaken, PhoneNumber
from backend.local_carrier.available_numbers import COUNTRIES, is_sold, offers
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
from backend.local_carrier.rest.available_phone_numbers import CAPABILITIES, area_code_of
from backend.local_carrier.rest.voice_settings import FIELDS, keep_settings, settings_body
from backend.local_carrier.sids import is_sid
from backend.local_carrier.webhooks.parameters import API_VERSION

FORM = (*FIELDS, "VoiceApplicationSid", "SmsApplicationSid")
UNSUPPORTED = (
    "EmergencyStatus",
    "EmergencyAddressSid",
    "TrunkSid",
    "VoiceReceiveMode",
    "IdentitySid",
    "AddressSid",
    "BundleSid",
)
INVALID, NOT_AVAILABLE, NONE_IN_AREA = 21421, 21422, 21452
MAGIC_UNAVAILABLE, MAGIC_INVALID, MAGIC_EMPTY_AREA = "+15005550000", "+15005550001", "533"
"""Twilio's documented magic input (twilio.com/docs/iam/test-credentials)."""
LONGEST_NAME = 64


def create(asked: Asked) -> Told:
    accounts = asked.exchange.accounts
    wanted = _by_digits(asked.form) if "PhoneNumber" in asked.form else _by_area_code(asked)
    number = accounts.new_number(wanted)
    _keep(asked, number, asked.account)
    try:
        accounts.take_number(asked.account, number)
    except NumberTaken as problem:
        raise Refused(400, NOT_AVAILABLE, f"{wanted} is not available.") from problem
    return Told(_body(asked, asked.account, number), 201)


def list_all(asked: Asked) -> Told:
    # Twilio takes a part of a number, with or without its plus sign.
    digits = asked.query.text("PhoneNumber").removeprefix("+")
    name = asked.query.text("FriendlyName")
    found = [
        _body(asked, asked.account, number)
        for number in asked.account.numbers.values()
        if digits in number.phone_number and (not name or number.friendly_name == name)
    ]
    return page(asked, "incoming_phone_numbers", "IncomingPhoneNumbers.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, asked.account, _found(asked)))


def update(asked: Asked) -> Told:
    number, owner, accounts = _found(asked), asked.account, asked.exchange.accounts
    to = _new_owner(asked)
    _keep(asked, number, to)
    if to is owner:
        accounts.save()
    else:
        accounts.move_number(number, owner, to)
    return Told(_body(asked, to, number))


def delete(asked: Asked) -> Told:
    """The number is free again; calls that are going on are not cut."""
    del asked.account.numbers[_found(asked).sid]
    asked.exchange.accounts.save()
    return Told(None, 204)


def _by_digits(form: Form) -> str:
    given = form.text("PhoneNumber").strip()
    number = e164(given)
    if number is None or number == MAGIC_INVALID:
        raise Refused(400, INVALID, f"{given} is not a valid number")
    if number == MAGIC_UNAVAILABLE or not is_sold(number):
        raise Refused(400, NOT_AVAILABLE, f"{number} is not available.")
    return number


def _by_area_code(asked: Asked) -> str:
    """The first free one there; area codes are those of the United States and Canada."""
    area_code = area_code_of(asked.form)
    if not area_code:
        raise Refused(400, INVALID, "PhoneNumber or AreaCode is required")
    is_owned = asked.exchange.accounts.owner_of
    for country in (COUNTRIES["US"], COUNTRIES["CA"]):
        for number in offers(country, "Local", area_code):
            if area_code != MAGIC_EMPTY_AREA and is_owned(number) is None:
                return number
    raise Refused(400, NONE_IN_AREA, f"No phone numbers found in area code {area_code}")


def _new_owner(asked: Asked) -> Account:
    """The account itself, unless the number is to be handed to another one of the family."""
    sid = asked.form.text("AccountSid")
    if not sid or sid == asked.account.sid:
        return asked.account
    if asked.by.owner_sid:
        raise Refused(403, 21474, "API User must be the parent account to transfer phone numbers.")
    if not is_sid("AC", sid):
        raise Refused(400, 21470, f"Invalid AccountSid: {sid}")
    family = {account.sid: account for account in asked.exchange.accounts.opened_by(asked.by)}
    if sid not in family:  # whether it is somebody else's, or nobody's, is not told
        raise Refused(400, 21471, f"Account does not exist: {sid}")
    if family[sid].status != "active":
        raise Refused(400, 21472, f"Account is not active: {sid}")
    return family[sid]


def _keep(asked: Asked, number: PhoneNumber, owner: Account) -> None:
    """Read whole before anything is changed. `owner` is whose TwiML Apps it may name."""
    form = asked.form
    name = form.text("FriendlyName", number.friendly_name)
    if len(name) > LONGEST_NAME:
        raise Refused(400, 20001, f"FriendlyName has at most {LONGEST_NAME} characters")
    for field in ("VoiceApplicationSid", "SmsApplicationSid"):
        application_sid = form.text(field)
        if application_sid and application_sid not in owner.applications:
            raise Refused(400, 21421, f"The account has no TwiML App {application_sid}")
    keep_settings(number, form)
    number.friendly_name = name
    number.voice_application_sid = form.text("VoiceApplicationSid", number.voice_application_sid)
    number.sms_application_sid = form.text("SmsApplicationSid", number.sms_application_sid)
    number.updated_at = asked.exchange.clock.now()


def _found(asked: Asked) -> PhoneNumber:
    number = asked.account.numbers.get(asked.names["Sid"])
    if number is None:
        raise not_found(asked.path)
    return number


def _body(asked: Asked, owner: Account, number: PhoneNumber) -> Json:
    return {
        "sid": number.sid,
        "account_sid": owner.sid,
        "api_version": API_VERSION,
        "phone_number": number.phone_number,
        "friendly_name": number.friendly_name,
        "voice_application_sid": number.voice_application_sid or None,
        "sms_application_sid": number.sms_application_sid or None,
        "capabilities": CAPABILITIES,
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
        "uri": f"{asked.uri_of(owner)}/IncomingPhoneNumbers/{number.sid}.json",
        **settings_body(number),
        **dated(number),
    }


COLLECTION = "IncomingPhoneNumbers"
ONE = f"{COLLECTION}/{{Sid}}"
ROUTES = (
    Route(
        "GET", COLLECTION, list_all, ("PhoneNumber", "FriendlyName", *PAGING), ("Beta", "Origin")
    ),
    Route("POST", COLLECTION, create, ("PhoneNumber", "AreaCode", *FORM), UNSUPPORTED),
    Route("GET", ONE, fetch),
    Route("POST", ONE, update, ("AccountSid", *FORM), UNSUPPORTED),
    Route("DELETE", ONE, delete),
)
