"""Calling out: an agent's own calls, and what is heard of any leg to a number outside.

The agent comes into the conference first and hears ringing; then the callee is rung, and whoever
answers is the call's `caller` from then on: hold, park and transfer know no difference.
"""

from datetime import datetime

from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.agent import AgentStatus
from backend.domain.call import Call, CallState, Direction, EndReason, Leg, LegRole
from backend.domain.calling_off import call_off
from backend.domain.conferring import guest_hung_up, outside_left_forwarded
from backend.domain.consulting import came_in, consulting, forward, not_taken
from backend.domain.decision import Decision, Scene, forget, grown, may, move, remember
from backend.domain.dialling_guard import authorise, placing
from backend.domain.ending import end
from backend.domain.handover import NotTaken
from backend.domain.holding import must_not_hold_too_many
from backend.domain.outbound import OutboundLeg, Progress
from backend.domain.transferring import turn_down

REASONS = {
    NotTaken.BUSY: EndReason.BUSY,
    NotTaken.NO_ANSWER: EndReason.NO_ANSWER,
    NotTaken.DECLINED: EndReason.REJECTED,
    NotTaken.CANCELED: EndReason.CANCELED,
}


def dial(scene: Scene, signal: signals.AgentDialled, now: datetime) -> Decision:
    """A new call to a number outside; the agent's browser is on its way into it."""
    if scene.actor is None or scene.actor.status is AgentStatus.OFFLINE:
        raise refusals.NotReachable
    if scene.actor_call is not None:
        raise refusals.AlreadyOnACall
    must_not_hold_too_many(scene)
    callee = authorise(
        scene, None, signal.call_id, signal.number, signal.caller_id, signal.agent_id, now
    )
    call = Call(
        id=signal.call_id,
        caller=callee.number,
        number=callee.caller_id,
        caller_leg="",
        started_at=now,
        since=now,
        rev=1,
        direction=Direction.OUTBOUND,
        state=CallState.CONNECTING,
        agent_id=signal.agent_id,
        handled_by=(signal.agent_id,),
        outbound=(callee,),
        progress=Progress.ASKED,
        deadline=now + scene.rules.join,
    )
    return Decision(call, (events.CallDialled(signal.agent_id),))


def ring_callee(
    scene: Scene, call: Call, callee: OutboundLeg, signal: signals.AgentJoined, now: datetime
) -> Decision:
    """The agent is there: now the callee may be rung."""
    here = remember(call, Leg(signal.leg, LegRole.AGENT, now, signal.agent_id))
    dialling = move(
        here,
        signal,
        CallState.DIALLING,
        now,
        agent_leg=signal.leg,
        deadline=now + scene.rules.dialling.ring,
    )
    said = (events.CalleeCalled(signal.agent_id),)
    return Decision(dialling, said, (placing(scene, dialling, callee, now),))


def placed(call: Call, signal: signals.OutboundPlaced) -> Decision:
    """The carrier has taken the wish, and told its own name of the leg."""
    leg = call.outbound_leg(signal.outbound)
    if leg is None:
        return Decision(call)
    if not leg.is_open:
        return _too_late(call, leg, signal.leg)
    return Decision(_named(call, leg, signal.leg) if leg.leg is None else call)


def rings(call: Call, signal: signals.OutboundRinging) -> Decision:
    leg = call.outbound_leg(signal.outbound)
    if leg is None or leg.answered_at is not None:
        return Decision(call)
    if not leg.is_open:
        return _too_late(call, leg, signal.leg)
    named = _named(call, leg, signal.leg)
    if call.state is CallState.DIALLING and call.progress is Progress.ASKED:
        return Decision(grown(replace(named, progress=Progress.RINGING)), (events.CalleeRings(),))
    asked = consulting(call)
    if asked is not None and asked.outbound == leg.id and not asked.ringing:
        heard = replace(named, consult=replace(asked, ringing=True))
        return Decision(grown(heard), (events.ConsultRings(),))
    return Decision(named)


def answered(call: Call, signal: signals.OutboundAnswered, now: datetime) -> Decision:
    leg = call.outbound_leg(signal.outbound)
    if leg is None or leg.answered_at is not None:
        return Decision(call)
    if not leg.is_open:
        return _too_late(call, leg, signal.leg)
    here = _with(call, replace(leg, leg=signal.leg, answered_at=now))
    if call.callee == leg:
        rung = may(call, signal, CallState.CONNECTED)
        return _callee_answered(here, signal, now) if rung else Decision(call)
    arrived = Leg(signal.leg, LegRole.OUTSIDE, now)
    asked = consulting(call)
    if asked is not None and asked.outbound == leg.id:
        return came_in(here, asked, arrived)
    if call.transfer is not None and call.transfer.outbound == leg.id and _is_offered(call):
        return forward(remember(here, arrived), call.transfer, signal, now)
    # Nobody waits for them any more.
    return Decision(here, (), call_off(here, leg.id))


