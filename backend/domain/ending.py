"""How a call ends: the caller leaves, an agent hangs up, nobody answers."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.call import Call, CallState, Direction, EndReason, Leg, LegRole
from backend.domain.calling_off import call_off_all
from backend.domain.consulting import freed_of_talk, must_not_consult
from backend.domain.decision import Decision, forget, move
from backend.domain.orders import remove


def caller_left(call: Call, signal: signals.CallerLeft, now: datetime) -> Decision:
    after = forget(call, Leg(signal.leg, LegRole.CALLER, now), now)
    if not call.is_live:
        return Decision(after)
    if signal.failed:
        reason = EndReason.FAILED
    elif call.answered_at is None:
        reason = EndReason.ABANDONED
    else:
        reason = EndReason.COMPLETED
    return end(after, signal, reason, now)


def hang_up(call: Call, signal: signals.AgentHungUp, now: datetime) -> Decision:
    """Never while a colleague is consulted, nor in a conference: whether that ends the call or
    leaves it to them would depend on who was a moment faster. A forwarded call is ended, for
    everybody outside, by who handed it there."""
    if call.state is CallState.FORWARDED:
        if call.transfer is None or call.transfer.by != signal.agent_id:
            raise refusals.NotYourCall
    elif call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    else:
        must_not_consult(call)
    if call.answered_at is not None:
        reason = EndReason.COMPLETED
    elif call.direction is Direction.OUTBOUND:
        return end(call, signal, EndReason.CANCELED, now, by=signal.agent_id)
    else:
        reason = EndReason.REJECTED
    asked = (instructions.HangUpCaller(call.id, call.caller_leg),)
    return end(call, signal, reason, now, asked=asked, by=signal.agent_id)


def end(
    call: Call,
    signal: signals.CallSignal,
    reason: EndReason,
    now: datetime,
    *,
    asked: tuple[instructions.Instruction, ...] = (),
    by: UUID | None = None,
) -> Decision:
    """Close the call. Whoever had it goes to wrap-up if they talked, else is free again.

    Legs to numbers outside are ended with it, and count as over: should the carrier never say so,
    they must not stand in the way of others.
    """
    orders = [*asked, *call_off_all(call)]
    if call.state is CallState.DIALLING:
        # Nobody else's leaving ends this conference.
        orders += remove(call, call.agent_leg)
    talked = call.state in (CallState.CONNECTED, CallState.HELD) and call.agent_id is not None
    had_it = () if call.agent_id is None else (call.agent_id,)
    asked_in = freed_of_talk(call)
    ended = move(
        call,
        signal,
        CallState.ENDED,
        now,
        ended_at=now,
        end_reason=reason,
        agent_id=None,
        agent_leg=None,
        offered_to=(),
        overdue=False,
        slot=None,
        parked_by=None,
        caller_held=False,
        held_at=None,
        transfer=call.transfer if call.state is CallState.FORWARDED else None,
        consult=None,
        guests=(),
        progress=None,
        outbound=tuple(replace(leg, over_at=leg.over_at or now) for leg in call.outbound),
        deadline=None,
    )
    return Decision(
        ended,
        (events.CallEnded(reason, by),),
        tuple(orders),
        freed=asked_in if talked else (*had_it, *asked_in),
        wrapping=had_it if talked else (),
    )
