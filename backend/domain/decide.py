"""What a signal makes of a call: `decide(scene, signal, now)`, pure.

Theory of operation. A `Scene` is what must be known to decide; a `Decision` is what follows:
the call as it is afterwards, what to announce, and what to ask of the carrier. A signal that
fits no row of `call_states.TRANSITIONS` changes nothing: it is late (carrier, time) or refused
(a person, by a `Refusal`). Nothing here reads a clock or waits.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.call import Call, CallState, EndReason, Leg, LegRole, call_id_of
from backend.domain.call_states import TRANSITIONS
from backend.domain.rules import Rules


class Scene(Struct, frozen=True):
    """What a decision looks at. `free` are the agents who can be offered a call now."""

    tenant: UUID
    rules: Rules
    call: Call | None = None
    actor: Agent | None = None
    actor_call: UUID | None = None
    free: tuple[UUID, ...] = ()
    taken_slots: frozenset[int] = frozenset()
    names: Mapping[UUID, str] = {}


class Decision(Struct, frozen=True):
    """What follows. `freed` agents may be offered other calls; `wrapping` begin their wrap-up."""

    call: Call | None = None
    said: tuple[events.Event, ...] = ()
    asked: tuple[instructions.Instruction, ...] = ()
    freed: tuple[UUID, ...] = ()
    wrapping: tuple[UUID, ...] = ()


def decide(scene: Scene, signal: signals.CallSignal, now: datetime) -> Decision:
    """What `signal` makes of the call of this scene.

    Raises a `Refusal` if a person wished something that cannot be; a carrier's signal is
    never refused, at most it changes nothing.
    """
    call = scene.call
    if isinstance(signal, signals.CallerArrived):
        return Decision(call) if call else _arrive(scene, signal, now)
    if call is None:
        raise refusals.NoSuchCall
    if not call.is_live and isinstance(signal, signals.Command):
        raise refusals.CallerLeftAlready
    match signal:
        case signals.CallerJoined():
            return Decision(_remember(call, Leg(signal.leg, LegRole.CALLER, now)))
        case signals.AgentJoined():
            return _agent_joined(scene, call, signal, now)
        case signals.AgentLegLeft():
            return _agent_leg_left(scene, call, signal, now)
        case signals.CallerLeft():
            return _caller_left(call, signal, now)
        case signals.ConferenceNoted():
            return Decision(call)
        case signals.ConferenceEnded():
            return Decision(replace(call, conference_over=True))
        case signals.AgentAnswered() | signals.AgentPickedUp():
            return _claim(scene, call, signal, now)
        case signals.AgentDeclined():
            return _decline(call, signal, now)
        case signals.AgentParked():
            return _park(scene, call, signal, now)
        case signals.AgentHungUp():
            return _hang_up(call, signal, now)
        case signals.AgentBecameFree():
            return _offer_to(call, signal.agent_id)
        case signals.AgentBecameUnavailable():
            return _withdraw_from(call, signal.agent_id)
        case signals.TimeRanOut():
            return _time_ran_out(scene, call, now)
        case _:
            assert_never(signal)


def _arrive(scene: Scene, signal: signals.CallerArrived, now: datetime) -> Decision:
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


def _claim(
    scene: Scene,
    call: Call,
    signal: signals.AgentAnswered | signals.AgentPickedUp,
    now: datetime,
) -> Decision:
    agent_id = signal.agent_id
    if call.agent_id == agent_id:
        return Decision(call)
    if scene.actor is None or scene.actor.status is AgentStatus.OFFLINE:
        raise refusals.NotReachable
    if call.agent_id is not None:
        holder = scene.names.get(call.agent_id, "A colleague")
        raise refusals.CallTaken(f"{holder} was faster and has this call.")
    if scene.actor_call is not None:
        raise refusals.AlreadyOnACall
    if not _may(call, signal, CallState.CONNECTING):
        raise refusals.NotParked
    from_the_lot = call.state is CallState.PARKED and call.slot is not None
    claimed = _move(
        call,
        signal,
        CallState.CONNECTING,
        now,
        agent_id=agent_id,
        offered_to=(),
        overdue=False,
        handled_by=_also(call.handled_by, agent_id),
        deadline=now + scene.rules.join,
    )
    said = (
        events.CallPickedUp(agent_id, call.slot)
        if from_the_lot and call.slot is not None
        else events.CallClaimed(agent_id)
    )
    return Decision(claimed, (said,))


def _agent_joined(scene: Scene, call: Call, signal: signals.AgentJoined, now: datetime) -> Decision:
    known = call.leg(signal.leg)
    if known is not None:
        return Decision(call)
    with_leg = _remember(call, Leg(signal.leg, LegRole.AGENT, now, signal.agent_id))
    owns = call.agent_id == signal.agent_id
    # Who has taken another call meanwhile does not get this one too.
    unowned = call.state is CallState.RINGING and scene.actor_call is None
    if not call.is_live:
        return Decision(with_leg)
    if not (owns or unowned):
        # The claim ran out, or the call was parked, while this leg was on its way.
        return Decision(
            with_leg, (), (instructions.RemoveLeg(call.id, signal.leg, call.conference),)
        )
    asked: list[instructions.Instruction] = []
    if call.caller_held:
        asked.append(instructions.ResumeCaller(call.id, call.caller_leg, call.conference))
    if call.agent_leg is not None:
        # A page that was reloaded comes with a new leg before the old one is known to be dead.
        asked.append(instructions.RemoveLeg(call.id, call.agent_leg, call.conference))
    if call.state is CallState.CONNECTED:
        was_lost = call.agent_leg is None
        back = replace(with_leg, agent_leg=signal.leg, caller_held=False, deadline=None)
        said = (events.AgentRejoined(signal.agent_id),) if was_lost else ()
        return Decision(_grown(back, bool(said)), said, tuple(asked))
    joined = _move(
        with_leg,
        signal,
        CallState.CONNECTED,
        now,
        agent_id=signal.agent_id,
        agent_leg=signal.leg,
        handled_by=_also(call.handled_by, signal.agent_id),
        caller_held=False,
        offered_to=(),
        slot=None,
        parked_by=None,
        answered_at=call.answered_at or now,
        deadline=None,
    )
    return Decision(joined, (events.CallConnected(signal.agent_id),), tuple(asked))


def _agent_leg_left(
    scene: Scene, call: Call, signal: signals.AgentLegLeft, now: datetime
) -> Decision:
    after = _forget(call, Leg(signal.leg, LegRole.AGENT, now, signal.agent_id), now)
    if not call.is_live or call.agent_leg != signal.leg or signal.call_over:
        return Decision(after)
    if call.state is not CallState.CONNECTED:
        return Decision(replace(after, agent_leg=None))
    lost = replace(after, agent_leg=None, caller_held=True, deadline=now + scene.rules.rejoin)
    return Decision(
        _grown(lost),
        (events.AgentLost(signal.agent_id),),
        (instructions.HoldCaller(call.id, call.caller_leg, call.conference),),
    )


def _caller_left(call: Call, signal: signals.CallerLeft, now: datetime) -> Decision:
    after = _forget(call, Leg(signal.leg, LegRole.CALLER, now), now)
    if not call.is_live:
        return Decision(after)
    if signal.failed:
        reason = EndReason.FAILED
    elif call.answered_at is None:
        reason = EndReason.ABANDONED
    else:
        reason = EndReason.COMPLETED
    return _end(after, signal, reason, now)


def _hang_up(call: Call, signal: signals.AgentHungUp, now: datetime) -> Decision:
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    reason = EndReason.REJECTED if call.answered_at is None else EndReason.COMPLETED
    return _end(
        call,
        signal,
        reason,
        now,
        asked=(instructions.HangUpCaller(call.id, call.caller_leg),),
        by=signal.agent_id,
    )


def _end(
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
    ended = _move(
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
        deadline=None,
    )
    return Decision(
        ended,
        (events.CallEnded(reason, by),),
        asked,
        freed=() if talked else had_it,
        wrapping=had_it if talked else (),
    )


def _park(scene: Scene, call: Call, signal: signals.AgentParked, now: datetime) -> Decision:
    if call.state is CallState.PARKED and call.parked_by == signal.agent_id:
        return Decision(call)
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    slot = _choose_slot(scene, call, signal.slot)
    asked: list[instructions.Instruction] = []
    if not call.caller_held:
        asked.append(instructions.HoldCaller(call.id, call.caller_leg, call.conference))
    if call.agent_leg is not None:
        asked.append(instructions.RemoveLeg(call.id, call.agent_leg, call.conference))
    parked = _move(
        call,
        signal,
        CallState.PARKED,
        now,
        slot=slot,
        parked_by=signal.agent_id,
        agent_id=None,
        agent_leg=None,
        declined_by=(),
        caller_held=True,
        deadline=now + scene.rules.park,
    )
    said = (events.CallParked(signal.agent_id, slot),)
    return Decision(parked, said, tuple(asked), freed=(signal.agent_id,))


def _choose_slot(scene: Scene, call: Call, wish: int | None) -> int:
    taken = scene.taken_slots - ({call.slot} if call.slot is not None else set[int]())
    if wish is None:
        every = range(1, scene.rules.slots + 1)
        free = next((slot for slot in every if slot not in taken), None)
        if free is None:
            raise refusals.LotFull
        return free
    if not 1 <= wish <= scene.rules.slots:
        raise refusals.NoSuchSlot
    if wish in taken:
        raise refusals.SlotTaken
    return wish


def _decline(call: Call, signal: signals.AgentDeclined, now: datetime) -> Decision:
    if signal.agent_id in call.declined_by:
        return Decision(call)
    if signal.agent_id not in call.offered_to:
        raise refusals.NotRinging
    left = tuple(a for a in call.offered_to if a != signal.agent_id)
    declined = replace(call, offered_to=left, declined_by=_also(call.declined_by, signal.agent_id))
    if call.state is CallState.PARKED and not call.overdue:
        # The parker does not want it back: it goes to everybody now, not when time is over.
        declined = replace(declined, deadline=now)
    return Decision(_grown(declined), (events.OfferRefused(signal.agent_id),))


def _offer_to(call: Call, agent_id: UUID) -> Decision:
    rings = call.state is CallState.RINGING or (call.state is CallState.PARKED and call.overdue)
    if not rings or agent_id in call.offered_to or agent_id in call.declined_by:
        return Decision(call)
    offered = replace(call, offered_to=(*call.offered_to, agent_id))
    return Decision(_grown(offered), (events.CallOffered((agent_id,)),))


def _withdraw_from(call: Call, agent_id: UUID) -> Decision:
    if agent_id not in call.offered_to:
        return Decision(call)
    left = tuple(a for a in call.offered_to if a != agent_id)
    return Decision(_grown(replace(call, offered_to=left)), (events.OfferWithdrawn(agent_id),))


def _time_ran_out(scene: Scene, call: Call, now: datetime) -> Decision:
    if call.deadline is None or now < call.deadline:
        return Decision(call)
    match call.state:
        case CallState.RINGING:
            told = (instructions.TellNobodyAnswers(call.id, call.caller_leg),)
            talked = call.answered_at is not None
            reason = EndReason.FAILED if talked else EndReason.NO_ANSWER
            return _end(call, signals.TimeRanOut(), reason, now, asked=told)
        case CallState.CONNECTING | CallState.CONNECTED:
            return _claim_ran_out(scene, call, now)
        case CallState.PARKED:
            return _park_ran_out(scene, call, now)
        case CallState.ENDED:
            return Decision(call)
        case _:
            assert_never(call.state)


def _claim_ran_out(scene: Scene, call: Call, now: datetime) -> Decision:
    """The agent did not come (or come back): the call is everybody's again."""
    holder = call.agent_id
    if holder is None:
        return Decision(call)
    if call.slot is not None:
        returned = _move(
            call,
            signals.TimeRanOut(),
            CallState.PARKED,
            now,
            agent_id=None,
            overdue=True,
            offered_to=scene.free,
            deadline=now + scene.rules.park_return,
        )
        said = (events.ClaimExpired(holder), events.ParkOverdue(call.slot, scene.free))
        return Decision(returned, said, freed=(holder,))
    returned = _move(
        call,
        signals.TimeRanOut(),
        CallState.RINGING,
        now,
        agent_id=None,
        agent_leg=None,
        offered_to=scene.free,
        declined_by=(),
        deadline=now + scene.rules.ring,
    )
    lost = call.state is CallState.CONNECTED
    first = events.CallReturned(holder) if lost else events.ClaimExpired(holder)
    return Decision(returned, (first, events.CallOffered(scene.free)), freed=(holder,))


