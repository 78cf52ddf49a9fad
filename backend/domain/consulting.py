"""A warm transfer: the agent speaks to a colleague first, in the call's own conference.

Whoever is not to hear the others is held, with music: the caller while the two agents talk, the
colleague after a swap, nobody once they are merged. The call stays the agent's until it is
completed, and at every moment it can be cancelled. If the agent is lost meanwhile, the colleague
who is there gets the call; so a caller never waits for somebody who is gone.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.agent import AgentStatus
from backend.domain.call import Call, CallState, Leg, LegRole
from backend.domain.calling_off import call_off
from backend.domain.decision import Decision, Scene, also, forget, grown, move, remember
from backend.domain.dialling_guard import authorise, placing
from backend.domain.handover import Consult, NotTaken, TalkWith, Transfer
from backend.domain.orders import hold_caller, remove, resume_caller


def consulting(call: Call) -> Consult | None:
    """The consult that is under way, if one is."""
    return call.consult if call.consult is not None and call.consult.failed is None else None


def must_not_consult(call: Call) -> None:
    if call.guests:
        raise refusals.ConferenceUnderway
    if consulting(call) is not None:
        raise refusals.ConsultUnderway


def freed_of_consult(call: Call) -> tuple[UUID, ...]:
    """A colleague who was only rung had nothing to be freed from."""
    return () if call.consulted is None else (call.consulted,)


def freed_of_talk(call: Call) -> tuple[UUID, ...]:
    """Every agent who was asked in, and whom the end of it frees."""
    guests = (one.agent_id for one in call.guests if one.agent_id is not None)
    return (*freed_of_consult(call), *guests)


def consult(scene: Scene, call: Call, signal: signals.AgentConsulted, now: datetime) -> Decision:
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if call.state is not CallState.CONNECTED:
        raise refusals.NotInTheCall
    under_way = consulting(call)
    if under_way is not None and signal.to is not None and under_way.agent_id == signal.to:
        return Decision(call)
    if under_way is not None:
        raise refusals.ConsultUnderway(
            "You are consulting somebody. Talk with all of them, then add one more; or let them go."
        )
    rings = ring_for_consult(scene, call, signal, TalkWith.COLLEAGUE, now)
    assert rings.call is not None  # noqa: S101  it is a call's decision
    alone = replace(rings.call, caller_held=True, held_at=call.held_at or now)
    return replace(rings, call=alone, asked=(*hold_caller(call), *rings.asked))


def ring_for_consult(
    scene: Scene,
    call: Call,
    signal: signals.AgentConsulted,
    whom: TalkWith,
    now: datetime,
) -> Decision:
    """The colleague, or the number outside, is rung, to talk with whom the agent will talk with.
    Raises the `Refusal` that stands in its way."""
    if signal.number is not None:
        return _ring_outside(scene, call, signal, signal.number, whom, now)
    if signal.to is None or signal.to not in scene.free or signal.to == signal.agent_id:
        raise refusals.ColleagueNotAvailable
    rings = replace(
        call,
        consult=Consult(signal.to, now, talk_with=whom),
        offered_to=(signal.to,),
        declined_by=(),
        deadline=now + scene.rules.transfer,
    )
    return Decision(grown(rings), (events.ConsultStarted(signal.agent_id, signal.to),))


def _ring_outside(
    scene: Scene,
    call: Call,
    signal: signals.AgentConsulted,
    number: str,
    whom: TalkWith,
    now: datetime,
) -> Decision:
    outside = authorise(scene, call, call.id, number, call.number, signal.agent_id, now)
    if outside.number in (call.caller, *(guest.number for guest in call.guests)):
        raise refusals.AlreadyInTheCall
    asked = Consult(
        None, now, accepted=True, talk_with=whom, number=outside.number, outbound=outside.id
    )
    rings = replace(
        call,
        consult=asked,
        outbound=(*call.outbound, outside),
        deadline=now + scene.rules.dialling.ring,
    )
    said = (events.ConsultStarted(signal.agent_id, None),)
    return Decision(grown(rings), said, (placing(scene, rings, outside, now),))


def accept(scene: Scene, call: Call, asked: Consult, now: datetime) -> Decision:
    """The colleague takes the consult; their browser is on its way."""
    if asked.accepted:
        return Decision(call)
    if scene.actor is None or scene.actor.status is AgentStatus.OFFLINE:
        raise refusals.NotReachable
    if scene.actor_call is not None:
        raise refusals.AlreadyOnACall
    accepted = replace(
        call,
        consult=replace(asked, accepted=True, since=now),
        offered_to=(),
        deadline=now + scene.rules.join,
    )
    return Decision(grown(accepted), (events.ConsultAccepted(scene.actor.id),))


def colleague_joined(
    call: Call, asked: Consult, signal: signals.AgentJoined, now: datetime
) -> Decision:
    return came_in(call, asked, Leg(signal.leg, LegRole.AGENT, now, signal.agent_id))


def came_in(call: Call, asked: Consult, leg: Leg) -> Decision:
    """Whoever is consulted is in the room, from within or from outside."""
    here = remember(call, leg)
    orders: list[instructions.Instruction] = []
    if asked.talk_with is TalkWith.CALLER:
        orders.append(instructions.HoldAgent(call.id, leg.id, call.conference))
    # A page that was reloaded comes with a new leg before the old one is known to be dead.
    orders += remove(call, asked.leg)
    talks_again = asked.talk_with is TalkWith.ALL and call.caller_held
    if talks_again:
        # Both agents were gone, and the colleague is the first to be back.
        orders += resume_caller(call)
    joined = replace(
        here,
        consult=replace(asked, leg=leg.id, ringing=False),
        caller_held=call.caller_held and not talks_again,
        deadline=None if call.agent_present else call.deadline,
    )
    return Decision(grown(joined), (events.ConsultJoined(asked.agent_id),), tuple(orders))


def colleague_leg_left(
    scene: Scene, call: Call, asked: Consult, leg: str, now: datetime
) -> Decision:
    """A lost colleague has as long to come back as an agent has."""
    assert asked.agent_id is not None  # noqa: S101  legs from outside leave by `dialling.over`
    left = forget(call, Leg(leg, LegRole.AGENT, now, asked.agent_id), now)
    deadline = now + scene.rules.rejoin if call.agent_present else call.deadline
    lost = replace(left, consult=replace(asked, leg=None), deadline=deadline)
    after, orders = with_music_if_alone(lost)
    return Decision(grown(after), (events.ConsultLost(asked.agent_id),), orders)


def talk_with(call: Call, signal: signals.AgentTalkedWith, now: datetime) -> Decision:
    """Swap, or merge: hold whoever is left out, and nobody else. A caller whom an absent agent
    wishes to talk with hears music until the agent is back. In a conference there is no talk apart
    from the others."""
    if call.agent_id == signal.agent_id and call.guests and signal.talk_with is not TalkWith.ALL:
        raise refusals.ConferenceUnderway
    asked = _asked_by(call, signal.agent_id)
    if asked.leg is None:
        raise refusals.NobodyConsulted
    if asked.talk_with is signal.talk_with:
        return Decision(call)
    holds: list[instructions.Instruction] = []
    resumes: list[instructions.Instruction] = []
    is_private = signal.talk_with is TalkWith.COLLEAGUE
    is_left_out = is_private or (signal.talk_with is TalkWith.CALLER and not call.agent_present)
    if is_left_out:
        holds += hold_caller(call)
    else:
        resumes += resume_caller(call)
    was_held, is_held = (talks is TalkWith.CALLER for talks in (asked.talk_with, signal.talk_with))
    if is_held and not was_held:
        holds.append(instructions.HoldAgent(call.id, asked.leg, call.conference))
    if was_held and not is_held:
        resumes.append(instructions.ResumeAgent(call.id, asked.leg, call.conference))
    changed = replace(
        call,
        consult=replace(asked, talk_with=signal.talk_with),
        caller_held=is_left_out,
        held_at=(call.held_at or now) if is_private else None,
    )
    said = (events.ConsultChanged(signal.agent_id, signal.talk_with),)
    # Holds first: should a later one fail, somebody hears music, and nobody what is not for them.
    return Decision(grown(changed), said, (*holds, *resumes))


def cancel(call: Call, signal: signals.AgentCancelledConsult) -> Decision:
    """The agent lets the colleague go and talks with the caller again; or the colleague leaves.

    A colleague who has become a guest meanwhile leaves by `conferring.let_go`.
    """
    asked = consulting(call)
    if asked is not None and call.consulted == signal.agent_id:
        return not_taken(call, asked, NotTaken.LEFT)
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if asked is None:
        return Decision(call)
    orders = [*dismissal(call, asked)]
    is_back = call.agent_present
    if call.caller_held and is_back:
        orders.append(instructions.ResumeCaller(call.id, call.caller_leg, call.conference))
    alone = replace(
        call,
        consult=None,
        offered_to=(),
        caller_held=call.caller_held and not is_back,
        held_at=None,
        deadline=None if is_back else call.deadline,
    )
    after, music = with_music_if_alone(alone)
    said = (events.ConsultEnded(asked.agent_id, None),)
    return Decision(grown(after), said, (*orders, *music), freed=freed_of_consult(call))


def not_taken(call: Call, asked: Consult, why: NotTaken) -> Decision:
    """The colleague does not take it, or leaves: the agent keeps the call, and sees why."""
    over = replace(
        call,
        consult=replace(asked, failed=why, leg=None),
        offered_to=(),
        deadline=None if call.agent_present else call.deadline,
    )
    after, music = with_music_if_alone(over)
    orders = (*dismissal(call, asked), *music)
    said = (events.ConsultEnded(asked.agent_id, why),)
    return Decision(grown(after), said, orders, freed=freed_of_consult(call))


def complete(scene: Scene, call: Call, signal: signals.AgentCompleted, now: datetime) -> Decision:
    """The agent leaves and the colleague has the call; one who is still being rung is handed it
    cold."""
    asked = _asked_by(call, signal.agent_id)
    if asked.leg is not None:
        return _hand_over(call, asked, signal, now)
    if asked.number is None and not asked.accepted and asked.agent_id not in scene.free:
        raise refusals.ColleagueNotAvailable  # who is rung may have taken another call meanwhile
    orders = (*hold_caller(call), *remove(call, call.agent_leg))
    leaves: dict[str, object] = {
        "agent_leg": None,
        "consult": None,
        "held_at": None,
        "caller_held": True,
    }
    said = (events.CallTransferred(signal.agent_id, asked.agent_id),)
    transfer = Transfer(
        signal.agent_id, asked.agent_id, number=asked.number, outbound=asked.outbound
    )
    if asked.accepted and asked.agent_id is not None:
        coming = move(
            call,
            signal,
            CallState.CONNECTING,
            now,
            agent_id=asked.agent_id,
            transfer=transfer,
            handled_by=also(call.handled_by, asked.agent_id),
            deadline=now + scene.rules.join,
            **leaves,
        )
        return Decision(coming, said, orders, wrapping=(signal.agent_id,))
    rings = move(
        call,
        signal,
        CallState.RINGING,
        now,
        agent_id=None,
        transfer=transfer,
        declined_by=(),
        deadline=call.deadline if asked.number else now + scene.rules.transfer,
        **leaves,
    )
    return Decision(rings, said, orders, wrapping=(signal.agent_id,))


def agent_did_not_return(call: Call, asked: Consult, now: datetime) -> Decision:
    """The colleague who is there gets the call of the agent who is lost."""
    return _hand_over(call, asked, signals.TimeRanOut(), now)


def _hand_over(call: Call, asked: Consult, signal: signals.CallSignal, now: datetime) -> Decision:
    before = call.agent_id
    assert before is not None  # noqa: S101  a call with a consult has an agent
    orders: list[instructions.Instruction] = []
    if asked.talk_with is TalkWith.CALLER and asked.leg is not None:
        orders.append(instructions.ResumeAgent(call.id, asked.leg, call.conference))
    orders += (*resume_caller(call), *remove(call, call.agent_leg))
    if asked.agent_id is None:
        to = Transfer(before, None, number=asked.number, outbound=asked.outbound)
        talks = forward(call, to, signal, now)
        return replace(talks, asked=tuple(orders), wrapping=(before,))
    has = move(
        call,
        signal,
        CallState.CONNECTED,
        now,
        agent_id=asked.agent_id,
        agent_leg=asked.leg,
        consult=None,
        handled_by=also(call.handled_by, asked.agent_id),
        caller_held=False,
        held_at=None,
        deadline=None,
    )
    said = (events.ConsultCompleted(before, asked.agent_id),)
    return Decision(has, said, tuple(orders), wrapping=(before,))


def forward(call: Call, by: Transfer, signal: signals.CallSignal, now: datetime) -> Decision:
    """The caller talks with somebody outside from now on, and no agent has the call. It goes on
    telling who handed it there."""
    talks = move(
        call,
        signal,
        CallState.FORWARDED,
        now,
        agent_id=None,
        agent_leg=None,
        consult=None,
        transfer=by,
        caller_held=False,
        held_at=None,
        deadline=None,
    )
    return Decision(talks, (events.CallForwarded(by.by),), resume_caller(call))


def _asked_by(call: Call, agent_id: UUID) -> Consult:
    if call.agent_id != agent_id:
        raise refusals.NotYourCall
    asked = consulting(call)
    if asked is None:
        raise refusals.NobodyConsulted
    return asked


def dismissal(call: Call, asked: Consult) -> tuple[instructions.Instruction, ...]:
    """What lets whoever is consulted go, from within or from outside."""
    if asked.outbound is not None:
        return call_off(call, asked.outbound)
    return remove(call, asked.leg)


def is_in_company(call: Call) -> bool:
    """Whether the caller talks with somebody who was asked in, whatever becomes of the agent."""
    asked = consulting(call)
    is_consulted = asked is not None and asked.is_there and asked.talk_with is TalkWith.ALL
    return is_consulted or any(one.is_there for one in call.guests)


def with_music_if_alone(call: Call) -> tuple[Call, tuple[instructions.Instruction, ...]]:
    """With everybody gone the caller must not wait in silence."""
    if call.agent_present or call.caller_held or is_in_company(call):
        return call, ()
    return replace(call, caller_held=True), hold_caller(call)
