"""<Dial>: "connects the current caller to another party": numbers and browsers that ring
together, a conference, or whoever waits in a queue.

When it is over, `action` is asked for the TwiML to go on with, and owns the call; without it
the next verb runs. `action` is told even when the caller hangs up or REST takes the call away,
but then its answer is ignored; without one, a <Redirect> behind the <Dial> is told instead.
"""

from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.twiml.client import read_client
from backend.local_carrier.twiml.conference import ConferenceNoun, read_conference
from backend.local_carrier.twiml.number import check_caller_id, number_of_text, read_number
from backend.local_carrier.twiml.queue import QueueNoun, read_queue
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.recorded import (
    DIAL_ATTRIBUTES,
    DialRecording,
    DialWish,
    read_dial_wish,
)
from backend.local_carrier.twiml.redirect import Redirect
from backend.local_carrier.twiml.rung import Rung, RungTogether
from backend.local_carrier.twiml.stage import IN_A_CALL, GoTo, Stage, Step, Underway, Where

KEPT = (
    "action",
    "method",
    "timeout",
    "timeLimit",
    "hangupOnStar",
    "callerId",
    "answerOnBridge",
    "sequential",
    *DIAL_ATTRIBUTES,
)
WITHOUT_EFFECT = ("ringTone", "events", "passports")
NOT_KEPT = ("recordingConfigurationId", "referUrl", "referMethod")
ATTRIBUTES = KEPT + WITHOUT_EFFECT + NOT_KEPT
LONGEST_SECONDS = 14_400
MOST_NOUNS = 10
Noun = ConferenceNoun | QueueNoun | RungTogether


class Dial(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = False
    """It does so itself, because with answerOnBridge it waits for somebody to answer elsewhere."""
    allowed: ClassVar[frozenset[Where]] = IN_A_CALL
    noun: Noun
    action: str | None
    method: str
    time_limit: int
    hangup_on_star: bool
    answer_on_bridge: bool
    recorded: DialWish | None

    @classmethod
    def read(cls, element: Element) -> "Dial":
        reader = Reader(element, ATTRIBUTES, children=True)
        reader.unsupported(*NOT_KEPT)
        return cls(
            noun=_noun(reader),
            action=reader.maybe("action"),
            method=reader.method("method"),
            time_limit=reader.whole("timeLimit", LONGEST_SECONDS, least=1),
            hangup_on_star=reader.flag("hangupOnStar", default=False),
            answer_on_bridge=reader.flag("answerOnBridge", default=False),
            recorded=read_dial_wish(reader),
        )

    async def run(self, stage: Stage) -> Step:
        leg = stage.leg
        if not (self.answer_on_bridge and isinstance(self.noun, RungTogether)):
            await stage.answer()
        stage.known, recording = {}, DialRecording(stage, self.recorded)
        leg.dial = self._underway(stage, recording)
        if self.hangup_on_star:
            leg.on_digit = lambda digit: self.noun.part(stage) if digit == "*" else None
        try:
            outcome = await self.noun.connect(stage, self.time_limit, recording)
        finally:
            leg.on_digit = None
            recording.over()
        leg.dial = None
        if leg.status is LegStatus.RINGING:  # with answerOnBridge, and nobody did
            leg.unanswered_as = LegStatus(outcome["DialCallStatus"])
        if self.action is None:
            return None
        return GoTo(
            stage.absolute(self.action), self.method, outcome | stage.known | recording.told()
        )

    def _underway(self, stage: Stage, recording: DialRecording) -> Underway | None:
        """Whom to tell if REST or a hang-up cuts this short."""

        def fields(_: Leg) -> dict[str, str]:
            return self.noun.outcome_so_far(stage) | stage.known | recording.told()

        if self.action is not None:
            return Underway(stage.absolute(self.action), self.method, fields)
        behind = stage.following
        if isinstance(behind, Redirect):
            return Underway(stage.absolute(behind.url), behind.method, lambda _: {})
        return None


def _noun(reader: Reader) -> Noun:
    element = reader.element
    nouns = [child.tag for child in element]
    if "Sip" in nouns:
        raise TwimlError(12200, "<Sip> is not supported by this local carrier: it has no SIP")
    if nouns in (["Conference"], ["Queue"]):
        if reader.body:
            raise TwimlError(12200, f"<Dial> cannot have both a number and a <{nouns[0]}>")
        if nouns == ["Conference"]:
            return read_conference(element[0])
        return read_queue(element[0], _timeout(reader))
    rung = [_rung(child) for child in element]
    if reader.body:
        rung.insert(0, number_of_text(reader.body))
    if not 1 <= len(rung) <= MOST_NOUNS:
        raise TwimlError(12200, f"<Dial> needs 1 to {MOST_NOUNS} parties to ring")
    return RungTogether(
        rung=tuple(rung),
        caller_id=check_caller_id(reader.maybe("callerId")),
        timeout=_timeout(reader),
        sequential=reader.flag("sequential", default=False),
    )


def _timeout(reader: Reader) -> int:
    return reader.whole("timeout", 30, least=1, most=600)


def _rung(element: Element) -> Rung:
    match element.tag:
        case "Number":
            return read_number(element)
        case "Client":
            return read_client(element)
        case other:
            raise TwimlError(12200, f"<{other}> is not allowed inside <Dial>")
