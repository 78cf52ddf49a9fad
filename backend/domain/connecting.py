"""An agent gets the call: the claim, the browser's leg that comes, goes, or never arrives."""

from datetime import datetime

from msgspec.structs import replace

from backend.domain import events, refusals, signals
from backend.domain.agent import AgentStatus
from backend.domain.call import Call, CallState, Direction, Leg, LegRole
from backend.domain.calling_off import call_off, call_off_all
from backend.domain.conferring import guest_joined, guest_leg_left, pass_on, waits_for
from backend.domain.consulting import (
    accept,
    agent_did_not_return,
    colleague_joined,
    colleague_leg_left,
    consulting,
    freed_of_talk,
    is_in_company,
    not_taken,
)
from backend.domain.decision import (
    Decision,
    Scene,
    also,
    forget,
    grown,
    may,
    missed_by,
    move,
    remember,
)
from backend.domain.dialling import ring_callee
from backend.domain.handover import Consult, NotTaken, TalkWith
from backend.domain.holding import must_not_hold_too_many, whom_it_rings_at
from backend.domain.orders import hold_caller, remove, resume_caller
from backend.domain.transferring import may_take, ring_the_rest, turn_down


def claim(
    scene: Scene,
    call: Call,
    signal: signals.AgentAnswered | signals.AgentPickedUp | signals.AgentResumed,
    now: datetime,
) -> Decision:
    """The agent gets a call that rings, is parked, or that they have set aside; so does anybody if
    one was set aside for too long."""
    agent_id = signal.agent_id
    is_held = call.state is CallState.HELD
    if call.agent_id == agent_id and not is_held:
        return Decision(call)
    asked = consulting(call)
    if asked is not None and asked.agent_id == agent_id:
        return accept(scene, call, asked, now)
    if scene.actor is None or scene.actor.status is AgentStatus.OFFLINE:
        raise refusals.NotReachable
    was_left = is_held and (call.overdue or call.agent_id == agent_id)
    if call.agent_id is not None and not was_left:
        holder = scene.names.get(call.agent_id, "A colleague")
        raise refusals.CallTaken(f"{holder} has this call.")
    if scene.actor_call is not None:
        raise refusals.AlreadyOnACall
    if not call.is_held_by(agent_id):
        must_not_hold_too_many(scene)
    if not may(call, signal, CallState.CONNECTING):
        raise refusals.NotParked
    if not may_take(call, agent_id):
        raise refusals.BeingTransferred
    taken_back = call.transfer is not None and call.transfer.by == agent_id
    from_the_lot = call.state is CallState.PARKED and call.slot is not None
    claimed = move(
        call,
        signal,
        CallState.CONNECTING,
        now,
        agent_id=agent_id,
        offered_to=(),
        overdue=is_held or (call.overdue and call.state is CallState.RINGING),
        held_at=None,
        transfer=None if taken_back else call.transfer,
        handled_by=also(call.handled_by, agent_id),
        deadline=now + scene.rules.join,
    )
    said = (
        events.CallPickedUp(agent_id, call.slot)
        if from_the_lot and call.slot is not None
        else events.CallClaimed(agent_id)
    )
    wanted_back = call_off(call, call.transfer.outbound) if call.transfer is not None else ()
    left_it = call.agent_id if is_held and call.agent_id != agent_id else None
    return Decision(claimed, (said,), wanted_back, freed=() if left_it is None else (left_it,))


def agent_joined(scene: Scene, call: Call, signal: signals.AgentJoined, now: datetime) -> Decision:
    known = call.leg(signal.leg)
    if known is not None:
        return Decision(call)
    consult = consulting(call)
    if consult is not None and call.consulted == signal.agent_id:
        return colleague_joined(call, consult, signal, now)
    guest = call.guest(signal.agent_id)
    if guest is not None:
        return guest_joined(call, guest, signal, now)
    with_leg = remember(call, Leg(signal.leg, LegRole.AGENT, now, signal.agent_id))
    owns = call.agent_id == signal.agent_id and call.state is not CallState.HELD
    # Who has taken another call meanwhile does not get this one too, nor who has handed it over.
    unowned = call.state is CallState.RINGING and scene.actor_call is None and call.transfer is None
    if not call.is_live:
        # A caller's leaving closes the room; the room of a callee who never came stays open.
        never_came = call.direction is Direction.OUTBOUND and call.answered_at is None
        return Decision(with_leg, (), remove(call, signal.leg) if never_came else ())
    if not (owns or unowned):
        # The claim ran out, or the call was parked or set aside, while this leg was on its way.
        return Decision(with_leg, (), remove(call, signal.leg))
    callee = call.callee
    if call.state is CallState.CONNECTING and callee is not None and callee.answered_at is None:
        return ring_callee(scene, call, callee, signal, now)
    stays_held = call.state is CallState.CONNECTED and call.held_at is not None
    # A page that was reloaded comes with a new leg before the old one is known to be dead.
    orders = (*(() if stays_held else resume_caller(call)), *remove(call, call.agent_leg))
    if call.state in (CallState.CONNECTED, CallState.DIALLING):
        was_lost = call.agent_leg is None
        back = replace(
            with_leg,
            agent_leg=signal.leg,
            caller_held=stays_held,
            deadline=_whom_the_agent_waits_for(scene, call, now),
        )
        said = (events.AgentRejoined(signal.agent_id),) if was_lost else ()
        return Decision(grown(back, bool(said)), said, orders)
    joined = move(
        with_leg,
        signal,
        CallState.CONNECTED,
        now,
        agent_id=signal.agent_id,
        agent_leg=signal.leg,
        handled_by=also(call.handled_by, signal.agent_id),
        caller_held=False,
        transfer=None,
        offered_to=(),
        overdue=False,
        slot=None,
        parked_by=None,
        answered_at=call.answered_at or now,
        deadline=None,
    )
    return Decision(joined, (events.CallConnected(signal.agent_id),), orders)


