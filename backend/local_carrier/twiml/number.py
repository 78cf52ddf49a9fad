"""<Number>: "the phone number to dial", in E.164, with `url` for what the called party hears
first, `sendDigits` for keys, and status callbacks of its own.

A number without a plus is read as one of the United States, as in Twilio's own samples.
"""

from xml.etree.ElementTree import Element

from backend.local_carrier import numbering
from backend.local_carrier.keys import KEYS
from backend.local_carrier.legs import PROGRESS_EVENTS
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.rung import Rung

NOUN_ATTRIBUTES = (
    "url",
    "method",
    "statusCallback",
    "statusCallbackEvent",
    "statusCallbackMethod",
)
KEPT = (*NOUN_ATTRIBUTES, "sendDigits")
WITHOUT_EFFECT = ("byoc",)
NOT_KEPT = (
    "machineDetection",
    "amdStatusCallback",
    "amdStatusCallbackMethod",
    "machineDetectionTimeout",
    "machineDetectionSpeechThreshold",
    "machineDetectionSpeechEndThreshold",
    "machineDetectionSilenceTimeout",
)
ATTRIBUTES = KEPT + WITHOUT_EFFECT + NOT_KEPT
NO_NUMBER, NO_CALLER_ID = 13223, 13214


def read_number(element: Element) -> Rung:
    reader = Reader(element, ATTRIBUTES)
    reader.unsupported(*NOT_KEPT)
    digits = reader.text("sendDigits")
    if not KEYS.issuperset(digits):
        raise TwimlError(12200, f'<Number> cannot have sendDigits="{digits}"')
    return rung_by(reader, to=e164(reader.body, NO_NUMBER), digits=digits)


def number_of_text(text: str) -> Rung:
    """The number that stands in <Dial> itself."""
    return Rung(to=e164(text, NO_NUMBER))


def check_caller_id(text: str | None) -> str | None:
    if text is None or text.startswith(("client:", "sip:")):
        return text
    return e164(text, NO_CALLER_ID)


def rung_by(
    reader: Reader, *, to: str, digits: str = "", parameters: dict[str, str] | None = None
) -> Rung:
    """What all nouns that ring have in common."""
    events = frozenset(reader.text("statusCallbackEvent", "completed").split())
    unknown = events - set(PROGRESS_EVENTS)
    if unknown:
        raise TwimlError(12200, f"<{reader.name}> has no event {', '.join(sorted(unknown))}")
    return Rung(
        to=to,
        parameters=parameters or {},
        digits=digits,
        url=reader.text("url"),
        method=reader.method("method"),
        status_callback=reader.text("statusCallback"),
        status_callback_method=reader.method("statusCallbackMethod"),
        status_callback_events=events,
    )


def e164(text: str, code: int) -> str:
    """The number with its plus. Raises `TwimlError` with that code if it is none."""
    number = numbering.e164(text)
    if number is None:
        raise TwimlError(code, f"{text!r} is not a phone number")
    return number
