"""<Conference>, the noun in <Dial>: "connects the call to a conference room" by its name.

It starts with two participants, one of whom has startConferenceOnEnter (default true). Until
then a participant hears waitUrl. `beep` is on unless refused; endConferenceOnExit is off.
"""

import re
from typing import cast
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.clock import within
from backend.local_carrier.conferences import CannotJoin, Refusal
from backend.local_carrier.rooms import EVENT_GROUPS, USUAL_REGION, Beep, Seat, is_label
from backend.local_carrier.twiml.reading import Reader, TwimlError, absolute
from backend.local_carrier.twiml.recorded import DialRecording, read_wish
from backend.local_carrier.twiml.stage import Stage

KEPT = (
    "beep",
    "coach",
    "endConferenceOnExit",
    "maxParticipants",
    "muted",
    "participantLabel",
    "record",
    "recordingStatusCallback",
    "recordingStatusCallbackEvent",
    "recordingStatusCallbackMethod",
    "region",
    "startConferenceOnEnter",
    "statusCallback",
    "statusCallbackEvent",
    "statusCallbackMethod",
    "trim",
    "waitMethod",
    "waitUrl",
)
WITHOUT_EFFECT = ("jitterBufferSize",)
NOT_KEPT = ("eventCallbackUrl", "recordingConfigurationId")
ATTRIBUTES = KEPT + WITHOUT_EFFECT + NOT_KEPT
REGIONS = ("us1", "ie1", "de1", "sg1", "br1", "au1", "jp1")
LONGEST_NAME = 128
WRONG_ATTRIBUTE = 16002
"""Twilio: "Failed to validate conference attributes"."""
WRONG_LABEL, WRONG_COACH = 16023, 13240
REFUSALS: dict[Refusal, int] = {
    "label-taken": 16025,
    "room-full": 16000,
    "coached-absent": WRONG_COACH,
    "coached-on-hold": 16027,
}
"""Twilio's codes where TwiML asks for a seat; REST is refused with others."""


class ConferenceNoun(msgspec.Struct, frozen=True):
    seat: Seat

    async def connect(
        self, stage: Stage, time_limit: int, recording: DialRecording
    ) -> dict[str, str]:
        """Sit in the room until one leaves it. Returns the fields for `action`."""
        conferences = stage.network.conferences
        seat = self._seat_at(stage.document_url)
        try:
            participant = conferences.join(stage.leg, seat)
        except CannotJoin as refusal:
            code = REFUSALS[refusal.refusal]
            stage.leg.note(f"could not join the conference: {code}: {refusal}")
            return {"DialCallStatus": "failed"}
        recording.answered()
        await within(stage.network.clock, participant.left, time_limit)
        conferences.leave(participant, "participant_hung_up")
        return {"DialCallStatus": "answered"}

    def part(self, stage: Stage) -> None:
        participant = stage.network.conferences.seat_of(stage.leg)
        if participant is not None:
            stage.network.conferences.leave(participant, "participant_hung_up")

    def outcome_so_far(self, stage: Stage) -> dict[str, str]:
        return {"DialCallStatus": "answered"}

    def _seat_at(self, document_url: str) -> Seat:
        """Addresses in the noun may be relative to the document too."""

        def at(url: str) -> str:
            return absolute(document_url, url) if url else url

        seat = self.seat
        record = seat.record
        if record is not None:
            record = msgspec.structs.replace(record, callback=at(record.callback))
        return msgspec.structs.replace(
            seat,
            wait_url=seat.wait_url if seat.wait_url is None else at(seat.wait_url),
            status_callback=at(seat.status_callback),
            record=record,
        )


def read_conference(element: Element) -> ConferenceNoun:
    reader = Reader(element, ATTRIBUTES, wrong_value=WRONG_ATTRIBUTE)
    reader.unsupported(*NOT_KEPT)
    if not reader.body or len(reader.body) > LONGEST_NAME:
        raise TwimlError(12200, f"<Conference> needs a name of 1 to {LONGEST_NAME} characters")
    label, coach = reader.maybe("participantLabel"), reader.maybe("coach")
    if label is not None and not is_label(label):
        raise TwimlError(WRONG_LABEL, f"{label!r} cannot be a participant's label")
    if coach is not None and not re.fullmatch(r"CA[0-9a-f]{32}", coach):
        raise TwimlError(WRONG_COACH, f"{coach!r} is not a call to coach")
    recorded = reader.choice(
        "record", ("do-not-record", "false", "true", "record-from-start"), "do-not-record"
    )
    wish = read_wish(reader, trims="trim-silence")
    records = recorded in ("true", "record-from-start")
    seat = Seat(
        room=reader.body,
        label=label,
        muted=reader.flag("muted", default=False),
        beep=cast(Beep, reader.choice("beep", ("true", "false", "onEnter", "onExit"), "true")),
        start_on_enter=reader.flag("startConferenceOnEnter", default=True),
        end_on_exit=reader.flag("endConferenceOnExit", default=False),
        wait_url=reader.maybe("waitUrl"),
        wait_method=reader.method("waitMethod"),
        max_participants=reader.whole("maxParticipants", 250, least=2, most=250),
        coach=coach,
        region=reader.choice("region", REGIONS, USUAL_REGION),
        record=wish if records else None,
        status_callback=reader.text("statusCallback"),
        status_callback_method=reader.method("statusCallbackMethod"),
        status_callback_events=_events(reader.text("statusCallbackEvent")),
    )
    return ConferenceNoun(seat)


def _events(words: str) -> frozenset[str]:
    events = frozenset(words.split())
    unknown = events - set(EVENT_GROUPS)
    if unknown:
        raise TwimlError(WRONG_ATTRIBUTE, f"there is no event {', '.join(sorted(unknown))}")
    return events
