"""Giving up legs to numbers outside: they ring, or talk, where nobody wants them any more."""

from uuid import UUID

from backend.domain import instructions
from backend.domain.call import Call
from backend.domain.outbound import OutboundLeg


def call_off(call: Call, outbound: UUID | None) -> tuple[instructions.Instruction, ...]:
    """What ends that leg, if the call has it and it is not over. The carrier says when it is."""
    leg = call.outbound_leg(outbound)
    return () if leg is None or not leg.is_open else (_ending(call, leg),)


def call_off_all(call: Call) -> tuple[instructions.Instruction, ...]:
    """What ends every leg outside that does not end with the call by itself: only a callee who has
    answered does."""
    ends_itself = call.callee if call.callee and call.callee.answered_at else None
    return tuple(_ending(call, leg) for leg in call.outbound if leg.is_open and leg != ends_itself)


def _ending(call: Call, leg: OutboundLeg) -> instructions.EndOutbound:
    return instructions.EndOutbound(call.id, leg.id, leg.leg, call.conference)
