"""<Conference>, the noun in <Dial>: "connects the call to a conference room" by its name.

It starts with two participants, one of whom has startConferenceOnEnter (default true). Until
then a participant hears waitUrl. `beep` is on unless refused; endConferenceOnExit is off.
"""

from typing import cast
from xml.etree.ElementTree import Element

from backend.local_carrier.conferences import EVENT_GROUPS, Beep, Seat
from backend.local_carrier.twiml.reading import Reader, TwimlError

KEPT = (
    "beep",
    "endConferenceOnExit",
    "maxParticipants",
    "muted",
    "participantLabel",
    "startConferenceOnEnter",
    "statusCallback",
    "statusCallbackEvent",
    "statusCallbackMethod",
    "waitMethod",
    "waitUrl",
)
WITHOUT_EFFECT = ("region", "jitterBufferSize", "trim")
NOT_KEPT = (
    "coach",
    "record",
    "eventCallbackUrl",
    "recordingConfigurationId",
    "recordingStatusCallback",
    "recordingStatusCallbackEvent",
    "recordingStatusCallbackMethod",
)
ATTRIBUTES = KEPT + WITHOUT_EFFECT + NOT_KEPT
LONGEST_NAME = 128


def read_conference(element: Element) -> Seat:
    reader = Reader(element, ATTRIBUTES)
    reader.unsupported(*NOT_KEPT)
    if not reader.body or len(reader.body) > LONGEST_NAME:
        raise TwimlError(12200, f"<Conference> needs a name of 1 to {LONGEST_NAME} characters")
    return Seat(
        room=reader.body,
        label=reader.maybe("participantLabel"),
        muted=reader.flag("muted", default=False),
        beep=cast(Beep, reader.choice("beep", ("true", "false", "onEnter", "onExit"), "true")),
        start_on_enter=reader.flag("startConferenceOnEnter", default=True),
        end_on_exit=reader.flag("endConferenceOnExit", default=False),
        wait_url=reader.maybe("waitUrl"),
        wait_method=reader.method("waitMethod"),
        max_participants=reader.whole("maxParticipants", 250, least=2, most=250),
        status_callback=reader.text("statusCallback"),
        status_callback_method=reader.method("statusCallbackMethod"),
        status_callback_events=_events(reader.text("statusCallbackEvent")),
    )


def _events(words: str) -> frozenset[str]:
    events = frozenset(words.split())
    unknown = events - set(EVENT_GROUPS)
    if unknown:
        raise TwimlError(12200, f"<Conference> has no event {', '.join(sorted(unknown))}")
    return events
