"""<Dial>: "connects the current caller to another party"; here, to a conference.

When it is over, `action` is asked for the TwiML to go on with, and owns the call; without it
the next verb runs. `action` is told even when the caller hangs up or REST takes the call away,
but then its answer is ignored.
"""

import asyncio
from typing import ClassVar
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.conferences import CannotJoin, Participant, Seat
from backend.local_carrier.twiml.conference import read_conference
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.stage import GoTo, Stage, Step

KEPT = ("action", "method", "timeLimit", "hangupOnStar")
WITHOUT_EFFECT = ("timeout", "callerId", "answerOnBridge", "ringTone", "sequential", "trim")
NOT_KEPT = (
    "record",
    "recordingConfigurationId",
    "recordingStatusCallback",
    "recordingStatusCallbackEvent",
    "recordingStatusCallbackMethod",
    "recordingTrack",
    "referUrl",
    "referMethod",
    "events",
    "passports",
)
ATTRIBUTES = KEPT + WITHOUT_EFFECT + NOT_KEPT
LONGEST_SECONDS = 14_400


class DialUnderway(msgspec.Struct, frozen=True):
    """What must still be told if the dial is cut short."""

    action: str
    method: str


class Dial(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = True
    may_wait: ClassVar[bool] = False
    seat: Seat
    action: str | None
    method: str
    time_limit: int
    hangup_on_star: bool

    @classmethod
    def read(cls, element: Element) -> "Dial":
        reader = Reader(element, ATTRIBUTES, children=True)
        reader.unsupported(*NOT_KEPT)
        if len(element) != 1 or element[0].tag != "Conference" or reader.body:
            raise TwimlError(12200, "this local carrier dials exactly one <Conference>")
        return cls(
            seat=read_conference(element[0]),
            action=reader.maybe("action"),
            method=reader.method("method"),
            time_limit=reader.whole("timeLimit", LONGEST_SECONDS, least=1),
            hangup_on_star=reader.flag("hangupOnStar", default=False),
        )

    async def run(self, stage: Stage) -> Step:
        status = "answered"
        if self.action is not None:
            stage.leg.dial = DialUnderway(stage.absolute(self.action), self.method)
        try:
            participant = stage.conferences.join(stage.leg, self._seat_at(stage.document_url))
            await self._until_over(stage, participant)
        except CannotJoin as refusal:
            stage.leg.note(f"could not join the conference: {refusal}")
            status = "failed"
        stage.leg.dial = None
        if self.action is None:
            return None
        return GoTo(stage.absolute(self.action), self.method, {"DialCallStatus": status})

    def _seat_at(self, document_url: str) -> Seat:
        """Addresses in the noun may be relative to the document too."""

        def absolute(url: str) -> str:
            return urljoin(document_url, url) if url else url

        wait = self.seat.wait_url
        return msgspec.structs.replace(
            self.seat,
            wait_url=wait if wait is None else absolute(wait),
            status_callback=absolute(self.seat.status_callback),
        )

    async def _until_over(self, stage: Stage, participant: Participant) -> None:
        star = asyncio.create_task(stage.leg.star_pressed.wait())
        stage.leg.star_pressed.clear()
        awaited: set[asyncio.Future[object]] = {participant.left}  # pyright: ignore[reportAssignmentType]
        if self.hangup_on_star:
            awaited.add(star)  # pyright: ignore[reportArgumentType]
        try:
            await asyncio.wait(
                awaited, timeout=self.time_limit, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            star.cancel()
        stage.conferences.leave(participant, "participant_hung_up")