def _park_ran_out(scene: Scene, call: Call, now: datetime) -> Decision:
    """First the parker is rung, then everybody, for as long as the caller waits."""
    assert call.slot is not None  # noqa: S101  a parked call has a slot: `_park` gave it one
    parker_first = not call.overdue and not call.offered_to and not call.declined_by
    parker = tuple(agent for agent in scene.free if agent == call.parked_by)
    if parker_first and parker:
        to, overdue = parker, False
    else:
        to, overdue = scene.free, True
    # Whoever declined is rung again with everybody: the caller is still waiting.
    rings = replace(
        call,
        offered_to=to,
        overdue=overdue,
        declined_by=(),
        deadline=now + scene.rules.park_return,
    )
    if set(to) == set(call.offered_to) and overdue == call.overdue:
        return Decision(rings)
    return Decision(_grown(rings), (events.ParkOverdue(call.slot, to),))


def _may(call: Call, signal: signals.CallSignal, outcome: CallState) -> bool:
    return outcome in TRANSITIONS.get((call.state, type(signal)), ())


def _move(
    call: Call,
    signal: signals.CallSignal,
    outcome: CallState,
    now: datetime,
    **changes: Any,
) -> Call:
    """The call in its new state. A move that the table lacks is a mistake of ours."""
    if not _may(call, signal, outcome):
        raise ImpossibleMove(call.state, type(signal).__name__, outcome)
    return replace(call, state=outcome, since=now, rev=call.rev + 1, **changes)


class ImpossibleMove(AssertionError):
    """`decide` tried a move that is not in the table of states."""


def _grown(call: Call, announced: bool = True) -> Call:
    return replace(call, rev=call.rev + 1) if announced else call


def _remember(call: Call, leg: Leg) -> Call:
    return call if call.leg(leg.id) else replace(call, legs=(*call.legs, leg))


def _forget(call: Call, leg: Leg, now: datetime) -> Call:
    """The call with that leg gone. A leg that was never seen is remembered as gone, so that its
    late arrival cannot bring it to life."""
    if call.leg(leg.id) is None:
        return replace(call, legs=(*call.legs, replace(leg, left_at=now)))
    gone = tuple(
        replace(one, left_at=now) if one.id == leg.id and one.left_at is None else one
        for one in call.legs
    )
    return replace(call, legs=gone)


def _also(people: tuple[UUID, ...], one: UUID) -> tuple[UUID, ...]:
    return people if one in people else (*people, one)
