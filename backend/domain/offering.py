"""A caller arrives and is offered to agents: rings, refusals, agents who come free or go away."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, refusals, signals
from backend.domain.call import Call, CallState, call_id_of
from backend.domain.consulting import consulting, not_taken
from backend.domain.decision import Decision, Scene, also, grown
from backend.domain.handover import NotTaken
from backend.domain.transferring import lose, offer_in_team, still_rings, turn_down


def arrive(scene: Scene, signal: signals.CallerArrived, now: datetime) -> Decision:
    call = Call(
        id=call_id_of(scene.tenant, signal.caller_leg),
        caller=signal.caller,
        number=signal.number,
        caller_leg=signal.caller_leg,
        started_at=now,
        since=now,
        rev=1,
        offered_to=scene.free,
        deadline=now + scene.rules.ring,
    )
    offers = (events.CallOffered(scene.free),) if scene.free else ()
    return Decision(call, (events.CallArrived(), *offers))


def decline(scene: Scene, call: Call, signal: signals.AgentDeclined, now: datetime) -> Decision:
    if signal.agent_id in call.declined_by:
        return Decision(call)
    if signal.agent_id not in call.offered_to:
        raise refusals.NotRinging
    left = tuple(a for a in call.offered_to if a != signal.agent_id)
    asked = consulting(call)
    if asked is not None:
        return not_taken(call, asked, NotTaken.DECLINED)
    declined = replace(call, offered_to=left, declined_by=also(call.declined_by, signal.agent_id))
    refused = events.OfferRefused(signal.agent_id)
    if call.transfer is not None and not still_rings(scene, declined):
        onward = turn_down(scene, declined, NotTaken.DECLINED, now)
        return replace(onward, said=(refused, *onward.said))
    if call.state is CallState.PARKED and not call.overdue:
        # The parker does not want it back: it goes to everybody now, not when time is over.
        declined = replace(declined, deadline=now)
    return Decision(grown(declined), (refused,))


def offer_to(scene: Scene, call: Call, agent_id: UUID, now: datetime) -> Decision:
    waits = call.state in (CallState.PARKED, CallState.HELD)
    rings = call.state is CallState.RINGING or (waits and call.overdue)
    if call.transfer is not None:
        return offer_in_team(scene, call, agent_id, now) if rings else Decision(call)
    if not rings or agent_id in call.offered_to or agent_id in call.declined_by:
        return Decision(call)
    offered = replace(call, offered_to=(*call.offered_to, agent_id))
    return Decision(grown(offered), (events.CallOffered((agent_id,)),))


def withdraw_from(call: Call, signal: signals.AgentBecameUnavailable, now: datetime) -> Decision:
    agent_id = signal.agent_id
    if call.is_held_by(agent_id) and not call.overdue and not signal.comes_back:
        # Nobody is there any more whom the caller could wait for. Who is to be rung instead needs a
        # look at everybody, which the passing of time brings at once.
        return Decision(replace(call, deadline=now))
    if agent_id not in call.offered_to:
        return Decision(call)
    asked = consulting(call)
    if asked is not None:
        return not_taken(call, asked, NotTaken.UNREACHABLE)
    if call.transfer is not None:
        return lose(call, agent_id, now)
    left = tuple(a for a in call.offered_to if a != agent_id)
    return Decision(grown(replace(call, offered_to=left)), (events.OfferWithdrawn(agent_id),))