def agent_leg_left(
    scene: Scene, call: Call, signal: signals.AgentLegLeft, now: datetime
) -> Decision:
    after = forget(call, Leg(signal.leg, LegRole.AGENT, now, signal.agent_id), now)
    asked = consulting(call)
    if asked is not None and asked.leg == signal.leg and not signal.call_over:
        return colleague_leg_left(scene, call, asked, signal.leg, now)
    guest = next((one for one in call.guests if one.leg == signal.leg), None)
    if guest is not None and not signal.call_over:
        return guest_leg_left(scene, call, guest, signal, now)
    if not call.is_live or call.agent_leg != signal.leg or signal.call_over:
        return Decision(after)
    if call.state not in (CallState.CONNECTED, CallState.DIALLING):
        return Decision(replace(after, agent_leg=None))
    lost = replace(after, agent_leg=None, deadline=now + scene.rules.rejoin)
    said = (events.AgentLost(signal.agent_id),)
    if is_in_company(call):
        return Decision(grown(lost), said)  # the caller talks with the others meanwhile
    if call.state is CallState.DIALLING:
        return Decision(grown(lost), said)  # nobody is there yet to hear music
    return Decision(grown(replace(lost, caller_held=True)), said, hold_caller(call))


def claim_ran_out(scene: Scene, call: Call, now: datetime) -> Decision:
    """The agent did not come (or come back): the call is everybody's again."""
    holder = call.agent_id
    if holder is None:
        return Decision(call)
    asked = consulting(call)
    if asked is not None and call.agent_present:
        unanswered = not_taken(call, asked, _why(call))
        return replace(unanswered, missed=missed_by(scene, call))
    if call.guests and is_in_company(call):
        return pass_on(scene, call, signals.TimeRanOut(), now)
    if asked is not None and asked.is_there and _may_keep(asked):
        return agent_did_not_return(call, asked, now)
    if call.slot is not None:
        returned = move(
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
    to = whom_it_rings_at(scene, call) if call.overdue else scene.free
    returned = move(
        call,
        signals.TimeRanOut(),
        CallState.RINGING,
        now,
        agent_id=None,
        agent_leg=None,
        held_at=None,
        consult=None,
        guests=(),
        offered_to=to,
        declined_by=(),
        deadline=now + (scene.rules.park_return if call.overdue else scene.rules.ring),
    )
    if call.transfer is not None:
        declined = replace(returned, declined_by=call.declined_by)
        onward = ring_the_rest(scene, declined, holder, now)
        if onward is None:
            onward = turn_down(scene, returned, NotTaken.UNREACHABLE, now)
        said = (events.ClaimExpired(holder), *onward.said)
        return replace(onward, said=said, freed=(holder,))
    lost = call.state is CallState.CONNECTED
    first = events.CallReturned(holder) if lost else events.ClaimExpired(holder)
    said = (first, events.CallOffered(to))
    nobody_asks = call_off_all(call) if asked is not None else ()
    return Decision(returned, said, nobody_asks, freed=(holder, *freed_of_talk(call)))


def _whom_the_agent_waits_for(scene: Scene, call: Call, now: datetime) -> datetime | None:
    """How long a call may stay as it is with its agent there."""
    if call.state is CallState.DIALLING:
        return now + scene.rules.dialling.ring
    return waits_for(scene, call, now)


def _may_keep(asked: Consult) -> bool:
    """A colleague gets the call of an agent who is lost; somebody outside only keeps a caller whom
    they already talk with."""
    return asked.agent_id is not None or asked.talk_with is TalkWith.ALL


def _why(call: Call) -> NotTaken:
    rang = bool(call.offered_to) or (call.consult is not None and call.consult.number is not None)
    return NotTaken.NO_ANSWER if rang else NotTaken.UNREACHABLE
