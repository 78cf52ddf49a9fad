"""How a call ends: the caller leaves, an agent hangs up, nobody answers."""

from datetime import datetime
from uuid import UUID

from backend.domain import events, instructions, refusals, signals
from backend.domain.call import Call, CallState, EndReason, Leg, LegRole
from backend.domain.consulting import complete, consulting, not_taken
from backend.domain.decision import Decision, Scene, forget, move
from backend.domain.handover import NotTaken


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


def hang_up(scene: Scene, call: Call, signal: signals.AgentHungUp, now: datetime) -> Decision:
    """Who consults a colleague leaves them the call; who is consulted only leaves."""
    asked = consulting(call)
    if asked is not None and call.consulted == signal.agent_id:
        return not_taken(call, asked, NotTaken.LEFT)
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if asked is not None:
        return complete(scene, call, signal, now)
    reason = EndReason.REJECTED if call.answered_at is None else EndReason.COMPLETED
    return end(
        call,
        signal,
        reason,
        now,
        asked=(instructions.HangUpCaller(call.id, call.caller_leg),),
        by=signal.agent_id,
    )


def end(
    call: Call,
    signal: signals.CallSignal,
    reason: EndReason,
    now: datetime,
    *,
    asked: tuple[instructions.Instruction, ...] = (),
    by: UUID | None = None,
) -> Decision:
    """Close the call. Whoever had it goes to wrap-up if they talked, else is free again."""
    talked = call.state is CallState.CONNECTED and call.agent_id is not None
    had_it = () if call.agent_id is None else (call.agent_id,)
    consulted = () if call.consulted is None else (call.consulted,)
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
        transfer=None,
        consult=None,
        deadline=None,
    )
    return Decision(
        ended,
        (events.CallEnded(reason, by),),
        asked,
        freed=consulted if talked else (*had_it, *consulted),
        wrapping=had_it if talked else (),
    )
