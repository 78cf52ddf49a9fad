"""The TwiML that we answer with. Built as a tree, so that nothing can be injected.

The attributes of a conference's callbacks are the same wherever a participant is put into one:
Twilio takes them from whoever joins first and ignores the rest.
"""

from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

from backend.carrier.addresses import Addresses
from backend.carrier.names import CALLER_LABEL, label_of, monitor_label_of
from backend.domain.monitoring import Seat

NOBODY_ANSWERS = (
    "We are sorry. Nobody can take your call right now. Please try again a little later. Goodbye."
)
# Twilio may number every event or only those asked for; asking for all that can happen
# makes the sequence dense either way.
CONFERENCE_EVENTS = "start end join leave mute hold modify"


def put_caller_through(to: Addresses, call_id: UUID) -> str:
    """Put the caller into the call's conference, where it rings until an agent comes.

    The conference ends when the caller leaves, and only then.
    """
    response = Element("Response")
    _conference(response, to, call_id, label=CALLER_LABEL, ends_it=True)
    return _document(response)


def put_agent_through(to: Addresses, call_id: UUID, agent_id: UUID, leg: str) -> str:
    """Put an agent into the call's conference; the caller stays when the agent leaves."""
    response = Element("Response")
    _conference(response, to, call_id, label=label_of(agent_id, leg), ends_it=False)
    return _document(response)


def put_monitor_through(to: Addresses, call_id: UUID, person: UUID, leg: str, seat: Seat) -> str:
    """Put a supervisor into the call's conference, heard by those by whom they are to be heard."""
    response = Element("Response")
    conference = _conference(
        response, to, call_id, label=monitor_label_of(person, leg), ends_it=False
    )
    if seat.muted:
        conference.set("muted", "true")
    if seat.coached is not None:
        conference.set("coach", seat.coached)
    return _document(response)


def play_for_ever(sound: str) -> str:
    """A recording, again and again."""
    response = Element("Response")
    SubElement(response, "Play", loop="0").text = sound
    return _document(response)


def ask_again(address: str, after_seconds: int = 1) -> str:
    """Wait a moment in silence, then ask us again."""
    response = Element("Response")
    SubElement(response, "Pause", length=str(after_seconds))
    SubElement(response, "Redirect", method="POST").text = address
    return _document(response)


def say_and_hang_up(text: str) -> str:
    """Tell whoever is on the line, then end it."""
    response = Element("Response")
    SubElement(response, "Say").text = text
    SubElement(response, "Hangup")
    return _document(response)


def hang_up() -> str:
    response = Element("Response")
    SubElement(response, "Hangup")
    return _document(response)


def _conference(
    response: Element, to: Addresses, call_id: UUID, *, label: str, ends_it: bool
) -> Element:
    dial = SubElement(response, "Dial")
    if ends_it:
        dial.set("action", to.dial_ended(call_id))
        dial.set("method", "POST")
    conference = SubElement(
        dial,
        "Conference",
        participantLabel=label,
        beep="false",
        startConferenceOnEnter="true",
        endConferenceOnExit="true" if ends_it else "false",
        waitUrl=to.ringing,
        waitMethod="POST",
        statusCallback=to.conference(call_id),
        statusCallbackMethod="POST",
        statusCallbackEvent=CONFERENCE_EVENTS,
    )
    conference.text = str(call_id)
    return conference


def _document(response: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode")
