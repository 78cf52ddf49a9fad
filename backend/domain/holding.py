"""Hold and resume: the caller hears music, and the agent keeps the call.

A call can also be set aside: then its agent leaves the room for another call, and comes back when
they resume it. Whoever waits like that is not forgotten: after a while, or when the agent is gone,
the call rings at everybody.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, refusals, signals
from backend.domain.agent import AgentStatus
from backend.domain.call import Call, CallState
from backend.domain.consulting import must_not_consult
from backend.domain.decision import Decision, Scene, grown, move
from backend.domain.orders import hold_caller, remove, resume_caller


def hold(call: Call, signal: signals.AgentHeld, now: datetime) -> Decision:
    _must_talk(call, signal)
    if call.held_at is not None:
        return Decision(call)
    held = grown(replace(call, held_at=now, caller_held=True, consult=None))
    return Decision(held, (events.CallHeld(signal.agent_id),), hold_caller(call))


def resume(call: Call, signal: signals.AgentResumed) -> Decision:
    """Whoever resumes while their page is lost is heard when it is back, and music plays until
    then."""
    _must_talk(call, signal)
    if call.held_at is None:
        return Decision(call)
    said = (events.CallResumed(signal.agent_id),)
    if not call.agent_present:
        return Decision(grown(replace(call, held_at=None, consult=None)), said)
    talks = replace(call, held_at=None, caller_held=False, consult=None)
    return Decision(grown(talks), said, resume_caller(call))


def set_aside(scene: Scene, call: Call, signal: signals.AgentSetAside, now: datetime) -> Decision:
    if call.is_held_by(signal.agent_id):
        return Decision(call)
    _must_talk(call, signal)
    if scene.actor is None or scene.actor.status is AgentStatus.OFFLINE:
        raise refusals.NotReachable  # they could not come back
    if scene.rules.held_calls == 0:
        raise refusals.TooManyHeld
    aside = move(
        call,
        signal,
        CallState.HELD,
        now,
        agent_leg=None,
        caller_held=True,
        held_at=call.held_at or now,
        consult=None,
        help_at=None,
        offered_to=(),
        declined_by=(),
        deadline=now + scene.rules.park,
    )
    leaves = (*hold_caller(call), *remove(call, call.agent_leg))
    return Decision(aside, (events.CallSetAside(signal.agent_id),), leaves)


def must_not_hold_too_many(scene: Scene) -> None:
    """Asked when the actor takes another call, so that two calls can be swapped at the limit."""
    if scene.actor_held > scene.rules.held_calls:
        raise refusals.TooManyHeld


def hold_ran_out(scene: Scene, call: Call, now: datetime) -> Decision:
    """It rings at everybody who is free, and at whoever has had it if they have no call in hand,
    for as long as the caller waits. Whoever declined is rung again."""
    return rings_on(scene, call, now)


def whom_it_rings_at(scene: Scene, call: Call) -> tuple[UUID, ...]:
    """Everybody who is free, and of those who have callers on hold whoever has had this one."""
    return (*scene.free, *(agent for agent in scene.holding if agent in call.handled_by))


def rings_on(scene: Scene, call: Call, now: datetime) -> Decision:
    """Those are rung again for a caller who was set aside, also when somebody took the call and did
    not come: this is no call that nobody ever answered."""
    to = whom_it_rings_at(scene, call)
    rings = replace(
        call,
        offered_to=to,
        overdue=True,
        declined_by=(),
        deadline=now + scene.rules.park_return,
    )
    if call.overdue and set(to) == set(call.offered_to):
        return Decision(rings)
    return Decision(grown(rings), (events.HoldOverdue(to),))


def _must_talk(
    call: Call, signal: signals.AgentHeld | signals.AgentResumed | signals.AgentSetAside
) -> None:
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if call.state is not CallState.CONNECTED:
        raise refusals.NotInTheCall
    must_not_consult(call)