def over(scene: Scene, call: Call, signal: signals.OutboundEnded, now: datetime) -> Decision:
    """A leg outside is over: it was not answered, or it has talked."""
    leg = call.outbound_leg(signal.outbound)
    if leg is None or not leg.is_open:
        return Decision(call)
    if leg.leg is None and signal.why is NotTaken.FAILED:
        # The carrier did not take it, as far as we know; should it have done so, nobody may ring.
        decision = _is_over(scene, call, leg, signal, now)
        return replace(decision, asked=(*decision.asked, *call_off(call, leg.id)))
    return _is_over(scene, call, leg, signal, now)


def _is_over(
    scene: Scene, call: Call, leg: OutboundLeg, signal: signals.OutboundEnded, now: datetime
) -> Decision:
    why = signal.why or NotTaken.LEFT
    # One that talked though nobody told of its answer costs all the same.
    answered_at = leg.asked_at if signal.why is None else None
    heard = replace(leg, answered_at=leg.answered_at or answered_at)
    after = _with(call, replace(heard, over_at=now, failed=signal.why))
    if leg.leg is not None:
        role = LegRole.CALLER if call.callee == leg else LegRole.OUTSIDE
        after = forget(after, Leg(leg.leg, role, now), now)
    if not call.is_live:
        return Decision(after)
    if call.callee == leg:
        if leg.answered_at is None:
            return end(after, signal, REASONS.get(why, EndReason.FAILED), now)
        failed = signal.why is NotTaken.FAILED
        return end(after, signal, EndReason.FAILED if failed else EndReason.COMPLETED, now)
    if signal.call_over:
        return Decision(after)
    asked = consulting(call)
    if asked is not None and asked.outbound == leg.id:
        return not_taken(after, asked, why)
    if call.transfer is not None and call.transfer.outbound == leg.id and _is_offered(call):
        return turn_down(scene, after, why, now)
    if call.state is CallState.FORWARDED:
        hang_up = (instructions.HangUpCaller(call.id, call.caller_leg),)
        last = end(after, signal, EndReason.COMPLETED, now, asked=hang_up)
        return outside_left_forwarded(after, leg.id, why, last)
    guest = call.guest(leg.id)
    return Decision(after) if guest is None else guest_hung_up(after, guest, why)


def dialling_ran_out(call: Call, now: datetime) -> Decision:
    """The callee did not answer and nobody said so; or the agent did not come (back)."""
    reason = EndReason.NO_ANSWER if call.agent_present else EndReason.CANCELED
    return end(call, signals.TimeRanOut(), reason, now)


def _callee_answered(call: Call, signal: signals.OutboundAnswered, now: datetime) -> Decision:
    """An agent who is lost at this very moment has time to come back; music plays until then."""
    assert call.agent_id is not None  # noqa: S101  a call that is dialling has an agent
    connected = move(
        remember(call, Leg(signal.leg, LegRole.CALLER, now)),
        signal,
        CallState.CONNECTED,
        now,
        caller_leg=signal.leg,
        caller_held=not call.agent_present,
        progress=None,
        answered_at=now,
        deadline=None if call.agent_present else call.deadline,
    )
    said = (events.CallConnected(call.agent_id),)
    if call.agent_present:
        return Decision(connected, said)
    music = instructions.HoldCaller(call.id, signal.leg, call.conference)
    return Decision(connected, said, (music,))


def _too_late(call: Call, leg: OutboundLeg, name: str) -> Decision:
    """It was given up, and is there all the same: the carrier had taken the wish after all, or the
    end that was asked for did not find it. Nobody may be left ringing or alone in a room."""
    if leg.leg == name:
        return Decision(call)  # then its end was asked for by that name
    end = instructions.EndOutbound(call.id, leg.id, name, call.conference)
    return Decision(_named(call, leg, name), (), (end,))


def _is_offered(call: Call) -> bool:
    """Whether a transfer still waits for the number outside."""
    transfer = call.transfer
    return call.state is CallState.RINGING and transfer is not None and transfer.failed is None


def _named(call: Call, leg: OutboundLeg, name: str) -> Call:
    return call if leg.leg == name else _with(call, replace(leg, leg=name))


def _with(call: Call, leg: OutboundLeg) -> Call:
    legs = tuple(leg if each.id == leg.id else each for each in call.outbound)
    return replace(call, outbound=legs)
