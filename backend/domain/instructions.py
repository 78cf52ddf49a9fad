"""What we ask of the carrier. Each may be carried out twice; the second time changes nothing.

`leg` and `conference` are the carrier's own names; a conference that was not heard of yet is
found by the call's id, which is its friendly name.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.domain.monitoring import Seat


class HoldCaller(Struct, frozen=True, tag=True):
    """Music for the caller; agents neither hear nor are heard."""

    call_id: UUID
    leg: str
    conference: str | None


class ResumeCaller(Struct, frozen=True, tag=True):
    call_id: UUID
    leg: str
    conference: str | None


class HoldAgent(Struct, frozen=True, tag=True):
    """Music for a consulted colleague, who neither hears nor is heard."""

    call_id: UUID
    leg: str
    conference: str | None


class ResumeAgent(Struct, frozen=True, tag=True):
    call_id: UUID
    leg: str
    conference: str | None


class RemoveLeg(Struct, frozen=True, tag=True):
    """Take an agent's leg out of the conference; the others stay."""

    call_id: UUID
    leg: str
    conference: str | None


class HangUpCaller(Struct, frozen=True, tag=True):
    """End the caller's leg, and with it the conference."""

    call_id: UUID
    leg: str


class TellNobodyAnswers(Struct, frozen=True, tag=True):
    """Tell the caller that nobody could answer, then hang up."""

    call_id: UUID
    leg: str


class PlaceOutbound(Struct, frozen=True, tag=True):
    """Ring a number outside, and put whoever answers into the conference.

    Only `dialling_guard.placing` makes one. After `until` it must not be done any more.
    """

    call_id: UUID
    outbound: UUID
    number: str
    caller_id: str
    ring_seconds: int
    longest_seconds: int
    ends_call: bool
    until: datetime


class EndOutbound(Struct, frozen=True, tag=True):
    """End a leg to a number outside, whether it rings or talks."""

    call_id: UUID
    outbound: UUID
    leg: str | None
    conference: str | None


class SeatMonitor(Struct, frozen=True, tag=True):
    """Who hears a supervisor's leg from now on."""

    call_id: UUID
    leg: str
    conference: str | None
    seat: Seat


Hold = HoldCaller | HoldAgent
Resume = ResumeCaller | ResumeAgent
Instruction = (
    Hold
    | Resume
    | RemoveLeg
    | HangUpCaller
    | TellNobodyAnswers
    | PlaceOutbound
    | EndOutbound
    | SeatMonitor
)
